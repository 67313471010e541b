//! Invoices: finalized, collected, carried, written off, declared void (spec/billing.md, Invoices; spec/traps.md, section 6).

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Engine, Server, on_both_engines};
use crate::loyalty::id;
use crate::subscriptions::{
    DAY, HOUR, START, assert_books, credit, customer, invoices, monthly, patch, payments, statuses, subscribes,
    subscription, told,
};

on_both_engines!(
    what_is_not_worth_a_charge_is_carried_to_the_next_invoice,
    an_invoice_of_nothing_is_paid_at_once_and_told,
    a_bank_that_wants_the_customer_is_told_and_answered_on_the_page,
    a_debit_that_takes_days_is_trusted_until_the_bank_has_said,
    an_invoice_is_declared_void_or_written_off_once_and_the_books_say_so,
    an_invoice_that_many_pay_at_once_is_charged_once,
    a_coupon_that_is_used_up_subscribes_nobody,
    a_draft_is_not_paid_for_twice_by_hand_and_by_its_timer,
    what_is_sold_once_is_invoiced_and_what_waits_is_on_the_next_invoice,
);

async fn act(server: &Server, invoice: &str, what: &str, body: Value) -> crate::harness::Answer {
    server.post(&format!("/v1/invoices/{invoice}/{what}"), body).await
}

/// How often an account was told of an event.
async fn times(server: &Server, kind: &str) -> usize {
    told(server).await.iter().filter(|one| *one == kind).count()
}

async fn what_is_not_worth_a_charge_is_carried_to_the_next_invoice(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 30).await);
    let made = subscribes(&server, &customer, &price, json!({})).await.ok();
    assert_eq!(made["status"], "active", "nothing is to be paid");
    let [first] = invoices(&server, &id(&made)).await.try_into().expect("one invoice");
    assert_eq!((&first["status"], &first["total"], &first["amountDue"]), (&json!("paid"), &json!(30), &json!(0)));
    assert_eq!((credit(&server, &customer).await, payments(&server, &customer).await.len()), (-30, 0));
    server.advance(31 * DAY + 2 * HOUR).await;
    let all = invoices(&server, &id(&made)).await;
    assert_eq!(
        (&all[1]["total"], &all[1]["creditApplied"], &all[1]["amountPaid"]),
        (&json!(30), &json!(-30), &json!(60))
    );
    assert_eq!(credit(&server, &customer).await, 0);
    let listed = server.get(&format!("/v1/loyalty/credit/transactions?customer={customer}")).await.ok();
    let moved = listed["data"].as_array().expect("a list").iter().map(|one| (&one["type"], &one["amount"]));
    let kind = json!("invoice");
    assert_eq!(moved.collect::<Vec<_>>(), [(&kind, &json!(30)), (&kind, &json!(-30))]);
    assert_eq!(listed["data"][1]["source"]["invoice"], first["id"]);
    assert_books(&server).await;
}

async fn an_invoice_of_nothing_is_paid_at_once_and_told(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price, free) = (customer(&server).await, monthly(&server, 2900).await, monthly(&server, 0).await);
    let all = id(&server.post("/v1/coupons", json!({"percentOff": 100, "duration": "forever"})).await.ok());
    for (price, more) in [(&price, json!({"couponId": all})), (&free, json!({}))] {
        let made = subscribes(&server, &customer, price, more).await.ok();
        assert_eq!(made["status"], "active");
        let [invoice] = invoices(&server, &id(&made)).await.try_into().expect("one invoice");
        assert_eq!(
            (&invoice["status"], &invoice["amountPaid"], &invoice["paymentId"]),
            (&json!("paid"), &json!(0), &Value::Null)
        );
    }
    assert_eq!((times(&server, "invoice.paid").await, payments(&server, &customer).await.len()), (2, 0));
    assert_books(&server).await;
}

async fn a_bank_that_wants_the_customer_is_told_and_answered_on_the_page(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let asked = json!({"defaultMethodId": "pm_test_3220"});
    let made = subscribes(&server, &customer, &price, asked).await.ok();
    assert_eq!(made["status"], "incomplete");
    assert!(made["checkoutUrl"].as_str().is_some_and(|url| url.contains("/checkout/")), "{made}");
    assert_eq!(times(&server, "invoice.payment_action_required").await, 1);
    let [waits] = payments(&server, &customer).await.try_into().expect("one payment");
    assert_eq!(waits["status"], "requires_action");
    let card = json!({"number": "4242424242424242"});
    server.post(&format!("/v1/test/payments/{}/pay", id(&waits)), card).await.ok();
    assert_eq!(subscription(&server, &id(&made)).await["status"], "active");
    server.advance(31 * DAY + 2 * HOUR).await;
    let all = invoices(&server, &id(&made)).await;
    assert_eq!(
        (statuses(&all), subscription(&server, &id(&made)).await["status"].clone()),
        (vec!["paid", "open"], json!("past_due"))
    );
    assert!(all[1]["nextAttemptAt"].is_string(), "{}", all[1]);
    patch(&server, &id(&made), json!({"defaultMethodId": "pm_test_4242"})).await.ok();
    assert_eq!(subscription(&server, &id(&made)).await["status"], "active");
    let done: Vec<Value> = payments(&server, &customer).await;
    assert_eq!(statuses(&done), ["completed", "completed"], "by the payment that waited");
    assert_books(&server).await;
}

async fn a_debit_that_takes_days_is_trusted_until_the_bank_has_said(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    let setup = server.post(&format!("/v1/customers/{customer}/setup-method"), json!({})).await.ok();
    let account = json!({"iban": "DE89370400440532013000", "accountHolder": "Ada Lovelace"});
    server.post(&format!("/v1/test/setups/{}/debit", id(&setup)), account).await.ok();
    let price = monthly(&server, 2900).await;
    let made = subscribes(&server, &customer, &price, json!({})).await.ok();
    assert_eq!(made["status"], "active", "a debit is on its way");
    assert_eq!(invoices(&server, &id(&made)).await[0]["status"], "open");
    let busy =
        act(&server, &id(&invoices(&server, &id(&made)).await[0]), "pay", json!({"paymentMethodId": "pm_test_4242"}))
            .await
            .ok();
    assert_eq!(
        (&busy["status"], payments(&server, &customer).await.len()),
        (&json!("open"), 1),
        "nothing else is charged meanwhile"
    );
    let refused = act(&server, &id(&busy), "void", json!({})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "invoice_not_voidable"));
    server.advance(10 * DAY).await;
    assert_eq!(invoices(&server, &id(&made)).await[0]["status"], "paid");
    assert_books(&server).await;
}

async fn an_invoice_is_declared_void_or_written_off_once_and_the_books_say_so(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let mut open = Vec::new();
    for _ in 0..2 {
        let sent = json!({"collectionMethod": "send_invoice"});
        open.push(
            subscribes(&server, &customer, &price, sent).await.ok()["latestInvoiceId"]
                .as_str()
                .expect("an invoice")
                .to_owned(),
        );
    }
    let void = act(&server, &open[0], "void", json!({})).await.ok();
    assert_eq!(
        (&void["status"], &void["number"]),
        (&json!("void"), &json!("INV-000001")),
        "its number is not given again"
    );
    let again = act(&server, &open[0], "void", json!({})).await;
    assert_eq!((again.status, again.code().as_str()), (422, "invoice_not_voidable"));
    let off = act(&server, &open[1], "mark-uncollectible", json!({})).await.ok();
    assert_eq!(off["status"], "uncollectible");
    for kind in ["invoice.voided", "invoice.marked_uncollectible"] {
        assert_eq!(times(&server, kind).await, 1, "{kind}");
    }
    let paid = act(&server, &open[1], "pay", json!({})).await.ok();
    assert_eq!((&paid["status"], &paid["amountPaid"]), (&json!("paid"), &json!(2900)), "somebody paid all the same");
    let paid = act(&server, &open[1], "mark-uncollectible", json!({})).await;
    assert_eq!((paid.status, paid.code().as_str()), (422, "invoice_not_payable"));
    assert_books(&server).await;
}

async fn an_invoice_that_many_pay_at_once_is_charged_once(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let sent = json!({"collectionMethod": "send_invoice"});
    let made = subscribes(&server, &customer, &price, sent).await.ok();
    let path = format!("/v1/invoices/{}/pay", made["latestInvoiceId"].as_str().expect("an invoice"));
    let answers = join_all((0..6).map(|_| server.post(&path, json!({})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    let paid = payments(&server, &customer).await;
    assert_eq!(statuses(&paid), ["completed"]);
    assert_books(&server).await;
}

async fn a_coupon_that_is_used_up_subscribes_nobody(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let coupon = json!({"amountOff": 1000, "currency": "EUR", "maxRedemptions": 1, "duration": "repeating", "durationInPeriods": 2});
    let coupon = id(&server.post("/v1/coupons", coupon).await.ok());
    let made = subscribes(&server, &customer, &price, json!({"couponId": coupon})).await.ok();
    let refused = subscribes(&server, &customer, &price, json!({"couponId": coupon})).await;
    assert_eq!((refused.status, refused.code().as_str()), (422, "coupon_not_usable"));
    assert_eq!(server.get("/v1/subscriptions").await.ok()["data"].as_array().map(Vec::len), Some(1));
    server.advance(62 * DAY).await;
    let all = invoices(&server, &id(&made)).await;
    let paid: Vec<i64> = all.iter().map(|one| one["amountPaid"].as_i64().expect("an amount")).collect();
    assert_eq!(paid, [1900, 1900, 2900], "for two periods");
    assert_books(&server).await;
}

async fn a_draft_is_not_paid_for_twice_by_hand_and_by_its_timer(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let made = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    server.advance(31 * DAY + 60).await;
    let draft = id(&invoices(&server, &made).await[1]);
    let paid = act(&server, &draft, "pay", json!({})).await.ok();
    assert_eq!((&paid["status"], &paid["number"]), (&json!("paid"), &json!("INV-000002")));
    server.advance(2 * HOUR).await;
    assert_eq!(payments(&server, &customer).await.len(), 2);
    assert_books(&server).await;
}

async fn what_is_sold_once_is_invoiced_and_what_waits_is_on_the_next_invoice(engine: Engine) {
    let server = Server::start_at(engine, START).await;
    let (customer, price) = (customer(&server).await, monthly(&server, 2900).await);
    let item =
        |amount: i64| json!({"customerId": customer, "currency": "EUR", "description": "Mug", "unitAmount": amount});
    let waits = server.post("/v1/invoice-items", item(900)).await.ok();
    assert_eq!((&waits["invoiceId"], &waits["amount"]), (&Value::Null, &json!(900)));
    let mut body = json!({"customerId": customer, "currency": "EUR", "footer": "Thank you"});
    body["lines"] = json!([{"description": "Pens", "unitAmount": 150, "quantity": 3}]);
    let draft = server.post("/v1/invoices", body).await.ok();
    assert_eq!(
        (&draft["status"], &draft["total"], &draft["lines"][0]["unitAmount"]),
        (&json!("draft"), &json!(1350), &json!(150))
    );
    let mut onto = item(-350);
    onto["invoiceId"] = draft["id"].clone();
    server.post("/v1/invoice-items", onto.clone()).await.ok();
    let paid = act(&server, &id(&draft), "finalize", json!({})).await.ok();
    assert_eq!(
        (&paid["status"], &paid["amountPaid"], &paid["footer"]),
        (&json!("paid"), &json!(1000), &json!("Thank you"))
    );
    let late = server.post("/v1/invoice-items", onto).await;
    assert_eq!((late.status, late.code().as_str()), (422, "invoice_not_editable"));
    let made = id(&subscribes(&server, &customer, &price, json!({})).await.ok());
    server.post("/v1/invoice-items", item(100)).await.ok();
    server.advance(31 * DAY + 2 * HOUR).await;
    let all = invoices(&server, &made).await;
    assert_eq!((&all[1]["total"], &all[1]["status"]), (&json!(3000), &json!("paid")));
    assert_books(&server).await;
}
