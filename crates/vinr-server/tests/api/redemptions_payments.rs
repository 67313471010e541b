//! Redemptions at checkout: what a payment is reduced by, what becomes of both, and what a buyer is shown.

use serde_json::{Value, json};

use crate::checkout::{Browser, CARD};
use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::loyalty::id;
use crate::redemptions::{assert_moved, cents_off, five_off, member, points, redeem, redemption};

on_both_engines!(
    five_euros_off_forty_two_charge_thirty_seven,
    what_cannot_be_used_says_why_and_makes_no_payment,
    several_are_combined_and_a_part_is_of_the_whole,
    what_nothing_is_left_of_completes_without_a_charge,
    what_is_refunded_in_full_gives_its_points_back_once,
    a_refund_that_fails_takes_the_points_again,
    a_partial_capture_uses_it_and_its_full_refund_gives_it_back,
    a_cancelled_redemption_restores_the_amount,
    a_member_who_is_no_customer_redeems_too,
    the_hosted_page_shows_how_a_payment_comes_to_its_amount,
    nobody_pays_more_than_the_page_says,
    the_fields_of_elements_pay_what_they_were_told,
);

/// A payment of this customer's with these redemptions.
pub(crate) async fn order(server: &Server, customer: &str, amount: i64, redemptions: &[&str], more: Value) -> Answer {
    let mut body = json!({"amount": amount, "currency": "eur", "customer": customer, "redemptions": redemptions});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    server.post("/v1/payments", body).await
}

pub(crate) async fn pay(server: &Server, payment: &str, number: &str) -> Value {
    server.post(&format!("/v1/test/payments/{payment}/pay"), json!({"number": number})).await.ok()
}

pub(crate) async fn payment(server: &Server, id: &str) -> Value {
    server.get(&format!("/v1/payments/{id}")).await.ok()
}

pub(crate) fn amounts(payment: &Value) -> (i64, i64) {
    (payment["amount"].as_i64().expect("an amount"), payment["originalAmount"].as_i64().expect("an amount"))
}

async fn refund(server: &Server, payment: &str, amount: i64) -> Answer {
    server.post("/v1/refunds", json!({"payment": payment, "amount": amount})).await
}

pub(crate) const APPROVED: &str = "4242424242424242";

/// seeds 003, "Redeeming at checkout"; spec/traps.md, section 12.
async fn five_euros_off_forty_two_charge_thirty_seven(engine: Engine) {
    let server = Server::start(engine).await;
    let rule = json!({"award": {"type": "per_amount", "per": 100, "points": 1}});
    server.post("/v1/loyalty/earning-rules", rule).await.ok();
    server.post("/v1/customers", json!({"id": "cust_abc123"})).await.ok();
    let member = json!({"id": "loy_9f2k", "customer": "cust_abc123"});
    let account = id(&server.post("/v1/loyalty/accounts", member).await.ok());
    crate::redemptions::give(&server, &account, 500).await;
    let reward = json!({"id": "rwd_5eur_off", "name": "EUR 5.00 off", "type": "discount_amount", "cost": 500,
        "value": {"amount": 500, "currency": "EUR"}});
    server.post("/v1/loyalty/rewards", reward).await.ok();
    let redeemed = redeem(&server, "loy_9f2k", "rwd_5eur_off").await.ok();
    assert_eq!(redeemed["discount"], 500);
    let redeemed = id(&redeemed);
    let made = order(&server, "cust_abc123", 4200, &[&redeemed], json!({})).await.ok();
    assert_eq!(amounts(&made), (3700, 4200));
    assert_eq!(made["redemptions"], json!([redeemed]));
    assert_eq!(made["discounts"], json!([{"redemptionId": redeemed, "amount": 500}]));
    let attached = redemption(&server, &redeemed).await;
    assert_eq!((&attached["status"], &attached["paymentId"]), (&json!("attached"), &made["id"]));
    assert_eq!(points(&server, &account).await, (0, 500, 0));
    let paid = pay(&server, &id(&made), APPROVED).await;
    assert_eq!(
        (&paid["status"], &paid["amountCaptured"], &paid["fee"]),
        (&json!("completed"), &json!(3700), &json!(81))
    );
    assert_eq!(redemption(&server, &redeemed).await["status"], "applied");
    assert_eq!(points(&server, &account).await, (37, 0, 37), "points are earned on the money paid");
    let refused = refund(&server, &id(&made), 3701).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "amount_too_large"));
    server.advance(31 * 60).await;
    assert_eq!(redemption(&server, &redeemed).await["status"], "applied", "time does nothing to it");
    assert_moved(&server, &account, &[("adjust", 500), ("redeem", -500), ("earn", 37)]).await;
    server.assert_ledger().await;
}

async fn what_cannot_be_used_says_why_and_makes_no_payment(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _, usable) = five_off(&server).await;
    let (stranger, _, taken) = five_off(&server).await;
    order(&server, &stranger, 4200, &[&taken], json!({})).await.ok();
    let (other, account, cancelled) = five_off(&server).await;
    server.post(&format!("/v1/loyalty/redemptions/{cancelled}/cancel"), json!({})).await.ok();
    let dollars = json!({"currency": "USD"});
    let before = server.get("/v1/payments?limit=100").await.ok()["data"].as_array().expect("payments").len();
    for (payer, amount, ids, more, says) in [
        (&customer, 4200, vec![&usable], dollars, "EUR"),
        (&stranger, 4200, vec![&usable], json!({}), "payer"),
        (&customer, 4200, vec![&usable, &usable], json!({}), "twice"),
        (&stranger, 4200, vec![&taken], json!({}), "attached"),
        (&other, 4200, vec![&cancelled], json!({}), "cancelled"),
        (&customer, 520, vec![&usable], json!({}), "€0.20"),
    ] {
        let ids: Vec<&str> = ids.into_iter().map(String::as_str).collect();
        let refused = order(&server, payer, amount, &ids, more).await;
        let error = refused.json()["error"].clone();
        assert_eq!(
            (refused.status, &error["code"], &error["param"]),
            (422, &json!("redemption_not_usable"), &json!("redemptions")),
            "{says}"
        );
        assert!(error["message"].as_str().is_some_and(|message| message.contains(says)), "{says}: {error}");
    }
    let missing = order(&server, &customer, 4200, &["rdm_none"], json!({})).await;
    assert_eq!((missing.status, &missing.json()["error"]["param"]), (404, &json!("redemptions")));
    let malformed = order(&server, &customer, 4200, &["pay_1"], json!({})).await;
    assert_eq!((malformed.status, &malformed.json()["error"]["param"]), (400, &json!("redemptions")));
    assert_eq!(redemption(&server, &usable).await["status"], "issued", "it can be used elsewhere");
    server.advance(30 * 60).await;
    let late = order(&server, &customer, 4200, &[&usable], json!({})).await;
    assert_eq!((late.status, late.code().as_str()), (422, "redemption_not_usable"));
    let after = server.get("/v1/payments?limit=100").await.ok()["data"].as_array().expect("payments").len();
    assert_eq!((after, points(&server, &account).await), (before, (500, 0, 0)));
}

async fn several_are_combined_and_a_part_is_of_the_whole(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server, 1000).await;
    let five = cents_off(&server, 500, 500).await;
    let part = json!({"name": "A part", "type": "discount_percent", "cost": 200, "value": {"percent": 12.5}});
    let part = id(&server.post("/v1/loyalty/rewards", part).await.ok());
    let five = id(&redeem(&server, &account, &five).await.ok());
    let made = redeem(&server, &account, &part).await.ok();
    assert_eq!((&made["discount"], &made["currency"]), (&Value::Null, &Value::Null), "of what, is not known yet");
    let part = id(&made);
    let made = order(&server, &customer, 4200, &[&five, &part], json!({})).await.ok();
    assert_eq!(amounts(&made), (4200 - 500 - 525, 4200));
    let part = redemption(&server, &part).await;
    assert_eq!((&part["discount"], &part["currency"]), (&json!(525), &json!("EUR")));
    let session = json!({"amount": 4200, "currency": "eur", "customer": customer, "redemptions": [five]});
    let refused = server.post("/v1/payments/sessions", session).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "redemption_not_usable"), "each once");
}

async fn what_nothing_is_left_of_completes_without_a_charge(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    let asked = json!({"confirm": true, "paymentMethod": "pm_test_0002"});
    let free = order(&server, &customer, 300, &[&redeemed], asked).await.ok();
    assert_eq!((amounts(&free), &free["status"]), ((0, 300), &json!("completed")), "the card would be declined");
    assert_eq!((&free["fee"], &free["amountCaptured"], &free["method"]), (&json!(0), &json!(0), &Value::Null));
    assert_eq!(free["discounts"], json!([{"redemptionId": redeemed, "amount": 300}]), "capped");
    assert_eq!(redemption(&server, &redeemed).await["status"], "applied");
    assert_eq!(points(&server, &account).await, (0, 0, 0));
    let events = server.get("/v1/events?limit=100").await.ok();
    let told = events["data"].as_array().expect("events").iter().filter(|event| event["data"]["id"] == free["id"]);
    let told: Vec<&str> = told.filter_map(|event| event["type"].as_str()).collect();
    assert_eq!(told, ["payment.completed", "payment.created"]);
    let lines = server.get("/v1/balance/transactions").await.ok();
    assert_eq!(lines["data"], json!([]), "no line of nothing");
    let refused = refund(&server, &id(&free), 1).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "amount_too_large"));
    let page = Browser::new("en").get(free["checkoutUrl"].as_str().expect("a page")).await.whole();
    assert!(page.contains("€0.00") && page.contains("Already paid"), "{page}");
    server.assert_ledger().await;
}

async fn what_is_refunded_in_full_gives_its_points_back_once(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    let made = id(&order(&server, &customer, 4200, &[&redeemed], json!({})).await.ok());
    pay(&server, &made, APPROVED).await;
    for (amount, balance) in [(1000, 0), (1000, 0), (1700, 500)] {
        refund(&server, &made, amount).await.ok();
        assert_eq!(points(&server, &account).await, (balance, 0, 0), "{amount}");
    }
    let given_back = redemption(&server, &redeemed).await;
    assert_eq!((&given_back["status"], &given_back["paymentId"]), (&json!("released"), &json!(made)));
    assert_moved(&server, &account, &[("adjust", 500), ("redeem", -500), ("release", 500)]).await;
    let again = order(&server, &customer, 4200, &[&redeemed], json!({})).await;
    assert_eq!(again.code(), "redemption_not_usable");
    assert_eq!(amounts(&payment(&server, &made).await), (3700, 4200), "what was charged stays what it was");
    server.assert_ledger().await;
}

async fn a_refund_that_fails_takes_the_points_again(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    let asked = json!({"confirm": true, "paymentMethod": "pm_test_5126"});
    let made = id(&order(&server, &customer, 4200, &[&redeemed], asked).await.ok());
    refund(&server, &made, 3700).await.ok();
    assert_eq!(points(&server, &account).await, (500, 0, 0));
    server.advance(3 * 24 * 60 * 60).await;
    assert_eq!(payment(&server, &made).await["amountRefunded"], 0, "it did not arrive");
    assert_eq!(redemption(&server, &redeemed).await["status"], "applied");
    assert_eq!(points(&server, &account).await, (0, 0, 0));
    refund(&server, &made, 3700).await.ok();
    assert_eq!(points(&server, &account).await, (500, 0, 0), "and back once more");
    server.assert_ledger().await;
}

async fn a_partial_capture_uses_it_and_its_full_refund_gives_it_back(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    let held = json!({"confirm": true, "paymentMethod": "pm_test_4242", "capture": false});
    let made = id(&order(&server, &customer, 4200, &[&redeemed], held).await.ok());
    let refused = server.post(&format!("/v1/loyalty/redemptions/{redeemed}/cancel"), json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "redemption_in_use"));
    let captured = server.post(&format!("/v1/payments/{made}/capture"), json!({"amount": 2000})).await.ok();
    assert_eq!((amounts(&captured), &captured["amountCaptured"]), ((3700, 4200), &json!(2000)));
    assert_eq!(redemption(&server, &redeemed).await["status"], "applied");
    refund(&server, &made, 2000).await.ok();
    assert_eq!(points(&server, &account).await, (500, 0, 0));
}

async fn a_cancelled_redemption_restores_the_amount(engine: Engine) {
    let server = Server::start(engine).await;
    let ends: [(&str, Option<Value>); 3] = [
        ("pending", None),
        ("failed", Some(json!({"confirm": true, "paymentMethod": "pm_test_0002"}))),
        ("cancelled", None),
    ];
    for (status, how) in ends {
        let (customer, account, redeemed) = five_off(&server).await;
        let made = id(&order(&server, &customer, 4200, &[&redeemed], how.unwrap_or(json!({}))).await.ok());
        if status == "cancelled" {
            let cancelled = server.post(&format!("/v1/payments/{made}/cancel"), json!({})).await.ok();
            assert_eq!(amounts(&cancelled), (3700, 4200));
        }
        let cancelled = server.post(&format!("/v1/loyalty/redemptions/{redeemed}/cancel"), json!({})).await.ok();
        assert_eq!((&cancelled["status"], &cancelled["paymentId"]), (&json!("cancelled"), &Value::Null));
        let restored = payment(&server, &made).await;
        assert_eq!((amounts(&restored), &restored["status"]), ((4200, 4200), &json!(status)));
        assert_eq!((&restored["discounts"], &restored["redemptions"]), (&json!([]), &json!([])));
        assert_eq!(points(&server, &account).await, (500, 0, 0));
        let again = server.post(&format!("/v1/loyalty/redemptions/{redeemed}/cancel"), json!({})).await;
        assert_eq!((again.status, again.code().as_str()), (422, "redemption_not_usable"));
    }
    server.assert_ledger().await;
}

async fn a_member_who_is_no_customer_redeems_too(engine: Engine) {
    let server = Server::start(engine).await;
    let account = id(&server.post("/v1/loyalty/accounts", json!({"id": "loy_9f2k"})).await.ok());
    crate::redemptions::give(&server, &account, 500).await;
    let reward = cents_off(&server, 500, 500).await;
    let redeemed = redeem(&server, &account, &reward).await.ok();
    assert_eq!(redeemed["customerId"], Value::Null);
    let named = |account: &str| json!({"amount": 4200, "currency": "EUR", "metadata": {"loyalty_account": account}, "redemptions": [redeemed["id"]]});
    let nobody = json!({"amount": 4200, "currency": "EUR", "redemptions": [redeemed["id"]]});
    assert_eq!(server.post("/v1/payments", nobody).await.code(), "redemption_not_usable");
    assert_eq!(server.post("/v1/payments", named("loy_other")).await.code(), "redemption_not_usable");
    assert_eq!(amounts(&server.post("/v1/payments", named("loy_9f2k")).await.ok()), (3700, 4200));
}

async fn the_hosted_page_shows_how_a_payment_comes_to_its_amount(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _, redeemed) = five_off(&server).await;
    let made = order(&server, &customer, 4200, &[&redeemed], json!({})).await.ok();
    let url = made["checkoutUrl"].as_str().expect("a page");
    for (language, words) in [
        ("en", ["Price", "€42.00", "Discount", "-€5.00", "Total", "Pay €37.00"]),
        ("de", ["Preis", "42,00\u{a0}€", "Rabatt", "-5,00\u{a0}€", "Gesamt", "37,00\u{a0}€ zahlen"]),
        ("fr", ["Prix", "42,00\u{a0}€", "Remise", "-5,00\u{a0}€", "Total", "37,00\u{a0}€"]),
        ("es", ["Precio", "42,00\u{a0}€", "Descuento", "-5,00\u{a0}€", "Total", "37,00\u{a0}€"]),
        ("bg", ["Цена", "42,00\u{a0}€", "Отстъпка", "-5,00\u{a0}€", "Общо", "37,00\u{a0}€"]),
    ] {
        let page = Browser::new(language).get(url).await.whole();
        for word in words {
            assert!(page.contains(word), "{word} is on {page}");
        }
    }
    let plain = crate::checkout::payment(&server).await;
    let page = Browser::new("en").get(crate::checkout::url(&plain)).await.whole();
    assert!(!page.contains("Discount"), "{page}");
}

async fn nobody_pays_more_than_the_page_says(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    let made = order(&server, &customer, 4200, &[&redeemed], json!({"description": "Order 7"})).await.ok();
    let (browser, url) = (Browser::new("en"), made["checkoutUrl"].as_str().expect("a page"));
    let shown = browser.get(url).await.whole();
    assert!(shown.contains("name=\"amount\" value=\"3700\""), "{shown}");
    server.advance(30 * 60).await;
    let form = |amount: i64, more: &str| format!("amount={amount}&{more}");
    for how in [CARD, "method=ideal", "method=sepa_debit&iban=DE89370400440532013000&holder=Ada"] {
        let posted = browser.post(url, &form(3700, how)).await;
        assert_eq!(posted.status, 422, "{how}");
        assert!(posted.html.contains("The price changed") && posted.html.contains("Pay €42.00"), "{}", posted.html);
        assert!(posted.html.contains("name=\"amount\" value=\"4200\"") && !posted.html.contains("-€5.00"));
    }
    assert_eq!(payment(&server, &id(&made)).await["status"], "pending", "nothing was charged");
    let confirm = |amount: i64| json!({"paymentMethod": "pm_test_4242", "amount": amount});
    let refused = server.post(&format!("/v1/payments/{}/confirm", id(&made)), confirm(3700)).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "amount_mismatch"));
    let page = browser.post(url, &form(4200, CARD)).await.onwards(&server);
    assert!(browser.get(&page).await.whole().contains("€42.00"));
    let paid = payment(&server, &id(&made)).await;
    assert_eq!((&paid["status"], &paid["amountCaptured"]), (&json!("completed"), &json!(4200)));
    assert_eq!(points(&server, &account).await, (500, 0, 0));
}

async fn the_fields_of_elements_pay_what_they_were_told(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _, redeemed) = five_off(&server).await;
    let (made, secret) = server.session(json!({"amount": 4200, "customer": customer, "redemptions": [redeemed]})).await;
    assert_eq!(amounts(&made), (3700, 4200));
    let ask = async |path: &str, form: &str| -> Answer {
        let request = server.http.post(format!("{}{path}", server.url)).bearer_auth(&server.public_key);
        let request = request.header("origin", &server.url).header("sec-fetch-site", "same-origin");
        let request = request.header("x-vinr-client-secret", &secret).header("accept-language", "en");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        server.send(request.body(form.to_owned())).await
    };
    let opened = ask("/elements/v1/session", "").await.ok();
    assert_eq!(amounts(&opened["payment"]), (3700, 4200));
    server.advance(30 * 60).await;
    let refused = ask("/elements/v1/confirm", &format!("amount=3700&{CARD}")).await;
    let said = refused.json();
    assert_eq!((refused.status, &said["priceChanged"], &said["payment"]), (422, &json!(true), &Value::Null));
    assert!(said["notice"].as_str().is_some_and(|notice| notice.starts_with("The price changed")), "{said}");
    let opened = ask("/elements/v1/session", "").await.ok();
    assert_eq!(amounts(&opened["payment"]), (4200, 4200));
    let paid = ask("/elements/v1/confirm", &format!("amount=4200&{CARD}")).await.ok();
    assert_eq!((&paid["payment"]["status"], &paid["priceChanged"]), (&json!("completed"), &json!(false)));
}
