//! Usage: reports of it, and what those of a period come to. Rules are in `vinr_core::usage`; here they meet rows. Whose an
//! item is and what is billed of it are flows (`flows::usage`, `flows::billing`).
//!
//! A report is one row that is never changed, under the name that the merchant gave it; that it is not counted twice is that
//! row's key. What a period comes to is a tally, so reports of one item do not wait for each other: only what a report
//! rests on is expected to stay (that the period is not closed, what a `set` replaces, what was the largest). A bill closes
//! the period in the unit that takes its quantity, so that whatever comes later is refused and not lost.

pub(crate) mod store;
pub(crate) mod wire;

use std::collections::{BTreeMap, BTreeSet};

use vinr_core::ids::SubscriptionItemId;
use vinr_core::prices::AggregateUsage;
use vinr_core::usage::{Action, Numbered, Record, Totals};

use crate::error::Result;
use crate::record::Unit;

pub(crate) use store::{insert, key};

/// The period of an item, as a unit of work fills it.
pub(crate) struct Tally {
    of: Numbered,
    aggregate: AggregateUsage,
    kept: store::Kept,
    after: Totals,
    has_set: bool,
}

impl Tally {
    /// What there is of a period.
    ///
    /// # Errors
    /// The database does not answer.
    pub(crate) async fn open(
        unit: &mut Unit<'_>,
        item: &SubscriptionItemId,
        of: Numbered,
        aggregate: AggregateUsage,
    ) -> Result<Tally> {
        let kept = store::peek(unit, item, of.number).await?;
        Ok(Tally { of, aggregate, after: kept.totals, kept, has_set: false })
    }

    /// Whether it was billed.
    pub(crate) fn is_closed(&self) -> bool {
        self.kept.is_closed()
    }

    /// Counts another record.
    pub(crate) fn count(&mut self, record: &Record) {
        self.has_set |= record.action == Action::Set;
        self.after = self.after.with(record, self.aggregate);
    }

    /// Stages what was counted, with what it rests on.
    pub(crate) fn stage(self, unit: &mut Unit<'_>, item: &SubscriptionItemId) {
        if self.after == self.kept.totals {
            return;
        }
        if !self.kept.is_there {
            store::insert_period(unit, item, self.of, self.aggregate);
        }
        store::add(unit, item, self.of.number, &self.kept.totals, &self.after);
        store::expect(unit, item, self.of.number, &self.kept.totals, &self.after, self.has_set);
    }
}

/// The records that there are already of these keys.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn known(unit: &mut Unit<'_>, keys: &BTreeSet<String>) -> Result<BTreeMap<String, store::Known>> {
    if keys.is_empty() { Ok(BTreeMap::new()) } else { store::find(unit, keys).await }
}

/// What an item's usage of a period comes to, for its bill. From this unit's commit on no record of the period is taken, and
/// one that is committed meanwhile makes the unit stale: nothing is billed twice and nothing is lost. Asked again it is the
/// same.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn close(
    unit: &mut Unit<'_>,
    item: &SubscriptionItemId,
    of: Numbered,
    aggregate: AggregateUsage,
) -> Result<i64> {
    let kept = store::load(unit, item, of.number).await?;
    if !kept.is_closed() && !store::closes(unit, item, of.number) {
        store::close(unit, item, of);
    }
    Ok(kept.totals.quantity(aggregate))
}

/// What it comes to so far, for a preview: more may arrive.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn so_far(
    unit: &mut Unit<'_>,
    item: &SubscriptionItemId,
    number: u32,
    aggregate: AggregateUsage,
) -> Result<i64> {
    Ok(store::peek(unit, item, number).await?.totals.quantity(aggregate))
}
