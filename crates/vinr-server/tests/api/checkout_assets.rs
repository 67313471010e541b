//! What pages load: styles and scripts that are kept for ever, and a merchant's own look.

use std::time::Duration;

use serde_json::json;

use crate::checkout::{Browser, payment, url};
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    what_a_page_loads_is_kept_for_ever_and_comes_from_here,
    a_merchants_look_replaces_accent_radius_and_logo,
);

/// A PNG of one transparent pixel.
const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Everything that a page names in `href` or `src`.
fn loaded(html: &str) -> Vec<&str> {
    let head = html.split("<header").next().expect("a head");
    let images = html.split("<img").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
    [head]
        .into_iter()
        .chain(images)
        .flat_map(|part| part.split(['"', '\'']))
        .filter(|one| one.starts_with('/'))
        .collect()
}

async fn what_a_page_loads_is_kept_for_ever_and_comes_from_here(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let page = browser.get(url(&payment(&server).await)).await.whole();
    let addresses = loaded(&page);
    assert_eq!(addresses.len(), 4, "icon, two styles, one script: {addresses:?}");
    for address in addresses {
        let asset = browser.get(&format!("{}{address}", server.url)).await;
        assert_eq!(asset.status, 200, "{address}");
        assert_eq!(asset.headers["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(asset.headers["x-content-type-options"], "nosniff");
        let other = address.replace('-', "-0");
        assert_eq!(browser.get(&format!("{}{other}", server.url)).await.status, 404, "{other} is another version");
    }
}

async fn a_merchants_look_replaces_accent_radius_and_logo(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let look = json!({"branding": {"color": "#FFD400", "radius": 4, "logoUrl": PIXEL}});
    let account = server.patch("/v1/account", look).await.ok();
    assert_eq!(account["branding"], json!({"color": "#ffd400", "radius": 4, "logoUrl": PIXEL}));
    let payment = payment(&server).await;
    let page = browser.get(url(&payment)).await.whole();
    let addresses = loaded(&page);
    let ending =
        |end: &str| *addresses.iter().find(|one| one.ends_with(end)).unwrap_or_else(|| panic!("{addresses:?}"));
    let style = browser.get(&format!("{}{}", server.url, ending("/style.css"))).await;
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
    for token in ["--accent: #877000; --accent-ink: #ffffff;", "--accent: #ffd400;", "--field-radius: 4px;"] {
        assert!(style.html.contains(token), "{token}: {}", style.html);
    }
    let logo = browser.get(&format!("{}{}", server.url, ending("/logo"))).await;
    assert_eq!(logo.headers["content-type"], "image/png");
    assert_eq!(logo.headers["x-content-type-options"], "nosniff");
    assert_eq!(logo.headers["content-security-policy"], "default-src 'none'");
    assert!(logo.html.contains("PNG"), "{}", logo.html);

    let wrong = json!({"branding": {"logoUrl": "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4="}});
    assert_eq!(server.patch("/v1/account", wrong).await.json()["error"]["param"], "branding.logoUrl");
    server.patch("/v1/account", json!({"branding": {}})).await.ok();
    let gone = format!("{}{}", server.url, ending("/logo"));
    // A server remembers an account for a second.
    while browser.get(url(&payment)).await.whole().contains("/brand/") {
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(browser.get(&gone).await.status, 404, "an address stands for one look");
}
