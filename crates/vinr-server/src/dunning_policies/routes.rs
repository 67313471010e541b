//! The endpoints of dunning policies.

use futures_util::future::BoxFuture;
use vinr_core::ids::DunningPolicyId;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;

const ALL: &str = "/v1/dunning-policies";
const ONE: &str = "/v1/dunning-policies/{id}";

/// What can be asked of dunning policies.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Billing;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Create a dunning policy", create)
            .body::<wire::Create>()
            .codes(&[Code::ResourceExists]),
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List dunning policies", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a dunning policy", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a dunning policy", update).body::<wire::Update>(),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a dunning policy", update).body::<wire::Update>(),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = call.body::<wire::Create>()?.read(call.app.settings.environment)?;
        answer(&call, "create_dunning_policy", new, |unit, (chosen, new)| {
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
            let policy = store::read_listed(row);
            (policy.id.to_string(), policy)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let shown = page.data.iter().map(wire::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let policy = store::get(&call.app.db, call.account(), &call.id(0, DunningPolicyId::parse)?).await?;
        Reply::ok(&wire::show(&policy))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, DunningPolicyId::parse)?, call.body::<wire::Update>()?.changes());
        answer(&call, "update_dunning_policy", data, |unit, (id, changes)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::update(unit, id, changes.clone()).await?)) })
        })
        .await
    })
}
