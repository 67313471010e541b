use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{Command, Create, Delivery, DeliveryStatus, Event, ROUND_LENGTH, create, decide, due, evolve, gap};
use crate::ids::{EventId, WebhookDeliveryId, WebhookEndpointId};
use crate::time::{Span, Timestamp};
use crate::webhooks::{Outcome, Unreached};

const START: Timestamp = Timestamp::from_seconds(1_795_000_000);
/// The jitter that leaves a gap as it is written in the schedule, to a few milliseconds.
const MIDDLE: u16 = u16::MAX / 2;

fn delivery() -> Delivery {
    let ask = Create {
        id: WebhookDeliveryId::from_bits(1),
        endpoint: WebhookEndpointId::from_bits(2),
        event: EventId::from_bits(3),
    };
    create(ask, START)
}

fn answered(status: u16) -> Outcome {
    Outcome::Answered { status, retry_after: None }
}

fn apply(delivery: &mut Delivery, command: Command, now: Timestamp) -> Vec<Event> {
    let events = decide(delivery, command, now).expect("a delivery refuses nothing");
    for event in &events {
        evolve(delivery, event);
    }
    events
}

fn record(delivery: &mut Delivery, outcome: Outcome, jitter: u16, now: Timestamp) -> Vec<Event> {
    apply(delivery, Command::Record { outcome, jitter }, now)
}

/// A delivery in each status, with its name.
fn in_status(status: DeliveryStatus) -> Delivery {
    let mut delivery = delivery();
    match status {
        DeliveryStatus::Pending => {}
        DeliveryStatus::Delivered => {
            record(&mut delivery, answered(200), 0, START);
        }
        DeliveryStatus::Failed => {
            record(&mut delivery, answered(410), 0, START);
        }
    }
    assert_eq!(delivery.status, status);
    delivery
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::Attempted { .. } => "attempted",
        Event::Delivered => "delivered",
        Event::RetryScheduled { .. } => "retry_scheduled",
        Event::Failed => "failed",
        Event::RoundStarted { .. } => "round_started",
    }
}

#[test]
fn the_whole_machine_on_one_page() {
    let timeout = Outcome::Unreached(Unreached::Timeout);
    let commands = [
        ("record 200", Command::Record { outcome: answered(200), jitter: 0 }),
        ("record 500", Command::Record { outcome: answered(500), jitter: 0 }),
        ("record 302", Command::Record { outcome: answered(302), jitter: 0 }),
        ("record 410", Command::Record { outcome: answered(410), jitter: 0 }),
        ("record timeout", Command::Record { outcome: timeout, jitter: 0 }),
        ("redeliver", Command::Redeliver),
        ("abandon", Command::Abandon),
    ];
    let mut page = String::new();
    for status in DeliveryStatus::ALL {
        for (label, command) in commands {
            let mut delivery = in_status(*status);
            let events = apply(&mut delivery, command, START.plus(Span::hours(1)));
            let names: Vec<&str> = events.iter().map(name).collect();
            let line = format!("{status}, {label}: {} → {}\n", names.join(" + "), delivery.status);
            page.push_str(&line);
        }
    }
    let expected = "\
pending, record 200: attempted + delivered → delivered
pending, record 500: attempted + retry_scheduled → pending
pending, record 302: attempted + retry_scheduled → pending
pending, record 410: attempted + failed → failed
pending, record timeout: attempted + retry_scheduled → pending
pending, redeliver: round_started → pending
pending, abandon: failed → failed
delivered, record 200:  → delivered
delivered, record 500:  → delivered
delivered, record 302:  → delivered
delivered, record 410:  → delivered
delivered, record timeout:  → delivered
delivered, redeliver: round_started → pending
delivered, abandon:  → delivered
failed, record 200: attempted + delivered → delivered
failed, record 500:  → failed
failed, record 302:  → failed
failed, record 410:  → failed
failed, record timeout:  → failed
failed, redeliver: round_started → pending
failed, abandon:  → failed
";
    assert_eq!(page, expected);
}

#[test]
fn the_first_attempt_is_due_at_once_and_none_after_the_last() {
    let mut delivery = delivery();
    assert_eq!(due(&delivery), Some(START));
    record(&mut delivery, answered(204), 0, START);
    assert_eq!(due(&delivery), None);
    assert_eq!((delivery.attempts, delivery.last_response_status), (1, Some(204)));
    assert_eq!(delivery.last_attempt_at, Some(START));
}

#[test]
fn the_gaps_are_those_of_the_schedule() {
    let seconds: Vec<i64> = (1..=10)
        .map(|attempts| {
            let gap = gap(attempts, MIDDLE).millis();
            (gap + 500) / 1_000
        })
        .collect();
    assert_eq!(seconds, [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800]);
    assert_eq!(gap(1, 0), Span::milliseconds(4_500));
    assert_eq!(gap(1, u16::MAX), Span::milliseconds(5_500));
    assert_eq!(gap(u32::MAX, 0), Span::milliseconds(25_920_000));
}

#[test]
fn a_retry_after_of_429_and_503_is_honoured() {
    let hour = Some(Span::hours(1));
    for (status, retry_after, expected) in [
        (503, hour, Span::hours(1)),
        (429, hour, Span::hours(1)),
        (500, hour, gap(1, MIDDLE)),
        (503, Some(Span::seconds(1)), gap(1, MIDDLE)),
        (503, Some(Span::days(30)), ROUND_LENGTH),
        (503, Some(Span::seconds(-9)), gap(1, MIDDLE)),
    ] {
        let mut delivery = delivery();
        record(&mut delivery, Outcome::Answered { status, retry_after }, MIDDLE, START);
        assert_eq!(due(&delivery), Some(START.plus(expected)), "{status} {retry_after:?}");
    }
}

#[test]
fn an_attempt_after_72_hours_is_the_last() {
    let mut delivery = delivery();
    let end = START.plus(ROUND_LENGTH);
    record(&mut delivery, answered(500), 0, end.minus(Span::milliseconds(1)));
    assert_eq!((delivery.status, due(&delivery)), (DeliveryStatus::Pending, Some(end)));
    record(&mut delivery, answered(500), 0, end);
    assert_eq!((delivery.status, due(&delivery)), (DeliveryStatus::Failed, None));
}

#[test]
fn a_redelivery_by_hand_begins_a_new_round() {
    let mut delivery = in_status(DeliveryStatus::Failed);
    let later = START.plus(Span::days(40));
    apply(&mut delivery, Command::Redeliver, later);
    assert_eq!((delivery.status, due(&delivery)), (DeliveryStatus::Pending, Some(later)));
    record(&mut delivery, answered(500), MIDDLE, later);
    assert_eq!(due(&delivery), Some(later.plus(gap(1, MIDDLE))));
    assert_eq!((delivery.attempts, delivery.round_attempts), (2, 1));
    assert_eq!(delivery.created_at, START);
}

proptest! {
    #[test]
    fn a_dead_endpoint_is_tried_by_the_schedule_for_72_hours_and_given_up(
        jitters in prop::collection::vec(any::<u16>(), 40), latency_ms in 0_i64..=30_000
    ) {
        let mut delivery = delivery();
        let end = START.plus(ROUND_LENGTH);
        let mut jitters = jitters.into_iter();
        let mut nominal = super::FIRST_GAPS.iter().map(|gap| gap.millis());
        while let Some(at) = due(&delivery) {
            prop_assert!(at <= end, "no attempt is due after the round");
            let now = at.plus(Span::milliseconds(latency_ms));
            let jitter = jitters.next().expect("fewer than 40 attempts");
            record(&mut delivery, Outcome::Unreached(Unreached::Timeout), jitter, now);
            if let Some(next) = due(&delivery).filter(|next| *next < end) {
                let nominal = nominal.next().unwrap_or(super::LATER_GAP.millis());
                let gap = next.since(now).millis();
                prop_assert!((nominal * 9 / 10..=nominal * 11 / 10).contains(&gap));
            }
        }
        prop_assert_eq!(delivery.status, DeliveryStatus::Failed);
        prop_assert!(delivery.last_attempt_at >= Some(end), "the last attempt is at the end");
        prop_assert!((16..=20).contains(&delivery.attempts), "{} attempts", delivery.attempts);
    }

    #[test]
    fn only_a_pending_delivery_is_due(
        steps in prop::collection::vec((0_u8..6, 0_i64..=200_000_000, any::<u16>()), 0..30)
    ) {
        let mut delivery = delivery();
        let mut now = START;
        for (step, wait_ms, jitter) in steps {
            now = now.plus(Span::milliseconds(wait_ms));
            let command = match step {
                0 => Command::Record { outcome: answered(200), jitter },
                1 => Command::Record { outcome: answered(410), jitter },
                2 => Command::Redeliver,
                3 => Command::Abandon,
                _ => Command::Record { outcome: answered(503), jitter },
            };
            apply(&mut delivery, command, now);
            prop_assert_eq!(due(&delivery).is_some(), delivery.status == DeliveryStatus::Pending);
            prop_assert!(delivery.round_attempts <= delivery.attempts);
            prop_assert!(due(&delivery).is_none_or(|at| at >= delivery.round_started_at));
        }
    }
}
