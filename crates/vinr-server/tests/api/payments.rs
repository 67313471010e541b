//! Payments through the API: every card, every status, money to the cent.

use futures_util::future::join;
use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    an_approved_payment_has_the_shape_of_the_reference,
    a_payment_has_all_its_fields_whatever_became_of_it,
    every_test_card_has_its_outcome,
    a_challenge_is_answered_by_the_buyer,
    a_decline_can_be_tried_again_with_another_card,
    a_hold_is_captured_in_part_and_only_once,
    a_capture_that_races_a_cancellation_has_one_winner,
    time_ends_what_nobody_finishes,
    lists_are_newest_first_and_page_by_key,
    three_decimal_amounts_end_in_zero,
    a_typed_card_is_as_it_was_typed_and_what_is_wrong_with_it_is_named,
    an_amount_that_is_captured_later_is_available_at_once_where_the_card_says_so,
    a_failed_payment_whose_checkout_closes_stays_failed,
    a_test_token_never_expires,
    a_customer_that_is_asked_for_is_null_where_there_is_none,
);

async fn an_approved_payment_has_the_shape_of_the_reference(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({
        "amount": 1000, "currency": "eur", "description": "Order #1234", "returnUrl": "https://shop.example/return",
        "payment_method": "pm_test_4242", "confirm": true, "metadata": {"orderId": 1234},
    });
    let payment = server.post("/v1/payments", body).await.ok();
    assert_eq!(payment["object"], "payment");
    assert_eq!(payment["status"], "completed");
    assert_eq!((&payment["amount"], &payment["currency"]), (&json!(1000), &json!("EUR")));
    assert_eq!(payment["metadata"], json!({"orderId": "1234"}));
    assert!(payment["created_at"].as_str().is_some_and(|at| at.ends_with('Z')));
    assert_eq!((&payment["amountCaptured"], &payment["fee"]), (&json!(1000), &json!(40)));
    assert_eq!(payment["card"]["last4"], "4242");
    let again = server.get(&format!("/v1/payments/{}", payment["id"].as_str().expect("an id"))).await.ok();
    assert_eq!(again, payment);
    let balance = server.get("/v1/balance").await.ok();
    assert_eq!(balance["pending"], json!([{"currency": "EUR", "amount": 960}]));
    server.assert_ledger().await;
}

/// As spec/payments.md lists them, and what banks, links and store credit add; what is absent is null or empty.
const FIELDS: [&str; 39] = [
    "id",
    "object",
    "status",
    "amount",
    "amountCapturable",
    "amountCaptured",
    "amountRefunded",
    "currency",
    "description",
    "customerId",
    "paymentMethodId",
    "method",
    "card",
    "sepaDebit",
    "returnUrl",
    "cancelUrl",
    "checkoutUrl",
    "authenticationUrl",
    "captureMethod",
    "offSession",
    "savePaymentMethod",
    "redemptions",
    "discounts",
    "originalAmount",
    "creditApplied",
    "creditRefunded",
    "failure",
    "failureCount",
    "statementDescriptor",
    "receiptEmail",
    "fee",
    "invoiceId",
    "paymentLinkId",
    "latestRefund",
    "timeline",
    "metadata",
    "expiresAt",
    "completedAt",
    "created_at",
];

async fn a_payment_has_all_its_fields_whatever_became_of_it(engine: Engine) {
    let server = Server::start(engine).await;
    let bare = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    for name in ["redemptions", "discounts"] {
        assert_eq!(bare[name], json!([]), "{name}");
    }
    for name in
        ["description", "customerId", "method", "card", "failure", "fee", "invoiceId", "latestRefund", "sepaDebit"]
    {
        assert_eq!(bare[name], Value::Null, "{name}");
    }
    assert_eq!((&bare["originalAmount"], &bare["metadata"]), (&json!(1000), &json!({})));
    let mut all = vec![bare];
    for token in ["pm_test_4242", "pm_test_0002", "pm_test_3220"] {
        all.push(server.paid(1000, token).await);
    }
    all.extend(server.get("/v1/payments").await.ok()["data"].as_array().expect("a list").clone());
    let events = server.get("/v1/events?limit=100").await.ok()["data"].as_array().expect("a list").clone();
    all.extend(events.into_iter().map(|mut event| event["data"].take()));
    assert!(all.len() >= 14, "{}", all.len());
    for payment in all {
        let names: Vec<&str> = payment.as_object().expect("an object").keys().map(String::as_str).collect();
        assert_eq!(names, FIELDS, "{payment}");
    }
}

async fn every_test_card_has_its_outcome(engine: Engine) {
    let server = Server::start(engine).await;
    let cards = [
        ("4242", "completed", None),
        ("4444", "completed", None),
        ("0005", "completed", None),
        ("0002", "failed", Some(("card_declined", true))),
        ("9995", "failed", Some(("insufficient_funds", true))),
        ("0069", "failed", Some(("expired_card", false))),
        ("0127", "failed", Some(("incorrect_cvc", false))),
        ("0119", "failed", Some(("processing_error", true))),
        ("9987", "failed", Some(("card_lost", false))),
        ("9979", "failed", Some(("card_stolen", false))),
        ("3220", "requires_authentication", None),
        ("3063", "requires_authentication", None),
        ("0341", "failed", Some(("card_declined", true))),
        ("0077", "completed", None),
    ];
    for (card, status, failure) in cards {
        let payment = server.paid(1000, &format!("pm_test_{card}")).await;
        assert_eq!(payment["status"], status, "{card}");
        let shown = payment["failure"]["code"].as_str().zip(payment["failure"]["retryable"].as_bool());
        assert_eq!(shown, failure, "{card}");
    }
    let balance = server.get("/v1/balance").await.ok();
    assert_eq!(balance["available"], json!([{"currency": "EUR", "amount": 960}]), "0077 is available at once");
    server.assert_ledger().await;
}

async fn a_challenge_is_answered_by_the_buyer(engine: Engine) {
    let server = Server::start(engine).await;
    for (result, status) in [("succeed", "completed"), ("fail", "failed")] {
        let payment = server.paid(4200, "pm_test_3220").await;
        assert!(payment["authenticationUrl"].is_string());
        let path = format!("/v1/test/payments/{}/authenticate", payment["id"].as_str().expect("an id"));
        let after = server.post(&path, json!({"result": result})).await.ok();
        assert_eq!(after["status"], status);
        assert_eq!(after["authenticationUrl"], Value::Null);
        assert_eq!(server.post(&path, json!({"result": "succeed"})).await.code(), "payment_not_authenticatable");
    }
    let off = json!({"amount": 1, "currency": "EUR", "paymentMethod": "pm_test_3220", "offSession": true});
    assert_eq!(server.post("/v1/payments", off).await.ok()["status"], "requires_action");
    let off = json!({"amount": 1, "currency": "EUR", "paymentMethod": "pm_test_3063", "offSession": true});
    assert_eq!(server.post("/v1/payments", off).await.ok()["status"], "completed");
    server.assert_ledger().await;
}

async fn a_decline_can_be_tried_again_with_another_card(engine: Engine) {
    let server = Server::start(engine).await;
    let payment = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    assert_eq!(payment["status"], "pending");
    let id = payment["id"].as_str().expect("an id");
    let pay = format!("/v1/test/payments/{id}/pay");
    let declined = server.post(&pay, json!({"number": "4000 0000 0000 0002"})).await.ok();
    assert_eq!((&declined["status"], &declined["failureCount"]), (&json!("failed"), &json!(1)));
    assert_eq!(server.post(&pay, json!({"number": "4111111111111111"})).await.code(), "test_card_required");
    let paid = server.post(&pay, json!({"number": "4242 4242 4242 4242", "cvc": "123"})).await.ok();
    assert_eq!((&paid["status"], &paid["failure"]), (&json!("completed"), &Value::Null));
    let refused = server.post(&pay, json!({"number": "4242424242424242"})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "payment_not_confirmable"));
    server.assert_ledger().await;
}

async fn a_hold_is_captured_in_part_and_only_once(engine: Engine) {
    let server = Server::start(engine).await;
    let hold =
        json!({"amount": 10000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true, "capture": false});
    let held = server.post("/v1/payments", hold.clone()).await.ok();
    assert_eq!((&held["status"], &held["amountCapturable"]), (&json!("authorized"), &json!(10000)));
    let path = format!("/v1/payments/{}", held["id"].as_str().expect("an id"));
    assert_eq!(server.post(&format!("{path}/capture"), json!({"amount": 10001})).await.code(), "amount_too_large");
    let captured = server.post_with_key(&format!("{path}/capture"), "once", &json!({"amount": 6000})).await;
    assert_eq!((&captured.ok()["amountCaptured"], &captured.ok()["amountCapturable"]), (&json!(6000), &json!(0)));
    let held = server.app.db.query("SELECT pending FROM balances WHERE id = 'network:EUR'", &[]).await.expect("a row");
    assert_eq!(held[0].int(0), 0, "the other 40.00 are released at once");
    let replayed = server.post_with_key(&format!("{path}/capture"), "once", &json!({"amount": 6000})).await;
    assert_eq!((replayed.status, &replayed.bytes), (200, &captured.bytes), "the same key gets the first answer");
    assert_eq!(server.post(&format!("{path}/capture"), json!({})).await.code(), "payment_not_capturable");
    assert_eq!(server.post(&format!("{path}/cancel"), json!({})).await.code(), "payment_not_cancellable");
    let other = server.post("/v1/payments", hold).await.ok();
    let cancelled =
        server.post(&format!("/v1/payments/{}/cancel", other["id"].as_str().expect("an id")), json!({})).await;
    assert_eq!(cancelled.ok()["status"], "cancelled");
    server.assert_ledger().await;
}

async fn a_capture_that_races_a_cancellation_has_one_winner(engine: Engine) {
    let server = Server::start(engine).await;
    let hold =
        json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true, "capture": false});
    let (mut captured, mut cancelled) = (0, 0);
    for round in 0..40 {
        let held = server.post("/v1/payments", hold.clone()).await.ok();
        let path = format!("/v1/payments/{}", held["id"].as_str().expect("an id"));
        let [capturing, cancelling] = ["capture", "cancel"].map(|action| format!("{path}/{action}"));
        let (capture, cancel) = (server.post(&capturing, json!({})), server.post(&cancelling, json!({})));
        // Whoever is asked first is a little ahead.
        let (capture, cancel) = if round % 2 == 0 {
            join(capture, cancel).await
        } else {
            let (cancel, capture) = join(cancel, capture).await;
            (capture, cancel)
        };
        let after = server.get(&path).await.ok();
        match (capture.status, cancel.status) {
            (200, 422) => {
                captured += 1;
                assert_eq!(
                    (cancel.code().as_str(), &after["status"]),
                    ("payment_not_cancellable", &json!("completed"))
                );
                assert!(cancel.json()["error"]["message"].to_string().contains("completed"));
            }
            (422, 200) => {
                cancelled += 1;
                assert_eq!(
                    (capture.code().as_str(), &after["status"]),
                    ("payment_not_capturable", &json!("cancelled"))
                );
                assert!(capture.json()["error"]["message"].to_string().contains("cancelled"));
            }
            both => panic!("one of them wins: {both:?}"),
        }
    }
    assert_eq!(captured + cancelled, 40);
    let balance = server.get("/v1/balance").await.ok();
    let pending = balance["pending"][0]["amount"].as_i64().unwrap_or(0);
    assert_eq!(pending, captured * (1_000 - 40), "what was captured, less its fees");
    server.assert_ledger().await;
}

async fn time_ends_what_nobody_finishes(engine: Engine) {
    let server = Server::start(engine).await;
    let waiting = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
    let challenged = server.paid(1000, "pm_test_3220").await;
    let hold =
        json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true, "capture": false});
    let held = server.post("/v1/payments", hold).await.ok();
    let now = |payment: &Value| format!("/v1/payments/{}", payment["id"].as_str().expect("an id"));
    server.advance(15 * 60 + 1).await;
    let failed = server.get(&now(&challenged)).await.ok();
    assert_eq!(
        (&failed["status"], &failed["failure"]["category"]),
        (&json!("failed"), &json!("authentication_failed"))
    );
    server.advance(24 * 3600).await;
    assert_eq!(server.get(&now(&waiting)).await.ok()["status"], "expired");
    assert_eq!(server.get(&now(&held)).await.ok()["status"], "authorized");
    let ran = server.advance(6 * 24 * 3600).await;
    assert_eq!(ran["ran"]["timers"], 1);
    assert_eq!(server.get(&now(&held)).await.ok()["status"], "expired");
    server.assert_ledger().await;
}

async fn lists_are_newest_first_and_page_by_key(engine: Engine) {
    let server = Server::start(engine).await;
    let mut ids = Vec::new();
    for index in 0..7 {
        let token = if index % 2 == 0 { "pm_test_4242" } else { "pm_test_0002" };
        ids.push(server.paid(100 + index, token).await["id"].clone());
    }
    ids.reverse();
    let first = server.get("/v1/payments?limit=3").await.ok();
    let shown =
        |page: &Value| page["data"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    assert_eq!(shown(&first), ids[..3]);
    assert_eq!(first["page"], json!({"hasMore": true, "nextCursor": ids[2]}));
    let cursor = ids[2].as_str().expect("an id");
    let second = server.get(&format!("/v1/payments?limit=10&starting_after={cursor}")).await.ok();
    assert_eq!(shown(&second), ids[3..]);
    assert_eq!(second["page"], json!({"hasMore": false, "nextCursor": null}));
    let back = server.get(&format!("/v1/payments?endingBefore={cursor}")).await.ok();
    assert_eq!(shown(&back), ids[..2]);
    assert_eq!(shown(&server.get("/v1/payments?status=failed").await.ok()).len(), 3);
    assert_eq!(server.get("/v1/payments?startingAfter=pay_none").await.code(), "resource_missing");
}

async fn three_decimal_amounts_end_in_zero(engine: Engine) {
    let server = Server::start(engine).await;
    let body = |amount: i64, currency: &str| json!({"amount": amount, "currency": currency, "paymentMethod": "pm_test_4242", "confirm": true});
    assert_eq!(server.post("/v1/payments", body(12345, "KWD")).await.code(), "parameter_invalid");
    assert_eq!(server.post("/v1/payments", body(12340, "KWD")).await.ok()["amount"], 12340);
    assert_eq!(server.post("/v1/payments", body(980, "JPY")).await.ok()["fee"], 15);
    let mut hold = body(12340, "KWD");
    hold["capture"] = json!(false);
    let held = server.post("/v1/payments", hold).await.ok();
    let capture = format!("/v1/payments/{}/capture", held["id"].as_str().expect("an id"));
    assert_eq!(server.post(&capture, json!({"amount": 12335})).await.code(), "parameter_invalid");
    assert_eq!(server.post(&capture, json!({"amount": 12330})).await.ok()["amountCaptured"], 12330);
    server.assert_ledger().await;
}

async fn a_typed_card_is_as_it_was_typed_and_what_is_wrong_with_it_is_named(engine: Engine) {
    let server = Server::start(engine).await;
    let now = server.get("/v1/test/clock").await.ok()["now"].as_str().expect("a time").to_owned();
    let year: i64 = now[..4].parse().expect("a year");
    let pay = async |card: Value| {
        let waiting = server.post("/v1/payments", json!({"amount": 1000, "currency": "EUR"})).await.ok();
        server.post(&format!("/v1/test/payments/{}/pay", waiting["id"].as_str().expect("an id")), card).await
    };
    for (month, given, expected) in [
        (None, None, (12, year + 5)),
        (Some(3), None, (3, year + 5)),
        (None, Some(year + 1), (12, year + 1)),
        (Some(3), Some(year + 1), (3, year + 1)),
    ] {
        let card = json!({"number": "4242 4242 4242 4242", "expMonth": month, "expYear": given});
        let shown = pay(card).await.ok()["card"].clone();
        assert_eq!((&shown["expMonth"], &shown["expYear"]), (&json!(expected.0), &json!(expected.1)));
    }
    for (card, param) in [
        (json!({"number": "4242 4242 4242 4241"}), "number"),
        (json!({"number": "4111 1111 1111 1111"}), "number"),
        (json!({"number": "4242 4242 4242 4242", "expMonth": 1, "expYear": year - 1}), "expYear"),
    ] {
        let refused = pay(card).await;
        assert_eq!((refused.status, &refused.json()["error"]["param"]), (400, &json!(param)), "{}", refused.code());
    }
}

async fn an_amount_that_is_captured_later_is_available_at_once_where_the_card_says_so(engine: Engine) {
    let server = Server::start(engine).await;
    let hold =
        json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_0077", "confirm": true, "capture": false});
    let held = server.post("/v1/payments", hold).await.ok();
    let capture = format!("/v1/payments/{}/capture", held["id"].as_str().expect("an id"));
    server.post(&capture, json!({"amount": 600})).await.ok();
    let balance = server.get("/v1/balance").await.ok();
    assert_eq!(balance["available"], json!([{"currency": "EUR", "amount": 566}]));
    assert_eq!(balance["pending"], json!([{"currency": "EUR", "amount": 0}]));
    server.assert_ledger().await;
}

async fn a_failed_payment_whose_checkout_closes_stays_failed(engine: Engine) {
    let server = Server::start(engine).await;
    let failed = server.paid(1000, "pm_test_0002").await;
    let path = format!("/v1/payments/{}", failed["id"].as_str().expect("an id"));
    server.advance(24 * 3600).await;
    assert_eq!(server.get(&path).await.ok(), failed, "nothing happens to it");
    let again = json!({"paymentMethod": "pm_test_4242"});
    for (action, body, code) in
        [("confirm", again, "payment_not_confirmable"), ("cancel", json!({}), "payment_not_cancellable")]
    {
        let refused = server.post(&format!("{path}/{action}"), body).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, code));
        assert!(refused.json()["error"]["message"].to_string().contains("failed"), "{action} says how it stands");
    }
}

async fn a_test_token_never_expires(engine: Engine) {
    let server = Server::start(engine).await;
    for _ in 0..4 {
        server.advance(700 * 86_400).await;
    }
    assert_eq!(server.paid(1000, "pm_test_4242").await["status"], "completed");
}

async fn a_customer_that_is_asked_for_is_null_where_there_is_none(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({"amount": 1000, "currency": "EUR", "expand": ["customer"]});
    let made = server.post("/v1/payments", body).await.ok();
    let path = format!("/v1/payments/{}", made["id"].as_str().expect("an id"));
    let listed = server.get("/v1/payments?expand[]=customer").await.ok()["data"][0].clone();
    for payment in [made, server.get(&format!("{path}?expand[]=customer")).await.ok(), listed] {
        assert_eq!(payment.get("customer"), Some(&Value::Null));
    }
    assert_eq!(server.get(&path).await.ok().get("customer"), None, "nobody asked");
}
