//! What buyers see. Pages are whole without JavaScript, but for card fields in merchants' own; scripts make them
//! pleasanter. They carry the buyer's language,
//! load nothing from elsewhere, and their addresses hold a secret of their own.

mod assets;
mod brand;
mod checkout;
mod demo;
mod elements;
mod texts;

use std::panic::AssertUnwindSafe;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt as _;

use crate::app::App;
use crate::locale::Locale;
use checkout::outcomes;

/// Beneath these lie the pages that buyers are sent to, by addresses that can be copied wrongly.
const OF_BUYERS: [&str; 3] = ["/checkout/", "/l/", "/authenticate/"];

/// Everything a page may do: load from here, post to here, show the bank in a frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
     frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// The same for what is shown in that frame.
const FRAMED_POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'";

/// The pages of an app; `api` is what it answers to programs.
pub(crate) fn routes(app: App, api: Router) -> Router {
    let shop = demo::routes(&app, api);
    let pages = checkout::routes().merge(brand::routes()).merge(assets::routes()).merge(elements::routes());
    pages.with_state(app).merge(shop).layer(axum::middleware::from_fn(watch))
}

/// Notes what was shown, and answers with a page also when a handler panics. The address itself is a secret: its route
/// stands for it.
async fn watch(request: Request, next: Next) -> Response {
    let (method, route) = (request.method().clone(), request.extensions().get::<MatchedPath>().cloned());
    let (locale, path) = (locale(request.headers()), request.uri().path().to_owned());
    let route = route.as_ref().map_or("", MatchedPath::as_str);
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(%method, route, "a page's handler panicked and someone must look");
        let mut response = outcomes::trouble(locale, &path);
        // A card may have been typed: the buffer that it was read into goes with the connection.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        response
    });
    tracing::debug!(%method, route, status = response.status().as_u16(), "showed a page");
    response
}

/// Answers a buyer whose address leads nowhere with a page.
pub(crate) async fn unknown(request: Request, next: Next) -> Response {
    let is_routed = request.extensions().get::<MatchedPath>().is_some();
    let is_ours = OF_BUYERS.iter().any(|beneath| request.uri().path().starts_with(beneath));
    let locale = (is_ours && !is_routed).then(|| locale(request.headers()));
    let response = next.run(request).await;
    locale.map_or(response, outcomes::missing)
}

/// A page of this status.
fn html(status: StatusCode, page: &impl Template) -> Response {
    html_under(POLICY, status, page)
}

fn html_under(policy: &str, status: StatusCode, page: &impl Template) -> Response {
    let text = page.render().expect("templates write into memory");
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_str(policy).expect("a policy is ASCII"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Sends the browser elsewhere with a GET.
fn see_other(place: &str) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(place).expect("our own paths are plain"));
    response
}

fn locale(headers: &HeaderMap) -> Locale {
    Locale::of(headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests;
