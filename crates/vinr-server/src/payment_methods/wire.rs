//! Saved methods as JSON (spec/payments.md, Payment methods): never a number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::countries::Country;
use vinr_core::ids::CustomerId;
use vinr_core::payment_methods::PaymentMethod;

use crate::http::shapes::TypedCard;

/// A card to be tokenised.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:pm"))]
    pub(crate) id: Option<String>,
    /// What it is.
    #[serde(rename = "type")]
    #[expect(dead_code, reason = "there is one type so far, and its name is checked with the body")]
    kind: Kind,
    /// The card, with its number, last month and security code. None of them is in any answer.
    pub(crate) card: TypedCard,
    /// What the buyer typed beside the number.
    pub(crate) billing_details: Option<BillingInput>,
    /// Whose card it is.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: Option<String>,
    /// With a public key: the session's client secret. The card is then its customer's, if it has one.
    #[schemars(length(max = 255))]
    pub(crate) client_secret: Option<String>,
}

/// What can be tokenised.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// A card.
    Card,
}

/// What a buyer typed beside the number.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BillingInput {
    /// The name on the card.
    #[schemars(length(max = 200), extend("format" = "printable"))]
    pub(crate) name: Option<String>,
}

/// What a network's account updater makes known of a card. The card goes on doing in the sandbox what its number does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Renewal {
    /// The new last month, 1 to 12.
    #[schemars(range(min = 1, max = 12))]
    pub(crate) exp_month: Option<i64>,
    /// The year of that month, two or four digits.
    #[schemars(range(min = 0, max = 9999))]
    pub(crate) exp_year: Option<i64>,
    /// The last four digits of the new number.
    #[schemars(length(min = 4, max = 4), extend("format" = "digits"))]
    pub(crate) last4: Option<String>,
}

/// A saved method as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaymentMethod")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `payment_method`.
    object: &'static str,
    /// Its type: `card`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Whose it is.
    customer_id: Option<&'a str>,
    /// The scheme.
    brand: &'static str,
    /// The last four digits.
    last4: &'a str,
    /// The last month in which it is good, 1 to 12.
    exp_month: u8,
    /// The year of that month.
    exp_year: u16,
    /// `credit`, `debit`, `prepaid` or `unknown`.
    funding: &'static str,
    /// Where its bank is, ISO 3166.
    country: Option<&'static str>,
    /// The same for the same card in your account, so that you notice when one is saved twice.
    fingerprint: &'a str,
    /// What the buyer typed beside the number.
    billing_details: BillingDetails<'a>,
    /// `active` or `detached`.
    status: &'static str,
    /// When it was saved.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// What a buyer typed beside the number.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BillingDetails<'a> {
    /// The name on the card.
    name: Option<&'a str>,
}

/// A method as JSON text.
pub(crate) fn data(method: &PaymentMethod) -> String {
    serde_json::to_string(&show(method)).expect("texts are JSON")
}

/// A method as a value.
pub(crate) fn value(method: &PaymentMethod) -> serde_json::Value {
    serde_json::to_value(show(method)).expect("texts are JSON")
}

/// A method as it is shown.
pub(crate) fn show(method: &PaymentMethod) -> Shown<'_> {
    Shown {
        id: method.id.as_str(),
        object: "payment_method",
        kind: "card",
        customer_id: method.customer_id.as_ref().map(CustomerId::as_str),
        brand: method.card.brand.as_str(),
        last4: &method.card.last4,
        exp_month: method.card.expiry.month,
        exp_year: method.card.expiry.year,
        funding: method.issuer.funding.as_str(),
        country: method.issuer.country.map(Country::code),
        fingerprint: &method.fingerprint,
        billing_details: BillingDetails { name: method.name.as_deref() },
        status: method.status.as_str(),
        created_at: method.created_at.rfc3339(),
    }
}
