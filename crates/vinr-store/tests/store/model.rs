//! What random units of work ought to have done: committed ones are replayed in the order of their numbers, refused
//! ones must be explained by a commit that came between their snapshot and their answer.

use std::collections::BTreeMap;

use vinr_store::{CommitError, Db, Key};

use crate::harness::{TALLIES, balance_of};

/// An item's contents: an amount that no other write has, and its tag.
pub(crate) type Content = (i64, Option<String>);

/// One thing that a unit of work did or relied on.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Saw {
        id: String,
        content: Option<Content>,
    },
    Update {
        id: String,
        content: Content,
    },
    Claim {
        id: String,
        content: Content,
    },
    Put {
        id: String,
        content: Content,
    },
    Remove {
        id: String,
    },
    Add {
        id: String,
        delta: i64,
        floor: Option<i64>,
    },
    /// Expected the guard to have this value, and added one to it.
    Guard {
        id: String,
        value: i64,
    },
}

/// One unit of work and its answer.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) account: &'static str,
    /// The id of the entry that it inserts if it commits.
    pub(crate) entry: String,
    pub(crate) steps: Vec<Step>,
    /// The account's last number in the unit's snapshot, and after its answer.
    pub(crate) seen: i64,
    pub(crate) until: i64,
    pub(crate) result: Result<i64, CommitError>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    items: BTreeMap<String, Content>,
    balances: BTreeMap<String, i64>,
    guards: BTreeMap<String, i64>,
}

impl State {
    fn owner_of(&self, tag: &str) -> Option<&String> {
        self.items.iter().find(|(_, content)| content.1.as_deref() == Some(tag)).map(|(id, _)| id)
    }

    fn write(&mut self, id: &str, content: &Content) {
        if let Some(tag) = &content.1 {
            let owner = self.owner_of(tag).cloned();
            assert!(owner.as_deref().is_none_or(|owner| owner == id), "{tag} belongs to {owner:?} and {id} took it");
        }
        self.items.insert(id.to_owned(), content.clone());
    }

    /// Applies one step of a committed unit, asserting that it was right to commit.
    fn apply(&mut self, step: &Step) {
        match step {
            Step::Saw { id, content } => assert_eq!(self.items.get(id), content.as_ref(), "{id} had changed"),
            Step::Claim { id, content } => {
                assert!(!self.items.contains_key(id), "{id} was taken");
                self.write(id, content);
            }
            Step::Update { id, content } | Step::Put { id, content } => self.write(id, content),
            Step::Remove { id } => drop(self.items.remove(id)),
            Step::Add { id, delta, floor } => {
                let balance = self.balances.entry(id.clone()).or_default();
                *balance += delta;
                assert!(floor.is_none_or(|floor| *balance >= floor), "{id} passed its floor");
            }
            Step::Guard { id, value } => {
                let guard = self.guards.entry(id.clone()).or_default();
                assert_eq!(guard, value, "the guard of {id} had changed");
                *guard += 1;
            }
        }
    }
}

/// Checks everything that was done to `account`, and the database's contents in the end.
pub(crate) async fn verify(db: &Db, account: &'static str, attempts: &[Attempt]) {
    let mine = || attempts.iter().filter(|attempt| attempt.account == account);
    let committed: BTreeMap<i64, &Attempt> =
        mine().filter_map(|attempt| attempt.result.as_ref().ok().map(|number| (*number, attempt))).collect();
    let count = mine().filter(|attempt| attempt.result.is_ok()).count();
    assert_eq!(committed.len(), count, "a number was drawn twice");
    assert!(committed.keys().copied().eq(1..=i64::try_from(count).expect("few")), "a number was skipped");

    // States by number: what the account looked like after each commit.
    let mut states = vec![State::default()];
    for attempt in committed.values() {
        let mut state = states.last().expect("there is a first state").clone();
        // First what it relied on, as it was before any of its own steps.
        attempt.steps.iter().filter(|step| matches!(step, Step::Saw { .. })).for_each(|step| state.apply(step));
        attempt.steps.iter().filter(|step| matches!(step, Step::Remove { .. })).for_each(|step| state.apply(step));
        let rest = attempt.steps.iter().filter(|step| !matches!(step, Step::Saw { .. } | Step::Remove { .. }));
        rest.for_each(|step| state.apply(step));
        states.push(state);
    }
    for attempt in mine() {
        if let Err(error) = &attempt.result {
            let window = committed.range(attempt.seen..=attempt.until);
            let met: Vec<&Attempt> = window.skip_while(|met| *met.0 <= attempt.seen).map(|met| *met.1).collect();
            assert!(is_explained(attempt, error, &states, &met), "refused without a reason: {attempt:?}");
        }
    }
    assert_contents(db, account, states.last().expect("there is a last state"), &committed).await;
}

impl Step {
    /// Whether the step writes the item.
    fn writes(&self, item: &str) -> bool {
        match self {
            Step::Saw { .. } | Step::Add { .. } | Step::Guard { .. } => false,
            Step::Update { id, .. } | Step::Claim { id, .. } | Step::Put { id, .. } | Step::Remove { id } => id == item,
        }
    }
}

/// Whether a refusal has its reason in the states that the unit may have met, from its snapshot to its answer, or in
/// the units that committed meanwhile.
fn is_explained(attempt: &Attempt, error: &CommitError, states: &[State], met: &[&Attempt]) -> bool {
    let window = || (attempt.seen..=attempt.until).map(|number| &states[usize::try_from(number).expect("from 0")]);
    let before = window().next().expect("a window has a first state");
    match error {
        CommitError::Stale(key) if &*key.id == "items_tag" => {
            let tags = attempt.steps.iter().filter_map(|step| match step {
                Step::Update { id, content } | Step::Claim { id, content } | Step::Put { id, content } => {
                    content.1.as_ref().map(|tag| (id, tag))
                }
                _ => None,
            });
            tags.into_iter().any(|(id, tag)| window().any(|state| state.owner_of(tag).is_some_and(|owner| owner != id)))
        }
        CommitError::Stale(Key { table: "items", id, .. }) => {
            let id: &str = id;
            let claimed = |step: &Step| matches!(step, Step::Claim { id: claimed, .. } if claimed == id);
            let taken = attempt.steps.iter().any(claimed) && window().any(|state| state.items.contains_key(id));
            taken || met.iter().any(|met| met.steps.iter().any(|step| step.writes(id)))
        }
        CommitError::Stale(key) => window().any(|state| state.guards.get(&*key.id) != before.guards.get(&*key.id)),
        CommitError::Floor { key, have, need, .. } => {
            have < need && window().any(|state| state.balances.get(&*key.id).copied().unwrap_or(0) == *have)
        }
        // Nothing was written, which the contents show; why not is another matter.
        CommitError::Overloaded => true,
        CommitError::Store(error) => error.is_transient(),
    }
}

async fn assert_contents(db: &Db, account: &'static str, last: &State, committed: &BTreeMap<i64, &Attempt>) {
    let sql = "SELECT id, amount, tag FROM items WHERE account = $1 ORDER BY id";
    let rows = db.query(sql, &[account.into()]).await.expect("the database answers");
    let items = rows.iter().map(|row| (row.text(0).to_owned(), (row.int(1), row.opt_text(2).map(str::to_owned))));
    assert_eq!(items.collect::<BTreeMap<_, _>>(), last.items);

    let sql = "SELECT id, sequence FROM entries WHERE account = $1 ORDER BY sequence";
    let rows = db.query(sql, &[account.into()]).await.expect("the database answers");
    let entries: Vec<(String, i64)> = rows.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect();
    let expected: Vec<(String, i64)> =
        committed.iter().map(|(number, attempt)| (attempt.entry.clone(), *number)).collect();
    assert_eq!(entries, expected, "who was told that it committed is there, and nobody else");

    for (id, balance) in &last.balances {
        assert_eq!(balance_of(db, account, id).await, *balance, "a change of {id} was missed or doubled");
    }
    for (id, guard) in &last.guards {
        let row = db.load(&TALLIES, account, id).await.expect("the database answers").expect("it was used");
        assert_eq!(row.int(2), *guard);
    }
}
