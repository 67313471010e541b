//! The shop's other way to be paid: card fields in its own page, by Elements.
//!
//! That page has another origin than the server whose fields it shows, as a merchant's page has: the browser takes
//! `localhost` and `127.0.0.1` for two, although one listener answers both. So nothing has to be configured for it, and
//! what keeps a page from reading the fields is really there.
//!
//! The shop knows who comes again by a cookie, as shops know it by an account: the card that paid is kept for this
//! customer, and offered the next time.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use serde_json::json;

use super::catalogue::Cart;
use super::merchant::Client;
use super::{Shop, cookies, is_order, payment_id, plain, read_form, too_large, views, wire};
use crate::error::Result;

/// Where the page is.
pub(super) const PATH: &str = "/demo/elements";
/// Where it asks for a session.
pub(super) const SESSION_PATH: &str = "/demo/session";
/// The cookie by which the shop knows a buyer.
const BUYER: &str = "demo_buyer";
/// How long it does: a month.
const KNOWN_S: u32 = 30 * 86_400;

/// The page, with the cart that its address names.
pub(super) async fn page(State(shop): State<Arc<Shop>>, RawQuery(query): RawQuery) -> Response {
    let cart = Cart::read(&query.unwrap_or_default());
    let public_url = &shop.app.settings.public_url;
    views::fields(&policy(&origin(public_url)), cart, &origin(public_url))
}

/// Makes the session of a cart: what the shop's page needs to mount the fields.
pub(super) async fn session(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Body) -> Response {
    let Some(form) = read_form(body).await else { return too_large() };
    let cart = Cart::read(&form);
    if cart.is_empty() {
        return plain(StatusCode::BAD_REQUEST, "application/json", json!({"problem": "the cart is empty"}).to_string());
    }
    shop.answered(open(&shop, cart, buyer(&headers)).await)
}

async fn open(shop: &Shop, cart: Cart, known: Option<String>) -> Result<Response> {
    let order = shop.new_order();
    let client = shop.merchant.open().await?;
    let buyer = customer(shop, &client, known).await?;
    let ask = json!({
        "id": payment_id(&order),
        "amount": cart.total().amount,
        "currency": cart.total().currency.code(),
        "description": cart.description(),
        "customerId": customer_id(&buyer),
        "savePaymentMethod": true,
        "metadata": {"orderId": order, "cart": cart.text()},
    });
    let answer = client.post("/v1/payments/sessions", Some(&order), &ask).await?;
    if answer.status != 200 {
        return Err(answer.unexpected());
    }
    let session = answer.read::<wire::Session>()?;
    let told = json!({
        "clientSecret": session.client_secret,
        "publicKey": shop.merchant.public_key(),
        "order": format!("/demo/orders/{order}"),
    });
    let mut response = plain(StatusCode::OK, "application/json", told.to_string());
    let cookie = format!("{BUYER}={buyer}; Path=/demo; Max-Age={KNOWN_S}; HttpOnly; SameSite=Strict");
    response.headers_mut().insert(SET_COOKIE, HeaderValue::from_str(&cookie).expect("letters and digits"));
    Ok(response)
}

/// The buyer that a cookie names: as hard to guess as an order.
fn buyer(headers: &HeaderMap) -> Option<String> {
    cookies(headers, BUYER).find(|buyer| is_order(buyer)).map(str::to_owned)
}

/// The buyer, as a customer of the shop's: the one that is known, if it is there, or else a new one.
async fn customer(shop: &Shop, client: &Client<'_>, known: Option<String>) -> Result<String> {
    if let Some(buyer) = known
        && client.get(&format!("/v1/customers/{}", customer_id(&buyer))).await?.status == 200
    {
        return Ok(buyer);
    }
    let buyer = shop.new_order();
    let made = client.post("/v1/customers", None, &json!({"id": customer_id(&buyer)})).await?;
    if made.status == 200 { Ok(buyer) } else { Err(made.unexpected()) }
}

fn customer_id(buyer: &str) -> String {
    format!("cust_demo_{buyer}")
}

/// Where the page is to be visited: at the other name of this machine, if the server is known by one of them.
pub(super) fn elsewhere(public_url: &str) -> String {
    let uri = public_url.parse::<Uri>().unwrap_or_default();
    let other = match uri.host() {
        Some("127.0.0.1") => "localhost",
        Some("localhost") => "127.0.0.1",
        Some(_) | None => return PATH.to_owned(),
    };
    let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{other}{port}{PATH}", uri.scheme_str().unwrap_or("http"))
}

/// The server's origin as a browser writes it; nothing for an address that is none.
fn origin(public_url: &str) -> String {
    let uri = public_url.parse::<Uri>().unwrap_or_default();
    let (scheme, authority) = (uri.scheme_str().unwrap_or_default(), uri.authority());
    let authority = authority.map(axum::http::uri::Authority::as_str).unwrap_or_default();
    let is_plain = authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    if is_plain && !authority.is_empty() { format!("{scheme}://{authority}") } else { String::new() }
}

/// What a merchant's page with Elements has to allow itself: VINR's script, and VINR's frame.
fn policy(vinr: &str) -> String {
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self' {vinr}; img-src 'self'; connect-src 'self'; \
         frame-src 'self' {vinr}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_of_another_origin_where_there_is_one() {
        assert_eq!(elsewhere("http://127.0.0.1:8080"), "http://localhost:8080/demo/elements");
        assert_eq!(elsewhere("http://localhost:8080"), "http://127.0.0.1:8080/demo/elements");
        assert_eq!(elsewhere("https://sandbox.pay.example"), "/demo/elements");
        assert_eq!(origin("http://127.0.0.1:8080/x"), "http://127.0.0.1:8080");
        assert_eq!(origin("http://a;script-src *"), "");
    }
}
