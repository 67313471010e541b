//! Timers as rows.

use vinr_core::ids::AccountId;
use vinr_core::time::{Span, Timestamp, WallTime};
use vinr_store::{Db, Row};

use super::Job;
use crate::error::Result;
use crate::record::{JOBS, Noun, Unit};

const DUE: &str = "SELECT account, id, noun FROM jobs WHERE parked = 0 AND wake_wall <= $1 \
     ORDER BY wake_wall, account, id LIMIT 100";
const PARKED_DUE: &str = "SELECT account, id, noun FROM jobs WHERE parked = 1 AND wake_wall <= $1 \
     ORDER BY wake_wall, account, id LIMIT 100";
const DUE_COUNT: &str =
    "SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE parked = 0 AND wake_wall <= $1 LIMIT 1000) AS due";
const PARKED_COUNT: &str =
    "SELECT COUNT(*) FROM (SELECT 1 FROM jobs WHERE parked = 1 AND wake_wall > $1 LIMIT 1000) AS parked";
const DUE_OF_ACCOUNT: &str = "SELECT account, id, noun FROM jobs WHERE parked = 0 AND account = $1 AND due_at <= $2 \
     ORDER BY due_at, id LIMIT 100";

/// How many timers are read at once: as [`DUE`] says.
const AT_ONCE: usize = 100;
/// How long a timer waits that has failed.
const PUT_OFF: Span = Span::minutes(1);
/// How long one waits that has failed too often.
const PARKED: Span = Span::days(1);

/// Timers of all accounts that have gone off, and parked ones whose day is over if there is time for them.
pub(super) async fn due(db: &Db, now: WallTime) -> Result<Vec<Job>> {
    let mut rows = db.query(DUE, &[now.millis().into()]).await?;
    if rows.len() < AT_ONCE {
        rows.extend(db.query(PARKED_DUE, &[now.millis().into()]).await?);
    }
    Ok(rows.iter().filter_map(read).collect())
}

/// How many timers have failed too often, up to a thousand.
pub(super) async fn parked_count(db: &Db) -> Result<i64> {
    // All of them: what is parked has its place in the index by the moment at which it is tried again.
    let rows = db.query(PARKED_COUNT, &[i64::MIN.into()]).await?;
    Ok(rows.first().map_or(0, |row| row.int(0)))
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

/// Lets a timer that failed wait a minute, and parks it for a day after too many tries.
pub(super) async fn put_off(unit: &mut Unit<'_>, job: &Job, tries_max: i64) -> Result<()> {
    let Some(row) = unit.store.load(&JOBS, &job.id).await? else { return Ok(()) };
    let tries = row.int(JOBS.column("tries")) + 1;
    let parked = tries >= tries_max;
    if parked {
        tracing::error!(job = job.id, tries, "a timer keeps failing and is tried once a day; someone must look");
    }
    let mut values = row.into_values();
    values[JOBS.column("wake_wall")] = unit.wall.plus(if parked { PARKED } else { PUT_OFF }).millis().into();
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
