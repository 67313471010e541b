//! Idempotency records as rows.

use bytes::Bytes;
use vinr_core::ids::AccountId;
use vinr_core::time::{Span, WallTime};
use vinr_store::{Column, Db, Kind, Row, Table, Value};

use super::Key;
use crate::app::App;
use crate::error::{ApiError, Result};
use crate::http::reply::Reply;
use crate::record::Unit;
use crate::sealing::Sealer;
use crate::settings::MasterKey;

/// How long a record is kept (spec/conventions.md, Idempotency).
const KEPT: Span = Span::days(30);

const IDEMPOTENCY: Table = Table {
    name: "idempotency",
    columns: &[
        Column::text("fingerprint"),
        Column::text("state"),
        Column::int("status"),
        Column::blob("body"),
        Column::int("created_wall"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

const PRUNE: &str = "DELETE FROM idempotency WHERE (account, id) IN \
     (SELECT account, id FROM idempotency WHERE created_wall < $1 ORDER BY created_wall LIMIT 500)";

/// Whether a request's answer is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its acquirer has not answered yet.
    InProgress,
    /// The bytes are there.
    Done,
}

/// What is known of a key.
pub(super) struct Record {
    pub(super) fingerprint: String,
    pub(super) state: State,
    status: u16,
    body: Vec<u8>,
}

impl Record {
    /// The answer the key has.
    pub(super) fn reply(self, replayed: bool) -> Reply {
        Reply { status: self.status, body: Bytes::from(self.body), replayed }
    }
}

pub(super) async fn find(unit: &mut Unit<'_>, key: &str) -> Result<Option<Record>> {
    let Some(row) = unit.store.load(&IDEMPOTENCY, key).await? else { return Ok(None) };
    read(&row, &unit.settings.keyring.first(), &place(&unit.context.account, key)).map(Some)
}

/// What is committed of a key, for a request that changes nothing.
pub(super) async fn peek(app: &App, account: &AccountId, key: &str) -> Result<Option<Record>> {
    let Some(row) = app.db.load(&IDEMPOTENCY, account.as_str(), key).await? else { return Ok(None) };
    read(&row, &app.settings.keyring.first(), &place(account, key)).map(Some)
}

fn read(row: &Row, master: &MasterKey, place: &str) -> Result<Record> {
    let mut row = row.reader();
    let fingerprint = row.text().to_owned();
    let state = if row.text() == "done" { State::Done } else { State::InProgress };
    let status = u16::try_from(row.int()).expect("the database holds HTTP statuses");
    let body = Sealer::of_replies(master).open(row.blob(), place).map_err(ApiError::internal)?;
    Ok(Record { fingerprint, state, status, body: body.to_vec() })
}

/// Stages the record of a request; its key may be taken.
pub(super) fn claim(unit: &mut Unit<'_>, key: &Key, state: State, reply: &Reply) {
    let values = values(unit, &key.key, &key.fingerprint, state, reply);
    unit.store.claim(&IDEMPOTENCY, &key.key, values);
}

/// Stages the answer of a request that was in progress; its record was loaded.
pub(super) fn finish(unit: &mut Unit<'_>, key: &str, fingerprint: &str, reply: &Reply) {
    let values = values(unit, key, fingerprint, State::Done, reply);
    unit.store.update(&IDEMPOTENCY, key, values);
}

fn values(unit: &Unit<'_>, key: &str, fingerprint: &str, state: State, reply: &Reply) -> Vec<Value> {
    let sealer = Sealer::of_replies(&unit.settings.keyring.first());
    let body = sealer.seal(&reply.body, &place(&unit.context.account, key), &unit.env.entropy);
    let state = match state {
        State::InProgress => "in_progress",
        State::Done => "done",
    };
    vec![fingerprint.into(), state.into(), i64::from(reply.status).into(), body.into(), unit.wall.millis().into()]
}

/// Where a sealed answer belongs: it opens nowhere else.
fn place(account: &AccountId, key: &str) -> String {
    format!("{account} {key}")
}

/// Removes some of the records that are older than the promise.
pub(crate) async fn prune(db: &Db, now: WallTime) -> Result<u64> {
    Ok(db.prune(PRUNE, &[now.minus(KEPT).millis().into()]).await?)
}
