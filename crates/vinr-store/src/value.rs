//! Values that travel to and from the database: four storage types, nothing else.
//!
//! Both engines store `BIGINT`, `TEXT`, `BLOB` and `NULL`; everything richer (money, instants, JSON) is made of these
//! by whoever owns the row.

/// One value of a row or one parameter of a statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// SQL `NULL`.
    Null,
    /// A `BIGINT`: amounts, milliseconds, counters, and 0 or 1 for a boolean.
    Int(i64),
    /// A `TEXT`: ids, enums, JSON.
    Text(String),
    /// A `BLOB` (`BYTEA` on PostgreSQL).
    Blob(Vec<u8>),
    /// A number that only the writer knows; it becomes an [`Value::Int`] at the commit.
    Number(Slot),
}

/// The place of a number that is assigned at the commit, so that the order of numbers is the order of commits.
///
/// It is made by [`UnitOfWork::number`](crate::UnitOfWork::number), may stand in any row of the same unit, and is
/// read afterwards from [`Committed::number`](crate::Committed::number).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub(crate) u32);

impl Value {
    /// What the value weighs in the queue's byte limits: its payload and a little for the row around it.
    pub(crate) fn weight_bytes(&self) -> usize {
        match self {
            Value::Null | Value::Int(_) | Value::Number(_) => 8,
            Value::Text(text) => text.len() + 8,
            Value::Blob(bytes) => bytes.len() + 8,
        }
    }

    /// The name of the value's storage type, for messages about a mismatch.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Int(_) => "int",
            Value::Text(_) => "text",
            Value::Blob(_) => "blob",
            Value::Number(_) => "number not yet assigned",
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Value::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Value::Text(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Value::Blob(value)
    }
}

impl From<Slot> for Value {
    fn from(value: Slot) -> Self {
        Value::Number(value)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}
