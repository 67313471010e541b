//! Accounts and keys as rows.

use vinr_core::accounts::Settings;
use vinr_core::ids::{AccountId, KeyId};
use vinr_core::time::{Timestamp, WallTime};
use vinr_store::{Class, CommitError, Db, UnitOfWork, Value};

use crate::context::{ACCOUNTS, CLOCKS, COUNTERS, SELF, read_settings, settings_values};
use crate::error::{ApiError, Result};
use crate::http::auth::store::{KEYS, Key, of_account};

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

pub(super) fn insert_account(unit: &mut UnitOfWork, settings: &Settings, now: WallTime) {
    // A new account's clock shows wall time.
    let created_at = Timestamp::from_millis(now.millis());
    unit.claim(&ACCOUNTS, SELF, settings_values(settings, API_VERSION, created_at));
    unit.claim(&CLOCKS, SELF, vec![0.into(), Value::Null, 0.into(), Value::Null, Value::Null]);
    bump_context(unit);
}

pub(super) fn bump_context(unit: &mut UnitOfWork) {
    unit.add(&COUNTERS, SELF, "context_version", 1, None);
}

pub(super) fn insert_key(unit: &mut UnitOfWork, key: &Key) {
    unit.insert(&KEYS, key.id.as_str(), key.values());
}

pub(super) async fn update_key(unit: &mut UnitOfWork, key: &Key) -> Result<()> {
    unit.load(&KEYS, key.id.as_str()).await?;
    unit.update(&KEYS, key.id.as_str(), key.values());
    Ok(())
}

pub(super) async fn key(db: &Db, id: &KeyId) -> Result<Option<Key>> {
    let rows = db.query(OWNER, &[id.as_str().into()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let account = AccountId::parse(row.text(0)).expect("the database holds account ids");
    Ok(keys(db, &account).await?.into_iter().find(|key| key.id == *id))
}

pub(super) async fn keys(db: &Db, account: &AccountId) -> Result<Vec<Key>> {
    of_account(db, account).await
}

pub(super) async fn change_settings(db: &Db, account: &AccountId, change: impl Fn(&mut Settings)) -> Result<()> {
    for _ in 0..TRIES {
        let mut unit = db.begin(account.as_str(), "change_account", Class::Request);
        let row = unit.load(&ACCOUNTS, SELF).await?.ok_or_else(|| ApiError::missing("account", account.as_str()))?;
        let (mut settings, version, created_at) = read_settings(&mut row.reader());
        change(&mut settings);
        unit.update(&ACCOUNTS, SELF, settings_values(&settings, &version, created_at));
        bump_context(&mut unit);
        match db.commit(unit).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Stale(_)) => {}
            Err(error) => return Err(refused(error)),
        }
    }
    Err(ApiError::internal("the account kept changing"))
}

pub(super) async fn exists(db: &Db, account: &AccountId) -> Result<bool> {
    Ok(db.load(&ACCOUNTS, account.as_str(), SELF).await?.is_some())
}

pub(super) async fn ensure_account(db: &Db, settings: &Settings, key: &Key, now: WallTime) -> Result<()> {
    for _ in 0..TRIES {
        let mut unit = db.begin(key.account.as_str(), "ensure_account", Class::Request);
        let has_account = unit.load(&ACCOUNTS, SELF).await?.is_some();
        let has_key = unit.load(&KEYS, key.id.as_str()).await?.is_some();
        if has_account && has_key {
            return Ok(());
        }
        if !has_account {
            insert_account(&mut unit, settings, now);
        }
        if !has_key {
            unit.claim(&KEYS, key.id.as_str(), key.values());
            bump_context(&mut unit);
        }
        match db.commit(unit).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Stale(_)) => {}
            Err(error) => return Err(refused(error)),
        }
    }
    Err(ApiError::internal("the account kept changing"))
}

pub(super) async fn commit(db: &Db, unit: UnitOfWork) -> Result<()> {
    db.commit(unit).await.map(drop).map_err(refused)
}

fn refused(error: CommitError) -> ApiError {
    match error {
        CommitError::Store(error) => error.into(),
        other => ApiError::internal(format!("{other:?}")),
    }
}
