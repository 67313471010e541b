//! A unit of work: what one request read and what it wants to write.
//!
//! Writes are data until the commit, so that the writer can join many units into one transaction. The staged part,
//! [`Unit`], travels through the queue; the snapshot it was decided on does not.

use std::any::Any;
use std::sync::Arc;

use crate::read::{SNAPSHOT_LIFE, Snapshot};
use crate::row::{Row, take_version};
use crate::table::{Kind, Table};
use crate::value::{Slot, Value};
use crate::{Class, Inner, StoreError};

/// A unit of work under construction. See [`Db::run`](crate::Db::run) for its life.
#[derive(Debug)]
pub struct UnitOfWork {
    db: Arc<Inner>,
    unit: Unit,
    attempt: u32,
    snapshot: Option<Snapshot>,
}

/// The staged part of a unit of work: plain data, decided and ready to commit.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) account: Arc<str>,
    pub(crate) label: &'static str,
    pub(crate) class: Class,
    pub(crate) writes: Vec<Write>,
    pub(crate) checks: Vec<Check>,
    pub(crate) tallies: Vec<TallyUse>,
    /// Tables whose rows of this account all go before anything is written.
    pub(crate) wiped: &'static [&'static str],
    /// Where each slot's number comes from, by the slot's index.
    pub(crate) slots: Vec<NumberSource>,
    /// What an observer is told once this is durable.
    pub(crate) notes: Vec<Note>,
    pub(crate) weight_bytes: usize,
}

/// What a unit tells the [`Observer`](crate::Observer) of a simulated disk: whatever its owner wants to see there.
pub type Note = Box<dyn Any + Send + Sync>;

/// One row to be written.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) table: &'static Table,
    pub(crate) id: Box<str>,
    pub(crate) op: Op,
    /// Empty for [`Op::Remove`].
    pub(crate) values: Vec<Value>,
}

/// How a row is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// A fresh id that nobody else can know.
    Insert,
    /// A contested key: taken means stale.
    Claim,
    /// A loaded row: another version means stale.
    Update { expected: i64 },
    /// Whatever is there is replaced.
    Put,
    /// Whatever is there goes, or only the loaded version of it.
    Remove { expected: Option<i64> },
}

/// A row that was read and must not have changed.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) table: &'static Table,
    pub(crate) id: Box<str>,
    pub(crate) version: i64,
}

/// What a unit does to one row of a tally table.
#[derive(Debug)]
pub(crate) struct TallyUse {
    pub(crate) table: &'static Table,
    pub(crate) id: Box<str>,
    /// Summed changes, one entry for a column.
    pub(crate) changes: Vec<Change>,
    /// Values that columns must have before this unit.
    pub(crate) expected: Vec<(usize, i64)>,
}

/// The change of one column of a tally.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) column: usize,
    pub(crate) delta: i64,
    pub(crate) floor: Option<i64>,
}

/// The column that a number is drawn from, and which of this unit's draws it is, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NumberSource {
    pub(crate) tally: usize,
    pub(crate) column: usize,
    pub(crate) nth: i64,
}

/// What a row costs in the queue's byte limit beside its values: keys, bookkeeping, protocol.
const ROW_OVERHEAD_BYTES: usize = 48;

impl Unit {
    pub(crate) fn new(account: &str, label: &'static str, class: Class) -> Unit {
        Unit {
            account: account.into(),
            label,
            class,
            writes: Vec::new(),
            checks: Vec::new(),
            tallies: Vec::new(),
            wiped: &[],
            slots: Vec::new(),
            notes: Vec::new(),
            weight_bytes: 0,
        }
    }

    /// How many rows the unit touches.
    pub(crate) fn rows(&self) -> usize {
        self.writes.len() + self.checks.len() + self.tallies.len() + self.wiped.len()
    }

    /// Whether committing the unit changes anything.
    pub(crate) fn has_writes(&self) -> bool {
        let changes = self.tallies.iter().any(|tally| !tally.changes.is_empty());
        !self.writes.is_empty() || !self.wiped.is_empty() || changes
    }

    /// Drops every write and keeps what was read, so that a refusal can be checked before it is answered.
    pub(crate) fn into_checks(mut self) -> Unit {
        for write in self.writes.drain(..) {
            if let Op::Update { expected } | Op::Remove { expected: Some(expected) } = write.op {
                self.checks.push(Check { table: write.table, id: write.id, version: expected });
            }
        }
        self.wiped = &[];
        self.slots.clear();
        self.notes.clear();
        self.tallies.retain_mut(|tally| {
            tally.changes.clear();
            !tally.expected.is_empty()
        });
        self
    }

    fn staged(&self, table: &Table, id: &str) -> Option<usize> {
        self.writes.iter().position(|write| write.table.name == table.name && *write.id == *id)
    }

    fn checked(&self, table: &Table, id: &str) -> Option<usize> {
        self.checks.iter().position(|check| check.table.name == table.name && *check.id == *id)
    }

    /// Takes the version that was remembered for a loaded row: its write checks it from now on.
    fn take_check(&mut self, table: &Table, id: &str) -> Option<i64> {
        self.checked(table, id).map(|index| self.checks.swap_remove(index).version)
    }

    fn stage(&mut self, table: &'static Table, id: &str, op: Op, values: Vec<Value>) {
        self.weight_bytes += ROW_OVERHEAD_BYTES + id.len();
        self.weight_bytes += values.iter().map(Value::weight_bytes).sum::<usize>();
        self.writes.push(Write { table, id: id.into(), op, values });
    }

    fn restage(&mut self, index: usize, values: Vec<Value>) {
        self.weight_bytes += values.iter().map(Value::weight_bytes).sum::<usize>();
        let write = &mut self.writes[index];
        if let Op::Remove { expected } = write.op {
            write.op = expected.map_or(Op::Put, |expected| Op::Update { expected });
        }
        write.values = values;
    }

    fn tally(&mut self, table: &'static Table, id: &str) -> usize {
        assert_eq!(table.kind, Kind::Tally, "table {} is not a tally", table.name);
        let found = self.tallies.iter().position(|tally| tally.table.name == table.name && *tally.id == *id);
        found.unwrap_or_else(|| {
            self.weight_bytes += ROW_OVERHEAD_BYTES + id.len() + table.columns.len() * 8;
            self.tallies.push(TallyUse { table, id: id.into(), changes: Vec::new(), expected: Vec::new() });
            self.tallies.len() - 1
        })
    }

    fn change(&mut self, tally: usize, column: usize) -> &mut Change {
        let changes = &mut self.tallies[tally].changes;
        let index = changes.iter().position(|change| change.column == column).unwrap_or_else(|| {
            changes.push(Change { column, delta: 0, floor: None });
            changes.len() - 1
        });
        &mut changes[index]
    }
}

impl UnitOfWork {
    pub(crate) fn new(db: Arc<Inner>, unit: Unit, attempt: u32) -> UnitOfWork {
        UnitOfWork { db, unit, attempt, snapshot: None }
    }

    /// Ends the snapshot and gives what is to be committed.
    pub(crate) fn into_unit(self) -> Unit {
        self.unit
    }

    pub(crate) fn label(&self) -> &'static str {
        self.unit.label
    }

    /// Drops everything that was staged and keeps what was read: of a decision that was refused in the middle nothing is
    /// written, whatever the unit goes on to answer.
    pub fn refuse(&mut self) {
        let fresh = Unit::new(&self.unit.account, self.unit.label, self.unit.class);
        self.unit = std::mem::replace(&mut self.unit, fresh).into_checks();
    }

    /// The account whose rows this unit reads and writes.
    pub fn account(&self) -> &str {
        &self.unit.account
    }

    /// How often the unit was decided before: 0 the first time.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Reads a row and remembers its version: if it changes before the commit, the unit is stale, also if it never
    /// writes the row. A row that this unit staged is answered as staged. A tally's columns are expected to keep the
    /// values that were read; a row of an append-only table has nothing to remember.
    ///
    /// The absence of a row is not remembered: guard it by [`UnitOfWork::claim`] of that key.
    pub async fn load(&mut self, table: &'static Table, id: &str) -> Result<Option<Row>, StoreError> {
        if let Some(index) = self.unit.staged(table, id) {
            return Ok(self.staged_row(index));
        }
        let row = self.fetch(table, id).await?;
        match table.kind {
            Kind::AppendOnly => Ok(row),
            Kind::Tally => {
                let tally = self.unit.tally(table, id);
                let known = &mut self.unit.tallies[tally].expected;
                for column in 0..table.columns.len() {
                    let expected = (column, row.as_ref().map_or(0, |row| row.int(column)));
                    if !known.contains(&expected) {
                        known.push(expected);
                    }
                }
                Ok(row)
            }
            Kind::Versioned => Ok(row.map(|mut row| {
                let version = take_version(&mut row, table);
                self.know(table, id, version);
                row
            })),
        }
    }

    /// Loads the row that a query finds, in the one statement: it selects the row's id, its columns in their order, and its
    /// version. Otherwise as [`UnitOfWork::load`]: the version is remembered, and what this unit staged of the row is
    /// answered. A row that this unit itself made is not found.
    ///
    /// # Panics
    /// If the table has no versions, or the query selects something else.
    pub async fn load_found(
        &mut self,
        table: &'static Table,
        sql: &'static str,
        params: &[Value],
    ) -> Result<Option<(String, Row)>, StoreError> {
        let Some(mut row) = self.query_stored(sql, params).await?.into_iter().next() else { return Ok(None) };
        let Value::Text(id) = row.shift() else { panic!("table {}: the query gives no id", table.name) };
        if let Some(index) = self.unit.staged(table, &id) {
            return Ok(self.staged_row(index).map(|row| (id, row)));
        }
        let version = take_version(&mut row, table);
        assert_eq!(row.len(), table.columns.len(), "table {}: the query gives other columns", table.name);
        self.know(table, &id, version);
        Ok(Some((id, row)))
    }

    /// Takes a row as loaded that an earlier commit of this process wrote: its values and its version are known, and if it
    /// is another by now, the unit is stale.
    ///
    /// # Panics
    /// If the table has no versions.
    pub fn know(&mut self, table: &'static Table, id: &str, version: i64) {
        assert_eq!(table.kind, Kind::Versioned, "table {} has no versions", table.name);
        if self.unit.checked(table, id).is_none() {
            self.unit.weight_bytes += ROW_OVERHEAD_BYTES + id.len();
            self.unit.checks.push(Check { table, id: id.into(), version });
        }
    }

    /// Reads a row for display only: no decision may use it, because nobody checks that it stays.
    pub async fn peek(&mut self, table: &'static Table, id: &str) -> Result<Option<Row>, StoreError> {
        if let Some(index) = self.unit.staged(table, id) {
            return Ok(self.staged_row(index));
        }
        let row = self.fetch(table, id).await?;
        Ok(row.map(|mut row| {
            if table.kind == Kind::Versioned {
                take_version(&mut row, table);
            }
            row
        }))
    }

    /// Runs a query in this unit's snapshot. A decision over a set must also load the parent row whose version every
    /// writer of that set bumps.
    ///
    /// # Panics
    /// In debug builds, if a table of the query has rows staged by this unit: the answer would not show them.
    pub async fn query(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        debug_assert!(self.staged_table_in(sql).is_none(), "query over staged rows of {:?}", self.staged_table_in(sql));
        self.query_stored(sql, params).await
    }

    /// The same also over tables of which this unit has staged rows: for whoever adds what is staged to the answer, such as
    /// what [`UnitOfWork::added`] says of a tally.
    pub async fn query_stored(&mut self, sql: &'static str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.snapshot().await?.query(sql, params).await
    }

    /// What this unit adds to a column of a tally, by id.
    ///
    /// # Panics
    /// If the table has no such column.
    pub fn added(&self, table: &'static Table, column: &str) -> impl Iterator<Item = (&str, i64)> {
        let column = table.column(column);
        let rows = self.unit.tallies.iter().filter(|tally| tally.table.name == table.name);
        rows.filter_map(move |tally| {
            let change = tally.changes.iter().find(|change| change.column == column)?;
            Some((&*tally.id, change.delta))
        })
    }

    /// Stages a new row with a fresh id that nobody else can know. If the id exists all the same, that is an error of
    /// this unit, not a conflict.
    pub fn insert(&mut self, table: &'static Table, id: &str, values: Vec<Value>) {
        self.stage_new(table, id, Op::Insert, values);
    }

    /// Stages a new row whose key others may want too: if it is taken at the commit, the unit is stale.
    pub fn claim(&mut self, table: &'static Table, id: &str, values: Vec<Value>) {
        self.stage_new(table, id, Op::Claim, values);
    }

    fn stage_new(&mut self, table: &'static Table, id: &str, op: Op, values: Vec<Value>) {
        assert_ne!(table.kind, Kind::Tally, "table {} is a tally", table.name);
        assert!(self.unit.staged(table, id).is_none(), "table {}: {id} is staged already", table.name);
        table.assert_row(&values);
        self.unit.stage(table, id, op, values);
    }

    /// Stages the new state of a row that was loaded; its version grows by one. A row staged by this unit is replaced.
    ///
    /// # Panics
    /// If the row was neither loaded nor staged.
    pub fn update(&mut self, table: &'static Table, id: &str, values: Vec<Value>) {
        assert_eq!(table.kind, Kind::Versioned, "table {} has no versions", table.name);
        table.assert_row(&values);
        if let Some(index) = self.unit.staged(table, id) {
            self.unit.restage(index, values);
        } else {
            let loaded = self.unit.take_check(table, id);
            let expected = loaded.unwrap_or_else(|| panic!("table {}: {id} was not loaded", table.name));
            self.unit.stage(table, id, Op::Update { expected }, values);
        }
    }

    /// Stages a row that replaces whatever is there. A loaded row is checked all the same.
    pub fn put(&mut self, table: &'static Table, id: &str, values: Vec<Value>) {
        assert_ne!(table.kind, Kind::Tally, "table {} is a tally", table.name);
        table.assert_row(&values);
        if let Some(index) = self.unit.staged(table, id) {
            self.unit.restage(index, values);
        } else {
            let op = self.unit.take_check(table, id).map_or(Op::Put, |expected| Op::Update { expected });
            self.unit.stage(table, id, op, values);
        }
    }

    /// Stages the removal of a row, if it is there. A loaded row is checked all the same.
    pub fn remove(&mut self, table: &'static Table, id: &str) {
        assert_ne!(table.kind, Kind::Tally, "table {} is a tally", table.name);
        let Some(index) = self.unit.staged(table, id) else {
            let expected = self.unit.take_check(table, id);
            self.unit.stage(table, id, Op::Remove { expected }, Vec::new());
            return;
        };
        let write = &mut self.unit.writes[index];
        write.op = match write.op {
            Op::Insert => {
                self.unit.writes.swap_remove(index);
                return;
            }
            Op::Claim => panic!("table {}: {id} is claimed and removed by one unit", write.table.name),
            Op::Update { expected } => Op::Remove { expected: Some(expected) },
            Op::Put => Op::Remove { expected: None },
            Op::Remove { expected } => Op::Remove { expected },
        };
        write.values = Vec::new();
    }

    /// Stages that every row of this unit's account goes from these tables, before anything else that the unit writes:
    /// what it inserts or claims there stays. No other unit of the account commits in the same batch, and whoever wrote
    /// such a row meanwhile without touching a row that this unit changes too would leave it behind: change one that
    /// every writer expects.
    ///
    /// It is one statement a table, however many rows there are: for an operator's or a test's work alone.
    pub fn wipe(&mut self, tables: &'static [&'static str]) {
        self.unit.wiped = tables;
    }

    /// Adds `delta` to a column of a tally, blindly. With a floor the unit is refused if the column would end below it.
    /// Several changes of one column count as their sum, under the highest floor.
    ///
    /// # Panics
    /// If the table is no tally or the sum leaves `i64`.
    pub fn add(&mut self, table: &'static Table, id: &str, column: &'static str, delta: i64, floor: Option<i64>) {
        let (tally, column) = (self.unit.tally(table, id), table.column(column));
        let drawn = self.unit.slots.iter().any(|source| (source.tally, source.column) == (tally, column));
        assert!(!drawn, "table {}: numbers are drawn from a column that is also added to", table.name);
        let change = self.unit.change(tally, column);
        change.delta = change.delta.checked_add(delta).expect("a unit's changes of one tally fit in i64");
        change.floor = change.floor.max(floor);
    }

    /// Expects a column of a tally to have `value` just before this unit commits; otherwise the unit is stale. A row
    /// that does not exist counts as zeros.
    pub fn expect(&mut self, table: &'static Table, id: &str, column: &'static str, value: i64) {
        let tally = self.unit.tally(table, id);
        let expected = (table.column(column), value);
        if !self.unit.tallies[tally].expected.contains(&expected) {
            self.unit.tallies[tally].expected.push(expected);
        }
    }

    /// Draws the next number of a tally's column: one more than the last, without gaps, in the order of commits.
    pub fn number(&mut self, table: &'static Table, id: &str, column: &'static str) -> Slot {
        let tally = self.unit.tally(table, id);
        let column = table.column(column);
        let drawn = self.unit.slots.iter().filter(|source| (source.tally, source.column) == (tally, column)).count();
        let change = self.unit.change(tally, column);
        change.delta += 1;
        let nth = change.delta;
        assert_eq!(usize::try_from(nth), Ok(drawn + 1), "numbers are drawn from a column that is also added to");
        let slot = Slot(u32::try_from(self.unit.slots.len()).expect("a unit has few numbers"));
        self.unit.slots.push(NumberSource { tally, column, nth });
        slot
    }

    /// Leaves a note for whoever observes a simulated disk: it is handed over in the order of commits, once the unit is
    /// durable. On every other engine `note` is not even called.
    pub fn note(&mut self, note: impl FnOnce() -> Note) {
        if self.db.is_observed() {
            self.unit.notes.push(note());
        }
    }

    async fn snapshot(&mut self) -> Result<&Snapshot, StoreError> {
        if self.snapshot.is_none() {
            self.snapshot = Some(Snapshot::open(&self.db, self.unit.label, SNAPSHOT_LIFE).await?);
        }
        Ok(self.snapshot.as_ref().expect("opened just above"))
    }

    async fn fetch(&mut self, table: &'static Table, id: &str) -> Result<Option<Row>, StoreError> {
        self.snapshot().await?;
        let snapshot = self.snapshot.as_ref().expect("opened just above");
        snapshot.fetch(table, &self.unit.account, id).await
    }

    fn staged_row(&self, index: usize) -> Option<Row> {
        let write = &self.unit.writes[index];
        match write.op {
            Op::Remove { .. } => None,
            Op::Insert | Op::Claim | Op::Update { .. } | Op::Put => {
                Some(Row::new(write.table.name, write.values.clone()))
            }
        }
    }

    /// A table with staged rows whose name is a word of `sql`.
    fn staged_table_in(&self, sql: &str) -> Option<&'static str> {
        let mut words = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.find_map(|word| {
            let written = self.unit.writes.iter().map(|write| write.table.name);
            let tallied = self.unit.tallies.iter().filter(|t| !t.changes.is_empty()).map(|tally| tally.table.name);
            written.chain(tallied).find(|name| *name == word)
        })
    }
}
