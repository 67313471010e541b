//! The retry loop: hot rows, refusals, deadlines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt;
use vinr_store::{Class, StoreErrorKind};

use crate::harness::{ITEMS, TALLIES, TestDb, TestError, amount_of, commit, in_seconds, item, on_both_engines};

on_both_engines!(
    a_hot_row_serves_200_increments_within_the_deadline,
    a_refusal_is_decided_again_when_what_it_saw_has_changed,
    a_refusal_writes_nothing,
    a_floor_is_an_error_of_the_run,
    a_unit_that_never_gets_through_ends_at_its_deadline,
    an_assertion_is_decided_once_more_before_it_counts,
);

async fn increment(test: &TestDb) -> u32 {
    let run = test.db.run("a", "increment", Class::Request, in_seconds(20), |unit| {
        async move {
            let amount = unit.load(&ITEMS, "hot").await?.expect("the row is there").int(0);
            unit.update(&ITEMS, "hot", item(amount + 1));
            Ok::<u32, TestError>(unit.attempt())
        }
        .boxed()
    });
    run.await.expect("everybody gets a turn").0
}

async fn a_hot_row_serves_200_increments_within_the_deadline(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "hot", item(0))).await.expect("commits");
    let test = Arc::new(test);
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let test = Arc::clone(&test);
            tokio::spawn(async move { increment(&test).await })
        })
        .collect();
    let mut attempts = 0;
    for task in tasks {
        attempts += task.await.expect("no task panics") + 1;
    }
    assert_eq!(amount_of(&test.db, "a", "hot").await, Some(200));
    assert!(attempts <= 600, "{attempts} attempts: the units do not wait for their turn");
}

async fn a_refusal_is_decided_again_when_what_it_saw_has_changed(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(0))).await.expect("commits");
    let db = test.db.clone();
    let run = test.db.run("a", "refuse", Class::Request, in_seconds(20), |unit| {
        let db = db.clone();
        async move {
            let amount = unit.load(&ITEMS, "i1").await?.expect("the row is there").int(0);
            if unit.attempt() == 0 {
                commit(&db, "a", |unit| unit.put(&ITEMS, "i1", item(1))).await.expect("commits");
            }
            if amount == 0 { Err(TestError::Refused("it is zero")) } else { Ok(amount) }
        }
        .boxed()
    });
    assert_eq!(run.await.expect("the second decision saw the change").0, 1);
}

async fn a_refusal_writes_nothing(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(0))).await.expect("commits");
    let before = test.db.stats();
    let run = test.db.run("a", "refuse", Class::Request, in_seconds(20), |unit| {
        async move {
            unit.load(&ITEMS, "i1").await?;
            unit.update(&ITEMS, "i1", item(5));
            unit.insert(&ITEMS, "i2", item(5));
            unit.number(&TALLIES, "t", "sequence");
            Err::<(), _>(TestError::Refused("no"))
        }
        .boxed()
    });
    assert!(matches!(run.await, Err(TestError::Refused("no"))));
    assert_eq!(amount_of(&test.db, "a", "i1").await, Some(0));
    assert_eq!(amount_of(&test.db, "a", "i2").await, None);
    let after = test.db.stats();
    assert_eq!(after.batches, before.batches + 1, "what it saw was checked");
    assert_eq!(after.fsyncs, before.fsyncs, "and checks alone are not flushed");
}

async fn a_floor_is_an_error_of_the_run(test: TestDb) {
    let run = test.db.run("a", "floor", Class::Request, in_seconds(20), |unit| {
        unit.add(&TALLIES, "t", "balance", -1, Some(0));
        async { Ok::<(), TestError>(()) }.boxed()
    });
    let Err(TestError::Store(error)) = run.await else { panic!("the floor holds") };
    assert!(matches!(error.kind, StoreErrorKind::Floor { have: 0, need: 1, .. }), "{error:?}");
    assert_eq!(error.label, "floor");
}

async fn a_unit_that_never_gets_through_ends_at_its_deadline(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "taken", item(1))).await.expect("commits");
    let run = test.db.run("a", "claim", Class::Request, in_seconds(1), |unit| {
        unit.claim(&ITEMS, "taken", item(2));
        async { Ok::<(), TestError>(()) }.boxed()
    });
    let Err(TestError::Store(error)) = run.await else { panic!("the key stays taken") };
    assert_eq!(error.kind, StoreErrorKind::Deadline);
    assert!(error.is_transient());
}

async fn an_assertion_is_decided_once_more_before_it_counts(test: TestDb) {
    let decisions = AtomicU32::new(0);
    let run = test.db.run("a", "assert", Class::Request, in_seconds(20), |unit| {
        unit.insert(&ITEMS, "i1", item(1));
        let decision = decisions.fetch_add(1, Ordering::Relaxed);
        async move {
            assert!(decision > 0, "the first decision fails");
            Ok::<(), TestError>(())
        }
        .boxed()
    });
    run.await.expect("the second decision holds");
    assert_eq!(amount_of(&test.db, "a", "i1").await, Some(1));
}
