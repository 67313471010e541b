//! Every endpoint that takes an idempotency key, asked again with one: the same bytes, and one effect, also after a
//! restart. The list comes from the server's own document; `right_calls` says how each is called.

use std::sync::LazyLock;

use reqwest::Method;
use serde_json::{Value, json};
use vinr_server::bootstrap::MIGRATIONS;
use vinr_store::Migration;

use crate::endpoints::{Row, table};
use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::right_calls::{RightCall, right_calls};

on_both_engines!(
    every_endpoint_that_takes_a_key_answers_it_with_the_first_bytes_and_writes_once,
    a_key_where_none_is_taken_is_without_effect,
);

/// A first answer, to be had again.
struct First {
    call: RightCall,
    key: String,
    answer: Answer,
}

async fn every_endpoint_that_takes_a_key_answers_it_with_the_first_bytes_and_writes_once(engine: Engine) {
    let mut server = Server::start(engine).await;
    let mut firsts = Vec::new();
    let mut rows = table(&server).await;
    // What was answered before a reset is forgotten with everything else.
    rows.sort_by_key(|row| row.path != "/v1/test/reset");
    for row in rows {
        let Row { method, path, .. } = &row;
        assert_eq!(row.takes_key, *method == Method::POST, "{method} {path}: a POST may carry a key, nothing else");
        if !row.takes_key {
            continue;
        }
        for (n, call) in right_calls(&server, method, path).await.into_iter().enumerate() {
            assert_eq!(call.other.is_some(), row.takes_body, "{path}: another body, where there is one");
            let key = format!("{n} of {path}");
            let answer = server.post_with_key(&call.path, &key, &call.body).await;
            answer.ok();
            assert!(!is_replayed(&answer), "{path}: the first answer is no replay");
            let first = First { call, key, answer };
            ask_again(&server, &first).await;
            firsts.push(first);
        }
    }
    server.restart().await;
    for first in &firsts {
        ask_again(&server, first).await;
    }
    server.assert_ledger().await;
}

/// The same request has the first answer, another request with the key is refused, and neither writes.
async fn ask_again(server: &Server, First { call, key, answer }: &First) {
    let RightCall { path, body, other } = call;
    let before = written(server).await;
    let mut with_key_inside = body.clone();
    with_key_inside["idempotencyKey"] = json!(key);
    for again in [server.post_with_key(path, key, body).await, server.post(path, with_key_inside).await] {
        assert_eq!((again.status, &again.bytes), (answer.status, &answer.bytes), "{path} has its first answer");
        assert!(is_replayed(&again), "{path} says that it was asked before");
    }
    let elsewhere = match path.as_str() {
        "/v1/webhooks" => ("/v1/webhook-endpoints".to_owned(), body.clone()),
        "/v1/payments" => ("/v1/webhooks".to_owned(), json!({"url": "http://127.0.0.1:9/hook"})),
        path => sibling(path).map_or_else(
            || ("/v1/payments".to_owned(), json!({"amount": 7, "currency": "JPY"})),
            |sibling| (sibling, body.clone()),
        ),
    };
    let strangers = other.iter().map(|other| (path.clone(), other.clone())).chain([elsewhere]);
    for (path, body) in strangers {
        let refused = server.post_with_key(&path, key, &body).await;
        assert_eq!((refused.status, refused.code().as_str()), (409, "idempotency_key_reused"), "{path} with {key}");
    }
    assert_eq!(written(server).await, before, "{path} writes once");
}

/// The path of an object like the one of this path.
fn sibling(path: &str) -> Option<String> {
    let id = path.split('/').find(|part| part.contains('_'))?;
    let (rest, last) = id.split_at(id.len() - 1);
    Some(path.replace(id, &format!("{rest}{}", if last == "0" { "1" } else { "0" })))
}

/// Only a POST is remembered: with a key as without one, everything else is done as often as it is asked for.
async fn a_key_where_none_is_taken_is_without_effect(engine: Engine) {
    let server = Server::start(engine).await;
    let key = [("idempotency-key", "one for all")];
    for Row { method, path, takes_key, .. } in table(&server).await {
        if takes_key {
            continue;
        }
        for RightCall { path, body, other } in right_calls(&server, &method, &path).await {
            let text = |body: &Value| (!body.is_null()).then(|| body.to_string());
            let call = |body| server.call(method.clone(), &path, Some(&server.secret_key), &key, body);
            let first = call(text(&body)).await;
            first.ok();
            let second = call(text(other.as_ref().unwrap_or(&body))).await;
            let done = match path.split('/').nth(2) {
                // It is over, and still there.
                Some("subscriptions") if method == Method::DELETE => 422,
                _ if method == Method::DELETE => 404,
                _ => 200,
            };
            assert_eq!(second.status, done, "{method} {path} is done again: {}", second.code());
            assert!(method == Method::GET || second.bytes != first.bytes, "{method} {path} is done again");
            assert!(!is_replayed(&first) && !is_replayed(&second), "{method} {path}");
        }
    }
    assert_eq!(server.app.db.query(REMEMBERED, &[]).await.expect("a count")[0].int(0), 0);
}

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

const REMEMBERED: &str = "SELECT COUNT(*) FROM idempotency";

/// Tables whose rows workers change as well: their rows are counted only.
const CHANGED_BY_WORKERS: [&str; 3] = ["keys", "webhook_endpoints", "webhook_deliveries"];
/// Tables whose rows workers write and remove.
const OF_WORKERS: [&str; 2] = ["jobs", "delivery_attempts"];

/// What changes with everything a request may write, of every table there is: rows that are never changed are counted,
/// of the others the versions are added up.
static NUMBERS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut numbers = vec!["SELECT CAST(SUM(sequence + context_version) AS BIGINT) FROM counters"];
    for (name, columns) in Migration::tables(MIGRATIONS) {
        let is_versioned = columns.contains(" version BIGINT") && !CHANGED_BY_WORKERS.contains(&name);
        if !OF_WORKERS.contains(&name) {
            let number = if is_versioned { "CAST(COALESCE(SUM(version + 1), 0) AS BIGINT)" } else { "COUNT(*)" };
            numbers.push(format!("SELECT {number} FROM {name}").leak());
        }
    }
    assert!(numbers.len() >= 14, "{numbers:?}");
    numbers
});

/// The state of the database, as far as requests change it.
pub async fn written(server: &Server) -> Vec<(&'static str, i64)> {
    let mut written = Vec::new();
    for sql in NUMBERS.iter() {
        written.push((*sql, server.app.db.query(sql, &[]).await.expect("a number")[0].int(0)));
    }
    written
}
