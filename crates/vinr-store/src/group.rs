//! The writer: whatever units of work are waiting become one transaction and one flush of the log.
//!
//! One task a process, the same on every engine; only what [`Writer`] does differs. A batch is gathered into a plan,
//! arbitrated by the database, settled in memory and applied (store.md, "How a batch commits"). Never a timer: a unit
//! that is alone commits at once.

pub(crate) mod plan;
pub(crate) mod queue;
pub(crate) mod settle;

use std::error::Error;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use crate::error::{CommitError, StoreError, StoreErrorKind};
use crate::group::plan::Plan;
use crate::group::queue::{Maintenance, Pending, Queue, Work};
use crate::group::settle::{Settled, settle};
use crate::postgres::PostgresWriter;
use crate::simulated::SimulatedWriter;
use crate::sqlite::SqliteWriter;
use crate::stats::{Counters, count};
use crate::unit::Unit;
use crate::value::Value;
use crate::{Committed, Entropy};

/// How often a batch that lost to another process is tried again as a whole.
const REPEATS_MAX: u32 = 3;
/// How long the writer waits between two attempts to learn the outcome of a commit.
const RESOLVE_PAUSE_MAX: Duration = Duration::from_secs(1);
/// How many attempts of that kind are made once the database is being closed.
const RESOLVE_TRIES_CLOSING: u32 = 5;

/// Why a batch did not commit as a whole.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It lost to another process: deadlock, lock time-out. Nothing was written.
    Repeat(Source),
    /// A key exists already: another process was faster, or a fresh id was not fresh. Nothing was written.
    Duplicate(Source),
    /// The database cannot be reached. Nothing was written.
    Unavailable(Source),
    /// The commit was sent and no answer came.
    Unknown(Source),
    /// Anything else: some unit of the batch is at fault. Nothing was written.
    Failed(Source),
}

pub(crate) type Source = Arc<dyn Error + Send + Sync>;

/// The engines, as the writer sees them. An enum, because there are three and the batch is not the place for virtual
/// calls.
#[derive(Debug)]
pub(crate) enum Writer {
    Sqlite(SqliteWriter),
    Postgres(Box<PostgresWriter>),
    Simulated(SimulatedWriter),
}

impl Writer {
    fn batch_max(&self) -> usize {
        match self {
            Writer::Sqlite(_) | Writer::Postgres(_) => usize::MAX,
            Writer::Simulated(writer) => writer.batch_max(),
        }
    }

    /// Answers a plan that changes nothing, from one moment.
    async fn verify(&mut self, plan: &mut Plan<'_>) -> Result<(), Fault> {
        match self {
            Writer::Sqlite(writer) => writer.verify(plan),
            Writer::Postgres(writer) => writer.verify(plan).await,
            Writer::Simulated(writer) => writer.verify(plan).await,
        }
    }

    /// Opens a transaction, locks what the plan will change and fills it in.
    async fn arbitrate(&mut self, plan: &mut Plan<'_>) -> Result<(), Fault> {
        match self {
            Writer::Sqlite(writer) => writer.arbitrate(plan),
            Writer::Postgres(writer) => writer.arbitrate(plan).await,
            Writer::Simulated(writer) => writer.arbitrate(plan).await,
        }
    }

    /// Writes what was settled, and commits. After an error other than [`Fault::Unknown`] nothing was written.
    async fn apply(&mut self, plan: &Plan<'_>, settled: &Settled<'_>, batch: &BatchId) -> Result<(), Fault> {
        match self {
            Writer::Sqlite(writer) => writer.apply(plan, settled, batch),
            Writer::Postgres(writer) => writer.apply(plan, settled, batch).await,
            Writer::Simulated(writer) => writer.apply(plan, settled, batch).await,
        }
    }

    /// Gives up the transaction of [`Writer::arbitrate`].
    async fn abandon(&mut self) {
        match self {
            Writer::Sqlite(writer) => writer.abandon(),
            Writer::Postgres(writer) => writer.abandon().await,
            Writer::Simulated(writer) => writer.abandon(),
        }
    }

    /// Finds out whether a batch committed, and if it did not, sees to it that it never will.
    async fn resolve(&mut self, batch: &BatchId) -> Result<bool, Fault> {
        match self {
            Writer::Sqlite(writer) => writer.resolve(batch).await,
            Writer::Postgres(writer) => writer.resolve(batch).await,
            Writer::Simulated(writer) => writer.resolve(batch),
        }
    }

    async fn maintain(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, Fault> {
        match self {
            Writer::Sqlite(writer) => writer.maintain(sql, params),
            Writer::Postgres(writer) => writer.maintain(sql, params).await,
            Writer::Simulated(writer) => writer.maintain(sql, params),
        }
    }

    async fn close(self) {
        match self {
            Writer::Sqlite(writer) => writer.close(),
            Writer::Postgres(writer) => writer.close().await,
            Writer::Simulated(_) => {}
        }
    }
}

/// The key of a batch's own row in `commits`, which tells afterwards whether the batch is there.
#[derive(Clone, Debug)]
pub(crate) struct BatchId {
    /// The account of one of its units, so that the row lies on the same node of a distributed database.
    pub(crate) account: Arc<str>,
    pub(crate) id: String,
    /// The version of the batch's new rows. It is random, so that a row that is removed and made anew does not come
    /// back with a version that somebody still remembers.
    pub(crate) first_version: i64,
}

/// First versions stay below this, so that they have room to grow and fit where numbers are doubles.
const FIRST_VERSION_BITS: u32 = 52;

impl BatchId {
    fn draw(account: &Arc<str>, entropy: &EntropySource) -> BatchId {
        let bits = entropy.draw();
        let first_version = i64::try_from(bits >> (u128::BITS - FIRST_VERSION_BITS)).expect("52 bits fit in 63");
        BatchId { account: Arc::clone(account), id: format!("{bits:032x}"), first_version }
    }
}

/// The writer with what it needs around it.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) writer: Writer,
    pub(crate) queue: Arc<Queue>,
    pub(crate) counters: Arc<Counters>,
    pub(crate) entropy: EntropySource,
}

/// [`Entropy`] with a `Debug` that says nothing.
#[derive(Clone)]
pub(crate) struct EntropySource(pub(crate) Entropy);

impl std::fmt::Debug for EntropySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Entropy")
    }
}

impl EntropySource {
    pub(crate) fn draw(&self) -> u128 {
        (self.0)()
    }

    /// A pause with jitter, so that two processes that met once do not meet again at once.
    fn pause(&self, base: Duration) -> Duration {
        let part = u32::try_from(self.draw() % 1_000).expect("below 1,000");
        base + base * part / 1_000
    }
}

/// Answers whoever waits when the writer ends, also when it ends by a failed assertion.
struct End(Arc<Queue>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.end();
    }
}

type Verdict = Result<Committed, CommitError>;

impl Group {
    /// Works until the queue is closed and empty.
    pub(crate) async fn run(mut self) {
        let _end = End(Arc::clone(&self.queue));
        while let Some(work) = self.queue.next(self.writer.batch_max()).await {
            match work {
                Work::Batch(batch) => self.commit(batch).await,
                Work::Maintenance(Maintenance { sql, params, reply }) => {
                    let done = self.writer.maintain(sql, &params).await;
                    // Nobody may be waiting for the answer any more.
                    let _ = reply.send(done.map_err(|fault| fault.to_store_error("maintenance")));
                }
            }
        }
        self.writer.close().await;
    }

    async fn commit(&mut self, batch: Vec<Pending>) {
        let (units, replies): (Vec<Unit>, Vec<_>) =
            batch.into_iter().map(|pending| (pending.unit, pending.reply)).unzip();
        let verdicts = self.decide(&units).await;
        // Counted before anybody is answered: whoever has an answer finds itself in the counters.
        let committed = verdicts.iter().filter(|verdict| verdict.is_ok()).count();
        let stale = verdicts.iter().filter(|verdict| matches!(verdict, Err(CommitError::Stale(_)))).count();
        count(&self.counters.units, committed as u64);
        count(&self.counters.stale, stale as u64);
        for (reply, verdict) in replies.into_iter().zip(verdicts) {
            // A caller that has gone does not change what was committed.
            let _ = reply.send(verdict);
        }
    }

    /// Commits `units`, in parts if need be, and answers what became of each.
    async fn decide(&mut self, units: &[Unit]) -> Vec<Verdict> {
        let mut verdicts: Vec<Option<Verdict>> = units.iter().map(|_| None).collect();
        // Parts still to be committed, the next one last.
        let mut parts: Vec<Range<usize>> = Vec::new();
        parts.push(0..units.len());
        while let Some(part) = parts.pop() {
            let refs: Vec<&Unit> = units[part.clone()].iter().collect();
            match self.attempt_repeatedly(&refs).await {
                Ok(answers) => {
                    for (place, answer) in verdicts[part].iter_mut().zip(answers) {
                        *place = Some(answer);
                    }
                }
                Err(fault @ (Fault::Failed(_) | Fault::Repeat(_) | Fault::Duplicate(_))) if part.len() > 1 => {
                    count(&self.counters.repeats, 1);
                    tracing::debug!(units = part.len(), cause = %fault.source(), "batch split");
                    split(&fault, part, &mut parts);
                }
                Err(fault) => {
                    if let (Fault::Failed(cause) | Fault::Duplicate(cause), [unit]) = (&fault, refs.as_slice()) {
                        tracing::error!(label = unit.label, %cause, "unit of work failed in a way nobody foresaw");
                    }
                    for (place, unit) in verdicts[part].iter_mut().zip(refs) {
                        *place = Some(Err(CommitError::Store(fault.to_store_error(unit.label))));
                    }
                }
            }
        }
        verdicts.into_iter().map(|verdict| verdict.expect("every part was committed or answered")).collect()
    }

    /// Tries a batch as a whole, again if it lost to another process or was proved not to have committed.
    async fn attempt_repeatedly(&mut self, units: &[&Unit]) -> Result<Vec<Verdict>, Fault> {
        let mut repeats = 0;
        loop {
            let fault = match self.attempt(units).await {
                Err(fault @ (Fault::Repeat(_) | Fault::Duplicate(_) | Fault::Unavailable(_))) => fault,
                other => return other,
            };
            repeats += 1;
            // A server that is not there twice is reported, so that callers do not wait for it in a queue.
            if repeats > REPEATS_MAX || (repeats > 1 && matches!(fault, Fault::Unavailable(_))) {
                return Err(fault);
            }
            count(&self.counters.repeats, 1);
            sleep(self.entropy.pause(Duration::from_millis(5) * repeats)).await;
        }
    }

    async fn attempt(&mut self, units: &[&Unit]) -> Result<Vec<Verdict>, Fault> {
        let mut plan = Plan::gather(units);
        if !plan.has_writes {
            self.writer.verify(&mut plan).await?;
            count(&self.counters.batches, 1);
            return Ok(settle(units, &mut plan).verdicts(0));
        }
        self.writer.arbitrate(&mut plan).await?;
        let settled = settle(units, &mut plan);
        let Some(account) = &settled.account else {
            self.writer.abandon().await;
            return Ok(settled.verdicts(0));
        };
        let batch = BatchId::draw(account, &self.entropy);
        match self.writer.apply(&plan, &settled, &batch).await {
            Ok(()) => {}
            Err(Fault::Unknown(source)) => {
                count(&self.counters.unknown, 1);
                if !self.find_out(&batch, &source).await? {
                    return Err(Fault::Unavailable(source));
                }
            }
            Err(fault) => return Err(fault),
        }
        count(&self.counters.batches, 1);
        count(&self.counters.fsyncs, 1);
        count(&self.counters.rows, settled.rows());
        Ok(settled.verdicts(batch.first_version))
    }

    /// Learns the outcome of a commit that was sent and not answered. All callers wait: to guess would be to lie.
    async fn find_out(&mut self, batch: &BatchId, cause: &Source) -> Result<bool, Fault> {
        tracing::warn!(%cause, "commit without an answer, finding out");
        let mut pause = Duration::from_millis(10);
        let mut tries_closing = 0;
        loop {
            match self.writer.resolve(batch).await {
                Ok(committed) => return Ok(committed),
                Err(fault) => tracing::warn!(cause = %fault.source(), "outcome of a commit still unknown"),
            }
            if self.queue.is_closed() {
                tries_closing += 1;
                if tries_closing >= RESOLVE_TRIES_CLOSING {
                    return Err(Fault::Unknown(Arc::clone(cause)));
                }
            }
            sleep(self.entropy.pause(pause)).await;
            pause = (pause * 2).min(RESOLVE_PAUSE_MAX);
        }
    }
}

/// Splits a part that failed: in halves to find the unit at fault, in single units if the part only met another
/// process too often.
fn split(fault: &Fault, part: Range<usize>, parts: &mut Vec<Range<usize>>) {
    match fault {
        Fault::Repeat(_) | Fault::Duplicate(_) => parts.extend(part.rev().map(|index| index..index + 1)),
        Fault::Failed(_) | Fault::Unavailable(_) | Fault::Unknown(_) => {
            let middle = part.start + part.len() / 2;
            parts.push(middle..part.end);
            parts.push(part.start..middle);
        }
    }
}

impl Fault {
    pub(crate) fn source(&self) -> &Source {
        match self {
            Fault::Repeat(source)
            | Fault::Duplicate(source)
            | Fault::Unavailable(source)
            | Fault::Unknown(source)
            | Fault::Failed(source) => source,
        }
    }

    pub(crate) fn to_store_error(&self, label: &'static str) -> StoreError {
        let kind = match self {
            Fault::Repeat(_) | Fault::Unavailable(_) => StoreErrorKind::Unavailable,
            Fault::Unknown(_) => StoreErrorKind::Deadline,
            Fault::Failed(_) | Fault::Duplicate(_) => StoreErrorKind::Failed,
        };
        StoreError { kind, label, source: Some(Arc::clone(self.source())) }
    }
}
