//! Counts what 1,000 payments take, by one client and by 64 at once: statements, round trips, flushes, allocations. The
//! server runs in this process, without a socket, so that its allocations can be counted. Prints JSON.
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
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::Body;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::json;
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

type Failure = Box<dyn std::error::Error>;

/// Payments that are counted.
const PAYMENTS: u64 = 1_000;
/// Payments before: statements are prepared and caches filled.
const WARMING: u64 = 128;
/// Clients that ask at once.
const CLIENTS: [u16; 2] = [1, 64];

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
        served.pay(clients, WARMING).await?;
        let (before, region) = (served.db.stats(), Region::new(ALLOCATOR));
        served.pay(clients, PAYMENTS).await?;
        let (after, allocated) = (served.db.stats(), region.change());
        found.push(json!({
            "engine": engine,
            "connections": clients,
            "statements": after.statements - before.statements,
            "roundTrips": after.round_trips - before.round_trips,
            "fsyncs": after.fsyncs - before.fsyncs,
            "allocations": allocated.allocations + allocated.reallocations,
        }));
    }
    served.db.close().await;
    println!("{}", serde_json::Value::from(found));
    Ok(())
}

/// A server that is asked without a socket.
struct Served {
    router: Router,
    key: String,
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
        Ok(Served { router, key: keys.secret_key, db })
    }

    /// Takes so many payments, from so many clients at once.
    async fn pay(&self, clients: u16, payments: u64) -> Result<(), Failure> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let end = NEXT.load(Ordering::Relaxed) + payments;
        let tasks: Vec<_> = (0..clients)
            .map(|_| {
                let (router, key) = (self.router.clone(), self.key.clone());
                tokio::spawn(async move {
                    loop {
                        let number = NEXT.fetch_add(1, Ordering::Relaxed);
                        if number >= end {
                            return Ok::<_, String>(());
                        }
                        one(&router, &key, number).await.map_err(|error| error.to_string())?;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        Ok(())
    }
}

async fn one(router: &Router, key: &str, number: u64) -> Result<(), Failure> {
    let request = Request::post("/v1/payments")
        .header("x-api-key", key)
        .header("content-type", "application/json")
        .header("idempotency-key", format!("order-{number:026}"))
        .body(Body::from(BODY))?;
    let response = router.clone().oneshot(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if status == 200 {
        return Ok(());
    }
    Err(format!("a payment was answered with {status}: {}", String::from_utf8_lossy(&body)).into())
}
