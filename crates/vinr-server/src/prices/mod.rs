//! Prices: what products cost. Rules are in `vinr_core::prices`; here they meet rows.

mod kept;
pub(crate) mod routes;
mod store;
pub(crate) mod wire;

use vinr_core::ids::PriceId;
use vinr_core::prices::{self as core, AggregateUsage, Changes, Price};
use vinr_core::refusal::{Code, Refusal};

use crate::error::{ApiError, Result};
use crate::record::Unit;

/// Creates a price.
///
/// # Errors
/// `resource_exists`; everything that is wrong with it.
pub(crate) async fn create(unit: &mut Unit<'_>, price: Price, chosen_id: bool) -> Result<Price> {
    core::check(&price).map_err(ApiError::all)?;
    if chosen_id && store::find(unit, &price.id).await?.is_some() {
        let message = format!("there is already a price {}", price.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    store::insert(unit, &price, chosen_id);
    Ok(price)
}

/// Changes a price.
///
/// # Errors
/// 404; everything that is wrong with the changes.
async fn update(unit: &mut Unit<'_>, id: &PriceId, changes: Changes) -> Result<Price> {
    let price = core::changed(load(unit, id).await?, changes).map_err(ApiError::all)?;
    store::update(unit, &price);
    Ok(price)
}

/// A price that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &PriceId) -> Result<Price> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("price", id.as_str()))
}

/// What the usage of a price comes to; nothing where it is not metered. It never changes.
///
/// # Errors
/// 404 when there is no such price.
pub(crate) async fn aggregate(unit: &mut Unit<'_>, id: &PriceId) -> Result<Option<AggregateUsage>> {
    let price = load(unit, id).await?;
    Ok(price.recurring.and_then(|recurring| recurring.usage.aggregate()))
}
