//! Usage (spec/billing.md, Usage): what is reported counts once, in the period that it is of, and is billed at its end.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::id;
use crate::right_calls::RightCall;

on_both_engines!(
    a_report_counts_once_for_its_name_for_ever,
    one_name_in_a_race_counts_once,
    reports_at_once_all_count,
    a_batch_answers_each_of_its_records_by_itself,
    a_batch_of_a_thousand_records_is_one_commit_and_is_repeated_whole,
    a_batch_may_be_of_a_thousand_items,
    usage_may_be_an_hour_late_and_five_minutes_ahead,
    usage_comes_to_what_its_price_says,
    what_is_measured_at_once_comes_to_the_largest_and_the_latest,
    what_cannot_be_used_is_refused,
    what_is_refused_in_a_batch_spoils_nothing,
);

/// The time that the tests begin at.
const START: &str = "2026-01-01T00:00:00Z";
const DAY: i64 = 24 * 60 * 60;
const HOUR: i64 = 60 * 60;

/// Whether an endpoint is of usage.
pub fn is_of_it(path: &str) -> bool {
    path.starts_with("/v1/usage") || path.starts_with("/v1/subscription-items/")
}

/// How each of its endpoints is called rightly.
pub async fn right_call(server: &Server, method: &Method, path: &str) -> RightCall {
    let (_, item) = metered(server, "sum").await;
    let report = |quantity: i64| json!({"subscriptionItemId": item, "quantity": quantity});
    match (method.as_str(), path) {
        ("POST", "/v1/usage") => RightCall { path: path.to_owned(), body: report(1), other: Some(report(2)) },
        ("POST", "/v1/usage/batch") => {
            let (body, other) = (json!({"records": [report(1)]}), json!({"records": [report(2)]}));
            RightCall { path: path.to_owned(), body, other: Some(other) }
        }
        _ => {
            server.post("/v1/usage", report(1)).await.ok();
            RightCall { path: path.replace("{id}", &item), body: Value::Null, other: None }
        }
    }
}

/// An item of which something was used in this many periods.
pub async fn used_item(server: &Server, periods: usize) -> String {
    let (_, item) = metered_each(server, "sum", "day").await;
    for period in 0..periods {
        if period > 0 {
            server.advance(DAY).await;
        }
        used(server, &item, json!({"quantity": 1})).await;
    }
    item
}

/// A subscription to what is measured, and its item.
pub async fn metered(server: &Server, aggregate: &str) -> (String, String) {
    metered_each(server, aggregate, "month").await
}

/// The same, of periods of this length.
pub async fn metered_each(server: &Server, aggregate: &str, interval: &str) -> (String, String) {
    let price = price(server, aggregate, interval).await;
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    server.saved(&customer, "4242424242424242").await;
    let made = server.post("/v1/subscriptions", json!({"customerId": customer, "priceId": price})).await.ok();
    (id(&made), made["items"][0]["id"].as_str().expect("an item").to_owned())
}

/// A price of what is measured.
pub async fn price(server: &Server, aggregate: &str, interval: &str) -> String {
    let product = server.post("/v1/products", json!({"name": "Calls"})).await.ok();
    let recurring = json!({"interval": interval, "usageType": "metered", "aggregateUsage": aggregate});
    let body = json!({"productId": product["id"], "amount": 10, "currency": "EUR", "recurring": recurring});
    id(&server.post("/v1/prices", body).await.ok())
}

/// Reports usage of an item.
pub async fn used(server: &Server, item: &str, mut report: Value) -> Value {
    report["subscriptionItemId"] = json!(item);
    server.post("/v1/usage", report).await.ok()
}

/// The summaries of an item, newest first.
pub async fn summaries(server: &Server, item: &str) -> Vec<Value> {
    let listed = server.get(&format!("/v1/subscription-items/{item}/usage-summaries")).await.ok();
    listed["data"].as_array().expect("summaries").clone()
}

/// How many units and records the newest summary has.
async fn newest(server: &Server, item: &str) -> (i64, i64) {
    let all = summaries(server, item).await;
    let number = |name: &str| all.first().and_then(|one| one[name].as_i64()).unwrap_or_default();
    (number("quantity"), number("records"))
}

async fn a_report_counts_once_for_its_name_for_ever(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (subscription, item) = metered(&server, "sum").await;
    let first = used(&server, &item, json!({"quantity": 5, "identifier": "call-1"})).await;
    assert_eq!((&first["object"], &first["action"]), (&json!("usage_record"), &json!("increment")));
    assert_eq!((&first["timestamp"], &first["identifier"]), (&first["created_at"], &json!("call-1")));
    assert_eq!(first["subscriptionId"], json!(subscription));
    assert!(id(&first).starts_with("mbu_"));
    let by_subscription = json!({"subscription": subscription, "quantity": 9, "action": "set", "identifier": "call-1"});
    assert_eq!(server.post("/v1/usage", by_subscription).await.ok(), first, "the first one counts");
    used(&server, &item, json!({"quantity": 2})).await;
    used(&server, &item, json!({"quantity": 2})).await;
    assert_eq!(newest(&server, &item).await, (9, 3), "what has no name counts each time");
    let (_, other) = metered(&server, "sum").await;
    used(&server, &other, json!({"quantity": 4, "identifier": "call-1"})).await;
    assert_eq!(newest(&server, &other).await, (4, 1), "a name is of one item");
    server.advance(40 * DAY).await;
    let late = json!({"quantity": 5, "identifier": "call-1", "timestamp": first["timestamp"]});
    assert_eq!(used(&server, &item, late).await, first, "also when its period is long over");
    server.assert_ledger().await;
}

async fn one_name_in_a_race_counts_once(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (_, item) = metered(&server, "sum").await;
    for round in 0..4 {
        let body = |quantity: i64| json!({"quantity": quantity, "identifier": format!("call-{round}")});
        let answers = join_all((1..=16).map(|quantity| used(&server, &item, body(quantity)))).await;
        assert!(answers.iter().all(|answer| *answer == answers[0]), "everybody is told of the first: {answers:#?}");
    }
    assert_eq!(newest(&server, &item).await.1, 4);
    let batch = json!({"records": (0..50).map(|nth| json!({"subscriptionItemId": item, "quantity": 1,
        "identifier": format!("batch-{nth}")})).collect::<Vec<_>>()});
    let answers = join_all((0..4).map(|_| server.post("/v1/usage/batch", batch.clone()))).await;
    let mut recorded = 0;
    for answer in &answers {
        let data = answer.ok()["data"].clone();
        recorded += data.as_array().expect("answers").iter().filter(|one| one["status"] == "recorded").count();
    }
    assert_eq!(recorded, 50, "each of them counts in one batch");
    assert_eq!(newest(&server, &item).await.1, 54);
}

async fn reports_at_once_all_count(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (_, item) = metered(&server, "sum").await;
    join_all((1..=40).map(|quantity| used(&server, &item, json!({"quantity": quantity})))).await;
    assert_eq!(newest(&server, &item).await, (820, 40));
    let batch = json!({"records": vec![json!({"subscriptionItemId": item, "quantity": 1}); 25]});
    join_all((0..8).map(|_| server.post("/v1/usage/batch", batch.clone()))).await.iter().for_each(|one| {
        one.ok();
    });
    assert_eq!(newest(&server, &item).await, (1020, 240));
    assert_eq!(summaries(&server, &item).await.len(), 1, "one summary, whoever was first");
}

async fn a_batch_answers_each_of_its_records_by_itself(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (subscription, item) = metered(&server, "sum").await;
    let before = used(&server, &item, json!({"quantity": 1, "identifier": "known"})).await;
    let report = |more: Value| {
        let mut report = json!({"subscriptionItemId": item, "quantity": 3});
        report.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        report
    };
    let records = json!([
        report(json!({"identifier": "one"})),
        report(json!({"identifier": "known"})),
        report(json!({"identifier": "one", "quantity": 8})),
        report(json!({"quantity": -1})),
        report(json!({"timestamp": "2026-01-01T00:06:00Z"})),
        {"subscriptionItemId": "si_nobodys", "quantity": 1},
        {"quantity": 1},
        {"subscriptionId": subscription, "quantity": 4},
        report(json!({"identifier": ""})),
        report(json!({"subscriptionId": subscription})),
    ]);
    let batch = server.post("/v1/usage/batch", json!({"records": records})).await.ok();
    assert_eq!(batch["object"], "usage_batch");
    let answers = batch["data"].as_array().expect("answers");
    let said: Vec<(&str, &str)> = answers
        .iter()
        .map(|answer| {
            let code = answer["error"]["code"].as_str().unwrap_or_default();
            (answer["status"].as_str().expect("a status"), code)
        })
        .collect();
    assert_eq!(
        said,
        [
            ("recorded", ""),
            ("repeated", ""),
            ("repeated", ""),
            ("refused", "parameter_invalid"),
            ("refused", "usage_timestamp_invalid"),
            ("refused", "resource_missing"),
            ("refused", "parameter_missing"),
            ("recorded", ""),
            ("refused", "parameter_invalid"),
            ("refused", "parameter_conflict"),
        ]
    );
    assert_eq!(answers[1]["record"], before, "with the first record");
    assert_eq!((&answers[2]["record"], &answers[2]["error"]), (&answers[0]["record"], &Value::Null));
    assert_eq!((&answers[3]["error"]["param"], &answers[3]["record"]), (&json!("quantity"), &Value::Null));
    assert_eq!(answers[5]["error"]["param"], "subscriptionItemId");
    assert_eq!(newest(&server, &item).await, (8, 3));
}

async fn a_batch_of_a_thousand_records_is_one_commit_and_is_repeated_whole(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (_, item) = metered(&server, "sum").await;
    let record = |nth: usize| json!({"subscriptionItemId": item, "quantity": 2, "identifier": format!("n{nth}")});
    let batch = |count: usize| json!({"records": (0..count).map(record).collect::<Vec<_>>()});
    let too_many = server.post("/v1/usage/batch", batch(1_001)).await;
    assert_eq!((too_many.status, too_many.code().as_str()), (400, "parameter_invalid"));
    assert_eq!(summaries(&server, &item).await, Vec::<Value>::new());
    let first = server.post_with_key("/v1/usage/batch", "once", &batch(1_000)).await;
    let statuses = |answer: &Value, status: &str| {
        answer["data"].as_array().expect("answers").iter().filter(|one| one["status"] == status).count()
    };
    assert_eq!(statuses(&first.ok(), "recorded"), 1_000);
    assert_eq!(newest(&server, &item).await, (2_000, 1_000));
    let replayed = server.post_with_key("/v1/usage/batch", "once", &batch(1_000)).await;
    assert_eq!(replayed.bytes, first.bytes);
    let again = server.post("/v1/usage/batch", batch(1_000)).await.ok();
    assert_eq!(statuses(&again, "repeated"), 1_000);
    assert_eq!(again["data"][999]["record"], first.json()["data"][999]["record"]);
    assert_eq!(newest(&server, &item).await, (2_000, 1_000));
}

/// The most rows that one unit of usage has: each record of an item, a subscription and a period of its own.
async fn a_batch_may_be_of_a_thousand_items(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, product) = (
        id(&server.post("/v1/customers", json!({})).await.ok()),
        id(&server.post("/v1/products", json!({"name": "Calls"})).await.ok()),
    );
    server.saved(&customer, "4242424242424242").await;
    let price = json!({"productId": product, "amount": 10, "currency": "EUR",
        "recurring": {"interval": "month", "usageType": "metered"}});
    let price = id(&server.post("/v1/prices", price).await.ok());
    let subscribe = json!({"customerId": customer, "priceId": price});
    let mut records = Vec::new();
    for _ in 0..40 {
        for made in join_all((0..25).map(|_| server.post("/v1/subscriptions", subscribe.clone()))).await {
            let item = made.ok()["items"][0]["id"].clone();
            records.push(json!({"subscriptionItemId": item, "quantity": 1, "identifier": "first"}));
        }
    }
    let batch = server.post("/v1/usage/batch", json!({"records": records})).await.ok();
    let is_recorded = |one: &Value| one["status"] == "recorded";
    assert!(batch["data"].as_array().expect("answers").iter().all(is_recorded));
    let last = records[999]["subscriptionItemId"].as_str().expect("an item");
    assert_eq!(newest(&server, last).await, (1, 1));
}

async fn usage_may_be_an_hour_late_and_five_minutes_ahead(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (_, item) = metered(&server, "sum").await;
    let refused = async |timestamp: &str| {
        let body = json!({"subscriptionItemId": item, "quantity": 1, "timestamp": timestamp});
        let refused = server.post("/v1/usage", body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "usage_timestamp_invalid"), "{timestamp}");
        assert_eq!(refused.json()["error"]["param"], "timestamp");
    };
    used(&server, &item, json!({"quantity": 1, "timestamp": "2026-01-01T00:04:00Z"})).await;
    refused("2026-01-01T00:06:00Z").await;
    refused("2025-12-31T23:59:59Z").await;
    // Half an hour into February: January is being invoiced.
    server.advance(31 * DAY + HOUR / 2).await;
    used(&server, &item, json!({"quantity": 10, "timestamp": "2026-01-31T23:00:00Z"})).await;
    used(&server, &item, json!({"quantity": 100})).await;
    server.advance(HOUR / 2 + 60).await;
    refused("2026-01-31T23:00:00Z").await;
    used(&server, &item, json!({"quantity": 100, "timestamp": "2026-02-01T00:00:00Z"})).await;
    let all = summaries(&server, &item).await;
    let shown: Vec<_> = all.iter().map(|one| (one["period"]["start"].as_str(), one["quantity"].as_i64())).collect();
    let expected = [(Some("2026-02-01T00:00:00Z"), Some(200)), (Some("2026-01-01T00:00:00Z"), Some(11))];
    assert_eq!(shown, expected, "the newest first");
    assert_eq!(all[1]["period"]["end"], "2026-02-01T00:00:00Z");
    let older = format!("/v1/subscription-items/{item}/usage-summaries?limit=1&startingAfter={}", id(&all[0]));
    assert_eq!(server.get(&older).await.ok()["data"], json!([all[1]]));
}

async fn usage_comes_to_what_its_price_says(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    server.advance(DAY).await;
    for (aggregate, expected) in [("sum", 6), ("max", 7), ("last_during_period", 2)] {
        let (_, item) = metered(&server, aggregate).await;
        used(&server, &item, json!({"quantity": 5})).await;
        used(&server, &item, json!({"quantity": 7})).await;
        used(&server, &item, json!({"quantity": 4, "action": "set"})).await;
        used(&server, &item, json!({"quantity": 2})).await;
        assert_eq!(newest(&server, &item).await, (expected, 4), "{aggregate}");
        assert_eq!(summaries(&server, &item).await[0]["aggregateUsage"], aggregate);
    }
    let (_, item) = metered(&server, "sum").await;
    server.advance(HOUR).await;
    let at = |minutes: i64| json!(format!("2026-01-02T00:{minutes:02}:00Z"));
    let records: Vec<Value> = [("set", 100, 30), ("increment", 3, 20), ("set", 50, 10), ("increment", 5, 40)]
        .iter()
        .map(|(action, quantity, minute)| {
            json!({"subscriptionItemId": item, "quantity": quantity, "action": action, "timestamp": at(*minute)})
        })
        .collect();
    server.post("/v1/usage/batch", json!({"records": records})).await.ok();
    assert_eq!(newest(&server, &item).await, (105, 4), "what was used before a set is in it");
}

async fn what_is_measured_at_once_comes_to_the_largest_and_the_latest(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    server.advance(DAY).await;
    let ((_, largest), (_, latest), (_, set)) =
        (metered(&server, "max").await, metered(&server, "last_during_period").await, metered(&server, "sum").await);
    server.advance(HOUR).await;
    let at = |minute: i64| json!(format!("2026-01-02T00:{minute:02}:00Z"));
    let reports = (1..=20).flat_map(|nth| {
        let minute = nth * 7 % 20;
        [
            json!({"subscriptionItemId": largest, "quantity": nth * 7 % 20, "timestamp": at(nth)}),
            json!({"subscriptionItemId": latest, "quantity": minute, "timestamp": at(minute)}),
            json!({"subscriptionItemId": set, "quantity": minute * 10, "timestamp": at(minute), "action": "set"}),
        ]
    });
    join_all(reports.map(|report| server.post("/v1/usage", report))).await.iter().for_each(|one| {
        one.ok();
    });
    assert_eq!(newest(&server, &largest).await, (19, 20));
    assert_eq!(newest(&server, &latest).await, (19, 20));
    assert_eq!(newest(&server, &set).await, (190, 20));
}

async fn what_cannot_be_used_is_refused(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (subscription, item) = metered(&server, "sum").await;
    let product = server.post("/v1/products", json!({"name": "Starter"})).await.ok();
    let fixed =
        json!({"productId": product["id"], "amount": 100, "currency": "EUR", "recurring": {"interval": "month"}});
    let fixed = id(&server.post("/v1/prices", fixed).await.ok());
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    server.saved(&customer, "4242424242424242").await;
    let licensed = server.post("/v1/subscriptions", json!({"customerId": customer, "priceId": fixed})).await.ok();
    let (one, other) = (price(&server, "sum", "month").await, price(&server, "max", "month").await);
    let both = json!({"customerId": customer, "items": [{"priceId": one}, {"priceId": other}]});
    let both = server.post("/v1/subscriptions", both).await.ok();
    for (ask, status, code, param) in [
        (json!({"subscriptionItemId": licensed["items"][0]["id"]}), 422, "usage_not_metered", "subscriptionItemId"),
        (json!({"subscriptionId": licensed["id"]}), 422, "usage_not_metered", "subscriptionId"),
        (json!({"subscriptionId": both["id"]}), 400, "parameter_missing", "subscriptionItemId"),
        (json!({"subscriptionId": "sub_nobodys"}), 404, "resource_missing", "subscriptionId"),
        (json!({"subscriptionItemId": "si_nobodys"}), 404, "resource_missing", "subscriptionItemId"),
        (json!({"subscriptionItemId": item, "quantity": 1_000_000_000_001_i64}), 400, "parameter_invalid", "quantity"),
        (json!({"subscriptionItemId": item, "identifier": "x".repeat(256)}), 400, "parameter_invalid", "identifier"),
        (json!({}), 400, "parameter_missing", "subscriptionItemId"),
    ] {
        let mut body = json!({"quantity": 1});
        body.as_object_mut().expect("an object").extend(ask.as_object().expect("an object").clone());
        let refused = server.post("/v1/usage", body).await;
        assert_eq!((refused.status, refused.code().as_str()), (status, code), "{ask}");
        assert_eq!(refused.json()["error"]["param"], param, "{ask}");
    }
    let path = format!("/v1/subscriptions/{subscription}");
    server.call(Method::DELETE, &path, Some(&server.secret_key), &[], None).await.ok();
    let ended = server.post("/v1/usage", json!({"subscriptionItemId": item, "quantity": 1})).await;
    assert_eq!((ended.status, ended.code().as_str()), (422, "usage_timestamp_invalid"));
    let nobodys = server.get("/v1/subscription-items/si_nobodys/usage-summaries").await;
    assert_eq!((nobodys.status, nobodys.code().as_str()), (404, "resource_missing"));
}

async fn what_is_refused_in_a_batch_spoils_nothing(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (_, item) = metered(&server, "sum").await;
    let malformed = json!({"records": [
        {"subscriptionItemId": item, "quantity": 1},
        {"subscriptionItemId": item, "quantity": "many"},
    ]});
    let refused = server.post("/v1/usage/batch", malformed).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"));
    assert_eq!(refused.json()["error"]["param"], "records.1.quantity");
    assert_eq!(summaries(&server, &item).await, Vec::<Value>::new(), "what is not a batch is not recorded in part");
    let none = json!({"records": [{"subscriptionItemId": item, "quantity": -1}]});
    server.post("/v1/usage/batch", none).await.ok();
    assert_eq!(summaries(&server, &item).await, Vec::<Value>::new(), "a batch of nothing right records nothing");
}
