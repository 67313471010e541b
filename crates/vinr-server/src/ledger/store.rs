//! The sums of the ledger, read in pages: no statement takes long, however much there is.

use std::collections::BTreeMap;

use vinr_core::ids::AccountId;
use vinr_store::{Db, Row, Snapshot};

use super::{Balances, Sums};
use crate::error::Result;

/// Rows of a page.
const PAGE: usize = 5_000;

const ACCOUNTS: &str = "SELECT account FROM counters WHERE id = 'self' ORDER BY account";
const TRANSFERS: &str = "SELECT id, debit, credit, unit, phase, amount, held FROM transfers \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const BALANCES: &str = "SELECT id, posted, pending FROM balances WHERE account = $1 ORDER BY id";
const OF_MERCHANT: &str = "SELECT id, posted FROM balances WHERE account = $1 ORDER BY id";

/// Every account that has anything.
pub(super) async fn accounts(db: &Db) -> Result<Vec<String>> {
    Ok(db.query(ACCOUNTS, &[]).await?.iter().map(|row| row.text(0).to_owned()).collect())
}

/// Adds an account's transfers up, a page at a time; `told` hears how many were read.
pub(super) async fn computed(snapshot: &Snapshot, account: &str, told: &mut impl FnMut(usize)) -> Result<Balances> {
    let mut sums = Balances::new();
    each(snapshot, TRANSFERS, account, told, |row| {
        let (posted, pending) = moved(row);
        for (side, sign) in [(1, -1), (2, 1)] {
            let place = sums.entry(format!("{}:{}", row.text(side), row.text(3))).or_default();
            place.0 += sign * posted;
            place.1 += sign * pending;
        }
    })
    .await?;
    Ok(sums)
}

/// What a transfer moves: a post clears the whole of what was held, a void clears its amount.
fn moved(row: &Row) -> Sums {
    let (amount, held) = (i128::from(row.int(5)), i128::from(row.int(6)));
    match row.text(4) {
        "posted" => (amount, 0),
        "pending" => (0, amount),
        "post" => (amount, -held),
        "void" => (0, -amount),
        other => panic!("no transfer has the phase {other}"),
    }
}

pub(super) async fn balances(snapshot: &Snapshot, account: &str) -> Result<Balances> {
    let rows = snapshot.query(BALANCES, &[account.into()]).await?;
    let read = |row: &Row| (row.text(0).to_owned(), (i128::from(row.int(1)), i128::from(row.int(2))));
    Ok(rows.iter().map(read).collect())
}

/// Hands every row of a table to `take`; `told` hears how many each page has.
pub(super) async fn each(
    snapshot: &Snapshot,
    sql: &'static str,
    account: &str,
    told: &mut impl FnMut(usize),
    mut take: impl FnMut(&Row),
) -> Result<()> {
    let mut after = String::new();
    loop {
        let page = snapshot.query(sql, &[account.into(), after.as_str().into()]).await?;
        page.iter().for_each(&mut take);
        told(page.len());
        match page.last() {
            Some(last) if page.len() == PAGE => last.text(0).clone_into(&mut after),
            Some(_) | None => return Ok(()),
        }
    }
}

/// Available and pending of each currency of a merchant.
pub(super) async fn of_merchant(db: &Db, account: &AccountId) -> Result<BTreeMap<String, (i64, i64)>> {
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in db.query(OF_MERCHANT, &[account.as_str().into()]).await? {
        match row.text(0).split_once(':') {
            Some(("merchant_available", unit)) => sums.entry(unit.to_owned()).or_default().0 = row.int(1),
            Some(("merchant_pending", unit)) => sums.entry(unit.to_owned()).or_default().1 = row.int(1),
            _ => {}
        }
    }
    Ok(sums)
}
