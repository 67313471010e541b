//! The templates of checkout, filled.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use vinr_core::payment_methods::PaymentMethod;

use super::super::locale::Locale;
use super::super::texts::Texts;
use super::super::{FRAMED_POLICY, html, html_under};
use super::Opened;
use super::form::{Beside, Errors, Number};

/// How long a buyer who has paid sees that, before the shop takes over.
const BACK_AFTER_S: u32 = 3;
/// How often the page of a payment that is with the bank is loaded again.
const AGAIN_AFTER_S: u32 = 2;

/// What is bought, or that a card is to be saved: on every page.
#[derive(Clone)]
pub(super) struct Order<'a> {
    locale: Locale,
    pub(super) t: &'static Texts,
    sandbox: bool,
    merchant: &'a str,
    description: Option<&'a str>,
    headline: String,
}

impl<'a> Order<'a> {
    /// With the amount, or what else stands large on the page.
    pub(super) fn new(opened: &'a Opened, headline: String, description: Option<&'a str>) -> Order<'a> {
        let (locale, merchant) = (opened.locale, opened.merchant.as_str());
        Order { locale, t: Texts::of(locale), sandbox: opened.is_sandbox(), merchant, description, headline }
    }

    /// The amount, or what else stands large on the page.
    pub(super) fn headline(&self) -> &str {
        &self.headline
    }

    /// A sentence that names the merchant.
    pub(super) fn with_merchant(&self, text: &str) -> String {
        text.replace("{}", self.merchant)
    }
}

/// What the form is to be.
pub(super) struct Entering<'a> {
    pub(super) action: &'a str,
    pub(super) title: &'static str,
    /// What to do after a decline.
    pub(super) declined: Option<&'static str>,
    pub(super) errors: &'a Errors,
    /// The customer's cards.
    pub(super) saved: &'a [PaymentMethod],
    pub(super) asks_email: bool,
    /// Whether the card is kept.
    pub(super) keeps: bool,
    pub(super) button: String,
    /// What the button says while it works.
    pub(super) working: &'static str,
    pub(super) cancel_url: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "form.html")]
struct Entry<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    entering: &'a Entering<'a>,
    notice: Option<&'static str>,
    errors: Marked,
    saved: Vec<SavedCard>,
    /// Whether the fields of a card are what is chosen.
    types: bool,
    consent: Option<String>,
    back: String,
}

/// A saved card as a choice.
struct SavedCard {
    id: String,
    label: String,
    expires: String,
    chosen: bool,
}

/// What stands under each field.
struct Marked {
    email: Option<&'static str>,
    number: Option<&'static str>,
    expiry: Option<&'static str>,
    cvc: Option<&'static str>,
}

/// The form, with what went wrong before.
pub(super) fn entry(order: &Order<'_>, entering: &Entering<'_>) -> Response {
    let (t, errors) = (order.t, entering.errors);
    let number = errors.number.map(|problem| match problem {
        Number::NotATestCard => t.test_card_only,
        Number::Wrong => t.invalid_number,
    });
    let marked = Marked {
        email: errors.email.then_some(t.invalid_email),
        number,
        expiry: errors.expiry.then_some(t.invalid_expiry),
        cvc: errors.cvc.then_some(t.invalid_cvc),
    };
    let notice = match errors.beside {
        Some(Beside::Unusable) => Some(t.unusable),
        Some(Beside::Trouble) => Some(t.trouble),
        None => entering.declined.filter(|_| !errors.is_about_a_field()),
    };
    // The first one is offered, unless the buyer chose otherwise before or it was just declined.
    let before = errors.kept.method.as_deref();
    let offers = before.is_none() && notice.is_none();
    let choice = |(index, method): (usize, &PaymentMethod)| SavedCard {
        id: method.id.to_string(),
        label: format!("{} •••• {}", method.card.brand.name(), method.card.last4),
        expires: t
            .expires
            .replace("{}", &format!("{:02}/{:02}", method.card.expiry.month, method.card.expiry.year % 100)),
        chosen: if offers { index == 0 } else { before == Some(method.id.as_str()) },
    };
    let saved: Vec<SavedCard> = entering.saved.iter().enumerate().map(choice).collect();
    let page = Entry {
        order,
        t,
        locale: order.locale,
        notice,
        errors: marked,
        types: !saved.iter().any(|card| card.chosen),
        saved,
        consent: entering.keeps.then(|| order.with_merchant(t.consent)),
        back: order.with_merchant(t.back),
        entering,
    };
    html(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "challenge.html")]
struct Challenge<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    bank: &'a str,
}

/// The bank's question in its frame.
pub(super) fn challenge(order: &Order<'_>, bank: &str) -> Response {
    html(StatusCode::OK, &Challenge { order, t: order.t, locale: order.locale, bank })
}

#[derive(Template)]
#[template(path = "bank.html")]
struct Bank<'a> {
    t: &'static Texts,
    locale: Locale,
    question: String,
    action: &'a str,
}

/// What stands in the frame: in the sandbox a bank of our own.
pub(super) fn bank(order: &Order<'_>, question: String, action: &str) -> Response {
    html_under(FRAMED_POLICY, StatusCode::OK, &Bank { t: order.t, locale: order.locale, question, action })
}

#[derive(Template)]
#[template(path = "outcome.html")]
struct Outcome<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    /// Whether it went as the buyer wanted.
    good: bool,
    title: &'static str,
    text: String,
    /// Seconds and address.
    refresh: Option<(u32, String)>,
    link: Option<String>,
    back: String,
}

/// The payment is with the bank.
pub(super) fn processing(order: &Order<'_>, path: &str) -> Response {
    let t = order.t;
    let refresh = Some((AGAIN_AFTER_S, format!("{path}/done")));
    outcome(order, false, (t.processing_title, t.processing_text), refresh, None)
}

/// The buyer has paid, just now or before.
pub(super) fn paid(order: &Order<'_>, link: Option<String>, just_now: bool) -> Response {
    let t = order.t;
    let refresh = link.clone().filter(|_| just_now).map(|url| (BACK_AFTER_S, url));
    let words = if just_now { (t.paid_title, t.paid_text) } else { (t.already_title, t.already_text) };
    outcome(order, true, words, refresh, link)
}

/// The buyer's card is saved.
pub(super) fn saved(order: &Order<'_>, link: Option<String>, just_now: bool) -> Response {
    let t = order.t;
    let refresh = link.clone().filter(|_| just_now).map(|url| (BACK_AFTER_S, url));
    outcome(order, true, (t.setup_done_title, t.setup_done_text), refresh, link)
}

/// The merchant gave it up.
pub(super) fn cancelled(order: &Order<'_>, link: Option<String>) -> Response {
    let t = order.t;
    outcome(order, false, (t.cancelled_title, t.cancelled_text), None, link)
}

/// Nothing can be done here any more.
pub(super) fn expired(order: &Order<'_>, text: &'static str, link: Option<String>) -> Response {
    outcome(order, false, (order.t.expired_title, text), None, link)
}

fn outcome(
    order: &Order<'_>,
    good: bool,
    (title, text): (&'static str, &'static str),
    refresh: Option<(u32, String)>,
    link: Option<String>,
) -> Response {
    let (text, back) = (order.with_merchant(text), order.with_merchant(order.t.back));
    let page = Outcome { order, t: order.t, locale: order.locale, good, title, text, refresh, link, back };
    html(StatusCode::OK, &page)
}

/// The shop's address with what became of it.
pub(super) fn returning(url: &str, with: [(&str, &str); 2]) -> String {
    let (address, fragment) = url.split_once('#').map_or((url, None), |(address, rest)| (address, Some(rest)));
    let separator = if address.contains('?') { '&' } else { '?' };
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(with).finish();
    let fragment = fragment.map(|rest| format!("#{rest}")).unwrap_or_default();
    format!("{address}{separator}{query}{fragment}")
}

/// A page without an order.
#[derive(Template)]
#[template(path = "missing.html")]
pub(super) struct Missing {
    pub(super) locale: Locale,
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

/// There is no such page, or its secret is wrong: nobody learns which.
pub(super) fn missing(locale: Locale) -> Response {
    let t = Texts::of(locale);
    html(StatusCode::NOT_FOUND, &Missing { locale, title: t.missing_title, text: t.missing_text })
}
