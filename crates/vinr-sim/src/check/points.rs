//! Points as the API shows them in the end, when every half hour is over: balances are the sums of what moved, what may
//! come back is what is not used, and nothing waits for a payment that will never come.

use std::collections::BTreeMap;

use serde_json::Value;

use super::listed;
use crate::world::{Broken, World};

/// Judges an account's points.
pub(super) async fn all(world: &World, account: usize, payments: &[Value]) -> Result<(), Broken> {
    payments.iter().try_for_each(adds_up)?;
    let members = listed(world, account, "/v1/loyalty/accounts").await?;
    if members.is_empty() {
        return Ok(());
    }
    let mut moved = BTreeMap::<String, i64>::new();
    for transaction in listed(world, account, "/v1/loyalty/transactions").await? {
        *moved.entry(text(&transaction, "account")).or_default() += number(&transaction, "points");
    }
    let mut pending = BTreeMap::<String, i64>::new();
    for redemption in listed(world, account, "/v1/loyalty/redemptions").await? {
        if !matches!(text(&redemption, "status").as_str(), "issued" | "attached") {
            continue;
        }
        *pending.entry(text(&redemption, "account")).or_default() += number(&redemption, "points");
        let payment = payments.iter().find(|payment| payment["id"] == redemption["paymentId"]);
        if payment.is_none_or(|payment| payment["status"] != "authorized") {
            return Err(format!("nobody released {redemption}, of {payment:?}"));
        }
    }
    for member in &members {
        let id = text(member, "id");
        let [balance, waits] = [&moved, &pending].map(|sums| sums.get(&id).copied().unwrap_or_default());
        if (number(member, "balance"), number(member, "pendingPoints")) != (balance, waits) {
            return Err(format!("{balance} points were moved and {waits} may come back of {member}"));
        }
    }
    for reward in listed(world, account, "/v1/loyalty/rewards").await? {
        if reward["inventory"].as_i64() < Some(0) && !reward["inventory"].is_null() {
            return Err(format!("fewer than none are left of {reward}"));
        }
    }
    Ok(())
}

/// What is charged, what is taken off and what credit pays is what was asked for.
fn adds_up(payment: &Value) -> Result<(), Broken> {
    let off = payment["discounts"].as_array().into_iter().flatten().map(|discount| number(discount, "amount"));
    let sum = number(payment, "amount") + number(payment, "creditApplied") + off.sum::<i64>();
    if sum == number(payment, "originalAmount") { Ok(()) } else { Err(format!("{sum} is the sum of {payment}")) }
}

pub(super) fn number(of: &Value, name: &str) -> i64 {
    of[name].as_i64().unwrap_or_default()
}

pub(super) fn text(of: &Value, name: &str) -> String {
    of[name].as_str().unwrap_or_default().to_owned()
}
