//! Coupons: money off invoices. Rules are in `vinr_core::coupons`; here they meet rows.

pub(crate) mod routes;
mod store;
pub(crate) mod wire;

use vinr_core::coupons::{self as core, Changes, Coupon};
use vinr_core::ids::CouponId;
use vinr_core::money::Currency;
use vinr_core::refusal::{Code, Refusal};

use crate::error::{ApiError, Result};
use crate::record::Unit;

/// Creates a coupon.
///
/// # Errors
/// `resource_exists`; everything that is wrong with it.
pub(crate) async fn create(unit: &mut Unit<'_>, coupon: Coupon, chosen_id: bool) -> Result<Coupon> {
    core::check(&coupon).map_err(ApiError::all)?;
    if chosen_id && store::find(unit, &coupon.id).await?.is_some() {
        let message = format!("there is already a coupon {}", coupon.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    if let Some(code) = &coupon.code {
        if store::has_code(unit, code).await? {
            let message = format!("there is already a coupon with the code {code}");
            return Err(Refusal::new(Code::ResourceExists, message).at("code").into());
        }
        store::claim_code(unit, code, &coupon.id);
    }
    store::insert(unit, &coupon, chosen_id);
    Ok(coupon)
}

/// Changes a coupon.
///
/// # Errors
/// 404; everything that is wrong with the changes.
async fn update(unit: &mut Unit<'_>, id: &CouponId, changes: Changes) -> Result<Coupon> {
    let coupon = core::changed(load(unit, id).await?, changes).map_err(ApiError::all)?;
    store::update(unit, &coupon);
    Ok(coupon)
}

/// Redeems a coupon once for something in a currency.
///
/// # Errors
/// 404; `coupon_not_usable`.
pub(crate) async fn redeem(unit: &mut Unit<'_>, id: &CouponId, currency: Currency) -> Result<Coupon> {
    let mut coupon = load(unit, id).await.map_err(|error| error.about("couponId"))?;
    core::redeem(&mut coupon, currency, unit.now())?;
    store::update(unit, &coupon);
    Ok(coupon)
}

/// A coupon that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &CouponId) -> Result<Coupon> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("coupon", id.as_str()))
}
