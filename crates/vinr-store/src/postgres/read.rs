//! Reading from PostgreSQL: single statements over shared connections, snapshots each over one of its own.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::Error;

use crate::error::{OpenError, StoreError};
use crate::postgres::connect::{
    ConnectError, Connection, Params, READER, Rows, Server, Trouble, connect_error, fly, in_time, read_error, row,
    trouble,
};
use crate::postgres::encode::Bound;
use crate::postgres::texts::Texts;
use crate::row::Row;
use crate::stats::{Counters, count};
use crate::table::Table;
use crate::value::Value;

/// One connection carries many single statements at once, so a few serve everybody.
const SHARED_MAX: usize = 4;

/// The connections that read.
#[derive(Debug)]
pub(crate) struct PostgresReaders {
    pub(crate) server: Arc<Server>,
    pub(crate) texts: Arc<Texts>,
    counters: Arc<Counters>,
    shared: Vec<tokio::sync::Mutex<Option<Arc<Connection>>>>,
    next: AtomicUsize,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Arc<Connection>>>,
}

/// A snapshot's connection. It goes back to the pool when it is dropped, unless a statement on it was left unanswered:
/// the next reader would wait behind that one, on a server that hangs in vain.
#[derive(Debug)]
pub(crate) struct PostgresSnapshot {
    pool: Arc<PostgresReaders>,
    conn: Mutex<Arc<Connection>>,
    begun: AtomicBool,
    unanswered: AtomicUsize,
    _permit: OwnedSemaphorePermit,
}

impl PostgresReaders {
    /// Connects once to see that the server is there, and makes the schema if it is missing.
    pub(crate) async fn open(
        url: &str,
        schema: &str,
        readers: usize,
        counters: Arc<Counters>,
    ) -> Result<Arc<PostgresReaders>, OpenError> {
        let server = Arc::new(Server::new(url, schema)?);
        let readers = readers.clamp(1, 1_024);
        let pool = PostgresReaders {
            server,
            texts: Arc::new(Texts::default()),
            counters,
            shared: (0..readers.div_ceil(4).min(SHARED_MAX)).map(|_| tokio::sync::Mutex::default()).collect(),
            next: AtomicUsize::new(0),
            permits: Arc::new(Semaphore::new(readers)),
            idle: Mutex::new(Vec::new()),
        };
        pool.server.create_schema().await?;
        Ok(Arc::new(pool))
    }

    /// Runs one statement.
    pub(crate) async fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.read(sql, sql, || bind(params)).await
    }

    /// Reads one row of a table: its columns, then its version if it has one.
    pub(crate) async fn fetch(&self, table: &'static Table, key: (&str, &str)) -> Result<Option<Row>, StoreError> {
        let texts = self.texts.of(table);
        let rows = self.read(table.name, &texts.load, || bind_key(key)).await?;
        Ok(rows.into_iter().next())
    }

    async fn read<'a>(
        &self,
        label: &'static str,
        sql: &str,
        params: impl Fn() -> Params<'a>,
    ) -> Result<Vec<Row>, StoreError> {
        let slot = &self.shared[self.next.fetch_add(1, Ordering::Relaxed) % self.shared.len()];
        let mut retried = false;
        loop {
            let conn = self.shared_connection(slot).await.map_err(|error| connect_error(label, error))?;
            count(&self.counters.round_trips, 1);
            let answer = async {
                let statement = conn.prepare(sql).await?;
                conn.query(statement, params()).await
            };
            match in_time(label, answer).await {
                Ok(Ok(rows)) => return rows.iter().map(|found| row(label, found)).collect(),
                Ok(Err(error)) if !retried && is_worth_retrying(&error) => {}
                Ok(Err(error)) => return Err(read_error(label, error)),
                Err(late) => {
                    forget(slot, &conn).await;
                    return Err(late);
                }
            }
            // The server may have been restarted since: a read can simply be asked again on a new connection.
            retried = true;
            forget(slot, &conn).await;
        }
    }

    async fn shared_connection(
        &self,
        slot: &tokio::sync::Mutex<Option<Arc<Connection>>>,
    ) -> Result<Arc<Connection>, ConnectError> {
        let mut held = slot.lock().await;
        match &*held {
            Some(conn) if !conn.client.is_closed() => Ok(Arc::clone(conn)),
            _ => {
                let conn = Arc::new(self.server.connect(READER).await?);
                *held = Some(Arc::clone(&conn));
                Ok(conn)
            }
        }
    }

    /// Takes a connection for a snapshot. The transaction begins with the first read.
    pub(crate) async fn snapshot(self: &Arc<Self>, label: &'static str) -> Result<PostgresSnapshot, StoreError> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.expect("the pool's permits are never closed");
        let idle = {
            let mut idle = self.idle();
            idle.retain(|conn| !conn.client.is_closed());
            idle.pop()
        };
        let conn = match idle {
            Some(conn) => conn,
            None => self.connect_reader(label).await?,
        };
        let (conn, begun, unanswered) = (Mutex::new(conn), AtomicBool::new(false), AtomicUsize::new(0));
        Ok(PostgresSnapshot { pool: Arc::clone(self), conn, begun, unanswered, _permit: permit })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Arc<Connection>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn connect_reader(&self, label: &'static str) -> Result<Arc<Connection>, StoreError> {
        Ok(Arc::new(self.server.connect(READER).await.map_err(|error| connect_error(label, error))?))
    }
}

fn is_worth_retrying(error: &Error) -> bool {
    matches!(trouble(error), Trouble::Connection | Trouble::Outdated)
}

async fn forget(slot: &tokio::sync::Mutex<Option<Arc<Connection>>>, broken: &Arc<Connection>) {
    let mut held = slot.lock().await;
    if held.as_ref().is_some_and(|conn| Arc::ptr_eq(conn, broken)) {
        *held = None;
    }
}

fn bind(params: &[Value]) -> Params<'_> {
    params.iter().map(|param| Box::new(Bound(param)) as _).collect()
}

fn bind_key<'a>((account, id): (&'a str, &'a str)) -> Params<'a> {
    vec![Box::new(account), Box::new(id)]
}

impl PostgresSnapshot {
    pub(crate) async fn query(
        &self,
        label: &'static str,
        sql: &'static str,
        params: &[Value],
    ) -> Result<Vec<Row>, StoreError> {
        let rows = self.read(label, sql, || bind(params)).await?;
        rows.iter().map(|found| row(sql, found)).collect()
    }

    pub(crate) async fn fetch(
        &self,
        label: &'static str,
        table: &'static Table,
        key: (&str, &str),
    ) -> Result<Option<Row>, StoreError> {
        let texts = self.pool.texts.of(table);
        let rows = self.read(label, &texts.load, || bind_key(key)).await?;
        rows.first().map(|found| row(table.name, found)).transpose()
    }

    async fn read<'a>(
        &self,
        label: &'static str,
        sql: &str,
        params: impl Fn() -> Params<'a>,
    ) -> Result<Rows, StoreError> {
        let conn = self.connection();
        let first = !self.begun.load(Ordering::Relaxed);
        let answer = self.read_in_time(label, &conn, sql, params()).await?;
        match answer {
            // Nothing was read yet, so a new connection may begin instead.
            Err(error) if first && is_worth_retrying(&error) => {
                let conn = self.pool.connect_reader(label).await?;
                *self.conn.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&conn);
                self.begun.store(false, Ordering::Relaxed);
                let answer = self.read_in_time(label, &conn, sql, params()).await?;
                answer.map_err(|error| read_error(label, error))
            }
            answer => answer.map_err(|error| read_error(label, error)),
        }
    }

    async fn read_in_time(
        &self,
        label: &'static str,
        conn: &Connection,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Result<Rows, Error>, StoreError> {
        // Stays counted when it is late, and when the reader goes away meanwhile.
        self.unanswered.fetch_add(1, Ordering::Relaxed);
        let answer = in_time(label, self.read_on(conn, sql, params)).await;
        if answer.is_ok() {
            self.unanswered.fetch_sub(1, Ordering::Relaxed);
        } else {
            // Those that are idle hang on the same server.
            self.pool.idle().clear();
        }
        answer
    }

    /// Reads, and begins the transaction in the same flight if this is its first statement.
    async fn read_on(&self, conn: &Connection, sql: &str, params: Params<'_>) -> Result<Rows, Error> {
        let statement = conn.prepare(sql).await?;
        count(&self.pool.counters.round_trips, 1);
        let mut flight = Vec::with_capacity(2);
        if !self.begun.swap(true, Ordering::Relaxed) {
            flight.push(conn.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
        }
        flight.push(conn.query(statement, params));
        let mut rows = Rows::new();
        for answer in fly(flight).await {
            // A missing answer means that the one before it failed.
            rows = answer.unwrap_or_else(|| Ok(Rows::new()))?;
        }
        Ok(rows)
    }

    fn connection(&self) -> Arc<Connection> {
        Arc::clone(&self.conn.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for PostgresSnapshot {
    fn drop(&mut self) {
        if *self.unanswered.get_mut() > 0 {
            return;
        }
        let conn = self.connection();
        if *self.begun.get_mut() {
            // Sent by the first poll; the answer matters to nobody, and the next reader's statements queue behind it.
            let _ = conn.client.batch_execute("ROLLBACK").now_or_never();
        }
        if !conn.client.is_closed() {
            self.pool.idle().push(conn);
        }
    }
}
