use alloc::collections::BTreeSet;
use alloc::string::ToString;

use super::{Code, Kind, Refusal};

#[test]
fn every_code_is_one_snake_case_name_with_one_sentence_about_it() {
    let mut seen = BTreeSet::new();
    for code in Code::ALL {
        let text = code.as_str();
        assert!(text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{text}");
        assert!(seen.insert(text), "{text} is there twice");
        assert_eq!(Code::parse(text), Some(*code));
        assert!(code.summary().ends_with('.') && !code.summary().starts_with(' '), "{text}");
    }
    assert_eq!(Code::parse("no_such_code"), None);
}

#[test]
fn the_codes_of_the_specification_have_the_kind_of_their_status() {
    for (text, kind) in [
        ("invalid_api_key", Kind::Unauthenticated),
        ("insufficient_scope", Kind::Permission),
        ("client_secret_invalid", Kind::Permission),
        ("pci_attestation_required", Kind::Permission),
        ("kyb_required", Kind::Permission),
        ("parameter_unknown", Kind::Invalid),
        ("payment_method_missing", Kind::Invalid),
        ("test_card_required", Kind::Invalid),
        ("resource_missing", Kind::Missing),
        ("idempotency_key_reused", Kind::Conflict),
        ("clock_advancing", Kind::Conflict),
        ("amount_too_large", Kind::State),
        ("payment_not_capturable", Kind::State),
        ("acquirer_not_configured", Kind::State),
        ("rate_limited", Kind::RateLimited),
    ] {
        assert_eq!(Code::parse(text).map(Code::kind), Some(kind), "{text}");
    }
}

#[test]
fn a_refusal_names_its_parameter() {
    let refusal = Refusal::new(Code::AmountTooLarge, "4000 is left").at("amount");
    assert_eq!(refusal.param.as_deref(), Some("amount"));
    assert_eq!(refusal.kind(), Kind::State);
    assert_eq!(refusal.to_string(), "amount_too_large: 4000 is left");
}
