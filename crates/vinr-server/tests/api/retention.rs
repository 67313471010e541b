//! What is past its retention goes, however much it is, and nothing else.

use serde_json::json;
use tokio::time::Instant;
use vinr_server::App;
use vinr_server::env::{Env, WallClock};
use vinr_server::settings::Settings;
use vinr_store::Value;

use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::{Merchant, until};

on_both_engines!(old_records_of_keys_and_attempts_are_removed);

const DAY_MS: i64 = 86_400_000;

async fn old_records_of_keys_and_attempts_are_removed(engine: Engine) {
    let server = Server::start(engine).await;
    let merchant = Merchant::start().await;
    merchant.register(&server, &["payment.created"]).await;
    server.post_with_key("/v1/payments", "young", &json!({"amount": 100, "currency": "EUR"})).await.ok();
    until(|| async { (rows(&server, "delivery_attempts").await == 1).then_some(()) }).await;
    age(&server).await;

    // 29 days later nothing is old but what was 30 days older.
    later(&server, 29, &[("idempotency", 1), ("delivery_attempts", 1)]).await;
    later(&server, 31, &[("idempotency", 0), ("delivery_attempts", 0)]).await;
    assert_eq!(server.get("/v1/payments").await.ok()["data"].as_array().map(Vec::len), Some(1));
}

/// Puts 1,234 copies of the record of a key and of an attempt 30 days back: more than one batch removes.
async fn age(server: &Server) {
    const RECORD: &str = "INSERT INTO idempotency (account, id, version, fingerprint, state, status, body, created_wall) \
         SELECT account, $1, version, fingerprint, state, status, body, created_wall - $2 FROM idempotency WHERE id = 'young'";
    const ATTEMPT: &str = "INSERT INTO delivery_attempts \
         (account, id, delivery_id, status, error, response_body, duration_ms, attempted_wall) \
         SELECT account, $1, delivery_id, status, error, response_body, duration_ms, attempted_wall - $2 \
         FROM delivery_attempts ORDER BY attempted_wall DESC LIMIT 1";
    for number in 0..1_234 {
        let params = [Value::from(format!("old{number}")), Value::from(30 * DAY_MS)];
        for sql in [RECORD, ATTEMPT] {
            assert_eq!(server.app.db.prune(sql, &params).await.expect("a copy"), 1);
        }
    }
}

/// Starts another process on the same database, so many days later, and waits until it has kept house.
async fn later(server: &Server, days: i64, left: &[(&str, i64)]) {
    let env = &server.app.env;
    let clock = WallClock::Simulated { epoch_ms: env.wall().millis() + days * DAY_MS, start: Instant::now() };
    let env = Env::new(clock, env.entropy.clone(), env.net.clone());
    let app = App::new(env, server.app.db.clone(), Settings::clone(&server.app.settings));
    app.start_workers();
    for (table, count) in left {
        until(|| async { (rows(server, table).await == *count).then_some(()) }).await;
    }
    app.stop_workers().await;
}

async fn rows(server: &Server, table: &str) -> i64 {
    let sql = match table {
        "idempotency" => "SELECT COUNT(*) FROM idempotency",
        "delivery_attempts" => "SELECT COUNT(*) FROM delivery_attempts",
        other => panic!("no count of {other}"),
    };
    server.app.db.query(sql, &[]).await.expect("a count")[0].int(0)
}
