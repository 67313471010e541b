//! One effect for one key, under real concurrency.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use vinr_server::settings::Settings;
use vinr_server::{App, RateLimit};

use crate::harness::{Engine, Server, on_both_engines, oneshot};

on_both_engines!(
    a_thousand_requests_with_one_key_make_one_payment,
    a_key_belongs_to_one_request,
    a_request_is_known_by_all_but_its_card,
    a_key_has_255_characters_of_any_script,
    a_key_is_its_accounts_own,
    a_browsers_key_uses_up_no_merchants_and_no_other_buyers,
    a_refusal_is_not_stored,
    what_is_refused_before_any_effect_leaves_the_key_free,
    concurrent_captures_have_one_winner,
    a_secret_that_is_replayed_is_not_stored_readably,
);

/// At one instant, and past the sockets, of which a test may not have two thousand.
async fn a_thousand_requests_with_one_key_make_one_payment(engine: Engine) {
    let server = Arc::new(Server::start(engine).await);
    let router = vinr_server::router(server.app.clone());
    let together = Arc::new(Barrier::new(1_000));
    let mut requests = JoinSet::new();
    for _ in 0..1_000 {
        let (server, router, together) = (Arc::clone(&server), router.clone(), Arc::clone(&together));
        requests.spawn(async move {
            let body = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
            together.wait().await;
            loop {
                let request = Request::post("/v1/payments").header("x-api-key", &server.secret_key);
                let request = request.header("idempotency-key", "the one").header("content-type", "application/json");
                let request = request.body(Body::from(body.to_string())).expect("a request");
                let answer = oneshot(router.clone(), request).await;
                if answer.status != 409 {
                    return answer;
                }
                assert_eq!(answer.code(), "idempotency_key_in_use");
                assert!(answer.headers.contains_key("retry-after"));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
    }
    let (mut bodies, mut firsts) = (BTreeSet::new(), 0);
    while let Some(answered) = requests.join_next().await {
        let answer = answered.expect("no panic");
        assert_eq!(answer.status, 200);
        firsts += usize::from(!answer.headers.contains_key("idempotent-replayed"));
        bodies.insert(answer.bytes);
    }
    assert_eq!((bodies.len(), firsts), (1, 1), "one was first, and every answer has its bytes");
    let list = server.get("/v1/payments").await.ok();
    assert_eq!(list["data"].as_array().map(Vec::len), Some(1));
    server.assert_ledger().await;
}

async fn a_key_belongs_to_one_request(engine: Engine) {
    let server = Server::start(engine).await;
    let first = server.post_with_key("/v1/payments", "k", &json!({"amount": 1000, "currency": "EUR"})).await;
    let same = server.post_with_key("/v1/payments", "k", &json!({"currency": "EUR", "amount": 1000})).await;
    assert_eq!(same.bytes, first.bytes);
    assert_eq!(same.headers.get("idempotent-replayed").map(reqwest::header::HeaderValue::as_bytes), Some(&b"true"[..]));
    assert!(first.headers.get("idempotent-replayed").is_none());
    let other = server.post_with_key("/v1/payments", "k", &json!({"amount": 1001, "currency": "EUR"})).await;
    assert_eq!((other.status, other.code().as_str()), (409, "idempotency_key_reused"));
    let in_body = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR", "idempotencyKey": "k"})).await;
    assert_eq!(in_body.bytes, first.bytes);
}

/// A card's number and code are in no fingerprint; what only has their names is.
async fn a_request_is_known_by_all_but_its_card(engine: Engine) {
    let server = Server::start(engine).await;
    for name in ["number", "cvc"] {
        let body = |value: &str| json!({"amount": 1000, "currency": "EUR", "metadata": {name: value}});
        server.post_with_key("/v1/payments", name, &body("1")).await.ok();
        let other = server.post_with_key("/v1/payments", name, &body("2")).await;
        assert_eq!((other.status, other.code().as_str()), (409, "idempotency_key_reused"), "metadata.{name}");
    }
    let payment = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    let path = format!("/v1/test/payments/{}/pay", payment["id"].as_str().expect("an id"));
    let card =
        |number: &str, cvc: &str, month: u8| json!({"number": number, "cvc": cvc, "expMonth": month, "expYear": 2040});
    let paid = server.post_with_key(&path, "pay", &card("4242424242424242", "123", 1)).await;
    paid.ok();
    let again = server.post_with_key(&path, "pay", &card("4000000000000002", "999", 1)).await;
    assert_eq!((again.status, &again.bytes), (200, &paid.bytes));
    let other = server.post_with_key(&path, "pay", &card("4242424242424242", "123", 2)).await;
    assert_eq!((other.status, other.code().as_str()), (409, "idempotency_key_reused"));
}

async fn a_key_has_255_characters_of_any_script(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({"amount": 1000, "currency": "EUR"});
    for letter in ["k", "é", "💳"] {
        let key = letter.repeat(255);
        let first = server.post_with_key("/v1/payments", &key, &body).await;
        first.ok();
        let mut inside = body.clone();
        inside["idempotencyKey"] = json!(key);
        let again = server.post("/v1/payments", inside).await;
        assert_eq!((again.status, &again.bytes), (200, &first.bytes), "{letter}");
        let longer = server.post_with_key("/v1/payments", &letter.repeat(256), &body).await;
        let param = &longer.json()["error"]["param"];
        assert_eq!((longer.status, param.as_str()), (400, Some("Idempotency-Key")), "{letter}");
    }
}

async fn a_refusal_is_not_stored(engine: Engine) {
    let server = Server::start(engine).await;
    let payment = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    let path = format!("/v1/payments/{}", payment["id"].as_str().expect("an id"));
    let refused = server.post_with_key(&format!("{path}/capture"), "later", &json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_capturable"));
    assert_eq!(server.get(&path).await.ok()["status"], "pending");
    let again = server.post_with_key(&format!("{path}/capture"), "later", &json!({})).await;
    assert!(again.headers.get("idempotent-replayed").is_none());
}

/// The same key in two accounts: two payments (spec/traps.md, section 15).
async fn a_key_is_its_accounts_own(engine: Engine) {
    let server = Server::start(engine).await;
    let (body, other) = (json!({"amount": 1000, "currency": "EUR"}), server.another_account().await);
    let ours = server.post_with_key("/v1/payments", "order-1", &body).await;
    let key = [("idempotency-key", "order-1")];
    let theirs = server.call(Method::POST, "/v1/payments", Some(&other), &key, Some(body.to_string())).await;
    assert!(theirs.headers.get("idempotent-replayed").is_none());
    assert_ne!(theirs.ok()["id"], ours.ok()["id"]);
}

/// A public key is everybody's: nobody who has it can take the merchant's keys, which are guessed easily (spec/traps.md,
/// section 15).
async fn a_browsers_key_uses_up_no_merchants_and_no_other_buyers(engine: Engine) {
    let server = Server::start(engine).await;
    let card = json!({"number": "4242424242424242", "expMonth": 12, "expYear": 2039, "cvc": "123"});
    let card = json!({"type": "card", "card": card}).to_string();
    let ours = [("origin", server.url.as_str()), ("idempotency-key", "order-1")];
    let public = Some(server.public_key.as_str());
    let typed = async || server.call(Method::POST, "/v1/payment-methods", public, &ours, Some(card.clone())).await.ok();
    let token = typed().await["id"].clone();
    assert_eq!(typed().await["id"], token, "it is the browser's own key all the same");
    // One secret in the header and one in the body.
    for in_body in [false, true] {
        let (payment, secret) = server.session(json!({})).await;
        let path = format!("/v1/payments/{}/confirm", payment["id"].as_str().expect("an id"));
        let mut body = json!({"paymentMethodId": crate::elements::token(&server, "4000000000009995").await});
        let mut headers = vec![("idempotency-key", "order-1")];
        if in_body {
            body["clientSecret"] = json!(secret);
        } else {
            headers.push(("x-vinr-client-secret", secret.as_str()));
        }
        let tried = server.call(Method::POST, &path, public, &headers, Some(body.to_string())).await;
        assert!(tried.headers.get("idempotent-replayed").is_none());
        assert_eq!(tried.ok()["status"], "failed");
        let again = server.call(Method::POST, &path, public, &headers, Some(body.to_string())).await;
        assert!(again.headers.contains_key("idempotent-replayed"), "{}", again.status);
    }
    let body = json!({"amount": 1000, "currency": "EUR"});
    let made = server.post_with_key("/v1/payments", "order-1", &body).await;
    assert!(made.headers.get("idempotent-replayed").is_none());
    made.ok();
}

/// 400, 403, 404, 413, 415, 422 and 429 are not stored (spec/conventions.md, Idempotency).
async fn what_is_refused_before_any_effect_leaves_the_key_free(engine: Engine) {
    let server = Server::start(engine).await;
    let key = [("idempotency-key", "order-1")];
    let secret = Some(server.secret_key.as_str());
    let refund = json!({"paymentId": "pay_nobodys"}).to_string();
    let capture = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    let capture = format!("/v1/payments/{}/capture", capture["id"].as_str().expect("an id"));
    let large = json!({"description": "x".repeat(1 << 20)}).to_string();
    for (secret, path, body, status) in [
        (secret, "/v1/payments", json!({"amount": 0, "currency": "EUR"}).to_string(), 400),
        (secret, "/v1/payments", "{".to_owned(), 400),
        (Some("sk_test_nobody"), "/v1/payments", "{}".to_owned(), 401),
        (Some(server.public_key.as_str()), "/v1/payments", "{}".to_owned(), 403),
        (secret, "/v1/refunds", refund, 404),
        (secret, "/v1/payments", large, 413),
        (secret, capture.as_str(), "{}".to_owned(), 422),
    ] {
        let refused = server.call(Method::POST, path, secret, &key, Some(body)).await;
        assert_eq!(refused.status, status, "{path}: {}", refused.code());
    }
    let text = server.http.post(format!("{}/v1/payments", server.url)).bearer_auth(&server.secret_key);
    let text = text.header("idempotency-key", "order-1").header("content-type", "text/plain").body("amount=1000");
    assert_eq!(server.send(text).await.status, 415);
    let rate_limit = Some(RateLimit { per_second: 1, burst: 1 });
    let settings = Settings { rate_limit, ..Settings::clone(&server.app.settings) };
    let router = vinr_server::router(App::new(server.app.env.clone(), server.app.db.clone(), settings));
    let ask = |key: &str| {
        let request = Request::post("/v1/payments").header("x-api-key", &server.secret_key);
        let request = request.header("idempotency-key", key).header("content-type", "application/json");
        request.body(Body::from(json!({"amount": 1000, "currency": "EUR"}).to_string())).expect("a request")
    };
    oneshot(router.clone(), ask("another")).await.ok();
    assert_eq!(oneshot(router, ask("order-1")).await.status, 429);

    let made = server.post_with_key("/v1/payments", "order-1", &json!({"amount": 1000, "currency": "EUR"})).await;
    assert!(made.headers.get("idempotent-replayed").is_none());
    made.ok();
}

async fn concurrent_captures_have_one_winner(engine: Engine) {
    let server = Server::start(engine).await;
    let hold =
        json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true, "capture": false});
    let held = server.post("/v1/payments", hold).await.ok();
    let path = format!("/v1/payments/{}", held["id"].as_str().expect("an id"));
    let (capture, cancel) = (format!("{path}/capture"), format!("{path}/cancel"));
    let asks = (0..40).map(|n| server.post(if n % 2 == 0 { &capture } else { &cancel }, json!({})));
    let answers = join_all(asks).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 422)));
    server.assert_ledger().await;
}

async fn a_secret_that_is_replayed_is_not_stored_readably(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({"url": "http://127.0.0.1:9/hook"});
    let made = server.post_with_key("/v1/webhooks", "hook", &body).await;
    let secret = made.ok()["secret"].as_str().expect("shown once").to_owned();
    assert_eq!(server.post_with_key("/v1/webhooks", "hook", &body).await.bytes, made.bytes);
    let rows =
        server.app.db.query("SELECT body FROM idempotency WHERE id = $1", &["hook".into()]).await.expect("a row");
    let stored = rows[0].blob(0);
    assert!(stored.len() > made.bytes.len());
    assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()));
}
