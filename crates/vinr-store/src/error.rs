//! What can go wrong, sorted by what a caller may do about it.

use std::error::Error;
use std::fmt;

/// The key of a row, or of a unique key, that a unit of work lost to another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The table's name.
    pub table: &'static str,
    /// The account the row belongs to.
    pub account: Box<str>,
    /// The row's id; for a unique key the index's name and the values.
    pub id: Box<str>,
}

impl Key {
    pub(crate) fn new(table: &'static str, account: &str, id: &str) -> Key {
        Key { table, account: account.into(), id: id.into() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.table, self.account, self.id)
    }
}

/// Why a unit of work did not commit. In every case nothing of it was written.
#[derive(Clone, Debug)]
pub enum CommitError {
    /// Something it was decided on has changed since; decide again on fresh rows.
    Stale(Key),
    /// A tally would have passed its floor.
    Floor {
        /// The tally's row.
        key: Key,
        /// The column of the tally.
        column: &'static str,
        /// The value before this unit.
        have: i64,
        /// The smallest value before this unit that would have been enough.
        need: i64,
    },
    /// The queue is full; nothing was begun.
    Overloaded,
    /// The database failed or refused.
    Store(StoreError),
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CommitError::Stale(key) => write!(f, "{key} has changed since it was read"),
            CommitError::Floor { key, column, have, need } => {
                write!(f, "{column} of {key} is {have}, needed {need}")
            }
            CommitError::Overloaded => f.write_str("the commit queue is full"),
            CommitError::Store(error) => error.fmt(f),
        }
    }
}

impl Error for CommitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            CommitError::Store(error) => error.source(),
            CommitError::Stale(_) | CommitError::Floor { .. } | CommitError::Overloaded => None,
        }
    }
}

/// A failure of the store. `Unavailable`, `Overloaded` and `Deadline` are worth another try later (503).
#[derive(Clone, Debug)]
pub struct StoreError {
    /// What kind of failure it is.
    pub kind: StoreErrorKind,
    /// The label of the unit of work, or the origin of the statement.
    pub label: &'static str,
    /// What the engine said. An `Arc`, because one failure may be answered to a whole batch.
    pub source: Option<std::sync::Arc<dyn Error + Send + Sync>>,
}

/// The kinds of [`StoreError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The database cannot be reached at the moment. Nothing was written.
    Unavailable,
    /// More work is waiting than the queue admits. Nothing was written.
    Overloaded,
    /// The time given was not enough, or the store was closed before the answer. A unit that was already handed over
    /// may have committed all the same.
    Deadline,
    /// A tally would have passed its floor.
    Floor {
        /// The tally's row.
        key: Key,
        /// The column of the tally.
        column: &'static str,
        /// The value before this unit.
        have: i64,
        /// The smallest value before this unit that would have been enough.
        need: i64,
    },
    /// A statement failed in a way that nobody foresaw: a bug or a broken database.
    Failed,
}

impl StoreError {
    pub(crate) fn new(kind: StoreErrorKind, label: &'static str) -> StoreError {
        StoreError { kind, label, source: None }
    }

    pub(crate) fn because<E>(kind: StoreErrorKind, label: &'static str, source: E) -> StoreError
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        StoreError { kind, label, source: Some(source.into().into()) }
    }

    /// Whether the same call may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        match self.kind {
            StoreErrorKind::Unavailable | StoreErrorKind::Overloaded | StoreErrorKind::Deadline => true,
            StoreErrorKind::Floor { .. } | StoreErrorKind::Failed => false,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            StoreErrorKind::Unavailable => write!(f, "{}: the database cannot be reached", self.label)?,
            StoreErrorKind::Overloaded => write!(f, "{}: too much work is waiting", self.label)?,
            StoreErrorKind::Deadline => write!(f, "{}: the time given was not enough", self.label)?,
            StoreErrorKind::Floor { key, column, have, need } => {
                write!(f, "{}: {column} of {key} is {have}, needed {need}", self.label)?;
            }
            StoreErrorKind::Failed => write!(f, "{}: a statement failed", self.label)?,
        }
        self.source.as_ref().map_or(Ok(()), |source| write!(f, ": {source}"))
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}

/// Why a database could not be opened or migrated.
#[derive(Debug)]
pub struct OpenError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl OpenError {
    pub(crate) fn new(message: impl Into<String>) -> OpenError {
        OpenError { message: message.into(), source: None }
    }

    pub(crate) fn because<E>(message: impl Into<String>, source: E) -> OpenError
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        OpenError { message: message.into(), source: Some(source.into()) }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.source.as_ref().map_or(Ok(()), |source| write!(f, ": {source}"))
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}
