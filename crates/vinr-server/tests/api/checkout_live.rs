//! Hosted checkout in live: who cannot take cards says so before one is typed, and a test card is called one.

use std::sync::Arc;

use serde_json::{Value, json};
use vinr_core::accounts::KybStatus;
use vinr_core::keys::Environment;
use vinr_server::bootstrap;
use vinr_server::connectors::Connector;

use crate::acquirer_bank::{Bank, Line};
use crate::checkout::{Browser, CARD, payment, status, url};
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_merchant_without_an_acquirer_says_so_in_every_language,
    a_merchant_who_is_not_verified_says_so,
    a_test_card_is_called_one_and_changes_nothing,
    a_live_page_has_no_ribbon,
    no_card_is_saved_where_nobody_checks_it,
);

const REAL: &str = "4111+1111+1111+1111";

async fn start(engine: Engine, connector: Connector, kyb: KybStatus) -> Server {
    let server = Server::start_with(engine, Environment::Live, connector).await;
    bootstrap::set_kyb(&server.app.db, &server.account, kyb).await.expect("a status");
    server
}

fn reachable() -> Connector {
    Connector::Remote(Arc::new(Line(Arc::new(Bank::default()))))
}

/// Opens a page and posts a card to it: each time the page says that cards are not taken, and offers no field.
async fn refuses(browser: &Browser, page: &Value, says: &str) {
    let shown = browser.get(url(page)).await.whole();
    let typed = browser.post(url(page), &CARD.replace("4242+4242+4242+4242", REAL)).await;
    assert_eq!(typed.status, 422);
    for html in [shown, typed.html] {
        assert!(html.contains(says) && !html.contains("<form"), "{says}: {html}");
        assert!(html.contains("https://shop.example/thanks"), "there is a way back: {html}");
    }
}

async fn a_merchant_without_an_acquirer_says_so_in_every_language(engine: Engine) {
    let server = start(engine, Connector::Unconfigured, KybStatus::Verified).await;
    let payment = payment(&server).await;
    for (language, says) in [
        ("en", "Cards are not accepted here yet"),
        ("bg", "Тук още не се приемат карти"),
        ("de", "Karten werden hier noch nicht angenommen"),
        ("fr", "Les cartes ne sont pas encore acceptées ici"),
        ("es", "Aquí todavía no se aceptan tarjetas"),
    ] {
        refuses(&Browser::new(language), &payment, says).await;
    }
    assert_eq!(status(&server, &payment).await, "pending");
}

async fn a_merchant_who_is_not_verified_says_so(engine: Engine) {
    let server = start(engine, reachable(), KybStatus::Unverified).await;
    let payment = payment(&server).await;
    refuses(&Browser::new("en"), &payment, "Cards are not accepted here yet").await;
    assert_eq!(status(&server, &payment).await, "pending");
}

async fn a_test_card_is_called_one_and_changes_nothing(engine: Engine) {
    let server = start(engine, reachable(), KybStatus::Verified).await;
    let (payment, browser) = (payment(&server).await, Browser::new("en"));
    let test = browser.post(url(&payment), CARD).await;
    assert_eq!(test.status, 422);
    assert!(test.html.contains("This is a test card. Enter a real one."), "{}", test.html);
    let real = browser.post(url(&payment), &CARD.replace("4242+4242+4242+4242", REAL)).await;
    assert_eq!(real.status, 422);
    assert!(real.html.contains("Cards are not accepted here yet"), "no acquirer takes it as it is: {}", real.html);
    assert!(!real.html.contains("sandbox") && !test.html.contains("sandbox"), "nobody is told of a sandbox");
    assert_eq!(status(&server, &payment).await, "pending");
    let token = json!({"amount": 1000, "currency": "EUR", "paymentMethodId": "pm_test_4242", "confirm": true});
    assert_eq!(server.post("/v1/payments", token).await.code(), "test_card_in_live");
}

async fn a_live_page_has_no_ribbon(engine: Engine) {
    let server = start(engine, reachable(), KybStatus::Verified).await;
    let page = Browser::new("en").get(url(&payment(&server).await)).await.whole();
    assert!(page.contains("Pay €10.00") && !page.contains("ribbon") && !page.contains("Sandbox"), "{page}");
}

async fn no_card_is_saved_where_nobody_checks_it(engine: Engine) {
    let server = start(engine, reachable(), KybStatus::Verified).await;
    let customer = server.post("/v1/customers", json!({"email": "ada@example.com"})).await.ok();
    let path = format!("/v1/customers/{}/setup-method", customer["id"].as_str().expect("an id"));
    let setup = server.post(&path, json!({"returnUrl": "https://shop.example/thanks"})).await.ok();
    refuses(&Browser::new("en"), &setup, "Cards are not accepted here yet").await;
}
