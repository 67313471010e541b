//! The balance and its lines: what came, what it cost, when it can be paid out.

use serde_json::{Value, json};
use vinr_core::time::Timestamp;

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_captured_payment_is_a_line_of_the_balance_with_its_fee,
    only_what_is_captured_is_a_line,
    lines_are_filtered_and_add_up_to_the_balance,
    money_is_available_when_the_accounts_own_day_is_over,
);

/// The lines of a source.
async fn lines(server: &Server, source: &Value) -> Vec<Value> {
    let source = source.as_str().expect("an id");
    let page = server.get(&format!("/v1/balance/transactions?source={source}")).await.ok();
    page["data"].as_array().expect("a list").clone()
}

/// The fees of traps §17, number 10: 150 basis points and 25 cents.
async fn a_captured_payment_is_a_line_of_the_balance_with_its_fee(engine: Engine) {
    let server = Server::start(engine).await;
    for (amount, fee) in [(1_000, 40), (3_700, 81), (999, 40)] {
        let payment = server.paid(amount, "pm_test_4242").await;
        let found = lines(&server, &payment["id"]).await;
        let [line] = &found[..] else { panic!("one line: {found:?}") };
        let id = line["id"].as_str().expect("an id");
        assert!(id.starts_with("btx_"));
        assert_eq!(server.get(&format!("/v1/balance/transactions/{id}")).await.ok(), *line);
        let mut line = line.clone();
        line["id"].take();
        line["availableAt"].take();
        let expected = json!({
            "id": null, "object": "balance_transaction", "type": "payment", "currency": "EUR", "amount": amount, "fee": fee,
            "net": amount - fee, "availableAt": null, "source": payment["id"], "created_at": payment["completedAt"],
        });
        assert_eq!(line, expected);
    }
    let dinars = json!({"amount": 12_340, "currency": "KWD", "paymentMethod": "pm_test_4242", "confirm": true});
    let payment = server.post("/v1/payments", dinars).await.ok();
    let line = &lines(&server, &payment["id"]).await[0];
    assert_eq!((&line["fee"], &line["net"]), (&json!(185), &json!(12_155)), "1.5 % of KWD 12.340 and nothing fixed");
    server.assert_ledger().await;
}

async fn only_what_is_captured_is_a_line(engine: Engine) {
    let server = Server::start(engine).await;
    let declined = server.paid(1_000, "pm_test_0002").await;
    assert_eq!(lines(&server, &declined["id"]).await, Vec::<Value>::new());
    let hold =
        json!({"amount": 1_000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true, "capture": false});
    let held = server.post("/v1/payments", hold).await.ok();
    assert_eq!(lines(&server, &held["id"]).await, Vec::<Value>::new());
    let path = format!("/v1/payments/{}/capture", held["id"].as_str().expect("an id"));
    server.post(&path, json!({"amount": 600})).await.ok();
    let found = lines(&server, &held["id"]).await;
    assert_eq!((found.len(), &found[0]["amount"], &found[0]["net"]), (1, &json!(600), &json!(566)));
    server.assert_ledger().await;
}

async fn lines_are_filtered_and_add_up_to_the_balance(engine: Engine) {
    let server = Server::start(engine).await;
    for (amount, currency) in [(1_000, "EUR"), (2_000, "EUR"), (500, "JPY")] {
        let body = json!({"amount": amount, "currency": currency, "paymentMethod": "pm_test_4242", "confirm": true});
        server.post("/v1/payments", body).await.ok();
    }
    let of = async |query: &str| {
        let page = server.get(&format!("/v1/balance/transactions?{query}")).await.ok();
        let data = page["data"].as_array().expect("a list").clone();
        data.iter().map(|line| line["net"].as_i64().expect("a net")).collect::<Vec<i64>>()
    };
    assert_eq!(of("currency=eur").await, [1_945, 960], "newest first");
    assert_eq!(of("currency=JPY&type=payment").await, [492]);
    assert_eq!(of("type=refund").await, [0_i64; 0]);
    assert_eq!(of("source=pay_nobodys").await, [0_i64; 0]);
    let unknown = server.get("/v1/balance/transactions?type=gift").await;
    assert_eq!((unknown.status, unknown.code().as_str()), (400, "parameter_invalid"));
    let balance = server.get("/v1/balance").await.ok();
    let pending = json!([{"currency": "EUR", "amount": 2_905}, {"currency": "JPY", "amount": 492}]);
    assert_eq!(balance["pending"], pending);
}

async fn money_is_available_when_the_accounts_own_day_is_over(engine: Engine) {
    let server = Server::start(engine).await;
    server.patch("/v1/account", json!({"timeZone": "Asia/Kathmandu"})).await.ok();
    let payment = server.paid(1_000, "pm_test_4242").await;
    let at = |value: &Value| Timestamp::parse(value.as_str().expect("a time")).expect("a time");
    let line = &lines(&server, &payment["id"]).await[0];
    let (created, available) = (at(&line["created_at"]), at(&line["availableAt"]));
    // Midnight there is 18:15 UTC.
    assert_eq!(available.millis().rem_euclid(86_400_000), (18 * 60 + 15) * 60_000);
    assert!(created < available && available.since(created).as_seconds() <= 86_400);
    let at_once = server.paid(1_000, "pm_test_0077").await;
    let line = &lines(&server, &at_once["id"]).await[0];
    assert_eq!(line["availableAt"], line["created_at"]);
    assert_eq!(server.get("/v1/balance").await.ok()["available"], json!([{"currency": "EUR", "amount": 960}]));
    server.assert_ledger().await;
}
