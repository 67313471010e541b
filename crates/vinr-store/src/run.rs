//! The retry loop around a unit of work, and the queue in which units wait for a hot row.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::error::{CommitError, Key, StoreError, StoreErrorKind};
use crate::unit::{Unit, UnitOfWork};
use crate::{Class, Committed, Db};

/// The queues of the rows that more than one unit wanted, within this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turns {
    /// A key is present while somebody holds it; the senders are those who wait, the longest first.
    waiting: Arc<Mutex<HashMap<Key, VecDeque<oneshot::Sender<Turn>>>>>,
}

/// The right to try a hot row next. It goes to the next in line when it is dropped, also unseen in the post.
#[derive(Debug)]
pub(crate) struct Turn {
    key: Key,
    turns: Turns,
}

impl Turns {
    fn lock(&self) -> MutexGuard<'_, HashMap<Key, VecDeque<oneshot::Sender<Turn>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is this unit's turn at `key`.
    async fn take(&self, key: Key) -> Turn {
        let answer = {
            let mut waiting = self.lock();
            let Some(line) = waiting.get_mut(&key) else {
                waiting.insert(key.clone(), VecDeque::new());
                return Turn { key, turns: self.clone() };
            };
            let (sender, answer) = oneshot::channel();
            line.push_back(sender);
            answer
        };
        answer.await.expect("a turn is handed on before its line is dropped")
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let next = {
            let mut waiting = self.turns.lock();
            let line = waiting.get_mut(&self.key).expect("a held key has a line");
            let mut next = line.pop_front();
            while next.as_ref().is_some_and(oneshot::Sender::is_closed) {
                next = line.pop_front();
            }
            if next.is_none() {
                waiting.remove(&self.key);
            }
            next
        };
        if let Some(next) = next {
            // If the receiver goes away just now, the turn is dropped unsent and moves on by itself.
            let _ = next.send(Turn { key: self.key.clone(), turns: self.turns.clone() });
        }
    }
}

/// One decision of a unit: what it came to, or that it has to be made again.
enum Attempt<T, E> {
    Done(Result<(T, Committed), E>),
    Stale(Key),
    Panicked(Box<dyn std::any::Any + Send>),
}

impl Db {
    /// Decides and commits a unit of work, again as long as it is stale and `deadline` has not passed.
    ///
    /// `decide` may run several times and must have no effect beside the unit. If it refuses (`Err`), nothing is
    /// written, but what it loaded is checked before the refusal is answered: a refusal is a result too. After its
    /// first stale result the unit waits for its turn at that row, so that a hot row serves everybody. An assertion
    /// that fails is decided once more before it counts.
    ///
    /// # Errors
    /// What `decide` refused, or a [`StoreError`]. After [`StoreErrorKind::Deadline`] the unit may still commit, if it
    /// had been handed over already.
    pub async fn run<T, E, F>(
        &self,
        account: &str,
        label: &'static str,
        class: Class,
        deadline: Instant,
        decide: F,
    ) -> Result<(T, Committed), E>
    where
        F: for<'a> Fn(&'a mut UnitOfWork) -> BoxFuture<'a, Result<T, E>>,
        E: From<StoreError>,
    {
        let mut turn: Option<Turn> = None;
        let mut panicked = false;
        let mut attempt = 0;
        loop {
            let unit = UnitOfWork::new(self.inner(), Unit::new(account, label, class), attempt);
            let Ok(result) = timeout_at(deadline, self.attempt(unit, &decide)).await else {
                return Err(StoreError::new(StoreErrorKind::Deadline, label).into());
            };
            match result {
                Attempt::Done(result) => return result,
                Attempt::Panicked(panic) if panicked => resume_unwind(panic),
                Attempt::Panicked(_) => panicked = true,
                Attempt::Stale(key) => {
                    if turn.as_ref().is_none_or(|turn| turn.key != key) {
                        // Never two turns at once: two units would wait for each other.
                        drop(turn.take());
                        let Ok(next) = timeout_at(deadline, self.turns().take(key)).await else {
                            return Err(StoreError::new(StoreErrorKind::Deadline, label).into());
                        };
                        turn = Some(next);
                    }
                }
            }
            attempt += 1;
        }
    }

    async fn attempt<T, E, F>(&self, mut unit: UnitOfWork, decide: &F) -> Attempt<T, E>
    where
        F: for<'a> Fn(&'a mut UnitOfWork) -> BoxFuture<'a, Result<T, E>>,
        E: From<StoreError>,
    {
        let label = unit.label();
        let decided = match AssertUnwindSafe(decide(&mut unit)).catch_unwind().await {
            Ok(decided) => decided,
            Err(panic) => return Attempt::Panicked(panic),
        };
        let mut staged = unit.into_unit();
        if decided.is_err() {
            staged = staged.into_checks();
        }
        let committed = match self.commit_unit(staged).await {
            Ok(committed) => committed,
            Err(CommitError::Stale(key)) => return Attempt::Stale(key),
            Err(error) => return Attempt::Done(Err(error.into_store_error(label).into())),
        };
        Attempt::Done(decided.map(|value| (value, committed)))
    }
}

impl CommitError {
    /// The same failure for a caller who does not decide again.
    fn into_store_error(self, label: &'static str) -> StoreError {
        match self {
            CommitError::Stale(_) => unreachable!("a stale unit is decided again"),
            CommitError::Floor { key, column, have, need } => {
                StoreError::new(StoreErrorKind::Floor { key, column, have, need }, label)
            }
            CommitError::Overloaded => StoreError::new(StoreErrorKind::Overloaded, label),
            CommitError::Store(error) => error,
        }
    }
}
