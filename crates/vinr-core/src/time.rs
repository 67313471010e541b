//! Instants and spans of time in milliseconds.
//!
//! There are two kinds of time. Account time is what a merchant sees and what falls due; the
//! sandbox may move it ahead. Wall time is what signatures, leases and limits are measured in.
//! They are two types, and only [`crate::clock`] turns one into the other.

use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use jiff::civil;
use jiff::tz::Offset;

/// Marks an instant on an account's clock, which the sandbox can move ahead.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountAxis {}

/// Marks an instant on the wall's clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WallAxis {}

/// An instant on an account's clock: everything in the API but signatures and ids.
pub type Timestamp = Instant<AccountAxis>;

/// An instant on the wall's clock: signatures, leases, rate limits, expiry of keys, bits of ids.
pub type WallTime = Instant<WallAxis>;

/// An instant in milliseconds since 1970-01-01T00:00:00Z, between the years 0001 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant<Axis> {
    millis: i64,
    axis: PhantomData<Axis>,
}

impl<Axis: Copy> Instant<Axis> {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self::at(-62_135_596_800_000);
    /// 9999-12-30T00:00:00.000Z, the last whole day that every time zone can name.
    pub const MAX: Self = Self::at(253_402_128_000_000);
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self::at(0);

    const fn at(millis: i64) -> Self {
        Self { millis, axis: PhantomData }
    }

    /// The instant so many milliseconds after the epoch, held between `MIN` and `MAX`.
    pub const fn from_millis(millis: i64) -> Self {
        if millis < Self::MIN.millis {
            Self::MIN
        } else if millis > Self::MAX.millis {
            Self::MAX
        } else {
            Self::at(millis)
        }
    }

    /// The instant so many seconds after the epoch, held between `MIN` and `MAX`.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1_000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.millis
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.millis.div_euclid(1_000)
    }

    /// The instant a span later, held between `MIN` and `MAX`.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self::from_millis(self.millis.saturating_add(span.millis))
    }

    /// The instant a span earlier, held between `MIN` and `MAX`.
    #[must_use]
    pub const fn minus(self, span: Span) -> Self {
        Self::from_millis(self.millis.saturating_sub(span.millis))
    }

    /// The span from an earlier instant to this one; negative if that one is later.
    pub const fn since(self, earlier: Self) -> Span {
        Span { millis: self.millis.saturating_sub(earlier.millis) }
    }

    /// The calendar year in UTC.
    pub fn year(self) -> u16 {
        self.civil().year().unsigned_abs()
    }

    /// The calendar month in UTC, 1 to 12.
    pub fn month(self) -> u8 {
        self.civil().month().unsigned_abs()
    }

    /// RFC 3339 in UTC: `2026-04-15T10:30:00Z`, with milliseconds only when they are not zero.
    pub fn rfc3339(self) -> String {
        let mut text = String::with_capacity(RFC3339_LENGTH_MAX);
        self.push_rfc3339(&mut text);
        text
    }

    /// Appends what [`Self::rfc3339`] gives, without an allocation of its own.
    pub fn push_rfc3339(self, text: &mut String) {
        let civil = self.civil();
        let mut digits = *b"0000-00-00T00:00:00.000Z";
        let year = civil.year().unsigned_abs();
        write_two(&mut digits, 0, year / 100);
        write_two(&mut digits, 2, year % 100);
        write_two(&mut digits, 5, u16::from(civil.month().unsigned_abs()));
        write_two(&mut digits, 8, u16::from(civil.day().unsigned_abs()));
        write_two(&mut digits, 11, u16::from(civil.hour().unsigned_abs()));
        write_two(&mut digits, 14, u16::from(civil.minute().unsigned_abs()));
        write_two(&mut digits, 17, u16::from(civil.second().unsigned_abs()));
        let millis = civil.millisecond().unsigned_abs();
        let length = if millis == 0 {
            digits[19] = b'Z';
            20
        } else {
            write_two(&mut digits, 20, millis / 10);
            digits[22] = ascii_digit(millis % 10);
            RFC3339_LENGTH_MAX
        };
        let ascii = core::str::from_utf8(&digits[..length]).expect("digits are ASCII");
        text.push_str(ascii);
    }

    /// Reads RFC 3339 with any offset; digits beyond the millisecond are cut off, a leap second is
    /// the second before it. Nothing if the text is not of that form or not a day of the calendar.
    pub fn parse(text: &str) -> Option<Self> {
        parse_rfc3339(text).map(Self::from_millis)
    }

    /// The first instant of a month in UTC, held between `MIN` and `MAX`; the month is held between 1 and 12.
    pub fn start_of_month(year: u16, month: u8) -> Self {
        let (year, month) = (i16::try_from(year).unwrap_or(i16::MAX), i8::try_from(month.clamp(1, 12)).unwrap_or(1));
        let Ok(date) = civil::Date::new(year, month, 1) else { return Self::MAX };
        let instant = Offset::UTC.to_timestamp(date.to_datetime(civil::Time::midnight()));
        instant.map_or(Self::MAX, |instant| Self::from_millis(instant.as_millisecond()))
    }

    fn civil(self) -> civil::DateTime {
        let instant = jiff::Timestamp::from_millisecond(self.millis).expect("instants are held within the calendar");
        Offset::UTC.to_datetime(instant)
    }
}

impl<Axis: Copy> fmt::Debug for Instant<Axis> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl<Axis: Copy> fmt::Display for Instant<Axis> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

/// A length of time in milliseconds; negative when it points back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    millis: i64,
}

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self { millis: 0 };

    /// So many milliseconds.
    pub const fn milliseconds(count: i64) -> Self {
        Self { millis: count }
    }

    /// So many seconds.
    pub const fn seconds(count: i64) -> Self {
        Self { millis: count.saturating_mul(1_000) }
    }

    /// So many minutes.
    pub const fn minutes(count: i64) -> Self {
        Self { millis: count.saturating_mul(60_000) }
    }

    /// So many hours.
    pub const fn hours(count: i64) -> Self {
        Self { millis: count.saturating_mul(3_600_000) }
    }

    /// So many days of 24 hours.
    pub const fn days(count: i64) -> Self {
        Self { millis: count.saturating_mul(86_400_000) }
    }

    /// The length in milliseconds.
    pub const fn millis(self) -> i64 {
        self.millis
    }

    /// The length in whole seconds, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.millis.div_euclid(1_000)
    }

    /// The sum of two spans.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { millis: self.millis.saturating_add(other.millis) }
    }
}

const RFC3339_LENGTH_MAX: usize = 24;

fn write_two(digits: &mut [u8; RFC3339_LENGTH_MAX], place: usize, value: u16) {
    digits[place] = ascii_digit(value / 10);
    digits[place.saturating_add(1)] = ascii_digit(value % 10);
}

fn ascii_digit(value: u16) -> u8 {
    const ASCII: [u8; 10] = *b"0123456789";
    ASCII[usize::from(value % 10)]
}

/// Milliseconds since the epoch of an RFC 3339 text (section 5.6: letters in either case, a space
/// allowed for the T).
fn parse_rfc3339(text: &str) -> Option<i64> {
    let mut scan = Scan { rest: text.as_bytes() };
    let year = scan.number(4)?;
    scan.one_of(b"-")?;
    let month = scan.number(2)?;
    scan.one_of(b"-")?;
    let day = scan.number(2)?;
    scan.one_of(b"Tt ")?;
    let hour = scan.number(2)?;
    scan.one_of(b":")?;
    let minute = scan.number(2)?;
    scan.one_of(b":")?;
    let second = scan.number(2)?;
    let millis = scan.fraction_millis()?;
    let offset_minutes = scan.offset_minutes()?;
    if !scan.rest.is_empty() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let date = civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let days = date.duration_since(civil::Date::constant(1970, 1, 1)).as_hours() / 24;
    let minutes_of_day = i64::from(hour).checked_mul(60)?.checked_add(i64::from(minute))?;
    days.checked_mul(86_400_000)?
        .checked_add(minutes_of_day.checked_sub(offset_minutes)?.checked_mul(60_000)?)?
        .checked_add(i64::from(second.min(59)).checked_mul(1_000)?)?
        .checked_add(millis)
}

/// What is left of a text that is read from the left.
struct Scan<'a> {
    rest: &'a [u8],
}

impl Scan<'_> {
    fn one_of(&mut self, allowed: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        if !allowed.contains(first) {
            return None;
        }
        self.rest = rest;
        Some(*first)
    }

    fn digit(&mut self) -> Option<u8> {
        self.one_of(b"0123456789").map(|ascii| ascii & 0x0f)
    }

    fn number(&mut self, digits: usize) -> Option<i16> {
        let mut value = 0_i16;
        for _ in 0..digits {
            value = value.checked_mul(10)?.checked_add(i16::from(self.digit()?))?;
        }
        Some(value)
    }

    /// `.` and one digit or more, or nothing.
    fn fraction_millis(&mut self) -> Option<i64> {
        if self.one_of(b".").is_none() {
            return Some(0);
        }
        let mut millis = i64::from(self.digit()?).checked_mul(100)?;
        let mut weight = 10_i64;
        while let Some(digit) = self.digit() {
            millis = millis.checked_add(i64::from(digit).checked_mul(weight)?)?;
            weight /= 10;
        }
        Some(millis)
    }

    /// `Z`, or a sign, hours and minutes.
    fn offset_minutes(&mut self) -> Option<i64> {
        let sign = match self.one_of(b"Zz+-")? {
            b'+' => 1_i64,
            b'-' => -1_i64,
            _ => return Some(0),
        };
        let hours = i64::from(self.number(2)?);
        self.one_of(b":")?;
        let minutes = i64::from(self.number(2)?);
        if hours > 23 || minutes > 59 {
            return None;
        }
        hours.checked_mul(60)?.checked_add(minutes)?.checked_mul(sign)
    }
}

#[cfg(test)]
mod tests;
