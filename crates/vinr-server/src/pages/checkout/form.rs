//! What a buyer typed: read, judged, and wiped.

use axum::body::Body;
use bytes::Bytes;
use vinr_core::cards::{Brand, CardNumber};
use vinr_core::ibans::Iban;
use vinr_core::ids::PaymentMethodId;
use vinr_core::refusal::Code;
use zeroize::{Zeroize as _, Zeroizing};

use super::kept::Kept;
use crate::error::ApiError;
use crate::http::bodies;
use crate::http::formats::is_mail;
use crate::http::shapes::{Given, TypedAccount, TypedCard};

/// Longest form that is read; a card and a name need far less.
const FORM_BYTES_MAX: usize = 4_096;
/// Longest e-mail address (RFC 5321, 4.5.3.1.3).
const EMAIL_BYTES_MAX: usize = 254;
/// Longest name on a card.
const NAME_LENGTH_MAX: usize = 200;

/// Longest name of an account's holder (EPC130-08, AT-14).
const HOLDER_LENGTH_MAX: usize = 70;
/// The choice of a card that is typed, as the form sends it where there is a choice.
pub(in crate::pages) const NEW_CARD: &str = "new";
/// The choice of iDEAL.
pub(in crate::pages) const IDEAL: &str = "ideal";
/// The choice of a debit.
pub(in crate::pages) const SEPA_DEBIT: &str = "sepa_debit";

/// A form as far as it can be charged.
pub(in crate::pages) struct Form {
    pub(in crate::pages) chosen: Chosen,
    /// What the page said that it charges, in minor units.
    pub(in crate::pages) quoted: Option<i64>,
    pub(in crate::pages) kept: Kept,
}

/// What the buyer pays with.
pub(in crate::pages) enum Chosen {
    /// A method saved before.
    Saved(PaymentMethodId),
    /// A card or an account given now.
    Given(Given),
    /// A transfer at the buyer's bank.
    Ideal,
}

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Number {
    /// It has a typing error.
    Wrong,
    /// It is none of the sandbox's.
    NotATestCard,
    /// It is one of the sandbox's, in live.
    TestCard,
}

/// What is wrong with an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Account {
    /// Its number has a typing error.
    Wrong,
    /// It is none of the sandbox's.
    NotATestAccount,
}

/// What is wrong beside the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages) enum Beside {
    /// The saved method that was chosen is not to be charged any more.
    Unusable,
    /// What there is to pay is another amount than the buyer was shown.
    Price,
    /// Something that is not the buyer's to mend.
    Trouble,
}

/// What is wrong with a form.
#[derive(Debug, Default, Clone)]
pub(in crate::pages) struct Errors {
    pub(in crate::pages) email: bool,
    pub(in crate::pages) number: Option<Number>,
    pub(in crate::pages) expiry: bool,
    pub(in crate::pages) iban: Option<Account>,
    pub(in crate::pages) holder: bool,
    /// The scheme whose security codes are longer or shorter.
    pub(in crate::pages) cvc: Option<Brand>,
    /// What is wrong beside the fields.
    pub(in crate::pages) beside: Option<Beside>,
    pub(in crate::pages) kept: Kept,
}

impl Errors {
    /// What a refused charge says about the form.
    pub(in crate::pages) fn of(error: &ApiError) -> Errors {
        let refusal = error.first();
        let about = refusal.param.as_deref().unwrap_or_default();
        let number = match refusal.code {
            Code::TestCardRequired => Some(Number::NotATestCard),
            Code::TestCardInLive => Some(Number::TestCard),
            _ => about.contains("number").then_some(Number::Wrong),
        };
        let expiry = about.contains("exp");
        let email = about == "email";
        let iban = match refusal.code {
            Code::TestAccountRequired => Some(Account::NotATestAccount),
            _ => (about == "iban").then_some(Account::Wrong),
        };
        let errors = Errors { email, number, expiry, iban, ..Errors::default() };
        let beside = match about {
            _ if refusal.code == Code::AmountMismatch => Some(Beside::Price),
            "paymentMethodId" => Some(Beside::Unusable),
            _ => (!errors.is_about_a_field()).then_some(Beside::Trouble),
        };
        Errors { beside, ..errors }
    }

    /// Nothing wrong with the form, and what was typed before.
    pub(in crate::pages) fn keeping(kept: &Kept) -> Errors {
        Errors { kept: kept.clone(), ..Errors::default() }
    }

    /// Something that is not the buyer's to mend.
    pub(in crate::pages) fn trouble() -> Errors {
        Errors { beside: Some(Beside::Trouble), ..Errors::default() }
    }

    /// Whether something stands under a field.
    pub(in crate::pages) fn is_about_a_field(&self) -> bool {
        let is_cards = self.number.is_some() || self.expiry || self.cvc.is_some();
        self.email || is_cards || self.iban.is_some() || self.holder
    }
}

impl Form {
    /// Reads a posted form; our copy of its bytes is overwritten before this returns. The connection's own buffer is
    /// overwritten when it is freed, by the binary's allocator: at once, since the answer closes the connection.
    pub(in crate::pages) async fn read(body: Body, asks_email: bool) -> Result<Form, Errors> {
        // It never grows, which would leave a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(FORM_BYTES_MAX));
        let keep = |piece: Bytes| bytes.extend_from_slice(&piece);
        bodies::read(body, FORM_BYTES_MAX, keep).await.map_err(|_| Errors::trouble())?;
        Form::parse(&bytes, asks_email)
    }

    fn parse(bytes: &[u8], asks_email: bool) -> Result<Form, Errors> {
        let mut kept = Kept::default();
        let (mut number, mut cvc) = (Zeroizing::new(String::new()), Zeroizing::new(String::new()));
        let (mut iban, mut holder) = (Zeroizing::new(String::new()), String::new());
        let mut quoted = None;
        for (name, value) in form_urlencoded::parse(bytes) {
            match &*name {
                "amount" => quoted = value.trim().parse().ok(),
                "method" => kept.method = Some(value.trim().to_owned()),
                "email" => value.trim().clone_into(&mut kept.email),
                "number" => value.trim().clone_into(&mut number),
                "cvc" => value.trim().clone_into(&mut cvc),
                "iban" => value.trim().clone_into(&mut iban),
                "holder" => holder = printable(value.trim()),
                "expiry" => value.trim().clone_into(&mut kept.expiry),
                "name" => kept.name = printable(value.trim()),
                _ => {}
            }
            // Decoding may have made a copy.
            let mut value = value.into_owned();
            value.zeroize();
        }
        if let Some(id) = kept.method.as_deref().and_then(|id| PaymentMethodId::parse(id).ok()) {
            return Ok(Form { chosen: Chosen::Saved(id), quoted, kept });
        }
        let email = asks_email && (kept.email.len() > EMAIL_BYTES_MAX || !is_mail(&kept.email));
        match kept.method.as_deref() {
            Some(IDEAL) if email => return Err(Errors { email, kept, ..Errors::default() }),
            Some(IDEAL) => return Ok(Form { chosen: Chosen::Ideal, quoted, kept }),
            Some(SEPA_DEBIT) => return Form::account((&iban, &holder), email, quoted, kept),
            Some(_) | None => {}
        }
        let expiry = expiry(&kept.expiry);
        let brand = brand(&number);
        let (fewest, most) = brand.code_digits();
        let code_holds = (fewest..=most).contains(&cvc.len()) && cvc.bytes().all(|byte| byte.is_ascii_digit());
        let errors = Errors {
            email,
            number: CardNumber::parse(&number).is_err().then_some(Number::Wrong),
            expiry: expiry.is_none(),
            cvc: (!code_holds).then_some(brand),
            ..Errors::default()
        };
        match expiry {
            Some((month, year)) if !errors.is_about_a_field() => {
                let card = TypedCard::new(&number, month, year, &kept.name);
                Ok(Form { chosen: Chosen::Given(Given::Card(card)), quoted, kept })
            }
            _ => Err(Errors { kept, ..errors }),
        }
    }
}

impl Form {
    /// A debit as it was typed; `email` is whether the address is wrong.
    fn account((iban, holder): (&str, &str), email: bool, quoted: Option<i64>, mut kept: Kept) -> Result<Form, Errors> {
        holder.clone_into(&mut kept.name);
        let wrong = Iban::parse(iban).is_err().then_some(Account::Wrong);
        let errors = Errors { email, iban: wrong, holder: holder.is_empty(), ..Errors::default() };
        if errors.is_about_a_field() {
            return Err(Errors { kept, ..errors });
        }
        let account_holder = holder.chars().take(HOLDER_LENGTH_MAX).collect();
        let chosen = Chosen::Given(Given::Account(TypedAccount { iban: iban.to_owned(), account_holder }));
        Ok(Form { chosen, quoted, kept })
    }
}

/// A name as it may be kept: the API takes no control character either, and no buyer sees one to mend it.
fn printable(name: &str) -> String {
    name.chars().filter(|character| !character.is_control()).take(NAME_LENGTH_MAX).collect()
}

/// The scheme of a number, also of one with a typing error.
fn brand(number: &str) -> Brand {
    let digits: Zeroizing<String> = Zeroizing::new(number.chars().filter(char::is_ascii_digit).collect());
    Brand::detect(&digits)
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
        Form::parse(text.as_bytes(), false)
    }

    #[test]
    fn a_whole_form_is_a_card() {
        let Ok(Form { chosen: Chosen::Given(Given::Card(card)), quoted, kept }) =
            read("amount=3700&method=new&number=4242+4242+4242+4242&expiry=12+%2F+31&cvc=123&name=Ada")
        else {
            panic!("a card")
        };
        assert_eq!(quoted, Some(3_700));
        assert_eq!((card.exp_month, card.exp_year, card.name.as_deref()), (Some(12), Some(31), Some("Ada")));
        assert_eq!((card.number.as_str(), kept.name.as_str()), ("4242 4242 4242 4242", "Ada"));
    }

    #[test]
    fn a_name_is_kept_without_what_cannot_be_printed() {
        let typed = "method=new&number=4242424242424242&expiry=12/31&cvc=123&name=A%00d%1Ba%0A";
        assert_eq!(read(typed).expect("a card").kept.name, "Ada");
    }

    #[test]
    fn a_saved_method_needs_nothing_else() {
        let Ok(Form { chosen: Chosen::Saved(id), .. }) = read("method=pm_1&number=&expiry=&cvc=&name=") else {
            panic!("a method")
        };
        assert_eq!(id.as_str(), "pm_1");
    }

    #[test]
    fn a_transfer_needs_nothing_else() {
        assert!(matches!(read("method=ideal&number=&expiry=&cvc="), Ok(Form { chosen: Chosen::Ideal, .. })));
    }

    #[test]
    fn a_debit_needs_an_account_and_its_holder() {
        let Ok(Form { chosen: Chosen::Given(Given::Account(account)), kept, .. }) =
            read("method=sepa_debit&iban=DE89+3704+0044+0532+0130+00&holder=Ada+Lovelace&number=&name=")
        else {
            panic!("an account")
        };
        assert_eq!((account.account_holder.as_str(), kept.name.as_str()), ("Ada Lovelace", "Ada Lovelace"));
        let errors = read("method=sepa_debit&iban=DE88370400440532013000&holder=+").err().expect("refused");
        assert_eq!((errors.iban, errors.holder, errors.number), (Some(Account::Wrong), true, None));
    }

    #[test]
    fn whoever_is_asked_for_an_address_gives_one_however_they_pay() {
        let debit = "method=sepa_debit&iban=DE89370400440532013000&holder=Ada";
        for typed in ["method=ideal", debit, "method=new&number=4242424242424242&expiry=12/31&cvc=123"] {
            let wrong = |email: &str| Form::parse(format!("{typed}&email={email}").as_bytes(), true).err();
            assert!(wrong("ada").expect("refused").email, "{typed}");
            assert!(wrong("ada@example.com").is_none(), "{typed}");
        }
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let typed = "number=4242+4242+4242+4241&expiry=1/31&cvc=12&name=Ada&email=ada";
        let errors = read(typed).err().expect("refused");
        assert_eq!((errors.number, errors.expiry, errors.cvc), (Some(Number::Wrong), true, Some(Brand::Visa)));
        assert_eq!((errors.kept.expiry.as_str(), errors.kept.name.as_str(), errors.email), ("1/31", "Ada", false));
        assert!(Form::parse(typed.as_bytes(), true).err().expect("refused").email, "asked for, it is looked at");
        assert!(read("").is_err());
    }

    #[test]
    fn a_security_code_is_as_long_as_its_scheme_has_it() {
        let wrong = |number: &str, cvc: &str| {
            let typed = format!("number={number}&expiry=12/39&cvc={cvc}");
            read(&typed).err().and_then(|errors| errors.cvc)
        };
        for (number, cvc, expected) in [
            ("378282246310005", "1234", None),
            ("378282246310005", "123", Some(Brand::Amex)),
            ("4242424242424242", "123", None),
            ("4242424242424242", "1234", Some(Brand::Visa)),
            ("4242424242424242", "12a", Some(Brand::Visa)),
            ("4242424242424242", "", Some(Brand::Visa)),
            ("9999999999999995", "123", None),
            ("9999999999999995", "1234", None),
            ("9999999999999995", "12345", Some(Brand::Unknown)),
        ] {
            assert_eq!(wrong(number, cvc), expected, "{number} {cvc}");
        }
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
