//! Events are numbered without a gap, and there is exactly one for each change of money (spec/traps.md, section 17).

mod store;

use std::collections::BTreeMap;

use vinr_core::events::EventType;
use vinr_store::Snapshot;

use super::Difference;
use crate::error::Result;

/// Event numbers that are counted at once.
const NUMBERS_AT_ONCE: i64 = 50_000;

/// How many events of each type rows ask for.
#[derive(Default)]
pub(super) struct Tally(BTreeMap<EventType, i64>);

impl Tally {
    /// So many more of a type.
    pub(super) fn add(&mut self, kind: EventType, count: i64) {
        *self.0.entry(kind).or_default() += count;
    }
}

/// Goes through an account's events by their numbers: 1, 2, 3 … up to the counter. None is ever deleted, but by a reset all
/// that there were.
pub(super) async fn check(snapshot: &Snapshot, account: &str, tally: &Tally) -> Result<Vec<Difference>> {
    let difference = |subject: String, expected: String, count: i64| {
        Difference::new(account, subject, expected, format!("{count} events"))
    };
    let numbers = |expected, count| difference("event numbers".to_owned(), expected, count);
    let mut differences = Vec::new();
    let (last, reset) = store::bounds(snapshot, account).await?;
    let left = store::numbered(snapshot, account, 0, reset).await?;
    if left != 0 {
        differences.push(numbers(format!("none up to {reset}, which a reset removed"), left));
    }
    let mut counts = [0; store::COUNTED_TYPES.len()];
    let mut from = reset;
    while from < last {
        let to = last.min(from.saturating_add(NUMBERS_AT_ONCE));
        let (all, of_types) = store::counted(snapshot, account, from, to).await?;
        if all != to - from {
            differences.push(numbers(format!("{} to {to} without a gap", from + 1), all));
        }
        for (sum, count) in counts.iter_mut().zip(of_types) {
            *sum += count;
        }
        from = to;
    }
    let beyond = store::numbered_beyond(snapshot, account, last).await?;
    if beyond != 0 {
        differences.push(numbers(format!("none after {last}"), beyond));
    }
    for (kind, count) in store::COUNTED_TYPES.into_iter().zip(counts) {
        let expected = tally.0.get(&kind).copied().unwrap_or_default();
        if count != expected {
            differences.push(difference(format!("events {kind}"), format!("{expected}, one a change"), count));
        }
    }
    Ok(differences)
}
