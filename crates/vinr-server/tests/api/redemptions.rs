//! Points exchanged for rewards, and given back: what a member has, and what there is to be had.

use futures_util::future::join_all;
use serde_json::{Value, json};
use vinr_core::keys::Environment;
use vinr_core::time::Timestamp;

use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::loyalty::{id, moved};

on_both_engines!(
    a_reward_is_made_changed_and_found,
    what_is_wrong_with_a_reward_is_told,
    points_are_taken_and_the_discount_is_issued_together,
    too_few_points_are_told_with_what_there_is_and_what_is_needed,
    the_last_of_a_reward_is_had_once_and_comes_back,
    what_is_no_discount_is_used_at_once_and_has_a_code,
    two_hundred_at_once_spend_a_balance_for_three_three_times,
    a_member_gets_points_back_where_they_came_from_and_what_has_lapsed_lapses,
    redemptions_are_found_by_member_status_and_payment,
    a_redemption_that_somebody_has_touched_is_found_and_named,
);

/// A customer who is a member with so many points: the customer and the member's account.
pub(crate) async fn member(server: &Server, points: i64) -> (String, String) {
    let customer = id(&server.post("/v1/customers", json!({"name": "Ada"})).await.ok());
    let account = id(&server.post("/v1/loyalty/accounts", json!({"customer": customer})).await.ok());
    give(server, &account, points).await;
    (customer, account)
}

pub(crate) async fn give(server: &Server, account: &str, points: i64) {
    if points != 0 {
        let given = json!({"account": account, "amount": points, "reason": "Welcome"});
        server.post("/v1/loyalty/transactions", given).await.ok();
    }
}

/// A reward of so many cents off for so many points.
pub(crate) async fn cents_off(server: &Server, amount: i64, cost: i64) -> String {
    let reward = json!({"name": "Off", "type": "discount_amount", "cost": cost,
        "value": {"amount": amount, "currency": "eur"}});
    id(&server.post("/v1/loyalty/rewards", reward).await.ok())
}

pub(crate) async fn redeem(server: &Server, account: &str, reward: &str) -> Answer {
    server.post("/v1/loyalty/redemptions", json!({"account": account, "reward": reward})).await
}

/// A redemption of 5.00 off for 500 points, of a member who has had exactly so many: the customer, the member and it.
pub(crate) async fn five_off(server: &Server) -> (String, String, String) {
    let (customer, account) = member(server, 500).await;
    let reward = cents_off(server, 500, 500).await;
    let redemption = redeem(server, &account, &reward).await.ok();
    (customer, account, id(&redemption))
}

pub(crate) async fn redemption(server: &Server, id: &str) -> Value {
    server.get(&format!("/v1/loyalty/redemptions/{id}")).await.ok()
}

/// What a member has, may get back, and has ever earned.
pub(crate) async fn points(server: &Server, account: &str) -> (i64, i64, i64) {
    let member = server.get(&format!("/v1/loyalty/accounts/{account}")).await.ok();
    let number = |name: &str| member[name].as_i64().expect("points");
    (number("balance"), number("pendingPoints"), number("lifetimePoints"))
}

fn sorted(mut parts: Vec<(String, i64)>) -> Vec<(String, i64)> {
    parts.sort();
    parts
}

pub(crate) fn parts(parts: &[(&str, i64)]) -> Vec<(String, i64)> {
    sorted(parts.iter().map(|(kind, points)| ((*kind).to_owned(), *points)).collect())
}

pub(crate) async fn assert_moved(server: &Server, account: &str, expected: &[(&str, i64)]) {
    assert_eq!(sorted(moved(server, account).await), parts(expected));
}

async fn a_reward_is_made_changed_and_found(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    let ask = json!({"id": "rwd_5eur_off", "name": "EUR 5.00 off", "type": "discount_amount", "cost": 500,
        "value": {"amount": 500, "currency": "eur"}, "inventory": 3, "metadata": {"season": "summer"}});
    let made = server.post("/v1/loyalty/rewards", ask.clone()).await.ok();
    let shown = json!({"id": "rwd_5eur_off", "object": "reward", "programId": "prog_default", "name": "EUR 5.00 off",
        "type": "discount_amount", "cost": 500, "value": {"amount": 500, "currency": "EUR"}, "inventory": 3,
        "active": true, "metadata": {"season": "summer"}});
    for (name, value) in shown.as_object().expect("an object") {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!(server.get("/v1/loyalty/rewards/rwd_5eur_off").await.ok(), made);
    let again = server.post("/v1/loyalty/rewards", ask).await;
    assert_eq!((again.status, again.code().as_str()), (400, "resource_exists"));
    let changes = json!({"cost": 400, "inventory": null, "active": false, "metadata": {"season": ""}});
    let changed = server.patch("/v1/loyalty/rewards/rwd_5eur_off", changes).await.ok();
    assert_eq!(
        (&changed["cost"], &changed["inventory"], &changed["active"]),
        (&json!(400), &Value::Null, &json!(false))
    );
    let part = json!({"name": "A tenth", "type": "discount_percent", "cost": 100, "value": {"percent": 12.5}});
    let part = server.post("/v1/loyalty/rewards", part).await.ok();
    assert_eq!((&part["value"], &part["inventory"]), (&json!({"percent": 12.5}), &Value::Null));
    let ids = |listed: Value| listed["data"].as_array().expect("rewards").iter().map(id).collect::<Vec<_>>();
    assert_eq!(ids(server.get("/v1/loyalty/rewards?active=true").await.ok()), [id(&part)]);
    assert_eq!(ids(server.get("/v1/loyalty/rewards?program=prog_default&active=false").await.ok()), ["rwd_5eur_off"]);
    assert_eq!(ids(server.get("/v1/loyalty/rewards").await.ok()).len(), 2);
}

async fn what_is_wrong_with_a_reward_is_told(engine: Engine) {
    let server = Server::start(engine).await;
    let reward = |kind: &str, value: Value| json!({"name": "One", "type": kind, "cost": 1, "value": value});
    let of_another = |mut reward: Value| {
        reward["program"] = json!("prog_none");
        reward
    };
    let euros = json!({"amount": 500, "currency": "EUR"});
    for (body, status, code, param) in [
        (reward("discount_amount", json!({"amount": 500})), 400, "parameter_missing", "value.currency"),
        (reward("discount_amount", json!({"percent": 5})), 400, "parameter_invalid", "value.percent"),
        (reward("discount_percent", json!({"percent": 0})), 400, "parameter_invalid", "value.percent"),
        (reward("discount_percent", json!({"percent": 100.5})), 400, "parameter_invalid", "value.percent"),
        (reward("free_product", json!({})), 400, "parameter_missing", "value.product"),
        (reward("store_credit", json!({"amount": 500})), 400, "parameter_missing", "value.currency"),
        (reward("store_credit", json!({"percent": 5})), 400, "parameter_invalid", "value.percent"),
        (reward("money", euros.clone()), 400, "parameter_invalid", "type"),
        (of_another(reward("discount_amount", euros)), 404, "resource_missing", "programId"),
    ] {
        let refused = server.post("/v1/loyalty/rewards", body.clone()).await;
        let error = refused.json()["error"].clone();
        assert_eq!((refused.status, &error["code"], &error["param"]), (status, &json!(code), &json!(param)), "{body}");
    }
}

async fn points_are_taken_and_the_discount_is_issued_together(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server, 620).await;
    let reward = cents_off(&server, 500, 500).await;
    let made = redeem(&server, &account, &reward).await.ok();
    let shown = json!({"object": "redemption", "account": account, "customerId": customer, "programId": "prog_default",
        "rewardId": reward, "status": "issued", "points": 500, "discount": 500, "currency": "EUR", "code": null,
        "paymentId": null});
    for (name, value) in shown.as_object().expect("an object") {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!(points(&server, &account).await, (120, 500, 0), "a gift is not earned");
    assert_moved(&server, &account, &[("adjust", 620), ("redeem", -500)]).await;
    let events = server.get("/v1/events?type=loyalty.points.redeemed").await.ok();
    let told = &events["data"][0];
    assert_eq!(
        (&told["type"], &told["data"]),
        (&json!("loyalty.points.redeemed"), &made),
        "the event has the redemption"
    );
    let listed = server.get(&format!("/v1/loyalty/transactions?account={account}&type=redeem")).await.ok();
    assert_eq!(listed["data"][0]["source"]["redemption"], made["id"]);
    server.assert_ledger().await;
}

async fn too_few_points_are_told_with_what_there_is_and_what_is_needed(engine: Engine) {
    let server = Server::start(engine).await;
    let (_, account) = member(&server, 320).await;
    let reward = cents_off(&server, 500, 500).await;
    let refused = redeem(&server, &account, &reward).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "insufficient_points"));
    let error = &refused.json()["error"];
    assert_eq!((&error["have"], &error["need"]), (&json!(320), &json!(500)));
    let message = error["message"].as_str().expect("a message");
    assert!(message.contains("500") && message.contains("320"), "{message}");
    assert_eq!(points(&server, &account).await, (320, 0, 0), "nothing was taken");
    let missing = redeem(&server, "loy_none", &reward).await;
    assert_eq!((missing.status, &missing.json()["error"]["param"]), (404, &json!("accountId")));
    let missing = redeem(&server, &account, "rwd_none").await;
    assert_eq!((missing.status, &missing.json()["error"]["param"]), (404, &json!("rewardId")));
}

async fn the_last_of_a_reward_is_had_once_and_comes_back(engine: Engine) {
    let server = Server::start(engine).await;
    let (_, account) = member(&server, 1000).await;
    let reward = cents_off(&server, 500, 100).await;
    let path = format!("/v1/loyalty/rewards/{reward}");
    server.patch(&path, json!({"inventory": 1})).await.ok();
    let first = redeem(&server, &account, &reward).await.ok();
    let refused = redeem(&server, &account, &reward).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "reward_unavailable"));
    assert_eq!(server.get(&path).await.ok()["inventory"], 0);
    server.post(&format!("/v1/loyalty/redemptions/{}/cancel", id(&first)), json!({})).await.ok();
    assert_eq!(server.get(&path).await.ok()["inventory"], 1);
    redeem(&server, &account, &reward).await.ok();
    server.advance(31 * 60).await;
    assert_eq!(server.get(&path).await.ok()["inventory"], 1, "what nobody used comes back by itself");
    server.patch(&path, json!({"active": false})).await.ok();
    assert_eq!(redeem(&server, &account, &reward).await.code(), "reward_unavailable");
    assert_eq!(points(&server, &account).await, (1000, 0, 0));
}

async fn what_is_no_discount_is_used_at_once_and_has_a_code(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server, 100).await;
    let coffee = json!({"name": "Coffee", "type": "free_product", "cost": 40, "value": {"product": "prod_coffee"}});
    let coffee = server.post("/v1/loyalty/rewards", coffee).await.ok();
    assert_eq!(coffee["value"], json!({"product": "prod_coffee", "quantity": 1}));
    let made = redeem(&server, &account, &id(&coffee)).await.ok();
    assert_eq!((&made["status"], &made["discount"]), (&json!("applied"), &Value::Null));
    assert_eq!(made["code"].as_str().expect("a code").len(), 10);
    assert_eq!(points(&server, &account).await, (60, 0, 0), "nothing of it comes back by itself");
    let cancelled = server.post(&format!("/v1/loyalty/redemptions/{}/cancel", id(&made)), json!({})).await;
    assert_eq!((cancelled.status, cancelled.code().as_str()), (422, "redemption_in_use"));
    let body = json!({"amount": 4200, "currency": "EUR", "customer": customer, "redemptions": [made["id"]]});
    assert_eq!(server.post("/v1/payments", body).await.code(), "redemption_not_usable");
    server.advance(31 * 60).await;
    assert_eq!(points(&server, &account).await, (60, 0, 0));
}

async fn two_hundred_at_once_spend_a_balance_for_three_three_times(engine: Engine) {
    let server = Server::start(engine).await;
    let (_, account) = member(&server, 1700).await;
    let reward = cents_off(&server, 500, 500).await;
    let answers = join_all((0..200).map(|_| redeem(&server, &account, &reward))).await;
    let mut succeeded = 0;
    for answer in &answers {
        match answer.status {
            200 => succeeded += 1,
            422 => {
                assert_eq!(answer.code(), "insufficient_points");
                let message = answer.json()["error"]["message"].as_str().expect("a message").to_owned();
                assert!(message.contains("500 points are needed") && message.contains("has 200"), "{message}");
            }
            other => panic!("{other}: {}", String::from_utf8_lossy(&answer.bytes)),
        }
    }
    assert_eq!(succeeded, 3);
    assert_eq!(points(&server, &account).await, (200, 1500, 0));
    server.assert_ledger().await;
}

async fn now(server: &Server) -> Timestamp {
    let clock = server.get("/v1/test/clock").await.ok();
    Timestamp::parse(clock["now"].as_str().expect("a moment")).expect("a moment")
}

/// spec/traps.md, section 13: a redemption shortly before its points lapse, released shortly after.
async fn a_member_gets_points_back_where_they_came_from_and_what_has_lapsed_lapses(engine: Engine) {
    let server = Server::start(engine).await;
    // At a month's end both lots would lapse together.
    let day = now(&server).await.rfc3339()[8..10].parse::<i64>().expect("a day");
    server.advance(if day > 20 { (34 - day) * 24 * 60 * 60 } else { 0 } + 1).await;
    let program = json!({"currency": {"expiryMonths": 1}});
    server.patch("/v1/loyalty/programs/prog_default", program).await.ok();
    let (_, account) = member(&server, 100).await;
    server.advance(2 * 24 * 60 * 60).await;
    give(&server, &account, 50).await;
    let reward = cents_off(&server, 500, 120).await;
    let lots = server.get(&format!("/v1/loyalty/transactions?account={account}")).await.ok();
    let lapses = lots["data"][1]["expiresAt"].as_str().expect("a moment").to_owned();
    let lapses = Timestamp::parse(&lapses).expect("a moment");
    server.advance(lapses.since(now(&server).await).millis() / 1000 - 10 * 60).await;
    let made = redeem(&server, &account, &reward).await.ok();
    assert_eq!(points(&server, &account).await, (30, 120, 0), "the hundred that lapse first, and twenty");
    server.advance(31 * 60).await;
    assert_eq!(redemption(&server, &id(&made)).await["status"], "released");
    assert_eq!(points(&server, &account).await, (50, 0, 0));
    let expected = [("adjust", 100), ("adjust", 50), ("redeem", -120), ("release", 120), ("expire", -100)];
    assert_moved(&server, &account, &expected).await;
    server.advance(3 * 24 * 60 * 60).await;
    assert_eq!(points(&server, &account).await, (0, 0, 0), "the others keep their own day");
    server.assert_ledger().await;
}

async fn redemptions_are_found_by_member_status_and_payment(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, first) = five_off(&server).await;
    let (_, other, second) = five_off(&server).await;
    let body = json!({"amount": 4200, "currency": "EUR", "customer": customer, "redemptions": [first]});
    let payment = server.post("/v1/payments", body).await.ok();
    let found = async |filter: String| -> Vec<String> {
        let listed = server.get(&format!("/v1/loyalty/redemptions?{filter}")).await.ok();
        listed["data"].as_array().expect("redemptions").iter().map(id).collect()
    };
    assert_eq!(found("limit=10".into()).await, [second.clone(), first.clone()]);
    assert_eq!(found(format!("account={account}")).await, std::slice::from_ref(&first));
    assert_eq!(found(format!("account={other}&status=issued")).await, std::slice::from_ref(&second));
    assert_eq!(found("status=attached".into()).await, std::slice::from_ref(&first));
    assert_eq!(found(format!("payment={}", id(&payment))).await, [first]);
    assert!(found("status=applied".into()).await.is_empty());
}

async fn a_redemption_that_somebody_has_touched_is_found_and_named(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    let body = json!({"amount": 4200, "currency": "EUR", "customer": customer, "redemptions": [redeemed]});
    let payment = id(&server.post("/v1/payments", body).await.ok());
    server.assert_ledger().await;
    for (sql, named) in [
        ("UPDATE loyalty_accounts SET pending = 499", format!("{account} pending points")),
        ("UPDATE redemptions SET discount = 499", format!("{payment} {redeemed} discount")),
        ("UPDATE payments SET discounts = NULL", format!("{payment} {redeemed} discount")),
        ("UPDATE redemptions SET status = 'applied'", format!("{account} pending points")),
    ] {
        assert_eq!(server.app.db.prune(sql, &[]).await.expect("one row"), 1, "{sql}");
        let found = vinr_server::ledger::verify(&server.app.db, |_| {}).await.expect("a proof");
        assert!(found.iter().any(|one| one.subject == named), "{sql}: {found:?}");
    }
}
