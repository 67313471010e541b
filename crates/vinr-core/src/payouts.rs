//! Money on its way to a merchant's bank (spec/payments.md, "Ledger, balance, settlements, payouts").
//!
//! ```text
//! (plan) ──made──▶ pending ──send──▶ in_transit ──arrive──▶ paid
//!                     │                   └───────────────▶ failed
//!                     └──cancel──▶ cancelled
//! ```
//!
//! Settlements of one currency are collected by a [`Plan`] until it is made a payout: when the period of the account's
//! schedule is over, or when the merchant asks for it. A payout takes everything that its plan has collected, so that
//! it is the sum of its settlements. A plan that comes to nothing or less waits, and what closes later joins it.
//!
//! Money that does not arrive comes back as a line of the balance, and goes out again with the settlement of that day.
//! Refused: cancelling what was sent already.

mod schedule;

use alloc::string::String;
use alloc::vec::Vec;

use crate::balance::{Entry, Funds, Kind};
use crate::ids::{PayoutId, PayoutPlanId};
use crate::ledger::{LedgerAccount, Transfer};
use crate::metadata::Metadata;
use crate::money::{Currency, Money};
use crate::refusal::{Code, Refusal};
use crate::time::{Span, Timestamp};
use crate::wire_enum::wire_enum;

pub use schedule::{arrives_on, period_end};

/// How long a payout waits before it is sent, and can be cancelled.
pub const SENT_AFTER: Span = Span::hours(1);
/// A payout of exactly so many minor units is refused by the sandbox's bank.
pub const SANDBOX_REFUSED_AMOUNT: i64 = 1_313;

wire_enum! {
    /// Where a payout stands.
    pub enum Status {
        /// It will be sent within the hour and can be cancelled.
        Pending = "pending",
        /// It is with the bank.
        InTransit = "in_transit",
        /// It arrived.
        Paid = "paid",
        /// The bank sent it back.
        Failed = "failed",
        /// It was not sent.
        Cancelled = "cancelled",
    }
}

wire_enum! {
    /// Why a bank sent a payout back.
    pub enum FailureCode {
        /// The account was closed.
        AccountClosed = "account_closed",
    }
}

/// Who made a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The account's schedule.
    Schedule,
    /// The merchant.
    Merchant,
}

/// A payout that is being collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its id.
    pub id: PayoutPlanId,
    /// Of which settlements.
    pub currency: Currency,
    /// What they add up to.
    pub net: i64,
    /// How many there are.
    pub settlements: i64,
    /// When it is made, if its net is positive then.
    pub cut_at: Option<Timestamp>,
}

impl Plan {
    /// A plan that has collected nothing yet.
    pub const fn new(id: PayoutPlanId, currency: Currency) -> Self {
        Self { id, currency, net: 0, settlements: 0, cut_at: None }
    }

    /// Takes a settlement in; the plan is made at `cut_at`, or earlier if that was planned.
    ///
    /// # Panics
    /// If the sum leaves 64 bits.
    pub fn collect(&mut self, net: i64, cut_at: Option<Timestamp>) {
        self.net = self.net.checked_add(net).expect("what is collected fits 64 bits");
        self.settlements = self.settlements.saturating_add(1);
        self.cut_at = [self.cut_at, cut_at].into_iter().flatten().min();
    }

    /// Whether its time has come.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.cut_at.is_some_and(|at| at <= now)
    }

    /// What the merchant can be paid out of it now.
    ///
    /// # Errors
    /// `balance_insufficient` when that is nothing, `amount_mismatch` when another amount was asked for.
    pub fn payable(plan: Option<&Self>, currency: Currency, asked: Option<i64>) -> Result<Money, Refusal> {
        let net = plan.map_or(0, |plan| plan.net);
        if net <= 0 {
            let message = format!(
                "nothing waits to be paid out in {currency}: what is available there is {}",
                Money::new(net, currency)
            );
            return Err(Refusal::new(Code::BalanceInsufficient, message).at("currency"));
        }
        if asked.is_some_and(|asked| asked != net) {
            let message = format!("a payout takes all that waits, which is {net}: leave `amount` out or give that");
            return Err(Refusal::new(Code::AmountMismatch, message).at("amount"));
        }
        Ok(Money::new(net, currency))
    }
}

/// A payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// Where it stands.
    pub status: Status,
    /// How much.
    pub amount: Money,
    /// Who made it.
    pub trigger: Trigger,
    /// What it was collected by.
    pub plan: PayoutPlanId,
    /// How many settlements it pays.
    pub settlements: i64,
    /// Why it came back.
    pub failure: Option<FailureCode>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it is sent.
    pub sends_at: Timestamp,
    /// When it is at the merchant's bank.
    pub arrives_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What makes a plan a payout.
#[derive(Clone, Debug)]
pub struct Create {
    /// Drawn by the server, or chosen by the caller (sandbox).
    pub id: PayoutId,
    /// Who makes it.
    pub trigger: Trigger,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it will be at the merchant's bank.
    pub arrives_at: Timestamp,
}

/// What the merchant's bank says of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankAnswer {
    /// The money is there.
    Credited,
    /// The money comes back.
    Refused(FailureCode),
}

/// What the sandbox's bank says: deterministic, by the amount.
pub const fn sandbox_bank(amount: Money) -> BankAnswer {
    match amount.amount {
        SANDBOX_REFUSED_AMOUNT => BankAnswer::Refused(FailureCode::AccountClosed),
        _ => BankAnswer::Credited,
    }
}

/// Everything that can be asked of a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// It goes to the bank ([`due`]).
    Send,
    /// The bank answers ([`due`]).
    Arrive(BankAnswer),
    /// The merchant keeps the money with VINR.
    Cancel,
}

/// What happened to a payout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was made.
    Created,
    /// It is with the bank.
    Sent,
    /// It arrived.
    Paid,
    /// The bank sent it back.
    Failed(FailureCode),
    /// It was not sent.
    Cancelled,
}

/// Makes a plan a payout.
///
/// # Panics
/// If the plan comes to nothing or less.
pub fn create(plan: &Plan, ask: Create, now: Timestamp) -> (Payout, Event) {
    assert!(plan.net > 0, "a payout of {} pays nothing", plan.net);
    let Create { id, trigger, metadata, arrives_at } = ask;
    let arrives_at = arrives_at.max(now);
    let payout = Payout {
        id,
        status: Status::Pending,
        amount: Money::new(plan.net, plan.currency),
        trigger,
        plan: plan.id.clone(),
        settlements: plan.settlements,
        failure: None,
        metadata,
        sends_at: now.plus(SENT_AFTER).min(arrives_at),
        arrives_at,
        created_at: now,
    };
    (payout, Event::Created)
}

/// Decides a command.
///
/// # Errors
/// `payout_not_cancellable` with the state in the message.
pub fn decide(payout: &Payout, command: Command) -> Result<Option<Event>, Refusal> {
    match (payout.status, command) {
        (Status::Pending, Command::Send) => Ok(Some(Event::Sent)),
        (Status::InTransit, Command::Arrive(BankAnswer::Credited)) => Ok(Some(Event::Paid)),
        (Status::InTransit, Command::Arrive(BankAnswer::Refused(code))) => Ok(Some(Event::Failed(code))),
        (Status::Pending, Command::Cancel) => Ok(Some(Event::Cancelled)),
        // A timer may fire twice, and for what is over.
        (Status::InTransit | Status::Paid | Status::Failed | Status::Cancelled, Command::Send)
        | (Status::Pending | Status::Paid | Status::Failed | Status::Cancelled, Command::Arrive(_)) => Ok(None),
        (Status::InTransit | Status::Paid | Status::Failed | Status::Cancelled, Command::Cancel) => {
            let message = format!("a payout that is {} cannot be cancelled any more", payout.status);
            Err(Refusal::new(Code::PayoutNotCancellable, message))
        }
    }
}

/// Applies an event.
pub fn evolve(payout: &mut Payout, event: Event) {
    match event {
        Event::Created => {}
        Event::Sent => payout.status = Status::InTransit,
        Event::Paid => payout.status = Status::Paid,
        Event::Failed(code) => {
            payout.status = Status::Failed;
            payout.failure = Some(code);
        }
        Event::Cancelled => payout.status = Status::Cancelled,
    }
}

/// What an event moves in the ledger. What comes back belongs to the settlement of the day on which it does.
pub fn transfers(payout: &Payout, event: Event) -> Vec<Transfer> {
    use LedgerAccount::{MerchantAvailable, MerchantBank, MerchantPending, PayoutsInTransit};
    let moved = |debit, credit| vec![Transfer::posted(debit, credit, payout.amount)];
    match event {
        Event::Created => moved(MerchantAvailable, PayoutsInTransit),
        Event::Sent => Vec::new(),
        Event::Paid => moved(PayoutsInTransit, MerchantBank),
        Event::Failed(_) | Event::Cancelled => moved(PayoutsInTransit, MerchantPending),
    }
}

/// The line of the balance that an event writes. What goes out is of no settlement: it is the settlements that go.
pub fn entry(payout: &Payout, event: Event) -> Option<Entry> {
    let amount = match event {
        Event::Created => payout.amount.amount.checked_neg()?,
        Event::Failed(_) | Event::Cancelled => payout.amount.amount,
        Event::Sent | Event::Paid => return None,
    };
    Some(Entry {
        kind: Kind::Payout,
        amount: Money::new(amount, payout.amount.currency),
        fee: 0,
        source: String::from(&payout.id),
        funds: Funds::Settled,
    })
}

/// When time itself does something to a payout.
pub const fn due(payout: &Payout) -> Option<Timestamp> {
    match payout.status {
        Status::Pending => Some(payout.sends_at),
        Status::InTransit => Some(payout.arrives_at),
        Status::Paid | Status::Failed | Status::Cancelled => None,
    }
}

/// What time does then.
pub const fn due_command(payout: &Payout) -> Option<Command> {
    match payout.status {
        Status::Pending => Some(Command::Send),
        Status::InTransit => Some(Command::Arrive(sandbox_bank(payout.amount))),
        Status::Paid | Status::Failed | Status::Cancelled => None,
    }
}

#[cfg(test)]
mod tests;
