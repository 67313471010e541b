//! Subscriptions as rows, and the register of their items.

use std::collections::BTreeMap;

use vinr_core::ids::{
    AccountId, CustomerId, DunningPolicyId, InvoiceId, PaymentMethodId, SubscriptionId, SubscriptionItemId,
};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::prices::Interval;
use vinr_core::subscriptions::{Collection, Cycle, Item, Period, Schedule, Status, Subscription};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use super::kept;
use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const SUBSCRIPTIONS: Table = Table {
    name: "subscriptions",
    columns: &[
        Column::text("customer_id").fixed(),
        Column::text("status"),
        Column::text("currency").fixed(),
        Column::text("items"),
        Column::text("items_next"),
        Column::int("starts_at"),
        Column::int("anchor"),
        Column::text("cycle"),
        Column::int("cycle_count"),
        Column::int("first_period"),
        Column::int("period"),
        Column::int("period_start"),
        Column::int("period_end"),
        Column::text("trial"),
        Column::int("days_until_due"),
        Column::text("pause"),
        Column::text("default_method"),
        Column::text("dunning_policy"),
        Column::text("discount"),
        Column::int("incomplete_until"),
        Column::int("cancel_at"),
        Column::int("canceled_at"),
        Column::int("ended_at"),
        Column::text("latest_invoice"),
        Column::text("metadata"),
        Column::int("created_at").fixed(),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The subscription of an item.
const SUBSCRIPTION_ITEMS: Table = Table {
    name: "subscription_items",
    columns: &[Column::text("subscription_id")],
    unique: &[],
    kind: Kind::AppendOnly,
};

/// The list of subscriptions.
pub(crate) const LIST: List = List {
    table: "subscriptions",
    columns: "id, customer_id, status, currency, items, items_next, starts_at, anchor, cycle, cycle_count, first_period, \
              period, period_start, period_end, trial, days_until_due, pause, default_method, dunning_policy, discount, \
              incomplete_until, cancel_at, canceled_at, ended_at, latest_invoice, metadata, created_at",
    order: "created_at",
    indexes: &[Index { on: &["customer_id"], rows: Indexed::All }, Index { on: &["status"], rows: Indexed::All }],
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &SubscriptionId) -> Result<Option<Subscription>> {
    Ok(unit.store.load(&SUBSCRIPTIONS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A subscription to be shown.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn get(reads: &impl Read, account: &AccountId, id: &SubscriptionId) -> Result<Subscription> {
    let row = reads.load(&SUBSCRIPTIONS, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("subscription", id.as_str()))
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Subscription {
    let mut row = row.reader();
    let id = SubscriptionId::parse(row.text()).expect("the database holds subscription ids");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, subscription: &Subscription, contested: bool) {
    let (id, values) = (subscription.id.as_str(), values(subscription));
    if contested { unit.store.claim(&SUBSCRIPTIONS, id, values) } else { unit.store.insert(&SUBSCRIPTIONS, id, values) }
}

pub(super) fn update(unit: &mut Unit<'_>, subscription: &Subscription) {
    unit.store.update(&SUBSCRIPTIONS, subscription.id.as_str(), values(subscription));
}

/// Notes whose items these are. They stay noted when the subscription has others: what was used of them is still asked for.
pub(super) fn register(unit: &mut Unit<'_>, id: &SubscriptionId, items: &[Item]) {
    for item in items {
        unit.store.insert(&SUBSCRIPTION_ITEMS, item.id.as_str(), vec![id.as_str().into()]);
    }
}

/// The subscription that an item is or was of.
pub(super) async fn find_of_item(unit: &mut Unit<'_>, id: &SubscriptionItemId) -> Result<Option<SubscriptionId>> {
    let row = unit.store.load(&SUBSCRIPTION_ITEMS, id.as_str()).await?;
    Ok(row.map(|row| SubscriptionId::parse(row.text(0)).expect("the database holds subscription ids")))
}

/// That there is or was such an item.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn item_must_exist(reads: &impl Read, account: &AccountId, id: &SubscriptionItemId) -> Result<()> {
    match reads.load(&SUBSCRIPTION_ITEMS, account.as_str(), id.as_str()).await? {
        Some(_) => Ok(()),
        None => Err(ApiError::missing("subscription item", id.as_str())),
    }
}

fn values(subscription: &Subscription) -> Vec<Value> {
    let Schedule { starts_at, anchor, cycle, first } = subscription.schedule;
    let metadata: BTreeMap<&str, &str> = subscription.metadata.iter().collect();
    let days_until_due = match subscription.collection {
        Collection::ChargeAutomatically => None,
        Collection::SendInvoice { days_until_due } => Some(i64::from(days_until_due)),
    };
    let millis = |at: Option<Timestamp>| Value::from(at.map(Timestamp::millis));
    vec![
        subscription.customer_id.as_str().into(),
        subscription.status.as_str().into(),
        subscription.currency.code().into(),
        kept::items_text(&subscription.items).into(),
        subscription.items_next.as_deref().map(kept::items_text).into(),
        starts_at.millis().into(),
        anchor.millis().into(),
        cycle.interval.as_str().into(),
        cycle.count.into(),
        i64::from(first).into(),
        i64::from(subscription.period).into(),
        subscription.current.start.millis().into(),
        subscription.current.end.millis().into(),
        subscription.trial.as_ref().map(kept::trial_text).into(),
        days_until_due.into(),
        subscription.pause.as_ref().map(kept::pause_text).into(),
        subscription.default_method.as_ref().map(PaymentMethodId::as_str).into(),
        subscription.dunning_policy.as_ref().map(DunningPolicyId::as_str).into(),
        subscription.discount.as_ref().map(kept::discount_text).into(),
        millis(subscription.incomplete_until),
        millis(subscription.cancel_at),
        millis(subscription.canceled_at),
        millis(subscription.ended_at),
        subscription.latest_invoice.as_ref().map(InvoiceId::as_str).into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        subscription.created_at.millis().into(),
    ]
}

fn read(id: SubscriptionId, row: &mut RowReader<'_>) -> Subscription {
    const HOLDS: &str = "the database holds ids";
    const COUNTED: &str = "the database holds counts";
    let customer_id = CustomerId::parse(row.text()).expect(HOLDS);
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let currency = Currency::parse(row.text()).expect("the database holds currencies");
    let items = kept::read_items(row.text());
    let items_next = row.opt_text().map(kept::read_items);
    let (starts_at, anchor) = (instant(row), instant(row));
    let interval = Interval::parse(row.text()).expect("the database holds intervals");
    let cycle = Cycle { interval, count: row.int() };
    let first = u32::try_from(row.int()).expect(COUNTED);
    let period = u32::try_from(row.int()).expect(COUNTED);
    let current = Period { start: instant(row), end: instant(row) };
    let trial = row.opt_text().map(kept::read_trial);
    let collection = row.opt_int().map_or(Collection::ChargeAutomatically, |days| Collection::SendInvoice {
        days_until_due: u32::try_from(days).expect(COUNTED),
    });
    let pause = row.opt_text().map(kept::read_pause);
    let default_method = row.opt_text().map(|id| PaymentMethodId::parse(id).expect(HOLDS));
    let dunning_policy = row.opt_text().map(|id| DunningPolicyId::parse(id).expect(HOLDS));
    let discount = row.opt_text().map(kept::read_discount);
    let mut moment = || row.opt_int().map(Timestamp::from_millis);
    let (incomplete_until, cancel_at, canceled_at, ended_at) = (moment(), moment(), moment(), moment());
    let latest_invoice = row.opt_text().map(|id| InvoiceId::parse(id).expect(HOLDS));
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    Subscription {
        id,
        customer_id,
        status,
        currency,
        items,
        items_next,
        schedule: Schedule { starts_at, anchor, cycle, first },
        period,
        current,
        trial,
        collection,
        pause,
        default_method,
        dunning_policy,
        discount,
        incomplete_until,
        cancel_at,
        canceled_at,
        ended_at,
        latest_invoice,
        metadata: Metadata::from_stored(pairs),
        created_at: instant(row),
    }
}

fn instant(row: &mut RowReader<'_>) -> Timestamp {
    Timestamp::from_millis(row.int())
}
