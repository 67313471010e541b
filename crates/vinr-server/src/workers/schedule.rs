//! Fires timers. A job names a row; the row says what is due, so a job that fires twice, late or for nothing does no
//! harm, and two processes that fire it at once are told apart by the row's version.

pub(crate) mod store;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::select;
use tokio::sync::watch;
use vinr_core::ids::{AccountId, TypedId};
use vinr_core::time::WallTime;

use crate::app::{App, Task};
use crate::error::{ApiError, Result};
use crate::record::{Noun, TIMERS_POLLED, Unit};
use crate::workers::Outcome;
use crate::{flows, payment_methods, payments, payouts, setups, webhooks};

/// How often a job may fail before it is parked for a person to look at.
const TRIES_MAX: i64 = 5;

/// A timer that has gone off.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// Whose row it names.
    pub(crate) account: AccountId,
    /// The row.
    pub(crate) id: String,
    /// Its noun.
    pub(crate) noun: Noun,
}

/// Fires timers until told to stop.
pub(crate) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let poll = Duration::from_millis(TIMERS_POLLED.millis().unsigned_abs());
    while !*stop.borrow() {
        let now = app.env.wall();
        let fired = match fire_due(&app, now).await {
            Ok(fired) => fired,
            Err(error) => {
                tracing::warn!(%error, "timers could not be read; trying again");
                0
            }
        };
        if fired == 0 {
            let (written, stopped) = (pin!(app.workers.timer_written()), pin!(stop.changed()));
            select(select(written, stopped), pin!(tokio::time::sleep(poll))).await;
        }
    }
}

impl App {
    /// How many timers should have fired by now, up to a thousand.
    ///
    /// # Errors
    /// The store is away.
    pub(crate) async fn timers_due(&self) -> Result<i64> {
        store::due_count(&self.db, self.env.wall()).await
    }
}

async fn fire_due(app: &App, now: WallTime) -> Result<usize> {
    let jobs = store::due(&app.db, now).await?;
    let count = jobs.len();
    for job in jobs {
        fire(app, job).await;
    }
    Ok(count)
}

/// Fires one timer; what fails is put off, and parked in the end. Gives the outcome of what it asked of an acquirer.
///
/// A violated assertion stops its own row alone: nothing of it is written, and the timers of all others go on.
pub(crate) async fn fire(app: &App, job: Job) -> Option<Outcome> {
    let account = job.account.clone();
    let data = Arc::new(job);
    let task = Task::worker(&account, "fire_timer");
    let fired = app.run_and_ask(task, Arc::clone(&data), |unit, job| Box::pin(dispatch(unit, job)));
    let fired = match AssertUnwindSafe(fired).catch_unwind().await {
        Ok(fired) => fired.inspect_err(|error| {
            tracing::warn!(%error, job = data.id, "a timer could not be fired; it is put off");
        }),
        Err(_) => {
            tracing::error!(%account, job = data.id, "a timer's decision panicked; it is put off and someone must look");
            Err(ApiError::internal("a timer's decision panicked"))
        }
    };
    if fired.is_err() {
        let put_off = app.run(task, data, |unit, job| Box::pin(store::put_off(unit, job, TRIES_MAX))).await;
        if let Err(error) = put_off {
            tracing::warn!(%error, "a timer could not be put off; it fires again");
        }
    }
    fired.ok()?.1
}

async fn dispatch(unit: &mut Unit<'_>, job: &Job) -> Result<()> {
    match job.noun {
        Noun::Payment => payments::fire(unit, &id(job)?).await,
        Noun::Attempt => payments::attempts::fire(unit, &id(job)?).await,
        Noun::Refund => flows::refunds::fire(unit, &id(job)?).await,
        Noun::Dispute => flows::disputes::fire(unit, &id(job)?).await,
        Noun::PaymentMethod => payment_methods::fire(unit, &id(job)?).await,
        Noun::Setup => setups::fire(unit, &id(job)?).await,
        Noun::WebhookEndpoint => webhooks::fire(unit, &id(job)?).await,
        Noun::Settlement => flows::settlements::fire(unit, &id(job)?).await,
        Noun::PayoutPlan => flows::settlements::fire_plan(unit, &id(job)?).await,
        Noun::Payout => payouts::fire(unit, &id(job)?).await,
    }
}

/// The row that a job names, as the id of its noun.
fn id<I: TypedId>(job: &Job) -> Result<I> {
    I::parse(&job.id).map_err(ApiError::internal)
}
