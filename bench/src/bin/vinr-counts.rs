//! Counts what 1,000 payments, 1,000 charges of a saved card and 1,000 refunds take, by one client and by 64 at once:
//! statements, round trips, flushes, rows, allocations. The server runs in this process, without a socket, so that its
//! allocations can be counted. Prints JSON.
//!
//! ```text
//! vinr-counts sqlite:FOLDER
//! vinr-counts postgres://… SCHEMA
//! ```

#![expect(clippy::disallowed_methods, reason = "a benchmark joins its tasks itself")]

use std::alloc::System;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tower::ServiceExt as _;
use vinr_core::ids::AccountId;
use vinr_core::keys::Environment;
use vinr_server::connectors::Connector;
use vinr_server::egress::Client;
use vinr_server::env::{Entropy, Env, Net, WallClock};
use vinr_server::keyring::Keyring;
use vinr_server::settings::{DemoShop, MasterKey, PrivateWebhooks, Settings};
use vinr_server::{App, bootstrap};
use vinr_store::{Config, Db};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The number of the next request.
static NEXT: AtomicU64 = AtomicU64::new(0);

type Failure = Box<dyn std::error::Error>;

/// Requests that are counted.
const COUNTED: u64 = 1_000;
/// Requests before: statements are prepared and caches filled.
const WARMING: u64 = 128;
/// Clients that ask at once.
const CLIENTS: [u16; 2] = [1, 64];

/// Where payments are made.
const PAYMENTS: &str = "/v1/payments";
/// A payment that is created and charged.
const BODY: &str = r#"{"amount":1000,"currency":"EUR","description":"Order 12345","returnUrl":"https://shop.example/thanks","paymentMethodId":"pm_test_4242","confirm":true,"metadata":{"order":"12345"}}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vinr-counts: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("which database?")?;
    let schema = arguments.next().unwrap_or_else(|| "vinr_counts".into());
    let (engine, config) = match url.strip_prefix("sqlite:") {
        Some(folder) => ("SQLite", Config::Sqlite { path: Path::new(folder).join("sandbox.db"), readers: 4 }),
        None => ("PostgreSQL", Config::Postgres { url, schema, readers: 8 }),
    };
    let served = Served::new(config).await?;
    let mut found = Vec::new();
    for clients in CLIENTS {
        for calls in [served.payments(), served.charges().await?, served.refunds().await?] {
            let calls = Arc::new(calls);
            served.ask(&calls, clients, WARMING).await?;
            let (before, region) = (served.db.stats(), Region::new(ALLOCATOR));
            served.ask(&calls, clients, COUNTED).await?;
            let (after, allocated) = (served.db.stats(), region.change());
            found.push(json!({
                "engine": engine,
                "what": calls.what,
                "connections": clients,
                "statements": after.statements - before.statements,
                "roundTrips": after.round_trips - before.round_trips,
                "fsyncs": after.fsyncs - before.fsyncs,
                "rows": after.rows - before.rows,
                "allocations": allocated.allocations + allocated.reallocations,
            }));
        }
    }
    served.db.close().await;
    println!("{}", Value::from(found));
    Ok(())
}

/// Requests of one kind.
struct Calls {
    what: &'static str,
    path: &'static str,
    /// Taken in turn. They are made beforehand, so that making them is not counted.
    bodies: Vec<Bytes>,
    next: AtomicUsize,
}

impl Calls {
    fn new(what: &'static str, path: &'static str, bodies: Vec<Bytes>) -> Calls {
        Calls { what, path, bodies, next: AtomicUsize::new(0) }
    }

    fn body(&self) -> Bytes {
        self.bodies[self.next.fetch_add(1, Ordering::Relaxed) % self.bodies.len()].clone()
    }
}

/// A server that is asked without a socket.
#[derive(Clone)]
struct Served {
    router: Router,
    key: Arc<str>,
    db: Db,
}

impl Served {
    async fn new(config: Config) -> Result<Served, Failure> {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            return Err("TLS was set up twice".into());
        }
        let entropy = Entropy::system()?;
        let chance = entropy.clone();
        let db = Db::open(config, Arc::new(move || chance.u128())).await?;
        db.migrate(bootstrap::MIGRATIONS).await?;
        let net = Net::Real(Client::new(PrivateWebhooks::Loopback)?);
        let env = Env::new(WallClock::System, entropy, net);
        let account = AccountId::from_bits(env.id_bits());
        let keys = bootstrap::create_account(&db, &env, Environment::Sandbox, &account, "Counted").await?;
        let settings = Settings {
            environment: Environment::Sandbox,
            connector: Connector::Sandbox,
            public_url: String::new(),
            rate_limit: None,
            trusted_proxies: Vec::new(),
            private_webhooks: PrivateWebhooks::Loopback,
            keyring: Keyring::of(MasterKey::new([7; 32])),
            demo_shop: DemoShop::Closed,
        };
        let router = vinr_server::router(App::new(env, db.clone(), settings));
        Ok(Served { router, key: keys.secret_key.into(), db })
    }

    fn payments(&self) -> Calls {
        Calls::new("payments", PAYMENTS, vec![Bytes::from_static(BODY.as_bytes())])
    }

    /// Off-session charges of the card of a customer who is made here.
    async fn charges(&self) -> Result<Calls, Failure> {
        let made = self.one("/v1/customers", Bytes::from_static(br#"{"name":"Ada Example"}"#)).await?;
        let customer = id(&made)?;
        let mut body: Value = serde_json::from_str(BODY)?;
        body["customerId"] = json!(customer);
        body["savePaymentMethod"] = json!(true);
        self.one(PAYMENTS, Bytes::from(body.to_string())).await?;
        let body = json!({
            "amount": 1_000,
            "currency": "EUR",
            "description": "Order 12345",
            "customerId": customer,
            "offSession": true,
            "metadata": {"order": "12345"},
        });
        Ok(Calls::new("charges of a saved card", PAYMENTS, vec![Bytes::from(body.to_string())]))
    }

    /// Refunds of as many payments as are asked for, which are made here.
    async fn refunds(&self) -> Result<Calls, Failure> {
        let paid = (0..WARMING + COUNTED).map(|_| self.one(PAYMENTS, Bytes::from_static(BODY.as_bytes())));
        let paid: Vec<Bytes> = stream::iter(paid).buffer_unordered(64).try_collect().await?;
        let refund = |paid| Ok(Bytes::from(json!({"paymentId": id(paid)?, "reason": "duplicate"}).to_string()));
        let bodies: Result<Vec<Bytes>, Failure> = paid.iter().map(refund).collect();
        Ok(Calls::new("refunds", "/v1/refunds", bodies?))
    }

    /// Makes so many requests, from so many clients at once.
    async fn ask(&self, calls: &Arc<Calls>, clients: u16, count: u64) -> Result<(), Failure> {
        let end = NEXT.load(Ordering::Relaxed) + count;
        let tasks: Vec<_> = (0..clients)
            .map(|_| {
                let (served, calls) = (self.clone(), Arc::clone(calls));
                tokio::spawn(async move {
                    loop {
                        let number = NEXT.fetch_add(1, Ordering::Relaxed);
                        if number >= end {
                            return Ok::<_, String>(());
                        }
                        let asked = served.numbered(calls.path, calls.body(), number).await;
                        asked.map_err(|error| error.to_string())?;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        Ok(())
    }

    /// One request that is not counted.
    async fn one(&self, path: &str, body: Bytes) -> Result<Bytes, Failure> {
        self.numbered(path, body, NEXT.fetch_add(1, Ordering::Relaxed)).await
    }

    async fn numbered(&self, path: &str, body: Bytes, number: u64) -> Result<Bytes, Failure> {
        let request = Request::post(path)
            .header("x-api-key", &*self.key)
            .header("content-type", "application/json")
            .header("idempotency-key", format!("order-{number:026}"))
            .body(Body::from(body))?;
        let response = self.router.clone().oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status == 200 {
            return Ok(body);
        }
        Err(format!("POST {path} was answered with {status}: {}", String::from_utf8_lossy(&body)).into())
    }
}

fn id(made: &Bytes) -> Result<String, Failure> {
    let made: Value = serde_json::from_slice(made)?;
    Ok(made["id"].as_str().ok_or("something was made without an id")?.to_owned())
}
