use std::collections::BTreeSet;
use std::string::ToString as _;

use super::*;

fn problem(text: &str) -> String {
    Iban::parse(text).err().map(|refusal| refusal.message).unwrap_or_default()
}

#[test]
fn a_number_is_read_as_people_write_it() {
    for typed in ["DE89370400440532013000", "de89 3704 0044 0532 0130 00", "DE89-3704-0044-0532-0130-00"] {
        let number = Iban::parse(typed).expect("a number");
        assert_eq!(
            (number.expose(), number.last4(), number.country().code()),
            ("DE89370400440532013000", "3000", "DE")
        );
    }
    // Examples of the registry (ISO 13616), with letters inside.
    for typed in ["MT84MALT011000012345MTLCAST001S", "FR14 2004 1010 0505 0001 3M02 606", "NO93 8601 1117 947"] {
        assert_eq!(problem(typed), "", "{typed}");
    }
}

#[test]
fn what_is_wrong_is_said_and_nothing_repeated() {
    for (typed, says) in [
        ("DE88370400440532013000", "check digits"),
        ("DE89370400440532013001", "check digits"),
        ("DE8937040044053201300", "22 characters"),
        ("US64SVBKUS6S3300958879", "SEPA country"),
        ("", "SEPA country"),
        ("D€89", "letters and digits"),
        ("DE89370400440532013000DE89370400440532013000", "at most 34"),
    ] {
        let message = problem(typed);
        assert!(message.contains(says) && !message.contains("3704"), "{typed}: {message}");
    }
}

#[test]
fn every_test_account_is_a_number_and_is_known_by_what_is_shown() {
    let mut shown = BTreeSet::new();
    for account in TestAccount::ALL {
        let number = Iban::parse(account.iban).expect("a number");
        assert_eq!(number.test_account(), Some(account));
        assert_eq!(TestAccount::by_shown(number.country().code(), number.last4()), Some(account));
        assert!(shown.insert((number.country().code(), number.last4().to_string())), "{}", account.iban);
    }
    assert_eq!(TestAccount::by_shown("DE", "9999"), None);
}
