//! Refunds through the API: capped whatever runs at once, told of, booked, and given back when they fail.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use futures_util::StreamExt as _;
use futures_util::future::join;
use futures_util::stream;
use serde_json::{Value, json};
use vinr_core::keys::Environment;

use crate::harness::{Answer, Engine, Server, on_both_engines, oneshot};
use crate::webhooks_merchant::id;

on_both_engines!(
    a_refund_has_the_shape_of_the_reference_and_its_payment_shows_it,
    what_is_left_caps_a_refund_and_the_refusal_names_it,
    a_refund_is_capped_by_what_was_captured,
    a_refund_is_of_the_currency_that_was_captured,
    a_refund_tells_its_events_and_the_payment_whole,
    a_refund_that_fails_after_two_days_gives_its_amount_back,
    a_refund_is_answered_once_for_its_key_and_may_have_an_id_of_ones_own,
    of_two_refunds_at_once_one_wins_and_the_other_is_told_what_is_left,
    two_thousand_refunds_at_once_never_exceed_what_was_captured,
    refunds_are_listed_by_payment,
    what_cannot_be_refunded_says_so,
);

async fn refund(server: &Server, body: Value) -> Answer {
    server.post("/v1/refunds", body).await
}

async fn payment(server: &Server, paid: &Value) -> Value {
    server.get(&format!("/v1/payments/{}", id(paid))).await.ok()
}

async fn pending(server: &Server) -> i64 {
    server.get("/v1/balance").await.ok()["pending"][0]["amount"].as_i64().expect("a balance")
}

async fn a_refund_has_the_shape_of_the_reference_and_its_payment_shows_it(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(4200, "pm_test_4242").await;
    let body =
        json!({"payment": paid["id"], "amount": 2100, "reason": "requested_by_customer", "metadata": {"rma": 7}});
    let refund = refund(&server, body).await.ok();
    let names: Vec<&str> = refund.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "id",
        "object",
        "paymentId",
        "amount",
        "creditAmount",
        "currency",
        "status",
        "reason",
        "failureReason",
        "metadata",
        "created_at",
    ];
    assert_eq!(names, expected);
    assert!(id(&refund).starts_with("re_"));
    assert_eq!((&refund["object"], &refund["status"]), (&json!("refund"), &json!("succeeded")));
    assert_eq!((&refund["amount"], &refund["currency"]), (&json!(2100), &json!("EUR")));
    assert_eq!((&refund["metadata"], &refund["failureReason"]), (&json!({"rma": "7"}), &Value::Null));
    assert_eq!(server.get(&format!("/v1/refunds/{}", id(&refund))).await.ok(), refund);
    let after = payment(&server, &paid).await;
    assert_eq!((&after["status"], &after["amountRefunded"]), (&json!("completed"), &json!(2100)));
    assert_eq!((&after["latestRefund"], &after["fee"]), (&refund, &json!(88)));
    let listed = server.get("/v1/payments").await.ok()["data"][0].clone();
    assert_eq!(listed, after);
    // 42.00 less the fee of 0.88, which stays, less what went back.
    assert_eq!(pending(&server).await, 4200 - 88 - 2100);
    server.assert_ledger().await;
}

async fn what_is_left_caps_a_refund_and_the_refusal_names_it(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(10_000, "pm_test_4242").await;
    for amount in [2_500, 3_500] {
        refund(&server, json!({"paymentId": paid["id"], "amount": amount})).await.ok();
    }
    let refused = refund(&server, json!({"paymentId": paid["id"], "amount": 4_001})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "amount_too_large"));
    let error = &refused.json()["error"];
    assert_eq!(error["param"], "amount");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("4000")), "{error}");
    assert_eq!(payment(&server, &paid).await["amountRefunded"], 6_000, "a refusal changes nothing");
    let rest = refund(&server, json!({"paymentId": paid["id"]})).await.ok();
    assert_eq!(rest["amount"], 4_000, "without an amount all that is left goes back");
    for body in [json!({"paymentId": paid["id"]}), json!({"paymentId": paid["id"], "amount": 1})] {
        let refused = refund(&server, body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "amount_too_large"));
    }
    assert_eq!(payment(&server, &paid).await["amountRefunded"], 10_000);
    server.assert_ledger().await;
}

/// 100.00 authorized, 60.00 captured: 60.00 can go back (spec/traps.md, section 10).
async fn a_refund_is_capped_by_what_was_captured(engine: Engine) {
    let server = Server::start(engine).await;
    let held = server.post("/v1/payments", hold(10_000)).await.ok();
    let refused = refund(&server, json!({"paymentId": held["id"], "amount": 1})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_refundable"));
    server.post(&format!("/v1/payments/{}/capture", id(&held)), json!({"amount": 6_000})).await.ok();
    let refused = refund(&server, json!({"paymentId": held["id"], "amount": 6_001})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "amount_too_large"));
    refund(&server, json!({"paymentId": held["id"], "amount": 6_000})).await.ok();
    server.assert_ledger().await;
}

async fn a_refund_is_of_the_currency_that_was_captured(engine: Engine) {
    let server = Server::start(engine).await;
    for (amount, currency) in [(980, "JPY"), (12_340, "KWD")] {
        let charge = json!({"amount": amount, "currency": currency, "paymentMethod": "pm_test_4242", "confirm": true});
        let paid = server.post("/v1/payments", charge).await.ok();
        let other = refund(&server, json!({"paymentId": paid["id"], "currency": "EUR"})).await;
        assert_eq!((other.status, other.code().as_str()), (400, "parameter_unknown"), "there is no choice");
        let back = refund(&server, json!({"paymentId": paid["id"]})).await.ok();
        assert_eq!((&back["amount"], &back["currency"]), (&json!(amount), &json!(currency)));
    }
    server.assert_ledger().await;
}

fn hold(amount: i64) -> Value {
    json!({"amount": amount, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true, "capture": false})
}

/// Types and data of the events from this number on, oldest first.
async fn events(server: &Server, after: i64) -> Vec<(String, Value)> {
    let events = server.get(&format!("/v1/events?limit=100&after={after}")).await.ok();
    let told = events["data"].as_array().expect("a list").iter();
    told.map(|event| (event["type"].as_str().expect("a type").to_owned(), event["data"].clone())).collect()
}

async fn a_refund_tells_its_events_and_the_payment_whole(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let refund = refund(&server, json!({"paymentId": paid["id"], "amount": 300})).await.ok();
    let told = events(&server, 2).await;
    let kinds: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(kinds, ["refund.created", "payment.refunded"]);
    assert_eq!(told[0].1, refund);
    assert_eq!(told[1].1, payment(&server, &paid).await, "the payment as the API shows it");
    assert_eq!(told[1].1["latestRefund"], refund);
}

async fn a_refund_that_fails_after_two_days_gives_its_amount_back(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_5126").await;
    let before = pending(&server).await;
    let accepted = refund(&server, json!({"paymentId": paid["id"], "amount": 700})).await.ok();
    assert_eq!(accepted["status"], "pending");
    let reserved = payment(&server, &paid).await;
    assert_eq!((&reserved["amountRefunded"], &reserved["latestRefund"]["status"]), (&json!(700), &json!("pending")));
    assert_eq!(pending(&server).await, before - 700);
    let refused = refund(&server, json!({"paymentId": paid["id"], "amount": 301})).await;
    assert!(
        refused.json()["error"]["message"].as_str().is_some_and(|text| text.contains("300")),
        "a pending one reserves"
    );
    let told: Vec<String> = events(&server, 2).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, ["refund.created", "payment.refunded"]);

    server.advance(2 * 86_400 - 5).await;
    let path = format!("/v1/refunds/{}", id(&accepted));
    assert_eq!(server.get(&path).await.ok()["status"], "pending", "not a second early");
    server.advance(5).await;
    let failed = server.get(&path).await.ok();
    assert_eq!((&failed["status"], &failed["failureReason"]), (&json!("failed"), &json!("destination_account_closed")));
    let mut told = events(&server, 4).await;
    told.retain(|(kind, _)| kind.starts_with("refund.") || kind.starts_with("payment."));
    assert_eq!(told, [("refund.failed".to_owned(), failed.clone())]);
    let after = payment(&server, &paid).await;
    assert_eq!((&after["amountRefunded"], &after["latestRefund"]), (&json!(0), &failed));
    assert_eq!(pending(&server).await, 700, "what was left is paid out by now");
    assert_eq!(refund(&server, json!({"paymentId": paid["id"]})).await.ok()["amount"], 1_000);
    server.assert_ledger().await;
}

async fn a_refund_is_answered_once_for_its_key_and_may_have_an_id_of_ones_own(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    // A second one of that much would be refused: its key comes first.
    let body = json!({"id": "re_2Lmx", "paymentId": paid["id"], "amount": 600});
    let first = server.post_with_key("/v1/refunds", "once", &body).await;
    assert_eq!(first.ok()["id"], "re_2Lmx");
    let again = server.post_with_key("/v1/refunds", "once", &body).await;
    assert_eq!((again.status, &again.bytes), (200, &first.bytes));
    let taken = server.post("/v1/refunds", body).await;
    assert_eq!((taken.status, taken.code().as_str()), (400, "resource_exists"));
    assert_eq!(payment(&server, &paid).await["amountRefunded"], 600);
    let told: Vec<String> = events(&server, 2).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(told, ["refund.created", "payment.refunded"], "nothing is told twice");
    server.assert_ledger().await;
}

/// Captured 100.00; two refunds of 60.00 at once (spec/traps.md, section 10).
async fn of_two_refunds_at_once_one_wins_and_the_other_is_told_what_is_left(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..20 {
        let paid = server.paid(10_000, "pm_test_4242").await;
        let ask = || refund(&server, json!({"paymentId": paid["id"], "amount": 6_000}));
        let (one, other) = join(ask(), ask()).await;
        let (won, lost) = if one.status == 200 { (one, other) } else { (other, one) };
        assert_eq!((won.status, lost.status, lost.code().as_str()), (200, 422, "amount_too_large"));
        let message = lost.json()["error"]["message"].to_string();
        assert!(message.contains("4000"), "{message}");
    }
    server.assert_ledger().await;
}

/// Every request has its answer: accepted while there is something left, refused with `amount_too_large` afterwards.
async fn two_thousand_refunds_at_once_never_exceed_what_was_captured(engine: Engine) {
    const REFUNDS: usize = 2_000;
    const ACCEPTED: usize = 300;
    let server = Arc::new(Server::start(engine).await);
    let paid = server.paid(i64::try_from(ACCEPTED).expect("small") * 7 + 6, "pm_test_4242").await;
    let router = vinr_server::router(server.app.clone());
    let body = json!({"paymentId": paid["id"], "amount": 7}).to_string();
    let asks = (0..REFUNDS).map(|number| {
        let request = Request::post("/v1/refunds")
            .header("x-api-key", &server.secret_key)
            .header("idempotency-key", format!("refund {number}"))
            .header("content-type", "application/json")
            .body(Body::from(body.clone()));
        oneshot(router.clone(), request.expect("a request"))
    });
    let answers: Vec<Answer> = stream::iter(asks).buffer_unordered(REFUNDS).collect().await;
    let of = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(200), of(422)), (ACCEPTED, REFUNDS - ACCEPTED), "no other answer was needed");
    assert!(answers.iter().filter(|answer| answer.status == 422).all(|answer| answer.code() == "amount_too_large"));
    let after = payment(&server, &paid).await;
    assert_eq!(after["amountRefunded"].as_i64().expect("an amount"), i64::try_from(ACCEPTED).expect("small") * 7);
    server.assert_ledger().await;
}

async fn refunds_are_listed_by_payment(engine: Engine) {
    let server = Server::start(engine).await;
    let (one, other) = (server.paid(1_000, "pm_test_4242").await, server.paid(1_000, "pm_test_4242").await);
    let mut ids = Vec::new();
    for (paid, amount) in [(&one, 100), (&other, 200), (&one, 300)] {
        ids.push(refund(&server, json!({"paymentId": paid["id"], "amount": amount})).await.ok()["id"].clone());
    }
    let shown =
        |page: Value| page["data"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    assert_eq!(shown(server.get("/v1/refunds").await.ok()), [ids[2].clone(), ids[1].clone(), ids[0].clone()]);
    let of_one = server.get(&format!("/v1/refunds?payment={}", id(&one))).await.ok();
    assert_eq!(shown(of_one), [ids[2].clone(), ids[0].clone()]);
    let page = server.get(&format!("/v1/refunds?paymentId={}&limit=1", id(&one))).await.ok();
    assert_eq!(page["page"], json!({"hasMore": true, "nextCursor": ids[2]}));
}

async fn what_cannot_be_refunded_says_so(engine: Engine) {
    let server = Server::start(engine).await;
    let waiting = server.post("/v1/payments", json!({"amount": 1_000, "currency": "EUR"})).await.ok();
    for paid in [waiting, server.paid(1_000, "pm_test_0002").await, server.paid(1_000, "pm_test_3220").await] {
        let refused = refund(&server, json!({"paymentId": paid["id"]})).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_refundable"));
        let message = refused.json()["error"]["message"].to_string();
        assert!(message.contains(paid["status"].as_str().expect("a status")), "{message}");
    }
    let unknown = refund(&server, json!({"paymentId": "pay_nobodys"})).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "resource_missing"));
    assert_eq!(unknown.json()["error"]["param"], "paymentId");
    for body in [json!({}), json!({"paymentId": "re_1"}), json!({"paymentId": "pay_1", "amount": 0})] {
        assert_eq!(refund(&server, body).await.status, 400);
    }
    let dinars = json!({"amount": 12_340, "currency": "KWD", "paymentMethod": "pm_test_4242", "confirm": true});
    let dinars = server.post("/v1/payments", dinars).await.ok();
    let refused = refund(&server, json!({"paymentId": dinars["id"], "amount": 5})).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"), "three decimals end in 0");
    let live = Server::start_in(engine, Environment::Live).await;
    assert_eq!(refund(&live, json!({"paymentId": "pay_nobodys"})).await.status, 404);
}
