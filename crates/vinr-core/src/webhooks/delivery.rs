//! One event on its way to one endpoint.
//!
//! ```text
//! pending ──accepted──▶ delivered ─┐
//!    │ └─retry─▶ pending           ├─redeliver─▶ pending
//!    └─────────▶ failed ───────────┘
//! ```
//!
//! A round of attempts lasts 72 hours; a redelivery by hand begins a new one. Attempts are effects:
//! this machine says when the next one is due and is told what it came to. It refuses nothing:
//! what is late or comes twice changes nothing.

use alloc::vec::Vec;

use crate::ids::{EventId, WebhookDeliveryId, WebhookEndpointId};
use crate::money::share;
use crate::refusal::Refusal;
use crate::time::{Span, Timestamp};
use crate::webhooks::{Outcome, Verdict};
use crate::wire_enum::wire_enum;

/// How long a round of attempts lasts.
pub const ROUND_LENGTH: Span = Span::hours(72);

/// The gaps after the first attempts of a round, without jitter.
pub const FIRST_GAPS: [Span; 8] = [
    Span::seconds(5),
    Span::seconds(30),
    Span::minutes(2),
    Span::minutes(10),
    Span::minutes(30),
    Span::hours(1),
    Span::hours(2),
    Span::hours(4),
];

/// The gap after every later attempt, without jitter.
pub const LATER_GAP: Span = Span::hours(8);

wire_enum! {
    /// Where a delivery stands.
    pub enum DeliveryStatus {
        /// An attempt is due or under way.
        Pending = "pending",
        /// The endpoint accepted it.
        Delivered = "delivered",
        /// It was given up; it can be redelivered by hand.
        Failed = "failed",
    }
}

/// A delivery as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: WebhookDeliveryId,
    /// Where it goes.
    pub endpoint: WebhookEndpointId,
    /// What it carries.
    pub event: EventId,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Attempts that ended, of all rounds.
    pub attempts: u32,
    /// Attempts that ended, of this round.
    pub round_attempts: u32,
    /// When this round began.
    pub round_started_at: Timestamp,
    /// When the next attempt is due; only while pending.
    pub next_attempt_at: Option<Timestamp>,
    /// When the last attempt ended.
    pub last_attempt_at: Option<Timestamp>,
    /// The HTTP status of the last attempt, if it had an answer.
    pub last_response_status: Option<u16>,
    /// When the delivery was made.
    pub created_at: Timestamp,
}

/// What makes a delivery.
#[derive(Clone, Debug)]
pub struct Create {
    /// A fresh id.
    pub id: WebhookDeliveryId,
    /// Where it goes.
    pub endpoint: WebhookEndpointId,
    /// What it carries.
    pub event: EventId,
}

/// What can be asked of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// An attempt ended.
    Record {
        /// What it came to.
        outcome: Outcome,
        /// A random number that spreads the next attempt.
        jitter: u16,
    },
    /// Somebody wants it delivered again.
    Redeliver,
    /// The endpoint was disabled or deleted.
    Abandon,
}

/// What happened to a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An attempt ended.
    Attempted {
        /// When.
        at: Timestamp,
        /// The HTTP status, if there was an answer.
        response_status: Option<u16>,
    },
    /// The endpoint accepted it.
    Delivered,
    /// It will be tried again.
    RetryScheduled {
        /// When.
        at: Timestamp,
    },
    /// It was given up.
    Failed,
    /// A new round began by hand.
    RoundStarted {
        /// When; the first attempt is due at once.
        at: Timestamp,
    },
}

/// A delivery whose first attempt is due now.
pub fn create(ask: Create, now: Timestamp) -> Delivery {
    Delivery {
        id: ask.id,
        endpoint: ask.endpoint,
        event: ask.event,
        status: DeliveryStatus::Pending,
        attempts: 0,
        round_attempts: 0,
        round_started_at: now,
        next_attempt_at: Some(now),
        last_attempt_at: None,
        last_response_status: None,
        created_at: now,
    }
}

/// What a command leads to.
pub fn decide(delivery: &Delivery, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    use DeliveryStatus::{Delivered, Failed, Pending};
    Ok(match (delivery.status, command) {
        (Pending, Command::Record { outcome, jitter }) => {
            let attempted = Event::Attempted { at: now, response_status: outcome.status() };
            vec![attempted, after_attempt(delivery, outcome.verdict(), jitter, now)]
        }
        // The delivery was given up while this attempt was under way, and yet it was accepted.
        (Failed, Command::Record { outcome, .. }) if outcome.verdict() == Verdict::Accepted => {
            let attempted = Event::Attempted { at: now, response_status: outcome.status() };
            vec![attempted, Event::Delivered]
        }
        // A second attempt of a lost worker: the first one has settled it.
        (Delivered | Failed, Command::Record { .. }) => vec![],
        (Pending | Delivered | Failed, Command::Redeliver) => {
            vec![Event::RoundStarted { at: now }]
        }
        (Pending, Command::Abandon) => vec![Event::Failed],
        // There is nothing left to abandon.
        (Delivered | Failed, Command::Abandon) => vec![],
    })
}

/// The delivery after an event.
pub fn evolve(delivery: &mut Delivery, event: &Event) {
    match *event {
        Event::Attempted { at, response_status } => {
            delivery.attempts = delivery.attempts.saturating_add(1);
            delivery.round_attempts = delivery.round_attempts.saturating_add(1);
            delivery.last_attempt_at = Some(at);
            delivery.last_response_status = response_status;
        }
        Event::Delivered => {
            delivery.status = DeliveryStatus::Delivered;
            delivery.next_attempt_at = None;
        }
        Event::RetryScheduled { at } => delivery.next_attempt_at = Some(at),
        Event::Failed => {
            delivery.status = DeliveryStatus::Failed;
            delivery.next_attempt_at = None;
        }
        Event::RoundStarted { at } => {
            delivery.status = DeliveryStatus::Pending;
            delivery.round_attempts = 0;
            delivery.round_started_at = at;
            delivery.next_attempt_at = Some(at);
        }
    }
}

/// When the next attempt is due. The attempt is an effect, so there is no command with it.
pub fn due(delivery: &Delivery) -> Option<Timestamp> {
    delivery.next_attempt_at
}

/// The gap after so many attempts of a round (at least one), spread by `jitter` evenly over a
/// tenth less to a tenth more.
pub fn gap(round_attempts: u32, jitter: u16) -> Span {
    let nominal = usize::try_from(round_attempts.saturating_sub(1))
        .ok()
        .and_then(|index| FIRST_GAPS.get(index))
        .unwrap_or(&LATER_GAP)
        .millis();
    let tenth = nominal / 10;
    let spread = share(tenth.saturating_mul(2), i64::from(jitter), i64::from(u16::MAX));
    Span::milliseconds(nominal.saturating_sub(tenth).saturating_add(spread))
}

fn after_attempt(delivery: &Delivery, verdict: Verdict, jitter: u16, now: Timestamp) -> Event {
    let not_before = match verdict {
        Verdict::Accepted => return Event::Delivered,
        Verdict::Gone => return Event::Failed,
        Verdict::Retry { not_before } => not_before.unwrap_or(Span::ZERO),
    };
    let round_ends_at = delivery.round_started_at.plus(ROUND_LENGTH);
    if now >= round_ends_at {
        return Event::Failed;
    }
    let gap = gap(delivery.round_attempts.saturating_add(1), jitter);
    // The last attempt is at the end of the round, however long the gap.
    Event::RetryScheduled { at: now.plus(gap.max(not_before)).min(round_ends_at) }
}

#[cfg(test)]
mod tests;
