//! The buyers' pages while something is wrong: with the address, with our own rows, or with the buyer.

use serde_json::json;

use crate::checkout::{Browser, CARD, payment, status, url};
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_page_that_panics_answers_with_a_page,
    an_unknown_address_beneath_a_page_is_answered_with_a_page,
    a_test_token_is_no_means_of_a_buyer,
);

async fn a_page_that_panics_answers_with_a_page(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let spoil = "UPDATE payments SET currency = 'no such'";
    assert_eq!(server.app.db.prune(spoil, &[]).await.expect("an update"), 1);
    for page in [browser.get(url(&payment)).await, browser.post(url(&payment), CARD).await] {
        assert_eq!(page.status, 503);
        assert!(page.html.contains("This page is not working right now"), "{}", page.html);
        assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    }
}

async fn an_unknown_address_beneath_a_page_is_answered_with_a_page(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("de"));
    let payment = payment(&server).await;
    let link = server.post("/v1/payment-links", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    let link = link["url"].as_str().expect("a page");
    let bank = url(&payment).replace("/checkout/", "/authenticate/");
    for address in [format!("{}/", url(&payment)), format!("{bank}/"), format!("{link}/"), format!("{link}/x/y")] {
        for page in [browser.get(&address).await, browser.post(&address, CARD).await] {
            assert_eq!(page.status, 404, "{address}");
            assert!(page.html.contains("<html lang=\"de\">"), "{address}: {}", page.html);
            assert!(page.headers.contains_key("x-vinr-request-id"), "{:?}", page.headers);
        }
    }
    let elsewhere = browser.get(&format!("{}/checkouts/x", server.url)).await;
    assert!(elsewhere.status == 404 && elsewhere.html.contains("route_missing"), "{}", elsewhere.html);
}

async fn a_test_token_is_no_means_of_a_buyer(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let customer = server.post("/v1/customers", json!({})).await.ok()["id"].clone();
    let body = json!({"amount": 1000, "currency": "EUR", "customerId": customer});
    let payment = server.post("/v1/payments", body).await.ok();
    assert_eq!(browser.post(url(&payment), "method=pm_test_4242").await.status, 422);
    assert_eq!(status(&server, &payment).await, "pending");
}
