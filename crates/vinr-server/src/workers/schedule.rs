//! Fires timers. A job names a row; the row says what is due, so a job that fires twice, late or for nothing does no
//! harm, and two processes that fire it at once are told apart by the row's version.

pub(crate) mod store;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;
use tokio::sync::watch;
use vinr_core::ids::{
    AccountId, AttemptId, DisputeId, PaymentId, PaymentMethodId, PayoutId, PayoutPlanId, RefundId, SettlementId,
    SetupId, WebhookEndpointId,
};
use vinr_core::time::WallTime;

use crate::app::{App, Task};
use crate::error::Result;
use crate::flows::settlements;
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
pub(crate) async fn fire(app: &App, job: Job) -> Option<Outcome> {
    let account = job.account.clone();
    let data = Arc::new(job);
    let task = Task::worker(&account, "fire_timer");
    let fired = app.run_and_ask(task, Arc::clone(&data), |unit, job| Box::pin(dispatch(unit, job))).await;
    if let Err(error) = &fired {
        tracing::warn!(%error, job = data.id, "a timer could not be fired; it is put off");
        let put_off = app.run(task, data, |unit, job| Box::pin(store::put_off(unit, job, TRIES_MAX))).await;
        if let Err(error) = put_off {
            tracing::warn!(%error, "a timer could not be put off; it fires again");
        }
    }
    fired.ok()?.1
}

async fn dispatch(unit: &mut Unit<'_>, job: &Job) -> Result<()> {
    match job.noun {
        Noun::Payment => {
            let id = PaymentId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            payments::fire(unit, &id).await
        }
        Noun::Attempt => {
            let id = AttemptId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            payments::attempts::fire(unit, &id).await
        }
        Noun::Refund => {
            let id = RefundId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            flows::refunds::fire(unit, &id).await
        }
        Noun::Dispute => {
            let id = DisputeId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            flows::disputes::fire(unit, &id).await
        }
        Noun::PaymentMethod => {
            let id = PaymentMethodId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            payment_methods::fire(unit, &id).await
        }
        Noun::Setup => {
            let id = SetupId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            setups::fire(unit, &id).await
        }
        Noun::WebhookEndpoint => {
            let id = WebhookEndpointId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            webhooks::fire(unit, &id).await
        }
        Noun::Settlement => {
            let id = SettlementId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            settlements::fire(unit, &id).await
        }
        Noun::PayoutPlan => {
            let id = PayoutPlanId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            settlements::fire_plan(unit, &id).await
        }
        Noun::Payout => {
            let id = PayoutId::parse(&job.id).map_err(crate::error::ApiError::internal)?;
            payouts::fire(unit, &id).await
        }
    }
}
