//! Members rise with what they spend or earn, and fall with what goes back and with time (spec/engagement.md, Tiers;
//! spec/traps.md, section 14).

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::{a_point_for_each_euro, balance, id, member, moved, pays, pays_with};

on_both_engines!(
    tiers_are_set_shown_listed_and_taken_away,
    what_is_wrong_with_tiers_is_told_with_its_place,
    a_payment_earns_by_the_tier_before_it_and_lifts_the_next,
    spend_counts_without_a_rule_and_in_every_currency,
    a_refund_lowers_the_tier_and_one_that_fails_raises_it_again,
    a_dispute_lowers_the_tier_until_it_is_won,
    points_that_are_taken_back_lower_the_month_of_their_payment,
    a_rolling_window_passes_by_the_clock,
    a_calendar_period_begins_again,
    two_payments_that_both_cross_a_threshold_are_one_promotion,
    other_tiers_reach_a_member_with_their_next_payment,
    rules_are_for_one_tier_and_rewards_for_it_and_above,
    the_proof_finds_every_touched_count,
    without_tiers_nothing_is_counted,
);

/// The event that every rise and fall is told by.
const TIER_CHANGED: &str = "loyalty.tier.changed";

fn tiers(qualify_on: &str, kind: &str, months: i64) -> Value {
    json!({"tierConfig": {"qualifyOn": qualify_on, "period": {"type": kind, "months": months}, "tiers": [
        {"key": "gold", "name": "Gold", "rank": 3, "threshold": 10_000, "multiplier": 2},
        {"key": "bronze", "name": "Bronze", "rank": 1, "threshold": 0},
        {"key": "silver", "name": "Silver", "rank": 2, "threshold": 5_000, "multiplier": 1.25},
    ]}})
}

async fn set(server: &Server, tiers: Value) -> Value {
    server.patch("/v1/loyalty/programs/prog_default", tiers).await.ok()
}

async fn tier(server: &Server, account: &str) -> Value {
    server.get(&format!("/v1/loyalty/accounts/{account}")).await.ok()["tier"].clone()
}

/// From which tier members came into which, oldest first.
async fn changes(server: &Server) -> Vec<(String, String)> {
    let list = server.get(&format!("/v1/events?type={TIER_CHANGED}&limit=100")).await.ok();
    let text = |event: &Value, name: &str| event["data"][name].as_str().expect("a key").to_owned();
    let all = list["data"].as_array().expect("a list").iter();
    all.rev().map(|event| (text(event, "from"), text(event, "to"))).collect()
}

fn change(from: &str, to: &str) -> (String, String) {
    (from.to_owned(), to.to_owned())
}

async fn advance_to(server: &Server, moment: &str) {
    server.post("/v1/test/clock/advance", json!({"to": moment})).await.ok();
}

async fn tiers_are_set_shown_listed_and_taken_away(engine: Engine) {
    let server = Server::start(engine).await;
    let (_, account) = member(&server).await;
    assert_eq!(server.get("/v1/loyalty/programs/prog_default").await.ok()["tierConfig"], json!(null));
    assert_eq!(server.get("/v1/loyalty/tiers").await.ok()["data"], json!([]));
    assert_eq!(tier(&server, &account).await, json!(null));
    let program = set(&server, tiers("spend", "rolling", 12)).await;
    let shown = &program["tierConfig"];
    assert_eq!((&shown["qualifyOn"], &shown["period"]), (&json!("spend"), &json!({"type": "rolling", "months": 12})));
    assert_eq!(
        shown["tiers"][1],
        json!({"key": "silver", "name": "Silver", "rank": 2, "threshold": 5000, "multiplier": 1.25})
    );
    assert_eq!(server.get("/v1/loyalty/programs/prog_default").await.ok(), program);

    let listed = server.get("/v1/loyalty/tiers").await.ok();
    let keys: Vec<&Value> = listed["data"].as_array().expect("a list").iter().map(|tier| &tier["key"]).collect();
    assert_eq!(keys, ["bronze", "silver", "gold"], "the lowest first");
    assert_eq!(
        listed["data"][2],
        json!({"object": "tier", "programId": "prog_default", "key": "gold", "name": "Gold", "rank": 3,
            "threshold": 10_000, "multiplier": 2})
    );
    let other = json!({"id": "prog_miles", "name": "Miles", "tierConfig": {"qualifyOn": "points",
        "period": {"type": "calendar", "months": 3}, "tiers": [{"key": "all", "name": "All", "rank": 0, "threshold": 0}]}});
    server.post("/v1/loyalty/programs", other).await.ok();
    let of_other = server.get("/v1/loyalty/tiers?program=prog_miles").await.ok();
    assert_eq!((&of_other["data"][0]["key"], &of_other["page"]["hasMore"]), (&json!("all"), &json!(false)));
    assert_eq!(server.get("/v1/loyalty/tiers?program=prog_none").await.status, 404);

    let (_, new) = member(&server).await;
    assert_eq!(tier(&server, &new).await, json!("bronze"), "a member is always in one");
    server.advance(2).await;
    assert_eq!(tier(&server, &account).await, json!("bronze"), "whoever was one before as well");
    assert_eq!(changes(&server).await, [], "and nobody was in another");
    set(&server, json!({"tierConfig": null})).await;
    assert_eq!(server.get("/v1/loyalty/tiers").await.ok()["data"], json!([]));
    server.assert_ledger().await;
}

async fn what_is_wrong_with_tiers_is_told_with_its_place(engine: Engine) {
    let server = Server::start(engine).await;
    let with = |pointer: &str, value: Value| {
        let mut body = tiers("points", "rolling", 12);
        *body.pointer_mut(&format!("/tierConfig{pointer}")).expect("a part of it") = value;
        body
    };
    for (body, param) in [
        (with("/tiers/1/threshold", json!(1)), "tierConfig.tiers[1].threshold"),
        (with("/tiers/0/threshold", json!(5000)), "tierConfig.tiers[0].threshold"),
        (with("/tiers/2/key", json!("bronze")), "tierConfig.tiers[2].key"),
        (with("/tiers/2/rank", json!(3)), "tierConfig.tiers[2].rank"),
        (with("/tiers/0/multiplier", json!(0.00001)), "tierConfig.tiers[0].multiplier"),
        (with("/tiers/0/multiplier", json!(10.5)), "tierConfig.tiers[0].multiplier"),
        (with("/period", json!({"type": "calendar", "months": 5})), "tierConfig.period.months"),
    ] {
        let refused = server.patch("/v1/loyalty/programs/prog_default", body).await;
        assert_eq!(refused.status, 400, "{param}");
        assert_eq!(refused.json()["error"]["param"], json!(param));
    }
    for body in [with("/tiers", json!([])), with("/tiers/0/multiplier", json!(0)), with("/qualifyOn", json!("luck"))] {
        assert_eq!(server.patch("/v1/loyalty/programs/prog_default", body).await.status, 400);
    }
    assert_eq!(server.get("/v1/loyalty/programs/prog_default").await.ok()["tierConfig"], json!(null));
}

/// Numbers by hand: 49.99 × 1; then 100.00 × 1, which lifts to gold; then 3.99 × 2; a refund of the second.
async fn a_payment_earns_by_the_tier_before_it_and_lifts_the_next(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    set(&server, tiers("spend", "rolling", 12)).await;
    let (customer, account) = member(&server).await;
    pays(&server, &customer, 4999).await;
    assert_eq!((balance(&server, &account).await, tier(&server, &account).await), (49, json!("bronze")));
    pays(&server, &customer, 1).await;
    assert_eq!((balance(&server, &account).await, tier(&server, &account).await), (49, json!("silver")));
    let half = json!({"award": {"type": "per_amount", "per": 100, "points": 0.5}, "multiplier": 1.5});
    server.post("/v1/loyalty/earning-rules", half).await.ok();
    pays(&server, &customer, 399).await;
    assert_eq!(balance(&server, &account).await, 56, "⌊3.99 × 1.25⌋ + ⌊3.99 × 0.5 × 1.5 × 1.25⌋ = 4 + 3");
    pays(&server, &customer, 10_000).await;
    assert_eq!(balance(&server, &account).await, 274, "125 + 93: silver, though it lifts to gold");
    pays(&server, &customer, 399).await;
    assert_eq!(balance(&server, &account).await, 286, "⌊7.98⌋ + ⌊5.985⌋ = 7 + 5");
    assert_eq!(changes(&server).await, [change("bronze", "silver"), change("silver", "gold")]);
    let told = server.get(&format!("/v1/events?type={TIER_CHANGED}&limit=1")).await.ok()["data"][0]["data"].clone();
    assert_eq!(
        (&told["id"], &told["tier"], &told["customerId"], &told["object"]),
        (&json!(account), &json!("gold"), &json!(customer), &json!("loyalty_account"))
    );
    let by_hand = json!({"account": account, "amount": 10});
    assert_eq!(server.post("/v1/loyalty/points/earn", by_hand).await.ok()["points"], json!(10), "as it was said");
    server.assert_ledger().await;
}

async fn spend_counts_without_a_rule_and_in_every_currency(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account) = member(&server).await;
    pays(&server, &customer, 20_000).await;
    set(&server, tiers("spend", "rolling", 12)).await;
    pays_with(&server, json!({"customer": customer, "amount": 25, "currency": "JPY"})).await;
    pays_with(&server, json!({"customer": customer, "amount": 24_990, "currency": "KWD"})).await;
    assert_eq!(
        tier(&server, &account).await,
        json!("bronze"),
        "25.00 and 24.99; what came before there were tiers is not there"
    );
    pays_with(&server, json!({"amount": 100, "metadata": {"loyalty_account": account}})).await;
    assert_eq!(tier(&server, &account).await, json!("silver"));
    assert_eq!(moved(&server, &account).await, []);
    let closed = server.patch(&format!("/v1/loyalty/accounts/{account}"), json!({"status": "closed"})).await.ok();
    assert_eq!(closed["tier"], json!("silver"));
    pays(&server, &customer, 20_000).await;
    assert_eq!(tier(&server, &account).await, json!("silver"), "a closed membership rises no more");
    server.assert_ledger().await;
}

async fn a_refund_lowers_the_tier_and_one_that_fails_raises_it_again(engine: Engine) {
    let server = Server::start(engine).await;
    set(&server, tiers("spend", "rolling", 12)).await;
    let (customer, account) = member(&server).await;
    let first =
        pays_with(&server, json!({"customer": customer, "amount": 6000, "paymentMethod": "pm_test_5126"})).await;
    pays(&server, &customer, 4000).await;
    assert_eq!(tier(&server, &account).await, json!("gold"));
    server.post("/v1/refunds", json!({"paymentId": first["id"], "amount": 5001})).await.ok();
    assert_eq!(tier(&server, &account).await, json!("bronze"), "49.99 are left");
    server.advance(2 * 86_400).await;
    assert_eq!(tier(&server, &account).await, json!("gold"), "the refund failed");
    let told =
        [change("bronze", "silver"), change("silver", "gold"), change("gold", "bronze"), change("bronze", "gold")];
    assert_eq!(changes(&server).await, told);
    server.assert_ledger().await;
}

async fn a_dispute_lowers_the_tier_until_it_is_won(engine: Engine) {
    let server = Server::start(engine).await;
    set(&server, tiers("spend", "rolling", 12)).await;
    let (customer, account) = member(&server).await;
    for (evidence, last) in [("winning_evidence", "silver"), ("losing_evidence", "bronze")] {
        let payment = pays(&server, &customer, 5000).await;
        let dispute = server.post(&format!("/v1/test/payments/{}/dispute", id(&payment)), json!({})).await.ok();
        let held = tier(&server, &account).await;
        let path = format!("/v1/disputes/{}", id(&dispute));
        server.patch(&path, json!({"evidence": {"uncategorizedText": evidence}})).await.ok();
        server.post(&format!("{path}/submit"), json!({})).await.ok();
        assert_eq!((held, tier(&server, &account).await), (json!("bronze"), json!(last)), "{evidence}");
        // What is left is refunded, for the next one.
        server.post("/v1/refunds", json!({"paymentId": payment["id"]})).await;
    }
    server.assert_ledger().await;
}

async fn points_that_are_taken_back_lower_the_month_of_their_payment(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let mut config = tiers("points", "rolling", 1);
    config["tierConfig"]["tiers"][0]["threshold"] = json!(100);
    config["tierConfig"]["tiers"][2]["threshold"] = json!(50);
    set(&server, config).await;
    let (customer, account) = member(&server).await;
    advance_to(&server, "2028-06-15T12:00:00Z").await;
    let june = pays_with(&server, json!({"customer": customer, "amount": 6000, "paymentMethod": "pm_test_5126"})).await;
    assert_eq!(tier(&server, &account).await, json!("silver"));
    advance_to(&server, "2028-07-15T12:00:00Z").await;
    pays(&server, &customer, 4000).await;
    assert_eq!(tier(&server, &account).await, json!("gold"), "60 and ⌊40 × 1.25⌋ are 110");
    assert_eq!(balance(&server, &account).await, 110);
    server.assert_ledger().await;
    server.post("/v1/refunds", json!({"paymentId": june["id"], "amount": 3000})).await.ok();
    assert_eq!(tier(&server, &account).await, json!("silver"), "30 of June and 50 of July");
    advance_to(&server, "2028-07-31T23:59:59Z").await;
    assert_eq!(tier(&server, &account).await, json!("gold"), "the refund failed two days later, and 110 are 110");
    advance_to(&server, "2028-08-01T00:00:00Z").await;
    assert_eq!(
        tier(&server, &account).await,
        json!("silver"),
        "June is over, and what was taken of it took nothing of July"
    );
    advance_to(&server, "2028-09-01T00:00:00Z").await;
    assert_eq!(tier(&server, &account).await, json!("bronze"));
    server.assert_ledger().await;
}

async fn a_rolling_window_passes_by_the_clock(engine: Engine) {
    let server = Server::start(engine).await;
    server.patch("/v1/account", json!({"timeZone": "Europe/Sofia"})).await.ok();
    set(&server, tiers("spend", "rolling", 1)).await;
    let (customer, account) = member(&server).await;
    advance_to(&server, "2028-06-30T20:00:00Z").await;
    pays(&server, &customer, 6000).await;
    advance_to(&server, "2028-06-30T21:30:00Z").await;
    pays(&server, &customer, 5000).await;
    assert_eq!(tier(&server, &account).await, json!("gold"), "the second one is of July, in Sofia");
    advance_to(&server, "2028-07-31T20:59:59Z").await;
    assert_eq!(tier(&server, &account).await, json!("gold"));
    advance_to(&server, "2028-07-31T21:00:00Z").await;
    assert_eq!(tier(&server, &account).await, json!("silver"), "June counts no more");
    advance_to(&server, "2028-12-01T00:00:00Z").await;
    assert_eq!(tier(&server, &account).await, json!("bronze"));
    let expected =
        [change("bronze", "silver"), change("silver", "gold"), change("gold", "silver"), change("silver", "bronze")];
    assert_eq!(changes(&server).await, expected);
    let last = server.get(&format!("/v1/events?type={TIER_CHANGED}&limit=1")).await.ok()["data"][0].clone();
    assert_eq!(last["created"], json!(1_851_368_400_i64), "at the end of August in Sofia, to the second");
    server.assert_ledger().await;
}

async fn a_calendar_period_begins_again(engine: Engine) {
    let server = Server::start(engine).await;
    set(&server, tiers("spend", "calendar", 3)).await;
    let (customer, account) = member(&server).await;
    advance_to(&server, "2028-04-01T00:00:00Z").await;
    pays(&server, &customer, 6000).await;
    advance_to(&server, "2028-06-30T23:59:59Z").await;
    assert_eq!(tier(&server, &account).await, json!("silver"));
    advance_to(&server, "2028-07-01T00:00:00Z").await;
    assert_eq!(tier(&server, &account).await, json!("bronze"));
    assert_eq!(changes(&server).await, [change("bronze", "silver"), change("silver", "bronze")]);
}

async fn two_payments_that_both_cross_a_threshold_are_one_promotion(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    set(&server, tiers("spend", "rolling", 12)).await;
    let (customer, account) = member(&server).await;
    join_all((0..4).map(|_| pays(&server, &customer, 5000))).await;
    assert_eq!(tier(&server, &account).await, json!("gold"));
    assert_eq!(changes(&server).await, [change("bronze", "silver"), change("silver", "gold")], "each once");
    assert_eq!(balance(&server, &account).await, 50 + 62 + 100 + 100, "each by the tier before it");
    server.assert_ledger().await;
}

async fn other_tiers_reach_a_member_with_their_next_payment(engine: Engine) {
    let server = Server::start(engine).await;
    set(&server, tiers("spend", "rolling", 12)).await;
    let (customer, account) = member(&server).await;
    pays(&server, &customer, 6000).await;
    let mut higher = tiers("spend", "rolling", 12);
    higher["tierConfig"]["tiers"][2]["threshold"] = json!(7000);
    set(&server, higher).await;
    assert_eq!(tier(&server, &account).await, json!("silver"), "nobody's row was looked for");
    pays(&server, &customer, 100).await;
    assert_eq!(tier(&server, &account).await, json!("bronze"));
    set(&server, json!({"tierConfig": null})).await;
    pays(&server, &customer, 1000).await;
    set(&server, tiers("spend", "rolling", 12)).await;
    pays(&server, &customer, 2900).await;
    assert_eq!(tier(&server, &account).await, json!("gold"), "what was spent while there were none counts");
    assert_eq!(changes(&server).await.last(), Some(&change("silver", "gold")));
    server.assert_ledger().await;
}

async fn rules_are_for_one_tier_and_rewards_for_it_and_above(engine: Engine) {
    let server = Server::start(engine).await;
    let rule = json!({"award": {"type": "fixed", "points": 100}, "conditions": {"tier": "silver"}});
    let refused = server.post("/v1/loyalty/earning-rules", rule.clone()).await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("conditions.tier")));
    let reward = json!({"name": "A cup", "type": "free_product", "cost": 10, "tier": "silver",
        "value": {"product": "cup", "quantity": 1}});
    let refused = server.post("/v1/loyalty/rewards", reward.clone()).await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("tier")));

    set(&server, tiers("spend", "rolling", 12)).await;
    let made = server.post("/v1/loyalty/earning-rules", rule).await.ok();
    assert_eq!(made["conditions"]["tier"], json!("silver"));
    let reward = server.post("/v1/loyalty/rewards", reward).await.ok();
    assert_eq!(reward["tier"], json!("silver"));
    let (customer, account) = member(&server).await;
    server.post("/v1/loyalty/points/earn", json!({"account": account, "amount": 20})).await.ok();
    let redeems = json!({"account": account, "rewardId": reward["id"]});
    let refused = server.post("/v1/loyalty/redemptions", redeems.clone()).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "tier_required"));
    pays(&server, &customer, 5000).await;
    assert_eq!(balance(&server, &account).await, 20, "bronze is not silver");
    server.post("/v1/loyalty/redemptions", redeems.clone()).await.ok();
    pays(&server, &customer, 5000).await;
    assert_eq!(balance(&server, &account).await, 135, "100 × 1.25");
    server.post("/v1/loyalty/redemptions", redeems).await.ok();
    pays(&server, &customer, 5000).await;
    assert_eq!(balance(&server, &account).await, 125, "gold may have what silver may, and earns by rules of its own");
    let change = json!({"tier": null});
    let path = format!("/v1/loyalty/rewards/{}", id(&reward));
    assert_eq!(server.patch(&path, change).await.ok()["tier"], json!(null));
    let path = format!("/v1/loyalty/earning-rules/{}", id(&made));
    let free = server.patch(&path, json!({"conditions": {"tier": null}})).await.ok();
    assert_eq!(free["conditions"]["tier"], json!(null));
    server.assert_ledger().await;
}

async fn the_proof_finds_every_touched_count(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    set(&server, tiers("spend", "rolling", 12)).await;
    let (customer, _) = member(&server).await;
    let payment = pays(&server, &customer, 4200).await;
    server.post("/v1/refunds", json!({"paymentId": payment["id"], "amount": 1000})).await.ok();
    server.assert_ledger().await;
    let broken = |proof: &Value| {
        let all = proof["invariants"].as_array().expect("invariants").iter();
        all.filter(|one| one["holds"] == false).map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
    };
    for (touch, back, names) in [
        (
            "UPDATE tier_counts SET spend = spend + 1",
            "UPDATE tier_counts SET spend = spend - 1",
            vec!["tiers_count_what_was_earned_and_spent"],
        ),
        (
            "UPDATE tier_counts SET points = points + 1",
            "UPDATE tier_counts SET points = points - 1",
            vec!["tiers_count_what_was_earned_and_spent"],
        ),
        (
            "UPDATE tier_spends SET gone = gone + 1",
            "UPDATE tier_spends SET gone = gone - 1",
            vec!["tiers_count_what_was_earned_and_spent", "tiers_count_what_payments_brought"],
        ),
    ] {
        assert_eq!(server.app.db.prune(touch, &[]).await.expect("one row"), 1, "{touch}");
        let found: Vec<String> = broken(&server.get("/v1/reconciliation").await.ok());
        assert_eq!(found, names, "{touch}");
        server.app.db.prune(back, &[]).await.expect("one row");
    }
    server.assert_ledger().await;
}

async fn without_tiers_nothing_is_counted(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    let payment = pays(&server, &customer, 20_000).await;
    server.post("/v1/refunds", json!({"paymentId": payment["id"], "amount": 1000})).await.ok();
    for rows in [
        "UPDATE tier_counts SET spend = spend",
        "UPDATE tier_spends SET gone = gone",
        "UPDATE points_transactions SET month = month WHERE month IS NOT NULL",
        "UPDATE loyalty_accounts SET tier = tier WHERE tier IS NOT NULL OR tier_until IS NOT NULL",
    ] {
        assert_eq!(server.app.db.prune(rows, &[]).await.expect("a statement"), 0, "{rows}");
    }
    assert_eq!((tier(&server, &account).await, changes(&server).await), (json!(null), Vec::new()));
}
