//! A charge that the buyer's bank takes back, until it is decided who is right (spec/payments.md, Disputes).
//!
//! ```text
//!  ──open──▶ needs_response ──submit──▶ under_review ──decide──▶ won, lost
//!                  └──accept, or no answer in time──▶ lost
//! ```
//!
//! The amount and a fee are taken from the merchant when the dispute is opened, and come back if it is won. A dispute
//! never takes more than what was captured and has not been given back; what it takes cannot be refunded
//! (`payments::decide`). A warning (`warning_needs_response`) is sent by networks before a dispute: nothing is taken, and
//! nothing can be answered here. No network that is connected sends one yet.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

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
/// Evidence with this word is convincing, in the sandbox, at once.
pub const WINNING: &str = "winning_evidence";
/// Evidence with this word is worthless, in the sandbox, at once.
pub const LOSING: &str = "losing_evidence";

wire_enum! {
    /// Where a dispute stands.
    pub enum Status {
        /// The network warns of a dispute that may come.
        WarningNeedsResponse = "warning_needs_response",
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

wire_enum! {
    /// What can be told to the bank.
    pub enum EvidenceField {
        /// Where mail reaches the buyer.
        CustomerEmail = "customerEmail",
        /// What the buyer is called.
        CustomerName = "customerName",
        /// What was sold.
        ProductDescription = "productDescription",
        /// What was agreed when it was sold.
        Receipt = "receipt",
        /// How and when it was sent.
        ShippingDocumentation = "shippingDocumentation",
        /// What the buyer signed.
        CustomerSignature = "customerSignature",
        /// What was written back and forth.
        CustomerCommunication = "customerCommunication",
        /// Everything else.
        UncategorizedText = "uncategorizedText",
    }
}

/// What a merchant tells the bank.
pub type Evidence = BTreeMap<EvidenceField, String>;

/// A dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// The payment it is about.
    pub payment_id: PaymentId,
    /// How much of it, in the currency that was captured.
    pub amount: Money,
    /// What the platform takes for it, in the same currency's minor units.
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
    /// The merchant gives in.
    Accept,
    /// Time went by ([`due`]).
    TimeOut,
}

/// What happened to a dispute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It was opened: the network has the money.
    Opened,
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
    /// The merchant has the money again.
    Won,
    /// The buyer keeps it.
    Lost,
}

/// A dispute that the network opens about a payment.
///
/// # Errors
/// `payment_not_disputable` when nothing was captured, or nothing is left; an amount that no card payment can be of.
pub fn open(ask: Open, payment: &Payment, fee: Money, now: Timestamp) -> Result<(Dispute, Event), Refusal> {
    let refused = |message: String| Refusal::new(Code::PaymentNotDisputable, message);
    let left = refundable(payment).map_err(|_| {
        refused(format!("a payment that is {} cannot be disputed: nothing was captured", payment.status))
    })?;
    if left == 0 {
        return Err(refused("all of this payment was given back or is disputed already".into()));
    }
    // A network that reports more is answered with what there is (spec/traps.md, section 10).
    let amount = payments::amount(ask.amount.map_or(left, |asked| asked.min(left)), payment.amount.currency)?;
    assert_eq!(fee.currency, amount.currency, "a fee is taken in the currency of what is disputed");
    let dispute = Dispute {
        id: ask.id,
        payment_id: payment.id.clone(),
        amount,
        fee: fee.amount,
        status: Status::NeedsResponse,
        reason: ask.reason,
        evidence: Evidence::new(),
        evidence_due_at: now.plus(EVIDENCE_DUE),
        decided_at: None,
        metadata: Metadata::new(),
        created_at: now,
    };
    Ok((dispute, Event::Opened))
}

/// Decides a command.
///
/// # Errors
/// `dispute_not_answerable` with the state in the message.
pub fn decide(dispute: &Dispute, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
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
            let submitted = Event::Submitted { decided_at };
            Ok(match judged(&dispute.evidence) {
                Some(end) => vec![submitted, end],
                None => vec![submitted],
            })
        }
        Command::Accept => {
            answerable(dispute, now)?;
            Ok(vec![Event::Lost])
        }
        Command::TimeOut => Ok(time_out(dispute, now)),
    }
}

/// Applies an event; the only place where a dispute changes.
pub fn evolve(dispute: &mut Dispute, event: &Event) {
    match event {
        Event::Opened => {}
        Event::Updated { evidence, metadata } => {
            dispute.evidence.clone_from(evidence);
            dispute.metadata = metadata.clone();
        }
        Event::Submitted { decided_at } => {
            dispute.status = Status::UnderReview;
            dispute.decided_at = Some(*decided_at);
        }
        Event::Won => dispute.status = Status::Won,
        Event::Lost => dispute.status = Status::Lost,
    }
}

/// What an event means to the payment.
pub fn of_payment(dispute: &Dispute, event: &Event) -> Option<payments::Command<'static>> {
    match event {
        Event::Opened => Some(payments::Command::Dispute { amount: dispute.amount.amount }),
        Event::Won => Some(payments::Command::DisputeWon { amount: dispute.amount.amount }),
        // What is lost stays taken.
        Event::Updated { .. } | Event::Submitted { .. } | Event::Lost => None,
    }
}

/// What an event moves in the ledger: amount and fee are taken at the opening and come back with a win.
pub fn transfers(dispute: &Dispute, event: &Event) -> Vec<Transfer> {
    let fee = Money::new(dispute.fee, dispute.amount.currency);
    let parts = [(LedgerAccount::Network, dispute.amount), (LedgerAccount::Fees, fee)];
    let parts = parts.into_iter().filter(|(_, money)| money.amount > 0);
    match event {
        Event::Opened => parts.map(|(to, money)| Transfer::posted(LedgerAccount::MerchantPending, to, money)).collect(),
        Event::Won => {
            parts.map(|(from, money)| Transfer::posted(from, LedgerAccount::MerchantPending, money)).collect()
        }
        Event::Updated { .. } | Event::Submitted { .. } | Event::Lost => Vec::new(),
    }
}

/// The line of the merchant's balance that an event writes.
///
/// # Panics
/// If an amount has no negative, which no amount of a payment does.
pub fn entry(dispute: &Dispute, event: &Event) -> Option<Entry> {
    let negated = |amount: i64| amount.checked_neg().expect("an amount of a payment has a negative");
    let (amount, fee) = match event {
        Event::Opened => (negated(dispute.amount.amount), dispute.fee),
        Event::Won => (dispute.amount.amount, negated(dispute.fee)),
        Event::Updated { .. } | Event::Submitted { .. } | Event::Lost => return None,
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
        Status::NeedsResponse => Some((dispute.evidence_due_at, Command::TimeOut)),
        Status::UnderReview => dispute.decided_at.map(|at| (at, Command::TimeOut)),
        Status::WarningNeedsResponse | Status::Won | Status::Lost => None,
    }
}

fn answerable(dispute: &Dispute, now: Timestamp) -> Result<(), Refusal> {
    match dispute.status {
        Status::NeedsResponse if now < dispute.evidence_due_at => Ok(()),
        Status::NeedsResponse => {
            let message = format!("the time to answer this dispute ended at {}", dispute.evidence_due_at.rfc3339());
            Err(Refusal::new(Code::DisputeNotAnswerable, message))
        }
        Status::WarningNeedsResponse | Status::UnderReview | Status::Won | Status::Lost => {
            let message = format!("a dispute that is {} cannot be answered", dispute.status);
            Err(Refusal::new(Code::DisputeNotAnswerable, message))
        }
    }
}

/// How evidence ends a dispute in the sandbox, where it says so.
fn judged(evidence: &Evidence) -> Option<Event> {
    let says = |word: &str| evidence.values().any(|text| text.contains(word));
    match (says(WINNING), says(LOSING)) {
        (true, false) => Some(Event::Won),
        (_, true) => Some(Event::Lost),
        (false, false) => None,
    }
}

fn time_out(dispute: &Dispute, now: Timestamp) -> Vec<Event> {
    match (due(dispute), dispute.status) {
        (Some((at, _)), Status::NeedsResponse) if at <= now => vec![Event::Lost],
        // Whoever brought something to the table is believed.
        (Some((at, _)), Status::UnderReview) if at <= now && dispute.evidence.is_empty() => vec![Event::Lost],
        (Some((at, _)), Status::UnderReview) if at <= now => vec![Event::Won],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
