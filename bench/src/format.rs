//! Numbers as people read them.

/// A number without a fraction, its thousands apart.
#[expect(clippy::cast_possible_truncation, reason = "rates and counts of a benchmark are far below 2^63")]
pub(crate) fn grouped(number: f64) -> String {
    let digits = (number.round() as i64).unsigned_abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds with two digits that tell something.
pub(crate) fn millis(ms: f64) -> String {
    let text = match ms {
        ..10.0 => format!("{ms:.2}"),
        10.0..100.0 => format!("{ms:.1}"),
        _ => grouped(ms),
    };
    format!("{text} ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!(grouped(999.6), "1,000");
        assert_eq!(grouped(12.0), "12");
        assert_eq!(grouped(1_234_567.0), "1,234,567");
    }

    #[test]
    fn milliseconds_have_the_digits_that_count() {
        assert_eq!(millis(0.314), "0.31 ms");
        assert_eq!(millis(42.04), "42.0 ms");
        assert_eq!(millis(1_234.0), "1,234 ms");
    }
}
