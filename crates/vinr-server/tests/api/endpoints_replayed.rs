//! Every endpoint that takes an idempotency key, asked twice with one: the same bytes, and one effect. The list comes
//! from the server's own document; an endpoint that is added must say here how it is called rightly.

use reqwest::Method;
use serde_json::{Value, json};

use crate::endpoints::{Row, table};
use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(every_endpoint_that_takes_a_key_answers_a_second_request_with_the_first_ones_bytes);

async fn every_endpoint_that_takes_a_key_answers_a_second_request_with_the_first_ones_bytes(engine: Engine) {
    let server = Server::start(engine).await;
    for Row { method, path, takes_key, .. } in table(&server).await {
        assert_eq!(takes_key, method == Method::POST, "{method} {path}: a POST may carry a key, nothing else");
        if takes_key {
            let (concrete, body) = right_call(&server, &path).await;
            replay(&server, &concrete, &format!("key of {path}"), &body).await;
        }
    }
    server.assert_ledger().await;
}

async fn replay(server: &Server, path: &str, key: &str, body: &Value) {
    let first = server.post_with_key(path, key, body).await;
    first.ok();
    assert!(!is_replayed(&first), "{path}: the first answer is no replay");
    let written = rows(server).await;
    for again in
        [server.post_with_key(path, key, body).await, server.call_after_restart(Method::POST, path, key, body).await]
    {
        assert_eq!((again.status, &again.bytes), (first.status, &first.bytes), "{path} has its first answer");
        assert!(is_replayed(&again), "{path} says that it was asked before");
    }
    let other = server.post_with_key("/v1/payments", key, &json!({"amount": 7, "currency": "JPY"})).await;
    assert_eq!((other.status, other.code().as_str()), (409, "idempotency_key_reused"), "{path}");
    assert_eq!(rows(server).await, written, "{path} writes once");
}

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

/// How many rows there are of everything a request may write.
async fn rows(server: &Server) -> Vec<i64> {
    let mut counts = Vec::new();
    for sql in [
        "SELECT COUNT(*) FROM payments",
        "SELECT COUNT(*) FROM events",
        "SELECT COUNT(*) FROM transfers",
        "SELECT COUNT(*) FROM idempotency",
        "SELECT COUNT(*) FROM webhook_endpoints",
        "SELECT COUNT(*) FROM webhook_deliveries",
    ] {
        counts.push(server.app.db.query(sql, &[]).await.expect("a count")[0].int(0));
    }
    counts
}

/// A request that succeeds, with what must be there before it.
async fn right_call(server: &Server, path: &str) -> (String, Value) {
    let (id, body) = match path {
        "/v1/payments" => (None, json!({"amount": 1000, "currency": "EUR"})),
        "/v1/payments/{id}/confirm" => (Some(pending(server).await), json!({"paymentMethodId": "pm_test_4242"})),
        "/v1/payments/{id}/capture" => (Some(authorized(server).await), json!({"amount": 600})),
        "/v1/payments/{id}/cancel" => (Some(pending(server).await), json!({})),
        "/v1/test/payments/{id}/pay" => (Some(pending(server).await), json!({"number": "4242424242424242"})),
        "/v1/test/payments/{id}/authenticate" => {
            (Some(id(&server.paid(1000, "pm_test_3220").await)), json!({"result": "succeed"}))
        }
        "/v1/account" => (None, json!({"name": "Another name"})),
        "/v1/webhooks" | "/v1/webhook-endpoints" => (None, json!({"url": "http://127.0.0.1:9/hook"})),
        "/v1/webhooks/{id}" | "/v1/webhook-endpoints/{id}" => {
            (Some(endpoint(server).await), json!({"description": "Another one"}))
        }
        "/v1/webhooks/{id}/rotate-secret"
        | "/v1/webhook-endpoints/{id}/rotate-secret"
        | "/v1/webhooks/{id}/test"
        | "/v1/webhook-endpoints/{id}/test" => (Some(endpoint(server).await), json!({})),
        "/v1/webhook-deliveries/{id}/redeliver" => (Some(delivery(server).await), json!({})),
        "/v1/events/{id}/redeliver" => {
            endpoint(server).await;
            pending(server).await;
            (Some(id(&server.get("/v1/events?limit=1").await.ok()["data"][0])), json!({}))
        }
        "/v1/test/clock/advance" => (None, json!({"seconds": 1})),
        other => panic!("how is {other} called rightly? add it to this list"),
    };
    (id.map_or_else(|| path.to_owned(), |id| path.replace("{id}", &id)), body)
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

async fn pending(server: &Server) -> String {
    id(&server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok())
}

async fn authorized(server: &Server) -> String {
    let hold =
        json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true, "capture": false});
    id(&server.post("/v1/payments", hold).await.ok())
}

/// An endpoint where nobody listens.
async fn endpoint(server: &Server) -> String {
    id(&server.post("/v1/webhooks", json!({"url": "http://127.0.0.1:9/hook"})).await.ok())
}

async fn delivery(server: &Server) -> String {
    let endpoint = endpoint(server).await;
    pending(server).await;
    let deliveries = server.get(&format!("/v1/webhooks/{endpoint}/deliveries")).await.ok();
    id(&deliveries["data"][0])
}
