use alloc::string::ToString;

use super::{EventFilter, EventType};
use crate::refusal::Code;

#[test]
fn a_star_chooses_every_event() {
    assert!(EventType::ALL.iter().all(|event| EventFilter::all().matches(*event)));
}

#[test]
fn a_family_chooses_its_events_and_no_others() {
    let payments = EventFilter::parse("payment.*").expect("a pattern");
    for event in EventType::ALL {
        assert_eq!(payments.matches(*event), event.as_str().starts_with("payment."), "{event}");
    }
}

#[test]
fn a_name_chooses_one_event() {
    for chosen in EventType::ALL {
        let filter = EventFilter::parse(chosen.as_str()).expect("a name");
        assert_eq!(filter.to_string(), chosen.as_str());
        for event in EventType::ALL {
            assert_eq!(filter.matches(*event), event == chosen);
        }
    }
}

#[test]
fn a_pattern_that_no_event_can_match_is_refused_with_the_closest_that_can() {
    let message = |pattern| {
        let refusal = EventFilter::parse(pattern).expect_err("a refusal");
        assert_eq!(refusal.code, Code::ParameterInvalid);
        assert_eq!(refusal.param.as_deref(), Some("enabledEvents"));
        refusal.message
    };
    assert!(message("payment.complete").ends_with("did you mean payment.completed?"));
    assert!(message("payments.*").ends_with("did you mean payment.*?"));
    assert!(message("webhook_endpoints.*").ends_with("did you mean webhook_endpoint.*?"));
    for pattern in ["", "pay*", "payment", "payment.", "**", "*.completed", "payment.*.*", "unicorn"] {
        assert!(!message(pattern).is_empty());
    }
}

#[test]
fn every_name_is_read_back() {
    for event in EventType::ALL {
        assert_eq!(EventType::parse(event.as_str()), Some(*event));
        let (family, verb) = event.as_str().split_once('.').expect("a family and what happened");
        assert!(!family.is_empty() && !verb.is_empty());
    }
}
