//! Points lapse at the end of their day, and their member is told before (spec/engagement.md, Expiry; spec/traps.md,
//! section 13).

use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::{a_point_for_each_euro, balance, id, member, moved, pays, pays_with};

on_both_engines!(
    points_lapse_at_the_end_of_their_day_and_are_told_of_thirty_days_before,
    what_lapses_first_is_spent_first,
    a_debt_is_not_made_up_by_what_has_lapsed,
);

async fn advance_to(server: &Server, moment: &str) {
    server.post("/v1/test/clock/advance", json!({"to": moment})).await.ok();
}

async fn points_that_live(server: &Server, months: Option<u32>) {
    server.patch("/v1/loyalty/programs/prog_default", json!({"currency": {"expiryMonths": months}})).await.ok();
}

/// Type, points and time of what moved a member's points, oldest first.
async fn told(server: &Server, kind: &str) -> Vec<Value> {
    let list = server.get(&format!("/v1/events?type={kind}&limit=100")).await.ok();
    list["data"].as_array().expect("a list").iter().rev().cloned().collect()
}

async fn points_lapse_at_the_end_of_their_day_and_are_told_of_thirty_days_before(engine: Engine) {
    let server = Server::start(engine).await;
    server.patch("/v1/account", json!({"timeZone": "Europe/Sofia"})).await.ok();
    points_that_live(&server, Some(13)).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    // In Sofia it is the last of January already: the first month that has no such day is February of the year after next.
    advance_to(&server, "2027-01-30T23:30:00Z").await;
    pays(&server, &customer, 4200).await;
    let earned = server.get("/v1/loyalty/transactions").await.ok()["data"][0].clone();
    assert_eq!(earned["expiresAt"], json!("2028-02-29T22:00:00Z"), "the end of the month's last day there");
    advance_to(&server, "2028-01-30T21:00:00Z").await;
    assert!(told(&server, "loyalty.points.expiring").await.is_empty());
    advance_to(&server, "2028-01-30T23:00:00Z").await;
    let notices = told(&server, "loyalty.points.expiring").await;
    assert_eq!(notices.len(), 1);
    assert_eq!((&notices[0]["data"]["id"], &notices[0]["data"]["customerId"]), (&json!(account), &json!(customer)));
    assert_eq!(notices[0]["data"]["expiring"], json!({"points": 42, "expiresAt": "2028-02-29T22:00:00Z"}));
    assert_eq!(notices[0]["created"], json!(1_832_882_400_i64), "thirty days before, to the second");
    advance_to(&server, "2028-02-29T21:59:59Z").await;
    assert_eq!(balance(&server, &account).await, 42);
    advance_to(&server, "2028-02-29T22:00:00Z").await;
    let lapsed = server.get("/v1/loyalty/transactions?type=expire").await.ok()["data"][0].clone();
    assert_eq!((&lapsed["points"], &lapsed["balanceAfter"]), (&json!(-42), &json!(0)));
    assert!(lapsed["created_at"].as_str().is_some_and(|at| at.starts_with("2028-02-29T22:00:00")), "{lapsed}");
    server.advance(400 * 86_400).await;
    assert_eq!(told(&server, "loyalty.points.expiring").await.len(), 1, "once");
    assert_eq!(moved(&server, &account).await.len(), 2);
    server.assert_ledger().await;
}

async fn what_lapses_first_is_spent_first(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    points_that_live(&server, None).await;
    pays(&server, &customer, 1000).await;
    points_that_live(&server, Some(6)).await;
    pays(&server, &customer, 5000).await;
    points_that_live(&server, Some(3)).await;
    let last = pays_with(&server, json!({"customer": customer, "amount": 10_000})).await;
    server.post("/v1/loyalty/transactions", json!({"account": account, "amount": -120})).await.ok();
    assert_eq!(balance(&server, &account).await, 40);
    server.advance(100 * 86_400).await;
    assert_eq!(balance(&server, &account).await, 40, "nothing is left of what lapsed after three months");
    server.advance(100 * 86_400).await;
    assert_eq!(balance(&server, &account).await, 10, "thirty of the fifty lapsed after six");
    server.post("/v1/refunds", json!({"paymentId": id(&last)})).await.ok();
    assert_eq!(balance(&server, &account).await, -90, "its own lot is gone, so it takes the others and makes a debt");
    server.assert_ledger().await;
}

async fn a_debt_is_not_made_up_by_what_has_lapsed(engine: Engine) {
    let server = Server::start(engine).await;
    points_that_live(&server, Some(1)).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    let payment = pays_with(&server, json!({"customer": customer, "paymentMethod": "pm_test_5126"})).await;
    server.advance(40 * 86_400).await;
    assert_eq!(balance(&server, &account).await, 0, "all has lapsed");
    server.post("/v1/refunds", json!({"paymentId": id(&payment)})).await.ok();
    assert_eq!(balance(&server, &account).await, -42);
    server.advance(3 * 86_400).await;
    assert_eq!(balance(&server, &account).await, 0, "the refund failed: the debt goes, and nothing is given twice");
    server.assert_ledger().await;
}
