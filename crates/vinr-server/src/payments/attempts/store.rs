//! Attempts as rows.

use vinr_core::attempts::{Attempt, Audience, Kind as AttemptKind, Status, due};
use vinr_core::ids::{AttemptId, PaymentId, RefundId};
use vinr_core::money::{Currency, Money};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::record::{Noun, Unit};

const ATTEMPTS: Table = Table {
    name: "attempts",
    columns: &[
        Column::text("payment_id"),
        Column::text("kind"),
        Column::int("amount"),
        Column::text("currency"),
        Column::text("status"),
        Column::text("parent_id"),
        Column::text("method_token"),
        Column::text("idempotency_key"),
        Column::int("lookups"),
        Column::int("look_up_at"),
        Column::int("created_at"),
        Column::text("refund_id"),
        Column::text("expand"),
        Column::text("audience"),
        Column::int("not_found"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// An attempt that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn load(unit: &mut Unit<'_>, id: &AttemptId) -> Result<Attempt> {
    let row = unit.store.load(&ATTEMPTS, id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("attempt", id.as_str()))
}

/// Stages a new attempt with its timer.
pub(super) fn insert(unit: &mut Unit<'_>, attempt: &Attempt) {
    unit.store.insert(&ATTEMPTS, attempt.id.as_str(), values(attempt));
    unit.timer(Noun::Attempt, attempt.id.as_str(), None, due(attempt));
}

/// Stages a changed attempt, and moves or ends its timer.
pub(super) fn update(unit: &mut Unit<'_>, attempt: &Attempt, due_before: Option<Timestamp>) {
    unit.store.update(&ATTEMPTS, attempt.id.as_str(), values(attempt));
    unit.timer(Noun::Attempt, attempt.id.as_str(), due_before, due(attempt));
}

fn values(attempt: &Attempt) -> Vec<Value> {
    vec![
        attempt.payment_id.as_str().into(),
        attempt.kind.as_str().into(),
        attempt.amount.amount.into(),
        attempt.amount.currency.code().into(),
        attempt.status.as_str().into(),
        attempt.parent.as_ref().map(AttemptId::as_str).into(),
        attempt.method_token.as_str().into(),
        attempt.idempotency_key.clone().into(),
        i64::from(attempt.lookups).into(),
        attempt.look_up_at.millis().into(),
        attempt.created_at.millis().into(),
        attempt.refund_id.as_ref().map(RefundId::as_str).into(),
        attempt.expand.clone().into(),
        attempt.audience.as_str().into(),
        i64::from(attempt.not_found).into(),
    ]
}

fn read(id: AttemptId, row: &mut RowReader<'_>) -> Attempt {
    let payment_id = PaymentId::parse(row.text()).expect("the database holds payment ids");
    let kind = AttemptKind::parse(row.text()).expect("the database holds kinds of attempts");
    let amount = row.int();
    let amount = Money::new(amount, Currency::parse(row.text()).expect("the database holds currencies"));
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let parent = row.opt_text().map(|id| AttemptId::parse(id).expect("the database holds attempt ids"));
    let method_token = row.text().to_owned();
    let idempotency_key = row.opt_text().map(str::to_owned);
    let lookups = u32::try_from(row.int()).expect("the database holds counts");
    let look_up_at = Timestamp::from_millis(row.int());
    let created_at = Timestamp::from_millis(row.int());
    let refund_id = row.opt_text().map(|id| RefundId::parse(id).expect("the database holds refund ids"));
    let expand = row.opt_text().map(str::to_owned);
    // Rows from before there were others are of merchants' programs.
    let audience = row.opt_text().map_or(Some(Audience::Merchant), Audience::parse);
    let audience = audience.expect("the database holds audiences");
    let not_found = u32::try_from(row.int()).expect("the database holds counts");
    Attempt {
        id,
        payment_id,
        refund_id,
        kind,
        amount,
        status,
        parent,
        method_token,
        idempotency_key,
        audience,
        expand,
        lookups,
        not_found,
        look_up_at,
        created_at,
    }
}
