//! The virtual clock while somebody else wants it too.

use std::time::Duration;

use serde_json::json;

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::{Merchant, id, until};

on_both_engines!(
    one_advance_at_a_time_while_other_requests_go_on,
    a_clock_that_has_moved_takes_the_timers_of_others_along,
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
