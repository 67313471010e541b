//! The schema on PostgreSQL: created if it is missing, migrated under a lock.

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Error};

use crate::error::OpenError;
use crate::migrate::{APPLIED, Dialect, Migration, NOTE_APPLIED, OWN_TABLES, cannot_migrate};
use crate::postgres::connect::{MIGRATOR, Server};
use crate::postgres::read::PostgresReaders;

/// `IF NOT EXISTS` looks before it leaps: two processes that create the same thing at once may both find it missing,
/// and then one of them fails. It finds it there the next time.
const CREATE_TRIES: u32 = 5;

impl Server {
    /// Makes the schema if it is missing. Looks first: a role that may not create schemas may still use one.
    pub(crate) async fn create_schema(&self) -> Result<(), OpenError> {
        let conn = self.connect(MIGRATOR).await.map_err(unreachable)?;
        if !self.is_in(&conn.client).await? {
            create(&conn.client, &format!("CREATE SCHEMA IF NOT EXISTS \"{}\"", self.schema)).await?;
        }
        Ok(())
    }

    /// Whether the schema is there.
    pub(crate) async fn has_schema(&self) -> Result<bool, OpenError> {
        let conn = self.connect(MIGRATOR).await.map_err(unreachable)?;
        self.is_in(&conn.client).await
    }

    async fn is_in(&self, client: &Client) -> Result<bool, OpenError> {
        let sql = "SELECT 1 FROM pg_namespace WHERE nspname = $1";
        let found = client.query_opt(sql, &[&self.schema]).await.map_err(unreachable)?;
        Ok(found.is_some())
    }
}

fn unreachable<E>(error: E) -> OpenError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    OpenError::because("cannot reach the PostgreSQL server", error)
}

async fn create(client: &Client, sql: &str) -> Result<(), OpenError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match client.batch_execute(sql).await {
            Ok(()) => return Ok(()),
            Err(error) if tries < CREATE_TRIES && was_faster(&error) => {}
            Err(error) => return Err(cannot_migrate(error)),
        }
    }
}

/// Whether another process created the same thing just now.
fn was_faster(error: &Error) -> bool {
    let known =
        [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_SCHEMA, SqlState::DUPLICATE_OBJECT];
    error.code().is_some_and(|code| known.contains(code))
}

impl PostgresReaders {
    pub(crate) async fn create_own_tables(&self) -> Result<(), OpenError> {
        let conn = self.server.connect(MIGRATOR).await.map_err(cannot_migrate)?;
        create(&conn.client, &Dialect::Postgres.fill(OWN_TABLES)).await
    }

    pub(crate) async fn migrate(&self, migrations: &[Migration]) -> Result<usize, OpenError> {
        let mut conn = self.server.connect(MIGRATOR).await.map_err(cannot_migrate)?;
        let mut applied = 0;
        for migration in migrations {
            applied += usize::from(apply(&mut conn.client, migration).await?);
        }
        Ok(applied)
    }
}

/// Applies one migration unless it is there, and answers whether it did.
async fn apply(client: &mut Client, migration: &Migration) -> Result<bool, OpenError> {
    let failed = |error: Error| migration.failed(error);
    let transaction = client.transaction().await.map_err(failed)?;
    // A second process waits here and then finds the migration done. The lock lets others read and go on working.
    transaction.batch_execute("LOCK TABLE schema_migrations IN EXCLUSIVE MODE").await.map_err(failed)?;
    let rows = transaction.query(APPLIED, &[]).await.map_err(failed)?;
    let applied: Vec<(String, i64)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    if migration.is_among(&applied)? {
        return Ok(false);
    }
    transaction.batch_execute(&Dialect::Postgres.fill(migration.sql)).await.map_err(failed)?;
    transaction.execute(NOTE_APPLIED, &[&migration.name, &migration.fingerprint()]).await.map_err(failed)?;
    transaction.commit().await.map_err(failed)?;
    Ok(true)
}
