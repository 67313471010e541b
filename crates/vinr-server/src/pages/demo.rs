//! The demo shop: a small cart that goes through hosted checkout, and a page that shows the webhooks arriving. It is a
//! merchant like any other ([`merchant`]) in the sandbox, and there for who wants to see what an integration does.
//!
//! ```text
//! /demo ──POST /demo/checkout──▶ payment, its checkoutUrl ──pays──▶ /demo/orders/:order ◀── what /demo/webhooks heard
//! ```
//!
//! Or the buyer pays in the shop's own page ([`fields`]). Who signs in ([`shopper`]) collects points ([`points`]), and takes
//! what they were exchanged for off the next payment.
//!
//! Orders are the API's payments: the shop gives each payment an id that is made of the order's. Only what it heard is
//! kept here ([`heard`]).

mod catalogue;
mod fields;
mod heard;
mod merchant;
mod orders;
mod points;
mod purse;
mod shopper;
mod views;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::Response;
use axum::routing::{any, get, post};
use bytes::Bytes;
use serde_json::{Value, json};
use vinr_core::keys::Environment;
use vinr_core::time::{Timestamp, WallTime};

use self::catalogue::Cart;
use self::heard::{Deed, Heard, Webhook};
use self::merchant::Merchant;
use self::purse::Purse;
use self::shopper::Shopper;
use super::{POLICY, see_other};
use crate::app::App;
use crate::error::Result;
use crate::settings::DemoShop;
use crate::webhooks::signature::{Rejected, verify};

/// Longest form that is read: quantities, an e-mail address and rewards.
const FORM_BYTES_MAX: usize = 4_096;
/// Longest webhook that is read: a payment of this shop has some 2 KiB.
const WEBHOOK_BYTES_MAX: usize = 65_536;
/// How long a page that waits for news is kept waiting.
const PATIENCE: Duration = Duration::from_secs(20);
/// Digits of an order's number: 60 random bits, because whoever knows one sees the order.
const ORDER_DIGITS: usize = 12;
/// What a change has to be older than to say that its age is not the delivery's doing, in milliseconds.
const AFTER_MS_MAX: i64 = 86_400_000;

/// The shop of one process.
struct Shop {
    app: App,
    merchant: Merchant,
    heard: Heard,
    /// What its pages may do.
    policy: String,
    /// What it has heard before is forgotten.
    began: WallTime,
}

/// The shop's pages, or none where there is no shop.
pub(super) fn routes(app: &App, api: Router) -> Router {
    let is_open = app.settings.environment == Environment::Sandbox && app.settings.demo_shop == DemoShop::Open;
    if !is_open {
        let router = Router::new().route("/demo", any(closed)).route("/demo/", any(closed));
        return router.route("/demo/{*rest}", any(closed));
    }
    let shop = Shop {
        app: app.clone(),
        merchant: Merchant::new(app.clone(), api),
        heard: Heard::new(),
        policy: policy(&app.settings.public_url),
        began: app.env.wall(),
    };
    let to_the_shelf = || async { see_other("/demo") };
    Router::new()
        .route("/demo", get(shelf).post(recount))
        .route("/demo/", get(to_the_shelf))
        .route("/demo/checkout", post(check_out).get(to_the_shelf))
        .route(merchant::WEBHOOKS_PATH, post(hear))
        .route(fields::PATH, get(fields::page))
        .route(fields::SESSION_PATH, post(fields::session).get(to_the_shelf))
        .route("/demo/orders/{order}", get(orders::page))
        .route("/demo/orders/{order}/news", get(news))
        .route("/demo/orders/{order}/refund", post(orders::refund).get(orders::back))
        .route("/demo/orders/{order}/give-back", post(orders::give_back).get(orders::back))
        .merge(points_routes())
        .route("/demo/{*rest}", any(missing))
        .with_state(Arc::new(shop))
}

fn points_routes() -> Router<Arc<Shop>> {
    let beneath = |press: &str| format!("{}/{press}", points::PATH);
    let to_the_points = || async { see_other(points::PATH) };
    Router::new()
        .route(points::PATH, get(points::page))
        .route(&beneath("sign-in"), post(points::sign_in).get(to_the_points))
        .route(&beneath("sign-out"), post(points::sign_out).get(to_the_points))
        .route(&beneath("join"), post(points::join).get(to_the_points))
        .route(&beneath("exchange"), post(points::exchange).get(to_the_points))
        .route(&beneath("give-back"), post(points::give_back).get(to_the_points))
}

async fn closed() -> Response {
    views::closed()
}

async fn missing(State(shop): State<Arc<Shop>>) -> Response {
    views::missing(&shop.policy)
}

/// The shelf, with the cart that the address names.
async fn shelf(State(shop): State<Arc<Shop>>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let cart = if query.is_empty() { Cart::first() } else { Cart::read(&query) };
    let asked = views::Asked { done: points::Done::of(&query), ..views::Asked::default() };
    shop.answered(shop.lay_out(cart, Shopper::of(&headers), &asked).await)
}

/// The shelf again for who changed the cart without a script. In a form, because addresses do not carry what people
/// type about themselves.
async fn recount(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Body) -> Response {
    let Some(form) = read_form(body).await else { return too_large() };
    shop.answered(shop.lay_out(Cart::read(&form), Shopper::of(&headers), &views::Asked::of(&form)).await)
}

async fn check_out(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Body) -> Response {
    let Some(form) = read_form(body).await else { return too_large() };
    shop.answered(shop.sell(&form, Shopper::of(&headers)).await)
}

/// Answers when something more was heard about an order than the page shows.
async fn news(State(shop): State<Arc<Shop>>, Path(order): Path<String>, RawQuery(query): RawQuery) -> Response {
    if !is_order(&order) {
        return views::missing(&shop.policy);
    }
    let known = field(&query.unwrap_or_default(), "after").and_then(|after| after.parse().ok()).unwrap_or(0);
    let times = shop.heard.beyond(&order, known, PATIENCE, shop.app.workers.stopping()).await;
    plain(StatusCode::OK, "application/json", json!({"heard": times}).to_string())
}

/// A webhook: the raw body is verified before anything else looks at it.
async fn hear(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Body) -> Response {
    let Some(body) = read(body, WEBHOOK_BYTES_MAX).await else { return too_large() };
    let signature = headers.get("x-vinr-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match shop.take(signature, &body) {
        Ok(()) => plain(StatusCode::NO_CONTENT, "text/plain", ""),
        Err(rejected) => plain(StatusCode::BAD_REQUEST, "text/plain", rejected.to_string()),
    }
}

impl Shop {
    async fn lay_out(&self, cart: Cart, shopper: Option<Shopper>, asked: &views::Asked) -> Result<Response> {
        Ok(views::shelf(self, cart, self.purse(shopper).await?.as_ref(), asked))
    }

    /// Makes the payment of a cart and sends its buyer to the hosted page.
    async fn sell(&self, form: &str, shopper: Option<Shopper>) -> Result<Response> {
        let (cart, asked) = (Cart::read(form), views::Asked::of(form));
        let purse = self.purse(shopper).await?;
        let again = |asked: views::Asked| {
            let mut page = views::shelf(self, cart, purse.as_ref(), &asked);
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            page
        };
        if cart.is_empty() {
            return Ok(again(views::Asked { is_empty: true, ..asked }));
        }
        let client = self.merchant.open().await?;
        if let Some(purse) = &purse {
            purse.shopper.ensure_customer(&client).await?;
        }
        let order = self.new_order();
        let ask = self.order(&order, cart, purse.as_ref(), &asked);
        let answer = client.post("/v1/payments", Some(&order), &ask).await?;
        if answer.status == 200 {
            let payment = answer.read::<wire::Payment>()?;
            // What a reward pays for is paid already.
            let is_paid = payment.completed_at.is_some();
            return Ok(if is_paid { see_other(&self.place(&order)) } else { see_other(&payment.checkout_url) });
        }
        match answer.problem() {
            Some(problem) if problem.param.as_deref() == Some("receiptEmail") => {
                Ok(again(views::Asked { is_mistyped: true, ..asked }))
            }
            Some(problem) if problem.param.as_deref() == Some("redemptions") => {
                Ok(again(views::Asked { refused: Some(problem.message), ..asked }))
            }
            _ => Err(answer.unexpected()),
        }
    }

    /// What the shop asks of the API for a cart.
    fn order(&self, order: &str, cart: Cart, purse: Option<&Purse>, asked: &views::Asked) -> Value {
        json!({
            "id": payment_id(order),
            "amount": cart.total().amount,
            "currency": cart.total().currency.code(),
            "description": cart.description(),
            "customerId": purse.map(|purse| purse.shopper.customer_id()),
            "redemptions": asked.redemptions.as_deref().unwrap_or_default(),
            "returnUrl": self.place(order),
            "cancelUrl": format!("{}/demo?{}", self.app.settings.public_url, cart.text()),
            "receiptEmail": (!asked.email.is_empty()).then_some(&asked.email),
            "metadata": {"orderId": order, "cart": cart.text()},
        })
    }

    /// The page of an order.
    fn place(&self, order: &str) -> String {
        format!("{}/demo/orders/{order}", self.app.settings.public_url)
    }

    /// Verifies a webhook and does what it is about. The answer is the same for an event that came before.
    fn take(&self, signature: &str, body: &[u8]) -> std::result::Result<(), Rejected> {
        let now = self.app.env.wall();
        verify(signature, body, &self.merchant.secrets(), now)?;
        let Ok(event) = serde_json::from_slice::<wire::Event>(body) else { return Ok(()) };
        // Events of payments that this shop did not make are nobody's order.
        let Some(order) = event.data.order().filter(|order| is_order(order)) else { return Ok(()) };
        let laid_out = serde_json::from_slice::<Value>(body).and_then(|body| serde_json::to_string_pretty(&body));
        self.heard.hear(Webhook {
            event: event.id,
            did: if event.kind == "payment.completed" { Deed::Packed } else { Deed::Nothing },
            kind: event.kind,
            order: order.to_owned(),
            signature: signature.to_owned(),
            body: laid_out.unwrap_or_default(),
            after_ms: after_ms(&event.data.timeline, now),
            times: 1,
        });
        Ok(())
    }

    fn new_order(&self) -> String {
        const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let random: [u8; ORDER_DIGITS] = self.app.env.entropy.bytes();
        random.iter().map(|byte| char::from(DIGITS[usize::from(byte & 31)])).collect()
    }

    fn answered(&self, result: Result<Response>) -> Response {
        let error = match result {
            Ok(response) => return response,
            Err(error) => error,
        };
        if error.status() == 404 {
            return views::missing(&self.policy);
        }
        tracing::error!(%error, source = error.source, "the demo shop could not go on");
        views::trouble(&self.policy)
    }
}

/// How long ago the payment changed, on a clock that nobody has moved.
fn after_ms(timeline: &[wire::Milestone], now: WallTime) -> Option<i64> {
    let changed = Timestamp::parse(&timeline.last()?.at)?;
    Some(now.millis() - changed.millis()).filter(|passed| (0..=AFTER_MS_MAX).contains(passed))
}

/// What the ids of the shop's payments begin with.
const PAYMENT: &str = "pay_demo_";

fn payment_id(order: &str) -> String {
    format!("{PAYMENT}{order}")
}

/// The order of a payment, if it is one of this shop's.
fn order_of(payment: &str) -> Option<&str> {
    payment.strip_prefix(PAYMENT).filter(|order| is_order(order))
}

fn is_order(text: &str) -> bool {
    text.len() == ORDER_DIGITS && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// A field of a form or of an address.
fn field(text: &str, name: &str) -> Option<String> {
    fields_named(text, name).next()
}

/// A field that there may be more than one of.
fn fields_named(text: &str, name: &str) -> impl Iterator<Item = String> {
    let pairs = form_urlencoded::parse(text.as_bytes());
    pairs.filter(move |(key, _)| key == name).map(|(_, value)| value.trim().to_owned())
}

/// The cookies of a name.
fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value)
}

async fn read(body: Body, bytes_max: usize) -> Option<Bytes> {
    axum::body::to_bytes(body, bytes_max).await.ok()
}

async fn read_form(body: Body) -> Option<String> {
    read(body, FORM_BYTES_MAX).await.map(|form| String::from_utf8_lossy(&form).into_owned())
}

fn too_large() -> Response {
    plain(StatusCode::PAYLOAD_TOO_LARGE, "text/plain", "the body is too large")
}

fn plain(status: StatusCode, kind: &'static str, text: impl Into<Body>) -> Response {
    let mut response = Response::new(text.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// What the shop's pages may do: as others, and their form may also lead to the hosted page where the server's public
/// address is another one than the browser has, such as `localhost`.
fn policy(public_url: &str) -> String {
    let uri = public_url.parse::<Uri>().unwrap_or_default();
    let authority = uri.authority().map(axum::http::uri::Authority::as_str).unwrap_or_default();
    let plain = authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte));
    match uri.scheme_str() {
        Some(scheme) if plain => {
            POLICY.replace("form-action 'self'", &format!("form-action 'self' {scheme}://{authority}"))
        }
        _ => POLICY.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_lead_to_the_public_address_and_nothing_else_can_get_into_the_policy() {
        assert!(policy("http://127.0.0.1:8080").contains("form-action 'self' http://127.0.0.1:8080;"));
        for odd in ["", "/", "http://a;script-src *", "http://user:p;w@host"] {
            assert_eq!(policy(odd), POLICY, "{odd}");
        }
    }

    #[test]
    fn an_order_is_twelve_digits_and_letters() {
        assert!(is_order("0123456789ab"));
        for other in ["", "0123456789a", "0123456789ab/", "0123456789AB", "0123456789abc"] {
            assert!(!is_order(other), "{other}");
        }
    }

    #[test]
    fn how_long_a_webhook_took_is_told_when_it_can_be() {
        let at = |text: &str| vec![wire::Milestone { at: text.into() }];
        let now = WallTime::parse("2026-04-15T10:30:00.250Z").expect("a time");
        assert_eq!(after_ms(&at("2026-04-15T10:30:00.228Z"), now), Some(22));
        assert_eq!(after_ms(&at("2026-04-15T10:30:01Z"), now), None, "an account's clock was moved");
        assert_eq!(after_ms(&at("2026-04-13T10:30:00Z"), now), None);
        assert_eq!(after_ms(&[], now), None);
    }
}
