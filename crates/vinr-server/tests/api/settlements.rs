//! Settlements and payouts: from a captured payment to the merchant's bank, on the account's own calendar.

use serde_json::{Value, json};
use vinr_core::keys::Environment;
use vinr_core::time::{Span, Timestamp};

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_day_is_settled_and_paid_out_after_two_business_days,
    a_settlement_lists_its_transactions_and_a_payout_its_settlements,
    a_weekly_schedule_pays_a_week_with_one_payout,
    a_negative_settlement_waits_and_joins_the_next_payout,
    a_merchant_pays_out_what_is_available_at_once,
    a_payout_is_refused_where_there_is_nothing_or_no_bank,
    a_payout_that_comes_back_goes_out_with_the_settlement_of_that_day,
    a_payout_that_was_not_sent_can_be_cancelled_once,
    a_zone_that_changes_leaves_the_open_day_as_it_is,
    the_ledgers_proof_finds_what_does_not_add_up,
);

/// Noon of a Monday long after any test's wall clock.
const MONDAY: &str = "2030-04-15T12:00:00Z";

/// A server whose account's clock shows a Monday's noon in UTC.
pub async fn on_monday(engine: Engine) -> Server {
    let server = Server::start(engine).await;
    // One call moves the clock by two years at most.
    let goal = at(MONDAY);
    loop {
        let now = at_of(&server.get("/v1/test/clock").await.ok()["now"]);
        let step = now.plus(Span::days(700)).min(goal);
        server.post("/v1/test/clock/advance", json!({"to": step.rfc3339()})).await.ok();
        if step == goal {
            return server;
        }
    }
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn at_of(value: &Value) -> Timestamp {
    at(value.as_str().expect("a time"))
}

pub async fn pay(server: &Server, amount: i64, currency: &str, token: &str) -> Value {
    let body = json!({"amount": amount, "currency": currency, "paymentMethod": token, "confirm": true});
    server.post("/v1/payments", body).await.ok()
}

pub async fn to(server: &Server, instant: &str) {
    server.post("/v1/test/clock/advance", json!({"to": instant})).await.ok();
}

pub async fn listed(server: &Server, path: &str) -> Vec<Value> {
    server.get(path).await.ok()["data"].as_array().expect("a list").clone()
}

/// The types of the last events about an object, oldest first.
async fn told(server: &Server, id: &Value) -> Vec<String> {
    let mut events = listed(server, "/v1/events?limit=100").await;
    events.reverse();
    let of = events.iter().filter(|event| event["data"]["id"] == *id);
    of.map(|event| event["type"].as_str().expect("a type").to_owned()).collect()
}

async fn a_day_is_settled_and_paid_out_after_two_business_days(engine: Engine) {
    let server = on_monday(engine).await;
    for amount in [1_000, 3_700, 999] {
        pay(&server, amount, "EUR", "pm_test_4242").await;
    }
    pay(&server, 500, "JPY", "pm_test_4242").await;
    assert_eq!(listed(&server, "/v1/settlements").await, Vec::<Value>::new(), "the day is not over");
    to(&server, "2030-04-15T23:59:59Z").await;
    assert_eq!(listed(&server, "/v1/settlements").await, Vec::<Value>::new(), "the day is not over");
    to(&server, "2030-04-16T00:00:00Z").await;
    let settlements = listed(&server, "/v1/settlements?currency=eur").await;
    let [settlement] = &settlements[..] else { panic!("one a currency: {settlements:?}") };
    let payouts = listed(&server, "/v1/payouts?currency=EUR").await;
    let [payout] = &payouts[..] else { panic!("one a currency: {payouts:?}") };
    let expected = json!({
        "id": settlement["id"], "object": "settlement", "currency": "EUR", "gross": 5_699, "refunds": 0, "disputes": 0,
        "fees": 161, "net": 5_538, "transactionCount": 3, "payoutId": payout["id"], "arrivalAt": "2030-04-17T00:00:00Z",
        "created_at": "2030-04-16T00:00:00Z",
    });
    assert_eq!(*settlement, expected);
    let expected = json!({
        "id": payout["id"], "object": "payout", "status": "pending", "amount": 5_538, "currency": "EUR", "automatic": true,
        "settlementCount": 1, "failure": null, "arrivalAt": "2030-04-17T00:00:00Z", "metadata": {},
        "created_at": payout["created_at"],
    });
    assert_eq!(*payout, expected);
    assert_eq!(told(&server, &settlement["id"]).await, ["settlement.created"]);
    let id = payout["id"].as_str().expect("an id");
    to(&server, "2030-04-16T02:00:00Z").await;
    assert_eq!(server.get(&format!("/v1/payouts/{id}")).await.ok()["status"], "in_transit");
    server.assert_ledger().await;
    to(&server, "2030-04-17T00:00:00Z").await;
    assert_eq!(server.get(&format!("/v1/payouts/{id}")).await.ok()["status"], "paid");
    assert_eq!(told(&server, &payout["id"]).await, ["payout.created", "payout.paid"]);
    let balance = server.get("/v1/balance").await.ok();
    let nothing = json!([{"currency": "EUR", "amount": 0}, {"currency": "JPY", "amount": 0}]);
    assert_eq!((&balance["available"], &balance["pending"]), (&nothing, &nothing));
    server.assert_ledger().await;
}

async fn a_settlement_lists_its_transactions_and_a_payout_its_settlements(engine: Engine) {
    let server = on_monday(engine).await;
    let mut ours: Vec<Value> = Vec::new();
    for _ in 0..3 {
        ours.insert(0, pay(&server, 1_000, "EUR", "pm_test_4242").await["id"].clone());
        pay(&server, 12_340, "KWD", "pm_test_4242").await;
    }
    to(&server, "2030-04-16T12:00:00Z").await;
    pay(&server, 2_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-17T12:00:00Z").await;
    let settlements = listed(&server, "/v1/settlements?currency=EUR").await;
    let [_, first] = &settlements[..] else { panic!("two days: {settlements:?}") };
    let id = first["id"].as_str().expect("an id");
    assert_eq!(server.get(&format!("/v1/settlements/{id}")).await.ok(), *first);
    let lines = listed(&server, &format!("/v1/settlements/{id}/transactions")).await;
    assert_eq!(lines.iter().map(|line| line["source"].clone()).collect::<Vec<_>>(), ours);
    let net: i64 = lines.iter().map(|line| line["net"].as_i64().expect("a net")).sum();
    assert_eq!((&first["net"], &first["transactionCount"]), (&json!(net), &json!(3)));
    assert!(lines.iter().all(|line| line["availableAt"] == first["created_at"]));
    let page = server.get(&format!("/v1/settlements/{id}/transactions?limit=2")).await.ok();
    let after = page["page"]["nextCursor"].as_str().expect("there is more");
    let rest = listed(&server, &format!("/v1/settlements/{id}/transactions?limit=2&startingAfter={after}")).await;
    assert_eq!(rest, lines[2..]);
    let payout = first["payoutId"].as_str().expect("it is paid out");
    assert_eq!(listed(&server, &format!("/v1/settlements?payoutId={payout}")).await, std::slice::from_ref(first));
    assert_eq!(listed(&server, "/v1/settlements?payoutId=po_nobodys").await, Vec::<Value>::new());
    let line = listed(&server, &format!("/v1/balance/transactions?source={payout}")).await;
    assert_eq!((line.len(), &line[0]["type"], &line[0]["net"]), (1, &json!("payout"), &json!(-net)));
    server.assert_ledger().await;
}

async fn a_weekly_schedule_pays_a_week_with_one_payout(engine: Engine) {
    let server = on_monday(engine).await;
    let schedule = json!({"payoutSchedule": {"interval": "weekly", "delayDays": 3}});
    server.patch("/v1/account", schedule).await.ok();
    pay(&server, 1_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-17T12:00:00Z").await;
    pay(&server, 2_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-20T12:00:00Z").await;
    let waiting = listed(&server, "/v1/settlements").await;
    assert_eq!(waiting.len(), 2);
    // The week ends with Sunday the 21st, and three business days later it is Wednesday.
    for settlement in &waiting {
        assert_eq!((&settlement["payoutId"], &settlement["arrivalAt"]), (&Value::Null, &json!("2030-04-24T00:00:00Z")));
    }
    assert_eq!(server.get("/v1/balance").await.ok()["available"], json!([{"currency": "EUR", "amount": 2_905}]));
    to(&server, "2030-04-22T00:00:00Z").await;
    let payouts = listed(&server, "/v1/payouts").await;
    let [payout] = &payouts[..] else { panic!("one for the week: {payouts:?}") };
    assert_eq!((&payout["amount"], &payout["settlementCount"]), (&json!(2_905), &json!(2)));
    assert_eq!(payout["arrivalAt"], "2030-04-24T00:00:00Z");
    let id = payout["id"].as_str().expect("an id");
    assert_eq!(listed(&server, &format!("/v1/settlements?payoutId={id}")).await.len(), 2);
    // A Sunday's own settlement closes at the same instant, and is of the same payout.
    to(&server, "2030-04-23T12:00:00Z").await;
    pay(&server, 1_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-28T12:00:00Z").await;
    pay(&server, 1_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-29T00:00:00Z").await;
    let payouts = listed(&server, "/v1/payouts?limit=1").await;
    assert_eq!((&payouts[0]["amount"], &payouts[0]["settlementCount"]), (&json!(1_920), &json!(2)));
    server.assert_ledger().await;
}

async fn a_negative_settlement_waits_and_joins_the_next_payout(engine: Engine) {
    let server = on_monday(engine).await;
    let payment = pay(&server, 1_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-16T12:00:00Z").await;
    server.post("/v1/refunds", json!({"paymentId": payment["id"]})).await.ok();
    to(&server, "2030-04-17T12:00:00Z").await;
    let negative = listed(&server, "/v1/settlements").await[0].clone();
    let shown = json!([negative["gross"], negative["refunds"], negative["fees"], negative["net"]]);
    assert_eq!(shown, json!([0, 1_000, 0, -1_000]));
    assert_eq!((&negative["payoutId"], &negative["arrivalAt"]), (&Value::Null, &Value::Null), "it waits");
    assert_eq!(listed(&server, "/v1/payouts").await.len(), 1, "nothing is paid out of less than nothing");
    let refused = server.post("/v1/payouts", json!({"currency": "EUR"})).await;
    assert_eq!(refused.code(), "balance_insufficient");
    assert_eq!(server.get("/v1/balance").await.ok()["available"], json!([{"currency": "EUR", "amount": -1_000}]));
    server.assert_ledger().await;
    pay(&server, 5_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-18T00:00:00Z").await;
    let payout = listed(&server, "/v1/payouts").await[0].clone();
    assert_eq!((&payout["amount"], &payout["settlementCount"]), (&json!(3_900), &json!(2)));
    let path = format!("/v1/settlements/{}", negative["id"].as_str().expect("an id"));
    let joined = server.get(&path).await.ok();
    assert_eq!((&joined["payoutId"], &joined["arrivalAt"]), (&payout["id"], &payout["arrivalAt"]));
    server.assert_ledger().await;
}

async fn a_merchant_pays_out_what_is_available_at_once(engine: Engine) {
    let server = on_monday(engine).await;
    let payment = pay(&server, 1_000, "EUR", "pm_test_0077").await;
    let settlements = listed(&server, "/v1/settlements").await;
    assert_eq!(
        (settlements.len(), &settlements[0]["net"], &settlements[0]["payoutId"]),
        (1, &json!(960), &Value::Null)
    );
    let ask = json!({"id": "po_first", "currency": "eur", "amount": 960, "metadata": {"run": 1}});
    let payout = server.post("/v1/payouts", ask.clone()).await.ok();
    let shown = json!([payout["id"], payout["automatic"], payout["amount"], payout["arrivalAt"], payout["metadata"]]);
    assert_eq!(shown, json!(["po_first", false, 960, "2030-04-17T00:00:00Z", {"run": "1"}]));
    assert_eq!(listed(&server, "/v1/settlements").await[0]["payoutId"], "po_first");
    assert_eq!(server.get("/v1/balance").await.ok()["available"], json!([{"currency": "EUR", "amount": 0}]));
    let source = payment["id"].as_str().expect("an id");
    let line = listed(&server, &format!("/v1/balance/transactions?source={source}")).await;
    assert_eq!(line[0]["availableAt"], payment["completedAt"]);
    pay(&server, 1_000, "EUR", "pm_test_0077").await;
    let again = server.post("/v1/payouts", ask).await;
    assert_eq!((again.status, again.code().as_str()), (400, "resource_exists"));
    // What nobody asked for is paid by the schedule when the day is over.
    to(&server, "2030-04-16T00:00:00Z").await;
    let payouts = listed(&server, "/v1/payouts").await;
    assert_eq!((payouts.len(), &payouts[0]["automatic"], &payouts[0]["amount"]), (2, &json!(true), &json!(960)));
    server.assert_ledger().await;
}

async fn a_payout_is_refused_where_there_is_nothing_or_no_bank(engine: Engine) {
    let server = Server::start(engine).await;
    server.paid(1_000, "pm_test_4242").await;
    let pending = server.post("/v1/payouts", json!({"currency": "EUR"})).await;
    assert_eq!((pending.status, pending.code().as_str()), (422, "balance_insufficient"));
    server.paid(1_000, "pm_test_0077").await;
    for amount in [959, 961] {
        let other = server.post("/v1/payouts", json!({"currency": "EUR", "amount": amount})).await;
        assert_eq!((other.status, other.code().as_str()), (422, "amount_mismatch"));
        assert!(other.json()["error"]["message"].to_string().contains("960"), "it says what waits");
    }
    let unknown = server.post("/v1/payouts", json!({"currency": "XXQ"})).await;
    assert_eq!((unknown.status, unknown.code().as_str()), (400, "currency_unknown"));
    let live = Server::start_in(engine, Environment::Live).await;
    let refused = live.post("/v1/payouts", json!({"currency": "EUR"})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "bank_not_configured"));
}

async fn a_payout_that_comes_back_goes_out_with_the_settlement_of_that_day(engine: Engine) {
    let server = on_monday(engine).await;
    // 13.58 less 45 is the one amount that the sandbox's bank refuses.
    pay(&server, 1_358, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-17T12:00:00Z").await;
    let payouts = listed(&server, "/v1/payouts").await;
    let [failed] = &payouts[..] else { panic!("one payout: {payouts:?}") };
    let why = json!([failed["status"], failed["amount"], failed["failure"]["code"]]);
    assert_eq!(why, json!(["failed", 1_313, "account_closed"]));
    assert_eq!(told(&server, &failed["id"]).await, ["payout.created", "payout.failed"]);
    let balance = server.get("/v1/balance").await.ok();
    assert_eq!(balance["pending"], json!([{"currency": "EUR", "amount": 1_313}]), "it is of today");
    server.assert_ledger().await;
    pay(&server, 1_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-19T12:00:00Z").await;
    let payouts = listed(&server, "/v1/payouts").await;
    assert_eq!((&payouts[0]["status"], &payouts[0]["amount"]), (&json!("paid"), &json!(2_273)));
    let settlements = listed(&server, "/v1/settlements").await;
    let [again, first] = &settlements[..] else { panic!("two settlements: {settlements:?}") };
    assert_eq!(first["payoutId"], failed["id"], "what was settled then is of the payout that failed");
    assert_eq!((&again["gross"], &again["net"], &again["transactionCount"]), (&json!(2_313), &json!(2_273), &json!(2)));
    server.assert_ledger().await;
}

async fn a_payout_that_was_not_sent_can_be_cancelled_once(engine: Engine) {
    let server = on_monday(engine).await;
    pay(&server, 1_000, "EUR", "pm_test_0077").await;
    let payout = server.post("/v1/payouts", json!({"currency": "EUR"})).await.ok();
    let path = format!("/v1/payouts/{}/cancel", payout["id"].as_str().expect("an id"));
    assert_eq!(server.post(&path, json!({})).await.ok()["status"], "cancelled");
    let twice = server.post(&path, json!({})).await;
    assert_eq!((twice.status, twice.code().as_str()), (422, "payout_not_cancellable"));
    assert_eq!(server.get("/v1/balance").await.ok()["pending"], json!([{"currency": "EUR", "amount": 960}]));
    to(&server, "2030-04-18T12:00:00Z").await;
    let payouts = listed(&server, "/v1/payouts?status=paid").await;
    assert_eq!((payouts.len(), &payouts[0]["amount"]), (1, &json!(960)), "it goes out with the day's settlement");
    server.assert_ledger().await;
}

async fn a_zone_that_changes_leaves_the_open_day_as_it_is(engine: Engine) {
    let server = on_monday(engine).await;
    pay(&server, 1_000, "EUR", "pm_test_4242").await;
    server.patch("/v1/account", json!({"timeZone": "Asia/Tokyo"})).await.ok();
    pay(&server, 1_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-16T00:00:00Z").await;
    let settlements = listed(&server, "/v1/settlements").await;
    assert_eq!((settlements.len(), &settlements[0]["transactionCount"]), (1, &json!(2)));
    pay(&server, 1_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-16T15:00:00Z").await;
    let settlements = listed(&server, "/v1/settlements").await;
    assert_eq!((settlements.len(), &settlements[0]["created_at"]), (2, &json!("2030-04-16T15:00:00Z")));
    assert_eq!(settlements[0]["arrivalAt"], "2030-04-17T15:00:00Z", "the 18th begins in Tokyo");
    server.assert_ledger().await;
}

async fn the_ledgers_proof_finds_what_does_not_add_up(engine: Engine) {
    let server = on_monday(engine).await;
    pay(&server, 1_000, "EUR", "pm_test_4242").await;
    to(&server, "2030-04-16T12:00:00Z").await;
    pay(&server, 1_000, "EUR", "pm_test_4242").await;
    server.assert_ledger().await;
    let settlement = listed(&server, "/v1/settlements").await[0]["id"].clone();
    let payout = listed(&server, "/v1/payouts").await[0]["id"].clone();
    let (settlement, payout) = (settlement.as_str().expect("an id"), payout.as_str().expect("an id"));
    for (sql, subject) in [
        ("UPDATE balance_transactions SET net = net + 1 WHERE type = 'payout'", "btx_"),
        ("UPDATE settlements SET fees = fees + 1", settlement),
        ("UPDATE settlement_totals SET gross = gross + 1", "as it is counted"),
        ("DELETE FROM open_settlements", "setl_"),
        ("UPDATE payout_plans SET net = net + 1", "plan_"),
        ("UPDATE payouts SET amount = amount - 1", payout),
        ("UPDATE payouts SET status = 'paid'", "merchant_bank:EUR as settled"),
        (
            "UPDATE balances SET posted = posted + 1 WHERE id = 'merchant_available:EUR'",
            "merchant_available:EUR as settled",
        ),
    ] {
        let before = differences(&server).await;
        assert!(server.app.db.prune(sql, &[]).await.expect("rows") >= 1, "{sql}");
        let after = differences(&server).await;
        let found: Vec<_> = after.iter().filter(|one| !before.contains(one)).collect();
        assert!(found.iter().any(|one| one.contains(subject)), "{sql}: {found:?}");
    }
}

async fn differences(server: &Server) -> Vec<String> {
    let found = vinr_server::ledger::verify(&server.app.db, |_| {}).await.expect("a proof");
    found.iter().map(ToString::to_string).collect()
}
