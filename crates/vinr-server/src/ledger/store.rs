//! The sums of the ledger, read in pages: no statement takes long, however much there is.

use std::collections::BTreeMap;

use vinr_core::ids::AccountId;
use vinr_store::{Db, Row, Snapshot, Value};

use super::{Balances, Difference, Sums};
use crate::error::Result;

/// Rows of a page.
const PAGE: usize = 5_000;
/// Event numbers that are counted at once.
const NUMBERS_AT_ONCE: i64 = 50_000;

const ACCOUNTS: &str = "SELECT account FROM counters WHERE id = 'self' ORDER BY account";
const TRANSFERS: &str = "SELECT id, debit, credit, unit, phase, amount, held FROM transfers \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
const BALANCES: &str = "SELECT id, posted, pending FROM balances WHERE account = $1 ORDER BY id";
const PAYMENTS: &str = "SELECT id, amount_capturable, amount_captured, fee, amount_refunded, amount_disputed \
     FROM payments \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
/// What payments hold, took and paid by their transfers.
const MOVED_BY_PAYMENTS: &str = "SELECT source_id, \
     CAST(SUM(CASE phase WHEN 'pending' THEN amount WHEN 'post' THEN -held WHEN 'void' THEN -amount ELSE 0 END) AS BIGINT), \
     CAST(SUM(CASE WHEN debit = 'network' AND phase IN ('posted', 'post') THEN amount ELSE 0 END) AS BIGINT), \
     CAST(SUM(CASE WHEN credit = 'fees' AND phase = 'posted' THEN amount ELSE 0 END) AS BIGINT) \
     FROM transfers WHERE account = $1 AND source_id > $2 AND source_id <= $3 GROUP BY source_id ORDER BY source_id";
/// What refunds of payments gave back by their transfers.
const MOVED_BY_REFUNDS: &str = "SELECT r.payment_id, \
     CAST(SUM(CASE WHEN t.credit = 'network' THEN t.amount ELSE -t.amount END) AS BIGINT) \
     FROM refunds r JOIN transfers t ON t.account = r.account AND t.source_id = r.id \
     WHERE r.account = $1 AND r.payment_id > $2 AND r.payment_id <= $3 GROUP BY r.payment_id";
/// What refunds of payments say that they give back.
const REFUNDED: &str = "SELECT payment_id, CAST(SUM(amount) AS BIGINT) FROM refunds \
     WHERE account = $1 AND payment_id > $2 AND payment_id <= $3 AND status <> 'failed' GROUP BY payment_id";
/// What disputes of payments took by their transfers, without their fees.
const MOVED_BY_DISPUTES: &str = "SELECT d.payment_id, \
     CAST(SUM(CASE WHEN t.credit = 'network' THEN t.amount WHEN t.debit = 'network' THEN -t.amount ELSE 0 END) AS BIGINT) \
     FROM disputes d JOIN transfers t ON t.account = d.account AND t.source_id = d.id \
     WHERE d.account = $1 AND d.payment_id > $2 AND d.payment_id <= $3 GROUP BY d.payment_id";
/// What disputes of payments say that they take.
const DISPUTED: &str = "SELECT payment_id, CAST(SUM(amount) AS BIGINT) FROM disputes \
     WHERE account = $1 AND payment_id > $2 AND payment_id <= $3 AND status <> 'won' GROUP BY payment_id";
const COUNTER: &str = "SELECT sequence FROM counters WHERE account = $1 AND id = 'self'";
const RESET: &str = "SELECT sequence FROM resets WHERE account = $1 AND id = 'self'";
const NUMBERED: &str = "SELECT COUNT(*) FROM events WHERE account = $1 AND sequence > $2 AND sequence <= $3";
const NUMBERED_BEYOND: &str = "SELECT COUNT(*) FROM events WHERE account = $1 AND sequence > $2";
const OF_MERCHANT: &str = "SELECT id, posted FROM balances WHERE account = $1 ORDER BY id";

/// Every account that has anything.
pub(super) async fn accounts(db: &Db) -> Result<Vec<String>> {
    Ok(db.query(ACCOUNTS, &[]).await?.iter().map(|row| row.text(0).to_owned()).collect())
}

/// Adds an account's transfers up, a page at a time; `told` hears how many were read.
pub(super) async fn computed(snapshot: &Snapshot, account: &str, mut told: impl FnMut(usize)) -> Result<Balances> {
    let mut sums = Balances::new();
    let mut after = String::new();
    loop {
        let page = snapshot.query(TRANSFERS, &[account.into(), after.as_str().into()]).await?;
        for row in &page {
            let (posted, pending) = moved(row);
            for (side, sign) in [(1, -1), (2, 1)] {
                let place = sums.entry(format!("{}:{}", row.text(side), row.text(3))).or_default();
                place.0 += sign * posted;
                place.1 += sign * pending;
            }
        }
        told(page.len());
        match page.last() {
            Some(last) if page.len() == PAGE => last.text(0).clone_into(&mut after),
            Some(_) | None => return Ok(sums),
        }
    }
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

/// Payments whose rows say something else than their transfers.
pub(super) async fn payments(
    snapshot: &Snapshot,
    account: &str,
    mut told: impl FnMut(usize),
) -> Result<Vec<Difference>> {
    let mut differences = Vec::new();
    let mut after = String::new();
    loop {
        let page = snapshot.query(PAYMENTS, &[account.into(), after.as_str().into()]).await?;
        told(page.len());
        let Some(last) = page.last() else { return Ok(differences) };
        let last = last.text(0).to_owned();
        let range = [account.into(), after.into(), last.as_str().into()];
        let moved = snapshot.query(MOVED_BY_PAYMENTS, &range).await?;
        let moved: BTreeMap<&str, [i64; 3]> =
            moved.iter().map(|row| (row.text(0), [row.int(1), row.int(2), row.int(3)])).collect();
        let mut back = Vec::new();
        for sql in [MOVED_BY_REFUNDS, REFUNDED, MOVED_BY_DISPUTES, DISPUTED] {
            back.push(sums(snapshot, sql, &range).await?);
        }
        for row in &page {
            let id = row.text(0);
            let gone = [row.int(4), row.int(4), row.int(5), row.int(5)];
            let says = [row.int(1), row.int(2), row.opt_int(3).unwrap_or(0)].into_iter().chain(gone);
            let is = moved.get(id).copied().unwrap_or_default().into_iter();
            let is = is.chain(back.iter().map(|sums| sums.get(id).copied().unwrap_or_default()));
            differences.extend(unlike(account, id, says.zip(is)));
            if row.int(4) + row.int(5) > row.int(2) {
                let (account, subject) = (account.to_owned(), format!("{id} given back"));
                let expected = format!("at most the {} that was captured", row.int(2));
                differences.push(Difference {
                    account,
                    subject,
                    expected,
                    found: (row.int(4) + row.int(5)).to_string(),
                });
            }
        }
        after = last;
    }
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

/// A sum for each payment of a range.
async fn sums(snapshot: &Snapshot, sql: &'static str, range: &[Value]) -> Result<BTreeMap<String, i64>> {
    let rows = snapshot.query(sql, range).await?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect())
}

/// What a payment's row says, beside what it is.
const SAID: [&str; 7] = ["held", "captured", "fee", "refunded", "refunds", "disputed", "disputes"];

fn unlike(account: &str, payment: &str, pairs: impl Iterator<Item = (i64, i64)>) -> Vec<Difference> {
    let unlike = SAID.iter().zip(pairs).filter(|(_, (says, is))| says != is);
    let difference = |(what, (says, is)): (&&str, (i64, i64))| Difference {
        account: account.to_owned(),
        subject: format!("{payment} {what}"),
        expected: says.to_string(),
        found: is.to_string(),
    };
    unlike.map(difference).collect()
}

/// Events are numbered 1, 2, 3 … up to the counter; none is ever deleted, but by a reset all that there were.
pub(super) async fn gaps(snapshot: &Snapshot, account: &str) -> Result<Vec<Difference>> {
    let difference = |expected: String, found: i64| Difference {
        account: account.to_owned(),
        subject: "event numbers".to_owned(),
        expected,
        found: format!("{found} events"),
    };
    let rows = snapshot.query(COUNTER, &[account.into()]).await?;
    let last = rows.first().map_or(0, |row| row.int(0));
    let mut differences = Vec::new();
    let mut from = count(snapshot, RESET, &[account.into()]).await?;
    let left = count(snapshot, NUMBERED, &[account.into(), 0.into(), from.into()]).await?;
    if left != 0 {
        differences.push(difference(format!("none up to {from}, which a reset removed"), left));
    }
    while from < last {
        let to = last.min(from.saturating_add(NUMBERS_AT_ONCE));
        let found = count(snapshot, NUMBERED, &[account.into(), from.into(), to.into()]).await?;
        if found != to - from {
            differences.push(difference(format!("{} to {to} without a gap", from + 1), found));
        }
        from = to;
    }
    let beyond = count(snapshot, NUMBERED_BEYOND, &[account.into(), last.into()]).await?;
    if beyond != 0 {
        differences.push(difference(format!("none after {last}"), beyond));
    }
    Ok(differences)
}

async fn count(snapshot: &Snapshot, sql: &'static str, params: &[Value]) -> Result<i64> {
    Ok(snapshot.query(sql, params).await?.first().map_or(0, |row| row.int(0)))
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
