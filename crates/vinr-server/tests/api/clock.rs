//! The virtual clock while somebody else wants it too.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use vinr_core::accounts::AttestationStatus;
use vinr_core::time::Timestamp;
use vinr_server::settings::Settings;
use vinr_server::{App, bootstrap};

use crate::elements::token;
use crate::harness::{Answer, Engine, Server, on_both_engines, oneshot};
use crate::webhooks_merchant::{Merchant, id, until};

on_both_engines!(
    one_advance_at_a_time_while_other_requests_go_on,
    a_clock_that_has_moved_takes_the_timers_of_others_along,
    what_is_made_while_the_clock_sets_out_falls_due_on_its_way,
    a_card_that_is_tokenised_while_the_clock_sets_out_is_detached_on_its_way,
    a_process_that_remembers_another_clock_decides_by_the_one_there_is,
    what_the_account_allows_by_now_is_not_refused,
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

/// The same for a timer of which no event tells when it is written.
async fn a_card_that_is_tokenised_while_the_clock_sets_out_is_detached_on_its_way(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..12 {
        let made = futures_util::future::join_all((0..24).map(|_| token(&server, "4242424242424242")));
        futures_util::future::join(made, server.advance(3 * 86_400)).await;
    }
    server.advance(86_400).await;
    let mut detached = 0;
    let mut after = 0;
    loop {
        let page = server.get(&format!("/v1/events?after={after}&type=payment_method.detached&limit=100")).await.ok();
        for event in page["data"].as_array().expect("a page") {
            let made = event["data"]["created_at"].as_str().expect("an instant");
            let due = Timestamp::parse(made).expect("an instant").seconds() + 86_400;
            let late = event["created"].as_i64().expect("seconds") - due;
            assert!((0..=2).contains(&late), "{late} s late: {event}");
            after = event["sequence"].as_i64().expect("a number");
            detached += 1;
        }
        if page["page"]["hasMore"] != true {
            break;
        }
    }
    assert_eq!(detached, 12 * 24);
}

/// Another process on the same database, which has seen the account as it is now.
async fn another(server: &Server) -> App {
    let app = App::new(server.app.env.clone(), server.app.db.clone(), Settings::clone(&server.app.settings));
    ask(server, &app, "/v1/payments", Some(json!({"amount": 100, "currency": "EUR"}))).await.ok();
    app
}

async fn ask(server: &Server, app: &App, path: &str, body: Option<Value>) -> Answer {
    let request = Request::builder().uri(path).header("x-api-key", &server.secret_key);
    let request = match body {
        Some(body) => {
            request.method("POST").header("content-type", "application/json").body(Body::from(body.to_string()))
        }
        None => request.body(Body::empty()),
    };
    oneshot(vinr_server::router(app.clone()), request.expect("a request")).await
}

/// The wall's clock stands still, so that nothing is forgotten by age.
async fn a_process_that_remembers_another_clock_decides_by_the_one_there_is(engine: Engine) {
    let server = Server::start_at(engine, "2026-05-01T12:00:00Z").await;
    let (shows, decides) = (another(&server).await, another(&server).await);
    server.advance(2 * 3_600).await;
    let clock = ask(&server, &shows, "/v1/test/clock", None).await.ok();
    assert_eq!(clock["now"], "2026-05-01T14:00:00Z");
    let link = json!({"amount": 100, "currency": "EUR", "expiresAt": "2026-05-01T13:00:00Z"});
    let refused = ask(&server, &decides, "/v1/payment-links", Some(link)).await;
    assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!("expiresAt")));
}

async fn what_the_account_allows_by_now_is_not_refused(engine: Engine) {
    let server = Server::start_at(engine, "2026-05-01T12:00:00Z").await;
    let card = token(&server, "4242424242424242").await;
    let charge = json!({"amount": 100, "currency": "EUR", "paymentMethodId": card, "confirm": true});
    assert_eq!(server.post("/v1/payments", charge.clone()).await.code(), "pci_attestation_required");
    let attested = AttestationStatus::Attested;
    bootstrap::set_attestation(&server.app.db, &server.account, attested).await.expect("an account");
    assert_eq!(server.post("/v1/payments", charge).await.ok()["status"], "completed");
}
