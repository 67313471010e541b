//! Timers while one of them cannot be fired.

use std::sync::atomic::Ordering;

use serde_json::{Value, json};
use vinr_core::time::Span;
use vinr_server::env::WallClock;

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::until;

on_both_engines!(
    a_timer_whose_decision_panics_is_parked_and_holds_up_no_other,
    a_worker_that_ends_by_itself_is_noticed,
);

fn pass(server: &Server, time: Span) {
    let WallClock::Set(shown_ms) = &server.app.env.clock else { panic!("a clock that can be set") };
    shown_ms.fetch_add(time.millis(), Ordering::Relaxed);
}

async fn payment(server: &Server) -> Value {
    server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok()
}

async fn a_timer_whose_decision_panics_is_parked_and_holds_up_no_other(engine: Engine) {
    let server = Server::start_at(engine, "2026-05-01T12:00:00Z").await;
    let (broken, sound) = (payment(&server).await, payment(&server).await);
    let broken = broken["id"].as_str().expect("an id");
    // Nothing of ours writes this; whoever reads the row finds an assertion violated.
    let spoil = "UPDATE payments SET currency = 'no such' WHERE id = $1";
    assert_eq!(server.app.db.prune(spoil, &[broken.into()]).await.expect("an update"), 1);
    let path = format!("/v1/payments/{}", sound["id"].as_str().expect("an id"));
    pass(&server, Span::hours(25));
    until(|| async { (server.get(&path).await.ok()["status"] == "expired").then_some(()) }).await;
    for tries in 1..=5 {
        let job = || async {
            let sql = "SELECT tries, parked FROM jobs WHERE id = $1";
            let rows = server.app.db.query(sql, &[broken.into()]).await.expect("rows");
            (rows[0].int(0), rows[0].int(1))
        };
        until(|| async { (job().await.0 == tries).then_some(()) }).await;
        assert_eq!(job().await.1, i64::from(tries == 5), "a person has to look in the end");
        pass(&server, Span::minutes(1));
    }
    let metrics = server.http.get(format!("{}/metrics", server.url)).send().await.expect("an answer");
    let metrics = metrics.text().await.expect("text");
    assert!(metrics.contains("\nvinr_timers_parked 1\n") && metrics.contains("\nvinr_timers_due 0\n"), "{metrics}");
    pass(&server, Span::days(1));
    until(|| async {
        let sql = "SELECT tries FROM jobs WHERE id = $1";
        let rows = server.app.db.query(sql, &[broken.into()]).await.expect("rows");
        (rows[0].int(0) == 6).then_some(())
    })
    .await;
}

async fn a_worker_that_ends_by_itself_is_noticed(engine: Engine) {
    let server = Server::start(engine).await;
    payment(&server).await;
    // What finds timers reads all accounts at once, and this is the id of none.
    let spoil = "UPDATE jobs SET account = 'no account', wake_wall = 0";
    assert_eq!(server.app.db.prune(spoil, &[]).await.expect("an update"), 1);
    let why = server.app.broken().await;
    assert!(why.contains("timers"), "{why}");
}
