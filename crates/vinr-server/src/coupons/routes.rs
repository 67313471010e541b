//! The endpoints of coupons.

use futures_util::future::BoxFuture;
use vinr_core::ids::CouponId;
use vinr_core::keys::Family;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;

const ALL: &str = "/v1/coupons";
const ONE: &str = "/v1/coupons/{id}";

/// What can be asked of coupons.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Billing;
    vec![
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List coupons", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a coupon", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a coupon", update).body::<wire::Update>(),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a coupon", update).body::<wire::Update>(),
    ]
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.active.map(|active| ("active", active.into())));
        let code = query.code.as_deref().map(vinr_core::coupons::code).transpose()?;
        filters.extend(code.map(|code| ("code", code.into())));
        let read = |row: &vinr_store::Row| {
            let coupon = store::read_listed(row);
            (coupon.id.to_string(), coupon)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let shown = page.data.iter().map(wire::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let coupon = store::get(&call.app.db, call.account(), &call.id(0, CouponId::parse)?).await?;
        Reply::ok(&wire::show(&coupon))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, CouponId::parse)?, call.body::<wire::Update>()?.changes());
        answer(&call, "update_coupon", data, |unit, (id, changes)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::update(unit, id, changes.clone()).await?)) })
        })
        .await
    })
}
