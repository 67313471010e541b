//! What the proof of the ledger finds when somebody has touched a row.

use vinr_store::Value;

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_touched_row_is_found_and_named,
    what_breaks_an_invariant_of_money_is_found_and_named,
    money_that_no_payment_has_is_found,
    a_large_ledger_is_read_to_its_end,
);

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

/// The invariants of spec/traps.md, section 17, one after the other: each statement breaks one, and what it breaks is named.
async fn what_breaks_an_invariant_of_money_is_found_and_named(engine: Engine) {
    let broken = [
        // 3: what a payment took, cost, gave back and lost is on the lines of the balance.
        ("UPDATE balance_transactions SET source = 'pay_nobodys' WHERE type = 'payment'", "{id} captured by its line"),
        ("UPDATE balance_transactions SET fee = fee + 1, net = net - 1 WHERE type = 'payment'", "{id} fee by its line"),
        (
            "UPDATE balance_transactions SET amount = -299, net = -299 WHERE type = 'refund'",
            "{id} refunded by its lines",
        ),
        ("UPDATE balance_transactions SET amount = -201 WHERE type = 'dispute'", "{id} disputed by its lines"),
        ("UPDATE balance_transactions SET fee = 0, net = amount WHERE type = 'dispute'", "fees:EUR as settled"),
        // 4: 0 <= refunded + reserved <= captured <= authorized.
        ("UPDATE payments SET amount = 999", "{id} captured of what was authorized"),
        ("UPDATE payments SET amount_capturable = 1001", "{id} held of what was authorized"),
        ("UPDATE payments SET amount_refunded = -1", "{id} amounts"),
        ("UPDATE payments SET amount_refunded = 801", "{id} given back"),
        ("UPDATE payments SET status = 'authorized'", "{id} money"),
        ("UPDATE payments SET fee = NULL", "{id} money"),
        // 9: every change of money has exactly one event, and every event a change.
        ("UPDATE events SET type = 'payment.failed' WHERE type = 'payment.completed'", "events payment.completed"),
        ("UPDATE events SET type = 'payment.failed' WHERE type = 'payment.created'", "events payment.created"),
        ("UPDATE events SET type = 'payment.refunded' WHERE type = 'refund.created'", "events payment.refunded"),
        ("UPDATE events SET type = 'dispute.won' WHERE type = 'dispute.created'", "events dispute.won"),
        ("UPDATE payments SET status = 'expired'", "events payment.expired"),
    ];
    for (sql, subject) in broken {
        let server = Server::start(engine).await;
        let payment = server.paid(1_000, "pm_test_4242").await;
        let id = payment["id"].as_str().expect("an id");
        server.post("/v1/refunds", serde_json::json!({"paymentId": id, "amount": 300})).await.ok();
        server.post(&format!("/v1/test/payments/{id}/dispute"), serde_json::json!({"amount": 200})).await.ok();
        assert_eq!(differences(&server).await, Vec::<String>::new());
        assert_eq!(server.app.db.prune(sql, &[]).await.expect("one row"), 1, "{sql}");
        let (found, named) = (differences(&server).await, subject.replace("{id}", id));
        assert!(found.iter().any(|one| one.contains(&named)), "{sql}: {found:?}");
    }
}

/// Transfers that add up, with their balances, and no payment that they are of (spec/traps.md, section 17, number 3).
async fn money_that_no_payment_has_is_found(engine: Engine) {
    const TRANSFER: &str = "INSERT INTO transfers (account, id, source_id, debit, credit, unit, amount, phase, held, created_at) \
         SELECT account, id || '_x', 'pay_nobodys', debit, credit, unit, amount, phase, held, created_at \
         FROM transfers WHERE debit = 'network'";
    let server = Server::start(engine).await;
    server.paid(1_000, "pm_test_4242").await;
    for sql in [
        TRANSFER,
        "UPDATE balances SET posted = posted - 1000 WHERE id = 'network:EUR'",
        "UPDATE balances SET posted = posted + 1000 WHERE id = 'merchant_pending:EUR'",
    ] {
        assert_eq!(server.app.db.prune(sql, &[]).await.expect("one row"), 1, "{sql}");
    }
    let found = differences(&server).await;
    let expected = "network:EUR as payments have it: expected -1000 posted, 0 pending, found -2000 posted, 0 pending";
    assert!(found.iter().any(|one| one.contains(expected)), "{found:?}");
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
