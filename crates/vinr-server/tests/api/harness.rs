//! A server with one account, on either engine.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use http_body_util::BodyExt as _;
use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpListener;
use tower::ServiceExt as _;
use vinr_core::accounts::AttestationStatus;
use vinr_core::ids::AccountId;
use vinr_core::keys::{Environment, KeyKind};
use vinr_core::time::Timestamp;
use vinr_server::connectors::Connector;
use vinr_server::egress::Client;
use vinr_server::env::{Entropy, Env, Net, WallClock};
use vinr_server::keyring::Keyring;
use vinr_server::settings::{DemoShop, MasterKey, PrivateWebhooks, Settings};
use vinr_server::{App, Listener, bootstrap};
use vinr_store::{Config, Db};

use crate::document::assert_documented;

/// Runs one scenario on both databases.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::harness::Engine::Sqlite).await; } )+
        }
        mod postgres {
            $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::harness::Engine::Postgres).await; } )+
        }
    };
}
pub(crate) use on_both_engines;

/// Which database a scenario runs on.
#[derive(Debug, Clone, Copy)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A running server with one account.
pub struct Server {
    pub app: App,
    pub account: AccountId,
    pub url: String,
    pub secret_key: String,
    pub public_key: String,
    pub http: reqwest::Client,
    database: Database,
}

/// Where a server keeps everything.
pub enum Database {
    Sqlite { folder: PathBuf },
    Postgres { url: String, schema: String },
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("the server answers JSON")
    }

    pub fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The object, of a request that must have succeeded.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()
    }
}

static COUNT: AtomicU32 = AtomicU32::new(0);

impl Server {
    pub async fn start(engine: Engine) -> Server {
        Server::start_in(engine, Environment::Sandbox).await
    }

    pub async fn start_in(engine: Engine, environment: Environment) -> Server {
        let connector = match environment {
            Environment::Sandbox => Connector::Sandbox,
            Environment::Live => Connector::Unconfigured,
        };
        Server::start_with(engine, environment, connector).await
    }

    pub async fn start_with(engine: Engine, environment: Environment, connector: Connector) -> Server {
        Server::start_by(WallClock::System, engine, environment, connector).await
    }

    /// A sandbox whose wall clock stands still at this moment.
    pub async fn start_at(engine: Engine, moment: &str) -> Server {
        let shown = Timestamp::parse(moment).expect("a moment").millis();
        let clock = WallClock::Set(Arc::new(AtomicI64::new(shown)));
        Server::start_by(clock, engine, Environment::Sandbox, Connector::Sandbox).await
    }

    async fn start_by(clock: WallClock, engine: Engine, environment: Environment, connector: Connector) -> Server {
        // A second server in one process finds the provider in place already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let entropy = Entropy::system().expect("randomness");
        let database = Database::new(engine, &entropy);
        let db = database.open(&entropy).await;
        db.migrate(bootstrap::MIGRATIONS).await.expect("migrations");
        let net = Net::Real(Client::new(PrivateWebhooks::Loopback).expect("a client"));
        let env = Env::new(clock, entropy, net);
        let (socket, url) = bind().await;
        let settings = Settings {
            environment,
            connector,
            public_url: url.clone(),
            rate_limit: None,
            trusted_proxies: Vec::new(),
            private_webhooks: PrivateWebhooks::Loopback,
            keyring: Keyring::of(MasterKey::new([7; 32])),
            demo_shop: DemoShop::Open,
        };
        let app = App::new(env, db, settings);
        let account = AccountId::from_bits(app.env.id_bits());
        let keys =
            bootstrap::create_account(&app.db, &app.env, environment, &account, "Test").await.expect("an account");
        serve(socket, &app);
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Server { app, account, url, secret_key: keys.secret_key, public_key: keys.public_key, http, database }
    }

    /// Ends the server and starts one with nothing in memory on the same database and another port.
    pub async fn restart(&mut self) {
        self.restart_with(|_, _| {}).await;
    }

    /// [`Server::restart`] with other settings; the change is told the new address.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut Settings, &str)) {
        self.app.stop_workers().await;
        self.app.db.clone().close().await;
        let env = self.app.env.clone();
        let db = self.database.open(&env.entropy).await;
        let (socket, url) = bind().await;
        let mut settings = Settings::clone(&self.app.settings);
        change(&mut settings, &url);
        self.app = App::new(env, db, settings);
        self.url = url;
        serve(socket, &self.app);
    }

    /// A further account of the same installation; its secret key.
    pub async fn another_account(&self) -> String {
        let account = AccountId::from_bits(self.app.env.id_bits());
        let environment = self.app.settings.environment;
        let keys = bootstrap::create_account(&self.app.db, &self.app.env, environment, &account, "Other").await;
        keys.expect("an account").secret_key
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, Some(&self.secret_key), &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(&self.secret_key), &[], Some(body.to_string())).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(&self.secret_key), &[], Some(body.to_string())).await
    }

    pub async fn post_with_key(&self, path: &str, idempotency_key: &str, body: &Value) -> Answer {
        let headers = [("idempotency-key", idempotency_key)];
        self.call(Method::POST, path, Some(&self.secret_key), &headers, Some(body.to_string())).await
    }

    pub async fn call(
        &self,
        method: Method,
        path: &str,
        key: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> Answer {
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        self.send(request).await
    }

    /// Sends a request of whatever kind.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.expect("a body").to_vec();
        assert_documented(self.app.settings.environment, &method, &path, status, &bytes);
        Answer { status, headers, bytes }
    }

    /// A restricted key of the account that may do this.
    pub async fn restricted_key(&self, scopes: &[String]) -> String {
        let grant = bootstrap::grant(KeyKind::Restricted, scopes).expect("scopes");
        let environment = self.app.settings.environment;
        let made = bootstrap::create_key(&self.app.db, &self.app.env, environment, &self.account, grant, None).await;
        made.expect("a key").secret
    }

    /// Creates a payment and charges it in one call.
    pub async fn paid(&self, amount: i64, token: &str) -> Value {
        let body = serde_json::json!({"amount": amount, "currency": "EUR", "paymentMethod": token, "confirm": true});
        self.post("/v1/payments", body).await.ok()
    }

    /// A card of this number, saved for a customer by a setup; its method's id.
    pub async fn saved(&self, customer: &str, number: &str) -> String {
        let setup = self.post(&format!("/v1/customers/{customer}/setup-method"), serde_json::json!({})).await.ok();
        let path = format!("/v1/test/setups/{}/pay", setup["id"].as_str().expect("an id"));
        let saved = self.post(&path, serde_json::json!({"number": number})).await.ok();
        saved["paymentMethodId"].as_str().unwrap_or_else(|| panic!("a saved card: {saved}")).to_owned()
    }

    /// Puts a SAQ D attestation on the account's file.
    pub async fn attest(&self) {
        let attested = AttestationStatus::Attested;
        bootstrap::set_attestation(&self.app.db, &self.account, attested).await.expect("an account");
        // A commit finds that the account is not as it is remembered, and reads it again.
        self.post("/v1/payments", serde_json::json!({"amount": 1, "currency": "EUR"})).await.ok();
    }

    /// A payment for a browser, and its client secret.
    pub async fn session(&self, more: Value) -> (Value, String) {
        let mut body = serde_json::json!({"amount": 1000, "currency": "EUR"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let session = self.post("/v1/payments/sessions", body).await.ok();
        let secret = session["clientSecret"].as_str().expect("a client secret").to_owned();
        (session, secret)
    }

    /// A request of a buyer's browser, from a page of this server.
    pub async fn ask_from_our_page(&self, path: &str, body: Value) -> Answer {
        let headers = [("origin", self.url.as_str()), ("sec-fetch-site", "same-origin")];
        self.call(Method::POST, path, Some(&self.public_key), &headers, Some(body.to_string())).await
    }

    pub async fn advance(&self, seconds: i64) -> Value {
        self.post("/v1/test/clock/advance", serde_json::json!({"seconds": seconds})).await.ok()
    }

    /// The ledger's differences, which there must be none of.
    pub async fn assert_ledger(&self) {
        let differences = vinr_server::ledger::verify(&self.app.db, |_| {}).await.expect("a ledger");
        assert!(differences.is_empty(), "{differences:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.app.begin_drain();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Database::Sqlite { folder } = self {
            // Left behind at worst; the system's folder for such things is emptied by others.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

/// A call to a sandbox's router itself.
pub async fn oneshot(router: axum::Router, request: axum::http::Request<axum::body::Body>) -> Answer {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = router.oneshot(request).await.expect("a router always answers");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.into_body().collect().await.expect("a body").to_bytes().to_vec();
    assert_documented(Environment::Sandbox, &method, &path, status, &bytes);
    Answer { status, headers, bytes }
}

async fn bind() -> (TcpListener, String) {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", socket.local_addr().expect("an address"));
    (socket, url)
}

fn serve(socket: TcpListener, app: &App) {
    app.start_workers();
    let listener = Listener { socket, app: app.clone() };
    #[expect(clippy::disallowed_methods, reason = "the server of a test ends with its runtime")]
    tokio::spawn(vinr_server::serve(listener, std::future::pending()));
}

impl Database {
    pub fn new(engine: Engine, entropy: &Entropy) -> Database {
        let name = format!("vinr_{:016x}_{}", entropy.u128() >> 64, COUNT.fetch_add(1, Ordering::Relaxed));
        match engine {
            Engine::Sqlite => {
                let folder = std::env::temp_dir().join(name);
                std::fs::create_dir_all(&folder).expect("a folder");
                Database::Sqlite { folder }
            }
            Engine::Postgres => {
                #[expect(clippy::disallowed_methods, reason = "scripts/test says where its PostgreSQL is")]
                let url = std::env::var("VINR_TEST_POSTGRES").expect("no PostgreSQL: run the tests with scripts/test");
                Database::Postgres { url, schema: name }
            }
        }
    }

    pub async fn open(&self, entropy: &Entropy) -> Db {
        let config = match self {
            Database::Sqlite { folder } => Config::Sqlite { path: folder.join("sandbox.db"), readers: 4 },
            Database::Postgres { url, schema } => {
                Config::Postgres { url: url.clone(), schema: schema.clone(), readers: 4 }
            }
        };
        let chance = entropy.clone();
        Db::open(config, Arc::new(move || chance.u128())).await.expect("a database")
    }
}
