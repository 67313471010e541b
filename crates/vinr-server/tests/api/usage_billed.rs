//! Usage on invoices (spec/billing.md, Usage): a period's on the invoice that its end opens, with what arrives late, and nothing
//! of it lost or billed twice.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::loyalty::id;
use crate::subscriptions::invoices;
use crate::usage::{metered, metered_each, price, summaries, used};

on_both_engines!(
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
        let refused = |report: &&Answer| report.code() == "usage_timestamp_invalid";
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
