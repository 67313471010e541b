use alloc::collections::BTreeMap;
use alloc::string::String;

use proptest::prelude::*;

use super::{KEY_LENGTH_MAX, Metadata, PAIRS_MAX, VALUE_LENGTH_MAX};
use crate::refusal::Code;

fn metadata(pairs: &[(&str, &str)]) -> Metadata {
    let changes = pairs.iter().map(|(key, value)| ((*key).into(), Some((*value).into())));
    Metadata::new().merged(changes).expect("metadata")
}

#[test]
fn given_keys_merge_and_an_empty_text_or_nothing_removes() {
    let before = metadata(&[("color", "red"), ("loyalty_account", "loy_9f2k"), ("size", "L")]);
    let changes: [(String, Option<String>); 4] = [
        ("color".into(), Some("blue".into())),
        ("size".into(), Some(String::new())),
        ("loyalty_account".into(), None),
        ("orderId".into(), Some("1234".into())),
    ];
    let after = before.merged(changes).expect("metadata");
    assert_eq!(after, metadata(&[("color", "blue"), ("orderId", "1234")]));
    assert_eq!((after.get("color"), after.get("size"), after.len()), (Some("blue"), None, 2));
    assert!(Metadata::new().is_empty());
}

#[test]
fn lengths_are_counted_in_characters() {
    let key = "ключ".repeat(KEY_LENGTH_MAX / 4);
    let value = "é".repeat(VALUE_LENGTH_MAX);
    let full = metadata(&[(&key, &value)]);
    assert_eq!(full.iter().next(), Some((key.as_str(), value.as_str())));

    let merge = |key: String, value: String| Metadata::new().merged([(key, Some(value))]);
    let long_key = merge(format!("{key}x"), "v".into()).expect_err("a refusal");
    assert_eq!(long_key.param.as_deref(), Some("metadata"));
    let long_value = merge("note".into(), format!("{value}x")).expect_err("a refusal");
    assert_eq!(long_value.param.as_deref(), Some("metadata.note"));
    assert_eq!(long_value.code, Code::ParameterInvalid);
    assert!(merge(String::new(), "v".into()).is_err());
}

#[test]
fn there_are_fifty_pairs_at_most_after_the_merge() {
    let pairs = |range: core::ops::Range<usize>| range.map(|n| (format!("key{n}"), Some(String::from("v"))));
    let full = Metadata::new().merged(pairs(0..PAIRS_MAX)).expect("fifty pairs");
    assert!(full.merged(pairs(PAIRS_MAX..PAIRS_MAX + 1)).is_err());
    let swapped = full.merged([("key0".into(), None), ("another".into(), Some("v".into()))]);
    assert_eq!(swapped.map(|metadata| metadata.len()), Ok(PAIRS_MAX));
}

proptest! {
    #[test]
    fn merging_is_the_same_as_changing_a_map(
        before in prop::collection::btree_map("[a-c]", "[a-z]{1,3}", 0..3),
        changes in prop::collection::vec(("[a-c]", prop::option::of("[a-z]{0,3}")), 0..6)
    ) {
        let merged = Metadata::from_stored(before.clone()).merged(changes.clone()).expect("small");
        let mut model: BTreeMap<String, String> = before;
        for (key, value) in changes {
            match value.as_deref() {
                None | Some("") => model.remove(&key),
                Some(value) => model.insert(key, value.into()),
            };
        }
        prop_assert_eq!(merged, Metadata::from_stored(model));
    }
}
