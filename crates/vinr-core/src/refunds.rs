//! Money of a captured payment that goes back to its buyer, in whole or in part (spec/payments.md, Refunds).
//!
//! ```text
//!  ──create──▶ succeeded        the simulated network gives back at once
//!  ──create──▶ pending ──settle──▶ succeeded
//!                 └─────reject──▶ failed ──settle──▶ succeeded
//! ```
//!
//! A refund takes its amount from the payment and from the merchant when it is accepted, whether it is `pending` or has
//! `succeeded`; failing gives both back. That the refunds of a payment never exceed what is left of it is decided there
//! (`payments::decide`). The fee of the payment is not given back. An acquirer may do late what it had refused: the
//! refund then counts again, if the payment still has that much.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::balance::{Entry, Funds, Kind};
use crate::ids::{AttemptId, PaymentId, RefundId};
use crate::ledger::{LedgerAccount, Transfer};
use crate::metadata::Metadata;
use crate::money::Money;
use crate::payments::{Payment, refundable, refundable_credit};
use crate::refusal::{Code, Refusal};
use crate::time::{Span, Timestamp};
use crate::wire_enum::wire_enum;

/// How long a refund to the sandbox's card 5126 is pending before it fails (spec/sandbox.md).
pub const FAILS_AFTER: Span = Span::days(2);

wire_enum! {
    /// Where a refund stands.
    pub enum Status {
        /// Accepted, and on its way.
        Pending = "pending",
        /// The buyer has the money.
        Succeeded = "succeeded",
        /// It did not arrive; the payment has its amount again.
        Failed = "failed",
    }
}

wire_enum! {
    /// Why the merchant gives money back.
    pub enum Reason {
        /// The buyer wants it.
        RequestedByCustomer = "requested_by_customer",
        /// The buyer was charged twice.
        Duplicate = "duplicate",
        /// It was not the buyer who paid.
        Fraudulent = "fraudulent",
        /// The buyer has got nothing for it.
        ProductNotReceived = "product_not_received",
    }
}

wire_enum! {
    /// Why money did not arrive.
    pub enum FailureReason {
        /// The card or account it should go to is closed.
        DestinationAccountClosed = "destination_account_closed",
        /// The acquirer does not give back money of this payment.
        OperationNotAvailable = "operation_not_available",
    }
}

/// A refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Its id.
    pub id: RefundId,
    /// The payment whose money it is.
    pub payment_id: PaymentId,
    /// How much of what was captured, in that currency; nothing if all that goes back is store credit.
    pub amount: Money,
    /// How much of the store credit that the payment used, in minor units; the customer has it once the refund succeeded.
    pub credit: i64,
    /// Where it stands.
    pub status: Status,
    /// Why it is given back.
    pub reason: Option<Reason>,
    /// Why it did not arrive.
    pub failure: Option<FailureReason>,
    /// When the simulated network will fail it.
    pub fails_at: Option<Timestamp>,
    /// The request to an acquirer that carries it out.
    pub attempt: Option<AttemptId>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was accepted.
    pub created_at: Timestamp,
}

impl Refund {
    /// What goes back by any way, in minor units.
    pub fn total(&self) -> i64 {
        self.amount.amount.saturating_add(self.credit)
    }
}

/// What goes back by which way, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    /// To the method that paid.
    pub money: i64,
    /// To the customer's store credit.
    pub credit: i64,
}

/// What a merchant asks for.
#[derive(Debug, Clone)]
pub struct Create {
    /// Chosen by the caller (sandbox) or drawn by the server.
    pub id: RefundId,
    /// Minor units; `None` gives back all that is left.
    pub amount: Option<i64>,
    /// Why.
    pub reason: Option<Reason>,
    /// The merchant's notes.
    pub metadata: Metadata,
}

/// What whoever carries refunds out says when it is asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Done.
    Done,
    /// The simulated network fails it after [`FAILS_AFTER`].
    FailsLater,
    /// An acquirer is asked by this attempt, and answers later.
    Asked(AttemptId),
}

/// What becomes of a refund that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// It arrived.
    Settle,
    /// It will not arrive.
    Reject(FailureReason),
}

/// What happened to a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It was accepted: from now on the money is the buyer's.
    Created,
    /// It arrived.
    Succeeded,
    /// It did not arrive: the money is the merchant's again.
    Failed(FailureReason),
    /// It arrived after it was said that it would not: the money is the buyer's once more.
    Revived,
}

/// By which way so much of a payment goes back, or all that is left: the money that was captured first, and then the store
/// credit that it used. A merchant who gives a part back gives it where the buyer can spend it anywhere.
///
/// # Errors
/// `payment_not_refundable`; `amount_too_large`; an amount that no card payment can be of.
pub fn parts(payment: &Payment, asked: Option<i64>) -> Result<Parts, Refusal> {
    let (money, credit) = (refundable(payment)?, refundable_credit(payment)?);
    let left = money.saturating_add(credit);
    let asked = match asked {
        Some(asked) => asked,
        None if left > 0 => left,
        None => return Err(too_large(payment, "all of it", money)),
    };
    let asked = crate::payments::amount(asked, payment.amount.currency)?.amount;
    if asked > left {
        return Err(too_large(payment, asked, money));
    }
    let money = asked.min(money);
    Ok(Parts { money, credit: asked.saturating_sub(money) })
}

/// A new refund of these [`parts`] of a payment. The payment itself must take it ([`crate::payments::Command::Refund`]).
pub fn create(ask: Create, payment: &Payment, parts: Parts, verdict: Verdict, now: Timestamp) -> (Refund, Event) {
    let (status, fails_at, attempt) = match verdict {
        Verdict::Done => (Status::Succeeded, None, None),
        Verdict::FailsLater => (Status::Pending, Some(now.plus(FAILS_AFTER)), None),
        Verdict::Asked(attempt) => (Status::Pending, None, Some(attempt)),
    };
    let refund = Refund {
        id: ask.id,
        payment_id: payment.id.clone(),
        amount: Money::new(parts.money, payment.amount.currency),
        credit: parts.credit,
        status,
        reason: ask.reason,
        failure: None,
        fails_at,
        attempt,
        metadata: ask.metadata,
        created_at: now,
    };
    (refund, Event::Created)
}

/// Why a payment cannot give back this much, where so much money of it is left.
pub(crate) fn too_large(payment: &Payment, asked: impl core::fmt::Display, left: i64) -> Refusal {
    let currency = payment.amount.currency;
    let left = left.saturating_add(payment.credit_applied.saturating_sub(payment.credit_refunded));
    let message = match payment.amount_disputed {
        0 => format!("{asked} cannot be given back: {left} {currency} (in minor units) of this payment are left"),
        disputed => format!(
            "{asked} cannot be given back: {left} {currency} (in minor units) of this payment are left, and {disputed} \
             are disputed"
        ),
    };
    Refusal::new(Code::AmountTooLarge, message).at("amount")
}

/// Decides what becomes of a refund. `None`: nothing new, whoever carries it out may say a thing twice.
pub fn decide(refund: &Refund, command: Command) -> Option<Event> {
    match (refund.status, command) {
        (Status::Pending, Command::Settle) => Some(Event::Succeeded),
        (Status::Pending, Command::Reject(reason)) => Some(Event::Failed(reason)),
        (Status::Failed, Command::Settle) => Some(Event::Revived),
        // What arrived is not taken back by a later word.
        (Status::Succeeded, Command::Settle | Command::Reject(_)) | (Status::Failed, Command::Reject(_)) => None,
    }
}

/// Applies an event; the only place where a refund changes.
pub fn evolve(refund: &mut Refund, event: Event) {
    match event {
        Event::Created => {}
        Event::Succeeded | Event::Revived => {
            refund.status = Status::Succeeded;
            refund.failure = None;
            refund.fails_at = None;
        }
        Event::Failed(reason) => {
            refund.status = Status::Failed;
            refund.failure = Some(reason);
            refund.fails_at = None;
        }
    }
}

/// What an event means to the payment: the command to give it, with the refund as the event leaves it.
pub fn of_payment(refund: &Refund, event: Event) -> crate::payments::Command<'static> {
    let refund = Box::new(refund.clone());
    match event {
        Event::Created | Event::Revived => crate::payments::Command::Refund(refund),
        Event::Succeeded => crate::payments::Command::RefundSettled(refund),
        Event::Failed(_) => crate::payments::Command::RefundFailed(refund),
    }
}

/// How much store credit an event gives the customer, in minor units: nothing before the refund has succeeded, because what
/// has not arrived may fail, and what was given may be spent by then.
pub fn credit_given(refund: &Refund, event: Event) -> i64 {
    let arrives = match event {
        Event::Created => refund.status == Status::Succeeded,
        Event::Succeeded | Event::Revived => true,
        Event::Failed(_) => false,
    };
    if arrives { refund.credit } else { 0 }
}

/// What an event moves in the ledger: out of what is to be settled, because the settlement of its day nets what is
/// taken and what is given back.
pub fn transfers(refund: &Refund, event: Event) -> Vec<Transfer> {
    if refund.amount.amount == 0 {
        return Vec::new();
    }
    match event {
        Event::Created | Event::Revived => {
            vec![Transfer::posted(LedgerAccount::MerchantPending, LedgerAccount::Network, refund.amount)]
        }
        Event::Failed(_) => {
            vec![Transfer::posted(LedgerAccount::Network, LedgerAccount::MerchantPending, refund.amount)]
        }
        Event::Succeeded => Vec::new(),
    }
}

/// The line of the merchant's balance that an event writes.
pub fn entry(refund: &Refund, event: Event) -> Option<Entry> {
    if refund.amount.amount == 0 {
        return None;
    }
    let taken = Money::new(refund.amount.amount.saturating_neg(), refund.amount.currency);
    let amount = match event {
        Event::Created | Event::Revived => taken,
        Event::Failed(_) => refund.amount,
        Event::Succeeded => return None,
    };
    let source = refund.id.as_str().into();
    Some(Entry { kind: Kind::Refund, amount, fee: 0, source, funds: Funds::Settled })
}

/// The moment at which time itself changes the refund, and how.
pub fn due(refund: &Refund) -> Option<(Timestamp, Command)> {
    let fails_at = refund.fails_at.filter(|_| refund.status == Status::Pending);
    fails_at.map(|at| (at, Command::Reject(FailureReason::DestinationAccountClosed)))
}

#[cfg(test)]
mod tests;
