//! Counters since a database was opened: what the benchmark and the metrics page report.

use std::sync::atomic::{AtomicU64, Ordering};

/// A reading of the counters. All count from zero at [`Db::open`](crate::Db::open).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Units of work committed.
    pub units: u64,
    /// Batches committed, those of checks only included.
    pub batches: u64,
    /// Units refused as stale.
    pub stale: u64,
    /// Statements sent to the database, reads included.
    pub statements: u64,
    /// Times that somebody waited for the database server; on SQLite, where nobody waits, always 0.
    pub round_trips: u64,
    /// Durable commits, each of which flushed the log once.
    pub fsyncs: u64,
    /// Rows that were inserted, changed or removed; neither the store's own note of each batch nor what a wipe removes is among them.
    pub rows: u64,
    /// Queries outside the writer.
    pub reads: u64,
    /// Batches that were tried again: deadlocks, lost connections, splits.
    pub repeats: u64,
    /// Commits whose outcome had to be found out afterwards.
    pub unknown: u64,
}

/// The live counters.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) units: AtomicU64,
    pub(crate) batches: AtomicU64,
    pub(crate) stale: AtomicU64,
    pub(crate) statements: AtomicU64,
    pub(crate) round_trips: AtomicU64,
    pub(crate) fsyncs: AtomicU64,
    pub(crate) rows: AtomicU64,
    pub(crate) reads: AtomicU64,
    pub(crate) repeats: AtomicU64,
    pub(crate) unknown: AtomicU64,
}

/// Adds to a counter. Relaxed: counters order nothing.
pub(crate) fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}

impl Counters {
    pub(crate) fn read(&self) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            units: get(&self.units),
            batches: get(&self.batches),
            stale: get(&self.stale),
            statements: get(&self.statements),
            round_trips: get(&self.round_trips),
            fsyncs: get(&self.fsyncs),
            rows: get(&self.rows),
            reads: get(&self.reads),
            repeats: get(&self.repeats),
            unknown: get(&self.unknown),
        }
    }
}
