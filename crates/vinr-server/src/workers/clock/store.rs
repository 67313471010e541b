//! Clocks as rows.

use vinr_core::ids::AccountId;
use vinr_core::time::{Timestamp, WallTime};
use vinr_store::Db;

use crate::context::{CLOCKS, SELF};
use crate::error::{ApiError, Result};
use crate::record::Unit;

const NEXT_DUE: &str = "SELECT MIN(due_at) FROM (SELECT MIN(due_at) AS due_at FROM jobs WHERE account = $1 AND parked = 0 \
     UNION ALL SELECT MIN(due_at) AS due_at FROM webhook_deliveries WHERE account = $1 AND due_at IS NOT NULL) AS next";
const UNFINISHED: &str = "SELECT account, target_at FROM clocks WHERE target_at IS NOT NULL AND lease_until_wall < $1";
const REWAKE_JOBS: &str = "UPDATE jobs SET wake_wall = due_at - $2 WHERE account = $1";
const REWAKE_DELIVERIES: &str = "UPDATE webhook_deliveries SET wake_wall = due_at - $2 \
     WHERE account = $1 AND due_at > 0 AND wake_wall IS NOT NULL AND lease_token IS NULL";

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

pub(super) fn save(unit: &mut Unit<'_>, row: &Row) {
    let values = vec![
        row.offset_ms.into(),
        row.target.map(Timestamp::millis).into(),
        row.lease_until.millis().into(),
        row.lease.clone().into(),
        row.idempotency_key.clone().into(),
    ];
    unit.store.update(&CLOCKS, SELF, values);
    unit.bump_context();
}

/// The next moment at which something of this account falls due.
pub(super) async fn next_due(db: &Db, account: &AccountId) -> Result<Option<Timestamp>> {
    let rows = db.query(NEXT_DUE, &[account.as_str().into()]).await?;
    Ok(rows.first().and_then(|row| row.opt_int(0)).map(Timestamp::from_millis))
}

/// Advances whose process is gone.
pub(super) async fn unfinished(db: &Db, now: WallTime) -> Result<Vec<(AccountId, Timestamp)>> {
    let rows = db.query(UNFINISHED, &[now.millis().into()]).await?;
    let read = |row: &vinr_store::Row| {
        let account = AccountId::parse(row.text(0)).expect("the database holds account ids");
        (account, Timestamp::from_millis(row.int(1)))
    };
    Ok(rows.iter().map(read).collect())
}

/// Brings the alarms of what is still to come in line with a moved clock.
pub(super) async fn rewake(db: &Db, account: &AccountId, offset_ms: i64) -> Result<()> {
    for sql in [REWAKE_JOBS, REWAKE_DELIVERIES] {
        db.prune(sql, &[account.as_str().into(), offset_ms.into()]).await?;
    }
    Ok(())
}
