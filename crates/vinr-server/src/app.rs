//! The running server of one environment: its parts, and the way every unit of work goes through them.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use vinr_core::ids::AccountId;
use vinr_store::{Class, Db, UnitOfWork};

use crate::context::Contexts;
use crate::env::Env;
use crate::error::Result;
use crate::flows::reactions;
use crate::http::auth::{KeyCache, store::KeyUses};
use crate::http::idempotency::InFlight;
use crate::http::metrics::Metrics;
use crate::http::rate::Rates;
use crate::record::{Afterwards, Unit};
use crate::settings::Settings;
use crate::workers::{Outcome, Workers};

/// How long a request may take before it is answered with 503.
pub(crate) const REQUEST_DEADLINE: Duration = Duration::from_secs(20);

/// The running server of one environment; a handle that is cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What a server is made of. Nouns receive a unit of work, never this.
pub struct Parts {
    /// Time, chance, network.
    pub env: Env,
    /// The database of this environment.
    pub db: Db,
    /// What the operator set.
    pub settings: Arc<Settings>,
    /// Keys seen within a second.
    pub keys: KeyCache,
    /// When keys were last used.
    pub key_uses: KeyUses,
    /// Accounts as decisions see them.
    pub contexts: Contexts,
    /// Requests a key has left.
    pub rates: Rates,
    /// Idempotency keys being worked on.
    pub in_flight: InFlight,
    /// Work that follows commits.
    pub workers: Workers,
    /// What is counted.
    pub metrics: Metrics,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts a server together; its workers start with [`crate::workers::start`].
    pub fn new(env: Env, db: Db, settings: Settings) -> App {
        let process = format!("{:032x}", env.entropy.u128());
        App(Arc::new(Parts {
            rates: Rates::new(settings.rate_limit),
            workers: Workers::new(process.into()),
            metrics: Metrics::new(&db),
            env,
            db,
            settings: Arc::new(settings),
            keys: KeyCache::default(),
            key_uses: KeyUses::default(),
            contexts: Contexts::default(),
            in_flight: InFlight::default(),
        }))
    }

    /// Decides and commits one unit of work for an account, again and again while it is stale. `decide` gets the unit
    /// and `data`; it may run several times, so ids and times are drawn inside.
    ///
    /// # Errors
    /// What `decide` refused, after its reads were checked; 503 when the store cannot commit in time.
    pub(crate) async fn run<D, T, F>(&self, task: Task<'_>, data: Arc<D>, decide: F) -> Result<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'u, 's> Fn(&'u mut Unit<'s>, &'u D) -> BoxFuture<'u, Result<T>> + Copy + Send + Sync + 'static,
    {
        self.run_and_ask(task, data, decide).await.map(|(answer, _)| answer)
    }

    /// [`App::run`], giving beside the answer the outcome of what the unit asks of an acquirer.
    ///
    /// # Errors
    /// As [`App::run`].
    pub(crate) async fn run_and_ask<D, T, F>(
        &self,
        task: Task<'_>,
        data: Arc<D>,
        decide: F,
    ) -> Result<(T, Option<Outcome>)>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'u, 's> Fn(&'u mut Unit<'s>, &'u D) -> BoxFuture<'u, Result<T>> + Copy + Send + Sync + 'static,
    {
        let app = self.clone();
        let account = task.account.clone();
        let deadline = Instant::now() + REQUEST_DEADLINE;
        let ((answer, mut afterwards), committed) = self
            .db
            .run(task.account.as_str(), task.label, task.class, deadline, move |store| {
                Self::attempt(app.clone(), account.clone(), Arc::clone(&data), decide, store)
            })
            .await?;
        let sending = afterwards.sending.take();
        self.workers.after(afterwards, &committed);
        Ok((answer, sending.and_then(|sending| self.send(sending))))
    }

    fn attempt<'u, D, T, F>(
        app: App,
        account: AccountId,
        data: Arc<D>,
        decide: F,
        store: &'u mut UnitOfWork,
    ) -> BoxFuture<'u, Result<(T, Afterwards)>>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'v, 's> Fn(&'v mut Unit<'s>, &'v D) -> BoxFuture<'v, Result<T>> + Copy + Send + Sync + 'static,
    {
        Box::pin(async move {
            let now = app.env.wall();
            let context = match store.attempt() {
                0 => app.contexts.recent(&app.db, &account, now).await?,
                _ => app.contexts.fresh(store, &account, now).await?,
            };
            let mut unit = Unit::new(
                store,
                context,
                app.env.clone(),
                Arc::clone(&app.settings),
                Arc::clone(app.workers.process()),
            );
            let decided = match decide(&mut unit, &data).await {
                Ok(answer) => reactions::drain(&mut unit).await.map(|()| answer),
                Err(refusal) => Err(refusal),
            };
            match decided {
                Ok(answer) => Ok((answer, unit.afterwards())),
                Err(refusal) => {
                    // What is refused under an old context may be in order under the account's own.
                    unit.guard();
                    Err(refusal)
                }
            }
        })
    }
}

/// What a unit of work is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task<'a> {
    /// Whose rows it touches.
    pub(crate) account: &'a AccountId,
    /// What it is called in logs.
    pub(crate) label: &'static str,
    /// Whether a client waits for it.
    pub(crate) class: Class,
}

impl<'a> Task<'a> {
    /// A unit that a client waits for.
    pub(crate) fn request(account: &'a AccountId, label: &'static str) -> Task<'a> {
        Task { account, label, class: Class::Request }
    }

    /// A unit of a worker.
    pub(crate) fn worker(account: &'a AccountId, label: &'static str) -> Task<'a> {
        Task { account, label, class: Class::Worker }
    }
}
