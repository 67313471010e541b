//! The keys as rows.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use vinr_core::ids::{AccountId, KeyId};
use vinr_core::keys::{Grant, KeyKind};
use vinr_core::time::{Span, WallTime};
use vinr_store::{Class, Column, Db, Kind, Row, RowReader, StoreError, Table, Unique, Value};

use crate::error::Result;

/// The keys of all accounts.
pub(crate) const KEYS: Table = Table {
    name: "keys",
    columns: &[
        Column::text("kind"),
        Column::text("digest"),
        Column::text("last4"),
        Column::text("name"),
        Column::text("scopes"),
        Column::int("created_wall"),
        Column::int("expires_wall"),
        Column::int("last_used_wall"),
    ],
    unique: &[Unique { name: "keys_digest", columns: &["digest"], global: true }],
    kind: Kind::Versioned,
};

const BY_DIGEST: &str = "SELECT account, id, kind, digest, last4, name, scopes, created_wall, expires_wall, last_used_wall \
     FROM keys WHERE digest = $1";
const OF_ACCOUNT: &str = "SELECT account, id, kind, digest, last4, name, scopes, created_wall, expires_wall, last_used_wall \
     FROM keys WHERE account = $1 ORDER BY id";

/// A stored key: never its secret.
#[derive(Debug, Clone)]
pub struct Key {
    /// Whose it is.
    pub account: AccountId,
    /// Its id.
    pub id: KeyId,
    /// What it may do.
    pub grant: Grant,
    /// SHA-256 of the secret.
    pub digest: [u8; 32],
    /// The secret's last four characters.
    pub last4: String,
    /// What its owner calls it.
    pub name: Option<String>,
    /// When it was made.
    pub created: WallTime,
    /// From when on it is refused.
    pub expires: Option<WallTime>,
    /// When it was last used, to the minute.
    pub last_used: Option<WallTime>,
}

impl Key {
    /// Whether the key opens anything at this moment.
    pub fn is_active(&self, now: WallTime) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }

    /// The row's values, without its key.
    pub(crate) fn values(&self) -> Vec<Value> {
        vec![
            self.grant.kind.as_str().into(),
            hex(&self.digest).into(),
            self.last4.clone().into(),
            self.name.clone().into(),
            self.grant.scopes_text().into(),
            self.created.millis().into(),
            self.expires.map(WallTime::millis).into(),
            self.last_used.map(WallTime::millis).into(),
        ]
    }

    fn read(row: &Row) -> Key {
        let mut row = row.reader();
        let account = AccountId::parse(row.text()).expect("the database holds account ids");
        let id = KeyId::parse(row.text()).expect("the database holds key ids");
        Key::of(account, id, &mut row)
    }

    /// The key of a row, of which this reads everything after account and id.
    pub(crate) fn of(account: AccountId, id: KeyId, row: &mut RowReader<'_>) -> Key {
        let kind = KeyKind::parse(row.text()).expect("the database holds key kinds");
        let digest = unhex(row.text()).expect("the database holds digests");
        let last4 = row.text().to_owned();
        let name = row.opt_text().map(str::to_owned);
        let grant = Grant::parse(kind, row.text()).expect("the database holds scopes");
        let created = WallTime::from_millis(row.int());
        let expires = row.opt_int().map(WallTime::from_millis);
        let last_used = row.opt_int().map(WallTime::from_millis);
        Key { account, id, grant, digest, last4, name, created, expires, last_used }
    }
}

/// The key with this digest.
pub(crate) async fn by_digest(db: &Db, digest: &[u8; 32]) -> Result<Option<Key>> {
    let rows = db.query(BY_DIGEST, &[hex(digest).into()]).await?;
    Ok(rows.first().map(Key::read))
}

/// All keys of an account, oldest first.
pub(crate) async fn of_account(db: &Db, account: &AccountId) -> Result<Vec<Key>> {
    let rows = db.query(OF_ACCOUNT, &[account.as_str().into()]).await?;
    Ok(rows.iter().map(Key::read).collect())
}

/// When keys were last used, gathered in memory and written once a minute: a request must not pay a write for it.
#[derive(Default)]
pub struct KeyUses(Mutex<BTreeMap<KeyId, (AccountId, WallTime)>>);

impl KeyUses {
    /// Notes a use, unless the row knows of one within the last minute.
    pub(super) fn note(&self, key: &Key, now: WallTime) {
        if key.last_used.is_some_and(|last| now < last.plus(Span::minutes(1))) {
            return;
        }
        let mut uses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !uses.contains_key(&key.id) {
            uses.insert(key.id.clone(), (key.account.clone(), now));
        }
    }

    /// Writes what was gathered; a key that changed meanwhile keeps the time for the next round.
    ///
    /// # Errors
    /// The store is away; the times are lost, which matters to nobody.
    pub async fn flush(&self, db: &Db) -> std::result::Result<(), StoreError> {
        let uses = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for (id, (account, at)) in uses {
            let mut unit = db.begin(account.as_str(), "key_used", Class::Worker);
            let Some(row) = unit.load(&KEYS, id.as_str()).await? else { continue };
            let mut values = row.into_values();
            if let Some(last) = values.last_mut() {
                *last = Value::Int(at.millis());
            }
            unit.update(&KEYS, id.as_str(), values);
            let _ = db.commit(unit).await;
        }
        Ok(())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}
