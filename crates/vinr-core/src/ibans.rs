//! Bank accounts by their international number (ISO 13616), as far as SEPA reaches.
//!
//! The published test accounts and what the sandbox does with them are in [`test_accounts`].

pub mod test_accounts;

use alloc::string::String;

use zeroize::Zeroize;

use crate::countries::Country;
use crate::refusal::{Code, Refusal};

pub use test_accounts::{Behaviour, TestAccount};

/// Longest number (ISO 13616-1).
const LENGTH_MAX: usize = 34;

/// The countries of the SEPA schemes (EPC409-09) and how long their numbers are (ISO 13616 registry).
const LENGTHS: [(&str, usize); 42] = [
    ("AD", 24),
    ("AL", 28),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("VA", 22),
];

/// The number of an account that can be debited. It cannot be printed, cloned or serialised, and is wiped when dropped.
pub struct Iban {
    /// Without spaces, in capitals; as long as it can be from the start, so that no copy is left behind.
    text: String,
    country: Country,
}

impl Iban {
    /// Reads a number as people write it, with spaces or without, in capitals or not. The message of a refusal never
    /// repeats the input.
    ///
    /// # Errors
    /// A country outside of SEPA, another length than the country's, a typing error.
    pub fn parse(typed: &str) -> Result<Self, Refusal> {
        let mut text = String::with_capacity(LENGTH_MAX);
        for character in typed.chars().filter(|character| !matches!(character, ' ' | '-' | '\u{a0}')) {
            if !character.is_ascii_alphanumeric() || text.len() == LENGTH_MAX {
                text.zeroize();
                return Err(refusal("expected letters and digits, at most 34 of them"));
            }
            text.push(character.to_ascii_uppercase());
        }
        let place = text.get(..2).and_then(|code| LENGTHS.iter().find(|(country, _)| *country == code));
        let country = place.and_then(|(code, _)| Country::parse(code));
        let number = Iban { text, country: country.ok_or_else(|| refusal("expected an account in a SEPA country"))? };
        match place {
            Some((_, length)) if number.text.len() != *length => {
                Err(refusal(&format!("expected {length} characters for this country")))
            }
            Some(_) if checksum_holds(&number.text) => Ok(number),
            Some(_) | None => Err(refusal("the check digits are wrong: the number has a typing error")),
        }
    }

    /// The whole number, for the connector that debits the account and the vault that keeps it.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Where the account is.
    pub fn country(&self) -> Country {
        self.country
    }

    /// The last four characters, which may be shown.
    pub fn last4(&self) -> &str {
        let start = self.text.len().saturating_sub(4);
        self.text.get(start..).unwrap_or_default()
    }

    /// The published test account with this number, if it is one.
    pub fn test_account(&self) -> Option<&'static TestAccount> {
        TestAccount::by_number(&self.text)
    }
}

impl Drop for Iban {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}

/// Remainder 1 of 97, with the first four characters put last and letters counted from 10 (ISO 7064, MOD 97-10).
fn checksum_holds(text: &str) -> bool {
    let (head, tail) = text.split_at_checked(4).unwrap_or((text, ""));
    let mut remainder = 0_u32;
    for value in tail.chars().chain(head.chars()).map(|character| character.to_digit(36).unwrap_or(0)) {
        let shifted = remainder.saturating_mul(if value < 10 { 10 } else { 100 });
        remainder = shifted.saturating_add(value) % 97;
    }
    remainder == 1
}

fn refusal(message: &str) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message).at("iban")
}

#[cfg(test)]
mod tests;
