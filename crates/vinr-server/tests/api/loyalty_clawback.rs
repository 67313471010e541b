//! Refunds and disputes take the points that their payment has earned, in parts that add up to the whole
//! (spec/traps.md, sections 11 and 14).

use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::{a_point_for_each_euro, balance, id, member, moved, pays, pays_with};

on_both_engines!(
    partial_refunds_take_parts_that_add_up_to_the_whole,
    a_refund_that_fails_gives_exactly_that_back,
    a_dispute_takes_when_it_is_opened_and_gives_back_when_it_is_won,
    a_payment_that_is_disputed_at_once_keeps_nothing,
    the_first_member_of_all_who_joins_by_such_a_payment_keeps_nothing_either,
    a_debt_is_made_up_by_what_is_earned_next,
    without_debts_what_is_not_there_is_waived_and_noted,
    an_award_for_a_refunded_payment_is_taken_back_for_that_part,
    the_proof_finds_every_touched_row_of_points,
);

async fn refund(server: &Server, payment: &Value, amount: i64) -> Value {
    server.post("/v1/refunds", json!({"paymentId": payment["id"], "amount": amount})).await.ok()
}

/// Type and points, as [`moved`] tells them.
fn moves<const N: usize>(all: [(&str, i64); N]) -> Vec<(String, i64)> {
    all.map(|(kind, points)| (kind.to_owned(), points)).into()
}

/// The tables of the seed and of spec/traps.md, section 11; of a movement of no points there is no row.
async fn partial_refunds_take_parts_that_add_up_to_the_whole(engine: Engine) {
    let server = Server::start(engine).await;
    let (_, account) = member(&server).await;
    let cases: [(i64, i64, &[i64], &[i64]); 7] = [
        (42, 4200, &[4200], &[42]),
        (42, 4200, &[2100, 2100], &[21, 21]),
        (42, 4200, &[1400; 3], &[14; 3]),
        (42, 4200, &[420; 10], &[4, 4, 5, 4, 4, 4, 4, 5, 4, 4]),
        (5, 1000, &[333, 333, 334], &[2, 1, 2]),
        (37, 3700, &[1233, 1233, 1234], &[12, 13, 12]),
        (42, 4250, &[1000, 1000, 1000, 1250], &[10, 10, 10, 12]),
    ];
    for (points, amount, refunds, taken) in cases {
        let payment = pays_with(&server, json!({"amount": amount})).await;
        let award = json!({"account": account, "amount": points, "sourcePaymentId": payment["id"]});
        server.post("/v1/loyalty/points/earn", award).await.ok();
        for (amount, taken) in refunds.iter().zip(taken) {
            let refund = refund(&server, &payment, *amount).await;
            let list = server.get("/v1/loyalty/transactions?type=clawback&limit=1").await.ok();
            let clawback = &list["data"][0];
            assert_eq!(clawback["points"], json!(-taken), "{amount} of {refunds:?}");
            let source = &clawback["source"];
            assert_eq!((&source["refund"], &source["payment"]), (&refund["id"], &payment["id"]));
        }
        assert_eq!(balance(&server, &account).await, 0, "{refunds:?} take all of {points}");
    }
    let payment = pays_with(&server, json!({"amount": 4200})).await;
    server
        .post("/v1/loyalty/points/earn", json!({"account": account, "amount": 42, "sourcePaymentId": payment["id"]}))
        .await
        .ok();
    let before = moved(&server, &account).await.len();
    refund(&server, &payment, 40).await;
    assert_eq!(moved(&server, &account).await.len(), before, "less than half a point is none yet");
    refund(&server, &payment, 20).await;
    assert_eq!(balance(&server, &account).await, 41, "and is not forgotten");
    server.assert_ledger().await;
}

async fn a_refund_that_fails_gives_exactly_that_back(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    let payment = pays_with(&server, json!({"customer": customer, "paymentMethod": "pm_test_5126"})).await;
    let pending = refund(&server, &payment, 2100).await;
    assert_eq!((&pending["status"], balance(&server, &account).await), (&json!("pending"), 21));
    server.advance(2 * 86_400).await;
    assert_eq!(moved(&server, &account).await, moves([("earn", 42), ("clawback", -21), ("clawback_reversal", 21)]));
    let reversal = server.get("/v1/loyalty/transactions?type=clawback_reversal").await.ok()["data"][0].clone();
    assert_eq!((&reversal["source"]["refund"], &reversal["source"]["payment"]), (&pending["id"], &payment["id"]));
    let shown = server.get(&format!("/v1/loyalty/accounts/{account}")).await.ok();
    assert_eq!((&shown["balance"], &shown["lifetimePoints"]), (&json!(42), &json!(42)));
    server.assert_ledger().await;
}

async fn a_dispute_takes_when_it_is_opened_and_gives_back_when_it_is_won(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    for (evidence, last) in [("winning_evidence", Some(("clawback_reversal", 20))), ("losing_evidence", None)] {
        let before = moved(&server, &account).await.len();
        let payment = pays(&server, &customer, 4200).await;
        let dispute =
            server.post(&format!("/v1/test/payments/{}/dispute", id(&payment)), json!({"amount": 2000})).await.ok();
        let path = format!("/v1/disputes/{}", id(&dispute));
        server.patch(&path, json!({"evidence": {"uncategorizedText": evidence}})).await.ok();
        server.post(&format!("{path}/submit"), json!({})).await.ok();
        let mut expected = vec![("earn".to_owned(), 42), ("clawback".to_owned(), -20)];
        expected.extend(last.map(|(kind, points)| (kind.to_owned(), points)));
        assert_eq!(moved(&server, &account).await[before..], expected, "{evidence}");
        let clawback = server.get("/v1/loyalty/transactions?type=clawback&limit=1").await.ok()["data"][0].clone();
        assert_eq!((&clawback["source"]["dispute"], &clawback["source"]["refund"]), (&dispute["id"], &json!(null)));
    }
    server.assert_ledger().await;
}

/// The award and what takes it are of one commit.
async fn a_payment_that_is_disputed_at_once_keeps_nothing(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    pays_with(&server, json!({"customer": customer, "paymentMethod": "pm_test_0259"})).await;
    assert_eq!(moved(&server, &account).await, moves([("earn", 42), ("clawback", -42)]));
    assert_eq!(balance(&server, &account).await, 0);
    server.assert_ledger().await;
}

/// Until that payment the merchant has no member: the one that it makes is of the same commit (seed 58).
async fn the_first_member_of_all_who_joins_by_such_a_payment_keeps_nothing_either(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    server.patch("/v1/loyalty/programs/prog_default", json!({"autoEnroll": true})).await.ok();
    let customer = id(&server.post("/v1/customers", json!({"name": "Ada"})).await.ok());
    pays_with(&server, json!({"customer": customer, "paymentMethod": "pm_test_0259"})).await;
    let members = server.get(&format!("/v1/loyalty/accounts?customer={customer}")).await.ok();
    let account = id(&members["data"][0]);
    assert_eq!(moved(&server, &account).await, moves([("earn", 42), ("clawback", -42)]));
    server.assert_ledger().await;
}

/// spec/traps.md, section 14.
async fn a_debt_is_made_up_by_what_is_earned_next(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    let payment = pays(&server, &customer, 4200).await;
    server.post("/v1/loyalty/transactions", json!({"account": account, "amount": -32})).await.ok();
    refund(&server, &payment, 4200).await;
    assert_eq!(balance(&server, &account).await, -32);
    let refused = server.post("/v1/loyalty/transactions", json!({"account": account, "amount": -1})).await;
    assert_eq!(refused.code(), "insufficient_points", "nothing can be spent on credit");
    let error = &refused.json()["error"];
    assert_eq!((&error["have"], &error["need"]), (&json!(-32), &json!(1)));
    pays(&server, &customer, 5000).await;
    let shown = server.get(&format!("/v1/loyalty/accounts/{account}")).await.ok();
    assert_eq!((&shown["balance"], &shown["lifetimePoints"]), (&json!(18), &json!(50)));
    server.assert_ledger().await;
}

async fn without_debts_what_is_not_there_is_waived_and_noted(engine: Engine) {
    let server = Server::start(engine).await;
    server.patch("/v1/loyalty/programs/prog_default", json!({"clawback": {"allow_negative": false}})).await.ok();
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    let payment = pays_with(&server, json!({"customer": customer, "paymentMethod": "pm_test_5126"})).await;
    server.post("/v1/loyalty/transactions", json!({"account": account, "amount": -32})).await.ok();
    refund(&server, &payment, 2100).await;
    let clawback = server.get("/v1/loyalty/transactions?type=clawback&limit=1").await.ok()["data"][0].clone();
    assert_eq!(
        (&clawback["points"], &clawback["waived"], &clawback["balanceAfter"]),
        (&json!(-10), &json!(11), &json!(0))
    );
    pays(&server, &customer, 5000).await;
    refund(&server, &payment, 2100).await;
    assert_eq!(balance(&server, &account).await, 29, "what was waived is not taken later");
    server.advance(2 * 86_400).await;
    assert_eq!(balance(&server, &account).await, 60, "both refunds failed: ten and twenty-one come again");
    server.assert_ledger().await;
}

async fn an_award_for_a_refunded_payment_is_taken_back_for_that_part(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server).await;
    let payment = pays_with(&server, json!({"customer": customer, "paymentMethod": "pm_test_5126"})).await;
    refund(&server, &payment, 1400).await;
    server.post(&format!("/v1/test/payments/{}/dispute", id(&payment)), json!({"amount": 1400})).await.ok();
    let award = json!({"customer": customer, "amount": 42, "sourcePaymentId": payment["id"]});
    let first = server.post("/v1/loyalty/points/earn", award).await.ok();
    assert_eq!((&first["points"], &first["balanceAfter"]), (&json!(42), &json!(42)));
    assert_eq!(moved(&server, &account).await, moves([("earn", 42), ("clawback", -14), ("clawback", -14)]));
    refund(&server, &payment, 1400).await;
    assert_eq!(balance(&server, &account).await, 0);
    server.advance(2 * 86_400).await;
    assert_eq!(balance(&server, &account).await, 28, "the refunds failed, and what each took comes again");
    server.assert_ledger().await;
}

async fn the_proof_finds_every_touched_row_of_points(engine: Engine) {
    let server = Server::start(engine).await;
    server.post("/v1/loyalty/programs/prog_default", json!({"currency": {"expiryMonths": 12}})).await.ok();
    a_point_for_each_euro(&server).await;
    let (customer, _) = member(&server).await;
    let payment = pays(&server, &customer, 4200).await;
    refund(&server, &payment, 1000).await;
    let proof = server.get("/v1/reconciliation").await.ok();
    let broken = |proof: &Value| {
        let all = proof["invariants"].as_array().expect("invariants").iter();
        let broken = all.filter(|one| one["holds"] == false || one["differences"] != json!([]));
        broken.map(|one| one["name"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(broken(&proof), Vec::<String>::new());
    assert!(proof["invariants"].as_array().is_some_and(|all| all.len() >= 9), "{proof}");
    for (touch, back, name) in [
        (
            "UPDATE balances SET posted = posted + 1 WHERE id = 'points_issued:prog_default'",
            "UPDATE balances SET posted = posted - 1 WHERE id = 'points_issued:prog_default'",
            "points_ledger_equals_transactions",
        ),
        (
            "UPDATE loyalty_accounts SET balance = balance + 1",
            "UPDATE loyalty_accounts SET balance = balance - 1",
            "members_have_what_their_transactions_say",
        ),
        (
            "UPDATE loyalty_accounts SET lifetime = lifetime + 1",
            "UPDATE loyalty_accounts SET lifetime = lifetime - 1",
            "members_have_what_their_transactions_say",
        ),
        (
            "UPDATE points_lots SET points = points + 1",
            "UPDATE points_lots SET points = points - 1",
            "members_have_what_lies_in_their_lots",
        ),
        (
            "UPDATE payments SET awards = REPLACE(awards, '\"points\":42', '\"points\":43')",
            "UPDATE payments SET awards = REPLACE(awards, '\"points\":43', '\"points\":42')",
            "payments_earned_what_was_kept_clawed_and_waived",
        ),
        (
            "UPDATE payments SET awards = REPLACE(awards, '\"waived\":0', '\"waived\":33')",
            "UPDATE payments SET awards = REPLACE(awards, '\"waived\":33', '\"waived\":0')",
            "payments_earned_what_was_kept_clawed_and_waived",
        ),
        (
            "UPDATE clawbacks SET clawed = clawed + 1",
            "UPDATE clawbacks SET clawed = clawed - 1",
            "payments_earned_what_was_kept_clawed_and_waived",
        ),
    ] {
        assert_eq!(server.app.db.prune(touch, &[]).await.expect("one row"), 1, "{touch}");
        let found = broken(&server.get("/v1/reconciliation").await.ok());
        assert!(found.iter().any(|one| one == name), "{touch}: {found:?}");
        server.app.db.prune(back, &[]).await.expect("one row");
    }
    server.assert_ledger().await;
}
