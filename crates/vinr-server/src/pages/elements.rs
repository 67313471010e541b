//! Elements: card fields of ours on a merchant's own page (spec/sdk.md). The merchant's page loads one script, which puts
//! a frame of this server's into it; number and security code are typed into the frame and never leave it but to here.
//!
//! ```text
//! merchant's page ──script──▶ /elements/v1/vinr.js ──frame──▶ /elements/v1/frame ──▶ session, confirm ──▶ challenge
//!        ◀──────────── messages, each side knowing the other's origin ────────────▶            outcome ◀────┘
//! ```
//!
//! The frame's own requests come from a page of ours, with the merchant's public key and the payment's client secret.
//! How a payment ended is told at an address with a token of its own, because by then the client secret opens nothing.

mod pay;
mod wire;

use std::sync::LazyLock;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use vinr_core::keys::Environment;

use super::assets::fingerprint;
use super::checkout::kept::Kept;
use super::checkout::views::{BRANDS, Marked};
use super::locale::Locale;
use super::texts::Texts;
use super::{html_under, locale};
use crate::app::App;

/// What merchants' pages load. Its address is part of the API and stays, so it is asked for again after a while.
const SCRIPT: &str = include_str!("../../../../web/modules/vinr.js");
/// Tells one version of the script from another.
static SCRIPT_TAG: LazyLock<String> = LazyLock::new(|| format!("\"{}\"", fingerprint(SCRIPT.as_bytes())));

/// The script, the frame, and what the frame asks for.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/elements/v1/vinr.js", get(script))
        .route("/elements/v1/frame", get(frame))
        .route("/elements/v1/session", post(pay::session))
        .route("/elements/v1/confirm", post(pay::confirm))
        .route("/elements/v1/challenge/{account}/{payment}/{token}", get(pay::ask).post(pay::answer))
        .route("/elements/v1/challenge/{account}/{payment}/{token}/done", get(pay::answered_page))
        .route("/elements/v1/outcome/{account}/{payment}/{token}", get(pay::outcome))
}

/// Any page may load it, as any page may load a frame of ours.
async fn script(headers: HeaderMap) -> Response {
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|tag| tag.as_bytes() == SCRIPT_TAG.as_bytes());
    let mut response = Response::new(if is_known { Body::empty() } else { Body::from(SCRIPT) });
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    fields.insert(ETAG, HeaderValue::from_str(&SCRIPT_TAG).expect("digits"));
    fields.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    fields.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[derive(Template)]
#[template(path = "elements/frame.html")]
struct Frame {
    locale: Locale,
    t: &'static Texts,
    sandbox: bool,
    test_card_only: String,
    brands: &'static str,
    errors: Marked,
    kept: Kept,
}

/// The fields, empty: the script around them says for which payment, with which look.
async fn frame(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let query = query.unwrap_or_default();
    let wanted = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "locale");
    let locale = wanted.map_or_else(|| locale(&headers), |(_, wanted)| Locale::of(&wanted));
    let page = Frame {
        locale,
        t: Texts::of(locale),
        sandbox: app.settings.environment == Environment::Sandbox,
        test_card_only: Texts::of(locale).test_card_only.replace(EXAMPLE, "{card}"),
        brands: &BRANDS,
        errors: Marked::default(),
        kept: Kept::default(),
    };
    html_under(&policy(&app, FRAME), StatusCode::OK, &page)
}

/// Who may show the fields in a frame, and what stands in that frame: pages that nobody could have changed on their way.
/// A program that is still being written runs on the same machine.
fn ancestors(environment: Environment) -> &'static str {
    match environment {
        Environment::Live => "'self' https:",
        Environment::Sandbox => "'self' https: http://localhost:* http://127.0.0.1:*",
    }
}

/// The card that a sentence names. The fields write it themselves: whoever searches what was sent for what was typed finds
/// no number that was not.
const EXAMPLE: &str = "4242 4242 4242 4242";

/// What the fields may do: load from here, ask here, show the bank.
const FRAME: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     frame-src 'self'; form-action 'none'; base-uri 'none'";
/// What the bank's page may do.
const BANK: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'";

fn policy(app: &App, may: &str) -> String {
    format!("{may}; frame-ancestors {}", ancestors(app.settings.environment))
}
