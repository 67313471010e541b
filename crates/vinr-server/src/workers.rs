//! Work that follows commits: asking acquirers, sending webhooks and e-mails, firing timers, keeping house. Nothing here holds state that a restart
//! would miss: the rows say what is to be done, a wake-up is only a hint.

mod acquire;
pub(crate) mod clock;
pub(crate) mod deliver;
mod housekeeping;
mod mail;
pub(crate) mod pollers;
pub(crate) mod schedule;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::select;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use vinr_store::Committed;

use crate::app::App;
use crate::record::Afterwards;
pub(crate) use acquire::Outcome;
use deliver::Deliverer;
use pollers::Pollers;

/// What commits leave for the background.
pub struct Workers {
    process: Arc<str>,
    /// Deliveries that were committed by this process.
    pub(crate) deliverer: Deliverer,
    timers: Notify,
    /// Who waits for events.
    pub(crate) pollers: Pollers,
    stop: watch::Sender<bool>,
    /// The name of a worker that ended without having been told to.
    broken: watch::Sender<Option<&'static str>>,
    tasks: Mutex<JoinSet<()>>,
}

impl Workers {
    /// No work yet, under the name of this process.
    pub(crate) fn new(process: Arc<str>) -> Workers {
        Workers {
            process,
            deliverer: Deliverer::new(),
            timers: Notify::new(),
            pollers: Pollers::default(),
            stop: watch::Sender::new(false),
            broken: watch::Sender::new(None),
            tasks: Mutex::default(),
        }
    }

    /// The name of this process on leases.
    pub(crate) fn process(&self) -> &Arc<str> {
        &self.process
    }

    /// Hands over what a commit left to do.
    pub(crate) fn after(&self, afterwards: Afterwards, committed: &Committed) {
        afterwards.sayings.into_iter().for_each(|saying| saying());
        if afterwards.timers {
            self.timers.notify_one();
        }
        if !afterwards.handovers.is_empty() {
            self.deliverer.offer(afterwards.handovers, committed);
        }
    }

    /// Resolves when a timer was written.
    pub(crate) fn timer_written(&self) -> impl Future<Output = ()> {
        self.timers.notified()
    }

    /// Resolves when the process drains.
    pub(crate) async fn stopping(&self) {
        // The sender is a part of this: it does not go before.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
    }
}

impl App {
    /// Starts the background work; [`App::stop_workers`] ends it.
    pub fn start_workers(&self) {
        let stop = self.workers.stop.subscribe();
        self.start_worker("deliveries", deliver::run(self.clone(), stop.clone()));
        self.start_worker("timers", schedule::run(self.clone(), stop.clone()));
        self.start_worker("clocks", clock::run(self.clone(), stop.clone()));
        self.start_worker("housekeeping", housekeeping::run(self.clone(), stop.clone()));
        self.start_worker("e-mails", mail::run(self.clone(), stop.clone()));
        self.start_worker("pollers", pollers::run(self.clone(), stop));
    }

    fn start_worker(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let app = self.clone();
        let mut tasks = self.workers.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.spawn(async move {
            let ended = AssertUnwindSafe(work).catch_unwind().await;
            if ended.is_err() || !*app.workers.stop.borrow() {
                tracing::error!(worker = name, "a worker ended by itself; what it does is not done any more");
                app.workers.broken.send_replace(Some(name));
            }
        });
    }

    /// Resolves, with what is wrong, when a part of this server has ended that it cannot do without: a worker, or the
    /// database's writer. Another process has to take over.
    pub async fn broken(&self) -> String {
        let mut broken = self.workers.broken.subscribe();
        let worker = pin!(async {
            let name = broken.wait_for(Option::is_some).await.ok().and_then(|name| *name);
            format!("the worker for {} ended by itself", name.unwrap_or("an unknown task"))
        });
        let writer = pin!(async {
            self.db.broken().await;
            "the database's writer ended by itself: nothing can be written".to_owned()
        });
        select(worker, writer).await.factor_first().0
    }

    /// Tells waiting requests and workers to come to an end: called when a drain begins.
    pub fn begin_drain(&self) {
        self.workers.stop.send_replace(true);
    }

    /// Ends the background work at once, as a killed process ends: what is being sent is lost.
    pub fn abort_workers(&self) {
        drop(std::mem::take(&mut *self.workers.tasks.lock().unwrap_or_else(PoisonError::into_inner)));
    }

    /// Ends the background work: what is being sent is finished, the rest stays in its rows.
    pub async fn stop_workers(&self) {
        self.begin_drain();
        let mut tasks = std::mem::take(&mut *self.workers.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while let Some(ended) = tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a worker ended by itself");
            }
        }
    }
}
