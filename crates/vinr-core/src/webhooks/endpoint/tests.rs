use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{
    Changes, Command, Create, DisabledReason, Endpoint, EndpointStatus, Event, FAILING_MAX, OVERLAP_DEFAULT,
    PROBE_AFTER_FAILURES, create, decide, due, evolve,
};
use crate::events::{EventFilter, EventType};
use crate::ids::WebhookEndpointId;
use crate::metadata::Metadata;
use crate::refusal::Code;
use crate::time::{Span, Timestamp, WallTime};
use crate::webhooks::{Outcome, Unreached};

const START: Timestamp = Timestamp::from_seconds(1_795_000_000);
const WALL: WallTime = WallTime::from_seconds(1_795_000_000);

fn ask() -> Create {
    Create {
        id: WebhookEndpointId::from_bits(1),
        url: "https://ada.example/hooks".into(),
        enabled_events: Vec::new(),
        description: None,
        metadata: Metadata::new(),
        secret: vec![1],
    }
}

fn endpoint() -> Endpoint {
    create(ask(), START).expect("an endpoint")
}

fn apply(endpoint: &mut Endpoint, command: Command, now: Timestamp) -> Vec<Event> {
    let events = decide(endpoint, command, now).expect("no refusal");
    for event in &events {
        evolve(endpoint, event);
    }
    events
}

fn answered(status: u16) -> Command {
    Command::Record(Outcome::Answered { status, retry_after: None })
}

fn switch(status: EndpointStatus) -> Command {
    Command::Change(Changes { status: Some(status), ..Changes::default() })
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::Changed(_) => "changed",
        Event::SecretRotated { .. } => "secret_rotated",
        Event::AttemptFailed { .. } => "attempt_failed",
        Event::Recovered => "recovered",
        Event::Disabled { reason } => match reason {
            DisabledReason::ByHand => "disabled by_hand",
            DisabledReason::Gone => "disabled gone",
            DisabledReason::Failing => "disabled failing",
        },
        Event::Enabled => "enabled",
    }
}

#[test]
fn the_whole_machine_on_one_page() {
    let healthy = endpoint();
    let mut failing = endpoint();
    apply(&mut failing, answered(500), START);
    let mut disabled = failing.clone();
    apply(&mut disabled, switch(EndpointStatus::Disabled), START);
    let url = Changes { url: Some("https://b.example".into()), ..Changes::default() };
    let rotate = Command::RotateSecret { secret: vec![2], overlap: OVERLAP_DEFAULT, wall: WALL };
    let commands = [
        ("record 200", answered(200)),
        ("record 500", answered(500)),
        ("record 410", answered(410)),
        ("check failing", Command::CheckFailing),
        ("change url", Command::Change(url)),
        ("change nothing", Command::Change(Changes::default())),
        ("disable", switch(EndpointStatus::Disabled)),
        ("enable", switch(EndpointStatus::Enabled)),
        ("rotate", rotate),
    ];
    let mut page = String::new();
    for (label, before) in [("healthy", healthy), ("failing", failing), ("disabled", disabled)] {
        for (command_label, command) in &commands {
            let mut endpoint = before.clone();
            let events = apply(&mut endpoint, command.clone(), START.plus(Span::days(4)));
            let names: Vec<&str> = events.iter().map(name).collect();
            let line = format!("{label}, {command_label}: {}\n", names.join(" + "));
            page.push_str(&line);
        }
    }
    let expected = "\
healthy, record 200: 
healthy, record 500: attempt_failed
healthy, record 410: attempt_failed + disabled gone
healthy, check failing: 
healthy, change url: changed
healthy, change nothing: 
healthy, disable: disabled by_hand
healthy, enable: 
healthy, rotate: secret_rotated
failing, record 200: recovered
failing, record 500: attempt_failed
failing, record 410: attempt_failed + disabled gone
failing, check failing: 
failing, change url: changed
failing, change nothing: 
failing, disable: disabled by_hand
failing, enable: 
failing, rotate: secret_rotated
disabled, record 200: 
disabled, record 500: 
disabled, record 410: 
disabled, check failing: 
disabled, change url: changed
disabled, change nothing: 
disabled, disable: 
disabled, enable: enabled
disabled, rotate: secret_rotated
";
    assert_eq!(page, expected);
}

#[test]
fn an_endpoint_wants_every_event_unless_it_says_otherwise() {
    let mut endpoint = endpoint();
    assert!(EventType::ALL.iter().all(|event| endpoint.wants(*event)));
    let only = EventFilter::parse("payment.completed").expect("a name");
    let changes = Changes { enabled_events: Some(vec![only]), ..Changes::default() };
    apply(&mut endpoint, Command::Change(changes), START);
    assert!(endpoint.wants(EventType::PaymentCompleted));
    assert!(!endpoint.wants(EventType::PaymentFailed));
    apply(&mut endpoint, switch(EndpointStatus::Disabled), START);
    assert!(!endpoint.wants(EventType::PaymentCompleted));
}

#[test]
fn five_days_of_failing_disable_an_endpoint_at_the_next_failure() {
    let mut endpoint = endpoint();
    apply(&mut endpoint, answered(500), START);
    let before = START.plus(FAILING_MAX).minus(Span::milliseconds(1));
    apply(&mut endpoint, Command::Record(Outcome::Unreached(Unreached::Timeout)), before);
    assert_eq!(endpoint.status, EndpointStatus::Enabled);
    apply(&mut endpoint, answered(500), START.plus(FAILING_MAX));
    assert_eq!(endpoint.status, EndpointStatus::Disabled);
    assert_eq!(endpoint.disabled_reason, Some(DisabledReason::Failing));
    assert_eq!(due(&endpoint), None);
}

#[test]
fn five_days_of_failing_disable_an_endpoint_also_when_nothing_more_is_sent() {
    let mut endpoint = endpoint();
    apply(&mut endpoint, answered(500), START);
    assert_eq!(due(&endpoint), Some((START.plus(FAILING_MAX), Command::CheckFailing)));
    apply(&mut endpoint, Command::CheckFailing, START.plus(FAILING_MAX));
    assert_eq!(endpoint.status, EndpointStatus::Disabled);
}

#[test]
fn one_success_forgives_every_failure() {
    let mut endpoint = endpoint();
    for _ in 0..PROBE_AFTER_FAILURES {
        assert!(!endpoint.is_probed());
        apply(&mut endpoint, answered(503), START);
    }
    assert!(endpoint.is_probed());
    apply(&mut endpoint, answered(200), START.plus(Span::days(4)));
    assert!(!endpoint.is_probed());
    assert_eq!((endpoint.failing_since, due(&endpoint)), (None, None));
    apply(&mut endpoint, answered(500), START.plus(Span::days(6)));
    assert_eq!(endpoint.status, EndpointStatus::Enabled);
}

#[test]
fn an_endpoint_that_is_enabled_again_begins_anew() {
    let mut endpoint = endpoint();
    apply(&mut endpoint, answered(410), START);
    assert_eq!(endpoint.disabled_reason, Some(DisabledReason::Gone));
    apply(&mut endpoint, switch(EndpointStatus::Enabled), START.plus(Span::days(9)));
    assert_eq!((endpoint.disabled_reason, endpoint.failing_since), (None, None));
    assert_eq!((endpoint.failure_streak, due(&endpoint)), (0, None));
}

#[test]
fn the_previous_secret_signs_until_the_overlap_is_over() {
    let mut endpoint = endpoint();
    let overlap = Span::hours(2);
    let rotate = |secret, overlap| Command::RotateSecret { secret, overlap, wall: WALL };
    apply(&mut endpoint, rotate(vec![2], overlap), START);
    assert_eq!(endpoint.secret, [2]);
    let last = WALL.plus(overlap).minus(Span::milliseconds(1));
    assert_eq!(endpoint.previous_secret_at(last), Some(&vec![1]));
    assert_eq!(endpoint.previous_secret_at(WALL.plus(overlap)), None);

    apply(&mut endpoint, rotate(vec![3], Span::ZERO), START);
    assert_eq!((endpoint.secret.as_slice(), endpoint.previous_secret_at(WALL)), ([3].as_slice(), None));

    for overlap in [Span::milliseconds(-1), Span::hours(721)] {
        let refusal = decide(&endpoint, rotate(vec![4], overlap), START).expect_err("a refusal");
        assert_eq!(refusal.param.as_deref(), Some("overlapHours"));
    }
}

#[test]
fn what_no_endpoint_may_be_is_refused() {
    let too_many = vec![EventFilter::all(); 101];
    let asks = [
        ("url", Create { url: String::new(), ..ask() }),
        ("url", Create { url: "h".repeat(2_049), ..ask() }),
        ("description", Create { description: Some("я".repeat(501)), ..ask() }),
        ("enabledEvents", Create { enabled_events: too_many.clone(), ..ask() }),
    ];
    for (param, ask) in asks {
        let refusal = create(ask, START).expect_err("a refusal");
        assert_eq!((refusal.code, refusal.param.as_deref()), (Code::ParameterInvalid, Some(param)));
    }
    let changes = [
        ("url", Changes { url: Some(String::new()), ..Changes::default() }),
        ("description", Changes { description: Some(Some("я".repeat(501))), ..Changes::default() }),
        ("enabledEvents", Changes { enabled_events: Some(Vec::new()), ..Changes::default() }),
        ("enabledEvents", Changes { enabled_events: Some(too_many), ..Changes::default() }),
    ];
    for (param, changes) in changes {
        let refusal = decide(&endpoint(), Command::Change(changes), START).expect_err("a refusal");
        assert_eq!(refusal.param.as_deref(), Some(param));
    }
}

#[test]
fn a_change_and_a_switch_come_together() {
    let mut endpoint = endpoint();
    let changes = Changes {
        description: Some(Some("orders".into())),
        status: Some(EndpointStatus::Disabled),
        ..Changes::default()
    };
    let events = apply(&mut endpoint, Command::Change(changes), START);
    assert_eq!(events.iter().map(name).collect::<Vec<_>>(), ["changed", "disabled by_hand"]);
    assert_eq!(endpoint.description.as_deref(), Some("orders"));
    let clear = Changes { description: Some(None), ..Changes::default() };
    apply(&mut endpoint, Command::Change(clear), START);
    assert_eq!(endpoint.description, None);
}

proptest! {
    #[test]
    fn an_endpoint_is_failing_exactly_since_its_first_failure_after_a_success(
        steps in prop::collection::vec((any::<bool>(), 1_i64..=50_000_000), 0..60)
    ) {
        let mut endpoint = endpoint();
        let mut now = START;
        let mut failing: Vec<Timestamp> = Vec::new();
        for (accepted, wait_ms) in steps {
            now = now.plus(Span::milliseconds(wait_ms));
            apply(&mut endpoint, answered(if accepted { 200 } else { 500 }), now);
            if accepted { failing.clear() } else { failing.push(now) }
            prop_assert_eq!(endpoint.failing_since, failing.first().copied());
            prop_assert_eq!(usize::try_from(endpoint.failure_streak).ok(), Some(failing.len()));
            let too_long = failing.first().is_some_and(|first| now.since(*first) >= FAILING_MAX);
            prop_assert_eq!(endpoint.status == EndpointStatus::Disabled, too_long);
            if too_long {
                break;
            }
        }
    }
}
