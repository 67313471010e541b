//! What a batch must know before it may write: every contested row, tally and unique key, once each.
//!
//! The plan is filled by the engine (arbitration) and then settled in memory, in arrival order.

use std::collections::{BTreeMap, HashMap};

use crate::table::{Kind, Table};
use crate::unit::{Check, Op, TallyUse, Unit, Write};
use crate::value::Value;

/// Everything the units of a batch touch and others may touch too.
#[derive(Debug)]
pub(crate) struct Plan<'u> {
    pub(crate) rows: Vec<RowState<'u>>,
    pub(crate) tallies: Vec<TallyState<'u>>,
    pub(crate) uniques: Vec<UniqueState<'u>>,
    /// What the engine has to ask, in the one order in which tables are locked: that of their names.
    pub(crate) asks: BTreeMap<&'static str, TableAsk>,
    /// For each unit in turn the places of its rows, tallies and unique keys, in the order of [`visit`].
    pub(crate) places: Vec<u32>,
    /// Whether any unit changes anything.
    pub(crate) has_writes: bool,
}

/// A row as the database has it and as the units settled so far leave it.
#[derive(Debug)]
pub(crate) struct RowState<'u> {
    pub(crate) account: &'u str,
    pub(crate) id: &'u str,
    /// Whether somebody writes it, so that it must be locked.
    pub(crate) contested: bool,
    /// The version in the database, 0 for a table without versions, `None` if there is no such row.
    pub(crate) version: Option<i64>,
    /// Whether a unit of this batch has written it.
    pub(crate) written: bool,
}

/// A tally as the database has it, and then as the units settled so far leave it.
#[derive(Debug)]
pub(crate) struct TallyState<'u> {
    pub(crate) table: &'static Table,
    pub(crate) account: &'u str,
    pub(crate) id: &'u str,
    pub(crate) contested: bool,
    pub(crate) values: Vec<i64>,
    pub(crate) exists: bool,
    pub(crate) written: bool,
}

/// A unique key and the row that owns it.
#[derive(Debug)]
pub(crate) struct UniqueState<'u> {
    pub(crate) table: &'static Table,
    /// Which of the table's unique keys it is.
    pub(crate) index: usize,
    pub(crate) account: &'u str,
    pub(crate) values: Vec<&'u Value>,
    /// Account and id of the row that has the key in the database.
    pub(crate) owner: Option<(Box<str>, Box<str>)>,
    /// Whether a unit of this batch has taken it.
    pub(crate) taken: bool,
}

/// The places of what is asked of one table.
#[derive(Debug)]
pub(crate) struct TableAsk {
    pub(crate) table: &'static Table,
    /// Rows to lock and read.
    pub(crate) locked: Vec<u32>,
    /// Rows that are only checked.
    pub(crate) checked: Vec<u32>,
    /// Tallies to lock and read.
    pub(crate) tallies: Vec<u32>,
    /// Tallies that are only expected to have a value.
    pub(crate) expected: Vec<u32>,
    /// Unique keys to look up.
    pub(crate) uniques: Vec<u32>,
}

/// Something of a unit that has a place in the plan.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Touch<'u> {
    Written(&'u Write),
    /// A unique key of the row, by its index among the table's.
    Unique(&'u Write, usize),
    Checked(&'u Check),
    Tallied(&'u TallyUse),
}

/// Visits everything of a unit that has a place in the plan: writes (row, then unique keys), checks, tallies. The key
/// of a row with a fresh id has none: nobody else can know it.
pub(crate) fn visit<'u>(unit: &'u Unit, mut each: impl FnMut(Touch<'u>)) {
    for write in &unit.writes {
        if write.op != Op::Insert {
            each(Touch::Written(write));
        }
        if !matches!(write.op, Op::Remove { .. }) {
            for index in (0..write.table.unique.len()).filter(|index| takes_part(write, *index)) {
                each(Touch::Unique(write, index));
            }
        }
    }
    unit.checks.iter().for_each(|check| each(Touch::Checked(check)));
    unit.tallies.iter().for_each(|tally| each(Touch::Tallied(tally)));
}

fn unique_values(write: &Write, index: usize) -> impl Iterator<Item = &Value> {
    write.table.unique[index].columns.iter().map(|column| &write.values[write.table.column(column)])
}

/// Whether a row takes part in a unique key: not with a `NULL`, as in SQL, nor with a number that the writer is about
/// to draw, which is unique already.
fn takes_part(write: &Write, index: usize) -> bool {
    unique_values(write, index).all(|value| !matches!(value, Value::Null | Value::Number(_)))
}

type RowKey<'u> = (&'static str, &'u str, &'u str);
type UniqueKey<'u> = (&'static str, usize, &'u str, Vec<&'u Value>);

/// Finds the place of a key, so that a key that several units touch has one state.
#[derive(Default)]
struct Places<'u> {
    rows: HashMap<RowKey<'u>, u32>,
    tallies: HashMap<RowKey<'u>, u32>,
    uniques: HashMap<UniqueKey<'u>, u32>,
}

impl<'u> Plan<'u> {
    /// Gathers what `units` touch. Nothing is known of it yet.
    pub(crate) fn gather(units: &[&'u Unit]) -> Plan<'u> {
        let mut plan = Plan {
            rows: Vec::new(),
            tallies: Vec::new(),
            uniques: Vec::new(),
            asks: BTreeMap::new(),
            places: Vec::new(),
            has_writes: units.iter().any(|unit| unit.has_writes()),
        };
        let mut tables = Vec::new();
        let mut places = Places::default();
        for unit in units {
            visit(unit, |touch| {
                let place = plan.place(&mut places, &mut tables, &unit.account, touch);
                plan.places.push(place);
            });
        }
        plan.distribute(&tables);
        plan
    }

    fn place(
        &mut self,
        places: &mut Places<'u>,
        tables: &mut Vec<&'static Table>,
        account: &'u str,
        touch: Touch<'u>,
    ) -> u32 {
        match touch {
            Touch::Written(write) => self.row(places, tables, write.table, (account, &write.id), true),
            Touch::Checked(check) => self.row(places, tables, check.table, (account, &check.id), false),
            Touch::Tallied(tally) => {
                let (table, id) = (tally.table, &*tally.id);
                let place = *places.tallies.entry((table.name, account, id)).or_insert_with(|| {
                    let values = vec![0; table.columns.len()];
                    let (contested, exists, written) = (false, false, false);
                    self.tallies.push(TallyState { table, account, id, contested, values, exists, written });
                    place_of(self.tallies.len())
                });
                self.tallies[place as usize].contested |= !tally.changes.is_empty();
                place
            }
            Touch::Unique(write, index) => {
                let table = write.table;
                let scope = if table.unique[index].global { "" } else { account };
                let values: Vec<&Value> = unique_values(write, index).collect();
                *places.uniques.entry((table.name, index, scope, values.clone())).or_insert_with(|| {
                    self.uniques.push(UniqueState { table, index, account, values, owner: None, taken: false });
                    place_of(self.uniques.len())
                })
            }
        }
    }

    fn row(
        &mut self,
        places: &mut Places<'u>,
        tables: &mut Vec<&'static Table>,
        table: &'static Table,
        (account, id): (&'u str, &'u str),
        contested: bool,
    ) -> u32 {
        let place = *places.rows.entry((table.name, account, id)).or_insert_with(|| {
            tables.push(table);
            self.rows.push(RowState { account, id, contested, version: None, written: false });
            place_of(self.rows.len())
        });
        self.rows[place as usize].contested |= contested;
        place
    }

    fn distribute(&mut self, tables: &[&'static Table]) {
        for (place, (row, table)) in (0..).zip(self.rows.iter().zip(tables)) {
            let ask = ask_of(&mut self.asks, table);
            if row.contested { ask.locked.push(place) } else { ask.checked.push(place) }
        }
        for (place, tally) in (0..).zip(&self.tallies) {
            let ask = ask_of(&mut self.asks, tally.table);
            if tally.contested { ask.tallies.push(place) } else { ask.expected.push(place) }
        }
        for (place, unique) in (0..).zip(&self.uniques) {
            ask_of(&mut self.asks, unique.table).uniques.push(place);
        }
    }
}

fn place_of(len: usize) -> u32 {
    u32::try_from(len - 1).expect("a batch touches fewer than 2^32 keys")
}

fn ask_of<'a>(asks: &'a mut BTreeMap<&'static str, TableAsk>, table: &'static Table) -> &'a mut TableAsk {
    debug_assert!(table.kind != Kind::Tally || table.unique.is_empty(), "a tally has no unique keys");
    asks.entry(table.name).or_insert_with(|| TableAsk {
        table,
        locked: Vec::new(),
        checked: Vec::new(),
        tallies: Vec::new(),
        expected: Vec::new(),
        uniques: Vec::new(),
    })
}
