//! Whose pages may show an account's card fields, and what stands in the fields' place where they may not.
//!
//! The page says its origin when it asks for the frame, and is told at once if it may not show it. Whoever lies there is
//! stopped by the browser: the frame's policy names who may be around it, and its messages go to that origin alone.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use vinr_core::keys::Environment;
use vinr_core::origins::Embedders;

use super::super::html_under;
use super::super::texts::Texts;
use super::Asked;
use crate::app::App;
use crate::context::AccountContext;
use crate::error::{ApiError, Result};
use crate::http::auth::of_public_key;
use crate::http::door::is_ours;
use crate::locale::Locale;

/// Longest origin that is answered by its name: longer ones are no browser's.
const ORIGIN_BYTES_MAX: usize = 300;
/// Who may be around a frame in a sandbox where nobody is named: pages that nobody could have changed on their way, and
/// programs that are being written.
const ANY: &str = "https: http://localhost:* http://*.localhost:* http://127.0.0.1:*";
/// What may be done by the page that stands in the fields' place. Everybody may show it, or nobody would learn why.
const REFUSED: &str = "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'none'; base-uri 'none'";

/// The account whose fields a page asks for, if it may show them.
///
/// # Errors
/// `invalid_api_key`, `insufficient_scope`, `origin_not_allowed`.
pub(super) async fn admit(app: &App, asked: &Asked, headers: &HeaderMap) -> Result<Arc<AccountContext>> {
    let caller = of_public_key(app, &asked.key).await?;
    let context = app.contexts.recent(&app.db, &caller.account, app.env.wall()).await?;
    if !is_ours(&asked.origin, headers, &app.settings.public_url) {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:/[]".contains(&byte);
        let is_named = (1..=ORIGIN_BYTES_MAX).contains(&asked.origin.len()) && asked.origin.bytes().all(is_plain);
        context.settings.embedders(app.settings.environment).check(if is_named {
            &asked.origin
        } else {
            "this page"
        })?;
    }
    Ok(context)
}

/// A policy for what an account's pages show in frames: `may`, and who may be around it.
pub(super) fn policy(app: &App, context: &AccountContext, may: &str) -> String {
    let around = match context.settings.embedders(app.settings.environment) {
        Embedders::Any => format!(" {ANY}"),
        Embedders::Named(origins) => {
            origins.iter().fold(String::new(), |around, origin| around + " " + &origin.to_string())
        }
        Embedders::Nobody => String::new(),
    };
    format!("{may}; frame-ancestors 'self'{around}")
}

#[derive(Template)]
#[template(path = "elements/refused.html")]
struct Refused<'a> {
    locale: Locale,
    t: &'static Texts,
    /// For the program around it, as errors of the card fields are.
    kind: &'static str,
    code: &'static str,
    message: &'a str,
    /// Whether whoever sees it writes the program.
    sandbox: bool,
}

/// What stands in the fields' place: for buyers that cards are not accepted, for programs why.
pub(super) fn refused(app: &App, locale: Locale, error: &ApiError) -> Response {
    if error.status() == 500 {
        tracing::error!(%error, source = error.source, "card fields could not be shown and someone must look");
    }
    let refusal = error.first();
    let page = Refused {
        locale,
        t: Texts::of(locale),
        kind: match error.status() {
            401 => "authentication_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        },
        code: refusal.code.as_str(),
        message: &refusal.message,
        sandbox: app.settings.environment == Environment::Sandbox,
    };
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    html_under(REFUSED, status, &page)
}
