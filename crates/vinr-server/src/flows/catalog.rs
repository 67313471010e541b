//! What names products when it is made: a price is one's, and a coupon may be for some.

pub(crate) mod routes;

use vinr_core::coupons::Coupon;
use vinr_core::prices::{self as core, Price};

use crate::error::{ApiError, Result};
use crate::record::Unit;
use crate::{coupons, prices, products};

/// Creates a price.
///
/// # Errors
/// Everything that is wrong with it; 404 for its product; `resource_exists`.
async fn create_price(unit: &mut Unit<'_>, price: Price, chosen_id: bool) -> Result<Price> {
    core::check(&price).map_err(ApiError::all)?;
    products::load(unit, &price.product_id).await.map_err(|error| error.about("productId"))?;
    prices::create(unit, price, chosen_id).await
}

/// Creates a coupon.
///
/// # Errors
/// 404 for a product that it names; everything that is wrong with it; `resource_exists`.
async fn create_coupon(unit: &mut Unit<'_>, coupon: Coupon, chosen_id: bool) -> Result<Coupon> {
    for product in &coupon.applies_to {
        products::load(unit, product).await.map_err(|error| error.about("appliesTo"))?;
    }
    coupons::create(unit, coupon, chosen_id).await
}
