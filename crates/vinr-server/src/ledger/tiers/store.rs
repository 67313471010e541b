//! What counts towards tiers in an account, and what it is made of, read in pages.

use vinr_core::currencies::Currency;
use vinr_core::money::Money;
use vinr_core::tiers::parts;
use vinr_store::{Row, Snapshot};

use super::super::store::each;
use super::{Months, Spend};
use crate::error::Result;

const COUNTS: &str = "SELECT id, spend, points FROM tier_counts WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const EARNED: &str = "SELECT id, loyalty_account_id, month, points FROM points_transactions \
     WHERE account = $1 AND id > $2 AND month IS NOT NULL ORDER BY id LIMIT 5000";
const SPENDS: &str = "SELECT s.id, s.loyalty_account_id, s.month, s.spent, s.gone, p.currency, p.amount_captured, \
     p.amount_refunded, p.amount_disputed FROM tier_spends s \
     JOIN payments p ON p.account = s.account AND p.id = s.payment_id \
     WHERE s.account = $1 AND s.id > $2 ORDER BY s.id LIMIT 5000";

pub(super) async fn counts(snapshot: &Snapshot, account: &str, told: &mut impl FnMut(usize)) -> Result<Months> {
    let mut found = Months::new();
    each(snapshot, COUNTS, account, told, |row| {
        found.insert(row.text(0).to_owned(), (row.int(1).into(), row.int(2).into()));
    })
    .await?;
    Ok(found)
}

/// What was earned and taken back in each month.
pub(super) async fn earned(snapshot: &Snapshot, account: &str, told: &mut impl FnMut(usize)) -> Result<Months> {
    let mut found = Months::new();
    each(snapshot, EARNED, account, told, |row| {
        found.entry(month(row)).or_default().1 += i128::from(row.int(3));
    })
    .await?;
    Ok(found)
}

/// What payments count, which is added to what was spent in each month.
pub(super) async fn spends(
    snapshot: &Snapshot,
    account: &str,
    made: &mut Months,
    told: &mut impl FnMut(usize),
) -> Result<Vec<Spend>> {
    let mut found = Vec::new();
    each(snapshot, SPENDS, account, told, |row| {
        let (spent, gone) = (i128::from(row.int(3)), i128::from(row.int(4)));
        made.entry(month(row)).or_default().0 += spent - gone;
        let currency = Currency::parse(row.text(5)).expect("the database holds currencies");
        let in_parts = |amount: i64| i128::from(parts(Money::new(amount, currency)));
        let captured = row.int(6);
        let back = row.int(7).saturating_add(row.int(8)).clamp(0, captured);
        let says = (in_parts(captured), in_parts(back));
        found.push(Spend { id: row.text(0).to_owned(), counts: (spent, gone), says });
    })
    .await?;
    Ok(found)
}

/// The id of the count of a member's month.
fn month(row: &Row) -> String {
    format!("{}:{:06}", row.text(1), row.int(2))
}
