//! The endpoints of loyalty programs.

use futures_util::future::BoxFuture;
use vinr_core::ids::ProgramId;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats;
use crate::http::idempotency::answer;
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;

const ALL: &str = "/v1/loyalty/programs";
const ONE: &str = "/v1/loyalty/programs/{id}";

/// What can be asked of loyalty programs.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Loyalty;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Create a loyalty program", create)
            .body::<wire::Create>()
            .codes(&[Code::ResourceExists]),
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List loyalty programs", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a loyalty program", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a loyalty program", update).body::<wire::Update>(),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a loyalty program", update).body::<wire::Update>(),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask: wire::Create = call.body()?;
        let id = formats::id("id", ask.id.as_deref(), ProgramId::parse)?;
        answer(&call, "create_program", (id, ask.changes()?), |unit, (id, asked)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::create(unit, id.as_ref(), asked.clone()).await?)) })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let read = |row: &vinr_store::Row| {
            let program = store::read_listed(row);
            (program.id.to_string(), program)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, Vec::new(), read).await?;
        let shown = page.data.iter().map(wire::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let program = store::get(&call.app.db, call.account(), &call.id(0, ProgramId::parse)?).await?;
        Reply::ok(&wire::show(&program))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, ProgramId::parse)?, call.body::<wire::Update>()?.changes()?);
        answer(&call, "update_program", data, |unit, (id, changes)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::update(unit, id, changes.clone()).await?)) })
        })
        .await
    })
}
