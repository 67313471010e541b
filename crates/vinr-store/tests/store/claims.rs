//! Contested keys: primary keys that several units claim, and unique keys beside them.

use vinr_store::{CommitError, Value};

use crate::harness::{ITEMS, TestDb, amount_of, commit, item, on_both_engines};

on_both_engines!(
    a_claimed_key_belongs_to_the_first,
    of_many_claims_at_once_exactly_one_wins,
    a_unique_key_is_per_account_unless_it_is_global,
    a_row_may_keep_its_own_unique_key,
    a_unit_may_hand_a_unique_key_from_a_removed_row_to_a_new_one,
    an_inserted_id_that_exists_is_an_error_of_that_unit_alone,
);

fn tagged(tag: &str, code: Option<&str>) -> Vec<Value> {
    vec![1.into(), tag.into(), code.into(), Value::Null]
}

async fn a_claimed_key_belongs_to_the_first(test: TestDb) {
    commit(&test.db, "a", |unit| unit.claim(&ITEMS, "key", item(1))).await.expect("it is free");
    let second = commit(&test.db, "a", |unit| unit.claim(&ITEMS, "key", item(2))).await;
    assert!(matches!(second, Err(CommitError::Stale(key)) if &*key.id == "key"));
    commit(&test.db, "b", |unit| unit.claim(&ITEMS, "key", item(3))).await.expect("another account's key is another");
    assert_eq!(amount_of(&test.db, "a", "key").await, Some(1));
}

async fn of_many_claims_at_once_exactly_one_wins(test: TestDb) {
    let claims = (0..100).map(|nth| commit(&test.db, "a", move |unit| unit.claim(&ITEMS, "key", item(nth))));
    let results = futures_util::future::join_all(claims).await;
    let winners: Vec<usize> = (0..100).filter(|nth| results[*nth].is_ok()).collect();
    assert_eq!(winners.len(), 1);
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(CommitError::Stale(_)))));
    assert_eq!(amount_of(&test.db, "a", "key").await, i64::try_from(winners[0]).ok());
}

async fn a_unique_key_is_per_account_unless_it_is_global(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i1", tagged("red", Some("x")))).await.expect("both are free");
    let same_tag = commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i2", tagged("red", None))).await;
    assert!(matches!(same_tag, Err(CommitError::Stale(key)) if &*key.id == "items_tag"));
    commit(&test.db, "b", |unit| unit.insert(&ITEMS, "i3", tagged("red", None))).await.expect("another account's tag");
    let same_code = commit(&test.db, "b", |unit| unit.insert(&ITEMS, "i4", tagged("blue", Some("x")))).await;
    assert!(matches!(same_code, Err(CommitError::Stale(key)) if &*key.id == "items_code"));

    let at_once = (0..20).map(|nth| {
        let account = if nth % 2 == 0 { "a" } else { "b" };
        let (id, tag) = (format!("n{nth}"), format!("tag{nth}"));
        commit(&test.db, account, move |unit| unit.insert(&ITEMS, &id, tagged(&tag, Some("y"))))
    });
    let results = futures_util::future::join_all(at_once).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "one of them has the global key");
    assert_eq!(test.db.stats().repeats, 0, "the losers are found before the database has to refuse them");
    assert!(results.iter().all(|result| matches!(result, Ok(_) | Err(CommitError::Stale(_)))));
}

async fn a_row_may_keep_its_own_unique_key(test: TestDb) {
    commit(&test.db, "a", |unit| unit.put(&ITEMS, "i1", tagged("red", Some("x")))).await.expect("both are free");
    commit(&test.db, "a", |unit| unit.put(&ITEMS, "i1", tagged("red", Some("x")))).await.expect("they are its own");
    commit(&test.db, "a", |unit| unit.put(&ITEMS, "i1", tagged("blue", Some("x")))).await.expect("one of them is new");
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "i2", tagged("red", None))).await.expect("it was given up");
}

async fn a_unit_may_hand_a_unique_key_from_a_removed_row_to_a_new_one(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "old", tagged("red", None))).await.expect("commits");
    commit(&test.db, "a", |unit| {
        unit.insert(&ITEMS, "new", tagged("red", None));
        unit.remove(&ITEMS, "old");
    })
    .await
    .expect("the old row is removed first");
    assert_eq!(amount_of(&test.db, "a", "old").await, None);
    assert_eq!(amount_of(&test.db, "a", "new").await, Some(1));
}

async fn an_inserted_id_that_exists_is_an_error_of_that_unit_alone(test: TestDb) {
    commit(&test.db, "a", |unit| unit.insert(&ITEMS, "twice", item(1))).await.expect("commits");
    let units = (0..40).map(|nth| {
        let id = if nth == 17 { "twice".to_owned() } else { format!("i{nth}") };
        commit(&test.db, "a", move |unit| unit.insert(&ITEMS, &id, item(nth)))
    });
    let results = futures_util::future::join_all(units).await;
    for (nth, result) in results.iter().enumerate() {
        if nth == 17 {
            assert!(matches!(result, Err(CommitError::Store(error)) if !error.is_transient()), "{result:?}");
        } else {
            assert!(result.is_ok(), "{nth}: {result:?}");
        }
    }
    assert_eq!(amount_of(&test.db, "a", "twice").await, Some(1));
}
