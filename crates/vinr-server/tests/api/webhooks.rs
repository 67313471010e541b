//! The whole way: a payment is made, and the merchant's server hears of it, signed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_payment_is_told_signed_in_three_ways,
    events_are_numbered_without_gaps,
    a_failed_delivery_is_tried_again_on_the_accounts_clock,
    private_addresses_are_refused,
);

/// A merchant's server: keeps what it gets, and answers as told.
#[derive(Clone, Default)]
struct Merchant {
    got: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    failing: Arc<Mutex<u32>>,
}

impl Merchant {
    async fn start(&self) -> String {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", socket.local_addr().expect("an address"));
        let router = Router::new().route("/hook", axum::routing::post(receive)).with_state(self.clone());
        #[expect(clippy::disallowed_methods, reason = "the merchant of a test ends with its runtime")]
        tokio::spawn(async move { axum::serve(socket, router).await });
        url
    }

    /// Waits until so many requests have come.
    async fn wait(&self, count: usize) -> Vec<(HeaderMap, String)> {
        for _ in 0..1000 {
            let got = self.got.lock().expect("no panic").clone();
            if got.len() >= count {
                return got;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("only {} of {count} deliveries came", self.got.lock().expect("no panic").len());
    }
}

async fn receive(State(merchant): State<Merchant>, headers: HeaderMap, body: String) -> StatusCode {
    merchant.got.lock().expect("no panic").push((headers, body));
    let mut failing = merchant.failing.lock().expect("no panic");
    if *failing > 0 {
        *failing -= 1;
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    StatusCode::OK
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).unwrap_or_else(|| panic!("{name} is missing")).to_str().expect("text")
}

async fn a_payment_is_told_signed_in_three_ways(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::default();
    let url = merchant.start().await;
    let endpoint = server.post("/v1/webhooks", json!({"url": url, "enabledEvents": ["payment.completed"]})).await.ok();
    let secret = endpoint["secret"].as_str().expect("shown once").strip_prefix("whsec_").expect("its prefix");
    let secret = STANDARD.decode(secret).expect("base64");
    let payment = server.paid(1000, "pm_test_4242").await;
    let got = merchant.wait(1).await;
    assert_eq!(got.len(), 1);
    let (headers, body) = &got[0];
    let event: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!((&event["type"], &event["data"]), (&json!("payment.completed"), &payment));
    let names: Vec<&str> = event.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names, ["id", "object", "type", "created", "apiVersion", "sequence", "data"]);
    assert!(event["created"].is_i64() && event["id"].as_str().is_some_and(|id| id.starts_with("evt_")));
    let served = server.get(&format!("/v1/events/{}", event["id"].as_str().expect("an id"))).await;
    assert_eq!(served.bytes, body.as_bytes(), "an event is the same wherever it is read");
    let signature = text(headers, "x-vinr-signature");
    let time = signature.strip_prefix("t=").and_then(|rest| rest.split(',').next()).expect("a time");
    let signed = format!("{time}.{body}");
    assert!(signature.contains(&format!("v1={}", hex(&hmac(&secret, &signed)))), "with the endpoint's secret");
    let digest = Sha256::digest(server.secret_key.as_bytes());
    let mut derived = [0; 32];
    Hkdf::<Sha256>::new(None, &digest).expand(b"vinr webhook", &mut derived).expect("32 bytes");
    assert!(signature.contains(&format!("v1={}", hex(&hmac(&derived, &signed)))), "with nothing but the secret key");
    let standard = format!("{}.{}.{body}", text(headers, "webhook-id"), text(headers, "webhook-timestamp"));
    let expected = format!("v1,{}", STANDARD.encode(hmac(&secret, &standard)));
    assert!(
        text(headers, "webhook-signature").split(' ').any(|one| one == expected),
        "by the Standard Webhooks scheme"
    );
    assert_eq!(text(headers, "webhook-id"), event["id"].as_str().expect("an id"));
}

async fn events_are_numbered_without_gaps(engine: Engine) {
    let server = Server::start(engine).await;
    let asks = (0..50).map(|n| server.paid(100 + n, "pm_test_4242"));
    futures_util::future::join_all(asks).await;
    let events = server.get("/v1/events?after=0&limit=100").await.ok();
    let numbers: Vec<i64> =
        events["data"].as_array().expect("events").iter().filter_map(|one| one["sequence"].as_i64()).collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<i64>>());
    let wait = server.get("/v1/events?after=100&wait=10");
    let pay = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        server.paid(1, "pm_test_0002").await
    };
    let (waited, _) = futures_util::future::join(wait, pay).await;
    assert_eq!(waited.ok()["data"][0]["type"], "payment.created");
    server.assert_ledger().await;
}

async fn a_failed_delivery_is_tried_again_on_the_accounts_clock(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::default();
    *merchant.failing.lock().expect("no panic") = 2;
    let url = merchant.start().await;
    let endpoint = server.post("/v1/webhooks", json!({"url": url, "enabledEvents": ["payment.failed"]})).await.ok();
    server.paid(1000, "pm_test_0002").await;
    merchant.wait(1).await;
    let deliveries = format!("/v1/webhooks/{}/deliveries", endpoint["id"].as_str().expect("an id"));
    for _ in 0..500 {
        if server.get(&deliveries).await.ok()["data"][0]["attempts"] == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server.advance(60).await;
    let got = merchant.wait(3).await;
    let ids: Vec<Value> =
        got.iter().map(|(_, body)| serde_json::from_str::<Value>(body).expect("JSON")["id"].clone()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "the same event each time");
    let shown = server.get(&deliveries).await.ok();
    assert_eq!((&shown["data"][0]["status"], &shown["data"][0]["attempts"]), (&json!("delivered"), &json!(3)));
}

async fn private_addresses_are_refused(engine: Engine) {
    let server = Server::start(engine).await;
    let endpoint = server.post("/v1/webhooks", json!({"url": "http://10.0.0.1/hook"})).await.ok();
    server.paid(1000, "pm_test_4242").await;
    let deliveries = format!("/v1/webhooks/{}/deliveries", endpoint["id"].as_str().expect("an id"));
    for _ in 0..500 {
        let shown = server.get(&deliveries).await.ok();
        if shown["data"][0]["attempts"] == 1 {
            assert_eq!(shown["data"][0]["status"], "pending");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the delivery was never tried");
}
