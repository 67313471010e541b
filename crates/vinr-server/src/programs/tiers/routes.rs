//! The endpoint of tiers.

use futures_util::future::BoxFuture;
use vinr_core::ids::ProgramId;
use vinr_core::keys::Family;
use vinr_core::programs::DEFAULT_ID;

use super::super::store;
use super::wire::{Query, Shown};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::required_id;
use crate::http::list::{Listed, Position};
use crate::http::reply::Reply;

/// What can be asked of tiers.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<Listed<Shown<'_>>>("/v1/loyalty/tiers", Family::Loyalty, "List the tiers of a program", list)
            .query::<Query>(),
    ]
}

/// All of them, the lowest first: there are never more than twenty.
fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let asked = call.query::<Query>()?.program_id;
        let program = required_id("programId", asked.as_deref().unwrap_or(DEFAULT_ID), ProgramId::parse)?;
        let program = store::get(&call.app.db, call.account(), &program).await?;
        let config = program.tiers.as_ref();
        let tiers = config.map_or(&[][..], |config| &config.tiers).iter();
        let data = tiers.map(|tier| Shown::of(tier, program.id.as_str())).collect();
        Reply::ok(&Listed { object: "list", data, page: Position { has_more: false, next_cursor: None } })
    })
}
