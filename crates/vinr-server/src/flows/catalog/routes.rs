//! The endpoints that make what names products.

use futures_util::future::BoxFuture;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use crate::coupons::wire as coupons;
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::reply::Reply;
use crate::prices::wire as prices;

/// What names products when it is made.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Billing;
    let codes = &[Code::ResourceExists, Code::ResourceMissing];
    vec![
        E::post::<prices::Shown<'_>>("/v1/prices", family, "Create a price", create_price)
            .body::<prices::Create>()
            .codes(codes),
        E::post::<coupons::Shown<'_>>("/v1/coupons", family, "Create a coupon", create_coupon)
            .body::<coupons::Create>()
            .codes(codes),
    ]
}

fn create_price(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = call.body::<prices::Create>()?.read()?;
        answer(&call, "create_price", new, |unit, (chosen, new)| {
            Box::pin(async move {
                let price = new.made(chosen.clone(), unit);
                let price = super::create_price(unit, price, chosen.is_some()).await?;
                Reply::ok(&prices::show(&price))
            })
        })
        .await
    })
}

fn create_coupon(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = call.body::<coupons::Create>()?.read(call.app.settings.environment)?;
        answer(&call, "create_coupon", new, |unit, (chosen, new)| {
            Box::pin(async move {
                let coupon = new.made(chosen.clone(), unit);
                let coupon = super::create_coupon(unit, coupon, chosen.is_some()).await?;
                Reply::ok(&coupons::show(&coupon))
            })
        })
        .await
    })
}
