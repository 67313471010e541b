//! Saved methods in use: charged while they are taken away, renewed by their network, charged without and then with their
//! buyer, forgotten with their customer (spec/payments.md, Payment methods; spec/sandbox.md, Helpers).

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    a_charge_that_races_a_detach_comes_before_it_or_not_at_all,
    a_renewed_card_is_shown_and_charged_as_it_is_now,
    a_renewed_card_is_warned_of_anew_once,
    what_no_network_would_say_of_a_card_is_refused,
    a_card_that_was_authenticated_once_is_charged_without_friction,
    a_buyer_returns_to_a_payment_whose_bank_wanted_them,
    a_forgotten_customer_takes_the_names_on_the_cards_along,
    a_card_is_kept_for_a_customer_and_the_expanded_one_has_it,
    a_confirmed_payment_without_customer_keeps_no_card,
);

const CARD: &str = "4242424242424242";
const CHALLENGE: &str = "4000000000003220";
const CHALLENGE_ONCE: &str = "4000000000003063";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_else(|| panic!("an id: {object}"))
}

async fn customer(server: &Server) -> String {
    id(&server.post("/v1/customers", json!({"email": "ada@example.com"})).await.ok()).to_owned()
}

/// A card that its bank asks about before it is saved.
async fn saved_after_challenge(server: &Server, customer: &str, number: &str) -> String {
    let setup = server.post(&format!("/v1/customers/{customer}/setup-method"), json!({})).await.ok();
    let path = format!("/v1/test/setups/{}", id(&setup));
    let asked = server.post(&format!("{path}/pay"), json!({"number": number})).await.ok();
    assert_eq!(asked["status"], "requires_authentication");
    let saved = server.post(&format!("{path}/authenticate"), json!({"result": "succeed"})).await.ok();
    saved["paymentMethodId"].as_str().expect("a saved card").to_owned()
}

async fn delete(server: &Server, path: &str) -> Answer {
    server.call(Method::DELETE, path, Some(&server.secret_key), &[], None).await
}

async fn events(server: &Server) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event["sequence"].as_i64().expect("a number"));
        let page = server.get(&format!("/v1/events?limit=100&after={after}")).await.ok();
        let page = page["data"].as_array().expect("a list");
        if page.is_empty() {
            return events;
        }
        events.extend(page.iter().cloned());
    }
}

fn off_session(customer: &str, method: Option<&str>) -> Value {
    let mut body = json!({"amount": 2500, "currency": "EUR", "customerId": customer, "offSession": true});
    if let Some(method) = method {
        body["paymentMethodId"] = json!(method);
    }
    body
}

/// Charges by name, charges of the default, confirmations of a waiting payment, and the detach, all at once.
async fn a_charge_that_races_a_detach_comes_before_it_or_not_at_all(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let (mut charged, mut refused) = (0, 0);
    for round in 0..12 {
        let method = server.saved(&customer, CARD).await;
        let mut waiting = Vec::new();
        for _ in 0..2 {
            let body = json!({"amount": 900, "currency": "EUR", "customerId": customer});
            waiting.push(id(&server.post("/v1/payments", body).await.ok()).to_owned());
        }
        let server = &server;
        let charge = |path: String, body: Value| async move { server.post(&path, body).await };
        let mut at_once = Vec::new();
        for n in 0..4 {
            let named = (n % 2 == 0).then_some(method.as_str());
            at_once.push(charge("/v1/payments".to_owned(), off_session(&customer, named)));
        }
        for payment in &waiting {
            at_once.push(charge(format!("/v1/payments/{payment}/confirm"), json!({"paymentMethodId": method})));
        }
        let path = format!("/v1/customers/{customer}/methods/{method}");
        // The detach begins a little later each round, so that it falls between the charges.
        let detach = async {
            for _ in 0..round {
                tokio::task::yield_now().await;
            }
            delete(server, &path).await
        };
        let (answers, detached) = tokio::join!(join_all(at_once), detach);
        assert_eq!(detached.ok()["status"], "detached");
        for answer in &answers {
            match (answer.status, answer.code().as_str()) {
                (200, _) => assert_eq!(answer.json()["status"], "completed"),
                (400, "payment_method_detached" | "payment_method_missing") => refused += 1,
                (status, code) => panic!("{status} {code}"),
            }
        }
        let told = events(server).await;
        let is_of =
            |event: &Value, kind: &str, field: &str| event["type"] == kind && event["data"][field] == json!(method);
        let end = told.iter().position(|event| is_of(event, "payment_method.detached", "id")).expect("told");
        let of_method = |event: &&Value| is_of(event, "payment.completed", "paymentMethodId");
        assert_eq!(told[end..].iter().filter(of_method).count(), 0, "no charge succeeds after the detach");
        charged += told[..end].iter().filter(of_method).count();
        let after = server.post("/v1/payments", off_session(&customer, Some(&method))).await;
        assert_eq!((after.status, after.code().as_str()), (400, "payment_method_detached"));
    }
    assert_eq!(charged + refused, 12 * 6, "each was charged before, or refused");
    assert!(refused > 0, "the detach never came first: nothing was raced");
    server.assert_ledger().await;
}

async fn renew(server: &Server, method: &str, renewal: Value) -> Answer {
    server.post(&format!("/v1/test/payment-methods/{method}/update"), renewal).await
}

async fn year(server: &Server) -> i64 {
    let now = server.get("/v1/test/clock").await.ok()["now"].as_str().expect("a time").to_owned();
    now[..4].parse().expect("a year")
}

async fn a_renewed_card_is_shown_and_charged_as_it_is_now(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let method = server.saved(&customer, CARD).await;
    let year = year(&server).await + 7;
    let before = server.get(&format!("/v1/payment-methods/{method}")).await.ok();
    let renewed = renew(&server, &method, json!({"expMonth": 3, "expYear": year, "last4": "1881"})).await.ok();
    let shown = |object: &Value| (object["last4"].clone(), object["expMonth"].clone(), object["expYear"].clone());
    assert_eq!(shown(&renewed), (json!("1881"), json!(3), json!(year)));
    for same in ["id", "brand", "customerId", "fingerprint", "status", "created_at"] {
        assert_eq!(renewed[same], before[same], "{same}");
    }
    assert_eq!(server.get(&format!("/v1/customers/{customer}/methods")).await.ok()["data"], json!([renewed]));
    let again = renew(&server, &method, json!({"last4": "1881"})).await.ok();
    assert_eq!(again, renewed, "what is so already changes nothing");
    let told: Vec<Value> =
        events(&server).await.into_iter().filter(|event| event["type"] == "payment_method.updated").collect();
    assert_eq!((told.len(), &told[0]["data"]), (1, &renewed), "and is not told");
    let charged = server.post("/v1/payments", off_session(&customer, None)).await.ok();
    assert_eq!((&charged["status"], &charged["paymentMethodId"]), (&json!("completed"), &json!(method)));
    assert_eq!(shown(&charged["card"]), (json!("1881"), json!(3), json!(year)));
    let month = renew(&server, &method, json!({"expMonth": 4})).await.ok();
    assert_eq!(shown(&month), (json!("1881"), json!(4), json!(year)), "what is not named stays");
}

async fn a_renewed_card_is_warned_of_anew_once(engine: Engine) {
    let server = Server::start(engine).await;
    let method = server.saved(&customer(&server).await, CARD).await;
    let next = year(&server).await + 1;
    let expiring = async || events(&server).await.iter().filter(|one| one["type"] == "payment_method.expiring").count();
    renew(&server, &method, json!({"expMonth": 12, "expYear": next})).await.ok();
    let to = |day: &str| json!({"to": format!("{next}-{day}T00:00:00Z")});
    server.post("/v1/test/clock/advance", to("12-01")).await.ok();
    assert_eq!(expiring().await, 0);
    server.post("/v1/test/clock/advance", to("12-03")).await.ok();
    assert_eq!(expiring().await, 1);
    renew(&server, &method, json!({"last4": "1881"})).await.ok();
    server.advance(1).await;
    assert_eq!(expiring().await, 1, "the same month is told of once");
    // A month that ends within thirty days already is told of at once, the one before never again.
    renew(&server, &method, json!({"expMonth": 1, "expYear": next + 1})).await.ok();
    server.post("/v1/test/clock/advance", json!({"to": format!("{}-02-15T00:00:00Z", next + 1)})).await.ok();
    assert_eq!(expiring().await, 2);
}

async fn what_no_network_would_say_of_a_card_is_refused(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let method = server.saved(&customer, CARD).await;
    let this_year = year(&server).await;
    for (renewal, param) in [
        (json!({"expYear": this_year - 1}), "expYear"),
        (json!({"expMonth": 13}), "expMonth"),
        (json!({"last4": "12"}), "last4"),
        (json!({"last4": "12a4"}), "last4"),
        (json!({"number": CARD}), "number"),
    ] {
        let refused = renew(&server, &method, renewal.clone()).await;
        assert_eq!((refused.status, refused.json()["error"]["param"].clone()), (400, json!(param)), "{renewal}");
    }
    let nobody = renew(&server, "pm_nobodys", json!({"last4": "1881"})).await;
    assert_eq!((nobody.status, nobody.code().as_str()), (404, "resource_missing"));
    delete(&server, &format!("/v1/customers/{customer}/methods/{method}")).await.ok();
    let gone = renew(&server, &method, json!({"last4": "1881"})).await;
    assert_eq!((gone.status, gone.code().as_str()), (400, "payment_method_detached"));
}

async fn a_card_that_was_authenticated_once_is_charged_without_friction(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let method = saved_after_challenge(&server, &customer, CHALLENGE_ONCE).await;
    for named in [None, Some(method.as_str())] {
        let charged = server.post("/v1/payments", off_session(&customer, named)).await.ok();
        assert_eq!((&charged["status"], &charged["card"]["last4"]), (&json!("completed"), &json!("3063")));
    }
    // Saved with the payment that it was authenticated for, it is no different.
    let body = json!({"amount": 900, "currency": "EUR", "savePaymentMethod": true});
    let waiting = server.post("/v1/payments", body).await.ok();
    let path = format!("/v1/test/payments/{}", id(&waiting));
    let typed = json!({"number": CHALLENGE_ONCE, "email": "eve@example.com"});
    assert_eq!(server.post(&format!("{path}/pay"), typed).await.ok()["status"], "requires_authentication");
    let paid = server.post(&format!("{path}/authenticate"), json!({"result": "succeed"})).await.ok();
    let eve = paid["customerId"].as_str().expect("a customer").to_owned();
    assert_eq!(server.post("/v1/payments", off_session(&eve, None)).await.ok()["status"], "completed");
}

/// The bank wants the buyer: never a silent decline. The buyer pays on the page, with that card or another one.
async fn a_buyer_returns_to_a_payment_whose_bank_wanted_them(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let method = saved_after_challenge(&server, &customer, CHALLENGE).await;
    let asked = server.post("/v1/payments", off_session(&customer, None)).await.ok();
    assert_eq!(
        (&asked["status"], &asked["offSession"], &asked["failure"]),
        (&json!("requires_action"), &json!(true), &Value::Null)
    );
    let page = asked["checkoutUrl"].as_str().expect("a page");
    let shown = server.send(server.http.get(page)).await;
    assert_eq!(shown.status, 200);
    assert!(String::from_utf8_lossy(&shown.bytes).contains("3220"), "the saved card is offered");
    let confirmed =
        server.post(&format!("/v1/payments/{}/confirm", id(&asked)), json!({"paymentMethodId": method})).await.ok();
    assert_eq!(
        (&confirmed["status"], &confirmed["offSession"]),
        (&json!("requires_authentication"), &json!(false)),
        "the buyer is there now"
    );
    let path = format!("/v1/test/payments/{}/authenticate", id(&asked));
    let paid = server.post(&path, json!({"result": "succeed"})).await.ok();
    assert_eq!((&paid["status"], &paid["paymentMethodId"]), (&json!("completed"), &json!(method)));

    let another = server.post("/v1/payments", off_session(&customer, Some(&method))).await.ok();
    let pay = format!("/v1/test/payments/{}/pay", id(&another));
    let paid = server.post(&pay, json!({"number": CARD})).await.ok();
    assert_eq!((&paid["status"], &paid["card"]["last4"]), (&json!("completed"), &json!("4242")));

    let left = server.post("/v1/payments", off_session(&customer, None)).await.ok();
    server.advance(86_400).await;
    let late = server.get(&format!("/v1/payments/{}", id(&left))).await.ok();
    assert_eq!(late["status"], "expired", "nobody came");
    server.assert_ledger().await;
}

async fn a_forgotten_customer_takes_the_names_on_the_cards_along(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let mut saved = Vec::new();
    for _ in 0..2 {
        let setup = server.post(&format!("/v1/customers/{customer}/setup-method"), json!({})).await.ok();
        let card = json!({"number": CARD, "name": "Ada Lovelace"});
        let done = server.post(&format!("/v1/test/setups/{}/pay", id(&setup)), card).await.ok();
        saved.push(done["paymentMethodId"].as_str().expect("a method").to_owned());
    }
    let path = format!("/v1/customers/{customer}");
    let detached = delete(&server, &format!("{path}/methods/{}", saved[0])).await.ok();
    assert_eq!(detached["billingDetails"]["name"], "Ada Lovelace", "its customer is still there");
    delete(&server, &path).await.ok();
    for method in &saved {
        let left = server.get(&format!("/v1/payment-methods/{method}")).await.ok();
        assert_eq!((&left["status"], &left["billingDetails"]["name"]), (&json!("detached"), &Value::Null));
        assert_eq!((&left["last4"], &left["brand"]), (&json!("4242"), &json!("visa")), "payments go on naming it");
    }
    let rows = server.app.db.query("SELECT name FROM payment_methods", &[]).await.expect("rows");
    assert!(rows.iter().all(|row| row.opt_text(0).is_none()), "nothing personal is kept in the rows");
    let told = events(&server).await;
    let last = told.iter().rfind(|event| event["type"] == "payment_method.detached").expect("told");
    assert_eq!((&last["data"]["id"], &last["data"]["billingDetails"]["name"]), (&json!(saved[1]), &Value::Null));
}

async fn a_card_is_kept_for_a_customer_and_the_expanded_one_has_it(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let body = json!({
        "amount": 1000, "currency": "EUR", "customerId": customer, "paymentMethod": "pm_test_4242", "confirm": true,
        "savePaymentMethod": true, "expand": ["customer"],
    });
    let paid = server.post("/v1/payments", body).await.ok();
    assert_eq!(paid["customer"]["defaultMethodId"], paid["paymentMethodId"], "as it is with this commit");
    assert_eq!(paid["customer"], server.get(&format!("/v1/customers/{customer}")).await.ok());
}

async fn a_confirmed_payment_without_customer_keeps_no_card(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({"amount": 1000, "currency": "EUR", "savePaymentMethod": true});
    let waiting = server.post("/v1/payments", body).await.ok();
    let path = format!("/v1/payments/{}/confirm", id(&waiting));
    let refused = server.post(&path, json!({"paymentMethodId": "pm_test_4242"})).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_missing"));
    assert_eq!(refused.json()["error"]["param"], "customerId", "there is no `email` to give here");
    assert_eq!(server.get(&format!("/v1/payments/{}", id(&waiting))).await.ok(), waiting, "nothing is charged");
    let method = server.saved(&customer(&server).await, CARD).await;
    let paid = server.post(&path, json!({"paymentMethodId": method})).await.ok();
    assert_eq!((&paid["status"], &paid["paymentMethodId"]), (&json!("completed"), &json!(method)));
}
