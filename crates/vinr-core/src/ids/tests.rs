use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{AccountId, CustomerId, EventId, IdGenerator, IdProblem, PaymentId};
use crate::time::WallTime;

const WALL: WallTime = WallTime::from_millis(1_795_000_000_000);

#[test]
fn the_ids_of_the_seeds_are_ids() {
    for text in ["cust_8fa2", "cust_abc123", "cust_9Kp2v"] {
        assert_eq!(CustomerId::parse(text).map(|id| id.to_string()), Ok(text.into()));
    }
    assert_eq!(PaymentId::parse("pay_1234567890").map(String::from), Ok("pay_1234567890".into()));
}

#[test]
fn the_wrong_prefix_is_told_from_a_malformed_id() {
    let wrong = Err(IdProblem::WrongPrefix { expected: "cust" });
    for text in ["pay_1", "cust", "cust8fa2", "", "_8fa2", "Cust_8fa2", " cust_8fa2"] {
        assert_eq!(CustomerId::parse(text), wrong, "{text}");
    }
    let malformed = Err(IdProblem::Malformed { expected: "cust" });
    let long = format!("cust_{}", "a".repeat(65));
    for text in ["cust_", "cust_a b", "cust_é", "cust_a-b", "cust_8fa2\n", "cust_'", &long] {
        assert_eq!(CustomerId::parse(text), malformed, "{text}");
    }
    assert!(CustomerId::parse(&format!("cust_{}", "a".repeat(64))).is_ok());
}

#[test]
fn a_problem_says_which_kind_of_id_was_expected() {
    let problem = CustomerId::parse("pay_1").expect_err("a refusal");
    assert_eq!(problem.to_string(), "expected a cust_ id");
    let problem = CustomerId::parse("cust_!").expect_err("a refusal");
    assert!(problem.to_string().starts_with("expected a cust_ id"));
}

#[test]
fn a_drawn_id_is_a_prefix_and_a_version_7_uuid_in_base32() {
    assert_eq!(
        EventId::from_bits(0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881).as_str(),
        "evt_01h2xcejqtf2nbrexx3vqjhp41"
    );
    let bits = IdGenerator::new().next_bits(WALL, [0xff; 10]);
    assert_eq!(bits >> 80, 1_795_000_000_000, "the first 48 bits are the time");
    assert_eq!((bits >> 76) & 0xf, 7, "version");
    assert_eq!((bits >> 62) & 0b11, 0b10, "variant");
    assert_eq!(bits & ((1 << 62) - 1), (1 << 62) - 1, "62 random bits");
}

#[test]
fn the_counter_of_a_millisecond_begins_below_1024() {
    let bits = IdGenerator::new().next_bits(WALL, [0xff; 10]);
    assert_eq!((bits >> 64) & 0xfff, 1_023, "so 3,072 more fit before the time runs ahead");
}

#[test]
fn ids_of_one_millisecond_sort_in_the_order_they_were_drawn() {
    let mut generator = IdGenerator::new();
    let ids: Vec<PaymentId> =
        (0..20_000).map(|_| PaymentId::from_bits(generator.next_bits(WALL, [0xff; 10]))).collect();
    assert!(ids.is_sorted_by(|a, b| a < b));
}

#[test]
fn ids_never_go_back_when_the_clock_does() {
    let mut generator = IdGenerator::new();
    let before = generator.next_bits(WALL, [0xff; 10]);
    let after = generator.next_bits(WallTime::from_millis(-5), [0; 10]);
    assert!(after > before);
}

#[test]
fn an_id_can_be_drawn_before_1970() {
    let bits = IdGenerator::new().next_bits(WallTime::from_millis(-1), [0; 10]);
    assert!(AccountId::parse(AccountId::from_bits(bits).as_str()).is_ok());
}

proptest! {
    #[test]
    fn whatever_the_clock_and_the_chance_ids_are_distinct_and_rise(
        draws in prop::collection::vec((0_i64..3, any::<[u8; 10]>()), 1..200)
    ) {
        let mut generator = IdGenerator::default();
        let ids: Vec<String> = draws
            .into_iter()
            .map(|(tick, random)| {
                let wall = WallTime::from_millis(WALL.millis() + tick);
                PaymentId::from_bits(generator.next_bits(wall, random)).into()
            })
            .collect();
        prop_assert!(ids.is_sorted());
        prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    }

    #[test]
    fn ids_sort_as_their_bits_do(a in any::<u128>(), b in any::<u128>()) {
        prop_assert_eq!(a.cmp(&b), PaymentId::from_bits(a).cmp(&PaymentId::from_bits(b)));
    }

    #[test]
    fn a_drawn_id_is_read_back(bits in any::<u128>()) {
        let id = PaymentId::from_bits(bits);
        prop_assert_eq!(id.as_str().len(), "pay_".len() + 26);
        prop_assert_eq!(PaymentId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn any_suffix_of_the_allowed_letters_is_an_id(suffix in "[0-9A-Za-z_]{1,64}") {
        let text = format!("cust_{suffix}");
        let id = CustomerId::parse(&text).expect("an id");
        prop_assert_eq!(String::from(&id), text);
    }

    #[test]
    fn what_is_read_as_an_id_has_its_form(text in "(cust_)?\\PC{0,70}") {
        if let Ok(id) = CustomerId::parse(&text) {
            let suffix = id.as_str().strip_prefix("cust_").expect("the prefix");
            prop_assert!((1..=64).contains(&suffix.len()));
            prop_assert!(suffix.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        }
    }
}
