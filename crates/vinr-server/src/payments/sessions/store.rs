//! Client secrets as rows.

use vinr_core::ids::{AccountId, PaymentId};
use vinr_store::{Column, Kind, Read, Row, Table};

use crate::error::Result;
use crate::record::Unit;

const CLIENT_SECRETS: Table = Table {
    name: "client_secrets",
    columns: &[Column::text("digest"), Column::int("created_at")],
    unique: &[],
    kind: Kind::AppendOnly,
};

/// Stages the digest of a new payment's client secret.
pub(super) fn insert(unit: &mut Unit<'_>, payment: &PaymentId, digest: &str) {
    let values = vec![digest.into(), unit.now().millis().into()];
    unit.store.insert(&CLIENT_SECRETS, payment.as_str(), values);
}

/// The digest of a payment's client secret, if it has one.
pub(super) async fn peek(reads: &impl Read, account: &AccountId, payment: &PaymentId) -> Result<Option<String>> {
    let row = reads.load(&CLIENT_SECRETS, account.as_str(), payment.as_str()).await?;
    Ok(row.as_ref().map(read))
}

/// The same in a unit of work. It is never changed, so that it needs no check.
pub(super) async fn find(unit: &mut Unit<'_>, payment: &PaymentId) -> Result<Option<String>> {
    let row = unit.store.load(&CLIENT_SECRETS, payment.as_str()).await?;
    Ok(row.as_ref().map(read))
}

fn read(row: &Row) -> String {
    row.reader().text().to_owned()
}
