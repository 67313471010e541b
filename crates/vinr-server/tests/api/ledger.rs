//! What the proof of the ledger finds when somebody has touched a row.

use vinr_store::Value;

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(a_touched_row_is_found_and_named, a_large_ledger_is_read_to_its_end);

async fn a_touched_row_is_found_and_named(engine: Engine) {
    let server = Server::start(engine).await;
    let payment = server.paid(1_000, "pm_test_4242").await;
    let id = payment["id"].as_str().expect("an id");
    server.post("/v1/refunds", serde_json::json!({"paymentId": id, "amount": 300})).await.ok();
    server.post(&format!("/v1/test/payments/{id}/dispute"), serde_json::json!({"amount": 200})).await.ok();
    assert_eq!(differences(&server).await, Vec::<String>::new());
    let touched = [
        ("UPDATE balances SET posted = posted + 1 WHERE id = 'fees:EUR'", "fees:EUR"),
        (
            "UPDATE balance_transactions SET net = net + 1 WHERE type = 'payment'",
            "balance transactions in EUR as settled",
        ),
        ("UPDATE payments SET amount_captured = 999", "captured"),
        ("UPDATE payments SET fee = fee + 1", "fee"),
        ("UPDATE payments SET amount_capturable = 1", "held"),
        ("UPDATE payments SET amount_refunded = 299", "refunded"),
        ("UPDATE refunds SET status = 'failed'", "refunds"),
        ("UPDATE payments SET amount_disputed = 199", "disputed"),
        ("UPDATE disputes SET status = 'won'", "disputes"),
        ("UPDATE payments SET amount_disputed = 5000", "given back"),
        ("DELETE FROM events WHERE sequence = 1", "event numbers"),
        ("UPDATE counters SET sequence = sequence - 1", "event numbers"),
    ];
    for (sql, subject) in touched {
        let before = differences(&server).await;
        assert_eq!(server.app.db.prune(sql, &[]).await.expect("one row"), 1, "{sql}");
        let found: Vec<_> = differences(&server).await.into_iter().filter(|one| !before.contains(one)).collect();
        let named = match subject {
            "captured" | "fee" | "held" | "refunded" | "refunds" | "disputed" | "disputes" | "given back" => {
                format!("{id} {subject}")
            }
            other => other.to_owned(),
        };
        assert!(found.iter().any(|one| one.contains(&named)), "{sql}: {found:?}");
    }
}

/// More transfers and payments than a page holds: the last one counts like the first.
async fn a_large_ledger_is_read_to_its_end(engine: Engine) {
    const COPY: &str = "INSERT INTO transfers (account, id, source_id, debit, credit, unit, amount, phase, held, created_at) \
         SELECT account, id || $1, source_id, debit, credit, unit, 0, phase, held, created_at FROM transfers \
         WHERE debit = 'network'";
    let server = Server::start(engine).await;
    server.paid(1_000, "pm_test_4242").await;
    for doubling in 0..13 {
        server.app.db.prune(COPY, &[Value::from(format!("_{doubling}"))]).await.expect("copies");
    }
    assert_eq!(differences(&server).await, Vec::<String>::new());
    let last = "UPDATE transfers SET amount = 7 WHERE id = (SELECT MAX(id) FROM transfers WHERE debit = 'network')";
    assert_eq!(server.app.db.prune(last, &[]).await.expect("one row"), 1);
    let found = differences(&server).await;
    assert!(found.iter().any(|one| one.contains("network:EUR")), "{found:?}");
    assert!(found.iter().any(|one| one.contains("captured")), "{found:?}");
}

async fn differences(server: &Server) -> Vec<String> {
    let found = vinr_server::ledger::verify(&server.app.db, |_| {}).await.expect("a proof");
    found.iter().map(ToString::to_string).collect()
}
