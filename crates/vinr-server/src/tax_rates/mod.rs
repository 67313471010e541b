//! Tax rates: taxes and how much they are. Rules are in `vinr_core::tax_rates`; here they meet rows.

pub(crate) mod routes;
mod store;
mod wire;

use vinr_core::ids::TaxRateId;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::tax_rates::{self as core, Changes, TaxRate};

use crate::error::{ApiError, Result};
use crate::record::Unit;

/// Creates a tax rate.
///
/// # Errors
/// `resource_exists`; everything that is wrong with it.
pub(crate) async fn create(unit: &mut Unit<'_>, rate: TaxRate, chosen_id: bool) -> Result<TaxRate> {
    core::check(&rate).map_err(ApiError::all)?;
    if chosen_id && store::find(unit, &rate.id).await?.is_some() {
        let message = format!("there is already a tax rate {}", rate.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    store::insert(unit, &rate, chosen_id);
    Ok(rate)
}

/// Changes a tax rate.
///
/// # Errors
/// 404; everything that is wrong with the changes.
async fn update(unit: &mut Unit<'_>, id: &TaxRateId, changes: Changes) -> Result<TaxRate> {
    let rate = core::changed(load(unit, id).await?, changes).map_err(ApiError::all)?;
    store::update(unit, &rate);
    Ok(rate)
}

/// A tax rate that a decision depends on.
///
/// # Errors
/// 404 when there is none.
async fn load(unit: &mut Unit<'_>, id: &TaxRateId) -> Result<TaxRate> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("tax rate", id.as_str()))
}
