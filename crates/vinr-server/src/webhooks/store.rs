//! Endpoints, deliveries and attempts as rows.

use std::collections::BTreeMap;
use std::sync::Arc;

use vinr_core::events::EventFilter;
use vinr_core::ids::{AccountId, DeliveryAttemptId, EventId, WebhookDeliveryId, WebhookEndpointId};
use vinr_core::metadata::Metadata;
use vinr_core::time::{Timestamp, WallTime};
use vinr_core::webhooks::endpoint::{DisabledReason, PreviousSecret};
use vinr_core::webhooks::{Delivery, DeliveryStatus, Endpoint, EndpointStatus};
use vinr_store::{Column, Db, Kind, Read, Row, RowReader, Table, UnitOfWork, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::DELIVERIES;

/// Where an account's events go.
pub(crate) const ENDPOINTS: Table = Table {
    name: "webhook_endpoints",
    columns: &[
        Column::text("url"),
        Column::text("enabled_events"),
        Column::text("description"),
        Column::text("metadata"),
        Column::text("status"),
        Column::text("disabled_reason"),
        Column::blob("secret"),
        Column::blob("previous_secret"),
        Column::int("previous_until_wall"),
        Column::int("failing_since"),
        Column::int("failure_streak"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// What each attempt came to.
const ATTEMPTS: Table = Table {
    name: "delivery_attempts",
    columns: &[
        Column::text("delivery_id"),
        Column::int("status"),
        Column::text("error"),
        Column::text("response_body"),
        Column::int("duration_ms"),
        Column::int("attempted_wall"),
    ],
    unique: &[],
    kind: Kind::AppendOnly,
};

pub(super) const ENDPOINT_LIST: List = List {
    table: "webhook_endpoints",
    columns: "id, url, enabled_events, description, metadata, status, disabled_reason, secret, previous_secret, \
              previous_until_wall, failing_since, failure_streak, created_at",
    order: "created_at",
    indexes: &[],
};

pub(super) const DELIVERY_LIST: List = List {
    table: "webhook_deliveries",
    columns: "id, endpoint_id, event_id, event_type, status, attempts, round_attempts, round_started_at, due_at, \
              wake_wall, lease_token, last_attempt_at, last_status, last_error, created_at",
    order: "created_at",
    // Pending ones are among the newest, or many; each delivery would pay twice for an index of them.
    indexes: &[
        Index { on: &["endpoint_id"], rows: Indexed::All },
        Index { on: &["endpoint_id", "status"], rows: Indexed::With("status", "failed") },
    ],
};

const ATTEMPTS_OF: &str = "SELECT status, error, response_body, duration_ms, attempted_wall FROM delivery_attempts \
     WHERE account = $1 AND delivery_id = $2 ORDER BY attempted_wall DESC LIMIT 50";
const PRUNE: &str = "DELETE FROM delivery_attempts WHERE (account, id) IN \
     (SELECT account, id FROM delivery_attempts WHERE attempted_wall < $1 ORDER BY attempted_wall LIMIT 500)";

/// A delivery with what only its row knows.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// Where it stands.
    pub(crate) delivery: Delivery,
    /// The type of its event.
    pub(crate) event_type: String,
    /// When somebody has to look at it: the lease's end, or the attempt's time.
    pub(crate) wake: Option<WallTime>,
    /// Who is attempting it.
    pub(crate) lease: Option<String>,
    /// Why the last attempt got no answer.
    pub(crate) last_error: Option<String>,
}

/// A delivery as this process has just committed it, which nobody need read to record its first attempt.
#[derive(Debug, Clone)]
pub(crate) struct Fresh {
    /// The type of its event.
    pub(crate) event_type: Arc<str>,
    /// When it was written.
    pub(crate) created_at: Timestamp,
    /// When its lease ends.
    pub(crate) leased_until: WallTime,
    /// The version of its row.
    pub(crate) version: i64,
}

/// One attempt as the log shows it.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    /// The HTTP status, if there was an answer.
    pub(crate) status: Option<u16>,
    /// Why there was none.
    pub(crate) error: Option<String>,
    /// The beginning of the answer's body.
    pub(crate) response_body: String,
    /// How long it took.
    pub(crate) duration_ms: i64,
    /// When it began.
    pub(crate) attempted: WallTime,
}

/// The endpoint, its version remembered.
pub(crate) async fn endpoint(unit: &mut UnitOfWork, id: &WebhookEndpointId) -> Result<Option<Endpoint>> {
    let row = unit.load(&ENDPOINTS, id.as_str()).await?;
    Ok(row.map(|row| read_endpoint(id.clone(), &mut row.reader())))
}

/// The endpoint as it is now, for whoever decides nothing.
pub async fn peek_endpoint(reads: &impl Read, account: &AccountId, id: &WebhookEndpointId) -> Result<Option<Endpoint>> {
    let row = reads.load(&ENDPOINTS, account.as_str(), id.as_str()).await?;
    Ok(row.map(|row| read_endpoint(id.clone(), &mut row.reader())))
}

/// Stages an endpoint that was loaded.
pub(crate) fn update_endpoint(unit: &mut UnitOfWork, endpoint: &Endpoint) -> Result<()> {
    unit.update(&ENDPOINTS, endpoint.id.as_str(), endpoint_values(endpoint)?);
    Ok(())
}

/// Stages a new endpoint whose id others may have chosen too.
pub(super) fn claim_endpoint(unit: &mut UnitOfWork, endpoint: &Endpoint) -> Result<()> {
    unit.claim(&ENDPOINTS, endpoint.id.as_str(), endpoint_values(endpoint)?);
    Ok(())
}

/// A row of [`ENDPOINT_LIST`].
pub(super) fn listed_endpoint(row: &Row) -> Endpoint {
    let mut row = row.reader();
    let id = WebhookEndpointId::parse(row.text()).expect("the database holds endpoint ids");
    read_endpoint(id, &mut row)
}

fn read_endpoint(id: WebhookEndpointId, row: &mut RowReader<'_>) -> Endpoint {
    let url = row.text().to_owned();
    let filters = row.text().split(' ').map(|text| EventFilter::parse(text).expect("the database holds event filters"));
    let enabled_events = filters.collect();
    let description = row.opt_text().map(str::to_owned);
    let pairs: BTreeMap<String, String> = serde_json::from_str(row.text()).expect("the database holds metadata");
    let status = EndpointStatus::parse(row.text()).expect("the database holds endpoint statuses");
    let disabled_reason = row.opt_text().map(|text| DisabledReason::parse(text).expect("the database holds reasons"));
    let secret = row.blob().to_vec();
    let (previous, until) = (row.opt_blob(), row.opt_int());
    let previous_secret = previous
        .zip(until)
        .map(|(sealed, until)| PreviousSecret { sealed: sealed.to_vec(), until: WallTime::from_millis(until) });
    Endpoint {
        id,
        url,
        enabled_events,
        description,
        metadata: Metadata::from_stored(pairs),
        status,
        disabled_reason,
        secret,
        previous_secret,
        failing_since: row.opt_int().map(Timestamp::from_millis),
        failure_streak: u32::try_from(row.int()).expect("the database holds small counts"),
        created_at: Timestamp::from_millis(row.int()),
    }
}

fn endpoint_values(endpoint: &Endpoint) -> Result<Vec<Value>> {
    let filters: Vec<&str> = endpoint.enabled_events.iter().map(EventFilter::as_str).collect();
    let metadata: BTreeMap<&str, &str> = endpoint.metadata.iter().collect();
    let previous = endpoint.previous_secret.as_ref();
    Ok(vec![
        endpoint.url.clone().into(),
        filters.join(" ").into(),
        endpoint.description.clone().into(),
        serde_json::to_string(&metadata).map_err(ApiError::internal)?.into(),
        endpoint.status.as_str().into(),
        endpoint.disabled_reason.map(DisabledReason::as_str).into(),
        endpoint.secret.clone().into(),
        previous.map(|previous| previous.sealed.clone()).into(),
        previous.map(|previous| previous.until.millis()).into(),
        endpoint.failing_since.map(Timestamp::millis).into(),
        i64::from(endpoint.failure_streak).into(),
        endpoint.created_at.millis().into(),
    ])
}

/// The delivery, its version remembered.
pub(crate) async fn delivery(unit: &mut UnitOfWork, id: &WebhookDeliveryId) -> Result<Option<Stored>> {
    let row = unit.load(&DELIVERIES, id.as_str()).await?;
    Ok(row.map(|row| read_delivery(id.clone(), &mut row.reader())))
}

/// The delivery as its commit left it, its version remembered.
pub(super) fn fresh_delivery(
    unit: &mut UnitOfWork,
    (id, endpoint, event): (&WebhookDeliveryId, &WebhookEndpointId, &EventId),
    fresh: &Fresh,
    lease: &str,
) -> Stored {
    unit.know(&DELIVERIES, id.as_str(), fresh.version);
    let delivery = Delivery {
        id: id.clone(),
        endpoint: endpoint.clone(),
        event: event.clone(),
        status: DeliveryStatus::Pending,
        attempts: 0,
        round_attempts: 0,
        round_started_at: fresh.created_at,
        next_attempt_at: Some(fresh.created_at),
        last_attempt_at: None,
        last_response_status: None,
        created_at: fresh.created_at,
    };
    Stored {
        delivery,
        event_type: fresh.event_type.to_string(),
        wake: Some(fresh.leased_until),
        lease: Some(lease.to_owned()),
        last_error: None,
    }
}

/// The delivery as it is now, for whoever decides nothing.
pub(super) async fn peek_delivery(
    reads: &impl Read,
    account: &AccountId,
    id: &WebhookDeliveryId,
) -> Result<Option<Stored>> {
    let row = reads.load(&DELIVERIES, account.as_str(), id.as_str()).await?;
    Ok(row.map(|row| read_delivery(id.clone(), &mut row.reader())))
}

/// A row of [`DELIVERY_LIST`].
pub(super) fn listed_delivery(row: &Row) -> Stored {
    let mut row = row.reader();
    let id = WebhookDeliveryId::parse(row.text()).expect("the database holds delivery ids");
    read_delivery(id, &mut row)
}

/// Stages a delivery that was loaded.
pub(crate) fn update_delivery(unit: &mut UnitOfWork, stored: &Stored) {
    unit.update(&DELIVERIES, stored.delivery.id.as_str(), delivery_values(stored));
}

/// Stages a new delivery.
pub(super) fn insert_delivery(unit: &mut UnitOfWork, stored: &Stored) {
    unit.insert(&DELIVERIES, stored.delivery.id.as_str(), delivery_values(stored));
}

fn read_delivery(id: WebhookDeliveryId, row: &mut RowReader<'_>) -> Stored {
    let endpoint = WebhookEndpointId::parse(row.text()).expect("the database holds endpoint ids");
    let event = EventId::parse(row.text()).expect("the database holds event ids");
    let event_type = row.text().to_owned();
    let status = DeliveryStatus::parse(row.text()).expect("the database holds delivery statuses");
    let attempts = u32::try_from(row.int()).expect("the database holds small counts");
    let round_attempts = u32::try_from(row.int()).expect("the database holds small counts");
    let round_started_at = Timestamp::from_millis(row.int());
    let next_attempt_at = row.opt_int().map(Timestamp::from_millis);
    let wake = row.opt_int().map(WallTime::from_millis);
    let lease = row.opt_text().map(str::to_owned);
    let last_attempt_at = row.opt_int().map(Timestamp::from_millis);
    let last_response_status = row.opt_int().map(read_status);
    let last_error = row.opt_text().map(str::to_owned);
    let delivery = Delivery {
        id,
        endpoint,
        event,
        status,
        attempts,
        round_attempts,
        round_started_at,
        next_attempt_at,
        last_attempt_at,
        last_response_status,
        created_at: Timestamp::from_millis(row.int()),
    };
    Stored { delivery, event_type, wake, lease, last_error }
}

fn delivery_values(stored: &Stored) -> Vec<Value> {
    let delivery = &stored.delivery;
    vec![
        delivery.endpoint.as_str().into(),
        delivery.event.as_str().into(),
        stored.event_type.clone().into(),
        delivery.status.as_str().into(),
        i64::from(delivery.attempts).into(),
        i64::from(delivery.round_attempts).into(),
        delivery.round_started_at.millis().into(),
        delivery.next_attempt_at.map(Timestamp::millis).into(),
        stored.wake.map(WallTime::millis).into(),
        stored.lease.clone().into(),
        delivery.last_attempt_at.map(Timestamp::millis).into(),
        delivery.last_response_status.map(i64::from).into(),
        stored.last_error.clone().into(),
        delivery.created_at.millis().into(),
    ]
}

/// Stages the log of one attempt.
pub(super) fn insert_attempt(
    unit: &mut UnitOfWork,
    id: &DeliveryAttemptId,
    delivery: &WebhookDeliveryId,
    attempt: &Attempt,
) {
    let values = vec![
        delivery.as_str().into(),
        attempt.status.map(i64::from).into(),
        attempt.error.clone().into(),
        attempt.response_body.clone().into(),
        attempt.duration_ms.into(),
        attempt.attempted.millis().into(),
    ];
    unit.insert(&ATTEMPTS, id.as_str(), values);
}

/// The newest attempts of a delivery, at most 50.
pub(super) async fn attempts(
    reads: &impl Read,
    account: &AccountId,
    delivery: &WebhookDeliveryId,
) -> Result<Vec<Attempt>> {
    let rows = reads.query(ATTEMPTS_OF, &[account.as_str().into(), delivery.as_str().into()]).await?;
    let read = |row: &Row| {
        let mut row = row.reader();
        Attempt {
            status: row.opt_int().map(read_status),
            error: row.opt_text().map(str::to_owned),
            response_body: row.text().to_owned(),
            duration_ms: row.int(),
            attempted: WallTime::from_millis(row.int()),
        }
    };
    Ok(rows.iter().map(read).collect())
}

fn read_status(status: i64) -> u16 {
    u16::try_from(status).expect("the database holds HTTP statuses")
}

/// Forgets attempts that began before this moment, at most 500 of them.
pub(super) async fn prune(db: &Db, before: WallTime) -> Result<u64> {
    Ok(db.prune(PRUNE, &[before.millis().into()]).await?)
}
