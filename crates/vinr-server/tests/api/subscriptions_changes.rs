//! Changes within a period, with the numbers of spec/traps.md, sections 1 and 2.

use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::id;
use crate::subscriptions::{
    DAY, HOUR, START, amounts, assert_books, cancel, credit, customer, invoices, monthly, patch, payments, price,
    statuses, subscribes, subscription,
};

on_both_engines!(
    who_cancels_now_has_what_is_not_used_as_credit,
    a_change_within_a_period_is_billed_by_the_second,
    half_of_a_month_from_twenty_to_fifty_is_billed_with_the_next_invoice,
    credit_comes_from_what_was_charged,
    a_change_at_the_end_of_the_period_costs_nothing_before,
    a_preview_says_what_a_change_comes_to_and_does_nothing,
);

async fn who_cancels_now_has_what_is_not_used_as_credit(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 3100).await);
    let first = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    let second = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    server.advance(15 * DAY).await;
    let over = cancel(&server, &first, "").await.ok();
    assert_eq!((&over["status"], credit(&server, &customer).await), (&json!("canceled"), 0));
    cancel(&server, &second, "?prorate=true").await.ok();
    let given = credit(&server, &customer).await;
    assert_eq!(given, 1600, "16 of 31 days");
    let all = invoices(&server, &second).await;
    assert_eq!(
        (&all[1]["status"], &all[1]["total"], &all[1]["creditApplied"]),
        (&json!("paid"), &json!(-given), &json!(-given))
    );
    let again = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    let [invoice] = invoices(&server, &again).await.try_into().expect("one invoice");
    assert_eq!((&invoice["creditApplied"], &invoice["amountPaid"]), (&json!(given), &json!(3100 - given)));
    assert_eq!(credit(&server, &customer).await, 0);
    assert_books(&server).await;
}

/// Spec/traps.md, section 1: €29 → €99 at 2026-01-15 10:30:00.
async fn a_change_within_a_period_is_billed_by_the_second(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price, better) =
        (customer(&server).await, monthly(&server, 2900).await, monthly(&server, 9900).await);
    let made = subscribes(&server, &customer, &price, json!({})).await.ok();
    let started = made["currentPeriodStart"].as_str().expect("a start").to_owned();
    assert!(started.starts_with("2026-01-01T00:00"), "{made}");
    let made = id(&made);
    server.advance(14 * DAY + 10 * HOUR + 30 * 60).await;
    patch(&server, &made, json!({"priceId": better, "prorationBehavior": "always_invoice"})).await.ok();
    let all = invoices(&server, &made).await;
    assert_eq!((amounts(&all[1]), &all[1]["total"]), (vec![-1549, 5289], &json!(3740)), "{}", all[1]);
    assert_eq!((&all[1]["status"], &all[1]["lines"][0]["proration"]), (&json!("paid"), &json!(true)));
    let path = format!("/v1/invoices/{}/lines/{}/explanation", id(&all[1]), id(&all[1]["lines"][1]));
    let explained = server.get(&path).await.ok();
    assert!(explained["sentences"].to_string().contains("1431000 of 2678400 seconds"), "{explained}");
    server.advance(17 * DAY).await;
    assert_eq!(invoices(&server, &made).await[2]["total"], 9900);
    assert_books(&server).await;
}

async fn half_of_a_month_from_twenty_to_fifty_is_billed_with_the_next_invoice(engine: Engine) {
    let server = Server::start_at(engine, "2026-04-01T00:00:00Z").await;
    let (customer, price, better) =
        (customer(&server).await, monthly(&server, 2000).await, monthly(&server, 5000).await);
    let made = subscribes(&server, &customer, &price, json!({})).await.ok();
    let made = id(&made);
    server.advance(15 * DAY).await;
    let changed = patch(&server, &made, json!({"priceId": better})).await.ok();
    assert_eq!(changed["items"][0]["priceId"], json!(better));
    assert_eq!(invoices(&server, &made).await.len(), 1, "it waits");
    server.advance(16 * DAY).await;
    let all = invoices(&server, &made).await;
    let mut lines = amounts(&all[1]);
    lines.sort_unstable();
    assert_eq!((lines, &all[1]["total"]), (vec![-1000, 2500, 5000], &json!(6500)));
    assert_books(&server).await;
}

/// Spec/traps.md, section 2.
async fn credit_comes_from_what_was_charged(engine: Engine) {
    let server = Server::start_at(engine, "2026-04-01T00:00:00Z").await;
    let (customer, price) = (customer(&server).await, monthly(&server, 10_000).await);
    let coupon = id(&server.post("/v1/coupons", json!({"percentOff": 50})).await.ok());
    let made = subscribes(&server, &customer, &price, json!({"couponId": coupon})).await.ok();
    let [invoice] = invoices(&server, &id(&made)).await.try_into().expect("one invoice");
    assert_eq!((&invoice["discountTotal"], &invoice["amountPaid"]), (&json!(5000), &json!(5000)));
    assert_eq!(server.get(&format!("/v1/coupons/{coupon}")).await.ok()["timesRedeemed"], 1);
    server.advance(15 * DAY).await;
    cancel(&server, &id(&made), "?prorate=true").await.ok();
    assert_eq!(credit(&server, &customer).await, 2500);
    let again = id(&subscribes(&server, &customer, &price, json!({"couponId": coupon})).await.ok());
    server.advance(31 * DAY).await;
    let all = invoices(&server, &again).await;
    assert_eq!((&all[0]["discountTotal"], &all[1]["discountTotal"]), (&json!(5000), &json!(0)), "it is for one period");
    assert_books(&server).await;
}

async fn a_change_at_the_end_of_the_period_costs_nothing_before(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price, less) = (customer(&server).await, monthly(&server, 5000).await, monthly(&server, 2000).await);
    let made = id(&subscribes(&server, &customer, &price, json!({"quantity": 2})).await.ok());
    server.advance(10 * DAY).await;
    let asked = json!({"priceId": less, "quantity": 3, "effective": "at_period_end"});
    let later = patch(&server, &made, asked).await.ok();
    assert_eq!((&later["items"][0]["priceId"], &later["items"][0]["quantity"]), (&json!(price), &json!(2)));
    server.advance(22 * DAY).await;
    let all = invoices(&server, &made).await;
    assert_eq!((&all[0]["total"], amounts(&all[1])), (&json!(10_000), vec![6000]));
    let now = subscription(&server, &made).await;
    assert_eq!((&now["items"][0]["priceId"], &now["items"][0]["quantity"]), (&json!(less), &json!(3)));
    assert_books(&server).await;
}

async fn a_preview_says_what_a_change_comes_to_and_does_nothing(engine: Engine) {
    let server = Server::start_at(engine, "2026-04-01T00:00:00Z").await;
    let (customer, price, better) =
        (customer(&server).await, monthly(&server, 2000).await, monthly(&server, 5000).await);
    let made = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    server.advance(10 * DAY).await;
    let before = subscription(&server, &made).await;
    let path = format!("/v1/subscriptions/{made}/preview");
    let preview = |body: Value| server.post(&path, body);
    let next = preview(json!({})).await.ok();
    assert_eq!((&next["total"], &next["status"], &next["number"]), (&json!(2000), &json!("draft"), &Value::Null));
    let own = preview(json!({"priceId": better, "prorationBehavior": "always_invoice"})).await.ok();
    let lines = amounts(&own);
    assert_eq!(lines.len(), 2);
    assert_eq!(json!(lines.iter().sum::<i64>()), own["total"]);
    assert_eq!(lines, [-1333, 3333], "two thirds of the month are left");
    let yearly = price_of_a_year(&server).await;
    let other = preview(json!({"priceId": yearly})).await.ok();
    assert_eq!(amounts(&other)[1], 30_000);
    assert_eq!(subscription(&server, &made).await, before);
    assert_eq!((invoices(&server, &made).await.len(), payments(&server, &customer).await.len()), (1, 1));
    let changed = patch(&server, &made, json!({"priceId": yearly})).await.ok();
    assert!(changed["currentPeriodEnd"].as_str().is_some_and(|end| end.starts_with("2027-04-11")), "{changed}");
    let all = invoices(&server, &made).await;
    assert_eq!((statuses(&all), amounts(&all[1])[1]), (vec!["paid", "paid"], 30_000));
    assert_books(&server).await;
}

async fn price_of_a_year(server: &Server) -> String {
    price(server, 30_000, json!({"interval": "year"})).await
}
