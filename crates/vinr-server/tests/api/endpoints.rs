//! Every endpoint of the table: without a key, with a key that may not, from the other environment, from another account.
//! The document is made from the table, so an endpoint that is added is tested by being there.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;
use vinr_core::keys::Scope;

use crate::endpoints_replayed::written;
use crate::harness::{Engine, Server, on_both_engines};
use crate::right_calls::right_calls;

on_both_engines!(every_endpoint_keeps_strangers_out, every_endpoint_wants_its_own_scope);

/// One endpoint of the table.
pub struct Row {
    pub method: Method,
    /// As the document has it, with `{id}`.
    pub path: String,
    /// What a restricted key needs.
    pub scope: String,
    /// Whether a request may carry an idempotency key.
    pub takes_key: bool,
    /// Whether there is anything to say in its body.
    pub takes_body: bool,
}

/// Everything in the server's own document.
pub async fn table(server: &Server) -> Vec<Row> {
    let document = server.get("/v1/openapi.json").await.ok();
    let mut rows = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            if method == "parameters" {
                continue;
            }
            let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            rows.push(Row {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method"),
                path: path.clone(),
                scope: operation["x-vinr-scope"].as_str().expect("a scope").to_owned(),
                takes_key: parameters.iter().any(|one| one["name"] == "Idempotency-Key"),
                takes_body: schema["properties"].as_object().is_some_and(|fields| !fields.is_empty()),
            });
        }
    }
    assert!(rows.len() >= 37, "the table is whole");
    rows
}

/// A path with ids that nobody has.
fn concrete(path: &str) -> String {
    let prefix = [
        ("customers", "cust"),
        ("setups", "set"),
        ("payment-methods", "pm"),
        ("payments", "pay"),
        ("events", "evt"),
        ("webhook-deliveries", "whd"),
        ("webhook", "we"),
    ];
    let prefix = prefix.iter().find(|(noun, _)| path.contains(noun)).map_or("pay", |(_, prefix)| prefix);
    path.replace("{id}", &format!("{prefix}_nobodys")).replace("{method}", "pm_nobodys")
}

async fn every_endpoint_keeps_strangers_out(engine: Engine) {
    let server = Server::start(engine).await;
    let other = server.another_account().await;
    let live = format!("sk_live_{}", "x".repeat(40));
    for Row { method, path, .. } in table(&server).await {
        let path = concrete(&path);
        let body = (method != Method::GET).then(|| "{}".to_owned());
        let call = |key| server.call(method.clone(), &path, key, &[], body.clone());
        let none = call(None).await;
        assert_eq!((none.status, none.code().as_str()), (401, "invalid_api_key"), "{method} {path}");
        let wrong_environment = call(Some(&live)).await;
        assert_eq!(wrong_environment.status, 401, "{method} {path}");
        let public = call(Some(&server.public_key)).await;
        assert_eq!((public.status, public.code().as_str()), (403, "insufficient_scope"), "{method} {path}");
        if path.contains("_nobodys") {
            let strange = call(Some(&other)).await;
            assert!(matches!(strange.status, 400 | 404), "{method} {path}: {}", strange.status);
        }
    }
    let payment = server.paid(1000, "pm_test_4242").await;
    let path = format!("/v1/payments/{}", payment["id"].as_str().expect("an id"));
    let strange = server.call(Method::GET, &path, Some(&other), &[], None).await;
    assert_eq!((strange.status, strange.code().as_str()), (404, "resource_missing"));
    let theirs: Value = server.call(Method::GET, "/v1/payments", Some(&other), &[], None).await.ok();
    assert_eq!(theirs["data"], serde_json::json!([]));
}

/// All other scopes do not open an endpoint, and its own alone does. So writing does not include reading, either.
async fn every_endpoint_wants_its_own_scope(engine: Engine) {
    let server = Server::start(engine).await;
    let table = table(&server).await;
    let all: Vec<String> = Scope::all().map(|scope| scope.to_string()).collect();
    let mut keys = BTreeMap::new();
    for scope in table.iter().map(|row| &row.scope).collect::<BTreeSet<_>>() {
        assert!(all.contains(scope), "{scope} is a scope");
        let others: Vec<String> = all.iter().filter(|other| *other != scope).cloned().collect();
        let right = server.restricted_key(std::slice::from_ref(scope)).await;
        keys.insert(scope, (right, server.restricted_key(&others).await));
    }
    for Row { method, path, scope, .. } in &table {
        let (right, wrong) = &keys[scope];
        for call in right_calls(&server, method, path).await {
            let before = written(&server).await;
            let refused = call.send(&server, method, wrong).await;
            assert_eq!((refused.status, refused.code().as_str()), (403, "insufficient_scope"), "{method} {path}");
            let message = refused.json()["error"]["message"].to_string();
            assert!(message.contains(scope.as_str()), "{method} {path} names what is missing: {message}");
            assert_eq!(written(&server).await, before, "{method} {path} writes nothing");
            call.send(&server, method, right).await.ok();
        }
    }
}
