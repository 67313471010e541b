//! Tax rates as rows.

use std::collections::BTreeMap;

use vinr_core::countries::Country;
use vinr_core::ids::{AccountId, TaxRateId};
use vinr_core::metadata::Metadata;
use vinr_core::tax_rates::{Rate, TaxRate};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const TAX_RATES: Table = Table {
    name: "tax_rates",
    columns: &[
        Column::text("display_name"),
        Column::int("percent_millis").fixed(),
        Column::int("inclusive").fixed(),
        Column::text("country").fixed(),
        Column::int("active"),
        Column::text("metadata"),
        Column::int("created_at").fixed(),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of tax rates.
pub(crate) const LIST: List = List {
    table: "tax_rates",
    columns: "id, display_name, percent_millis, inclusive, country, active, metadata, created_at",
    order: "created_at",
    indexes: &[Index { on: &["active"], rows: Indexed::All }],
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &TaxRateId) -> Result<Option<TaxRate>> {
    Ok(unit.store.load(&TAX_RATES, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A tax rate to be shown.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn get(reads: &impl Read, account: &AccountId, id: &TaxRateId) -> Result<TaxRate> {
    let row = reads.load(&TAX_RATES, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("tax rate", id.as_str()))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> TaxRate {
    let mut row = row.reader();
    let id = TaxRateId::parse(row.text()).expect("the database holds tax rate ids");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, rate: &TaxRate, contested: bool) {
    if contested {
        unit.store.claim(&TAX_RATES, rate.id.as_str(), values(rate));
    } else {
        unit.store.insert(&TAX_RATES, rate.id.as_str(), values(rate));
    }
}

pub(super) fn update(unit: &mut Unit<'_>, rate: &TaxRate) {
    unit.store.update(&TAX_RATES, rate.id.as_str(), values(rate));
}

fn values(rate: &TaxRate) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = rate.metadata.iter().collect();
    vec![
        rate.display_name.as_str().into(),
        rate.rate.percent_millis.into(),
        rate.rate.is_inclusive.into(),
        rate.country.map(|country| country.code().to_owned()).into(),
        rate.is_active.into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        rate.created_at.millis().into(),
    ]
}

fn read(id: TaxRateId, row: &mut RowReader<'_>) -> TaxRate {
    let display_name = row.text().to_owned();
    let rate = Rate { percent_millis: row.int(), is_inclusive: row.bool() };
    let country = row.opt_text().map(|code| Country::parse(code).expect("the database holds countries"));
    let is_active = row.bool();
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let metadata = Metadata::from_stored(pairs);
    let created_at = Timestamp::from_millis(row.int());
    TaxRate { id, display_name, rate, country, is_active, metadata, created_at }
}
