//! Migrations: applied once, whoever comes first, and never edited.

use vinr_store::Migration;

use crate::harness::{MIGRATIONS, TestDb, on_both_engines};

on_both_engines!(
    migrations_are_applied_once,
    two_processes_may_migrate_at_once,
    an_edited_migration_is_refused,
    a_migration_that_fails_leaves_nothing_behind,
    a_database_that_is_not_there_is_not_made_by_asking,
);

const MORE: &[Migration] = &[
    MIGRATIONS[0],
    Migration {
        name: "0002_more",
        sql: "CREATE TABLE more (account TEXT NOT NULL, id TEXT NOT NULL, data {BLOB}, n BIGINT, PRIMARY KEY (account, id)) {TABLE}",
    },
    Migration {
        name: "0003_column",
        sql: "ALTER TABLE more ADD COLUMN name TEXT; CREATE INDEX more_name ON more (account, name)",
    },
];

async fn migrations_are_applied_once(test: TestDb) {
    assert_eq!(test.db.pending_migrations(MIGRATIONS).await.expect("answers"), 0);
    assert_eq!(test.db.pending_migrations(MORE).await.expect("answers"), 2);
    assert_eq!(test.db.migrate(MORE).await.expect("applies"), 2);
    assert_eq!(test.db.migrate(MORE).await.expect("applies"), 0);
    test.db.query("SELECT name, data FROM more WHERE n > $1", &[0.into()]).await.expect("the table is there");
}

async fn two_processes_may_migrate_at_once(test: TestDb) {
    let others = [test.again(2).await, test.again(3).await, test.again(4).await];
    let applied = futures_util::future::join_all(others.iter().map(|db| {
        let db = db.clone();
        async move { tokio::spawn(async move { db.migrate(MORE).await }).await.expect("does not panic") }
    }));
    let applied: usize = applied.await.into_iter().map(|count| count.expect("applies")).sum();
    assert_eq!(applied, 2, "each migration was applied by one of them");
}

async fn an_edited_migration_is_refused(test: TestDb) {
    let edited = [Migration { name: MIGRATIONS[0].name, sql: "CREATE TABLE other (id TEXT)" }];
    let error = test.db.migrate(&edited).await.expect_err("it was edited");
    assert!(error.to_string().contains("was edited after it was applied"), "{error}");
    assert!(test.db.pending_migrations(&edited).await.is_err());
}

async fn a_migration_that_fails_leaves_nothing_behind(test: TestDb) {
    let broken = [Migration { name: "0002_broken", sql: "CREATE TABLE half (id TEXT); SELECT nothing FROM nowhere" }];
    let error = test.db.migrate(&broken).await.expect_err("its second statement fails");
    assert!(error.to_string().starts_with("migration 0002_broken failed"), "{error}");
    assert_eq!(test.db.pending_migrations(&broken).await.expect("answers"), 1);
    assert!(test.db.query("SELECT id FROM half", &[]).await.is_err(), "its first statement was rolled back");
}

async fn a_database_that_is_not_there_is_not_made_by_asking(test: TestDb) {
    assert!(test.existing("").await.expect("answers").is_some());
    for _ in 0..2 {
        assert!(test.existing("_nowhere").await.expect("answers").is_none(), "and the first one made nothing");
    }
}
