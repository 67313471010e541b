//! What a session shows: the whole payment with its client secret to the merchant, and a part of it to browsers.

use schemars::JsonSchema;
use serde::Serialize;
use vinr_core::payments::Payment;

use super::super::wire::{Card, Shown, card};
use crate::http::shapes::{Failure, Pages};

/// A payment with what lets a browser confirm it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaymentSession")]
pub(crate) struct Session<'a> {
    /// The payment.
    #[serde(flatten)]
    pub(crate) payment: Shown<'a>,
    /// For Elements in the buyer's browser, with your public key. It is shown once.
    pub(crate) client_secret: String,
}

/// A payment as a public key with its client secret sees it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PublicPayment")]
pub(crate) struct PublicShown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `payment`.
    object: &'static str,
    /// Where it stands.
    status: &'static str,
    /// What is to be charged, in minor units of the currency.
    amount: i64,
    /// What it was before discounts, in minor units.
    original_amount: i64,
    /// ISO 4217 code.
    currency: &'static str,
    /// Shown to the buyer.
    description: Option<&'a str>,
    /// What pays or was last tried: `card`.
    method: Option<&'static str>,
    /// What may be shown of the card.
    card: Option<Card<'a>>,
    /// `automatic` or `manual`.
    capture_method: &'static str,
    /// Whether the card that pays is kept for the customer.
    save_payment_method: bool,
    /// Where the merchant wants its buyer afterwards.
    return_url: Option<&'a str>,
    /// Where the buyer answers an open 3DS challenge, in a frame.
    authentication_url: Option<String>,
    /// Why the last attempt brought no money.
    failure: Option<Failure>,
    /// When it closes.
    expires_at: String,
    /// When the money was taken.
    completed_at: Option<String>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A payment as browsers see it.
pub(crate) fn show_public<'a>(payment: &'a Payment, pages: Pages<'_>) -> PublicShown<'a> {
    PublicShown {
        id: payment.id.as_str(),
        object: "payment",
        status: payment.status.as_str(),
        amount: payment.amount.amount,
        original_amount: payment.original_amount(),
        currency: payment.amount.currency.code(),
        description: payment.description.as_deref(),
        method: payment.method.as_ref().map(|method| method.method_type().as_str()),
        card: card(payment),
        capture_method: payment.capture.as_str(),
        save_payment_method: payment.save_method,
        return_url: payment.return_url.as_deref(),
        authentication_url: payment.authenticate_until.map(|_| super::page("challenge", payment, pages)),
        failure: payment.failure.map(Failure::of),
        expires_at: payment.expires_at.rfc3339(),
        completed_at: payment.completed_at.map(vinr_core::time::Timestamp::rfc3339),
        created_at: payment.created_at.rfc3339(),
    }
}
