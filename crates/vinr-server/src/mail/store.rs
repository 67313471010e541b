//! E-mails as rows.

use vinr_core::emails::Status;
use vinr_core::time::{Timestamp, WallTime};
use vinr_store::{Column, Kind, Row, Table, Value};

use crate::error::Result;
use crate::record::Unit;

/// E-mails by their cause.
pub(crate) const EMAILS: Table = Table {
    name: "emails",
    columns: &[
        Column::text("status"),
        Column::text("sender").fixed(),
        Column::text("recipient").fixed(),
        Column::text("message_id").fixed(),
        Column::blob("message"),
        Column::int("attempts"),
        Column::int("wake_wall"),
        Column::text("lease_token"),
        Column::text("last_error"),
        Column::int("created_at").fixed(),
        Column::int("ended_wall"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// An e-mail.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    /// What caused it; nothing else of the account has the same.
    pub(crate) cause: String,
    /// How far it is.
    pub(crate) status: Status,
    /// The address that it comes from.
    pub(crate) sender: String,
    /// The address that it goes to.
    pub(crate) recipient: String,
    /// Its id before the `@`.
    pub(crate) message_id: String,
    /// The whole message, until it is sent.
    pub(crate) message: Option<Vec<u8>>,
    /// How often it was tried.
    pub(crate) attempts: i64,
    /// When something is to be done.
    pub(crate) wake: Option<WallTime>,
    /// Who is about to do it.
    pub(crate) lease: Option<String>,
    /// Why the last attempt came to nothing.
    pub(crate) last_error: Option<String>,
    /// When it was caused.
    pub(crate) created_at: Timestamp,
    /// When it was sent or given up.
    pub(crate) ended: Option<WallTime>,
}

/// Whether a cause has sent its e-mail, or is about to.
pub(super) async fn is_known(unit: &mut Unit<'_>, cause: &str) -> Result<bool> {
    Ok(unit.store.load(&EMAILS, cause).await?.is_some())
}

/// A new e-mail; if its cause is known by the commit, the unit is decided again.
pub(super) fn claim(unit: &mut Unit<'_>, email: &Stored) {
    unit.store.claim(&EMAILS, &email.cause, values(email));
}

/// An e-mail by its cause.
pub(crate) async fn load(unit: &mut Unit<'_>, cause: &str) -> Result<Option<Stored>> {
    Ok(unit.store.load(&EMAILS, cause).await?.map(|row| read(cause, &row)))
}

/// Writes an e-mail that was loaded.
pub(crate) fn update(unit: &mut Unit<'_>, email: &Stored) {
    unit.store.update(&EMAILS, &email.cause, values(email));
}

fn values(email: &Stored) -> Vec<Value> {
    vec![
        email.status.as_str().into(),
        email.sender.as_str().into(),
        email.recipient.as_str().into(),
        email.message_id.as_str().into(),
        email.message.clone().into(),
        email.attempts.into(),
        email.wake.map(WallTime::millis).into(),
        email.lease.as_deref().into(),
        email.last_error.as_deref().into(),
        email.created_at.millis().into(),
        email.ended.map(WallTime::millis).into(),
    ]
}

fn read(cause: &str, row: &Row) -> Stored {
    let mut row = row.reader();
    Stored {
        cause: cause.to_owned(),
        status: Status::parse(row.text()).expect("the database holds known states"),
        sender: row.text().to_owned(),
        recipient: row.text().to_owned(),
        message_id: row.text().to_owned(),
        message: row.opt_blob().map(<[u8]>::to_vec),
        attempts: row.int(),
        wake: row.opt_int().map(WallTime::from_millis),
        lease: row.opt_text().map(str::to_owned),
        last_error: row.opt_text().map(str::to_owned),
        created_at: Timestamp::from_millis(row.int()),
        ended: row.opt_int().map(WallTime::from_millis),
    }
}
