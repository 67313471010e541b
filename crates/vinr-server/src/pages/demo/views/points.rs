//! The page of points, filled: who is signed in, what they have, what it can be exchanged for, and what it came from.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use vinr_core::points::Kind;
use vinr_core::redemptions::Status;

use super::super::points::{Done, PATH, Refused, Told};
use super::super::purse::{self, Member, Program, Purse};
use super::super::shopper::{PEOPLE, Person};
use super::super::{Shop, merchant, order_of, wire};
use super::{counted, html_under, moved, signed, spoken};
use crate::error::{ApiError, Result};

#[derive(Template)]
#[template(path = "demo/points.html")]
struct Page<'a> {
    shop: &'static str,
    path: &'static str,
    notice: Option<Notice>,
    people: &'static [Person],
    visitor: Option<&'static Person>,
    wallet: Option<Wallet<'a>>,
    rules: Vec<&'a str>,
    setup: [(&'static str, &'static str); 2],
}

/// What a press did, or why it did not.
struct Notice {
    is_refusal: bool,
    text: String,
}

/// What a member has.
struct Wallet<'a> {
    balance: String,
    pending: Option<String>,
    lifetime: String,
    offers: Vec<Offer<'a>>,
    held: Vec<Held<'a>>,
    history: Vec<Line<'a>>,
}

/// A reward to be had.
struct Offer<'a> {
    id: &'a str,
    name: &'a str,
    cost: String,
    /// How many points are missing for it.
    missing: Option<String>,
    /// Makes a form that is sent twice one exchange.
    once: String,
}

/// A reward that points were exchanged for.
struct Held<'a> {
    id: &'a str,
    name: &'a str,
    points: String,
    /// How it stands.
    state: &'static str,
    until: Option<String>,
    code: Option<&'a str>,
    order: Option<Link<'a>>,
    /// Its points can be had back.
    is_returnable: bool,
}

/// A transaction.
struct Line<'a> {
    what: &'a str,
    order: Option<Link<'a>>,
    at: &'a str,
    shown_at: String,
    points: String,
    balance: String,
}

/// The page of an order.
struct Link<'a> {
    order: &'a str,
    number: String,
}

/// The page; `told` is what was pressed before and came of it.
///
/// # Errors
/// The API says something of a reward or a transaction that it has no word for.
pub(in super::super) fn points(
    shop: &Shop,
    purse: Option<&Purse>,
    program: &Program,
    history: &[wire::Transaction],
    told: &Told,
) -> Result<Response> {
    let member = purse.and_then(|purse| purse.member.as_ref());
    let page = Page {
        shop: merchant::NAME,
        path: PATH,
        notice: notice(told),
        people: &PEOPLE,
        visitor: purse.map(|purse| purse.shopper.person),
        wallet: member.map(|member| wallet(shop, member, history)).transpose()?,
        rules: program.rules.iter().filter_map(|rule| rule.name.as_deref()).collect(),
        setup: [("/v1/loyalty/earning-rules", purse::RULE), ("/v1/loyalty/rewards", purse::REWARD)],
    };
    Ok(html_under(&shop.policy, StatusCode::OK, &page))
}

fn notice(told: &Told) -> Option<Notice> {
    let said = |text: &str| Some(Notice { is_refusal: false, text: text.to_owned() });
    let refused = |text: String| Some(Notice { is_refusal: true, text });
    match told {
        Told::Nothing => None,
        Told::Done(Done::Joined) => said("You are a member now. Your next order earns points."),
        Told::Done(Done::Exchanged) => said("The reward is yours. It comes off what you buy in the next 30 minutes."),
        Told::Done(Done::GivenBack) => said("You have the points back."),
        Told::Refused(Refused::TooFew { have, need }) => {
            refused(format!("This reward takes {}, and you have {}.", counted(*need), counted(*have)))
        }
        Told::Refused(Refused::Gone) => refused("This reward is not offered any more.".into()),
        Told::Refused(Refused::InUse) => {
            refused("A payment with this reward is under way. Wait until it has ended.".into())
        }
        Told::Refused(Refused::Over) => {
            refused("There is nothing to give back: the reward was used, or you have its points already.".into())
        }
    }
}

fn wallet<'a>(shop: &Shop, member: &'a Member, history: &'a [wire::Transaction]) -> Result<Wallet<'a>> {
    let account = &member.account;
    let offers = member.rewards.iter().filter(|reward| reward.active).map(|reward| Offer {
        id: &reward.id,
        name: &reward.name,
        cost: counted(reward.cost),
        missing: (reward.cost > account.balance).then(|| counted(reward.cost - account.balance)),
        once: shop.new_order(),
    });
    Ok(Wallet {
        balance: counted(account.balance),
        pending: (account.pending_points > 0).then(|| counted(account.pending_points)),
        lifetime: counted(account.lifetime_points),
        offers: offers.collect(),
        held: member.redemptions.iter().map(|one| held(member, one)).collect::<Result<_>>()?,
        history: history.iter().map(line).collect::<Result<_>>()?,
    })
}

fn held<'a>(member: &'a Member, redemption: &'a wire::Redemption) -> Result<Held<'a>> {
    let status = Status::parse(&redemption.status)
        .ok_or_else(|| ApiError::internal(format!("{} is {}", redemption.id, redemption.status)))?;
    let (state, is_returnable) = match status {
        Status::Issued => ("In your cart", true),
        Status::Attached => ("On an order that is not paid yet", true),
        Status::Applied => ("Used", false),
        Status::Released => ("Its points went back to you", false),
        Status::Cancelled => ("You gave it back", false),
    };
    let is_timed = is_returnable && redemption.code.is_none();
    Ok(Held {
        id: &redemption.id,
        name: member.reward(redemption),
        points: counted(redemption.points),
        state,
        until: redemption.expires_at.get(11..16).filter(|_| is_timed).map(|time| format!("until {time} UTC")),
        code: redemption.code.as_deref(),
        order: redemption.payment_id.as_deref().and_then(link),
        is_returnable,
    })
}

fn line(transaction: &wire::Transaction) -> Result<Line<'_>> {
    let kind = kind(transaction)?;
    Ok(Line {
        what: match kind {
            Kind::Adjust => transaction.reason.as_deref().unwrap_or(moved(kind)),
            Kind::Earn | Kind::Redeem | Kind::Release | Kind::Clawback | Kind::ClawbackReversal | Kind::Expire => {
                moved(kind)
            }
        },
        order: transaction.source.payment.as_deref().and_then(link),
        at: &transaction.created_at,
        shown_at: transaction.created_at.get(..16).unwrap_or_default().replace('T', " "),
        points: signed(transaction.points),
        balance: signed(transaction.balance_after).trim_start_matches('+').to_owned(),
    })
}

/// What kind of transaction it is.
pub(super) fn kind(transaction: &wire::Transaction) -> Result<Kind> {
    let unknown = || ApiError::internal(format!("a points transaction is {}", transaction.kind));
    Kind::parse(&transaction.kind).ok_or_else(unknown)
}

fn link(payment: &str) -> Option<Link<'_>> {
    order_of(payment).map(|order| Link { order, number: spoken(order) })
}
