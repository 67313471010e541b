//! What a buyer typed: read, judged, and wiped.

use axum::body::Body;
use http_body_util::BodyExt as _;
use vinr_core::refusal::Code;
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::ApiError;
use crate::payments::wire::TypedCard;

/// Longest form that is read; a card and a name need far less.
const FORM_BYTES_MAX: usize = 4_096;

/// A form as far as it can be charged.
pub(super) struct Form {
    pub(super) card: TypedCard,
    /// As it was typed, to be shown again.
    pub(super) expiry: String,
    /// As it was typed, to be shown again.
    pub(super) name: String,
}

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    /// It has a typing error.
    Wrong,
    /// It is none of the sandbox's.
    NotATestCard,
}

/// What is wrong with a form. Number and security code are never shown again.
#[derive(Debug, Default, Clone)]
pub(super) struct Errors {
    pub(super) number: Option<Number>,
    pub(super) expiry: bool,
    pub(super) cvc: bool,
    /// Something that is not the buyer's to mend.
    pub(super) trouble: bool,
    pub(super) expiry_kept: String,
    pub(super) name_kept: String,
}

impl Errors {
    /// What a refused charge says about the form.
    pub(super) fn of(error: &ApiError) -> Errors {
        let refusal = error.first();
        let about = refusal.param.as_deref().unwrap_or_default();
        let number = match refusal.code {
            Code::TestCardRequired => Some(Number::NotATestCard),
            _ => about.contains("number").then_some(Number::Wrong),
        };
        let expiry = about.contains("exp");
        Errors { number, expiry, trouble: number.is_none() && !expiry, ..Errors::default() }
    }
}

impl Form {
    /// Reads a posted form; its bytes are overwritten before this returns.
    pub(super) async fn read(body: Body) -> Result<Form, Errors> {
        let trouble = || Errors { trouble: true, ..Errors::default() };
        let mut bytes = Zeroizing::new(Vec::with_capacity(FORM_BYTES_MAX));
        let mut body = body;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| trouble())?;
            let Some(data) = frame.data_ref() else { continue };
            if bytes.len() + data.len() > FORM_BYTES_MAX {
                return Err(trouble());
            }
            bytes.extend_from_slice(data);
        }
        Form::parse(&bytes)
    }

    fn parse(bytes: &[u8]) -> Result<Form, Errors> {
        let mut errors = Errors::default();
        let (mut number, mut cvc) = (Zeroizing::new(String::new()), Zeroizing::new(String::new()));
        for (name, value) in form_urlencoded::parse(bytes) {
            match &*name {
                "number" => value.trim().clone_into(&mut number),
                "cvc" => value.trim().clone_into(&mut cvc),
                "expiry" => value.trim().clone_into(&mut errors.expiry_kept),
                "name" => value.trim().clone_into(&mut errors.name_kept),
                _ => {}
            }
            // Decoding may have made a copy.
            let mut value = value.into_owned();
            value.zeroize();
        }
        let expiry = expiry(&errors.expiry_kept);
        errors.expiry = expiry.is_none();
        errors.number = vinr_core::cards::CardNumber::parse(&number).is_err().then_some(Number::Wrong);
        errors.cvc = !matches!(cvc.len(), 3 | 4) || !cvc.bytes().all(|byte| byte.is_ascii_digit());
        match expiry {
            Some((month, year)) if errors.number.is_none() && !errors.cvc => Ok(Form {
                card: TypedCard::new(&number, month, year),
                expiry: errors.expiry_kept,
                name: errors.name_kept,
            }),
            _ => Err(errors),
        }
    }
}

/// Month and year as people write them: `12/31`, `12 / 2031`, `1231`.
fn expiry(text: &str) -> Option<(i64, i64)> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if text.chars().any(|character| !(character.is_ascii_digit() || " /-.".contains(character))) {
        return None;
    }
    let (month, year) = digits.split_at_checked(2)?;
    matches!(year.len(), 2 | 4).then(|| Some((month.parse().ok()?, year.parse().ok()?)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Form, Errors> {
        Form::parse(text.as_bytes())
    }

    #[test]
    fn a_whole_form_is_a_card() {
        let form = read("number=4242+4242+4242+4242&expiry=12+%2F+31&cvc=123&name=Ada");
        let Ok(form) = form else { panic!("a card") };
        assert_eq!((form.card.exp_month, form.card.exp_year), (Some(12), Some(31)));
        assert_eq!((form.card.number.as_str(), form.name.as_str()), ("4242 4242 4242 4242", "Ada"));
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let errors = read("number=4242+4242+4242+4241&expiry=1/31&cvc=12&name=Ada").err().expect("refused");
        assert_eq!((errors.number, errors.expiry, errors.cvc), (Some(Number::Wrong), true, true));
        assert_eq!((errors.expiry_kept.as_str(), errors.name_kept.as_str()), ("1/31", "Ada"));
        assert!(read("").is_err());
    }

    #[test]
    fn an_expiry_is_read_as_people_write_it() {
        for (text, expected) in [
            ("12/31", Some((12, 31))),
            ("12 / 2031", Some((12, 2031))),
            ("0131", Some((1, 31))),
            ("1x/31", None),
            ("", None),
        ] {
            assert_eq!(expiry(text), expected, "{text}");
        }
    }
}
