//! Events as rows.

use vinr_core::events::EventType;
use vinr_core::ids::{AccountId, EventId};
use vinr_core::time::Timestamp;
use vinr_store::{Db, Row};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, LOOKED_AT_MAX, List};
use crate::record::StoredEvent;

/// The list of events; newest first is by number.
pub(crate) const LIST: List = List {
    table: "events",
    columns: "id, sequence, type, api_version, data, created_at",
    order: "sequence",
    indexes: &[Index {
        on: &["type"],
        rows: Indexed::Without("type", &["payment.created", "payment.completed", "loyalty.points.earned"]),
    }],
};

const BY_ID: &str =
    "SELECT id, sequence, type, api_version, data, created_at FROM events WHERE account = $1 AND id = $2";
const AFTER: &str = "SELECT id, sequence, type, api_version, data, created_at FROM events \
     WHERE account = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
const AFTER_OF_TYPE: &str = "SELECT id, sequence, type, api_version, data, created_at FROM events \
     WHERE account = $1 AND sequence > $2 AND type = $4 AND type <> 'payment.created' AND type <> 'payment.completed' \
     AND type <> 'loyalty.points.earned' ORDER BY sequence LIMIT $3";
const BETWEEN_OF_TYPE: &str = "SELECT id, sequence, type, api_version, data, created_at FROM events \
     WHERE account = $1 AND sequence > $2 AND sequence <= $5 AND type = $4 ORDER BY sequence LIMIT $3";
const IS_BEYOND: &str = "SELECT sequence FROM events WHERE account = $1 AND sequence > $2 LIMIT 1";

/// One event and its number.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn get(db: &Db, account: &AccountId, id: &EventId) -> Result<(StoredEvent, i64)> {
    let rows = db.query(BY_ID, &[account.as_str().into(), id.as_str().into()]).await?;
    rows.first().map(read).ok_or_else(|| ApiError::missing("event", id.as_str()))
}

/// Events that follow a number.
pub(crate) struct Following {
    /// Oldest first.
    pub(crate) events: Vec<(StoredEvent, i64)>,
    /// The last number that was looked at, if there are events beyond it.
    pub(crate) looked_to: Option<i64>,
}

/// Events after a number, oldest first, all or those of one type. The most common types have no index of their own, and
/// are looked for among so many events and no more.
pub(crate) async fn after(
    db: &Db,
    account: &AccountId,
    sequence: i64,
    kind: Option<EventType>,
    limit: i64,
) -> Result<Following> {
    let mut params = vec![account.as_str().into(), sequence.into(), limit.into()];
    let Some(kind) = kind else {
        let rows = db.query(AFTER, &params).await?;
        return Ok(Following { events: rows.iter().map(read).collect(), looked_to: None });
    };
    params.push(kind.as_str().into());
    if !matches!(kind, EventType::PaymentCreated | EventType::PaymentCompleted | EventType::LoyaltyPointsEarned) {
        let rows = db.query(AFTER_OF_TYPE, &params).await?;
        return Ok(Following { events: rows.iter().map(read).collect(), looked_to: None });
    }
    // Numbers have no gaps and come in the order of commits: if there is one beyond now, all up to there are there.
    let end = sequence.saturating_add(LOOKED_AT_MAX);
    let is_beyond = !db.query(IS_BEYOND, &[account.as_str().into(), end.into()]).await?.is_empty();
    params.push(end.into());
    let events: Vec<_> = db.query(BETWEEN_OF_TYPE, &params).await?.iter().map(read).collect();
    let is_full = i64::try_from(events.len()).unwrap_or(i64::MAX) >= limit;
    Ok(Following { events, looked_to: (is_beyond && !is_full).then_some(end) })
}

/// A row of [`LIST`] and its number.
pub(crate) fn read(row: &Row) -> (StoredEvent, i64) {
    let mut row = row.reader();
    let id = EventId::parse(row.text()).expect("the database holds event ids");
    let sequence = row.int();
    let (kind, api_version, data) = (row.text().into(), row.text().into(), row.text().into());
    (StoredEvent { id, kind, api_version, data, created_at: Timestamp::from_millis(row.int()) }, sequence)
}
