//! Amounts that are finer than a currency's minor unit: what one unit of a product costs, and what many come to before the
//! one rounding (spec/traps.md, section 6).

use alloc::string::String;
use core::fmt;

use crate::decimals;
use crate::money::Ratio;

/// Decimals of a minor unit.
pub const PLACES: usize = 12;
/// Parts of a minor unit: ten to the power of [`PLACES`].
const ONE: i128 = 1_000_000_000_000;

/// An amount in minor units with up to twelve decimals, not negative, and never rounded: `0.125` of EUR is an eighth of a
/// cent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExactAmount(i128);

impl ExactAmount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads `2900`, `0.125`; nothing of what has a sign, an exponent or more than twelve decimals, or does not fit.
    pub fn parse(text: &str) -> Option<Self> {
        decimals::parse_wide(text, PLACES).map(Self)
    }

    /// Whole minor units; nothing if there are less than none.
    pub fn whole(amount: i64) -> Option<Self> {
        let parts = i128::from(amount).checked_mul(ONE)?;
        (amount >= 0).then_some(Self(parts))
    }

    /// The amount if it is one of whole minor units.
    pub fn as_whole(self) -> Option<i64> {
        let whole = i64::try_from(self.0.div_euclid(ONE)).ok()?;
        (self.0.rem_euclid(ONE) == 0).then_some(whole)
    }

    /// So many times this; nothing if that does not fit, or is less than nothing.
    pub fn times(self, quantity: i64) -> Option<Self> {
        let parts = self.0.checked_mul(i128::from(quantity))?;
        (parts >= 0).then_some(Self(parts))
    }

    /// The sum; nothing if it does not fit.
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The fraction of minor units that it is, for what divides further before it is rounded.
    pub fn ratio(self) -> Ratio {
        Ratio::new(self.0, ONE)
    }

    /// The nearest multiple of `step` minor units, half away from zero.
    ///
    /// # Panics
    /// If the step is not positive, or the result does not fit 64 bits.
    pub fn round_to(self, step: i64) -> i64 {
        self.ratio().round_to(step)
    }
}

impl fmt::Display for ExactAmount {
    /// As [`ExactAmount::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimals::text_wide(self.0, PLACES))
    }
}

impl From<ExactAmount> for String {
    fn from(amount: ExactAmount) -> Self {
        format!("{amount}")
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn an_amount_is_written_as_it_was_read_without_zeros_that_say_nothing() {
        for (given, written) in
            [("2900", "2900"), ("0.1250", "0.125"), ("0.000000000001", "0.000000000001"), ("007", "7"), ("0", "0")]
        {
            assert_eq!(ExactAmount::parse(given).expect("an amount").to_string(), written, "{given}");
        }
        for wrong in ["", "-1", "1e3", "0.0000000000001", "1,5", ".5", "9999999999999999999999999999999"] {
            assert_eq!(ExactAmount::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_whole_minor_units_are_an_amount_of_money() {
        assert_eq!(ExactAmount::whole(2_900).and_then(ExactAmount::as_whole), Some(2_900));
        assert_eq!(ExactAmount::parse("0.125").and_then(ExactAmount::as_whole), None);
        assert_eq!(ExactAmount::whole(-1), None);
        assert_eq!(ExactAmount::whole(1).and_then(|one| one.times(-1)), None);
    }

    #[test]
    fn what_does_not_fit_is_nothing_and_never_less_than_it_is() {
        let largest = ExactAmount::whole(i64::MAX).expect("it fits");
        assert_eq!(largest.times(i64::MAX), None);
        assert!(largest.plus(largest).is_some_and(|sum| sum > largest));
    }
}
