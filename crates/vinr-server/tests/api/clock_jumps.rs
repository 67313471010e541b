//! A host whose clock is set back or ahead while the server runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};
use vinr_server::env::{Env, WallClock};
use vinr_server::settings::Settings;
use vinr_server::{App, Listener};

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::{Merchant, id, until};

on_both_engines!(a_host_whose_clock_jumps_back_and_ahead_answers_rightly);

const HOUR_MS: i64 = 3_600_000;

async fn a_host_whose_clock_jumps_back_and_ahead_answers_rightly(engine: Engine) {
    let mut server = Server::start(engine).await;
    let shown_ms = Arc::new(AtomicI64::new(server.app.env.wall().millis()));
    set_by_hand(&mut server, &shown_ms).await;
    let merchant = Merchant::start().await;
    merchant.register(&server, &["payment.completed"]).await;

    let mut payments: Vec<Value> = Vec::new();
    for jump in [0, -2 * HOUR_MS, 0, 30 * 24 * HOUR_MS, -31 * 24 * HOUR_MS, 1] {
        shown_ms.fetch_add(jump, Ordering::Relaxed);
        payments.push(server.paid(1_000, "pm_test_4242").await);
        let pending = server.post("/v1/payments", json!({"amount": 100, "currency": "EUR"})).await.ok();
        let again = server.post_with_key("/v1/payments", "once", &json!({"amount": 7, "currency": "EUR"})).await;
        assert_eq!(again.ok()["amount"], 7);
        assert_eq!(pending["status"], "pending");
    }
    // Ids made later sort after earlier ones, whatever the clock showed, and each payment is there once.
    let ids: Vec<&str> = payments.iter().map(id).collect();
    assert!(ids.is_sorted(), "{ids:?}");
    let listed = server.get("/v1/payments?status=completed&limit=100").await.ok();
    assert_eq!(listed["data"].as_array().map(Vec::len), Some(payments.len()));
    // Events have no gap, and every one of them is delivered; the sandbox's clock still goes forward only.
    let before = server.get("/v1/test/clock").await.ok()["now"].as_str().expect("a time").to_owned();
    server.advance(3_600).await;
    let after = server.get("/v1/test/clock").await.ok()["now"].as_str().expect("a time").to_owned();
    assert!(before < after, "{before} and then {after}");
    until(|| async { (merchant.got().len() >= payments.len()).then_some(()) }).await;
    server.assert_ledger().await;
}

/// Serves the same database by a clock that is set by hand.
async fn set_by_hand(server: &mut Server, shown_ms: &Arc<AtomicI64>) {
    server.app.stop_workers().await;
    let env = &server.app.env;
    let env = Env::new(WallClock::Set(Arc::clone(shown_ms)), env.entropy.clone(), env.net.clone());
    server.app = App::new(env, server.app.db.clone(), Settings::clone(&server.app.settings));
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    server.url = format!("http://{}", socket.local_addr().expect("an address"));
    server.app.start_workers();
    let listener = Listener { socket, app: server.app.clone() };
    #[expect(clippy::disallowed_methods, reason = "the server of a test ends with its runtime")]
    tokio::spawn(vinr_server::serve(listener, std::future::pending()));
}
