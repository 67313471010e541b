//! Every endpoint of the table: without a key, with a key that may not, from the other environment, from another account.
//! The document is made from the table, so an endpoint that is added is tested by being there.

use reqwest::Method;
use serde_json::Value;

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(every_endpoint_keeps_strangers_out);

/// Method and path of everything in the server's own document, with ids that nobody has.
async fn table(server: &Server) -> Vec<(Method, String)> {
    let document = server.get("/v1/openapi.json").await.ok();
    let mut endpoints = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys().filter(|name| *name != "parameters") {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            endpoints.push((method, concrete(path)));
        }
    }
    assert!(endpoints.len() >= 12, "{endpoints:?}");
    endpoints
}

fn concrete(path: &str) -> String {
    let prefix = [("payments", "pay"), ("events", "evt"), ("webhook-deliveries", "whd"), ("webhook", "we")];
    let prefix = prefix.iter().find(|(noun, _)| path.contains(noun)).map_or("pay", |(_, prefix)| prefix);
    path.replace("{id}", &format!("{prefix}_nobodys"))
}

async fn every_endpoint_keeps_strangers_out(engine: Engine) {
    let server = Server::start(engine).await;
    let other = server.another_account().await;
    let live = format!("sk_live_{}", "x".repeat(40));
    for (method, path) in table(&server).await {
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
