//! Transactions of points, members, lots and awards of an account, read in pages.

use std::collections::BTreeMap;

use vinr_core::awards::Award;
use vinr_core::points::Kind;
use vinr_store::Snapshot;

use super::super::store::each;
use super::{Member, Sums};
use crate::error::Result;
use crate::record::{read_awards, read_slices};

const TRANSACTIONS: &str = "SELECT id, loyalty_account_id, program_id, type, points, payment_id, slices FROM points_transactions \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const MEMBERS: &str = "SELECT id, balance, lifetime FROM loyalty_accounts \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const LOTS: &str = "SELECT id, points FROM points_lots WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const AWARDS: &str = "SELECT id, awards FROM payments WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const CLAWBACKS: &str = "SELECT id, award_id, clawed, waived FROM clawbacks \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";

pub(super) async fn sums(snapshot: &Snapshot, account: &str, told: &mut impl FnMut(usize)) -> Result<Sums> {
    let mut sums = Sums::default();
    each(snapshot, TRANSACTIONS, account, told, |row| {
        let kind = Kind::parse(row.text(3)).expect("the database holds kinds of movements");
        sums.count(row.text(1), row.text(2), kind, row.int(4), row.opt_text(5));
        for slice in read_slices(row.text(6)) {
            sums.lie(row.text(1), &slice);
        }
    })
    .await?;
    Ok(sums)
}

pub(super) async fn members(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, Member>> {
    let mut found = BTreeMap::new();
    each(snapshot, MEMBERS, account, told, |row| {
        found.insert(row.text(0).to_owned(), Member { balance: row.int(1), lifetime: row.int(2) });
    })
    .await?;
    Ok(found)
}

/// What lies in lots, by member and moment.
pub(super) async fn lots(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, i128>> {
    let mut found: BTreeMap<String, i128> = BTreeMap::new();
    each(snapshot, LOTS, account, told, |row| {
        if row.int(1) != 0 {
            found.insert(row.text(0).to_owned(), i128::from(row.int(1)));
        }
    })
    .await?;
    Ok(found)
}

pub(super) async fn awards(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, Award>> {
    let mut found = BTreeMap::new();
    each(snapshot, AWARDS, account, told, |row| {
        for award in row.opt_text(1).map(read_awards).unwrap_or_default() {
            found.insert(format!("{}:{}", row.text(0), award.program_id), award);
        }
    })
    .await?;
    Ok(found)
}

/// What was taken back of an award and what was let go of, by all that stand.
pub(super) async fn clawbacks(
    snapshot: &Snapshot,
    account: &str,
    told: &mut impl FnMut(usize),
) -> Result<BTreeMap<String, (i128, i128)>> {
    let mut found: BTreeMap<String, (i128, i128)> = BTreeMap::new();
    each(snapshot, CLAWBACKS, account, told, |row| {
        let sums = found.entry(row.text(1).to_owned()).or_default();
        *sums = (sums.0 + i128::from(row.int(2)), sums.1 + i128::from(row.int(3)));
    })
    .await?;
    Ok(found)
}
