//! Store credit as the API shows it in the end: transactions are those that were committed, balances their sums, what is
//! held is what authorized payments use, and the ledger says the same.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use vinr_core::credit::{Kind, Transaction};

use super::points::{number, text};
use super::{ask, listed};
use crate::client::Client;
use crate::store;
use crate::witness::Has;
use crate::world::{Broken, World};

/// What a customer has in a currency.
type Purses = BTreeMap<(String, String), Has>;

/// Judges an account's store credit.
pub(super) async fn all(world: &World, account: usize, payments: &[Value]) -> Result<(), Broken> {
    let of = world.accounts[account].id.as_str();
    let (seen, purses) = world.witness.with(|folds| {
        let purses = folds.credit.purses.iter().filter(|((account, _), _)| account == of);
        let purses = purses.map(|((_, (customer, code)), has)| ((customer.to_string(), (*code).to_owned()), *has));
        (folds.credit.transactions.get(of).cloned().unwrap_or_default(), purses.collect::<Purses>())
    });
    let transactions = listed(world, account, "/v1/loyalty/credit/transactions").await?;
    as_committed(&transactions, &seen)?;
    sums(&transactions, payments, &purses)?;
    for customer in purses.keys().map(|(customer, _)| customer).collect::<BTreeSet<_>>() {
        let path = format!("/v1/loyalty/credit?customerId={customer}");
        let said = ask(world, account, &Client::bare("GET", path, "")).await?;
        let shown: Value = serde_json::from_str(&said.text).map_err(|error| format!("{error}: {}", said.text))?;
        let own = purses.iter().filter(|((of, _), _)| of == customer);
        let balances = own.map(|((_, currency), has)| {
            let available = has.balance - has.held;
            json!({"currency": currency, "balance": has.balance, "held": has.held, "available": available})
        });
        let due: Vec<Value> = balances.collect();
        if shown["balances"] != json!(due) {
            return Err(format!("{shown} is shown, and by its commits it is {due:?}"));
        }
    }
    in_the_ledger(world, of, &seen, &purses).await
}

/// The list shows what was committed, all of it and nothing else.
fn as_committed(listed: &[Value], seen: &[Transaction]) -> Result<(), Broken> {
    let listed: BTreeMap<String, &Value> = listed.iter().map(|one| (text(one, "id"), one)).collect();
    for one in seen {
        let source = json!({
            "redemption": one.source.redemption.as_ref().map(ToString::to_string),
            "payment": one.source.payment.as_ref().map(ToString::to_string),
            "refund": one.source.refund.as_ref().map(ToString::to_string),
            "invoice": one.source.invoice.as_ref().map(ToString::to_string),
        });
        let shown = listed.get(one.id.as_str()).ok_or_else(|| format!("{one:?} is not listed"))?;
        let is_it = shown["customerId"] == one.customer_id.as_str()
            && shown["type"] == one.kind.as_str()
            && shown["amount"] == one.amount.amount
            && shown["currency"] == one.amount.currency.code()
            && shown["balanceAfter"] == one.balance_after
            && shown["source"] == source;
        if !is_it {
            return Err(format!("{shown} is listed, and was committed as {one:?}"));
        }
    }
    if listed.len() == seen.len() { Ok(()) } else { Err(format!("{} movements of credit are listed", listed.len())) }
}

/// Transactions come to what customers have, and are what payments say; only what is authorized still holds any.
fn sums(transactions: &[Value], payments: &[Value], purses: &Purses) -> Result<(), Broken> {
    let mut has = Purses::new();
    let mut of_payments = BTreeMap::<String, (i64, i64)>::new();
    for one in transactions {
        let purse = (text(one, "customerId"), text(one, "currency"));
        has.entry(purse).or_default().balance += number(one, "amount");
        let (spent, back) = of_payments.entry(text(&one["source"], "payment")).or_default();
        match text(one, "type").as_str() {
            "spend" => *spent -= number(one, "amount"),
            "refund" => *back += number(one, "amount"),
            _ => {}
        }
    }
    for payment in payments {
        let (spent, back) = of_payments.get(&text(payment, "id")).copied().unwrap_or_default();
        let (applied, refunded) = (number(payment, "creditApplied"), number(payment, "creditRefunded"));
        let due = if payment["status"] == "completed" { applied } else { 0 };
        if (spent, back) != (due, refunded) {
            return Err(format!("{spent} of credit were spent and {back} given back by {payment}"));
        }
        if due == applied {
            continue;
        }
        if payment["status"] != "authorized" {
            return Err(format!("nobody let go of the credit of {payment}"));
        }
        has.entry((text(payment, "customerId"), text(payment, "currency"))).or_default().held += applied;
    }
    if has == *purses {
        Ok(())
    } else {
        Err(format!("transactions and payments come to {has:?}, commits to {purses:?}"))
    }
}

/// What customers have is owed to them, what was given is an expense, and what was used is taken off that.
async fn in_the_ledger(world: &World, of: &str, seen: &[Transaction], purses: &Purses) -> Result<(), Broken> {
    let mut due = BTreeMap::<String, (i64, i64)>::new();
    for one in seen {
        let other = match one.kind {
            Kind::Grant => Some("promotional_expense"),
            Kind::Spend | Kind::Refund => Some("credit_redeemed"),
            Kind::Invoice => None,
        };
        let currency = one.amount.currency.code();
        due.entry(format!("customer_credit:{currency}")).or_default().0 += one.amount.amount;
        if let Some(other) = other {
            due.entry(format!("{other}:{currency}")).or_default().0 -= one.amount.amount;
        }
    }
    for ((_, currency), has) in purses {
        due.entry(format!("customer_credit:{currency}")).or_default().1 -= has.held;
        due.entry(format!("credit_redeemed:{currency}")).or_default().1 += has.held;
    }
    due.retain(|_, sums| *sums != (0, 0));
    let booked = store::credit_balances(&world.eye, of).await?;
    if booked == due { Ok(()) } else { Err(format!("credit is booked as {booked:?}, and comes to {due:?}")) }
}
