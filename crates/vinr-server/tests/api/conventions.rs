//! What holds for every request: its problems, its headers, its environment. `bad_requests` has the bad ones.

use reqwest::Method;
use serde_json::json;
use vinr_core::keys::Environment;

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    all_problems_of_a_request_are_told_at_once,
    headers_are_checked,
    live_refuses_test_cards_and_unverified_businesses,
);

async fn all_problems_of_a_request_are_told_at_once(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({"amount": 0, "currency": "EURO", "return_url": "x", "descripton": "d", "customer": "pay_1"});
    let error = server.post("/v1/payments", body).await.json()["error"].clone();
    let mut params: Vec<&str> =
        error["errors"].as_array().expect("all of them").iter().filter_map(|one| one["param"].as_str()).collect();
    params.sort_unstable();
    assert_eq!(params, ["amount", "currency", "customerId", "descripton", "returnUrl"]);
    assert!(error.to_string().contains("did you mean `description`"), "{error}");
}

async fn headers_are_checked(engine: Engine) {
    let server = Server::start(engine).await;
    let key = Some(server.secret_key.as_str());
    let body = || Some(json!({"amount": 1, "currency": "EUR"}).to_string());
    let post = |headers: &'static [(&'static str, &'static str)]| {
        server.call(Method::POST, "/v1/payments", key, headers, body())
    };
    assert_eq!(post(&[("vinr-version", "2020-01-01")]).await.code(), "version_unknown");
    assert_eq!(post(&[("vinr-version", "2026-04-01")]).await.status, 200);
    assert_eq!(post(&[("x-api-key", "sk_test_another")]).await.status, 400);
    let answer = server
        .http
        .post(format!("{}/v1/payments", server.url))
        .bearer_auth(&server.secret_key)
        .body("a=b")
        .send()
        .await;
    assert_eq!(answer.expect("an answer").status().as_u16(), 415);
    let long = "k".repeat(256);
    let answer = server.post_with_key("/v1/payments", &long, &json!({"amount": 1, "currency": "EUR"})).await;
    assert_eq!(answer.json()["error"]["param"], "Idempotency-Key");
    let large = format!("{{\"description\":\"{}\"}}", "x".repeat(2 << 20));
    assert_eq!(server.call(Method::POST, "/v1/payments", key, &[], Some(large)).await.status, 413);
    let wrong = server.call(Method::PUT, "/v1/payments", key, &[], None).await;
    assert_eq!((wrong.status, wrong.headers.get("allow").is_some()), (405, true));
    for secret in ["sk_live_x", "sk_test_unknown", "nonsense", ""] {
        let answer = server.call(Method::GET, "/v1/payments", Some(secret), &[], None).await;
        assert_eq!((answer.status, answer.headers.contains_key("www-authenticate")), (401, true), "{secret}");
    }
    let basic =
        server.http.get(format!("{}/v1/payments", server.url)).basic_auth(&server.secret_key, Some("")).send().await;
    assert_eq!(basic.expect("an answer").status().as_u16(), 200);
}

async fn live_refuses_test_cards_and_unverified_businesses(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    let body = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
    assert_eq!(server.post("/v1/payments", body).await.code(), "test_card_in_live");
    assert_eq!(server.get("/v1/test/clock").await.code(), "route_missing");
    assert_eq!(server.get("/v1/payments").await.ok()["data"], json!([]));
}
