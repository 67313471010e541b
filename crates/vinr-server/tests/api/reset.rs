//! `POST /v1/test/reset`: an account's sandbox as it was on its first day (spec/sandbox.md, Helpers).

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use vinr_core::keys::Environment;
use vinr_server::bootstrap::MIGRATIONS;
use vinr_store::Migration;

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_reset_leaves_nothing_but_the_account_and_touches_no_other,
    a_reset_is_done_once_for_its_key,
    a_reset_among_other_requests_leaves_no_half_of_any,
    live_has_no_reset,
);

/// Something in every table that a merchant fills.
async fn filled(server: &Server, key: &str) {
    let post = async |path: &str, body: Value| {
        server.call(Method::POST, path, Some(key), &[], Some(body.to_string())).await.ok()
    };
    post("/v1/webhooks", json!({"url": "http://127.0.0.1:9/hook"})).await;
    post("/v1/customers", json!({"id": "cust_ada", "metadata": {"plan": "gold"}})).await;
    post("/v1/customers", json!({"id": "cust_grace"})).await;
    let setup = post("/v1/customers/cust_ada/setup-method", json!({})).await;
    let pay = format!("/v1/test/setups/{}/pay", setup["id"].as_str().expect("an id"));
    post(&pay, json!({"number": "4242424242424242"})).await;
    let tiers = json!({"qualifyOn": "spend", "period": {"type": "rolling", "months": 12},
        "tiers": [{"key": "all", "name": "All", "rank": 0, "threshold": 0}]});
    post("/v1/loyalty/programs/prog_default", json!({"tierConfig": tiers, "currency": {"expiryMonths": 12}})).await;
    post("/v1/loyalty/accounts", json!({"customer": "cust_ada"})).await;
    let rule = json!({"award": {"type": "fixed", "points": 100}, "cap": {"points": 1000, "window": "day"}});
    post("/v1/loyalty/earning-rules", rule).await;
    let off = json!({"id": "rwd_off", "name": "Off", "type": "discount_percent", "cost": 1, "value": {"percent": 5}});
    post("/v1/loyalty/rewards", off).await;
    post("/v1/products", json!({"id": "prod_starter", "name": "Starter"})).await;
    post("/v1/prices", json!({"productId": "prod_starter", "amount": 2900, "currency": "EUR"})).await;
    subscribed(server, key).await;
    post("/v1/coupons", json!({"code": "SPRING", "percentOff": 25})).await;
    post("/v1/tax-rates", json!({"displayName": "VAT", "percentage": 20})).await;
    post("/v1/dunning-policies", json!({"id": "dpol_gentle", "retries": [{"afterDays": 14}]})).await;
    post("/v1/account", json!({"dunningPolicyId": "dpol_gentle"})).await;
    let member = json!({"id": "loy_redeems"});
    post("/v1/loyalty/accounts", member).await;
    post("/v1/loyalty/transactions", json!({"account": "loy_redeems", "amount": 1})).await;
    post("/v1/loyalty/redemptions", json!({"account": "loy_redeems", "reward": "rwd_off"})).await;
    let credit = json!({"id": "rwd_credit", "name": "Credit", "type": "store_credit", "cost": 1, "value": {"amount": 1, "currency": "EUR"}});
    post("/v1/loyalty/rewards", credit).await;
    post("/v1/loyalty/accounts", json!({"id": "loy_credit", "customer": "cust_grace"})).await;
    post("/v1/loyalty/transactions", json!({"account": "loy_credit", "amount": 1})).await;
    post("/v1/loyalty/redemptions", json!({"account": "loy_credit", "reward": "rwd_credit"})).await;
    let charge =
        json!({"id": "pay_one", "amount": 1000, "currency": "EUR", "customerId": "cust_ada", "offSession": true});
    post("/v1/payments", charge).await;
    let settled = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_0077", "confirm": true});
    post("/v1/payments", settled).await;
    post("/v1/payouts", json!({"currency": "EUR"})).await;
    post("/v1/payment-links", json!({"amount": 1000, "currency": "EUR"})).await;
    post("/v1/payments/sessions", json!({"amount": 1000, "currency": "EUR"})).await;
    post("/v1/refunds", json!({"paymentId": "pay_one", "amount": 100})).await;
    post("/v1/test/payments/pay_one/dispute", json!({"amount": 100})).await;
    let body = json!({"amount": 1000, "currency": "EUR"}).to_string();
    server.call(Method::POST, "/v1/payments", Some(key), &[("idempotency-key", "kept")], Some(body)).await.ok();
}

/// A subscription with its invoice, and what waits for the next.
async fn subscribed(server: &Server, key: &str) {
    let call = async |method: Method, path: &str, body: Value| {
        server.call(method, path, Some(key), &[], Some(body.to_string())).await.ok()
    };
    for (id, amount) in [("price_small", 2900), ("price_large", 9900)] {
        let price = json!({"id": id, "productId": "prod_starter", "amount": amount, "currency": "EUR", "recurring": {"interval": "month"}});
        call(Method::POST, "/v1/prices", price).await;
    }
    let subscription = json!({"id": "sub_one", "customerId": "cust_grace", "priceId": "price_small", "defaultMethodId": "pm_test_4242"});
    call(Method::POST, "/v1/subscriptions", subscription).await;
    let recurring = json!({"interval": "month", "usageType": "metered"});
    let calls = json!({"id": "price_calls", "productId": "prod_starter", "amount": 1, "currency": "EUR", "recurring": recurring});
    call(Method::POST, "/v1/prices", calls).await;
    call(
        Method::POST,
        "/v1/subscriptions",
        json!({"id": "sub_calls", "customerId": "cust_grace", "priceId": "price_calls"}),
    )
    .await;
    call(Method::POST, "/v1/usage", json!({"subscriptionId": "sub_calls", "quantity": 1})).await;
    call(Method::PATCH, "/v1/subscriptions/sub_one", json!({"priceId": "price_large"})).await;
}

/// How many rows each table has of an account.
async fn rows(server: &Server, account: &str) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    for (table, _) in Migration::tables(MIGRATIONS) {
        let sql: &'static str = format!("SELECT COUNT(*) FROM {table} WHERE account = $1").leak();
        let count = server.app.db.query(sql, &[account.into()]).await.expect("a count")[0].int(0);
        found.push((table.to_owned(), count));
    }
    found
}

async fn a_reset_leaves_nothing_but_the_account_and_touches_no_other(engine: Engine) {
    let server = Server::start(engine).await;
    let stranger = server.another_account().await;
    filled(&server, &server.secret_key).await;
    filled(&server, &stranger).await;
    let written = server.app.post_email(&server.account, "a cause", "ada@buyer.example", &crate::mail::letter()).await;
    written.expect("an e-mail that nobody sends");
    server.patch("/v1/account", json!({"name": "Acme"})).await.ok();
    server.advance(3_600).await;
    // The hour may have ended a day, and closed what was open of its settlements.
    server.paid(1000, "pm_test_4242").await;
    let newest = server.get("/v1/events?limit=1").await.ok()["data"][0]["sequence"].as_i64().expect("a number");
    let account = server.account.as_str().to_owned();
    let before = rows(&server, &account).await;
    let empty = ["attempts", "installation", "resets"];
    let unfilled: Vec<_> = before.iter().filter(|(table, count)| *count == 0 && !empty.contains(&&**table)).collect();
    assert!(unfilled.is_empty(), "the test fills every table: {unfilled:?}");

    let reset = server.post("/v1/test/reset", json!({})).await.ok();
    assert_eq!(reset["object"], "test_reset");
    for (table, count) in rows(&server, &account).await {
        // The attempt of a delivery that was under way may be recorded yet.
        let kept = ["accounts", "clocks", "counters", "keys", "resets", "delivery_attempts"].contains(&table.as_str());
        // Every account has one program from its first day on.
        let first_day = i64::from(table == "programs");
        assert!(kept || count == first_day, "{table} has {count}");
    }
    for list in ["payments", "customers", "webhooks", "events"] {
        assert_eq!(server.get(&format!("/v1/{list}")).await.ok()["data"], json!([]), "{list}");
    }
    assert_eq!(server.get("/v1/account").await.ok()["name"], "Acme");
    assert_eq!(server.get("/v1/test/clock").await.ok()["offsetSeconds"], 0, "the clock shows the world's time");
    assert_eq!(server.get("/v1/balance").await.ok()["available"], json!([]));
    // Ids that were chosen are free again, and numbers go on.
    filled(&server, &server.secret_key).await;
    let next = server.get("/v1/events?after=0&limit=1").await.ok()["data"][0]["sequence"].clone();
    assert_eq!(next, json!(newest + 1), "whoever remembers a number misses nothing");

    let theirs = server.call(Method::GET, "/v1/payments/pay_one", Some(&stranger), &[], None).await.ok();
    assert_eq!(theirs["status"], "completed", "another account keeps what it has");
    server.assert_ledger().await;
}

async fn a_reset_is_done_once_for_its_key(engine: Engine) {
    let server = Server::start(engine).await;
    filled(&server, &server.secret_key).await;
    let first = server.post_with_key("/v1/test/reset", "once", &json!({})).await;
    first.ok();
    server.post("/v1/customers", json!({"id": "cust_new"})).await.ok();
    let again = server.post_with_key("/v1/test/reset", "once", &json!({})).await;
    assert_eq!((again.status, &again.bytes), (200, &first.bytes));
    server.get("/v1/customers/cust_new").await.ok();
    let other = server.post_with_key("/v1/payments", "once", &json!({"amount": 1, "currency": "EUR"})).await;
    assert_eq!((other.status, other.code().as_str()), (409, "idempotency_key_reused"));
}

async fn a_reset_among_other_requests_leaves_no_half_of_any(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
    for _ in 0..4 {
        let charges = join_all((0..16).map(|_| server.post("/v1/payments", body.clone())));
        let (paid, reset) = tokio::join!(charges, server.post("/v1/test/reset", json!({})));
        reset.ok();
        for paid in &paid {
            assert_eq!(paid.ok()["status"], "completed");
        }
        let left = server.get("/v1/payments?limit=100").await.ok()["data"].as_array().map_or(0, Vec::len);
        let told = server.get("/v1/events?limit=100&type=payment.completed").await.ok();
        assert_eq!(told["data"].as_array().map(Vec::len), Some(left), "an event for each payment that is there");
        let pending = server.get("/v1/balance").await.ok()["pending"][0]["amount"].as_i64().unwrap_or(0);
        assert_eq!(pending, 960 * i64::try_from(left).expect("few"), "and its money");
        server.assert_ledger().await;
    }
}

async fn live_has_no_reset(engine: Engine) {
    let server = Server::start_in(engine, Environment::Live).await;
    assert_eq!(server.post("/v1/test/reset", json!({})).await.status, 404);
}
