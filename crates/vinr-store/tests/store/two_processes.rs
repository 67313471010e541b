//! Two processes on one database: here two openings of it, which share nothing in memory.

use vinr_store::Class;

use crate::harness::{
    ITEMS, TALLIES, TestDb, TestError, amount_of, balance_of, commit, in_seconds, item, on_both_engines,
};
use crate::model::verify;
use crate::random_units::{ACCOUNTS, play};
use futures_util::FutureExt;

on_both_engines!(
    random_units_from_two_processes_agree_with_the_model,
    tallies_and_numbers_of_two_processes_add_up,
    a_row_changed_by_the_other_process_makes_a_unit_stale,
);

async fn random_units_from_two_processes_agree_with_the_model(test: TestDb) {
    let other = test.again(2).await;
    let attempts = play(&[test.db.clone(), other], &test.db, 2, 8, 80).await;
    for account in ACCOUNTS {
        verify(&test.db, account, &attempts).await;
    }
}

async fn tallies_and_numbers_of_two_processes_add_up(test: TestDb) {
    let other = test.again(2).await;
    let tasks: Vec<_> = (0..20)
        .map(|task| {
            let db = if task % 2 == 0 { test.db.clone() } else { other.clone() };
            tokio::spawn(async move {
                let mut numbers = Vec::new();
                for _ in 0..20 {
                    let run = db.run("a", "add", Class::Request, in_seconds(20), |unit| {
                        unit.add(&TALLIES, "t", "balance", 3, None);
                        let slot = unit.number(&TALLIES, "t", "sequence");
                        async move { Ok::<_, TestError>(slot) }.boxed()
                    });
                    let (slot, committed) = run.await.expect("commits");
                    numbers.push(committed.number(slot));
                }
                numbers
            })
        })
        .collect();
    let mut numbers = Vec::new();
    for task in tasks {
        numbers.extend(task.await.expect("no task panics"));
    }
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=400), "numbers without gaps or doubles, across processes");
    assert_eq!(balance_of(&test.db, "a", "t").await, 1_200);
}

async fn a_row_changed_by_the_other_process_makes_a_unit_stale(test: TestDb) {
    let other = test.again(2).await;
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    let mut unit = test.db.begin("a", "here", Class::Request);
    unit.load(&ITEMS, "i1").await.expect("answers");
    unit.update(&ITEMS, "i1", item(2));
    commit(&other, "a", |unit| unit.put(&ITEMS, "i1", item(3))).await.expect("commits");
    assert!(test.db.commit(unit).await.is_err());
    assert_eq!(amount_of(&other, "a", "i1").await, Some(3));
}
