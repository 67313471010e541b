//! The templates of the demo shop, filled. They speak English, as the documentation does: who reads them builds a shop.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use vinr_core::cards::{Brand, TestCard};
use vinr_core::payments::Status;
use vinr_core::time::WallTime;

use super::super::locale::Locale;
use super::super::{html, html_under};
use super::catalogue::{Cart, Product, QUANTITY_MAX, euros};
use super::heard::{Deed, Webhook};
use super::{Shop, merchant, wire};
use crate::error::{ApiError, Result};

/// What handles the shop's webhooks, as a merchant writes it.
const HANDLER: &str = include_str!("../../../../../web/templates/demo/handler.ts");

/// Cards to try, by their tokens, and what happens.
const CARDS: [(&str, &str); 5] = [
    ("pm_test_4242", "Approved"),
    ("pm_test_3220", "The bank asks first: approve or refuse"),
    ("pm_test_9995", "Declined: not enough money"),
    ("pm_test_0002", "Declined by the bank"),
    ("pm_test_4444", "Approved, a Mastercard"),
];

/// What a visitor asked for that the shop did not do.
#[derive(Default)]
pub(super) struct Asked {
    /// The e-mail address as it was typed.
    pub(super) email: String,
    /// It is none.
    pub(super) is_mistyped: bool,
    /// There was nothing in the cart.
    pub(super) is_empty: bool,
}

#[derive(Template)]
#[template(path = "demo/shelf.html")]
struct Shelf<'a> {
    shop: &'static str,
    products: Vec<Offer>,
    total: String,
    asked: &'a Asked,
    cards: Vec<Card>,
    quantity_max: u8,
    /// The page with card fields, and the cart as its address has it.
    fields: String,
    cart: String,
}

/// A product with its quantity in the cart.
struct Offer {
    product: &'static Product,
    price: String,
    quantity: u8,
    sum: String,
}

/// A card to try.
struct Card {
    number: String,
    outcome: &'static str,
}

/// The shelf and the cart.
pub(super) fn shelf(shop: &Shop, cart: Cart, asked: &Asked) -> Response {
    let page = Shelf {
        shop: merchant::NAME,
        products: cart.quantities().map(offer).collect(),
        total: Locale::English.money(cart.total()),
        asked,
        cards: CARDS.iter().filter_map(card).collect(),
        quantity_max: QUANTITY_MAX,
        fields: super::fields::elsewhere(&shop.app.settings.public_url),
        cart: cart.text(),
    };
    html_under(&shop.policy, StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "demo/fields.html")]
struct Fields<'a> {
    shop: &'static str,
    lines: Vec<Offer>,
    total: String,
    cart: String,
    cards: Vec<Card>,
    vinr: &'a str,
    sessions: &'static str,
}

/// The page with card fields of VINR's.
pub(super) fn fields(policy: &str, cart: Cart, vinr: &str) -> Response {
    let page = Fields {
        shop: merchant::NAME,
        lines: cart.lines().map(offer).collect(),
        total: Locale::English.money(cart.total()),
        cart: cart.text(),
        cards: CARDS.iter().filter_map(card).collect(),
        vinr,
        sessions: super::fields::SESSION_PATH,
    };
    html_under(policy, StatusCode::OK, &page)
}

fn offer((product, quantity): (&'static Product, u8)) -> Offer {
    let money = |cents| Locale::English.money(euros(cents));
    Offer { product, price: money(product.price), quantity, sum: money(product.price * i64::from(quantity)) }
}

fn card((token, outcome): &(&str, &'static str)) -> Option<Card> {
    let digits = TestCard::by_token(token)?.number;
    let groups: Vec<&str> = (0..digits.len()).step_by(4).filter_map(|at| digits.get(at..at + 4)).collect();
    Some(Card { number: groups.join(" "), outcome })
}

#[derive(Template)]
#[template(path = "demo/order.html")]
struct Order<'a> {
    shop: &'static str,
    /// As it is read aloud.
    number: String,
    standing: Standing<'a>,
    amount: String,
    paid_with: Option<String>,
    lines: Vec<Offer>,
    cart: String,
    fulfilment: Fulfilment,
    heard: Vec<News<'a>>,
    times: u64,
    webhooks_url: String,
    handler: &'static str,
}

/// How the payment stands, in the buyer's words.
struct Standing<'a> {
    mood: Mood,
    title: &'static str,
    text: &'a str,
    next: Next<'a>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Good,
    Open,
    Bad,
}

/// What the buyer can do.
enum Next<'a> {
    /// Go on at the hosted page.
    Pay(&'static str, &'a str),
    /// Buy the same again.
    Refill,
    /// Nothing but look around.
    Nothing,
}

/// What the shop does with the order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fulfilment {
    /// The buyer comes first.
    Unpaid,
    /// Nothing more will come.
    Closed,
    /// It is paid, and the webhook is on its way.
    Waiting,
    /// It is packed.
    Packed,
    /// It is paid, and was before this process began to listen.
    Forgotten,
}

/// What an order is too old for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Age {
    /// Nothing.
    Open,
    /// Its checkout has closed; a failed payment stays failed then.
    Closed,
    /// It was paid before this process began to listen.
    BeforeUs,
}

impl Age {
    fn of(payment: &wire::Payment, began: WallTime, now: WallTime) -> Age {
        let is_before = |time: &str, other| WallTime::parse(time).is_some_and(|time| time < other);
        match &payment.completed_at {
            Some(completed) if is_before(completed, began) => Age::BeforeUs,
            _ if is_before(&payment.expires_at, now) => Age::Closed,
            _ => Age::Open,
        }
    }
}

/// A webhook as it is shown.
struct News<'a> {
    webhook: &'a Webhook,
    after: Option<String>,
    did: &'static str,
}

/// How an order stands, and what was heard about it.
pub(super) fn order(shop: &Shop, order: &str, payment: &wire::Payment, heard: &[Webhook]) -> Result<Response> {
    let status = Status::parse(&payment.status)
        .ok_or_else(|| ApiError::internal(format!("{} is {}", payment.id, payment.status)))?;
    let cart = payment.metadata.get("cart").map(|text| Cart::read(text)).unwrap_or_default();
    let age = Age::of(payment, shop.began, shop.app.env.wall());
    let page = Order {
        shop: merchant::NAME,
        number: spoken(order),
        standing: standing(status, payment, age),
        amount: Locale::English.money(euros(payment.amount)),
        paid_with: payment.card.as_ref().filter(|_| status == Status::Completed).map(card_words),
        lines: cart.lines().map(offer).collect(),
        cart: cart.text(),
        fulfilment: fulfilment(status, heard, age),
        heard: heard.iter().map(news).collect(),
        times: heard.iter().map(|webhook| webhook.times).sum(),
        webhooks_url: shop.merchant.webhooks_url(),
        handler: HANDLER,
    };
    Ok(html_under(&shop.policy, StatusCode::OK, &page))
}

fn standing(status: Status, payment: &wire::Payment, age: Age) -> Standing<'_> {
    let pay = |label| Next::Pay(label, &payment.checkout_url);
    let (mood, title, text, next) = match status {
        Status::Completed | Status::Authorized => (Mood::Good, "Thank you", "Your order is paid.", Next::Nothing),
        Status::Pending => {
            (Mood::Open, "Not paid yet", "Your order waits for its payment.", pay("Continue to payment"))
        }
        Status::RequiresAuthentication | Status::RequiresAction => {
            (Mood::Open, "Your bank has a question", "Answer it on the payment page.", pay("Continue to payment"))
        }
        Status::Processing => {
            (Mood::Open, "The payment is on its way", "The bank has not answered yet.", Next::Nothing)
        }
        Status::Failed if age == Age::Closed => {
            (Mood::Bad, "This order has closed", "It was not paid in time, and nothing was charged.", Next::Refill)
        }
        Status::Failed => {
            let why = payment.failure.as_ref().map_or("", |failure| failure.message.as_str());
            (Mood::Bad, "The card was declined", why, pay("Try another card"))
        }
        Status::Cancelled => (Mood::Bad, "This order was cancelled", "Nothing was charged.", Next::Refill),
        Status::Expired => {
            (Mood::Bad, "This order has closed", "It was not paid in time, and nothing was charged.", Next::Refill)
        }
    };
    Standing { mood, title, text, next }
}

fn fulfilment(status: Status, heard: &[Webhook], age: Age) -> Fulfilment {
    match status {
        Status::Completed | Status::Authorized if heard.iter().any(|webhook| webhook.did == Deed::Packed) => {
            Fulfilment::Packed
        }
        Status::Completed | Status::Authorized if age == Age::BeforeUs => Fulfilment::Forgotten,
        Status::Completed | Status::Authorized => Fulfilment::Waiting,
        Status::Failed if age == Age::Closed => Fulfilment::Closed,
        Status::Pending
        | Status::Processing
        | Status::RequiresAuthentication
        | Status::RequiresAction
        | Status::Failed => Fulfilment::Unpaid,
        Status::Cancelled | Status::Expired => Fulfilment::Closed,
    }
}

fn news(webhook: &Webhook) -> News<'_> {
    let did = match webhook.did {
        Deed::Packed => "The order was packed.",
        Deed::Nothing => "Nothing to do.",
    };
    News { webhook, after: webhook.after_ms.map(after), did }
}

/// A length of time in the unit that people would use.
fn after(millis: i64) -> String {
    match millis {
        ..1_000 => format!("{millis} ms"),
        1_000..60_000 => format!("{}.{} s", millis / 1_000, millis % 1_000 / 100),
        60_000..3_600_000 => format!("{} min", millis / 60_000),
        _ => format!("{} h", millis / 3_600_000),
    }
}

fn card_words(card: &wire::Card) -> String {
    let brand = Brand::parse(&card.brand).unwrap_or(Brand::Unknown);
    format!("{} •••• {}", brand.name(), card.last4)
}

/// `K7M2-Q4XT-9ZPA`.
fn spoken(order: &str) -> String {
    let groups: Vec<&str> = (0..order.len()).step_by(4).filter_map(|at| order.get(at..at + 4)).collect();
    groups.join("-").to_ascii_uppercase()
}

#[derive(Template)]
#[template(path = "demo/notice.html")]
struct Notice {
    shop: &'static str,
    title: &'static str,
    text: &'static str,
}

/// The shop has no such page.
pub(super) fn missing(policy: &str) -> Response {
    let (title, text) = ("There is no such page", "The address may be incomplete.");
    html_under(policy, StatusCode::NOT_FOUND, &Notice { shop: merchant::NAME, title, text })
}

/// The API did not do what the shop needs.
pub(super) fn trouble(policy: &str) -> Response {
    let (title, text) = ("The shop is busy", "Try again in a moment. What was paid stays paid.");
    html_under(policy, StatusCode::SERVICE_UNAVAILABLE, &Notice { shop: merchant::NAME, title, text })
}

#[derive(Template)]
#[template(path = "demo/closed.html")]
struct Closed;

/// There is no shop.
pub(super) fn closed() -> Response {
    html(StatusCode::NOT_FOUND, &Closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_to_try_is_there_and_written_as_it_is_on_the_card() {
        let cards: Vec<Card> = CARDS.iter().filter_map(card).collect();
        assert_eq!(cards.len(), CARDS.len());
        assert_eq!(cards[0].number, "4242 4242 4242 4242");
    }

    #[test]
    fn a_length_of_time_has_the_unit_that_people_use() {
        let written = [7, 999, 1_000, 1_449, 61_000, 7_300_000].map(after);
        assert_eq!(written, ["7 ms", "999 ms", "1.0 s", "1.4 s", "1 min", "2 h"]);
    }

    #[test]
    fn an_order_is_packed_by_its_webhook_alone() {
        let webhook = |did| Webhook {
            event: "evt_1".into(),
            kind: String::new(),
            order: String::new(),
            signature: String::new(),
            body: String::new(),
            after_ms: None,
            times: 1,
            did,
        };
        let (paid, other) = ([webhook(Deed::Packed)], [webhook(Deed::Nothing)]);
        assert!(fulfilment(Status::Completed, &other, Age::Open) == Fulfilment::Waiting);
        assert!(fulfilment(Status::Completed, &paid, Age::Closed) == Fulfilment::Packed);
        assert!(fulfilment(Status::Completed, &[], Age::BeforeUs) == Fulfilment::Forgotten);
        assert!(fulfilment(Status::Pending, &paid, Age::Open) == Fulfilment::Unpaid);
        assert!(fulfilment(Status::Expired, &[], Age::Closed) == Fulfilment::Closed);
        assert!(fulfilment(Status::Failed, &other, Age::Open) == Fulfilment::Unpaid);
        assert!(fulfilment(Status::Failed, &other, Age::Closed) == Fulfilment::Closed);
    }
}
