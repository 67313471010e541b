//! The endpoints of tax rates.

use futures_util::future::BoxFuture;
use vinr_core::ids::TaxRateId;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;

const ALL: &str = "/v1/tax-rates";
const ONE: &str = "/v1/tax-rates/{id}";

/// What can be asked of tax rates.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Billing;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Create a tax rate", create)
            .body::<wire::Create>()
            .codes(&[Code::ResourceExists]),
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List tax rates", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a tax rate", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a tax rate", update).body::<wire::Update>(),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a tax rate", update).body::<wire::Update>(),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = call.body::<wire::Create>()?.read(call.app.settings.environment)?;
        answer(&call, "create_tax_rate", new, |unit, (chosen, new)| {
            Box::pin(async move {
                let made = super::create(unit, new.made(chosen.clone(), unit), chosen.is_some()).await?;
                Reply::ok(&wire::show(&made))
            })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.active.map(|active| ("active", active.into())));
        let read = |row: &vinr_store::Row| {
            let rate = store::read_listed(row);
            (rate.id.to_string(), rate)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let shown = page.data.iter().map(wire::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let rate = store::get(&call.app.db, call.account(), &call.id(0, TaxRateId::parse)?).await?;
        Reply::ok(&wire::show(&rate))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, TaxRateId::parse)?, call.body::<wire::Update>()?.changes());
        answer(&call, "update_tax_rate", data, |unit, (id, changes)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::update(unit, id, changes.clone()).await?)) })
        })
        .await
    })
}
