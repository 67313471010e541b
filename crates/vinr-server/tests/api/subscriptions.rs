//! Subscriptions: begun, paid, renewed, dunned, changed, ended (spec/billing.md, Subscriptions).

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::loyalty::id;

on_both_engines!(
    a_customer_with_a_saved_card_subscribes_as_the_introduction_says_and_pays_at_once,
    a_year_of_months_has_one_invoice_and_one_charge_a_month,
    a_month_end_comes_back_after_february,
    a_renewal_that_is_declined_is_past_due_until_another_card_pays_it,
    retries_that_bring_nothing_end_the_subscription,
    a_first_payment_that_is_declined_waits_a_day_and_is_void,
    without_a_card_the_first_payment_is_made_on_the_hosted_page,
    a_trial_ends_with_a_charge_and_tells_of_itself_before,
    a_trial_without_a_card_ends_as_it_was_agreed,
    who_cancels_at_the_end_of_the_period_may_think_better_of_it,
    an_invoice_that_is_sent_waits_to_be_paid,
    a_pause_collects_nothing,
    a_renewal_earns_points_like_any_payment,
    a_draft_that_many_finalize_at_once_is_charged_once,
    what_makes_no_sense_is_refused,
);

/// The time that the tests begin at.
pub const START: &str = "2026-01-01T00:00:00Z";
pub const DAY: i64 = 24 * 60 * 60;
pub const HOUR: i64 = 60 * 60;

/// A product's price that recurs.
pub async fn price(server: &Server, amount: i64, recurring: Value) -> String {
    let product = server.post("/v1/products", json!({"name": "Starter"})).await.ok();
    let body = json!({"productId": product["id"], "amount": amount, "currency": "EUR", "recurring": recurring});
    id(&server.post("/v1/prices", body).await.ok())
}

/// A price of so much a month.
pub async fn monthly(server: &Server, amount: i64) -> String {
    price(server, amount, json!({"interval": "month"})).await
}

/// A customer whose saved card is charged if nothing is said.
pub async fn customer(server: &Server) -> String {
    let customer = id(&server.post("/v1/customers", json!({"email": "ada@example.com"})).await.ok());
    server.saved(&customer, "4242424242424242").await;
    customer
}

/// A subscription of this customer's to a price, with more.
pub async fn subscribes(server: &Server, customer: &str, price: &str, more: Value) -> Answer {
    let mut body = json!({"customerId": customer, "priceId": price});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    server.post("/v1/subscriptions", body).await
}

pub async fn subscription(server: &Server, id: &str) -> Value {
    server.get(&format!("/v1/subscriptions/{id}")).await.ok()
}

/// A subscription's invoices, oldest first.
pub async fn invoices(server: &Server, subscription: &str) -> Vec<Value> {
    let listed = server.get(&format!("/v1/invoices?subscriptionId={subscription}&limit=100")).await.ok();
    listed["data"].as_array().expect("invoices").iter().rev().cloned().collect()
}

/// A customer's payments, oldest first.
pub async fn payments(server: &Server, customer: &str) -> Vec<Value> {
    let listed = server.get(&format!("/v1/payments?customerId={customer}&limit=100")).await.ok();
    listed["data"].as_array().expect("payments").iter().rev().cloned().collect()
}

/// The types of an account's events from a number on.
pub async fn told(server: &Server) -> Vec<String> {
    let mut types = Vec::new();
    let mut after = String::new();
    loop {
        let page = server.get(&format!("/v1/events?limit=100{after}")).await.ok();
        types.extend(
            page["data"].as_array().expect("events").iter().map(|one| one["type"].as_str().expect("a type").to_owned()),
        );
        let Some(cursor) = page["page"]["nextCursor"].as_str() else { break };
        after = format!("&startingAfter={cursor}");
    }
    types.reverse();
    types
}

fn of_billing(types: Vec<String>) -> Vec<String> {
    types.into_iter().filter(|kind| kind.starts_with("invoice.") || kind.starts_with("subscription.")).collect()
}

pub async fn patch(server: &Server, id: &str, body: Value) -> Answer {
    server.patch(&format!("/v1/subscriptions/{id}"), body).await
}

pub async fn cancel(server: &Server, id: &str, query: &str) -> Answer {
    server.call(Method::DELETE, &format!("/v1/subscriptions/{id}{query}"), Some(&server.secret_key), &[], None).await
}

/// What a customer has in euros.
pub async fn credit(server: &Server, customer: &str) -> i64 {
    let shown = server.get(&format!("/v1/loyalty/credit?customer={customer}")).await.ok();
    shown["balances"].as_array().expect("balances").iter().map(|one| one["balance"].as_i64().expect("an amount")).sum()
}

/// The books are right, to the merchant and to the operator.
pub async fn assert_books(server: &Server) {
    let proof = server.get("/v1/reconciliation").await.ok();
    let holds = |one: &Value| one["holds"] == true;
    assert!(proof["invariants"].as_array().is_some_and(|all| all.iter().all(holds)), "{proof}");
    server.assert_ledger().await;
}

/// Amounts of an invoice's lines.
pub fn amounts(invoice: &Value) -> Vec<i64> {
    invoice["lines"].as_array().expect("lines").iter().map(|line| line["amount"].as_i64().expect("an amount")).collect()
}

pub fn statuses(all: &[Value]) -> Vec<&str> {
    all.iter().map(|one| one["status"].as_str().expect("a status")).collect()
}

async fn a_customer_with_a_saved_card_subscribes_as_the_introduction_says_and_pays_at_once(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let customer = customer(&server).await;
    server.post("/v1/products", json!({"id": "prod_starter", "name": "Starter"})).await.ok();
    let price = server
        .post(
            "/v1/prices",
            json!({"productId": "prod_starter", "amount": 2900, "currency": "EUR", "recurring": {"interval": "month"}}),
        )
        .await
        .ok();
    let made = server.post("/v1/subscriptions", json!({"customerId": customer, "priceId": price["id"]})).await.ok();
    assert_eq!(
        (&made["object"], &made["status"], &made["customerId"]),
        (&json!("subscription"), &json!("active"), &json!(customer))
    );
    assert_eq!(
        (&made["currentPeriodStart"], &made["currentPeriodEnd"]),
        (&made["created_at"], &made["currentPeriodEnd"])
    );
    assert!(made["currentPeriodEnd"].as_str().is_some_and(|end| end.starts_with("2026-02-01T00:00")), "{made}");
    assert_eq!((&made["items"][0]["priceId"], &made["items"][0]["quantity"]), (&price["id"], &json!(1)));
    assert_eq!((&made["cancelAtPeriodEnd"], &made["checkoutUrl"]), (&json!(false), &Value::Null));
    let [invoice] = invoices(&server, &id(&made)).await.try_into().expect("one invoice");
    assert_eq!(invoice["id"], made["latestInvoiceId"]);
    assert_eq!((&invoice["status"], &invoice["number"]), (&json!("paid"), &json!("INV-000001")));
    assert_eq!(
        (&invoice["total"], &invoice["amountDue"], &invoice["amountPaid"]),
        (&json!(2900), &json!(2900), &json!(2900))
    );
    assert_eq!(
        (&invoice["lines"][0]["description"], &invoice["lines"][0]["proration"]),
        (&json!("Starter"), &json!(false))
    );
    assert_eq!(server.get(&format!("/v1/invoices/{}", id(&invoice))).await.ok(), invoice);
    let [paid] = payments(&server, &customer).await.try_into().expect("one payment");
    assert_eq!(
        (&paid["status"], &paid["amount"], &paid["invoiceId"]),
        (&json!("completed"), &json!(2900), &invoice["id"])
    );
    assert_eq!(invoice["paymentId"], paid["id"]);
    assert_eq!(subscription(&server, &id(&made)).await, made);
    let types = of_billing(told(&server).await);
    let due = ["subscription.created", "invoice.created", "invoice.finalized", "invoice.paid", "subscription.updated"];
    assert_eq!(types, due);
    let path = format!("/v1/invoices/{}/lines/{}/explanation", id(&invoice), id(&invoice["lines"][0]));
    let explained = server.get(&path).await.ok();
    assert_eq!((&explained["amount"], &explained["lineId"]), (&json!(2900), &invoice["lines"][0]["id"]));
    assert!(explained["sentences"][0].as_str().is_some_and(|first| first.contains("1 units at €29.00")), "{explained}");
    assert_books(&server).await;
}

async fn a_year_of_months_has_one_invoice_and_one_charge_a_month(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let made = subscribes(&server, &customer, &price, json!({})).await.ok();
    // The twelfth period ends with the year; its successor would be the next year's.
    server.advance(365 * DAY - 2 * HOUR).await;
    let all = invoices(&server, &id(&made)).await;
    assert_eq!(all.len(), 12);
    let numbers: Vec<String> = (1..=12).map(|number| format!("INV-{number:06}")).collect();
    assert_eq!(all.iter().map(|one| one["number"].as_str().expect("a number")).collect::<Vec<_>>(), numbers);
    for pair in all.windows(2) {
        assert_eq!(pair[0]["periodEnd"], pair[1]["periodStart"], "periods tile");
    }
    assert!(all.iter().all(|one| one["status"] == "paid" && one["attemptCount"] == 1), "{all:?}");
    let paid = payments(&server, &customer).await;
    assert_eq!((paid.len(), statuses(&paid)), (12, vec!["completed"; 12]));
    assert_eq!(subscription(&server, &id(&made)).await["status"], "active");
    assert_books(&server).await;
}

async fn a_month_end_comes_back_after_february(engine: Engine) {
    let server = Server::start_at(engine, "2026-01-31T10:00:00Z").await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let made = subscribes(&server, &customer, &price, json!({})).await.ok();
    server.advance(130 * DAY).await;
    let all = invoices(&server, &id(&made)).await;
    let days: Vec<&str> = all.iter().map(|one| &one["periodStart"].as_str().expect("a start")[5..10]).collect();
    assert_eq!(days, ["01-31", "02-28", "03-31", "04-30", "05-31"]);
}

async fn a_renewal_that_is_declined_is_past_due_until_another_card_pays_it(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let made = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    patch(&server, &made, json!({"defaultMethodId": "pm_test_9995"})).await.ok();
    server.advance(31 * DAY + 30 * 60).await;
    let all = invoices(&server, &made).await;
    assert_eq!(statuses(&all), ["paid", "draft"], "an hour is left to change it");
    server.advance(HOUR).await;
    let all = invoices(&server, &made).await;
    assert_eq!((statuses(&all), &all[1]["attemptCount"]), (vec!["paid", "open"], &json!(1)));
    assert!(all[1]["nextAttemptAt"].as_str().is_some_and(|next| next.starts_with("2026-02-02T01:00")), "{}", all[1]);
    assert_eq!(subscription(&server, &made).await["status"], "past_due");
    server.advance(3 * DAY).await;
    assert_eq!(invoices(&server, &made).await[1]["attemptCount"], 3, "after one day and after three");
    patch(&server, &made, json!({"defaultMethodId": "pm_test_4242"})).await.ok();
    assert_eq!(subscription(&server, &made).await["status"], "active");
    let all = invoices(&server, &made).await;
    assert_eq!((&all[1]["status"], &all[1]["nextAttemptAt"]), (&json!("paid"), &Value::Null));
    let paid = payments(&server, &customer).await;
    assert_eq!(paid.iter().filter(|one| one["status"] == "completed").count(), 2, "each month was charged once");
    let types = of_billing(told(&server).await);
    assert_eq!(types.iter().filter(|kind| *kind == "invoice.payment_failed").count(), 3);
    assert_books(&server).await;
}

async fn retries_that_bring_nothing_end_the_subscription(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let made = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    patch(&server, &made, json!({"defaultMethodId": "pm_test_9995"})).await.ok();
    server.advance(31 * DAY + 6 * DAY).await;
    assert_eq!(subscription(&server, &made).await["status"], "past_due");
    server.advance(2 * DAY).await;
    let ended = subscription(&server, &made).await;
    assert_eq!(ended["status"], "canceled", "the last retry was on the seventh day");
    let all = invoices(&server, &made).await;
    assert_eq!(
        (&all[1]["status"], &all[1]["attemptCount"], &all[1]["nextAttemptAt"]),
        (&json!("open"), &json!(5), &Value::Null)
    );
    assert_eq!(of_billing(told(&server).await).last().map(String::as_str), Some("subscription.deleted"));
    server.advance(60 * DAY).await;
    assert_eq!(invoices(&server, &made).await.len(), 2, "nothing is billed any more");
    let late = server
        .post(&format!("/v1/invoices/{}/pay", id(&all[1])), json!({"paymentMethodId": "pm_test_4242"}))
        .await
        .ok();
    assert_eq!(late["status"], "paid", "what is owed can be paid all the same");
    assert_books(&server).await;
}

async fn a_first_payment_that_is_declined_waits_a_day_and_is_void(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let declined = json!({"defaultMethodId": "pm_test_9995"});
    let made = subscribes(&server, &customer, &price, declined.clone()).await.ok();
    assert_eq!(made["status"], "incomplete");
    assert!(made["checkoutUrl"].as_str().is_some_and(|url| url.contains("/checkout/")), "{made}");
    let [invoice] = invoices(&server, &id(&made)).await.try_into().expect("one invoice");
    assert_eq!((&invoice["status"], &invoice["nextAttemptAt"]), (&json!("open"), &Value::Null), "there is no dunning");
    assert_eq!(invoice["checkoutUrl"], made["checkoutUrl"]);
    server.advance(22 * HOUR).await;
    assert_eq!(subscription(&server, &id(&made)).await["status"], "incomplete");
    server.advance(HOUR).await;
    let over = subscription(&server, &id(&made)).await;
    assert_eq!((&over["status"], &over["checkoutUrl"]), (&json!("canceled"), &Value::Null));
    assert_eq!(invoices(&server, &id(&made)).await[0]["status"], "void");
    assert_eq!(payments(&server, &customer).await[0]["status"], "cancelled", "nobody can pay it on the page any more");
    let other = subscribes(&server, &customer, &price, declined).await.ok();
    patch(&server, &id(&other), json!({"defaultMethodId": "pm_test_4242"})).await.ok();
    assert_eq!(subscription(&server, &id(&other)).await["status"], "active", "another card is tried at once");
    assert_eq!(payments(&server, &customer).await.len(), 2, "by the same payment");
    assert_books(&server).await;
}

async fn without_a_card_the_first_payment_is_made_on_the_hosted_page(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    let price = monthly(&server, 2900).await;
    let made = subscribes(&server, &customer, &price, json!({"returnUrl": "https://shop.example/thanks"})).await.ok();
    assert_eq!(made["status"], "incomplete");
    assert!(made["checkoutUrl"].as_str().is_some_and(|url| url.contains("/checkout/")), "{made}");
    let [waits] = payments(&server, &customer).await.try_into().expect("one payment");
    assert_eq!((&waits["status"], &waits["returnUrl"]), (&json!("pending"), &json!("https://shop.example/thanks")));
    assert_eq!(waits["checkoutUrl"], made["checkoutUrl"]);
    let pay = format!("/v1/test/payments/{}/pay", id(&waits));
    server.post(&pay, json!({"number": "4242424242424242"})).await.ok();
    assert_eq!(subscription(&server, &id(&made)).await["status"], "active");
    assert_eq!(invoices(&server, &id(&made)).await[0]["status"], "paid");
    server.advance(32 * DAY).await;
    let all = invoices(&server, &id(&made)).await;
    assert_eq!(statuses(&all), ["paid", "paid"], "the card of the page is kept and charged again");
    assert_books(&server).await;
}

async fn a_trial_ends_with_a_charge_and_tells_of_itself_before(engine: Engine) {
    let server = Server::start_at(engine, "2026-03-20T10:00:00Z").await;
    server.patch("/v1/account", json!({"timeZone": "Europe/Sofia"})).await.ok();
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let made = subscribes(&server, &customer, &price, json!({"trialPeriodDays": 14})).await.ok();
    assert_eq!(made["status"], "trialing");
    assert!(
        made["trialEnd"].as_str().is_some_and(|end| end.starts_with("2026-04-03T09:00")),
        "days of the calendar: {made}"
    );
    let [invoice] = invoices(&server, &id(&made)).await.try_into().expect("one invoice");
    assert_eq!((&invoice["status"], &invoice["total"]), (&json!("paid"), &json!(0)));
    assert_eq!(payments(&server, &customer).await, Vec::<Value>::new());
    server.advance(12 * DAY).await;
    let before = of_billing(told(&server).await);
    let due = ["subscription.created", "invoice.created", "invoice.finalized", "subscription.trial_will_end"];
    assert_eq!(before, due, "nobody paid");
    server.advance(2 * DAY + HOUR).await;
    let all = invoices(&server, &id(&made)).await;
    assert_eq!((statuses(&all), &all[1]["total"]), (vec!["paid", "paid"], &json!(2900)));
    assert_eq!(subscription(&server, &id(&made)).await["status"], "active");
    assert_books(&server).await;
}

async fn a_trial_without_a_card_ends_as_it_was_agreed(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    let price = monthly(&server, 2900).await;
    let mut made = Vec::new();
    for behavior in ["cancel", "pause"] {
        let trial = json!({"trialPeriodDays": 7, "trialSettings": {"endBehavior": behavior}});
        made.push(id(&subscribes(&server, &customer, &price, trial).await.ok()));
    }
    made.push(id(&subscribes(&server, &customer, &price, json!({"trialPeriodDays": 7})).await.ok()));
    server.advance(7 * DAY + 2 * HOUR).await;
    let mut after = Vec::new();
    for id in &made {
        after.push(subscription(&server, id).await["status"].clone());
    }
    assert_eq!(after, ["canceled", "paused", "past_due"]);
    assert_books(&server).await;
}

async fn who_cancels_at_the_end_of_the_period_may_think_better_of_it(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let made = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    let ends = patch(&server, &made, json!({"cancelAtPeriodEnd": true})).await.ok();
    assert_eq!((&ends["cancelAtPeriodEnd"], &ends["cancelAt"]), (&json!(true), &ends["currentPeriodEnd"]));
    let stays = patch(&server, &made, json!({"cancelAtPeriodEnd": false})).await.ok();
    assert_eq!((&stays["cancelAtPeriodEnd"], &stays["cancelAt"]), (&json!(false), &Value::Null));
    server.advance(32 * DAY).await;
    assert_eq!(invoices(&server, &made).await.len(), 2);
    patch(&server, &made, json!({"cancelAtPeriodEnd": true, "metadata": {"why": "moving"}})).await.ok();
    server.advance(31 * DAY).await;
    let over = subscription(&server, &made).await;
    assert_eq!(
        (&over["status"], &over["endedAt"], &over["metadata"]["why"]),
        (&json!("canceled"), &over["currentPeriodEnd"], &json!("moving"))
    );
    assert_eq!(invoices(&server, &made).await.len(), 2, "nobody pays for a period that they do not want");
    assert_eq!(of_billing(told(&server).await).last().map(String::as_str), Some("subscription.deleted"));
    let refused = patch(&server, &made, json!({"cancelAtPeriodEnd": false})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "subscription_not_changeable"));
    assert_books(&server).await;
}

async fn an_invoice_that_is_sent_waits_to_be_paid(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let sent = json!({"collectionMethod": "send_invoice", "daysUntilDue": 30});
    let made = subscribes(&server, &customer, &price, sent).await.ok();
    assert_eq!((&made["status"], &made["daysUntilDue"]), (&json!("active"), &json!(30)));
    let [invoice] = invoices(&server, &id(&made)).await.try_into().expect("one invoice");
    assert_eq!((&invoice["status"], &invoice["attemptCount"]), (&json!("open"), &json!(0)));
    assert!(invoice["dueAt"].as_str().is_some_and(|due| due.starts_with("2026-01-31T00:00")), "{invoice}");
    assert_eq!(payments(&server, &customer).await, Vec::<Value>::new());
    let paid = server.post(&format!("/v1/invoices/{}/pay", id(&invoice)), json!({})).await.ok();
    assert_eq!((&paid["status"], &paid["amountPaid"]), (&json!("paid"), &json!(2900)));
    let again = server.post(&format!("/v1/invoices/{}/pay", id(&invoice)), json!({})).await;
    assert_eq!((again.status, again.code().as_str()), (422, "invoice_not_payable"));
    assert_books(&server).await;
}

async fn a_pause_collects_nothing(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let mut made = Vec::new();
    for behavior in ["keep_as_draft", "mark_uncollectible", "void"] {
        let one = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
        let paused = patch(&server, &one, json!({"pauseCollection": {"behavior": behavior}})).await.ok();
        assert_eq!((&paused["status"], &paused["pauseCollection"]["behavior"]), (&json!("active"), &json!(behavior)));
        made.push(one);
    }
    server.advance(32 * DAY).await;
    let mut after = Vec::new();
    for id in &made {
        after.push(invoices(&server, id).await[1]["status"].clone());
    }
    assert_eq!(after, ["draft", "uncollectible", "void"]);
    assert_eq!(payments(&server, &customer).await.len(), 3);
    patch(&server, &made[2], json!({"pauseCollection": null})).await.ok();
    server.advance(31 * DAY).await;
    assert_eq!(invoices(&server, &made[2]).await[2]["status"], "paid");
    assert_books(&server).await;
}

async fn a_renewal_earns_points_like_any_payment(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let rule = json!({"award": {"type": "per_amount", "per": 100, "points": 1}});
    server.post("/v1/loyalty/earning-rules", rule).await.ok();
    let account = id(&server.post("/v1/loyalty/accounts", json!({"customer": customer})).await.ok());
    subscribes(&server, &customer, &price, json!({})).await.ok();
    server.advance(32 * DAY).await;
    let member = server.get(&format!("/v1/loyalty/accounts/{account}")).await.ok();
    assert_eq!(member["balance"], 58, "{member}");
    assert_books(&server).await;
}

async fn a_draft_that_many_finalize_at_once_is_charged_once(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let made = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    server.advance(31 * DAY + 30 * 60).await;
    let draft = id(&invoices(&server, &made).await[1]);
    // Whoever finalizes it, by hand, by its timer, or twice at once, it is charged once.
    let path = format!("/v1/invoices/{draft}/finalize");
    let answers = join_all((0..6).map(|_| server.post(&path, json!({})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.code() == "invoice_not_editable"));
    server.advance(2 * HOUR).await;
    let all = invoices(&server, &made).await;
    assert_eq!((all.len(), &all[1]["status"], &all[1]["number"]), (2, &json!("paid"), &json!("INV-000002")));
    assert_eq!(payments(&server, &customer).await.len(), 2);
    assert_books(&server).await;
}

async fn what_makes_no_sense_is_refused(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, monthly, yearly) = (
        customer(&server).await,
        monthly(&server, 2900).await,
        price(&server, 30_000, json!({"interval": "year"})).await,
    );
    let product = server.post("/v1/products", json!({"name": "Mug"})).await.ok();
    let once = json!({"productId": product["id"], "amount": 900, "currency": "EUR"});
    let once = id(&server.post("/v1/prices", once).await.ok());
    let items = |prices: [&str; 2]| json!(prices.map(|price| json!({"priceId": price})));
    for (body, status, code, param) in [
        (json!({"customerId": "cust_nobody", "priceId": monthly}), 404, "resource_missing", "customerId"),
        (json!({"customerId": customer, "priceId": "price_nobody"}), 404, "resource_missing", "priceId"),
        (json!({"customerId": customer}), 400, "parameter_missing", "priceId"),
        (json!({"customerId": customer, "priceId": once}), 400, "parameter_invalid", "priceId"),
        (json!({"customerId": customer, "items": items([&monthly, &yearly])}), 400, "parameter_conflict", "items"),
        (
            json!({"customerId": customer, "priceId": monthly, "defaultMethodId": "pm_nobody"}),
            404,
            "resource_missing",
            "defaultMethodId",
        ),
        (
            json!({"customerId": customer, "priceId": monthly, "couponId": "cpn_nobody"}),
            404,
            "resource_missing",
            "couponId",
        ),
        (
            json!({"customerId": customer, "priceId": monthly, "daysUntilDue": 5}),
            400,
            "parameter_conflict",
            "daysUntilDue",
        ),
        (
            json!({"customerId": customer, "priceId": monthly, "trialEnd": "2020-01-01T00:00:00Z"}),
            400,
            "parameter_invalid",
            "trialEnd",
        ),
    ] {
        let refused = server.post("/v1/subscriptions", body.clone()).await;
        let error = refused.json()["error"].clone();
        assert_eq!(
            (refused.status, &error["code"], &error["param"]),
            (status, &json!(code), &json!(param)),
            "{body}: {error}"
        );
    }
    assert_eq!(server.get("/v1/subscriptions").await.ok()["data"], json!([]));
    assert_eq!(server.get("/v1/invoices").await.ok()["data"], json!([]));
}
