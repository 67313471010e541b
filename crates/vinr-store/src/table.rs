//! Declarations of tables: what the writer must know to write rows as data.
//!
//! Every table has `account TEXT, id TEXT` as its primary key, and a [`Kind::Versioned`] one has `version BIGINT`;
//! those are implied and not listed among the columns.

use crate::Value;

/// One table, declared once as a `static` by the module that owns it.
#[derive(Debug)]
pub struct Table {
    /// The table's name in SQL.
    pub name: &'static str,
    /// The columns in the order in which rows are staged and loaded, without `account`, `id` and `version`.
    pub columns: &'static [Column],
    /// Unique keys beside the primary key; a unit that would double one is stale.
    pub unique: &'static [Unique],
    /// How rows of this table change.
    pub kind: Kind,
}

/// How the rows of a table change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Rows change as a whole and carry a version that grows by one with every change.
    Versioned,
    /// Rows are written once; they may be removed, never changed.
    AppendOnly,
    /// All columns are `BIGINT NOT NULL` and change by deltas; a row is created from zeros on its first use.
    Tally,
}

/// One column of a table.
#[derive(Debug)]
pub struct Column {
    /// The column's name in SQL.
    pub name: &'static str,
    /// What is stored in it.
    pub ty: Type,
    /// Whether it stays as it was inserted: see [`Column::fixed`].
    pub is_fixed: bool,
}

impl Column {
    /// A `BIGINT` column.
    pub const fn int(name: &'static str) -> Column {
        Column { name, ty: Type::Int, is_fixed: false }
    }

    /// A `TEXT` column.
    pub const fn text(name: &'static str) -> Column {
        Column { name, ty: Type::Text, is_fixed: false }
    }

    /// A `BLOB` column (`BYTEA` on PostgreSQL).
    pub const fn blob(name: &'static str) -> Column {
        Column { name, ty: Type::Blob, is_fixed: false }
    }

    /// The same column, never changed once its row is inserted. SQLite writes the entries of every index over a column that
    /// an update names, whatever its value; of this one it leaves them. An update with another value for it fails.
    #[must_use]
    pub const fn fixed(self) -> Column {
        Column { is_fixed: true, ..self }
    }
}

/// The storage type of a column. Whether it may be `NULL` is the schema's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// `BIGINT`
    Int,
    /// `TEXT`
    Text,
    /// `BLOB` or `BYTEA`
    Blob,
}

impl Type {
    /// Whether `value` may be stored in a column of this type.
    pub(crate) fn admits(self, value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Int(_) | Value::Number(_) => self == Type::Int,
            Value::Text(_) => self == Type::Text,
            Value::Blob(_) => self == Type::Blob,
        }
    }
}

/// A unique key beside the primary key. Rows with a `NULL` in one of the columns do not take part, as in SQL.
#[derive(Debug)]
pub struct Unique {
    /// The name of the index, for messages.
    pub name: &'static str,
    /// The columns of the key, without `account`.
    pub columns: &'static [&'static str],
    /// Whether the key is unique across accounts; otherwise `account` is its first column.
    pub global: bool,
}

impl Table {
    /// The position of the column called `name`.
    ///
    /// # Panics
    /// If the table has no such column: a misspelt declaration.
    pub fn column(&self, name: &str) -> usize {
        self.columns
            .iter()
            .position(|column| column.name == name)
            .unwrap_or_else(|| panic!("table {} has no column {name}", self.name))
    }

    /// Asserts that `values` are one complete row of this table.
    pub(crate) fn assert_row(&self, values: &[Value]) {
        assert_eq!(values.len(), self.columns.len(), "table {}: wrong number of values", self.name);
        for (column, value) in self.columns.iter().zip(values) {
            assert!(
                column.ty.admits(value),
                "table {}, column {}: {} does not fit",
                self.name,
                column.name,
                value.type_name()
            );
        }
    }
}
