//! One request to an acquirer that is not in this process: on disk before it is sent, and not forgotten until its
//! outcome is known (spec/payments.md, Acquirers).
//!
//! ```text
//!  sent ──succeed──▶ succeeded
//!    ├────decline──▶ declined ──succeed (late)──▶ reversed
//!    └────abandon──▶ abandoned ──succeed (late)─▶ reversed
//! ```
//!
//! The attempt's id is the acquirer's idempotency key. An answer that is lost is asked for again by lookup, never by
//! a second charge. A success that arrives after the payment was told "declined" is given back at the acquirer.

use alloc::string::String;
use alloc::vec::Vec;

use crate::ids::{AttemptId, PaymentId};
use crate::money::Money;
use crate::time::{Span, Timestamp};
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What the acquirer is asked to do.
    pub enum Kind {
        /// Hold (and with automatic capture take) the amount.
        Authorize = "authorize",
        /// Take what is held.
        Capture = "capture",
        /// Release what is held or give back what a late success took.
        Void = "void",
    }
}

wire_enum! {
    /// Where an attempt stands.
    pub enum Status {
        /// Sent or about to be; outcome not known.
        Sent = "sent",
        /// The acquirer did it.
        Succeeded = "succeeded",
        /// The acquirer did not do it.
        Declined = "declined",
        /// The acquirer never heard of it.
        Abandoned = "abandoned",
        /// The acquirer did it after all, too late; it is being given back.
        Reversed = "reversed",
    }
}

/// One request to an acquirer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The acquirer's idempotency key.
    pub id: AttemptId,
    /// What it is for.
    pub payment_id: PaymentId,
    /// What is asked.
    pub kind: Kind,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub status: Status,
    /// The attempt that a capture or void acts on.
    pub parent: Option<AttemptId>,
    /// What the acquirer needs beside the amount: a token, never a card number.
    pub method_token: String,
    /// How often the acquirer was asked what became of it.
    pub lookups: u32,
    /// When to ask next.
    pub look_up_at: Timestamp,
    /// When it was sent.
    pub created_at: Timestamp,
}

/// What the acquirer made known, by answer, by lookup or by a late notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// It was done.
    Succeed,
    /// It was refused.
    Decline,
    /// The acquirer has never heard of it.
    Abandon,
    /// The acquirer could not be asked, or does not know yet.
    StillUnknown,
}

/// What happened to an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Done in time.
    Succeeded,
    /// Refused.
    Declined,
    /// Never arrived.
    Abandoned,
    /// Done too late: to be given back.
    Reversed,
    /// To be looked up again.
    LookupPutOff,
}

/// How long after sending, and between lookups, the acquirer is asked: a minute at first, an hour at most.
const LOOKUP_GAPS: [Span; 5] =
    [Span::minutes(1), Span::minutes(2), Span::minutes(5), Span::minutes(15), Span::hours(1)];

/// An attempt as it is written before the acquirer is called.
pub fn create(id: AttemptId, payment_id: PaymentId, kind: Kind, amount: Money, now: Timestamp) -> Attempt {
    Attempt {
        id,
        payment_id,
        kind,
        amount,
        status: Status::Sent,
        parent: None,
        method_token: String::new(),
        lookups: 0,
        look_up_at: now.plus(LOOKUP_GAPS[0]),
        created_at: now,
    }
}

/// Decides what an answer means. Empty: nothing new.
pub fn decide(attempt: &Attempt, command: Command) -> Vec<Event> {
    match (attempt.status, command) {
        (Status::Sent, Command::Succeed) => vec![Event::Succeeded],
        (Status::Sent, Command::Decline) => vec![Event::Declined],
        (Status::Sent, Command::Abandon) => vec![Event::Abandoned],
        (Status::Sent, Command::StillUnknown) => vec![Event::LookupPutOff],
        // The payment has gone on without this money. A void that worked after all is what was wanted anyway.
        (Status::Declined | Status::Abandoned, Command::Succeed) => match attempt.kind {
            Kind::Authorize | Kind::Capture => vec![Event::Reversed],
            Kind::Void => vec![Event::Succeeded],
        },
        // The acquirer repeats itself, or takes back a success: what was answered stands.
        (Status::Succeeded | Status::Reversed, _)
        | (Status::Declined | Status::Abandoned, Command::Decline | Command::Abandon | Command::StillUnknown) => {
            Vec::new()
        }
    }
}

/// Applies an event.
pub fn evolve(attempt: &mut Attempt, event: Event, now: Timestamp) {
    match event {
        Event::Succeeded => attempt.status = Status::Succeeded,
        Event::Declined => attempt.status = Status::Declined,
        Event::Abandoned => attempt.status = Status::Abandoned,
        Event::Reversed => attempt.status = Status::Reversed,
        Event::LookupPutOff => {
            attempt.lookups = attempt.lookups.saturating_add(1);
            let step = usize::try_from(attempt.lookups).unwrap_or(usize::MAX).min(LOOKUP_GAPS.len().saturating_sub(1));
            attempt.look_up_at = now.plus(LOOKUP_GAPS[step]);
        }
    }
}

/// When the acquirer is to be asked what became of it.
pub fn due(attempt: &Attempt) -> Option<Timestamp> {
    (attempt.status == Status::Sent).then_some(attempt.look_up_at)
}
