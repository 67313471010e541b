//! The endpoints of the virtual clock.

use futures_util::future::BoxFuture;
use vinr_core::clock::Advance;
use vinr_core::keys::Family;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Span;
use vinr_store::Class;

use super::{walk, wire};
use crate::error::{ApiError, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::{self, Begun};
use crate::http::reply::Reply;

/// What can be asked of the clock.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<wire::Shown>("/v1/test/clock", Family::Test, "Read the virtual clock", show).sandbox_only(),
        Endpoint::post::<wire::Advanced>(
            "/v1/test/clock/advance",
            Family::Test,
            "Move the virtual clock forward",
            advance,
        )
        .body::<wire::Advance>()
        .codes(&[Code::ClockAdvancing])
        .sandbox_only(),
    ]
}

fn show(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let (app, now) = (&call.app, call.app.env.wall());
        // Another process may have moved it within the second for which it is remembered.
        let mut unit = app.db.begin(call.account().as_str(), "show_clock", Class::Request);
        let context = app.contexts.fresh(&mut unit, call.account(), now).await?;
        Reply::ok(&wire::Shown {
            object: "test_clock",
            now: context.clock.account_now(now).rfc3339(),
            offset_seconds: context.clock.offset_ms.div_euclid(1000),
        })
    })
}

fn advance(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let by = asked(&call.body::<wire::Advance>()?)?;
        let begun = idempotency::begin(&call, "begin_advance", by, |unit, by| Box::pin(walk::begin(unit, *by)));
        match begun.await? {
            Begun::Now(begun, _held) => walk::walk(&call.app, &begun).await,
            Begun::Before(reply) => Ok(reply),
        }
    })
}

fn asked(ask: &wire::Advance) -> Result<Advance> {
    let bad = |code, message: &str, param| -> ApiError { Refusal::new(code, message).at(param).into() };
    match (ask.seconds, &ask.to) {
        (Some(seconds), None) => Ok(Advance::By(Span::seconds(seconds))),
        (None, Some(to)) => {
            let to = to.timestamp().ok_or_else(|| bad(Code::ParameterInvalid, "`to` is not a moment", "to"))?;
            Ok(Advance::To(to))
        }
        (Some(_), Some(_)) => Err(bad(Code::ParameterConflict, "give `seconds` or `to`, not both", "to")),
        (None, None) => Err(bad(Code::ParameterMissing, "give `seconds` or `to`", "seconds")),
    }
}
