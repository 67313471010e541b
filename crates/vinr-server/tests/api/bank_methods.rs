//! Bank accounts that are kept (spec/payments.md, Payment methods): with a mandate, by a debit, by iDEAL, or by a setup;
//! debited again without their holder, and detached.

use reqwest::Method;
use serde_json::{Value, json};

use crate::checkout::{Browser, url};
use crate::elements_fields::ask;
use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    an_account_is_attached_when_its_first_debit_is_completed,
    an_account_that_does_not_pay_is_forgotten,
    ideal_yields_the_account_that_paid,
    ideal_yields_the_account_also_when_its_buyer_answers_in_the_fields,
    an_ideal_payment_that_is_not_approved_yields_nothing,
    a_buyer_without_customer_becomes_one_with_the_account,
    a_saved_account_is_debited_without_its_holder,
    an_account_does_not_expire_and_is_not_kept_twice,
    what_a_saved_account_cannot_pay_is_refused,
    a_detached_account_has_a_revoked_mandate_and_is_never_debited_again,
    a_deleted_customer_leaves_no_number_of_an_account,
    a_setup_saves_an_account_that_its_bank_knows,
    a_saved_account_is_offered_beside_cards_with_its_mandate,
    the_setup_page_takes_an_account,
    no_iban_is_in_any_answer_event_or_row,
);

const DAY_S: i64 = 86_400;
const PAYS: &str = "FR14 2004 1010 0505 0001 3M02 606";
const HAS_NO_MONEY: &str = "DE62370400440532013001";
const CLOSED: &str = "DE35370400440532013002";
const IDEAL: &str = "method=ideal&number=&expiry=&cvc=&name=";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_else(|| panic!("an id: {object}"))
}

async fn customer(server: &Server) -> String {
    id(&server.post("/v1/customers", json!({"email": "ada@example.com"})).await.ok()).to_owned()
}

async fn payment(server: &Server, more: &Value) -> Value {
    let mut body = json!({"amount": 2500, "currency": "EUR"});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    server.post("/v1/payments", body).await.ok()
}

async fn shown(server: &Server, payment: &Value) -> Value {
    server.get(&format!("/v1/payments/{}", id(payment))).await.ok()
}

/// The buyer gives an account.
async fn debited(server: &Server, payment: &Value, iban: &str) -> Answer {
    let path = format!("/v1/test/payments/{}/debit", id(payment));
    server.post(&path, json!({"iban": iban, "accountHolder": "Ada Lovelace"})).await
}

/// A customer's account, saved with a setup.
async fn saved(server: &Server, customer: &str, iban: &str) -> String {
    let setup = server.post(&format!("/v1/customers/{customer}/setup-method"), json!({})).await.ok();
    let path = format!("/v1/test/setups/{}/debit", id(&setup));
    let saved = server.post(&path, json!({"iban": iban, "accountHolder": "Ada Lovelace"})).await.ok();
    saved["paymentMethodId"].as_str().unwrap_or_else(|| panic!("a saved account: {saved}")).to_owned()
}

async fn methods(server: &Server, customer: &str) -> Vec<Value> {
    let list = server.get(&format!("/v1/customers/{customer}/methods")).await.ok();
    list["data"].as_array().expect("a list").clone()
}

async fn default_of(server: &Server, customer: &str) -> Value {
    server.get(&format!("/v1/customers/{customer}")).await.ok()["defaultMethodId"].clone()
}

async fn told(server: &Server) -> Vec<String> {
    let events = server.get("/v1/events?after=0&limit=100").await.ok();
    let kinds = events["data"].as_array().expect("a list").iter();
    kinds.map(|event| event["type"].as_str().expect("a type").to_owned()).collect()
}

async fn rows(server: &Server, table: &'static str) -> usize {
    let count = match table {
        "card_vault" => "SELECT id FROM card_vault",
        _ => "SELECT id FROM payment_methods",
    };
    server.app.db.query(count, &[]).await.expect("rows").len()
}

async fn delete(server: &Server, path: &str) -> Answer {
    server.call(Method::DELETE, path, Some(&server.secret_key), &[], None).await
}

fn off_session(customer: &str, more: &Value) -> Value {
    let mut body = json!({"amount": 900, "currency": "EUR", "customerId": customer, "offSession": true});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

async fn an_account_is_attached_when_its_first_debit_is_completed(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let waiting = payment(&server, &json!({"customerId": ada, "savePaymentMethod": true})).await;
    let sent = debited(&server, &waiting, PAYS).await.ok();
    assert_eq!((&sent["status"], &sent["paymentMethodId"]), (&json!("processing"), &Value::Null));
    assert_eq!(methods(&server, &ada).await, [] as [Value; 0], "the money is not there yet");
    assert_eq!((rows(&server, "card_vault").await, default_of(&server, &ada).await), (1, Value::Null), "set aside");
    server.advance(5 * DAY_S).await;
    let paid = shown(&server, &waiting).await;
    let kept = methods(&server, &ada).await;
    let [method] = kept.as_slice() else { panic!("one method: {kept:?}") };
    assert_eq!((&paid["status"], &paid["paymentMethodId"]), (&json!("completed"), &method["id"]));
    for (field, value) in [
        ("type", json!("sepa_debit")),
        ("brand", Value::Null),
        ("last4", json!("2606")),
        ("country", json!("FR")),
        ("expMonth", Value::Null),
        ("expYear", Value::Null),
        ("funding", Value::Null),
        ("customerId", json!(ada)),
        ("billingDetails", json!({"name": "Ada Lovelace"})),
        ("status", json!("active")),
    ] {
        assert_eq!(method[field], value, "{field}");
    }
    let mandate = &method["mandate"];
    assert_eq!(mandate["reference"], sent["sepaDebit"]["mandateReference"], "the debit's own");
    assert_eq!(mandate["acceptedAt"], sent["timeline"][1]["at"], "when the buyer agreed, not when the money came");
    assert_eq!(
        (&mandate["status"], &mandate["paymentId"], &mandate["setupId"]),
        (&json!("active"), &waiting["id"], &Value::Null)
    );
    assert_eq!(&server.get(&format!("/v1/payment-methods/{}", id(method))).await.ok(), method);
    assert_eq!(default_of(&server, &ada).await, method["id"], "the first one is charged when none is named");
    let told = told(&server).await;
    let end = ["payment.completed", "payment_method.attached", "customer.updated"];
    assert!(end.iter().all(|kind| told.iter().filter(|one| one == kind).count() == 1), "{told:?}");
    // The same account once more is another method with the same fingerprint; it changes no default.
    let again = payment(&server, &json!({"customerId": ada})).await;
    let path = format!("/v1/test/payments/{}/debit", id(&again));
    let asked = json!({"iban": PAYS, "accountHolder": "Ada Lovelace", "savePaymentMethod": true});
    server.post(&path, asked).await.ok();
    server.advance(5 * DAY_S).await;
    let kept = methods(&server, &ada).await;
    assert_eq!((kept.len(), &kept[0]["fingerprint"]), (2, &kept[1]["fingerprint"]));
    assert_ne!(kept[0]["mandate"]["reference"], kept[1]["mandate"]["reference"]);
    assert_eq!(default_of(&server, &ada).await, kept[1]["id"]);
    server.assert_ledger().await;
}

async fn an_account_that_does_not_pay_is_forgotten(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let waiting = payment(&server, &json!({"customerId": ada, "savePaymentMethod": true})).await;
    debited(&server, &waiting, HAS_NO_MONEY).await.ok();
    assert_eq!(rows(&server, "card_vault").await, 1);
    server.advance(7 * DAY_S).await;
    assert_eq!(shown(&server, &waiting).await["failure"]["code"], "insufficient_funds");
    assert_eq!((rows(&server, "card_vault").await, rows(&server, "payment_methods").await), (0, 0));
    assert_eq!(default_of(&server, &ada).await, Value::Null);
    let unsaved = payment(&server, &json!({"customerId": ada})).await;
    debited(&server, &unsaved, PAYS).await.ok();
    assert_eq!(rows(&server, "card_vault").await, 0, "what is not to be kept is not set aside");
    server.assert_ledger().await;
}

async fn ideal_yields_the_account_that_paid(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let ada = customer(&server).await;
    for (answer, later_s) in [("succeed", 0), ("pend", 3_600)] {
        let waiting = payment(&server, &json!({"customerId": ada, "savePaymentMethod": true})).await;
        let page = browser.get(url(&waiting)).await.whole();
        for part in ["Test keeps the account you pay from.", "now and later, as agreed with you", "within 8 weeks"] {
            assert!(page.contains(part), "{part} is on {page}");
        }
        browser.post(url(&waiting), IDEAL).await;
        assert_eq!(rows(&server, "card_vault").await, methods(&server, &ada).await.len(), "its bank has told nothing");
        browser.post(&url(&waiting).replace("/checkout/", "/authenticate/"), &format!("result={answer}")).await;
        if later_s > 0 {
            assert_eq!(methods(&server, &ada).await.len(), 1, "{answer}: not before the bank pays");
            server.advance(later_s).await;
        }
        let paid = shown(&server, &waiting).await;
        let kept = methods(&server, &ada).await;
        assert_eq!((&paid["status"], &paid["method"]), (&json!("completed"), &json!("ideal")));
        assert_eq!(paid["paymentMethodId"], kept[0]["id"], "the payment names what it yielded");
        assert_eq!((&kept[0]["type"], &kept[0]["last4"]), (&json!("sepa_debit"), &json!("4300")));
        assert_eq!((&kept[0]["country"], &kept[0]["brand"]), (&json!("NL"), &Value::Null));
        assert_eq!(kept[0]["mandate"]["paymentId"], waiting["id"]);
    }
    let debited = server.post("/v1/payments", off_session(&ada, &json!({}))).await.ok();
    assert_eq!((&debited["status"], &debited["method"]), (&json!("processing"), &json!("sepa_debit")));
    server.advance(5 * DAY_S).await;
    assert_eq!(shown(&server, &debited).await["status"], "completed");
    server.assert_ledger().await;
}

async fn ideal_yields_the_account_also_when_its_buyer_answers_in_the_fields(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let ada = customer(&server).await;
    for (answer, later_s) in [("succeed", 0), ("pend", 3_600)] {
        let (waiting, secret) = server.session(json!({"customerId": ada, "savePaymentMethod": true})).await;
        browser.post(url(&waiting), IDEAL).await;
        let opened = ask(&server, "/elements/v1/session", &secret, "").await.ok();
        let bank = opened["payment"]["authenticationUrl"].as_str().expect("a question of the bank's");
        browser.post(bank, &format!("result={answer}")).await;
        if later_s > 0 {
            server.advance(later_s).await;
        }
        let (paid, kept) = (shown(&server, &waiting).await, methods(&server, &ada).await);
        assert_eq!((&paid["status"], &paid["method"]), (&json!("completed"), &json!("ideal")), "{answer}");
        assert_eq!((&paid["paymentMethodId"], &kept[0]["last4"]), (&kept[0]["id"], &json!("4300")), "{answer}");
    }
    assert_eq!(methods(&server, &ada).await.len(), 2);
    server.assert_ledger().await;
}

async fn an_ideal_payment_that_is_not_approved_yields_nothing(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let ada = customer(&server).await;
    let waiting = payment(&server, &json!({"customerId": ada, "savePaymentMethod": true})).await;
    let answer = format!("/v1/test/payments/{}/authenticate", id(&waiting));
    browser.post(url(&waiting), IDEAL).await;
    server.post(&answer, json!({"result": "fail"})).await.ok();
    browser.post(url(&waiting), IDEAL).await;
    server.advance(901).await;
    assert_eq!(shown(&server, &waiting).await["failure"]["code"], "authentication_expired");
    assert_eq!((rows(&server, "card_vault").await, rows(&server, "payment_methods").await), (0, 0));
    browser.post(url(&waiting), IDEAL).await;
    let paid = server.post(&answer, json!({"result": "succeed"})).await.ok();
    assert_eq!(methods(&server, &ada).await[0]["id"], paid["paymentMethodId"], "the helper plays the same bank");
    let unsaved = payment(&server, &json!({"customerId": ada})).await;
    browser.post(url(&unsaved), IDEAL).await;
    let answer = format!("/v1/test/payments/{}/authenticate", id(&unsaved));
    let paid = server.post(&answer, json!({"result": "succeed"})).await.ok();
    assert_eq!((&paid["paymentMethodId"], methods(&server, &ada).await.len()), (&Value::Null, 1), "kept unasked");
}

async fn a_buyer_without_customer_becomes_one_with_the_account(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let debit = "method=sepa_debit&iban=FR1420041010050500013M02606&holder=Eve";
    for form in [debit, IDEAL] {
        let waiting = payment(&server, &json!({"savePaymentMethod": true})).await;
        let nobody = browser.post(url(&waiting), form).await;
        assert_eq!(nobody.status, 422, "{form}");
        assert!(nobody.html.contains("Check the e-mail address."), "{}", nobody.html);
        browser.post(url(&waiting), &format!("{form}&email=eve%40example.com")).await;
        assert_eq!(shown(&server, &waiting).await["customerId"], Value::Null, "who has not paid is no customer");
        if form == IDEAL {
            browser.post(&url(&waiting).replace("/checkout/", "/authenticate/"), "result=succeed").await;
        } else {
            server.advance(5 * DAY_S).await;
        }
        let paid = shown(&server, &waiting).await;
        let eve = paid["customerId"].as_str().expect("a customer").to_owned();
        assert_eq!(server.get(&format!("/v1/customers/{eve}")).await.ok()["email"], "eve@example.com");
        assert_eq!(default_of(&server, &eve).await, paid["paymentMethodId"], "{form}");
    }
    let waiting = payment(&server, &json!({"savePaymentMethod": true})).await;
    let refused = debited(&server, &waiting, PAYS).await;
    assert_eq!((refused.status, refused.json()["error"]["param"].clone()), (400, json!("email")));
}

async fn a_saved_account_is_debited_without_its_holder(engine: Engine) {
    let server = Server::start(engine).await;
    let (ada, eve) = (customer(&server).await, customer(&server).await);
    let (pays, fails) = (saved(&server, &ada, PAYS).await, saved(&server, &eve, HAS_NO_MONEY).await);
    let mandate = methods(&server, &ada).await[0]["mandate"]["reference"].clone();
    let named = json!({"amount": 900, "currency": "EUR", "paymentMethodId": pays, "confirm": true});
    let confirmed = server.post("/v1/payments", named).await.ok();
    let default = server.post("/v1/payments", off_session(&ada, &json!({}))).await.ok();
    for (debited, is_off) in [(&confirmed, false), (&default, true)] {
        assert_eq!((&debited["status"], &debited["paymentMethodId"]), (&json!("processing"), &json!(pays)));
        assert_eq!((&debited["offSession"], &debited["customerId"]), (&json!(is_off), &json!(ada)));
        assert_eq!(debited["sepaDebit"]["mandateReference"], mandate, "under the mandate that was given");
        assert_eq!(debited["sepaDebit"]["accountHolder"], "Ada Lovelace");
    }
    let late = server.post("/v1/payments", off_session(&eve, &json!({"paymentMethodId": fails}))).await.ok();
    let waiting = payment(&server, &json!({"customerId": ada})).await;
    let path = format!("/v1/payments/{}/confirm", id(&waiting));
    assert_eq!(server.post(&path, json!({"offSession": true})).await.ok()["status"], "processing");
    assert_eq!(late["status"], "processing", "nobody knows yet");
    server.advance(7 * DAY_S).await;
    for paid in [&confirmed, &default, &waiting] {
        let paid = shown(&server, paid).await;
        assert_eq!((&paid["status"], &paid["fee"].is_i64()), (&json!("completed"), &true));
    }
    let failed = shown(&server, &late).await;
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!("insufficient_funds")));
    assert_eq!((methods(&server, &ada).await.len(), methods(&server, &eve).await.len()), (1, 1), "kept as they were");
    let told = told(&server).await;
    assert_eq!(told.iter().filter(|kind| *kind == "payment.processing").count(), 4);
    assert_eq!(told.iter().filter(|kind| *kind == "payment.failed").count(), 1);
    server.assert_ledger().await;
}

async fn an_account_does_not_expire_and_is_not_kept_twice(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let method = saved(&server, &ada, PAYS).await;
    let keeps = off_session(&ada, &json!({"savePaymentMethod": true}));
    server.post("/v1/payments", keeps).await.ok();
    server.advance(5 * DAY_S).await;
    assert_eq!(methods(&server, &ada).await.len(), 1, "what is kept already is not kept twice");
    let renewal = server.post(&format!("/v1/test/payment-methods/{method}/update"), json!({"last4": "1881"})).await;
    assert_eq!((renewal.status, renewal.code().as_str()), (400, "parameter_invalid"), "no network renews it");
    server.advance(700 * DAY_S).await;
    server.advance(700 * DAY_S).await;
    let debited = server.post("/v1/payments", off_session(&ada, &json!({}))).await.ok();
    assert_eq!(debited["status"], "processing", "an account does not expire");
    assert!(!told(&server).await.iter().any(|kind| kind == "payment_method.expiring"));
    server.advance(5 * DAY_S).await;
}

async fn what_a_saved_account_cannot_pay_is_refused(engine: Engine) {
    let server = Server::start(engine).await;
    let (ada, eve) = (customer(&server).await, customer(&server).await);
    let method = saved(&server, &ada, PAYS).await;
    for more in [json!({"currency": "USD"}), json!({"capture": false}), json!({"captureMethod": "manual"})] {
        let refused = server.post("/v1/payments", off_session(&ada, &more)).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"), "{more}");
        assert_eq!(refused.json()["error"]["param"], "paymentMethodId");
    }
    let theirs = server.post("/v1/payments", off_session(&eve, &json!({"paymentMethodId": method}))).await;
    assert_eq!((theirs.status, theirs.code().as_str()), (400, "payment_method_mismatch"));
    assert_eq!(server.get("/v1/payments").await.ok()["data"], json!([]), "nothing was made");
}

async fn a_detached_account_has_a_revoked_mandate_and_is_never_debited_again(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let method = saved(&server, &ada, PAYS).await;
    let under_way = server.post("/v1/payments", off_session(&ada, &json!({}))).await.ok();
    let gone = delete(&server, &format!("/v1/customers/{ada}/methods/{method}")).await.ok();
    assert_eq!((&gone["status"], &gone["mandate"]["status"]), (&json!("detached"), &json!("revoked")));
    let after = server.get(&format!("/v1/payment-methods/{method}")).await.ok();
    assert_eq!(after, gone, "the mandate stays on record");
    assert_eq!((default_of(&server, &ada).await, rows(&server, "card_vault").await), (Value::Null, 0));
    for more in
        [json!({"paymentMethodId": method}), json!({"paymentMethodId": method, "offSession": false, "confirm": true})]
    {
        let refused = server.post("/v1/payments", off_session(&ada, &more)).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "payment_method_detached"));
    }
    let nothing = server.post("/v1/payments", off_session(&ada, &json!({}))).await;
    assert_eq!(nothing.code(), "payment_method_missing");
    let events = server.get("/v1/events?type=payment_method.detached").await.ok();
    assert_eq!(events["data"][0]["data"]["mandate"]["status"], "revoked");
    server.advance(5 * DAY_S).await;
    assert_eq!(shown(&server, &under_way).await["status"], "completed", "what the bank had already, it does");
    server.assert_ledger().await;
}

async fn a_deleted_customer_leaves_no_number_of_an_account(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let method = saved(&server, &ada, PAYS).await;
    let waiting = payment(&server, &json!({"customerId": ada, "savePaymentMethod": true})).await;
    debited(&server, &waiting, "BG80BNBG96611020345678").await.ok();
    assert_eq!(rows(&server, "card_vault").await, 2);
    delete(&server, &format!("/v1/customers/{ada}")).await.ok();
    let gone = server.get(&format!("/v1/payment-methods/{method}")).await.ok();
    assert_eq!((&gone["status"], &gone["mandate"]["status"]), (&json!("detached"), &json!("revoked")));
    assert_eq!(gone["billingDetails"]["name"], Value::Null, "nothing personal is left");
    assert_eq!(rows(&server, "card_vault").await, 1, "the account that waits for its bank's word");
    server.advance(5 * DAY_S).await;
    assert_eq!(shown(&server, &waiting).await["status"], "completed");
    assert_eq!((rows(&server, "card_vault").await, rows(&server, "payment_methods").await), (0, 2), "nobody owns them");
    server.assert_ledger().await;
}

async fn a_setup_saves_an_account_that_its_bank_knows(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let setup = server.post(&format!("/v1/customers/{ada}/setup-method"), json!({})).await.ok();
    let path = format!("/v1/test/setups/{}/debit", id(&setup));
    let give = |iban: &str| json!({"iban": iban, "accountHolder": "Ada Lovelace"});
    let refused = server.post(&path, give(CLOSED)).await.ok();
    assert_eq!((&refused["status"], &refused["failure"]["code"]), (&json!("failed"), &json!("account_closed")));
    assert_eq!((rows(&server, "card_vault").await, rows(&server, "payment_methods").await), (0, 0));
    assert_eq!(server.post(&path, give("BE68539007547034")).await.code(), "test_account_required");
    assert_eq!(server.post(&path, give("DE88370400440532013000")).await.code(), "parameter_invalid");
    let done = server.post(&path, give(PAYS)).await.ok();
    assert_eq!(done["status"], "succeeded", "nothing is debited, so nobody waits");
    let kept = methods(&server, &ada).await;
    assert_eq!((&kept[0]["id"], &kept[0]["type"]), (&done["paymentMethodId"], &json!("sepa_debit")));
    let mandate = &kept[0]["mandate"];
    assert_eq!((&mandate["setupId"], &mandate["paymentId"]), (&setup["id"], &Value::Null));
    assert_eq!(default_of(&server, &ada).await, kept[0]["id"]);
    assert_eq!(server.post(&path, give(PAYS)).await.code(), "setup_not_confirmable");
}

async fn a_saved_account_is_offered_beside_cards_with_its_mandate(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let ada = customer(&server).await;
    server.saved(&ada, "4242424242424242").await;
    let account = saved(&server, &ada, PAYS).await;
    let reference = methods(&server, &ada).await[0]["mandate"]["reference"].as_str().expect("a mandate").to_owned();
    let waiting = payment(&server, &json!({"customerId": ada})).await;
    let page = browser.get(url(&waiting)).await.whole();
    for part in [
        &format!("value=\"{account}\" aria-describedby=\"{account}-mandate\""),
        "FR •••• 2606</span><small>Bank account",
        "Visa •••• 4242",
        &format!(
            "id=\"{account}-mandate\">By paying you let Test debit this account again, under mandate {reference},"
        ),
    ] {
        assert!(page.contains(part), "{part} is on {page}");
    }
    for (language, words) in
        [("de", "Bankkonto"), ("fr", "Compte bancaire"), ("es", "Cuenta bancaria"), ("bg", "Банкова сметка")]
    {
        let page = Browser::new(language).get(url(&waiting)).await.whole();
        assert!(page.contains(words) && page.contains(&reference), "{language}: {page}");
    }
    let dollars = payment(&server, &json!({"customerId": ada, "currency": "USD"})).await;
    let page = browser.get(url(&dollars)).await.whole();
    assert!(page.contains("4242") && !page.contains("2606"), "banks pay euros: {page}");
    let paid = browser.post(url(&waiting), &format!("method={account}")).await;
    let page = browser.get(&paid.onwards(&server)).await.whole();
    assert!(page.contains("Your account is being debited") && page.contains(&reference), "{page}");
    let debited = shown(&server, &waiting).await;
    assert_eq!((&debited["status"], &debited["paymentMethodId"]), (&json!("processing"), &json!(account)));
    let late = payment(&server, &json!({"customerId": ada})).await;
    delete(&server, &format!("/v1/customers/{ada}/methods/{account}")).await.ok();
    let refused = browser.post(url(&late), &format!("method={account}")).await;
    assert_eq!(refused.status, 422);
    assert!(refused.html.contains("You can no longer pay with this."), "{}", refused.html);
    server.advance(5 * DAY_S).await;
}

async fn the_setup_page_takes_an_account(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let ada = customer(&server).await;
    let setup = server.post(&format!("/v1/customers/{ada}/setup-method"), json!({})).await.ok();
    let page = browser.get(url(&setup)).await.whole();
    for part in ["How would you like to pay later?", "value=\"sepa_debit\"", "now and later, as agreed with you"] {
        assert!(page.contains(part), "{part} is on {page}");
    }
    assert!(!page.contains("value=\"ideal\""), "there is nothing to pay: {page}");
    let give = |iban: &str| format!("method=sepa_debit&iban={iban}&holder=Ada+Lovelace&number=&expiry=&cvc=&name=");
    let refused = browser.post(url(&setup), &give(CLOSED)).await;
    let page = browser.get(&refused.onwards(&server)).await.whole();
    assert!(page.contains("This account was closed.") && page.contains("value=\"sepa_debit\" checked"), "{page}");
    let saved = browser.post(url(&setup), &give("BG80BNBG96611020345678")).await;
    let page = browser.get(&saved.onwards(&server)).await.whole();
    assert!(page.contains("Account saved") && page.contains("BG •••• 5678"), "{page}");
    assert_eq!(methods(&server, &ada).await[0]["billingDetails"]["name"], "Ada Lovelace");
    assert_eq!(browser.post(url(&setup), IDEAL).await.status, 422);
}

/// The sibling of the same search for cards. What is left in memory is looked for by `tests/memory.rs` of the binary.
async fn no_iban_is_in_any_answer_event_or_row(engine: Engine) {
    let (server, browser) = (Server::start(engine).await, Browser::new("en"));
    let ada = customer(&server).await;
    let method = saved(&server, &ada, PAYS).await;
    let waiting = payment(&server, &json!({"customerId": ada, "savePaymentMethod": true})).await;
    debited(&server, &waiting, PAYS).await.ok();
    browser.post(url(&payment(&server, &json!({"customerId": ada, "savePaymentMethod": true})).await), IDEAL).await;
    server.advance(5 * DAY_S).await;
    let answers = [
        server.get("/v1/events?after=0&limit=100").await.bytes,
        server.get(&format!("/v1/customers/{ada}/methods")).await.bytes,
        server.get(&format!("/v1/payment-methods/{method}")).await.bytes,
        server.get("/v1/payments").await.bytes,
    ];
    for answer in answers {
        let text = String::from_utf8_lossy(&answer).into_owned();
        assert!(text.contains("2606") && !text.contains("20041010") && !text.contains("2004 1010"), "{text}");
    }
    let sealed = server.app.db.query("SELECT sealed FROM card_vault", &[]).await.expect("rows");
    assert!(!sealed.is_empty());
    for row in &sealed {
        assert!(!row.blob(0).windows(8).any(|bytes| bytes == b"20041010"), "sealed");
    }
    let kept = server.app.db.query("SELECT card_last4, country FROM payment_methods", &[]).await.expect("rows");
    assert!(kept.iter().all(|row| row.text(0) == "2606" && row.opt_text(1) == Some("FR")), "what may be shown");
}
