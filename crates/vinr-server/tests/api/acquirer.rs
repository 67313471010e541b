//! An acquirer over a network that is late, says things twice, is silent after it acted, and takes money after it said
//! it had not: in the end its books and ours agree, and nobody is charged twice (spec/payments.md, Acquirers).

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use vinr_core::cards::FailureCode;
use vinr_core::keys::Environment;
use vinr_server::connectors::{Answer, Connector};

use crate::acquirer_bank::{Bank, Line, Manner};
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    an_answer_in_time_is_the_answer_of_the_request,
    a_late_answer_completes_the_payment_and_the_key_keeps_what_its_client_was_told,
    an_answer_that_was_lost_is_looked_up_and_nobody_is_charged_twice,
    a_call_that_never_arrived_is_given_up_and_the_buyer_may_try_again,
    money_taken_after_a_decline_is_given_back,
    a_word_said_twice_changes_nothing,
    a_challenge_goes_on_by_notice_or_lookup,
    money_taken_after_the_challenge_ran_out_is_given_back,
    a_capture_whose_answer_was_lost_is_looked_up,
    cancelling_releases_the_hold_even_over_a_dead_line,
    a_card_is_kept_when_the_acquirer_has_spoken,
    a_killed_process_leaves_the_attempt_to_its_timer,
    whoever_answers_shows_the_customer_that_was_asked_for,
    points_come_with_the_answer_whenever_that_is,
);

pub const APPROVED: Manner = Manner::Prompt(Answer::Approved);
const DECLINED: Answer = Answer::Declined(FailureCode::InsufficientFunds);

pub async fn start(engine: Engine) -> (Server, Arc<Bank>) {
    let bank = Arc::new(Bank::default());
    let connector = Connector::Remote(Arc::new(Line(Arc::clone(&bank))));
    (Server::start_with(engine, Environment::Sandbox, connector).await, bank)
}

pub fn charge(capture: bool) -> Value {
    json!({"amount": 1000, "currency": "EUR", "paymentMethodId": "pm_test_4242", "confirm": true, "capture": capture})
}

pub fn path(paid: &Value) -> String {
    format!("/v1/payments/{}", paid["id"].as_str().expect("an id"))
}

pub async fn payment(server: &Server, paid: &Value) -> Value {
    server.get(&path(paid)).await.ok()
}

/// Waits for a status that comes without anybody asking.
pub async fn becomes(server: &Server, paid: &Value, status: &str) -> Value {
    for _ in 0..200 {
        let now = payment(server, paid).await;
        if now["status"] == status {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("the payment did not become {status}: {}", payment(server, paid).await);
}

pub async fn told(server: &Server) -> Vec<String> {
    let events = server.get("/v1/events?limit=100&after=0").await.ok();
    let kinds = events["data"].as_array().expect("a list").iter().map(|event| event["type"].as_str());
    kinds.map(|kind| kind.expect("a type").to_owned()).collect()
}

async fn an_answer_in_time_is_the_answer_of_the_request(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([APPROVED, Manner::Prompt(DECLINED)]);
    let answered = server.post_with_key("/v1/payments", "one", &charge(true)).await;
    assert_eq!(answered.ok()["status"], "completed");
    let again = server.post_with_key("/v1/payments", "one", &charge(true)).await;
    assert_eq!((again.status, &again.bytes), (200, &answered.bytes));

    let declined = server.post("/v1/payments", charge(true)).await.ok();
    assert_eq!((&declined["status"], &declined["failure"]["code"]), (&json!("failed"), &json!("insufficient_funds")));
    assert_eq!((bank.taken(), bank.calls("authorize")), (1000, 2));
    let created = ["payment.created", "payment.processing"];
    assert_eq!(told(&server).await, [&created[..], &["payment.completed"], &created, &["payment.failed"]].concat());
    server.assert_ledger().await;
}

async fn a_late_answer_completes_the_payment_and_the_key_keeps_what_its_client_was_told(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([Manner::Late(Answer::Approved)]);
    let answered = server.post_with_key("/v1/payments", "late", &charge(true)).await;
    let paid = answered.ok();
    assert_eq!(paid["status"], "processing", "a late acquirer is no error");
    becomes(&server, &paid, "completed").await;
    let again = server.post_with_key("/v1/payments", "late", &charge(true)).await;
    assert_eq!((again.status, &again.bytes), (200, &answered.bytes), "the first answer stays");
    assert_eq!((bank.taken(), bank.calls("authorize"), bank.calls("lookup")), (1000, 1, 0));
    server.assert_ledger().await;
}

async fn an_answer_that_was_lost_is_looked_up_and_nobody_is_charged_twice(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([Manner::LostAnswer(Answer::Approved), Manner::LostAnswer(DECLINED)]);
    let first = server.post("/v1/payments", charge(true)).await.ok();
    let second = server.post("/v1/payments", charge(true)).await.ok();
    assert_eq!((&first["status"], &second["status"]), (&json!("processing"), &json!("processing")));
    let refused = server.post(&format!("{}/confirm", path(&first)), confirm()).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_confirmable"));

    server.advance(61).await;
    assert_eq!(payment(&server, &first).await["status"], "completed");
    assert_eq!(payment(&server, &second).await["failure"]["code"], "insufficient_funds");
    assert_eq!((bank.taken(), bank.calls("authorize"), bank.calls("lookup")), (1000, 2, 2));
    server.advance(86_400).await;
    assert_eq!(bank.calls("lookup"), 2, "what is settled is not asked for again");
    server.assert_ledger().await;
}

fn confirm() -> Value {
    json!({"paymentMethodId": "pm_test_4242"})
}

async fn a_call_that_never_arrived_is_given_up_and_the_buyer_may_try_again(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([Manner::LostCall]);
    let paid = server.post_with_key("/v1/payments", "lost", &charge(true)).await.ok();
    server.advance(3 * 60 + 1).await;
    assert_eq!(payment(&server, &paid).await["status"], "processing", "the call may still be on its way");
    server.advance(5 * 60).await;
    let failed = payment(&server, &paid).await;
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!("processing_error")));

    let lost = bank.attempts();
    let again = server.post(&format!("{}/confirm", path(&paid)), confirm()).await.ok();
    assert_eq!((&again["status"], lost.len(), bank.taken()), (&json!("completed"), 0, 1000));
    server.assert_ledger().await;
}

async fn money_taken_after_a_decline_is_given_back(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([Manner::SaysDeclined, APPROVED, Manner::LostCall]);
    let declined = server.post("/v1/payments", charge(true)).await.ok();
    assert_eq!((&declined["status"], bank.taken()), (&json!("failed"), 1000));
    let paid = server.post(&format!("{}/confirm", path(&declined)), confirm()).await.ok();
    assert_eq!((&paid["status"], bank.taken()), (&json!("completed"), 2000));

    // The acquirer tells the truth at last. The void does not arrive the first time.
    let late = bank.attempts().remove(0);
    server.app.acquirer_said(&server.account, &late, Answer::Approved).await.expect("heard");
    server.app.acquirer_said(&server.account, &late, Answer::Approved).await.expect("heard twice");
    server.advance(61).await;
    assert_eq!((bank.taken(), bank.calls("void")), (1000, 2), "the buyer paid once");
    let after = payment(&server, &paid).await;
    assert_eq!((&after["status"], &after["amountCaptured"]), (&json!("completed"), &json!(1000)));
    server.advance(86_400).await;
    assert_eq!(bank.calls("void"), 2);
    server.assert_ledger().await;
}

async fn a_card_is_kept_when_the_acquirer_has_spoken(engine: Engine) {
    let (server, bank) = start(engine).await;
    server.post("/v1/customers", json!({"id": "cust_ada"})).await.ok();
    let mut keeping = charge(true);
    keeping["customerId"] = json!("cust_ada");
    keeping["savePaymentMethod"] = json!(true);
    bank.will([Manner::Late(Answer::Approved), Manner::Late(DECLINED)]);
    let saved = || async { server.get("/v1/customers/cust_ada/methods").await.ok()["data"].clone() };
    let paid = server.post("/v1/payments", keeping.clone()).await.ok();
    assert_eq!((&paid["status"], saved().await), (&json!("processing"), json!([])));
    let paid = becomes(&server, &paid, "completed").await;
    assert_eq!(saved().await[0]["id"], paid["paymentMethodId"]);
    let declined = server.post("/v1/payments", keeping).await.ok();
    becomes(&server, &declined, "failed").await;
    let rows = server.app.db.query("SELECT id FROM card_vault", &[]).await.expect("rows");
    assert_eq!((rows.len(), saved().await.as_array().map(Vec::len)), (1, Some(1)), "what did not pay is forgotten");
    server.assert_ledger().await;
}

async fn a_word_said_twice_changes_nothing(engine: Engine) {
    let (server, bank) = start(engine).await;
    let paid = server.post("/v1/payments", charge(true)).await.ok();
    let (attempt, before) = (bank.attempts().remove(0), told(&server).await);
    for answer in [Answer::Approved, DECLINED, Answer::Challenge, Answer::Approved] {
        server.app.acquirer_said(&server.account, &attempt, answer).await.expect("heard");
    }
    assert_eq!(payment(&server, &paid).await, paid);
    assert_eq!((told(&server).await, bank.calls("void")), (before, 0));
    let stranger = vinr_core::ids::AttemptId::from_bits(1);
    let refused = server.app.acquirer_said(&server.account, &stranger, Answer::Approved).await;
    assert_eq!(refused.expect_err("nobody made it").status(), 404);
    server.assert_ledger().await;
}

async fn a_challenge_goes_on_by_notice_or_lookup(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([Manner::Prompt(Answer::Challenge), Manner::Prompt(Answer::Challenge)]);
    let noticed = server.post("/v1/payments", charge(true)).await.ok();
    assert_eq!(noticed["status"], "requires_authentication");
    let attempt = bank.attempts().remove(0);
    server.app.acquirer_said(&server.account, &attempt, Answer::Approved).await.expect("heard");
    assert_eq!(payment(&server, &noticed).await["status"], "completed");
    bank.concludes(Answer::Approved, 1000);

    let looked_up = server.post("/v1/payments", charge(true)).await.ok();
    bank.concludes(DECLINED, 1000);
    server.advance(61).await;
    assert_eq!(payment(&server, &looked_up).await["failure"]["code"], "insufficient_funds");
    assert_eq!(bank.taken(), 1000);
    server.assert_ledger().await;
}

/// The award is in the commit of the completion, and that is the acquirer's answer: in time, late, or looked up.
async fn points_come_with_the_answer_whenever_that_is(engine: Engine) {
    let (server, bank) = start(engine).await;
    let rule = json!({"award": {"type": "per_amount", "points": 1}});
    server.post("/v1/loyalty/earning-rules", rule).await.ok();
    let member = server.post("/v1/loyalty/accounts", json!({})).await.ok()["id"].clone();
    let shown = format!("/v1/loyalty/accounts/{}", member.as_str().expect("an id"));
    let mut charge = charge(true);
    charge["metadata"] = json!({"loyalty_account": member});
    bank.will([APPROVED]);
    assert_eq!(server.post("/v1/payments", charge.clone()).await.ok()["status"], "completed");
    assert_eq!(server.get(&shown).await.ok()["balance"], 10);

    bank.will([Manner::LostAnswer(Answer::Approved)]);
    let waiting = server.post("/v1/payments", charge).await.ok();
    assert_eq!((&waiting["status"], &server.get(&shown).await.ok()["balance"]), (&json!("processing"), &json!(10)));
    server.advance(61).await;
    assert_eq!(payment(&server, &waiting).await["status"], "completed");
    assert_eq!(server.get(&shown).await.ok()["balance"], 20);
    server.assert_ledger().await;
}

async fn money_taken_after_the_challenge_ran_out_is_given_back(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([Manner::Prompt(Answer::Challenge)]);
    let paid = server.post("/v1/payments", charge(true)).await.ok();
    server.advance(15 * 60).await;
    let expired = payment(&server, &paid).await;
    assert_eq!(expired["failure"]["code"], "authentication_expired");
    bank.concludes(Answer::Approved, 1000);
    server.advance(3_600).await;
    assert_eq!((bank.taken(), bank.calls("void")), (0, 1));
    assert_eq!(payment(&server, &paid).await["status"], "failed");
    server.assert_ledger().await;
}

async fn a_capture_whose_answer_was_lost_is_looked_up(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([APPROVED, Manner::LostAnswer(Answer::Approved)]);
    let held = server.post("/v1/payments", charge(false)).await.ok();
    assert_eq!((&held["status"], bank.held(), bank.taken()), (&json!("authorized"), 1000, 0));
    let path = path(&held);
    let waiting = server.post(&format!("{path}/capture"), json!({"amount": 600})).await.ok();
    assert_eq!(waiting["status"], "authorized");
    for action in ["capture", "cancel"] {
        assert_eq!(server.post(&format!("{path}/{action}"), json!({})).await.status, 422, "{action} must wait");
    }
    server.advance(61).await;
    let captured = payment(&server, &held).await;
    assert_eq!((&captured["status"], &captured["amountCaptured"]), (&json!("completed"), &json!(600)));
    assert_eq!((bank.held(), bank.taken(), bank.calls("capture")), (0, 600, 1));
    server.assert_ledger().await;
}

async fn cancelling_releases_the_hold_even_over_a_dead_line(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([APPROVED, Manner::LostCall, Manner::LostCall]);
    let held = server.post("/v1/payments", charge(false)).await.ok();
    let path = format!("{}/cancel", path(&held));
    let cancelled = server.post_with_key(&path, "cancel", &json!({})).await;
    assert_eq!(cancelled.ok()["status"], "cancelled", "the merchant need not wait for the bank");
    assert_eq!(server.post_with_key(&path, "cancel", &json!({})).await.bytes, cancelled.bytes);
    server.advance(3 * 60 + 1).await;
    assert_eq!((bank.held(), bank.calls("void"), bank.calls("lookup")), (0, 3, 0));
    server.assert_ledger().await;
}

/// The answer of the bank, of a lookup after a lost one, of a capture, of a cancellation: each request gets what it
/// asked to be shown, and no other.
async fn whoever_answers_shows_the_customer_that_was_asked_for(engine: Engine) {
    let (server, bank) = start(engine).await;
    let ada = server.post("/v1/customers", json!({"id": "cust_ada", "name": "Ada"})).await.ok();
    let mut whole = charge(true);
    whole["customerId"] = json!("cust_ada");
    let plain = server.post("/v1/payments", whole.clone()).await.ok();
    assert!(plain.get("customer").is_none(), "it is shown where it is asked for");
    whole["expand"] = json!(["customer"]);
    let prompt = server.post("/v1/payments", whole.clone()).await.ok();
    assert_eq!((&prompt["status"], &prompt["customer"]), (&json!("completed"), &ada));
    let keyed = server.post_with_key("/v1/payments", "whole", &whole).await;
    assert_eq!((&keyed.ok()["status"], &keyed.ok()["customer"]), (&json!("completed"), &ada));

    bank.will([Manner::Late(Answer::Approved)]);
    killed_while_the_bank_is_busy(&server, &bank, &whole).await;
    server.app.start_workers();
    server.advance(61).await;
    let looked_up = server.post_with_key("/v1/payments", "killed", &whole).await.ok();
    assert_eq!(
        (&looked_up["status"], &looked_up["customer"]),
        (&json!("completed"), &ada),
        "who asked is gone, its wish is not"
    );

    let mut held = whole.clone();
    held["capture"] = json!(false);
    let held = server.post("/v1/payments", held).await.ok();
    let captured = server.post(&format!("{}/capture", path(&held)), json!({"expand": ["customer"]})).await.ok();
    assert_eq!((&captured["status"], &captured["customer"]), (&json!("completed"), &ada));
    server.assert_ledger().await;
}

/// The process goes away while the bank has a request with the key "killed": nothing in memory is left, and nobody is told.
pub async fn killed_while_the_bank_is_busy(server: &Server, bank: &Bank, body: &Value) {
    let request = Request::post("/v1/payments").header("x-api-key", &server.secret_key);
    let request = request.header("idempotency-key", "killed").header("content-type", "application/json");
    let request = request.body(Body::from(body.to_string())).expect("a request");
    let before = bank.calls("authorize");
    let mut handled = Box::pin(vinr_server::router(server.app.clone()).oneshot(request));
    while bank.calls("authorize") == before {
        let answered = tokio::time::timeout(Duration::from_millis(10), &mut handled).await;
        assert!(answered.is_err(), "the bank takes its time");
    }
    drop(handled);
    server.app.abort_workers();
}

async fn a_killed_process_leaves_the_attempt_to_its_timer(engine: Engine) {
    let (server, bank) = start(engine).await;
    bank.will([Manner::Late(Answer::Approved)]);
    killed_while_the_bank_is_busy(&server, &bank, &charge(true)).await;
    let in_use = server.post_with_key("/v1/payments", "killed", &charge(true)).await;
    assert_eq!((in_use.status, in_use.code().as_str()), (409, "idempotency_key_in_use"));
    assert_eq!(in_use.headers["retry-after"], "1");

    server.app.start_workers();
    server.advance(61).await;
    let answered = server.post_with_key("/v1/payments", "killed", &charge(true)).await;
    assert_eq!(answered.ok()["status"], "completed");
    assert_eq!((bank.taken(), bank.calls("authorize"), bank.calls("lookup")), (1000, 1, 1));
    server.assert_ledger().await;
}
