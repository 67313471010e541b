//! What a part of a period costs, and what comes back for a part that is not used (spec/billing.md, Change; spec/traps.md,
//! sections 1 and 2).
//!
//! Time is counted in seconds of real time, so that a month in which the clocks are changed has its own length. A charge is
//! a share of the whole price of the whole period; a credit is a share of what was really charged, discounts and all, so it
//! is never more than that. Each is rounded once. What a credit's rounding gave too much or too little is carried to the
//! next credit in the same period, so that several changes in one period cost what they cost together.

use crate::currencies::Currency;
use crate::money::Ratio;
use crate::subscriptions::Period;
use crate::time::Timestamp;

/// What is carried from credit to credit is counted in these parts of a minor unit.
pub const CARRIED_PER_UNIT: i64 = 1_000_000_000;

/// A part of a period, both in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub numerator: i64,
    /// The whole; positive.
    pub denominator: i64,
}

/// What an item was charged for a length of time that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What was charged, discounts taken off, in minor units.
    pub amount: i64,
    /// What for.
    pub span: Period,
    /// By how much the credits before gave too much, in billionths of a minor unit; negative for too little.
    pub carried: i64,
}

/// A credit for what is not used of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// What comes back, in minor units; never negative and never more than was charged.
    pub amount: i64,
    /// The part of the charge's time that is not used.
    pub share: Share,
    /// What the next credit in the same period takes into account.
    pub carried: i64,
}

impl Share {
    /// What lies between two instants of a period, as a part of it. What lies outside of it does not count.
    ///
    /// # Panics
    /// If the period is shorter than a second.
    pub fn of(part: Period, whole: Period) -> Self {
        let denominator = whole.seconds();
        assert!(denominator > 0, "a share of a period without a second");
        let from = part.start.max(whole.start);
        let until = part.end.min(whole.end);
        Self { numerator: Period { start: from, end: until }.seconds().max(0), denominator }
    }
}

/// What a part of a period costs, of which all costs so much, exactly: rounded once, to what cards can be charged with.
///
/// # Panics
/// If the price is no amount (does not fit 64 bits).
pub fn charge(price: Ratio, share: Share, currency: Currency) -> i64 {
    price.times(share.numerator, share.denominator).round_to(currency.card_step())
}

/// What comes back of a charge if it is not used from an instant on. Nothing for what is no charge: a credit is not
/// credited.
pub fn credit(charge: &Charge, at: Timestamp, currency: Currency) -> Credit {
    // A change in the first second leaves all, and one after the end nothing.
    let unused = Period { start: at.max(charge.span.start), end: charge.span.end };
    if charge.amount <= 0 || charge.span.seconds() <= 0 {
        let share = Share { numerator: 0, denominator: charge.span.seconds().max(1) };
        return Credit { amount: 0, share, carried: charge.carried };
    }
    let share = Share::of(unused, charge.span);
    let amount = credit_amount(charge.amount, share, charge.carried, currency);
    Credit { amount, share, carried: left_over(charge, share, amount) }
}

/// What a credit of a charge is: the share of it, less what credits before gave too much, rounded once.
pub fn credit_amount(charged: i64, share: Share, carried: i64, currency: Currency) -> i64 {
    // All of a charge is all of it, and nothing nothing, whatever is carried.
    if share.numerator == 0 || share.numerator == share.denominator {
        return if share.numerator == 0 { 0 } else { charged };
    }
    let (numerator, denominator) = exact(charged, share, carried);
    Ratio::new(numerator, denominator).round_to(currency.card_step()).clamp(0, charged)
}

/// What is too much in a credit, and is carried on.
fn left_over(charge: &Charge, share: Share, amount: i64) -> i64 {
    let (numerator, denominator) = exact(charge.amount, share, charge.carried);
    let given = i128::from(amount).checked_mul(denominator).expect("an amount of this size fits 128 bits");
    let too_much = given.checked_sub(numerator).expect("a difference of this size fits 128 bits");
    Ratio::new(too_much, denominator).times(CARRIED_PER_UNIT, 1).round()
}

/// `charged × share − carried`, as numerator and denominator.
fn exact(charged: i64, share: Share, carried: i64) -> (i128, i128) {
    let wide = |left: i64, right: i64| i128::from(left).checked_mul(i128::from(right)).expect("64 bits times 64 fit");
    let denominator = wide(share.denominator, CARRIED_PER_UNIT);
    let numerator = wide(charged, share.numerator)
        .checked_mul(i128::from(CARRIED_PER_UNIT))
        .and_then(|exact| exact.checked_sub(wide(carried, share.denominator)))
        .expect("what was charged for seconds of a period fits 128 bits");
    (numerator, denominator)
}

#[cfg(test)]
mod tests;
