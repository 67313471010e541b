//! Every event has exactly one delivery for each endpoint that wanted it at its commit, and each came to an end.

use std::collections::BTreeMap;

use vinr_core::webhooks::delivery::ROUND_LENGTH;

use crate::store::{self, Delivery};
use crate::witness::Folds;
use crate::world::{Broken, World};

/// Judges an account's deliveries.
pub(super) async fn all(world: &World, account: usize) -> Result<(), Broken> {
    let of = world.accounts[account].id.as_str();
    let rows = store::deliveries(&world.eye, of).await?;
    let mut there = BTreeMap::new();
    for row in &rows {
        *there.entry((row.event.clone(), row.endpoint.clone())).or_insert(0_usize) += 1;
    }
    world.witness.with(|folds| {
        let due = folds.deliveries.iter().filter(|((account, _), _)| account == of);
        let due: BTreeMap<_, _> = due.map(|((_, pair), count)| (pair.clone(), *count)).collect();
        if due != there {
            let odd = due.iter().find(|(pair, count)| there.get(*pair) != Some(*count));
            let odd = odd.or_else(|| there.iter().find(|(pair, _)| !due.contains_key(*pair)));
            return Err(format!(
                "deliveries are not what endpoints wanted: {odd:?} of {} and {}",
                due.len(),
                there.len()
            ));
        }
        rows.iter().try_for_each(|row| ended(world, folds, of, row))
    })
}

/// A delivery was accepted, or given up after its time or with its endpoint.
fn ended(world: &World, folds: &Folds, account: &str, row: &Delivery) -> Result<(), Broken> {
    let was_off = folds.was_off.contains(&(account.to_owned(), row.endpoint.clone()));
    let urls = folds.urls.get(&row.endpoint);
    let accepted: u32 = urls.into_iter().flatten().map(|url| world.merchants.accepted(url, row.event.as_str())).sum();
    if row.lease.is_some() {
        return Err(format!("nobody released {row:?}"));
    }
    match row.status.as_str() {
        "delivered" if accepted > 0 && row.attempts > 0 => Ok(()),
        "delivered" => Err(format!("nobody accepted {row:?}")),
        "failed" if was_off => Ok(()),
        // The last attempt is at the end of the round.
        "failed" if row.last_attempt_at.is_some_and(|at| at - row.round_started_at >= ROUND_LENGTH.millis()) => Ok(()),
        "failed" => Err(format!("given up before its time: {row:?}")),
        _ => Err(format!("still on its way after everybody recovered: {row:?}")),
    }
}
