//! Several reads that agree.

use std::time::Duration;

use vinr_store::{Class, StoreErrorKind};

use crate::harness::{Engine, ITEMS, TestDb, amount_of, commit, item, on_both_engines};

on_both_engines!(
    reads_of_one_snapshot_agree_whatever_commits_between_them,
    a_unit_reads_one_snapshot,
    snapshots_beyond_the_limit_wait_for_one_to_end,
    sums_over_a_moving_set_always_agree,
);

async fn reads_of_one_snapshot_agree_whatever_commits_between_them(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    let snapshot = test.db.snapshot().await.expect("opens");
    assert_eq!(snapshot.load(&ITEMS, "a", "i1").await.expect("answers").expect("is there").int(0), 1);
    commit(&test.db, "a", |unit| {
        unit.put(&ITEMS, "i1", item(2));
        unit.insert(&ITEMS, "i2", item(2));
    })
    .await
    .expect("commits");
    assert_eq!(snapshot.load(&ITEMS, "a", "i1").await.expect("answers").expect("is there").int(0), 1);
    let rows = snapshot.query("SELECT id FROM items WHERE account = $1", &["a".into()]).await.expect("answers");
    assert_eq!(rows.len(), 1);
    drop(snapshot);
    assert_eq!(amount_of(&test.db, "a", "i1").await, Some(2));
}

async fn a_unit_reads_one_snapshot(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    let mut unit = test.db.begin("a", "read", Class::Request);
    unit.load(&ITEMS, "i1").await.expect("answers");
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i2", item(2))).await.expect("commits");
    assert!(unit.load(&ITEMS, "i2").await.expect("answers").is_none(), "it came after the unit's first read");
}

async fn snapshots_beyond_the_limit_wait_for_one_to_end(test: TestDb) {
    let mut held = Vec::new();
    for _ in 0..4 {
        let snapshot = test.db.snapshot().await.expect("opens");
        snapshot.query("SELECT 1", &[]).await.expect("answers");
        held.push(snapshot);
    }
    let fifth = test.db.snapshot();
    tokio::pin!(fifth);
    assert!(tokio::time::timeout(Duration::from_millis(50), &mut fifth).await.is_err(), "four are the limit");
    held.pop();
    fifth.await.expect("its turn has come").query("SELECT 1", &[]).await.expect("answers");
}

async fn sums_over_a_moving_set_always_agree(test: TestDb) {
    for id in ["x", "y"] {
        commit(&test.db, "a", |unit| unit.insert(&ITEMS, id, item(500))).await.expect("commits");
    }
    let db = test.db.clone();
    let mover = tokio::spawn(async move {
        for step in 0..200 {
            let moved = commit(&db, "a", |unit| {
                unit.put(&ITEMS, "x", item(500 - step));
                unit.put(&ITEMS, "y", item(500 + step));
            });
            moved.await.expect("commits");
        }
    });
    while !mover.is_finished() {
        let snapshot = test.db.snapshot().await.expect("opens");
        let x = snapshot.load(&ITEMS, "a", "x").await.expect("answers").expect("is there").int(0);
        tokio::task::yield_now().await;
        let y = snapshot.load(&ITEMS, "a", "y").await.expect("answers").expect("is there").int(0);
        assert_eq!(x + y, 1_000);
    }
    mover.await.expect("does not panic");
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_ends_after_five_seconds() {
    let test = TestDb::open(Engine::Sqlite).await;
    let snapshot = test.db.snapshot().await.expect("opens");
    snapshot.query("SELECT 1", &[]).await.expect("answers");
    tokio::time::advance(Duration::from_millis(5_001)).await;
    let error = snapshot.query("SELECT 1", &[]).await.expect_err("it is too old");
    assert_eq!(error.kind, StoreErrorKind::Deadline);
}
