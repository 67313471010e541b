//! Settlements as rows: open ones, their totals, and closed ones.

use std::collections::BTreeSet;

use vinr_core::ids::{AccountId, PayoutPlanId, SettlementId};
use vinr_core::money::Currency;
use vinr_core::settlements::{Open, Settlement, Totals};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

/// Settlements whose day is not over; the account's context knows them.
const OPEN_SETTLEMENTS: Table = Table {
    name: "open_settlements",
    columns: &[Column::text("currency"), Column::int("opened_at"), Column::int("closes_at")],
    unique: &[],
    kind: Kind::Versioned,
};

/// What the lines of each settlement add up to, counted as they are written.
const SETTLEMENT_TOTALS: Table = Table {
    name: "settlement_totals",
    columns: &[
        Column::int("gross"),
        Column::int("refunds"),
        Column::int("disputes"),
        Column::int("fees"),
        Column::int("net"),
        Column::int("transactions"),
    ],
    unique: &[],
    kind: Kind::Tally,
};

/// Closed settlements, which never change.
const SETTLEMENTS: Table = Table {
    name: "settlements",
    columns: &[
        Column::text("currency"),
        Column::int("gross"),
        Column::int("refunds"),
        Column::int("disputes"),
        Column::int("fees"),
        Column::int("net"),
        Column::int("transactions"),
        Column::text("plan_id"),
        Column::int("arrives_at"),
        Column::int("opened_at"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::AppendOnly,
};

/// The list of settlements.
pub(crate) const LIST: List = List {
    table: "settlements",
    columns: "id, currency, gross, refunds, disputes, fees, net, transactions, plan_id, arrives_at, opened_at, created_at",
    order: "created_at",
    indexes: &[Index { on: &["plan_id"], rows: Indexed::All }],
};

pub(super) fn open(unit: &mut Unit<'_>, open: &Open) {
    let values = vec![open.currency.code().into(), open.opened_at.millis().into(), open.closes_at.millis().into()];
    unit.store.insert(&OPEN_SETTLEMENTS, open.id.as_str(), values);
}

pub(super) async fn find_open(unit: &mut Unit<'_>, id: &SettlementId) -> Result<Option<Open>> {
    let row = unit.store.load(&OPEN_SETTLEMENTS, id.as_str()).await?;
    Ok(row.map(|row| Open {
        id: id.clone(),
        currency: Currency::parse(row.text(0)).expect("the database holds currencies"),
        opened_at: Timestamp::from_millis(row.int(1)),
        closes_at: Timestamp::from_millis(row.int(2)),
    }))
}

/// Adds to the totals of a settlement; its other lines may be written at the same time.
pub(super) fn add(unit: &mut Unit<'_>, id: &SettlementId, line: Totals) {
    for (column, delta) in SETTLEMENT_TOTALS.columns.iter().zip(columns(line)) {
        if delta != 0 {
            unit.store.add(&SETTLEMENT_TOTALS, id.as_str(), column.name, delta, None);
        }
    }
}

pub(super) async fn totals(unit: &mut Unit<'_>, id: &SettlementId) -> Result<Totals> {
    let row = unit.store.load(&SETTLEMENT_TOTALS, id.as_str()).await?;
    Ok(row.map_or_else(Totals::default, |row| read_totals(&mut row.reader())))
}

pub(super) fn close(unit: &mut Unit<'_>, settlement: &Settlement) {
    unit.store.remove(&OPEN_SETTLEMENTS, settlement.id.as_str());
    insert(unit, settlement);
}

pub(super) fn insert(unit: &mut Unit<'_>, settlement: &Settlement) {
    let mut values: Vec<Value> = vec![settlement.currency.code().into()];
    values.extend(columns(settlement.totals).map(Value::from));
    values.extend([
        settlement.plan.as_str().into(),
        settlement.arrives_at.map(Timestamp::millis).into(),
        settlement.opened_at.millis().into(),
        settlement.closed_at.millis().into(),
    ]);
    unit.store.insert(&SETTLEMENTS, settlement.id.as_str(), values);
}

/// A settlement to be shown.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn get(reads: &impl Read, account: &AccountId, id: &SettlementId) -> Result<Settlement> {
    let ids = BTreeSet::from([id.to_string()]);
    let rows = crate::http::list::rows(reads, account, &LIST, &ids).await?;
    rows.first().map(read).ok_or_else(|| ApiError::missing("settlement", id.as_str()))
}

/// A row of [`LIST`].
pub(crate) fn read(row: &Row) -> Settlement {
    let mut row = row.reader();
    let id = SettlementId::parse(row.text()).expect("the database holds settlement ids");
    let currency = Currency::parse(row.text()).expect("the database holds currencies");
    let totals = read_totals(&mut row);
    let plan = PayoutPlanId::parse(row.text()).expect("the database holds ids of plans");
    let arrives_at = row.opt_int().map(Timestamp::from_millis);
    let opened_at = Timestamp::from_millis(row.int());
    Settlement { id, currency, totals, plan, arrives_at, opened_at, closed_at: Timestamp::from_millis(row.int()) }
}

fn read_totals(row: &mut RowReader<'_>) -> Totals {
    Totals {
        gross: row.int(),
        refunds: row.int(),
        disputes: row.int(),
        fees: row.int(),
        net: row.int(),
        transactions: row.int(),
    }
}

/// In the order of the columns.
const fn columns(totals: Totals) -> [i64; 6] {
    let Totals { gross, refunds, disputes, fees, net, transactions } = totals;
    [gross, refunds, disputes, fees, net, transactions]
}
