//! Dunning policies at work (spec/billing.md, Dunning): which one an invoice is tried again by, and what follows.

use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::id;
use crate::subscriptions::{customer, invoices, monthly, subscribes};

on_both_engines!(
    a_subscription_is_tried_again_as_its_policy_says,
    a_subscription_without_a_policy_follows_the_one_of_its_account,
    a_policy_that_is_changed_holds_for_what_is_being_tried,
    a_subscription_takes_a_policy_that_is_there_and_active,
);

/// The time that the tests begin at.
const START: &str = "2026-01-01T00:00:00Z";
const DAY: i64 = 24 * 60 * 60;
const HOUR: i64 = 60 * 60;

async fn policy(server: &Server, id: &str, days: &[i64], then: &str) {
    let retries: Vec<Value> = days.iter().map(|days| json!({"afterDays": days})).collect();
    let body = json!({"id": id, "retries": retries, "onExhausted": then});
    server.post("/v1/dunning-policies", body).await.ok();
}

/// A subscription whose card is declined from its first renewal on, an hour and a half into February.
async fn failing(server: &Server, more: Value) -> String {
    let (customer, price) = (customer(server).await, monthly(server, 2900).await);
    let made = id(&subscribes(server, &customer, &price, more).await.ok());
    let declined = json!({"defaultMethodId": "pm_test_9995"});
    server.patch(&format!("/v1/subscriptions/{made}"), declined).await.ok();
    server.advance(31 * DAY + HOUR + HOUR / 2).await;
    made
}

async fn status(server: &Server, id: &str) -> Value {
    server.get(&format!("/v1/subscriptions/{id}")).await.ok()["status"].clone()
}

/// How often the second invoice was tried, and when it is next.
async fn tries(server: &Server, id: &str) -> (i64, Option<String>) {
    let invoice = &invoices(server, id).await[1];
    let next = invoice["nextAttemptAt"].as_str().map(|next| next[..10].to_owned());
    (invoice["attemptCount"].as_i64().expect("a number"), next)
}

async fn a_subscription_is_tried_again_as_its_policy_says(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    policy(&server, "dpol_gentle", &[2, 5], "leave_unpaid").await;
    let made = failing(&server, json!({"dunningPolicyId": "dpol_gentle"})).await;
    assert_eq!(server.get(&format!("/v1/subscriptions/{made}")).await.ok()["dunningPolicyId"], "dpol_gentle");
    assert_eq!(tries(&server, &made).await, (1, Some("2026-02-03".to_owned())));
    server.advance(2 * DAY).await;
    assert_eq!(tries(&server, &made).await, (2, Some("2026-02-06".to_owned())));
    server.advance(3 * DAY).await;
    assert_eq!(tries(&server, &made).await, (3, None));
    assert_eq!(status(&server, &made).await, "past_due", "it is left unpaid");
    server.assert_ledger().await;
}

async fn a_subscription_without_a_policy_follows_the_one_of_its_account(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    policy(&server, "dpol_short", &[1], "pause").await;
    server.patch("/v1/account", json!({"dunningPolicyId": "dpol_short"})).await.ok();
    let made = failing(&server, json!({})).await;
    assert_eq!(tries(&server, &made).await, (1, Some("2026-02-02".to_owned())));
    server.advance(DAY).await;
    assert_eq!((tries(&server, &made).await, status(&server, &made).await), ((2, None), json!("paused")));
}

async fn a_policy_that_is_changed_holds_for_what_is_being_tried(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    policy(&server, "dpol_gentle", &[2, 5], "cancel").await;
    let made = failing(&server, json!({"dunningPolicyId": "dpol_gentle"})).await;
    server
        .patch("/v1/dunning-policies/dpol_gentle", json!({"retries": [{"afterDays": 2}, {"afterDays": 20}]}))
        .await
        .ok();
    assert_eq!(tries(&server, &made).await, (1, Some("2026-02-03".to_owned())), "the next retry is as it was told");
    server.advance(2 * DAY).await;
    assert_eq!(tries(&server, &made).await, (2, Some("2026-02-21".to_owned())));
    server.advance(18 * DAY).await;
    assert_eq!((tries(&server, &made).await, status(&server, &made).await), ((3, None), json!("canceled")));
}

async fn a_subscription_takes_a_policy_that_is_there_and_active(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    server.post("/v1/dunning-policies", json!({"id": "dpol_old", "active": false})).await.ok();
    policy(&server, "dpol_gentle", &[2, 5], "pause").await;
    let made = subscribes(&server, &customer, &price, json!({"dunningPolicyId": "dpol_gentle"})).await.ok();
    let path = format!("/v1/subscriptions/{}", id(&made));
    let taken = server.patch(&path, json!({"dunningPolicyId": null})).await.ok();
    assert_eq!((&made["dunningPolicyId"], &taken["dunningPolicyId"]), (&json!("dpol_gentle"), &Value::Null));
    for (policy, status, code) in [
        ("dpol_nobodys", 404, "resource_missing"),
        ("dpol_old", 400, "parameter_invalid"),
        ("txr_1", 400, "parameter_invalid"),
    ] {
        let refused = subscribes(&server, &customer, &price, json!({"dunningPolicyId": policy})).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{policy}");
        assert_eq!(refused.json()["error"]["param"], "dunningPolicyId");
        let refused = server.patch(&path, json!({"dunningPolicyId": policy})).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{policy}");
    }
}
