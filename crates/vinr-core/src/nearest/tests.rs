use proptest::prelude::*;

use super::{edit_distance, nearest};

const KNOWN: [&str; 5] = ["amount", "currency", "description", "payment.completed", "payment.created"];

#[test]
fn a_typing_error_finds_the_name_that_was_meant() {
    assert_eq!(nearest("amuont", KNOWN), Some("amount"));
    assert_eq!(nearest("Currency", KNOWN), Some("currency"));
    assert_eq!(nearest("curency", KNOWN), Some("currency"));
    assert_eq!(nearest("payment.complete", KNOWN), Some("payment.completed"));
}

#[test]
fn another_word_finds_nothing() {
    assert_eq!(nearest("colour", KNOWN), None);
    assert_eq!(nearest("amxyzt", KNOWN), None, "half of the letters are others");
    assert_eq!(nearest("", KNOWN), None);
    assert_eq!(nearest("amount", []), None);
    assert_eq!(nearest(&"amount".repeat(20), KNOWN), None);
}

#[test]
fn a_swap_of_neighbours_is_one_step() {
    assert_eq!(edit_distance("ab", "ba"), 1);
    assert_eq!(edit_distance("kitten", "sitting"), 3);
    assert_eq!(edit_distance("", "abc"), 3);
    assert_eq!(edit_distance("abc", ""), 3);
}

proptest! {
    #[test]
    fn the_distance_is_symmetric_and_zero_only_for_equals(a in "[a-d]{0,8}", b in "[a-d]{0,8}") {
        let distance = edit_distance(&a, &b);
        prop_assert_eq!(distance, edit_distance(&b, &a));
        prop_assert_eq!(distance == 0, a == b);
        prop_assert!(distance <= a.len().max(b.len()));
        prop_assert!(distance >= a.len().abs_diff(b.len()));
    }
}
