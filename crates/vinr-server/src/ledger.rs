//! The ledger as it stands: balances for the API, and the proof that every balance is the sum of its transfers.

pub(crate) mod routes;
mod store;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use vinr_core::ids::AccountId;
use vinr_store::Db;

use crate::error::Result;

/// A balance: what is posted and what is pending.
type Sums = (i128, i128);
/// Sums of each account's balance keys.
type Balances = BTreeMap<(String, String), Sums>;

/// Something that does not add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Whose books it is in.
    pub account: String,
    /// Which row or rule.
    pub subject: String,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: expected {}, found {}", self.account, self.subject, self.expected, self.found)
    }
}

/// Recomputes every balance of every account from its transfers, and checks that the sums are zero, that no payment
/// holds more than it reserved, and that the events are numbered without a gap. Nothing comes back when all is well.
///
/// # Errors
/// The store is away.
pub async fn verify(db: &Db) -> Result<Vec<Difference>> {
    let found = store::everything(db).await?;
    let computed = summed(&found.movements);
    let mut differences = compared(&computed, &found.balances);
    differences.extend(unbalanced(&found.balances));
    differences.extend(found.overheld);
    differences.extend(found.gaps);
    Ok(differences)
}

/// All transfers of one kind between the same two balances, added up.
struct Movement {
    account: String,
    debit: String,
    credit: String,
    posted: i128,
    pending: i128,
}

fn summed(movements: &[Movement]) -> Balances {
    let mut sums = Balances::new();
    for movement in movements {
        for (key, sign) in [(&movement.debit, -1), (&movement.credit, 1)] {
            let place = sums.entry((movement.account.clone(), key.clone())).or_default();
            place.0 += sign * movement.posted;
            place.1 += sign * movement.pending;
        }
    }
    sums
}

fn compared(computed: &Balances, stored: &Balances) -> Vec<Difference> {
    let keys: BTreeSet<_> = computed.keys().chain(stored.keys()).collect();
    let unequal = keys.into_iter().filter_map(|key| {
        let (expected, found) =
            (computed.get(key).copied().unwrap_or_default(), stored.get(key).copied().unwrap_or_default());
        (expected != found).then(|| difference(key, shown(expected), shown(found)))
    });
    unequal.collect()
}

/// Each unit of an account adds up to zero.
fn unbalanced(stored: &Balances) -> Vec<Difference> {
    let mut units = Balances::new();
    for ((account, key), (posted, pending)) in stored {
        let unit = key.rsplit(':').next().unwrap_or_default();
        let sum = units.entry((account.clone(), format!("all balances in {unit}"))).or_default();
        sum.0 += posted;
        sum.1 += pending;
    }
    let wrong = units.iter().filter(|(_, sum)| **sum != (0, 0));
    wrong.map(|(key, sum)| difference(key, shown((0, 0)), shown(*sum))).collect()
}

fn difference(key: &(String, String), expected: String, found: String) -> Difference {
    Difference { account: key.0.clone(), subject: key.1.clone(), expected, found }
}

fn shown((posted, pending): Sums) -> String {
    format!("{posted} posted, {pending} pending")
}

/// What a merchant has, by currency.
async fn available_and_pending(db: &Db, account: &AccountId) -> Result<BTreeMap<String, (i64, i64)>> {
    store::of_merchant(db, account).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movement(posted: i128, pending: i128) -> Movement {
        let (debit, credit) = ("network:EUR".to_owned(), "merchant_pending:EUR".to_owned());
        Movement { account: "acct_1".to_owned(), debit, credit, posted, pending }
    }

    #[test]
    fn balances_that_are_the_sum_of_their_transfers_differ_nowhere() {
        let balances = summed(&[movement(1_000, 0), movement(0, 500)]);
        assert_eq!(compared(&balances, &balances.clone()), []);
        assert_eq!(unbalanced(&balances), []);
    }

    #[test]
    fn a_balance_that_was_touched_is_found_twice() {
        let computed = summed(&[movement(1_000, 0)]);
        let mut stored = computed.clone();
        stored.insert(("acct_1".to_owned(), "network:EUR".to_owned()), (-999, 0));
        assert_eq!(compared(&computed, &stored)[0].subject, "network:EUR");
        assert_eq!(unbalanced(&stored)[0].found, "1 posted, 0 pending");
    }
}
