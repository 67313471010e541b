//! Saved methods as JSON (spec/payments.md, Payment methods): never a number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::countries::Country;
use vinr_core::ids::CustomerId;
use vinr_core::mandates::{Mandate, Origin};
use vinr_core::payment_methods::{Funding, Kept, PaymentMethod};

use crate::http::shapes::TypedCard;

/// A card to be tokenised.
#[derive(Deserialize, JsonSchema)]
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
    /// Its type: `card` or `sepa_debit`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Whose it is.
    customer_id: Option<&'a str>,
    /// The scheme of a card.
    brand: Option<&'static str>,
    /// The last four digits of a card, or characters of an account's IBAN.
    last4: &'a str,
    /// The last month in which a card is good, 1 to 12.
    exp_month: Option<u8>,
    /// The year of that month.
    exp_year: Option<u16>,
    /// Of a card: `credit`, `debit`, `prepaid` or `unknown`.
    funding: Option<&'static str>,
    /// Where its bank is, ISO 3166.
    country: Option<&'static str>,
    /// The same for the same number in your account, so that you notice when one is saved twice.
    fingerprint: &'a str,
    /// What the buyer typed beside the number.
    billing_details: BillingDetails<'a>,
    /// By which a bank account is debited.
    mandate: Option<ShownMandate<'a>>,
    /// `active` or `detached`.
    status: &'static str,
    /// When it was saved.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// What a buyer typed beside the number.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct BillingDetails<'a> {
    /// The name on the card, or of the account's holder.
    name: Option<&'a str>,
}

/// The leave that an account's holder gave to debit it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Mandate")]
pub(crate) struct ShownMandate<'a> {
    /// What names it on the holder's statement.
    reference: &'a str,
    /// When the holder gave it.
    accepted_at: String,
    /// The payment with which it was given.
    payment_id: Option<&'a str>,
    /// The setup with which it was given.
    setup_id: Option<&'a str>,
    /// `active`, or `revoked` when the account was detached.
    status: &'static str,
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
    let card = method.card();
    let (last4, country, funding) = match &method.kept {
        Kept::Card(card) => (&card.summary.last4, card.issuer.country, Some(card.issuer.funding)),
        Kept::Account(account) => (&account.last4, Some(account.country), None),
    };
    Shown {
        id: method.id.as_str(),
        object: "payment_method",
        kind: method.method_type().as_str(),
        customer_id: method.customer_id.as_ref().map(CustomerId::as_str),
        brand: card.map(|card| card.brand.as_str()),
        last4,
        exp_month: card.map(|card| card.expiry.month),
        exp_year: card.map(|card| card.expiry.year),
        funding: funding.map(Funding::as_str),
        country: country.map(Country::code),
        fingerprint: &method.fingerprint,
        billing_details: BillingDetails { name: method.name.as_deref() },
        mandate: method.account().map(|account| show_mandate(&account.mandate)),
        status: method.status.as_str(),
        created_at: method.created_at.rfc3339(),
    }
}

fn show_mandate(mandate: &Mandate) -> ShownMandate<'_> {
    let (payment_id, setup_id) = match &mandate.origin {
        Origin::Payment(id) => (Some(id.as_str()), None),
        Origin::Setup(id) => (None, Some(id.as_str())),
    };
    ShownMandate {
        reference: &mandate.reference,
        accepted_at: mandate.accepted_at.rfc3339(),
        payment_id,
        setup_id,
        status: mandate.status.as_str(),
    }
}
