//! The ledger as it stands: balances for the API, and the proof that every balance is the sum of its transfers. What moves
//! money has a row in `transfers`; what moves points is a transaction of points, and those of points are added up with all
//! else that transactions say (`points`).

mod credited;
mod paid;
mod points;
mod redeemed;
pub(crate) mod routes;
mod settled;
mod store;
mod tiers;
mod told;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Debug};
use std::time::Duration;

use vinr_core::ids::AccountId;
use vinr_store::{Db, Snapshot};

use crate::error::Result;

/// How long the proof of one account may take.
const PROOF_MAX: Duration = Duration::from_hours(1);
/// How long it may take while a client waits.
const SHOWN_MAX: Duration = Duration::from_mins(1);

/// A balance: what is posted and what is pending.
type Sums = (i128, i128);
/// Sums of an account's balance keys.
type Balances = BTreeMap<String, Sums>;

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

impl Difference {
    fn new(
        account: &str,
        subject: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Difference {
        let account = account.to_owned();
        Difference { account, subject: subject.into(), expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: expected {}, found {}", self.account, self.subject, self.expected, self.found)
    }
}

/// Something that must be so, and what is not.
#[derive(Debug)]
struct Invariant {
    name: &'static str,
    differences: Vec<Difference>,
}

/// Recomputes every balance of every account from its transfers, and checks that the sums are zero, that each payment
/// holds, took and paid what its transfers and its lines of the balance say, within what was authorized, that payouts are
/// the sums of their settlements, those of their lines, and the ledger of all of them, that members have the points that
/// their transactions say, that they and their payments are what redemptions say, that their tiers rest on what they
/// earned and spent, that customers have the store credit that was given, held and used, that the events are numbered
/// without a gap, and that there is one for each change of money. Each account is looked at as it was at one moment.
/// Nothing comes back when all is well; `told` hears of every page of rows that was read.
///
/// # Errors
/// The store is away.
pub async fn verify(db: &Db, mut told: impl FnMut(usize)) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    for account in store::accounts(db).await? {
        let snapshot = db.long_snapshot(PROOF_MAX).await?;
        let invariants = proof(&snapshot, &account, &mut told).await?;
        differences.extend(invariants.into_iter().flat_map(|invariant| invariant.differences));
    }
    Ok(differences)
}

/// Everything that must be so in an account.
async fn proof(snapshot: &Snapshot, account: &str, mut told: impl FnMut(usize)) -> Result<Vec<Invariant>> {
    let computed = store::computed(snapshot, account, &mut told).await?;
    let stored = store::balances(snapshot, account).await?;
    let mut tally = told::Tally::default();
    let mut invariants = vec![
        Invariant { name: "balances_equal_transfers", differences: compared(account, &computed, &of_money(&stored)) },
        Invariant { name: "balances_sum_to_zero", differences: unbalanced(account, &stored) },
        Invariant {
            name: "payouts_equal_settlements_equal_lines",
            differences: settled::check(snapshot, account, &stored, &mut tally, &mut told).await?,
        },
        Invariant {
            name: "payments_equal_transfers_and_lines",
            differences: paid::check(snapshot, account, &stored, &mut tally, &mut told).await?,
        },
        Invariant {
            name: "events_have_no_gaps_and_tell_each_change",
            differences: told::check(snapshot, account, &tally).await?,
        },
    ];
    invariants.extend(points::check(snapshot, account, &stored, &mut told).await?);
    invariants.extend(redeemed::check(snapshot, account, &mut told).await?);
    invariants.extend(tiers::check(snapshot, account, &mut told).await?);
    invariants.extend(credited::check(snapshot, account, &stored, &mut told).await?);
    Ok(invariants)
}

/// The proof of one account, for its merchant.
async fn of_account(db: &Db, account: &AccountId) -> Result<Vec<Invariant>> {
    let snapshot = db.long_snapshot(SHOWN_MAX).await?;
    proof(&snapshot, account.as_str(), |_| {}).await
}

/// The balances that are not what they should be; one that is not there is zero.
fn compared(account: &str, computed: &Balances, stored: &Balances) -> Vec<Difference> {
    let keys: BTreeSet<_> = computed.keys().chain(stored.keys()).collect();
    let unequal = keys.into_iter().filter_map(|key| {
        let sums = |of: &Balances| of.get(key).copied().unwrap_or_default();
        let (expected, found) = (sums(computed), sums(stored));
        (expected != found).then(|| difference(account, key, expected, found))
    });
    unequal.collect()
}

/// The balances of currencies.
fn of_money(stored: &Balances) -> Balances {
    stored.iter().filter(|(key, _)| !points::is_of_points(key)).map(|(key, sums)| (key.clone(), *sums)).collect()
}

/// Each unit of an account adds up to zero.
fn unbalanced(account: &str, stored: &Balances) -> Vec<Difference> {
    let mut units = Balances::new();
    for (key, (posted, pending)) in stored {
        let unit = key.rsplit(':').next().unwrap_or_default();
        let sum = units.entry(format!("all balances in {unit}")).or_default();
        sum.0 += posted;
        sum.1 += pending;
    }
    let wrong = units.iter().filter(|(_, sum)| **sum != (0, 0));
    wrong.map(|(subject, sum)| difference(account, subject, (0, 0), *sum)).collect()
}

/// Of these subjects with what they should be and what they are, those that differ.
fn unequal<T: Debug + PartialEq>(account: &str, pairs: impl Iterator<Item = (String, T, T)>) -> Vec<Difference> {
    let different = pairs.filter(|(_, expected, found)| expected != found);
    let difference = |(subject, expected, found): (String, T, T)| Difference {
        account: account.to_owned(),
        subject,
        expected: format!("{expected:?}"),
        found: format!("{found:?}"),
    };
    different.map(difference).collect()
}

fn difference(account: &str, subject: &str, expected: Sums, found: Sums) -> Difference {
    let shown = |(posted, pending): Sums| format!("{posted} posted, {pending} pending");
    Difference::new(account, subject, shown(expected), shown(found))
}

/// What a merchant has, by currency.
async fn available_and_pending(db: &Db, account: &AccountId) -> Result<BTreeMap<String, (i64, i64)>> {
    store::of_merchant(db, account).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balances(network: i128, merchant: i128) -> Balances {
        [("network:EUR".to_owned(), (network, 0)), ("merchant_pending:EUR".to_owned(), (merchant, 0))].into()
    }

    #[test]
    fn balances_that_are_the_sum_of_their_transfers_differ_nowhere() {
        let sums = balances(-1_000, 1_000);
        assert_eq!(compared("acct_1", &sums, &sums), []);
        assert_eq!(unbalanced("acct_1", &sums), []);
    }

    #[test]
    fn a_balance_that_was_touched_is_found_twice() {
        let (computed, stored) = (balances(-1_000, 1_000), balances(-999, 1_000));
        assert_eq!(compared("acct_1", &computed, &stored)[0].subject, "network:EUR");
        assert_eq!(unbalanced("acct_1", &stored)[0].found, "1 posted, 0 pending");
    }
}
