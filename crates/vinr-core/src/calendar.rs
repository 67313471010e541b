//! Days as an account counts them: in its own time zone, whatever the wall's clock and daylight saving do there.

use jiff::civil;

use crate::accounts::TimeZone;
use crate::time::Timestamp;

/// More months than a calendar has.
const MONTHS_MAX: u32 = 119_988;
/// More days than a calendar has.
const DAYS_MAX: i64 = 3_652_058;
/// Months of a year.
const MONTHS_OF_YEAR: i32 = 12;

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

    /// Its year, its month from 1, and its day from 1.
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// The month that it is of.
    pub fn month(self) -> Month {
        Month(
            i32::from(self.0.year())
                .saturating_mul(MONTHS_OF_YEAR)
                .saturating_add(i32::from(self.0.month()))
                .saturating_sub(1),
        )
    }
}

/// The same time of the day so many months and then days later, as clocks in a zone show it; fewer than none are earlier.
/// Where the month has no such day it is its last one (spec/traps.md, section 3). A time that the clocks skip is as much
/// later as they are put ahead, and of a time that they show twice it is the first (section 5).
pub fn later(at: Timestamp, months: i64, days: i64, zone: &TimeZone) -> Timestamp {
    let months_max = i64::from(MONTHS_MAX);
    let months = months.clamp(months_max.saturating_neg(), months_max);
    let days = days.clamp(-DAYS_MAX, DAYS_MAX);
    let instant = jiff::Timestamp::from_millisecond(at.millis()).expect("instants are held within the calendar");
    let there = zone.rules().to_datetime(instant);
    let date = there
        .date()
        .checked_add(jiff::Span::new().months(months))
        .and_then(|date| date.checked_add(jiff::Span::new().days(days)));
    let beyond = if months < 0 || days < 0 { Timestamp::MIN } else { Timestamp::MAX };
    date.and_then(|date| zone.rules().to_ambiguous_zoned(date.to_datetime(there.time())).compatible())
        .map_or(beyond, |later| Timestamp::from_millis(later.timestamp().as_millisecond()))
}

/// A month of the calendar: how many lie between it and the first one of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month that it is in a zone.
    pub fn of(at: Timestamp, zone: &TimeZone) -> Self {
        Day::of(at, zone).month()
    }

    /// Its first instant in a zone.
    pub fn start(self, zone: &TimeZone) -> Timestamp {
        let (year, month) = (i16::try_from(self.year()), i8::try_from(self.in_year()));
        let day = year.ok().zip(month.ok()).and_then(|(year, month)| civil::Date::new(year, month, 1).ok());
        day.map_or(Timestamp::MAX, |day| Day(day).start(zone))
    }

    /// The month so many later.
    #[must_use]
    pub fn plus(self, months: u32) -> Self {
        Self(self.0.saturating_add_unsigned(months))
    }

    /// The month so many before.
    #[must_use]
    pub fn minus(self, months: u32) -> Self {
        Self(self.0.saturating_sub_unsigned(months))
    }

    /// The first month of the part of the year that it lies in, of parts that are so many months long.
    #[must_use]
    pub fn first_of(self, months: u32) -> Self {
        let into = i32::try_from(months).ok().and_then(|months| self.0.checked_rem_euclid(months)).unwrap_or(0);
        Self(self.0.saturating_sub(into))
    }

    /// The year and the month in digits: 202611.
    pub fn number(self) -> i64 {
        i64::from(self.year()).saturating_mul(100).saturating_add(i64::from(self.in_year()))
    }

    /// The month of such a number.
    pub fn from_number(number: i64) -> Option<Self> {
        let (year, month) = (i32::try_from(number.div_euclid(100)).ok()?, i32::try_from(number.rem_euclid(100)).ok()?);
        let first = year.checked_mul(MONTHS_OF_YEAR)?;
        (1..=MONTHS_OF_YEAR).contains(&month).then(|| Self(first.saturating_add(month).saturating_sub(1)))
    }

    fn year(self) -> i32 {
        self.0.div_euclid(MONTHS_OF_YEAR)
    }

    /// January is 1.
    fn in_year(self) -> i32 {
        self.0.rem_euclid(MONTHS_OF_YEAR).saturating_add(1)
    }
}

#[cfg(test)]
mod tests;
