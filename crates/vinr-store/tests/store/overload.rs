//! Limits: a full queue refuses at once, and what it accepted it commits.

use futures_util::future::join_all;
use vinr_store::{Class, CommitError, Value};

use crate::harness::{ENTRIES, Engine, TestDb, commit, on_both_engines};

on_both_engines!(
    a_full_queue_refuses_and_commits_what_it_accepted,
    a_queue_full_of_bytes_refuses_too,
    closing_commits_what_is_waiting_and_takes_no_more,
);

async fn entries(test: &TestDb) -> i64 {
    let sql = "SELECT COUNT(*) FROM entries WHERE account = $1";
    test.db.query(sql, &["a".into()]).await.expect("the database answers")[0].int(0)
}

async fn a_full_queue_refuses_and_commits_what_it_accepted(test: TestDb) {
    // Staged before any is committed, so that all of them come at once.
    let units: Vec<_> = (0..9_000)
        .map(|nth| {
            let mut unit = test.db.begin("a", "flood", Class::Request);
            unit.insert(&ENTRIES, &format!("e{nth}"), vec![1.into(), "x".into()]);
            unit
        })
        .collect();
    let results = join_all(units.into_iter().map(|unit| test.db.commit(unit))).await;
    let committed = results.iter().filter(|result| result.is_ok()).count();
    let overloaded = results.iter().filter(|result| matches!(result, Err(CommitError::Overloaded))).count();
    assert_eq!(committed + overloaded, 9_000, "there is no third way");
    assert!(committed >= 4_096, "{committed} were accepted");
    assert!(overloaded > 0, "all of them were accepted");
    assert_eq!(entries(&test).await, i64::try_from(committed).expect("few"));
    commit(&test.db, "a", |unit| unit.insert(&ENTRIES, "after", vec![1.into(), "x".into()])).await.expect("commits");
}

async fn a_queue_full_of_bytes_refuses_too(test: TestDb) {
    let body = "x".repeat(1 << 20);
    let units = (0..140).map(|nth| {
        let row: Vec<Value> = vec![1.into(), body.as_str().into()];
        commit(&test.db, "a", move |unit| unit.insert(&ENTRIES, &format!("e{nth}"), row))
    });
    let results = join_all(units).await;
    let overloaded = results.iter().filter(|result| matches!(result, Err(CommitError::Overloaded))).count();
    // 64 MiB hold 63 of them at least: each is a little more than one.
    assert!((1..=77).contains(&overloaded), "{overloaded} of 140 MiB were refused");
    assert_eq!(entries(&test).await, i64::try_from(140 - overloaded).expect("few"));
}

async fn closing_commits_what_is_waiting_and_takes_no_more(test: TestDb) {
    let db = test.again(2).await;
    let waiting = (0..300)
        .map(|nth| commit(&db, "a", move |unit| unit.insert(&ENTRIES, &format!("e{nth}"), vec![1.into(), "x".into()])));
    let (results, ()) = futures_util::future::join(join_all(waiting), db.clone().close()).await;
    assert!(results.iter().all(Result::is_ok), "what was waiting is committed");
    let late = commit(&db, "a", |unit| unit.insert(&ENTRIES, "late", vec![1.into(), "x".into()])).await;
    assert!(late.is_err(), "nothing more is taken");
    assert_eq!(entries(&test).await, 300);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_write_ahead_log_starts_again_and_does_not_grow_for_ever() {
    let test = TestDb::open(Engine::Sqlite).await;
    let mut longest_mib = 0;
    for nth in 0..800 {
        // Never the same twice: a row that does not change is not written.
        let body = format!("{nth:08}").repeat(1 << 17);
        let row: Vec<Value> = vec![1.into(), body.as_str().into()];
        commit(&test.db, "a", |unit| unit.put(&ENTRIES, &format!("e{}", nth % 20), row)).await.expect("commits");
        let log = std::fs::metadata(test.file("test.db-wal")).expect("the log is there");
        longest_mib = longest_mib.max(log.len() >> 20);
    }
    assert!((256..500).contains(&longest_mib), "800 MiB went through a log of {longest_mib} MiB");
    let file = test.file("test.db-wal");
    test.db.clone().close().await;
    assert!(!file.exists(), "a closed database leaves no log");
}
