//! Disputes as rows.

use std::collections::BTreeMap;

use vinr_core::disputes::{Dispute, EvidenceField, Reason, Status};
use vinr_core::ids::{AccountId, DisputeId, PaymentId};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const DISPUTES: Table = Table {
    name: "disputes",
    columns: &[
        Column::text("payment_id"),
        Column::int("amount"),
        Column::text("currency"),
        Column::int("fee"),
        Column::text("status"),
        Column::text("reason"),
        Column::text("evidence"),
        Column::int("evidence_due_at"),
        Column::int("decided_at"),
        Column::text("metadata"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of disputes.
pub(crate) const LIST: List = List {
    table: "disputes",
    columns: "id, payment_id, amount, currency, fee, status, reason, evidence, evidence_due_at, decided_at, metadata, \
              created_at",
    order: "created_at",
    indexes: &[Index { on: &["status"], rows: Indexed::All }, Index { on: &["payment_id"], rows: Indexed::All }],
};

/// The open warning about a payment. Whoever opens one writes the payment's row as well.
const WARNING: &str = "SELECT id FROM disputes WHERE account = $1 AND payment_id = $2 \
     AND status IN ('warning_needs_response', 'warning_under_review')";

/// The open warning about a payment, of which there is at most one; the payment's row must be loaded by this unit.
pub(crate) async fn open_warning(unit: &mut Unit<'_>, payment: &PaymentId) -> Result<Option<DisputeId>> {
    let account = unit.context.account.as_str().into();
    let rows = unit.store.query(WARNING, &[account, payment.as_str().into()]).await?;
    Ok(rows.first().map(|row| DisputeId::parse(row.text(0)).expect("the database holds dispute ids")))
}

const STANDING: &str = "SELECT id, amount FROM disputes WHERE account = $1 AND payment_id = $2 \
     AND status IN ('needs_response', 'under_review', 'lost') ORDER BY created_at, id";

/// A dispute that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &DisputeId) -> Result<Dispute> {
    let row = unit.store.load(&DISPUTES, id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("dispute", id.as_str()))
}

/// A dispute to be shown.
///
/// # Errors
/// 404 when there is none.
pub async fn get(reads: &impl Read, account: &AccountId, id: &DisputeId) -> Result<Dispute> {
    let row = reads.load(&DISPUTES, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("dispute", id.as_str()))
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Dispute {
    let mut row = row.reader();
    let id = DisputeId::parse(row.text()).expect("the database holds dispute ids");
    read(id, &mut row)
}

/// The disputes that count against a payment, oldest first. Whoever opens one changes the payment's row, which was loaded.
pub(crate) async fn standing(unit: &mut Unit<'_>, payment: &PaymentId) -> Result<Vec<(DisputeId, i64)>> {
    let params = [unit.context.account.as_str().into(), payment.as_str().into()];
    let read = |row: &Row| (DisputeId::parse(row.text(0)).expect("the database holds dispute ids"), row.int(1));
    Ok(unit.store.query(STANDING, &params).await?.iter().map(read).collect())
}

pub(super) fn insert(unit: &mut Unit<'_>, dispute: &Dispute) {
    unit.store.insert(&DISPUTES, dispute.id.as_str(), values(dispute));
}

pub(super) fn update(unit: &mut Unit<'_>, dispute: &Dispute) {
    unit.store.update(&DISPUTES, dispute.id.as_str(), values(dispute));
}

fn values(dispute: &Dispute) -> Vec<Value> {
    let evidence: BTreeMap<&str, &str> =
        dispute.evidence.iter().map(|(field, text)| (field.as_str(), text.as_str())).collect();
    let metadata: BTreeMap<&str, &str> = dispute.metadata.iter().collect();
    let json = |pairs: &BTreeMap<&str, &str>| serde_json::to_string(pairs).expect("texts are JSON");
    vec![
        dispute.payment_id.as_str().into(),
        dispute.amount.amount.into(),
        dispute.amount.currency.code().into(),
        dispute.fee.into(),
        dispute.status.as_str().into(),
        dispute.reason.as_str().into(),
        json(&evidence).into(),
        dispute.evidence_due_at.millis().into(),
        dispute.decided_at.map(Timestamp::millis).into(),
        json(&metadata).into(),
        dispute.created_at.millis().into(),
    ]
}

fn read(id: DisputeId, row: &mut RowReader<'_>) -> Dispute {
    let payment_id = PaymentId::parse(row.text()).expect("the database holds payment ids");
    let amount = row.int();
    let amount = Money::new(amount, Currency::parse(row.text()).expect("the database holds currencies"));
    let fee = row.int();
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let reason = Reason::parse(row.text()).expect("the database holds reasons");
    let evidence: BTreeMap<String, String> = serde_json::from_str(row.text()).expect("the database holds evidence");
    let field = |name: String| EvidenceField::parse(&name).expect("the database holds pieces of evidence");
    let evidence_due_at = Timestamp::from_millis(row.int());
    let decided_at = row.opt_int().map(Timestamp::from_millis);
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    Dispute {
        id,
        payment_id,
        amount,
        fee,
        status,
        reason,
        evidence: evidence.into_iter().map(|(name, text)| (field(name), text)).collect(),
        evidence_due_at,
        decided_at,
        metadata: Metadata::from_stored(pairs),
        created_at: Timestamp::from_millis(row.int()),
    }
}
