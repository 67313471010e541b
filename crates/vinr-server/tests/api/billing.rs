//! How the endpoints of billing are called rightly, and what there must be before.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Server;
use crate::loyalty::id;
use crate::right_calls::RightCall;
use crate::subscriptions::{customer, invoices, monthly, subscribes};

/// Whether an endpoint is of billing.
pub fn is_of_it(path: &str) -> bool {
    ["/v1/subscriptions", "/v1/invoice"].iter().any(|noun| path.starts_with(noun))
}

/// How each of its endpoints is called rightly.
pub async fn right_call(server: &Server, method: &Method, path: &str) -> RightCall {
    let call =
        |path: String, body: Value, other: Value| RightCall { path, body, other: (!other.is_null()).then_some(other) };
    let none = Value::Null;
    let (customer, price) = (customer(server).await, monthly(server, 2900).await);
    match (method.as_str(), path) {
        ("GET", "/v1/subscriptions" | "/v1/invoices") => call(path.to_owned(), none.clone(), none),
        ("POST", "/v1/subscriptions") => {
            let body = |quantity: i64| json!({"customerId": customer, "priceId": price, "quantity": quantity});
            call(path.to_owned(), body(1), body(2))
        }
        ("POST", "/v1/invoices") => {
            let body = |amount: i64| json!({"customerId": customer, "currency": "EUR", "lines": [{"description": "Mug", "unitAmount": amount}]});
            call(path.to_owned(), body(900), body(901))
        }
        ("POST", "/v1/invoice-items") => {
            let body = |amount: i64| json!({"customerId": customer, "currency": "EUR", "description": "Mug", "unitAmount": amount});
            call(path.to_owned(), body(900), body(901))
        }
        ("GET" | "DELETE", "/v1/subscriptions/{id}") => {
            call(path.replace("{id}", &paid(server, &customer, &price).await), none.clone(), none)
        }
        ("POST" | "PATCH", "/v1/subscriptions/{id}" | "/v1/subscriptions/{id}/preview") => {
            let path = path.replace("{id}", &paid(server, &customer, &price).await);
            call(path, json!({"quantity": 2}), json!({"quantity": 3}))
        }
        (_, "/v1/invoices/{id}/pay") => {
            let path = path.replace("{id}", &open(server, &customer, &price).await);
            call(path, json!({"paymentMethodId": "pm_test_4242"}), json!({"paymentMethodId": "pm_test_0002"}))
        }
        (_, "/v1/invoices/{id}/finalize") => {
            call(path.replace("{id}", &draft(server, &customer).await), json!({}), none)
        }
        (_, path) => {
            let invoice = open(server, &customer, &price).await;
            let line = id(&server.get(&format!("/v1/invoices/{invoice}")).await.ok()["lines"][0]);
            let body = if method == Method::POST { json!({}) } else { Value::Null };
            call(path.replace("{id}", &invoice).replace("{line}", &line), body, none)
        }
    }
}

/// A subscription that is paid.
async fn paid(server: &Server, customer: &str, price: &str) -> String {
    id(&subscribes(server, customer, price, json!({})).await.ok())
}

/// An invoice that is to be paid.
async fn open(server: &Server, customer: &str, price: &str) -> String {
    let made = subscribes(server, customer, price, json!({"collectionMethod": "send_invoice"})).await.ok();
    made["latestInvoiceId"].as_str().expect("an invoice").to_owned()
}

/// An invoice that can be changed: the one of a day's period that has just begun.
async fn draft(server: &Server, customer: &str) -> String {
    let daily = crate::subscriptions::price(server, 500, json!({"interval": "day"})).await;
    let made = id(&subscribes(server, customer, &daily, json!({})).await.ok());
    server.advance(24 * 60 * 60 + 60).await;
    id(invoices(server, &made).await.last().expect("a second invoice"))
}

/// A subscription with its invoice, of a customer of its own.
pub async fn one_of_each(server: &Server) {
    let (customer, price) = (customer(server).await, monthly(server, 2900).await);
    subscribes(server, &customer, &price, json!({})).await.ok();
}
