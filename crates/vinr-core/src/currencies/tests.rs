use alloc::string::ToString;
use alloc::vec::Vec;

use super::{Currency, SYMBOLS, TABLE};
use crate::refusal::Code;

#[test]
fn the_table_is_in_order_without_a_code_twice() {
    assert!(TABLE.is_sorted_by(|(a, _), (b, _)| a < b));
    assert!(TABLE.iter().all(|(code, exponent)| code.len() == 3 && *exponent <= 4));
    assert!(SYMBOLS.iter().all(|(code, _)| Currency::parse(code).is_some()));
    assert_eq!(Currency::all().count(), TABLE.len());
}

#[test]
fn every_code_is_read_in_any_case_and_written_in_upper_case() {
    for currency in Currency::all() {
        let code = currency.code();
        assert_eq!(Currency::parse(code), Some(currency));
        assert_eq!(Currency::parse(&code.to_ascii_lowercase()), Some(currency));
        assert_eq!(currency.to_string(), code);
    }
    assert_eq!(Currency::parse("eUr"), Some(Currency::EUR));
    assert_eq!("eur".parse(), Ok(Currency::EUR));
}

#[test]
fn the_exponents_are_those_of_the_standard() {
    let with = |exponent: u8| -> Vec<&str> {
        Currency::all().filter(|c| c.exponent() == exponent).map(Currency::code).collect()
    };
    let none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    assert_eq!(with(0).join(" "), none);
    assert_eq!(with(3).join(" "), "BHD IQD JOD KWD LYD OMR TND");
    assert_eq!(with(4).join(" "), "CLF UYW");
    assert_eq!(with(1), [""; 0]);
}

#[test]
fn retired_codes_and_metals_are_no_currencies() {
    for code in ["DEM", "HRK", "BGN", "ANG", "ZWL", "SLL", "XAU", "XDR", "XTS", "XXX"] {
        assert_eq!(Currency::parse(code), None, "{code}");
    }
    for text in ["", "EU", "EURO", "€", " EUR", "E\u{212a}R"] {
        assert_eq!(Currency::parse(text), None, "{text}");
    }
    let refusal = Currency::from_param("BTC").expect_err("a refusal");
    assert_eq!((refusal.code, refusal.param.as_deref()), (Code::CurrencyUnknown, Some("currency")));
}

#[test]
fn the_smallest_charge_is_half_of_the_major_unit_or_fifty() {
    assert_eq!(Currency::EUR.minimum(), 50);
    assert_eq!(Currency::JPY.minimum(), 50);
    assert_eq!(Currency::KWD.minimum(), 500);
}

#[test]
fn the_named_currencies_are_themselves() {
    let named = [Currency::EUR, Currency::USD, Currency::GBP, Currency::JPY, Currency::KWD].map(Currency::code);
    assert_eq!(named, ["EUR", "USD", "GBP", "JPY", "KWD"]);
    assert_eq!(Currency::KWD.minor_per_major(), 1_000);
    assert_eq!(Currency::JPY.minor_per_major(), 1);
}
