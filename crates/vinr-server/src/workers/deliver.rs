//! Sends webhooks: takes what this process has just committed from memory, finds everything else by polling, and
//! records what each attempt came to by an ordinary unit of work.
//!
//! ```text
//! commit ──offer──▶ lane of the endpoint ──▶ send ──accepted──▶ lane ──▶ record together
//! poll ───claim───▶          (≤ 8, or 1      └────anything else──▶ record alone
//!                             while it keeps failing)
//! ```
//!
//! Every endpoint has its own lane, so a slow one delays no other. The rows say what is to be done: a delivery in
//! memory is leased in its row. What a full lane drops is leased again as soon as the lane has room; what a crash drops
//! is found by polling when its lease ends, a minute after its commit. At least once, therefore, and never lost.

mod advance;
mod lanes;
mod send;
mod store;

use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) use advance::deliver_due;
use futures_util::FutureExt as _;
use lanes::{Accepted, Lanes, Next, Parcel};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};
use vinr_core::ids::{AccountId, WebhookEndpointId};
use vinr_store::Committed;

use crate::app::App;
use crate::error::ApiError;
use crate::record::Handover;
use crate::webhooks::store::Fresh;

/// How long an endpoint has to answer (spec/webhooks.md, Delivery).
const ANSWER_TIMEOUT_MS: u64 = 30_000;
/// How often the rows are looked at when nothing hints at them.
const POLL: Duration = Duration::from_secs(1);
/// How soon after a look the next one is at the earliest.
const POLL_MIN: Duration = Duration::from_millis(20);
/// How long deliveries in memory are still started when the process ends.
const DRAIN: Duration = Duration::from_secs(5);

/// The handle by which commits and the clock reach the delivery worker.
pub struct Deliverer {
    lanes: Mutex<Lanes>,
    /// There is something to start.
    work: Notify,
    /// There may be due rows that nobody has in memory.
    rows: Notify,
    /// Something that was being sent has ended.
    ended: Notify,
}

impl Deliverer {
    /// A deliverer with nothing to do.
    pub(crate) fn new() -> Deliverer {
        Deliverer { lanes: Mutex::default(), work: Notify::new(), rows: Notify::new(), ended: Notify::new() }
    }

    /// Takes over deliveries that were committed already leased to this process. What finds no room is leased
    /// again when there is some.
    pub(crate) fn offer(&self, handovers: Vec<Handover>, committed: &Committed) {
        let now = Instant::now();
        let mut lanes = self.lanes();
        for handover in handovers {
            let body = handover.event.render(committed.number(handover.slot));
            lanes.push(Parcel {
                account: handover.account,
                endpoint: handover.endpoint,
                delivery: handover.delivery,
                event: handover.event.id,
                body: body.into(),
                lease: None,
                fresh: Some(Fresh {
                    event_type: handover.event.kind,
                    created_at: handover.created_at,
                    leased_until: handover.leased_until,
                    version: committed.first_version(),
                }),
                leased_at: now,
            });
        }
        drop(lanes);
        self.work.notify_one();
    }

    /// Looks for due rows soon: a hint that some were written.
    pub(crate) fn look(&self) {
        self.rows.notify_one();
    }

    /// How many deliveries wait in memory, and how many are being sent.
    pub(crate) fn load(&self) -> (usize, usize) {
        self.lanes().load()
    }

    /// What is to be recorded now.
    fn next_record(&self) -> Option<Accepted> {
        self.lanes().next_record()
    }

    /// What is to be started now.
    fn next(&self) -> Option<Next> {
        self.lanes().next(Instant::now())
    }

    fn lanes(&self) -> MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Delivers until it is told to stop; then sends what is in memory, as far as it comes, and leaves the rest to its rows.
pub(crate) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let deliverer = &app.workers.deliverer;
    let mut tasks = JoinSet::new();
    let mut looked = Instant::now();
    let mut next_look = looked;
    while !*stop.borrow_and_update() {
        while let Some(accepted) = deliverer.next_record() {
            tasks.spawn(send::record_accepted(app.clone(), accepted));
        }
        while let Some(next) = deliverer.next() {
            match next {
                Next::Send(parcel) => tasks.spawn(send::send_queued(app.clone(), parcel)),
                Next::Claim { account, endpoint, most, dropped } => {
                    tasks.spawn(claim(app.clone(), account, endpoint, most, dropped))
                }
            };
        }
        while let Some(ended) = tasks.try_join_next() {
            note(ended);
        }
        tokio::select! {
            // The look comes before the rest, or a busy time would put it off for ever.
            biased;
            changed = stop.changed() => if changed.is_err() { break },
            () = sleep_until(next_look) => {
                looked = Instant::now();
                next_look = look(&app).await;
            }
            () = deliverer.rows.notified() => next_look = next_look.min(looked + POLL_MIN),
            () = deliverer.work.notified() => {}
            Some(ended) = tasks.join_next(), if !tasks.is_empty() => note(ended),
        }
    }
    drain(&app, tasks).await;
}

/// Sends what is in memory for a while, and finishes what is being sent.
async fn drain(app: &App, mut tasks: JoinSet<()>) {
    let deliverer = &app.workers.deliverer;
    let until = Instant::now() + DRAIN;
    loop {
        while let Some(accepted) = deliverer.next_record() {
            tasks.spawn(send::record_accepted(app.clone(), accepted));
        }
        let is_over = Instant::now() >= until;
        if is_over {
            deliverer.lanes().leave_waiting();
        }
        while !is_over && let Some(next) = deliverer.next() {
            match next {
                Next::Send(parcel) => {
                    tasks.spawn(send::send_queued(app.clone(), parcel));
                }
                // Rows can wait for the next process.
                Next::Claim { .. } => {}
            }
        }
        tokio::select! {
            biased;
            ended = tasks.join_next() => match ended {
                Some(ended) => note(ended),
                None => return,
            },
            () = sleep_until(until), if !is_over => {}
        }
    }
}

fn note(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a delivery panicked and is tried again when its lease ends");
    }
}

/// Finds the lanes with due rows; answers when to look again.
async fn look(app: &App) -> Instant {
    let now = app.env.wall();
    let latest = Instant::now() + POLL;
    let found = match store::lanes(&app.db).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "due deliveries cannot be read; trying again");
            return latest;
        }
    };
    let mut next = latest;
    let mut lanes = app.workers.deliverer.lanes();
    for (account, endpoint, wake) in found {
        if wake <= now {
            lanes.has_rows(account, endpoint);
        } else {
            let wait = u64::try_from(wake.since(now).millis()).unwrap_or(0);
            next = next.min(Instant::now() + Duration::from_millis(wait).max(POLL_MIN));
        }
    }
    next
}

/// Leases due rows of one endpoint and puts them into its lane.
async fn claim(app: App, account: AccountId, endpoint: WebhookEndpointId, most: usize, dropped: bool) {
    let due = if dropped { store::Due::Dropped } else { store::Due::Woken };
    let claimed = AssertUnwindSafe(store::claim(&app, &account, &endpoint, most, due)).catch_unwind().await;
    let claimed = claimed.unwrap_or_else(|_| {
        tracing::error!(%account, %endpoint, "claiming due deliveries panicked and someone must look");
        Err(ApiError::internal("claiming deliveries panicked"))
    });
    let deliverer = &app.workers.deliverer;
    let mut lanes = deliverer.lanes();
    match claimed {
        Ok(claimed) => lanes.claimed(&account, &endpoint, dropped, claimed),
        Err(error) => {
            lanes.claimed(&account, &endpoint, dropped, store::Claimed { parcels: Vec::new(), more: false });
            drop(lanes);
            tracing::warn!(%error, %endpoint, "due deliveries cannot be claimed; trying again");
        }
    }
    deliverer.work.notify_one();
    deliverer.ended.notify_waiters();
}
