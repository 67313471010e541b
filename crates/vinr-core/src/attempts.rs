//! One request to an acquirer that is not in this process: on disk before it is sent, and not forgotten until its
//! outcome is known (spec/payments.md, Acquirers).
//!
//! ```text
//!  sent ──done, still wanted──▶ succeeded
//!    ├────done, no longer wanted──▶ reversed
//!    ├────refused──▶ declined ────┬──done after all──▶ reversed (a capture that is wanted yet: succeeded)
//!    └────never heard of─▶ abandoned ┘
//! ```
//!
//! The attempt's id is the acquirer's idempotency key. An answer that is lost is asked for again by lookup, never by
//! a second charge. Money that is taken when the payment no longer waits for it is given back by an attempt of its own,
//! a void, which is sent until it is done. After thirty days nobody is asked any more, and a person has to look.

use alloc::string::String;

use crate::ids::{AttemptId, PaymentId, RefundId};
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
        /// Give back a part or all of what was taken.
        Refund = "refund",
    }
}

wire_enum! {
    /// Who is answered once an attempt is concluded: what is shown of the payment depends on it.
    pub enum Audience {
        /// A merchant's program, which sees the whole object.
        Merchant = "merchant",
        /// A buyer's browser with a client secret, which sees what is for browsers.
        Browser = "browser",
        /// Nobody: the request was answered when the attempt was written, or there was none.
        Nobody = "nobody",
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
        /// The acquirer did it when it was no longer wanted; it is being given back.
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
    /// The refund that it carries out.
    pub refund_id: Option<RefundId>,
    /// What is asked.
    pub kind: Kind,
    /// How much.
    pub amount: Money,
    /// Where it stands.
    pub status: Status,
    /// The attempt that a capture, void or refund acts on.
    pub parent: Option<AttemptId>,
    /// What the acquirer needs beside the amount: a token, never a card number.
    pub method_token: String,
    /// The idempotency key of the request that waits for it.
    pub idempotency_key: Option<String>,
    /// Who that request is answered to.
    pub audience: Audience,
    /// What that request wants to be shown whole, as names with commas between.
    pub expand: Option<String>,
    /// How often the acquirer was asked what became of it.
    pub lookups: u32,
    /// How often it answered that it had never heard of it.
    pub not_found: u32,
    /// When to ask next.
    pub look_up_at: Timestamp,
    /// When it was sent.
    pub created_at: Timestamp,
}

/// What the acquirer made known, by answer, by lookup or by a notice of its own; or that time passed without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// It was done.
    Succeed {
        /// Whether the payment still waits for it.
        wanted: bool,
    },
    /// It was refused.
    Decline,
    /// It is being asked after (a void: sent again).
    LookUp,
    /// The acquirer, asked after it, has never heard of it.
    NotFound,
}

/// What happened to an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Done, and wanted.
    Succeeded,
    /// Refused.
    Declined,
    /// Given up: it never arrived.
    Abandoned,
    /// Done, and to be given back.
    Reversed,
    /// Asked after; again then, if nothing comes of it.
    LookedUp {
        /// When to ask the next time.
        next: Timestamp,
    },
    /// The acquirer had not heard of it; it may be on its way yet.
    NotFound,
}

/// How long after sending, and then between lookups, the acquirer is asked.
const LOOKUP_GAPS: [Span; 4] = [Span::minutes(1), Span::minutes(2), Span::minutes(5), Span::minutes(15)];
/// How far apart lookups are in the end.
const LOOKUP_GAP_MAX: Span = Span::hours(1);
/// Lookups that must have been answered with nothing before an attempt counts as never sent: what was on its way when
/// the process died may arrive after the first. A lookup that was lost says nothing.
const NOT_FOUND_MAX: u32 = 3;
/// How long after its making an attempt is asked after (a void: sent). Beyond it a person asks: no acquirer answers later
/// what it did not know for a month.
const LOOKUPS_END: Span = Span::days(30);

/// An attempt as it is written before the acquirer is called.
pub fn create(id: AttemptId, payment_id: PaymentId, kind: Kind, amount: Money, now: Timestamp) -> Attempt {
    Attempt {
        id,
        payment_id,
        refund_id: None,
        kind,
        amount,
        status: Status::Sent,
        parent: None,
        method_token: String::new(),
        idempotency_key: None,
        audience: Audience::Nobody,
        expand: None,
        lookups: 0,
        not_found: 0,
        look_up_at: now.plus(LOOKUP_GAPS[0]),
        created_at: now,
    }
}

/// Decides what a word from the acquirer means. `None`: nothing new.
pub fn decide(attempt: &Attempt, command: Command, now: Timestamp) -> Option<Event> {
    match (attempt.status, command) {
        (Status::Sent, Command::Succeed { wanted: true }) => Some(Event::Succeeded),
        (Status::Sent, Command::Succeed { wanted: false }) => Some(Event::Reversed),
        (Status::Sent, Command::Decline) => Some(Event::Declined),
        // A refund that never arrived is sent again: it acts once, and a guess that it failed could pay twice.
        (Status::Sent, Command::NotFound) if attempt.kind == Kind::Refund => None,
        (Status::Sent, Command::NotFound) if attempt.not_found.saturating_add(1) < NOT_FOUND_MAX => {
            Some(Event::NotFound)
        }
        (Status::Sent, Command::NotFound) => Some(Event::Abandoned),
        (Status::Sent, Command::LookUp) => Some(Event::LookedUp { next: now.plus(gap_after(attempt.lookups)) }),
        // The payment has gone on without this money, unless it is held yet and can be taken. A void that worked after all
        // is what was wanted anyway, and a refund counts again.
        (Status::Declined | Status::Abandoned, Command::Succeed { wanted }) => match attempt.kind {
            Kind::Authorize => Some(Event::Reversed),
            Kind::Capture if !wanted => Some(Event::Reversed),
            Kind::Capture | Kind::Void | Kind::Refund => Some(Event::Succeeded),
        },
        // The acquirer repeats itself, or takes back a success: what was answered stands.
        (Status::Succeeded | Status::Reversed, _)
        | (Status::Declined | Status::Abandoned, Command::Decline | Command::LookUp | Command::NotFound) => None,
    }
}

/// Applies an event; the only place where an attempt changes.
pub fn evolve(attempt: &mut Attempt, event: Event) {
    match event {
        Event::Succeeded => attempt.status = Status::Succeeded,
        Event::Declined => attempt.status = Status::Declined,
        Event::Abandoned => attempt.status = Status::Abandoned,
        Event::Reversed => attempt.status = Status::Reversed,
        Event::LookedUp { next } => {
            attempt.lookups = attempt.lookups.saturating_add(1);
            attempt.look_up_at = next;
        }
        Event::NotFound => attempt.not_found = attempt.not_found.saturating_add(1),
    }
}

/// When the acquirer is to be asked what became of it; not any more after thirty days.
pub fn due(attempt: &Attempt) -> Option<Timestamp> {
    let is_asked_after = attempt.status == Status::Sent && attempt.look_up_at <= attempt.created_at.plus(LOOKUPS_END);
    is_asked_after.then_some(attempt.look_up_at)
}

fn gap_after(lookups: u32) -> Span {
    let next = usize::try_from(lookups).unwrap_or(usize::MAX).saturating_add(1);
    LOOKUP_GAPS.get(next).copied().unwrap_or(LOOKUP_GAP_MAX)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::money::Currency;

    fn attempt(kind: Kind) -> Attempt {
        let amount = Money::new(1_000, Currency::EUR);
        create(AttemptId::from_bits(1), PaymentId::from_bits(2), kind, amount, start())
    }

    fn start() -> Timestamp {
        Timestamp::from_seconds(1_717_200_000)
    }

    fn tell(attempt: &mut Attempt, command: Command) -> Option<Event> {
        let event = decide(attempt, command, attempt.look_up_at);
        if let Some(event) = event {
            evolve(attempt, event);
        }
        event
    }

    #[test]
    fn a_success_after_a_decline_is_given_back_once() {
        let mut attempt = attempt(Kind::Authorize);
        assert_eq!(tell(&mut attempt, Command::Decline), Some(Event::Declined));
        assert_eq!(tell(&mut attempt, Command::Succeed { wanted: true }), Some(Event::Reversed));
        assert_eq!(tell(&mut attempt, Command::Succeed { wanted: true }), None, "an acquirer may say a thing twice");
    }

    #[test]
    fn lookups_grow_apart_and_three_without_a_trace_give_it_up() {
        let mut attempt = attempt(Kind::Authorize);
        let mut minutes = Vec::new();
        for _ in 0..6 {
            minutes.push(attempt.look_up_at.since(start()).millis() / 60_000);
            tell(&mut attempt, Command::LookUp);
        }
        assert_eq!(minutes, [1, 3, 8, 23, 83, 143]);

        let mut lost = self::attempt(Kind::Capture);
        for lookup in 1..=3 {
            assert_eq!(lost.status, Status::Sent, "given up only after lookup {lookup}");
            tell(&mut lost, Command::LookUp);
            tell(&mut lost, Command::NotFound);
        }
        assert_eq!((lost.status, due(&lost)), (Status::Abandoned, None));
    }

    #[test]
    fn a_capture_that_was_refused_and_turns_out_done_counts_if_it_is_wanted_yet() {
        for (wanted, event) in [(true, Event::Succeeded), (false, Event::Reversed)] {
            let mut attempt = attempt(Kind::Capture);
            tell(&mut attempt, Command::Decline);
            assert_eq!(tell(&mut attempt, Command::Succeed { wanted }), Some(event));
        }
    }

    #[test]
    fn lookups_that_are_lost_give_nothing_up() {
        let mut attempt = attempt(Kind::Authorize);
        for _ in 0..5 {
            tell(&mut attempt, Command::LookUp);
        }
        assert_eq!(tell(&mut attempt, Command::NotFound), Some(Event::NotFound), "the first word of the acquirer");
        assert_eq!(attempt.status, Status::Sent);
    }

    #[test]
    fn lookups_end_after_thirty_days_and_a_word_is_heard_even_then() {
        let mut attempt = attempt(Kind::Void);
        let mut last = start();
        while let Some(at) = due(&attempt) {
            last = at;
            tell(&mut attempt, Command::LookUp);
        }
        assert_eq!(last.since(start()).millis() / 3_600_000, 30 * 24 - 1);
        assert_eq!(attempt.status, Status::Sent);
        assert_eq!(tell(&mut attempt, Command::Succeed { wanted: true }), Some(Event::Succeeded));
    }

    proptest! {
        /// Whatever the acquirer says, and in whatever order: once it said "done", the money is either the payment's
        /// or on its way back, and stays so.
        #[test]
        fn money_that_was_taken_is_never_forgotten(words in proptest::collection::vec(0..5_u8, 1..20)) {
            let mut attempt = attempt(Kind::Authorize);
            let mut taken = false;
            for word in words {
                let before = attempt.status;
                let command = match word {
                    0 => Command::Succeed { wanted: true },
                    1 => Command::Succeed { wanted: false },
                    2 => Command::Decline,
                    3 => Command::LookUp,
                    _ => Command::NotFound,
                };
                tell(&mut attempt, command);
                taken |= matches!(command, Command::Succeed { .. });
                prop_assert_eq!(taken, matches!(attempt.status, Status::Succeeded | Status::Reversed));
                if matches!(before, Status::Succeeded | Status::Reversed) {
                    prop_assert_eq!(attempt.status, before);
                }
                prop_assert_eq!(due(&attempt).is_some(), attempt.status == Status::Sent);
            }
        }
    }
}
