//! SEPA debits: an account that is typed on the hosted page, a mandate, and a bank that takes business days.

use serde_json::{Value, json};

use crate::checkout::{Browser, payment, status, url};
use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    a_buyer_gives_an_account_and_the_money_comes_after_business_days,
    a_debit_that_fails_does_so_late_and_says_why,
    what_is_wrong_with_an_account_is_said_under_its_field,
    a_debit_is_made_once,
    what_a_debit_cannot_pay_is_not_offered_it,
);

const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;
const ACCOUNT: &str =
    "method=sepa_debit&iban=DE89+3704+0044+0532+0130+00&holder=Ada+Lovelace&number=&expiry=&cvc=&name=";

async fn shown(server: &Server, payment: &Value) -> Value {
    server.get(&format!("/v1/payments/{}", payment["id"].as_str().expect("an id"))).await.ok()
}

/// The sandbox's buyer gives this account.
async fn debited(server: &Server, payment: &Value, iban: &str) -> Answer {
    let path = format!("/v1/test/payments/{}/debit", payment["id"].as_str().expect("an id"));
    server.post(&path, json!({"iban": iban, "accountHolder": "Ada Lovelace"})).await
}

async fn a_buyer_gives_an_account_and_the_money_comes_after_business_days(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let page = browser.get(url(&payment)).await.whole();
    for part in ["value=\"sepa_debit\"", "SEPA Direct Debit", "IBAN", "you authorise Test to send", "within 8 weeks"] {
        assert!(page.contains(part), "{part} is on {page}");
    }
    let posted = browser.post(url(&payment), ACCOUNT).await;
    let page = browser.get(&posted.onwards(&server)).await.whole();
    let debited = shown(&server, &payment).await;
    let mandate = debited["sepaDebit"]["mandateReference"].as_str().expect("a mandate");
    assert!(mandate.starts_with("VINR-") && mandate.len() <= 35, "{mandate}");
    for part in ["Your account is being debited", "DE •••• 3000", mandate, "status=processing"] {
        assert!(page.contains(part), "{part} is on {page}");
    }
    assert_eq!((&debited["status"], &debited["method"]), (&json!("processing"), &json!("sepa_debit")));
    assert_eq!((&debited["sepaDebit"]["country"], &debited["sepaDebit"]["last4"]), (&json!("DE"), &json!("3000")));
    assert_eq!(debited["sepaDebit"]["accountHolder"], "Ada Lovelace");
    assert!(!debited.to_string().contains("370400440532013"), "the number is not kept: {debited}");
    server.advance(23 * HOUR_S).await;
    assert_eq!(status(&server, &payment).await, "processing", "two business days take more than one day");
    server.advance(4 * DAY_S).await;
    let paid = shown(&server, &payment).await;
    assert_eq!(
        (&paid["status"], &paid["amountCaptured"], &paid["fee"]),
        (&json!("completed"), &json!(1000), &json!(40))
    );
    let told = server.get("/v1/events?limit=100").await.ok();
    let told = told["data"].as_array().expect("events").iter().filter_map(|one| one["type"].as_str());
    let told: Vec<&str> = told.filter(|kind| kind.starts_with("payment.")).collect();
    assert_eq!(told, ["payment.completed", "payment.processing", "payment.created"]);
    server.assert_ledger().await;
}

async fn a_debit_that_fails_does_so_late_and_says_why(engine: Engine) {
    let server = Server::start(engine).await;
    for (iban, code, retryable, days) in [
        ("DE62 3704 0044 0532 0130 01", "insufficient_funds", true, 5),
        ("DE35370400440532013002", "account_closed", false, 5),
        ("DE08370400440532013003", "debit_not_authorized", false, 7),
    ] {
        let payment = payment(&server).await;
        assert_eq!(debited(&server, &payment, iban).await.ok()["status"], "processing");
        server.advance(23 * HOUR_S).await;
        assert_eq!(status(&server, &payment).await, "processing", "{code}");
        server.advance(days * DAY_S).await;
        let failed = shown(&server, &payment).await;
        assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!(code)));
        assert_eq!((&failed["failure"]["retryable"], &failed["amountCaptured"]), (&json!(retryable), &json!(0)));
    }
    server.assert_ledger().await;
}

async fn what_is_wrong_with_an_account_is_said_under_its_field(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    let page = browser.post(url(&payment), &ACCOUNT.replace("DE89", "DE88").replace("Ada+Lovelace", "+")).await;
    assert_eq!(page.status, 422);
    for part in ["Check the IBAN.", "Enter the account holder’s name.", "value=\"sepa_debit\" checked"] {
        assert!(page.html.contains(part), "{part}: {}", page.html);
    }
    assert!(!page.html.contains("DE88"), "what was typed is not shown again");
    let foreign =
        browser.post(url(&payment), &ACCOUNT.replace("DE89+3704+0044+0532+0130+00", "BE68539007547034")).await;
    assert!(foreign.html.contains("test accounts only"), "{}", foreign.html);
    for (iban, code) in [
        ("BE68539007547034", "test_account_required"),
        ("DE88370400440532013000", "parameter_invalid"),
        ("US64SVBKUS6S3300958879", "parameter_invalid"),
    ] {
        let refused = debited(&server, &payment, iban).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, code), "{iban}");
        assert_eq!(refused.json()["error"]["param"], "iban");
    }
    assert_eq!(status(&server, &payment).await, "pending", "nothing was debited");
}

async fn a_debit_is_made_once(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let payment = payment(&server).await;
    debited(&server, &payment, "NL91ABNA0417164300").await.ok();
    let again = debited(&server, &payment, "NL91ABNA0417164300").await;
    assert_eq!((again.status, again.code().as_str()), (422, "payment_not_confirmable"));
    let posted = browser.post(url(&payment), ACCOUNT).await;
    assert!(browser.get(&posted.onwards(&server)).await.whole().contains("NL •••• 4300"));
    server.advance(5 * DAY_S).await;
    assert_eq!(shown(&server, &payment).await["amountCaptured"], 1000);
    server.assert_ledger().await;
}

async fn what_a_debit_cannot_pay_is_not_offered_it(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    for more in [json!({"currency": "USD"}), json!({"capture": false})] {
        let mut body = json!({"amount": 1000, "currency": "EUR"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let payment = server.post("/v1/payments", body).await.ok();
        assert!(!browser.get(url(&payment)).await.whole().contains("sepa_debit"), "{more}");
        let refused = debited(&server, &payment, "DE89370400440532013000").await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"), "{more}");
    }
}
