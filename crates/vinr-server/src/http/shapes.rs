//! Shapes that several nouns show or take.

mod rate;
mod refund;
mod reward_value;

pub(crate) use rate::{RateInput, read_rate, show_rate};
pub(crate) use refund::Refund;
pub(crate) use reward_value::{Percent, RewardValue};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::cards::FailureCode;
use vinr_core::ids::AccountId;
use zeroize::Zeroize as _;

/// Where an account's pages are.
#[derive(Clone, Copy)]
pub(crate) struct Pages<'a> {
    /// Without a slash at its end.
    pub(crate) public_url: &'a str,
    /// Whose they are.
    pub(crate) account: &'a AccountId,
}

impl Pages<'_> {
    /// The page of an object, opened by its secret; `place` is `checkout` or `authenticate`.
    pub(crate) fn url(&self, place: &str, id: &str, secret: &str) -> String {
        format!("{}/{place}/{}/{id}/{secret}", self.public_url, self.account)
    }

    /// The page of a payment link, by the secret in its address: short, for codes and messages.
    pub(crate) fn link(&self, code: &str) -> String {
        format!("{}/l/{}/{code}", self.public_url, self.account)
    }
}

/// Why a charge or a check brought nothing.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Failure {
    code: &'static str,
    category: &'static str,
    message: String,
    retryable: bool,
}

impl Failure {
    /// What is shown of a code.
    pub(crate) fn of(code: FailureCode) -> Failure {
        let failure = code.failure();
        Failure {
            code: code.as_str(),
            category: failure.category.as_str(),
            message: failure.message.into_owned(),
            retryable: failure.retryable,
        }
    }
}

/// What a buyer gives: to be charged, to be kept, or both.
pub(crate) enum Given {
    /// A card.
    Card(TypedCard),
    /// A bank account, with a mandate to debit it.
    Account(TypedAccount),
}

/// What a buyer types, or the sandbox's tests for one.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TypedCard {
    /// A test card's number.
    #[schemars(length(min = 12, max = 32))]
    pub(crate) number: String,
    /// 1 to 12.
    #[schemars(range(min = 1, max = 12))]
    pub(crate) exp_month: Option<i64>,
    /// Two or four digits.
    #[schemars(range(min = 0, max = 9999))]
    pub(crate) exp_year: Option<i64>,
    /// The security code; read and forgotten.
    #[schemars(length(min = 3, max = 4))]
    cvc: Option<String>,
    /// The name on the card.
    #[schemars(length(max = 200), extend("format" = "printable"))]
    pub(crate) name: Option<String>,
}

impl TypedCard {
    /// What a buyer typed on a page; the security code was looked at there and is not passed on.
    pub(crate) fn new(number: &str, month: i64, year: i64, name: &str) -> TypedCard {
        TypedCard {
            number: number.to_owned(),
            exp_month: Some(month),
            exp_year: Some(year),
            cvc: None,
            name: Some(name.to_owned()),
        }
    }
}

impl Drop for TypedCard {
    fn drop(&mut self) {
        self.number.zeroize();
        self.cvc.zeroize();
    }
}

/// The account that a buyer gives to be debited, or the sandbox's tests for one.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TypedAccount {
    /// A test account's number, with spaces or without.
    #[schemars(length(min = 15, max = 64))]
    pub(crate) iban: String,
    /// Whose account it is.
    #[schemars(length(min = 1, max = 70), extend("format" = "printable"))]
    pub(crate) account_holder: String,
}

impl Drop for TypedAccount {
    fn drop(&mut self) {
        self.iban.zeroize();
    }
}

/// The body of what needs no more than its address.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

/// How the sandbox's buyer answers a challenge.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct Authenticate {
    /// Whether they pass.
    pub(crate) result: AuthenticationResult,
}

impl Authenticate {
    /// Whether the buyer is who they say.
    pub(crate) fn passed(&self) -> bool {
        self.result == AuthenticationResult::Succeed
    }
}

/// How a challenge ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuthenticationResult {
    /// The buyer is who they say.
    Succeed,
    /// The buyer is not, or gave up.
    Fail,
}

/// How invoices are paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CollectionWord {
    /// With the saved method.
    ChargeAutomatically,
    /// By the customer, who gets them.
    SendInvoice,
}
