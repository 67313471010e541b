//! The documentation as merchants read it: the answers that it prints, its tables of endpoints, parameters, statuses and
//! errors, and its three ways to pay, which all end in the same payment.

use axum::body::Body;
use axum::http::Request;
use reqwest::Method;
use serde_json::{Value, json};
use vinr_server::settings::Settings;
use vinr_server::{App, RateLimit};

use crate::harness::{Answer, Engine, Server, on_both_engines, oneshot};
use crate::webhooks_merchant::id;

on_both_engines!(
    the_payment_that_is_printed_is_answered,
    every_endpoint_that_is_printed_is_there,
    what_is_not_named_has_the_default_that_is_printed,
    each_status_that_is_printed_is_reached,
    each_error_that_is_printed_is_answered,
    the_three_ways_to_pay_end_in_the_same_payment_and_the_same_events,
    the_customer_and_the_saved_method_that_are_printed_are_answered,
);

/// When the printed payment was made.
const PRINTED_AT: &str = "2026-04-15T10:30:00Z";

fn order() -> Value {
    json!({"amount": 1000, "currency": "EUR"})
}

fn with(mut body: Value, more: &Value) -> Value {
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

/// Asserts that an object has everything that is printed, as it is printed.
fn assert_printed(printed: &Value, object: &Value) {
    for (name, value) in printed.as_object().expect("an object") {
        assert_eq!(object.get(name), Some(value), "{name} of {object}");
    }
}

async fn the_payment_that_is_printed_is_answered(engine: Engine) {
    let server = Server::start_at(engine, PRINTED_AT).await;
    let printed = json!({
        "id": "pay_1234567890",
        "object": "payment",
        "status": "completed",
        "amount": 1000,
        "currency": "EUR",
        "created_at": "2026-04-15T10:30:00Z",
        "metadata": {}
    });
    let ask = with(order(), &json!({"id": "pay_1234567890", "paymentMethod": "pm_test_4242", "confirm": true}));
    assert_printed(&printed, &server.post("/v1/payments", ask).await.ok());
    assert_printed(&printed, &server.get("/v1/payments/pay_1234567890").await.ok());
    assert_printed(&printed, &server.get("/v1/payments").await.ok()["data"][0]);
    assert_printed(&printed, &server.get("/v1/events?type=payment.completed").await.ok()["data"][0]["data"]);
}

async fn every_endpoint_that_is_printed_is_there(engine: Engine) {
    let server = Server::start(engine).await;
    let make = async |path: &str, body: Value| id(&server.post(path, body).await.ok()).to_owned();
    let held = json!({"paymentMethod": "pm_test_4242", "confirm": true, "capture": false});
    let held = make("/v1/payments", with(order(), &held)).await;
    let paid = id(&server.paid(1000, "pm_test_4242").await).to_owned();
    let refund = make("/v1/refunds", json!({"paymentId": paid, "amount": 100})).await;
    let webhook = make("/v1/webhooks", json!({"url": "http://127.0.0.1:9/hook"})).await;
    server.advance(86_400).await;
    let settlement = id(&server.get("/v1/settlements").await.ok()["data"][0]).to_owned();
    let waiting = make("/v1/payments", order()).await;
    let printed = [
        ("POST", "/payments".to_owned(), order()),
        ("GET", format!("/payments/{paid}"), Value::Null),
        ("GET", "/payments".to_owned(), Value::Null),
        ("POST", format!("/payments/{held}/capture"), json!({})),
        ("POST", format!("/payments/{waiting}/cancel"), json!({})),
        ("POST", "/refunds".to_owned(), json!({"paymentId": paid})),
        ("GET", format!("/refunds/{refund}"), Value::Null),
        ("GET", "/refunds".to_owned(), Value::Null),
        ("POST", "/webhooks".to_owned(), json!({"url": "http://127.0.0.1:9/other"})),
        ("GET", "/webhooks".to_owned(), Value::Null),
        ("DELETE", format!("/webhooks/{webhook}"), Value::Null),
        ("GET", "/settlements".to_owned(), Value::Null),
        ("GET", format!("/settlements/{settlement}"), Value::Null),
        ("GET", format!("/settlements/{settlement}/transactions"), Value::Null),
    ];
    for (method, path, body) in printed {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let body = (!body.is_null()).then(|| body.to_string());
        let answer = server.call(method.clone(), &format!("/v1{path}"), Some(&server.secret_key), &[], body).await;
        assert_eq!(answer.status, 200, "{method} {path}: {}", String::from_utf8_lossy(&answer.bytes));
    }
    let document = server.get("/v1/openapi.json").await.ok();
    assert!(document["paths"]["/v1/payments/{id}/capture"]["post"].is_object(), "the document can be downloaded");
}

async fn what_is_not_named_has_the_default_that_is_printed(engine: Engine) {
    let server = Server::start(engine).await;
    let bare = server.post("/v1/payments", order()).await.ok();
    assert_eq!((&bare["description"], &bare["metadata"]), (&Value::Null, &json!({})));
    assert_eq!((&bare["captureMethod"], &bare["returnUrl"]), (&json!("automatic"), &Value::Null));
    let page = bare["checkoutUrl"].as_str().expect("a page");
    assert_eq!(server.send(server.http.get(page)).await.status, 200);
    let paid = server.paid(1000, "pm_test_4242").await;
    assert_eq!((&paid["status"], &paid["amountCaptured"]), (&json!("completed"), &json!(1000)), "captured at once");
    let named = json!({
        "description": "Order #1234", "returnUrl": "https://yoursite.com/checkout/return", "metadata": {"orderId": "1234"},
        "idempotencyKey": "order-1234", "capture": false, "paymentMethod": "pm_test_4242", "confirm": true,
    });
    let first = server.post("/v1/payments", with(order(), &named)).await;
    let held = first.ok();
    assert_eq!((&held["status"], &held["captureMethod"]), (&json!("authorized"), &json!("manual")));
    for name in ["description", "returnUrl", "metadata"] {
        assert_eq!(held[name], named[name], "{name}");
    }
    assert_eq!(server.post("/v1/payments", with(order(), &named)).await.bytes, first.bytes, "one key, one payment");
}

async fn each_status_that_is_printed_is_reached(engine: Engine) {
    let server = Server::start(engine).await;
    let waiting = server.post("/v1/payments", order()).await.ok();
    let mut reached = vec![waiting["status"].clone()];
    for token in ["pm_test_3220", "pm_test_4242", "pm_test_0002"] {
        reached.push(server.paid(1000, token).await["status"].clone());
    }
    let cancelled = server.post(&format!("/v1/payments/{}/cancel", id(&waiting)), json!({})).await.ok();
    reached.push(cancelled["status"].clone());
    assert_eq!(reached, ["pending", "requires_authentication", "completed", "failed", "cancelled"]);
}

/// Status, type and code of an error.
fn error(answer: &Answer) -> (u16, String, String) {
    let error = &answer.json()["error"];
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("type"), text("code"))
}

async fn each_error_that_is_printed_is_answered(engine: Engine) {
    let server = Server::start(engine).await;
    let expected = |status, kind: &str, code: &str| (status, kind.to_owned(), code.to_owned());
    let invalid = server.post("/v1/payments", json!({"amount": 0, "currency": "EUR"})).await;
    assert_eq!(error(&invalid), expected(400, "invalid_request_error", "parameter_invalid"));
    let unknown = server.call(Method::GET, "/v1/payments", Some("sk_test_your_secret_key"), &[], None).await;
    assert_eq!(error(&unknown), expected(401, "authentication_error", "invalid_api_key"));
    let public = server.call(Method::GET, "/v1/payments", Some(&server.public_key), &[], None).await;
    assert_eq!(error(&public), expected(403, "permission_error", "insufficient_scope"));
    let missing = server.get("/v1/payments/pay_1234567890").await;
    assert_eq!(error(&missing), expected(404, "invalid_request_error", "resource_missing"));
    server.post_with_key("/v1/payments", "order-1", &order()).await.ok();
    let conflict = server.post_with_key("/v1/payments", "order-1", &json!({"amount": 1, "currency": "EUR"})).await;
    assert_eq!(error(&conflict), expected(409, "idempotency_error", "idempotency_key_reused"));

    let rate_limit = Some(RateLimit { per_second: 1, burst: 1 });
    let settings = Settings { rate_limit, ..Settings::clone(&server.app.settings) };
    let router = vinr_server::router(App::new(server.app.env.clone(), server.app.db.clone(), settings));
    let ask = || Request::get("/v1/payments").header("x-api-key", &server.secret_key).body(Body::empty());
    oneshot(router.clone(), ask().expect("a request")).await.ok();
    let limited = oneshot(router, ask().expect("a request")).await;
    assert_eq!(error(&limited), expected(429, "rate_limit_error", "rate_limited"));
    assert!(limited.headers.contains_key("retry-after"));

    // A saved card whose number is gone from the vault: nothing that a client could mend.
    let customer = server.post("/v1/customers", json!({})).await.ok();
    let method = server.saved(id(&customer), "4242424242424242").await;
    assert_eq!(server.app.db.prune("DELETE FROM card_vault", &[]).await.expect("one row"), 1);
    let ours = server.post("/v1/payments", with(order(), &json!({"paymentMethod": method, "confirm": true}))).await;
    assert_eq!(error(&ours), expected(500, "api_error", "internal_error"));
    let told = String::from_utf8_lossy(&ours.bytes).into_owned();
    assert!(!told.contains("vault") && told.contains("retry"), "it says what to do, and nothing of the inside: {told}");
}

/// The hosted page, card fields in the merchant's page, and the API.
#[derive(Debug, Clone, Copy)]
enum Way {
    Hosted,
    Embedded,
    Direct,
}

/// Pays 10.00 this way with this card; the payment as its merchant sees it in the end.
async fn pay(server: &Server, way: Way, number: &str) -> Value {
    let card = json!({"number": number, "expMonth": 12, "expYear": 2039, "cvc": "123"});
    let made = match way {
        Way::Hosted => {
            let waiting = server.post("/v1/payments", order()).await.ok();
            server.post(&format!("/v1/test/payments/{}/pay", id(&waiting)), card).await.ok()
        }
        Way::Embedded => {
            let (session, secret) = server.session(json!({})).await;
            let token = json!({"type": "card", "card": card, "clientSecret": secret});
            let token = server.ask_from_our_page("/v1/payment-methods", token).await.ok();
            let confirm = json!({"paymentMethodId": id(&token), "clientSecret": secret});
            server.ask_from_our_page(&format!("/v1/payments/{}/confirm", id(&session)), confirm).await.ok();
            session
        }
        Way::Direct => {
            let token = server.post("/v1/payment-methods", json!({"type": "card", "card": card})).await.ok();
            let charge = json!({"paymentMethod": id(&token), "confirm": true});
            server.post("/v1/payments", with(order(), &charge)).await.ok()
        }
    };
    server.get(&format!("/v1/payments/{}", id(&made))).await.ok()
}

async fn the_three_ways_to_pay_end_in_the_same_payment_and_the_same_events(engine: Engine) {
    let server = Server::start(engine).await;
    server.attest().await;
    for (number, status, told) in
        [("4242424242424242", "completed", "payment.completed"), ("4000000000000002", "failed", "payment.failed")]
    {
        let mut payments = Vec::new();
        for way in [Way::Hosted, Way::Embedded, Way::Direct] {
            let mut payment = pay(&server, way, number).await;
            let events = server.get("/v1/events?limit=10").await.ok();
            let events = events["data"].as_array().expect("a list").iter();
            let own = events.filter(|event| event["data"]["id"] == payment["id"]);
            let kinds: Vec<&str> = own.clone().map(|event| event["type"].as_str().expect("a type")).collect();
            assert_eq!(kinds, [told, "payment.created"], "{way:?}");
            let carried = own.clone().next().expect("one").clone();
            assert_eq!(carried["data"], payment, "{way:?}: the event carries the payment");
            // What is each payment's own.
            for name in ["id", "checkoutUrl", "paymentMethodId", "timeline", "expiresAt", "completedAt", "created_at"] {
                payment[name].take();
            }
            payments.push(payment);
        }
        assert_eq!(payments[0]["status"], status);
        assert_eq!((&payments[1], &payments[2]), (&payments[0], &payments[0]));
    }
    server.assert_ledger().await;
}

async fn the_customer_and_the_saved_method_that_are_printed_are_answered(engine: Engine) {
    let server = Server::start_at(engine, PRINTED_AT).await;
    server.attest().await;
    let printed = json!({"email": "ada@example.com", "name": "Ada Lovelace", "metadata": {"internalId": "user_8821"}});
    let customer = server.post("/v1/customers", with(printed.clone(), &json!({"id": "cust_9Kp2v"}))).await.ok();
    assert_printed(&with(printed, &json!({"id": "cust_9Kp2v", "object": "customer"})), &customer);
    for query in ["email=ada@example.com", "metadata[internalId]=user_8821"] {
        assert_eq!(server.get(&format!("/v1/customers?{query}")).await.ok()["data"], json!([customer]), "{query}");
    }
    let setup = json!({"returnUrl": "https://yoursite.com/wallet/saved"});
    let setup = server.post("/v1/customers/cust_9Kp2v/setup-method", setup).await.ok();
    assert!(setup["checkoutUrl"].is_string());
    let card = json!({"number": "4242 4242 4242 4242", "expMonth": 12, "expYear": 2028});
    let saved = server.post(&format!("/v1/test/setups/{}/pay", id(&setup)), card.clone()).await.ok();
    let methods = server.get("/v1/customers/cust_9Kp2v/methods").await.ok()["data"].clone();
    let shown = json!({"brand": "visa", "last4": "4242", "expMonth": 12, "expYear": 2028});
    assert_printed(&with(shown.clone(), &json!({"id": saved["paymentMethodId"]})), &methods[0]);

    // The charge as it is printed names a method by an id of its own choice.
    let own = json!({"id": "pm_4Tz9q", "type": "card", "card": card, "customerId": "cust_9Kp2v"});
    assert_printed(&with(shown, &json!({"id": "pm_4Tz9q"})), &server.post("/v1/payment-methods", own).await.ok());
    let changed = server.patch("/v1/customers/cust_9Kp2v", json!({"defaultMethodId": "pm_4Tz9q"})).await.ok();
    assert_eq!(changed["defaultMethodId"], "pm_4Tz9q");
    let charge = json!({
        "amount": 2500, "currency": "EUR", "customerId": "cust_9Kp2v", "offSession": true, "description": "Order #4471",
    });
    for charge in [with(charge.clone(), &json!({"paymentMethodId": "pm_4Tz9q"})), charge] {
        let payment = server.post("/v1/payments", charge).await.ok();
        assert_printed(&json!({"status": "completed", "amount": 2500, "paymentMethodId": "pm_4Tz9q"}), &payment);
    }
    let history = server.get("/v1/payments?customerId=cust_9Kp2v").await.ok();
    assert_eq!(history["data"].as_array().map(Vec::len), Some(2), "its payments are found by it");
    let path = "/v1/customers/cust_9Kp2v/methods/pm_4Tz9q";
    server.call(Method::DELETE, path, Some(&server.secret_key), &[], None).await.ok();
    let gone = json!({"amount": 2500, "currency": "EUR", "paymentMethodId": "pm_4Tz9q", "offSession": true});
    assert_eq!(server.post("/v1/payments", gone).await.code(), "payment_method_detached");
}
