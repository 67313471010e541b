//! How much was used of what is measured, and what a period's records come to (spec/billing.md, Usage).
//!
//! ```text
//!   previous period  │     current period      │ next period
//!  ── draft, 1 hour ─┤ ── open ── now ─ 5 min ─┤
//! ```
//!
//! A record is for the period that its time lies in, whatever the time at which it arrives. It may arrive as long as that
//! period is open, and for an hour after: so long the invoice of the period is a draft. What a period's records come to is
//! kept as they arrive, so that no bill reads them again.

use alloc::string::String;

use crate::accounts::TimeZone;
use crate::ids::{SubscriptionId, SubscriptionItemId, UsageRecordId};
use crate::invoices::DRAFT_FOR;
use crate::prices::{AggregateUsage, QUANTITY_MAX};
use crate::refusal::{Code, Refusal};
use crate::subscriptions::{Item, Period, Status, Subscription};
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
        /// So many were used up to then, whatever was said before it came.
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

/// A period of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbered {
    /// Its number, from 0.
    pub number: u32,
    /// From when to when it is.
    pub period: Period,
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

/// The period that usage of a subscription at an instant is for.
///
/// # Errors
/// `usage_timestamp_invalid` for what is more than five minutes ahead, for a period that was invoiced, and where no period
/// is open or will be.
pub fn period(
    subscription: &Subscription,
    at: Timestamp,
    zone: &TimeZone,
    now: Timestamp,
) -> Result<Numbered, Refusal> {
    let refused = |message: String| Err(Refusal::new(Code::UsageTimestampInvalid, message).at("timestamp"));
    match subscription.status {
        Status::Canceled => {
            return refused("this subscription has ended: what was used until then was invoiced".into());
        }
        Status::Paused => return refused("this subscription is paused: no period of it is open".into()),
        Status::Trialing | Status::Incomplete | Status::Active | Status::PastDue => {}
    }
    if at > now.plus(FUTURE_MAX) {
        return refused(format!("usage cannot lie more than 5 minutes ahead: it is {now}"));
    }
    if subscription.cancel_at.is_some_and(|end| at >= end) {
        return refused("this subscription will have ended by then".into());
    }
    let number = subscription.period;
    if subscription.current.contains(at) {
        return Ok(Numbered { number, period: subscription.current });
    }
    let counted = |number| Numbered { number, period: subscription.schedule.period(number, zone) };
    let (other, is_open) = if at < subscription.current.start {
        let previous = number.checked_sub(1).filter(|previous| *previous >= subscription.schedule.first);
        (previous.map(counted), now < subscription.current.start.plus(DRAFT_FOR))
    } else {
        (number.checked_add(1).map(counted), true)
    };
    if let Some(other) = other.filter(|other| is_open && other.period.contains(at)) {
        return Ok(other);
    }
    let Period { start, end } = subscription.current;
    refused(format!("the period of {at} is not open: the current one is from {start} to {end}"))
}

/// What the records of a period come to, told one by one as they arrive.
///
/// - **Sum**: what increments add up to. A `set` says how much was used up to its time: it takes the place of everything
///   that was told before it, and what arrives later for a time before it is in it already.
/// - **Max**: the largest quantity, in whatever order.
/// - **Last**: the quantity of the latest time; of two at the same time the one that arrived last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many records there are.
    pub records: i64,
    /// What they add up to.
    pub sum: i64,
    /// The largest of them.
    pub max: i64,
    /// The one of the latest time.
    pub last: i64,
    /// That time, in milliseconds; 0 without any.
    pub last_at: i64,
    /// The time up to which the last `set` tells, in milliseconds; 0 without any.
    pub set_at: i64,
}

impl Totals {
    /// With another record, of which what the price asks for is counted: a sum always is, so that a period in which the
    /// price became another is whole.
    #[must_use]
    pub fn with(self, record: &Record, aggregate: AggregateUsage) -> Self {
        let Record { action, quantity, at, .. } = record;
        let (quantity, at) = (*quantity, at.millis());
        let mut totals = Self { records: self.records.saturating_add(1), ..self };
        match action {
            // It lies before what was set, and is in that.
            Action::Increment | Action::Set if at < self.set_at => {}
            Action::Increment => totals.sum = self.sum.saturating_add(quantity),
            Action::Set => (totals.sum, totals.set_at) = (quantity, at),
        }
        match aggregate {
            AggregateUsage::Sum => {}
            AggregateUsage::Max => totals.max = self.max.max(quantity),
            AggregateUsage::LastDuringPeriod if at < self.last_at => {}
            AggregateUsage::LastDuringPeriod => (totals.last, totals.last_at) = (quantity, at),
        }
        totals
    }

    /// How many units are billed: not more than can be priced.
    pub fn quantity(&self, aggregate: AggregateUsage) -> i64 {
        match aggregate {
            AggregateUsage::Sum => self.sum.min(QUANTITY_MAX),
            AggregateUsage::Max => self.max,
            AggregateUsage::LastDuringPeriod => self.last,
        }
    }
}

#[cfg(test)]
mod tests;
