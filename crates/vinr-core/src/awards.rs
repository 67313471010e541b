//! What a payment earned in a program, and what of it was taken back (spec/engagement.md, Clawback; spec/traps.md,
//! section 11).
//!
//! What has to be gone is computed from all that was refunded or disputed so far and rounded once; a clawback takes the
//! difference to what earlier ones took. So the parts add up to the whole, whatever the parts are.

use crate::ids::{DisputeId, LoyaltyAccountId, PointsTransactionId, ProgramId, RefundId};
use crate::money::share;
use crate::time::Timestamp;

/// What a payment earned in a program, by its rules or by the merchant; there is one of them at most. It is a part of the
/// payment: whoever gives or takes points of it changes the payment, so that nobody misses what another does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    /// The program.
    pub program_id: ProgramId,
    /// Whose points they are.
    pub account: LoyaltyAccountId,
    /// The first transaction that gave them.
    pub transaction: PointsTransactionId,
    /// How many.
    pub points: i64,
    /// How many of them were taken back.
    pub clawed: i64,
    /// How many were to be taken back, and there was nothing to take them of.
    pub waived: i64,
    /// When they lapse.
    pub expires_at: Option<Timestamp>,
}

/// What one refund or dispute took back of an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Points that were taken.
    pub clawed: i64,
    /// Points that were let go of.
    pub waived: i64,
}

/// What takes points of an award back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Money of the payment is given back.
    Refund(RefundId),
    /// The buyer's bank takes money of it back.
    Dispute(DisputeId),
}

impl Cause {
    /// The refund's or the dispute's id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Refund(id) => id.as_str(),
            Self::Dispute(id) => id.as_str(),
        }
    }
}

/// How many points are to be taken back now that `gone` of the `captured` is refunded or disputed, in minor units.
///
/// # Panics
/// If nothing was captured.
pub fn due(award: &Award, gone: i64, captured: i64) -> i64 {
    let whole = share(award.points, gone.clamp(0, captured), captured);
    whole.saturating_sub(award.clawed).saturating_sub(award.waived).max(0)
}

/// Notes what was taken back.
///
/// # Panics
/// If that is more than was given.
pub fn take(award: &mut Award, taken: Taken) {
    award.clawed = award.clawed.checked_add(taken.clawed).expect("parts of an award fit");
    award.waived = award.waived.checked_add(taken.waived).expect("parts of an award fit");
    let gone = award.clawed.checked_add(award.waived).expect("parts of an award fit");
    assert!(gone <= award.points, "{gone} of {} points were taken back", award.points);
}

/// Notes that what one refund or dispute took was given again.
///
/// # Panics
/// If that is more than was taken.
pub fn restore(award: &mut Award, taken: Taken) {
    award.clawed = award.clawed.checked_sub(taken.clawed).expect("parts of an award fit");
    award.waived = award.waived.checked_sub(taken.waived).expect("parts of an award fit");
    assert!(award.clawed >= 0 && award.waived >= 0, "more points were given again than were taken back");
}

#[cfg(test)]
mod tests;
