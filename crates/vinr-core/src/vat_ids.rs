//! VAT identification numbers of the European Union: which member state gave one, and whether it has that state's form
//! (Directive 2006/112/EC, article 215; the forms are those of the VIES).
//!
//! Whether the number was really given is known by the VIES alone.

use alloc::string::String;

use crate::countries::Country;

/// The longest number, with its two letters.
const LENGTH_MAX: usize = 14;

/// How the member states write their numbers after the two letters, by the country. `9` is a digit, `A` a letter, `X`
/// either, and any other character is itself; a country with several forms has several rows. Greece writes `EL`.
#[rustfmt::skip]
const FORMS: &[(&str, &str)] = &[
    ("AT", "U99999999"), ("BE", "0999999999"), ("BE", "1999999999"), ("BG", "999999999"), ("BG", "9999999999"),
    ("CY", "99999999A"), ("CZ", "99999999"), ("CZ", "999999999"), ("CZ", "9999999999"), ("DE", "999999999"),
    ("DK", "99999999"), ("EE", "999999999"), ("ES", "A99999999"), ("ES", "99999999A"), ("ES", "A9999999A"),
    ("FI", "99999999"), ("FR", "XX999999999"), ("GR", "999999999"), ("HR", "99999999999"), ("HU", "99999999"),
    ("IE", "9999999A"), ("IE", "9999999AA"), ("IE", "9A99999A"), ("IE", "9+99999A"), ("IE", "9*99999A"),
    ("IT", "99999999999"), ("LT", "999999999"), ("LT", "999999999999"), ("LU", "99999999"), ("LV", "99999999999"),
    ("MT", "99999999"), ("NL", "999999999B99"), ("PL", "9999999999"), ("PT", "999999999"),
    ("RO", "99"), ("RO", "999"), ("RO", "9999"), ("RO", "99999"), ("RO", "999999"), ("RO", "9999999"),
    ("RO", "99999999"), ("RO", "999999999"), ("RO", "9999999999"), ("SE", "999999999999"), ("SI", "99999999"),
    ("SK", "9999999999"),
];

/// A number that has the form of its member state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VatId {
    country: Country,
    text: String,
}

impl VatId {
    /// Reads a number as people write it: in any case, with spaces, dots and dashes. Nothing if it has no member state's
    /// form.
    pub fn parse(text: &str) -> Option<Self> {
        let kept = text.chars().filter(|character| !matches!(character, ' ' | '.' | '-'));
        let text: String = kept.take(LENGTH_MAX.saturating_add(1)).map(|letter| letter.to_ascii_uppercase()).collect();
        let (letters, number) = text.split_at_checked(2)?;
        let country = match letters {
            "EL" => Country::parse("GR")?,
            "GR" => return None,
            letters => Country::parse(letters)?,
        };
        let fits = FORMS.iter().any(|(code, form)| *code == country.code() && has_form(number, form));
        fits.then_some(Self { country, text })
    }

    /// The member state that gave it.
    pub const fn country(&self) -> Country {
        self.country
    }

    /// The number in upper case, with its two letters and nothing between.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Whether a country is a member state of the European Union.
pub fn is_member_state(country: Country) -> bool {
    FORMS.iter().any(|(code, _)| *code == country.code())
}

fn has_form(number: &str, form: &str) -> bool {
    number.len() == form.len()
        && number.bytes().zip(form.bytes()).all(|(byte, wanted)| match wanted {
            b'9' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            b'X' => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            itself => byte == itself,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it() {
        for (given, country, text) in [
            ("de 123.456.789", "DE", "DE123456789"),
            ("ATU12345678", "AT", "ATU12345678"),
            ("BE0123456789", "BE", "BE0123456789"),
            ("BG1234567890", "BG", "BG1234567890"),
            ("EL123456789", "GR", "EL123456789"),
            ("FRXX999999999", "FR", "FRXX999999999"),
            ("ESX1234567A", "ES", "ESX1234567A"),
            ("IE1+23456A", "IE", "IE1+23456A"),
            ("NL123456789B01", "NL", "NL123456789B01"),
            ("RO12", "RO", "RO12"),
        ] {
            let id = VatId::parse(given).expect("a VAT id");
            assert_eq!((id.country().code(), id.as_str()), (country, text));
        }
    }

    #[test]
    fn what_has_no_member_states_form_is_no_number() {
        for wrong in [
            "",
            "D",
            "DE12345678",
            "DE1234567890",
            "GR123456789",
            "GB123456789",
            "CHE123456789",
            "XI123456789",
            "AT12345678",
            "ES123456789",
            "DE12345678Ä",
            "ÄÖ123456789",
            "NL123456789B0123456789",
        ] {
            assert_eq!(VatId::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn there_are_twenty_seven_member_states() {
        let mut states: alloc::vec::Vec<&str> = FORMS.iter().map(|(code, _)| *code).collect();
        states.dedup();
        assert_eq!(states.len(), 27);
        assert!(states.is_sorted() && states.iter().all(|code| Country::parse(code).is_some_and(is_member_state)));
    }
}
