//! The simulated engine: SQLite in memory, inline on the current task, with faults drawn by the simulator.
//!
//! No thread, no clock but tokio's, no order that depends on hashing: the same seed gives the same run.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::sleep;

use crate::Committed;
use crate::error::{OpenError, StoreError};
use crate::group::plan::Plan;
use crate::group::settle::Settled;
use crate::group::{BatchId, Fault};
use crate::sqlite::texts::{Texts, rewritten};
use crate::sqlite::{BATCHES_NOTED_MAX, read_error, work, write_fault};
use crate::stats::{Counters, count};
use crate::unit::Note;
use crate::value::Value;

/// Prepared statements that are kept: all there are, because reads and writes share one connection.
const STATEMENTS_KEPT: usize = 1_024;
/// How long the writer lets snapshots end before it writes under them: their life of 5 s and a little.
const SNAPSHOT_PATIENCE_STEPS: u32 = 5_100;
const SNAPSHOT_PATIENCE_STEP: Duration = Duration::from_millis(1);

/// What a simulated disk does to its writer. Drawn from the simulation's entropy, so that a seed repeats it.
pub trait Chaos: Send + Sync {
    /// How many units the next batch may have; at least 1.
    fn batch_max(&self) -> usize;
    /// How long the next commit takes, on tokio's clock.
    fn commit_delay(&self) -> Duration;
    /// What befalls the next commit.
    fn commit_fault(&self) -> CommitFault;
}

/// What may befall a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitFault {
    /// It succeeds and says so.
    None,
    /// It succeeds, but the answer is lost.
    UnknownButCommitted,
    /// It is lost, and so is the answer.
    UnknownAndLost,
    /// It is lost, and the writer knows: the connection was gone before it was sent.
    Refused,
}

/// Who is told, in the order of commits, what durable units noted; also of a commit whose answer is lost.
pub trait Observer: Send + Sync {
    /// A unit of this account is durable. Nothing else has run since, so rows and notes can be compared.
    fn committed(&self, account: &str, committed: &Committed, notes: &[Note]);
}

/// A disk that lives as long as the simulation: a killed process is opened again on the same disk, and two processes
/// may have it open at once.
#[derive(Clone)]
pub struct SimulatedDisk {
    conn: Arc<Mutex<Option<Connection>>>,
    chaos: Arc<dyn Chaos>,
    observer: Option<Arc<dyn Observer>>,
    open_snapshots: Arc<AtomicU32>,
}

impl fmt::Debug for SimulatedDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SimulatedDisk")
    }
}

impl SimulatedDisk {
    /// An empty disk.
    pub fn new(chaos: Arc<dyn Chaos>) -> SimulatedDisk {
        let open_snapshots = Arc::new(AtomicU32::new(0));
        SimulatedDisk { conn: Arc::new(Mutex::new(None)), chaos, observer: None, open_snapshots }
    }

    /// The same disk, with somebody who is told of every commit.
    #[must_use]
    pub fn observed(self, observer: Arc<dyn Observer>) -> SimulatedDisk {
        SimulatedDisk { observer: Some(observer), ..self }
    }

    /// The same disk as another process sees it, with troubles of its own.
    #[must_use]
    pub fn seen_by(&self, chaos: Arc<dyn Chaos>) -> SimulatedDisk {
        SimulatedDisk { chaos, ..self.clone() }
    }

    pub(crate) fn is_observed(&self) -> bool {
        self.observer.is_some()
    }

    /// Spins the disk up for a process.
    pub(crate) fn mount(&self) -> Result<(), OpenError> {
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        if conn.is_none() {
            let opened = Connection::open_in_memory();
            let opened = opened.map_err(|error| OpenError::because("cannot open a database in memory", error))?;
            opened.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
            *conn = Some(opened);
        }
        Ok(())
    }

    /// Runs `body` on the disk's only connection.
    pub(crate) fn with<T>(&self, body: impl FnOnce(&mut Connection) -> T) -> T {
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        body(conn.as_mut().expect("a disk is mounted before it is used"))
    }

    /// Holds the writer off until the answer is dropped, so that several reads agree.
    pub(crate) fn hold(&self) -> Hold {
        self.open_snapshots.fetch_add(1, Ordering::Relaxed);
        Hold(Arc::clone(&self.open_snapshots))
    }
}

/// An open snapshot. With one connection a snapshot is not isolated by the engine; the writer waits for it instead.
#[derive(Debug)]
pub(crate) struct Hold(Arc<AtomicU32>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The writer of a simulated disk.
#[derive(Debug)]
pub(crate) struct SimulatedWriter {
    disk: SimulatedDisk,
    texts: Arc<Texts>,
    counters: Arc<Counters>,
    noted: Vec<BatchId>,
}

impl SimulatedWriter {
    pub(crate) fn new(disk: SimulatedDisk, texts: Arc<Texts>, counters: Arc<Counters>) -> SimulatedWriter {
        SimulatedWriter { disk, texts, counters, noted: Vec::new() }
    }

    pub(crate) fn batch_max(&self) -> usize {
        self.disk.chaos.batch_max()
    }

    pub(crate) async fn verify(&mut self, plan: &mut Plan<'_>) -> Result<(), Fault> {
        sleep(self.disk.chaos.commit_delay()).await;
        self.fill(plan)
    }

    /// Reads what the plan asks for. There is no other writer, so the transaction itself can wait for
    /// [`SimulatedWriter::apply`].
    pub(crate) async fn arbitrate(&mut self, plan: &mut Plan<'_>) -> Result<(), Fault> {
        // Half of the delay before the commit and half before its answer: a kill may fall into either.
        sleep(self.disk.chaos.commit_delay() / 2).await;
        for _ in 0..SNAPSHOT_PATIENCE_STEPS {
            if self.disk.open_snapshots.load(Ordering::Relaxed) == 0 {
                break;
            }
            sleep(SNAPSHOT_PATIENCE_STEP).await;
        }
        self.fill(plan)
    }

    fn fill(&self, plan: &mut Plan<'_>) -> Result<(), Fault> {
        let statements = self.disk.with(|conn| work::fill(conn, &self.texts, plan)).map_err(write_fault)?;
        count(&self.counters.statements, statements);
        Ok(())
    }

    pub(crate) async fn apply(&mut self, plan: &Plan<'_>, settled: &Settled<'_>, batch: &BatchId) -> Result<(), Fault> {
        let fault = self.disk.chaos.commit_fault();
        if fault == CommitFault::Refused {
            return Err(Fault::Unavailable(Arc::new(std::io::Error::other("simulated: the connection is gone"))));
        }
        let forget = if self.noted.len() >= BATCHES_NOTED_MAX { std::mem::take(&mut self.noted) } else { Vec::new() };
        let written = self.disk.with(|conn| {
            let transaction = conn.transaction()?;
            let statements = work::write(&transaction, &self.texts, plan, settled, batch)?;
            work::forget_batches(&transaction, &forget)?;
            if fault != CommitFault::UnknownAndLost {
                transaction.commit()?;
            }
            Ok(statements)
        });
        let statements = match written {
            Ok(statements) => statements,
            Err(error) => {
                self.noted.extend(forget);
                return Err(write_fault(error));
            }
        };
        count(&self.counters.statements, statements);
        if fault != CommitFault::UnknownAndLost {
            self.tell(settled, batch);
        }
        sleep(self.disk.chaos.commit_delay() / 2).await;
        match fault {
            CommitFault::None | CommitFault::Refused => {
                self.noted.push(batch.clone());
                Ok(())
            }
            CommitFault::UnknownButCommitted | CommitFault::UnknownAndLost => {
                Err(Fault::Unknown(Arc::new(std::io::Error::other("simulated: the answer to the commit was lost"))))
            }
        }
    }

    fn tell(&self, settled: &Settled<'_>, batch: &BatchId) {
        let Some(observer) = &self.disk.observer else { return };
        for (unit, place) in &settled.witnessed {
            let Some(Ok(numbers)) = settled.verdicts.get(*place) else { continue };
            observer.committed(&unit.account, &Committed::new(numbers.clone(), batch.first_version), &unit.notes);
        }
    }

    /// Nothing to give up: the transaction opens in [`SimulatedWriter::apply`].
    pub(crate) fn abandon(&mut self) {
        debug_assert!(self.disk.with(|conn| conn.is_autocommit()), "no transaction outlives its call");
    }

    pub(crate) fn resolve(&mut self, batch: &BatchId) -> Result<bool, Fault> {
        self.noted.clear();
        self.disk.with(|conn| work::has_committed(conn, batch)).map_err(write_fault)
    }

    pub(crate) fn maintain(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, Fault> {
        self.disk.with(|conn| work::execute(conn, rewritten(sql), params)).map_err(write_fault)
    }
}

/// Reads from the disk outside of the writer.
pub(crate) fn read<T>(
    disk: &SimulatedDisk,
    label: &'static str,
    body: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
) -> Result<T, StoreError> {
    disk.with(|conn| body(conn)).map_err(|error| read_error(label, error))
}
