//! Webhook endpoints: registering, changing, rotating, removing.

use reqwest::Method;
use serde_json::{Value, json};
use vinr_core::keys::Environment;
use vinr_core::time::WallTime;
use vinr_server::signature::{Rejected, Secret, read_secret, verify};

use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::webhooks_merchant::{Delivery, Merchant, id};

on_both_engines!(
    an_endpoint_is_registered_changed_and_removed,
    both_spellings_are_one_resource,
    a_secret_is_shown_once_and_rotates_with_an_overlap,
    a_rotation_without_overlap_ends_the_old_secret,
    what_an_endpoint_may_not_be_is_refused,
    live_wants_https,
    an_id_can_be_chosen_once,
);

async fn change(server: &Server, method: Method, path: &str, body: Value) -> Answer {
    server.call(method, path, Some(&server.secret_key), &[], Some(body.to_string())).await
}

async fn an_endpoint_is_registered_changed_and_removed(engine: Engine) {
    let server = Server::start(engine).await;
    let ask = json!({"url": "https://ada.example/hooks", "description": "shop", "metadata": {"a": "1", "b": 2}});
    let made = server.post("/v1/webhooks", ask).await.ok();
    assert_eq!((&made["object"], &made["status"]), (&json!("webhook_endpoint"), &json!("enabled")));
    assert_eq!((&made["enabledEvents"], &made["metadata"]), (&json!(["*"]), &json!({"a": "1", "b": "2"})));
    let path = format!("/v1/webhooks/{}", id(&made));
    let body = json!({"enabled_events": ["payment.*"], "description": null, "metadata": {"a": "", "c": "3"}, "status": "disabled"});
    let changed = change(&server, Method::PATCH, &path, body).await.ok();
    assert_eq!((&changed["enabledEvents"], &changed["description"]), (&json!(["payment.*"]), &Value::Null));
    assert_eq!((&changed["metadata"], &changed["disabledReason"]), (&json!({"b": "2", "c": "3"}), &json!("by_hand")));
    assert_eq!(changed["url"], made["url"], "what was not named stays");
    let again = server.post(&path, json!({"status": "enabled"})).await.ok();
    assert_eq!((&again["status"], &again["disabledReason"]), (&json!("enabled"), &Value::Null));
    assert_eq!(server.get(&path).await.ok(), again);
    let removed = server.call(Method::DELETE, &path, Some(&server.secret_key), &[], None).await.ok();
    assert_eq!(removed, json!({"id": id(&made), "object": "webhook_endpoint", "deleted": true}));
    assert_eq!(server.get(&path).await.code(), "resource_missing");
    assert_eq!(server.get("/v1/webhooks").await.ok()["data"], json!([]));
}

async fn both_spellings_are_one_resource(engine: Engine) {
    let server = Server::start(engine).await;
    let made = server.post("/v1/webhook-endpoints", json!({"url": "https://ada.example/"})).await.ok();
    let (one, other) = (server.get("/v1/webhooks").await.ok(), server.get("/v1/webhook-endpoints").await.ok());
    assert_eq!(one, other);
    assert_eq!(one["data"][0]["id"], made["id"]);
}

/// Which of these secrets signed a delivery.
fn signed_by(delivery: &Delivery, secrets: &[&Secret], now: WallTime) -> Vec<Result<(), Rejected>> {
    let header = delivery.header("x-vinr-signature");
    secrets.iter().map(|secret| verify(header, delivery.body.as_bytes(), &[(*secret).clone()], now)).collect()
}

fn secret(shown: &Value) -> Secret {
    read_secret(shown["secret"].as_str().expect("a secret is shown")).expect("a secret is well-formed")
}

async fn rotated(engine: Engine, overlap_hours: i64) -> Vec<Result<(), Rejected>> {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    let made = merchant.register(&server, &["payment.completed"]).await;
    let path = format!("/v1/webhooks/{}", id(&made));
    assert_eq!(server.get(&path).await.ok()["secret"], Value::Null, "shown once");
    let rotate = format!("{path}/rotate-secret");
    let turned = server.post(&rotate, json!({"overlapHours": overlap_hours})).await.ok();
    assert_eq!(turned["previousSecretExpiresAt"].is_string(), overlap_hours > 0);
    server.paid(1000, "pm_test_4242").await;
    let got = merchant.wait(1).await;
    let standard = got[0].header("webhook-signature").split(' ').count();
    assert_eq!(standard, if overlap_hours > 0 { 2 } else { 1 });
    signed_by(&got[0], &[&secret(&turned), &secret(&made)], server.app.env.wall())
}

async fn a_secret_is_shown_once_and_rotates_with_an_overlap(engine: Engine) {
    assert_eq!(rotated(engine, 1).await, [Ok(()), Ok(())]);
}

async fn a_rotation_without_overlap_ends_the_old_secret(engine: Engine) {
    assert_eq!(rotated(engine, 0).await, [Ok(()), Err(Rejected::Mismatch)]);
}

async fn what_an_endpoint_may_not_be_is_refused(engine: Engine) {
    let server = Server::start(engine).await;
    let url = "https://ada.example/";
    let cases = [
        (json!({}), "url", "parameter_missing"),
        (json!({"url": "hooks"}), "url", "parameter_invalid"),
        (json!({"url": "ftp://ada.example/"}), "url", "parameter_invalid"),
        (json!({"url": "https://a:b@ada.example/"}), "url", "parameter_invalid"),
        (json!({"url": format!("{url}{}", "x".repeat(2048))}), "url", "parameter_invalid"),
        (json!({"url": url, "enabledEvents": ["payment.complete"]}), "enabledEvents", "parameter_invalid"),
        (json!({"url": url, "enabledEvents": "payment.completed"}), "enabledEvents", "parameter_invalid"),
        (json!({"url": url, "secret": "x"}), "secret", "parameter_unknown"),
    ];
    for (body, param, code) in cases {
        let refused = server.post("/v1/webhooks", body.clone()).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code), "{body}");
        assert_eq!(refused.json()["error"]["param"], param, "{body}");
    }
    let refused = server.post("/v1/webhooks", json!({"url": url, "enabledEvents": ["payment.complete"]})).await;
    let message = refused.json()["error"]["message"].as_str().expect("a message").to_owned();
    assert!(message.contains("payment.completed"), "{message}");
    assert_eq!(server.get("/v1/webhooks").await.ok()["data"], json!([]), "nothing was written");
}

async fn live_wants_https(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    for url in ["http://ada.example/", "https://ada.example:8443/"] {
        let refused = server.post("/v1/webhooks", json!({"url": url})).await;
        assert_eq!((refused.status, refused.json()["error"]["param"].as_str()), (400, Some("url")), "{url}");
    }
    server.post("/v1/webhooks", json!({"url": "https://ada.example/"})).await.ok();
    let refused = server.post("/v1/webhooks", json!({"url": "https://ada.example/", "id": "we_mine"})).await;
    assert_eq!(refused.status, 400);
}

async fn an_id_can_be_chosen_once(engine: Engine) {
    let server = Server::start(engine).await;
    let ask = json!({"url": "https://ada.example/", "id": "we_mine"});
    assert_eq!(server.post("/v1/webhooks", ask.clone()).await.ok()["id"], "we_mine");
    assert_eq!(server.post("/v1/webhooks", ask).await.code(), "resource_exists");
}
