//! What must hold in the end, when everybody has recovered and every retry has had its time.

mod credit;
mod deliveries;
mod points;

use std::collections::BTreeMap;

use serde_json::Value;
use vinr_core::refunds::Status;

use crate::audit;
use crate::book::Book;
use crate::client::Client;
use crate::store;
use crate::world::{Ask, Broken, Said, World};

/// All of it.
pub(crate) async fn all(world: &World, book: &Book) -> Result<(), Broken> {
    audit::rows(world).await?;
    audit::ledger(&world.eye).await?;
    replays(world, book).await?;
    let mut kept = 0;
    let mut orders = BTreeMap::new();
    for account in 0..world.accounts.len() {
        let payments = listed(world, account, "/v1/payments").await?;
        kept += judged(world, book, account, &payments, &mut orders)?;
        links(&listed(world, account, "/v1/payment-links").await?, &payments)?;
        points::all(world, account, &payments).await?;
        credit::all(world, account, &payments).await?;
        events(world, account).await?;
        deliveries::all(world, account).await?;
        nothing_is_left(world, account).await?;
        numbers(world, account).await?;
    }
    answered_orders(book, &orders)?;
    if world.profile.remote && world.bank.taken() != kept {
        let taken = world.bank.taken();
        return Err(format!("the acquirer took {taken} from buyers and payments say {kept}"));
    }
    world.check()
}

/// One request of the check's own; everything answers by now.
async fn ask(world: &World, account: usize, ask: &Ask) -> Result<Said, Broken> {
    world.call(account, ask).await.ok_or_else(|| format!("{} {} was not answered", ask.method, ask.path))
}

/// Every key still gives the same bytes.
async fn replays(world: &World, book: &Book) -> Result<(), Broken> {
    for (account, request, bytes) in book.answers() {
        let said = ask(world, account, &request).await?;
        if said.status != 200 || said.text != bytes {
            let key = request.key.unwrap_or_default();
            return Err(format!("key {key} was answered {bytes} and now {} {}", said.status, said.text));
        }
    }
    Ok(())
}

/// Everything of a list.
async fn listed(world: &World, account: usize, list: &str) -> Result<Vec<Value>, Broken> {
    let mut all = Vec::new();
    let mut path = format!("{list}?limit=100");
    loop {
        let said = ask(world, account, &Client::bare("GET", path, "")).await?;
        let mut page: Value = serde_json::from_str(&said.text).map_err(|error| format!("{error}: {}", said.text))?;
        if let Some(data) = page["data"].as_array_mut() {
            all.append(data);
        }
        let Some(cursor) = page["page"]["nextCursor"].as_str() else { return Ok(all) };
        path = format!("{list}?limit=100&startingAfter={cursor}");
    }
}

/// Judges an account's payments and sums what they took and did not give back; notes which order each is of.
fn judged(
    world: &World,
    book: &Book,
    account: usize,
    payments: &[Value],
    orders: &mut BTreeMap<String, String>,
) -> Result<i64, Broken> {
    let of = world.accounts[account].id.as_str();
    let folded = world.witness.with(|folds| folds.payments.keys().filter(|(account, _)| account == of).count());
    if folded != payments.len() {
        return Err(format!("{folded} payments were made and {} are listed", payments.len()));
    }
    let ended = book.ended();
    let mut kept = 0;
    for payment in payments {
        let id = payment["id"].as_str().unwrap_or_default();
        let status = payment["status"].as_str().unwrap_or_default();
        if ended.get(id).is_some_and(|told| told != status) {
            return Err(format!("{id} was told to be {:?} and is {status}", ended.get(id)));
        }
        if matches!(status, "processing" | "requires_authentication") {
            return Err(format!("nobody asks what became of {payment}"));
        }
        let order = &payment["metadata"]["order"];
        if payment["paymentLinkId"].is_null() {
            let order = order.as_str().unwrap_or_default();
            if let Some(other) = orders.insert(order.to_owned(), id.to_owned()) {
                return Err(format!("order {order} is paid by {other} and by {id}"));
            }
        } else if !order.is_null() {
            return Err(format!("{id} is of a link, whose buyers bring no order of a program, and of order {order}"));
        }
        kept += payment["amountCaptured"].as_i64().unwrap_or_default();
        kept -= payment["amountRefunded"].as_i64().unwrap_or_default();
    }
    Ok(kept)
}

/// Each link counts the payments that it brought, and brought no more than it was made for.
fn links(links: &[Value], payments: &[Value]) -> Result<(), Broken> {
    for link in links {
        let of = payments.iter().filter(|payment| payment["paymentLinkId"] == link["id"]);
        let brought = of.filter(|payment| payment["status"] == "completed").count();
        let most = link["maxPayments"].as_u64().map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        if link["completedPayments"] != brought || brought > most {
            return Err(format!("{brought} payments were made by {link}"));
        }
    }
    Ok(())
}

/// What was answered is there, once; what was not may be there, once.
fn answered_orders(book: &Book, there: &BTreeMap<String, String>) -> Result<(), Broken> {
    let orders = book.orders();
    for (order, answered) in &orders {
        if answered.as_ref().is_some_and(|id| there.get(order) != Some(id)) {
            return Err(format!("order {order} was answered with {answered:?} and is {:?}", there.get(order)));
        }
    }
    match there.keys().find(|order| !orders.contains_key(*order)) {
        Some(order) => Err(format!("nobody asked for order {order}")),
        None => Ok(()),
    }
}

/// Events are there as they were committed, none missing and none beside them.
async fn events(world: &World, account: usize) -> Result<(), Broken> {
    let of = world.accounts[account].id.as_str();
    let there = store::events(&world.eye, of).await?;
    let seen = world.witness.with(|folds| folds.events.get(of).cloned().unwrap_or_default());
    if there == seen {
        return Ok(());
    }
    let place = there.iter().zip(&seen).position(|(a, b)| a != b).unwrap_or(there.len().min(seen.len()));
    Err(format!("event {} of {of} is {:?} and was committed as {:?}", place + 1, there.get(place), seen.get(place)))
}

/// No timer was forgotten or given up, and no attempt is open.
async fn nothing_is_left(world: &World, account: usize) -> Result<(), Broken> {
    let of = world.accounts[account].id.as_str();
    let forgotten = store::forgotten_jobs(&world.eye, of, world.wall_ms() - 5_000).await?;
    if !forgotten.is_empty() {
        return Err(format!("timers were forgotten: {forgotten:?}"));
    }
    let pending = world.witness.with(|folds| {
        let of_account = folds.refunds.iter().filter(|((account, _), _)| account == of);
        of_account.filter(|(_, refund)| refund.status == Status::Pending).map(|(_, refund)| refund.id.clone()).next()
    });
    if let Some(refund) = pending {
        return Err(format!("nobody knows what became of {refund}"));
    }
    let open = store::open_attempts(&world.eye, of).await?;
    if open.is_empty() { Ok(()) } else { Err(format!("nobody knows what became of attempts {open:?}")) }
}

/// What was set aside has been attached or forgotten, and numbers are kept of exactly what can be charged.
async fn numbers(world: &World, account: usize) -> Result<(), Broken> {
    let of = world.accounts[account].id.as_str();
    let methods = store::methods(&world.eye, of).await?;
    if let Some((id, status)) = methods.iter().find(|(_, status)| status != "active") {
        return Err(format!("nothing has become of {id}, which is {status}"));
    }
    let chargeable: Vec<String> = methods.into_iter().map(|(id, _)| id).collect();
    let kept = store::numbers(&world.eye, of).await?;
    if kept == chargeable {
        return Ok(());
    }
    Err(format!("numbers are kept of {kept:?}, and {chargeable:?} can be charged"))
}
