//! Days as an account counts them: in its own time zone, whatever the wall's clock and daylight saving do there.

use jiff::civil;

use crate::accounts::TimeZone;
use crate::time::Timestamp;

/// More months than a calendar has.
const MONTHS_MAX: u32 = 119_988;

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(civil::Date);

impl Day {
    /// The day that it is in a zone.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let instant = jiff::Timestamp::from_millisecond(at.millis()).expect("instants are held within the calendar");
        Self(zone.rules().to_datetime(instant).date())
    }

    /// Its first instant in a zone: midnight, or what comes in its place where the clock is put ahead at midnight.
    pub fn start(self, zone: &TimeZone) -> Timestamp {
        let start = zone.rules().to_ambiguous_zoned(self.0.to_datetime(civil::Time::midnight())).compatible();
        start.map_or(Timestamp::MAX, |start| Timestamp::from_millis(start.timestamp().as_millisecond()))
    }

    /// The first instant that is not of this day any more.
    pub fn end(self, zone: &TimeZone) -> Timestamp {
        self.next().start(zone)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The Sunday of its week, which begins on Monday (ISO 8601).
    #[must_use]
    pub fn last_of_week(self) -> Self {
        let mut day = self;
        while day.0.weekday() != civil::Weekday::Sunday && day.next() != day {
            day = day.next();
        }
        day
    }

    /// The Monday of its week (ISO 8601).
    #[must_use]
    pub fn first_of_week(self) -> Self {
        let since_monday = i64::from(self.0.weekday().to_monday_zero_offset());
        Self(self.0.checked_sub(jiff::Span::new().days(since_monday)).unwrap_or(self.0))
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self(self.0.first_of_month())
    }

    /// The last day of its month.
    #[must_use]
    pub fn last_of_month(self) -> Self {
        Self(self.0.last_of_month())
    }

    /// The same day so many months later, or the last of that month where it has no such day (spec/traps.md, section 3).
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let later = self.0.checked_add(jiff::Span::new().months(i64::from(months.min(MONTHS_MAX))));
        Self(later.unwrap_or(civil::Date::MAX))
    }

    /// The day so many business days later: Mondays to Fridays are counted, holidays are none of ours.
    #[must_use]
    pub fn plus_business_days(self, days: i64) -> Self {
        let (mut day, mut counted) = (self, 0_i64);
        while counted < days && day.next() != day {
            day = day.next();
            if !matches!(day.0.weekday(), civil::Weekday::Saturday | civil::Weekday::Sunday) {
                counted = counted.saturating_add(1);
            }
        }
        day
    }
}

#[cfg(test)]
mod tests;
