//! What is asked beside simple payments, of the server that has just taken those: charging a saved card of a customer who
//! is not there, giving payments back, and payments of customers, without points and with those that they
//! earn.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use hyper::header::HeaderValue;
use serde_json::{Value, json};

use crate::load::{self, Answer, COMPLETED, Call, Client, PAYMENTS, WARMING, nth, payment_id};
use crate::payments::{Ask, in_turn, timed, told};
use crate::results::{Results, Subject};
use crate::server::Server;
use crate::{Bench, Engine, Problem, progress, runtime};

/// Clients at which they are measured.
pub(crate) const CONNECTIONS: u16 = 64;
/// Customers of each merchant, with a card each.
const CUSTOMERS: usize = 8;
/// Payments are prepared for so much of the time in which they are given back, in tenths: that may be quicker than paying.
const PREPARED_TENTHS: u32 = 13;

/// Measures all of them. Every other merchant has members; their payments and those of the others' customers are measured
/// in turn, since they are compared.
pub(crate) fn measure(
    bench: &Bench<'_>,
    server: &Server,
    engine: Engine,
    ask: Ask,
    results: &mut Results,
) -> Result<(), Problem> {
    progress(&format!("{}: customers with a saved card", engine.name()));
    let customers = runtime()?.block_on(customers(server))?;
    let charge = |number: u64| {
        let account = nth(number, customers.len());
        let of = &customers[account];
        let round = number / u64::try_from(customers.len()).unwrap_or(1);
        Some(charge(account, &of[nth(round, of.len())]))
    };
    results.rate(told(timed(bench, server, (engine, Subject::SavedCard, ask), &charge)?));
    progress(&format!("{}: payments to give back", engine.name()));
    let paid = runtime()?.block_on(paid(server, ask.connections, bench.cli.duration()))?;
    let paid = Mutex::new(paid);
    let refund = |_| paid.lock().unwrap_or_else(PoisonError::into_inner).pop();
    results.rate(told(timed(bench, server, (engine, Subject::Refund, ask), &refund)?));
    if customers.len() < 2 {
        return Ok(());
    }
    progress(&format!("{}: members who earn points", engine.name()));
    let members = runtime()?.block_on(members(server, &customers))?;
    let [without, with] = [1, 0].map(|odd| pays(&customers, odd));
    let rates = in_turn(bench, server, (engine, ask), [(Subject::Customer, &without), (Subject::Earning, &with)])?;
    for rate in rates {
        results.rate(told(rate));
    }
    runtime()?.block_on(has_earned(server, &members))?;
    Ok(())
}

/// Payments of the customers of every other merchant.
fn pays(customers: &[Vec<String>], odd: usize) -> impl Fn(u64) -> Option<Call> {
    move |number| {
        let merchants = u64::try_from(customers.len() / 2).unwrap_or(1);
        let account = 2 * nth(number, customers.len() / 2) + odd;
        let of = customers.get(account)?;
        Some(paying(account, &of[nth(number / merchants.max(1), of.len())]))
    }
}

/// Every merchant's customers.
async fn customers(server: &Server) -> Result<Vec<Vec<String>>, Problem> {
    let keys = load::keys(server)?;
    let merchants = keys.iter().map(|key| of_merchant(server.address, key));
    stream::iter(merchants).buffered(usize::from(CONNECTIONS)).try_collect().await
}

async fn of_merchant(address: SocketAddr, key: &HeaderValue) -> Result<Vec<String>, Problem> {
    let mut client = Client::connect(address).await?;
    let mut customers = Vec::with_capacity(CUSTOMERS);
    for number in 0..CUSTOMERS {
        let body = json!({"email": format!("buyer-{number}@buyers.example"), "name": "Ada Example"});
        let made = client.post("/v1/customers", key, body.to_string()).await?.body;
        let made: Value = serde_json::from_slice(&made).map_err(|error| error.to_string())?;
        let customer = made["id"].as_str().ok_or("a customer without an id")?.to_owned();
        let body = json!({
            "amount": 1_000,
            "currency": "EUR",
            "customerId": customer,
            "paymentMethodId": "pm_test_4242",
            "confirm": true,
            "savePaymentMethod": true,
        });
        client.post(PAYMENTS, key, body.to_string()).await?;
        customers.push(customer);
    }
    Ok(customers)
}

/// Makes every customer of every other merchant a member of a program that gives a point for each 1.00; says who one of
/// them is.
async fn members(server: &Server, customers: &[Vec<String>]) -> Result<String, Problem> {
    let keys = load::keys(server)?;
    let mut client = Client::connect(server.address).await?;
    let mut first = None;
    for (key, customers) in keys.iter().zip(customers).step_by(2) {
        let rule = json!({"award": {"type": "per_amount", "per": 100, "points": 1}});
        client.post("/v1/loyalty/earning-rules", key, rule.to_string()).await?;
        for customer in customers {
            let made =
                client.post("/v1/loyalty/accounts", key, json!({"customerId": customer}).to_string()).await?.body;
            let made: Value = serde_json::from_slice(&made).map_err(|error| error.to_string())?;
            first = first.or_else(|| made["id"].as_str().map(str::to_owned));
        }
    }
    first.ok_or_else(|| "nobody is a member".into())
}

/// Whether the payments brought points: what was measured would be something else without.
async fn has_earned(server: &Server, member: &str) -> Result<(), Problem> {
    let keys = load::keys(server)?;
    let key = keys.first().ok_or("there is no merchant")?;
    let mut client = Client::connect(server.address).await?;
    let shown = client.get(&format!("/v1/loyalty/accounts/{member}"), key).await?.body;
    let shown: Value = serde_json::from_slice(&shown).map_err(|error| error.to_string())?;
    if shown["balance"].as_i64() > Some(0) { Ok(()) } else { Err(format!("nothing was earned: {shown}")) }
}

fn paying(account: usize, customer: &str) -> Call {
    let body = json!({
        "amount": 1_000,
        "currency": "EUR",
        "description": "Order 12345",
        "returnUrl": "https://shop.example/thanks",
        "customerId": customer,
        "paymentMethodId": "pm_test_4242",
        "confirm": true,
        "metadata": {"order": "12345"},
    });
    Call { account, path: PAYMENTS, body: Bytes::from(body.to_string()), says: COMPLETED }
}

fn charge(account: usize, customer: &str) -> Call {
    let body = json!({
        "amount": 1_000,
        "currency": "EUR",
        "description": "Order 12345",
        "customerId": customer,
        "offSession": true,
        "metadata": {"order": "12345"},
    });
    Call { account, path: PAYMENTS, body: Bytes::from(body.to_string()), says: COMPLETED }
}

/// Refunds of payments that are made here, for so long a measurement.
async fn paid(server: &Server, connections: u16, duration: Duration) -> Result<Vec<Call>, Problem> {
    let refunds = Mutex::new(Vec::new());
    let next = |number| Some(Call::payment(nth(number, server.keys.len())));
    let heard = |call: &Call, answer: &Answer| {
        let id = payment_id(&answer.body).ok_or("a payment without an id")?;
        refunds.lock().unwrap_or_else(PoisonError::into_inner).push(refund(call.account, &id));
        Ok(())
    };
    let duration = (WARMING + duration) * PREPARED_TENTHS / 10;
    load::work(server, connections, duration, &next, &heard).await?;
    Ok(refunds.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn refund(account: usize, payment: &str) -> Call {
    let body = json!({"paymentId": payment, "reason": "requested_by_customer"});
    let says = br#""status":"succeeded""#;
    Call { account, path: "/v1/refunds", body: Bytes::from(body.to_string()), says }
}
