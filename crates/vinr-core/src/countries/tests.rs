use super::{CODES, Country};
use crate::refusal::Code;

#[test]
fn every_code_is_read_in_any_case() {
    assert!(CODES.is_sorted_by(|a, b| a < b));
    for code in CODES {
        assert_eq!(Country::parse(code).map(Country::code), Some(code));
        assert_eq!(Country::parse(&code.to_ascii_lowercase()).map(Country::code), Some(code));
    }
}

#[test]
fn other_codes_are_refused() {
    for text in ["", "B", "BGR", "XX", "UK", "EU", "Б"] {
        assert_eq!(Country::parse(text), None, "{text}");
    }
    let refusal = Country::from_param("Bulgaria").expect_err("a refusal");
    assert_eq!((refusal.code, refusal.param.as_deref()), (Code::ParameterInvalid, Some("country")));
}
