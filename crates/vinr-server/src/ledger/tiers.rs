//! What members' months count towards their tiers is what their transactions and their payments say (spec/engagement.md,
//! Tiers), and a tier that a member was told is one that comes of it.

mod store;

use std::collections::{BTreeMap, BTreeSet};

use vinr_store::Snapshot;

use super::{Invariant, unequal};
use crate::error::Result;

/// What months count, by member and month: spend and points.
type Months = BTreeMap<String, (i128, i128)>;

/// What a payment counts, and what it says itself: what was captured and what of it is gone, in ten-thousandths of a major
/// unit.
struct Spend {
    id: String,
    counts: (i128, i128),
    says: (i128, i128),
}

/// Compares what counts with what it is made of.
pub(super) async fn check(snapshot: &Snapshot, account: &str, mut told: impl FnMut(usize)) -> Result<Vec<Invariant>> {
    let counts = store::counts(snapshot, account, &mut told).await?;
    let mut made = store::earned(snapshot, account, &mut told).await?;
    let spends = store::spends(snapshot, account, &mut made, &mut told).await?;
    let keys: BTreeSet<&String> = counts.keys().chain(made.keys()).collect();
    let of = |months: &Months, key: &String| months.get(key).copied().unwrap_or_default();
    let months = keys.into_iter().map(|key| (format!("{key} spend and points"), of(&made, key), of(&counts, key)));
    let payments = spends.iter().map(|spend| (format!("{} spent and gone", spend.id), spend.says, spend.counts));
    Ok(vec![
        Invariant { name: "tiers_count_what_was_earned_and_spent", differences: unequal(account, months) },
        Invariant { name: "tiers_count_what_payments_brought", differences: unequal(account, payments) },
    ])
}
