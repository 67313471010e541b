//! Amounts of money in the currency's minor unit, and the only place where a division is rounded.
//!
//! Whatever divides (fees, tax, proration, clawback) is an exact ratio until one rounding per
//! stored amount, half away from zero. Shares of a whole come from [`cumulative_share`] or
//! [`allocate`], so that they add up to it exactly.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::{Ordering, Reverse};
use core::fmt;

use crate::refusal::{Code, Refusal};

pub use crate::currencies::Currency;

/// Largest amount of one payment, in minor units.
pub const PAYMENT_AMOUNT_MAX: i64 = 99_999_999_999;

/// An amount in the minor unit of a currency. Negative when it is owed the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Minor units: 1000 is €10.00, ¥1,000, or KWD 1.000.
    pub amount: i64,
    /// What the amount is counted in.
    pub currency: Currency,
}

impl Money {
    /// An amount of a currency.
    pub const fn new(amount: i64, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// What a payment may ask for: 1 to [`PAYMENT_AMOUNT_MAX`].
    pub fn payment(amount: i64, currency: Currency) -> Result<Self, Refusal> {
        if (1..=PAYMENT_AMOUNT_MAX).contains(&amount) {
            return Ok(Self { amount, currency });
        }
        Err(Refusal::new(
            Code::ParameterInvalid,
            format!("expected an amount from 1 to {PAYMENT_AMOUNT_MAX} in the minor unit of {currency}"),
        )
        .at("amount"))
    }

    /// Whether cards can be charged with this amount.
    pub fn check_card_amount(self) -> Result<(), CardAmountProblem> {
        let step = self.currency.card_step();
        if self.amount.checked_rem(step) == Some(0) {
            Ok(())
        } else {
            Err(CardAmountProblem { currency: self.currency, step })
        }
    }

    /// The sum; nothing if the currencies differ or the sum does not fit.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let amount = self.amount.checked_add(other.amount)?;
        (self.currency == other.currency).then_some(Self { amount, currency: self.currency })
    }

    /// The difference; nothing if the currencies differ or the difference does not fit.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        let amount = self.amount.checked_sub(other.amount)?;
        (self.currency == other.currency).then_some(Self { amount, currency: self.currency })
    }

    /// For people, in English: `€10.00`, `¥1,000`, `KWD 12.345`, `-€0.05`.
    pub fn display(self) -> String {
        format!("{self}")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.amount < 0 {
            f.write_str("-")?;
        }
        match self.currency.symbol() {
            Some(symbol) => f.write_str(symbol)?,
            None => write!(f, "{} ", self.currency)?,
        }
        let exponent = usize::from(self.currency.exponent());
        let per_major = self.currency.minor_per_major().unsigned_abs();
        let minor = self.amount.unsigned_abs();
        write_grouped(f, minor.checked_div(per_major).expect("a power of ten is not zero"))?;
        if exponent > 0 {
            let rest = minor.checked_rem(per_major).expect("a power of ten is not zero");
            write!(f, ".{rest:0exponent$}")?;
        }
        Ok(())
    }
}

/// A whole number with a comma between thousands.
fn write_grouped(f: &mut fmt::Formatter<'_>, number: u64) -> fmt::Result {
    let mut groups = Vec::with_capacity(7);
    let mut rest = number;
    loop {
        groups.push(rest % 1_000);
        rest /= 1_000;
        if rest == 0 {
            break;
        }
    }
    let mut highest_first = groups.iter().rev();
    if let Some(first) = highest_first.next() {
        write!(f, "{first}")?;
    }
    for group in highest_first {
        write!(f, ",{group:03}")?;
    }
    Ok(())
}

/// The amount cannot be charged to a card: the schemes want a zero as the third decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardAmountProblem {
    /// The currency, one with three decimals.
    pub currency: Currency,
    /// Card amounts in it are multiples of this many minor units.
    pub step: i64,
}

impl fmt::Display for CardAmountProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "card amounts in {} are multiples of {}", self.currency, self.step)
    }
}

impl core::error::Error for CardAmountProblem {}

impl From<CardAmountProblem> for Refusal {
    fn from(problem: CardAmountProblem) -> Self {
        Self::new(Code::ParameterInvalid, format!("{problem}")).at("amount")
    }
}

/// An exact fraction on its way to an amount. Rounded once, at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    numerator: i128,
    denominator: i128,
}

impl Ratio {
    /// `numerator / denominator`.
    ///
    /// # Panics
    /// If the denominator is not positive: a share of nothing is a mistake of the caller.
    pub fn new(numerator: i128, denominator: i128) -> Self {
        assert!(denominator > 0, "a ratio needs a positive denominator, not {denominator}");
        Self { numerator, denominator }.reduced()
    }

    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        // An i64 always fits; `From` is not const.
        Self { numerator: widen(number), denominator: 1 }
    }

    /// This times `part / whole`, exactly.
    ///
    /// # Panics
    /// If `whole` is not positive, or if 128 bits are not enough.
    #[must_use]
    pub fn times(self, part: i64, whole: i64) -> Self {
        assert!(whole > 0, "a share needs a positive whole, not {whole}");
        Self {
            numerator: self.numerator.checked_mul(i128::from(part)).expect("the product of a ratio fits 128 bits"),
            denominator: self
                .denominator
                .checked_mul(i128::from(whole))
                .expect("the denominator of a ratio fits 128 bits"),
        }
        .reduced()
    }

    /// The sum of two fractions, exactly.
    ///
    /// # Panics
    /// If 128 bits are not enough.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let scaled = |numerator: i128, by: i128| numerator.checked_mul(by).expect("the terms of a sum fit 128 bits");
        Self {
            numerator: scaled(self.numerator, other.denominator)
                .checked_add(scaled(other.numerator, self.denominator))
                .expect("the sum of ratios fits 128 bits"),
            denominator: scaled(self.denominator, other.denominator),
        }
        .reduced()
    }

    /// This, or a whole number if it is less.
    #[must_use]
    pub const fn at_most(self, most: i64) -> Self {
        let floor = self.numerator.checked_div_euclid(self.denominator).expect("the denominator is positive");
        if floor >= widen(most) { Self::whole(most) } else { self }
    }

    /// The nearest whole number, half away from zero.
    ///
    /// # Panics
    /// If the result is no amount (does not fit 64 bits).
    pub fn round(self) -> i64 {
        self.round_to(1)
    }

    /// The nearest multiple of `step`, half away from zero.
    ///
    /// # Panics
    /// If `step` is not positive, or the result does not fit 64 bits.
    pub fn round_to(self, step: i64) -> i64 {
        assert!(step > 0, "rounding needs a positive step, not {step}");
        let divisor = self.denominator.checked_mul(i128::from(step)).expect("the denominator of a ratio fits 128 bits");
        let quotient = self.numerator.checked_div(divisor).expect("the divisor is positive");
        let rest = self.numerator.checked_rem(divisor).expect("the divisor is positive");
        // Half or more of the divisor is left; halves are compared from above, so nothing doubles.
        let far = rest.unsigned_abs() >= divisor.unsigned_abs().div_ceil(2);
        let away = if far { self.numerator.signum() } else { 0 };
        quotient
            .checked_add(away)
            .and_then(|steps| steps.checked_mul(i128::from(step)))
            .and_then(|rounded| i64::try_from(rounded).ok())
            .expect("a rounded amount fits 64 bits")
    }

    /// The greatest whole number that is not above.
    ///
    /// # Panics
    /// If the result does not fit 64 bits.
    pub fn floor(self) -> i64 {
        let floor = self.numerator.checked_div_euclid(self.denominator);
        floor.and_then(|floor| i64::try_from(floor).ok()).expect("a floor fits 64 bits")
    }

    /// The least whole number that is not below.
    ///
    /// # Panics
    /// If the result does not fit 64 bits.
    pub fn ceil(self) -> i64 {
        let negative = Self { numerator: self.numerator.checked_neg().expect("a ratio has a negative"), ..self };
        negative.floor().checked_neg().expect("a ceiling fits 64 bits")
    }

    fn reduced(self) -> Self {
        let divisor = greatest_common_divisor(self.numerator.unsigned_abs(), self.denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).expect("a divisor of an i128 denominator fits");
        Self {
            numerator: self.numerator.checked_div(divisor).expect("the divisor is positive"),
            denominator: self.denominator.checked_div(divisor).expect("the divisor is positive"),
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    /// # Panics
    /// If 128 bits are not enough.
    fn cmp(&self, other: &Self) -> Ordering {
        let scaled =
            |numerator: i128, by: i128| numerator.checked_mul(by).expect("the terms of a comparison fit 128 bits");
        scaled(self.numerator, other.denominator).cmp(&scaled(other.numerator, self.denominator))
    }
}

#[expect(clippy::as_conversions, reason = "From is not const; widening loses nothing")]
const fn widen(number: i64) -> i128 {
    number as i128
}

/// Euclid's algorithm; `second` is positive, so the result is.
fn greatest_common_divisor(first: u128, second: u128) -> u128 {
    let (mut larger, mut smaller) = (first, second);
    while let Some(rest) = larger.checked_rem(smaller) {
        (larger, smaller) = (smaller, rest);
    }
    larger
}

/// `total × part / whole`, rounded once, half away from zero.
///
/// # Panics
/// If `whole` is not positive, or the result does not fit 64 bits.
pub fn share(total: i64, part: i64, whole: i64) -> i64 {
    assert!(whole > 0, "a share needs a positive whole, not {whole}");
    let product =
        i128::from(total).checked_mul(i128::from(part)).expect("a product of two 64-bit numbers fits 128 bits");
    Ratio { numerator: product, denominator: i128::from(whole) }.round()
}

/// What the step from `done_before` to `done_after` of `whole` takes of `total`. Whatever the
/// steps, all of them together take exactly `total`.
///
/// # Panics
/// If `whole` is not positive, or a share does not fit 64 bits.
pub fn cumulative_share(total: i64, done_before: i64, done_after: i64, whole: i64) -> i64 {
    share(total, done_after, whole)
        .checked_sub(share(total, done_before, whole))
        .expect("the difference of two shares fits 64 bits")
}

/// Splits `total` in proportion to `weights`; the parts add up to it exactly. What is left after
/// rounding down goes to the parts that lost most, one minor unit each; the first of equals wins
/// (the method of the largest remainder).
///
/// # Panics
/// If a weight is negative or all are zero: there is nobody to give it to.
pub fn allocate(total: i64, weights: &[i64]) -> Vec<i64> {
    assert!(weights.iter().all(|weight| *weight >= 0), "a weight is never negative");
    let whole: i128 = weights.iter().copied().map(i128::from).sum();
    assert!(whole > 0, "an allocation needs a weight that is not zero");
    let magnitude = i128::from(total).abs();
    let mut left = magnitude;
    let mut parts = Vec::with_capacity(weights.len());
    for (place, weight) in weights.iter().enumerate() {
        let exact = magnitude.checked_mul(i128::from(*weight)).expect("64 bits times 64 bits fit");
        let part = exact.checked_div(whole).expect("the whole is positive");
        let remainder = exact.checked_rem(whole).expect("the whole is positive");
        left = left.checked_sub(part).expect("rounded down, the parts never exceed the total");
        parts.push((place, part, remainder));
    }
    parts.sort_by_key(|(place, _, remainder)| (Reverse(*remainder), *place));
    for (_, part, _) in &mut parts {
        if left == 0 {
            break;
        }
        *part = part.checked_add(1).expect("a part fits");
        left = left.checked_sub(1).expect("something is left");
    }
    parts.sort_by_key(|(place, _, _)| *place);
    let sign = i128::from(total.signum());
    parts
        .into_iter()
        .map(|(_, part, _)| part.checked_mul(sign).and_then(|part| i64::try_from(part).ok()))
        .map(|part| part.expect("a part is not larger than the total"))
        .collect()
}

#[cfg(test)]
mod tests;
