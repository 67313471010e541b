//! The endpoints of prices.

use futures_util::future::BoxFuture;
use vinr_core::ids::PriceId;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;

const ALL: &str = "/v1/prices";
const ONE: &str = "/v1/prices/{id}";

/// What can be asked of prices.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Billing;
    vec![
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List prices", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a price", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a price", update)
            .body::<wire::Update>()
            .codes(&[Code::ParameterImmutable]),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a price", update)
            .body::<wire::Update>()
            .codes(&[Code::ParameterImmutable]),
    ]
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.active.map(|active| ("active", active.into())));
        filters.extend(query.product_id.map(|product| ("product_id", product.into())));
        let read = |row: &vinr_store::Row| {
            let price = store::read_listed(row);
            (price.id.to_string(), price)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let shown = page.data.iter().map(wire::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let price = store::get(&call.app.db, call.account(), &call.id(0, PriceId::parse)?).await?;
        Reply::ok(&wire::show(&price))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, PriceId::parse)?, call.body::<wire::Update>()?.changes()?);
        answer(&call, "update_price", data, |unit, (id, changes)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::update(unit, id, changes.clone()).await?)) })
        })
        .await
    })
}
