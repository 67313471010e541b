//! An account's clock: the wall's clock plus an offset that only the sandbox can make larger.
//!
//! This is the only place where account time and wall time turn into each other.

use crate::refusal::{Code, Refusal};
use crate::time::{Span, Timestamp, WallTime};

/// How far one call may move a sandbox clock: two years, one of them with a leap day.
pub const ADVANCE_MAX: Span = Span::days(731);

/// An account's clock as the store keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// Milliseconds by which the account is ahead of the wall. Always 0 in live.
    pub offset_ms: i64,
}

impl Clock {
    /// The account's time at an instant of the wall.
    pub const fn account_now(self, wall: WallTime) -> Timestamp {
        Timestamp::from_millis(wall.millis().saturating_add(self.offset_ms))
    }

    /// The wall's time at which the account's clock shows `at`, if nobody moves it before.
    pub const fn wall_of(self, at: Timestamp) -> WallTime {
        WallTime::from_millis(at.millis().saturating_sub(self.offset_ms))
    }

    /// The clock that shows `at` when the wall shows `wall`.
    pub const fn showing(at: Timestamp, wall: WallTime) -> Self {
        Self { offset_ms: at.millis().saturating_sub(wall.millis()) }
    }
}

/// How far a sandbox clock shall be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// To an instant of account time (`to`).
    To(Timestamp),
    /// By a span (`seconds`).
    By(Span),
}

/// Where the clock stands after an advance: never earlier than now, at most [`ADVANCE_MAX`] later.
pub fn advance_target(now: Timestamp, ask: Advance) -> Result<Timestamp, Refusal> {
    let (span, param) = match ask {
        Advance::To(at) => (at.since(now), "to"),
        Advance::By(span) => (span, "seconds"),
    };
    if span < Span::ZERO {
        return Err(Refusal::new(Code::ParameterInvalid, "the clock never goes back").at(param));
    }
    if span > ADVANCE_MAX {
        return Err(
            Refusal::new(Code::ParameterInvalid, "one call moves the clock by two years (731 days) at most").at(param)
        );
    }
    Ok(now.plus(span))
}

#[cfg(test)]
mod tests;
