//! Events as rows.

use vinr_core::events::EventType;
use vinr_core::ids::{AccountId, EventId};
use vinr_core::time::Timestamp;
use vinr_store::{Db, Row};

use crate::error::{ApiError, Result};
use crate::http::list::List;
use crate::record::StoredEvent;

/// The list of events; newest first is by number.
pub(crate) const LIST: List =
    List { table: "events", columns: "id, sequence, type, api_version, data, created_at", order: "sequence" };

const BY_ID: &str =
    "SELECT id, sequence, type, api_version, data, created_at FROM events WHERE account = $1 AND id = $2";
const AFTER: &str = "SELECT id, sequence, type, api_version, data, created_at FROM events \
     WHERE account = $1 AND sequence > $2 ORDER BY sequence LIMIT $3";
const AFTER_OF_TYPE: &str = "SELECT id, sequence, type, api_version, data, created_at FROM events \
     WHERE account = $1 AND sequence > $2 AND type = $4 ORDER BY sequence LIMIT $3";

/// One event and its number.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn get(db: &Db, account: &AccountId, id: &EventId) -> Result<(StoredEvent, i64)> {
    let rows = db.query(BY_ID, &[account.as_str().into(), id.as_str().into()]).await?;
    rows.first().map(read).ok_or_else(|| ApiError::missing("event", id.as_str()))
}

/// Events after a number, oldest first, all or those of one type.
pub(crate) async fn after(
    db: &Db,
    account: &AccountId,
    sequence: i64,
    kind: Option<EventType>,
    limit: i64,
) -> Result<Vec<(StoredEvent, i64)>> {
    let mut params = vec![account.as_str().into(), sequence.into(), limit.into()];
    params.extend(kind.map(|kind| kind.as_str().into()));
    let rows = db.query(if kind.is_some() { AFTER_OF_TYPE } else { AFTER }, &params).await?;
    Ok(rows.iter().map(read).collect())
}

/// A row of [`LIST`] and its number.
pub(crate) fn read(row: &Row) -> (StoredEvent, i64) {
    let mut row = row.reader();
    let id = EventId::parse(row.text()).expect("the database holds event ids");
    let sequence = row.int();
    let (kind, api_version, data) = (row.text().into(), row.text().into(), row.text().into());
    (StoredEvent { id, kind, api_version, data, created_at: Timestamp::from_millis(row.int()) }, sequence)
}
