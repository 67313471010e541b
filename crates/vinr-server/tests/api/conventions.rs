//! What holds for every request: its problems, its headers, its environment. `bad_requests` has the bad ones.

use axum::body::Body;
use axum::http::Request;
use reqwest::Method;
use serde_json::{Value, json};
use vinr_core::keys::Environment;

use crate::endpoints_replayed::written;
use crate::harness::{Answer, Engine, Server, on_both_engines, oneshot};

on_both_engines!(
    all_problems_of_a_request_are_told_at_once,
    what_contradicts_itself_is_told_at_once,
    live_draws_its_ids_and_says_what_else_is_wrong,
    a_whole_number_is_an_integer_however_it_is_written,
    headers_are_checked,
    bodies_are_json_and_not_too_large,
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
    let mut told = error["errors"].as_array().expect("all of them").iter();
    assert!(told.any(|one| one["param"] == "currency" && one["code"] == "currency_unknown"), "{error}");
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
        "fees": {"bps": 1, "fixed": {"EURO": 1, "DMARK": 1}}, "ipAllowList": ["here"], "allowedOrigins": ["https://ada.example/"], "branding": {"color": "red"}});
    let answer = server.patch("/v1/account", body).await;
    let params: Vec<String> = problems(&answer).into_iter().map(|(param, _)| param).collect();
    let expected = [
        "allowedOrigins",
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

/// The document says `integer`, and to JSON Schema `1000.0` is one.
async fn a_whole_number_is_an_integer_however_it_is_written(engine: Engine) {
    let server = Server::start(engine).await;
    let first = server.post_with_key("/v1/payments", "one", &json!({"amount": 1000.0, "currency": "EUR"})).await;
    assert_eq!(first.ok()["amount"].to_string(), "1000");
    let same = server.post_with_key("/v1/payments", "one", &json!({"amount": 1000, "currency": "EUR"})).await;
    assert_eq!((same.status, &same.bytes), (200, &first.bytes), "it is the same request");
    let path = format!("/v1/test/payments/{}/pay", first.ok()["id"].as_str().expect("an id"));
    let card = json!({"number": "4242424242424242", "expMonth": 3.0, "expYear": 2040.0});
    assert_eq!(server.post(&path, card).await.ok()["card"]["expMonth"], 3);
    let half = server.post("/v1/payments", json!({"amount": 1000.5, "currency": "EUR"})).await;
    assert_eq!(problems(&half), named(&[("amount", "invalid")]));
}

const MIB: usize = 1 << 20;

/// Status, code, type and parameter of a refusal.
fn refused(answer: &Answer) -> (u16, String, String, Option<String>) {
    let error = &answer.json()["error"];
    let text = |name: &str| error[name].as_str().map(str::to_owned);
    (answer.status, answer.code(), text("type").unwrap_or_default(), text("param"))
}

fn refusal(status: u16, code: &str, kind: &str, param: Option<&str>) -> (u16, String, String, Option<String>) {
    (status, code.to_owned(), kind.to_owned(), param.map(str::to_owned))
}

async fn headers_are_checked(engine: Engine) {
    let server = Server::start(engine).await;
    let key = Some(server.secret_key.as_str());
    let invalid = |code, param| refusal(400, code, "invalid_request_error", Some(param));
    let body = || Some(json!({"amount": 1, "currency": "EUR"}).to_string());
    let post = |headers: &'static [(&'static str, &'static str)]| {
        server.call(Method::POST, "/v1/payments", key, headers, body())
    };
    let version = post(&[("vinr-version", "2020-01-01")]).await;
    assert_eq!(refused(&version), invalid("version_unknown", "Vinr-Version"));
    assert_eq!(post(&[("vinr-version", "2026-04-01")]).await.status, 200);
    let two_keys = post(&[("x-api-key", "sk_test_another")]).await;
    assert_eq!(refused(&two_keys), invalid("parameter_conflict", "X-Api-Key"));
    let same = server.secret_key.as_str();
    assert_eq!(server.call(Method::GET, "/v1/balance", key, &[("x-api-key", same)], None).await.status, 200);
    let two_idempotency_keys = post(&[("idempotency-key", "one"), ("idempotency-key", "another")]).await;
    assert_eq!(refused(&two_idempotency_keys), invalid("parameter_conflict", "Idempotency-Key"));
    let long = "k".repeat(256);
    let answer = server.post_with_key("/v1/payments", &long, &json!({"amount": 1, "currency": "EUR"})).await;
    assert_eq!(refused(&answer), invalid("parameter_invalid", "Idempotency-Key"));
    for secret in ["sk_live_x", "sk_test_unknown", "nonsense", ""] {
        let answer = server.call(Method::GET, "/v1/payments", Some(secret), &[], None).await;
        let expected = refusal(401, "invalid_api_key", "authentication_error", Some("Authorization"));
        assert_eq!(refused(&answer), expected, "{secret}");
        assert_eq!(answer.headers["www-authenticate"], "Bearer realm=\"VINR\"", "{secret}");
    }
    let live = server.call(Method::GET, "/v1/payments", Some("sk_live_x"), &[], None).await.json();
    let message = live["error"]["message"].as_str().expect("a message");
    assert!(message.contains("belongs to the live environment"), "{message}");
    let basic = server.http.get(format!("{}/v1/payments", server.url)).basic_auth(&server.secret_key, Some(""));
    assert_eq!(server.send(basic).await.status, 200);
}

async fn bodies_are_json_and_not_too_large(engine: Engine) {
    let server = Server::start(engine).await;
    let before = written(&server).await;
    let whole = |length: usize| {
        let around = json!({"amount": 1, "currency": "EUR", "metadata": {}, "nothing": ""}).to_string().len();
        json!({"amount": 1, "currency": "EUR", "metadata": {}, "nothing": "x".repeat(length - around)}).to_string()
    };
    let post = async |body: String| {
        let request = Request::post("/v1/payments").header("x-api-key", &server.secret_key);
        let request = request.header("content-type", "application/json").body(Body::from(body));
        oneshot(vinr_server::router(server.app.clone()), request.expect("a request")).await
    };
    let unknown = refusal(400, "parameter_unknown", "invalid_request_error", Some("nothing"));
    assert_eq!(refused(&post(whole(MIB)).await), unknown, "it was read");
    let too_large = refusal(413, "body_too_large", "invalid_request_error", None);
    for length in [MIB + 1, 8 * MIB, 8 * MIB + 1, 9 * MIB] {
        assert_eq!(refused(&post(whole(length)).await), too_large, "{length} bytes");
    }
    // Over a connection, whose other end has to come to the point where it reads.
    for length in [MIB + 1, 8 * MIB] {
        let answer =
            server.call(Method::POST, "/v1/payments", Some(&server.secret_key), &[], Some(whole(length))).await;
        assert_eq!(refused(&answer), too_large, "{length} bytes");
    }
    for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/jsonp")] {
        let request = server.http.post(format!("{}/v1/payments", server.url)).bearer_auth(&server.secret_key);
        let request = kind.into_iter().fold(request, |request, kind| request.header("content-type", kind));
        let answer = server.send(request.body("{\"amount\": 1, \"currency\": \"EUR\"}")).await;
        let unsupported = refusal(415, "content_type_unsupported", "invalid_request_error", Some("Content-Type"));
        assert_eq!(refused(&answer), unsupported, "{kind:?}");
    }
    let broken = server.call(Method::POST, "/v1/payments", Some(&server.secret_key), &[], Some("{".into())).await;
    assert_eq!(refused(&broken), refusal(400, "invalid_json", "invalid_request_error", None));
    let twice = "{\"metadata\": {\"a\": 1, \"a\": 1}}".to_owned();
    let twice = server.call(Method::POST, "/v1/payments", Some(&server.secret_key), &[], Some(twice)).await;
    assert_eq!(refused(&twice), refusal(400, "parameter_conflict", "invalid_request_error", Some("a")));
    let spellings = json!({"amount": 1, "currency": "EUR", "customer": "cust_1", "customer_id": "cust_2"});
    let conflict = refusal(400, "parameter_conflict", "invalid_request_error", Some("customerId"));
    assert_eq!(refused(&server.post("/v1/payments", spellings).await), conflict);
    assert_eq!(written(&server).await, before, "nothing is written");
}

async fn live_refuses_test_cards_and_unverified_businesses(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    let body = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
    assert_eq!(server.post("/v1/payments", body).await.code(), "test_card_in_live");
    assert_eq!(server.get("/v1/test/clock").await.code(), "route_missing");
    assert_eq!(server.get("/v1/payments").await.ok()["data"], json!([]));
}
