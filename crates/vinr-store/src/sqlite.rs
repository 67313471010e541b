//! The embedded engine: SQLite in WAL mode, one writer on its own thread, readers inline on the calling task.
//!
//! A read takes microseconds, so a hop to another thread would cost more than it saves. The writer flushes the log
//! once for each batch (`synchronous=FULL`); the log is copied back into the database file by a third thread.

mod checkpoint;
pub(crate) mod texts;
pub(crate) mod work;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{OpenError, StoreError, StoreErrorKind};
use crate::group::plan::Plan;
use crate::group::settle::Settled;
use crate::group::{BatchId, Fault};
use crate::sqlite::checkpoint::Checkpointer;
use crate::sqlite::texts::{Texts, rewritten};
use crate::stats::{Counters, count};
use crate::value::Value;

/// How long a connection waits for another process (`vinr init`, `vinr keys`) to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How many prepared statements a connection keeps: more than the platform has.
const STATEMENTS_KEPT: usize = 512;
/// How many batches are noted in `commits` before the known ones are removed together.
pub(crate) const BATCHES_NOTED_MAX: usize = 64;
/// How long the writer waits for readers to finish before it reopens a broken database.
const READERS_WAIT: Duration = Duration::from_secs(6);

/// The readers' connections, opened when they are first needed.
#[derive(Debug)]
pub(crate) struct SqliteReaders {
    path: PathBuf,
    permits: Arc<Semaphore>,
    readers_max: u32,
    idle: Mutex<Vec<Connection>>,
    pub(crate) texts: Arc<Texts>,
}

/// A connection taken from the pool; it goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Reader {
    /// A `Connection` may move between threads but not be shared; the lock is never contended.
    conn: Mutex<Option<Connection>>,
    pool: Arc<SqliteReaders>,
    _permit: OwnedSemaphorePermit,
    in_transaction: bool,
}

/// Opens a connection with the settings that all of them share.
pub(crate) fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    // A connection is used by one thread at a time, so SQLite need not lock it again.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    conn.pragma_update(None, "journal_mode", "WAL")?;
    conn.pragma_update(None, "synchronous", "FULL")?;
    conn.pragma_update(None, "foreign_keys", "OFF")?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // Pages are shared through the operating system's cache; this is what one connection keeps for itself (16 MiB).
    // No file is mapped: a connection unmaps all of it whenever another has written, which takes longer the more of it was
    // looked at, and the first read after each commit waited for that (0.3 ms with 56 MB). A page is read in a few µs.
    conn.pragma_update(None, "cache_size", -16_384)?;
    Ok(conn)
}

impl SqliteReaders {
    pub(crate) fn new(path: PathBuf, readers: usize) -> SqliteReaders {
        let readers_max = u32::try_from(readers.clamp(1, 1_024)).expect("clamped just now");
        SqliteReaders {
            path,
            permits: Arc::new(Semaphore::new(readers_max as usize)),
            readers_max,
            idle: Mutex::new(Vec::new()),
            texts: Arc::new(Texts::default()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) async fn take(self: &Arc<Self>) -> Result<Reader, StoreError> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.expect("the pool's permits are never closed");
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => connect(&self.path).map_err(|error| read_error("open", error))?,
        };
        let conn = Mutex::new(Some(conn));
        Ok(Reader { conn, pool: Arc::clone(self), _permit: permit, in_transaction: false })
    }

    /// Waits until no reader is at work, and closes all their connections.
    async fn close_all(&self) {
        let all = tokio::time::timeout(READERS_WAIT, self.permits.acquire_many(self.readers_max)).await;
        if all.is_err() {
            tracing::warn!("a reader outlived its snapshot while the database is reopened");
        }
        self.close_idle();
    }

    /// Closes the connections that nobody uses at the moment.
    pub(crate) fn close_idle(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Reader {
    /// Makes everything read from now on come from one moment.
    pub(crate) fn begin(&mut self) -> Result<(), StoreError> {
        self.with(|conn| conn.prepare_cached("BEGIN")?.raw_execute().map(drop))
            .map_err(|error| read_error("snapshot", error))?;
        self.in_transaction = true;
        Ok(())
    }

    /// Runs `read` on the connection.
    pub(crate) fn with<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        let conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        read(conn.as_ref().expect("a reader has its connection until it is dropped"))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let conn = self.conn.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let Some(conn) = conn else { return };
        if self.in_transaction {
            let ended = conn.prepare_cached("ROLLBACK").and_then(|mut statement| statement.raw_execute());
            if ended.is_err() {
                // Closing the connection ends its transaction too.
                return;
            }
        }
        self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
    }
}

/// Sorts an error of a read.
pub(crate) fn read_error(label: &'static str, error: rusqlite::Error) -> StoreError {
    let kind = if is_trouble(&error) { StoreErrorKind::Unavailable } else { StoreErrorKind::Failed };
    StoreError::because(kind, label, error)
}

/// Whether the file or the disk is at fault, not the statement.
fn is_trouble(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::SystemIoFailure
                | ErrorCode::DiskFull
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::OutOfMemory
        )
    )
}

/// Sorts an error of a write before the commit.
pub(crate) fn write_fault(error: rusqlite::Error) -> Fault {
    if is_trouble(&error) { Fault::Unavailable(Arc::new(error)) } else { Fault::Failed(Arc::new(error)) }
}

/// The one connection that writes.
#[derive(Debug)]
pub(crate) struct SqliteWriter {
    conn: Option<Connection>,
    path: PathBuf,
    readers: Arc<SqliteReaders>,
    checkpointer: Checkpointer,
    counters: Arc<Counters>,
    noted: Vec<BatchId>,
}

/// The one connection that writes. Every merchant's newest rows lie on some forty pages of their own, one for each tree, and
/// all that are written again and again are to stay at hand (32 MiB: those of 200 merchants).
fn connect_writer(path: &Path, checkpointer: &Checkpointer) -> Result<Connection, rusqlite::Error> {
    let mut conn = connect(path)?;
    conn.pragma_update(None, "cache_size", -32_768)?;
    checkpointer.watch(&mut conn)?;
    Ok(conn)
}

impl SqliteWriter {
    pub(crate) fn open(
        path: PathBuf,
        readers: Arc<SqliteReaders>,
        counters: Arc<Counters>,
    ) -> Result<SqliteWriter, OpenError> {
        let failed = |error| OpenError::because(format!("cannot open {}", path.display()), error);
        let checkpointer = Checkpointer::start(path.clone())
            .map_err(|error| OpenError::because("cannot start the checkpoint thread", error))?;
        let conn = connect_writer(&path, &checkpointer).map_err(failed)?;
        Ok(SqliteWriter { conn: Some(conn), path, readers, checkpointer, counters, noted: Vec::new() })
    }

    fn conn(&mut self) -> Result<&Connection, Fault> {
        if self.conn.is_none() {
            self.conn = Some(connect_writer(&self.path, &self.checkpointer).map_err(write_fault)?);
        }
        Ok(self.conn.as_ref().expect("opened just above"))
    }

    pub(crate) fn verify(&mut self, plan: &mut Plan<'_>) -> Result<(), Fault> {
        let texts = Arc::clone(&self.readers.texts);
        let conn = self.conn()?;
        let filled = in_transaction(conn, "BEGIN", |conn| work::fill(conn, &texts, plan));
        end(conn, "ROLLBACK").map_err(write_fault)?;
        count(&self.counters.statements, filled? + 2);
        Ok(())
    }

    pub(crate) fn arbitrate(&mut self, plan: &mut Plan<'_>) -> Result<(), Fault> {
        let texts = Arc::clone(&self.readers.texts);
        let filled = in_transaction(self.conn()?, "BEGIN IMMEDIATE", |conn| work::fill(conn, &texts, plan));
        if filled.is_err() {
            self.abandon();
        }
        count(&self.counters.statements, filled? + 1);
        Ok(())
    }

    pub(crate) fn apply(&mut self, plan: &Plan<'_>, settled: &Settled<'_>, batch: &BatchId) -> Result<(), Fault> {
        let texts = Arc::clone(&self.readers.texts);
        let forget = if self.noted.len() >= BATCHES_NOTED_MAX { std::mem::take(&mut self.noted) } else { Vec::new() };
        let conn = self.conn()?;
        let written = work::write(conn, &texts, plan, settled, batch).and_then(|statements| {
            work::forget_batches(conn, &forget)?;
            Ok(statements + 1 + forget.len() as u64)
        });
        let statements = match written {
            Ok(statements) => statements,
            Err(error) => {
                // They are still there; the next batch removes them.
                self.noted.extend(forget);
                self.abandon();
                return Err(write_fault(error));
            }
        };
        if let Err(error) = end(conn, "COMMIT") {
            return Err(Fault::Unknown(Arc::new(error)));
        }
        if let Some(conn) = &self.conn {
            self.checkpointer.finish(conn);
        }
        count(&self.counters.statements, statements);
        self.noted.push(batch.clone());
        Ok(())
    }

    pub(crate) fn abandon(&mut self) {
        let Some(conn) = &self.conn else { return };
        if !conn.is_autocommit() && end(conn, "ROLLBACK").is_err() {
            // Closing the connection ends its transaction too.
            self.conn = None;
        }
    }

    /// After a failed flush nobody knows what the file holds, so every connection is closed and the log recovered
    /// before the question is asked.
    pub(crate) async fn resolve(&mut self, batch: &BatchId) -> Result<bool, Fault> {
        self.conn = None;
        self.checkpointer.pause();
        self.readers.close_all().await;
        self.checkpointer.resume();
        self.noted.clear();
        work::has_committed(self.conn()?, batch).map_err(write_fault)
    }

    pub(crate) fn maintain(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, Fault> {
        work::execute(self.conn()?, rewritten(sql), params).map_err(write_fault)
    }

    pub(crate) fn close(mut self) {
        // Waits for a round under way and closes its connection.
        self.checkpointer.pause();
        if let Some(conn) = self.conn.take() {
            // Best effort: an unfinished checkpoint is finished by the next process that opens the file.
            let _ = work::query(&conn, "checkpoint", "PRAGMA wal_checkpoint(TRUNCATE)", &[]);
        }
    }
}

fn in_transaction<T>(
    conn: &Connection,
    begin: &str,
    body: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>,
) -> Result<T, Fault> {
    conn.prepare_cached(begin).and_then(|mut statement| statement.raw_execute()).map_err(write_fault)?;
    body(conn).map_err(write_fault)
}

fn end(conn: &Connection, how: &str) -> Result<(), rusqlite::Error> {
    conn.prepare_cached(how)?.raw_execute().map(drop)
}
