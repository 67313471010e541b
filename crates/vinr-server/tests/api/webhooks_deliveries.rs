//! Deliveries: tests, redelivery, disabling, isolation, and three kinds of receivers.

use std::time::Duration;

use serde_json::{Value, json};
use vinr_core::time::Timestamp;

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::{Delivery, Merchant, id, until, until_field};

on_both_engines!(
    a_test_goes_to_its_endpoint_alone,
    a_delivery_and_an_event_can_be_delivered_again,
    a_redelivery_has_the_events_id_and_a_signature_of_its_own_time,
    an_endpoint_that_is_gone_is_disabled,
    five_days_of_failing_disable_an_endpoint,
    an_endpoint_that_fails_is_disabled_after_five_days_also_when_nothing_more_is_sent,
    after_three_days_a_delivery_has_failed_and_can_be_redelivered,
    a_removed_endpoint_ends_what_was_on_its_way,
    a_slow_endpoint_delays_no_other,
    a_first_attempt_comes_soon_after_the_commit,
    a_first_attempt_keeps_what_its_commit_wrote,
    what_only_rows_know_is_found_by_polling,
    the_log_shows_what_was_answered,
    a_busy_merchant_says_when_to_come_back,
);

async fn deliveries(server: &Server, endpoint: &Value) -> Vec<Value> {
    let shown = server.get(&format!("/v1/webhooks/{}/deliveries", id(endpoint))).await.ok();
    shown["data"].as_array().expect("a list").clone()
}

/// Waits until all deliveries of an endpoint stand like this.
async fn settled(server: &Server, endpoint: &Value, count: usize, status: &str) -> Vec<Value> {
    until(|| async {
        let all = deliveries(server, endpoint).await;
        (all.len() == count && all.iter().all(|one| one["status"] == status)).then_some(all)
    })
    .await
}

async fn a_test_goes_to_its_endpoint_alone(engine: Engine) {
    let server = Server::start(engine).await;
    let (one, other) = (Merchant::start().await, Merchant::start().await);
    let endpoint = one.register(&server, &["payment.failed"]).await;
    let bystander = other.register(&server, &["*"]).await;
    server.post(&format!("/v1/webhooks/{}/test", id(&endpoint)), json!({})).await.ok();
    let got = one.wait(1).await;
    assert_eq!((&got[0].event()["type"], &got[0].event()["data"]["id"]), (&json!("webhook.test"), &endpoint["id"]));
    assert_eq!(got[0].event()["data"]["secret"], Value::Null);
    settled(&server, &endpoint, 1, "delivered").await;
    assert!(deliveries(&server, &bystander).await.is_empty());
}

async fn a_delivery_and_an_event_can_be_delivered_again(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    server.paid(1000, "pm_test_4242").await;
    let first = settled(&server, &endpoint, 1, "delivered").await;
    let again = format!("/v1/webhook-deliveries/{}/redeliver", id(&first[0]));
    assert_eq!(server.post(&again, json!({})).await.ok()["status"], "pending");
    merchant.wait(2).await;
    let event = first[0]["eventId"].as_str().expect("an id");
    let made = server.post(&format!("/v1/events/{event}/redeliver"), json!({})).await.ok();
    assert_eq!(made["data"][0]["eventId"], event);
    let got = merchant.wait(3).await;
    assert!(got.iter().all(|one| one.body == got[0].body), "the same bytes each time");
    let all = settled(&server, &endpoint, 2, "delivered").await;
    assert_eq!(all.iter().map(|one| one["attempts"].as_i64().unwrap_or(0)).sum::<i64>(), 3);
    assert_eq!(server.post("/v1/events/evt_none/redeliver", json!({})).await.code(), "resource_missing");
    assert_eq!(server.post("/v1/webhook-deliveries/whd_none/redeliver", json!({})).await.code(), "resource_missing");
}

/// spec/traps.md, section 16.
async fn a_redelivery_has_the_events_id_and_a_signature_of_its_own_time(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    server.paid(1000, "pm_test_4242").await;
    let first = settled(&server, &endpoint, 1, "delivered").await;
    let again = format!("/v1/webhook-deliveries/{}/redeliver", id(&first[0]));
    let time = |delivery: &Delivery| delivery.header("webhook-timestamp").to_owned();
    // Time is told in seconds: one that has the first one's second says nothing.
    for count in 2..2_000 {
        server.post(&again, json!({})).await.ok();
        let got = merchant.wait(count).await;
        settled(&server, &endpoint, 1, "delivered").await;
        let (one, other) = (&got[0], &got[count - 1]);
        assert_eq!((other.header("webhook-id"), &other.body), (one.header("webhook-id"), &one.body));
        if time(other) != time(one) {
            assert!(time(other) > time(one));
            assert_eq!(other.header("x-vinr-signature").split(',').next(), Some(format!("t={}", time(other)).as_str()));
            for name in ["x-vinr-signature", "webhook-signature"] {
                assert_ne!(other.header(name), one.header(name), "{name}");
            }
            return;
        }
    }
    panic!("two thousand redeliveries within a second");
}

async fn an_endpoint_that_is_gone_is_disabled(engine: Engine) {
    let server = Server::start(engine).await;
    let (gone, witness) = (Merchant::start().await, Merchant::start().await);
    gone.answers(410);
    let endpoint = gone.register(&server, &["payment.completed", "webhook_endpoint.disabled"]).await;
    witness.register(&server, &["webhook_endpoint.disabled"]).await;
    server.paid(1000, "pm_test_4242").await;
    let told = witness.wait(1).await[0].event();
    assert_eq!((&told["data"]["id"], &told["data"]["disabledReason"]), (&endpoint["id"], &json!("gone")));
    let failed = settled(&server, &endpoint, 1, "failed").await;
    server.paid(1000, "pm_test_4242").await;
    assert_eq!(deliveries(&server, &endpoint).await.len(), 1, "it receives nothing any more");
    let again = format!("/v1/webhook-deliveries/{}/redeliver", id(&failed[0]));
    assert_eq!(server.post(&again, json!({})).await.code(), "endpoint_disabled");
    assert_eq!(
        server.post(&format!("/v1/webhooks/{}/test", id(&endpoint)), json!({})).await.code(),
        "endpoint_disabled"
    );
    assert_eq!(gone.got().len(), 1);
}

async fn five_days_of_failing_disable_an_endpoint(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    merchant.answers(500);
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    let path = format!("/v1/webhooks/{}", id(&endpoint));
    for _ in 0..2 {
        server.paid(1000, "pm_test_4242").await;
        server.advance(3 * 86_400 - 60).await;
    }
    let disabled = server.get(&path).await.ok();
    assert_eq!((&disabled["status"], &disabled["disabledReason"]), (&json!("disabled"), &json!("failing")));
    settled(&server, &endpoint, 2, "failed").await;
    let events = server.get("/v1/events?type=webhook_endpoint.disabled").await.ok();
    assert_eq!(events["data"].as_array().map(Vec::len), Some(1));
}

async fn an_endpoint_that_fails_is_disabled_after_five_days_also_when_nothing_more_is_sent(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    merchant.answers(500);
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    let path = format!("/v1/webhooks/{}", id(&endpoint));
    server.paid(1000, "pm_test_4242").await;
    server.advance(5 * 86_400 - 3_600).await;
    assert_eq!(server.get(&path).await.ok()["status"], "enabled");
    let asked = merchant.got().len();
    server.advance(2 * 3_600).await;
    let disabled = server.get(&path).await.ok();
    assert_eq!((&disabled["status"], &disabled["disabledReason"]), (&json!("disabled"), &json!("failing")));
    assert_eq!(merchant.got().len(), asked, "no attempt told it");

    // Enabled again it begins anew, and one that has recovered is left alone.
    merchant.answers(200);
    server.patch(&path, json!({"status": "enabled"})).await.ok();
    server.paid(1000, "pm_test_4242").await;
    server.advance(6 * 86_400).await;
    assert_eq!(server.get(&path).await.ok()["status"], "enabled");
}

async fn after_three_days_a_delivery_has_failed_and_can_be_redelivered(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    merchant.answers(500);
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    server.paid(1000, "pm_test_4242").await;
    server.advance(3 * 86_400 + 3_600).await;
    let failed = settled(&server, &endpoint, 1, "failed").await;
    // 8 gaps of up to 4 hours take about 7 hours 43 minutes; every 8 hours after that, and once more at the end.
    let attempts = merchant.got().len();
    assert!((16..=19).contains(&attempts), "{attempts} attempts");
    assert_eq!(failed[0]["attempts"], attempts);
    merchant.answers(200);
    server.post(&format!("/v1/webhook-deliveries/{}/redeliver", id(&failed[0])), json!({})).await.ok();
    settled(&server, &endpoint, 1, "delivered").await;
    let recovered = server.get(&format!("/v1/webhooks/{}", id(&endpoint))).await.ok();
    assert_eq!(recovered["failingSince"], Value::Null);
}

async fn a_removed_endpoint_ends_what_was_on_its_way(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    merchant.answers(500);
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    server.paid(1000, "pm_test_4242").await;
    let delivery =
        until(|| async { deliveries(&server, &endpoint).await.into_iter().find(|one| one["attempts"] == 1) }).await;
    let path = format!("/v1/webhooks/{}", id(&endpoint));
    server.call(reqwest::Method::DELETE, &path, Some(&server.secret_key), &[], None).await.ok();
    let got = merchant.got().len();
    server.advance(3_600).await;
    let path = format!("/v1/webhook-deliveries/{}", id(&delivery));
    until_field(&server, &path, "/status", &json!("failed")).await;
    assert_eq!(merchant.got().len(), got, "nothing is sent after the removal");
}

async fn a_slow_endpoint_delays_no_other(engine: Engine) {
    let server = Server::start(engine).await;
    let (slow, quick) = (Merchant::start().await, Merchant::start().await);
    slow.takes(Duration::from_secs(10));
    slow.register(&server, &["payment.completed"]).await;
    quick.register(&server, &["payment.completed"]).await;
    let began = tokio::time::Instant::now();
    for n in 0..30 {
        server.paid(1000 + n, "pm_test_4242").await;
    }
    quick.wait(30).await;
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(slow.got().len(), 8, "an endpoint gets eight at a time");
}

async fn a_first_attempt_comes_soon_after_the_commit(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    merchant.register(&server, &["payment.completed"]).await;
    let mut waits = Vec::new();
    for n in 1..=9 {
        server.paid(1000, "pm_test_4242").await;
        let answered = tokio::time::Instant::now();
        merchant.wait(n).await;
        waits.push(answered.elapsed());
    }
    waits.sort();
    // Half of them, because a loaded machine may hold up any single one.
    assert!(waits[4] < Duration::from_millis(100), "{waits:?}");
}

/// It is recorded without reading the row again.
async fn a_first_attempt_keeps_what_its_commit_wrote(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    server.paid(1000, "pm_test_4242").await;
    let shown = settled(&server, &endpoint, 1, "delivered").await;
    let sql = "SELECT e.created_at, d.created_at, d.round_started_at, d.attempts, d.round_attempts, d.due_at, \
               d.wake_wall, d.event_type, d.lease_token FROM webhook_deliveries AS d \
               JOIN events AS e ON e.account = d.account AND e.id = d.event_id WHERE d.account = $1";
    let rows = server.app.db.query(sql, &[server.account.as_str().into()]).await.expect("the delivery");
    let [row] = rows.as_slice() else { panic!("{} deliveries", rows.len()) };
    assert_eq!([row.int(1), row.int(2)], [row.int(0); 2], "as old as its event");
    assert_eq!([row.int(3), row.int(4)], [1, 1]);
    assert_eq!((row.opt_int(5), row.opt_int(6), row.opt_text(8)), (None, None, None), "there is nothing left to do");
    assert_eq!((row.text(7), &shown[0]["eventType"]), ("payment.completed", &json!("payment.completed")));
}

async fn what_only_rows_know_is_found_by_polling(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    merchant.answers(500);
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    server.paid(1000, "pm_test_4242").await;
    merchant.wait(1).await;
    merchant.answers(200);
    // The retry is known to its row alone: five seconds later, by the wall's clock, the poll finds it.
    let all = settled(&server, &endpoint, 1, "delivered").await;
    assert_eq!(all[0]["attempts"], 2);
}

async fn the_log_shows_what_was_answered(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    server.paid(1000, "pm_test_4242").await;
    let all = settled(&server, &endpoint, 1, "delivered").await;
    let shown = server.get(&format!("/v1/webhook-deliveries/{}", id(&all[0]))).await.ok();
    let log = shown["attemptLog"].as_array().expect("a log");
    assert_eq!((log.len(), &log[0]["responseStatus"], &log[0]["error"]), (1, &json!(200), &Value::Null));
    let filtered = format!("/v1/webhooks/{}/deliveries?status=failed", id(&endpoint));
    assert_eq!(server.get(&filtered).await.ok()["data"], json!([]));
}

/// In seconds or as a date, at 429 and 503.
async fn a_busy_merchant_says_when_to_come_back(engine: Engine) {
    let server = Server::start(engine).await;
    let now = server.app.env.wall().millis();
    let in_two_hours = u64::try_from(now).expect("after 1970") / 1000 + 7_200;
    let date = httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(in_two_hours));
    for (status, wanted, hours) in [(503, date.as_str(), 2), (429, &date, 2), (503, "3600", 1), (500, &date, 0)] {
        let merchant = Merchant::start().await;
        merchant.answers(status);
        merchant.wants(wanted);
        let endpoint = merchant.register(&server, &["payment.completed"]).await;
        server.paid(1000, "pm_test_4242").await;
        let delivery =
            until(|| async { deliveries(&server, &endpoint).await.into_iter().find(|one| one["attempts"] == 1) }).await;
        let instant = |name: &str| Timestamp::parse(delivery[name].as_str().expect("a time")).expect("a time");
        let wait = instant("nextAttemptAt").since(instant("lastAttemptAt")).millis();
        let expected = hours * 3_600_000;
        assert!((expected - 5_000..expected + 10_000).contains(&wait), "{status} {wanted}: {wait} ms");
    }
}
