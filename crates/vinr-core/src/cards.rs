//! Cards: the number that must never leak, its brand, its expiry, and why a charge fails.
//!
//! The published test cards and what the sandbox does with them are in [`test_cards`].

pub mod test_cards;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use zeroize::Zeroize;

use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

pub use test_cards::{Behaviour, TestCard};

/// Shortest card number (ISO/IEC 7812 allows fewer; no scheme that we take issues them).
const DIGITS_MIN: usize = 12;
/// Longest card number by ISO/IEC 7812.
const DIGITS_MAX: usize = 19;

/// A card number. It cannot be printed, cloned or serialised, and is wiped when it is dropped.
pub struct CardNumber {
    /// ASCII digits. On the heap, so that moving the value leaves no copy behind.
    digits: Box<[u8; DIGITS_MAX]>,
    length: usize,
}

impl CardNumber {
    /// Reads 12 to 19 digits with a right check digit; spaces and dashes between them are skipped.
    /// The message of the refusal never repeats the input. Its parameter is named as it stands in a card.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut number = Self { digits: Box::new([0; DIGITS_MAX]), length: 0 };
        for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            let place = number.digits.get_mut(number.length).filter(|_| byte.is_ascii_digit());
            let Some(place) = place else {
                return Err(Self::refusal("expected 12 to 19 digits"));
            };
            *place = byte;
            number.length = number.length.saturating_add(1);
        }
        if number.length < DIGITS_MIN {
            return Err(Self::refusal("expected 12 to 19 digits"));
        }
        if !luhn_holds(number.expose()) {
            return Err(Self::refusal("the check digit is wrong: the number has a typing error"));
        }
        Ok(number)
    }

    /// The digits, for the connector that charges the card. Nothing else may ask for them.
    pub fn expose(&self) -> &str {
        let digits = self.digits.get(..self.length).unwrap_or_default();
        core::str::from_utf8(digits).expect("digits are ASCII")
    }

    /// The last four digits, which may be shown.
    pub fn last4(&self) -> String {
        let digits = self.expose();
        let start = digits.len().saturating_sub(4);
        digits.get(start..).unwrap_or_default().into()
    }

    /// The scheme, by the first digits.
    pub fn brand(&self) -> Brand {
        Brand::detect(self.expose())
    }

    /// The published test card with this number, if it is one.
    pub fn test_card(&self) -> Option<&'static TestCard> {
        TestCard::by_number(self.expose())
    }

    fn refusal(message: &str) -> Refusal {
        Refusal::new(Code::ParameterInvalid, message).at("number")
    }
}

impl Drop for CardNumber {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

/// The check digit of ISO/IEC 7812 annex B over ASCII digits.
fn luhn_holds(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|ascii| u32::from(ascii & 0x0f))
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit) {
            (0, digit) => digit,
            (_, 0..5) => digit.saturating_mul(2),
            (_, _) => digit.saturating_mul(2).saturating_sub(9),
        })
        .sum();
    sum.is_multiple_of(10)
}

wire_enum! {
    /// A card scheme.
    pub enum Brand {
        /// Visa.
        Visa = "visa",
        /// Mastercard.
        Mastercard = "mastercard",
        /// American Express.
        Amex = "amex",
        /// Discover.
        Discover = "discover",
        /// Diners Club.
        Diners = "diners",
        /// JCB.
        Jcb = "jcb",
        /// China `UnionPay`.
        Unionpay = "unionpay",
        /// Another scheme, or one that we cannot tell.
        Unknown = "unknown",
    }
}

impl Brand {
    /// What the scheme calls itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visa => "Visa",
            Self::Mastercard => "Mastercard",
            Self::Amex => "American Express",
            Self::Discover => "Discover",
            Self::Diners => "Diners Club",
            Self::Jcb => "JCB",
            Self::Unionpay => "UnionPay",
            Self::Unknown => "Card",
        }
    }

    /// By which first digits schemes are told apart (issuer identification numbers, ISO/IEC 7812): how many digits, and
    /// from which number to which. No two overlap, so a number that is being typed has its scheme as soon as it can.
    pub const PREFIXES: [(Self, usize, u32, u32); 14] = [
        (Self::Visa, 1, 4, 4),
        (Self::Mastercard, 2, 51, 55),
        (Self::Mastercard, 4, 2221, 2720),
        (Self::Amex, 2, 34, 34),
        (Self::Amex, 2, 37, 37),
        (Self::Discover, 2, 65, 65),
        (Self::Discover, 3, 644, 649),
        (Self::Discover, 4, 6011, 6011),
        (Self::Diners, 2, 36, 36),
        (Self::Diners, 2, 38, 39),
        (Self::Diners, 3, 300, 305),
        (Self::Jcb, 4, 3528, 3589),
        (Self::Unionpay, 2, 62, 62),
        (Self::Unionpay, 2, 81, 81),
    ];

    /// The scheme of a number by its first digits.
    pub fn detect(digits: &str) -> Self {
        let begins = |count: usize, from: u32, to: u32| {
            let head = digits.get(..count).and_then(|head| head.parse().ok());
            head.is_some_and(|head: u32| (from..=to).contains(&head))
        };
        let found = Self::PREFIXES.into_iter().find(|(_, count, from, to)| begins(*count, *from, *to));
        found.map_or(Self::Unknown, |(brand, ..)| brand)
    }

    /// How many digits its security code has, at least and at most.
    pub const fn code_digits(self) -> (usize, usize) {
        match self {
            Self::Amex => (4, 4),
            Self::Visa | Self::Mastercard | Self::Discover | Self::Diners | Self::Jcb | Self::Unionpay => (3, 3),
            Self::Unknown => (3, 4),
        }
    }

    /// How the digits of its numbers are grouped on the card.
    pub const fn groups(self) -> &'static [usize] {
        match self {
            Self::Amex => &[4, 6, 5],
            Self::Diners => &[4, 6, 4],
            Self::Visa | Self::Mastercard | Self::Discover | Self::Jcb | Self::Unionpay | Self::Unknown => {
                &[4, 4, 4, 4, 3]
            }
        }
    }
}

/// The last month in which a card is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry {
    /// The calendar year, four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
}

/// Expiries further ahead than this are typing errors.
const EXPIRY_YEARS_MAX: u16 = 50;

impl Expiry {
    /// Reads a month and a year of two or four digits that are not past at `now`.
    pub fn parse(month: i64, year: i64, now: Timestamp) -> Result<Self, Refusal> {
        let month = u8::try_from(month)
            .ok()
            .filter(|month| (1..=12).contains(month))
            .ok_or_else(|| refused("expMonth", "expected a month from 1 to 12"))?;
        let century = now.year().checked_div(100).unwrap_or(0).saturating_mul(100);
        let year = u16::try_from(year)
            .ok()
            .map(|year| if year < 100 { year.saturating_add(century) } else { year })
            .filter(|year| *year <= now.year().saturating_add(EXPIRY_YEARS_MAX))
            .ok_or_else(|| refused("expYear", "expected a year of two or four digits"))?;
        let expiry = Self { year, month };
        if expiry.is_past(now) {
            return Err(refused("expYear", "the card has expired"));
        }
        Ok(expiry)
    }

    /// What a sandbox helper uses when it is given a number only: December of the account's year
    /// plus five.
    pub fn default_at(now: Timestamp) -> Self {
        Self { year: now.year().saturating_add(5), month: 12 }
    }

    /// The first moment (in UTC) at which the card is not good any more.
    pub fn end(self) -> Timestamp {
        let (year, month) = match self.month {
            12.. => (self.year.saturating_add(1), 1),
            month => (self.year, month.saturating_add(1)),
        };
        Timestamp::start_of_month(year, month)
    }

    /// Whether the month has ended (in UTC).
    pub fn is_past(self, now: Timestamp) -> bool {
        (self.year, self.month) < (now.year(), now.month())
    }
}

fn refused(param: &'static str, message: &str) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message).at(param)
}

wire_enum! {
    /// What sort of failure it was, for a program that decides what to do next.
    pub enum Category {
        /// The bank that issued the card said no.
        IssuerDeclined = "issuer_declined",
        /// The charge was asked for in a way that cannot work.
        InvalidRequest = "invalid_request",
        /// The buyer was not authenticated.
        AuthenticationFailed = "authentication_failed",
        /// Something on the way did not work.
        ProcessingError = "processing_error",
        /// A rule against fraud stopped it.
        FraudBlocked = "fraud_blocked",
    }
}

wire_enum! {
    /// Why a charge failed.
    pub enum FailureCode {
        /// The card was declined: ask the buyer to contact the bank or to use another card.
        CardDeclined = "card_declined",
        /// The card has not enough funds: try later or use another card.
        InsufficientFunds = "insufficient_funds",
        /// The card has expired: use another card.
        ExpiredCard = "expired_card",
        /// The security code is wrong: enter the card again.
        IncorrectCvc = "incorrect_cvc",
        /// The charge could not be processed: try again.
        ProcessingError = "processing_error",
        /// The card was reported lost: use another card.
        CardLost = "card_lost",
        /// The card was reported stolen: use another card.
        CardStolen = "card_stolen",
        /// The buyer did not pass the authentication: try again or use another card.
        AuthenticationFailed = "authentication_failed",
        /// The authentication was not finished in time: try again.
        AuthenticationExpired = "authentication_expired",
        /// The bank did not make the payment: try again or pay in another way.
        BankDeclined = "bank_declined",
        /// The account was closed: use another account.
        AccountClosed = "account_closed",
        /// The account's holder or bank does not allow this debit: ask for another way to pay.
        DebitNotAuthorized = "debit_not_authorized",
    }
}

impl FailureCode {
    /// What sort of failure it is.
    pub const fn category(self) -> Category {
        match self {
            Self::CardDeclined
            | Self::InsufficientFunds
            | Self::ExpiredCard
            | Self::IncorrectCvc
            | Self::CardLost
            | Self::CardStolen
            | Self::BankDeclined
            | Self::AccountClosed
            | Self::DebitNotAuthorized => Category::IssuerDeclined,
            Self::ProcessingError => Category::ProcessingError,
            Self::AuthenticationFailed | Self::AuthenticationExpired => Category::AuthenticationFailed,
        }
    }

    /// Whether the same card may work at another time.
    pub const fn retryable(self) -> bool {
        match self {
            Self::CardDeclined
            | Self::InsufficientFunds
            | Self::ProcessingError
            | Self::AuthenticationFailed
            | Self::AuthenticationExpired
            | Self::BankDeclined => true,
            Self::ExpiredCard
            | Self::IncorrectCvc
            | Self::CardLost
            | Self::CardStolen
            | Self::AccountClosed
            | Self::DebitNotAuthorized => false,
        }
    }

    /// The whole failure object.
    pub const fn failure(self) -> Failure {
        Failure {
            code: Cow::Borrowed(self.as_str()),
            category: self.category(),
            message: Cow::Borrowed(self.summary()),
            retryable: self.retryable(),
        }
    }
}

/// Why a payment failed, as the API shows it. A failure is no error: the request succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The stable code: one of [`FailureCode`], or what an acquirer calls it.
    pub code: Cow<'static, str>,
    /// What sort of failure it is.
    pub category: Category,
    /// For people.
    pub message: Cow<'static, str>,
    /// Whether the same card may work at another time.
    pub retryable: bool,
}

impl From<FailureCode> for Failure {
    fn from(code: FailureCode) -> Self {
        code.failure()
    }
}

#[cfg(test)]
mod tests;
