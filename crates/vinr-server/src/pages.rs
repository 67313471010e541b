//! What buyers see. Pages are whole without JavaScript, but for card fields in merchants' own; scripts make them
//! pleasanter. They carry the buyer's language,
//! load nothing from elsewhere, and their addresses hold a secret of their own.

mod assets;
mod brand;
mod checkout;
mod demo;
mod elements;
mod locale;
mod texts;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::app::App;
use locale::Locale;

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
    pages.with_state(app).merge(shop).layer(axum::middleware::from_fn(log))
}

/// Notes what was shown. The address itself is a secret: its route stands for it.
async fn log(request: Request, next: Next) -> Response {
    let (method, route) = (request.method().clone(), request.extensions().get::<MatchedPath>().cloned());
    let response = next.run(request).await;
    let (route, status) = (route.as_ref().map_or("", MatchedPath::as_str), response.status().as_u16());
    tracing::debug!(%method, route, status, "showed a page");
    response
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
