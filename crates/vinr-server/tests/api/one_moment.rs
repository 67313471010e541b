//! What one answer shows is of one moment, whatever is committed while it is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::{Merchant, id, until};

on_both_engines!(
    a_payment_and_its_customer_are_of_one_moment,
    a_delivery_and_its_log_are_of_one_moment,
    a_page_is_read_with_its_customers_at_once,
);

/// What a request reads beside its page: keys and the account's context are remembered for a second at most.
const BESIDE: u64 = 4;

/// How many read beside the writer.
const READERS: usize = 4;

/// Reads again and again until `done`, and asserts of each answer.
async fn watch(server: &Server, path: &str, done: &AtomicBool, agrees: impl Fn(&Value) -> bool) {
    let readers = (0..READERS).map(|_| async {
        while !done.load(Ordering::Relaxed) {
            let shown = server.get(path).await.ok();
            assert!(agrees(&shown), "two moments in one answer: {shown}");
        }
    });
    join_all(readers).await;
}

/// A payment that is paid by a card gives the card to its customer, in one commit.
async fn a_payment_and_its_customer_are_of_one_moment(engine: Engine) {
    let server = Arc::new(Server::start(engine).await);
    for _ in 0..20 {
        let customer = server.post("/v1/customers", json!({})).await.ok()["id"].clone();
        let body = json!({"amount": 1000, "currency": "EUR", "customerId": customer, "savePaymentMethod": true});
        let payment = server.post("/v1/payments", body).await.ok();
        let done = AtomicBool::new(false);
        let agrees = |shown: &Value| {
            let shown = if shown["object"] == "list" { &shown["data"][0] } else { shown };
            (shown["status"] == "completed") == shown["customer"]["defaultMethodId"].is_string()
        };
        let one = format!("/v1/payments/{}?expand[]=customer", id(&payment));
        let list = "/v1/payments?limit=1&expand[]=customer";
        let pay = async {
            let path = format!("/v1/test/payments/{}/pay", id(&payment));
            let paid = server.post(&path, json!({"number": "4242424242424242"})).await.ok();
            assert_eq!(paid["status"], "completed");
            done.store(true, Ordering::Relaxed);
        };
        let watched = join_all([watch(&server, &one, &done, agrees), watch(&server, list, &done, agrees)]);
        futures_util::future::join(watched, pay).await;
    }
}

/// Each attempt raises a number of the delivery and is a line of its log, in one commit.
async fn a_delivery_and_its_log_are_of_one_moment(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    server.paid(1000, "pm_test_4242").await;
    let deliveries = format!("/v1/webhooks/{}/deliveries", id(&endpoint));
    let delivery = until(|| async {
        let all = server.get(&deliveries).await.ok();
        all["data"].as_array().expect("a list").iter().find(|one| one["status"] == "delivered").cloned()
    })
    .await;
    let path = format!("/v1/webhook-deliveries/{}", id(&delivery));
    let done = AtomicBool::new(false);
    let agrees =
        |shown: &Value| shown["attempts"].as_u64() == shown["attemptLog"].as_array().map(|log| log.len() as u64);
    let again = async {
        for attempt in 2..=20 {
            server.post(&format!("{path}/redeliver"), json!({})).await.ok();
            merchant.wait(attempt).await;
        }
        done.store(true, Ordering::Relaxed);
    };
    futures_util::future::join(watch(&server, &path, &done, agrees), again).await;
}

/// However many there are: one statement for the page, one for its customers.
async fn a_page_is_read_with_its_customers_at_once(engine: Engine) {
    let server = Server::start(engine).await;
    let mut customers = Vec::new();
    for n in 0..40 {
        let body = json!({"name": format!("Customer {n}"), "metadata": {"plan": "gold"}});
        let customer = server.post("/v1/customers", body).await.ok();
        for _ in 0..2 {
            let body = json!({"amount": 1000, "currency": "EUR", "customerId": customer["id"]});
            server.post("/v1/payments", body).await.ok();
        }
        customers.insert(0, customer);
    }
    server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    let before = server.app.db.stats().statements;
    let page = server.get("/v1/payments?limit=100&expand[]=customer").await.ok();
    let statements = server.app.db.stats().statements - before;
    assert!(statements <= 2 + BESIDE, "{statements} statements for one page");
    let shown: Vec<&Value> = page["data"].as_array().expect("a list").iter().map(|one| &one["customer"]).collect();
    assert_eq!(shown[0], &Value::Null, "nobody's payment");
    let expected: Vec<&Value> = customers.iter().flat_map(|customer| [customer, customer]).collect();
    assert_eq!(shown[1..], expected);

    let before = server.app.db.stats().statements;
    let found = server.get("/v1/customers?limit=100&metadata[plan]=gold").await.ok();
    let statements = server.app.db.stats().statements - before;
    assert!(statements <= 2 + BESIDE, "{statements} statements for one page");
    assert_eq!(found["data"], json!(customers), "the newest first");
}
