//! Payouts and what collects them as rows.

use std::collections::{BTreeMap, BTreeSet};

use vinr_core::ids::{AccountId, PayoutId, PayoutPlanId};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::payouts::{FailureCode, Payout, Plan, Status, Trigger};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{List, rows};
use crate::record::Unit;

/// What collects settlements until a payout is made of them.
const PAYOUT_PLANS: Table = Table {
    name: "payout_plans",
    columns: &[
        Column::text("currency"),
        Column::int("net"),
        Column::int("settlements"),
        Column::int("cut_at"),
        Column::text("payout_id"),
        Column::int("arrives_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The payouts of all accounts.
const PAYOUTS: Table = Table {
    name: "payouts",
    columns: &[
        Column::text("status"),
        Column::text("currency"),
        Column::int("amount"),
        Column::int("is_automatic"),
        Column::text("plan_id"),
        Column::int("settlements"),
        Column::text("failure_code"),
        Column::text("metadata"),
        Column::int("sends_at"),
        Column::int("arrives_at"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of payouts.
pub(super) const LIST: List = List {
    table: "payouts",
    columns: "id, status, currency, amount, is_automatic, plan_id, settlements, failure_code, metadata, sends_at, \
              arrives_at, created_at",
    order: "created_at",
    indexes: &[],
};

/// Plans with the payouts that were made of them.
const MADE: List = List { table: "payout_plans", columns: "id, payout_id, arrives_at", order: "id", indexes: &[] };

/// A plan that collects; nothing for one that is a payout by now.
pub(super) async fn find_plan(unit: &mut Unit<'_>, id: &PayoutPlanId) -> Result<Option<Plan>> {
    let Some(row) = unit.store.load(&PAYOUT_PLANS, id.as_str()).await? else { return Ok(None) };
    if row.opt_text(PAYOUT_PLANS.column("payout_id")).is_some() {
        return Ok(None);
    }
    let mut row = row.reader();
    Ok(Some(Plan {
        id: id.clone(),
        currency: Currency::parse(row.text()).expect("the database holds currencies"),
        net: row.int(),
        settlements: row.int(),
        cut_at: row.opt_int().map(Timestamp::from_millis),
    }))
}

pub(super) fn save_plan(unit: &mut Unit<'_>, plan: &Plan, made: Option<&Payout>, is_stored: bool) {
    let cut_at = plan.cut_at.filter(|_| made.is_none());
    let values = vec![
        plan.currency.code().into(),
        plan.net.into(),
        plan.settlements.into(),
        cut_at.map(Timestamp::millis).into(),
        made.map(|payout| payout.id.as_str()).into(),
        made.map(|payout| payout.arrives_at.millis()).into(),
    ];
    if is_stored {
        unit.store.update(&PAYOUT_PLANS, plan.id.as_str(), values);
    } else {
        unit.store.insert(&PAYOUT_PLANS, plan.id.as_str(), values);
    }
}

/// The payouts that were made of plans, with when they arrive.
///
/// # Errors
/// The store is away.
pub(crate) async fn made(
    reads: &impl Read,
    account: &AccountId,
    plans: &BTreeSet<String>,
) -> Result<BTreeMap<String, (String, Timestamp)>> {
    let found = rows(reads, account, &MADE, plans).await?;
    let payout = |row: &Row| {
        let made = (row.opt_text(1)?.to_owned(), Timestamp::from_millis(row.opt_int(2)?));
        Some((row.text(0).to_owned(), made))
    };
    Ok(found.iter().filter_map(payout).collect())
}

/// A payout that a decision depends on.
pub(super) async fn find(unit: &mut Unit<'_>, id: &PayoutId) -> Result<Option<Payout>> {
    Ok(unit.store.load(&PAYOUTS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A payout to be shown.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn get(reads: &impl Read, account: &AccountId, id: &PayoutId) -> Result<Payout> {
    let row = reads.load(&PAYOUTS, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("payout", id.as_str()))
}

/// What a payout was collected by.
///
/// # Errors
/// The store is away.
pub(crate) async fn find_plan_of(
    reads: &impl Read,
    account: &AccountId,
    id: &PayoutId,
) -> Result<Option<PayoutPlanId>> {
    let row = reads.load(&PAYOUTS, account.as_str(), id.as_str()).await?;
    Ok(row.map(|row| read(id.clone(), &mut row.reader()).plan))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> Payout {
    let mut row = row.reader();
    let id = PayoutId::parse(row.text()).expect("the database holds payout ids");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, payout: &Payout, contested: bool) {
    if contested {
        unit.store.claim(&PAYOUTS, payout.id.as_str(), values(payout));
    } else {
        unit.store.insert(&PAYOUTS, payout.id.as_str(), values(payout));
    }
}

pub(super) fn update(unit: &mut Unit<'_>, payout: &Payout) {
    unit.store.update(&PAYOUTS, payout.id.as_str(), values(payout));
}

fn values(payout: &Payout) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = payout.metadata.iter().collect();
    vec![
        payout.status.as_str().into(),
        payout.amount.currency.code().into(),
        payout.amount.amount.into(),
        (payout.trigger == Trigger::Schedule).into(),
        payout.plan.as_str().into(),
        payout.settlements.into(),
        payout.failure.map(FailureCode::as_str).into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        payout.sends_at.millis().into(),
        payout.arrives_at.millis().into(),
        payout.created_at.millis().into(),
    ]
}

fn read(id: PayoutId, row: &mut RowReader<'_>) -> Payout {
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let currency = Currency::parse(row.text()).expect("the database holds currencies");
    let amount = Money::new(row.int(), currency);
    let trigger = if row.bool() { Trigger::Schedule } else { Trigger::Merchant };
    let plan = PayoutPlanId::parse(row.text()).expect("the database holds ids of plans");
    let settlements = row.int();
    let failure = row.opt_text().map(|code| FailureCode::parse(code).expect("the database holds failure codes"));
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let sends_at = Timestamp::from_millis(row.int());
    let arrives_at = Timestamp::from_millis(row.int());
    let created_at = Timestamp::from_millis(row.int());
    Payout {
        id,
        status,
        amount,
        trigger,
        plan,
        settlements,
        failure,
        metadata: Metadata::from_stored(pairs),
        sends_at,
        arrives_at,
        created_at,
    }
}
