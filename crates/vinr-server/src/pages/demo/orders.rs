//! The page of an order: how its payment stands, its points, and what the shop can do about it. Whoever knows its number
//! sees it, and may do what the shop's people would: it is a demo, and nobody's money moves.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::super::see_other;
use super::merchant::Client;
use super::{Shop, field, is_order, payment_id, purse, read_form, too_large, views, wire};
use crate::error::{ApiError, Result};

/// What came of an order for the member who made it.
#[derive(Default)]
pub(super) struct Points {
    /// What it earned, and what was taken back of that; the oldest first.
    pub(super) moved: Vec<wire::Transaction>,
    /// The rewards that it carries or has used, by name.
    pub(super) rewards: Vec<(String, wire::Redemption)>,
    /// What the member has now; nothing for who is none.
    pub(super) balance: Option<i64>,
}

pub(super) async fn page(State(shop): State<Arc<Shop>>, Path(order): Path<String>) -> Response {
    shop.answered(tell(&shop, &order, None).await)
}

/// Back to the page, for who asks for a form's address.
pub(super) async fn back(State(shop): State<Arc<Shop>>, Path(order): Path<String>) -> Response {
    if is_order(&order) { see_other(&place(&order)) } else { views::missing(&shop.policy) }
}

pub(super) async fn refund(State(shop): State<Arc<Shop>>, Path(order): Path<String>, body: Body) -> Response {
    let Some(form) = read_form(body).await else { return too_large() };
    shop.answered(return_money(&shop, &order, &form).await)
}

pub(super) async fn give_back(State(shop): State<Arc<Shop>>, Path(order): Path<String>) -> Response {
    shop.answered(return_points(&shop, &order).await)
}

/// Shows it; `trouble` is what was asked for and not done.
async fn tell(shop: &Shop, order: &str, trouble: Option<&str>) -> Result<Response> {
    let client = open(shop, order).await?;
    // What is heard meanwhile shows with the news that follows.
    let heard = shop.heard.about(order);
    let payment = payment(&client, order).await?;
    let points = points(&client, &payment).await?;
    let mut page = views::order(shop, order, &payment, &points, &heard, trouble)?;
    if trouble.is_some() {
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

async fn open<'a>(shop: &'a Shop, order: &str) -> Result<Client<'a>> {
    let client = shop.merchant.opened().await?.filter(|_| is_order(order));
    client.ok_or_else(|| ApiError::missing("order", order))
}

async fn payment(client: &Client<'_>, order: &str) -> Result<wire::Payment> {
    let answer = client.get(&format!("/v1/payments/{}", payment_id(order))).await?;
    match answer.status {
        200 => answer.read(),
        404 => Err(ApiError::missing("order", order)),
        _ => Err(answer.unexpected()),
    }
}

async fn points(client: &Client<'_>, payment: &wire::Payment) -> Result<Points> {
    let Some(customer) = &payment.customer_id else { return Ok(Points::default()) };
    let Some(account) = purse::account(client, customer).await? else { return Ok(Points::default()) };
    let moved = format!("/v1/loyalty/transactions?paymentId={}&limit={}", payment.id, purse::SHOWN_MAX);
    let mut moved: Vec<wire::Transaction> = purse::list(client, &moved).await?;
    moved.reverse();
    let mut rewards = Vec::with_capacity(payment.discounts.len());
    for discount in &payment.discounts {
        let redemption: wire::Redemption =
            read(client, &format!("/v1/loyalty/redemptions/{}", discount.redemption_id)).await?;
        let reward: wire::Reward = read(client, &format!("/v1/loyalty/rewards/{}", redemption.reward_id)).await?;
        rewards.push((reward.name, redemption));
    }
    Ok(Points { moved, rewards, balance: Some(account.balance) })
}

async fn read<T: serde::de::DeserializeOwned>(client: &Client<'_>, path: &str) -> Result<T> {
    let answer = client.get(path).await?;
    if answer.status == 200 { answer.read() } else { Err(answer.unexpected()) }
}

/// Refunds half of an order, or all that is left of it. The key is of what had gone back before: a form that is sent
/// twice refunds once, and one of a page that is out of date refunds nothing.
async fn return_money(shop: &Shop, order: &str, form: &str) -> Result<Response> {
    let client = open(shop, order).await?;
    let payment = payment(&client, order).await?;
    let known = field(form, "refunded").and_then(|known| known.parse::<i64>().ok());
    let amount = match field(form, "part").as_deref() {
        Some("half") => payment.half(),
        Some("all") => payment.amount_captured - payment.amount_refunded,
        Some(_) | None => 0,
    };
    if amount <= 0 || known != Some(payment.amount_refunded) {
        return Ok(see_other(&place(order)));
    }
    let key = format!("refund-{order}-{}", payment.amount_refunded);
    let ask = json!({"paymentId": payment.id, "amount": amount, "reason": "requested_by_customer"});
    let answer = client.post("/v1/refunds", Some(&key), &ask).await?;
    settle(shop, order, &answer, "The refund was not made").await
}

/// Gives the points of an order's rewards back; its payment, which nobody has made, is of its whole amount again.
async fn return_points(shop: &Shop, order: &str) -> Result<Response> {
    let client = open(shop, order).await?;
    for discount in payment(&client, order).await?.discounts {
        let path = format!("/v1/loyalty/redemptions/{}/cancel", discount.redemption_id);
        let answer = client.post(&path, None, &json!({})).await?;
        if answer.status != 200 {
            return settle(shop, order, &answer, "The points were not given back").await;
        }
    }
    Ok(see_other(&place(order)))
}

/// The order again: with what was done, or with why it was not.
async fn settle(shop: &Shop, order: &str, answer: &super::merchant::Answer, failed: &str) -> Result<Response> {
    match answer.problem() {
        _ if answer.status == 200 => Ok(see_other(&place(order))),
        Some(problem) if answer.status < 500 => {
            let trouble = format!("{failed}: {}. See how the order stands now, and try again.", problem.message);
            tell(shop, order, Some(&trouble)).await
        }
        Some(_) | None => Err(answer.unexpected()),
    }
}

fn place(order: &str) -> String {
    format!("/demo/orders/{order}")
}
