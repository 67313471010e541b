//! Products as rows.

use std::collections::BTreeMap;

use vinr_core::ids::{AccountId, ProductId};
use vinr_core::metadata::Metadata;
use vinr_core::products::Product;
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const PRODUCTS: Table = Table {
    name: "products",
    columns: &[
        Column::text("name"),
        Column::text("description"),
        Column::int("active"),
        Column::text("tax_code"),
        Column::text("images"),
        Column::text("metadata"),
        Column::int("created_at").fixed(),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of products.
pub(crate) const LIST: List = List {
    table: "products",
    columns: "id, name, description, active, tax_code, images, metadata, created_at",
    order: "created_at",
    indexes: &[Index { on: &["active"], rows: Indexed::All }],
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &ProductId) -> Result<Option<Product>> {
    Ok(unit.store.load(&PRODUCTS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A product to be shown.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn get(reads: &impl Read, account: &AccountId, id: &ProductId) -> Result<Product> {
    let row = reads.load(&PRODUCTS, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("product", id.as_str()))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> Product {
    let mut row = row.reader();
    let id = ProductId::parse(row.text()).expect("the database holds product ids");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, product: &Product, contested: bool) {
    if contested {
        unit.store.claim(&PRODUCTS, product.id.as_str(), values(product));
    } else {
        unit.store.insert(&PRODUCTS, product.id.as_str(), values(product));
    }
}

pub(super) fn update(unit: &mut Unit<'_>, product: &Product) {
    unit.store.update(&PRODUCTS, product.id.as_str(), values(product));
}

fn values(product: &Product) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = product.metadata.iter().collect();
    vec![
        product.name.as_str().into(),
        product.description.clone().into(),
        product.is_active.into(),
        product.tax_code.clone().into(),
        serde_json::to_string(&product.images).expect("texts are JSON").into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        product.created_at.millis().into(),
    ]
}

fn read(id: ProductId, row: &mut RowReader<'_>) -> Product {
    let name = row.text().to_owned();
    let description = row.opt_text().map(str::to_owned);
    let is_active = row.bool();
    let tax_code = row.opt_text().map(str::to_owned);
    let images = serde_json::from_str(row.text()).expect("the database holds addresses");
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let metadata = Metadata::from_stored(pairs);
    let created_at = Timestamp::from_millis(row.int());
    Product { id, name, description, is_active, tax_code, images, metadata, created_at }
}
