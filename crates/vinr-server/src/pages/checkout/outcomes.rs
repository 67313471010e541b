//! The pages on which nothing is typed: what became of a payment or a setup, and where the buyer goes from there.

use askama::Template;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use vinr_core::payments::{BankAccount, MethodType};

use super::super::html;
use super::super::texts::Texts;
use super::views::Order;
use crate::locale::Locale;

/// How long a buyer who has paid sees that, before the shop takes over.
const LEAVES_AFTER_S: u32 = 3;
/// How often the page of a payment that is with the bank is loaded again.
const AGAIN_AFTER_S: u32 = 2;

#[derive(Template)]
#[template(path = "outcome.html")]
struct Outcome<'a> {
    order: &'a Order<'a>,
    t: &'static Texts,
    locale: Locale,
    mark: Mark,
    title: &'static str,
    text: String,
    onwards: Option<Onwards>,
    /// What is said of where the page leads by itself.
    says: Option<String>,
    way: Option<Way>,
}

/// What is drawn beside the title.
#[derive(Clone, Copy)]
enum Mark {
    /// It went as the buyer wanted.
    Check,
    /// It is not known yet.
    Hands,
    /// It is over, and nothing came of it.
    Bar,
}

impl Mark {
    fn class(self) -> &'static str {
        match self {
            Mark::Check => "check",
            Mark::Hands | Mark::Bar => "plain",
        }
    }

    /// As SVG draws it into a circle around 32, 32.
    fn path(self) -> &'static str {
        match self {
            Mark::Check => "M20 33l8 8 16-18",
            Mark::Hands => "M32 16v17l11 7",
            Mark::Bar => "M20 32h24",
        }
    }

    /// Whether the amount stands beside it: where nothing was charged it would mislead.
    fn names_amount(self) -> bool {
        match self {
            Mark::Check | Mark::Hands => true,
            Mark::Bar => false,
        }
    }
}

/// Where a page leads by itself.
struct Onwards {
    after_s: u32,
    url: String,
    /// Whether it is this page again, until it is another one.
    is_again: bool,
}

/// Where the buyer may go.
struct Way {
    url: String,
    text: String,
}

impl<'a> Outcome<'a> {
    fn new(order: &'a Order<'a>, title: &'static str, text: &str) -> Outcome<'a> {
        let text = order.with_merchant(text);
        let (t, locale) = (order.t, order.locale);
        Outcome { order, t, locale, mark: Mark::Bar, title, text, onwards: None, says: None, way: None }
    }

    /// With a button that leads somewhere, if there is somewhere to go.
    fn with_way(self, url: Option<String>, text: &str) -> Outcome<'a> {
        let text = self.order.with_merchant(text);
        Outcome { way: url.map(|url| Way { url, text }), ..self }
    }

    fn respond(&self) -> Response {
        html(StatusCode::OK, self)
    }
}

/// It went well: a check mark, and back to the shop, after a moment by itself if it was just now.
fn done(order: &Order<'_>, (title, text): (&'static str, &str), link: Option<String>, just_now: bool) -> Response {
    let leaves = link.clone().filter(|_| just_now);
    let says = leaves.as_ref().map(|_| order.with_merchant(order.t.returning));
    let onwards = leaves.map(|url| Onwards { after_s: LEAVES_AFTER_S, url, is_again: false });
    let outcome = Outcome { mark: Mark::Check, onwards, says, ..Outcome::new(order, title, text) };
    outcome.with_way(link, order.t.back).respond()
}

/// The buyer has paid, just now or before.
pub(super) fn paid(order: &Order<'_>, link: Option<String>, just_now: bool) -> Response {
    let t = order.t;
    let words = if just_now { (t.paid_title, t.paid_text) } else { (t.already_title, t.already_text) };
    done(order, words, link, just_now)
}

/// The amount is held and not taken.
pub(super) fn authorized(order: &Order<'_>, link: Option<String>, just_now: bool) -> Response {
    done(order, (order.t.authorized_title, order.t.authorized_text), link, just_now)
}

/// The buyer's card or account is saved.
pub(super) fn saved(order: &Order<'_>, kind: MethodType, link: Option<String>, just_now: bool) -> Response {
    let t = order.t;
    let words = match kind {
        MethodType::Card | MethodType::Ideal => (t.setup_done_title, t.setup_done_text),
        MethodType::SepaDebit => (t.setup_account_title, t.setup_account_text),
    };
    done(order, words, link, just_now)
}

/// The payment is with the bank.
pub(super) fn processing(order: &Order<'_>, path: &str) -> Response {
    let onwards = Some(Onwards { after_s: AGAIN_AFTER_S, url: path.to_owned(), is_again: true });
    let t = order.t;
    Outcome { mark: Mark::Hands, onwards, ..Outcome::new(order, t.processing_title, t.processing_text) }.respond()
}

/// The buyer goes on at their bank: at once by itself if that was chosen just now.
pub(super) fn to_bank(order: &Order<'_>, bank: String, just_now: bool) -> Response {
    let t = order.t;
    let onwards = just_now.then(|| Onwards { after_s: 0, url: bank.clone(), is_again: false });
    let outcome = Outcome { mark: Mark::Hands, onwards, ..Outcome::new(order, t.to_bank_title, t.to_bank_text) };
    outcome.with_way(Some(bank), t.to_bank_button).respond()
}

/// A slow bank has it: nobody waits in front of the page. Whose account is debited reads how the debit will be named.
pub(super) fn clearing(order: &Order<'_>, debited: Option<&BankAccount>, way: Option<String>) -> Response {
    let t = order.t;
    let (title, text) = match debited {
        Some(_) => (t.debit_title, t.debit_text),
        None => (t.clearing_title, t.clearing_text),
    };
    let says = debited.map(|account| {
        let shown = format!("{} •••• {}", account.country.code(), account.last4);
        t.debit_says.replace("{account}", &shown).replace("{mandate}", &account.mandate)
    });
    let outcome = Outcome { mark: Mark::Hands, says, ..Outcome::new(order, title, text) };
    outcome.with_way(way, t.back).respond()
}

/// The merchant gave it up.
pub(super) fn cancelled(order: &Order<'_>, way: Option<String>) -> Response {
    let t = order.t;
    Outcome::new(order, t.cancelled_title, t.cancelled_text).with_way(way, t.start_again).respond()
}

/// A payment link takes no payment now.
pub(super) fn link_closed(order: &Order<'_>, (title, text): (&'static str, &str), way: Option<String>) -> Response {
    Outcome::new(order, title, text).with_way(way, order.t.back).respond()
}

/// Nothing can be done here any more.
pub(super) fn expired(order: &Order<'_>, text: &str, way: Option<String>) -> Response {
    let t = order.t;
    Outcome::new(order, t.expired_title, text).with_way(way, t.start_again).respond()
}

/// Too many cards were tried.
pub(super) fn tried_out(order: &Order<'_>, way: Option<String>) -> Response {
    let t = order.t;
    Outcome::new(order, t.tried_out_title, t.expired_text).with_way(way, t.start_again).respond()
}

/// The merchant cannot take cards yet.
pub(super) fn unavailable(order: &Order<'_>, way: Option<String>) -> Response {
    let t = order.t;
    Outcome::new(order, t.unavailable_title, t.unavailable_text).with_way(way, t.back).respond()
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
struct Missing<'a> {
    locale: Locale,
    title: &'static str,
    text: &'static str,
    /// Where to try again.
    again: Option<(&'a str, &'static str)>,
}

/// There is no such page, or its secret is wrong: nobody learns which.
pub(in crate::pages) fn missing(locale: Locale) -> Response {
    let t = Texts::of(locale);
    html(StatusCode::NOT_FOUND, &Missing { locale, title: t.missing_title, text: t.missing_text, again: None })
}

/// The page cannot be shown now.
pub(in crate::pages) fn trouble(locale: Locale, path: &str) -> Response {
    again(StatusCode::SERVICE_UNAVAILABLE, locale, path)
}

/// Too much is asked for; so many seconds later it is not.
pub(super) fn too_many(locale: Locale, path: &str, wait_s: u32) -> Response {
    let mut response = again(StatusCode::TOO_MANY_REQUESTS, locale, path);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait_s));
    response
}

fn again(status: StatusCode, locale: Locale, path: &str) -> Response {
    let t = Texts::of(locale);
    let again = Some((path, t.try_again));
    html(status, &Missing { locale, title: t.trouble_title, text: t.trouble_text, again })
}
