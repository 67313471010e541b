//! Numbers with so many decimals at most, as whole numbers of the last one: `1.5` with two is 150.

use alloc::string::String;

/// Reads `1`, `1.5`, `0.0125`; nothing of what has a sign, an exponent or more decimals, or does not fit.
pub fn parse(text: &str, places: usize) -> Option<i64> {
    i64::try_from(parse_wide(text, places)?).ok()
}

/// Reads the same into 128 bits.
pub fn parse_wide(text: &str, places: usize) -> Option<i128> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || decimals.len() > places || !digits(whole) || !digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<places$}").parse().ok()
}

/// Writes what [`parse`] reads, without zeros that say nothing.
///
/// # Panics
/// If the number is negative, or there are more decimals than 128 bits have digits.
pub fn text(number: i64, places: usize) -> String {
    text_wide(number.into(), places)
}

/// Writes what [`parse_wide`] reads, without zeros that say nothing.
///
/// # Panics
/// If the number is negative, or there are more decimals than 128 bits have digits.
pub fn text_wide(number: i128, places: usize) -> String {
    assert!(number >= 0, "{number} has a sign");
    let one = u32::try_from(places).ok().and_then(|places| 10_i128.checked_pow(places)).expect("a few decimals");
    let (whole, rest) = (number.div_euclid(one), number.rem_euclid(one));
    let decimals = format!("{rest:0places$}");
    match decimals.trim_end_matches('0') {
        "" => format!("{whole}"),
        decimals => format!("{whole}.{decimals}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn decimals_are_read_exactly() {
        for (given, places, number) in
            [("1", 2, 100), ("12.5", 2, 1_250), ("0.05", 2, 5), ("0.0125", 4, 125), ("7", 0, 7)]
        {
            assert_eq!(parse(given, places), Some(number), "{given}");
        }
        for wrong in ["", ".5", "0.125", "-1", "+1", "1e3", "1e-7", "1.2.3", "१", "99999999999999999999"] {
            assert_eq!(parse(wrong, 2), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(number in 0..=i64::MAX, places in 0_usize..=9) {
            let written = text(number, places);
            prop_assert_eq!(parse(&written, places), Some(number));
            prop_assert!(!written.contains('.') || !written.ends_with('0'), "{}", written);
        }
    }
}
