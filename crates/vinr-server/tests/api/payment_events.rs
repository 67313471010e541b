//! Which events each way through a payment's states tells, in their order.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::id;

on_both_engines!(
    each_way_through_the_states_tells_its_events,
    a_charge_that_wants_its_buyer_says_so,
    an_event_shows_its_payment_as_it_was_and_its_number_gives_the_order,
    each_account_counts_its_own_events,
);

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

/// A snapshot each; whoever hears of the refund first sees by the numbers what came before (spec/traps.md, section 16).
async fn an_event_shows_its_payment_as_it_was_and_its_number_gives_the_order(engine: Engine) {
    let server = Server::start(engine).await;
    let waiting = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    let confirm = format!("/v1/payments/{}/confirm", id(&waiting));
    let paid = server.post(&confirm, json!({"paymentMethod": "pm_test_4242"})).await.ok();
    server.post("/v1/refunds", json!({"paymentId": paid["id"], "amount": 300})).await.ok();
    let now = server.get(&format!("/v1/payments/{}", id(&paid))).await.ok();
    let page = server.get("/v1/events?after=0").await.ok();
    let events = page["data"].as_array().expect("a list");
    let own = events.iter().filter(|event| event["data"]["id"] == paid["id"]);
    let told: Vec<[&Value; 3]> = own.map(|event| [&event["sequence"], &event["type"], &event["data"]]).collect();
    let expected = [
        [&json!(1), &json!("payment.created"), &waiting],
        [&json!(2), &json!("payment.completed"), &paid],
        [&json!(4), &json!("payment.refunded"), &now],
    ];
    assert_eq!(told, expected);
    assert_eq!(json!([waiting["status"], paid["amountRefunded"], now["amountRefunded"]]), json!(["pending", 0, 300]));
}

async fn each_account_counts_its_own_events(engine: Engine) {
    let server = Server::start(engine).await;
    let other = server.another_account().await;
    for key in [&server.secret_key, &other, &server.secret_key, &other] {
        let body = json!({"amount": 1000, "currency": "EUR"}).to_string();
        server.call(Method::POST, "/v1/payments", Some(key), &[], Some(body)).await.ok();
    }
    for key in [&server.secret_key, &other] {
        let page = server.call(Method::GET, "/v1/events?after=0", Some(key), &[], None).await.ok();
        let numbers: Vec<&Value> =
            page["data"].as_array().expect("a list").iter().map(|one| &one["sequence"]).collect();
        assert_eq!(numbers, [&json!(1), &json!(2)]);
    }
}

/// The types of all events of a payment, oldest first.
async fn events_of(server: &Server, payment: &Value) -> Vec<String> {
    let page = server.get("/v1/events?limit=100").await.ok();
    let events = page["data"].as_array().expect("a list");
    let own = events.iter().rev().filter(|event| event["data"]["id"] == payment["id"]);
    own.map(|event| event["type"].as_str().expect("a type").to_owned()).collect()
}
