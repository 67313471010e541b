//! Redemptions of an account with members and payments, read in pages.

use std::collections::BTreeMap;

use vinr_core::payments::Status as PaymentStatus;
use vinr_core::redemptions::Status;
use vinr_store::Snapshot;

use super::super::store::each;
use super::{Carried, Redeemed};
use crate::error::Result;

const REDEMPTIONS: &str = "SELECT id, loyalty_account_id, status, points, payment_id, discount FROM redemptions \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const EXPECTING: &str = "SELECT id, pending FROM loyalty_accounts \
     WHERE account = $1 AND id > $2 AND pending <> 0 ORDER BY id LIMIT 5000";
const CARRYING: &str = "SELECT id, status, discounts FROM payments \
     WHERE account = $1 AND id > $2 AND discounts IS NOT NULL ORDER BY id LIMIT 5000";

pub(super) async fn redeemed(snapshot: &Snapshot, account: &str, told: &mut impl FnMut(usize)) -> Result<Redeemed> {
    let mut found = Redeemed::default();
    each(snapshot, REDEMPTIONS, account, told, |row| {
        let status = Status::parse(row.text(2)).expect("the database holds statuses");
        let is_used = match status {
            Status::Issued | Status::Attached => {
                *found.may_come_back.entry(row.text(1).to_owned()).or_default() += i128::from(row.int(3));
                false
            }
            Status::Applied | Status::Released | Status::Cancelled => true,
        };
        if let Some(payment) = row.opt_text(4) {
            let carried = (row.opt_int(5).unwrap_or_default(), is_used);
            found.carried.insert(format!("{payment} {}", row.text(0)), carried);
        }
    })
    .await?;
    Ok(found)
}

/// Members who may get something back.
pub(super) async fn expecting(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, i128>> {
    let mut found = BTreeMap::new();
    each(snapshot, EXPECTING, account, told, |row| {
        found.insert(row.text(0).to_owned(), i128::from(row.int(1)));
    })
    .await?;
    Ok(found)
}

/// The discounts that payments have.
pub(super) async fn carrying(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, Carried>> {
    let mut found = BTreeMap::new();
    each(snapshot, CARRYING, account, told, |row| {
        let is_used = row.text(1) == PaymentStatus::Completed.as_str();
        let discounts: Vec<(String, i64)> = serde_json::from_str(row.text(2)).expect("the database holds discounts");
        for (redemption, amount) in discounts {
            found.insert(format!("{} {redemption}", row.text(0)), (amount, is_used));
        }
    })
    .await?;
    Ok(found)
}
