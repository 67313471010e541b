//! Rows that a query answered, read by position.
//!
//! A type that is not what the reader asked for is a bug in a statement or in the schema, never data from outside,
//! so the readers panic and name the place.

use crate::{Table, Value};

/// One row of a result: its values in the order of the statement's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The table or the statement that the row came from, for messages.
    origin: &'static str,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(origin: &'static str, values: Vec<Value>) -> Self {
        Row { origin, values }
    }

    /// How many columns the row has.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether the row has no column at all.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All values in their order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The values, for a caller that stages the row again.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// Takes the first value off a row.
    pub(crate) fn shift(&mut self) -> Value {
        self.values.remove(0)
    }

    pub(crate) fn pop(&mut self) -> Option<Value> {
        self.values.pop()
    }

    /// The `BIGINT` at `index`.
    ///
    /// # Panics
    /// If the column is `NULL`, of another type or absent.
    pub fn int(&self, index: usize) -> i64 {
        self.opt_int(index).unwrap_or_else(|| self.mismatch(index, "int"))
    }

    /// The `BIGINT` at `index`, or `None` for `NULL`.
    ///
    /// # Panics
    /// If the column is of another type or absent.
    pub fn opt_int(&self, index: usize) -> Option<i64> {
        match self.values.get(index) {
            Some(Value::Int(value)) => Some(*value),
            Some(Value::Null) => None,
            _ => self.mismatch(index, "int"),
        }
    }

    /// The 0 or 1 at `index` as a boolean.
    ///
    /// # Panics
    /// If the column is anything else.
    pub fn bool(&self, index: usize) -> bool {
        match self.int(index) {
            0 => false,
            1 => true,
            _ => self.mismatch(index, "0 or 1"),
        }
    }

    /// The `TEXT` at `index`.
    ///
    /// # Panics
    /// If the column is `NULL`, of another type or absent.
    pub fn text(&self, index: usize) -> &str {
        self.opt_text(index).unwrap_or_else(|| self.mismatch(index, "text"))
    }

    /// The `TEXT` at `index`, or `None` for `NULL`.
    ///
    /// # Panics
    /// If the column is of another type or absent.
    pub fn opt_text(&self, index: usize) -> Option<&str> {
        match self.values.get(index) {
            Some(Value::Text(value)) => Some(value),
            Some(Value::Null) => None,
            _ => self.mismatch(index, "text"),
        }
    }

    /// The bytes at `index`.
    ///
    /// # Panics
    /// If the column is `NULL`, of another type or absent.
    pub fn blob(&self, index: usize) -> &[u8] {
        self.opt_blob(index).unwrap_or_else(|| self.mismatch(index, "blob"))
    }

    /// The bytes at `index`, or `None` for `NULL`.
    ///
    /// # Panics
    /// If the column is of another type or absent.
    pub fn opt_blob(&self, index: usize) -> Option<&[u8]> {
        match self.values.get(index) {
            Some(Value::Blob(value)) => Some(value),
            Some(Value::Null) => None,
            _ => self.mismatch(index, "blob"),
        }
    }

    /// A reader that takes the columns one after the other.
    pub fn reader(&self) -> RowReader<'_> {
        RowReader { row: self, next: 0 }
    }

    fn mismatch(&self, index: usize, wanted: &str) -> ! {
        let found = self.values.get(index).map_or("no such column", Value::type_name);
        panic!("column {index} of {}: wanted {wanted}, found {found}", self.origin)
    }
}

/// Reads a row's columns in their order, so that a struct and its columns stay beside each other.
#[derive(Debug)]
pub struct RowReader<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> RowReader<'a> {
    fn step(&mut self) -> usize {
        let index = self.next;
        self.next += 1;
        index
    }

    /// The next column as `BIGINT`.
    ///
    /// # Panics
    /// As [`Row::int`].
    pub fn int(&mut self) -> i64 {
        let index = self.step();
        self.row.int(index)
    }

    /// The next column as `BIGINT`, or `None` for `NULL`.
    ///
    /// # Panics
    /// As [`Row::opt_int`].
    pub fn opt_int(&mut self) -> Option<i64> {
        let index = self.step();
        self.row.opt_int(index)
    }

    /// The next column, 0 or 1, as a boolean.
    ///
    /// # Panics
    /// As [`Row::bool`].
    pub fn bool(&mut self) -> bool {
        let index = self.step();
        self.row.bool(index)
    }

    /// The next column as `TEXT`.
    ///
    /// # Panics
    /// As [`Row::text`].
    pub fn text(&mut self) -> &'a str {
        let index = self.step();
        self.row.text(index)
    }

    /// The next column as `TEXT`, or `None` for `NULL`.
    ///
    /// # Panics
    /// As [`Row::opt_text`].
    pub fn opt_text(&mut self) -> Option<&'a str> {
        let index = self.step();
        self.row.opt_text(index)
    }

    /// The next column as bytes.
    ///
    /// # Panics
    /// As [`Row::blob`].
    pub fn blob(&mut self) -> &'a [u8] {
        let index = self.step();
        self.row.blob(index)
    }

    /// The next column as bytes, or `None` for `NULL`.
    ///
    /// # Panics
    /// As [`Row::opt_blob`].
    pub fn opt_blob(&mut self) -> Option<&'a [u8]> {
        let index = self.step();
        self.row.opt_blob(index)
    }
}

/// Takes the version off the end of a loaded row.
pub(crate) fn take_version(row: &mut Row, table: &Table) -> i64 {
    match row.pop() {
        Some(Value::Int(version)) => version,
        other => panic!("table {}: the version is {other:?}", table.name),
    }
}
