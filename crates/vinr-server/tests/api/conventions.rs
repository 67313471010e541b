//! What holds for every request: its problems, its headers, its environment. `bad_requests` has the bad ones.

use reqwest::Method;
use serde_json::{Value, json};
use vinr_core::keys::Environment;

use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    all_problems_of_a_request_are_told_at_once,
    what_contradicts_itself_is_told_at_once,
    live_draws_its_ids_and_says_what_else_is_wrong,
    headers_are_checked,
    live_refuses_test_cards_and_unverified_businesses,
);

/// The parameters that an answer names, with their codes.
fn problems(answer: &Answer) -> Vec<(String, String)> {
    assert_eq!(answer.status, 400, "{}", String::from_utf8_lossy(&answer.bytes));
    let error = &answer.json()["error"];
    let all = error["errors"].as_array().expect("all of them").clone();
    assert_eq!((&all[0]["param"], &all[0]["code"]), (&error["param"], &error["code"]), "the first is the answer's");
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let mut named: Vec<(String, String)> = all.iter().map(|one| (text(one, "param"), text(one, "code"))).collect();
    named.sort();
    named
}

fn named(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(param, code)| ((*param).to_owned(), format!("parameter_{code}"))).collect()
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

    // The key's, the query's and the body's.
    let body = json!({"amount": 0, "currency": "KWD", "statementDescriptor": "123", "idempotencyKey": 7}).to_string();
    let path = "/v1/payments?one=1&limit=2&limit=3";
    let answer = server.call(Method::POST, path, Some(&server.secret_key), &[], Some(body)).await;
    let expected = [
        ("amount", "invalid"),
        ("idempotencyKey", "invalid"),
        ("limit", "conflict"),
        ("limit", "unknown"),
        ("one", "unknown"),
        ("statementDescriptor", "invalid"),
    ];
    assert_eq!(problems(&answer), named(&expected));
}

async fn what_contradicts_itself_is_told_at_once(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({"amount": 12345, "currency": "KWD", "capture": true, "captureMethod": "manual", "confirm": true,
        "savePaymentMethod": true});
    let expected = [
        ("amount".to_owned(), "parameter_invalid".to_owned()),
        ("captureMethod".to_owned(), "parameter_conflict".to_owned()),
        ("customerId".to_owned(), "parameter_missing".to_owned()),
        ("paymentMethodId".to_owned(), "payment_method_missing".to_owned()),
    ];
    assert_eq!(problems(&server.post("/v1/payments", body).await), expected);
    let body = json!({"name": " ", "timeZone": "Mars/Olympus", "country": "XX", "statementDescriptor": "1",
        "fees": {"bps": 1, "fixed": {"EURO": 1, "DMARK": 1}}, "ipAllowList": ["here"], "branding": {"color": "red"}});
    let answer = server.patch("/v1/account", body).await;
    let params: Vec<String> = problems(&answer).into_iter().map(|(param, _)| param).collect();
    let expected = [
        "branding.color",
        "country",
        "fees.fixed.DMARK",
        "fees.fixed.EURO",
        "ipAllowList",
        "name",
        "statementDescriptor",
        "timeZone",
    ];
    assert_eq!(params, expected);
    assert_eq!(server.get("/v1/account").await.ok()["fees"]["bps"], 150, "nothing was changed");
}

async fn live_draws_its_ids_and_says_what_else_is_wrong(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    let body = json!({"id": "pay_mine", "amount": 12345, "currency": "KWD"});
    let answer = server.post("/v1/payments", body).await;
    assert_eq!(problems(&answer), named(&[("amount", "invalid"), ("id", "unknown")]));
    let body = json!({"id": "cust_mine", "defaultMethodId": "pm_1", "address": {"country": "XX"}});
    let answer = server.post("/v1/customers", body).await;
    assert_eq!(problems(&answer), named(&[("address.country", "invalid")]), "the form comes first");
    let body = json!({"id": "cust_mine", "defaultMethodId": "pm_1"});
    let answer = server.post("/v1/customers", body).await;
    assert_eq!(problems(&answer), named(&[("defaultMethodId", "invalid"), ("id", "unknown")]));
    let customer = server.post("/v1/customers", json!({})).await.ok()["id"].clone();
    let path = format!("/v1/customers/{}/setup-method", customer.as_str().expect("an id"));
    assert_eq!(problems(&server.post(&path, json!({"id": "set_mine"})).await), named(&[("id", "unknown")]));
    let body = json!({"id": "we_mine", "url": "http://ada.example/", "enabledEvents": ["payment.complete", "x"]});
    let expected = [("enabledEvents", "invalid"), ("enabledEvents", "invalid"), ("id", "unknown"), ("url", "invalid")];
    assert_eq!(problems(&server.post("/v1/webhooks", body).await), named(&expected));
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
    let form = server.http.post(format!("{}/v1/payments", server.url)).bearer_auth(&server.secret_key).body("a=b");
    assert_eq!(server.send(form).await.status, 415);
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
    let basic = server.http.get(format!("{}/v1/payments", server.url)).basic_auth(&server.secret_key, Some(""));
    assert_eq!(server.send(basic).await.status, 200);
}

async fn live_refuses_test_cards_and_unverified_businesses(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    let body = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
    assert_eq!(server.post("/v1/payments", body).await.code(), "test_card_in_live");
    assert_eq!(server.get("/v1/test/clock").await.code(), "route_missing");
    assert_eq!(server.get("/v1/payments").await.ok()["data"], json!([]));
}
