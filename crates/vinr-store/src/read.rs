//! Reads: single statements, and snapshots in which several reads agree.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{StoreError, StoreErrorKind};
use crate::postgres::{PostgresReaders, PostgresSnapshot};
use crate::row::{Row, take_version};
use crate::simulated::{self, Hold, SimulatedDisk};
use crate::sqlite::texts::{Texts, rewritten};
use crate::sqlite::{Reader, SqliteReaders, read_error, work};
use crate::stats::count;
use crate::table::{Kind, Table};
use crate::value::Value;
use crate::{Db, Inner};

/// How long a snapshot may be read from: it keeps the database from cleaning up behind it.
pub(crate) const SNAPSHOT_LIFE: Duration = Duration::from_secs(5);

/// Where an opened database reads from.
#[derive(Debug)]
pub(crate) enum Readers {
    Sqlite(Arc<SqliteReaders>),
    Postgres(Arc<PostgresReaders>),
    Simulated(SimulatedDisk, Arc<Texts>),
}

/// Several reads that agree: all of them see the database as it was at the first one. Lives at most 5 seconds, if
/// nothing else was agreed.
#[derive(Debug)]
pub struct Snapshot {
    db: Arc<Inner>,
    source: Source,
    label: &'static str,
    ends_at: Instant,
}

#[derive(Debug)]
enum Source {
    Sqlite(Reader, Arc<Texts>),
    Postgres(PostgresSnapshot),
    Simulated { disk: SimulatedDisk, texts: Arc<Texts>, _hold: Hold },
}

/// What can be read from: a [`Db`], each statement for itself, or a [`Snapshot`], whose reads agree. What reads once is
/// written for both; what reads several times takes a snapshot.
pub trait Read: Sync {
    /// Runs a statement that only reads.
    fn query(&self, sql: &'static str, params: &[Value]) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Reads one row of a table: its columns, without account, id and version.
    fn load(
        &self,
        table: &'static Table,
        account: &str,
        id: &str,
    ) -> impl Future<Output = Result<Option<Row>, StoreError>> + Send;
}

impl Read for Db {
    async fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        Db::query(self, sql, params).await
    }

    async fn load(&self, table: &'static Table, account: &str, id: &str) -> Result<Option<Row>, StoreError> {
        Db::load(self, table, account, id).await
    }
}

impl Read for Snapshot {
    async fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        Snapshot::query(self, sql, params).await
    }

    async fn load(&self, table: &'static Table, account: &str, id: &str) -> Result<Option<Row>, StoreError> {
        Snapshot::load(self, table, account, id).await
    }
}

impl Snapshot {
    pub(crate) async fn open(db: &Arc<Inner>, label: &'static str, life: Duration) -> Result<Snapshot, StoreError> {
        let source = match &db.readers {
            Readers::Sqlite(pool) => {
                let mut reader = pool.take().await?;
                reader.begin()?;
                Source::Sqlite(reader, Arc::clone(&pool.texts))
            }
            Readers::Postgres(pool) => Source::Postgres(pool.snapshot(label).await?),
            Readers::Simulated(disk, texts) => {
                Source::Simulated { disk: disk.clone(), texts: Arc::clone(texts), _hold: disk.hold() }
            }
        };
        Ok(Snapshot { db: Arc::clone(db), source, label, ends_at: Instant::now() + life })
    }

    /// Runs a query in the snapshot.
    ///
    /// # Errors
    /// [`StoreErrorKind::Deadline`] once the snapshot is older than it may be.
    pub async fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.check_age()?;
        let counters = &self.db.counters;
        count(&counters.reads, 1);
        count(&counters.statements, 1);
        match &self.source {
            Source::Sqlite(reader, _) => reader
                .with(|conn| work::query(conn, sql, rewritten(sql), params))
                .map_err(|error| read_error(self.label, error)),
            Source::Postgres(snapshot) => snapshot.query(self.label, sql, params).await,
            Source::Simulated { disk, .. } => {
                simulated::read(disk, self.label, |conn| work::query(conn, sql, rewritten(sql), params))
            }
        }
    }

    /// Reads one row of a table: its columns.
    pub async fn load(&self, table: &'static Table, account: &str, id: &str) -> Result<Option<Row>, StoreError> {
        Ok(self.fetch(table, account, id).await?.map(|row| without_version(row, table)))
    }

    /// Reads one row of a table: its columns, then its version if it has one.
    pub(crate) async fn fetch(
        &self,
        table: &'static Table,
        account: &str,
        id: &str,
    ) -> Result<Option<Row>, StoreError> {
        self.check_age()?;
        let counters = &self.db.counters;
        count(&counters.reads, 1);
        count(&counters.statements, 1);
        let key = (account, id);
        match &self.source {
            Source::Sqlite(reader, texts) => reader
                .with(|conn| work::fetch(conn, table.name, &texts.of(table), key))
                .map_err(|error| read_error(self.label, error)),
            Source::Postgres(snapshot) => snapshot.fetch(self.label, table, key).await,
            Source::Simulated { disk, texts, .. } => {
                simulated::read(disk, self.label, |conn| work::fetch(conn, table.name, &texts.of(table), key))
            }
        }
    }

    fn check_age(&self) -> Result<(), StoreError> {
        if Instant::now() > self.ends_at {
            return Err(StoreError::new(StoreErrorKind::Deadline, self.label));
        }
        Ok(())
    }
}

fn without_version(mut row: Row, table: &Table) -> Row {
    if table.kind == Kind::Versioned {
        take_version(&mut row, table);
    }
    row
}

impl Inner {
    /// Runs one statement without a snapshot.
    pub(crate) async fn query(&self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        count(&self.counters.reads, 1);
        count(&self.counters.statements, 1);
        match &self.readers {
            Readers::Sqlite(pool) => pool
                .take()
                .await?
                .with(|conn| work::query(conn, sql, rewritten(sql), params))
                .map_err(|error| read_error(sql, error)),
            Readers::Postgres(pool) => pool.query(sql, params).await,
            Readers::Simulated(disk, _) => {
                simulated::read(disk, sql, |conn| work::query(conn, sql, rewritten(sql), params))
            }
        }
    }

    /// Reads one row without a snapshot.
    pub(crate) async fn load(&self, table: &'static Table, account: &str, id: &str) -> Result<Option<Row>, StoreError> {
        count(&self.counters.reads, 1);
        count(&self.counters.statements, 1);
        let key = (account, id);
        let row = match &self.readers {
            Readers::Sqlite(pool) => {
                let texts = pool.texts.of(table);
                let reader = pool.take().await?;
                reader
                    .with(|conn| work::fetch(conn, table.name, &texts, key))
                    .map_err(|error| read_error(table.name, error))?
            }
            Readers::Postgres(pool) => pool.fetch(table, key).await?,
            Readers::Simulated(disk, texts) => {
                simulated::read(disk, table.name, |conn| work::fetch(conn, table.name, &texts.of(table), key))?
            }
        };
        Ok(row.map(|row| without_version(row, table)))
    }
}
