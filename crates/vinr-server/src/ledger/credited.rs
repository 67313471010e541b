//! What customers have as store credit is what its transactions come to, and what open payments hold of it; so says the
//! ledger, and so do redemptions, payments and refunds (spec/payments.md, Ledger).

mod store;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use vinr_core::credit::Kind;
use vinr_store::Snapshot;

use super::{Balances, Invariant, unequal};
use crate::error::Result;

/// What a customer has in a currency, and what of that is held.
type Has = (i128, i128);
/// What a payment used, and what of that was given back.
type Used = (i128, i128);

/// What transactions add up to.
#[derive(Default)]
struct Sums {
    /// By customer and currency.
    customers: BTreeMap<String, i128>,
    /// By the ledger's balance.
    ledger: BTreeMap<String, i128>,
    /// By redemption: what it gave.
    granted: BTreeMap<String, i128>,
    /// By payment.
    used: BTreeMap<String, Used>,
}

impl Sums {
    fn count(&mut self, customer: &str, currency: &str, kind: Kind, amount: i64, from: (Option<&str>, Option<&str>)) {
        let amount = i128::from(amount);
        let (redemption, payment) = (from.0.unwrap_or_default(), from.1.unwrap_or_default());
        let other = match kind {
            Kind::Grant => Some("promotional_expense"),
            Kind::Spend | Kind::Refund => Some("credit_redeemed"),
            // The rest of what an invoice moves is in its own proof.
            Kind::Invoice => None,
        };
        *self.customers.entry(format!("{customer}:{currency}")).or_default() += amount;
        *self.ledger.entry(format!("customer_credit:{currency}")).or_default() += amount;
        if let Some(other) = other {
            *self.ledger.entry(format!("{other}:{currency}")).or_default() -= amount;
        }
        match kind {
            Kind::Grant => *self.granted.entry(redemption.to_owned()).or_default() += amount,
            Kind::Spend => self.used.entry(payment.to_owned()).or_default().0 -= amount,
            Kind::Refund => self.used.entry(payment.to_owned()).or_default().1 += amount,
            Kind::Invoice => {}
        }
    }
}

/// What payments say of store credit.
#[derive(Default)]
struct Payments {
    /// By customer and currency: what the open ones hold.
    held: BTreeMap<String, i128>,
    /// By payment, of completed ones; with what their refunds gave back that have succeeded.
    used: BTreeMap<String, Used>,
}

/// Adds everything up, from the transactions on.
pub(super) async fn check(
    snapshot: &Snapshot,
    account: &str,
    balances: &Balances,
    mut told: impl FnMut(usize),
) -> Result<Vec<Invariant>> {
    let sums = store::sums(snapshot, account, &mut told).await?;
    let customers = store::customers(snapshot, account, &mut told).await?;
    let payments = store::payments(snapshot, account, &mut told).await?;
    let redemptions = store::redemptions(snapshot, account, &mut told).await?;
    let has: BTreeMap<String, Has> = joined(&sums.customers, &payments.held);
    let held: BTreeMap<String, i128> = by_currency(&payments.held);
    Ok(vec![
        Invariant {
            name: "customers_have_the_credit_of_their_transactions",
            differences: compared(account, "credit and what is held", &has, &customers),
        },
        Invariant {
            name: "credit_ledger_equals_transactions",
            differences: compared(account, "as transacted", &booked_by(&sums.ledger, &held), &booked(balances)),
        },
        Invariant {
            name: "redemptions_gave_the_credit_they_are_worth",
            differences: compared(account, "credit given", &redemptions, &sums.granted),
        },
        Invariant {
            name: "payments_used_the_credit_of_their_transactions",
            differences: compared(account, "credit used and given back", &payments.used, &sums.used),
        },
    ])
}

/// Both numbers of whoever has one.
fn joined(first: &BTreeMap<String, i128>, second: &BTreeMap<String, i128>) -> BTreeMap<String, (i128, i128)> {
    let keys: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let of = |map: &BTreeMap<String, i128>, key: &String| map.get(key).copied().unwrap_or_default();
    keys.into_iter().map(|key| (key.clone(), (of(first, key), of(second, key)))).collect()
}

/// What is held by customer and currency, by currency alone.
fn by_currency(held: &BTreeMap<String, i128>) -> BTreeMap<String, i128> {
    let mut sums: BTreeMap<String, i128> = BTreeMap::new();
    for (key, amount) in held {
        *sums.entry(key.rsplit(':').next().unwrap_or_default().to_owned()).or_default() += amount;
    }
    sums
}

/// What the ledger has to say: what moved, and what is reserved for the payments that hold it.
fn booked_by(moved: &BTreeMap<String, i128>, held: &BTreeMap<String, i128>) -> BTreeMap<String, (i128, i128)> {
    let mut pending: BTreeMap<String, i128> = BTreeMap::new();
    for (currency, amount) in held {
        pending.insert(format!("customer_credit:{currency}"), -amount);
        pending.insert(format!("credit_redeemed:{currency}"), *amount);
    }
    joined(moved, &pending)
}

fn booked(balances: &Balances) -> BTreeMap<String, (i128, i128)> {
    const ACCOUNTS: [&str; 3] = ["customer_credit:", "credit_redeemed:", "promotional_expense:"];
    let of_credit = balances.iter().filter(|(key, _)| ACCOUNTS.iter().any(|account| key.starts_with(account)));
    of_credit.map(|(key, sums)| (key.clone(), *sums)).collect()
}

/// What is not there counts as nothing.
fn compared<T: Debug + Default + PartialEq>(
    account: &str,
    what: &str,
    expected: &BTreeMap<String, T>,
    found: &BTreeMap<String, T>,
) -> Vec<super::Difference> {
    let nothing = T::default();
    let keys: BTreeSet<&String> = expected.keys().chain(found.keys()).collect();
    let pairs = keys.into_iter().map(|key| {
        (format!("{key} {what}"), expected.get(key).unwrap_or(&nothing), found.get(key).unwrap_or(&nothing))
    });
    unequal(account, pairs)
}
