//! Random units of work from several tasks at once, against the model.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use vinr_store::{Class, Db, StoreError, UnitOfWork, Value};

use crate::harness::{ENTRIES, ITEMS, TALLIES, TestDb, on_both_engines};
use crate::model::{Attempt, Content, Step, verify};

on_both_engines!(random_units_from_many_tasks_agree_with_the_model);

pub(crate) const ACCOUNTS: [&str; 2] = ["acct_1", "acct_2"];

async fn random_units_from_many_tasks_agree_with_the_model(test: TestDb) {
    let attempts = play(std::slice::from_ref(&test.db), &test.db, 1, 12, 150).await;
    for account in ACCOUNTS {
        verify(&test.db, account, &attempts).await;
    }
    let refused = attempts.iter().filter(|attempt| attempt.result.is_err()).count();
    assert!(refused > attempts.len() / 50, "only {refused} conflicts: the test is too tame");
    assert!(refused < attempts.len() * 9 / 10, "{refused} conflicts: hardly anything commits");
}

/// What one unit is going to do; ids are drawn from small pools so that units meet.
#[derive(Clone, Debug)]
struct Plan {
    account: usize,
    item: u8,
    on_item: OnItem,
    tag: Option<u8>,
    put: Option<(u8, bool)>,
    claim: Option<u16>,
    add: Option<(u8, i64, bool)>,
    guard: Option<u8>,
    pause: bool,
}

#[derive(Clone, Copy, Debug)]
enum OnItem {
    Leave,
    Look,
    Change,
    Remove,
}

fn plans() -> impl Strategy<Value = Plan> {
    let on_item = prop_oneof![2 => Just(OnItem::Leave), 2 => Just(OnItem::Look), 3 => Just(OnItem::Change), 1 => Just(OnItem::Remove)];
    (
        0..ACCOUNTS.len(),
        0..8_u8,
        on_item,
        proptest::option::weighted(0.3, 0..6_u8),
        proptest::option::weighted(0.3, (0..4_u8, any::<bool>())),
        proptest::option::weighted(0.3, 0..400_u16),
        proptest::option::weighted(0.7, (0..3_u8, -50..60_i64, any::<bool>())),
        proptest::option::weighted(0.1, 0..2_u8),
        any::<bool>(),
    )
        .prop_map(|(account, item, on_item, tag, put, claim, add, guard, pause)| Plan {
            account,
            item,
            on_item,
            tag,
            put,
            claim,
            add,
            guard,
            pause,
        })
}

/// Plays `units` random units from each of `tasks` tasks, which use `dbs` in turn. `direct` is read to learn how far
/// the numbers have come.
pub(crate) async fn play(dbs: &[Db], direct: &Db, seed: u8, tasks: usize, units: usize) -> Vec<Attempt> {
    let tasks: Vec<_> = (0..tasks)
        .map(|task| {
            let db = dbs[task % dbs.len()].clone();
            let direct = direct.clone();
            let mut bytes = [seed; 32];
            bytes[0] = u8::try_from(task).expect("few tasks");
            let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
            let mut runner = TestRunner::new_with_rng(Config::default(), rng);
            let plans: Arc<[Plan]> =
                (0..units).map(|_| plans().new_tree(&mut runner).expect("no plan is rejected").current()).collect();
            tokio::spawn(async move {
                let mut attempts = Vec::new();
                for (nth, plan) in plans.iter().enumerate() {
                    let unique = i64::try_from(task * 1_000_000 + nth * 10).expect("few units");
                    // A unit that could not even read has begun nothing.
                    if let Ok(attempt) = attempt(&db, &direct, plan, unique).await {
                        attempts.push(attempt);
                    }
                }
                attempts
            })
        })
        .collect();
    let mut attempts = Vec::new();
    for task in tasks {
        attempts.extend(task.await.expect("no task panics"));
    }
    attempts
}

async fn last_number(db: &Db, account: &str) -> i64 {
    let row = db.load(&TALLIES, account, "events").await.expect("the direct connection works");
    row.map_or(0, |row| row.int(1))
}

async fn attempt(db: &Db, direct: &Db, plan: &Plan, unique: i64) -> Result<Attempt, StoreError> {
    let account = ACCOUNTS[plan.account];
    let mut unit = db.begin(account, "random", if unique % 3 == 0 { Class::Worker } else { Class::Request });
    let seen = unit.peek(&TALLIES, "events").await?.map_or(0, |row| row.int(1));
    let entry = format!("entry_{unique}");
    let mut steps = Vec::new();
    stage(&mut unit, plan, unique, &mut steps).await?;
    if plan.pause {
        tokio::task::yield_now().await;
    }
    let slot = unit.number(&TALLIES, "events", "sequence");
    unit.insert(&ENTRIES, &entry, vec![slot.into(), "body".into()]);
    let result = db.commit(unit).await.map(|committed| committed.number(slot));
    let until = last_number(direct, account).await;
    Ok(Attempt { account, entry, steps, seen, until, result })
}

fn row_of(content: &Content) -> Vec<Value> {
    vec![content.0.into(), content.1.clone().into(), Value::Null, Value::Null]
}

async fn stage(unit: &mut UnitOfWork, plan: &Plan, unique: i64, steps: &mut Vec<Step>) -> Result<(), StoreError> {
    let tag = plan.tag.map(|tag| format!("tag_{tag}"));
    if !matches!(plan.on_item, OnItem::Leave) {
        let id = format!("item_{}", plan.item);
        let found = unit.load(&ITEMS, &id).await?;
        let found = found.map(|row| (row.int(0), row.opt_text(1).map(str::to_owned)));
        let content = (unique, tag);
        if found.is_some() {
            steps.push(Step::Saw { id: id.clone(), content: found.clone() });
        }
        match (plan.on_item, found.is_some()) {
            (OnItem::Change, true) => {
                unit.update(&ITEMS, &id, row_of(&content));
                steps.push(Step::Update { id, content });
            }
            (OnItem::Change, false) => {
                unit.claim(&ITEMS, &id, row_of(&content));
                steps.push(Step::Claim { id, content });
            }
            (OnItem::Remove, _) => {
                unit.remove(&ITEMS, &id);
                steps.push(Step::Remove { id });
            }
            (OnItem::Look | OnItem::Leave, _) => {}
        }
    }
    if let Some((put, replace)) = plan.put {
        let id = format!("put_{put}");
        if replace {
            let content = (unique + 1, None);
            unit.put(&ITEMS, &id, row_of(&content));
            steps.push(Step::Put { id, content });
        } else {
            unit.remove(&ITEMS, &id);
            steps.push(Step::Remove { id });
        }
    }
    if let Some(claim) = plan.claim {
        let (id, content) = (format!("claim_{claim}"), (unique + 2, None));
        unit.claim(&ITEMS, &id, row_of(&content));
        steps.push(Step::Claim { id, content });
    }
    if let Some((tally, delta, floored)) = plan.add {
        let (id, floor) = (format!("tally_{tally}"), floored.then_some(0));
        unit.add(&TALLIES, &id, "balance", delta, floor);
        steps.push(Step::Add { id, delta, floor });
    }
    if let Some(guard) = plan.guard {
        let id = format!("guard_{guard}");
        let value = unit.peek(&TALLIES, &id).await?.map_or(0, |row| row.int(2));
        unit.expect(&TALLIES, &id, "guard", value);
        unit.add(&TALLIES, &id, "guard", 1, None);
        steps.push(Step::Guard { id, value });
    }
    Ok(())
}
