//! Several PostgreSQL servers of which one leads, as a cluster has them.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::Instant;
use vinr_store::{CommitError, StoreErrorKind};

use crate::harness::{Engine, ITEMS, TestDb, amount_of, commit, item, postgres_url};
use crate::proxy::Proxy;

/// The server's URL with another part before the database, and settings after it.
fn url_with(authority: impl Fn(&str, &str) -> String, settings: &str) -> String {
    let url = postgres_url();
    let (user, rest) = url.rsplit_once('@').expect("the URL names a user");
    let (host, database) = rest.split_once('/').expect("the URL names a database");
    format!("postgres://{}/{database}{settings}", authority(user.trim_start_matches("postgres://"), host))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_hangs_does_not_hide_the_next() {
    let test = TestDb::open(Engine::Postgres).await;
    // The system takes connections for it, and nobody ever answers: a machine whose processes are frozen.
    let frozen = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = frozen.local_addr().expect("a listener has an address");
    let url = url_with(|user, host| format!("{user}@{address},{host}"), "?connect_timeout=1");
    let begun = Instant::now();
    let db = test.through(&url, 3).await;
    commit(&db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    db.snapshot().await.expect("opens").query("SELECT 1", &[]).await.expect("answers");
    assert_eq!(amount_of(&test.db, "a", "i1").await, Some(1));
    // Asked once: after that the host that answered comes first.
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

/// On one thread, so that nothing but the reader waits while time is paused: it jumps to the end of the patience.
#[tokio::test]
async fn a_session_that_hangs_is_not_given_to_the_next_reader() {
    let test = TestDb::open(Engine::Postgres).await;
    let proxy = Proxy::start().await;
    let db = test.through(&proxy.url, 3).await;
    let read = async || db.snapshot().await.expect("there is a session").query("SELECT 1", &[]).await;
    let (one, other) = tokio::join!(read(), read());
    one.and(other).expect("the server answers");

    // There are two idle sessions now.
    proxy.weather.frozen.store(true, Ordering::Relaxed);
    tokio::time::pause();
    let late = read().await.expect_err("nobody answers");
    tokio::time::resume();
    assert_eq!(late.kind, StoreErrorKind::Unavailable, "{late}");
    proxy.weather.frozen.store(false, Ordering::Relaxed);
    let begun = Instant::now();
    read().await.expect("a new session answers");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_was_left_in_the_middle_of_a_read_is_not_given_to_the_next_reader() {
    let test = TestDb::open(Engine::Postgres).await;
    let snapshot = test.db.snapshot().await.expect("there is a session");
    let slow = snapshot.query("SELECT 1::bigint FROM pg_sleep(8)", &[]);
    tokio::time::timeout(Duration::from_millis(100), slow).await.expect_err("it sleeps");
    drop(snapshot);
    let begun = Instant::now();
    let next = test.db.snapshot().await.expect("there is a session");
    next.query("SELECT 1", &[]).await.expect("the server answers");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

/// A server that restarts shows what it had committed but not yet passed on to its followers, and loses it if it goes
/// again: nobody may be told of that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_not_asked_before_its_standbys_have_what_it_shows() {
    let test = TestDb::open(Engine::Postgres).await;
    let proxy = Proxy::start().await;
    let url = format!("{}?connect_timeout=1", proxy.url);
    proxy.weather.alone.store(true, Ordering::Relaxed);
    test.open_through(&url, 3).await.expect_err("nobody else has what the server shows");
    proxy.weather.alone.store(false, Ordering::Relaxed);
    let db = test.through(&url, 3).await;
    commit(&db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    // The session that reads is not open yet.
    proxy.weather.alone.store(true, Ordering::Relaxed);
    let refused = db.load(&ITEMS, "a", "i1").await.expect_err("nor does anybody read it");
    assert_eq!(refused.kind, StoreErrorKind::Unavailable, "{refused}");
    proxy.weather.alone.store(false, Ordering::Relaxed);
    assert_eq!(amount_of(&db, "a", "i1").await, Some(1));
}

/// A role whose sessions may write or not, as the server behind one address leads or follows.
struct Role(String);

impl Role {
    async fn new(name: &str) -> Role {
        // Roles belong to the whole cluster, which others may test on.
        let name = format!("vinr_test_{name}_{}", std::process::id());
        let role = Role(name.clone());
        role.run(&format!("DROP ROLE IF EXISTS {name}; CREATE ROLE {name} SUPERUSER LOGIN")).await;
        role
    }

    /// Goes for the sessions to come; those that there are stay what they were.
    async fn follows(&self, read_only: &str) {
        self.run(&format!("ALTER ROLE {} SET default_transaction_read_only = {read_only}", self.0)).await;
    }

    fn url(&self, settings: &str) -> String {
        url_with(|_, host| format!("{}@{host}", self.0), settings)
    }

    async fn run(&self, sql: &str) {
        let connected = tokio_postgres::connect(&postgres_url(), tokio_postgres::NoTls).await;
        let (client, connection) = connected.expect("the server is there");
        let driven = tokio::spawn(connection);
        client.batch_execute(sql).await.expect("the server obeys");
        drop(client);
        driven.await.expect("no panic").expect("it ends well");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_only_follows_is_not_taken() {
    let test = TestDb::open(Engine::Postgres).await;
    let role = Role::new("follower").await;
    role.follows("on").await;
    let refused = test.open_through(&role.url(""), 3).await.expect_err("a follower takes no writes");
    let told = std::error::Error::source(&refused).map(ToString::to_string).unwrap_or_default();
    assert!(told.contains("error connecting to server"), "{refused}: {told}");
    role.follows("off").await;
    let db = test.through(&role.url(""), 3).await;
    commit(&db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    drop(db);
    role.run(&format!("DROP ROLE {}", role.0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_can_only_read_is_left_for_another() {
    let test = TestDb::open(Engine::Postgres).await;
    let role = Role::new("demoted").await;
    let db = test.through(&role.url("?target_session_attrs=any"), 3).await;
    // The first write opens the session that writes.
    role.follows("on").await;
    let failed = commit(&db, "a", |unit| unit.insert(&ITEMS, "during", item(1))).await;
    let Err(CommitError::Store(error)) = failed else { panic!("{failed:?}") };
    assert_eq!(error.kind, StoreErrorKind::Unavailable, "{error}");

    role.follows("off").await;
    commit(&db, "a", |unit| unit.insert(&ITEMS, "after", item(1))).await.expect("a new session may write");
    assert_eq!(amount_of(&test.db, "a", "during").await, None);
    drop(db);
    role.run(&format!("DROP ROLE {}", role.0)).await;
}

/// A server that restarts shows what it had committed but not yet passed on to its followers. What finds that out must
/// write, because the commit of a write waits for the followers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_resolves_an_unknown_outcome_commits_a_write_of_its_own() {
    let test = TestDb::open(Engine::Postgres).await;
    let proxy = Proxy::start().await;
    let db = test.through(&proxy.url, 3).await;
    let mut resolved = 0;
    for count in 0..200 {
        let (name, before) = (format!("i{count}"), proxy.weather.commits_without_answer.load(Ordering::Relaxed));
        proxy.weather.commit_cuts_per_mille.store(300, Ordering::Relaxed);
        let done = commit(&db, "a", |unit| unit.insert(&ITEMS, name.as_str(), item(1))).await;
        proxy.weather.commit_cuts_per_mille.store(0, Ordering::Relaxed);
        let cut = proxy.weather.commits_without_answer.load(Ordering::Relaxed) > before;
        resolved += u32::from(done.is_ok() && cut);
    }
    assert!(resolved > 5, "only {resolved} commits went without an answer");
    // Rows of the same transaction have the same `xmin`. A batch that was answered at once left both as they were.
    let sql = "SELECT COUNT(*)::bigint FROM commits c WHERE state = 1 \
               AND NOT EXISTS (SELECT 1 FROM items i WHERE i.xmin::text = c.xmin::text)";
    let rows = test.db.query(sql, &[]).await.expect("a count");
    assert!(rows[0].int(0) > 0, "no outcome was found out by a write");
}
