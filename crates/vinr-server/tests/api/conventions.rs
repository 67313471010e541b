//! Bad input: a clear 4xx that names the field, never a 500, and nothing written.

use reqwest::Method;
use serde_json::{Value, json};
use vinr_core::keys::Environment;

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    malformed_bodies_name_their_field,
    two_hundred_bad_requests_write_nothing,
    all_problems_of_a_request_are_told_at_once,
    headers_are_checked,
    live_refuses_test_cards_and_unverified_businesses,
);

/// Bodies of a payment that must be refused, with the parameter that is at fault.
fn bad_payments() -> Vec<(Value, &'static str)> {
    let with = |name: &str, value: Value| {
        let mut body = json!({"amount": 1000, "currency": "EUR"});
        body[name] = value;
        body
    };
    let mut cases = Vec::new();
    for value in [
        json!(0),
        json!(-1),
        json!(1.5),
        json!("1000"),
        json!(null),
        json!([1]),
        json!({}),
        json!(true),
        json!(100_000_000_000_i64),
    ] {
        cases.push((with("amount", value), "amount"));
    }
    for value in
        [json!("EURO"), json!("XXX"), json!(""), json!(978), json!(null), json!("E R"), json!(["EUR"]), json!("ЕUR")]
    {
        cases.push((with("currency", value), "currency"));
    }
    for name in ["returnUrl", "cancelUrl"] {
        for value in [
            json!("shop"),
            json!("/return"),
            json!("ftp://x.example"),
            json!("javascript:alert(1)"),
            json!("http://"),
            json!(1),
            json!("https://u:p@x.example"),
        ] {
            cases.push((with(name, value), name));
        }
    }
    for (name, prefix) in [("customerId", "pay_1"), ("paymentMethodId", "cust_1"), ("id", "evt_1")] {
        let overlong = format!("{}_{}", prefix, "x".repeat(80));
        for value in [json!(prefix), json!(""), json!(7), json!(overlong), json!("_"), json!("pm"), json!("cust-1")] {
            cases.push((with(name, value), name));
        }
    }
    for name in ["capture", "confirm", "offSession"] {
        for value in [json!("true"), json!(1), json!([]), json!({}), json!("yes")] {
            cases.push((with(name, value), name));
        }
    }
    for value in [json!("auto"), json!(true), json!(""), json!(["manual"])] {
        cases.push((with("captureMethod", value), "captureMethod"));
    }
    for value in [json!("x".repeat(501)), json!(1), json!("a\u{0}b"), json!({})] {
        cases.push((with("description", value), "description"));
    }
    for value in [json!(""), json!("x".repeat(23)), json!(1), json!("123"), json!("a<b")] {
        cases.push((with("statementDescriptor", value), "statementDescriptor"));
    }
    for value in [json!("ada"), json!("a b@c.example"), json!("@"), json!(1)] {
        cases.push((with("receiptEmail", value), "receiptEmail"));
    }
    for (name, param) in
        [("amont", "amont"), ("currancy", "currancy"), ("AMOUNT", "AMOUNT"), ("", ""), ("card", "card")]
    {
        cases.push((with(name, json!("x")), param));
    }
    cases
}

async fn malformed_bodies_name_their_field(engine: Engine) {
    let server = Server::start(engine).await;
    for (body, param) in bad_payments() {
        let answer = server.post("/v1/payments", body.clone()).await;
        assert_eq!(answer.status, 400, "{body}: {}", String::from_utf8_lossy(&answer.bytes));
        let error = &answer.json()["error"];
        assert_eq!(error["param"], param, "{body}: {error}");
        assert!(error["message"].as_str().is_some_and(|message| message.len() > 10), "{error}");
        assert!(error["requestId"].as_str().is_some_and(|id| id.starts_with("req_")), "{error}");
    }
    assert_eq!(server.get("/v1/payments").await.ok()["data"], json!([]));
}

async fn two_hundred_bad_requests_write_nothing(engine: Engine) {
    let server = Server::start(engine).await;
    let key = Some(server.secret_key.as_str());
    let mut refused = 0;
    for (body, _) in bad_payments() {
        let text = body.to_string();
        // Cut short, the same body is no JSON any more.
        for body in [text.clone(), text[..text.len() - 1].to_owned()] {
            let answer = server.call(Method::POST, "/v1/payments", key, &[], Some(body)).await;
            assert_eq!(answer.status, 400);
            refused += 1;
        }
    }
    for raw in [
        "[]",
        "1",
        "\"x\"",
        "null",
        "{",
        "{\"amount\":}",
        "{\"amount\":1,\"amount\":2}",
        "\u{feff}{}",
        "{'a':1}",
        "\u{0}",
    ] {
        let answer = server.call(Method::POST, "/v1/payments", key, &[], Some(raw.into())).await;
        assert_eq!(answer.status, 400, "{raw}");
        refused += 1;
    }
    for path in [
        "/v1/payments?limit=0",
        "/v1/payments?limit=101",
        "/v1/payments?limit=x",
        "/v1/payments?status=paid",
        "/v1/payments?created[gte]=x",
        "/v1/payments?startingAfter=pay_1&endingBefore=pay_2",
        "/v1/payments?nope=1",
        "/v1/payments/cust_1",
        "/v1/payments/pay_%00",
        "/v1/events?type=payment.complete",
        "/v1/events?after=-1",
        "/v1/events?wait=31",
        "/v1/events/pay_1",
        "/v1/webhooks/evt_1",
        "/v1/payments?currency=EURO",
        "/v1/balance?x=1",
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status, 400, "{path}: {}", String::from_utf8_lossy(&answer.bytes));
        refused += 1;
    }
    assert!(refused >= 200, "{refused}");
    assert_eq!(server.get("/v1/payments/pay_unknown").await.code(), "resource_missing");
    assert_eq!(server.get("/v1/nothing").await.code(), "route_missing");
    assert_eq!(server.get("/v1/payments").await.ok()["data"], json!([]));
    assert_eq!(server.get("/v1/events").await.ok()["data"], json!([]));
}

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
