//! How much was used of what is measured, and what a period's records come to (spec/billing.md, Usage).
//!
//! A record is for the period that its time lies in, whatever the time at which it arrives. It may arrive as long as that
//! period is open, and for an hour after: so long the invoice of the period is a draft.

use alloc::string::String;

use crate::ids::{SubscriptionId, SubscriptionItemId, UsageRecordId};
use crate::invoices::DRAFT_FOR;
use crate::prices::{AggregateUsage, QUANTITY_MAX};
use crate::refusal::{Code, Refusal};
use crate::subscriptions::{Item, Period};
use crate::time::{Span, Timestamp};
use crate::wire_enum::wire_enum;

/// How far in the future a record may lie: clocks differ.
pub const FUTURE_MAX: Span = Span::minutes(5);
/// Most records of one batch.
pub const BATCH_MAX: usize = 1_000;
/// Longest identifier, in characters.
pub const IDENTIFIER_LENGTH_MAX: usize = 255;

wire_enum! {
    /// What a record says.
    pub enum Action {
        /// So many more were used.
        Increment = "increment",
        /// So many were used up to then, whatever was said before.
        Set = "set",
    }
}

/// One report of usage; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: UsageRecordId,
    /// The item that was used.
    pub item_id: SubscriptionItemId,
    /// The subscription that it is of.
    pub subscription_id: SubscriptionId,
    /// How many.
    pub quantity: i64,
    /// When they were used.
    pub at: Timestamp,
    /// What it says.
    pub action: Action,
    /// The merchant's name for it: the same one is never counted twice.
    pub identifier: Option<String>,
    /// When it arrived.
    pub created_at: Timestamp,
}

/// Which period a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// The one before the current: its invoice is a draft.
    Previous,
    /// The current one.
    Current,
    /// The one that begins within the next five minutes.
    Next,
}

/// Checks a record before it is kept.
///
/// # Errors
/// `usage_not_metered`; the parameter that is out of its range.
pub fn check(record: &Record, item: &Item) -> Result<(), Refusal> {
    if !item.is_metered() {
        let message = format!("{} has a quantity: change that", item.id);
        return Err(Refusal::new(Code::UsageNotMetered, message).at("subscriptionItemId"));
    }
    let invalid = |param: &'static str, message: String| Err(Refusal::new(Code::ParameterInvalid, message).at(param));
    if !(0..=QUANTITY_MAX).contains(&record.quantity) {
        return invalid("quantity", format!("expected 0 to {QUANTITY_MAX}"));
    }
    let fits = |text: &String| (1..=IDENTIFIER_LENGTH_MAX).contains(&text.chars().count());
    if record.identifier.as_ref().is_some_and(|identifier| !fits(identifier)) {
        return invalid("identifier", format!("expected 1 to {IDENTIFIER_LENGTH_MAX} characters"));
    }
    Ok(())
}

/// The period that usage at an instant is for.
///
/// # Errors
/// `usage_timestamp_invalid` for what is more than five minutes ahead, and for a period that was invoiced.
pub fn belongs(at: Timestamp, current: Period, previous: Option<Period>, now: Timestamp) -> Result<Belongs, Refusal> {
    let refused = |message: String| Err(Refusal::new(Code::UsageTimestampInvalid, message).at("timestamp"));
    if at > now.plus(FUTURE_MAX) {
        return refused(format!("usage cannot lie more than 5 minutes ahead: it is {now}"));
    }
    if at >= current.end {
        return Ok(Belongs::Next);
    }
    if at >= current.start {
        return Ok(Belongs::Current);
    }
    let is_draft = now < current.start.plus(DRAFT_FOR);
    match previous {
        Some(previous) if is_draft && previous.contains(at) => Ok(Belongs::Previous),
        Some(_) | None => {
            refused(format!("usage before {} was invoiced: the current period began then", current.start))
        }
    }
}

/// What the records of a period come to, told one by one in the order of their time and then of their arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many records there are.
    pub records: u64,
    /// What increments add up to, each time from what was set last.
    pub sum: i64,
    /// The largest of them.
    pub max: i64,
    /// The last of them.
    pub last: i64,
}

impl Summary {
    /// With another record. What is more than can be priced counts as the most that can.
    #[must_use]
    pub fn with(self, action: Action, quantity: i64) -> Self {
        let sum = match action {
            Action::Increment => self.sum.saturating_add(quantity).min(QUANTITY_MAX),
            Action::Set => quantity,
        };
        Self { records: self.records.saturating_add(1), sum, max: self.max.max(quantity), last: quantity }
    }

    /// All records of a period.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        records.into_iter().fold(Self::default(), |summary, record| summary.with(record.action, record.quantity))
    }

    /// How many units are billed.
    pub const fn quantity(&self, aggregate: AggregateUsage) -> i64 {
        match aggregate {
            AggregateUsage::Sum => self.sum,
            AggregateUsage::Max => self.max,
            AggregateUsage::LastDuringPeriod => self.last,
        }
    }
}

#[cfg(test)]
mod tests;
