//! Timers as rows.

use vinr_core::ids::AccountId;
use vinr_core::time::{Span, Timestamp, WallTime};
use vinr_store::{Db, Row};

use super::Job;
use crate::error::Result;
use crate::record::{JOBS, Noun, Unit};

const DUE: &str = "SELECT account, id, noun FROM jobs WHERE parked = 0 AND wake_wall <= $1 \
     ORDER BY wake_wall, account, id LIMIT 100";
const DUE_COUNT: &str =
    "SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE parked = 0 AND wake_wall <= $1 LIMIT 1000) AS due";
const DUE_OF_ACCOUNT: &str = "SELECT account, id, noun FROM jobs WHERE parked = 0 AND account = $1 AND due_at <= $2 \
     ORDER BY due_at, id LIMIT 100";

/// Timers of all accounts that have gone off.
pub(super) async fn due(db: &Db, now: WallTime) -> Result<Vec<Job>> {
    Ok(db.query(DUE, &[now.millis().into()]).await?.iter().filter_map(read).collect())
}

/// How many timers have gone off, up to a thousand.
pub(super) async fn due_count(db: &Db, now: WallTime) -> Result<i64> {
    let rows = db.query(DUE_COUNT, &[now.millis().into()]).await?;
    Ok(rows.first().map_or(0, |row| row.int(0)))
}

/// Timers of one account that are due at a moment of its own clock.
pub(crate) async fn due_of_account(db: &Db, account: &AccountId, at: Timestamp) -> Result<Vec<Job>> {
    let rows = db.query(DUE_OF_ACCOUNT, &[account.as_str().into(), at.millis().into()]).await?;
    Ok(rows.iter().filter_map(read).collect())
}

/// Lets a timer that failed wait a minute, and parks it after too many tries.
pub(super) async fn put_off(unit: &mut Unit<'_>, job: &Job, tries_max: i64) -> Result<()> {
    let Some(row) = unit.store.load(&JOBS, &job.id).await? else { return Ok(()) };
    let tries = row.int(JOBS.column("tries")) + 1;
    let parked = tries >= tries_max;
    if parked {
        tracing::error!(job = job.id, tries, "a timer keeps failing and is parked; someone must look");
    }
    let mut values = row.into_values();
    values[JOBS.column("wake_wall")] = unit.wall.plus(Span::minutes(1)).millis().into();
    values[JOBS.column("tries")] = tries.into();
    values[JOBS.column("parked")] = parked.into();
    unit.store.update(&JOBS, &job.id, values);
    Ok(())
}

fn read(row: &Row) -> Option<Job> {
    let account = AccountId::parse(row.text(0)).expect("the database holds account ids");
    let noun = Noun::parse(row.text(2))?;
    Some(Job { account, id: row.text(1).to_owned(), noun })
}
