//! A merchant's server that does as it is told.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Response};
use serde_json::{Value, json};

use crate::harness::Server;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a merchant received.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub headers: HeaderMap,
    pub body: String,
}

impl Delivery {
    pub fn event(&self) -> Value {
        serde_json::from_str(&self.body).expect("a delivery is JSON")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("{name} is missing")).to_str().expect("text")
    }
}

/// How a merchant answers.
#[derive(Debug, Clone)]
pub struct Manner {
    pub status: u16,
    pub delay: Duration,
    pub retry_after: Option<String>,
}

/// A merchant's server.
#[derive(Clone)]
pub struct Merchant {
    got: Arc<Mutex<Vec<Delivery>>>,
    manner: Arc<Mutex<Manner>>,
    pub url: String,
}

impl Merchant {
    pub async fn start() -> Merchant {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", socket.local_addr().expect("an address"));
        let manner = Manner { status: 200, delay: Duration::ZERO, retry_after: None };
        let merchant = Merchant { got: Arc::default(), manner: Arc::new(Mutex::new(manner)), url };
        let router = Router::new().route("/hook", axum::routing::post(receive)).with_state(merchant.clone());
        #[expect(clippy::disallowed_methods, reason = "the merchant of a test ends with its runtime")]
        tokio::spawn(async move { axum::serve(socket, router).await });
        merchant
    }

    pub fn answers(&self, status: u16) {
        self.manner.lock().expect("no panic").status = status;
    }

    pub fn takes(&self, delay: Duration) {
        self.manner.lock().expect("no panic").delay = delay;
    }

    /// Names the time to ask again.
    pub fn wants(&self, retry_after: &str) {
        self.manner.lock().expect("no panic").retry_after = Some(retry_after.to_owned());
    }

    pub fn got(&self) -> Vec<Delivery> {
        self.got.lock().expect("no panic").clone()
    }

    /// Registers this merchant for these events.
    pub async fn register(&self, server: &Server, events: &[&str]) -> Value {
        server.post("/v1/webhooks", json!({"url": self.url, "enabledEvents": events})).await.ok()
    }

    /// Waits until so many deliveries have come.
    pub async fn wait(&self, count: usize) -> Vec<Delivery> {
        until(|| async { (self.got().len() >= count).then(|| self.got()) }).await
    }
}

/// Asks again until there is an answer.
pub async fn until<T, F: Future<Output = Option<T>>>(ask: impl Fn() -> F) -> T {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(tokio::time::Instant::now() < deadline, "it did not come to that in time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until an object has a field of this value.
pub async fn until_field(server: &Server, path: &str, field: &str, value: &Value) -> Value {
    until(|| async {
        let shown = server.get(path).await.ok();
        (shown.pointer(field) == Some(value)).then_some(shown)
    })
    .await
}

/// An object's id.
pub fn id(object: &Value) -> &str {
    object["id"].as_str().expect("an object has an id")
}

async fn receive(State(merchant): State<Merchant>, headers: HeaderMap, body: String) -> Response<String> {
    let manner = merchant.manner.lock().expect("no panic").clone();
    merchant.got.lock().expect("no panic").push(Delivery { headers, body });
    tokio::time::sleep(manner.delay).await;
    let answer = Response::builder().status(manner.status);
    let answer = manner.retry_after.into_iter().fold(answer, |answer, wait| answer.header("retry-after", wait));
    answer.body(String::new()).expect("an answer")
}
