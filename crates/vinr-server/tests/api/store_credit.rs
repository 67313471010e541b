//! Store credit: given for points, used before the card, given back, and never used twice.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::checkout::{Browser, url};
use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::loyalty::id;
use crate::redemptions::{cents_off, give, member, points, redeem};
use crate::redemptions_payments::{APPROVED, amounts, order, pay, payment};

on_both_engines!(
    points_are_taken_and_credit_is_given_together,
    credit_pays_before_the_card_only_where_it_is_asked_for,
    what_credit_covers_completes_without_a_charge_and_is_given_back_as_credit,
    a_rest_that_is_not_worth_a_charge_is_refused_and_holds_nothing,
    credit_pays_what_discounts_leave_and_the_page_says_so,
    what_ends_without_money_gives_its_credit_back,
    a_failed_payment_keeps_its_credit_as_long_as_its_buyer_can_try_again,
    a_hold_at_the_bank_keeps_its_credit_and_gives_it_back_when_it_lapses,
    a_refund_gives_money_back_first_and_then_credit,
    a_refund_that_fails_gives_no_credit,
    payments_at_once_never_use_a_cent_twice,
    the_first_credits_of_a_customer_at_once_are_all_there,
    credit_that_somebody_has_touched_is_found_and_named,
);

/// A reward of so many cents of credit for 100 points.
async fn credit_reward(server: &Server, amount: i64) -> String {
    let reward = json!({"name": "Credit", "type": "store_credit", "cost": 100,
        "value": {"amount": amount, "currency": "eur"}});
    id(&server.post("/v1/loyalty/rewards", reward).await.ok())
}

/// A customer with so many cents of credit, and no points: the customer and their member's account.
async fn with_credit(server: &Server, amount: i64) -> (String, String) {
    let (customer, account) = member(server, 100).await;
    let reward = credit_reward(server, amount).await;
    redeem(server, &account, &reward).await.ok();
    (customer, account)
}

/// What a customer has in euros, and what of that is held.
async fn has(server: &Server, customer: &str) -> (i64, i64) {
    let shown = server.get(&format!("/v1/loyalty/credit?customer={customer}")).await.ok();
    let [euros] = shown["balances"].as_array().expect("balances").as_slice() else { panic!("{shown}") };
    let number = |name: &str| euros[name].as_i64().expect("an amount");
    assert_eq!((&euros["currency"], number("available")), (&json!("EUR"), number("balance") - number("held")));
    (number("balance"), number("held"))
}

/// What moved a customer's credit, oldest first: what it was, how much, and the balance with it.
async fn moved(server: &Server, customer: &str) -> Vec<(String, i64, i64)> {
    let listed = server.get(&format!("/v1/loyalty/credit/transactions?customer={customer}&limit=100")).await.ok();
    let number = |one: &Value, name: &str| one[name].as_i64().expect("an amount");
    let read = |one: &Value| {
        (one["type"].as_str().expect("a type").to_owned(), number(one, "amount"), number(one, "balanceAfter"))
    };
    listed["data"].as_array().expect("transactions").iter().rev().map(read).collect()
}

fn is(expected: &[(&str, i64, i64)]) -> Vec<(String, i64, i64)> {
    expected.iter().map(|(kind, amount, after)| ((*kind).to_owned(), *amount, *after)).collect()
}

/// A payment of this customer's that uses their credit.
async fn uses(server: &Server, customer: &str, amount: i64, more: Value) -> Answer {
    let mut body = json!({"useStoreCredit": true});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    order(server, customer, amount, &[], body).await
}

/// A card that is charged in the same call.
fn by(token: &str) -> Value {
    json!({"confirm": true, "paymentMethod": token})
}

/// What a payment is of, was, uses of credit, and has given back of that.
fn credited(payment: &Value) -> (i64, i64, i64, i64) {
    let (amount, original) = amounts(payment);
    let number = |name: &str| payment[name].as_i64().expect("an amount");
    (amount, original, number("creditApplied"), number("creditRefunded"))
}

async fn refund(server: &Server, payment: &str, amount: Option<i64>) -> Answer {
    server.post("/v1/refunds", json!({"payment": payment, "amount": amount})).await
}

async fn points_are_taken_and_credit_is_given_together(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server, 250).await;
    let none = server.get(&format!("/v1/loyalty/credit?customer={customer}")).await.ok();
    assert_eq!(none, json!({"object": "store_credit", "customerId": customer, "balances": []}));
    let reward = credit_reward(&server, 1000).await;
    let shown = server.get(&format!("/v1/loyalty/rewards/{reward}")).await.ok();
    assert_eq!(
        (&shown["type"], &shown["value"]),
        (&json!("store_credit"), &json!({"amount": 1000, "currency": "EUR"}))
    );
    let made = redeem(&server, &account, &reward).await.ok();
    assert_eq!((&made["status"], &made["discount"], &made["code"]), (&json!("applied"), &Value::Null, &Value::Null));
    assert_eq!((points(&server, &account).await, has(&server, &customer).await), ((150, 0, 0), (1000, 0)));
    let listed = server.get(&format!("/v1/loyalty/credit/transactions?customer={customer}")).await.ok();
    let [given] = listed["data"].as_array().expect("transactions").as_slice() else { panic!("{listed}") };
    assert!(id(given).starts_with("cct_"), "{given}");
    let source = json!({"redemption": made["id"], "payment": null, "refund": null, "invoice": null});
    assert_eq!((&given["object"], &given["source"]), (&json!("credit_transaction"), &source));
    assert_eq!(server.get(&format!("/v1/loyalty/credit/transactions/{}", id(given))).await.ok(), *given);
    let cancelled = server.post(&format!("/v1/loyalty/redemptions/{}/cancel", id(&made)), json!({})).await;
    assert_eq!((cancelled.status, cancelled.code().as_str()), (422, "redemption_in_use"));
    assert!(cancelled.json()["error"]["message"].as_str().is_some_and(|message| message.contains("store credit")));
    redeem(&server, &account, &reward).await.ok();
    assert_eq!(redeem(&server, &account, &reward).await.code(), "insufficient_points");
    assert_eq!(moved(&server, &customer).await, is(&[("grant", 1000, 1000), ("grant", 1000, 2000)]));
    let stranger = id(&server.post("/v1/loyalty/accounts", json!({})).await.ok());
    give(&server, &stranger, 100).await;
    let refused = redeem(&server, &stranger, &reward).await;
    let error = &refused.json()["error"];
    assert_eq!(
        (refused.status, &error["code"], &error["param"]),
        (422, &json!("reward_unavailable"), &json!("accountId"))
    );
    assert!(error["message"].as_str().is_some_and(|message| message.contains("customer")), "{error}");
    assert_eq!(points(&server, &stranger).await, (100, 0, 0), "neither points nor credit moved");
    let unknown = server.get("/v1/loyalty/credit?customer=cust_nobody").await;
    assert_eq!((unknown.status, &unknown.json()["error"]["param"]), (404, &json!("customerId")));
    server.assert_ledger().await;
}

async fn credit_pays_before_the_card_only_where_it_is_asked_for(engine: Engine) {
    let server = Server::start(engine).await;
    let rule = json!({"award": {"type": "per_amount", "per": 100, "points": 1}});
    server.post("/v1/loyalty/earning-rules", rule).await.ok();
    let (customer, account) = with_credit(&server, 1000).await;
    let untouched = order(&server, &customer, 4200, &[], json!({})).await.ok();
    assert_eq!((credited(&untouched), has(&server, &customer).await), ((4200, 4200, 0, 0), (1000, 0)));
    let dollars = uses(&server, &customer, 4200, json!({"currency": "USD"})).await.ok();
    assert_eq!(credited(&dollars), (4200, 4200, 0, 0), "there is none in dollars");
    let nobody = json!({"amount": 4200, "currency": "EUR", "useStoreCredit": true});
    let refused = server.post("/v1/payments", nobody).await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("customerId")));
    let made = uses(&server, &customer, 4200, json!({})).await.ok();
    assert_eq!((credited(&made), has(&server, &customer).await), ((3200, 4200, 1000, 0), (1000, 1000)));
    let second = uses(&server, &customer, 4200, json!({})).await.ok();
    assert_eq!(credited(&second), (4200, 4200, 0, 0), "it is held for the first");
    let paid = pay(&server, &id(&made), APPROVED).await;
    assert_eq!(
        (&paid["status"], &paid["amountCaptured"], &paid["fee"]),
        (&json!("completed"), &json!(3200), &json!(73))
    );
    assert_eq!((credited(&paid), has(&server, &customer).await), ((3200, 4200, 1000, 0), (0, 0)));
    assert_eq!(points(&server, &account).await, (32, 0, 32), "points are earned on the money paid");
    assert_eq!(moved(&server, &customer).await, is(&[("grant", 1000, 1000), ("spend", -1000, 0)]));
    let of_payment = server.get(&format!("/v1/loyalty/credit/transactions?payment={}", id(&made))).await.ok();
    assert_eq!(of_payment["data"][0]["source"]["payment"], made["id"]);
    let balance = server.get("/v1/balance").await.ok();
    assert_eq!(balance["pending"], json!([{"currency": "EUR", "amount": 3200 - 73}]), "credit is no money");
    server.assert_ledger().await;
}

async fn what_credit_covers_completes_without_a_charge_and_is_given_back_as_credit(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _) = with_credit(&server, 1000).await;
    let free = uses(&server, &customer, 800, by("pm_test_0002")).await.ok();
    assert_eq!((credited(&free), &free["status"]), ((0, 800, 800, 0), &json!("completed")), "no card is asked");
    assert_eq!((&free["amountCaptured"], &free["fee"]), (&json!(0), &json!(0)));
    assert_eq!(has(&server, &customer).await, (200, 0));
    let part = refund(&server, &id(&free), Some(300)).await.ok();
    assert_eq!(
        (&part["status"], &part["amount"], &part["creditAmount"]),
        (&json!("succeeded"), &json!(300), &json!(300))
    );
    refund(&server, &id(&free), None).await.ok();
    let over = refund(&server, &id(&free), Some(1)).await;
    assert_eq!((over.status, over.code().as_str()), (422, "amount_too_large"));
    let shown = payment(&server, &id(&free)).await;
    assert_eq!((credited(&shown), &shown["amountRefunded"]), ((0, 800, 800, 800), &json!(0)));
    let expected = [("grant", 1000, 1000), ("spend", -800, 200), ("refund", 300, 500), ("refund", 500, 1000)];
    assert_eq!(moved(&server, &customer).await, is(&expected));
    server.assert_ledger().await;
}

async fn a_rest_that_is_not_worth_a_charge_is_refused_and_holds_nothing(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _) = with_credit(&server, 1000).await;
    for (amount, refused) in [(1001, true), (1049, true), (1050, false)] {
        let answer = uses(&server, &customer, amount, json!({})).await;
        assert_eq!(answer.status == 422, refused, "{amount}");
        if refused {
            let error = &answer.json()["error"];
            assert_eq!(
                (&error["code"], &error["param"]),
                (&json!("store_credit_not_usable"), &json!("useStoreCredit"))
            );
            assert_eq!(has(&server, &customer).await, (1000, 0), "{amount}");
        }
    }
    let session = json!({"amount": 5000, "currency": "EUR", "customer": customer, "useStoreCredit": true});
    let session = server.post("/v1/payments/sessions", session).await.ok();
    assert_eq!(credited(&session), (5000, 5000, 0, 0), "all of it is held");
    assert_eq!(server.get("/v1/payments?limit=100").await.ok()["data"].as_array().map(Vec::len), Some(2));
    server.assert_ledger().await;
}

async fn credit_pays_what_discounts_leave_and_the_page_says_so(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = with_credit(&server, 1000).await;
    give(&server, &account, 500).await;
    let off = cents_off(&server, 500, 500).await;
    let redeemed = id(&redeem(&server, &account, &off).await.ok());
    let made = order(&server, &customer, 4200, &[&redeemed], json!({"useStoreCredit": true})).await.ok();
    assert_eq!(credited(&made), (2700, 4200, 1000, 0));
    let page = Browser::new("en").get(url(&made)).await.whole();
    for words in ["Discount", "-€5.00", "Store credit", "-€10.00", "Pay €27.00"] {
        assert!(page.contains(words), "{words} is on {page}");
    }
    server.advance(31 * 60).await;
    assert_eq!(credited(&payment(&server, &id(&made)).await), (3200, 4200, 1000, 0), "the discount ended");
    let paid = pay(&server, &id(&made), APPROVED).await;
    assert_eq!((&paid["amountCaptured"], has(&server, &customer).await), (&json!(3200), (0, 0)));
    server.assert_ledger().await;
}

async fn what_ends_without_money_gives_its_credit_back(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _) = with_credit(&server, 1000).await;
    let whole = (4200, 4200, 0, 0);
    let waits = uses(&server, &customer, 4200, json!({})).await.ok();
    assert_eq!(has(&server, &customer).await, (1000, 1000));
    let cancelled = server.post(&format!("/v1/payments/{}/cancel", id(&waits)), json!({})).await.ok();
    assert_eq!((credited(&cancelled), has(&server, &customer).await), (whole, (1000, 0)));
    let challenged = uses(&server, &customer, 4200, by("pm_test_3220")).await.ok();
    assert_eq!(
        (&challenged["status"], has(&server, &customer).await),
        (&json!("requires_authentication"), (1000, 1000))
    );
    server.advance(16 * 60).await;
    assert_eq!(payment(&server, &id(&challenged)).await["status"], "failed", "nobody answered the challenge");
    server.post(&format!("/v1/payments/{}/cancel", id(&challenged)), json!({})).await.ok();
    assert_eq!(has(&server, &customer).await, (1000, 0));
    let waits = uses(&server, &customer, 4200, json!({})).await.ok();
    server.advance(25 * 60 * 60).await;
    let expired = payment(&server, &id(&waits)).await;
    assert_eq!((credited(&expired), &expired["status"]), (whole, &json!("expired")));
    assert_eq!(has(&server, &customer).await, (1000, 0));
    assert_eq!(moved(&server, &customer).await, is(&[("grant", 1000, 1000)]), "what is only held moves nothing");
    server.assert_ledger().await;
}

async fn a_failed_payment_keeps_its_credit_as_long_as_its_buyer_can_try_again(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _) = with_credit(&server, 1000).await;
    let failed = uses(&server, &customer, 4200, by("pm_test_0002")).await.ok();
    assert_eq!((&failed["status"], credited(&failed)), (&json!("failed"), (3200, 4200, 1000, 0)));
    assert_eq!(has(&server, &customer).await, (1000, 1000));
    let paid = pay(&server, &id(&failed), APPROVED).await;
    assert_eq!((&paid["amountCaptured"], has(&server, &customer).await), (&json!(3200), (0, 0)));
    let (customer, _) = with_credit(&server, 1000).await;
    let closes = id(&uses(&server, &customer, 4200, by("pm_test_0002")).await.ok());
    server.assert_ledger().await;
    server.advance(25 * 60 * 60).await;
    let closed = payment(&server, &closes).await;
    assert_eq!((&closed["status"], credited(&closed)), (&json!("failed"), (4200, 4200, 0, 0)));
    let said = closed["timeline"].as_array().expect("a timeline").iter().filter_map(|one| one["note"].as_str());
    assert_eq!(said.collect::<Vec<_>>(), ["its store credit went back"]);
    assert_eq!(has(&server, &customer).await, (1000, 0), "its checkout closed");
    let tried = id(&uses(&server, &customer, 4200, json!({})).await.ok());
    let confirm = format!("/v1/payments/{tried}/confirm");
    for turn in 1..=10 {
        let held = if turn == 10 { 0 } else { 1000 };
        let failed = server.post(&confirm, json!({"paymentMethod": "pm_test_0002"})).await.ok();
        assert_eq!((&failed["status"], credited(&failed).2), (&json!("failed"), held), "{turn}");
        assert_eq!(has(&server, &customer).await, (1000, held), "{turn}");
    }
    server.assert_ledger().await;
}

async fn a_hold_at_the_bank_keeps_its_credit_and_gives_it_back_when_it_lapses(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _) = with_credit(&server, 1000).await;
    let held = json!({"confirm": true, "paymentMethod": "pm_test_4242", "capture": false});
    let lapses = uses(&server, &customer, 4200, held.clone()).await.ok();
    assert_eq!((&lapses["amountCapturable"], has(&server, &customer).await), (&json!(3200), (1000, 1000)));
    server.assert_ledger().await;
    server.advance(8 * 24 * 60 * 60).await;
    assert_eq!(payment(&server, &id(&lapses)).await["status"], "expired");
    assert_eq!(has(&server, &customer).await, (1000, 0));
    let held = uses(&server, &customer, 4200, held).await.ok();
    let captured = server.post(&format!("/v1/payments/{}/capture", id(&held)), json!({"amount": 2000})).await.ok();
    assert_eq!((&captured["amountCaptured"], credited(&captured)), (&json!(2000), (3200, 4200, 1000, 0)));
    assert_eq!(has(&server, &customer).await, (0, 0));
    let back = refund(&server, &id(&held), None).await.ok();
    assert_eq!((&back["amount"], &back["creditAmount"]), (&json!(3000), &json!(1000)));
    assert_eq!(has(&server, &customer).await, (1000, 0));
    server.assert_ledger().await;
}

async fn a_refund_gives_money_back_first_and_then_credit(engine: Engine) {
    let server = Server::start(engine).await;
    let rule = json!({"award": {"type": "per_amount", "per": 100, "points": 1}});
    server.post("/v1/loyalty/earning-rules", rule).await.ok();
    let (customer, account) = with_credit(&server, 1000).await;
    let made = id(&uses(&server, &customer, 4200, by("pm_test_4242")).await.ok());
    assert_eq!(points(&server, &account).await.0, 32);
    let refused = refund(&server, &made, Some(4201)).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "amount_too_large"));
    assert!(refused.json()["error"]["message"].as_str().is_some_and(|message| message.contains("4200")));
    for (asked, amount, credit, money_back, credit_back, left, has_then) in [
        (Some(2000), 2000, 0, 2000, 0, 12, 0),
        (Some(1500), 1500, 300, 3200, 300, 0, 300),
        (Some(200), 200, 200, 3200, 500, 0, 500),
        (None, 500, 500, 3200, 1000, 0, 1000),
    ] {
        let back = refund(&server, &made, asked).await.ok();
        assert_eq!((&back["amount"], &back["creditAmount"]), (&json!(amount), &json!(credit)), "{asked:?}");
        let shown = payment(&server, &made).await;
        assert_eq!((&shown["amountRefunded"], credited(&shown).3), (&json!(money_back), credit_back), "{asked:?}");
        assert_eq!(shown["latestRefund"], back, "{asked:?}");
        assert_eq!(points(&server, &account).await.0, left, "points follow the money: {asked:?}");
        assert_eq!(has(&server, &customer).await, (has_then, 0), "{asked:?}");
        server.assert_ledger().await;
    }
    let nothing = refund(&server, &made, None).await;
    assert_eq!((nothing.status, nothing.code().as_str()), (422, "amount_too_large"));
    let told = server.get("/v1/events?type=payment.refunded").await.ok();
    assert_eq!(told["data"].as_array().map(Vec::len), Some(4), "each is told");
}

async fn a_refund_that_fails_gives_no_credit(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _) = with_credit(&server, 1000).await;
    let made = id(&uses(&server, &customer, 4200, by("pm_test_5126")).await.ok());
    let back = refund(&server, &made, None).await.ok();
    assert_eq!((&back["status"], &back["creditAmount"]), (&json!("pending"), &json!(1000)));
    assert_eq!(credited(&payment(&server, &made).await), (3200, 4200, 1000, 1000), "it is spoken for");
    assert_eq!(has(&server, &customer).await, (0, 0), "and nobody has it yet");
    assert_eq!(refund(&server, &made, Some(1)).await.code(), "amount_too_large");
    server.assert_ledger().await;
    server.advance(3 * 24 * 60 * 60).await;
    let failed = server.get(&format!("/v1/refunds/{}", id(&back))).await.ok();
    assert_eq!(failed["status"], "failed");
    let shown = payment(&server, &made).await;
    assert_eq!((&shown["amountRefunded"], credited(&shown)), (&json!(0), (3200, 4200, 1000, 0)));
    assert_eq!(moved(&server, &customer).await, is(&[("grant", 1000, 1000), ("spend", -1000, 0)]));
    server.assert_ledger().await;
}

async fn payments_at_once_never_use_a_cent_twice(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _) = with_credit(&server, 1000).await;
    let answers = join_all((0..8).map(|_| uses(&server, &customer, 600, by("pm_test_4242")))).await;
    let mut applied = Vec::new();
    for answer in &answers {
        let paid = answer.ok();
        assert_eq!(paid["status"], "completed");
        let used = credited(&paid).2;
        assert_eq!(paid["amountCaptured"], json!(600 - used));
        applied.push(used);
    }
    applied.sort_unstable();
    assert_eq!(applied, [0, 0, 0, 0, 0, 0, 400, 600], "ten euros are used once");
    assert_eq!(has(&server, &customer).await, (0, 0));
    server.assert_ledger().await;
    let (customer, _) = with_credit(&server, 1000).await;
    let made = id(&uses(&server, &customer, 4200, json!({})).await.ok());
    let (cancel, pay) = (format!("/v1/payments/{made}/cancel"), format!("/v1/test/payments/{made}/pay"));
    let (_, _, other) = tokio::join!(
        server.post(&cancel, json!({})),
        server.post(&pay, json!({"number": APPROVED})),
        uses(&server, &customer, 4200, json!({})),
    );
    let (first, other) = (payment(&server, &made).await, other.ok());
    let (spent, held) = match first["status"].as_str() {
        Some("completed") => (1000, 0),
        Some("cancelled") => (0, credited(&other).2),
        status => panic!("{status:?}"),
    };
    assert!(spent == 0 || credited(&other).2 == 0, "one of them has it: {first} {other}");
    assert_eq!(has(&server, &customer).await, (1000 - spent, held));
    server.assert_ledger().await;
}

async fn the_first_credits_of_a_customer_at_once_are_all_there(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, first) = member(&server, 800).await;
    let program = server.post("/v1/loyalty/programs", json!({"name": "Miles"})).await.ok();
    let joins = json!({"customer": customer, "programId": program["id"]});
    let second = id(&server.post("/v1/loyalty/accounts", joins).await.ok());
    give(&server, &second, 800).await;
    let mut miles = json!({"name": "Credit", "type": "store_credit", "cost": 100});
    miles["value"] = json!({"amount": 30, "currency": "EUR"});
    miles["programId"] = program["id"].clone();
    let (of_first, of_second) =
        (credit_reward(&server, 70).await, id(&server.post("/v1/loyalty/rewards", miles).await.ok()));
    let redeems = (0..16).map(|turn| match turn % 2 {
        0 => redeem(&server, &first, &of_first),
        _ => redeem(&server, &second, &of_second),
    });
    for answer in join_all(redeems).await {
        answer.ok();
    }
    assert_eq!(has(&server, &customer).await, (8 * 70 + 8 * 30, 0));
    server.assert_ledger().await;
}

async fn credit_that_somebody_has_touched_is_found_and_named(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, _) = with_credit(&server, 1000).await;
    let made = id(&uses(&server, &customer, 400, json!({})).await.ok());
    let open = id(&uses(&server, &customer, 4200, json!({})).await.ok());
    refund(&server, &made, Some(100)).await.ok();
    server.assert_ledger().await;
    let proof = server.get("/v1/reconciliation").await.ok();
    let names = proof["invariants"].as_array().expect("invariants").iter().filter_map(|one| one["name"].as_str());
    assert_eq!(names.filter(|name| name.contains("credit")).count(), 4);
    let has = format!("{customer}:EUR credit and what is held");
    for (sql, named) in [
        ("UPDATE customer_credit SET balance = balance + 1", has.clone()),
        ("UPDATE customer_credit SET balance = balance - 1, held = held + 1", has),
        ("UPDATE payments SET credit_applied = 399 WHERE credit_refunded = 100", format!("{made} store credit")),
        ("UPDATE payments SET credit_applied = 599 WHERE status = 'pending'", format!("{open} store credit")),
        (
            "UPDATE payments SET credit_refunded = 99 WHERE credit_refunded = 100",
            format!("{made} refunds of store credit"),
        ),
        ("UPDATE refunds SET credit_amount = 98", format!("{made} credit used and given back")),
        (
            "UPDATE credit_transactions SET amount = 999 WHERE type = 'grant'",
            "customer_credit:EUR as transacted".into(),
        ),
    ] {
        assert_eq!(server.app.db.prune(sql, &[]).await.expect("one row"), 1, "{sql}");
        let found = vinr_server::ledger::verify(&server.app.db, |_| {}).await.expect("a proof");
        assert!(found.iter().any(|one| one.subject == named), "{sql}: {found:?}");
    }
}
