//! Refunds as rows.

use std::collections::BTreeMap;

use vinr_core::ids::{AccountId, AttemptId, PaymentId, RefundId};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::refunds::{FailureReason, Reason, Refund, Status};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const REFUNDS: Table = Table {
    name: "refunds",
    columns: &[
        Column::text("payment_id"),
        Column::int("amount"),
        Column::text("currency"),
        Column::text("status"),
        Column::text("reason"),
        Column::text("failure_reason"),
        Column::int("fails_at"),
        Column::text("attempt_id"),
        Column::text("metadata"),
        Column::int("created_at"),
        Column::int("credit_amount"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of refunds.
pub(crate) const LIST: List = List {
    table: "refunds",
    columns: "id, payment_id, amount, currency, status, reason, failure_reason, fails_at, attempt_id, metadata, created_at, \
              credit_amount",
    order: "created_at",
    indexes: &[Index { on: &["payment_id"], rows: Indexed::All }],
};

const STANDING: &str = "SELECT id, amount FROM refunds WHERE account = $1 AND payment_id = $2 AND status <> 'failed' \
     ORDER BY created_at, id";

/// A refund that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &RefundId) -> Result<Refund> {
    find(unit, id).await?.ok_or_else(|| ApiError::missing("refund", id.as_str()))
}

pub(super) async fn find(unit: &mut Unit<'_>, id: &RefundId) -> Result<Option<Refund>> {
    Ok(unit.store.load(&REFUNDS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A refund to be shown.
///
/// # Errors
/// 404 when there is none.
pub async fn get(reads: &impl Read, account: &AccountId, id: &RefundId) -> Result<Refund> {
    let row = reads.load(&REFUNDS, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("refund", id.as_str()))
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Refund {
    let mut row = row.reader();
    let id = RefundId::parse(row.text()).expect("the database holds refund ids");
    read(id, &mut row)
}

/// The refunds that count against a payment, oldest first. Whoever makes one changes the payment's row, which was loaded.
pub(crate) async fn standing(unit: &mut Unit<'_>, payment: &PaymentId) -> Result<Vec<(RefundId, i64)>> {
    let params = [unit.context.account.as_str().into(), payment.as_str().into()];
    let read = |row: &Row| (RefundId::parse(row.text(0)).expect("the database holds refund ids"), row.int(1));
    Ok(unit.store.query(STANDING, &params).await?.iter().map(read).collect())
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, refund: &Refund, contested: bool) {
    if contested {
        unit.store.claim(&REFUNDS, refund.id.as_str(), values(refund));
    } else {
        unit.store.insert(&REFUNDS, refund.id.as_str(), values(refund));
    }
}

pub(super) fn update(unit: &mut Unit<'_>, refund: &Refund) {
    unit.store.update(&REFUNDS, refund.id.as_str(), values(refund));
}

fn values(refund: &Refund) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = refund.metadata.iter().collect();
    vec![
        refund.payment_id.as_str().into(),
        refund.amount.amount.into(),
        refund.amount.currency.code().into(),
        refund.status.as_str().into(),
        refund.reason.map(Reason::as_str).into(),
        refund.failure.map(FailureReason::as_str).into(),
        refund.fails_at.map(Timestamp::millis).into(),
        refund.attempt.as_ref().map(AttemptId::as_str).into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        refund.created_at.millis().into(),
        refund.credit.into(),
    ]
}

fn read(id: RefundId, row: &mut RowReader<'_>) -> Refund {
    let payment_id = PaymentId::parse(row.text()).expect("the database holds payment ids");
    let amount = row.int();
    let amount = Money::new(amount, Currency::parse(row.text()).expect("the database holds currencies"));
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let reason = row.opt_text().map(|text| Reason::parse(text).expect("the database holds reasons"));
    let failure = row.opt_text().map(|text| FailureReason::parse(text).expect("the database holds reasons"));
    let fails_at = row.opt_int().map(Timestamp::from_millis);
    let attempt = row.opt_text().map(|id| AttemptId::parse(id).expect("the database holds attempt ids"));
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let created_at = Timestamp::from_millis(row.int());
    let (metadata, credit) = (Metadata::from_stored(pairs), row.int());
    Refund { id, payment_id, amount, credit, status, reason, failure, fails_at, attempt, metadata, created_at }
}
