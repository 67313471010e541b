use alloc::collections::BTreeSet;
use alloc::string::String;

use proptest::prelude::*;

use super::{Behaviour, Brand, CardNumber, Category, Expiry, Failure, FailureCode, TestCard};
use crate::refusal::Code;
use crate::time::Timestamp;

/// Compiles only if a type does not implement a trait: else `some` could be either's.
macro_rules! never {
    ($type:ty: $bound:path) => {{
        trait Either<Marker> {
            fn some() {}
        }
        struct Implements;
        impl<T: ?Sized> Either<()> for T {}
        impl<T: ?Sized + $bound> Either<Implements> for T {}
        <$type as Either<_>>::some();
    }};
}

#[test]
fn a_card_number_can_be_neither_copied_nor_printed() {
    never!(CardNumber: Clone);
    never!(CardNumber: core::fmt::Debug);
    never!(CardNumber: core::fmt::Display);
    never!(CardNumber: AsRef<str>);
    never!(CardNumber: PartialEq);
}

#[test]
fn a_card_number_is_read_with_spaces_and_dashes() {
    for text in ["4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242", " 42424242 42424242 "] {
        let card = CardNumber::parse(text).expect("a card number");
        assert_eq!(card.expose(), "4242424242424242");
        assert_eq!(card.last4(), "4242");
        assert_eq!(card.brand(), Brand::Visa);
    }
}

#[test]
fn what_is_no_card_number_is_refused_without_repeating_it() {
    let numbers = [
        "",
        "4242",
        "42424242424",
        "4242424242424241",
        "42424242424242424242",
        "4242x42424242424",
        "４２４２４２４２４２４２４２４２",
    ];
    for text in numbers {
        let refusal = CardNumber::parse(text).err().expect("a refusal");
        assert_eq!((refusal.code, refusal.param.as_deref()), (Code::ParameterInvalid, Some("number")));
        assert!(text.is_empty() || !refusal.message.contains(text), "{}", refusal.message);
    }
}

#[test]
fn the_brand_is_told_by_the_first_digits() {
    let numbers = [
        ("4000000000000002", Brand::Visa),
        ("5555555555554444", Brand::Mastercard),
        ("2223003122003222", Brand::Mastercard),
        ("378282246310005", Brand::Amex),
        ("6011111111111117", Brand::Discover),
        ("3056930009020004", Brand::Diners),
        ("36227206271667", Brand::Diners),
        ("3566002020360505", Brand::Jcb),
        ("6200000000000005", Brand::Unionpay),
        ("9999999999999995", Brand::Unknown),
    ];
    for (number, brand) in numbers {
        assert_eq!(CardNumber::parse(number).map(|card| card.brand()), Ok(brand), "{number}");
    }
    assert_eq!(Brand::detect(""), Brand::Unknown);
    for (begins, brand) in [
        ("2220", Brand::Unknown),
        ("2221", Brand::Mastercard),
        ("2720", Brand::Mastercard),
        ("2721", Brand::Unknown),
        ("643", Brand::Unknown),
        ("3590", Brand::Unknown),
    ] {
        assert_eq!(Brand::detect(begins), brand, "{begins}");
    }
}

#[test]
fn every_test_card_is_a_card_with_its_own_token() {
    let mut tokens = BTreeSet::new();
    for card in TestCard::ALL {
        let number = CardNumber::parse(card.number).expect("a card number");
        assert_eq!(number.brand(), card.brand, "{}", card.token);
        assert_eq!(number.last4(), card.last4());
        assert_eq!(card.token, format!("pm_test_{}", card.last4()));
        assert_eq!(number.test_card(), Some(card));
        assert_eq!(TestCard::by_token(card.token), Some(card));
        assert_eq!(format!("{card:?}"), card.token, "no number in a log");
        assert!(tokens.insert(card.token), "{} is there twice", card.token);
    }
    assert_eq!(TestCard::ALL.len(), 16);
    assert_eq!(TestCard::by_token("pm_test_1111"), None);
    let other = CardNumber::parse("4111111111111111").expect("a card number");
    assert_eq!(other.test_card(), None);
}

#[test]
fn the_test_cards_do_what_the_specification_says() {
    let declines = |token: &str| match TestCard::by_token(token).map(|card| card.behaviour) {
        Some(Behaviour::Decline(code) | Behaviour::AttachThenDecline(code)) => (code.as_str(), code.retryable()),
        other => panic!("{token} is no card that declines: {other:?}"),
    };
    assert_eq!(declines("pm_test_0002"), ("card_declined", true));
    assert_eq!(declines("pm_test_9995"), ("insufficient_funds", true));
    assert_eq!(declines("pm_test_0069"), ("expired_card", false));
    assert_eq!(declines("pm_test_0127"), ("incorrect_cvc", false));
    assert_eq!(declines("pm_test_0119"), ("processing_error", true));
    assert_eq!(declines("pm_test_9987"), ("card_lost", false));
    assert_eq!(declines("pm_test_9979"), ("card_stolen", false));
    assert_eq!(declines("pm_test_0341"), ("card_declined", true));
    let behaviour = |token| TestCard::by_token(token).map(|card| card.behaviour);
    for token in ["pm_test_4242", "pm_test_4444", "pm_test_0005"] {
        assert_eq!(behaviour(token), Some(Behaviour::Approve));
    }
    assert_eq!(behaviour("pm_test_3220"), Some(Behaviour::ChallengeAlways));
    assert_eq!(behaviour("pm_test_3063"), Some(Behaviour::ChallengeOnSession));
    assert_eq!(behaviour("pm_test_0259"), Some(Behaviour::ApproveThenDispute));
    assert_eq!(behaviour("pm_test_5126"), Some(Behaviour::ApproveRefundsFail));
    assert_eq!(behaviour("pm_test_0077"), Some(Behaviour::ApproveAvailableAtOnce));
}

#[test]
fn a_failure_says_what_sort_it_is_and_what_to_do() {
    for code in FailureCode::ALL {
        let failure = Failure::from(*code);
        assert_eq!(failure.code, code.as_str());
        assert!(failure.message.ends_with('.'));
        assert_eq!(failure.retryable, code.retryable());
    }
    assert_eq!(FailureCode::CardDeclined.category(), Category::IssuerDeclined);
    assert_eq!(FailureCode::ProcessingError.category(), Category::ProcessingError);
    assert_eq!(FailureCode::AuthenticationExpired.category(), Category::AuthenticationFailed);
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

#[test]
fn a_card_is_good_until_the_end_of_its_month() {
    let expiry = Expiry { year: 2026, month: 11 };
    assert!(!expiry.is_past(at("2026-11-30T23:59:59.999Z")));
    assert!(expiry.is_past(at("2026-12-01T00:00:00Z")));
    assert!(!Expiry { year: 2027, month: 1 }.is_past(at("2026-12-31T00:00:00Z")));
}

#[test]
fn an_expiry_is_read_with_a_year_of_two_or_four_digits() {
    let now = at("2026-11-20T00:00:00Z");
    let expected = Ok(Expiry { year: 2029, month: 4 });
    assert_eq!(Expiry::parse(4, 29, now), expected);
    assert_eq!(Expiry::parse(4, 2029, now), expected);
    for (month, year, param) in [
        (0, 2029, "expMonth"),
        (13, 2029, "expMonth"),
        (-1, 2029, "expMonth"),
        (10, 2026, "expYear"),
        (1, 2077, "expYear"),
        (1, 129, "expYear"),
        (1, -29, "expYear"),
        (1, i64::MAX, "expYear"),
    ] {
        let refusal = Expiry::parse(month, year, now).expect_err("a refusal");
        assert_eq!(refusal.param.as_deref(), Some(param), "{month}/{year}");
    }
}

#[test]
fn the_default_expiry_is_december_in_five_years() {
    let expiry = Expiry::default_at(at("2026-11-20T00:00:00Z"));
    assert_eq!(expiry, Expiry { year: 2031, month: 12 });
}

proptest! {
    #[test]
    fn one_wrong_digit_is_always_noticed(
        body in "[1-9][0-9]{10,17}", place in 0_usize..11, step in 1_u8..10
    ) {
        let right = (0..10)
            .map(|check| format!("{body}{check}"))
            .find(|digits| CardNumber::parse(digits).is_ok())
            .expect("one of ten check digits is right");
        let mut bytes = right.into_bytes();
        bytes[place] = b'0' + (bytes[place] - b'0' + step) % 10;
        let text = String::from_utf8(bytes).expect("digits");
        prop_assert!(CardNumber::parse(&text).is_err());
    }

    #[test]
    fn reading_a_card_number_never_panics(text in "\\PC{0,40}") {
        let _ = CardNumber::parse(&text);
    }
}

#[test]
fn no_number_begins_like_two_schemes() {
    let span = |(_, count, from, to): (Brand, usize, u32, u32)| {
        let width = 10_u32.pow(4 - u32::try_from(count).expect("few digits"));
        (from * width, (to + 1) * width)
    };
    let mut spans = Brand::PREFIXES.map(span);
    spans.sort_unstable();
    assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{spans:?}");
}
