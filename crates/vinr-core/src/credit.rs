//! Store credit: a cash balance that a customer has with a merchant, in one currency (spec/engagement.md, Rewards and
//! redemptions; spec/payments.md, Ledger).
//!
//! ```text
//! promotional_expense ──grant──▶ customer_credit ──hold──▶ (pending) ──spend──▶ credit_redeemed
//!                                       ▲                      │                      │
//!                                       ├───────release────────┘                      │
//!                                       └───────────────────refund────────────────────┘
//! ```
//!
//! An invoice takes of it what it is to be paid with, and gives what it comes to below zero; what is not worth a charge is
//! carried, so that a balance may be less than nothing: that is owed, and the next invoice takes it in. The invoice books
//! that itself.
//!
//! What a payment uses is held as long as it is open: it is part of the balance and nobody else can use it. Only what moves
//! the balance writes a transaction, so the balance is the sum of its transactions at every moment.

use crate::currencies::Currency;
use crate::ids::{CreditTransactionId, CustomerId, InvoiceId, PaymentId, RedemptionId, RefundId};
use crate::ledger::{LedgerAccount, Transfer};
use crate::money::Money;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What moved a customer's credit.
    pub enum Kind {
        /// Given for a redemption.
        Grant = "grant",
        /// Paid with.
        Spend = "spend",
        /// Given back of a payment that had used it.
        Refund = "refund",
        /// Taken for an invoice, or given by one.
        Invoice = "invoice",
    }
}

/// What a customer has in one currency, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerCredit {
    /// Whose it is.
    pub customer_id: CustomerId,
    /// In which currency.
    pub currency: Currency,
    /// All of it; negative for what is owed.
    pub balance: i64,
    /// What open payments hold of that.
    pub held: i64,
}

/// What happened to a customer's credit, in minor units; positive, but for what an invoice takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was given.
    Granted(i64),
    /// A payment uses so much of it, and is open.
    Held(i64),
    /// That payment completed.
    Spent(i64),
    /// That payment ended without being completed, or failed and nobody can try again.
    Released(i64),
    /// A completed payment gave so much back.
    Refunded(i64),
    /// An invoice gave so much, or took it where that is negative.
    Invoiced(i64),
}

/// Where a transaction comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The redemption that gave it.
    pub redemption: Option<RedemptionId>,
    /// The payment that used it.
    pub payment: Option<PaymentId>,
    /// The refund of that payment.
    pub refund: Option<RefundId>,
    /// The invoice that gave or took it.
    pub invoice: Option<InvoiceId>,
}

/// One movement of a customer's credit; never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// Its id.
    pub id: CreditTransactionId,
    /// Whose credit.
    pub customer_id: CustomerId,
    /// What moved it.
    pub kind: Kind,
    /// How much; negative for what was paid with.
    pub amount: Money,
    /// What the customer has with it, in minor units.
    pub balance_after: i64,
    /// Where it comes from.
    pub source: Source,
    /// When.
    pub created_at: Timestamp,
}

impl CustomerCredit {
    /// Who has nothing yet.
    pub const fn none(customer_id: CustomerId, currency: Currency) -> Self {
        Self { customer_id, currency, balance: 0, held: 0 }
    }

    /// What can still be used, in minor units; negative for what is owed.
    pub const fn available(&self) -> i64 {
        self.balance.saturating_sub(self.held)
    }

    /// What of it a payment uses of which `left` is still to be paid: as much as there is, and what is left for a card is an
    /// amount that cards can be charged with.
    ///
    /// # Panics
    /// If less than nothing is left.
    pub fn applicable(&self, left: i64) -> i64 {
        assert!(left >= 0, "discounts stay within a payment");
        let available = self.available().max(0);
        if available >= left {
            return left;
        }
        let odd = available.checked_rem(self.currency.card_step()).expect("a step is not zero");
        available.saturating_sub(odd)
    }
}

/// Applies an event; the only place where a customer's credit changes.
///
/// # Panics
/// If more is held than there is, or more ends than is held: whoever decides has looked.
pub fn evolve(credit: &mut CustomerCredit, event: Event) {
    let (balance, held) = match event {
        Event::Granted(amount) | Event::Refunded(amount) => (amount, 0),
        Event::Held(amount) => (0, amount),
        Event::Spent(amount) => (negative(amount), negative(amount)),
        Event::Released(amount) => (0, negative(amount)),
        Event::Invoiced(amount) => (amount, 0),
    };
    credit.balance = credit.balance.checked_add(balance).expect("a balance fits 64 bits");
    credit.held = credit.held.checked_add(held).expect("a balance fits 64 bits");
    assert!(credit.held >= 0, "what is not held cannot end");
    match event {
        Event::Held(_) => assert!(credit.held <= credit.balance, "credit is used once, and never more than there is"),
        // What is owed is taken from what comes next, and from nobody's payment.
        Event::Granted(_) | Event::Spent(_) | Event::Released(_) | Event::Refunded(_) | Event::Invoiced(_) => {}
    }
}

/// What an event moves in the ledger; nothing for what its invoice books.
///
/// # Panics
/// If the amount is not positive.
pub fn transfer(currency: Currency, event: Event) -> Option<Transfer> {
    use LedgerAccount::{CreditRedeemed, CustomerCredit, PromotionalExpense};
    let posted = |from, amount| Transfer::posted(from, CustomerCredit, Money::new(amount, currency));
    let held = |amount| Transfer::pending(CustomerCredit, CreditRedeemed, Money::new(amount, currency));
    match event {
        Event::Granted(amount) => Some(posted(PromotionalExpense, amount)),
        Event::Held(amount) => Some(held(amount)),
        Event::Spent(amount) => Some(held(amount).post(amount)),
        Event::Released(amount) => Some(held(amount).void()),
        Event::Refunded(amount) => Some(posted(CreditRedeemed, amount)),
        Event::Invoiced(_) => None,
    }
}

/// What an event adds to the balance, and by what: nothing for what only holds it or lets it go.
pub fn movement(event: Event) -> Option<(Kind, i64)> {
    match event {
        Event::Granted(amount) => Some((Kind::Grant, amount)),
        Event::Spent(amount) => Some((Kind::Spend, negative(amount))),
        Event::Refunded(amount) => Some((Kind::Refund, amount)),
        Event::Invoiced(amount) => Some((Kind::Invoice, amount)),
        Event::Held(_) | Event::Released(_) => None,
    }
}

/// Why a payment cannot use credit.
pub fn not_usable(reason: &str) -> Refusal {
    Refusal::new(Code::StoreCreditNotUsable, format!("store credit cannot be used: {reason}")).at("useStoreCredit")
}

fn negative(amount: i64) -> i64 {
    assert!(amount > 0, "a movement of {amount} moves nothing");
    amount.checked_neg().expect("a positive number has a negative")
}

#[cfg(test)]
mod tests;
