//! Products: what a merchant sells. Rules are in `vinr_core::products`; here they meet rows.

pub(crate) mod routes;
mod store;
mod wire;

use vinr_core::ids::ProductId;
use vinr_core::products::{self as core, Changes, Product};
use vinr_core::refusal::{Code, Refusal};

use crate::error::{ApiError, Result};
use crate::record::Unit;

/// Creates a product.
///
/// # Errors
/// `resource_exists`; everything that is wrong with it.
pub(crate) async fn create(unit: &mut Unit<'_>, product: Product, chosen_id: bool) -> Result<Product> {
    core::check(&product).map_err(ApiError::all)?;
    if chosen_id && store::find(unit, &product.id).await?.is_some() {
        let message = format!("there is already a product {}", product.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    store::insert(unit, &product, chosen_id);
    Ok(product)
}

/// Changes a product.
///
/// # Errors
/// 404; everything that is wrong with the changes.
async fn update(unit: &mut Unit<'_>, id: &ProductId, changes: Changes) -> Result<Product> {
    let product = core::changed(load(unit, id).await?, changes).map_err(ApiError::all)?;
    store::update(unit, &product);
    Ok(product)
}

/// A product that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &ProductId) -> Result<Product> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("product", id.as_str()))
}
