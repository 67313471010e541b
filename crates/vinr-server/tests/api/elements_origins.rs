//! Whose pages may show an account's card fields: what the account names, and what its frames answer.

use serde_json::json;
use vinr_core::keys::Environment;

use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    an_account_names_the_origins_that_may_show_its_fields,
    an_origin_that_is_not_exact_is_refused_with_what_to_write,
    a_page_of_an_origin_that_was_named_gets_the_fields,
    a_page_of_another_origin_is_told_what_to_do,
    a_sandbox_without_origins_takes_any_safe_page,
    live_without_origins_shows_fields_to_nobody,
    a_page_without_the_public_key_is_told_so,
    the_bank_within_the_fields_has_the_same_pages_around_it,
);

const SHOP: &str = "https://shop.example";

/// The frame that a page of this origin asks for with this key.
async fn frame(server: &Server, key: &str, origin: &str, language: &str) -> Answer {
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair("key", key).append_pair("origin", origin).finish();
    let request = server.http.get(format!("{}/elements/v1/frame?{query}", server.url));
    server.send(request.header("accept-language", language)).await
}

async fn name(server: &Server, origins: &[&str]) {
    server.patch("/v1/account", json!({"allowedOrigins": origins})).await.ok();
    // A commit finds that the account is not as it is remembered, and reads it again.
    server.post("/v1/payments", json!({"amount": 1_000, "currency": "EUR"})).await.ok();
}

fn text(answer: &Answer) -> String {
    String::from_utf8(answer.bytes.clone()).expect("text")
}

/// Who may be around what was answered; nothing for anybody.
fn around(answer: &Answer) -> String {
    let policy = answer.headers["content-security-policy"].to_str().expect("text");
    policy.split_once("frame-ancestors ").map(|(_, around)| around.to_owned()).unwrap_or_default()
}

/// Status and code of a page that stands in the fields' place.
fn refused(answer: &Answer) -> (u16, String) {
    let html = text(answer);
    assert!(!html.contains("cc-number"), "there are no fields: {html}");
    assert_eq!(around(answer), "", "everybody may show why");
    let (_, rest) = html.split_once("data-code=\"").expect("a code");
    (answer.status, rest.split_once('"').expect("an end").0.to_owned())
}

fn not_allowed() -> (u16, String) {
    (403, "origin_not_allowed".to_owned())
}

async fn an_account_names_the_origins_that_may_show_its_fields(engine: Engine) {
    let mut server = Server::start(engine).await;
    assert_eq!(server.get("/v1/account").await.ok()["allowedOrigins"], json!([]));
    let named =
        json!({"allowedOrigins": ["HTTPS://Shop.example:443", "https://shop.example", "http://localhost:5173"]});
    let expected = json!(["https://shop.example", "http://localhost:5173"]);
    assert_eq!(server.patch("/v1/account", named).await.ok()["allowedOrigins"], expected);
    server.patch("/v1/account", json!({"name": "Ada"})).await.ok();
    server.restart().await;
    assert_eq!(server.get("/v1/account").await.ok()["allowedOrigins"], expected, "what is not named stays");
    assert_eq!(server.patch("/v1/account", json!({"allowedOrigins": []})).await.ok()["allowedOrigins"], json!([]));
}

async fn an_origin_that_is_not_exact_is_refused_with_what_to_write(engine: Engine) {
    let server = Server::start(engine).await;
    for (origin, told) in [
        ("https://*.shop.example", "wildcards"),
        ("https://shop.example/checkout", "no path"),
        ("shop.example", "https://shop.example"),
        ("http://shop.example", "expected https"),
    ] {
        let answer = server.patch("/v1/account", json!({"allowedOrigins": [SHOP, origin]})).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["code"]), (400, &json!("parameter_invalid")), "{origin}");
        assert_eq!(error["param"], "allowedOrigins");
        assert!(error["message"].as_str().is_some_and(|message| message.contains(told)), "{origin}: {error}");
    }
    assert_eq!(server.get("/v1/account").await.ok()["allowedOrigins"], json!([]));
    let live = Server::start_in(engine, Environment::Live).await;
    let local = live.patch("/v1/account", json!({"allowedOrigins": ["http://localhost:5173"]})).await;
    assert_eq!(local.code(), "parameter_invalid", "in live every page comes over https");
}

async fn a_page_of_an_origin_that_was_named_gets_the_fields(engine: Engine) {
    let server = Server::start(engine).await;
    name(&server, &[SHOP, "http://localhost:5173"]).await;
    for origin in [SHOP, "http://localhost:5173", &server.url] {
        let page = frame(&server, &server.public_key, origin, "en").await;
        assert_eq!((page.status, text(&page).contains("cc-number")), (200, true), "{origin}");
        assert_eq!(around(&page), "'self' https://shop.example http://localhost:5173");
    }
}

async fn a_page_of_another_origin_is_told_what_to_do(engine: Engine) {
    let server = Server::start(engine).await;
    name(&server, &[SHOP]).await;
    for origin in ["https://www.shop.example", "http://shop.example", "http://localhost:5173", "null", ""] {
        let page = frame(&server, &server.public_key, origin, "en").await;
        assert_eq!(refused(&page), not_allowed(), "{origin}");
        assert!(text(&page).contains("allowedOrigins"), "{}", text(&page));
    }
    let page = text(&frame(&server, &server.public_key, "https://evil.example", "de").await);
    assert!(page.contains("<html lang=\"de\">") && page.contains("https://evil.example may not show"), "{page}");
    let made_up = text(&frame(&server, &server.public_key, "https://x\"><b>call 555", "en").await);
    assert!(made_up.contains("this page may not show") && !made_up.contains("call 555"), "{made_up}");
}

async fn a_sandbox_without_origins_takes_any_safe_page(engine: Engine) {
    let server = Server::start(engine).await;
    for origin in
        [SHOP, "https://203.0.113.7", "http://localhost:5173", "http://127.0.0.1:3000", "http://shop.localhost"]
    {
        assert_eq!(frame(&server, &server.public_key, origin, "en").await.status, 200, "{origin}");
    }
    let page = frame(&server, &server.public_key, "http://shop.example", "en").await;
    assert_eq!(refused(&page), not_allowed());
}

async fn live_without_origins_shows_fields_to_nobody(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    let page = frame(&server, &server.public_key, SHOP, "en").await;
    assert_eq!(refused(&page), not_allowed());
    let html = text(&page);
    assert!(html.contains("<h1>Cards are not accepted here yet</h1>"), "{html}");
    assert!(!html.contains("class=\"reason\""), "buyers are not told what the program is: {html}");
    assert!(html.contains("data-message=") && html.contains("allowedOrigins"), "the program is: {html}");
    name(&server, &[SHOP]).await;
    let page = frame(&server, &server.public_key, SHOP, "en").await;
    assert_eq!((page.status, around(&page).as_str()), (200, "'self' https://shop.example"));
}

async fn a_page_without_the_public_key_is_told_so(engine: Engine) {
    let server = Server::start(engine).await;
    for (key, expected) in [
        ("", (401, "invalid_api_key")),
        ("pk_test_nobodys", (401, "invalid_api_key")),
        (server.secret_key.as_str(), (403, "insufficient_scope")),
    ] {
        let (status, code) = refused(&frame(&server, key, SHOP, "en").await);
        assert_eq!((status, code.as_str()), expected, "{key}");
    }
}

async fn the_bank_within_the_fields_has_the_same_pages_around_it(engine: Engine) {
    let server = Server::start(engine).await;
    name(&server, &[SHOP]).await;
    let (payment, secret) = server.session(json!({})).await;
    let token = crate::elements::token(&server, "4000000000003220").await;
    let body = json!({"clientSecret": secret, "paymentMethodId": token});
    let confirm = format!("/v1/payments/{}/confirm", payment["id"].as_str().expect("an id"));
    let asked = server.ask_from_our_page(&confirm, body).await.ok();
    let bank = asked["authenticationUrl"].as_str().expect("the bank's page").to_owned();
    for place in [bank.clone(), format!("{bank}/done")] {
        let page = server.send(server.http.get(&place)).await;
        assert_eq!((page.status, around(&page).as_str()), (200, "'self' https://shop.example"), "{place}");
    }
    let stranger = server.send(server.http.get(format!("{bank}x/done"))).await;
    assert_eq!(stranger.status, 404);
}
