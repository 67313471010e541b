//! The virtual clock while somebody else wants it too.

use std::time::Duration;

use serde_json::json;
use vinr_core::time::Timestamp;

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::{Merchant, id, until};

on_both_engines!(
    one_advance_at_a_time_while_other_requests_go_on,
    a_clock_that_has_moved_takes_the_timers_of_others_along,
    what_is_made_while_the_clock_sets_out_falls_due_on_its_way,
);

async fn one_advance_at_a_time_while_other_requests_go_on(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    merchant.answers(500);
    let endpoint = merchant.register(&server, &["payment.completed"]).await;
    server.paid(1000, "pm_test_4242").await;
    let deliveries = format!("/v1/webhooks/{}/deliveries", id(&endpoint));
    until(|| async { (server.get(&deliveries).await.ok()["data"][0]["attempts"] == 1).then_some(()) }).await;

    // The retry is due on the way, and takes its time.
    merchant.takes(Duration::from_secs(2));
    let first = server.post("/v1/test/clock/advance", json!({"seconds": 60}));
    let others = async {
        merchant.wait(2).await;
        let second = server.post("/v1/test/clock/advance", json!({"seconds": 1})).await;
        assert_eq!((second.status, second.code().as_str()), (409, "clock_advancing"));
        assert!(second.headers.contains_key("retry-after"));
        assert_eq!(server.paid(500, "pm_test_4242").await["status"], "completed");
    };
    let (first, ()) = futures_util::future::join(first, others).await;
    assert_eq!(first.ok()["object"], "test_clock");
    server.post("/v1/test/clock/advance", json!({"seconds": 1})).await.ok();
}

/// More timers than are brought along at once.
async fn a_clock_that_has_moved_takes_the_timers_of_others_along(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..1_005 {
        server.post("/v1/payments", json!({"amount": 100, "currency": "EUR"})).await.ok();
    }
    let offset_ms = server.advance(3_600).await["offsetSeconds"].as_i64().expect("seconds") * 1_000;
    let sql = "SELECT COUNT(*), SUM(CASE WHEN due_at - wake_wall BETWEEN $2 AND $2 + 999 THEN 1 ELSE 0 END) FROM jobs \
               WHERE account = $1";
    let rows = server.app.db.query(sql, &[server.account.as_str().into(), offset_ms.into()]).await.expect("a row");
    assert_eq!((rows[0].int(0), rows[0].int(1)), (1_005, 1_005));
}

/// The clock may not pass over a payment that was created between its look at what is due and its step (seed 9996 of the
/// simulator, before refunds were in it): each expires at its own moment.
async fn what_is_made_while_the_clock_sets_out_falls_due_on_its_way(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..12 {
        let body = json!({"amount": 100, "currency": "EUR"});
        let made = futures_util::future::join_all((0..24).map(|_| server.post("/v1/payments", body.clone())));
        let (made, ()) = futures_util::future::join(made, async {
            server.advance(3 * 86_400).await;
        })
        .await;
        assert!(made.iter().all(|one| one.status == 200));
    }
    server.advance(86_400).await;
    let mut after = 0;
    loop {
        let page = server.get(&format!("/v1/events?after={after}&type=payment.expired&limit=100")).await.ok();
        for event in page["data"].as_array().expect("a page") {
            let due = event["data"]["expiresAt"].as_str().expect("an instant");
            let due = Timestamp::parse(due).expect("an instant").seconds();
            let late = event["created"].as_i64().expect("seconds") - due;
            assert!((0..=2).contains(&late), "{late} s late: {event}");
            after = event["sequence"].as_i64().expect("a number");
        }
        if page["page"]["hasMore"] != true {
            break;
        }
    }
    assert!(after > 12 * 24, "all have expired");
}
