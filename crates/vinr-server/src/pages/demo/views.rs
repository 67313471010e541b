//! The templates of the demo shop, filled. They speak English, as the documentation does: who reads them builds a shop.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use vinr_core::cards::TestCard;
use vinr_core::points::Kind;
use vinr_core::redemptions::Status;

use super::super::{html, html_under};
use super::catalogue::{Cart, Product, QUANTITY_MAX, euros};
use super::points::{Done, PATH};
use super::purse::{Member, Purse};
use super::{Shop, fields_named, merchant, order_of, wire};
use crate::locale::Locale;

mod orders;
mod points;

pub(super) use self::orders::order;
pub(super) use self::points::points;

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

/// What a visitor asked for, and what the shop did not do.
#[derive(Default)]
pub(super) struct Asked {
    /// The e-mail address as it was typed.
    pub(super) email: String,
    /// It is none.
    pub(super) is_mistyped: bool,
    /// There was nothing in the cart.
    pub(super) is_empty: bool,
    /// The redemptions that are to come off; nothing for who has not been asked, and takes them all.
    pub(super) redemptions: Option<Vec<String>>,
    /// Why they did not.
    pub(super) refused: Option<String>,
    /// What was pressed before.
    pub(super) done: Option<Done>,
}

impl Asked {
    /// Reads the shelf's form.
    pub(super) fn of(form: &str) -> Asked {
        Asked {
            email: super::field(form, "email").unwrap_or_default(),
            redemptions: Some(fields_named(form, "redemption").collect()),
            ..Asked::default()
        }
    }

    fn takes(&self, redemption: &str) -> bool {
        self.redemptions.as_ref().is_none_or(|taken| taken.iter().any(|id| id == redemption))
    }
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
    visitor: Option<&'static str>,
    /// The points that a member has.
    balance: Option<String>,
    coupons: Vec<Coupon<'a>>,
    carried: Vec<Carried<'a>>,
    points_path: &'static str,
}

/// A reward that can come off.
struct Coupon<'a> {
    id: &'a str,
    name: &'a str,
    /// What it takes off, in cents; nothing where the payment tells.
    off: i64,
    shown: Option<String>,
    is_taken: bool,
}

/// A reward that an unpaid order carries.
struct Carried<'a> {
    id: &'a str,
    name: &'a str,
    order: &'a str,
    number: String,
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
pub(super) fn shelf(shop: &Shop, cart: Cart, purse: Option<&Purse>, asked: &Asked) -> Response {
    let member = purse.and_then(|purse| purse.member.as_ref());
    let coupons: Vec<Coupon> = member.map(|member| coupons(member, asked)).unwrap_or_default();
    let taken = coupons.iter().filter(|coupon| coupon.is_taken).map(|coupon| coupon.off);
    let page = Shelf {
        shop: merchant::NAME,
        products: cart.quantities().map(offer).collect(),
        total: Locale::English.money(euros(left_of(cart.total().amount, taken))),
        asked,
        cards: CARDS.iter().filter_map(card).collect(),
        quantity_max: QUANTITY_MAX,
        fields: super::fields::elsewhere(&shop.app.settings.public_url),
        cart: cart.text(),
        visitor: purse.map(|purse| purse.shopper.person.title),
        balance: member.map(|member| counted(member.account.balance)),
        carried: member.map(carried).unwrap_or_default(),
        coupons,
        points_path: PATH,
    };
    html_under(&shop.policy, StatusCode::OK, &page)
}

fn coupons<'a>(member: &'a Member, asked: &Asked) -> Vec<Coupon<'a>> {
    let issued = standing_at(member, Status::Issued).filter(|one| one.code.is_none());
    let coupon = |one: &'a wire::Redemption| {
        let off = one.discount.filter(|_| one.currency.as_deref() == Some("EUR"));
        Coupon {
            id: &one.id,
            name: member.reward(one),
            off: off.unwrap_or_default(),
            shown: off.map(|off| format!("−{}", Locale::English.money(euros(off)))),
            is_taken: asked.takes(&one.id),
        }
    };
    issued.map(coupon).collect()
}

fn carried(member: &Member) -> Vec<Carried<'_>> {
    let attached = standing_at(member, Status::Attached);
    let carried = attached.filter_map(|one| Some((one, order_of(one.payment_id.as_deref()?)?)));
    carried
        .map(|(one, order)| Carried { id: &one.id, name: member.reward(one), order, number: spoken(order) })
        .collect()
}

fn standing_at(member: &Member, status: Status) -> impl Iterator<Item = &wire::Redemption> {
    member.redemptions.iter().filter(move |one| one.status == status.as_str())
}

/// What is left to pay, in cents.
fn left_of(total: i64, off: impl IntoIterator<Item = i64>) -> i64 {
    (total - off.into_iter().sum::<i64>()).max(0)
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

/// `42 points`.
fn counted(points: i64) -> String {
    let number = signed(points);
    format!("{} point{}", number.trim_start_matches('+'), if points == 1 { "" } else { "s" })
}

/// `+42` or `−21`.
fn signed(points: i64) -> String {
    let sign = match points {
        ..0 => "−",
        0 => "",
        1.. => "+",
    };
    format!("{sign}{}", Locale::English.grouped(&points.unsigned_abs().to_string()))
}

/// Why points came or went.
const fn moved(kind: Kind) -> &'static str {
    match kind {
        Kind::Earn => "Points earned",
        Kind::Redeem => "Exchanged for a reward",
        Kind::Release => "Given back",
        Kind::Clawback => "Points taken back",
        Kind::ClawbackReversal => "Given again",
        Kind::Adjust => "Corrected by the shop",
        Kind::Expire => "Lapsed",
    }
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
    fn points_are_written_with_their_sign_and_their_number() {
        assert_eq!([42, -21, 0].map(signed), ["+42", "−21", "0"]);
        assert_eq!(
            [0, 1, 42, 1_200, -8].map(counted),
            ["0 points", "1 point", "42 points", "1,200 points", "−8 points"]
        );
    }

    #[test]
    fn rewards_come_off_a_total_and_never_make_it_less_than_nothing() {
        assert_eq!(left_of(4_200, [500]), 3_700);
        assert_eq!(left_of(690, [500, 500]), 0);
    }
}
