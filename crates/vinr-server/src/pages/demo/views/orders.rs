//! The page of an order, filled: how its payment stands, what came of it in points, and the webhooks that were heard.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use vinr_core::cards::Brand;
use vinr_core::payments::Status;
use vinr_core::redemptions;
use vinr_core::time::WallTime;

use super::super::catalogue::{Cart, euros};
use super::super::heard::{Deed, Webhook};
use super::super::orders::Points;
use super::super::points::PATH;
use super::super::{Shop, merchant, wire};
use super::points::kind;
use super::{HANDLER, Locale, Offer, counted, html_under, moved, offer, signed, spoken};
use crate::error::{ApiError, Result};

#[derive(Template)]
#[template(path = "demo/order.html")]
struct Order<'a> {
    shop: &'static str,
    /// Where the page is.
    place: String,
    /// As it is read aloud.
    number: String,
    standing: Standing<'a>,
    /// What was asked for and not done.
    trouble: Option<&'a str>,
    /// What rewards take off, by name.
    off: Vec<(&'a str, String)>,
    amount: String,
    refunded: Option<String>,
    paid_with: Option<String>,
    lines: Vec<Offer>,
    cart: String,
    points: Vec<(&'static str, String)>,
    rewards: Vec<(&'a str, &'static str)>,
    balance: Option<String>,
    points_path: &'static str,
    /// Whether the rewards can be given back.
    is_returnable: bool,
    desk: Option<Desk>,
    fulfilment: Fulfilment,
    heard: Vec<News<'a>>,
    times: u64,
    webhooks_url: String,
    handler: &'static str,
}

/// What can be refunded.
struct Desk {
    half: Option<String>,
    all: String,
    is_rest: bool,
    /// What went back before, by which a form of a page that is out of date is known.
    known: i64,
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
///
/// # Errors
/// The API says something of its payment that it has no word for.
pub(in super::super) fn order(
    shop: &Shop,
    order: &str,
    payment: &wire::Payment,
    points: &Points,
    heard: &[Webhook],
    trouble: Option<&str>,
) -> Result<Response> {
    let status = Status::parse(&payment.status)
        .ok_or_else(|| ApiError::internal(format!("{} is {}", payment.id, payment.status)))?;
    let cart = payment.metadata.get("cart").map(|text| Cart::read(text)).unwrap_or_default();
    let age = Age::of(payment, shop.began, shop.app.env.wall());
    let page = Order {
        shop: merchant::NAME,
        place: format!("/demo/orders/{order}"),
        number: spoken(order),
        standing: standing(status, payment, age),
        trouble,
        off: off(payment, points),
        refunded: (payment.amount_refunded > 0).then(|| less(payment.amount_refunded)),
        points: points.moved.iter().map(gained).collect::<Result<_>>()?,
        rewards: points.rewards.iter().map(used).collect::<Result<_>>()?,
        balance: points.balance.map(counted),
        points_path: PATH,
        is_returnable: !payment.discounts.is_empty() && is_waiting(status, age),
        desk: desk(status, payment),
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

/// What each reward takes off.
fn off<'a>(payment: &wire::Payment, points: &'a Points) -> Vec<(&'a str, String)> {
    let named = payment.discounts.iter().zip(&points.rewards);
    named.map(|(discount, (name, _))| (name.as_str(), less(discount.amount))).collect()
}

fn less(cents: i64) -> String {
    format!("−{}", Locale::English.money(euros(cents)))
}

fn gained(transaction: &wire::Transaction) -> Result<(&'static str, String)> {
    Ok((moved(kind(transaction)?), signed(transaction.points)))
}

/// A reward of the order and what became of it.
fn used((name, redemption): &(String, wire::Redemption)) -> Result<(&str, &'static str)> {
    use redemptions::Status;
    let status = Status::parse(&redemption.status)
        .ok_or_else(|| ApiError::internal(format!("{} is {}", redemption.id, redemption.status)))?;
    let became = match status {
        Status::Issued | Status::Attached => "Comes off when you pay",
        Status::Applied => "Used",
        Status::Released => "Its points went back to you",
        Status::Cancelled => "Given back",
    };
    Ok((name, became))
}

/// Whether the buyer has still to pay, and nothing is under way.
fn is_waiting(status: Status, age: Age) -> bool {
    match status {
        Status::Pending | Status::Failed => age == Age::Open,
        Status::Processing
        | Status::RequiresAuthentication
        | Status::RequiresAction
        | Status::Authorized
        | Status::Completed
        | Status::Cancelled
        | Status::Expired => false,
    }
}

fn desk(status: Status, payment: &wire::Payment) -> Option<Desk> {
    let left = payment.amount_captured - payment.amount_refunded;
    let money = |cents| Locale::English.money(euros(cents));
    (status == Status::Completed && left > 0).then(|| Desk {
        half: (payment.half() > 0).then(|| money(payment.half())),
        all: money(left),
        is_rest: payment.amount_refunded > 0,
        known: payment.amount_refunded,
    })
}

fn standing(status: Status, payment: &wire::Payment, age: Age) -> Standing<'_> {
    let pay = |label| Next::Pay(label, &payment.checkout_url);
    let (mood, title, text, next) = match status {
        Status::Completed if payment.amount_refunded > 0 && payment.amount_refunded == payment.amount_captured => {
            (Mood::Open, "Refunded", "All that you paid goes back to your card.", Next::Nothing)
        }
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

#[cfg(test)]
mod tests {
    use super::*;

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
