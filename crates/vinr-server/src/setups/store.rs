//! Setups as rows.

use std::collections::BTreeMap;

use vinr_core::cards::FailureCode;
use vinr_core::ids::{AccountId, CustomerId, PaymentMethodId, SetupId};
use vinr_core::metadata::Metadata;
use vinr_core::setups::{Setup, Status};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Db, Kind, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::record::Unit;

const SETUPS: Table = Table {
    name: "setups",
    columns: &[
        Column::text("status"),
        Column::text("customer_id"),
        Column::text("payment_method_id"),
        Column::text("return_url"),
        Column::text("cancel_url"),
        Column::text("checkout_token"),
        Column::text("failure_code"),
        Column::text("metadata"),
        Column::int("authenticate_until"),
        Column::int("expires_at"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &SetupId) -> Result<Option<Setup>> {
    Ok(unit.store.load(&SETUPS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A setup to be shown.
///
/// # Errors
/// 404 when there is none.
pub async fn get(db: &Db, account: &AccountId, id: &SetupId) -> Result<Setup> {
    let row = db.load(&SETUPS, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("setup", id.as_str()))
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, setup: &Setup, contested: bool) {
    if contested {
        unit.store.claim(&SETUPS, setup.id.as_str(), values(setup));
    } else {
        unit.store.insert(&SETUPS, setup.id.as_str(), values(setup));
    }
}

pub(super) fn update(unit: &mut Unit<'_>, setup: &Setup) {
    unit.store.update(&SETUPS, setup.id.as_str(), values(setup));
}

fn values(setup: &Setup) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = setup.metadata.iter().collect();
    vec![
        setup.status.as_str().into(),
        setup.customer_id.as_str().into(),
        setup.method.as_ref().map(PaymentMethodId::as_str).into(),
        setup.return_url.clone().into(),
        setup.cancel_url.clone().into(),
        setup.checkout_token.as_str().into(),
        setup.failure.map(FailureCode::as_str).into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        setup.authenticate_until.map(Timestamp::millis).into(),
        setup.expires_at.millis().into(),
        setup.created_at.millis().into(),
    ]
}

fn read(id: SetupId, row: &mut RowReader<'_>) -> Setup {
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let customer_id = CustomerId::parse(row.text()).expect("the database holds customer ids");
    let method = row.opt_text().map(|id| PaymentMethodId::parse(id).expect("the database holds method ids"));
    let return_url = row.opt_text().map(str::to_owned);
    let cancel_url = row.opt_text().map(str::to_owned);
    let checkout_token = row.text().to_owned();
    let failure = row.opt_text().map(|code| FailureCode::parse(code).expect("the database holds failure codes"));
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let authenticate_until = row.opt_int().map(Timestamp::from_millis);
    let expires_at = Timestamp::from_millis(row.int());
    let created_at = Timestamp::from_millis(row.int());
    Setup {
        id,
        status,
        customer_id,
        method,
        return_url,
        cancel_url,
        checkout_token,
        failure,
        metadata: Metadata::from_stored(pairs),
        authenticate_until,
        expires_at,
        created_at,
    }
}
