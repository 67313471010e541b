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
    what_was_used_is_billed_on_the_invoice_of_the_next_period_with_what_arrives_late,
    a_draft_that_is_finalized_early_takes_no_more_usage,
    who_ends_a_subscription_pays_at_once_for_what_was_used,
    an_item_that_goes_is_billed_for_what_was_used,
    what_is_used_in_a_trial_costs_nothing,
    usage_that_arrives_while_it_is_invoiced_is_billed_or_refused,
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

async fn metered_each(server: &Server, aggregate: &str, interval: &str) -> (String, String) {
    let price = price(server, aggregate, interval).await;
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    server.saved(&customer, "4242424242424242").await;
    let made = server.post("/v1/subscriptions", json!({"customerId": customer, "priceId": price})).await.ok();
    (id(&made), made["items"][0]["id"].as_str().expect("an item").to_owned())
}

async fn price(server: &Server, aggregate: &str, interval: &str) -> String {
    let product = server.post("/v1/products", json!({"name": "Calls"})).await.ok();
    let recurring = json!({"interval": interval, "usageType": "metered", "aggregateUsage": aggregate});
    let body = json!({"productId": product["id"], "amount": 10, "currency": "EUR", "recurring": recurring});
    id(&server.post("/v1/prices", body).await.ok())
}

/// Reports usage of an item.
async fn used(server: &Server, item: &str, mut report: Value) -> Value {
    report["subscriptionItemId"] = json!(item);
    server.post("/v1/usage", report).await.ok()
}

/// The summaries of an item, newest first.
async fn summaries(server: &Server, item: &str) -> Vec<Value> {
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

/// A subscription's invoices, oldest first.
async fn invoices(server: &Server, subscription: &str) -> Vec<Value> {
    let listed = server.get(&format!("/v1/invoices?subscriptionId={subscription}&limit=100")).await.ok();
    listed["data"].as_array().expect("invoices").iter().rev().cloned().collect()
}

/// Quantity and amount of each line.
fn lines(invoice: &Value) -> Vec<(i64, i64)> {
    let number = |line: &Value, name: &str| line[name].as_i64().expect("a number");
    let all = invoice["lines"].as_array().expect("lines").iter();
    all.map(|line| (number(line, "quantity"), number(line, "amount"))).collect()
}

async fn what_was_used_is_billed_on_the_invoice_of_the_next_period_with_what_arrives_late(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (subscription, item) = metered(&server, "sum").await;
    let first = invoices(&server, &subscription).await;
    assert_eq!((first.len(), lines(&first[0])), (1, vec![]), "the first invoice has no usage line");
    used(&server, &item, json!({"quantity": 100})).await;
    server.advance(31 * DAY + HOUR / 2).await;
    let draft = &invoices(&server, &subscription).await[1];
    assert_eq!((&draft["status"], lines(draft)), (&json!("draft"), vec![(100, 1000)]));
    used(&server, &item, json!({"quantity": 23, "timestamp": "2026-01-31T20:00:00Z"})).await;
    used(&server, &item, json!({"quantity": 500})).await;
    server.advance(HOUR).await;
    let invoice = &invoices(&server, &subscription).await[1];
    assert_eq!((&invoice["status"], lines(invoice)), (&json!("paid"), vec![(123, 1230)]));
    assert_eq!((&invoice["amountDue"], &invoice["amountPaid"]), (&json!(1230), &json!(1230)));
    let period = json!({"start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"});
    assert_eq!(invoice["lines"][0]["period"], period, "of the month in which it was used");
    let all = summaries(&server, &item).await;
    let shown: Vec<_> = all.iter().map(|one| (one["quantity"].as_i64(), one["invoiced"].as_bool())).collect();
    assert_eq!(shown, [(Some(500), Some(false)), (Some(123), Some(true))]);
    server.advance(28 * DAY).await;
    assert_eq!(lines(&invoices(&server, &subscription).await[2]), [(500, 5000)]);
    server.advance(31 * DAY).await;
    let unused = &invoices(&server, &subscription).await[3];
    assert_eq!((&unused["status"], lines(unused)), (&json!("paid"), vec![(0, 0)]), "a month in which nothing was used");
    server.assert_ledger().await;
}

async fn a_draft_that_is_finalized_early_takes_no_more_usage(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (subscription, item) = metered(&server, "sum").await;
    let first = used(&server, &item, json!({"quantity": 100, "identifier": "one"})).await;
    server.advance(31 * DAY + 60).await;
    let draft = id(&invoices(&server, &subscription).await[1]);
    let paid = server.post(&format!("/v1/invoices/{draft}/finalize"), json!({})).await.ok();
    assert_eq!((&paid["status"], lines(&paid)), (&json!("paid"), vec![(100, 1000)]));
    let late = json!({"subscriptionItemId": item, "quantity": 1, "timestamp": "2026-01-31T23:00:00Z"});
    let refused = server.post("/v1/usage", late).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "usage_timestamp_invalid"));
    let again = json!({"quantity": 1, "identifier": "one", "timestamp": "2026-01-31T23:00:00Z"});
    assert_eq!(used(&server, &item, again).await, first, "a repeat is no news");
    used(&server, &item, json!({"quantity": 1})).await;
}

async fn who_ends_a_subscription_pays_at_once_for_what_was_used(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (subscription, item) = metered(&server, "max").await;
    server.advance(10 * DAY).await;
    used(&server, &item, json!({"quantity": 70})).await;
    used(&server, &item, json!({"quantity": 60})).await;
    let path = format!("/v1/subscriptions/{subscription}");
    server.call(Method::DELETE, &path, Some(&server.secret_key), &[], None).await.ok();
    let all = invoices(&server, &subscription).await;
    assert_eq!((all.len(), &all[1]["status"], lines(&all[1])), (2, &json!("paid"), vec![(70, 700)]));
    assert_eq!(all[1]["lines"][0]["period"]["end"], "2026-01-11T00:00:00Z");
    assert_eq!(summaries(&server, &item).await[0]["invoiced"], true);
    server.advance(40 * DAY).await;
    assert_eq!(invoices(&server, &subscription).await.len(), 2, "that was the last one");
    let (ending, item) = metered(&server, "sum").await;
    used(&server, &item, json!({"quantity": 8})).await;
    server.patch(&format!("/v1/subscriptions/{ending}"), json!({"cancelAtPeriodEnd": true})).await.ok();
    server.advance(31 * DAY).await;
    let all = invoices(&server, &ending).await;
    assert_eq!((&all[1]["status"], lines(&all[1])), (&json!("paid"), vec![(8, 80)]), "at the period's end as well");
    server.assert_ledger().await;
}

async fn an_item_that_goes_is_billed_for_what_was_used(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (subscription, item) = metered(&server, "sum").await;
    used(&server, &item, json!({"quantity": 100})).await;
    let product = server.post("/v1/products", json!({"name": "Flat"})).await.ok();
    let flat =
        json!({"productId": product["id"], "amount": 3100, "currency": "EUR", "recurring": {"interval": "month"}});
    let flat = id(&server.post("/v1/prices", flat).await.ok());
    server.advance(10 * DAY).await;
    let path = format!("/v1/subscriptions/{subscription}");
    let changes = json!({"items": [{"priceId": flat}], "prorationBehavior": "always_invoice"});
    server.patch(&path, changes).await.ok();
    let all = invoices(&server, &subscription).await;
    assert_eq!((all.len(), lines(&all[1])), (2, vec![(1, 2100), (100, 1000)]), "21 of 31 days, and what was used");
    let gone = server.post("/v1/usage", json!({"subscriptionItemId": item, "quantity": 1})).await;
    assert_eq!((gone.status, gone.code().as_str()), (404, "resource_missing"));
    server.advance(22 * DAY).await;
    assert_eq!(lines(&invoices(&server, &subscription).await[2]), [(1, 3100)], "nothing of it twice");
    server.assert_ledger().await;
}

async fn what_is_used_in_a_trial_costs_nothing(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let price = price(&server, "sum", "month").await;
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    server.saved(&customer, "4242424242424242").await;
    let ask = json!({"customerId": customer, "priceId": price, "trialPeriodDays": 7});
    let made = server.post("/v1/subscriptions", ask).await.ok();
    let item = made["items"][0]["id"].as_str().expect("an item").to_owned();
    used(&server, &item, json!({"quantity": 100})).await;
    server.advance(7 * DAY + 2 * HOUR).await;
    used(&server, &item, json!({"quantity": 5})).await;
    let all = invoices(&server, &id(&made)).await;
    assert_eq!((all.len(), &all[1]["status"], lines(&all[1])), (2, &json!("paid"), vec![]));
    server.advance(31 * DAY + 2 * HOUR).await;
    assert_eq!(lines(&invoices(&server, &id(&made)).await[2]), [(5, 50)]);
    server.assert_ledger().await;
}

/// Whatever was answered with 200 is on the invoice.
async fn usage_that_arrives_while_it_is_invoiced_is_billed_or_refused(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    for round in 0..3 {
        let (subscription, item) = metered_each(&server, "sum", "day").await;
        used(&server, &item, json!({"quantity": 100})).await;
        server.advance(DAY + 60).await;
        let late = json!({"subscriptionItemId": item, "quantity": 1, "timestamp": last_moment(&server, &item).await});
        let draft = id(&invoices(&server, &subscription).await[1]);
        let reports = join_all((0..12).map(|_| server.post("/v1/usage", late.clone())));
        let path = format!("/v1/invoices/{draft}/finalize");
        let (reports, finalized) = tokio::join!(reports, server.post(&path, json!({})));
        let taken = reports.iter().filter(|report| report.status == 200).count();
        let refused = |report: &&crate::harness::Answer| report.code() == "usage_timestamp_invalid";
        assert_eq!(reports.iter().filter(refused).count(), 12 - taken, "round {round}");
        let billed = 100 + i64::try_from(taken).expect("few");
        assert_eq!(lines(&finalized.ok()), [(billed, billed * 10)], "round {round}");
    }
    server.assert_ledger().await;
}

/// The last second of the period that was open before the current one.
async fn last_moment(server: &Server, item: &str) -> String {
    let end = summaries(server, item).await[0]["period"]["end"].as_str().expect("an end").to_owned();
    let end = vinr_core::time::Timestamp::parse(&end).expect("an instant");
    vinr_core::time::Timestamp::from_seconds(end.seconds() - 1).rfc3339()
}
