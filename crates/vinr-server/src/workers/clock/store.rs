//! Clocks as rows.

use vinr_core::ids::AccountId;
use vinr_core::time::{Timestamp, WallTime};
use vinr_store::{Db, Value};

use crate::context::{CLOCKS, COUNTERS, SELF};
use crate::error::{ApiError, Result};
use crate::record::Unit;

const NEXT_DUE: &str = "SELECT MIN(due_at) FROM (SELECT MIN(due_at) AS due_at FROM jobs WHERE account = $1 AND parked = 0 \
     UNION ALL SELECT MIN(due_at) AS due_at FROM webhook_deliveries WHERE account = $1 AND due_at IS NOT NULL) AS next";
const UNFINISHED: &str = "SELECT account FROM clocks WHERE target_at IS NOT NULL AND lease_until_wall < $1 \
     ORDER BY lease_until_wall LIMIT 100";
const JOBS_FROM: &str = "SELECT id FROM jobs WHERE account = $1 AND id > $2 ORDER BY id LIMIT 1000";
// The offset is read where it is used: a walker that was overtaken cannot write an old one.
const REWAKE_JOBS: &str = "UPDATE jobs SET wake_wall = due_at - (SELECT offset_ms FROM clocks WHERE clocks.account = $1) \
     WHERE account = $1 AND id > $2 AND id <= $3 AND parked = 0";
const DELIVERIES_FROM: &str = "SELECT due_at, id FROM webhook_deliveries \
     WHERE account = $1 AND due_at IS NOT NULL AND (due_at, id) > ($2, $3) ORDER BY due_at, id LIMIT 1000";
const REWAKE_DELIVERIES: &str = "UPDATE webhook_deliveries \
     SET wake_wall = due_at - (SELECT offset_ms FROM clocks WHERE clocks.account = $1) \
     WHERE account = $1 AND due_at IS NOT NULL AND (due_at, id) > ($2, $3) AND (due_at, id) <= ($4, $5) \
     AND wake_wall IS NOT NULL AND lease_token IS NULL";

/// A clock's row.
pub(super) struct Row {
    pub(super) offset_ms: i64,
    pub(super) target: Option<Timestamp>,
    pub(super) lease_until: WallTime,
    pub(super) lease: Option<String>,
    /// The key of the request that waits for the advance.
    pub(super) idempotency_key: Option<String>,
}

pub(super) async fn load(unit: &mut Unit<'_>) -> Result<Row> {
    let row = unit.store.load(&CLOCKS, SELF).await?.ok_or_else(|| ApiError::internal("an account has a clock"))?;
    let mut row = row.reader();
    Ok(Row {
        offset_ms: row.int(),
        target: row.opt_int().map(Timestamp::from_millis),
        lease_until: WallTime::from_millis(row.int()),
        lease: row.opt_text().map(str::to_owned),
        idempotency_key: row.opt_text().map(str::to_owned),
    })
}

/// Stages a clock that may show another time: whoever remembers it looks again.
pub(super) fn save(unit: &mut Unit<'_>, row: &Row) {
    save_lease(unit, row);
    unit.bump_context();
}

/// Stages a clock of which nothing but the lease is other than it was.
pub(super) fn save_lease(unit: &mut Unit<'_>, row: &Row) {
    let values = vec![
        row.offset_ms.into(),
        row.target.map(Timestamp::millis).into(),
        row.lease_until.millis().into(),
        row.lease.clone().into(),
        row.idempotency_key.clone().into(),
    ];
    unit.store.update(&CLOCKS, SELF, values);
}

/// The next moment at which something of this account falls due. Whoever commits an event meanwhile (deliveries fall due)
/// or a timer may have added something sooner, over which the clock would pass: then this unit is stale, and looks again.
pub(super) async fn next_due(unit: &mut Unit<'_>) -> Result<Option<Timestamp>> {
    let counters = unit.store.peek(&COUNTERS, SELF).await?;
    for column in ["sequence", "timers"] {
        let seen = counters.as_ref().map_or(0, |row| row.int(COUNTERS.column(column)));
        unit.store.expect(&COUNTERS, SELF, column, seen);
    }
    let account = Value::from(unit.context.account.as_str());
    let rows = unit.store.query(NEXT_DUE, &[account]).await?;
    Ok(rows.first().and_then(|row| row.opt_int(0)).map(Timestamp::from_millis))
}

/// Accounts whose clock has a target and nobody who walks to it.
pub(super) async fn unfinished(db: &Db, now: WallTime) -> Result<Vec<AccountId>> {
    let rows = db.query(UNFINISHED, &[now.millis().into()]).await?;
    Ok(rows.iter().map(|row| AccountId::parse(row.text(0)).expect("the database holds account ids")).collect())
}

/// Brings the alarms of what is still to come in line with a moved clock, a page at a time: the writer serves others
/// in between. What is written meanwhile is in line already.
pub(super) async fn rewake(db: &Db, account: &AccountId) -> Result<()> {
    let account = Value::from(account.as_str());
    let mut from = Value::from("");
    while let Some(last) = db.query(JOBS_FROM, &[account.clone(), from.clone()]).await?.last() {
        let to = Value::from(last.text(0));
        db.prune(REWAKE_JOBS, &[account.clone(), from, to.clone()]).await?;
        from = to;
    }
    let mut from = [Value::from(i64::MIN), Value::from("")];
    loop {
        let [at, id] = from.clone();
        let page = db.query(DELIVERIES_FROM, &[account.clone(), at.clone(), id.clone()]).await?;
        let Some(last) = page.last() else { return Ok(()) };
        let to = [Value::from(last.int(0)), Value::from(last.text(1))];
        let [last_at, last_id] = to.clone();
        db.prune(REWAKE_DELIVERIES, &[account.clone(), at, id, last_at, last_id]).await?;
        from = to;
    }
}
