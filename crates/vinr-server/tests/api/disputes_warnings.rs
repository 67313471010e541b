//! Warnings of a network before a dispute: nothing is taken until one becomes a dispute, and not every one does.

use futures_util::future::join;
use serde_json::{Value, json};

use crate::disputes::{act, balance, dispute, note, shown, told};
use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::webhooks_merchant::id;

on_both_engines!(
    a_warning_takes_nothing_and_blocks_no_refund,
    a_card_is_asked_about_right_after_its_approval,
    an_escalated_warning_takes_amount_and_fee_and_is_a_dispute_from_then_on,
    a_warning_takes_what_is_left_when_it_is_escalated,
    an_answer_that_convinces_closes_a_warning,
    an_answer_that_does_not_and_none_make_it_a_dispute,
    whoever_gives_in_to_a_warning_gives_the_money_back_without_a_fee,
    a_payment_that_is_given_back_whole_has_no_open_warning,
    of_a_refund_and_a_warning_at_once_the_warning_does_not_stay_open,
    a_payment_is_warned_of_once_at_a_time,
    what_is_no_open_warning_cannot_be_escalated_or_closed,
    each_step_of_a_warning_is_told,
    a_network_closes_a_warning,
);

async fn warn(server: &Server, paid: &Value, amount: Option<i64>) -> Answer {
    dispute(server, paid, json!({"amount": amount, "warning": true, "reason": "unrecognized"})).await
}

/// What the network does about a warning.
async fn network(server: &Server, warning: &Value, action: &str) -> Answer {
    server.post(&format!("/v1/test/disputes/{}/{action}", id(warning)), json!({})).await
}

async fn status(server: &Server, warning: &Value) -> String {
    shown(server, warning).await["status"].as_str().expect("a status").to_owned()
}

async fn refund(server: &Server, paid: &Value, amount: Option<i64>) -> Answer {
    server.post("/v1/refunds", json!({"paymentId": paid["id"], "amount": amount})).await
}

async fn refunds(server: &Server, paid: &Value) -> Vec<Value> {
    let list = server.get(&format!("/v1/refunds?paymentId={}", id(paid))).await.ok();
    list["data"].as_array().expect("a list").clone()
}

/// Lines of the merchant's balance that are about disputes.
async fn lines(server: &Server) -> usize {
    let lines = server.get("/v1/balance/transactions?type=dispute&limit=100").await.ok();
    lines["data"].as_array().expect("a list").len()
}

async fn a_warning_takes_nothing_and_blocks_no_refund(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(10_000, "pm_test_4242").await;
    let before = balance(&server).await;
    let warning = warn(&server, &paid, Some(4_000)).await.ok();
    assert_eq!((&warning["status"], &warning["amount"]), (&json!("warning_needs_response"), &json!(4_000)));
    assert_eq!((&warning["fee"], &warning["reason"]), (&json!(0), &json!("unrecognized")));
    assert_eq!((balance(&server).await, lines(&server).await), (before, 0));
    assert_eq!(refund(&server, &paid, Some(9_000)).await.ok()["status"], "succeeded");
    assert_eq!(status(&server, &warning).await, "warning_needs_response", "something is left of the payment");
    let list = server.get("/v1/disputes?status=warning_needs_response").await.ok();
    assert_eq!(list["data"][0]["id"], warning["id"]);
    server.assert_ledger().await;
}

async fn a_card_is_asked_about_right_after_its_approval(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_1976").await;
    assert_eq!(paid["status"], "completed");
    let list = server.get(&format!("/v1/disputes?paymentId={}", id(&paid))).await.ok();
    let warning = &list["data"][0];
    assert_eq!((&warning["status"], &warning["reason"]), (&json!("warning_needs_response"), &json!("unrecognized")));
    assert_eq!((&warning["amount"], balance(&server).await), (&json!(1_000), 960));
    server.assert_ledger().await;
}

async fn an_escalated_warning_takes_amount_and_fee_and_is_a_dispute_from_then_on(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(10_000, "pm_test_4242").await;
    let warning = warn(&server, &paid, Some(4_000)).await.ok();
    note(&server, &warning, "Delivered on 3 June").await;
    server.advance(86_400).await;
    let before = balance(&server).await;
    let disputed = network(&server, &warning, "escalate").await.ok();
    assert_eq!((&disputed["id"], &disputed["status"]), (&warning["id"], &json!("needs_response")));
    assert_eq!((&disputed["amount"], &disputed["fee"]), (&json!(4_000), &json!(1_500)));
    assert_eq!(disputed["evidence"]["uncategorizedText"], "Delivered on 3 June", "what was noted stays");
    assert!(disputed["evidenceDueAt"].as_str() > warning["evidenceDueAt"].as_str(), "there is time to answer again");
    assert_eq!((balance(&server).await, lines(&server).await), (before - 4_000 - 1_500, 1));
    let refused = refund(&server, &paid, Some(6_001)).await;
    assert_eq!(refused.code(), "amount_too_large", "what is disputed cannot be refunded");
    note(&server, &warning, "winning_evidence").await;
    assert_eq!(act(&server, &warning, "submit").await.ok()["status"], "won");
    assert_eq!(balance(&server).await, before);
    server.assert_ledger().await;
}

async fn a_warning_takes_what_is_left_when_it_is_escalated(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(10_000, "pm_test_4242").await;
    let warning = warn(&server, &paid, None).await.ok();
    refund(&server, &paid, Some(3_000)).await.ok();
    let other = dispute(&server, &paid, json!({"amount": 5_000})).await.ok();
    assert_eq!((&warning["amount"], &other["amount"]), (&json!(10_000), &json!(5_000)));
    let disputed = network(&server, &warning, "escalate").await.ok();
    assert_eq!((&disputed["amount"], &disputed["status"]), (&json!(2_000), &json!("needs_response")));
    let paid = server.paid(1_000, "pm_test_4242").await;
    let late = warn(&server, &paid, None).await.ok();
    dispute(&server, &paid, json!({})).await.ok();
    let before = balance(&server).await;
    assert_eq!(
        network(&server, &late, "escalate").await.ok()["status"],
        "warning_closed",
        "nothing is left to be taken"
    );
    assert_eq!(balance(&server).await, before);
    server.assert_ledger().await;
}

async fn an_answer_that_convinces_closes_a_warning(engine: Engine) {
    let server = Server::start(engine).await;
    for (text, at_once) in
        [("winning_evidence", "warning_closed"), ("The parcel was signed for.", "warning_under_review")]
    {
        let paid = server.paid(1_000, "pm_test_4242").await;
        let warning = warn(&server, &paid, None).await.ok();
        note(&server, &warning, text).await;
        assert_eq!(act(&server, &warning, "submit").await.ok()["status"], at_once, "{text}");
        for action in ["submit", "accept"] {
            assert_eq!(act(&server, &warning, action).await.code(), "dispute_not_answerable", "{action}");
        }
        server.advance(3 * 86_400).await;
        assert_eq!(status(&server, &warning).await, "warning_closed");
    }
    assert_eq!(lines(&server).await, 0);
    server.assert_ledger().await;
}

async fn an_answer_that_does_not_and_none_make_it_a_dispute(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let worthless = warn(&server, &paid, None).await.ok();
    note(&server, &worthless, "losing_evidence").await;
    assert_eq!(act(&server, &worthless, "submit").await.ok()["status"], "needs_response");
    let silent = warn(&server, &server.paid(1_000, "pm_test_4242").await, None).await.ok();
    server.advance(7 * 86_400 - 5).await;
    assert_eq!(status(&server, &silent).await, "warning_needs_response");
    let before = balance(&server).await;
    server.advance(5).await;
    assert_eq!((status(&server, &silent).await.as_str(), balance(&server).await), ("needs_response", before - 2_500));
    server.advance(7 * 86_400).await;
    assert_eq!(status(&server, &silent).await, "lost", "and that is overdue as well");
    assert_eq!(balance(&server).await, before - 2_500);
    server.assert_ledger().await;
}

async fn whoever_gives_in_to_a_warning_gives_the_money_back_without_a_fee(engine: Engine) {
    let server = Server::start(engine).await;
    for (warned, refunded) in [(Some(400), 400), (None, 1_000)] {
        let paid = server.paid(1_000, "pm_test_4242").await;
        let before = balance(&server).await;
        let warning = warn(&server, &paid, warned).await.ok();
        let path = format!("/v1/disputes/{}/accept", id(&warning));
        let first = server.post_with_key(&path, id(&warning), &json!({})).await;
        assert_eq!((&first.ok()["status"], &first.ok()["id"]), (&json!("warning_closed"), &warning["id"]));
        let again = server.post_with_key(&path, id(&warning), &json!({})).await;
        assert_eq!((again.status, &again.bytes), (200, &first.bytes), "the same key gets the first answer");
        let given = refunds(&server, &paid).await;
        assert_eq!(
            (given.len(), &given[0]["amount"], &given[0]["reason"]),
            (1, &json!(refunded), &json!("requested_by_customer"))
        );
        assert_eq!(balance(&server).await, before - refunded, "no fee of a dispute");
        assert_eq!(act(&server, &warning, "accept").await.code(), "dispute_not_answerable");
    }
    assert_eq!(lines(&server).await, 0);
    server.assert_ledger().await;
}

async fn a_payment_that_is_given_back_whole_has_no_open_warning(engine: Engine) {
    let server = Server::start(engine).await;
    for answered in [false, true] {
        let paid = server.paid(1_000, "pm_test_4242").await;
        let warning = warn(&server, &paid, Some(600)).await.ok();
        if answered {
            act(&server, &warning, "submit").await.ok();
        }
        refund(&server, &paid, Some(999)).await.ok();
        assert!(status(&server, &warning).await.ends_with(if answered { "under_review" } else { "needs_response" }));
        refund(&server, &paid, Some(1)).await.ok();
        assert_eq!(status(&server, &warning).await, "warning_closed");
        server.advance(8 * 86_400).await;
        assert_eq!(status(&server, &warning).await, "warning_closed", "time does nothing to it any more");
    }
    server.assert_ledger().await;
}

async fn of_a_refund_and_a_warning_at_once_the_warning_does_not_stay_open(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..20 {
        let paid = server.paid(1_000, "pm_test_4242").await;
        let (refunded, warned) = join(refund(&server, &paid, None), warn(&server, &paid, None)).await;
        refunded.ok();
        match warned.status {
            200 => assert_eq!(status(&server, &warned.json()).await, "warning_closed"),
            _ => assert_eq!((warned.status, warned.code().as_str()), (422, "payment_not_disputable")),
        }
    }
    server.assert_ledger().await;
}

async fn a_payment_is_warned_of_once_at_a_time(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let (one, other) = join(warn(&server, &paid, Some(100)), warn(&server, &paid, Some(200))).await;
    let (made, refused) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_disputable"));
    assert!(refused.json()["error"]["message"].to_string().contains(id(&made.ok())));
    network(&server, &made.json(), "close").await.ok();
    assert_eq!(warn(&server, &paid, None).await.ok()["amount"], 1_000, "and again when that is over");
}

async fn what_is_no_open_warning_cannot_be_escalated_or_closed(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let disputed = dispute(&server, &paid, json!({"amount": 100})).await.ok();
    let warning = warn(&server, &paid, Some(100)).await.ok();
    network(&server, &warning, "close").await.ok();
    for one in [&disputed, &warning] {
        for action in ["escalate", "close"] {
            let refused = network(&server, one, action).await;
            assert_eq!((refused.status, refused.code().as_str()), (422, "dispute_not_answerable"), "{action} {one}");
        }
    }
    assert_eq!(network(&server, &json!({"id": "dp_nobodys"}), "close").await.code(), "resource_missing");
    let late = server.patch(&format!("/v1/disputes/{}", id(&warning)), json!({"evidence": {"receipt": "late"}})).await;
    assert_eq!(late.code(), "dispute_not_answerable");
}

async fn each_step_of_a_warning_is_told(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let warning = warn(&server, &paid, None).await.ok();
    act(&server, &warning, "submit").await.ok();
    let disputed = network(&server, &warning, "escalate").await.ok();
    act(&server, &warning, "accept").await.ok();
    let closed = warn(&server, &server.paid(1_000, "pm_test_4242").await, None).await.ok();
    act(&server, &closed, "accept").await.ok();
    let told = told(&server).await;
    let kinds: Vec<(&str, &str)> =
        told.iter().map(|(kind, data)| (kind.as_str(), data["status"].as_str().expect("a status"))).collect();
    let expected = [
        ("dispute.created", "warning_needs_response"),
        ("dispute.updated", "warning_under_review"),
        ("dispute.updated", "needs_response"),
        ("dispute.lost", "lost"),
        ("dispute.created", "warning_needs_response"),
        ("dispute.updated", "warning_closed"),
    ];
    assert_eq!(kinds, expected, "a warning is neither won nor lost");
    assert_eq!(told[2].1, disputed);
}

async fn a_network_closes_a_warning(engine: Engine) {
    let server = Server::start(engine).await;
    let paid = server.paid(1_000, "pm_test_4242").await;
    let warning = warn(&server, &paid, None).await.ok();
    act(&server, &warning, "submit").await.ok();
    assert_eq!(network(&server, &warning, "close").await.ok()["status"], "warning_closed");
    server.advance(8 * 86_400).await;
    assert_eq!((status(&server, &warning).await.as_str(), lines(&server).await), ("warning_closed", 0));
    assert_eq!(server.get("/v1/disputes?status=warning_closed").await.ok()["data"][0]["id"], warning["id"]);
    server.assert_ledger().await;
}
