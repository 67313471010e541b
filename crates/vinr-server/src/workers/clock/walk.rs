//! An advance: the walk from one due instant to the next.
//!
//! Whoever walks holds the clock's lease under a token of its own, and renews it for as long as the walk takes. A
//! walker that was so slow that another took over stops at its next step: it moves nothing and ends nothing.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::watch;
use tokio::task::JoinSet;
use vinr_core::clock::{Advance, Clock, advance_target};
use vinr_core::ids::AccountId;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::{Span, Timestamp};

use super::{store, wire};
use crate::app::{App, Task};
use crate::error::{ApiError, Result};
use crate::http::idempotency;
use crate::http::reply::Reply;
use crate::record::Unit;
use crate::workers::deliver;
use crate::workers::schedule::{self, Fired};

/// How long an advance is left to its walker before another takes it over.
const LEASE: Span = Span::seconds(60);
/// How often a walker renews its lease.
const RENEWED_EVERY: Duration = Duration::from_secs(20);
/// How often somebody looks for advances that nobody walks any more.
const LOOKED_FOR_EVERY: Duration = Duration::from_secs(2);
/// Advances that one process finishes for others at a time.
const TAKEN_OVER_MAX: usize = 16;

/// An advance, and the token of whoever walks it.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    account: AccountId,
    target: Timestamp,
    token: String,
}

/// Sets the clock a target: from here on the advance will be finished, by whomever.
///
/// # Errors
/// `clock_advancing` while another advance is under way; a target in the past or too far away.
pub(super) async fn begin(unit: &mut Unit<'_>, ask: Advance) -> Result<Walk> {
    let mut clock = store::load(unit).await?;
    if clock.target.is_some() {
        return Err(advancing("the clock is being advanced already; wait until it has arrived"));
    }
    let target = advance_target(unit.now(), ask)?;
    clock.target = Some(target);
    clock.idempotency_key.clone_from(&unit.idempotency_key);
    Ok(lease(unit, &mut clock, target))
}

/// Finishes advances whose walker is gone, until told to stop; what is not finished then is finished by others.
pub(crate) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut walks = JoinSet::new();
    while !*stop.borrow() {
        if let Err(error) = take_over_all(&app, &mut walks).await {
            tracing::warn!(%error, "interrupted clock advances cannot be read; trying again");
        }
        while let Some(ended) = walks.try_join_next() {
            if let Err(error) = ended {
                tracing::error!(%error, "a clock advance panicked and is taken over when its lease ends");
            }
        }
        select(pin!(stop.changed()), pin!(tokio::time::sleep(LOOKED_FOR_EVERY))).await;
    }
}

async fn take_over_all(app: &App, walks: &mut JoinSet<()>) -> Result<()> {
    let room = TAKEN_OVER_MAX - walks.len();
    for account in store::unfinished(&app.db, app.env.wall()).await?.into_iter().take(room) {
        let task = Task::worker(&account, "take_over_clock");
        let taken = app.run(task, Arc::new(()), |unit, ()| Box::pin(take_over(unit))).await?;
        let Some(taken) = taken else { continue };
        tracing::info!(%account, "an interrupted clock advance is finished");
        let app = app.clone();
        walks.spawn(async move {
            if let Err(error) = walk(&app, &taken).await {
                tracing::warn!(%error, account = %taken.account, "a clock advance stopped and is taken over later");
            }
        });
    }
    Ok(())
}

/// Leases an advance that nobody walks; nothing when somebody was quicker.
async fn take_over(unit: &mut Unit<'_>) -> Result<Option<Walk>> {
    let mut clock = store::load(unit).await?;
    match clock.target {
        Some(target) if clock.lease_until < unit.wall => Ok(Some(lease(unit, &mut clock, target))),
        Some(_) | None => Ok(None),
    }
}

fn lease(unit: &mut Unit<'_>, clock: &mut store::Row, target: Timestamp) -> Walk {
    let token = format!("{:032x}", unit.env.entropy.u128());
    clock.lease_until = unit.wall.plus(LEASE);
    clock.lease = Some(token.clone());
    store::save(unit, clock);
    Walk { account: unit.context.account.clone(), target, token }
}

/// Walks to the target, running at each instant on the way what is due there. Its answer is that of the request which
/// asked for the advance.
///
/// # Errors
/// `clock_advancing` when the lease was lost to another walker, who finishes it.
pub(super) async fn walk(app: &App, walk: &Walk) -> Result<Reply> {
    match select(pin!(steps(app, walk)), pin!(keep_lease(app, walk))).await {
        Either::Left((reply, _)) => reply,
        Either::Right((lost, _)) => Err(lost),
    }
}

async fn steps(app: &App, walk: &Walk) -> Result<Reply> {
    let mut ran = wire::Ran::default();
    let account = &walk.account;
    let task = Task::worker(account, "step_clock");
    loop {
        let stop = app.run(task, Arc::new(walk.clone()), |unit, walk| Box::pin(step(unit, walk))).await?;
        let Some(at) = stop else {
            store::rewake(&app.db, account).await?;
            let there = Arc::new((walk.clone(), ran));
            return app.run(task, there, |unit, (walk, ran)| Box::pin(arrive(unit, walk, *ran))).await;
        };
        let jobs = schedule::store::due_of_account(&app.db, account, at).await?;
        let mut stuck = true;
        for job in jobs {
            match schedule::fire(app, job).await {
                Fired::Done(outcome) => {
                    ran.timers += 1;
                    stuck = false;
                    // An advance ends with all of it done.
                    if let Some(outcome) = outcome {
                        outcome.wait().await;
                    }
                }
                Fired::PutOff | Fired::Again => {}
            }
        }
        let sent = deliver::deliver_due(app, account, at).await?;
        ran.deliveries += sent;
        if stuck && sent == 0 {
            // Another process sends what is due here, or a timer could not be fired: that takes a moment.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Renews the lease until it is found lost.
async fn keep_lease(app: &App, walk: &Walk) -> ApiError {
    loop {
        tokio::time::sleep(RENEWED_EVERY).await;
        let task = Task::worker(&walk.account, "renew_clock");
        match app.run(task, Arc::new(walk.clone()), |unit, walk| Box::pin(renew(unit, walk))).await {
            Ok(true) => {}
            Ok(false) => return lost(),
            Err(error) => tracing::warn!(%error, "the lease of a clock advance is not renewed; trying again"),
        }
    }
}

async fn renew(unit: &mut Unit<'_>, walk: &Walk) -> Result<bool> {
    let mut clock = store::load(unit).await?;
    let held = walk.holds(&clock);
    if held {
        clock.lease_until = unit.wall.plus(LEASE);
        store::save_lease(unit, &clock);
    }
    Ok(held)
}

/// Sets the clock to the next moment at which something falls due, or to the target if nothing does before it; never
/// back. Gives that moment, or nothing at the target.
async fn step(unit: &mut Unit<'_>, walk: &Walk) -> Result<Option<Timestamp>> {
    let mut clock = store::load(unit).await?;
    if !walk.holds(&clock) {
        return Err(lost());
    }
    let stop = store::next_due(unit).await?.filter(|due| *due <= walk.target);
    let at = stop.unwrap_or(walk.target);
    clock.offset_ms = clock.offset_ms.max(Clock::showing(at, unit.wall).offset_ms);
    clock.lease_until = unit.wall.plus(LEASE);
    store::save(unit, &clock);
    Ok(stop)
}

/// Ends the advance, and answers the request that asked for it.
async fn arrive(unit: &mut Unit<'_>, walk: &Walk, ran: wire::Ran) -> Result<Reply> {
    let mut clock = store::load(unit).await?;
    if !walk.holds(&clock) {
        return Err(lost());
    }
    clock.target = None;
    clock.lease = None;
    let key = clock.idempotency_key.take();
    store::save(unit, &clock);
    let reply = Reply::ok(&wire::Advanced {
        object: "test_clock",
        now: walk.target.rfc3339(),
        offset_seconds: clock.offset_ms.div_euclid(1000),
        ran,
    })?;
    match key {
        Some(key) => idempotency::finish(unit, &key, reply).await,
        None => Ok(reply),
    }
}

impl Walk {
    fn holds(&self, clock: &store::Row) -> bool {
        clock.target == Some(self.target) && clock.lease.as_deref() == Some(self.token.as_str())
    }
}

fn lost() -> ApiError {
    advancing("another process finishes this advance of the clock; wait until it has arrived")
}

fn advancing(message: &'static str) -> ApiError {
    ApiError::from(Refusal::new(Code::ClockAdvancing, message)).retry_after(1)
}
