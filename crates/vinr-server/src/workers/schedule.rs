//! Fires timers. A job names a row; the row says what is due, so a job that fires twice, late or for nothing does no
//! harm, and two processes that fire it at once are told apart by the row's version.

pub(crate) mod store;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio::sync::watch;
use vinr_core::ids::{AccountId, TypedId};
use vinr_core::refusal::Code;
use vinr_core::time::WallTime;

use crate::app::{App, Task};
use crate::error::{ApiError, Result};
use crate::record::{Noun, TIMERS_POLLED, Unit};
use crate::workers::Outcome;
use crate::{flows, loyalty_accounts, payment_methods, payments, payouts, setups, webhooks};

/// How often a job may fail before it is parked for a person to look at; from then on it is tried once a day.
const TRIES_MAX: i64 = 5;
/// Accounts whose timers are fired at a time. One that takes long holds up none of the others that were read with it; what
/// goes off meanwhile is read when all of them are through.
const ACCOUNTS_AT_ONCE: usize = 8;

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

/// What became of a timer that went off.
pub(crate) enum Fired {
    /// Its row was asked. The outcome of what that asks of an acquirer, if it does.
    Done(Option<Outcome>),
    /// It failed, and is put off, or parked.
    PutOff,
    /// Nothing came of it for a reason that is not its own: the store is away, or has too much to do. It fires again.
    Again,
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
    /// How many timers should have fired by now, and how many have failed too often; up to a thousand each.
    ///
    /// # Errors
    /// The store is away.
    pub(crate) async fn timers(&self) -> Result<(i64, i64)> {
        let due = store::due_count(&self.db, self.env.wall()).await?;
        Ok((due, store::parked_count(&self.db).await?))
    }
}

/// Fires what has gone off, several accounts at a time and the timers of each in their order. Gives how many of them were
/// not left for later.
async fn fire_due(app: &App, now: WallTime) -> Result<usize> {
    let mut accounts: Vec<Vec<Job>> = Vec::new();
    for job in store::due(&app.db, now).await? {
        match accounts.iter_mut().find(|jobs| jobs[0].account == job.account) {
            Some(jobs) => jobs.push(job),
            None => accounts.push(vec![job]),
        }
    }
    let each = |jobs: Vec<Job>| async move {
        let mut fired = 0;
        for job in jobs {
            match fire(app, job).await {
                Fired::Done(_) | Fired::PutOff => fired += 1,
                Fired::Again => {}
            }
        }
        fired
    };
    let fired = stream::iter(accounts).map(each).buffer_unordered(ACCOUNTS_AT_ONCE);
    Ok(fired.fold(0, |all, of_account: usize| async move { all + of_account }).await)
}

/// Fires one timer; what fails by itself is put off, and parked in the end.
///
/// A violated assertion stops its own row alone: nothing of it is written, and the timers of all others go on.
pub(crate) async fn fire(app: &App, job: Job) -> Fired {
    let account = job.account.clone();
    let data = Arc::new(job);
    let task = Task::worker(&account, "fire_timer");
    let fired = app.run_and_ask(task, Arc::clone(&data), |unit, job| Box::pin(dispatch(unit, job)));
    match AssertUnwindSafe(fired).catch_unwind().await {
        Ok(Ok(((), outcome))) => return Fired::Done(outcome),
        Ok(Err(error)) if error.first().code == Code::ServiceUnavailable => {
            tracing::warn!(%error, job = data.id, "a timer could not be fired now; it fires again");
            return Fired::Again;
        }
        Ok(Err(error)) => tracing::warn!(%error, job = data.id, "a timer could not be fired; it is put off"),
        Err(_) => {
            tracing::error!(%account, job = data.id, "a timer's decision panicked; it is put off and someone must look");
        }
    }
    match app.run(task, data, |unit, job| Box::pin(store::put_off(unit, job, TRIES_MAX))).await {
        Ok(()) => Fired::PutOff,
        Err(error) => {
            tracing::warn!(%error, "a timer could not be put off; it fires again");
            Fired::Again
        }
    }
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
        Noun::Invoice => flows::billing::fire_invoice(unit, &id(job)?).await,
        Noun::Subscription => flows::billing::fire_subscription(unit, &id(job)?).await,
        Noun::Redemption => flows::redemptions::fire(unit, &id(job)?).await,
        Noun::LoyaltyAccount => loyalty_accounts::fire(unit, &id(job)?).await,
    }
}

/// The row that a job names, as the id of its noun.
fn id<I: TypedId>(job: &Job) -> Result<I> {
    I::parse(&job.id).map_err(ApiError::internal)
}
