//! iDEAL: chosen on the hosted page, approved at the buyer's bank, which is a page of the sandbox's.

use serde_json::{Value, json};
use vinr_core::keys::Environment;

use crate::checkout::{Browser, CARD, payment, status, url};
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_buyer_approves_at_the_bank_and_has_paid,
    a_bank_that_refuses_leaves_every_way_to_pay_open,
    a_buyer_who_leaves_the_bank_may_come_back_for_fifteen_minutes,
    a_bank_that_pays_later_does_so_on_the_accounts_clock,
    what_ideal_cannot_pay_is_not_offered_it,
);

const IDEAL: &str = "method=ideal&number=&expiry=&cvc=&name=";

fn bank(payment: &Value) -> String {
    url(payment).replace("/checkout/", "/authenticate/")
}

async fn shown(server: &Server, payment: &Value) -> Value {
    server.get(&format!("/v1/payments/{}", payment["id"].as_str().expect("an id"))).await.ok()
}

/// What was told of payments, oldest first.
async fn events(server: &Server) -> Vec<String> {
    let told = server.get("/v1/events?limit=100").await.ok();
    let told = told["data"].as_array().expect("events").iter().filter_map(|one| one["type"].as_str());
    let mut told: Vec<String> = told.filter(|kind| kind.starts_with("payment.")).map(str::to_owned).collect();
    told.reverse();
    told
}

async fn a_buyer_approves_at_the_bank_and_has_paid(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let page = browser.get(url(&payment)).await.whole();
    assert!(page.contains("How would you like to pay?") && page.contains("value=\"ideal\""), "{page}");
    let chosen = browser.post(url(&payment), IDEAL).await;
    let page = browser.get(&chosen.onwards(&server)).await.whole();
    let path = bank(&payment).replace(&server.url, "");
    assert!(page.contains(&format!("content=\"0;url={path}\"")) && page.contains("Continue at your bank"), "{page}");
    let asked = shown(&server, &payment).await;
    assert_eq!((&asked["status"], &asked["method"]), (&json!("requires_authentication"), &json!("ideal")));
    assert_eq!((&asked["card"], &asked["authenticationUrl"]), (&Value::Null, &json!(bank(&payment))));
    let again = browser.get(url(&payment)).await.whole();
    assert!(
        again.contains("Go to your bank") && !again.contains("http-equiv"),
        "who comes back is not sent away: {again}"
    );
    let page = browser.get(&bank(&payment)).await.whole();
    for part in ["Do you approve the payment of €10.00 to Test?", "value=\"succeed", "value=\"pend", "value=\"fail"] {
        assert!(page.contains(part), "{part} is on {page}");
    }
    let answered = browser.post(&bank(&payment), "result=succeed").await;
    assert!(browser.get(&answered.onwards(&server)).await.whole().contains("Paid"));
    let paid = shown(&server, &payment).await;
    assert_eq!(
        (&paid["status"], &paid["amountCaptured"], &paid["fee"]),
        (&json!("completed"), &json!(1000), &json!(40))
    );
    assert_eq!(events(&server).await, ["payment.created", "payment.requires_authentication", "payment.completed"]);
    assert_eq!(browser.post(&bank(&payment), "result=fail").await.status, 303, "what is over stays over");
    assert_eq!(status(&server, &payment).await, "completed");
    server.assert_ledger().await;
}

async fn a_bank_that_refuses_leaves_every_way_to_pay_open(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    browser.post(url(&payment), IDEAL).await;
    let refused = browser.post(&bank(&payment), "result=fail").await;
    let page = browser.get(&refused.onwards(&server)).await.whole();
    assert!(page.contains("Your bank did not make the payment.") && page.contains("value=\"ideal\" checked"), "{page}");
    let failed = shown(&server, &payment).await;
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!("bank_declined")));
    assert_eq!(
        (&failed["failure"]["category"], &failed["failure"]["retryable"]),
        (&json!("issuer_declined"), &json!(true))
    );
    let paid = browser.post(url(&payment), CARD).await;
    assert!(browser.get(&paid.onwards(&server)).await.whole().contains("Paid"));
    let paid = shown(&server, &payment).await;
    assert_eq!((&paid["method"], &paid["card"]["last4"]), (&json!("card"), &json!("4242")));
    server.assert_ledger().await;
}

async fn a_buyer_who_leaves_the_bank_may_come_back_for_fifteen_minutes(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    browser.post(url(&payment), IDEAL).await;
    let page = browser.get(&bank(&payment)).await.whole();
    assert!(page.contains("href=\"https://shop.example/thanks?a=1&#38;paymentId="), "the way out: {page}");
    server.advance(14 * 60).await;
    assert!(browser.get(&bank(&payment)).await.whole().contains("Do you approve"));
    server.advance(60).await;
    let failed = shown(&server, &payment).await;
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!("authentication_expired")));
    assert_eq!(browser.post(&bank(&payment), "result=succeed").await.status, 303);
    assert_eq!(status(&server, &payment).await, "failed", "the time was over");
    browser.post(url(&payment), IDEAL).await;
    browser.post(&bank(&payment), "result=succeed").await;
    assert_eq!(status(&server, &payment).await, "completed", "another try");
}

async fn a_bank_that_pays_later_does_so_on_the_accounts_clock(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    browser.post(url(&payment), IDEAL).await;
    let pending = browser.post(&bank(&payment), "result=pend").await;
    let page = browser.get(&pending.onwards(&server)).await.whole();
    assert!(page.contains("Your payment is on its way") && page.contains("status=processing"), "{page}");
    assert!(!page.contains("http-equiv"), "nobody waits in front of it: {page}");
    assert_eq!(status(&server, &payment).await, "processing");
    let cancel = format!("/v1/payments/{}/cancel", payment["id"].as_str().expect("an id"));
    assert_eq!(server.post(&cancel, json!({})).await.code(), "payment_not_cancellable");
    server.advance(59 * 60).await;
    assert_eq!(status(&server, &payment).await, "processing");
    server.advance(60).await;
    let paid = shown(&server, &payment).await;
    assert_eq!((&paid["status"], &paid["amountCaptured"]), (&json!("completed"), &json!(1000)));
    assert_eq!(events(&server).await[2..], ["payment.processing", "payment.completed"], "webhooks tell of both");
    server.assert_ledger().await;
}

async fn what_ideal_cannot_pay_is_not_offered_it(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    for more in [json!({"currency": "USD"}), json!({"capture": false})] {
        let mut body = json!({"amount": 1000, "currency": "EUR"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let payment = server.post("/v1/payments", body).await.ok();
        let page = browser.get(url(&payment)).await.whole();
        assert!(page.contains("Pay by card") && !page.contains("ideal"), "{more}: {page}");
        assert_eq!(browser.post(url(&payment), IDEAL).await.status, 422, "{more}");
        assert_eq!(status(&server, &payment).await, "pending", "{more}");
    }
    let live = Server::start_in(engine, Environment::Live).await;
    let payment = live.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    assert_eq!(browser.post(url(&payment), IDEAL).await.status, 422);
    assert_eq!(status(&live, &payment).await, "pending");
}
