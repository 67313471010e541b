//! Store credit of an account, and who says what about it, read in pages.

use std::collections::BTreeMap;

use serde_json::Value;
use vinr_core::credit::Kind;
use vinr_core::payments::Status;
use vinr_store::Snapshot;

use super::super::store::each;
use super::{Has, Payments, Sums};
use crate::error::Result;

const TRANSACTIONS: &str = "SELECT id, customer_id, currency, type, amount, redemption_id, payment_id \
     FROM credit_transactions WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const CUSTOMERS: &str = "SELECT id, balance, held FROM customer_credit \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const PAYMENTS: &str = "SELECT id, status, customer_id, currency, credit_applied FROM payments \
     WHERE account = $1 AND id > $2 AND credit_applied <> 0 ORDER BY id LIMIT 5000";
const REFUNDS: &str = "SELECT id, payment_id, credit_amount FROM refunds \
     WHERE account = $1 AND id > $2 AND credit_amount <> 0 AND status = 'succeeded' ORDER BY id LIMIT 5000";
const REDEMPTIONS: &str = "SELECT id, value FROM redemptions \
     WHERE account = $1 AND id > $2 AND type = 'store_credit' ORDER BY id LIMIT 5000";

pub(super) async fn sums(snapshot: &Snapshot, account: &str, told: &mut impl FnMut(usize)) -> Result<Sums> {
    let mut sums = Sums::default();
    each(snapshot, TRANSACTIONS, account, told, |row| {
        let kind = Kind::parse(row.text(3)).expect("the database holds kinds of movements");
        sums.count(row.text(1), row.text(2), kind, row.int(4), (row.opt_text(5), row.opt_text(6)));
    })
    .await?;
    Ok(sums)
}

pub(super) async fn customers(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, Has>> {
    let mut found = BTreeMap::new();
    each(snapshot, CUSTOMERS, account, told, |row| {
        found.insert(row.text(0).to_owned(), (i128::from(row.int(1)), i128::from(row.int(2))));
    })
    .await?;
    Ok(found)
}

/// Payments that use credit: those that ended without money use none any more.
pub(super) async fn payments(snapshot: &Snapshot, account: &str, told: &mut impl FnMut(usize)) -> Result<Payments> {
    let mut found = Payments::default();
    each(snapshot, PAYMENTS, account, told, |row| {
        let applied = i128::from(row.int(4));
        if row.text(1) == Status::Completed.as_str() {
            found.used.entry(row.text(0).to_owned()).or_default().0 += applied;
        } else {
            let holder = format!("{}:{}", row.opt_text(2).unwrap_or_default(), row.text(3));
            *found.held.entry(holder).or_default() += applied;
        }
    })
    .await?;
    each(snapshot, REFUNDS, account, told, |row| {
        found.used.entry(row.text(1).to_owned()).or_default().1 += i128::from(row.int(2));
    })
    .await?;
    Ok(found)
}

/// What redemptions are worth that gave credit.
pub(super) async fn redemptions(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, i128>> {
    let mut found = BTreeMap::new();
    each(snapshot, REDEMPTIONS, account, told, |row| {
        let value: Value = serde_json::from_str(row.text(1)).expect("the database holds values of rewards");
        found.insert(row.text(0).to_owned(), i128::from(value["amount"].as_i64().unwrap_or_default()));
    })
    .await?;
    Ok(found)
}
