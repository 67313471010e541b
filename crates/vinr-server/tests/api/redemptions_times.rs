//! Half an hour, and what holds a redemption beyond it: a payment on its way is never more expensive than it was quoted.

use std::sync::Arc;

use futures_util::future::join;
use serde_json::{Value, json};
use vinr_core::cards::FailureCode;
use vinr_core::keys::Environment;
use vinr_server::connectors::{Answer, Connector};

use crate::acquirer_bank::{Bank, Line, Manner};
use crate::checkout::{Browser, CARD};
use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::id;
use crate::redemptions::{assert_moved, five_off, points, redemption};
use crate::redemptions_payments::{APPROVED, amounts, order, pay, payment};

on_both_engines!(
    after_half_an_hour_the_points_go_back_and_the_payment_is_of_its_original_amount,
    an_open_challenge_holds_it_and_its_end_decides,
    a_hold_of_money_holds_it_and_letting_go_releases_it_at_once,
    a_silent_acquirer_holds_it_and_its_word_decides,
    a_payment_that_failed_in_time_keeps_it_until_its_half_hour_is_over,
    whoever_is_first_wins_and_nobody_is_charged_more_than_quoted,
);

/// A challenge is open until its buyer answers.
const CHALLENGE: &str = "4000000000003220";

async fn authenticate(server: &Server, payment: &str, result: &str) -> Value {
    server.post(&format!("/v1/test/payments/{payment}/authenticate"), json!({"result": result})).await.ok()
}

async fn after_half_an_hour_the_points_go_back_and_the_payment_is_of_its_original_amount(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    let made = id(&order(&server, &customer, 4200, &[&redeemed], json!({})).await.ok());
    server.advance(30 * 60 - 5).await;
    assert_eq!(amounts(&payment(&server, &made).await), (3700, 4200));
    server.advance(5).await;
    let restored = payment(&server, &made).await;
    assert_eq!((amounts(&restored), &restored["status"]), ((4200, 4200), &json!("pending")));
    let released = redemption(&server, &redeemed).await;
    assert_eq!((&released["status"], &released["paymentId"]), (&json!("released"), &Value::Null));
    assert_eq!(points(&server, &account).await, (500, 0, 0));
    let paid = pay(&server, &made, APPROVED).await;
    assert_eq!((&paid["status"], &paid["amountCaptured"]), (&json!("completed"), &json!(4200)));
    assert_moved(&server, &account, &[("adjust", 500), ("redeem", -500), ("release", 500)]).await;
    server.assert_ledger().await;
}

async fn an_open_challenge_holds_it_and_its_end_decides(engine: Engine) {
    for (result, charged, status) in [("succeed", (3700, 4200), "applied"), ("fail", (4200, 4200), "released")] {
        let server = Server::start(engine).await;
        let (customer, account, redeemed) = five_off(&server).await;
        let made = id(&order(&server, &customer, 4200, &[&redeemed], json!({})).await.ok());
        server.advance(29 * 60).await;
        assert_eq!(pay(&server, &made, CHALLENGE).await["status"], "requires_authentication");
        server.advance(5 * 60).await;
        assert_eq!(redemption(&server, &redeemed).await["status"], "attached", "34 minutes, and it is held");
        let refused = server.post(&format!("/v1/loyalty/redemptions/{redeemed}/cancel"), json!({})).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "redemption_in_use"));
        let answered = authenticate(&server, &made, result).await;
        assert_eq!(amounts(&answered), charged, "{result}: the answer says what it is of now");
        assert_eq!(amounts(&payment(&server, &made).await), charged);
        assert_eq!(redemption(&server, &redeemed).await["status"], status);
        let balance = if status == "released" { 500 } else { 0 };
        assert_eq!(points(&server, &account).await, (balance, 0, 0));
        server.assert_ledger().await;
    }
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    let made = id(&order(&server, &customer, 4200, &[&redeemed], json!({})).await.ok());
    server.advance(29 * 60).await;
    pay(&server, &made, CHALLENGE).await;
    server.advance(16 * 60).await;
    let failed = payment(&server, &made).await;
    assert_eq!((amounts(&failed), &failed["status"]), ((4200, 4200), &json!("failed")), "nobody answered");
    assert_eq!(points(&server, &account).await, (500, 0, 0));
}

async fn a_hold_of_money_holds_it_and_letting_go_releases_it_at_once(engine: Engine) {
    let server = Server::start(engine).await;
    let held = json!({"confirm": true, "paymentMethod": "pm_test_4242", "capture": false});
    let (customer, account, redeemed) = five_off(&server).await;
    let made = id(&order(&server, &customer, 4200, &[&redeemed], held.clone()).await.ok());
    server.advance(2 * 24 * 60 * 60).await;
    assert_eq!(redemption(&server, &redeemed).await["status"], "attached");
    let cancelled = server.post(&format!("/v1/payments/{made}/cancel"), json!({})).await.ok();
    assert_eq!((amounts(&cancelled), &cancelled["status"]), ((4200, 4200), &json!("cancelled")));
    assert_eq!(redemption(&server, &redeemed).await["status"], "released");
    assert_eq!(points(&server, &account).await, (500, 0, 0));
    let (customer, account, redeemed) = five_off(&server).await;
    let made = id(&order(&server, &customer, 4200, &[&redeemed], held).await.ok());
    server.advance(8 * 24 * 60 * 60).await;
    let lapsed = payment(&server, &made).await;
    assert_eq!((amounts(&lapsed), &lapsed["status"]), ((4200, 4200), &json!("expired")));
    assert_eq!(points(&server, &account).await, (500, 0, 0));
    server.assert_ledger().await;
}

async fn a_silent_acquirer_holds_it_and_its_word_decides(engine: Engine) {
    let declined = Answer::Declined(FailureCode::InsufficientFunds);
    for (word, charged, status) in [(Answer::Approved, (3700, 4200), "applied"), (declined, (4200, 4200), "released")] {
        let bank = Arc::new(Bank::default());
        let connector = Connector::Remote(Arc::new(Line(Arc::clone(&bank))));
        let server = Server::start_with(engine, Environment::Sandbox, connector).await;
        let (customer, account, redeemed) = five_off(&server).await;
        server.advance(30 * 60 - 30).await;
        bank.will([Manner::LostAnswer(word)]);
        let asked = json!({"confirm": true, "paymentMethod": "pm_test_4242"});
        let made = order(&server, &customer, 4200, &[&redeemed], asked).await.ok();
        assert_eq!((amounts(&made), &made["status"]), ((3700, 4200), &json!("processing")));
        server.advance(31).await;
        assert_eq!(redemption(&server, &redeemed).await["status"], "attached", "nobody knows yet");
        server.advance(31).await;
        assert_eq!(amounts(&payment(&server, &id(&made)).await), charged);
        assert_eq!(redemption(&server, &redeemed).await["status"], status);
        let (taken, back) = if status == "applied" { (3700, 0) } else { (0, 500) };
        assert_eq!((bank.taken(), points(&server, &account).await), (taken, (back, 0, 0)));
        server.assert_ledger().await;
    }
}

async fn a_payment_that_failed_in_time_keeps_it_until_its_half_hour_is_over(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, account, redeemed) = five_off(&server).await;
    let made = id(&order(&server, &customer, 4200, &[&redeemed], json!({})).await.ok());
    let declined = pay(&server, &made, "4000000000000002").await;
    assert_eq!((amounts(&declined), &declined["status"]), ((3700, 4200), &json!("failed")), "another card may pay it");
    server.advance(20 * 60).await;
    assert_eq!(redemption(&server, &redeemed).await["status"], "attached");
    server.advance(10 * 60).await;
    assert_eq!(redemption(&server, &redeemed).await["status"], "released");
    assert_eq!(amounts(&payment(&server, &made).await), (4200, 4200));
    assert_eq!(points(&server, &account).await, (500, 0, 0));
}

/// spec/traps.md, section 12: the payment completes at 30:00, and the release is due at 30:00.
async fn whoever_is_first_wins_and_nobody_is_charged_more_than_quoted(engine: Engine) {
    let server = Server::start(engine).await;
    let mut orders = Vec::new();
    for _ in 0..8 {
        let (customer, account, redeemed) = five_off(&server).await;
        let made = order(&server, &customer, 4200, &[&redeemed], json!({})).await.ok();
        orders.push((account, redeemed, made));
    }
    // Each was made a moment after the one before, so that the clock passes one due moment after the other.
    let form = format!("amount=3700&{CARD}");
    let buyers = orders.iter().map(|(_, _, made)| {
        let (url, form) = (made["checkoutUrl"].as_str().expect("a page").to_owned(), form.clone());
        async move { Browser::new("en").post(&url, &form).await }
    });
    let clock = async {
        server.advance(30 * 60 - 1).await;
        server.advance(1).await;
        server.advance(5).await;
    };
    let (pages, ()) = join(futures_util::future::join_all(buyers), clock).await;
    for (page, (account, redeemed, made)) in pages.iter().zip(&orders) {
        assert!(page.status < 500, "{}", page.html);
        let (paid, redeemed) = (payment(&server, &id(made)).await, redemption(&server, redeemed).await);
        let (balance, pending, _) = points(&server, account).await;
        match redeemed["status"].as_str() {
            Some("applied") => {
                assert_eq!((amounts(&paid), &paid["amountCaptured"]), ((3700, 4200), &json!(3700)), "{paid}");
                assert_eq!((balance, pending, page.status), (0, 0, 303));
            }
            Some("released") => {
                assert_eq!((amounts(&paid), &paid["status"]), ((4200, 4200), &json!("pending")), "{paid}");
                assert_eq!((balance, pending, page.status), (500, 0, 422));
            }
            other => panic!("{other:?}: {redeemed}"),
        }
    }
    server.assert_ledger().await;
}
