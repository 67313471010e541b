//! Settling: which units of a batch commit, decided in memory and in arrival order on what the database answered.
//!
//! Two units that write one key, or take one unique key: the later is stale. Changes of a tally are summed, and every
//! unit's floor is tested in turn on what the units before it leave. So no statement ever sees a key twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::Committed;
use crate::error::{CommitError, Key, StoreError, StoreErrorKind};
use crate::group::plan::{Plan, RowState, Touch, UniqueState, visit};
use crate::table::Table;
use crate::unit::{Op, TallyUse, Unit, Write};
use crate::value::Value;

/// What a batch will write, and what becomes of each of its units.
#[derive(Debug)]
pub(crate) struct Settled<'u> {
    /// For each unit its numbers, or why it does not commit.
    pub(crate) verdicts: Vec<Result<Vec<i64>, CommitError>>,
    /// What is written, in the order of the tables' names.
    pub(crate) tables: BTreeMap<&'static str, TableWrites<'u>>,
    /// The numbers drawn, unit after unit.
    numbers: Vec<i64>,
    /// The account of the first unit that writes: the batch's own row goes beside its rows.
    pub(crate) account: Option<&'u Arc<str>>,
    /// What is removed before anything is written: an account, and the tables that have nothing of it afterwards.
    pub(crate) wiped: Vec<(&'u str, &'static [&'static str])>,
    /// Units that tell an observer something, each with its place among the verdicts.
    pub(crate) witnessed: Vec<(&'u Unit, usize)>,
}

/// What is written to one table; every key appears once.
#[derive(Debug)]
pub(crate) struct TableWrites<'u> {
    pub(crate) table: &'static Table,
    pub(crate) inserts: Vec<RowWrite<'u>>,
    pub(crate) updates: Vec<RowWrite<'u>>,
    pub(crate) puts: Vec<RowWrite<'u>>,
    pub(crate) removes: Vec<RowWrite<'u>>,
    /// Places in the plan of tallies to be created.
    pub(crate) new_tallies: Vec<u32>,
    /// Places in the plan of tallies to be changed.
    pub(crate) tallies: Vec<u32>,
}

/// One row to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowWrite<'u> {
    pub(crate) account: &'u str,
    pub(crate) id: &'u str,
    pub(crate) values: &'u [Value],
    /// The version it has before: updates only.
    pub(crate) expected: i64,
    numbers_from: usize,
}

/// A value with its number filled in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Filled<'u> {
    Null,
    Int(i64),
    Text(&'u str),
    Blob(&'u [u8]),
}

impl<'u> Settled<'u> {
    /// The value of a row's column.
    pub(crate) fn fill(&self, row: &RowWrite<'u>, column: usize) -> Filled<'u> {
        match &row.values[column] {
            Value::Null => Filled::Null,
            Value::Int(value) => Filled::Int(*value),
            Value::Text(text) => Filled::Text(text),
            Value::Blob(bytes) => Filled::Blob(bytes),
            Value::Number(slot) => Filled::Int(self.numbers[row.numbers_from + slot.0 as usize]),
        }
    }

    /// How many rows are written. What a wipe removes is not known here and not counted.
    pub(crate) fn rows(&self) -> u64 {
        let of = |writes: &TableWrites<'_>| {
            let tallies = writes.new_tallies.len() + writes.tallies.len();
            writes.inserts.len() + writes.updates.len() + writes.puts.len() + writes.removes.len() + tallies
        };
        self.tables.values().map(of).sum::<usize>() as u64
    }

    /// What became of each unit, once the batch has given its new rows this version.
    pub(crate) fn verdicts(self, first_version: i64) -> Vec<Result<Committed, CommitError>> {
        let committed = |numbers| Committed::new(numbers, first_version);
        self.verdicts.into_iter().map(|verdict| verdict.map(committed)).collect()
    }

    fn writes(&mut self, table: &'static Table) -> &mut TableWrites<'u> {
        self.tables.entry(table.name).or_insert_with(|| TableWrites {
            table,
            inserts: Vec::new(),
            updates: Vec::new(),
            puts: Vec::new(),
            removes: Vec::new(),
            new_tallies: Vec::new(),
            tallies: Vec::new(),
        })
    }
}

/// Settles `units` on what `plan` knows by now, and leaves in it what they make of it.
pub(crate) fn settle<'u>(units: &[&'u Unit], plan: &mut Plan<'u>) -> Settled<'u> {
    let mut settled = Settled {
        verdicts: Vec::with_capacity(units.len()),
        tables: BTreeMap::new(),
        numbers: Vec::new(),
        account: None,
        wiped: Vec::new(),
        witnessed: Vec::new(),
    };
    let places = std::mem::take(&mut plan.places);
    let mut rest = places.as_slice();
    for (index, unit) in units.iter().enumerate() {
        let (problem, used) = find_problem(unit, plan, rest);
        let verdict = match in_the_way(units, index).or(problem) {
            Some(problem) => Err(problem),
            None => Ok(accept(unit, plan, &mut settled, rest)),
        };
        rest = &rest[used..];
        settled.verdicts.push(verdict);
    }
    for (place, tally) in (0..).zip(&plan.tallies) {
        if tally.written {
            let writes = settled.writes(tally.table);
            if tally.exists { writes.tallies.push(place) } else { writes.new_tallies.push(place) }
        }
    }
    settled
}

/// What is against a unit whose account another unit of the batch wipes: the one that wipes commits alone.
fn in_the_way(units: &[&Unit], index: usize) -> Option<CommitError> {
    let unit = units[index];
    let wipes = |(_, other): &(usize, &&Unit)| !other.wiped.is_empty() && other.account == unit.account;
    let (wiper, other) = units.iter().enumerate().find(wipes)?;
    (wiper != index).then(|| CommitError::Stale(Key::new(other.wiped[0], &unit.account, "")))
}

/// Tests one unit: what is against it, if anything, and how many places it has.
fn find_problem(unit: &Unit, plan: &Plan<'_>, places: &[u32]) -> (Option<CommitError>, usize) {
    let mut used = 0;
    let mut problem = None;
    visit(unit, |touch| {
        let place = places[used] as usize;
        used += 1;
        if problem.is_some() {
            return;
        }
        problem = match touch {
            Touch::Written(write) => row_problem(unit, write, &plan.rows[place]),
            Touch::Unique(write, index) => unique_problem(unit, write, index, &plan.uniques[place]),
            Touch::Tallied(tally) => tally_problem(unit, tally, &plan.tallies[place].values),
            Touch::Checked(check) => {
                let row = &plan.rows[place];
                let same = !row.written && row.version == Some(check.version);
                (!same).then(|| stale(unit, check.table, &check.id))
            }
        };
    });
    (problem, used)
}

fn stale(unit: &Unit, table: &Table, id: &str) -> CommitError {
    CommitError::Stale(Key::new(table.name, &unit.account, id))
}

fn row_problem(unit: &Unit, write: &Write, row: &RowState<'_>) -> Option<CommitError> {
    let fits = match write.op {
        Op::Insert => unreachable!("a fresh row has no place in the plan"),
        Op::Claim => row.version.is_none(),
        Op::Update { expected } | Op::Remove { expected: Some(expected) } => row.version == Some(expected),
        Op::Put | Op::Remove { expected: None } => true,
    };
    (row.written || !fits).then(|| stale(unit, write.table, &write.id))
}

fn unique_problem(unit: &Unit, write: &Write, index: usize, key: &UniqueState<'_>) -> Option<CommitError> {
    let free = match &key.owner {
        None => true,
        // Its own key, or that of a row which this unit removes: removals are applied first.
        Some((account, id)) if **account == *unit.account => {
            *id == write.id
                || unit.writes.iter().any(|other| {
                    other.table.name == write.table.name && other.id == *id && matches!(other.op, Op::Remove { .. })
                })
        }
        Some(_) => false,
    };
    (key.taken || !free).then(|| stale(unit, write.table, write.table.unique[index].name))
}

fn tally_problem(unit: &Unit, tally: &TallyUse, values: &[i64]) -> Option<CommitError> {
    if tally.expected.iter().any(|(column, value)| values[*column] != *value) {
        return Some(stale(unit, tally.table, &tally.id));
    }
    tally.changes.iter().find_map(|change| {
        let have = values[change.column];
        let column = tally.table.columns[change.column].name;
        let Some(sum) = have.checked_add(change.delta) else {
            let problem = format!("{column} of {} leaves the range of 64 bits", tally.id);
            return Some(CommitError::Store(StoreError::because(StoreErrorKind::Failed, unit.label, problem)));
        };
        let floor = change.floor.filter(|floor| sum < *floor)?;
        let key = Key::new(tally.table.name, &unit.account, &tally.id);
        Some(CommitError::Floor { key, column, have, need: floor.saturating_sub(change.delta) })
    })
}

/// Takes a unit that nothing is against into the batch, and answers its numbers.
fn accept<'u>(unit: &'u Unit, plan: &mut Plan<'u>, settled: &mut Settled<'u>, places: &[u32]) -> Vec<i64> {
    let numbers_from = settled.numbers.len();
    let mut bases = Vec::new();
    let mut used = 0;
    visit(unit, |touch| {
        let place = places[used] as usize;
        used += 1;
        match touch {
            Touch::Written(_) => plan.rows[place].written = true,
            Touch::Unique(..) => plan.uniques[place].taken = true,
            Touch::Checked(_) => {}
            Touch::Tallied(tally) => {
                let state = &mut plan.tallies[place];
                bases.push(place);
                for change in &tally.changes {
                    state.values[change.column] += change.delta;
                }
                // A row that is only expected to be zeros is made too if it is missing: nothing can be locked there,
                // and so another process that makes it meanwhile is noticed.
                state.written |= !tally.changes.is_empty() || !state.exists;
            }
        }
    });
    for source in &unit.slots {
        // The tally already carries this unit's draws; its nth number lies that far above where it stood before.
        let after = plan.tallies[bases[source.tally]].values[source.column];
        let draws = unit.tallies[source.tally].changes.iter().find(|change| change.column == source.column);
        let draws = draws.map_or(0, |change| change.delta);
        settled.numbers.push(after - draws + source.nth);
    }
    for write in &unit.writes {
        let row = RowWrite {
            account: &unit.account,
            id: &write.id,
            values: &write.values,
            expected: if let Op::Update { expected } = write.op { expected } else { 0 },
            numbers_from,
        };
        let writes = settled.writes(write.table);
        match write.op {
            Op::Insert | Op::Claim => writes.inserts.push(row),
            Op::Update { .. } => writes.updates.push(row),
            Op::Put => writes.puts.push(row),
            Op::Remove { .. } => writes.removes.push(row),
        }
    }
    if !unit.wiped.is_empty() {
        settled.wiped.push((&unit.account, unit.wiped));
    }
    if !unit.notes.is_empty() {
        settled.witnessed.push((unit, settled.verdicts.len()));
    }
    if unit.has_writes() {
        settled.account.get_or_insert(&unit.account);
    }
    settled.numbers[numbers_from..].to_vec()
}
