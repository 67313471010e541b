//! Prices as rows.

use std::collections::BTreeMap;

use vinr_core::ids::{AccountId, PriceId, ProductId};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::prices::Price;
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use super::kept;
use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const PRICES: Table = Table {
    name: "prices",
    columns: &[
        Column::text("product_id").fixed(),
        Column::text("currency").fixed(),
        Column::text("model").fixed(),
        Column::text("recurring").fixed(),
        Column::text("nickname"),
        Column::int("active"),
        Column::text("metadata"),
        Column::int("created_at").fixed(),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of prices.
pub(crate) const LIST: List = List {
    table: "prices",
    columns: "id, product_id, currency, model, recurring, nickname, active, metadata, created_at",
    order: "created_at",
    indexes: &[Index { on: &["active"], rows: Indexed::All }, Index { on: &["product_id"], rows: Indexed::All }],
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &PriceId) -> Result<Option<Price>> {
    Ok(unit.store.load(&PRICES, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A price to be shown.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn get(reads: &impl Read, account: &AccountId, id: &PriceId) -> Result<Price> {
    let row = reads.load(&PRICES, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("price", id.as_str()))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> Price {
    let mut row = row.reader();
    let id = PriceId::parse(row.text()).expect("the database holds price ids");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, price: &Price, contested: bool) {
    if contested {
        unit.store.claim(&PRICES, price.id.as_str(), values(price));
    } else {
        unit.store.insert(&PRICES, price.id.as_str(), values(price));
    }
}

pub(super) fn update(unit: &mut Unit<'_>, price: &Price) {
    unit.store.update(&PRICES, price.id.as_str(), values(price));
}

fn values(price: &Price) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = price.metadata.iter().collect();
    vec![
        price.product_id.as_str().into(),
        price.currency.code().into(),
        kept::model_text(&price.model).into(),
        price.recurring.map(kept::recurring_text).into(),
        price.nickname.clone().into(),
        price.is_active.into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        price.created_at.millis().into(),
    ]
}

fn read(id: PriceId, row: &mut RowReader<'_>) -> Price {
    let product_id = ProductId::parse(row.text()).expect("the database holds product ids");
    let currency = Currency::parse(row.text()).expect("the database holds currencies");
    let model = kept::read_model(row.text());
    let recurring = row.opt_text().map(kept::read_recurring);
    let nickname = row.opt_text().map(str::to_owned);
    let is_active = row.bool();
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let metadata = Metadata::from_stored(pairs);
    let created_at = Timestamp::from_millis(row.int());
    Price { id, product_id, currency, model, recurring, nickname, is_active, metadata, created_at }
}
