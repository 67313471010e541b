//! Migrations: one tree, one dialect with four holes, applied by whichever process comes first.
//!
//! The holes are `{BLOB}` (the type of bytes) and, after a table's closing parenthesis, its storage options: `{TABLE}`,
//! `{BUSY}` for rows that come or change all the time, `{WIDE}` for such rows of more than some 200 bytes. Each
//! migration is one transaction, under a lock that makes a second process wait and then find it done.

use rusqlite::Connection;

use crate::Db;
use crate::error::OpenError;
use crate::read::Readers;
use crate::sqlite;

/// One step of the schema. A step that has been applied anywhere is never edited; a new one is added.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// A unique name, by convention the file's: `0001_foundation`.
    pub name: &'static str,
    /// Its statements, with holes.
    pub sql: &'static str,
}

impl Migration {
    /// The tables that there are after these steps: the name of each, and the text of its columns and keys.
    pub fn tables(steps: &[Migration]) -> impl Iterator<Item = (&'static str, &'static str)> {
        let dropped = |name: &str| {
            let text = format!("DROP TABLE {name};");
            steps.iter().any(|step| step.sql.contains(&text))
        };
        let made = steps.iter().flat_map(|step| step.sql.split("CREATE TABLE ").skip(1));
        let made = made.filter_map(|text| text.split_once(';')).filter_map(|(table, _)| table.split_once(" ("));
        made.filter(move |(name, _)| !dropped(name))
    }
}

/// The store's own tables. `commits` tells whether a batch is there when the answer to its commit was lost: state 1 is
/// written by the batch itself, state 0 by whoever gave it up (store.md, "Unknown outcome").
pub(crate) const OWN_TABLES: &str = "
CREATE TABLE IF NOT EXISTS schema_migrations (
  name TEXT NOT NULL PRIMARY KEY, fingerprint BIGINT NOT NULL
) {TABLE};
CREATE TABLE IF NOT EXISTS commits (
  account TEXT NOT NULL, id TEXT NOT NULL, state BIGINT NOT NULL, PRIMARY KEY (account, id)
) {BUSY};
";

/// The statements around a migration; the fingerprint is the second parameter.
pub(crate) const APPLIED: &str = "SELECT name, fingerprint FROM schema_migrations";
pub(crate) const NOTE_APPLIED: &str = "INSERT INTO schema_migrations (name, fingerprint) VALUES ($1, $2)";

/// The two dialects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// Room for a new version of a row on the same page, and a vacuum after every 10,000 rows, however large the table.
const POSTGRES_BUSY: &str = "WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.0, \
     autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0)";

impl Dialect {
    /// Fills the holes of a migration.
    pub(crate) fn fill(self, sql: &str) -> String {
        let (blob, table, busy, wide) = match self {
            // Without row ids a row lies in the tree of its key: one place to write, as long as it is short. A long
            // one spills into a page of its own there, and tears neighbours apart; wide tables lie in the order in
            // which their rows came, beside an index.
            Dialect::Sqlite => ("BLOB", "STRICT, WITHOUT ROWID", "STRICT, WITHOUT ROWID", "STRICT"),
            Dialect::Postgres => ("BYTEA", "", POSTGRES_BUSY, POSTGRES_BUSY),
        };
        let sql = match self {
            // A STRICT table knows its 64-bit integers by another name only.
            Dialect::Sqlite => sql.replace("BIGINT", "INTEGER"),
            // Texts are ordered by their bytes, as on SQLite, whatever language the server was set up in: pages that
            // begin at an id depend on it.
            Dialect::Postgres => sql.replace(" TEXT", r#" TEXT COLLATE "C""#),
        };
        sql.replace("{BLOB}", blob).replace("{TABLE}", table).replace("{BUSY}", busy).replace("{WIDE}", wide)
    }
}

impl Migration {
    /// FNV-1a of the text: tells an edited migration from the applied one. Not a defence against anybody.
    pub(crate) fn fingerprint(&self) -> i64 {
        let hash = self
            .sql
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        hash.cast_signed()
    }

    /// Whether the migration is among those applied.
    ///
    /// # Errors
    /// If it is there with another text.
    pub(crate) fn is_among(&self, applied: &[(String, i64)]) -> Result<bool, OpenError> {
        match applied.iter().find(|(name, _)| name == self.name) {
            None => Ok(false),
            Some((_, fingerprint)) if *fingerprint == self.fingerprint() => Ok(true),
            Some(_) => Err(OpenError::new(format!("migration {} was edited after it was applied", self.name))),
        }
    }

    pub(crate) fn failed<E>(&self, error: E) -> OpenError
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        OpenError::because(format!("migration {} failed", self.name), error)
    }
}

impl Db {
    /// Applies the migrations that are not applied yet, in their order, and answers how many those were. Two processes
    /// may do this at once.
    pub async fn migrate(&self, migrations: &[Migration]) -> Result<usize, OpenError> {
        match &self.inner().readers {
            Readers::Sqlite(pool) => {
                let mut conn = sqlite::connect(pool.path()).map_err(cannot_migrate)?;
                migrate_sqlite(&mut conn, migrations)
            }
            Readers::Simulated(disk, _) => disk.with(|conn| migrate_sqlite(conn, migrations)),
            Readers::Postgres(pool) => pool.migrate(migrations).await,
        }
    }

    /// How many of the migrations are not applied yet.
    pub async fn pending_migrations(&self, migrations: &[Migration]) -> Result<usize, OpenError> {
        let rows = self.query(APPLIED, &[]).await.map_err(cannot_migrate)?;
        let applied: Vec<(String, i64)> = rows.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect();
        let mut pending = 0;
        for migration in migrations {
            pending += usize::from(!migration.is_among(&applied)?);
        }
        Ok(pending)
    }

    pub(crate) async fn create_own_tables(&self) -> Result<(), OpenError> {
        let create = |conn: &Connection| conn.execute_batch(&Dialect::Sqlite.fill(OWN_TABLES)).map_err(cannot_migrate);
        match &self.inner().readers {
            Readers::Sqlite(pool) => create(&sqlite::connect(pool.path()).map_err(cannot_migrate)?),
            Readers::Simulated(disk, _) => disk.with(|conn| create(conn)),
            Readers::Postgres(pool) => pool.create_own_tables().await,
        }
    }
}

pub(crate) fn cannot_migrate<E>(error: E) -> OpenError
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    OpenError::because("cannot read or change the schema", error)
}

fn migrate_sqlite(conn: &mut Connection, migrations: &[Migration]) -> Result<usize, OpenError> {
    let mut applied = 0;
    for migration in migrations {
        let failed = |error| migration.failed(error);
        // Immediate: a second process waits here and then finds the migration done.
        let transaction = conn.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        if migration.is_among(&applied_in(&transaction).map_err(failed)?)? {
            continue;
        }
        transaction.execute_batch(&Dialect::Sqlite.fill(migration.sql)).map_err(failed)?;
        let noted = (migration.name, migration.fingerprint());
        transaction.execute(sqlite::texts::rewritten(NOTE_APPLIED), noted).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        applied += 1;
    }
    Ok(applied)
}

fn applied_in(conn: &Connection) -> Result<Vec<(String, i64)>, rusqlite::Error> {
    conn.prepare(APPLIED)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
