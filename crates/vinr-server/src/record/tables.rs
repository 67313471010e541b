//! The rows that every change writes.

use vinr_core::ids::WebhookEndpointId;
use vinr_core::ledger::{Phase, Transfer};
use vinr_core::time::{Timestamp, WallTime};
use vinr_core::webhooks::DeliveryStatus;
use vinr_store::{Column, Kind, Slot, Table, Value};

use super::{Noun, StoredEvent};

/// What happened, in commit order.
pub(crate) const EVENTS: Table = Table {
    name: "events",
    columns: &[
        Column::int("sequence"),
        Column::text("type"),
        Column::text("api_version"),
        Column::text("data"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::AppendOnly,
};

/// An event on its way to an endpoint.
pub(crate) const DELIVERIES: Table = Table {
    name: "webhook_deliveries",
    columns: &[
        Column::text("endpoint_id"),
        Column::text("event_id"),
        Column::text("event_type"),
        Column::text("status"),
        Column::int("attempts"),
        Column::int("round_attempts"),
        Column::int("round_started_at"),
        Column::int("due_at"),
        Column::int("wake_wall"),
        Column::text("lease_token"),
        Column::int("last_attempt_at"),
        Column::int("last_status"),
        Column::text("last_error"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// Every movement of money, append-only.
pub(crate) const TRANSFERS: Table = Table {
    name: "transfers",
    columns: &[
        Column::text("source_id"),
        Column::text("debit"),
        Column::text("credit"),
        Column::text("unit"),
        Column::int("amount"),
        Column::text("phase"),
        Column::int("held"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::AppendOnly,
};

/// The timers.
pub(crate) const JOBS: Table = Table {
    name: "jobs",
    columns: &[
        Column::text("noun"),
        Column::int("due_at"),
        Column::int("wake_wall"),
        Column::text("lease_token"),
        Column::int("tries"),
        Column::int("parked"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

pub(super) fn event_values(event: &StoredEvent, slot: Slot) -> Vec<Value> {
    vec![
        slot.into(),
        (*event.kind).into(),
        (*event.api_version).into(),
        (*event.data).into(),
        event.created_at.millis().into(),
    ]
}

pub(super) fn delivery_values(
    endpoint: &WebhookEndpointId,
    event: &StoredEvent,
    now: Timestamp,
    lease: WallTime,
    process: &str,
) -> Vec<Value> {
    vec![
        endpoint.as_str().into(),
        event.id.as_str().into(),
        (*event.kind).into(),
        DeliveryStatus::Pending.as_str().into(),
        0.into(),
        0.into(),
        now.millis().into(),
        now.millis().into(),
        lease.millis().into(),
        process.into(),
        Value::Null,
        Value::Null,
        Value::Null,
        now.millis().into(),
    ]
}

pub(super) fn transfer_values(source: &str, transfer: &Transfer, now: Timestamp) -> Vec<Value> {
    let (phase, held) = match transfer.phase {
        Phase::Posted => ("posted", 0),
        Phase::Pending => ("pending", 0),
        Phase::Post { held } => ("post", held),
        Phase::Void => ("void", 0),
    };
    vec![
        source.into(),
        transfer.debit.as_str().into(),
        transfer.credit.as_str().into(),
        transfer.unit.to_string().into(),
        transfer.amount.into(),
        phase.into(),
        held.into(),
        now.millis().into(),
    ]
}

pub(super) fn job_values(noun: Noun, due: Timestamp, wake: WallTime) -> Vec<Value> {
    vec![noun.as_str().into(), due.millis().into(), wake.millis().into(), Value::Null, 0.into(), 0.into()]
}
