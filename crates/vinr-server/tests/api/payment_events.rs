//! Which events each way through a payment's states tells, in their order.

use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::id;

on_both_engines!(each_way_through_the_states_tells_its_events, a_charge_that_wants_its_buyer_says_so);

/// What creates a payment, what is asked of it then and with which body, and the events that this tells.
type Way = ((Value, String, Value), &'static [&'static str]);

async fn each_way_through_the_states_tells_its_events(engine: Engine) {
    let server = Server::start(engine).await;
    let confirmed = |card: &str| json!({"amount": 1000, "currency": "EUR", "paymentMethod": card, "confirm": true});
    let held = |then: &str| {
        let mut ask = confirmed("pm_test_4242");
        ask["capture"] = json!(false);
        (ask, then.to_owned(), json!({}))
    };
    let ways: [Way; 7] = [
        ((confirmed("pm_test_4242"), String::new(), json!({})), &["payment.created", "payment.completed"]),
        ((confirmed("pm_test_9995"), String::new(), json!({})), &["payment.created", "payment.failed"]),
        (held("capture"), &["payment.created", "payment.authorized", "payment.completed"]),
        (held("cancel"), &["payment.created", "payment.authorized", "payment.cancelled"]),
        (held(""), &["payment.created", "payment.authorized", "payment.expired"]),
        (
            (confirmed("pm_test_3220"), "test/authenticate".to_owned(), json!({"result": "succeed"})),
            &["payment.created", "payment.requires_authentication", "payment.completed"],
        ),
        (
            (confirmed("pm_test_3220"), "test/authenticate".to_owned(), json!({"result": "fail"})),
            &["payment.created", "payment.requires_authentication", "payment.failed"],
        ),
    ];
    for ((ask, then, with), told) in ways {
        let payment = server.post("/v1/payments", ask).await.ok();
        let path = match then.strip_prefix("test/") {
            Some(helper) => format!("/v1/test/payments/{}/{helper}", id(&payment)),
            None => format!("/v1/payments/{}/{then}", id(&payment)),
        };
        if then.is_empty() {
            // Longer than an authorization lives.
            server.advance(8 * 86_400).await;
        } else {
            server.post(&path, with).await.ok();
        }
        assert_eq!(events_of(&server, &payment).await, told, "{then}");
    }
    server.assert_ledger().await;
}

async fn a_charge_that_wants_its_buyer_says_so(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = server.post("/v1/customers", json!({"email": "ada@example.com"})).await.ok();
    let setup = server.post(&format!("/v1/customers/{}/setup-method", id(&customer)), json!({})).await.ok();
    server.post(&format!("/v1/test/setups/{}/pay", id(&setup)), json!({"number": "4000000000003220"})).await.ok();
    server.post(&format!("/v1/test/setups/{}/authenticate", id(&setup)), json!({"result": "succeed"})).await.ok();
    let charge = json!({"amount": 500, "currency": "EUR", "customerId": id(&customer), "offSession": true});
    let payment = server.post("/v1/payments", charge).await.ok();
    assert_eq!(events_of(&server, &payment).await, ["payment.created", "payment.requires_action"]);
}

/// The types of all events of a payment, oldest first.
async fn events_of(server: &Server, payment: &Value) -> Vec<String> {
    let page = server.get("/v1/events?limit=100").await.ok();
    let events = page["data"].as_array().expect("a list");
    let own = events.iter().rev().filter(|event| event["data"]["id"] == payment["id"]);
    own.map(|event| event["type"].as_str().expect("a type").to_owned()).collect()
}
