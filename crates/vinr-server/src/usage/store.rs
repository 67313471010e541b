//! Usage as rows.

use std::collections::{BTreeMap, BTreeSet};

use vinr_core::ids::{AccountId, SubscriptionItemId, UsageRecordId, UsageSummaryId};
use vinr_core::prices::AggregateUsage;
use vinr_core::subscriptions::Period;
use vinr_core::time::Timestamp;
use vinr_core::usage::{Action, Numbered, Record, Totals};
use vinr_store::{Column, Kind, Read, Row, Table, Unique, Value};

use crate::error::Result;
use crate::http::list::{self, Index, Indexed, List};
use crate::record::Unit;

const USAGE_RECORDS: Table = Table {
    name: "usage_records",
    columns: &[
        Column::text("record_id"),
        Column::int("period"),
        Column::int("quantity"),
        Column::int("used_at"),
        Column::text("action"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::AppendOnly,
};

const USAGE_TOTALS: Table = Table {
    name: "usage_totals",
    columns: &[
        Column::int("records"),
        Column::int("summed"),
        Column::int("largest"),
        Column::int("latest"),
        Column::int("latest_at"),
        Column::int("set_at"),
        Column::int("period_start"),
        Column::int("period_end"),
    ],
    unique: &[],
    kind: Kind::Tally,
};

const USAGE_PERIODS: Table = Table {
    name: "usage_periods",
    columns: &[
        Column::text("item_id"),
        Column::int("number"),
        Column::text("aggregate"),
        Column::int("period_end"),
        Column::int("created_at"),
    ],
    unique: &[Unique { name: "usage_periods_number", columns: &["item_id", "number"], global: false }],
    kind: Kind::AppendOnly,
};

/// The list of summaries: one for each period in which something was used.
pub(crate) const LIST: List = List {
    table: "usage_periods",
    columns: "id, item_id, number, aggregate, period_end, created_at",
    order: "created_at",
    indexes: &[Index { on: &["item_id"], rows: Indexed::All }],
};

/// Records by their keys.
const RECORDS: List = List {
    table: "usage_records",
    columns: "id, record_id, quantity, used_at, action, created_at",
    order: "id",
    indexes: &[],
};

/// What periods come to, by their keys.
const TOTALS: List = List {
    table: "usage_totals",
    columns: "id, records, summed, largest, latest, latest_at, set_at, period_start, period_end",
    order: "id",
    indexes: &[],
};

/// What is kept of a record beside its key.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    id: UsageRecordId,
    quantity: i64,
    at: Timestamp,
    action: Action,
    created_at: Timestamp,
}

impl Known {
    /// The record that is kept under the key of this one.
    pub(crate) fn instead_of(self, record: &Record) -> Record {
        let Known { id, quantity, at, action, created_at } = self;
        Record { id, quantity, at, action, created_at, ..record.clone() }
    }
}

/// What a period comes to, as it is kept.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Kept {
    /// Whether something was used in it.
    pub(super) is_there: bool,
    /// What it comes to.
    pub(crate) totals: Totals,
    /// Its ends, once it was billed.
    pub(crate) billed: Option<Period>,
}

impl Kept {
    /// Whether it was billed.
    pub(crate) fn is_closed(&self) -> bool {
        self.billed.is_some()
    }
}

/// A period in which something was used.
#[derive(Debug, Clone)]
pub(crate) struct Summary {
    /// Its id.
    pub(crate) id: UsageSummaryId,
    /// The item.
    pub(crate) item_id: SubscriptionItemId,
    /// The number of the period.
    pub(crate) number: u32,
    /// What its records come to.
    pub(crate) aggregate: AggregateUsage,
    /// The period.
    pub(crate) period: Period,
}

/// The key of a record: the item's id with the merchant's name for the record, or with its own. No id has the sign in
/// between, so the one is never taken for the other.
pub(crate) fn key(record: &Record) -> String {
    match &record.identifier {
        Some(identifier) => format!("{}:{identifier}", record.item_id),
        None => format!("{}/{}", record.item_id, record.id),
    }
}

fn total_key(item: &SubscriptionItemId, number: u32) -> String {
    format!("{item}:{number}")
}

/// Stages a record; one with a name may be there already, and its key is claimed.
pub(crate) fn insert(unit: &mut Unit<'_>, record: &Record, number: u32) {
    let values = vec![
        record.id.as_str().into(),
        i64::from(number).into(),
        record.quantity.into(),
        record.at.millis().into(),
        record.action.as_str().into(),
        record.created_at.millis().into(),
    ];
    let key = key(record);
    if record.identifier.is_some() {
        unit.store.claim(&USAGE_RECORDS, &key, values);
    } else {
        unit.store.insert(&USAGE_RECORDS, &key, values);
    }
}

/// The records that there are of these keys, in one statement.
pub(super) async fn find(unit: &mut Unit<'_>, keys: &BTreeSet<String>) -> Result<BTreeMap<String, Known>> {
    let account = unit.context.account.clone();
    let Some((sql, params)) = list::by_ids(account.as_str(), &RECORDS, keys) else { return Ok(BTreeMap::new()) };
    let rows = unit.store.query(sql, &params).await?;
    Ok(rows.iter().map(read_known).collect())
}

fn read_known(row: &Row) -> (String, Known) {
    let mut row = row.reader();
    let key = row.text().to_owned();
    let known = Known {
        id: UsageRecordId::parse(row.text()).expect("the database holds ids of usage records"),
        quantity: row.int(),
        at: Timestamp::from_millis(row.int()),
        action: Action::parse(row.text()).expect("the database holds actions"),
        created_at: Timestamp::from_millis(row.int()),
    };
    (key, known)
}

/// What a period comes to; whoever goes by it expects it to stay ([`expect`]).
pub(super) async fn peek(unit: &mut Unit<'_>, item: &SubscriptionItemId, number: u32) -> Result<Kept> {
    let row = unit.store.peek(&USAGE_TOTALS, &total_key(item, number)).await?;
    Ok(row.map_or_else(Kept::default, |row| read_kept(&row, 0)))
}

/// The same, all of which stays until the commit.
pub(super) async fn load(unit: &mut Unit<'_>, item: &SubscriptionItemId, number: u32) -> Result<Kept> {
    let row = unit.store.load(&USAGE_TOTALS, &total_key(item, number)).await?;
    Ok(row.map_or_else(Kept::default, |row| read_kept(&row, 0)))
}

/// What a row says from a column on.
fn read_kept(row: &Row, from: usize) -> Kept {
    let number = |place: usize| row.int(from + place);
    let totals = Totals {
        records: number(0),
        sum: number(1),
        max: number(2),
        last: number(3),
        last_at: number(4),
        set_at: number(5),
    };
    let period = Period { start: Timestamp::from_millis(number(6)), end: Timestamp::from_millis(number(7)) };
    Kept { is_there: totals.records > 0, totals, billed: (number(7) != 0).then_some(period) }
}

/// Stages that a period has more.
pub(super) fn add(unit: &mut Unit<'_>, item: &SubscriptionItemId, number: u32, before: &Totals, after: &Totals) {
    let key = total_key(item, number);
    for (column, before, after) in [
        ("records", before.records, after.records),
        ("summed", before.sum, after.sum),
        ("largest", before.max, after.max),
        ("latest", before.last, after.last),
        ("latest_at", before.last_at, after.last_at),
        ("set_at", before.set_at, after.set_at),
    ] {
        if before != after {
            unit.store.add(&USAGE_TOTALS, &key, column, after - before, None);
        }
    }
}

/// Expects to stay what the change from `before` to `after` rests on: that the period is not billed, that nothing else was
/// set, and what was replaced.
pub(super) fn expect(
    unit: &mut Unit<'_>,
    item: &SubscriptionItemId,
    number: u32,
    before: &Totals,
    after: &Totals,
    has_set: bool,
) {
    let key = total_key(item, number);
    let mut expect = |column: &'static str, value: i64| unit.store.expect(&USAGE_TOTALS, &key, column, value);
    expect("period_end", 0);
    expect("set_at", before.set_at);
    if has_set {
        expect("summed", before.sum);
    }
    if before.max != after.max {
        expect("largest", before.max);
    }
    // The latest of all stays the latest, unless it is one of these.
    if (before.last, before.last_at) != (after.last, after.last_at) {
        expect("latest", before.last);
        expect("latest_at", before.last_at);
    }
}

/// Stages that a period is billed.
pub(super) fn close(unit: &mut Unit<'_>, item: &SubscriptionItemId, of: Numbered) {
    let key = total_key(item, of.number);
    unit.store.add(&USAGE_TOTALS, &key, "period_start", of.period.start.millis(), None);
    unit.store.add(&USAGE_TOTALS, &key, "period_end", of.period.end.millis(), None);
}

/// Whether this unit bills the period already: what it stages of a tally is not in what it reads.
pub(super) fn closes(unit: &Unit<'_>, item: &SubscriptionItemId, number: u32) -> bool {
    let key = total_key(item, number);
    unit.store.added(&USAGE_TOTALS, "period_end").any(|(id, _)| id == key)
}

/// Stages that something was used in a period: its summary is listed from now on.
pub(super) fn insert_period(unit: &mut Unit<'_>, item: &SubscriptionItemId, of: Numbered, aggregate: AggregateUsage) {
    let id = UsageSummaryId::from_bits(unit.env.id_bits());
    let values: Vec<Value> = vec![
        item.as_str().into(),
        i64::from(of.number).into(),
        aggregate.as_str().into(),
        of.period.end.millis().into(),
        of.period.start.millis().into(),
    ];
    unit.store.insert(&USAGE_PERIODS, id.as_str(), values);
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Summary {
    let mut row = row.reader();
    let id = UsageSummaryId::parse(row.text()).expect("the database holds ids of usage summaries");
    let item_id = SubscriptionItemId::parse(row.text()).expect("the database holds ids of subscription items");
    let number = u32::try_from(row.int()).expect("the database holds numbers of periods");
    let aggregate = AggregateUsage::parse(row.text()).expect("the database holds aggregations");
    let end = Timestamp::from_millis(row.int());
    let start = Timestamp::from_millis(row.int());
    Summary { id, item_id, number, aggregate, period: Period { start, end } }
}

/// What the periods of summaries come to, in their order and in one statement.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn totals(reads: &impl Read, account: &AccountId, summaries: &[Summary]) -> Result<Vec<Kept>> {
    let key = |summary: &Summary| total_key(&summary.item_id, summary.number);
    let keys = summaries.iter().map(key).collect();
    let rows = list::rows(reads, account, &TOTALS, &keys).await?;
    let kept: BTreeMap<&str, Kept> = rows.iter().map(|row| (row.text(0), read_kept(row, 1))).collect();
    Ok(summaries.iter().map(|summary| kept.get(key(summary).as_str()).copied().unwrap_or_default()).collect())
}
