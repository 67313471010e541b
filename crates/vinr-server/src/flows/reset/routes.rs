//! The endpoint that empties a sandbox.

use futures_util::future::BoxFuture;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use super::wire;
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::reply::Reply;

/// What can be asked.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let summary = "Remove everything but the account, its settings and its keys";
    vec![
        Endpoint::post::<wire::Shown>("/v1/test/reset", Family::Test, summary, reset)
            .codes(&[Code::ClockAdvancing])
            .sandbox_only(),
    ]
}

fn reset(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        answer(&call, "reset_sandbox", (), |unit, ()| {
            Box::pin(async move {
                let now = super::wipe(unit).await?;
                Reply::ok(&wire::Shown { object: "test_reset", now: now.rfc3339() })
            })
        })
        .await
    })
}
