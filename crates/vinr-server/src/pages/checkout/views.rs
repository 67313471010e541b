//! The templates of checkout, filled.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use vinr_core::payments::{Payment, Status};

use super::super::locale::Locale;
use super::super::texts::Texts;
use super::super::{FRAMED_POLICY, html, html_under};
use super::form::{Errors, Number};

/// How long a buyer who has paid sees that, before the shop takes over.
const BACK_AFTER_S: u32 = 3;
/// How often the page of a payment that is with the bank is loaded again.
const AGAIN_AFTER_S: u32 = 2;

/// What is bought: on every page.
#[derive(Clone)]
pub(super) struct Order<'a> {
    locale: Locale,
    t: &'static Texts,
    sandbox: bool,
    merchant: &'a str,
    description: Option<&'a str>,
    amount: String,
}

impl<'a> Order<'a> {
    pub(super) fn of(payment: &'a Payment, merchant: &'a str, locale: Locale, sandbox: bool) -> Order<'a> {
        let amount = locale.money(payment.amount);
        let description = payment.description.as_deref();
        Order { locale, t: Texts::of(locale), sandbox, merchant, description, amount }
    }

    fn with_merchant(&self, text: &str) -> String {
        text.replace("{}", self.merchant)
    }
}

#[derive(Template)]
#[template(path = "form.html")]
struct Entry<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    action: &'a str,
    notice: Option<&'static str>,
    errors: Marked,
    expiry: &'a str,
    name: &'a str,
    button: String,
    cancel_url: Option<&'a str>,
    back: String,
}

/// What stands under each field.
struct Marked {
    number: Option<&'static str>,
    expiry: Option<&'static str>,
    cvc: Option<&'static str>,
}

/// The form, with what went wrong before.
pub(super) fn entry(order: &Order<'_>, path: &str, payment: &Payment, errors: &Errors) -> Response {
    let t = order.t;
    let number = errors.number.map(|problem| match problem {
        Number::NotATestCard => t.test_card_only,
        Number::Wrong => t.invalid_number,
    });
    let marked =
        Marked { number, expiry: errors.expiry.then_some(t.invalid_expiry), cvc: errors.cvc.then_some(t.invalid_cvc) };
    let has_error = number.is_some() || errors.expiry || errors.cvc;
    let declined = payment.failure.filter(|_| payment.status == Status::Failed && !has_error);
    let notice = errors.trouble.then_some(t.trouble).or(declined.map(|code| t.declined(code)));
    let page = Entry {
        order,
        t,
        locale: order.locale,
        action: path,
        notice,
        errors: marked,
        expiry: &errors.expiry_kept,
        name: &errors.name_kept,
        button: t.pay.replace("{}", &order.amount),
        cancel_url: payment.cancel_url.as_deref(),
        back: order.with_merchant(t.back),
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
pub(super) fn bank(order: &Order<'_>, action: &str) -> Response {
    let question = order.t.bank_question.replace("{}", &order.amount);
    html_under(FRAMED_POLICY, StatusCode::OK, &Bank { t: order.t, locale: order.locale, question, action })
}

#[derive(Template)]
#[template(path = "outcome.html")]
struct Outcome<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    paid: bool,
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
    outcome(order, false, t.processing_title, t.processing_text.to_owned(), refresh, None)
}

/// The buyer has paid, just now or before.
pub(super) fn paid(order: &Order<'_>, payment: &Payment, just_now: bool) -> Response {
    let t = order.t;
    let link = payment.return_url.as_deref().map(|url| returning(url, payment));
    let refresh = link.clone().filter(|_| just_now).map(|url| (BACK_AFTER_S, url));
    let (title, text) = if just_now { (t.paid_title, t.paid_text) } else { (t.already_title, t.already_text) };
    outcome(order, true, title, order.with_merchant(text), refresh, link)
}

/// Nothing can be paid here any more.
pub(super) fn closed(order: &Order<'_>, payment: &Payment) -> Response {
    let t = order.t;
    let link = payment.return_url.as_deref().map(|url| returning(url, payment));
    let (title, text) = match payment.status {
        Status::Cancelled => (t.cancelled_title, t.cancelled_text),
        _ => (t.expired_title, t.expired_text),
    };
    outcome(order, false, title, order.with_merchant(text), None, link)
}

fn outcome(
    order: &Order<'_>,
    paid: bool,
    title: &'static str,
    text: String,
    refresh: Option<(u32, String)>,
    link: Option<String>,
) -> Response {
    let back = order.with_merchant(order.t.back);
    let page = Outcome { order, t: order.t, locale: order.locale, paid, title, text, refresh, link, back };
    html(StatusCode::OK, &page)
}

/// The shop's address with what became of the payment.
fn returning(url: &str, payment: &Payment) -> String {
    let (address, fragment) = url.split_once('#').map_or((url, None), |(address, rest)| (address, Some(rest)));
    let separator = if address.contains('?') { '&' } else { '?' };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("paymentId", payment.id.as_str())
        .append_pair("status", payment.status.as_str())
        .finish();
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
