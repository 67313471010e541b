//! What a unit of work promises, one rule at a time.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use vinr_store::{Class, CommitError, Db, Value};

use crate::harness::{
    ENTRIES, ITEMS, LABELS, TALLIES, TestDb, TestError, amount_of, balance_of, commit, in_seconds, item,
    on_both_engines,
};

on_both_engines!(
    a_row_comes_back_as_it_was_staged,
    a_row_that_changed_since_it_was_loaded_makes_the_unit_stale,
    a_row_that_was_only_read_makes_the_unit_stale_too,
    a_row_made_anew_is_not_mistaken_for_the_one_that_was_loaded,
    a_peeked_row_may_change,
    a_unit_that_is_refused_in_the_middle_writes_nothing_and_still_checks_what_it_read,
    loading_a_staged_row_answers_the_staged_one,
    a_row_changes_but_for_what_is_fixed,
    a_query_loads_the_row_that_it_finds,
    a_put_replaces_whatever_is_there,
    a_removal_takes_a_row_away_and_does_not_mind_its_absence,
    what_is_stored_and_what_is_added_make_what_there_will_be,
    a_floor_refuses_the_unit_that_would_pass_it,
    a_tally_that_was_loaded_must_not_change,
    an_expected_value_of_a_tally_holds_at_the_commit,
    numbers_are_drawn_in_the_order_of_commits_and_fill_placeholders,
    a_unit_without_rows_commits_nothing,
    a_unit_with_too_many_rows_is_refused,
    every_storage_type_survives,
    maintenance_answers_how_many_rows_it_changed,
    a_wiped_account_keeps_what_the_unit_itself_writes_and_others_keep_all,
    a_wipe_leaves_no_half_of_what_others_commit_meanwhile,
    wrong_statements_fail_and_leave_the_store_working,
    the_notes_of_batches_do_not_pile_up_when_others_fail,
);

async fn a_row_comes_back_as_it_was_staged(test: TestDb) {
    let data = vec![0_u8, 255, 7];
    let row = vec![42.into(), "tag".into(), Value::Null, data.clone().into()];
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", row.clone())).await.expect("commits");
    let found = test.db.load(&ITEMS, "a", "i1").await.expect("answers").expect("is there");
    assert_eq!(found.values(), row);
    assert!(test.db.load(&ITEMS, "b", "i1").await.expect("answers").is_none(), "another account does not see it");
}

async fn a_row_that_changed_since_it_was_loaded_makes_the_unit_stale(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    let mut first = test.db.begin("a", "first", Class::Request);
    let mut second = test.db.begin("a", "second", Class::Request);
    first.load(&ITEMS, "i1").await.expect("answers");
    second.load(&ITEMS, "i1").await.expect("answers");
    first.update(&ITEMS, "i1", item(2));
    second.update(&ITEMS, "i1", item(3));
    test.db.commit(first).await.expect("the first commits");
    let refused = test.db.commit(second).await.expect_err("the second is stale");
    let CommitError::Stale(key) = refused else { panic!("{refused:?}") };
    assert_eq!(key.to_string(), "items/a/i1");
    assert_eq!(amount_of(&test.db, "a", "i1").await, Some(2));
}

async fn a_unit_that_is_refused_in_the_middle_writes_nothing_and_still_checks_what_it_read(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    for is_stale in [false, true] {
        let mut unit = test.db.begin("a", "refused", Class::Request);
        unit.load(&ITEMS, "i1").await.expect("answers");
        unit.update(&ITEMS, "i1", item(2));
        unit.insert(&ITEMS, "i2", item(2));
        unit.refuse();
        if is_stale {
            commit(&test.db, "a", |unit| unit.put(&ITEMS, "i1", item(3))).await.expect("commits");
        }
        assert_eq!(test.db.commit(unit).await.is_err(), is_stale);
    }
    assert_eq!(amount_of(&test.db, "a", "i1").await, Some(3));
    assert_eq!(amount_of(&test.db, "a", "i2").await, None);
}

async fn a_row_that_was_only_read_makes_the_unit_stale_too(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "parent", item(1))).await.expect("commits");
    let mut reader = test.db.begin("a", "reader", Class::Request);
    reader.load(&ITEMS, "parent").await.expect("answers");
    reader.insert(&ITEMS, "child", item(10));
    commit(&test.db, "a", |unit| unit.put(&ITEMS, "parent", item(2))).await.expect("commits");
    assert!(matches!(test.db.commit(reader).await, Err(CommitError::Stale(_))));
    assert_eq!(amount_of(&test.db, "a", "child").await, None, "nothing of a stale unit is written");
}

async fn a_row_made_anew_is_not_mistaken_for_the_one_that_was_loaded(test: TestDb) {
    commit(&test.db, "a", |unit| unit.put(&ITEMS, "i1", item(1))).await.expect("commits");
    let mut slow = test.db.begin("a", "slow", Class::Worker);
    slow.load(&ITEMS, "i1").await.expect("answers");
    slow.update(&ITEMS, "i1", item(100));
    commit(&test.db, "a", |unit| unit.remove(&ITEMS, "i1")).await.expect("commits");
    commit(&test.db, "a", |unit| unit.put(&ITEMS, "i1", item(2))).await.expect("commits");
    assert!(matches!(test.db.commit(slow).await, Err(CommitError::Stale(_))));
    assert_eq!(amount_of(&test.db, "a", "i1").await, Some(2));
}

async fn a_peeked_row_may_change(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    let mut unit = test.db.begin("a", "peek", Class::Request);
    assert_eq!(unit.peek(&ITEMS, "i1").await.expect("answers").expect("is there").int(0), 1);
    unit.insert(&ITEMS, "i2", item(2));
    commit(&test.db, "a", |unit| unit.put(&ITEMS, "i1", item(5))).await.expect("commits");
    test.db.commit(unit).await.expect("nothing that it was decided on has changed");
}

async fn loading_a_staged_row_answers_the_staged_one(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    let mut unit = test.db.begin("a", "staged", Class::Request);
    unit.load(&ITEMS, "i1").await.expect("answers");
    unit.update(&ITEMS, "i1", item(2));
    assert_eq!(unit.load(&ITEMS, "i1").await.expect("answers").expect("staged").int(0), 2);
    unit.update(&ITEMS, "i1", item(3));
    unit.remove(&ITEMS, "i1");
    assert!(unit.load(&ITEMS, "i1").await.expect("answers").is_none());
    unit.put(&ITEMS, "i1", item(4));
    test.db.commit(unit).await.expect("one write for the row");
    assert_eq!(amount_of(&test.db, "a", "i1").await, Some(4));
}

async fn a_row_changes_but_for_what_is_fixed(test: TestDb) {
    for (id, owner) in [("l1", Value::from("ada")), ("l2", Value::Null)] {
        let label = |amount: i64, owner: &Value| vec![amount.into(), owner.clone(), 7.into()];
        commit(&test.db, "a", |unit| unit.insert(&LABELS, id, label(1, &owner))).await.expect("commits");
        let change = async |values: Vec<Value>| {
            let mut unit = test.db.begin("a", "change", Class::Request);
            unit.load(&LABELS, id).await.expect("answers");
            unit.update(&LABELS, id, values);
            test.db.commit(unit).await
        };
        change(label(2, &owner)).await.expect("commits");
        change(label(3, &"bob".into())).await.expect_err("another owner");
        let found = test.db.load(&LABELS, "a", id).await.expect("answers").expect("is there");
        assert_eq!(found.values(), label(2, &owner));
    }
}

async fn a_query_loads_the_row_that_it_finds(test: TestDb) {
    const OWNED: &str = "SELECT id, amount, owner, made_at, version FROM labels WHERE account = $1 AND owner = $2";
    let label = |amount: i64| vec![amount.into(), "ada".into(), 7.into()];
    let owned = ["a".into(), "ada".into()];
    let mut unit = test.db.begin("a", "nobody", Class::Request);
    assert_eq!(unit.load_found(&LABELS, OWNED, &owned).await.expect("answers"), None);
    commit(&test.db, "a", |unit| unit.insert(&LABELS, "l1", label(1))).await.expect("commits");

    let mut first = test.db.begin("a", "first", Class::Request);
    let mut second = test.db.begin("a", "second", Class::Request);
    for unit in [&mut first, &mut second] {
        let (id, row) = unit.load_found(&LABELS, OWNED, &owned).await.expect("answers").expect("is there");
        assert_eq!((id.as_str(), row.values()), ("l1", &*label(1)));
    }
    first.update(&LABELS, "l1", label(2));
    let (_, staged) = first.load_found(&LABELS, OWNED, &owned).await.expect("answers").expect("is there");
    assert_eq!(staged.values(), label(2), "as this unit staged it");
    test.db.commit(first).await.expect("the first commits");
    second.insert(&ENTRIES, "e1", vec![1.into(), "body".into()]);
    let refused = test.db.commit(second).await.expect_err("the second is stale");
    assert!(matches!(refused, CommitError::Stale(_)), "{refused:?}");
}

async fn a_put_replaces_whatever_is_there(test: TestDb) {
    for amount in [1, 2, 3] {
        commit(&test.db, "a", |unit| unit.put(&ITEMS, "i1", item(amount))).await.expect("commits");
    }
    assert_eq!(amount_of(&test.db, "a", "i1").await, Some(3));
}

async fn a_removal_takes_a_row_away_and_does_not_mind_its_absence(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    for _ in 0..2 {
        commit(&test.db, "a", |unit| unit.remove(&ITEMS, "i1")).await.expect("commits");
        assert_eq!(amount_of(&test.db, "a", "i1").await, None);
    }
}

async fn what_is_stored_and_what_is_added_make_what_there_will_be(test: TestDb) {
    const BALANCES: &str = "SELECT id, balance FROM tallies WHERE account = $1 ORDER BY id";
    for (account, id, balance) in [("a", "old", 100), ("a", "other", 5), ("b", "old", 9)] {
        commit(&test.db, account, |unit| unit.add(&TALLIES, id, "balance", balance, None)).await.expect("commits");
    }
    let mut unit = test.db.begin("a", "added", Class::Request);
    unit.add(&TALLIES, "old", "balance", -70, Some(0));
    unit.add(&TALLIES, "new", "balance", 7, None);
    unit.add(&TALLIES, "old", "balance", -10, Some(0));
    unit.number(&TALLIES, "other", "sequence");
    unit.load(&TALLIES, "old").await.expect("answers");
    assert_eq!(unit.added(&TALLIES, "balance").collect::<Vec<_>>(), [("old", -80), ("new", 7)]);
    let rows = unit.query_stored(BALANCES, &["a".into()]).await.expect("answers");
    let mut expected: BTreeMap<String, i64> = rows.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect();
    assert_eq!(expected["old"], 100, "what is staged is not in the answer");
    for (id, added) in unit.added(&TALLIES, "balance") {
        *expected.entry(id.to_owned()).or_default() += added;
    }
    test.db.commit(unit).await.expect("commits");
    let rows = test.db.query(BALANCES, &["a".into()]).await.expect("answers");
    let found: BTreeMap<String, i64> = rows.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect();
    assert_eq!(found, expected);
    let mut refused = test.db.begin("a", "refused", Class::Request);
    refused.add(&TALLIES, "old", "balance", 1, None);
    refused.refuse();
    assert_eq!(refused.added(&TALLIES, "balance").count(), 0);
}

async fn a_floor_refuses_the_unit_that_would_pass_it(test: TestDb) {
    commit(&test.db, "a", |unit| unit.add(&TALLIES, "t", "balance", 100, None)).await.expect("commits");
    commit(&test.db, "a", |unit| unit.add(&TALLIES, "t", "balance", -70, Some(0))).await.expect("commits");
    let refused = commit(&test.db, "a", |unit| {
        unit.insert(&ITEMS, "i1", item(1));
        unit.add(&TALLIES, "t", "balance", -31, Some(0));
    })
    .await
    .expect_err("it would fall to -1");
    let CommitError::Floor { key, column, have, need } = refused else { panic!("{refused:?}") };
    assert_eq!((key.id.as_ref(), column, have, need), ("t", "balance", 30, 31));
    assert_eq!(amount_of(&test.db, "a", "i1").await, None, "nothing of a refused unit is written");
    commit(&test.db, "a", |unit| {
        unit.add(&TALLIES, "t", "balance", -80, Some(0));
        unit.add(&TALLIES, "t", "balance", 50, None);
    })
    .await
    .expect("a unit's changes count as their sum");
    assert_eq!(balance_of(&test.db, "a", "t").await, 0);
}

async fn a_tally_that_was_loaded_must_not_change(test: TestDb) {
    let mut unit = test.db.begin("a", "load", Class::Request);
    assert!(unit.load(&TALLIES, "t").await.expect("answers").is_none(), "an unused tally has no row");
    unit.add(&TALLIES, "t", "balance", 1, None);
    commit(&test.db, "a", |unit| unit.add(&TALLIES, "t", "balance", 5, None)).await.expect("commits");
    assert!(matches!(test.db.commit(unit).await, Err(CommitError::Stale(_))));

    let mut unit = test.db.begin("a", "load", Class::Request);
    assert_eq!(unit.load(&TALLIES, "t").await.expect("answers").expect("is there").int(0), 5);
    unit.add(&TALLIES, "t", "balance", 1, None);
    test.db.commit(unit).await.expect("nothing has changed");
    assert_eq!(balance_of(&test.db, "a", "t").await, 6);
}

async fn an_expected_value_of_a_tally_holds_at_the_commit(test: TestDb) {
    commit(&test.db, "a", |unit| {
        unit.expect(&TALLIES, "t", "guard", 0);
        unit.add(&TALLIES, "t", "guard", 1, None);
    })
    .await
    .expect("an unused tally counts as zeros");
    let stale = commit(&test.db, "a", |unit| {
        unit.expect(&TALLIES, "t", "guard", 0);
        unit.insert(&ITEMS, "i1", item(1));
    });
    assert!(matches!(stale.await, Err(CommitError::Stale(_))));
    let checked = commit(&test.db, "a", |unit| unit.expect(&TALLIES, "t", "guard", 1));
    checked.await.expect("a check alone commits too");
    commit(&test.db, "a", |unit| {
        unit.expect(&TALLIES, "unused", "guard", 0);
        unit.insert(&ITEMS, "i2", item(1));
    })
    .await
    .expect("it is unused");
    let made = test.db.load(&TALLIES, "a", "unused").await.expect("answers");
    assert!(made.is_some_and(|row| row.int(2) == 0), "the row is made, so that no other process makes it meanwhile");
    let both = commit(&test.db, "a", |unit| {
        unit.expect(&TALLIES, "t", "guard", 1);
        unit.expect(&TALLIES, "t", "guard", 2);
    });
    assert!(matches!(both.await, Err(CommitError::Stale(_))), "it cannot be both");
}

async fn numbers_are_drawn_in_the_order_of_commits_and_fill_placeholders(test: TestDb) {
    for round in 0..3 {
        let mut unit = test.db.begin("a", "number", Class::Request);
        let first = unit.number(&TALLIES, "events", "sequence");
        let other = unit.number(&TALLIES, "invoices", "sequence");
        let second = unit.number(&TALLIES, "events", "sequence");
        unit.insert(&ENTRIES, &format!("e{round}a"), vec![second.into(), "x".into()]);
        unit.insert(&ENTRIES, &format!("e{round}b"), vec![other.into(), "y".into()]);
        let done = test.db.commit(unit).await.expect("commits");
        assert_eq!(done.number(first), round * 2 + 1);
        assert_eq!(done.number(second), round * 2 + 2);
        assert_eq!(done.number(other), round + 1);
        let entry = test.db.load(&ENTRIES, "a", &format!("e{round}a")).await.expect("answers").expect("is there");
        assert_eq!(entry.int(0), round * 2 + 2);
    }
}

async fn a_unit_without_rows_commits_nothing(test: TestDb) {
    let before = test.db.stats();
    commit(&test.db, "a", |_| {}).await.expect("commits");
    assert_eq!(test.db.stats().batches, before.batches);
}

async fn a_unit_with_too_many_rows_is_refused(test: TestDb) {
    let many = |rows: usize| {
        commit(&test.db, "a", move |unit| {
            for row in 0..rows {
                unit.insert(&ENTRIES, &format!("e{rows}_{row}"), vec![1.into(), "x".into()]);
            }
        })
    };
    many(6_000).await.expect("the limit itself is allowed");
    assert!(matches!(many(6_001).await, Err(CommitError::Store(_))));
}

async fn every_storage_type_survives(test: TestDb) {
    for (id, amount, text, data) in
        [("min", i64::MIN, "", vec![]), ("max", i64::MAX, "ünï©ode '\"\\ {} $1 ?1", (0..=255).collect::<Vec<u8>>())]
    {
        let row: Vec<Value> = vec![amount.into(), text.into(), Value::Null, data.into()];
        commit(&test.db, "a", |unit| unit.put(&ITEMS, id, row.clone())).await.expect("commits");
        assert_eq!(test.db.load(&ITEMS, "a", id).await.expect("answers").expect("is there").values(), row);
    }
    let sql = "SELECT id, amount, tag, code, data FROM items WHERE account = $2 AND amount > $1 ORDER BY id LIMIT $3";
    let rows = test.db.query(sql, &[0.into(), "a".into(), 10.into()]).await.expect("answers");
    assert_eq!(rows.len(), 1);
    let mut reader = rows[0].reader();
    assert_eq!((reader.text(), reader.int()), ("max", i64::MAX));
    assert!(reader.opt_text().is_some_and(|tag| tag.starts_with('ü')));
    assert_eq!(reader.opt_text(), None);
    assert_eq!(reader.blob().len(), 256);
}

async fn maintenance_answers_how_many_rows_it_changed(test: TestDb) {
    for id in ["e1", "e2", "e3"] {
        commit(&test.db, "a", |unit| unit.insert(&ENTRIES, id, vec![1.into(), "x".into()])).await.expect("commits");
    }
    let sql = "DELETE FROM entries WHERE account = $1 AND id < $2";
    assert_eq!(test.db.prune(sql, &["a".into(), "e3".into()]).await.expect("works"), 2);
}

/// What is wiped in these tests.
const WIPED: &[&str] = &["entries", "items"];

async fn a_wiped_account_keeps_what_the_unit_itself_writes_and_others_keep_all(test: TestDb) {
    for account in ["a", "b"] {
        for id in ["i1", "i2"] {
            commit(&test.db, account, |unit| unit.insert(&ITEMS, id, item(1))).await.expect("commits");
        }
        commit(&test.db, account, |unit| unit.add(&TALLIES, "t", "balance", 7, None)).await.expect("commits");
    }
    let mut loaded = test.db.begin("a", "loaded", Class::Request);
    loaded.load(&ITEMS, "i2").await.expect("answers");
    loaded.update(&ITEMS, "i2", item(9));
    let wiped = commit(&test.db, "a", |unit| {
        unit.claim(&ITEMS, "i1", item(5));
        unit.wipe(WIPED);
    });
    assert!(matches!(wiped.await, Err(CommitError::Stale(_))), "a claim of what is there loses as ever");
    assert_eq!(amount_of(&test.db, "a", "i2").await, Some(1), "and then nothing is wiped");
    commit(&test.db, "a", |unit| {
        unit.wipe(WIPED);
        unit.claim(&ITEMS, "i3", item(5));
    })
    .await
    .expect("commits");
    for (account, id, amount) in
        [("a", "i1", None), ("a", "i2", None), ("a", "i3", Some(5)), ("b", "i1", Some(1)), ("b", "i2", Some(1))]
    {
        assert_eq!(amount_of(&test.db, account, id).await, amount, "{account} {id}");
    }
    assert_eq!(balance_of(&test.db, "a", "t").await, 7, "a table that is not named stays");
    assert!(matches!(test.db.commit(loaded).await, Err(CommitError::Stale(_))), "what was loaded is gone");
}

/// Two processes write pairs of rows, each under a guard, while another wipes and moves the guard on.
async fn a_wipe_leaves_no_half_of_what_others_commit_meanwhile(test: TestDb) {
    let other = test.again(2).await;
    let write = |db: Db, n: usize| async move {
        let pair = db.run("a", "pair", Class::Request, in_seconds(20), move |unit| {
            Box::pin(async move {
                let guard = unit.peek(&TALLIES, "g").await?.map_or(0, |row| row.int(2));
                unit.expect(&TALLIES, "g", "guard", guard);
                let id = format!("{n}/{}", unit.attempt());
                let slot = unit.number(&TALLIES, "g", "sequence");
                unit.insert(&ENTRIES, &id, vec![slot.into(), "x".into()]);
                unit.insert(&ITEMS, &id, item(1));
                Ok::<_, TestError>(())
            })
        });
        pair.await.map(drop)
    };
    let wipe = |db: Db| async move {
        let wiped = db.run("a", "wipe", Class::Request, in_seconds(20), |unit| {
            Box::pin(async move {
                unit.add(&TALLIES, "g", "guard", 1, None);
                unit.wipe(WIPED);
                Ok::<_, TestError>(())
            })
        });
        wiped.await.map(drop)
    };
    for round in 0..8 {
        let dbs = [&test.db, &other];
        let writes = join_all((0..40).map(|n| write(dbs[n % 2].clone(), round * 100 + n)));
        let (written, wiped) = tokio::join!(writes, wipe(dbs[round % 2].clone()));
        wiped.expect("wipes");
        for committed in written {
            committed.expect("commits");
        }
        let ids = async |sql| {
            let rows = test.db.query(sql, &[]).await.expect("answers");
            rows.iter().map(|row| row.text(0).to_owned()).collect::<Vec<_>>()
        };
        let entries = ids("SELECT id FROM entries WHERE account = 'a' ORDER BY id").await;
        assert_eq!(entries, ids("SELECT id FROM items WHERE account = 'a' ORDER BY id").await, "round {round}");
    }
}

async fn wrong_statements_fail_and_leave_the_store_working(test: TestDb) {
    let error = test.db.query("SELECT nothing FROM nowhere", &[]).await.expect_err("there is no such table");
    assert!(!error.is_transient(), "{error}");
    let error = test.db.prune("DELETE FROM nowhere", &[]).await.expect_err("there is no such table");
    assert!(!error.is_transient(), "{error}");
    let snapshot = test.db.snapshot().await.expect("opens");
    assert!(snapshot.query("SELECT nothing FROM nowhere", &[]).await.is_err());
    drop(snapshot);
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", item(1))).await.expect("commits");
    test.db.ping().await.expect("answers");
}

#[test]
fn what_callers_hold_across_awaits_may_move_between_threads() {
    fn moves<T: Send + Sync>() {}
    moves::<vinr_store::Db>();
    moves::<vinr_store::Snapshot>();
    moves::<vinr_store::UnitOfWork>();
}

#[cfg(debug_assertions)]
#[tokio::test]
#[should_panic(expected = "query over staged rows")]
async fn a_query_over_a_table_with_staged_rows_panics() {
    let test = TestDb::open(crate::harness::Engine::Sqlite).await;
    let mut unit = test.db.begin("a", "wrong", Class::Request);
    unit.insert(&ITEMS, "i1", item(1));
    let _ = unit.query("SELECT id FROM items WHERE account = $1", &["a".into()]).await;
}

#[tokio::test]
#[should_panic(expected = "was not loaded")]
async fn an_update_of_a_row_that_was_not_loaded_panics() {
    let test = TestDb::open(crate::harness::Engine::Sqlite).await;
    test.db.begin("a", "wrong", Class::Request).update(&ITEMS, "i1", item(1));
}

async fn the_notes_of_batches_do_not_pile_up_when_others_fail(test: TestDb) {
    for nth in 0..150 {
        let entry = |body: &str| vec![nth.into(), body.into()];
        commit(&test.db, "a", |unit| unit.insert(&ENTRIES, &format!("e{nth}"), entry("x"))).await.expect("commits");
        let failed = commit(&test.db, "a", |unit| unit.insert(&ENTRIES, &format!("f{nth}"), entry("bad"))).await;
        assert!(failed.is_err(), "the table forbids it");
    }
    let rows = test.db.query("SELECT COUNT(*) FROM commits", &[]).await.expect("answers");
    assert!(rows[0].int(0) <= 65, "{} notes are kept of 150 batches", rows[0].int(0));
}
