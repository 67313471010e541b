//! Payments of an account, and what else says what they are, read in pages.

use std::collections::BTreeMap;

use vinr_core::payments::Status;
use vinr_store::{Row, Snapshot};

use super::Paid;
use crate::error::Result;

const PAYMENTS: &str = "SELECT id, amount_capturable, amount_captured, fee, amount_refunded, amount_disputed, \
     amount, status, currency, credit_applied, credit_refunded FROM payments \
     WHERE account = $1 AND id > $2 ORDER BY id LIMIT 5000";
/// What payments hold, took and paid by their transfers, and what store credit they hold or have used.
const MOVED_BY_PAYMENTS: &str = "SELECT source_id, \
     CAST(SUM(CASE WHEN debit <> 'network' THEN 0 WHEN phase = 'pending' THEN amount WHEN phase = 'post' THEN -held \
     WHEN phase = 'void' THEN -amount ELSE 0 END) AS BIGINT), \
     CAST(SUM(CASE WHEN debit = 'network' AND phase IN ('posted', 'post') THEN amount ELSE 0 END) AS BIGINT), \
     CAST(SUM(CASE WHEN credit = 'fees' AND phase = 'posted' THEN amount ELSE 0 END) AS BIGINT), \
     CAST(SUM(CASE WHEN debit <> 'customer_credit' THEN 0 WHEN phase = 'pending' THEN amount WHEN phase = 'void' THEN -amount \
     ELSE 0 END) AS BIGINT) \
     FROM transfers WHERE account = $1 AND source_id > $2 AND source_id <= $3 \
     GROUP BY source_id ORDER BY source_id";
/// What refunds of payments gave back by their transfers.
const MOVED_BY_REFUNDS: &str = "SELECT r.payment_id, \
     CAST(SUM(CASE WHEN t.credit = 'network' THEN t.amount ELSE -t.amount END) AS BIGINT) \
     FROM refunds r JOIN transfers t ON t.account = r.account AND t.source_id = r.id \
     WHERE r.account = $1 AND r.payment_id > $2 AND r.payment_id <= $3 GROUP BY r.payment_id";
/// What refunds of payments say that they give back.
const REFUNDED: &str = "SELECT payment_id, CAST(SUM(amount) AS BIGINT), CAST(SUM(credit_amount) AS BIGINT) FROM refunds \
     WHERE account = $1 AND payment_id > $2 AND payment_id <= $3 AND status <> 'failed' GROUP BY payment_id";
/// How many refunds of payments give back nothing but store credit.
const REFUNDS_OF_CREDIT: &str = "SELECT COUNT(*) FROM refunds \
     WHERE account = $1 AND payment_id > $2 AND payment_id <= $3 AND amount = 0";
/// What disputes of payments took by their transfers, without their fees.
const MOVED_BY_DISPUTES: &str = "SELECT d.payment_id, \
     CAST(SUM(CASE WHEN t.credit = 'network' THEN t.amount WHEN t.debit = 'network' THEN -t.amount ELSE 0 END) AS BIGINT) \
     FROM disputes d JOIN transfers t ON t.account = d.account AND t.source_id = d.id \
     WHERE d.account = $1 AND d.payment_id > $2 AND d.payment_id <= $3 GROUP BY d.payment_id";
/// What disputes of payments say that they take: a warning takes nothing.
const DISPUTED: &str = "SELECT payment_id, CAST(SUM(amount) AS BIGINT) FROM disputes \
     WHERE account = $1 AND payment_id > $2 AND payment_id <= $3 \
     AND status IN ('needs_response', 'under_review', 'lost') GROUP BY payment_id";
/// How many disputes and warnings there are about payments.
const DISPUTES: &str = "SELECT COUNT(*) FROM disputes WHERE account = $1 AND payment_id > $2 AND payment_id <= $3";
/// What the lines of the balance say that payments took, and what it cost.
const LINES_OF_PAYMENTS: &str = "SELECT source, CAST(SUM(amount) AS BIGINT), CAST(SUM(fee) AS BIGINT) \
     FROM balance_transactions \
     WHERE account = $1 AND source > $2 AND source <= $3 AND type = 'payment' GROUP BY source";
/// What they say that refunds of payments gave back.
const LINES_OF_REFUNDS: &str = "SELECT r.payment_id, CAST(SUM(-b.amount) AS BIGINT) \
     FROM refunds r JOIN balance_transactions b ON b.account = r.account AND b.source = r.id \
     WHERE r.account = $1 AND r.payment_id > $2 AND r.payment_id <= $3 GROUP BY r.payment_id";
/// What they say that disputes of payments took, without their fees.
const LINES_OF_DISPUTES: &str = "SELECT d.payment_id, CAST(SUM(-b.amount) AS BIGINT) \
     FROM disputes d JOIN balance_transactions b ON b.account = d.account AND b.source = d.id \
     WHERE d.account = $1 AND d.payment_id > $2 AND d.payment_id <= $3 GROUP BY d.payment_id";

/// Each statement with its sums, in the order of [`super::SAID`].
const SUMS: [(&str, usize); 8] = [
    (MOVED_BY_PAYMENTS, 4),
    (MOVED_BY_REFUNDS, 1),
    (REFUNDED, 2),
    (MOVED_BY_DISPUTES, 1),
    (DISPUTED, 1),
    (LINES_OF_PAYMENTS, 2),
    (LINES_OF_REFUNDS, 1),
    (LINES_OF_DISPUTES, 1),
];

/// The payments after one, a page of them.
pub(super) async fn page(snapshot: &Snapshot, account: &str, after: &str) -> Result<Vec<Paid>> {
    Ok(snapshot.query(PAYMENTS, &[account.into(), after.into()]).await?.iter().map(read).collect())
}

fn read(row: &Row) -> Paid {
    Paid {
        id: row.text(0).to_owned(),
        held: row.int(1),
        captured: row.int(2),
        fee: row.opt_int(3),
        refunded: row.int(4),
        disputed: row.int(5),
        amount: row.int(6),
        status: Status::parse(row.text(7)).expect("the database holds statuses"),
        currency: row.text(8).to_owned(),
        credit: row.int(9),
        credit_refunded: row.int(10),
    }
}

/// How many disputes and warnings there are about the payments after one up to another.
pub(super) async fn disputes(snapshot: &Snapshot, account: &str, after: &str, last: &str) -> Result<i64> {
    let rows = snapshot.query(DISPUTES, &[account.into(), after.into(), last.into()]).await?;
    Ok(rows.first().map_or(0, |row| row.int(0)))
}

/// How many refunds of the payments after one up to another give back nothing but store credit.
pub(super) async fn refunds_of_credit(snapshot: &Snapshot, account: &str, after: &str, last: &str) -> Result<i64> {
    let rows = snapshot.query(REFUNDS_OF_CREDIT, &[account.into(), after.into(), last.into()]).await?;
    Ok(rows.first().map_or(0, |row| row.int(0)))
}

/// What others say of the payments after one up to another, by payment.
pub(super) async fn sums(
    snapshot: &Snapshot,
    account: &str,
    after: &str,
    last: &str,
) -> Result<Vec<BTreeMap<String, i64>>> {
    let range = [account.into(), after.into(), last.into()];
    let mut sums = Vec::with_capacity(super::SAID.len());
    for (sql, columns) in SUMS {
        let rows = snapshot.query(sql, &range).await?;
        for column in 1..=columns {
            sums.push(rows.iter().map(|row| (row.text(0).to_owned(), row.int(column))).collect());
        }
    }
    Ok(sums)
}
