//! The lines of a merchant's balance (spec/payments.md, "Ledger, balance, settlements, payouts"): one for everything that
//! gives to the merchant or takes from them, in the same commit as its transfers.
//!
//! Where the transfers say between which accounts money moves, a line says what it was for and what the platform kept
//! of it. Its net is what it adds to the merchant's accounts of the ledger.

use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::ledger::{Transfer, Unit};
use crate::money::Money;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What a line of the balance is for.
    pub enum Kind {
        /// A payment was captured.
        Payment = "payment",
        /// Money was given back to a buyer, or a refund failed and came back.
        Refund = "refund",
        /// A buyer's bank took money back, or gave it back when the dispute was won.
        Dispute = "dispute",
        /// Money went to the merchant's bank, or came back from there.
        Payout = "payout",
        /// The platform corrected something by hand.
        Adjustment = "adjustment",
        /// A fee that belongs to no payment.
        Fee = "fee",
    }
}

/// When a line's money can be paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Funds {
    /// With the settlement of its day: until then it is in `merchant_pending`, where its transfers put it.
    Settled,
    /// At once (a sandbox card): its transfers put it in `merchant_available`.
    AtOnce,
}

/// A line that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is for.
    pub kind: Kind,
    /// What the merchant gets, before fees; negative for what is taken from them.
    pub amount: Money,
    /// What the platform keeps of it, in minor units of the same currency; negative for a fee that is given back.
    pub fee: i64,
    /// The object that it comes of: a payment, a refund, a dispute, a payout.
    pub source: String,
    /// When it can be paid out.
    pub funds: Funds,
}

impl Entry {
    /// What the line adds to the merchant's accounts.
    ///
    /// # Panics
    /// If the difference does not fit 64 bits.
    pub fn net(&self) -> i64 {
        self.amount.amount.checked_sub(self.fee).expect("an amount without its fee fits 64 bits")
    }
}

/// What was moved on the merchant's accounts of the ledger and is not on a line yet, in minor units. Transfers add to it,
/// lines take from it: when a commit is complete there is nothing of it in any unit (spec/traps.md, section 17).
#[derive(Clone, Debug, Default)]
pub struct Unexplained(BTreeMap<Unit, i128>);

impl Unexplained {
    /// Adds what transfers give to the merchant or take from them. What is only reserved is nobody's money yet.
    pub fn moved(&mut self, transfers: &[Transfer]) {
        for (account, unit, posted, _) in transfers.iter().flat_map(Transfer::deltas) {
            if account.is_merchants() {
                self.add(unit, i128::from(posted));
            }
        }
    }

    /// Takes away what a line is for.
    pub fn entered(&mut self, entry: &Entry) {
        self.add(&entry.amount.currency.into(), i128::from(entry.net()).saturating_neg());
    }

    /// Makes sure that there is a line for everything that was moved, and nothing else on any.
    ///
    /// # Panics
    /// If there is not: a wrong balance is worse than an outage.
    pub fn assert_none(&self) {
        let found = self.0.iter().find(|(_, amount)| **amount != 0);
        assert!(
            found.is_none(),
            "the merchant's accounts have moved by {found:?} more than the lines of the balance say"
        );
    }

    fn add(&mut self, unit: &Unit, amount: i128) {
        match self.0.get_mut(unit) {
            Some(sum) => *sum = sum.saturating_add(amount),
            None => {
                self.0.insert(unit.clone(), amount);
            }
        }
    }
}

#[cfg(test)]
mod tests;
