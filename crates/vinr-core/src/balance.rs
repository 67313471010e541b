//! The lines of a merchant's balance (spec/payments.md, "Ledger, balance, settlements, payouts"): one for everything that
//! gives to the merchant or takes from them, in the same commit as its transfers.
//!
//! Where the transfers say between which accounts money moves, a line says what it was for and what the platform kept
//! of it. Its net is what it adds to the merchant's accounts of the ledger.

use alloc::string::String;

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
