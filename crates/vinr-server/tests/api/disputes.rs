//! Disputes through the API: opened, answered, decided, and what each means for the money.

use futures_util::future::join;
use serde_json::{Value, json};
use vinr_core::keys::Environment;

use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::webhooks_merchant::id;

on_both_engines!(
    a_dispute_has_the_shape_of_the_reference_and_takes_amount_and_fee,
    a_card_is_disputed_right_after_its_approval,
    evidence_that_wins_brings_amount_and_fee_back,
    evidence_that_loses_and_no_evidence_leave_the_money_with_the_buyer,
    a_dispute_tells_its_events,
    a_bank_decides_after_three_days,
    an_answer_that_is_overdue_is_lost,
    whoever_accepts_has_lost,
    what_is_disputed_cannot_be_refunded_and_what_is_refunded_cannot_be_disputed,
    of_a_refund_and_a_dispute_at_once_neither_takes_what_the_other_has,
    disputes_are_listed_by_payment_and_status,
    evidence_is_noted_piece_by_piece,
    what_cannot_be_disputed_says_so,
    an_account_may_have_another_fee,
);

pub async fn dispute(server: &Server, paid: &Value, body: Value) -> Answer {
    server.post(&format!("/v1/test/payments/{}/dispute", id(paid)), body).await
}

pub async fn act(server: &Server, dispute: &Value, action: &str) -> Answer {
    server.post(&format!("/v1/disputes/{}/{action}", id(dispute)), json!({})).await
}

pub async fn shown(server: &Server, dispute: &Value) -> Value {
    server.get(&format!("/v1/disputes/{}", id(dispute))).await.ok()
}

/// What the merchant has, settled or not.
pub async fn balance(server: &Server) -> i64 {
    let balance = server.get("/v1/balance").await.ok();
    ["pending", "available"].iter().map(|part| balance[part][0]["amount"].as_i64().unwrap_or(0)).sum()
}

pub async fn note(server: &Server, dispute: &Value, text: &str) -> Value {
    let evidence = json!({"evidence": {"uncategorizedText": text}});
    server.patch(&format!("/v1/disputes/{}", id(dispute)), evidence).await.ok()
}

async fn a_dispute_has_the_shape_of_the_reference_and_takes_amount_and_fee(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(10_000, "pm_test_4242").await;
    let before = balance(&server).await;
    let opened = dispute(&server, &paid, json!({"amount": 4_000, "reason": "product_not_received"})).await.ok();
    let names: Vec<&str> = opened.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "id",
        "object",
        "paymentId",
        "amount",
        "fee",
        "currency",
        "status",
        "reason",
        "evidenceDueAt",
        "evidence",
        "metadata",
        "created_at",
    ];
    assert_eq!(names, expected);
    assert!(id(&opened).starts_with("dp_"));
    assert_eq!((&opened["object"], &opened["status"]), (&json!("dispute"), &json!("needs_response")));
    assert_eq!((&opened["amount"], &opened["fee"], &opened["currency"]), (&json!(4_000), &json!(1_500), &json!("EUR")));
    assert_eq!((&opened["reason"], &opened["paymentId"]), (&json!("product_not_received"), &paid["id"]));
    assert!(
        opened["evidence"].as_object().is_some_and(|pieces| pieces.len() == 8 && pieces.values().all(Value::is_null))
    );
    assert!(opened["evidenceDueAt"].as_str().is_some_and(|at| at.ends_with('Z')));
    assert_eq!(shown(&server, &opened).await, opened);
    assert_eq!(balance(&server).await, before - 4_000 - 1_500);
    let payment = server.get(&format!("/v1/payments/{}", id(&paid))).await.ok();
    assert_eq!((&payment["status"], &payment["amountRefunded"]), (&json!("completed"), &json!(0)));
    server.assert_ledger().await;
}

async fn a_card_is_disputed_right_after_its_approval(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_0259").await;
    assert_eq!(paid["status"], "completed");
    let of = |paid: &Value| format!("/v1/disputes?paymentId={}", id(paid));
    let disputes = server.get(&of(&paid)).await.ok()["data"].clone();
    assert_eq!(disputes.as_array().map(Vec::len), Some(1));
    assert_eq!((&disputes[0]["reason"], &disputes[0]["amount"]), (&json!("fraudulent"), &json!(1_000)));
    // What is only held cannot be disputed: it is when it is captured, for what is captured.
    let hold =
        json!({"amount": 1_000, "currency": "EUR", "paymentMethod": "pm_test_0259", "confirm": true, "capture": false});
    let held = server.post("/v1/payments", hold).await.ok();
    assert_eq!(server.get(&of(&held)).await.ok()["data"], json!([]));
    server.post(&format!("/v1/payments/{}/capture", id(&held)), json!({"amount": 600})).await.ok();
    assert_eq!(server.get(&of(&held)).await.ok()["data"][0]["amount"], 600);
    server.assert_ledger().await;
}

async fn evidence_that_wins_brings_amount_and_fee_back(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(10_000, "pm_test_4242").await;
    let before = balance(&server).await;
    let opened = dispute(&server, &paid, json!({})).await.ok();
    assert_eq!(balance(&server).await, before - 10_000 - 1_500);
    note(&server, &opened, "winning_evidence").await;
    assert_eq!(act(&server, &opened, "submit").await.ok()["status"], "won");
    assert_eq!(balance(&server).await, before);
    let again = act(&server, &opened, "submit").await;
    assert_eq!((again.status, again.code().as_str()), (422, "dispute_not_answerable"));
    assert!(again.json()["error"]["message"].to_string().contains("won"));
    let refund = server.post("/v1/refunds", json!({"paymentId": paid["id"]})).await.ok();
    assert_eq!(refund["amount"], 10_000, "what was won can be given back");
    server.assert_ledger().await;
}

async fn evidence_that_loses_and_no_evidence_leave_the_money_with_the_buyer(engine: Engine) {
    let server = Server::start(engine).await;
    for (text, at_once) in [(Some("losing_evidence"), "lost"), (None, "under_review")] {
        let paid = server.paid(1_000, "pm_test_4242").await;
        let opened = dispute(&server, &paid, json!({})).await.ok();
        let taken = balance(&server).await;
        if let Some(text) = text {
            note(&server, &opened, text).await;
        }
        assert_eq!(act(&server, &opened, "submit").await.ok()["status"], at_once);
        server.advance(3 * 86_400).await;
        assert_eq!((shown(&server, &opened).await["status"].clone(), balance(&server).await), (json!("lost"), taken));
        let refused = server.post("/v1/refunds", json!({"paymentId": paid["id"]})).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "amount_too_large"), "what is lost is gone");
    }
    server.assert_ledger().await;
}

/// Types of the events about disputes, oldest first.
pub async fn told(server: &Server) -> Vec<(String, Value)> {
    let events = server.get("/v1/events?limit=100&after=0").await.ok();
    let all = events["data"].as_array().expect("a list").iter();
    let all = all.map(|event| (event["type"].as_str().expect("a type").to_owned(), event["data"].clone()));
    all.filter(|(kind, _)| kind.starts_with("dispute.")).collect()
}

async fn a_dispute_tells_its_events(engine: Engine) {
    let server = Server::start(engine).await;
    let won = server.paid(1_000, "pm_test_0259").await;
    let won = server.get(&format!("/v1/disputes?paymentId={}", id(&won))).await.ok()["data"][0].clone();
    note(&server, &won, "winning_evidence").await;
    note(&server, &won, "winning_evidence").await;
    let won = act(&server, &won, "submit").await.ok();
    let lost = server.paid(1_000, "pm_test_4242").await;
    let lost = dispute(&server, &lost, json!({})).await.ok();
    let lost = act(&server, &lost, "accept").await.ok();
    let told = told(&server).await;
    let kinds: Vec<(&str, &str)> =
        told.iter().map(|(kind, data)| (kind.as_str(), data["status"].as_str().expect("a status"))).collect();
    let expected = [
        ("dispute.created", "needs_response"),
        ("dispute.updated", "needs_response"),
        ("dispute.updated", "under_review"),
        ("dispute.won", "won"),
        ("dispute.created", "needs_response"),
        ("dispute.lost", "lost"),
    ];
    assert_eq!(kinds, expected, "what changes nothing is not told");
    assert_eq!((&told[3].1, &told[5].1), (&won, &lost), "each shows the dispute whole");
}

async fn a_bank_decides_after_three_days(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let opened = dispute(&server, &paid, json!({})).await.ok();
    note(&server, &opened, "The parcel was signed for.").await;
    assert_eq!(act(&server, &opened, "submit").await.ok()["status"], "under_review");
    for action in ["submit", "accept"] {
        assert_eq!(act(&server, &opened, action).await.code(), "dispute_not_answerable", "{action}");
    }
    server.advance(3 * 86_400 - 5).await;
    assert_eq!(shown(&server, &opened).await["status"], "under_review");
    server.advance(5).await;
    assert_eq!((shown(&server, &opened).await["status"].clone(), balance(&server).await), (json!("won"), 960));
    server.assert_ledger().await;
}

async fn an_answer_that_is_overdue_is_lost(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let opened = dispute(&server, &paid, json!({})).await.ok();
    note(&server, &opened, "winning_evidence").await;
    server.advance(7 * 86_400 - 5).await;
    assert_eq!(shown(&server, &opened).await["status"], "needs_response");
    server.advance(5).await;
    assert_eq!(shown(&server, &opened).await["status"], "lost", "evidence that is not submitted is none");
    assert_eq!(act(&server, &opened, "submit").await.code(), "dispute_not_answerable");
    assert_eq!(told(&server).await.last().map(|(kind, _)| kind.clone()).as_deref(), Some("dispute.lost"));
    server.assert_ledger().await;
}

async fn whoever_accepts_has_lost(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let opened = dispute(&server, &paid, json!({})).await.ok();
    let path = format!("/v1/disputes/{}/accept", id(&opened));
    let first = server.post_with_key(&path, "once", &json!({})).await;
    assert_eq!(first.ok()["status"], "lost");
    let again = server.post_with_key(&path, "once", &json!({})).await;
    assert_eq!((again.status, &again.bytes), (200, &first.bytes), "the same key gets the first answer");
    assert_eq!(act(&server, &opened, "accept").await.status, 422);
    assert_eq!(balance(&server).await, 960 - 1_000 - 1_500);
    server.assert_ledger().await;
}

/// After a refund of 30.00 of 100.00 a bank can take 70.00 (spec/traps.md, section 10).
async fn what_is_disputed_cannot_be_refunded_and_what_is_refunded_cannot_be_disputed(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(10_000, "pm_test_4242").await;
    server.post("/v1/refunds", json!({"paymentId": paid["id"], "amount": 3_000})).await.ok();
    let opened = dispute(&server, &paid, json!({"amount": 10_000})).await.ok();
    assert_eq!(opened["amount"], 7_000, "a bank that reports more is given what there is");
    let refused = server.post("/v1/refunds", json!({"paymentId": paid["id"], "amount": 1})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "amount_too_large"));
    let message = refused.json()["error"]["message"].to_string();
    assert!(message.contains("7000 are disputed"), "{message}");
    let refused = dispute(&server, &paid, json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_disputable"));
    server.assert_ledger().await;
}

async fn of_a_refund_and_a_dispute_at_once_neither_takes_what_the_other_has(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..20 {
        let paid = server.paid(10_000, "pm_test_4242").await;
        let refund = server.post("/v1/refunds", json!({"paymentId": paid["id"], "amount": 6_000}));
        let (refund, opened) = join(refund, dispute(&server, &paid, json!({"amount": 6_000}))).await;
        let disputed = opened.ok()["amount"].as_i64().expect("an amount");
        match refund.status {
            200 => assert_eq!(disputed, 4_000),
            _ => assert_eq!((refund.code().as_str(), disputed), ("amount_too_large", 6_000)),
        }
    }
    server.assert_ledger().await;
}

async fn disputes_are_listed_by_payment_and_status(engine: Engine) {
    let server = Server::start(engine).await;
    let (one, other) = (server.paid(1_000, "pm_test_4242").await, server.paid(1_000, "pm_test_4242").await);
    let mut ids = Vec::new();
    for (paid, amount) in [(&one, 100), (&other, 200), (&one, 300)] {
        ids.push(dispute(&server, paid, json!({"amount": amount})).await.ok()["id"].clone());
    }
    server.post(&format!("/v1/disputes/{}/accept", ids[0].as_str().expect("an id")), json!({})).await.ok();
    let shown =
        |page: Value| page["data"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    let list = |query: String| {
        let server = &server;
        async move { shown(server.get(&format!("/v1/disputes{query}")).await.ok()) }
    };
    assert_eq!(list(String::new()).await, [ids[2].clone(), ids[1].clone(), ids[0].clone()]);
    assert_eq!(list(format!("?payment={}", id(&one))).await, [ids[2].clone(), ids[0].clone()]);
    assert_eq!(list("?status=lost".to_owned()).await, [ids[0].clone()]);
    assert_eq!(list(format!("?status=needs_response&paymentId={}", id(&one))).await, [ids[2].clone()]);
    assert_eq!(list("?status=warning_needs_response".to_owned()).await, Vec::<Value>::new());
}

async fn evidence_is_noted_piece_by_piece(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let opened = dispute(&server, &paid, json!({})).await.ok();
    let path = format!("/v1/disputes/{}", id(&opened));
    let first =
        json!({"evidence": {"customer_email": "ada@buyer.example", "receipt": "Order 7"}, "metadata": {"case": 7}});
    let noted = server.patch(&path, first).await.ok();
    assert_eq!(
        (&noted["evidence"]["customerEmail"], &noted["metadata"]),
        (&json!("ada@buyer.example"), &json!({"case": "7"}))
    );
    let noted = server.post(&path, json!({"evidence": {"receipt": null, "customerName": "Ada"}})).await.ok();
    let pieces = &noted["evidence"];
    assert_eq!((&pieces["receipt"], &pieces["customerName"]), (&Value::Null, &json!("Ada")));
    assert_eq!((&pieces["customerEmail"], &noted["metadata"]), (&json!("ada@buyer.example"), &json!({"case": "7"})));
    assert_eq!(server.patch(&path, json!({"evidence": {"reciept": "x"}})).await.code(), "parameter_unknown");
    let long = json!({"evidence": {"uncategorizedText": "x".repeat(20_001)}});
    assert_eq!(server.patch(&path, long).await.code(), "parameter_invalid");
    act(&server, &opened, "accept").await.ok();
    let late = server.patch(&path, json!({"evidence": {"receipt": "late"}})).await;
    assert_eq!((late.status, late.code().as_str()), (422, "dispute_not_answerable"));
    assert_eq!(server.patch(&path, json!({"metadata": {"case": ""}})).await.ok()["metadata"], json!({}));
}

async fn what_cannot_be_disputed_says_so(engine: Engine) {
    let server = Server::start(engine).await;
    let waiting = server.post("/v1/payments", json!({"amount": 1_000, "currency": "EUR"})).await.ok();
    for paid in [waiting, server.paid(1_000, "pm_test_0002").await] {
        let refused = dispute(&server, &paid, json!({})).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_disputable"));
        assert!(refused.json()["error"]["message"].to_string().contains(paid["status"].as_str().expect("a status")));
    }
    assert_eq!(dispute(&server, &json!({"id": "pay_nobodys"}), json!({})).await.status, 404);
    assert_eq!(server.get("/v1/disputes/dp_nobodys").await.code(), "resource_missing");
    let paid = server.paid(1_000, "pm_test_4242").await;
    assert_eq!(dispute(&server, &paid, json!({"reason": "bad_mood"})).await.status, 400);
    let live = Server::start_in(engine, Environment::Live).await;
    assert_eq!(dispute(&live, &paid, json!({})).await.code(), "route_missing", "live has no such helper");
    assert_eq!(live.get("/v1/disputes").await.ok()["data"], json!([]));
}

async fn an_account_may_have_another_fee(engine: Engine) {
    let server = Server::start(engine).await;
    let account = server.get("/v1/account").await.ok();
    assert_eq!(account["fees"], json!({"bps": 150, "fixed": {"EUR": 25}, "dispute": {"EUR": 1500}}));
    let fees = json!({"fees": {"bps": 0, "dispute": {"JPY": 2000}}});
    assert_eq!(server.patch("/v1/account", fees).await.ok()["fees"]["dispute"], json!({"JPY": 2000}));
    let refused = server.patch("/v1/account", json!({"fees": {"bps": 0, "dispute": {"DMARK": 1}}})).await;
    assert_eq!(refused.json()["error"]["param"], "fees.dispute.DMARK");
    for (currency, fee) in [("EUR", 0), ("JPY", 2000)] {
        let body = json!({"amount": 980, "currency": currency, "paymentMethod": "pm_test_4242", "confirm": true});
        let paid = server.post("/v1/payments", body).await.ok();
        assert_eq!(dispute(&server, &paid, json!({})).await.ok()["fee"], fee, "{currency}");
    }
    server.assert_ledger().await;
}
