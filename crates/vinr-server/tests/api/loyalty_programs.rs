//! One customer in two programs: what happens to the points of both is one commit. And what happens to a member who has as
//! many points as anybody can have.

use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::{a_point_for_each_euro, balance, id, member, moved, pays, pays_with};
use crate::redemptions::{assert_moved, five_off, give, points, redeem, redemption};
use crate::redemptions_payments::{amounts, order, payment};

on_both_engines!(
    a_payment_earns_in_both_programs_and_its_refund_takes_of_both,
    an_order_with_redemptions_of_both_programs_gives_both_back_and_takes_both_again,
    what_nobody_used_goes_back_in_both_programs_at_once,
    who_has_the_most_points_gets_back_what_was_theirs,
    what_cannot_be_earned_is_noted_once_and_never_keeps_a_payment_from_its_money,
);

/// The most points that a member can be given.
const MOST: i64 = 1_000_000_000_000;

/// A customer who is a member of `prog_default` and of `prog_other`: the customer and both members.
async fn member_of_two(server: &Server) -> (String, [String; 2]) {
    server.post("/v1/loyalty/programs", json!({"id": "prog_other", "name": "Other"})).await.ok();
    let (customer, first) = member(server).await;
    let second = json!({"customer": customer, "program": "prog_other"});
    let second = id(&server.post("/v1/loyalty/accounts", second).await.ok());
    (customer, [first, second])
}

/// A redemption of 5.00 off for 500 points in each program, of a member of both who has had exactly so many.
async fn five_off_in_each(server: &Server) -> (String, [String; 2], [String; 2]) {
    let (customer, accounts) = member_of_two(server).await;
    let mut redeemed = Vec::new();
    for (account, program) in accounts.iter().zip(["prog_default", "prog_other"]) {
        give(server, account, 500).await;
        let off = json!({"program": program, "name": "Off", "type": "discount_amount", "cost": 500,
            "value": {"amount": 500, "currency": "eur"}});
        let reward = id(&server.post("/v1/loyalty/rewards", off).await.ok());
        redeemed.push(id(&redeem(server, account, &reward).await.ok()));
    }
    (customer, accounts, redeemed.try_into().expect("two"))
}

async fn refund(server: &Server, payment: &Value, amount: i64) {
    server.post("/v1/refunds", json!({"paymentId": payment["id"], "amount": amount})).await.ok();
}

async fn a_payment_earns_in_both_programs_and_its_refund_takes_of_both(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, [first, second]) = member_of_two(&server).await;
    a_point_for_each_euro(&server).await;
    let twice = json!({"programId": "prog_other", "award": {"type": "per_amount", "per": 100, "points": 2}});
    server.post("/v1/loyalty/earning-rules", twice).await.ok();
    let both = async || (balance(&server, &first).await, balance(&server, &second).await);
    let paid = pays_with(&server, json!({"customer": customer, "paymentMethod": "pm_test_5126"})).await;
    assert_eq!(both().await, (42, 84));
    refund(&server, &paid, 2100).await;
    assert_eq!(both().await, (21, 42));
    server.advance(2 * 86_400).await;
    assert_eq!(both().await, (42, 84), "the refund failed");
    pays(&server, &customer, 1000).await;
    let disputed = pays_with(&server, json!({"customer": customer, "paymentMethod": "pm_test_0259"})).await;
    assert_eq!((&disputed["status"], both().await), (&json!("completed"), (52, 104)), "given and taken in one commit");
    server.assert_ledger().await;
}

async fn an_order_with_redemptions_of_both_programs_gives_both_back_and_takes_both_again(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, accounts, [one, other]) = five_off_in_each(&server).await;
    let asked = json!({"confirm": true, "paymentMethod": "pm_test_5126"});
    let made = order(&server, &customer, 4200, &[&one, &other], asked).await.ok();
    assert_eq!((amounts(&made), &made["status"]), ((3200, 4200), &json!("completed")));
    for (spent, status) in [(true, "applied"), (false, "released")] {
        if !spent {
            refund(&server, &made, 3200).await;
        }
        for account in &accounts {
            assert_eq!(points(&server, account).await, (if spent { 0 } else { 500 }, 0, 0));
        }
        assert_eq!(redemption(&server, &other).await["status"], status);
    }
    server.advance(3 * 86_400).await;
    for account in &accounts {
        let expected = [("adjust", 500), ("redeem", -500), ("release", 500), ("redeem", -500)];
        assert_moved(&server, account, &expected).await;
    }
    server.assert_ledger().await;
}

async fn what_nobody_used_goes_back_in_both_programs_at_once(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, accounts, [one, other]) = five_off_in_each(&server).await;
    let held = json!({"confirm": true, "paymentMethod": "pm_test_4242", "capture": false});
    let made = id(&order(&server, &customer, 4200, &[&one, &other], held).await.ok());
    server.advance(60 * 60).await;
    for account in &accounts {
        assert_eq!(points(&server, account).await, (0, 500, 0), "the hold of money holds both");
    }
    let cancelled = server.post(&format!("/v1/payments/{made}/cancel"), json!({})).await.ok();
    assert_eq!((amounts(&cancelled), amounts(&payment(&server, &made).await)), ((4200, 4200), (4200, 4200)));
    for (account, redeemed) in accounts.iter().zip([&one, &other]) {
        assert_eq!(points(&server, account).await, (500, 0, 0));
        assert_eq!(redemption(&server, redeemed).await["status"], "released");
    }
    server.assert_ledger().await;
}

/// What comes back is not given: no limit of what a member has may keep a refund or a dispute from its money.
async fn who_has_the_most_points_gets_back_what_was_theirs(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    a_point_for_each_euro(&server).await;
    let disputed = pays(&server, &customer, 4200).await;
    let dispute = server.post(&format!("/v1/test/payments/{}/dispute", id(&disputed)), json!({})).await.ok();
    let paid = json!({"confirm": true, "paymentMethod": "pm_test_4242"});
    let paid = order(&server, &customer, 500, &[&redeemed], paid).await.ok();
    let (customer, other, unused) = five_off(&server).await;
    for account in [&account, &other] {
        give(&server, account, MOST).await;
    }
    let refused = server.post("/v1/loyalty/transactions", json!({"account": account, "amount": 1})).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"), "no more is given");

    let path = format!("/v1/disputes/{}", id(&dispute));
    server.patch(&path, json!({"evidence": {"uncategorizedText": "winning_evidence"}})).await.ok();
    let won = server.post(&format!("{path}/submit"), json!({})).await.ok();
    assert_eq!((&won["status"], balance(&server, &account).await), (&json!("won"), MOST + 42));
    assert_eq!((&paid["status"], amounts(&paid)), (&json!("completed"), (0, 500)));

    let made = order(&server, &customer, 4200, &[&unused], json!({})).await.ok();
    server.advance(30 * 60).await;
    assert_eq!(amounts(&payment(&server, &id(&made)).await), (4200, 4200));
    assert_eq!(points(&server, &other).await, (MOST + 500, 0, 0));
    server.assert_ledger().await;
}

async fn what_cannot_be_earned_is_noted_once_and_never_keeps_a_payment_from_its_money(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    give(&server, &account, MOST).await;
    let paid = pays(&server, &customer, 4200).await;
    assert_eq!((&paid["status"], balance(&server, &account).await), (&json!("completed"), MOST));
    assert_eq!(moved(&server, &account).await.len(), 1);
    let timeline = payment(&server, &id(&paid)).await["timeline"].clone();
    let notes = timeline.as_array().expect("a timeline").iter().filter_map(|entry| entry["note"].as_str());
    assert_eq!(notes.filter(|note| note.starts_with("no points")).count(), 1, "{timeline}");
    server.assert_ledger().await;
}
