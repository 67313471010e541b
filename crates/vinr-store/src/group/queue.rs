//! The queue in front of the writer: bounded, accounts in turn, workers never starved.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, oneshot, watch};

use crate::error::CommitError;
use crate::unit::Unit;
use crate::value::Value;
use crate::{Class, Committed, StoreError};

/// What may be in one batch and what may wait (store.md, "How a batch commits").
const BATCH_UNITS_MAX: usize = 128;
const BATCH_BYTES_MAX: usize = 4 << 20;
const QUEUE_UNITS_MAX: usize = 4_096;
const QUEUE_BYTES_MAX: usize = 64 << 20;
/// Of a batch, one part in this many is kept for workers while any of them wait.
const WORKER_SHARE: usize = 4;

/// The answer to a unit that was queued.
pub(crate) type Reply = oneshot::Sender<Result<Committed, CommitError>>;

/// A unit that waits for its commit.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) unit: Unit,
    pub(crate) reply: Reply,
    arrival: u64,
}

/// A statement that the writer runs between two batches.
#[derive(Debug)]
pub(crate) struct Maintenance {
    pub(crate) sql: &'static str,
    pub(crate) params: Vec<Value>,
    pub(crate) reply: oneshot::Sender<Result<u64, StoreError>>,
}

/// What the writer does next.
#[derive(Debug)]
pub(crate) enum Work {
    Batch(Vec<Pending>),
    Maintenance(Maintenance),
}

#[derive(Debug, Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Notify,
    /// Whether the writer ended without having been told to.
    broken: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct State {
    requests: Lane,
    workers: Lane,
    maintenance: VecDeque<Maintenance>,
    waiting_bytes: usize,
    arrivals: u64,
    closed: bool,
}

/// The waiting units of one class, first in first out for each account, accounts in turn.
#[derive(Debug, Default)]
struct Lane {
    accounts: HashMap<Arc<str>, VecDeque<Pending>>,
    turn: VecDeque<Arc<str>>,
    units: usize,
    /// Emptied queues kept for the next account, so that a steady load allocates none.
    spare: Vec<VecDeque<Pending>>,
}

/// What is left of a batch's limits.
struct Room {
    units: usize,
    bytes: usize,
}

impl Queue {
    /// How many units wait.
    pub(crate) fn waiting(&self) -> usize {
        let state = self.state();
        state.requests.units + state.workers.units
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way, so a poisoned lock still guards a whole state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a unit in the queue, or says that it is full or closed.
    pub(crate) fn push(&self, unit: Unit) -> Result<oneshot::Receiver<Result<Committed, CommitError>>, CommitError> {
        let (reply, answer) = oneshot::channel();
        let mut state = self.state();
        let waiting = state.requests.units + state.workers.units;
        let full = waiting >= QUEUE_UNITS_MAX || state.waiting_bytes + unit.weight_bytes > QUEUE_BYTES_MAX;
        if full || state.closed {
            return Err(CommitError::Overloaded);
        }
        state.waiting_bytes += unit.weight_bytes;
        state.arrivals += 1;
        let arrival = state.arrivals;
        match unit.class {
            Class::Request => state.requests.push(Pending { unit, reply, arrival }),
            Class::Worker => state.workers.push(Pending { unit, reply, arrival }),
        }
        drop(state);
        self.wake.notify_one();
        Ok(answer)
    }

    /// Asks for a maintenance statement.
    pub(crate) fn push_maintenance(&self, maintenance: Maintenance) {
        let mut state = self.state();
        if !state.closed {
            state.maintenance.push_back(maintenance);
            drop(state);
            self.wake.notify_one();
        }
    }

    /// Takes no more work; the writer ends when it has done what is waiting.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.wake.notify_one();
    }

    /// Lets go of everything that waits, so that its callers hear that the writer has ended.
    pub(crate) fn end(&self) {
        let waiting = std::mem::replace(&mut *self.state(), State { closed: true, ..State::default() });
        if !waiting.closed {
            self.broken.send_replace(true);
        }
    }

    /// Resolves when the writer has ended without having been told to.
    pub(crate) async fn broken(&self) {
        // The sender is a part of this: it does not go before.
        let _ = self.broken.subscribe().wait_for(|broken| *broken).await;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// Waits for work: everything that is waiting now, up to the limits of a batch. `None` once closed and empty.
    pub(crate) async fn next(&self, units_max: usize) -> Option<Work> {
        loop {
            {
                let mut state = self.state();
                if let Some(maintenance) = state.maintenance.pop_front() {
                    return Some(Work::Maintenance(maintenance));
                }
                let batch = state.take_batch(units_max.clamp(1, BATCH_UNITS_MAX));
                if !batch.is_empty() {
                    return Some(Work::Batch(batch));
                }
                if state.closed {
                    return None;
                }
            }
            self.wake.notified().await;
        }
    }
}

impl State {
    fn take_batch(&mut self, units_max: usize) -> Vec<Pending> {
        let waiting = self.requests.units + self.workers.units;
        let mut batch = Vec::with_capacity(waiting.min(units_max));
        let mut share = Room { units: units_max.div_ceil(WORKER_SHARE), bytes: BATCH_BYTES_MAX / WORKER_SHARE };
        let untouched = share.units;
        let bytes_before = share.bytes;
        let mut freed = self.workers.take(&mut batch, &mut share);
        let mut room = Room {
            units: units_max - (untouched - share.units),
            bytes: BATCH_BYTES_MAX.saturating_sub(bytes_before - share.bytes),
        };
        freed += self.requests.take(&mut batch, &mut room);
        freed += self.workers.take(&mut batch, &mut room);
        self.waiting_bytes -= freed;
        batch.sort_unstable_by_key(|pending| pending.arrival);
        batch
    }
}

impl Lane {
    fn push(&mut self, pending: Pending) {
        self.units += 1;
        if let Some(queue) = self.accounts.get_mut(&pending.unit.account) {
            queue.push_back(pending);
        } else {
            let account = Arc::clone(&pending.unit.account);
            let mut queue = self.spare.pop().unwrap_or_default();
            queue.push_back(pending);
            self.turn.push_back(Arc::clone(&account));
            self.accounts.insert(account, queue);
        }
    }

    /// Moves units into `batch` while there is room, one of each account in turn, and answers how many bytes that
    /// took off the queue. A unit whose caller has gone is dropped: nothing of it was begun.
    fn take(&mut self, batch: &mut Vec<Pending>, room: &mut Room) -> usize {
        let mut freed = 0;
        while room.units > 0 {
            let Some(account) = self.turn.pop_front() else { break };
            let queue = self.accounts.get_mut(&account).expect("an account in turn has a queue");
            let front = queue.front().expect("a queue in turn is not empty");
            let weight_bytes = front.unit.weight_bytes;
            let gone = front.reply.is_closed();
            // A unit heavier than a whole batch still goes, alone.
            if !gone && weight_bytes > room.bytes && !batch.is_empty() {
                self.turn.push_front(account);
                break;
            }
            let pending = queue.pop_front().expect("looked at just above");
            self.units -= 1;
            freed += weight_bytes;
            if queue.is_empty() {
                let queue = self.accounts.remove(&account).expect("looked up just above");
                self.spare.push(queue);
            } else {
                self.turn.push_back(account);
            }
            if !gone {
                room.units -= 1;
                room.bytes = room.bytes.saturating_sub(weight_bytes);
                batch.push(pending);
            }
        }
        freed
    }
}

#[cfg(test)]
mod tests;
