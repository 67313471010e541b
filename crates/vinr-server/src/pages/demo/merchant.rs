//! The demo shop as a merchant: an account of its own, a secret key, one webhook endpoint. Everything that it does, it
//! does by the public API, with that key.
//!
//! The key is derived from the installation's master key. So nobody has to store it, every process of an installation
//! has the same one, and a restart finds it again. When the master key is replaced, the shop gets a further key.

use axum::Router;
use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, Request};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tower::ServiceExt as _;
use vinr_core::ids::AccountId;
use vinr_core::keys::{Environment, Grant, KeyKind, KeyPrefix};
use zeroize::Zeroizing;

use super::wire;
use crate::app::App;
use crate::bootstrap::{DEMO_ACCOUNT, ensure_account, has_account};
use crate::error::{ApiError, Result};
use crate::settings::MasterKey;
use crate::webhooks::signature::{Secret, of_key};

/// What buyers read on the hosted page.
pub(super) const NAME: &str = "Reed & Ink";
/// What the keys are derived for.
const PURPOSE: &str = "secret key of the demo shop";
const PUBLIC_PURPOSE: &str = "public key of the demo shop";
/// The shop's endpoint. The sandbox lets merchants choose ids, so whoever registers it again finds it.
const ENDPOINT: &str = "/v1/webhooks/we_demo";
/// What it is told of: its payments, and the points that they earn.
const EVENTS: [&str; 2] = ["payment.*", "loyalty.*"];
/// Where its webhooks arrive, behind the server's public address.
pub(super) const WEBHOOKS_PATH: &str = "/demo/webhooks";

/// The account behind the shop.
pub(super) struct Merchant {
    app: App,
    api: Router,
    account: AccountId,
    /// The id of the master key whose secret key and endpoint are in place.
    ready: Mutex<Option<i64>>,
}

/// The API, asked with the shop's key.
pub(super) struct Client<'a> {
    api: &'a Router,
    key: Zeroizing<String>,
}

/// What the API answered.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Vec<u8>,
}

impl Merchant {
    /// A shop that has not opened yet: its account is made when somebody buys.
    pub(super) fn new(app: App, api: Router) -> Merchant {
        let account = AccountId::parse(DEMO_ACCOUNT).expect("an id of an account");
        Merchant { app, api, account, ready: Mutex::default() }
    }

    /// The API for somebody who buys: what the shop needs is made first.
    pub(super) async fn open(&self) -> Result<Client<'_>> {
        let (id, master) = self.app.settings.keyring.newest();
        let client = Client { api: &self.api, key: secret_key(&master) };
        let mut ready = self.ready.lock().await;
        if *ready != Some(id) {
            let public = public_key(&master);
            let keys = [(Grant::secret(), client.key.as_str()), (Grant::public(), public.as_str())];
            ensure_account(&self.app.db, &self.app.env, &self.account, NAME, &keys).await?;
            self.subscribe(&client).await?;
            *ready = Some(id);
        }
        Ok(client)
    }

    /// The API for somebody who looks; nothing before anybody has bought.
    pub(super) async fn opened(&self) -> Result<Option<Client<'_>>> {
        let is_there = self.ready.lock().await.is_some() || has_account(&self.app.db, &self.account).await?;
        if is_there { self.open().await.map(Some) } else { Ok(None) }
    }

    /// What may have signed the shop's webhooks: the secret key is enough to tell. One that was signed before the
    /// master key was replaced is good too.
    pub(super) fn secrets(&self) -> Vec<Secret> {
        let keyring = &self.app.settings.keyring;
        let (newest, _) = keyring.newest();
        (1..=newest).filter_map(|id| keyring.get(id)).map(|master| of_key(&secret_key(&master))).collect()
    }

    /// What the shop's pages show: a key for browsers.
    pub(super) fn public_key(&self) -> String {
        public_key(&self.app.settings.keyring.newest().1)
    }

    /// Where the shop's webhooks go.
    pub(super) fn webhooks_url(&self) -> String {
        format!("{}{WEBHOOKS_PATH}", self.app.settings.public_url)
    }

    /// Registers the shop's one endpoint, or tells it where the shop is now.
    async fn subscribe(&self, client: &Client<'_>) -> Result<()> {
        let url = self.webhooks_url();
        let found = client.get(ENDPOINT).await?;
        let answer = match found.status {
            404 => {
                let ask = json!({"id": "we_demo", "url": url, "enabledEvents": EVENTS});
                return client.make("/v1/webhooks", &ask).await;
            }
            200 => {
                let endpoint: wire::Endpoint = found.read()?;
                let is_told = endpoint.enabled_events == EVENTS;
                if endpoint.url == url && endpoint.status == "enabled" && is_told {
                    return Ok(());
                }
                client.post(ENDPOINT, None, &json!({"url": url, "status": "enabled", "enabledEvents": EVENTS})).await?
            }
            _ => found,
        };
        if answer.status == 200 { Ok(()) } else { Err(answer.unexpected()) }
    }
}

impl Client<'_> {
    /// Asks for something.
    pub(super) async fn get(&self, path: &str) -> Result<Answer> {
        self.call(Method::GET, path, None, Body::empty()).await
    }

    /// Has something done, once for an idempotency key.
    pub(super) async fn post(&self, path: &str, idempotency_key: Option<&str>, ask: &Value) -> Result<Answer> {
        self.call(Method::POST, path, idempotency_key, Body::from(ask.to_string())).await
    }

    /// Makes something whose id the shop has chosen. Where another process was quicker, what it made is this.
    ///
    /// # Errors
    /// The API does not make it.
    pub(super) async fn make(&self, path: &str, ask: &Value) -> Result<()> {
        let made = self.post(path, None, ask).await?;
        let was_there = made.problem().is_some_and(|problem| problem.code == "resource_exists");
        if made.status == 200 || was_there { Ok(()) } else { Err(made.unexpected()) }
    }

    async fn call(&self, method: Method, path: &str, idempotency_key: Option<&str>, body: Body) -> Result<Answer> {
        let mut request = Request::builder().method(method).uri(path);
        request = request.header("x-api-key", self.key.as_str()).header(CONTENT_TYPE, "application/json");
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let request = request.body(body).map_err(ApiError::internal)?;
        let Ok(response) = self.api.clone().oneshot(request).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(ApiError::internal)?.to_bytes().to_vec();
        Ok(Answer { status, body })
    }
}

impl Answer {
    /// The object.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(ApiError::internal)
    }

    /// What was wrong with the request, if it was refused.
    pub(super) fn problem(&self) -> Option<wire::Problem> {
        self.read::<wire::Refused>().ok().map(|refused| refused.error)
    }

    /// The shop cannot go on with this.
    pub(super) fn unexpected(&self) -> ApiError {
        let told = self.problem().map(|problem| format!(": {} {}", problem.code, problem.message));
        ApiError::internal(format!("the API answered the demo shop with {}{}", self.status, told.unwrap_or_default()))
    }
}

fn secret_key(master: &MasterKey) -> Zeroizing<String> {
    let prefix = KeyPrefix { kind: KeyKind::Secret, environment: Environment::Sandbox };
    Zeroizing::new(prefix.key(&*master.derive(PURPOSE)))
}

fn public_key(master: &MasterKey) -> String {
    let prefix = KeyPrefix { kind: KeyKind::Public, environment: Environment::Sandbox };
    prefix.key(&*master.derive(PUBLIC_PURPOSE))
}
