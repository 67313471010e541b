//! Tokenised cards: who may hand one in, whose they become, and what may be charged with them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::elements::token;
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_card_over_the_api_needs_an_attestation_and_that_is_settled_before_the_body,
    a_public_key_tokenises_from_our_own_fields_only,
    a_program_tokenises_a_card_for_its_customer,
    a_token_that_is_nobodys_is_charged_with_an_attestation_only,
    a_token_of_a_sessions_customer_needs_none,
    a_token_that_nobody_claims_is_gone_after_a_day,
    a_token_that_pays_is_kept_for_the_customer_who_is_to_have_it,
);

const NUMBER: &str = "4242424242424242";

fn card(number: &str) -> Value {
    json!({"type": "card", "card": {"number": number, "expMonth": 12, "expYear": 2039, "cvc": "123"},
        "billingDetails": {"name": "Ada Lovelace"}})
}

fn charge(method: &str) -> Value {
    json!({"amount": 1000, "currency": "EUR", "paymentMethodId": method, "confirm": true})
}

async fn vaulted(server: &Server) -> i64 {
    server.app.db.query("SELECT COUNT(*) FROM card_vault", &[]).await.expect("a count")[0].int(0)
}

async fn a_card_over_the_api_needs_an_attestation_and_that_is_settled_before_the_body(engine: Engine) {
    let server = Server::start(engine).await;
    let path = "/v1/payment-methods";
    for body in ["{", "{}", &card(NUMBER).to_string()] {
        let answer = server.call(Method::POST, path, Some(&server.secret_key), &[], Some(body.to_owned())).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "pci_attestation_required"), "{body}");
        let answer = server.call(Method::POST, path, Some(&server.public_key), &[], Some(body.to_owned())).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "insufficient_scope"), "{body}");
    }
    server.attest().await;
    let made = server.post(path, card(NUMBER)).await.ok();
    assert_eq!((&made["brand"], &made["last4"], &made["status"]), (&json!("visa"), &json!("4242"), &json!("active")));
    assert_eq!((&made["customerId"], &made["billingDetails"]["name"]), (&Value::Null, &json!("Ada Lovelace")));
    assert_eq!(server.get(&format!("{path}/{}", made["id"].as_str().expect("an id"))).await.ok(), made);
    for (wrong, param) in [
        (json!({"number": "4242424242424241", "expMonth": 12, "expYear": 2039}), "card.number"),
        (json!({"number": "4000056655665556", "expMonth": 12, "expYear": 2039}), "card.number"),
        (json!({"number": NUMBER, "expMonth": 12, "expYear": 2020}), "card.expYear"),
        (json!({"number": NUMBER, "expYear": 2039}), "card.expMonth"),
    ] {
        let answer = server.post(path, json!({"type": "card", "card": wrong})).await;
        assert_eq!((answer.status, &answer.json()["error"]["param"]), (400, &json!(param)), "{}", answer.code());
    }
}

async fn a_public_key_tokenises_from_our_own_fields_only(engine: Engine) {
    let server = Server::start(engine).await;
    for origin in ["https://shop.example", "null"] {
        let (key, headers) = (Some(server.public_key.as_str()), [("origin", origin)]);
        let body = Some(card(NUMBER).to_string());
        let answer = server.call(Method::POST, "/v1/payment-methods", key, &headers, body).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "insufficient_scope"), "{origin}");
    }
    assert_eq!(vaulted(&server).await, 0);
    let made = server.ask_from_our_page("/v1/payment-methods", card(NUMBER)).await;
    assert_eq!(made.headers["connection"], "close", "the buffer goes with the connection");
    made.ok();
    for (name, value) in [("id", "pm_mine"), ("customerId", "cust_1")] {
        let mut body = card(NUMBER);
        body[name] = json!(value);
        let answer = server.ask_from_our_page("/v1/payment-methods", body).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "insufficient_scope"), "{name}");
    }
}

async fn a_program_tokenises_a_card_for_its_customer(engine: Engine) {
    let server = Server::start(engine).await;
    server.attest().await;
    server.post("/v1/customers", json!({"id": "cust_ada"})).await.ok();
    let mut body = card(NUMBER);
    body["customerId"] = json!("cust_ada");
    body["id"] = json!("pm_ada");
    let made = server.post("/v1/payment-methods", body.clone()).await.ok();
    assert_eq!((&made["id"], &made["customerId"]), (&json!("pm_ada"), &json!("cust_ada")));
    assert_eq!(server.get("/v1/customers/cust_ada").await.ok()["defaultMethodId"], "pm_ada");
    assert_eq!(server.post("/v1/payment-methods", body.clone()).await.code(), "resource_exists");
    body["id"] = json!("pm_test_4242");
    assert_eq!(server.post("/v1/payment-methods", body.clone()).await.code(), "parameter_invalid");
    body["id"] = json!("pm_other");
    body["customerId"] = json!("cust_nobodys");
    assert_eq!(server.post("/v1/payment-methods", body).await.code(), "resource_missing");
    let paid = server.post("/v1/payments", charge("pm_ada")).await.ok();
    assert_eq!((&paid["status"], &paid["customerId"]), (&json!("completed"), &json!("cust_ada")));
}

async fn a_token_that_is_nobodys_is_charged_with_an_attestation_only(engine: Engine) {
    let server = Server::start(engine).await;
    let token = token(&server, NUMBER).await;
    let waiting = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    let confirm = format!("/v1/payments/{}/confirm", waiting["id"].as_str().expect("an id"));
    for answer in [
        server.post("/v1/payments", charge(&token)).await,
        server.post(&confirm, json!({"paymentMethodId": token})).await,
    ] {
        assert_eq!((answer.status, answer.code().as_str()), (403, "pci_attestation_required"));
    }
    server.post("/v1/payments", charge("pm_test_4242")).await.ok();
    server.attest().await;
    assert_eq!(server.post("/v1/payments", charge(&token)).await.ok()["status"], "completed");
    assert_eq!(server.post(&confirm, json!({"paymentMethodId": token})).await.ok()["status"], "completed");
}

async fn a_token_of_a_sessions_customer_needs_none(engine: Engine) {
    let server = Server::start(engine).await;
    server.post("/v1/customers", json!({"id": "cust_ada"})).await.ok();
    let (_, secret) = server.session(json!({"customerId": "cust_ada"})).await;
    let mut body = card(NUMBER);
    body["clientSecret"] = json!(secret);
    let made = server.ask_from_our_page("/v1/payment-methods", body.clone()).await.ok();
    assert_eq!(made["customerId"], "cust_ada");
    let paid = server.post("/v1/payments", charge(made["id"].as_str().expect("an id"))).await.ok();
    assert_eq!((&paid["status"], &paid["customerId"]), (&json!("completed"), &json!("cust_ada")));
    body["clientSecret"] = json!(format!("{secret}0"));
    let answer = server.ask_from_our_page("/v1/payment-methods", body).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "client_secret_invalid"));
}

async fn a_token_that_nobody_claims_is_gone_after_a_day(engine: Engine) {
    let server = Server::start(engine).await;
    server.attest().await;
    let token = token(&server, NUMBER).await;
    server.advance(86_399).await;
    assert_eq!(vaulted(&server).await, 1);
    server.advance(1).await;
    assert_eq!(vaulted(&server).await, 0, "its number is forgotten");
    let answer = server.post("/v1/payments", charge(&token)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "payment_method_detached"));
}

async fn a_token_that_pays_is_kept_for_the_customer_who_is_to_have_it(engine: Engine) {
    let server = Server::start(engine).await;
    server.post("/v1/customers", json!({"id": "cust_ada"})).await.ok();
    for (number, status) in [("4000000000000002", "failed"), (NUMBER, "completed")] {
        let token = token(&server, number).await;
        let (payment, secret) = server.session(json!({"customerId": "cust_ada", "savePaymentMethod": true})).await;
        let path = format!("/v1/payments/{}/confirm", payment["id"].as_str().expect("an id"));
        let body = json!({"clientSecret": secret, "paymentMethodId": token});
        assert_eq!(server.ask_from_our_page(&path, body).await.ok()["status"], status);
        let method = server.get(&format!("/v1/payment-methods/{token}")).await.ok();
        let owner = if status == "completed" { json!("cust_ada") } else { Value::Null };
        assert_eq!(method["customerId"], owner);
    }
    server.advance(86_400).await;
    let off_session = json!({"amount": 500, "currency": "EUR", "customerId": "cust_ada", "offSession": true});
    assert_eq!(server.post("/v1/payments", off_session).await.ok()["status"], "completed", "it stays");
}
