//! Refunds at an acquirer over a network that is late, silent or wrong: the buyer gets the money once, and in the end its
//! books and ours agree (docs/decisions, "An attempt is a row before it is a call").

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use vinr_core::cards::FailureCode;
use vinr_core::keys::Environment;
use vinr_server::connectors::{Answer, Connector};

use crate::acquirer_bank::{Bank, Line, Manner};
use crate::harness::{Engine, Server, on_both_engines};
use crate::webhooks_merchant::id;

on_both_engines!(
    an_answer_in_time_is_the_answer_of_the_refund,
    a_late_answer_ends_a_pending_refund_and_the_key_keeps_what_its_client_was_told,
    an_answer_that_was_lost_is_looked_up_and_nobody_is_refunded_twice,
    a_refund_that_never_arrived_is_sent_again_under_its_own_key,
    a_refused_refund_gives_its_amount_back,
    a_refund_done_after_it_was_refused_counts_again,
);

const APPROVED: Manner = Manner::Prompt(Answer::Approved);
const DECLINED: Answer = Answer::Declined(FailureCode::ProcessingError);

/// A captured payment of 10.00, and what the bank does with the calls that follow.
async fn paid(engine: Engine, manners: impl IntoIterator<Item = Manner>) -> (Server, Arc<Bank>, Value) {
    let bank = Arc::new(Bank::default());
    let connector = Connector::Remote(Arc::new(Line(Arc::clone(&bank))));
    let server = Server::start_with(engine, Environment::Sandbox, connector).await;
    bank.will(std::iter::once(APPROVED).chain(manners));
    let paid = server.paid(1_000, "pm_test_4242").await;
    assert_eq!((&paid["status"], bank.taken()), (&json!("completed"), 1_000));
    (server, bank, paid)
}

fn part(paid: &Value) -> Value {
    json!({"paymentId": paid["id"], "amount": 600})
}

async fn shown(server: &Server, refund: &Value) -> Value {
    server.get(&format!("/v1/refunds/{}", id(refund))).await.ok()
}

async fn refunded(server: &Server, paid: &Value) -> i64 {
    let payment = server.get(&format!("/v1/payments/{}", id(paid))).await.ok();
    payment["amountRefunded"].as_i64().expect("an amount")
}

async fn told(server: &Server) -> Vec<String> {
    let events = server.get("/v1/events?limit=100&after=3").await.ok();
    let kinds = events["data"].as_array().expect("a list").iter().map(|event| event["type"].as_str());
    kinds.map(|kind| kind.expect("a type").to_owned()).collect()
}

async fn becomes(server: &Server, refund: &Value, status: &str) {
    for _ in 0..200 {
        if shown(server, refund).await["status"] == status {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the refund did not become {status}: {}", shown(server, refund).await);
}

async fn an_answer_in_time_is_the_answer_of_the_refund(engine: Engine) {
    let (server, bank, paid) = paid(engine, [APPROVED]).await;
    let first = server.post_with_key("/v1/refunds", "one", &part(&paid)).await;
    assert_eq!(first.ok()["status"], "succeeded");
    let again = server.post_with_key("/v1/refunds", "one", &part(&paid)).await;
    assert_eq!((again.status, &again.bytes), (200, &first.bytes));
    assert_eq!((bank.taken(), bank.calls("refund"), refunded(&server, &paid).await), (400, 1, 600));
    assert_eq!(told(&server).await, ["refund.created", "payment.refunded", "refund.updated"]);
    server.assert_ledger().await;
}

async fn a_late_answer_ends_a_pending_refund_and_the_key_keeps_what_its_client_was_told(engine: Engine) {
    let (server, bank, paid) = paid(engine, [Manner::Late(Answer::Approved)]).await;
    let first = server.post_with_key("/v1/refunds", "late", &part(&paid)).await;
    assert_eq!((&first.ok()["status"], refunded(&server, &paid).await), (&json!("pending"), 600));
    let refused = server.post("/v1/refunds", json!({"paymentId": paid["id"], "amount": 401})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "amount_too_large"), "a pending one reserves");
    becomes(&server, &first.ok(), "succeeded").await;
    let again = server.post_with_key("/v1/refunds", "late", &part(&paid)).await;
    assert_eq!((again.status, &again.bytes), (200, &first.bytes), "the first answer stays");
    assert_eq!((bank.taken(), bank.calls("refund"), bank.calls("lookup")), (400, 1, 0));
    server.assert_ledger().await;
}

async fn an_answer_that_was_lost_is_looked_up_and_nobody_is_refunded_twice(engine: Engine) {
    let (server, bank, paid) = paid(engine, [Manner::LostAnswer(Answer::Approved)]).await;
    let waiting = server.post("/v1/refunds", part(&paid)).await.ok();
    assert_eq!(waiting["status"], "pending");
    server.advance(61).await;
    assert_eq!(shown(&server, &waiting).await["status"], "succeeded");
    server.advance(86_400).await;
    assert_eq!((bank.taken(), bank.calls("refund"), bank.calls("lookup")), (400, 1, 1));
    server.assert_ledger().await;
}

async fn a_refund_that_never_arrived_is_sent_again_under_its_own_key(engine: Engine) {
    let (server, bank, paid) = paid(engine, [Manner::LostCall, Manner::LostAnswer(Answer::Approved)]).await;
    let waiting = server.post("/v1/refunds", part(&paid)).await.ok();
    // The first lookup finds nothing, and it is sent again; that answer is lost, and the next lookup finds it.
    server.advance(61).await;
    for _ in 0..200 {
        if bank.calls("refund") == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(
        (shown(&server, &waiting).await["status"].clone(), refunded(&server, &paid).await),
        (json!("pending"), 600)
    );
    server.advance(180).await;
    assert_eq!(shown(&server, &waiting).await["status"], "succeeded");
    assert_eq!((bank.taken(), bank.calls("refund"), bank.calls("lookup")), (400, 2, 2));
    assert_eq!(bank.attempts().len(), 2, "one charge and one refund");
    server.assert_ledger().await;
}

async fn a_refused_refund_gives_its_amount_back(engine: Engine) {
    let (server, bank, paid) = paid(engine, [Manner::Prompt(DECLINED), APPROVED]).await;
    let failed = server.post_with_key("/v1/refunds", "no", &part(&paid)).await.ok();
    assert_eq!((&failed["status"], &failed["failureReason"]), (&json!("failed"), &json!("operation_not_available")));
    assert_eq!((bank.taken(), refunded(&server, &paid).await), (1_000, 0));
    assert_eq!(told(&server).await, ["refund.created", "payment.refunded", "refund.failed"]);
    let whole = server.post("/v1/refunds", json!({"paymentId": paid["id"]})).await.ok();
    assert_eq!((&whole["status"], &whole["amount"], bank.taken()), (&json!("succeeded"), &json!(1_000), 0));
    server.assert_ledger().await;
}

async fn a_refund_done_after_it_was_refused_counts_again(engine: Engine) {
    let (server, bank, paid) = paid(engine, [Manner::SaysDeclined]).await;
    let failed = server.post("/v1/refunds", part(&paid)).await.ok();
    assert_eq!((&failed["status"], bank.taken(), refunded(&server, &paid).await), (&json!("failed"), 400, 0));
    let attempt = bank.attempts().pop().expect("the refund");
    for _ in 0..2 {
        server.app.acquirer_said(&server.account, &attempt, Answer::Approved).await.expect("heard");
    }
    assert_eq!(
        (shown(&server, &failed).await["status"].clone(), refunded(&server, &paid).await),
        (json!("succeeded"), 600)
    );
    assert_eq!(shown(&server, &failed).await["failureReason"], Value::Null);
    server.assert_ledger().await;
}
