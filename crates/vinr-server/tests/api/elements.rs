//! Sessions and their client secrets: what a browser may do with one, and what not.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    a_session_is_a_payment_with_a_secret_that_is_shown_once,
    a_browser_sees_a_part_of_the_one_payment_whose_secret_it_has,
    a_browser_confirms_its_payment_and_then_its_secret_opens_nothing,
    a_secret_opens_nothing_of_a_payment_that_is_over_otherwise,
    a_secret_opens_nothing_of_a_payment_whose_tries_are_used_up,
    a_browser_has_no_say_in_what_is_the_merchants,
    a_browser_is_not_told_what_a_secret_key_was_answered,
    a_declined_payment_may_be_tried_again_by_the_browser,
);

/// A request of a browser with a client secret in its header.
async fn ask(server: &Server, method: Method, path: &str, secret: &str, body: Option<Value>) -> Answer {
    let headers = [("x-vinr-client-secret", secret)];
    server.call(method, path, Some(&server.public_key), &headers, body.map(|body| body.to_string())).await
}

fn path(payment: &Value) -> String {
    format!("/v1/payments/{}", payment["id"].as_str().expect("an id"))
}

fn refused(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

fn invalid() -> (u16, String) {
    (403, "client_secret_invalid".into())
}

/// A card that was typed into our own fields; its token.
pub async fn token(server: &Server, number: &str) -> String {
    let card = json!({"number": number, "expMonth": 12, "expYear": 2039, "cvc": "123"});
    let method = server.ask_from_our_page("/v1/payment-methods", json!({"type": "card", "card": card})).await.ok();
    method["id"].as_str().expect("an id").to_owned()
}

async fn a_session_is_a_payment_with_a_secret_that_is_shown_once(engine: Engine) {
    let server = Server::start(engine).await;
    let (session, secret) = server.session(json!({"description": "Two pens"})).await;
    let (id, random) = secret.rsplit_once("_secret_").expect("two parts");
    assert_eq!((id, random.len()), (session["id"].as_str().expect("an id"), 64));
    assert_eq!((&session["status"], &session["description"]), (&json!("pending"), &json!("Two pens")));
    let mut payment = session;
    payment.as_object_mut().expect("an object").remove("clientSecret");
    assert_eq!(server.get(&path(&payment)).await.ok(), payment, "it is a payment as any other");
    for answer in [server.get("/v1/payments").await, server.get("/v1/events").await] {
        assert!(!String::from_utf8_lossy(&answer.bytes).contains(random));
    }
    let rows = server.app.db.query("SELECT id, digest FROM client_secrets", &[]).await.expect("rows");
    assert_eq!((rows.len(), rows[0].text(0)), (1, id));
    assert!(!secret.contains(rows[0].text(1)), "what is kept is a digest");
}

async fn a_browser_sees_a_part_of_the_one_payment_whose_secret_it_has(engine: Engine) {
    let server = Server::start(engine).await;
    let more = json!({"metadata": {"margin": "12"}, "receiptEmail": "ada@example.com"});
    let (payment, secret) = server.session(more).await;
    let shown = ask(&server, Method::GET, &path(&payment), &secret, None).await.ok();
    let names: Vec<&str> = shown.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "id",
        "object",
        "status",
        "amount",
        "originalAmount",
        "currency",
        "description",
        "method",
        "card",
        "captureMethod",
        "savePaymentMethod",
        "returnUrl",
        "authenticationUrl",
        "failure",
        "expiresAt",
        "completedAt",
        "created_at",
    ];
    assert_eq!(names, expected);
    assert_eq!((&shown["id"], &shown["amount"], &shown["currency"]), (&payment["id"], &json!(1000), &json!("EUR")));
    let (other, others) = server.session(json!({})).await;
    let plain = server.post("/v1/payments", json!({"amount": 1, "currency": "EUR"})).await.ok();
    for (place, secret) in [
        (path(&payment), others.as_str()),
        (path(&other), secret.as_str()),
        (path(&plain), secret.as_str()),
        ("/v1/payments/pay_nobodys".to_owned(), secret.as_str()),
        (path(&payment), "pay_1"),
        (path(&payment), ""),
    ] {
        assert_eq!(refused(&ask(&server, Method::GET, &place, secret, None).await), invalid(), "{place}");
    }
    let in_address = format!("{}?clientSecret={secret}", path(&payment));
    let answer = server.call(Method::GET, &in_address, Some(&server.public_key), &[], None).await;
    assert_ne!(answer.status, 200, "never in an address");
    let list = ask(&server, Method::GET, "/v1/payments", &secret, None).await;
    assert_eq!(refused(&list), (403, "insufficient_scope".into()));
}

async fn a_browser_confirms_its_payment_and_then_its_secret_opens_nothing(engine: Engine) {
    let server = Server::start(engine).await;
    let confirm = |payment: &Value| format!("{}/confirm", path(payment));
    let (payment, secret) = server.session(json!({})).await;
    let body = json!({"clientSecret": secret, "paymentMethodId": token(&server, "4242424242424242").await});
    let none = server.ask_from_our_page(&confirm(&payment), json!({"paymentMethodId": body["paymentMethodId"]})).await;
    assert_eq!(refused(&none), (403, "insufficient_scope".into()));
    let (other, _) = server.session(json!({})).await;
    assert_eq!(refused(&server.ask_from_our_page(&confirm(&other), body.clone()).await), invalid());
    let paid = server.ask_from_our_page(&confirm(&payment), body.clone()).await.ok();
    assert_eq!((&paid["status"], &paid["card"]["last4"]), (&json!("completed"), &json!("4242")));
    assert!(paid.get("checkoutUrl").is_none() && paid.get("fee").is_none(), "{paid}");
    assert_eq!(refused(&server.ask_from_our_page(&confirm(&payment), body).await), invalid());
    assert_eq!(refused(&ask(&server, Method::GET, &path(&payment), &secret, None).await), invalid());
    server.assert_ledger().await;
}

async fn a_secret_opens_nothing_of_a_payment_that_is_over_otherwise(engine: Engine) {
    let server = Server::start(engine).await;
    let (cancelled, first) = server.session(json!({})).await;
    server.post(&format!("{}/cancel", path(&cancelled)), json!({})).await.ok();
    let (held, second) = server.session(json!({"capture": false})).await;
    let pays = json!({"paymentMethodId": token(&server, "4242424242424242").await});
    ask(&server, Method::POST, &format!("{}/confirm", path(&held)), &second, Some(pays)).await.ok();
    let (expired, third) = server.session(json!({})).await;
    server.advance(86_401).await;
    for (payment, secret) in [(cancelled, first), (held, second), (expired, third)] {
        assert_eq!(refused(&ask(&server, Method::GET, &path(&payment), &secret, None).await), invalid(), "{payment}");
    }
}

async fn a_secret_opens_nothing_of_a_payment_whose_tries_are_used_up(engine: Engine) {
    let server = Server::start(engine).await;
    let (payment, secret) = server.session(json!({})).await;
    for _ in 0..10 {
        assert_eq!(ask(&server, Method::GET, &path(&payment), &secret, None).await.status, 200);
        let declined = json!({"paymentMethodId": token(&server, "4000000000000002").await});
        let confirm = format!("{}/confirm", path(&payment));
        let tried = ask(&server, Method::POST, &confirm, &secret, Some(declined)).await.ok();
        assert_eq!(tried["status"], "failed");
    }
    assert_eq!(refused(&ask(&server, Method::GET, &path(&payment), &secret, None).await), invalid());
}

async fn a_browser_has_no_say_in_what_is_the_merchants(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = server.post("/v1/customers", json!({"id": "cust_ada"})).await.ok()["id"].clone();
    let saved = server.saved("cust_ada", "4242424242424242").await;
    let (payment, secret) = server.session(json!({})).await;
    let confirm = format!("{}/confirm", path(&payment));
    let forbidden = (403, "insufficient_scope".to_owned());
    let missing = (404, "resource_missing".to_owned());
    let token = token(&server, "4242424242424242").await;
    for (body, expected) in [
        (json!({"paymentMethodId": token, "offSession": true}), forbidden.clone()),
        (json!({"paymentMethodId": token, "expand": ["customer"]}), forbidden.clone()),
        (json!({"paymentMethodId": "pm_test_4242"}), missing.clone()),
        (json!({"paymentMethodId": saved}), missing.clone()),
        (json!({"paymentMethodId": "pm_nobodys"}), missing),
        (json!({}), (400, "payment_method_missing".to_owned())),
    ] {
        let answer = ask(&server, Method::POST, &confirm, &secret, Some(body.clone())).await;
        assert_eq!(refused(&answer), expected, "{body}");
    }
    let expand = format!("{}?expand[]=customer", path(&payment));
    assert_eq!(refused(&ask(&server, Method::GET, &expand, &secret, None).await), forbidden);
    for action in ["capture", "cancel"] {
        let place = format!("{}/{action}", path(&payment));
        assert_eq!(refused(&ask(&server, Method::POST, &place, &secret, Some(json!({}))).await), forbidden);
    }
    assert_eq!(server.get(&path(&payment)).await.ok()["status"], "pending");
    let (theirs, secret) = server.session(json!({"customerId": customer})).await;
    let place = format!("{}/confirm", path(&theirs));
    let paid = ask(&server, Method::POST, &place, &secret, Some(json!({"paymentMethodId": saved}))).await.ok();
    assert_eq!(paid["status"], "completed", "a card of the payment's own customer pays");
}

async fn a_browser_is_not_told_what_a_secret_key_was_answered(engine: Engine) {
    let server = Server::start(engine).await;
    let (payment, secret) = server.session(json!({"metadata": {"margin": "12"}})).await;
    let (confirm, body) = (format!("{}/confirm", path(&payment)), json!({"paymentMethodId": "pm_test_4242"}));
    server.post_with_key(&confirm, "one", &body).await.ok();
    let again = |secret: &'static str| {
        let headers = [("idempotency-key", "one"), ("x-vinr-client-secret", secret)];
        let (server, confirm, body) = (&server, &confirm, body.to_string());
        async move { server.call(Method::POST, confirm, Some(&server.public_key), &headers, Some(body)).await }
    };
    for secret in ["wrong", &*secret.leak()] {
        let answer = again(secret).await;
        assert!(matches!(answer.status, 403 | 409), "{}", answer.status);
        assert!(!String::from_utf8_lossy(&answer.bytes).contains("margin"));
    }
}

async fn a_declined_payment_may_be_tried_again_by_the_browser(engine: Engine) {
    let server = Server::start(engine).await;
    let (payment, secret) = server.session(json!({})).await;
    let confirm = format!("{}/confirm", path(&payment));
    for (number, status) in [("4000000000009995", "failed"), ("4000000000003220", "requires_authentication")] {
        let body = json!({"paymentMethodId": token(&server, number).await});
        let tried = ask(&server, Method::POST, &confirm, &secret, Some(body)).await.ok();
        assert_eq!(tried["status"], status);
        let url = tried["authenticationUrl"].as_str();
        assert_eq!(url.is_some_and(|url| url.contains("/elements/v1/challenge/")), status != "failed");
        let page = payment["checkoutUrl"].as_str().and_then(|url| url.rsplit('/').next()).expect("a secret");
        assert!(
            url.is_none_or(|url| !url.contains(page)),
            "the hosted page's secret is not for browsers that pay here"
        );
    }
}
