//! Points of a loyalty program: what moves them, and the numbers they are multiplied by (spec/engagement.md).
//!
//! A member's points lie in lots. A lot is a day on which points lapse: what was earned for the same day is one lot,
//! because nothing could tell its parts apart. Points that never lapse are one lot as well. Every movement says what it
//! did to which lot, so that what was taken can be put back where it was.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::calendar::Month;
use crate::decimals;
use crate::ids::{CustomerId, LoyaltyAccountId, PointsTransactionId, ProgramId};
use crate::ids::{DisputeId, EarningRuleId, PaymentId, RedemptionId, RefundId};
use crate::ledger::{LedgerAccount, Transfer};
use crate::money::{Money, Ratio};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

/// Most points of one movement, and the most that a member is given. What was theirs comes back to them also beyond it.
pub const POINTS_MAX: i64 = 1_000_000_000_000;

wire_enum! {
    /// What a movement of points was.
    pub enum Kind {
        /// Given by a rule or by the merchant.
        Earn = "earn",
        /// Spent on a reward.
        Redeem = "redeem",
        /// Given back because a reward was not used, or its order was refunded in full.
        Release = "release",
        /// Taken back because the payment was refunded or disputed.
        Clawback = "clawback",
        /// Given again because that refund failed, or the dispute was won.
        ClawbackReversal = "clawback_reversal",
        /// Corrected by the merchant.
        Adjust = "adjust",
        /// Lapsed.
        Expire = "expire",
    }
}

/// Where a movement comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The payment that earned, or whose points are taken back.
    pub payment: Option<PaymentId>,
    /// The refund that takes back.
    pub refund: Option<RefundId>,
    /// The dispute that takes back.
    pub dispute: Option<DisputeId>,
    /// The redemption that takes or gives back.
    pub redemption: Option<RedemptionId>,
    /// The rule that gave.
    pub rule: Option<EarningRuleId>,
    /// What was paid, for points that were earned.
    pub paid: Option<Money>,
}

/// A part of a movement: what it adds to a lot, or takes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// When the lot lapses; `None` for points that never do.
    pub expires_at: Option<Timestamp>,
    /// Points; negative for what is taken.
    pub points: i64,
}

/// One movement of a member's points; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its id.
    pub id: PointsTransactionId,
    /// Whose points.
    pub account: LoyaltyAccountId,
    /// The customer they belong to.
    pub customer_id: Option<CustomerId>,
    /// In which program.
    pub program_id: ProgramId,
    /// What happened.
    pub movement: Movement,
    /// Where it comes from.
    pub source: Source,
    /// What was to be taken back besides, and was let go of because there was nothing to take it of.
    pub waived: i64,
    /// The member's balance with it.
    pub balance_after: i64,
    /// What the merchant says about it.
    pub reason: Option<String>,
    /// When the points that were earned lapse.
    pub expires_at: Option<Timestamp>,
    /// The month in which it counts towards the member's tier: that of the award, also for what is taken back of it later.
    pub month: Option<Month>,
    /// When.
    pub created_at: Timestamp,
}

/// What happens to a member's points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// What it is.
    pub kind: Kind,
    /// How many; negative for what is taken.
    pub points: i64,
    /// What of it each lot gets or gives. What is missing from the sum repaid a debt, or became one.
    pub slices: Vec<Slice>,
}

/// What a movement is in the ledger: nothing, if it is of no points.
pub fn transfers(program: &ProgramId, movement: &Movement) -> Option<Transfer> {
    use LedgerAccount::{PointsExpired, PointsIssued, PointsOutstanding, PointsRedeemed};
    let other = match movement.kind {
        Kind::Earn | Kind::Clawback | Kind::ClawbackReversal | Kind::Adjust => PointsIssued,
        Kind::Redeem | Kind::Release => PointsRedeemed,
        Kind::Expire => PointsExpired,
    };
    match movement.points {
        0 => None,
        given @ 1.. => Some(Transfer::points(other, PointsOutstanding, program, given)),
        taken => {
            let taken = taken.checked_neg().expect("a number of points has a negative");
            Some(Transfer::points(PointsOutstanding, other, program, taken))
        }
    }
}

/// A positive number with up to four decimals: points for a unit of money, or a multiplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(i64);

impl Rate {
    /// One.
    pub const ONE: Self = Self(Self::SCALE);
    /// Ten-thousandths in one.
    const SCALE: i64 = 10_000;
    /// So many decimals has one of them.
    const PLACES: usize = 4;
    /// The greatest rate.
    const MAX: i64 = 1_000_000 * Self::SCALE;

    /// Reads `1`, `1.5`, `0.0125`.
    ///
    /// # Errors
    /// What is not above 0, above 1,000,000, or has more than four decimals.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let number = decimals::parse(text, Self::PLACES).filter(|number| (1..=Self::MAX).contains(number));
        number.map(Self).ok_or_else(|| {
            Refusal::new(Code::ParameterInvalid, "expected a number above 0 and up to 1000000, with 4 decimals at most")
        })
    }

    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        Self(number.saturating_mul(Self::SCALE))
    }

    /// So many ten-thousandths, as a row has them.
    pub const fn from_stored(ten_thousandths: i64) -> Self {
        Self(ten_thousandths)
    }

    /// Ten-thousandths.
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// A number times this.
    #[must_use]
    pub fn of(self, number: Ratio) -> Ratio {
        number.times(self.0, Self::SCALE)
    }
}

impl fmt::Display for Rate {
    /// As [`Rate::parse`] reads it, without zeros that say nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimals::text(self.0, Self::PLACES))
    }
}

#[cfg(test)]
mod tests;
