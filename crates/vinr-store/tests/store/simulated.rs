//! The simulated engine: virtual time, faults, kills, and the same run from the same seed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use vinr_store::{
    Chaos, Class, CommitError, CommitFault, Committed, Config, Db, Entropy, Note, Observer, SimulatedDisk, Slot, Stats,
};

use crate::harness::{ENTRIES, ITEMS, MIGRATIONS, TALLIES, amount_of, balance_of, commit, entropy, item};
use crate::model::verify;
use crate::random_units::{ACCOUNTS, play};

/// Chaos drawn from a seed.
struct Drawn {
    draw: Entropy,
    faults_percent: u128,
}

impl Chaos for Drawn {
    fn batch_max(&self) -> usize {
        usize::try_from((self.draw)() % 20).expect("small") + 1
    }

    fn commit_delay(&self) -> Duration {
        Duration::from_micros(u64::try_from((self.draw)() % 5_000).expect("small"))
    }

    fn commit_fault(&self) -> CommitFault {
        match (self.draw)() % 100 {
            drawn if drawn >= self.faults_percent => CommitFault::None,
            drawn if drawn % 2 == 0 => CommitFault::UnknownButCommitted,
            _ => CommitFault::UnknownAndLost,
        }
    }
}

fn disk(seed: u64, faults_percent: u128) -> SimulatedDisk {
    SimulatedDisk::new(Arc::new(Drawn { draw: entropy(seed), faults_percent }))
}

async fn open(disk: &SimulatedDisk, seed: u64) -> Db {
    let db = Db::open(Config::Simulated(disk.clone()), entropy(seed)).await.expect("a simulated disk opens");
    db.migrate(MIGRATIONS).await.expect("the migrations apply");
    db
}

async fn run_once(seed: u64) -> (Vec<String>, Stats, tokio::time::Duration) {
    let started = tokio::time::Instant::now();
    let db = open(&disk(seed, 15), seed).await;
    let attempts = play(std::slice::from_ref(&db), &db, 5, 10, 40).await;
    for account in ACCOUNTS {
        verify(&db, account, &attempts).await;
    }
    (attempts.iter().map(|attempt| format!("{attempt:?}")).collect(), db.stats(), started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_run() {
    let (first, second) = (run_once(7).await, run_once(7).await);
    assert!(first.1.unknown > 5, "faults happened: {:?}", first.1);
    assert_eq!(first, second);
    assert_ne!(first.0, run_once(8).await.0, "and another seed another one");
}

#[tokio::test(start_paused = true)]
async fn what_was_answered_before_a_kill_is_there_after_it() {
    let disk = disk(11, 20);
    let mut answered = 0;
    for life in 0..20_u64 {
        let db = open(&disk, 100 + life).await;
        let work = async {
            for nth in 0.. {
                let done = commit(&db, "a", |unit| {
                    let slot = unit.number(&TALLIES, "t", "sequence");
                    unit.insert(&ENTRIES, &format!("e{life}_{nth}"), vec![slot.into(), "x".into()]);
                    unit.add(&TALLIES, "t", "balance", 1, None);
                });
                match done.await {
                    Ok(_) => answered += 1,
                    // Lost twice in a row; nothing of it may be there.
                    Err(CommitError::Store(error)) => assert!(error.is_transient(), "{error}"),
                    Err(error) => panic!("{error}"),
                }
            }
        };
        let life_ms = 20 + life % 7;
        assert!(tokio::time::timeout(Duration::from_millis(life_ms), work).await.is_err(), "killed in the middle");
    }
    let db = open(&disk, 999).await;
    let entries = db.query("SELECT COUNT(*) FROM entries WHERE account = $1", &["a".into()]).await.expect("answers");
    let (there, balance) = (entries[0].int(0), balance_of(&db, "a", "t").await);
    assert_eq!(there, balance, "all of a unit or nothing");
    assert!(there >= answered, "{there} are there, {answered} were answered");
    assert!(there <= answered + 20, "each life had one unit under way at most");
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_is_not_torn_by_a_commit() {
    let db = open(&disk(3, 0), 3).await;
    commit(&db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    let snapshot = db.snapshot().await.expect("opens");
    assert_eq!(snapshot.load(&ITEMS, "a", "i1").await.expect("answers").expect("is there").int(0), 1);
    let writer = db.clone();
    let write = tokio::spawn(async move { commit(&writer, "a", |unit| unit.put(&ITEMS, "i1", item(2))).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(snapshot.load(&ITEMS, "a", "i1").await.expect("answers").expect("is there").int(0), 1);
    drop(snapshot);
    write.await.expect("does not panic").expect("commits");
    assert_eq!(amount_of(&db, "a", "i1").await, Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_worker_is_served_while_requests_flood_in() {
    let db = open(&disk(5, 0), 5).await;
    let mut flood = Vec::new();
    for nth in 0..2_000 {
        let mut unit = db.begin("a", "flood", Class::Request);
        unit.insert(&ENTRIES, &format!("e{nth}"), vec![1.into(), "x".into()]);
        let db = db.clone();
        flood.push(tokio::spawn(async move { db.commit(unit).await }));
    }
    tokio::task::yield_now().await;
    let mut worker = db.begin("a", "worker", Class::Worker);
    worker.insert(&ENTRIES, "worker", vec![1.into(), "x".into()]);
    db.commit(worker).await.expect("commits");
    let waiting = flood.iter().filter(|request| !request.is_finished()).count();
    assert!(waiting > 1_500, "the worker waited for {} requests", 2_000 - waiting);
}

/// Remembers what it is told.
#[derive(Default)]
struct Told(Mutex<Vec<(String, i64, String)>>);

impl Observer for Told {
    fn committed(&self, account: &str, committed: &Committed, notes: &[Note]) {
        for note in notes {
            let (slot, text) = note.downcast_ref::<(Slot, String)>().expect("what was noted");
            let told = (account.to_owned(), committed.number(*slot), text.clone());
            self.0.lock().expect("not poisoned").push(told);
        }
    }
}

async fn noting(db: &Db, account: &str, id: &str, text: &str) -> Result<Committed, CommitError> {
    commit(db, account, |unit| {
        let slot = unit.number(&TALLIES, "t", "sequence");
        unit.claim(&ENTRIES, id, vec![slot.into(), "x".into()]);
        let text = text.to_owned();
        unit.note(|| Box::new((slot, text)));
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn an_observer_is_told_of_every_durable_unit_in_the_order_of_commits() {
    let told = Arc::new(Told::default());
    // Every second answer is lost on average, and half of these with their commits.
    let observed = disk(17, 50).observed(Arc::clone(&told) as Arc<dyn Observer>);
    let db = open(&observed, 17).await;
    for nth in 0..40 {
        let (account, id) = (if nth % 3 == 0 { "a" } else { "b" }, format!("e{nth}"));
        // What is stale or given up is not told.
        for text in ["first", "taken"] {
            let done = noting(&db, account, &id, text).await;
            assert!(
                done.is_ok() || text == "taken" || done.is_err_and(|error| !matches!(error, CommitError::Stale(_)))
            );
        }
    }
    assert!(db.stats().unknown > 5, "answers were lost: {:?}", db.stats());
    let told = told.0.lock().expect("not poisoned").clone();
    for account in ["a", "b"] {
        let sql = "SELECT sequence FROM entries WHERE account = $1 ORDER BY sequence";
        let rows = db.query(sql, &[account.into()]).await.expect("answers");
        let there: Vec<i64> = rows.iter().map(|row| row.int(0)).collect();
        let heard: Vec<i64> = told.iter().filter(|(of, ..)| of == account).map(|(_, number, _)| *number).collect();
        assert_eq!(heard, there, "of {account}");
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_makes_a_note_that_nobody_reads() {
    let db = open(&disk(3, 0), 3).await;
    db.begin("a", "unread", Class::Request).note(|| panic!("no observer, no note"));
}

/// An assertion of the writer that fails.
struct Broken;

impl Observer for Broken {
    fn committed(&self, _: &str, _: &Committed, _: &[Note]) {
        panic!("as a violated assertion does");
    }
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_panics_is_noticed_and_one_that_was_closed_is_not() {
    let sound = open(&disk(3, 0), 3).await;
    assert!(sound.is_writing());
    let soon = Duration::from_secs(1);
    sound.clone().close().await;
    assert!(!sound.is_writing());
    assert!(tokio::time::timeout(soon, sound.broken()).await.is_err(), "it was told to end");

    let db = Db::open(Config::Simulated(disk(3, 0).observed(Arc::new(Broken))), entropy(3)).await.expect("opens");
    db.migrate(MIGRATIONS).await.expect("the migrations apply");
    assert!(db.is_writing());
    let answered = noting(&db, "a", "e1", "first").await;
    assert!(answered.is_err(), "{answered:?}");
    tokio::time::timeout(soon, db.broken()).await.expect("noticed");
    assert!(!db.is_writing());
}
