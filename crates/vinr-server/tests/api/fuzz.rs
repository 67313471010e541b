//! Whatever is sent, the answer is one of the API's: never a 500, never a body outside the form of errors. Bodies and
//! queries are made of each endpoint's own names, so that most of them come past the first check.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request};
use http_body_util::BodyExt as _;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Method;
use serde_json::{Map, Value, json};
use tower::ServiceExt as _;
use vinr_core::keys::Environment;

use crate::harness::{Engine, Server, on_both_engines};
use crate::right_calls::right_calls;

on_both_engines!(no_body_or_query_of_its_own_names_breaks_an_endpoint, no_bytes_break_an_endpoint);

/// Cases of each endpoint. More are played with `VINR_TEST_FUZZ_CASES`.
const CASES: u32 = 24;

/// An endpoint as the document has it.
struct Operation {
    method: String,
    path: String,
    query: Vec<String>,
    body: Vec<String>,
}

static OPERATIONS: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    let document = vinr_server::openapi(Environment::Sandbox, "http://sandbox.example");
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let query = parameters.filter(|one| one["in"] == "query").filter_map(|one| one["name"].as_str());
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                query: query.map(str::to_owned).collect(),
                body: body.collect(),
            });
        }
    }
    // Moved by years at a time, a clock would do nothing but expire; and a reset leaves nothing to ask about.
    operations.retain(|operation| !["/v1/test/clock/advance", "/v1/test/reset"].contains(&operation.path.as_str()));
    operations
});

/// Right calls, of which some names and values were made others.
async fn no_body_or_query_of_its_own_names_breaks_an_endpoint(engine: Engine) {
    let server = Server::start(engine).await;
    let router = vinr_server::router(server.app.clone());
    let ids = known(&server).await;
    let (mut asked, mut done) = (0, 0);
    let mut runner = runner();
    for operation in OPERATIONS.iter() {
        let drawn = (object(&operation.body), vec(query(&operation.query), 0..3), 0..ids.len() * 4, any::<bool>());
        let mut right = None;
        for case in 0..cases() {
            let (changes, query, id, bare) = drawn.new_tree(&mut runner).expect("a draw").current();
            let method = Method::from_bytes(operation.method.as_bytes()).expect("a method");
            // What is captured once is not captured again.
            if case % 4 == 0 {
                without_endpoints(&server).await;
                right = right_calls(&server, &method, &operation.path).await.pop();
            }
            let right = right.as_ref().expect("a right call");
            let mut body = right.body.clone();
            if let (Some(body), Value::Object(changes)) = (body.as_object_mut(), changes) {
                body.extend(changes.into_iter().filter(|_| !bare));
            }
            let path = match ids.get(id) {
                Some(id) => operation
                    .path
                    .split('/')
                    .map(|part| if part.starts_with('{') { id } else { part })
                    .collect::<Vec<_>>()
                    .join("/"),
                None => right.path.clone(),
            };
            let path = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
            let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
            let status = ask(&router, &server.secret_key, &operation.method, &path, &[], bytes).await;
            (asked, done) = (asked + 1, done + u32::from(status == 200));
        }
    }
    assert!(done * 5 > asked, "{done} of {asked} were right: most of them say nothing beyond the first check");
    server.assert_ledger().await;
}

async fn no_bytes_break_an_endpoint(engine: Engine) {
    let server = Server::start(engine).await;
    let router = vinr_server::router(server.app.clone());
    let mut runner = runner();
    let header = || prop_oneof!["[ -~]{0,300}", "[\u{80}-\u{ff}]{1,40}"];
    let drawn = (vec(any::<u8>(), 0..400), "[ -~]{0,120}", header(), header(), header());
    for operation in OPERATIONS.iter() {
        for _ in 0..cases() / 4 {
            let (bytes, query, key, version, language) = drawn.new_tree(&mut runner).expect("a draw").current();
            let query: String =
                form_urlencoded::byte_serialize(query.as_bytes()).collect::<String>().replace("%3D", "=");
            let path = format!("{}?{query}", operation.path.replace(['{', '}'], ""));
            let headers = [("idempotency-key", key), ("vinr-version", version), ("accept-language", language)];
            ask(&router, &server.secret_key, &operation.method, &path, &headers, bytes).await;
        }
    }
}

/// Sends it past the sockets, and looks at the answer's form.
async fn ask(router: &Router, key: &str, method: &str, path: &str, headers: &[(&str, String)], body: Vec<u8>) -> u16 {
    let mut request = Request::builder().method(method).uri(path).header("x-api-key", key);
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) else { continue };
        request = request.header(*name, value);
    }
    let said = String::from_utf8_lossy(&body).into_owned();
    let response = router.clone().oneshot(request.body(Body::from(body)).expect("a request")).await.expect("an answer");
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    let text = String::from_utf8_lossy(&bytes);
    assert!(status < 500, "{method} {path}\n{said}\n{status} {text}");
    if status >= 400 && method != "HEAD" {
        let error: Value = serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{method} {path}: {text}"));
        assert!(error["error"]["code"].is_string() && error["error"]["message"].is_string(), "{text}");
    }
    status
}

/// An account has 50 endpoints at most.
async fn without_endpoints(server: &Server) {
    for endpoint in server.get("/v1/webhooks?limit=100").await.ok()["data"].as_array().expect("a list") {
        let path = format!("/v1/webhooks/{}", endpoint["id"].as_str().expect("an id"));
        server.call(Method::DELETE, &path, Some(&server.secret_key), &[], None).await.ok();
    }
}

/// Ids of objects that are there, and texts that are none.
async fn known(server: &Server) -> Vec<String> {
    let mut ids = vec!["pay_nobodys".to_owned(), "x".to_owned(), "cust_".to_owned()];
    let customer = server.post("/v1/customers", json!({"email": "ada@example.com"})).await.ok();
    let id = |object: &Value| object["id"].as_str().expect("an id").to_owned();
    ids.push(server.saved(&id(&customer), "4242424242424242").await);
    ids.push(id(&customer));
    for token in ["pm_test_4242", "pm_test_3220", "pm_test_0002"] {
        ids.push(id(&server.paid(1_000, token).await));
    }
    ids.push(id(&server.post("/v1/payments", json!({"amount": 5, "currency": "EUR"})).await.ok()));
    ids.push(id(&server.post("/v1/webhooks", json!({"url": "http://127.0.0.1:9/hook"})).await.ok()));
    ids.push(id(&server.get("/v1/events?limit=1").await.ok()["data"][0]));
    ids
}

/// An object of these names, and now and then of others.
fn object(names: &[String]) -> BoxedStrategy<Value> {
    let mut all = names.to_vec();
    all.extend(["id", "metadata", "expand", "customer", "payment_method", "nonsense"].map(str::to_owned));
    let named = btree_map(prop::sample::select(all), value(), 0..3);
    named.prop_map(|fields| Value::Object(Map::from_iter(fields))).boxed()
}

fn query(names: &[String]) -> BoxedStrategy<String> {
    let mut all = names.to_vec();
    all.extend(["created[gte]", "expand[]", "metadata[a]", "limit", "startingAfter"].map(str::to_owned));
    let value = prop_oneof!["[ -~]{0,30}", "-?[0-9]{1,20}", "(pay|cust|evt|we)_[a-z0-9]{1,12}", "\\PC{0,8}"];
    let encoded = |text: String| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    (prop::sample::select(all), value).prop_map(move |(name, value)| format!("{name}={}", encoded(value))).boxed()
}

/// JSON of all kinds, with what payments are made of among it.
fn value() -> BoxedStrategy<Value> {
    let likely = prop::sample::select(vec![
        json!("EUR"),
        json!("jpy"),
        json!(1000),
        json!(true),
        json!(false),
        json!(null),
        json!("pm_test_4242"),
        json!("pm_test_3220"),
        json!("automatic"),
        json!("manual"),
        json!("https://shop.example/back"),
        json!("ada@example.com"),
        json!(["payment.*"]),
        json!({"a": "b"}),
        json!("succeed"),
        json!("4242424242424242"),
        json!(12),
        json!(2040),
        json!("2030-01-01T00:00:00Z"),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(1.5),
        json!(""),
    ]);
    let leaf =
        prop_oneof![4 => likely, 1 => any::<i64>().prop_map(Value::from), 1 => "\\PC{0,40}".prop_map(Value::from)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[a-zA-Z_]{1,12}", inner, 0..4).prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
    .boxed()
}

/// The same draws in every run.
fn runner() -> TestRunner {
    TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

fn cases() -> u32 {
    #[expect(clippy::disallowed_methods, reason = "whoever wants more cases says so")]
    let asked = std::env::var("VINR_TEST_FUZZ_CASES");
    asked.ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES)
}
