//! Lines of the balance as rows.

use std::collections::BTreeSet;

use vinr_core::balance::{Entry, Kind};
use vinr_core::ids::{AccountId, BalanceTransactionId, SettlementId};
use vinr_core::money::{Currency, Money};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind as Rows, Read, Row, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List, rows};

/// The lines of all accounts.
pub(super) const BALANCE_TRANSACTIONS: Table = Table {
    name: "balance_transactions",
    columns: &[
        Column::text("type"),
        Column::text("currency"),
        Column::int("amount"),
        Column::int("fee"),
        Column::int("net"),
        Column::int("available_at"),
        Column::text("source"),
        Column::text("settlement_id"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Rows::AppendOnly,
};

/// The list of lines.
pub(crate) const LIST: List = List {
    table: "balance_transactions",
    columns: "id, type, currency, amount, fee, net, available_at, source, created_at",
    order: "id",
    indexes: &[Index { on: &["source"], rows: Indexed::All }],
};

/// A line as it is stored.
pub(crate) struct Line {
    pub(super) id: BalanceTransactionId,
    pub(super) kind: Kind,
    pub(super) amount: Money,
    pub(super) fee: i64,
    pub(super) net: i64,
    pub(super) available_at: Timestamp,
    pub(super) source: String,
    pub(super) created_at: Timestamp,
}

/// A line to be shown.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn get(reads: &impl Read, account: &AccountId, id: &BalanceTransactionId) -> Result<Line> {
    let rows = rows(reads, account, &LIST, &BTreeSet::from([id.to_string()])).await?;
    rows.first().map(read).ok_or_else(|| ApiError::missing("balance transaction", id.as_str()))
}

/// A row of [`LIST`].
pub(crate) fn read(row: &Row) -> Line {
    let mut row = row.reader();
    let id = BalanceTransactionId::parse(row.text()).expect("the database holds ids of lines");
    let kind = Kind::parse(row.text()).expect("the database holds types of lines");
    let currency = Currency::parse(row.text()).expect("the database holds currencies");
    Line {
        id,
        kind,
        amount: Money::new(row.int(), currency),
        fee: row.int(),
        net: row.int(),
        available_at: Timestamp::from_millis(row.int()),
        source: row.text().to_owned(),
        created_at: Timestamp::from_millis(row.int()),
    }
}

pub(super) fn values(
    entry: &Entry,
    available_at: Timestamp,
    settlement: Option<&SettlementId>,
    now: Timestamp,
) -> Vec<Value> {
    vec![
        entry.kind.as_str().into(),
        entry.amount.currency.code().into(),
        entry.amount.amount.into(),
        entry.fee.into(),
        entry.net().into(),
        available_at.millis().into(),
        entry.source.as_str().into(),
        settlement.map(SettlementId::as_str).into(),
        now.millis().into(),
    ]
}
