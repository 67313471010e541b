//! Units in one batch: they share its flush, and one that fails takes nobody with it.

use futures_util::future::join_all;
use vinr_store::CommitError;

use crate::harness::{ENTRIES, ITEMS, TALLIES, TestDb, balance_of, commit, item, on_both_engines};

on_both_engines!(
    units_that_wait_together_are_flushed_together,
    an_unforeseen_error_is_found_and_its_neighbours_commit,
    floors_are_tested_in_turn_within_a_batch,
    a_batch_of_checks_only_is_not_flushed,
    rows_are_counted_as_they_are_written,
);

async fn units_that_wait_together_are_flushed_together(test: TestDb) {
    let before = test.db.stats();
    let units =
        (0..1_000).map(|nth| commit(&test.db, "a", move |unit| unit.insert(&ITEMS, &format!("i{nth}"), item(nth))));
    assert!(join_all(units).await.iter().all(Result::is_ok));
    let after = test.db.stats();
    assert_eq!(after.units - before.units, 1_000);
    assert!(after.fsyncs - before.fsyncs <= 100, "{} flushes", after.fsyncs - before.fsyncs);
}

async fn an_unforeseen_error_is_found_and_its_neighbours_commit(test: TestDb) {
    let units = (0..100).map(|nth| {
        // The schema refuses the body; nobody could have foreseen that.
        let body = if nth % 33 == 7 { "bad" } else { "good" };
        commit(&test.db, "a", move |unit| {
            unit.add(&TALLIES, "t", "balance", 1, None);
            unit.insert(&ENTRIES, &format!("e{nth}"), vec![nth.into(), body.into()]);
        })
    });
    let results = join_all(units).await;
    for (nth, result) in results.iter().enumerate() {
        match result {
            Ok(_) => assert_ne!(nth % 33, 7),
            Err(CommitError::Store(error)) => {
                assert_eq!(nth % 33, 7);
                assert!(!error.is_transient(), "{error}");
                assert_eq!(error.label, "test");
            }
            Err(error) => panic!("{nth}: {error}"),
        }
    }
    assert_eq!(balance_of(&test.db, "a", "t").await, 97, "nothing of the failed units is written");
}

async fn floors_are_tested_in_turn_within_a_batch(test: TestDb) {
    commit(&test.db, "a", |unit| unit.add(&TALLIES, "t", "balance", 100, None)).await.expect("commits");
    let spend = (0..50).map(|_| commit(&test.db, "a", |unit| unit.add(&TALLIES, "t", "balance", -7, Some(0))));
    let results = join_all(spend).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 14, "100 is 14 times 7 and a rest");
    assert!(
        results.iter().all(|result| matches!(result, Ok(_) | Err(CommitError::Floor { have: 2..=6, need: 7, .. })))
    );
    assert_eq!(balance_of(&test.db, "a", "t").await, 2);
}

async fn a_batch_of_checks_only_is_not_flushed(test: TestDb) {
    commit(&test.db, "a", |unit| unit.add(&TALLIES, "t", "guard", 1, None)).await.expect("commits");
    let before = test.db.stats();
    for expected in [1, 2] {
        let checked = commit(&test.db, "a", |unit| unit.expect(&TALLIES, "t", "guard", expected)).await;
        assert_eq!(checked.is_ok(), expected == 1);
    }
    let after = test.db.stats();
    assert_eq!(after.fsyncs, before.fsyncs);
    assert_eq!(after.batches, before.batches + 2);
}

async fn rows_are_counted_as_they_are_written(test: TestDb) {
    let before = test.db.stats();
    let made = commit(&test.db, "a", |unit| {
        unit.insert(&ITEMS, "i", item(1));
        unit.insert(&ENTRIES, "e", vec![1.into(), "good".into()]);
        unit.add(&TALLIES, "t", "balance", 5, None);
        unit.add(&TALLIES, "t", "guard", 1, None);
    });
    made.await.expect("commits");
    assert_eq!(test.db.stats().rows - before.rows, 3, "two changes of a row write it once");
    commit(&test.db, "a", |unit| unit.remove(&ITEMS, "i")).await.expect("commits");
    commit(&test.db, "a", |unit| unit.expect(&TALLIES, "t", "guard", 1)).await.expect("holds");
    commit(&test.db, "a", |unit| unit.expect(&TALLIES, "t", "guard", 2)).await.expect_err("it is 1");
    assert_eq!(test.db.stats().rows - before.rows, 4, "a check writes nothing");
}
