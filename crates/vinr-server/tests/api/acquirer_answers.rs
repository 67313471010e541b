//! What an acquirer's words come to: who is answered with what, which words give an attempt up, and what is held there for a
//! payment that ends (spec/payments.md, Acquirers).

use reqwest::Method;
use serde_json::{Value, json};
use vinr_server::connectors::{Answer, Connector};

use crate::acquirer::{APPROVED, becomes, charge, killed_while_the_bank_is_busy, path, payment, start, told};
use crate::acquirer_bank::Manner;
use crate::elements::token;
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_browser_is_answered_with_what_is_for_browsers,
    a_session_that_is_charged_at_once_keeps_its_client_secret,
    a_call_that_may_be_on_its_way_leaves_its_request_waiting,
    lookups_that_are_lost_give_nothing_up,
    an_authorization_that_lapses_is_released_at_the_acquirer,
    a_capture_that_was_refused_and_done_counts_while_the_hold_stands,
    without_an_acquirer_nothing_that_is_held_is_taken_or_released,
);

async fn a_browser_is_answered_with_what_is_for_browsers(engine: Engine) {
    let (server, _bank) = start(engine).await;
    let card = token(&server, "4242424242424242").await;
    let private = json!({"metadata": {"order": "1234"}, "receiptEmail": "ada@example.com"});
    let (session, secret) = server.session(private).await;
    let confirm = format!("{}/confirm", path(&session));
    let body = json!({"clientSecret": secret, "paymentMethodId": card}).to_string();
    let headers = [("origin", server.url.as_str()), ("sec-fetch-site", "same-origin"), ("idempotency-key", "buyer")];
    let ask = || server.call(Method::POST, &confirm, Some(&server.public_key), &headers, Some(body.clone()));
    let answered = ask().await;
    assert_eq!(answered.ok()["status"], "completed");
    for private in ["metadata", "receiptEmail", "fee", "checkoutUrl", "customerId"] {
        assert_eq!(answered.ok().get(private), None, "{private} is the merchant's");
    }
    assert_eq!(ask().await.bytes, answered.bytes);
}

async fn a_session_that_is_charged_at_once_keeps_its_client_secret(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([APPROVED, Manner::Late(Answer::Approved)]);
    for key in ["prompt", "late"] {
        let answered = server.post_with_key("/v1/payments/sessions", key, &charge(true)).await;
        let session = answered.ok();
        assert!(session["clientSecret"].is_string(), "{session}");
        assert_eq!(becomes(&server, &session, "completed").await["amountCaptured"], 1000);
        let again = server.post_with_key("/v1/payments/sessions", key, &charge(true)).await;
        assert_eq!(again.bytes, answered.bytes, "it is shown to whoever asks again");
    }
    server.assert_ledger().await;
}

async fn a_call_that_may_be_on_its_way_leaves_its_request_waiting(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([Manner::LateLostCall]);
    killed_while_the_bank_is_busy(&server, &bank, &charge(true)).await;
    server.app.start_workers();
    server.advance(61).await;
    assert_eq!(bank.calls("lookup"), 1);
    let waiting = server.post_with_key("/v1/payments", "killed", &charge(true)).await;
    assert_eq!((waiting.status, waiting.code().as_str()), (409, "idempotency_key_in_use"));
    server.advance(7 * 60).await;
    let answered = server.post_with_key("/v1/payments", "killed", &charge(true)).await.ok();
    assert_eq!((&answered["status"], &answered["failure"]["code"]), (&json!("failed"), &json!("processing_error")));
    server.assert_ledger().await;
}

async fn lookups_that_are_lost_give_nothing_up(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([Manner::LostCall]);
    bank.loses_lookups(3);
    let paid = server.post("/v1/payments", charge(true)).await.ok();
    server.advance(23 * 60 + 1).await;
    assert_eq!(bank.calls("lookup"), 4);
    assert_eq!(payment(&server, &paid).await["status"], "processing", "the acquirer has spoken once");
    server.advance(2 * 3_600).await;
    assert_eq!((bank.calls("lookup"), &payment(&server, &paid).await["status"]), (6, &json!("failed")));
}

async fn an_authorization_that_lapses_is_released_at_the_acquirer(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([APPROVED, Manner::LostCall]);
    let held = server.post("/v1/payments", charge(false)).await.ok();
    assert_eq!(bank.held(), 1000);
    server.advance(7 * 86_400 + 61).await;
    assert_eq!(payment(&server, &held).await["status"], "expired");
    assert_eq!((bank.held(), bank.calls("void")), (0, 2), "the first call was lost");
    server.assert_ledger().await;
}

async fn a_capture_that_was_refused_and_done_counts_while_the_hold_stands(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([APPROVED, Manner::SaysDeclined, APPROVED, Manner::SaysDeclined]);
    let refused = || async {
        let held = server.post("/v1/payments", charge(false)).await.ok();
        let refused = server.post(&format!("{}/capture", path(&held)), json!({"amount": 600})).await.ok();
        assert_eq!((&refused["status"], &refused["failure"]["code"]), (&json!("authorized"), &json!("card_declined")));
        refused
    };
    let held = refused().await;
    let created = ["payment.created", "payment.processing", "payment.authorized"];
    assert_eq!(told(&server).await, [&created[..], &["payment.authorized"]].concat(), "the merchant hears why");
    let done = bank.attempts()[1].clone();
    server.app.acquirer_said(&server.account, &done, Answer::Approved).await.expect("heard");
    let captured = payment(&server, &held).await;
    assert_eq!((&captured["status"], &captured["amountCaptured"]), (&json!("completed"), &json!(600)));
    assert_eq!((&captured["failure"], bank.taken(), bank.calls("void")), (&Value::Null, 600, 0));

    let held = refused().await;
    server.post(&format!("{}/cancel", path(&held)), json!({})).await.ok();
    let done = bank.attempts()[3].clone();
    server.app.acquirer_said(&server.account, &done, Answer::Approved).await.expect("heard");
    server.advance(61).await;
    assert_eq!(payment(&server, &held).await["status"], "cancelled");
    assert_eq!((bank.taken(), bank.held(), bank.calls("void")), (600, 0, 2), "what nobody wants is given back");
    server.assert_ledger().await;
}

async fn without_an_acquirer_nothing_that_is_held_is_taken_or_released(engine: Engine) {
    let mut server = Server::start(engine).await;
    let held = server.post("/v1/payments", charge(false)).await.ok();
    let waiting = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    server.restart_with(|settings, _| settings.connector = Connector::Unconfigured).await;
    for action in ["capture", "cancel"] {
        let refused = server.post(&format!("{}/{action}", path(&held)), json!({})).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "acquirer_not_configured"), "{action}");
    }
    assert_eq!(payment(&server, &held).await["status"], "authorized");
    let cancelled = server.post(&format!("{}/cancel", path(&waiting)), json!({})).await.ok();
    assert_eq!(cancelled["status"], "cancelled", "nothing is held for it");
    server.assert_ledger().await;
}
