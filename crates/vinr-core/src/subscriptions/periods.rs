//! When the periods of a subscription begin and end (spec/billing.md, Subscriptions; spec/traps.md, sections 3 to 5).
//!
//! A boundary is always computed from the anchor and never from the boundary before it: what the 31st loses in February it
//! has again in March, and a 29th of February comes back every four years.

use crate::accounts::TimeZone;
use crate::calendar;
use crate::prices::{Interval, Recurring};
use crate::time::Timestamp;

/// Months of a year.
const MONTHS_OF_YEAR: i64 = 12;
/// Days of a week.
const DAYS_OF_WEEK: i64 = 7;

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// What it is counted in.
    pub interval: Interval,
    /// How many of them.
    pub count: i64,
}

/// A length of time between two instants, without the second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant that is not of it.
    pub end: Timestamp,
}

/// By what a subscription's periods are counted. It begins with a stub if it starts before its anchor: a trial, or what is
/// left until the day on which everybody is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// When its first period begins.
    pub starts_at: Timestamp,
    /// What all others are counted from.
    pub anchor: Timestamp,
    /// How long they are.
    pub cycle: Cycle,
    /// The number of its first period; not 0 if the subscription had another schedule before.
    pub first: u32,
}

impl From<Recurring> for Cycle {
    fn from(recurring: Recurring) -> Self {
        Self { interval: recurring.interval, count: recurring.interval_count }
    }
}

impl Cycle {
    /// The instant so many periods after the anchor; fewer than none are before it.
    pub fn boundary(self, anchor: Timestamp, periods: i64, zone: &TimeZone) -> Timestamp {
        // An anchor that the clocks showed twice may have been the second time, and nothing may move it.
        if periods == 0 {
            return anchor;
        }
        let units = periods.saturating_mul(self.count);
        let (months, days) = match self.interval {
            Interval::Day => (0, units),
            Interval::Week => (0, units.saturating_mul(DAYS_OF_WEEK)),
            Interval::Month => (units, 0),
            Interval::Year => (units.saturating_mul(MONTHS_OF_YEAR), 0),
        };
        calendar::later(anchor, months, days, zone)
    }
}

impl Period {
    /// Whether an instant is of it.
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Its length in seconds, as its ends show them: what is smaller than a second is not billed.
    pub fn seconds(self) -> i64 {
        self.end.seconds().saturating_sub(self.start.seconds())
    }
}

impl Schedule {
    /// One that begins with its anchor.
    pub const fn from_anchor(anchor: Timestamp, cycle: Cycle, first: u32) -> Self {
        Self { starts_at: anchor, anchor, cycle, first }
    }

    /// The period with this number.
    pub fn period(&self, number: u32, zone: &TimeZone) -> Period {
        let boundary = |periods| self.cycle.boundary(self.anchor, periods, zone);
        let since_first = i64::from(number).saturating_sub(i64::from(self.first));
        match (self.has_stub(), since_first) {
            (true, 0) => Period { start: self.starts_at, end: self.anchor },
            (true, after) => Period { start: boundary(after.saturating_sub(1)), end: boundary(after) },
            (false, after) => Period { start: boundary(after), end: boundary(after.saturating_add(1)) },
        }
    }

    /// The whole billing period that the period with this number is, or is the end of: what a share is a share of
    /// (spec/traps.md, section 1: never of what is left of it).
    pub fn whole(&self, number: u32, zone: &TimeZone) -> Period {
        if self.has_stub() && number == self.first {
            return Period { start: self.cycle.boundary(self.anchor, -1, zone), end: self.anchor };
        }
        self.period(number, zone)
    }

    fn has_stub(&self) -> bool {
        self.starts_at < self.anchor
    }
}
