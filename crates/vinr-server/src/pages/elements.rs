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
//! Whose pages may show the frame is the account's to say ([`embedding`]).

mod embedding;
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
use super::texts::Texts;
use super::{html_under, locale};
use crate::app::App;
use crate::locale::Locale;

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

/// The fields, empty: the script around them says for which payment, with which look. A page that may not show them is
/// told so in their place.
async fn frame(State(app): State<App>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let asked = Asked::read(&query.unwrap_or_default());
    let locale = asked.locale.as_deref().map_or_else(|| locale(&headers), Locale::of);
    let context = match embedding::admit(&app, &asked, &headers).await {
        Ok(context) => context,
        Err(error) => return embedding::refused(&app, locale, &error),
    };
    let page = Frame {
        locale,
        t: Texts::of(locale),
        sandbox: app.settings.environment == Environment::Sandbox,
        test_card_only: Texts::of(locale).test_card_only.replace(EXAMPLE, "{card}"),
        brands: &BRANDS,
        errors: Marked::default(),
        kept: Kept::default(),
    };
    html_under(&embedding::policy(&app, &context, FRAME), StatusCode::OK, &page)
}

/// What the script around a frame says of it.
#[derive(Default)]
struct Asked {
    /// The merchant's public key.
    key: String,
    /// The origin of the merchant's page.
    origin: String,
    locale: Option<String>,
}

impl Asked {
    fn read(query: &str) -> Asked {
        let mut asked = Asked::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match &*name {
                "key" => asked.key = value.into_owned(),
                "origin" => asked.origin = value.into_owned(),
                "locale" => asked.locale = Some(value.into_owned()),
                _ => {}
            }
        }
        asked
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
