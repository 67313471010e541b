//! Databases and tables for the tests.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use tokio::time::Instant;
use vinr_store::{
    Class, Column, CommitError, Committed, Config, Db, Entropy, Kind, Migration, OpenError, StoreError, Table, Unique,
    UnitOfWork, Value,
};

pub(crate) static ITEMS: Table = Table {
    name: "items",
    columns: &[Column::int("amount"), Column::text("tag"), Column::text("code"), Column::blob("data")],
    unique: &[
        Unique { name: "items_tag", columns: &["tag"], global: false },
        Unique { name: "items_code", columns: &["code"], global: true },
    ],
    kind: Kind::Versioned,
};

pub(crate) static LABELS: Table = Table {
    name: "labels",
    columns: &[Column::int("amount"), Column::text("owner").fixed(), Column::int("made_at").fixed()],
    unique: &[],
    kind: Kind::Versioned,
};

pub(crate) static ENTRIES: Table = Table {
    name: "entries",
    columns: &[Column::int("sequence"), Column::text("body")],
    unique: &[],
    kind: Kind::AppendOnly,
};

pub(crate) static TALLIES: Table = Table {
    name: "tallies",
    columns: &[Column::int("balance"), Column::int("sequence"), Column::int("guard")],
    unique: &[],
    kind: Kind::Tally,
};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_test",
    sql: "CREATE TABLE items (
            account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
            amount BIGINT NOT NULL, tag TEXT, code TEXT, data {BLOB}, PRIMARY KEY (account, id)
          ) {BUSY};
          CREATE UNIQUE INDEX items_tag ON items (account, tag);
          CREATE UNIQUE INDEX items_code ON items (code);
          CREATE TABLE labels (
            account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
            amount BIGINT NOT NULL, owner TEXT, made_at BIGINT NOT NULL, PRIMARY KEY (account, id)
          ) {BUSY};
          CREATE INDEX labels_owner ON labels (account, owner, id);
          CREATE TABLE entries (
            account TEXT NOT NULL, id TEXT NOT NULL, sequence BIGINT NOT NULL, body TEXT NOT NULL CHECK (body <> 'bad'),
            PRIMARY KEY (account, id)
          ) {TABLE};
          CREATE TABLE tallies (
            account TEXT NOT NULL, id TEXT NOT NULL, balance BIGINT NOT NULL, sequence BIGINT NOT NULL,
            guard BIGINT NOT NULL, PRIMARY KEY (account, id)
          ) {BUSY};",
}];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// A database of its own, empty but migrated.
pub(crate) struct TestDb {
    pub(crate) db: Db,
    pub(crate) engine: Engine,
    place: Place,
}

enum Place {
    Folder(PathBuf),
    Schema(String),
}

static PLACES: AtomicU32 = AtomicU32::new(0);

impl TestDb {
    pub(crate) async fn open(engine: Engine) -> TestDb {
        let name = format!("vinr_store_{}_{}", std::process::id(), PLACES.fetch_add(1, Ordering::Relaxed));
        let place = match engine {
            Engine::Sqlite => {
                let folder = std::env::temp_dir().join(name);
                std::fs::create_dir_all(&folder).expect("the folder for temporary files is writable");
                Place::Folder(folder)
            }
            Engine::Postgres => {
                let since = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("it is later than 1970");
                Place::Schema(format!("{name}_{}", since.as_nanos()))
            }
        };
        let db = Db::open(config(&place, &postgres_url_if(engine)), entropy(1)).await.expect("the database opens");
        db.migrate(MIGRATIONS).await.expect("the migrations apply");
        TestDb { db, engine, place }
    }

    /// The same database opened once more, as by a second process.
    pub(crate) async fn again(&self, seed: u64) -> Db {
        let url = postgres_url_if(self.engine);
        Db::open(config(&self.place, &url), entropy(seed)).await.expect("the database opens again")
    }

    /// The database of this name and more, if there is one.
    pub(crate) async fn existing(&self, more: &str) -> Result<Option<Db>, OpenError> {
        let place = match &self.place {
            Place::Folder(folder) if more.is_empty() => Place::Folder(folder.clone()),
            Place::Folder(folder) => Place::Folder(folder.join(more)),
            Place::Schema(schema) => Place::Schema(format!("{schema}{more}")),
        };
        Db::open_existing(config(&place, &postgres_url_if(self.engine)), entropy(2)).await
    }

    /// A file of an embedded database.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        match &self.place {
            Place::Folder(folder) => folder.join(name),
            Place::Schema(schema) => panic!("the schema {schema} has no files"),
        }
    }

    /// The same PostgreSQL schema through another address.
    pub(crate) async fn through(&self, url: &str, seed: u64) -> Db {
        self.open_through(url, seed).await.expect("the database opens through the proxy")
    }

    /// The same, where it may be refused.
    pub(crate) async fn open_through(&self, url: &str, seed: u64) -> Result<Db, OpenError> {
        Db::open(config(&self.place, url), entropy(seed)).await
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Place::Folder(folder) = &self.place {
            // The system's own cleaning takes what is left.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

fn config(place: &Place, url: &str) -> Config {
    match place {
        Place::Folder(folder) => Config::Sqlite { path: folder.join("test.db"), readers: 4 },
        Place::Schema(schema) => Config::Postgres { url: url.to_owned(), schema: schema.clone(), readers: 4 },
    }
}

pub(crate) fn postgres_url() -> String {
    std::env::var("VINR_TEST_POSTGRES")
        .expect("VINR_TEST_POSTGRES is not set; scripts/test starts a server and sets it")
}

fn postgres_url_if(engine: Engine) -> String {
    if engine == Engine::Postgres { postgres_url() } else { String::new() }
}

/// Entropy of a known seed.
pub(crate) fn entropy(seed: u64) -> Entropy {
    let rng = Mutex::new(ChaCha8Rng::seed_from_u64(seed));
    Arc::new(move || {
        let mut rng = rng.lock().expect("nobody panics while drawing");
        (u128::from(rng.next_u64()) << 64) | u128::from(rng.next_u64())
    })
}

/// An item with nothing but an amount.
pub(crate) fn item(amount: i64) -> Vec<Value> {
    vec![amount.into(), Value::Null, Value::Null, Value::Null]
}

pub(crate) fn in_seconds(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}

pub(crate) async fn amount_of(db: &Db, account: &str, id: &str) -> Option<i64> {
    db.load(&ITEMS, account, id).await.expect("the database answers").map(|row| row.int(0))
}

pub(crate) async fn balance_of(db: &Db, account: &str, id: &str) -> i64 {
    db.load(&TALLIES, account, id).await.expect("the database answers").map_or(0, |row| row.int(0))
}

/// Stages with `stage` and commits, once.
pub(crate) async fn commit(
    db: &Db,
    account: &str,
    stage: impl FnOnce(&mut UnitOfWork),
) -> Result<Committed, CommitError> {
    let mut unit = db.begin(account, "test", Class::Request);
    stage(&mut unit);
    db.commit(unit).await
}

/// The error of a test's unit of work.
#[derive(Debug)]
pub(crate) enum TestError {
    Refused(&'static str),
    Store(StoreError),
}

impl From<StoreError> for TestError {
    fn from(error: StoreError) -> Self {
        TestError::Store(error)
    }
}

/// Makes of each `async fn name(test: TestDb)` one test on each engine.
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::harness::TestDb::open(crate::harness::Engine::Sqlite).await).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::harness::TestDb::open(crate::harness::Engine::Postgres).await).await;
            })+
        }
    };
}
pub(crate) use on_both_engines;
