//! What members may get back is what redemptions took of them that nobody used yet, and payments carry the discounts of
//! their redemptions (spec/engagement.md, Rewards and redemptions).

mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use vinr_store::Snapshot;

use super::{Difference, Invariant, unequal};
use crate::error::Result;

/// A discount of a payment: minor units, and whether the payment completed with it.
type Carried = (i64, bool);

/// What redemptions say of members and payments.
#[derive(Default)]
struct Redeemed {
    /// By member.
    may_come_back: BTreeMap<String, i128>,
    /// By payment and redemption.
    carried: BTreeMap<String, Carried>,
}

/// Compares redemptions with members and payments.
pub(super) async fn check(snapshot: &Snapshot, account: &str, mut told: impl FnMut(usize)) -> Result<Vec<Invariant>> {
    let redeemed = store::redeemed(snapshot, account, &mut told).await?;
    let members = store::expecting(snapshot, account, &mut told).await?;
    let payments = store::carrying(snapshot, account, &mut told).await?;
    Ok(vec![
        Invariant {
            name: "members_expect_what_is_not_used_yet",
            differences: compared(account, "pending points", &redeemed.may_come_back, &members),
        },
        Invariant {
            name: "payments_carry_the_discounts_of_their_redemptions",
            differences: compared(account, "discount", &redeemed.carried, &payments),
        },
    ])
}

fn compared<T: Debug + PartialEq>(
    account: &str,
    what: &str,
    expected: &BTreeMap<String, T>,
    found: &BTreeMap<String, T>,
) -> Vec<Difference> {
    let keys: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let pairs = keys.into_iter().map(|key| (format!("{key} {what}"), expected.get(key), found.get(key)));
    unequal(account, pairs)
}
