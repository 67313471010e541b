//! A charge that the buyer's bank takes back, until it is decided who is right (spec/payments.md, Disputes).
//!
//! ```text
//!  ──open──▶ needs_response ──submit──▶ under_review ──decide──▶ won, lost
//!              ▲   └──accept, or no answer in time──▶ lost
//!              └──────────────escalate, or no answer in time──────────────┐
//!  ──open──▶ warning_needs_response ──submit──▶ warning_under_review ─────┤
//!                    └──accept──▶ warning_closed ◀──decide, close─────────┘
//! ```
//!
//! The amount and a fee are taken from the merchant when the dispute is opened, and come back if it is won. A dispute
//! never takes more than what was captured and has not been given back; what it takes cannot be refunded
//! (`payments::decide`).
//!
//! Networks may ask before they take anything: a warning. It can be answered as a dispute can. It becomes a dispute when
//! the network escalates it, which takes amount and fee then, or is closed without one: because the answer convinced,
//! because the merchant gave in and gave the money back, or because nothing is left that could be taken. The states of a
//! warning are named as the field does (`warning_under_review`, `warning_closed`).

mod evidence;

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

pub use evidence::{Evidence, EvidenceField, LOSING, WINNING};
use evidence::{Verdict, judged};

use crate::balance::{Entry, Funds, Kind};
use crate::ids::{DisputeId, PaymentId};
use crate::ledger::{LedgerAccount, Transfer};
use crate::metadata::Metadata;
use crate::money::Money;
use crate::payments::{self, Payment, refundable};
use crate::refusal::{Code, Refusal};
use crate::time::{Span, Timestamp};
use crate::wire_enum::wire_enum;

/// How long a merchant has to answer a dispute.
pub const EVIDENCE_DUE: Span = Span::days(7);
/// How long the simulated network thinks about evidence that does not say how it ends.
pub const REVIEW_TAKES: Span = Span::days(3);
wire_enum! {
    /// Where a dispute stands.
    pub enum Status {
        /// The network warns of a dispute that may come: the merchant may answer, and nothing is taken.
        WarningNeedsResponse = "warning_needs_response",
        /// The merchant has answered the warning; the network decides.
        WarningUnderReview = "warning_under_review",
        /// The warning came to nothing.
        WarningClosed = "warning_closed",
        /// The merchant may answer.
        NeedsResponse = "needs_response",
        /// The merchant has answered; the bank decides.
        UnderReview = "under_review",
        /// The merchant was right and has the money again.
        Won = "won",
        /// The buyer was right and keeps the money.
        Lost = "lost",
    }
}

wire_enum! {
    /// What the buyer says is wrong.
    pub enum Reason {
        /// It was not the buyer who paid.
        Fraudulent = "fraudulent",
        /// The buyer has got nothing for it.
        ProductNotReceived = "product_not_received",
        /// What came is not what was promised.
        ProductUnacceptable = "product_unacceptable",
        /// The buyer was charged twice.
        Duplicate = "duplicate",
        /// A refund that was promised did not come.
        CreditNotProcessed = "credit_not_processed",
        /// The subscription had been cancelled.
        SubscriptionCancelled = "subscription_cancelled",
        /// The buyer does not recognise the charge.
        Unrecognized = "unrecognized",
        /// Something else.
        General = "general",
    }
}

/// What the network opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// A warning: nothing is taken.
    Warning,
    /// A dispute: the network has the money.
    Dispute,
}

/// A dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// The payment it is about.
    pub payment_id: PaymentId,
    /// How much of it, in the currency that was captured. Of a warning: how much may be taken.
    pub amount: Money,
    /// What the platform takes for it, in the same currency's minor units: nothing for a warning.
    pub fee: i64,
    /// Where it stands.
    pub status: Status,
    /// What the buyer says.
    pub reason: Reason,
    /// What the merchant says.
    pub evidence: Evidence,
    /// Until when the merchant may answer.
    pub evidence_due_at: Timestamp,
    /// When the simulated network decides, once the merchant has answered.
    pub decided_at: Option<Timestamp>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// What the network says when it opens a dispute.
#[derive(Debug, Clone)]
pub struct Open {
    /// Drawn by the server.
    pub id: DisputeId,
    /// Minor units; `None` for all that is left. What is more than that is not taken.
    pub amount: Option<i64>,
    /// What the buyer says.
    pub reason: Reason,
    /// Whether the money is taken at once.
    pub opening: Opening,
}

/// What a dispute could take of a payment at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposure {
    /// What is left of the payment, in minor units.
    pub left: i64,
    /// What the platform takes for a dispute, in the same currency's minor units.
    pub fee: i64,
}

impl Exposure {
    /// That of a payment whose account pays this fee.
    pub fn of(payment: &Payment, fee: Money) -> Self {
        assert_eq!(fee.currency, payment.amount.currency, "a fee is taken in the currency of what is disputed");
        Self { left: refundable(payment).unwrap_or(0), fee: fee.amount }
    }
}

/// Everything that can be asked of a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The merchant notes evidence and metadata: what is `None` is taken away, what is not named stays.
    Update {
        /// Pieces of evidence.
        evidence: BTreeMap<EvidenceField, Option<String>>,
        /// The merchant's notes as they are to be.
        metadata: Metadata,
    },
    /// The merchant sends the evidence to the bank.
    Submit,
    /// The merchant gives in. Who gives in to a warning gives back what it is about ([`given_in`]).
    Accept,
    /// The network makes a dispute of a warning.
    Escalate,
    /// A warning came to nothing: the network says so, or nothing is left to be taken.
    Close,
    /// Time went by ([`due`]).
    TimeOut,
}

/// What happened to a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It was opened: the network has the money.
    Opened,
    /// It was opened as a warning: nothing was taken.
    Warned,
    /// The merchant noted something.
    Updated {
        /// The evidence as it is now.
        evidence: Evidence,
        /// The notes as they are now.
        metadata: Metadata,
    },
    /// The bank has the evidence.
    Submitted {
        /// When the simulated network decides.
        decided_at: Timestamp,
    },
    /// The warning became a dispute: the network has the money.
    Escalated {
        /// What was taken, in minor units: what was left of what the warning was about.
        amount: i64,
        /// What the platform took.
        fee: i64,
        /// Until when the merchant may answer the dispute.
        evidence_due_at: Timestamp,
    },
    /// The warning came to nothing.
    Closed,
    /// The merchant has the money again.
    Won,
    /// The buyer keeps it.
    Lost,
}

/// A dispute that the network opens about a payment, or its warning of one; `exposure` is what can be taken of it.
///
/// # Errors
/// `payment_not_disputable` when nothing was captured, or nothing is left; an amount that no card payment can be of.
pub fn open(ask: Open, payment: &Payment, exposure: Exposure, now: Timestamp) -> Result<(Dispute, Event), Refusal> {
    let refused = |message: String| Refusal::new(Code::PaymentNotDisputable, message);
    refundable(payment).map_err(|_| {
        refused(format!("a payment that is {} cannot be disputed: nothing was captured", payment.status))
    })?;
    let Exposure { left, fee } = exposure;
    if left == 0 {
        return Err(refused("all of this payment was given back or is disputed already".into()));
    }
    // A network that reports more is answered with what there is (spec/traps.md, section 10).
    let amount = payments::amount(ask.amount.map_or(left, |asked| asked.min(left)), payment.amount.currency)?;
    let (status, fee, event) = match ask.opening {
        Opening::Dispute => (Status::NeedsResponse, fee, Event::Opened),
        Opening::Warning => (Status::WarningNeedsResponse, 0, Event::Warned),
    };
    let dispute = Dispute {
        id: ask.id,
        payment_id: payment.id.clone(),
        amount,
        fee,
        status,
        reason: ask.reason,
        evidence: Evidence::new(),
        evidence_due_at: now.plus(EVIDENCE_DUE),
        decided_at: None,
        metadata: Metadata::new(),
        created_at: now,
    };
    Ok((dispute, event))
}

/// Whether nothing was taken yet and still may be.
pub const fn is_open_warning(status: Status) -> bool {
    match status {
        Status::WarningNeedsResponse | Status::WarningUnderReview => true,
        Status::WarningClosed | Status::NeedsResponse | Status::UnderReview | Status::Won | Status::Lost => false,
    }
}

/// What a merchant gives back who gives in to a warning: what it is about, as far as it is left. In minor units; nothing
/// for a dispute, whose money the network has.
pub fn given_in(dispute: &Dispute, exposure: Exposure) -> Option<i64> {
    let amount = dispute.amount.amount.min(exposure.left);
    (is_open_warning(dispute.status) && amount > 0).then_some(amount)
}

/// Decides a command; `exposure` is what an escalation could take now.
///
/// # Errors
/// `dispute_not_answerable` with the state in the message.
pub fn decide(dispute: &Dispute, command: Command, exposure: Exposure, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Update { evidence, metadata } => {
            if !evidence.is_empty() {
                answerable(dispute, now)?;
            }
            let mut merged = dispute.evidence.clone();
            for (field, text) in evidence {
                match text {
                    Some(text) => merged.insert(field, text),
                    None => merged.remove(&field),
                };
            }
            let changes = merged != dispute.evidence || metadata != dispute.metadata;
            Ok(changes.then_some(Event::Updated { evidence: merged, metadata }).into_iter().collect())
        }
        Command::Submit => {
            answerable(dispute, now)?;
            let decided_at = match judged(&dispute.evidence) {
                Some(_) => now,
                None => now.plus(REVIEW_TAKES),
            };
            let verdict = judged(&dispute.evidence).map(|verdict| ended(dispute, verdict, exposure, now));
            Ok([Event::Submitted { decided_at }].into_iter().chain(verdict).collect())
        }
        Command::Accept => {
            answerable(dispute, now)?;
            Ok(vec![if is_open_warning(dispute.status) { Event::Closed } else { Event::Lost }])
        }
        Command::Escalate => {
            warned(dispute, "escalated")?;
            Ok(vec![escalated(dispute, exposure, now)])
        }
        Command::Close => {
            warned(dispute, "closed")?;
            Ok(vec![Event::Closed])
        }
        Command::TimeOut => Ok(time_out(dispute, exposure, now)),
    }
}

/// Applies an event; the only place where a dispute changes.
pub fn evolve(dispute: &mut Dispute, event: &Event) {
    match event {
        Event::Opened | Event::Warned => {}
        Event::Updated { evidence, metadata } => {
            dispute.evidence.clone_from(evidence);
            dispute.metadata = metadata.clone();
        }
        Event::Submitted { decided_at } => {
            let is_warning = is_open_warning(dispute.status);
            dispute.status = if is_warning { Status::WarningUnderReview } else { Status::UnderReview };
            dispute.decided_at = Some(*decided_at);
        }
        Event::Escalated { amount, fee, evidence_due_at } => {
            dispute.status = Status::NeedsResponse;
            dispute.amount.amount = *amount;
            dispute.fee = *fee;
            dispute.evidence_due_at = *evidence_due_at;
            dispute.decided_at = None;
        }
        Event::Closed => dispute.status = Status::WarningClosed,
        Event::Won => dispute.status = Status::Won,
        Event::Lost => dispute.status = Status::Lost,
    }
}

/// What an event means to the payment.
pub fn of_payment(dispute: &Dispute, event: &Event) -> Option<payments::Command<'static>> {
    match event {
        Event::Opened => Some(payments::Command::Dispute { amount: dispute.amount.amount }),
        Event::Escalated { amount, .. } => Some(payments::Command::Dispute { amount: *amount }),
        Event::Won => Some(payments::Command::DisputeWon { amount: dispute.amount.amount }),
        // What is lost stays taken, and of a warning nothing is.
        Event::Warned | Event::Updated { .. } | Event::Submitted { .. } | Event::Closed | Event::Lost => None,
    }
}

/// Which way the money goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Taken,
    Back,
}

/// Amount and fee that an event moves: they are taken at the opening or at the escalation, and come back with a win.
fn moved(dispute: &Dispute, event: &Event) -> Option<(Way, i64, i64)> {
    match event {
        Event::Opened => Some((Way::Taken, dispute.amount.amount, dispute.fee)),
        Event::Escalated { amount, fee, .. } => Some((Way::Taken, *amount, *fee)),
        Event::Won => Some((Way::Back, dispute.amount.amount, dispute.fee)),
        Event::Warned | Event::Updated { .. } | Event::Submitted { .. } | Event::Closed | Event::Lost => None,
    }
}

/// What an event moves in the ledger: out of and into what is to be settled. A warning moves nothing.
pub fn transfers(dispute: &Dispute, event: &Event) -> Vec<Transfer> {
    let Some((way, amount, fee)) = moved(dispute, event) else { return Vec::new() };
    let parts = [(LedgerAccount::Network, amount), (LedgerAccount::Fees, fee)];
    let parts = parts.into_iter().filter(|(_, amount)| *amount > 0);
    let transfer = |(account, amount)| {
        let money = Money::new(amount, dispute.amount.currency);
        match way {
            Way::Taken => Transfer::posted(LedgerAccount::MerchantPending, account, money),
            Way::Back => Transfer::posted(account, LedgerAccount::MerchantPending, money),
        }
    };
    parts.map(transfer).collect()
}

/// The line of the merchant's balance that an event writes.
///
/// # Panics
/// If an amount has no negative, which no amount of a payment does.
pub fn entry(dispute: &Dispute, event: &Event) -> Option<Entry> {
    let negated = |amount: i64| amount.checked_neg().expect("an amount of a payment has a negative");
    let (amount, fee) = match moved(dispute, event)? {
        (Way::Taken, amount, fee) => (negated(amount), fee),
        (Way::Back, amount, fee) => (amount, negated(fee)),
    };
    Some(Entry {
        kind: Kind::Dispute,
        amount: Money::new(amount, dispute.amount.currency),
        fee,
        source: dispute.id.as_str().into(),
        funds: Funds::Settled,
    })
}

/// The earliest moment at which time itself changes the dispute, and how.
pub fn due(dispute: &Dispute) -> Option<(Timestamp, Command)> {
    match dispute.status {
        Status::NeedsResponse | Status::WarningNeedsResponse => Some((dispute.evidence_due_at, Command::TimeOut)),
        Status::UnderReview | Status::WarningUnderReview => dispute.decided_at.map(|at| (at, Command::TimeOut)),
        Status::WarningClosed | Status::Won | Status::Lost => None,
    }
}

fn answerable(dispute: &Dispute, now: Timestamp) -> Result<(), Refusal> {
    match dispute.status {
        Status::NeedsResponse | Status::WarningNeedsResponse if now < dispute.evidence_due_at => Ok(()),
        Status::NeedsResponse | Status::WarningNeedsResponse => {
            let message = format!("the time to answer this dispute ended at {}", dispute.evidence_due_at.rfc3339());
            Err(Refusal::new(Code::DisputeNotAnswerable, message))
        }
        Status::WarningUnderReview | Status::WarningClosed | Status::UnderReview | Status::Won | Status::Lost => {
            let message = format!("a dispute that is {} cannot be answered", dispute.status);
            Err(Refusal::new(Code::DisputeNotAnswerable, message))
        }
    }
}

/// Only a warning may be escalated or closed.
fn warned(dispute: &Dispute, done: &str) -> Result<(), Refusal> {
    if is_open_warning(dispute.status) {
        return Ok(());
    }
    let message = format!("a dispute that is {} is no open warning, and cannot be {done}", dispute.status);
    Err(Refusal::new(Code::DisputeNotAnswerable, message))
}

/// What a verdict does: a warning that the buyer is right about becomes a dispute.
fn ended(dispute: &Dispute, verdict: Verdict, exposure: Exposure, now: Timestamp) -> Event {
    match (verdict, is_open_warning(dispute.status)) {
        (Verdict::Merchant, false) => Event::Won,
        (Verdict::Buyer, false) => Event::Lost,
        (Verdict::Merchant, true) => Event::Closed,
        (Verdict::Buyer, true) => escalated(dispute, exposure, now),
    }
}

/// A warning that becomes a dispute takes what is left of what it was about; when that is nothing, it comes to nothing.
fn escalated(dispute: &Dispute, exposure: Exposure, now: Timestamp) -> Event {
    match dispute.amount.amount.min(exposure.left) {
        0 => Event::Closed,
        amount => Event::Escalated { amount, fee: exposure.fee, evidence_due_at: now.plus(EVIDENCE_DUE) },
    }
}

fn time_out(dispute: &Dispute, exposure: Exposure, now: Timestamp) -> Vec<Event> {
    if due(dispute).is_none_or(|(at, _)| now < at) {
        return Vec::new();
    }
    let verdict = match dispute.status {
        Status::NeedsResponse | Status::WarningNeedsResponse => Verdict::Buyer,
        // Whoever brought something to the table is believed.
        Status::UnderReview | Status::WarningUnderReview if dispute.evidence.is_empty() => Verdict::Buyer,
        Status::UnderReview | Status::WarningUnderReview => Verdict::Merchant,
        Status::WarningClosed | Status::Won | Status::Lost => return Vec::new(),
    };
    vec![ended(dispute, verdict, exposure, now)]
}

#[cfg(test)]
mod tests;
