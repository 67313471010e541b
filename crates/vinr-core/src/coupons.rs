//! Coupons: money off invoices (spec/billing.md, Coupons). What one takes off is computed once for an invoice and shared
//! out to its lines by the largest remainder, so that a line can be credited later for what was really paid for it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::{CouponId, ProductId};
use crate::metadata::Metadata;
use crate::money::{Currency, Money, PAYMENT_AMOUNT_MAX, Ratio, allocate};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

/// Longest name, in characters.
pub const NAME_LENGTH_MAX: usize = 100;
/// Longest code, in characters.
pub const CODE_LENGTH_MAX: usize = 40;
/// Most periods of a coupon that ends.
pub const PERIODS_MAX: i64 = 1_200;
/// Most times that a coupon can be redeemed, where it is limited.
pub const REDEMPTIONS_MAX: i64 = 1_000_000_000;
/// Most products that a coupon names.
pub const PRODUCTS_MAX: usize = 50;
/// Basis points in the whole.
const BPS_WHOLE: i64 = 10_000;

/// What is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Off {
    /// So many basis points of what it applies to.
    Percent {
        /// 1 to 10,000.
        bps: i64,
    },
    /// So much, in its currency.
    Amount(Money),
}

wire_enum! {
    /// For how long a subscription has the discount.
    pub enum DurationKind {
        /// For one invoice.
        Once = "once",
        /// For so many periods.
        Repeating = "repeating",
        /// As long as it lasts.
        Forever = "forever",
    }
}

/// For how long a subscription has the discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duration {
    /// For the period in which it was redeemed.
    Once,
    /// For so many periods, from the one in which it was redeemed.
    Repeating {
        /// 1 to [`PERIODS_MAX`].
        periods: i64,
    },
    /// As long as it lasts.
    Forever,
}

impl Duration {
    /// The duration of a kind.
    ///
    /// # Errors
    /// A number of periods that is missing, that is none, or that the kind has no use for.
    pub fn of(kind: DurationKind, periods: Option<i64>) -> Result<Self, Refusal> {
        let refused = |code, message: &str| Err(Refusal::new(code, message).at("durationInPeriods"));
        match (kind, periods) {
            (DurationKind::Once, None) => Ok(Self::Once),
            (DurationKind::Forever, None) => Ok(Self::Forever),
            (DurationKind::Repeating, Some(periods)) if (1..=PERIODS_MAX).contains(&periods) => {
                Ok(Self::Repeating { periods })
            }
            (DurationKind::Repeating, Some(_)) => {
                refused(Code::ParameterInvalid, &format!("expected 1 to {PERIODS_MAX} periods"))
            }
            (DurationKind::Repeating, None) => refused(Code::ParameterMissing, "a repeating coupon needs it"),
            (DurationKind::Once | DurationKind::Forever, Some(_)) => {
                refused(Code::ParameterInvalid, "only a repeating coupon has a number of periods")
            }
        }
    }

    /// Which kind it is.
    pub const fn kind(self) -> DurationKind {
        match self {
            Self::Once => DurationKind::Once,
            Self::Repeating { .. } => DurationKind::Repeating,
            Self::Forever => DurationKind::Forever,
        }
    }

    /// For how many periods, where that is said.
    pub const fn periods(self) -> Option<i64> {
        match self {
            Self::Repeating { periods } => Some(periods),
            Self::Once | Self::Forever => None,
        }
    }

    /// For how many periods a discount is had, the one in which it is redeemed among them; `None` for ever.
    ///
    /// # Panics
    /// Never: a coupon ends within [`PERIODS_MAX`] periods.
    pub fn periods_left(self) -> Option<u32> {
        match self {
            Self::Once => Some(1),
            Self::Repeating { periods } => Some(u32::try_from(periods).expect("a coupon ends within 1,200 periods")),
            Self::Forever => None,
        }
    }
}

/// A coupon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// Its id.
    pub id: CouponId,
    /// For buyers, on invoices too.
    pub name: Option<String>,
    /// What buyers type: `SPRING25`, in upper case.
    pub code: Option<String>,
    /// What is taken off.
    pub off: Off,
    /// For how long a subscription has it.
    pub duration: Duration,
    /// How often it can be redeemed; `None` for as often as is wanted.
    pub redemptions_max: Option<i64>,
    /// How often it was.
    pub times_redeemed: i64,
    /// Until when it can be redeemed, that instant included.
    pub redeem_by: Option<Timestamp>,
    /// The products whose lines it takes something off; none is all.
    pub applies_to: Vec<ProductId>,
    /// Whether it can be redeemed.
    pub is_active: bool,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What is to be other; what is not named stays, and `Some(None)` takes away. What it takes off stays as it was made.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// For buyers.
    pub name: Option<Option<String>>,
    /// Whether it can be redeemed.
    pub is_active: Option<bool>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

/// A coupon with changes.
///
/// # Errors
/// Everything that is wrong with them.
pub fn changed(mut coupon: Coupon, changes: Changes) -> Result<Coupon, Vec<Refusal>> {
    let mut wrong = Vec::new();
    match coupon.metadata.merged(changes.metadata) {
        Ok(metadata) => coupon.metadata = metadata,
        Err(refusal) => wrong.push(refusal),
    }
    coupon.name = changes.name.unwrap_or(coupon.name);
    coupon.is_active = changes.is_active.unwrap_or(coupon.is_active);
    wrong.extend(name_problem(&coupon));
    if wrong.is_empty() { Ok(coupon) } else { Err(wrong) }
}

/// Checks a coupon as it was asked for.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(coupon: &Coupon) -> Result<(), Vec<Refusal>> {
    let mut wrong: Vec<Refusal> = name_problem(coupon).into_iter().collect();
    let mut number = |number: i64, to: i64, param: &'static str| {
        if !(1..=to).contains(&number) {
            wrong.push(Refusal::new(Code::ParameterInvalid, format!("expected 1 to {to}")).at(param));
        }
    };
    match coupon.off {
        Off::Percent { bps } => number(bps, BPS_WHOLE, "percentOff"),
        Off::Amount(off) => number(off.amount, PAYMENT_AMOUNT_MAX, "amountOff"),
    }
    number(coupon.redemptions_max.unwrap_or(1), REDEMPTIONS_MAX, "maxRedemptions");
    if let Off::Amount(off) = coupon.off {
        // What is left after it has to be chargeable.
        wrong.extend(off.check_card_amount().err().map(|problem| Refusal::from(problem).at("amountOff")));
    }
    if coupon.applies_to.len() > PRODUCTS_MAX {
        let message = format!("expected {PRODUCTS_MAX} products at most");
        wrong.push(Refusal::new(Code::ParameterInvalid, message).at("appliesTo"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Reads a code in any case: 3 to 40 letters, digits, dashes and underscores. It is kept in upper case.
///
/// # Errors
/// `parameter_invalid`.
pub fn code(text: &str) -> Result<String, Refusal> {
    let fits = (3..=CODE_LENGTH_MAX).contains(&text.len());
    if fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        return Ok(text.to_ascii_uppercase());
    }
    let message = format!("expected 3 to {CODE_LENGTH_MAX} letters, digits, dashes and underscores, such as SPRING25");
    Err(Refusal::new(Code::ParameterInvalid, message).at("code"))
}

/// Whether something in a currency may have this coupon from now on.
///
/// # Errors
/// `coupon_not_usable` when it is switched off, used up, past its time, or of another currency.
pub fn check_usable(coupon: &Coupon, currency: Currency, now: Timestamp) -> Result<(), Refusal> {
    let refused = |message: String| Err(Refusal::new(Code::CouponNotUsable, message).at("couponId"));
    if !coupon.is_active {
        return refused("this coupon is switched off".into());
    }
    if let Some(until) = coupon.redeem_by.filter(|until| now > *until) {
        return refused(format!("this coupon could be redeemed until {}", until.rfc3339()));
    }
    if coupon.redemptions_max.is_some_and(|most| coupon.times_redeemed >= most) {
        return refused(format!(
            "this coupon was redeemed {} times, which is as often as it can be",
            coupon.times_redeemed
        ));
    }
    match coupon.off {
        Off::Amount(off) if off.currency != currency => {
            refused(format!("this coupon is for {}, and this is in {currency}", off.currency))
        }
        Off::Amount(_) | Off::Percent { .. } => Ok(()),
    }
}

/// Redeems it once.
///
/// # Errors
/// As [`check_usable`].
pub fn redeem(coupon: &mut Coupon, currency: Currency, now: Timestamp) -> Result<(), Refusal> {
    check_usable(coupon, currency, now)?;
    coupon.times_redeemed = coupon.times_redeemed.saturating_add(1);
    Ok(())
}

/// A line of an invoice, as far as discounts go.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What is sold, if it is a product.
    pub product_id: Option<&'a ProductId>,
    /// In minor units, before discounts. Negative for a credit.
    pub amount: i64,
}

/// What it takes off each line: never more than the line, nothing of credits, which are for what was really paid, and
/// nothing of products that it is not for. The whole is rounded once, to what cards can be charged with.
///
/// # Panics
/// If the lines together are no amount (do not fit 64 bits).
pub fn discounts(coupon: &Coupon, currency: Currency, lines: &[Line<'_>]) -> Vec<i64> {
    let weights: Vec<i64> = lines.iter().map(|line| base(coupon, line)).collect();
    let whole = weights.iter().try_fold(0_i64, |sum, weight| sum.checked_add(*weight)).expect("an invoice's sum fits");
    let off = match coupon.off {
        Off::Percent { bps } => Ratio::whole(whole).times(bps, BPS_WHOLE).round_to(currency.card_step()).min(whole),
        Off::Amount(off) if off.currency == currency => off.amount.min(whole),
        Off::Amount(_) => 0,
    };
    if off == 0 { vec![0; lines.len()] } else { allocate(off, &weights) }
}

/// What of a line it is a discount on.
fn base(coupon: &Coupon, line: &Line<'_>) -> i64 {
    let is_meant =
        coupon.applies_to.is_empty() || line.product_id.is_some_and(|product| coupon.applies_to.contains(product));
    if is_meant { line.amount.max(0) } else { 0 }
}

fn name_problem(coupon: &Coupon) -> Option<Refusal> {
    let length = coupon.name.as_ref()?.chars().count();
    let fits = (1..=NAME_LENGTH_MAX).contains(&length);
    let message = format!("expected 1 to {NAME_LENGTH_MAX} characters");
    (!fits).then(|| Refusal::new(Code::ParameterInvalid, message).at("name"))
}

#[cfg(test)]
mod tests;
