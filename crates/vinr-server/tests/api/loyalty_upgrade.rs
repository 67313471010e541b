//! What a database holds that is older than a change of its schema.

use serde_json::json;
use vinr_server::bootstrap::MIGRATIONS;

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::{a_point_for_each_euro, member, pays};

/// Awards as they were before they became a part of their payment, and one of them from what payments hold now.
const BEFORE: [&str; 3] = [
    "CREATE TABLE points_awards (account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, payment_id TEXT NOT NULL, \
     program_id TEXT NOT NULL, loyalty_account_id TEXT NOT NULL, transaction_id TEXT NOT NULL, points BIGINT NOT NULL, \
     clawed BIGINT NOT NULL, waived BIGINT NOT NULL, expires_at BIGINT, PRIMARY KEY (account, id))",
    "INSERT INTO points_awards (account, id, version, payment_id, program_id, loyalty_account_id, transaction_id, points, \
     clawed, waived, expires_at) SELECT account, payment_id || ':' || program_id, 1, payment_id, program_id, \
     loyalty_account_id, id, points, 0, 0, expires_at FROM points_transactions WHERE type = 'earn'",
    "UPDATE payments SET awards = NULL",
];

async fn awards_of_an_older_database_become_a_part_of_their_payments(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, _) = member(&server).await;
    pays(&server, &customer, 4200).await;
    server.post("/v1/loyalty/programs/prog_default", json!({"currency": {"expiryMonths": 12}})).await.ok();
    pays(&server, &customer, 900).await;
    let awards = async || {
        let rows = server.app.db.query("SELECT id, awards FROM payments ORDER BY id", &[]).await.expect("payments");
        rows.iter().map(|row| row.opt_text(1).map(str::to_owned)).collect::<Vec<_>>()
    };
    let now = awards().await;
    assert!(now.len() == 2 && now.iter().all(Option::is_some), "{now:?}");
    for text in BEFORE {
        server.app.db.prune(text, &[]).await.expect("an older database");
    }
    assert_eq!(awards().await, [None, None]);
    let step = MIGRATIONS.iter().find(|step| step.name == "0024_awards").expect("the step");
    for text in step.sql.split(';').filter(|text| !text.trim().is_empty() && !text.contains("ALTER TABLE")) {
        server.app.db.prune(text, &[]).await.unwrap_or_else(|error| panic!("{text}: {error}"));
    }
    assert_eq!(awards().await, now);
    server.assert_ledger().await;
}

on_both_engines!(awards_of_an_older_database_become_a_part_of_their_payments);
