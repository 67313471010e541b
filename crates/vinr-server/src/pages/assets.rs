//! What pages load. An asset's address holds a digest of its text: it is kept for ever, and a page never meets the script
//! or the style of another version.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Response};
use axum::routing::get;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::http::auth::store::hex;

/// The scripts of card forms begin with what they share.
const CHECKOUT: &str =
    concat!(include_str!("../../../../web/modules/card.js"), include_str!("../../../../web/modules/checkout.js"));
const ELEMENTS: &str = concat!(
    include_str!("../../../../web/modules/card.js"),
    include_str!("../../../../web/modules/appearance.js"),
    include_str!("../../../../web/modules/elements.js")
);

/// Name, ending, media type, text.
const FILES: [(&str, &str, &str, &str); 12] = [
    ("tokens", "css", "text/css; charset=utf-8", include_str!("../../../../web/styles/tokens.css")),
    ("checkout", "css", "text/css; charset=utf-8", include_str!("../../../../web/styles/checkout.css")),
    ("checkout", "js", "text/javascript; charset=utf-8", CHECKOUT),
    ("elements", "css", "text/css; charset=utf-8", include_str!("../../../../web/styles/elements.css")),
    ("elements", "js", "text/javascript; charset=utf-8", ELEMENTS),
    ("refused", "js", "text/javascript; charset=utf-8", include_str!("../../../../web/modules/refused.js")),
    ("outcome", "js", "text/javascript; charset=utf-8", include_str!("../../../../web/modules/outcome.js")),
    ("demo", "css", "text/css; charset=utf-8", include_str!("../../../../web/styles/demo.css")),
    ("demo", "js", "text/javascript; charset=utf-8", include_str!("../../../../web/modules/demo.js")),
    ("demo-order", "js", "text/javascript; charset=utf-8", include_str!("../../../../web/modules/demo-order.js")),
    ("demo-fields", "js", "text/javascript; charset=utf-8", include_str!("../../../../web/modules/demo-fields.js")),
    ("icon", "svg", "image/svg+xml; charset=utf-8", include_str!("../../../../web/styles/icon.svg")),
];

/// The addresses of [`FILES`], in their order.
static ADDRESSES: LazyLock<[String; FILES.len()]> = LazyLock::new(|| {
    FILES.map(|(name, ending, _, text)| format!("/assets/{name}-{}.{ending}", fingerprint(text.as_bytes())))
});

/// Where an asset is: `checkout.css`.
///
/// # Panics
/// Without such an asset: the templates name those that there are.
pub(super) fn address(file: &str) -> &'static str {
    let place = FILES.iter().position(|(name, ending, ..)| file.split_once('.') == Some((name, ending)));
    &ADDRESSES[place.unwrap_or_else(|| panic!("there is no asset {file}"))]
}

/// What tells one content from another in an address: 48 bits of its digest.
pub(super) fn fingerprint(content: &[u8]) -> String {
    let mut digits = hex(&Sha256::digest(content));
    digits.truncate(12);
    digits
}

/// The assets by address.
pub(super) fn routes() -> Router<App> {
    FILES.into_iter().zip(ADDRESSES.iter()).fold(Router::new(), |router, ((_, _, kind, text), address)| {
        router.route(address, get(move || async move { unchanging(kind, Body::from(text)) }))
    })
}

/// An answer that is the same for ever: its address changes with its content.
pub(super) fn unchanging(kind: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
