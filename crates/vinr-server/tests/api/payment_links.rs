//! Payment links: made by a merchant, visited by buyers, and paid no more often than they were made for.

use futures_util::future::join_all;
use serde_json::{Value, json};
use vinr_core::keys::Environment;

use crate::checkout::{Browser, CARD, Page};
use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    a_link_is_made_changed_and_found,
    what_contradicts_itself_is_refused,
    looking_at_a_link_makes_no_payment,
    each_visit_of_a_reusable_link_makes_its_own_payment,
    a_link_for_one_use_stays_with_one_payment,
    a_link_for_one_use_makes_another_payment_when_the_first_is_over_unpaid,
    no_more_payments_complete_than_the_maximum_however_many_buyers_pay_at_once,
    a_payment_under_way_keeps_its_place_until_it_fails,
    a_closed_link_says_why_and_takes_no_payment,
    a_payment_closes_with_its_link,
    a_link_that_nobody_was_given_opens_nothing,
    a_link_has_its_address_as_a_code,
    pages_of_links_speak_the_buyers_language,
);

async fn link(server: &Server, more: Value) -> Value {
    let mut body = json!({"amount": 1000, "currency": "EUR", "description": "Ticket <1>"});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    server.post("/v1/payment-links", body).await.ok()
}

fn url(link: &Value) -> &str {
    link["url"].as_str().expect("an address")
}

fn one(link: &Value) -> String {
    format!("/v1/payment-links/{}", link["id"].as_str().expect("an id"))
}

/// Presses the button of a link's page; where it leads.
async fn visited(server: &Server, link: &Value) -> String {
    Browser::new("en").post(url(link), "").await.onwards(server)
}

/// The payments that a link has made, newest first.
async fn payments(server: &Server, link: &Value) -> Vec<Value> {
    let path = format!("/v1/payments?limit=100&paymentLinkId={}", link["id"].as_str().expect("an id"));
    server.get(&path).await.ok()["data"].as_array().expect("payments").clone()
}

/// The sandbox's buyer pays one of them.
async fn pays(server: &Server, payment: &Value, number: &str) -> Answer {
    let path = format!("/v1/test/payments/{}/pay", payment["id"].as_str().expect("an id"));
    server.post(&path, json!({"number": number})).await
}

async fn a_link_is_made_changed_and_found(engine: Engine) {
    let server = Server::start(engine).await;
    let soon = "2100-01-01T00:00:00Z";
    let made = link(
        &server,
        json!({"id": "link_fair", "reusable": true, "maxPayments": 3, "expiresAt": soon,
        "returnUrl": "https://shop.example/thanks", "metadata": {"fair": "2026"}}),
    )
    .await;
    let shown = json!({
        "id": "link_fair", "object": "payment_link", "status": "active", "active": true,
        "amount": 1000, "currency": "EUR", "description": "Ticket <1>", "reusable": true, "maxPayments": 3,
        "completedPayments": 0, "paymentId": null, "returnUrl": "https://shop.example/thanks",
        "metadata": {"fair": "2026"}, "expiresAt": soon,
    });
    for (name, value) in shown.as_object().expect("an object") {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!(made["qrCodeUrl"], format!("{}/qr.svg", url(&made)));
    assert_eq!(server.get(&one(&made)).await.ok(), made);
    let other = link(&server, json!({})).await;
    assert_eq!(
        (&other["reusable"], &other["maxPayments"], &other["expiresAt"]),
        (&json!(false), &json!(1), &Value::Null)
    );
    let many = link(&server, json!({"maxPayments": 2})).await;
    assert_eq!(many["reusable"], true, "a maximum above one says so");
    let changes = json!({"active": false, "description": null, "maxPayments": null, "expiresAt": null,
        "returnUrl": null, "metadata": {"fair": "", "hall": 4}});
    let changed = server.patch(&one(&made), changes).await.ok();
    let shown = json!({"status": "inactive", "active": false, "description": null, "maxPayments": null,
        "expiresAt": null, "returnUrl": null, "metadata": {"hall": "4"}, "url": made["url"]});
    for (name, value) in shown.as_object().expect("an object") {
        assert_eq!(changed[name], *value, "{name}");
    }
    let ids = |listed: Value| -> Vec<String> {
        listed["data"].as_array().expect("links").iter().map(|link| link["id"].to_string()).collect()
    };
    assert_eq!(ids(server.get("/v1/payment-links").await.ok()).len(), 3);
    assert_eq!(ids(server.get("/v1/payment-links?active=false").await.ok()), ["\"link_fair\""]);
    let page = server.get("/v1/payment-links?limit=1&active=true").await.ok();
    assert_eq!((ids(page.clone()), &page["page"]["hasMore"]), (vec![many["id"].to_string()], &json!(true)));
    let again = server.post("/v1/payment-links", json!({"id": "link_fair", "amount": 1, "currency": "EUR"})).await;
    assert_eq!((again.status, again.code().as_str()), (400, "resource_exists"));
}

async fn what_contradicts_itself_is_refused(engine: Engine) {
    let server = Server::start(engine).await;
    let euros = |more: Value| {
        let mut body = json!({"amount": 1000, "currency": "EUR"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    for (body, code, param) in [
        (json!({"priceId": "price_1"}), "parameter_invalid", "priceId"),
        (json!({"price": "price_1", "amount": 1000, "currency": "EUR"}), "parameter_invalid", "priceId"),
        (json!({"currency": "EUR"}), "parameter_missing", "amount"),
        (json!({"amount": 1000}), "parameter_missing", "currency"),
        (json!({"amount": 1001, "currency": "KWD"}), "parameter_invalid", "amount"),
        (euros(json!({"reusable": false, "maxPayments": 2})), "parameter_conflict", "maxPayments"),
        (euros(json!({"maxPayments": 0})), "parameter_invalid", "maxPayments"),
        (euros(json!({"expiresAt": 1_000_000_000})), "parameter_invalid", "expiresAt"),
        (euros(json!({"returnUrl": "shop"})), "parameter_invalid", "returnUrl"),
    ] {
        let refused = server.post("/v1/payment-links", body.clone()).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code), "{body}");
        assert_eq!(refused.json()["error"]["param"], param, "{body}");
    }
    let made = link(&server, json!({})).await;
    for (body, code) in [
        (json!({"maxPayments": 2}), "parameter_conflict"),
        (json!({"expiresAt": 1_000_000_000}), "parameter_invalid"),
        (json!({"amount": 2000}), "parameter_unknown"),
    ] {
        let refused = server.patch(&one(&made), body.clone()).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code), "{body}");
    }
    assert_eq!(server.get(&one(&made)).await.ok(), made, "nothing was changed");
}

async fn looking_at_a_link_makes_no_payment(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    for more in [json!({}), json!({"reusable": true})] {
        let made = link(&server, more).await;
        for _ in 0..3 {
            let page = browser.get(url(&made)).await.whole();
            for shown in
                ["Pay Test", "€10.00", "Ticket &#60;1&#62;", "Continue to payment", "Sandbox", "method=\"post\""]
            {
                assert!(page.contains(shown), "{shown} is on {page}");
            }
        }
        let head = server.http.head(url(&made)).send().await.expect("an answer");
        assert_eq!(head.status(), 200);
        assert_eq!(payments(&server, &made).await, Vec::<Value>::new());
        assert_eq!(server.get(&one(&made)).await.ok(), made, "and changes nothing");
    }
}

async fn each_visit_of_a_reusable_link_makes_its_own_payment(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let more = json!({"reusable": true, "returnUrl": "https://shop.example/thanks", "metadata": {"fair": "2026"}});
    let made = link(&server, more).await;
    let (first, second) = (visited(&server, &made).await, visited(&server, &made).await);
    assert_ne!(first, second);
    let paid = browser.post(&first, CARD).await;
    let page = browser.get(&paid.onwards(&server)).await.whole();
    assert!(page.contains("Paid") && page.contains("https://shop.example/thanks?paymentId="), "{page}");
    let made_of_it = payments(&server, &made).await;
    let seen: Vec<_> = made_of_it.iter().map(|payment| payment["status"].as_str().expect("a status")).collect();
    assert_eq!(seen, ["pending", "completed"]);
    for payment in &made_of_it {
        assert_eq!(payment["paymentLinkId"], made["id"]);
        assert_eq!((&payment["metadata"], &payment["amount"]), (&json!({"fair": "2026"}), &json!(1000)));
    }
    let told = server.get("/v1/events?type=payment.completed").await.ok();
    assert_eq!(told["data"][0]["data"]["paymentLinkId"], made["id"], "webhooks tell which link it was");
    let after = server.get(&one(&made)).await.ok();
    assert_eq!((&after["completedPayments"], &after["status"]), (&json!(1), &json!("active")));
    server.assert_ledger().await;
}

async fn a_link_for_one_use_stays_with_one_payment(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let made = link(&server, json!({})).await;
    let pressed = join_all((0..6).map(|_| visited(&server, &made))).await;
    assert!(pressed.iter().all(|place| *place == pressed[0]), "buyers who press at once get one payment: {pressed:?}");
    assert_eq!(browser.get(url(&made)).await.onwards(&server), pressed[0], "from now on the link leads to it");
    assert_eq!(payments(&server, &made).await.len(), 1);
    let paid = browser.post(&pressed[0], CARD).await;
    assert!(browser.get(&paid.onwards(&server)).await.whole().contains("Paid"));
    let shown = browser.get(&browser.get(url(&made)).await.onwards(&server)).await.whole();
    assert!(shown.contains("Already paid"), "{shown}");
    let after = server.get(&one(&made)).await.ok();
    assert_eq!(
        (&after["status"], &after["paymentId"]),
        (&json!("completed"), &payments(&server, &made).await[0]["id"])
    );
    assert_eq!(visited(&server, &made).await, pressed[0], "it makes no other one");
    assert_eq!(payments(&server, &made).await.len(), 1);
}

async fn a_link_for_one_use_makes_another_payment_when_the_first_is_over_unpaid(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let made = link(&server, json!({})).await;
    let first = visited(&server, &made).await;
    browser.post(&first, &CARD.replace("4242+4242+4242+4242", "4000000000000002")).await;
    assert_eq!(visited(&server, &made).await, first, "a payment that was declined can still be paid");
    server.advance(86_401).await;
    let second = visited(&server, &made).await;
    assert_ne!(second, first);
    assert!(browser.get(&first).await.whole().contains("This page has expired"));
    browser.post(&second, CARD).await;
    let seen: Vec<_> = payments(&server, &made).await.iter().map(|payment| payment["status"].clone()).collect();
    assert_eq!(seen, ["completed", "failed"]);
    assert_eq!(server.get(&one(&made)).await.ok()["completedPayments"], 1);
}

async fn no_more_payments_complete_than_the_maximum_however_many_buyers_pay_at_once(engine: Engine) {
    let server = Server::start(engine).await;
    for (most, card) in [(1, "4242424242424242"), (3, "4242424242424242"), (3, "4000000000003220")] {
        let made = link(&server, json!({"reusable": true, "maxPayments": most})).await;
        join_all((0..9).map(|_| visited(&server, &made))).await;
        let open = payments(&server, &made).await;
        assert_eq!(open.len(), 9);
        let answers = join_all(open.iter().map(|payment| pays(&server, payment, card))).await;
        let (taken, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((taken.len(), refused.len()), (most, 9 - most));
        for answer in refused {
            assert_eq!((answer.status, answer.code().as_str()), (422, "payment_link_used_up"));
        }
        for challenged in taken.iter().map(|answer| answer.json()).filter(|payment| payment["status"] != "completed") {
            let path = format!("/v1/test/payments/{}/authenticate", challenged["id"].as_str().expect("an id"));
            assert_eq!(server.post(&path, json!({"result": "succeed"})).await.ok()["status"], "completed");
        }
        let after = payments(&server, &made).await;
        assert_eq!(after.iter().filter(|payment| payment["status"] == "completed").count(), most);
        let waits = after.iter().filter(|payment| payment["status"] == "pending" && payment["amountCaptured"] == 0);
        assert_eq!(waits.count(), 9 - most, "nobody else was charged");
        let closed = server.get(&one(&made)).await.ok();
        assert_eq!((&closed["status"], &closed["completedPayments"]), (&json!("completed"), &json!(most)));
        let page = Browser::new("en").get(url(&made)).await.whole();
        assert!(page.contains("This link has been used"), "{page}");
    }
    server.assert_ledger().await;
}

async fn a_payment_under_way_keeps_its_place_until_it_fails(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let made = link(&server, json!({"reusable": true, "maxPayments": 1})).await;
    let (first, second) = (visited(&server, &made).await, visited(&server, &made).await);
    let asked = browser.post(&first, &CARD.replace("4242+4242+4242+4242", "4000000000003220")).await;
    assert_eq!(asked.status, 303);
    assert!(browser.get(url(&made)).await.whole().contains("Somebody is paying right now"));
    let refused = browser.post(&second, CARD).await;
    let page = browser.get(&refused.onwards(&server)).await.whole();
    assert!(page.contains("Somebody is paying right now"), "{page}");
    assert_eq!(server.get(&one(&made)).await.ok()["status"], "active");
    browser.post(&first.replace("/checkout/", "/authenticate/"), "result=fail").await;
    assert!(browser.get(url(&made)).await.whole().contains("Continue to payment"), "the place is free again");
    let paid = browser.post(&second, CARD).await;
    assert!(browser.get(&paid.onwards(&server)).await.whole().contains("Paid"));
    let late = browser.get(&first).await.whole();
    assert!(late.contains("This link has been used") && !late.contains("<form"), "{late}");
    assert_eq!(server.get(&one(&made)).await.ok()["completedPayments"], 1);
    server.assert_ledger().await;
}

async fn a_closed_link_says_why_and_takes_no_payment(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let end = server.get("/v1/test/clock").await.ok()["now"].clone();
    let end = seconds(end.as_str().expect("a time"));
    let off = link(&server, json!({"reusable": true})).await;
    let over = link(&server, json!({"reusable": true, "expiresAt": end + 3600})).await;
    let waiting = visited(&server, &off).await;
    server.patch(&one(&off), json!({"active": false})).await.ok();
    server.advance(3601).await;
    assert_eq!(server.get(&one(&over)).await.ok()["status"], "expired");
    for (closed, says) in [(&off, "This link is switched off"), (&over, "This link has expired")] {
        let before = payments(&server, closed).await.len();
        let page = browser.get(url(closed)).await.whole();
        assert!(page.contains(says) && !page.contains("<form"), "{page}");
        let pressed = browser.post(url(closed), "").await;
        assert!(browser.get(&pressed.onwards(&server)).await.whole().contains(says));
        assert_eq!(payments(&server, closed).await.len(), before);
    }
    let refused = pays(&server, &payments(&server, &off).await[0], "4242424242424242").await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_link_inactive"));
    assert!(browser.get(&waiting).await.whole().contains("This link is switched off"));
    server.patch(&one(&off), json!({"active": true})).await.ok();
    let paid = browser.post(&waiting, CARD).await;
    assert!(browser.get(&paid.onwards(&server)).await.whole().contains("Paid"), "on again, it can be paid");
}

/// Unix seconds of what the clock shows.
pub fn seconds(text: &str) -> i64 {
    vinr_core::time::Timestamp::parse(text).expect("a time").seconds()
}

async fn a_payment_closes_with_its_link(engine: Engine) {
    let server = Server::start(engine).await;
    let now = seconds(server.get("/v1/test/clock").await.ok()["now"].as_str().expect("a time"));
    let made = link(&server, json!({"expiresAt": now + 7200})).await;
    visited(&server, &made).await;
    assert_eq!(payments(&server, &made).await[0]["expiresAt"], made["expiresAt"]);
    server.advance(7201).await;
    assert_eq!(payments(&server, &made).await[0]["status"], "expired");
}

async fn a_link_that_nobody_was_given_opens_nothing(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let made = link(&server, json!({"reusable": true})).await;
    let (rest, _) = url(&made).rsplit_once('/').expect("a secret");
    let id = made["id"].as_str().expect("an id");
    for address in
        [format!("{rest}/{}", "0".repeat(32)), format!("{rest}/{id}"), url(&made).replace("/acct_", "/acct_0")]
    {
        for page in [browser.get(&address).await, browser.post(&address, "").await] {
            assert_eq!(page.status, 404, "{address}");
            assert!(!page.html.contains("Ticket"), "{}", page.html);
        }
        assert_eq!(browser.get(&format!("{address}/qr.svg")).await.status, 404);
    }
    assert_eq!(payments(&server, &made).await, Vec::<Value>::new());
    let live = Server::start_in(engine, Environment::Live).await;
    let made = link(&live, json!({})).await;
    let page = browser.get(url(&made)).await.whole();
    assert!(page.contains("Cards are not accepted here yet") && !page.contains("<form"), "{page}");
}

async fn a_link_has_its_address_as_a_code(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let made = link(&server, json!({})).await;
    let Page { status, headers, html, .. } = browser.get(made["qrCodeUrl"].as_str().expect("an address")).await;
    assert_eq!((status, headers["content-type"].to_str().expect("text")), (200, "image/svg+xml"));
    assert!(html.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "), "{html}");
    assert!(headers["cache-control"].to_str().expect("text").contains("immutable"));
}

async fn pages_of_links_speak_the_buyers_language(engine: Engine) {
    let server = Server::start(engine).await;
    let made = link(&server, json!({"reusable": true})).await;
    for (language, tag, says) in [
        ("de-AT,de;q=0.9", "de", "Weiter zur Zahlung"),
        ("bg", "bg", "Към плащането"),
        ("fr", "fr", "Continuer vers le paiement"),
        ("es", "es", "Continuar al pago"),
        ("ja", "en", "Continue to payment"),
    ] {
        let page = Browser::new(language).get(url(&made)).await.whole();
        assert!(page.contains(&format!("<html lang=\"{tag}\">")) && page.contains(says), "{language}: {page}");
    }
}
