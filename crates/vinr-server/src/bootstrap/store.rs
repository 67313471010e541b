//! Accounts and keys as rows.

use vinr_core::accounts::Settings;
use vinr_core::ids::{AccountId, KeyId};
use vinr_core::programs;
use vinr_core::time::{Timestamp, WallTime};
use vinr_store::{Class, Column, CommitError, Db, Kind, Table, UnitOfWork};

use crate::context::{
    ACCOUNTS, CLOCKS, COUNTERS, PROGRAMS, SELF, clock_values, default_program_values, read_settings, settings_values,
};
use crate::error::{ApiError, Result};
use crate::http::auth::store::{KEYS, Key, of_account};

/// What an installation has settled once for all.
const INSTALLATION: Table =
    Table { name: "installation", columns: &[Column::text("value")], unique: &[], kind: Kind::AppendOnly };
/// The account of that table's rows, which is no account's id.
const NOBODY: &str = "installation";

const ALL: &str = "SELECT account FROM accounts WHERE id = 'self' ORDER BY account";
const OWNER: &str = "SELECT account FROM keys WHERE id = $1";
/// The version a new account is pinned to.
const API_VERSION: &str = crate::http::CURRENT_VERSION;
/// How often a change is tried again that another one overtook.
const TRIES: u32 = 20;

pub(super) async fn accounts(db: &Db) -> Result<Vec<AccountId>> {
    let rows = db.query(ALL, &[]).await?;
    Ok(rows.iter().map(|row| AccountId::parse(row.text(0)).expect("the database holds account ids")).collect())
}

/// What was settled under this name; by this call if by none before.
pub(super) async fn settle(db: &Db, name: &'static str, draw: impl Fn() -> String) -> Result<String> {
    let settled = run(db, NOBODY, "settle", async |unit| {
        if let Some(row) = unit.load(&INSTALLATION, name).await? {
            return Ok(row.text(0).to_owned());
        }
        let value = draw();
        unit.claim(&INSTALLATION, name, vec![value.clone().into()]);
        Ok(value)
    });
    settled.await
}

/// Whether the account of this unit is there.
pub(super) async fn account_exists(unit: &mut UnitOfWork) -> Result<bool> {
    Ok(unit.load(&ACCOUNTS, SELF).await?.is_some())
}

pub(super) fn insert_account(unit: &mut UnitOfWork, settings: &Settings, now: WallTime) {
    let created_at = Timestamp::from_millis(now.millis());
    unit.claim(&ACCOUNTS, SELF, settings_values(settings, API_VERSION, created_at));
    unit.claim(&CLOCKS, SELF, clock_values());
    unit.claim(&PROGRAMS, programs::DEFAULT_ID, default_program_values(created_at));
    bump_context(unit);
}

pub(super) fn bump_context(unit: &mut UnitOfWork) {
    unit.add(&COUNTERS, SELF, "context_version", 1, None);
}

pub(super) fn insert_key(unit: &mut UnitOfWork, key: &Key) {
    unit.insert(&KEYS, key.id.as_str(), key.values());
}

/// The account that a key belongs to, which never changes.
pub(super) async fn owner(db: &Db, id: &KeyId) -> Result<Option<AccountId>> {
    let rows = db.query(OWNER, &[id.as_str().into()]).await?;
    Ok(rows.first().map(|row| AccountId::parse(row.text(0)).expect("the database holds account ids")))
}

/// A key as this unit's snapshot has it.
pub(super) async fn load_key(unit: &mut UnitOfWork, account: &AccountId, id: &KeyId) -> Result<Option<Key>> {
    let row = unit.load(&KEYS, id.as_str()).await?;
    Ok(row.map(|row| Key::of(account.clone(), id.clone(), &mut row.reader())))
}

/// Ends a loaded key at this time, or when it ends already if that is sooner.
pub(super) fn end_key(unit: &mut UnitOfWork, key: Key, at: WallTime) {
    let expires = key.expires.map_or(at, |earlier| earlier.min(at));
    let ended = Key { expires: Some(expires), ..key };
    unit.update(&KEYS, ended.id.as_str(), ended.values());
    bump_context(unit);
}

pub(super) async fn keys(db: &Db, account: &AccountId) -> Result<Vec<Key>> {
    of_account(db, account).await
}

pub(super) async fn change_settings(db: &Db, account: &AccountId, change: impl Fn(&mut Settings)) -> Result<()> {
    let changed = run(db, account.as_str(), "change_account", async |unit| {
        let row = unit.load(&ACCOUNTS, SELF).await?.ok_or_else(|| ApiError::missing("account", account.as_str()))?;
        let (mut settings, version, created_at) = read_settings(&mut row.reader());
        change(&mut settings);
        unit.update(&ACCOUNTS, SELF, settings_values(&settings, &version, created_at));
        bump_context(unit);
        Ok(())
    });
    changed.await
}

/// Decides and commits a unit of work, again while another one overtakes it.
///
/// # Errors
/// What `decide` refuses, and a store that cannot commit.
pub(super) async fn run<T>(
    db: &Db,
    account: &str,
    label: &'static str,
    decide: impl AsyncFn(&mut UnitOfWork) -> Result<T>,
) -> Result<T> {
    for _ in 0..TRIES {
        let mut unit = db.begin(account, label, Class::Request);
        let answer = decide(&mut unit).await?;
        if let Some(()) = committed(db, unit).await? {
            return Ok(answer);
        }
    }
    Err(ApiError::internal("the account kept changing"))
}

pub(super) async fn exists(db: &Db, account: &AccountId) -> Result<bool> {
    Ok(db.load(&ACCOUNTS, account.as_str(), SELF).await?.is_some())
}

/// Not by [`run`]: requests make this account, and the compiler cannot see that a future of its closure may move between
/// threads.
pub(super) async fn ensure_account(db: &Db, settings: &Settings, key: &Key, now: WallTime) -> Result<()> {
    for _ in 0..TRIES {
        let mut unit = db.begin(key.account.as_str(), "ensure_account", Class::Request);
        if unit.load(&ACCOUNTS, SELF).await?.is_none() {
            insert_account(&mut unit, settings, now);
        }
        if unit.load(&KEYS, key.id.as_str()).await?.is_none() {
            unit.claim(&KEYS, key.id.as_str(), key.values());
            bump_context(&mut unit);
        }
        if let Some(()) = committed(db, unit).await? {
            return Ok(());
        }
    }
    Err(ApiError::internal("the account kept changing"))
}

/// Commits a unit; nothing when another one overtook it.
async fn committed(db: &Db, unit: UnitOfWork) -> Result<Option<()>> {
    match db.commit(unit).await {
        Ok(_) => Ok(Some(())),
        Err(CommitError::Stale(_)) => Ok(None),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(other @ (CommitError::Floor { .. } | CommitError::Overloaded)) => Err(ApiError::internal(other)),
    }
}
