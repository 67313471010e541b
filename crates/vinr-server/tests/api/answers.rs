//! What every answer has, whoever asked for what: an id, the methods that would have been right, what is left of a key's
//! requests.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::http::Request;
use reqwest::Method;
use serde_json::{Value, json};
use vinr_server::settings::Settings;
use vinr_server::{App, RateLimit};

use crate::endpoints::{Row, table};
use crate::harness::{Answer, Engine, Server, on_both_engines, oneshot};
use crate::right_calls::right_calls;

on_both_engines!(
    every_answer_has_an_id_of_its_own,
    a_wrong_method_is_told_the_right_ones,
    what_can_be_read_can_be_asked_for_without_its_body,
    an_answer_to_a_key_says_what_is_left_of_its_requests,
);

/// What is served beside the endpoints.
const OPEN: [&str; 5] = ["/healthz", "/readyz", "/metrics", "/docs", "/v1/openapi.json"];

async fn every_answer_has_an_id_of_its_own(engine: Engine) {
    let server = Server::start(engine).await;
    let page = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    let page = page["checkoutUrl"].as_str().and_then(|url| url.strip_prefix(&server.url)).expect("our page");
    let mut paths = OPEN.to_vec();
    paths.extend([
        "/",
        page,
        "/checkout/acct_1/pay_1/1",
        "/authenticate/acct_1/pay_1/1",
        "/assets/tokens.css",
        "/assets/nothing",
        "/v1",
        "/v1/payments",
        "/v1/payments/pay_nobodys",
        "/v1/payments?limit=0",
        "/v1/nothing",
    ]);
    let mut seen = BTreeSet::new();
    for path in paths {
        for method in [Method::GET, Method::HEAD, Method::POST, Method::DELETE, Method::OPTIONS] {
            for key in [Some(server.secret_key.as_str()), None] {
                let answer = server.call(method.clone(), path, key, &[], None).await;
                let id = answer.headers.get("x-vinr-request-id").map(|id| id.to_str().expect("text").to_owned());
                let id = id.unwrap_or_else(|| panic!("{method} {path} has no id"));
                assert!(id.starts_with("req_"), "{method} {path}: {id}");
                if let Ok(body) = serde_json::from_slice::<Value>(&answer.bytes)
                    && answer.status >= 400
                {
                    assert_eq!(body["error"]["requestId"], id, "{method} {path}");
                }
                assert!(seen.insert(id), "{method} {path} has the id of another answer");
            }
        }
    }
}

fn allowed(answer: &Answer) -> BTreeSet<String> {
    let header = answer.headers.get("allow").map(|value| value.to_str().expect("text"));
    header.unwrap_or_default().split(',').map(|method| method.trim().to_owned()).collect()
}

async fn a_wrong_method_is_told_the_right_ones(engine: Engine) {
    let server = Server::start(engine).await;
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Row { method, path, .. } in table(&server).await {
        methods.entry(path.replace("{id}", "x_1").replace("{method}", "pm_1")).or_default().insert(method.to_string());
    }
    methods.extend(OPEN.map(|path| (path.to_owned(), BTreeSet::from(["GET".to_owned()]))));
    let payment = server.post("/v1/payments", json!({"amount": 100, "currency": "EUR"})).await.ok();
    let page = payment["checkoutUrl"].as_str().and_then(|url| url.strip_prefix(&server.url)).expect("a page of ours");
    let page = String::from_utf8(server.get(page).await.bytes).expect("a page is text");
    let assets: Vec<&str> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(assets.len() >= 3, "{page}");
    for asset in assets {
        methods.insert(asset.to_owned(), BTreeSet::from(["GET".to_owned()]));
    }
    for (path, mut expected) in methods {
        if expected.contains("GET") {
            expected.insert("HEAD".to_owned());
        }
        for method in [Method::PUT, Method::OPTIONS, Method::POST, Method::DELETE] {
            if expected.contains(method.as_str()) {
                continue;
            }
            let wrong = server.call(method.clone(), &path, Some(&server.secret_key), &[], None).await;
            assert_eq!((wrong.status, allowed(&wrong)), (405, expected.clone()), "{method} {path}");
            if !path.starts_with("/assets/") {
                let error = &wrong.json()["error"];
                assert_eq!((&error["code"], &error["param"]), (&json!("method_not_allowed"), &Value::Null), "{path}");
                let message = error["message"].as_str().expect("a message");
                assert!(expected.iter().all(|method| message.contains(method.as_str())), "{message}");
            }
        }
    }
}

async fn what_can_be_read_can_be_asked_for_without_its_body(engine: Engine) {
    let server = Server::start(engine).await;
    let mut paths: Vec<String> = OPEN.map(str::to_owned).into();
    paths.push("/v1/payments/pay_nobodys".to_owned());
    for Row { method, path, .. } in table(&server).await {
        if method == Method::GET {
            paths.extend(right_calls(&server, &method, &path).await.into_iter().map(|call| call.path));
        }
    }
    assert!(paths.len() >= 20, "{paths:?}");
    for path in paths {
        let key = Some(server.secret_key.as_str());
        let whole = server.call(Method::GET, &path, key, &[], None).await;
        let head = server.call(Method::HEAD, &path, key, &[], None).await;
        assert_eq!((head.status, head.bytes.len()), (whole.status, 0), "{path}");
        assert_eq!(head.headers["content-type"], whole.headers["content-type"], "{path}");
        assert!(head.headers.contains_key("content-length"), "{path}");
        let strange = server.call(Method::HEAD, &path, None, &[], None).await;
        assert_eq!(strange.status, if OPEN.contains(&path.as_str()) { 200 } else { 401 }, "{path}");
    }
}

async fn an_answer_to_a_key_says_what_is_left_of_its_requests(engine: Engine) {
    let server = Server::start(engine).await;
    let rate_limit = Some(RateLimit { per_second: 1, burst: 5 });
    let settings = Settings { rate_limit, ..Settings::clone(&server.app.settings) };
    let router = vinr_server::router(App::new(server.app.env.clone(), server.app.db.clone(), settings));
    let ask = |key: &str, path: &str| {
        let request = Request::get(path).header("x-api-key", key).body(Body::empty()).expect("a request");
        oneshot(router.clone(), request)
    };
    let number = |answer: &Answer, name: &str| {
        answer.headers.get(name).map(|value| value.to_str().expect("text").parse::<i64>().expect("a number"))
    };
    let key = server.secret_key.as_str();
    let mut left = 5;
    for (path, status) in
        [("/v1/balance", 200), ("/v1/payments?limit=0", 400), ("/v1/payments/pay_nobodys", 404), ("/v1/account", 200)]
    {
        let answer = ask(key, path).await;
        left -= 1;
        assert_eq!(answer.status, status, "{path}");
        let remaining = number(&answer, "x-ratelimit-remaining");
        assert_eq!((number(&answer, "x-ratelimit-limit"), remaining), (Some(5), Some(left)), "{path}");
        assert!(number(&answer, "x-ratelimit-reset").is_some_and(|reset| (1..=5).contains(&reset)), "{path}");
    }
    ask(key, "/v1/balance").await.ok();
    let refused = ask(key, "/v1/balance").await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "rate_limited"));
    assert_eq!(refused.json()["error"]["type"], "rate_limit_error");
    assert_eq!(number(&refused, "x-ratelimit-remaining"), Some(0));
    assert!(number(&refused, "retry-after").is_some_and(|wait| (1..=2).contains(&wait)));
    // What no key is asked for, or comes without a good one, counts against nobody.
    for (key, path) in [(key, "/healthz"), (key, "/docs"), (key, "/v1/nothing"), ("sk_test_unknown", "/v1/balance")] {
        let answer = ask(key, path).await;
        assert_eq!(number(&answer, "x-ratelimit-limit"), None, "{path}");
    }
}
