//! Double entry: every movement is a transfer from one account to another, in one unit.
//!
//! ```text
//! pending ──post──▶ posted        an authorization, captured: what is not captured is released
//!    └─────void──▶ (nothing)      an authorization, cancelled or expired
//! posted                          captured at once, or a fee
//! ```
//!
//! A transfer is never changed or removed; a balance is the sum of its transfers. A balance has
//! two columns, posted and pending, in which credits are positive. Over all accounts each column
//! is zero in every unit, because a transfer takes from one what it gives to the other.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use crate::currencies::Currency;
use crate::ids::ProgramId;
use crate::money::Money;
use crate::wire_enum::wire_enum;

/// What an amount is counted in. Different units are never added.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// The minor unit of a currency.
    Currency(Currency),
    /// The points of a loyalty program.
    Points(ProgramId),
}

impl Unit {
    /// Reads what [`fmt::Display`] writes.
    pub fn parse(text: &str) -> Option<Self> {
        match ProgramId::parse(text) {
            Ok(program) => Some(Self::Points(program)),
            Err(_) => Currency::parse(text).filter(|currency| currency.code() == text).map(Self::Currency),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Currency(currency) => f.write_str(currency.code()),
            Self::Points(program) => f.write_str(program.as_str()),
        }
    }
}

impl From<&ProgramId> for Unit {
    fn from(program: &ProgramId) -> Self {
        Self::Points(program.clone())
    }
}

impl From<Currency> for Unit {
    fn from(currency: Currency) -> Self {
        Self::Currency(currency)
    }
}

wire_enum! {
    /// The accounts of one merchant's ledger.
    pub enum LedgerAccount {
        /// The card networks and banks: what they owe us, as a negative balance.
        Network = "network",
        /// What the merchant will have once it is settled.
        MerchantPending = "merchant_pending",
        /// What the merchant can be paid out.
        MerchantAvailable = "merchant_available",
        /// What the platform has kept.
        Fees = "fees",
        /// What is on its way to the merchant's bank.
        PayoutsInTransit = "payouts_in_transit",
        /// What has arrived at the merchant's bank.
        MerchantBank = "merchant_bank",
        /// What the merchant has given away as store credit, as a negative balance.
        PromotionalExpense = "promotional_expense",
        /// What customers have of it: the merchant's liability.
        CustomerCredit = "customer_credit",
        /// What customers have paid with it.
        CreditRedeemed = "credit_redeemed",
        /// What customers owe on invoices, as a negative balance.
        InvoiceReceivable = "invoice_receivable",
        /// What customers have paid of invoices, as a negative balance: the payments' own money is elsewhere.
        InvoiceCollected = "invoice_collected",
        /// What was invoiced without tax, to be recognised over the time that it is for.
        DeferredRevenue = "deferred_revenue",
        /// Tax that was invoiced: the merchant's debt to the state.
        TaxPayable = "tax_payable",
        /// What invoices were written off with, as a negative balance.
        BadDebt = "bad_debt",
        /// The source of a program's points: what it has given out, as a negative balance.
        PointsIssued = "points_issued",
        /// What members have: the liability of a program.
        PointsOutstanding = "points_outstanding",
        /// What members have spent.
        PointsRedeemed = "points_redeemed",
        /// What lapsed.
        PointsExpired = "points_expired",
    }
}

impl LedgerAccount {
    /// The key of this account's balance in a unit: `network:EUR`.
    pub fn balance_key(self, unit: &Unit) -> String {
        format!("{self}:{unit}")
    }

    /// Whether it is the merchant's money, settled or not.
    pub const fn is_merchants(self) -> bool {
        match self {
            Self::MerchantPending | Self::MerchantAvailable => true,
            // What is on its way to the merchant's bank has left the balance.
            Self::Network | Self::Fees | Self::PayoutsInTransit | Self::MerchantBank => false,
            // It is the merchant's own promise, and nothing that the platform owes them.
            Self::PromotionalExpense | Self::CustomerCredit | Self::CreditRedeemed => false,
            // What is owed and what was earned is another book than where the money is.
            Self::InvoiceReceivable
            | Self::InvoiceCollected
            | Self::DeferredRevenue
            | Self::TaxPayable
            | Self::BadDebt => false,
            Self::PointsIssued | Self::PointsOutstanding | Self::PointsRedeemed | Self::PointsExpired => false,
        }
    }
}

/// One balance: an account in one unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BalanceKey {
    /// Whose balance it is.
    pub account: LedgerAccount,
    /// What it is counted in.
    pub unit: Unit,
}

impl BalanceKey {
    /// Reads `network:EUR`.
    pub fn parse(text: &str) -> Option<Self> {
        let (account, unit) = text.split_once(':')?;
        Some(Self { account: LedgerAccount::parse(account)?, unit: Unit::parse(unit)? })
    }
}

impl fmt::Display for BalanceKey {
    /// The key of a balance's row: `network:EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.account.balance_key(&self.unit))
    }
}

/// What a transfer does to the two columns of the balances.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Moves its amount at once.
    Posted,
    /// Reserves its amount until it is posted or voided.
    Pending,
    /// Moves its amount out of a reservation and releases the rest.
    Post {
        /// The whole reserved amount, which this transfer clears.
        held: i64,
    },
    /// Releases a reservation; its amount is the reserved one.
    Void,
}

impl Phase {
    /// The name of the phase in a row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Posted => "posted",
            Self::Pending => "pending",
            Self::Post { .. } => "post",
            Self::Void => "void",
        }
    }

    /// The phase with this name; `held` is what [`Self::held`] gave.
    pub fn parse(name: &str, held: i64) -> Option<Self> {
        match (name, held) {
            ("posted", 0) => Some(Self::Posted),
            ("pending", 0) => Some(Self::Pending),
            ("void", 0) => Some(Self::Void),
            ("post", 1..) => Some(Self::Post { held }),
            _ => None,
        }
    }

    /// The reservation that a post clears; 0 for the other phases.
    pub const fn held(self) -> i64 {
        match self {
            Self::Post { held } => held,
            Self::Posted | Self::Pending | Self::Void => 0,
        }
    }
}

/// One movement, from the debited account to the credited one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Transfer {
    /// Whose balance falls.
    pub debit: LedgerAccount,
    /// Whose balance rises.
    pub credit: LedgerAccount,
    /// What the amount is counted in.
    pub unit: Unit,
    /// How much; always positive.
    pub amount: i64,
    /// Whether it moves, reserves, or ends a reservation.
    pub phase: Phase,
}

impl Transfer {
    /// A movement that is final at once.
    ///
    /// # Panics
    /// If the amount is not positive or the accounts are the same.
    pub fn posted(debit: LedgerAccount, credit: LedgerAccount, money: Money) -> Self {
        Self::checked(debit, credit, money, Phase::Posted)
    }

    /// A movement of a program's points; points are never reserved, they are taken.
    ///
    /// # Panics
    /// If the number is not positive or the accounts are the same.
    pub fn points(debit: LedgerAccount, credit: LedgerAccount, program: &ProgramId, points: i64) -> Self {
        Self::of_unit(debit, credit, program.into(), points, Phase::Posted)
    }

    /// A reservation, to be ended by [`Self::post`] or [`Self::void`].
    ///
    /// # Panics
    /// If the amount is not positive or the accounts are the same.
    pub fn pending(debit: LedgerAccount, credit: LedgerAccount, money: Money) -> Self {
        Self::checked(debit, credit, money, Phase::Pending)
    }

    /// Ends this reservation by moving `amount` of it; the rest is released.
    ///
    /// # Panics
    /// If this is no reservation, or the amount is not between 1 and the reserved one.
    #[must_use]
    pub fn post(&self, amount: i64) -> Self {
        assert_eq!(self.phase, Phase::Pending, "only a reservation can be posted");
        assert!((1..=self.amount).contains(&amount), "posting {amount} of a reservation of {}", self.amount);
        Self { amount, phase: Phase::Post { held: self.amount }, ..self.clone() }
    }

    /// Ends this reservation by releasing all of it.
    ///
    /// # Panics
    /// If this is no reservation.
    #[must_use]
    pub fn void(&self) -> Self {
        assert_eq!(self.phase, Phase::Pending, "only a reservation can be voided");
        Self { phase: Phase::Void, ..self.clone() }
    }

    /// What this adds to the debited balance and to the credited one, in this order: account,
    /// unit, posted, pending. The two cancel each other out.
    pub fn deltas(&self) -> [(LedgerAccount, &Unit, i64, i64); 2] {
        let (posted, pending) = match self.phase {
            Phase::Posted => (self.amount, 0),
            Phase::Pending => (0, self.amount),
            Phase::Post { held } => (self.amount, negated(held)),
            Phase::Void => (0, negated(self.amount)),
        };
        [(self.debit, &self.unit, negated(posted), negated(pending)), (self.credit, &self.unit, posted, pending)]
    }

    fn checked(debit: LedgerAccount, credit: LedgerAccount, money: Money, phase: Phase) -> Self {
        Self::of_unit(debit, credit, money.currency.into(), money.amount, phase)
    }

    fn of_unit(debit: LedgerAccount, credit: LedgerAccount, unit: Unit, amount: i64, phase: Phase) -> Self {
        assert!(amount > 0, "a transfer of {amount} moves nothing");
        assert_ne!(debit, credit, "a transfer needs two accounts");
        Self { debit, credit, unit, amount, phase }
    }
}

/// The two columns of one balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// What has moved.
    pub posted: i64,
    /// What is reserved and has not moved.
    pub pending: i64,
}

/// The sum of transfers: all of an account's, or those of one payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Balances {
    rows: BTreeMap<BalanceKey, Balance>,
}

impl Balances {
    /// Adds a transfer.
    ///
    /// # Panics
    /// If a balance leaves 64 bits.
    pub fn apply(&mut self, transfer: &Transfer) {
        for (account, unit, posted, pending) in transfer.deltas() {
            let row = self.rows.entry(BalanceKey { account, unit: unit.clone() }).or_default();
            row.posted = row.posted.checked_add(posted).expect("a balance fits 64 bits");
            row.pending = row.pending.checked_add(pending).expect("a balance fits 64 bits");
        }
    }

    /// Sets a balance as a row of the store shows it, to be compared or checked.
    pub fn set(&mut self, key: BalanceKey, balance: Balance) {
        self.rows.insert(key, balance);
    }

    /// The balance of an account in a unit; zero if nothing moved.
    pub fn get(&self, account: LedgerAccount, unit: impl Into<Unit>) -> Balance {
        self.rows.get(&BalanceKey { account, unit: unit.into() }).copied().unwrap_or_default()
    }

    /// Every balance that was ever touched, in the order of its key.
    pub fn iter(&self) -> impl Iterator<Item = (BalanceKey, Balance)> {
        self.rows.iter().map(|(key, balance)| (key.clone(), *balance))
    }

    /// Whether both columns add up to zero over all accounts, in every unit.
    pub fn check_zero_sum(&self) -> Result<(), Imbalance> {
        let mut sums: BTreeMap<Unit, (i128, i128)> = BTreeMap::new();
        for (key, balance) in &self.rows {
            let (posted, pending) = sums.entry(key.unit.clone()).or_default();
            *posted = posted.saturating_add(i128::from(balance.posted));
            *pending = pending.saturating_add(i128::from(balance.pending));
        }
        for (unit, (posted, pending)) in sums {
            if posted != 0 || pending != 0 {
                return Err(Imbalance::NotZero { unit, posted, pending });
            }
        }
        Ok(())
    }

    /// Whether nothing is reserved any more: so it must be for a payment that has ended.
    pub fn check_pending_cleared(&self) -> Result<(), Imbalance> {
        match self.rows.iter().find(|(_, balance)| balance.pending != 0) {
            Some((key, balance)) => Err(Imbalance::StillPending { key: key.clone(), pending: balance.pending }),
            None => Ok(()),
        }
    }
}

/// A ledger that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imbalance {
    /// The accounts of a unit do not add up to zero.
    NotZero {
        /// The unit.
        unit: Unit,
        /// The sum of the posted column.
        posted: i128,
        /// The sum of the pending column.
        pending: i128,
    },
    /// A reservation is left that should have been ended.
    StillPending {
        /// The balance.
        key: BalanceKey,
        /// What is still reserved.
        pending: i64,
    },
}

impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotZero { unit, posted, pending } => {
                write!(f, "{unit} does not add up to zero: posted {posted}, pending {pending}")
            }
            Self::StillPending { key, pending } => {
                write!(f, "{key} still has {pending} pending")
            }
        }
    }
}

impl core::error::Error for Imbalance {}

/// Amounts of transfers are positive or zero, so their negative always exists.
fn negated(amount: i64) -> i64 {
    amount.checked_neg().expect("the amount of a transfer has a negative")
}

#[cfg(test)]
mod tests;
