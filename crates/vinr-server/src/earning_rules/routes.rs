//! The endpoints of earning rules.

use futures_util::future::BoxFuture;
use vinr_core::ids::EarningRuleId;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;

const ALL: &str = "/v1/loyalty/earning-rules";
const ONE: &str = "/v1/loyalty/earning-rules/{id}";

/// What can be asked of earning rules.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Loyalty;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Create an earning rule", create)
            .body::<wire::Create>()
            .codes(&[Code::ResourceExists]),
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List earning rules", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve an earning rule", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change an earning rule", update).body::<wire::Update>(),
        E::post::<wire::Shown<'_>>(ONE, family, "Change an earning rule", update).body::<wire::Update>(),
        E::delete::<wire::Removed>(ONE, family, "Delete an earning rule", delete),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = call.body::<wire::Create>()?.parsed(call.app.settings.environment)?;
        answer(&call, "create_earning_rule", new, |unit, new| {
            Box::pin(async move { Reply::ok(&wire::show(&super::create(unit, new).await?)) })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let filters: Vec<Filter> = query.program_id.map(|program| ("program_id", program.into())).into_iter().collect();
        let read = |row: &vinr_store::Row| {
            let rule = store::read_listed(row);
            (rule.id.to_string(), rule)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let shown = page.data.iter().map(wire::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let rule = store::get(&call.app.db, call.account(), &call.id(0, EarningRuleId::parse)?).await?;
        Reply::ok(&wire::show(&rule))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, EarningRuleId::parse)?, call.body::<wire::Update>()?.parsed()?);
        answer(&call, "update_earning_rule", data, |unit, (id, asked)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::update(unit, id, asked).await?)) })
        })
        .await
    })
}

fn delete(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, EarningRuleId::parse)?;
        answer(&call, "delete_earning_rule", id, |unit, id| {
            Box::pin(async move {
                super::delete(unit, id).await?;
                Reply::ok(&wire::Removed { id: id.to_string(), object: "earning_rule", deleted: true })
            })
        })
        .await
    })
}
