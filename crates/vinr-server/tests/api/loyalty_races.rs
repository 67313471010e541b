//! What happens at once to one member, or to one payment's points.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::loyalty::{a_point_for_each_euro, balance, id, member, moved, pays, pays_with};

on_both_engines!(
    two_awards_of_one_payment_are_one,
    two_enrolments_of_one_customer_are_one,
    payments_of_one_member_lose_no_point,
    a_refund_and_an_award_at_once_never_miss_each_other,
    a_member_who_is_made_while_payments_complete_has_a_part_of_them_and_nothing_else,
    corrections_at_once_never_overspend,
);

const MANY: usize = 8;

/// The same request, many times at once.
async fn at_once(server: &Server, path: &str, body: &Value) -> Vec<Answer> {
    join_all((0..MANY).map(|_| server.post(path, body.clone()))).await
}

async fn two_awards_of_one_payment_are_one(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server).await;
    let payment = pays(&server, &customer, 4200).await;
    let award = json!({"customer": customer, "amount": 42, "sourcePaymentId": payment["id"]});
    let answers = at_once(&server, "/v1/loyalty/points/earn", &award).await;
    let first = answers[0].ok();
    assert!(answers.iter().all(|answer| answer.ok() == first), "everybody is told of the same one");
    assert_eq!(moved(&server, &account).await, [("earn".to_owned(), 42)]);
    server.assert_ledger().await;
}

async fn two_enrolments_of_one_customer_are_one(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    server.patch("/v1/loyalty/programs/prog_default", json!({"autoEnroll": true})).await.ok();
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    let body = json!({"customer": customer, "amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
    let account = json!({"customer": customer});
    let (by_payments, by_hand) =
        tokio::join!(at_once(&server, "/v1/payments", &body), at_once(&server, "/v1/loyalty/accounts", &account),);
    assert!(by_payments.iter().all(|answer| answer.ok()["status"] == "completed"));
    let made = by_hand.iter().filter(|answer| answer.status == 200).count();
    assert!(
        made <= 1 && by_hand.iter().all(|answer| answer.status == 200 || answer.code() == "loyalty_account_exists")
    );
    let members = server.get(&format!("/v1/loyalty/accounts?customer={customer}")).await.ok();
    assert_eq!(members["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(members["data"][0]["balance"], json!(10 * MANY));
    server.assert_ledger().await;
}

async fn payments_of_one_member_lose_no_point(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let capped = json!({"award": {"type": "fixed", "points": 3}, "cap": {"points": 10, "window": "lifetime"}});
    server.post("/v1/loyalty/earning-rules", capped).await.ok();
    let (customer, account) = member(&server).await;
    let body = json!({"customer": customer, "amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
    for answer in at_once(&server, "/v1/payments", &body).await {
        answer.ok();
    }
    let many = i64::try_from(MANY).expect("a few");
    assert_eq!(balance(&server, &account).await, 10 * many + 10, "and no more than the cap of the other rule");
    server.assert_ledger().await;
}

async fn a_refund_and_an_award_at_once_never_miss_each_other(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server).await;
    for _ in 0..MANY {
        let payment = pays(&server, &customer, 4200).await;
        let award = json!({"customer": customer, "amount": 42, "sourcePaymentId": payment["id"]});
        let refund = json!({"paymentId": payment["id"], "amount": 2100});
        let (given, first, second) = tokio::join!(
            server.post("/v1/loyalty/points/earn", award),
            server.post("/v1/refunds", refund.clone()),
            server.post("/v1/refunds", refund.clone()),
        );
        given.ok();
        first.ok();
        second.ok();
        assert_eq!(balance(&server, &account).await, 0, "whoever came first");
    }
    server.assert_ledger().await;
}

async fn a_member_who_is_made_while_payments_complete_has_a_part_of_them_and_nothing_else(engine: Engine) {
    let server = Arc::new(Server::start(engine).await);
    a_point_for_each_euro(&server).await;
    for round in 0..4 {
        let customer = id(&server.post("/v1/customers", json!({})).await.ok());
        let payments = join_all((0..MANY).map(|_| pays(&server, &customer, 1000)));
        let (payments, account) =
            tokio::join!(payments, server.post("/v1/loyalty/accounts", json!({"customer": customer})));
        assert!(payments.iter().all(|payment| payment["status"] == "completed"));
        let account = id(&account.ok());
        let earned = moved(&server, &account).await;
        assert!(
            earned.len() <= MANY && earned.iter().all(|one| *one == ("earn".to_owned(), 10)),
            "round {round}: {earned:?}"
        );
        let after = pays_with(&server, json!({"customer": customer, "amount": 1000})).await;
        assert_eq!(after["status"], "completed");
        assert_eq!(moved(&server, &account).await.len(), earned.len() + 1, "from then on every one");
    }
    server.assert_ledger().await;
}

async fn corrections_at_once_never_overspend(engine: Engine) {
    let server = Server::start(engine).await;
    let (_, account) = member(&server).await;
    server.post("/v1/loyalty/transactions", json!({"account": account, "amount": 100})).await.ok();
    let take = json!({"account": account, "amount": -40});
    let answers = at_once(&server, "/v1/loyalty/transactions", &take).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 2);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.code() == "insufficient_points"));
    assert_eq!(balance(&server, &account).await, 20);
    server.assert_ledger().await;
}
