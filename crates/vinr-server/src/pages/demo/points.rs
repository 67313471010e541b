//! The page of points: sign in, join, see what there is, exchange it, give it back. Each press is one call of the API.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::super::see_other;
use super::catalogue::Cart;
use super::purse::{self, Member, Program, SHOWN_MAX};
use super::shopper::{self, Shopper};
use super::{Shop, field, is_order, read_form, too_large, views};
use crate::error::Result;

/// Where the page is; what is pressed on it is posted beneath.
pub(super) const PATH: &str = "/demo/points";
/// Whether a press did what it should, in an address.
pub(super) const DONE: &str = "done";

/// What a press did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Done {
    Joined,
    Exchanged,
    GivenBack,
}

impl Done {
    /// What an address says.
    pub(super) fn of(query: &str) -> Option<Done> {
        let said = field(query, DONE)?;
        [Done::Joined, Done::Exchanged, Done::GivenBack].into_iter().find(|done| done.word() == said)
    }

    const fn word(self) -> &'static str {
        match self {
            Done::Joined => "joined",
            Done::Exchanged => "exchanged",
            Done::GivenBack => "given-back",
        }
    }
}

/// Why a press did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// There are fewer points than the reward costs.
    TooFew { have: i64, need: i64 },
    /// The reward is not to be had.
    Gone,
    /// The payment that carries the reward is under way.
    InUse,
    /// There is nothing to give back.
    Over,
}

/// What the page tells besides how things stand.
pub(super) enum Told {
    Nothing,
    Done(Done),
    Refused(Refused),
}

/// The page.
pub(super) async fn page(State(shop): State<Arc<Shop>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let told = query.as_deref().and_then(Done::of).map_or(Told::Nothing, Told::Done);
    shop.answered(show(&shop, Shopper::of(&headers), told).await)
}

pub(super) async fn sign_in(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Body) -> Response {
    let Some(form) = read_form(body).await else { return too_large() };
    let name = field(&form, "shopper").unwrap_or_default();
    let Some(shopper) = Shopper::sign_in(&headers, &name, || shop.new_order()) else { return see_other(PATH) };
    let known = async {
        shopper.ensure_customer(&shop.merchant.open().await?).await?;
        let mut response = see_other(PATH);
        response.headers_mut().insert(SET_COOKIE, shopper.cookie());
        Ok(response)
    };
    shop.answered(known.await)
}

pub(super) async fn sign_out(headers: HeaderMap) -> Response {
    let mut response = see_other(PATH);
    if let Some(cookie) = shopper::sign_out(&headers) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

pub(super) async fn join(State(shop): State<Arc<Shop>>, headers: HeaderMap) -> Response {
    let Some(shopper) = Shopper::of(&headers) else { return see_other(PATH) };
    let joined = async {
        purse::join(&shop.merchant.open().await?, &shopper).await?;
        Ok(done(PATH, Done::Joined))
    };
    shop.answered(joined.await)
}

pub(super) async fn exchange(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Body) -> Response {
    let Some(form) = read_form(body).await else { return too_large() };
    let Some(shopper) = Shopper::of(&headers) else { return see_other(PATH) };
    shop.answered(buy(&shop, shopper, &form).await)
}

pub(super) async fn give_back(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Body) -> Response {
    let Some(form) = read_form(body).await else { return too_large() };
    let Some(shopper) = Shopper::of(&headers) else { return see_other(PATH) };
    shop.answered(cancel(&shop, shopper, &form).await)
}

async fn show(shop: &Shop, shopper: Option<Shopper>, told: Told) -> Result<Response> {
    let purse = shop.purse(shopper).await?;
    let client = shop.merchant.opened().await?;
    let account = purse.as_ref().and_then(|purse| purse.member.as_ref()).map(|member| &member.account.id);
    let (program, history) = match &client {
        Some(client) => {
            let history = match account {
                Some(id) => {
                    purse::list(client, &format!("/v1/loyalty/transactions?accountId={id}&limit={SHOWN_MAX}")).await?
                }
                None => Vec::new(),
            };
            (purse::program(client).await?, history)
        }
        None => (Program { rules: Vec::new(), rewards: Vec::new() }, Vec::new()),
    };
    views::points(shop, purse.as_ref(), &program, &history, &told)
}

/// Exchanges points for a reward. A form is good for one exchange, however often it is sent.
async fn buy(shop: &Shop, shopper: Shopper, form: &str) -> Result<Response> {
    let purse = shop.purse(Some(shopper)).await?;
    let Some((shopper, member)) = purse.and_then(|purse| Some((purse.shopper, purse.member?))) else {
        return Ok(see_other(PATH));
    };
    let once = field(form, "once").filter(|once| is_order(once)).map(|once| format!("exchange-{once}"));
    let ask = json!({"accountId": member.account.id, "rewardId": field(form, "reward").unwrap_or_default()});
    let client = shop.merchant.open().await?;
    let answer = client.post("/v1/loyalty/redemptions", once.as_deref(), &ask).await?;
    if answer.status == 200 {
        return Ok(done(PATH, Done::Exchanged));
    }
    let Some(problem) = answer.problem() else { return Err(answer.unexpected()) };
    let refused = match (problem.code.as_str(), problem.param.as_deref()) {
        ("insufficient_points", _) => {
            let (have, need) = problem.have.zip(problem.need).ok_or_else(|| answer.unexpected())?;
            Refused::TooFew { have, need }
        }
        ("reward_unavailable", _) | (_, Some("rewardId")) => Refused::Gone,
        _ => return Err(answer.unexpected()),
    };
    refuse(shop, shopper, refused).await
}

/// Gives the points of a redemption back, and goes back to the cart where one was filled.
async fn cancel(shop: &Shop, shopper: Shopper, form: &str) -> Result<Response> {
    let purse = shop.purse(Some(shopper)).await?;
    let Some((shopper, member)) = purse.and_then(|purse| Some((purse.shopper, purse.member?))) else {
        return Ok(see_other(PATH));
    };
    let redemption = field(form, "redemption").unwrap_or_default();
    if !is_theirs(&member, &redemption) {
        return refuse(shop, shopper, Refused::Over).await;
    }
    let client = shop.merchant.open().await?;
    let answer = client.post(&format!("/v1/loyalty/redemptions/{redemption}/cancel"), None, &json!({})).await?;
    if answer.status == 200 {
        let cart = field(form, "cart").map(|cart| Cart::read(&cart).text());
        return Ok(match cart {
            Some(cart) => done(&format!("/demo?{cart}"), Done::GivenBack),
            None => done(PATH, Done::GivenBack),
        });
    }
    match answer.problem().as_ref().map(|problem| problem.code.as_str()) {
        Some("redemption_in_use") => refuse(shop, shopper, Refused::InUse).await,
        Some("redemption_not_usable") => refuse(shop, shopper, Refused::Over).await,
        Some(_) | None => Err(answer.unexpected()),
    }
}

fn is_theirs(member: &Member, redemption: &str) -> bool {
    member.redemptions.iter().any(|one| one.id == redemption)
}

async fn refuse(shop: &Shop, shopper: Shopper, refused: Refused) -> Result<Response> {
    let mut page = show(shop, Some(shopper), Told::Refused(refused)).await?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

/// To a page, which tells what was done.
fn done(place: &str, done: Done) -> Response {
    let joint = if place.contains('?') { '&' } else { '?' };
    see_other(&format!("{place}{joint}{DONE}={}", done.word()))
}
