//! What must hold whatever happened.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::bank::Bank;
use crate::merchant::Merchant;
use crate::story::{Broken, World};

/// What clients know: for each idempotency key the bytes of its answer.
pub(crate) type Answered = BTreeMap<String, (String, String)>;

/// Money adds up and numbers have no gaps.
pub(crate) async fn ledger(world: &World) -> Result<(), Broken> {
    let differences =
        vinr_server::ledger::verify(&world.app.db, |_| {}).await.map_err(|error| format!("verify: {error}"))?;
    if differences.is_empty() { Ok(()) } else { Err(format!("the ledger does not add up: {differences:?}")) }
}

/// Every answered request has its effect exactly once, and its key still gives the same bytes.
pub(crate) async fn answers(world: &World, answered: &Answered) -> Result<(), Broken> {
    for (key, (body, bytes)) in answered {
        let (status, again) = world.call("POST", "/v1/payments", Some(key), body).await;
        if status != 200 || again != *bytes {
            return Err(format!("key {key} was answered {bytes} and now {status} {again}"));
        }
        let first: Value = serde_json::from_str(bytes).map_err(|error| error.to_string())?;
        let id = first["id"].as_str().unwrap_or_default();
        let (status, _) = world.call("GET", &format!("/v1/payments/{id}"), None, "").await;
        if status != 200 {
            return Err(format!("answered payment {id} is gone"));
        }
    }
    Ok(())
}

/// As many payments as keys that were ever tried at most, and as many as answers at least.
pub(crate) async fn count(world: &World, answered: usize, tried: usize) -> Result<(), Broken> {
    let count = payments(world).await?.len();
    if (answered..=tried).contains(&count) {
        return Ok(());
    }
    Err(format!("{count} payments for {answered} answers to {tried} keys"))
}

/// Buyers paid what their payments say, and no payment waits for the acquirer for ever.
pub(crate) async fn bank(world: &World, bank: &Bank) -> Result<(), Broken> {
    let payments = payments(world).await?;
    if let Some(waiting) = payments.iter().find(|payment| payment["status"] == "processing") {
        return Err(format!("nobody asks what became of {waiting}"));
    }
    let captured: i64 = payments.iter().filter_map(|payment| payment["amountCaptured"].as_i64()).sum();
    match bank.taken() {
        taken if taken == captured => Ok(()),
        taken => Err(format!("the acquirer took {taken} from buyers and payments say {captured}")),
    }
}

async fn payments(world: &World) -> Result<Vec<Value>, Broken> {
    let mut payments = Vec::new();
    let mut path = "/v1/payments?limit=100".to_owned();
    loop {
        let (_, text) = world.call("GET", &path, None, "").await;
        let mut page: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        if let Some(data) = page["data"].as_array_mut() {
            payments.append(data);
        }
        let Some(cursor) = page["page"]["nextCursor"].as_str() else { return Ok(payments) };
        path = format!("/v1/payments?limit=100&startingAfter={cursor}");
    }
}

/// Every event was told to the merchant at least once.
pub(crate) async fn events(world: &World, merchant: &Merchant) -> Result<(), Broken> {
    let mut after = 0;
    loop {
        let (_, text) = world.call("GET", &format!("/v1/events?limit=100&after={after}"), None, "").await;
        let page: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let Some(events) = page["data"].as_array().filter(|events| !events.is_empty()) else { return Ok(()) };
        for event in events {
            after += 1;
            if event["sequence"] != after {
                return Err(format!("event {after} is missing before {event}"));
            }
            if merchant.heard(event["id"].as_str().unwrap_or_default()) == 0 {
                return Err(format!("the merchant never heard of event {event}: {}", deliveries(world, event).await));
            }
        }
    }
}

/// What became of an event's deliveries, for the report.
async fn deliveries(world: &World, event: &Value) -> String {
    let (_, text) = world.call("GET", "/v1/webhooks", None, "").await;
    let endpoints: Value = serde_json::from_str(&text).unwrap_or_default();
    let endpoint = endpoints["data"][0]["id"].as_str().unwrap_or_default();
    let (_, text) = world.call("GET", &format!("/v1/webhooks/{endpoint}/deliveries?limit=100"), None, "").await;
    let page: Value = serde_json::from_str(&text).unwrap_or_default();
    let of_event = page["data"].as_array().into_iter().flatten().filter(|one| one["eventId"] == event["id"]);
    of_event.map(Value::to_string).collect::<Vec<_>>().join(" ")
}
