//! The endpoints of the virtual clock, and the advance itself.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use vinr_core::clock::{Advance, Clock, advance_target};
use vinr_core::ids::AccountId;
use vinr_core::keys::Family;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::{Span, Timestamp, WallTime};

use super::{store, wire};
use crate::app::{App, Task};
use crate::error::{ApiError, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::{self, Begun};
use crate::http::reply::Reply;
use crate::record::Unit;
use crate::workers::{deliver, schedule};

/// How long an advance is left to its process before another takes it over.
const LEASE: Span = Span::seconds(60);

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

/// Finishes advances whose process is gone.
pub(crate) async fn resume(app: &App, now: WallTime) -> Result<()> {
    for (account, target) in store::unfinished(&app.db, now).await? {
        tracing::info!(%account, "an interrupted clock advance is finished");
        move_to(app, &account, target).await?;
    }
    Ok(())
}

fn show(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let now = call.app.env.wall();
        let context = call.app.contexts.recent(&call.app.db, call.account(), now).await?;
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
        let begun = idempotency::begin(&call, "begin_advance", by, |unit, by| Box::pin(begin(unit, *by)));
        match begun.await? {
            Begun::Now(target, _held) => move_to(&call.app, call.account(), target).await,
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

async fn begin(unit: &mut Unit<'_>, ask: Advance) -> Result<Timestamp> {
    let mut clock = store::load(unit).await?;
    if clock.target.is_some() {
        let message = "the clock is being advanced already; wait until it has arrived";
        return Err(ApiError::from(Refusal::new(Code::ClockAdvancing, message)).retry_after(1));
    }
    let target = advance_target(unit.now(), ask)?;
    clock.target = Some(target);
    clock.idempotency_key.clone_from(&unit.idempotency_key);
    lease(unit, &mut clock);
    store::save(unit, &clock);
    Ok(target)
}

fn lease(unit: &Unit<'_>, clock: &mut store::Row) {
    clock.lease_until = unit.wall.plus(LEASE);
    clock.lease = Some(unit.process.to_string());
}

/// Walks from one due instant to the next until the target, running at each what is due there.
async fn move_to(app: &App, account: &AccountId, target: Timestamp) -> Result<Reply> {
    let mut ran = wire::Ran::default();
    let task = Task::worker(account, "step_clock");
    loop {
        let next = store::next_due(&app.db, account).await?.filter(|due| *due <= target);
        let at = next.unwrap_or(target);
        let offset_ms = app.run(task, Arc::new(at), |unit, at| Box::pin(step(unit, *at))).await?;
        let Some(at) = next else {
            store::rewake(&app.db, account, offset_ms).await?;
            return app.run(task, Arc::new((target, ran)), |unit, there| Box::pin(arrive(unit, *there))).await;
        };
        let jobs = schedule::store::due_of_account(&app.db, account, at).await?;
        ran.timers += jobs.len();
        let stuck = jobs.is_empty();
        for job in jobs {
            if let Some(outcome) = schedule::fire(app, job).await {
                // An advance ends with all of it done.
                outcome.wait().await;
            }
        }
        let sent = deliver::deliver_due(app, account, at).await?;
        ran.deliveries += sent;
        if stuck && sent == 0 {
            // Another process holds what is due here; it is given a moment rather than a busy loop.
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

/// Sets the clock to a moment, never back.
async fn step(unit: &mut Unit<'_>, at: Timestamp) -> Result<i64> {
    let mut clock = store::load(unit).await?;
    clock.offset_ms = clock.offset_ms.max(Clock::showing(at, unit.wall).offset_ms);
    lease(unit, &mut clock);
    store::save(unit, &clock);
    Ok(clock.offset_ms)
}

/// Ends the advance, and answers the request that asked for it.
async fn arrive(unit: &mut Unit<'_>, (target, ran): (Timestamp, wire::Ran)) -> Result<Reply> {
    let mut clock = store::load(unit).await?;
    clock.target = None;
    clock.lease = None;
    let key = clock.idempotency_key.take();
    store::save(unit, &clock);
    let reply = Reply::ok(&wire::Advanced {
        object: "test_clock",
        now: target.rfc3339(),
        offset_seconds: clock.offset_ms.div_euclid(1000),
        ran,
    })?;
    match key {
        Some(key) => idempotency::finish(unit, &key, reply).await,
        None => Ok(reply),
    }
}
