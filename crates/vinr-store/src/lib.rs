//! The store: reads are SQL, writes are rows, and whatever is waiting commits together.
//!
//! One API over two engines, SQLite and PostgreSQL, and a third one for the simulator. It knows nothing of payments:
//! a [`Table`] is declared by whoever owns it, a [`UnitOfWork`] reads one snapshot and stages rows, and the writer
//! joins waiting units into one transaction with one flush of the log. A unit that lost a race is refused alone and
//! decides again ([`Db::run`]); its neighbours commit.
//!
//! The store never reads a clock but tokio's, and never draws a random number but from the [`Entropy`] it is given.

mod error;
mod group;
mod migrate;
mod postgres;
mod read;
mod row;
mod run;
mod simulated;
mod sqlite;
mod stats;
mod table;
mod unit;
mod value;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::AbortHandle;

pub use crate::error::{CommitError, Key, OpenError, StoreError, StoreErrorKind};
pub use crate::migrate::Migration;
pub use crate::read::{Read, Snapshot};
pub use crate::row::{Row, RowReader};
pub use crate::simulated::{Chaos, CommitFault, Observer, SimulatedDisk};
pub use crate::stats::Stats;
pub use crate::table::{Column, Kind, Table, Type, Unique};
pub use crate::unit::{Note, UnitOfWork};
pub use crate::value::{Slot, Value};

use crate::group::queue::{Maintenance, Queue};
use crate::group::{EntropySource, Group, Writer};
use crate::postgres::{PostgresReaders, PostgresWriter};
use crate::read::Readers;
use crate::run::Turns;
use crate::simulated::SimulatedWriter;
use crate::sqlite::texts::Texts;
use crate::sqlite::{SqliteReaders, SqliteWriter};
use crate::stats::Counters;
use crate::unit::Unit;

/// Where random bits come from: the ids of batches, and the jitter of pauses.
pub type Entropy = Arc<dyn Fn() -> u128 + Send + Sync>;

/// A unit of work has at most this many rows: a batch of a thousand usage records of as many items has some five thousand
/// (store.md, "How a batch commits").
const UNIT_ROWS_MAX: usize = 6_000;

/// Which database to open.
#[derive(Debug)]
pub enum Config {
    /// The embedded database: one file, created if it is missing.
    Sqlite {
        /// The database file.
        path: PathBuf,
        /// How many reads may run at once.
        readers: usize,
    },
    /// A PostgreSQL server, version 15 or later.
    Postgres {
        /// `postgres://user:password@host:port/database`, with `sslmode=require` for TLS. Of several hosts
        /// (`@host:port,host:port/`) the one that takes writes is used.
        url: String,
        /// The schema that holds the tables; created if it is missing.
        schema: String,
        /// How many snapshots may be open at once.
        readers: usize,
    },
    /// A database in memory under simulated time and faults.
    Simulated(SimulatedDisk),
}

/// Who a unit of work is for. While workers wait, at least a quarter of a batch is theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Somebody waits for the answer.
    Request,
    /// Background work.
    Worker,
}

/// What a commit gave: the numbers that were drawn, and the version of new rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    numbers: Vec<i64>,
    first_version: i64,
}

impl Committed {
    pub(crate) fn new(numbers: Vec<i64>, first_version: i64) -> Committed {
        Committed { numbers, first_version }
    }

    /// The version of the rows that the unit inserted, for [`UnitOfWork::know`].
    pub fn first_version(&self) -> i64 {
        self.first_version
    }

    /// The number that was drawn for `slot`.
    ///
    /// # Panics
    /// If the slot is of another unit, or of another attempt of this one.
    pub fn number(&self, slot: Slot) -> i64 {
        let number = self.numbers.get(slot.0 as usize);
        *number.expect("a slot is read from the commit of its own unit")
    }
}

/// An opened database. Cloning it is cheap; the last clone to go stops the writer.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Db")
    }
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) readers: Readers,
    pub(crate) counters: Arc<Counters>,
    queue: Arc<Queue>,
    turns: Turns,
    /// Answers when the writer has ended.
    ended: Mutex<Option<oneshot::Receiver<()>>>,
    /// Ends a simulated writer at once, as a killed process ends.
    kill: Option<AbortHandle>,
}

impl Inner {
    /// Whether somebody wants the notes of units.
    pub(crate) fn is_observed(&self) -> bool {
        match &self.readers {
            Readers::Sqlite(_) | Readers::Postgres(_) => false,
            Readers::Simulated(disk, _) => disk.is_observed(),
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(kill) = &self.kill {
            kill.abort();
        }
    }
}

impl Db {
    /// Opens a database and starts its writer.
    ///
    /// The writer has a thread of its own; in the simulator it is a task of the current tokio runtime.
    pub async fn open(config: Config, entropy: Entropy) -> Result<Db, OpenError> {
        let counters = Arc::new(Counters::default());
        let queue = Arc::new(Queue::default());
        let (readers, writer) = open_engine(config, &counters).await?;
        let group = Group {
            writer,
            queue: Arc::clone(&queue),
            counters: Arc::clone(&counters),
            entropy: EntropySource(entropy),
        };
        let (done, ended) = oneshot::channel();
        let kill = start_writer(group, done)?;
        let ended = Mutex::new(Some(ended));
        let db = Db { inner: Arc::new(Inner { readers, counters, queue, turns: Turns::default(), ended, kill }) };
        db.create_own_tables().await?;
        Ok(db)
    }

    /// Opens a database if its file or its schema is there; where it is not, nothing is created. One that is there is opened
    /// as by [`Db::open`], with the tables that every database here begins with.
    pub async fn open_existing(config: Config, entropy: Entropy) -> Result<Option<Db>, OpenError> {
        let is_there = match &config {
            Config::Sqlite { path, .. } => path.exists(),
            Config::Postgres { url, schema, .. } => postgres::has_schema(url, schema).await?,
            Config::Simulated(_) => true,
        };
        if is_there { Db::open(config, entropy).await.map(Some) } else { Ok(None) }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.inner.query("SELECT 1", &[]).await.map(drop)
    }

    /// Runs one statement that only reads; it needs no snapshot to agree with itself.
    pub async fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.inner.query(sql, params).await
    }

    /// Reads one row of a table: its columns, without account, id and version.
    pub async fn load(&self, table: &'static Table, account: &str, id: &str) -> Result<Option<Row>, StoreError> {
        self.inner.load(table, account, id).await
    }

    /// Opens a snapshot for several reads that must agree.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Snapshot::open(&self.inner, "snapshot", read::SNAPSHOT_LIFE).await
    }

    /// Opens a snapshot that may be read from for so long. For an operator's work alone: until it is dropped the
    /// database keeps what others change and remove. Each statement still has to be short.
    pub async fn long_snapshot(&self, life: Duration) -> Result<Snapshot, StoreError> {
        Snapshot::open(&self.inner, "long snapshot", life).await
    }

    /// Begins a unit of work. Its snapshot opens at its first read. [`Db::run`] is what most callers want.
    pub fn begin(&self, account: &str, label: &'static str, class: Class) -> UnitOfWork {
        UnitOfWork::new(self.inner(), Unit::new(account, label, class), 0)
    }

    /// Commits a unit of work together with whatever else is waiting.
    pub async fn commit(&self, unit: UnitOfWork) -> Result<Committed, CommitError> {
        self.commit_unit(unit.into_unit()).await
    }

    pub(crate) async fn commit_unit(&self, unit: Unit) -> Result<Committed, CommitError> {
        let label = unit.label;
        let failed = |kind, why: &str| CommitError::Store(StoreError::because(kind, label, why.to_owned()));
        match unit.rows() {
            0 => return Ok(Committed::default()),
            1..=UNIT_ROWS_MAX => {}
            rows => return Err(failed(StoreErrorKind::Failed, &format!("a unit of {rows} rows is too large"))),
        }
        let answer = self.inner.queue.push(unit)?;
        answer.await.unwrap_or_else(|_| Err(failed(StoreErrorKind::Deadline, "the writer has ended")))
    }

    /// Runs a maintenance statement (deleting what is past its retention, say) between two batches, and answers how
    /// many rows it changed. Keep each call small: the writer waits for it.
    pub async fn prune(&self, sql: &'static str, params: &[Value]) -> Result<u64, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.inner.queue.push_maintenance(Maintenance { sql, params: params.to_vec(), reply });
        answer.await.unwrap_or_else(|_| Err(StoreError::new(StoreErrorKind::Unavailable, "maintenance")))
    }

    /// How many units wait for their commit.
    pub fn waiting(&self) -> usize {
        self.inner.queue.waiting()
    }

    /// Whether commits are taken: not once the database was closed, or its writer has ended.
    pub fn is_writing(&self) -> bool {
        !self.inner.queue.is_closed()
    }

    /// Resolves when the writer has ended without having been told to, by a failed assertion that is: nothing is committed
    /// by this process any more.
    pub async fn broken(&self) {
        self.inner.queue.broken().await;
    }

    /// The counters since the database was opened.
    pub fn stats(&self) -> Stats {
        self.inner.counters.read()
    }

    /// Commits what is waiting, takes no more, and ends the writer.
    pub async fn close(self) {
        self.inner.queue.close();
        let ended = self.inner.ended.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(ended) = ended {
            // An error means that the writer has ended already.
            let _ = ended.await;
        }
        if let Readers::Sqlite(pool) = &self.inner.readers {
            // The last connection to go takes the log file with it.
            pool.close_idle();
        }
    }

    pub(crate) fn inner(&self) -> Arc<Inner> {
        Arc::clone(&self.inner)
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }
}

async fn open_engine(config: Config, counters: &Arc<Counters>) -> Result<(Readers, Writer), OpenError> {
    match config {
        Config::Sqlite { path, readers } => {
            let readers = Arc::new(SqliteReaders::new(path.clone(), readers));
            let writer = SqliteWriter::open(path, Arc::clone(&readers), Arc::clone(counters))?;
            Ok((Readers::Sqlite(readers), Writer::Sqlite(writer)))
        }
        Config::Postgres { url, schema, readers } => {
            let readers = PostgresReaders::open(&url, &schema, readers, Arc::clone(counters)).await?;
            let writer = PostgresWriter::new(&readers, Arc::clone(counters));
            Ok((Readers::Postgres(readers), Writer::Postgres(Box::new(writer))))
        }
        Config::Simulated(disk) => {
            disk.mount()?;
            let texts = Arc::new(Texts::default());
            let writer = SimulatedWriter::new(disk.clone(), Arc::clone(&texts), Arc::clone(counters));
            Ok((Readers::Simulated(disk, texts), Writer::Simulated(writer)))
        }
    }
}

/// Starts the writer on a thread of its own, where it and its connection wake each other without a hop and no other
/// task is in its way; in the simulator as a task, because there nothing may run beside the one thread.
#[expect(clippy::disallowed_methods, reason = "the simulated writer is aborted with the database it belongs to")]
fn start_writer(group: Group, done: oneshot::Sender<()>) -> Result<Option<AbortHandle>, OpenError> {
    let simulated = matches!(group.writer, Writer::Simulated(_));
    let work = async move {
        group.run().await;
        // Nobody may be waiting for the end.
        let _ = done.send(());
    };
    if simulated {
        return Ok(Some(tokio::spawn(work).abort_handle()));
    }
    let failed = |error: std::io::Error| OpenError::because("cannot start the writer's thread", error);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let thread = std::thread::Builder::new().name("vinr-writer".into());
    thread.spawn(move || runtime.block_on(work)).map_err(failed)?;
    Ok(None)
}
