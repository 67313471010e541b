//! PostgreSQL behind a bad network: who was told that it committed is there, and nobody else.

use std::sync::atomic::Ordering;
use std::time::Duration;

use vinr_store::{CommitError, StoreErrorKind};

use crate::harness::{Engine, ITEMS, TestDb, amount_of, commit, item};
use crate::model::verify;
use crate::proxy::Proxy;
use crate::random_units::{ACCOUNTS, play};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_unknown_outcome_is_resolved_rightly() {
    let test = TestDb::open(Engine::Postgres).await;
    let proxy = Proxy::start().await;
    let db = test.through(&proxy.url, 3).await;
    proxy.weather.cuts_per_mille.store(5, Ordering::Relaxed);
    proxy.weather.commit_cuts_per_mille.store(120, Ordering::Relaxed);
    let attempts = play(std::slice::from_ref(&db), &test.db, 3, 12, 100).await;
    for account in ACCOUNTS {
        verify(&test.db, account, &attempts).await;
    }
    let unanswered = proxy.weather.commits_without_answer.load(Ordering::Relaxed);
    assert!(unanswered > 5, "only {unanswered} commits went without an answer: the weather is too fair");
    assert!(db.stats().unknown >= u64::from(unanswered), "each of them was found out");
    let committed = attempts.iter().filter(|attempt| attempt.result.is_ok()).count();
    assert!(committed > attempts.len() / 4, "only {committed} of {} committed", attempts.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_in_bad_weather_agree_with_the_model() {
    let test = TestDb::open(Engine::Postgres).await;
    let proxy = Proxy::start().await;
    let dbs = [test.through(&proxy.url, 3).await, test.through(&proxy.url, 4).await];
    proxy.weather.cuts_per_mille.store(2, Ordering::Relaxed);
    proxy.weather.commit_cuts_per_mille.store(60, Ordering::Relaxed);
    let attempts = play(&dbs, &test.db, 4, 8, 60).await;
    for account in ACCOUNTS {
        verify(&test.db, account, &attempts).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_reported_as_such_and_passes() {
    let test = TestDb::open(Engine::Postgres).await;
    let proxy = Proxy::start().await;
    let db = test.through(&proxy.url, 3).await;
    commit(&db, "a", |unit| unit.insert(&ITEMS, "before", item(1))).await.expect("commits");
    let held = db.snapshot().await.expect("opens");
    held.query("SELECT 1", &[]).await.expect("answers");

    proxy.weather.down.store(true, Ordering::Relaxed);
    let failed = commit(&db, "a", |unit| unit.insert(&ITEMS, "during", item(1))).await;
    let Err(CommitError::Store(error)) = failed else { panic!("{failed:?}") };
    assert_eq!(error.kind, StoreErrorKind::Unavailable, "{error}");
    assert_eq!(db.ping().await.expect_err("nobody answers").kind, StoreErrorKind::Unavailable);
    assert!(held.query("SELECT 1", &[]).await.is_err_and(|error| error.is_transient()));
    drop(held);

    proxy.weather.down.store(false, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(300)).await;
    db.ping().await.expect("reads work again");
    db.snapshot().await.expect("opens").query("SELECT 1", &[]).await.expect("snapshots work again");
    commit(&db, "a", |unit| unit.insert(&ITEMS, "after", item(1))).await.expect("writes work again");
    assert_eq!(amount_of(&test.db, "a", "during").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_is_an_error_at_opening() {
    let config = vinr_store::Config::Postgres {
        url: "postgres://nobody@127.0.0.1:1/nothing".to_owned(),
        schema: "public".to_owned(),
        readers: 1,
    };
    let error = vinr_store::Db::open(config, crate::harness::entropy(1)).await.expect_err("nobody listens there");
    assert!(error.to_string().starts_with("cannot reach the PostgreSQL server"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_connection_is_replaced_without_anybody_noticing() {
    let test = TestDb::open(Engine::Postgres).await;
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    test.db.snapshot().await.expect("opens").query("SELECT 1", &[]).await.expect("answers");
    let other = test.again(2).await;
    // The server ends every connection of this schema but the one that asks, as a restart does.
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE application_name = 'vinr' AND datname = current_database() AND pid <> pg_backend_pid() \
               AND query LIKE '%' || current_schema() || '%'";
    other.query(sql, &[]).await.expect("the server obeys");
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i2", item(2))).await.expect("commits");
    test.db.snapshot().await.expect("opens").query("SELECT 1", &[]).await.expect("answers");
    assert_eq!(amount_of(&test.db, "a", "i2").await, Some(2));
}
