//! What an account's day in one currency came to (spec/payments.md, "Ledger, balance, settlements, payouts").
//!
//! ```text
//! open ──(the account's day is over)──▶ closed
//! ```
//!
//! A line of the balance names its settlement when it is written, and adds itself to the settlement's totals by deltas.
//! So closing reads one row of totals, however many lines there were. A closed settlement never changes; it belongs to
//! a payout that is being collected, which pays it out when it is made.

use alloc::vec::Vec;

use crate::balance::{Entry, Kind};
use crate::calendar::Day;
use crate::ids::{PayoutPlanId, SettlementId};
use crate::ledger::{LedgerAccount, Transfer};
use crate::money::{Currency, Money};
use crate::time::Timestamp;

/// A settlement whose day is not over yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The settlement that it will be.
    pub id: SettlementId,
    /// Of which lines.
    pub currency: Currency,
    /// When its first line came.
    pub opened_at: Timestamp,
    /// When the account's day is over.
    pub closes_at: Timestamp,
}

/// What the lines of a settlement add up to, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Payments, adjustments, and payouts that came back: what the merchant got before fees.
    pub gross: i64,
    /// What was given back to buyers.
    pub refunds: i64,
    /// What buyers' banks took back; negative if they gave back more.
    pub disputes: i64,
    /// What the platform kept.
    pub fees: i64,
    /// What the merchant gets: gross less refunds, disputes and fees.
    pub net: i64,
    /// How many lines there are.
    pub transactions: i64,
}

impl Totals {
    /// What one line adds.
    ///
    /// # Panics
    /// If its net does not fit 64 bits.
    pub fn of(entry: &Entry) -> Self {
        let amount = entry.amount.amount;
        let taken = amount.checked_neg().expect("an amount is not the smallest number there is");
        let mut totals = Self { fees: entry.fee, net: entry.net(), transactions: 1, ..Self::default() };
        match entry.kind {
            Kind::Payment | Kind::Adjustment | Kind::Payout => totals.gross = amount,
            Kind::Refund => totals.refunds = taken,
            Kind::Dispute => totals.disputes = taken,
            Kind::Fee => totals.fees = entry.fee.checked_add(taken).expect("a fee fits 64 bits"),
        }
        totals
    }

    /// Whether the parts make the net.
    pub fn adds_up(&self) -> bool {
        let taken = [self.refunds, self.disputes, self.fees];
        taken.into_iter().try_fold(self.gross, i64::checked_sub) == Some(self.net)
    }
}

impl core::ops::AddAssign for Totals {
    /// # Panics
    /// If a sum leaves 64 bits.
    fn add_assign(&mut self, other: Self) {
        let sum = |a: i64, b: i64| a.checked_add(b).expect("the totals of a settlement fit 64 bits");
        *self = Self {
            gross: sum(self.gross, other.gross),
            refunds: sum(self.refunds, other.refunds),
            disputes: sum(self.disputes, other.disputes),
            fees: sum(self.fees, other.fees),
            net: sum(self.net, other.net),
            transactions: sum(self.transactions, other.transactions),
        };
    }
}

/// A closed settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Its id.
    pub id: SettlementId,
    /// Of which lines.
    pub currency: Currency,
    /// What they add up to.
    pub totals: Totals,
    /// The payout that is being collected, or has been made, of it.
    pub plan: PayoutPlanId,
    /// When its money is at the merchant's bank if its payout is made as planned; nothing for one that brings none and
    /// waits for a payout to join.
    pub arrives_at: Option<Timestamp>,
    /// When its first line came.
    pub opened_at: Timestamp,
    /// When it closed.
    pub closed_at: Timestamp,
}

/// The settlement of a day whose last line has come.
///
/// # Panics
/// If the totals do not add up.
pub fn close(open: &Open, totals: Totals, plan: PayoutPlanId, arrives_at: Timestamp) -> Settlement {
    assert!(totals.adds_up(), "settlement {}: {totals:?} do not add up", open.id);
    Settlement {
        id: open.id.clone(),
        currency: open.currency,
        totals,
        plan,
        arrives_at: (totals.net > 0).then_some(arrives_at),
        opened_at: open.opened_at,
        closed_at: open.closes_at,
    }
}

/// What closing moves in the ledger: what the merchant will have becomes what they have.
pub fn transfers(currency: Currency, net: i64) -> Vec<Transfer> {
    use LedgerAccount::{MerchantAvailable, MerchantPending};
    let money = |amount: Option<i64>| Money::new(amount.expect("a net is not the smallest number there is"), currency);
    match net {
        0 => Vec::new(),
        1.. => vec![Transfer::posted(MerchantPending, MerchantAvailable, money(Some(net)))],
        _ => vec![Transfer::posted(MerchantAvailable, MerchantPending, money(net.checked_neg()))],
    }
}

/// The day that a settlement is of: the last one that was not over when it closed.
pub fn day_of(closed_at: Timestamp, zone: &crate::accounts::TimeZone) -> Day {
    Day::of(closed_at.minus(crate::time::Span::milliseconds(1)), zone)
}

#[cfg(test)]
mod tests;
