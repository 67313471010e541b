//! What the card fields are told, as JSON: the payment as browsers see it, and the words that go with it.

use serde::Serialize;
use vinr_core::payment_methods::PaymentMethod;
use vinr_core::payments::{Payment, Status};

use super::super::checkout::form::{Beside, Errors};
use super::super::checkout::views::{Declined, Said, expires, label};
use super::super::texts::Texts;
use crate::http::shapes::Pages;
use crate::payment_methods::wire::{Shown, show};
use crate::payments::sessions::wire::{PublicShown, show_public};

/// What there is to pay, for fields that open.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Opened<'a> {
    pub(super) payment: PublicShown<'a>,
    /// Where it is told how it ended.
    pub(super) outcome: String,
    /// Whether whoever pays becomes a customer, and needs an address for that.
    pub(super) asks_email: bool,
    /// That the card will be kept, and by whom.
    pub(super) consent: Option<String>,
    /// Whether the merchant takes cards at all.
    pub(super) takes_cards: bool,
    /// The customer's cards, the default first.
    pub(super) saved: Vec<Saved<'a>>,
}

/// A saved card as a choice.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Saved<'a> {
    /// What buyers know it by.
    label: String,
    expires: String,
    /// The scheme, as buyers know it.
    brand: &'static str,
    /// What a program that asks for a token gets.
    payment_method: Shown<'a>,
}

impl<'a> Saved<'a> {
    /// Nothing for what is no card: these fields are for cards.
    pub(super) fn of(t: &'static Texts, method: &'a PaymentMethod) -> Option<Saved<'a>> {
        let card = method.card()?;
        let (label, expires) = (label(method), expires(t, card));
        Some(Saved { label, expires, brand: card.brand.name(), payment_method: show(method) })
    }
}

/// What became of a try.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tried<'a> {
    pub(super) payment: Option<PublicShown<'a>>,
    /// Whether there is another amount to be paid than the fields were told.
    price_changed: bool,
    #[serde(flatten)]
    said: Words,
}

/// What the fields say.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Words {
    /// Above them.
    notice: Option<&'static str>,
    /// Under each, by its name.
    errors: Under,
    /// The one that comes next.
    focus: &'static str,
}

#[derive(Serialize)]
struct Under {
    email: Option<&'static str>,
    number: Option<&'static str>,
    expiry: Option<&'static str>,
    cvc: Option<String>,
}

impl Tried<'_> {
    /// A form that could not be charged.
    pub(super) fn wrong(t: &'static Texts, errors: &Errors) -> Tried<'static> {
        let price_changed = errors.beside == Some(Beside::Price);
        Tried { payment: None, price_changed, said: words(Said::of(t, errors, None)) }
    }
}

/// A payment as it stands, with what to say about a card that was declined.
pub(super) fn tried<'a>(t: &'static Texts, payment: &'a Payment, pages: Pages<'_>) -> Tried<'a> {
    let declined = payment.failure.filter(|_| payment.status == Status::Failed);
    let was_typed = payment.method.as_ref().is_none_or(|method| method.id.is_none());
    let declined = declined.map(|code| Declined { code, was_typed });
    let said = words(Said::of(t, &Errors::default(), declined));
    Tried { payment: Some(show_public(payment, pages)), price_changed: false, said }
}

/// A request that was refused.
#[derive(Serialize)]
pub(super) struct Refused<'a> {
    pub(super) error: Refusal<'a>,
}

/// Why, for the program around the fields.
#[derive(Serialize)]
pub(super) struct Refusal<'a> {
    pub(super) code: &'static str,
    pub(super) message: &'a str,
}

fn words(said: Said) -> Words {
    let Said { notice, errors, focus } = said;
    let errors = Under { email: errors.email, number: errors.number, expiry: errors.expiry, cvc: errors.cvc };
    Words { notice: notice.map(|notice| notice.text), errors, focus }
}
