//! One seeded workload, request after request, gives the same bytes on both engines: answers, and what is stored
//! afterwards. Clock, chance and network are the same in both runs, so whatever differs is the engines' doing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use futures_util::future::BoxFuture;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::time::Instant;
use tower::ServiceExt as _;
use vinr_core::ids::AccountId;
use vinr_core::keys::Environment;
use vinr_server::connectors::Connector;
use vinr_server::egress::EgressError;
use vinr_server::env::{Answer, Entropy, Env, Net, Post, SimulatedNet, WallClock};
use vinr_server::keyring::Keyring;
use vinr_server::settings::{DemoShop, MasterKey, PrivateWebhooks, Settings};
use vinr_server::{App, bootstrap};
use vinr_store::Migration;

use crate::harness::{Database, Engine};

const SEEDS: u64 = 4;
const STEPS: u32 = 320;
/// 2026-06-01T00:00:00Z.
const BEGINNING_MS: i64 = 1_780_272_000_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_answer_and_keep_the_same() {
    for seed in 0..SEEDS {
        let (sqlite, postgres) = (play(Engine::Sqlite, seed).await, play(Engine::Postgres, seed).await);
        assert!(sqlite.said.len() > 200);
        for (number, (ours, theirs)) in sqlite.said.iter().zip(&postgres.said).enumerate() {
            assert_eq!(ours, theirs, "request {number} of seed {seed}");
        }
        assert_eq!(sqlite.said.len(), postgres.said.len());
        for (ours, theirs) in sqlite.kept.iter().zip(&postgres.kept) {
            assert_eq!(ours, theirs, "seed {seed}");
        }
        assert_eq!(sqlite.kept.len(), postgres.kept.len());
    }
}

/// A run: each request with its answer, and the tables at its end.
struct Run {
    said: Vec<String>,
    kept: Vec<String>,
}

async fn play(engine: Engine, seed: u64) -> Run {
    let mut story = Story::open(engine, seed).await;
    for step in 0..STEPS {
        story.step(step).await;
    }
    let kept = story.tables().await;
    assert!(kept.len() > 500, "{} rows", kept.len());
    story.app.db.clone().close().await;
    Run { said: story.said, kept }
}

/// A merchant's server: every third request fails.
#[derive(Default)]
struct Shop(AtomicU32);

impl SimulatedNet for Shop {
    fn post(&self, _: Post) -> BoxFuture<'static, Result<Answer, EgressError>> {
        let fails = self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(3);
        let status = if fails { 500 } else { 200 };
        Box::pin(async move { Ok(Answer { status, retry_after: None, body: "heard".to_owned() }) })
    }
}

struct Story {
    app: App,
    router: Router,
    key: String,
    chance: Entropy,
    said: Vec<String>,
    /// Ids that answers named, oldest first.
    payments: Vec<String>,
    customers: Vec<String>,
    disputes: Vec<String>,
    endpoints: Vec<String>,
    _database: Database,
}

impl Story {
    async fn open(engine: Engine, seed: u64) -> Story {
        let names = Entropy::system().expect("randomness");
        let database = Database::new(engine, &names);
        let db = database.open(&Entropy::seeded(seed ^ 0xdb)).await;
        db.migrate(bootstrap::MIGRATIONS).await.expect("migrations");
        // It begins to run tomorrow: until then every moment of both runs is the same.
        let clock = WallClock::Simulated { epoch_ms: BEGINNING_MS, start: Instant::now() + Duration::from_hours(24) };
        let env = Env::new(clock, Entropy::seeded(seed), Net::Simulated(Arc::new(Shop::default())));
        let settings = Settings {
            environment: Environment::Sandbox,
            connector: Connector::Sandbox,
            public_url: "http://sandbox.example".to_owned(),
            rate_limit: None,
            trusted_proxies: Vec::new(),
            private_webhooks: PrivateWebhooks::Refused,
            keyring: Keyring::of(MasterKey::new([7; 32])),
            demo_shop: DemoShop::Closed,
        };
        // Without workers: what falls due is done by the clock's advances, in their order.
        let app = App::new(env, db, settings);
        let account = AccountId::from_bits(app.env.id_bits());
        let keys = bootstrap::create_account(&app.db, &app.env, Environment::Sandbox, &account, "Shop").await;
        Story {
            router: vinr_server::router(app.clone()),
            app,
            key: keys.expect("an account").secret_key,
            chance: Entropy::seeded(seed ^ 0xc0f),
            said: Vec::new(),
            payments: Vec::new(),
            customers: Vec::new(),
            disputes: Vec::new(),
            endpoints: Vec::new(),
            _database: database,
        }
    }

    fn below(&self, end: usize) -> usize {
        usize::from(self.chance.u16()) % end
    }

    fn one_of(&self, ids: &[String], otherwise: &str) -> String {
        if ids.is_empty() { otherwise.to_owned() } else { ids[self.below(ids.len())].clone() }
    }

    async fn step(&mut self, step: u32) {
        let card = ["4242", "0002", "9995", "3220", "0077", "0341", "5126", "0259", "1976"][self.below(9)];
        let token = format!("pm_test_{card}");
        let currency = ["EUR", "JPY", "USD"][self.below(3)];
        let amount = 1 + self.below(50_000);
        let payment = self.one_of(&self.payments, "pay_nobodys");
        let customer = self.one_of(&self.customers, "cust_nobodys");
        let endpoint = self.one_of(&self.endpoints, "we_nobodys");
        let named = json!({"amount": amount, "currency": currency, "metadata": {"order": step}});
        let charged = json!({"amount": amount, "currency": currency, "paymentMethod": token, "confirm": true});
        let held =
            json!({"amount": amount, "currency": currency, "paymentMethod": token, "confirm": true, "capture": false});
        let (method, path, body) = match self.below(25) {
            0..=2 => ("POST", "/v1/payments".to_owned(), charged),
            3 | 4 => ("POST", "/v1/payments".to_owned(), held),
            5 => ("POST", "/v1/payments".to_owned(), named),
            6 => ("POST", format!("/v1/payments/{payment}/confirm"), json!({"paymentMethod": token})),
            7 => ("POST", format!("/v1/payments/{payment}/capture"), json!({"amount": amount})),
            8 => ("POST", format!("/v1/payments/{payment}/capture"), json!({})),
            9 => ("POST", format!("/v1/payments/{payment}/cancel"), json!({})),
            10 => ("POST", format!("/v1/test/payments/{payment}/authenticate"), json!({"result": "succeed"})),
            11 => (
                "POST",
                "/v1/customers".to_owned(),
                json!({"email": format!("Ada{step}@example.com"), "metadata": {"n": step}}),
            ),
            12 => (
                "PATCH",
                format!("/v1/customers/{customer}"),
                json!({"name": format!("Ада {step}"), "metadata": {"n": ""}}),
            ),
            13 => (
                "POST",
                "/v1/payments".to_owned(),
                json!({"amount": amount, "currency": "EUR", "customerId": customer, "savePaymentMethod": true}),
            ),
            14 => (
                "POST",
                format!("/v1/test/payments/{payment}/pay"),
                json!({"number": format!("400000000000{card}"), "savePaymentMethod": true}),
            ),
            15 => (
                "POST",
                "/v1/payments".to_owned(),
                json!({"amount": amount, "currency": "EUR", "customerId": customer, "offSession": true}),
            ),
            // One at a time: attempts at several endpoints overlap, and draw from one source of chance.
            16 if self.endpoints.is_empty() => (
                "POST",
                "/v1/webhooks".to_owned(),
                json!({"url": format!("http://shop.example/{step}"), "enabledEvents": ["payment.*"]}),
            ),
            16 => {
                self.endpoints.clear();
                ("DELETE", format!("/v1/webhooks/{endpoint}"), Value::Null)
            }
            17 => ("POST", format!("/v1/webhooks/{endpoint}/rotate-secret"), json!({})),
            18 => ("DELETE", format!("/v1/customers/{customer}"), Value::Null),
            20..=24 => self.give_back(step, &payment, amount),
            _ => ("POST", "/v1/test/clock/advance".to_owned(), json!({"seconds": 1 + self.below(40_000)})),
        };
        let answer = self.call(method, &path, &body, Some(step)).await;
        self.remember(&answer);
        self.read(step).await;
    }

    /// Refunds and disputes.
    fn give_back(&self, step: u32, payment: &str, amount: usize) -> (&'static str, String, Value) {
        let dispute = self.one_of(&self.disputes, "dp_nobodys");
        match self.below(5) {
            0 | 1 => {
                let amount = if amount.is_multiple_of(2) { json!(amount) } else { Value::Null };
                let body = json!({"paymentId": payment, "amount": amount, "metadata": {"n": step}});
                ("POST", "/v1/refunds".to_owned(), body)
            }
            2 => {
                let body = json!({"amount": amount, "warning": amount.is_multiple_of(3)});
                ("POST", format!("/v1/test/payments/{payment}/dispute"), body)
            }
            3 => {
                let says = ["winning_evidence", "losing_evidence", "Доказателство"][self.below(3)];
                ("PATCH", format!("/v1/disputes/{dispute}"), json!({"evidence": {"uncategorizedText": says}}))
            }
            _ if self.below(3) == 0 => {
                let network = ["escalate", "close"][self.below(2)];
                ("POST", format!("/v1/test/disputes/{dispute}/{network}"), json!({}))
            }
            _ => ("POST", format!("/v1/disputes/{dispute}/{}", ["submit", "accept"][self.below(2)]), json!({})),
        }
    }

    /// Looks at something: lists by their filters and cursors, single objects, events by number.
    async fn read(&mut self, step: u32) {
        let payment = self.one_of(&self.payments, "pay_nobodys");
        let customer = self.one_of(&self.customers, "cust_nobodys");
        let endpoint = self.one_of(&self.endpoints, "we_nobodys");
        let path = match self.below(11) {
            10 => "/v1/disputes?status=lost&limit=5".to_owned(),
            9 => format!("/v1/refunds?paymentId={payment}&limit=4"),
            0 => "/v1/payments?limit=7".to_owned(),
            1 => format!("/v1/payments?limit=3&startingAfter={payment}"),
            2 => format!("/v1/payments?limit=3&endingBefore={payment}&status=completed"),
            3 => format!("/v1/customers/{customer}/methods"),
            4 => format!("/v1/events?after={step}&limit=5"),
            5 => "/v1/events?limit=4&type=payment.failed".to_owned(),
            6 => "/v1/balance".to_owned(),
            7 => format!("/v1/webhooks/{endpoint}/deliveries?limit=9"),
            _ => format!("/v1/payments/{payment}?expand[]=customer"),
        };
        self.call("GET", &path, &Value::Null, None).await;
    }

    fn remember(&mut self, answer: &Value) {
        let Some(id) = answer["id"].as_str() else { return };
        let ids = match answer["object"].as_str() {
            Some("payment") => &mut self.payments,
            Some("customer") => &mut self.customers,
            Some("dispute") => &mut self.disputes,
            Some("webhook_endpoint") => &mut self.endpoints,
            _ => return,
        };
        if !ids.iter().any(|known| known == id) {
            ids.push(id.to_owned());
        }
    }

    async fn call(&mut self, method: &str, path: &str, body: &Value, key: Option<u32>) -> Value {
        let mut request = Request::builder().method(method).uri(path).header("x-api-key", &self.key);
        if let Some(key) = key.filter(|_| method == "POST") {
            request = request.header("idempotency-key", format!("step {key}"));
        }
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let request = request.header("content-type", "application/json").body(Body::from(text.clone()));
        let response = self.router.clone().oneshot(request.expect("a request")).await.expect("an answer");
        let (status, headers) = (response.status(), format!("{:?}", response.headers()));
        let bytes = response.into_body().collect().await.expect("a body").to_bytes();
        let said = String::from_utf8_lossy(&bytes).into_owned();
        assert_ne!(status, 500, "{method} {path} {text}: {said}");
        let answer = serde_json::from_str(&said).unwrap_or_default();
        self.said.push(format!("{method} {path} {text}\n{status} {headers}\n{said}"));
        answer
    }

    /// Every row of every table, in one order whatever the engine's is. Versions are the store's own and drawn by chance.
    async fn tables(&self) -> Vec<String> {
        let mut kept = Vec::new();
        for (name, columns) in Migration::tables(bootstrap::MIGRATIONS) {
            let is_versioned = columns.contains(" version BIGINT");
            let sql: &'static str = format!("SELECT * FROM {name}").leak();
            for row in self.app.db.query(sql, &[]).await.expect("rows") {
                let mut values = row.into_values();
                if is_versioned {
                    values.remove(2);
                }
                if name == "delivery_attempts" {
                    // How long it took is measured.
                    values.remove(6);
                }
                kept.push(format!("{name}: {values:?}"));
            }
        }
        kept.sort();
        kept
    }
}
