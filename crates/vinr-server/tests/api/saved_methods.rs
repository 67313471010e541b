//! Saved payment methods (spec/payments.md, Payment methods): kept by a payment or a setup, charged again, detached.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Engine, Server, on_both_engines};

on_both_engines!(
    a_setup_saves_a_card_for_its_customer,
    a_refused_card_is_not_saved_and_another_one_is,
    a_challenge_decides_whether_a_card_is_saved,
    a_setup_that_nobody_finishes_is_over,
    a_payment_keeps_the_card_that_pays,
    a_payment_without_customer_makes_one_of_its_buyer,
    a_card_that_does_not_pay_is_forgotten,
    a_saved_card_is_charged_without_its_buyer,
    a_method_that_may_not_be_charged_has_its_own_code,
    a_detached_method_is_never_charged_again,
    a_deleted_customer_leaves_no_number,
    a_payment_whose_customer_is_gone_names_a_method_that_is_there,
    a_card_that_expires_is_told_of_once,
    no_number_is_in_any_answer_event_or_row,
);

const CARD: &str = "4242424242424242";
const CHALLENGE: &str = "4000000000003220";
const DECLINED: &str = "4000000000000002";
const ATTACHES_THEN_DECLINES: &str = "4000000000000341";

fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_else(|| panic!("an id: {object}"))
}

async fn customer(server: &Server) -> String {
    id(&server.post("/v1/customers", json!({"email": "ada@example.com"})).await.ok()).to_owned()
}

async fn setup(server: &Server, customer: &str) -> Value {
    let body = json!({"returnUrl": "https://shop.example/wallet"});
    server.post(&format!("/v1/customers/{customer}/setup-method"), body).await.ok()
}

async fn typed(server: &Server, setup: &Value, number: &str) -> Value {
    server.post(&format!("/v1/test/setups/{}/pay", id(setup)), json!({"number": number})).await.ok()
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
    let kinds = events["data"].as_array().expect("a list").iter().map(|event| event["type"].as_str().expect("a type"));
    kinds.filter(|kind| !kind.starts_with("customer.created")).map(str::to_owned).collect()
}

async fn vault(server: &Server) -> usize {
    server.app.db.query("SELECT id FROM card_vault", &[]).await.expect("rows").len()
}

async fn detach(server: &Server, customer: &str, method: &str) -> Answer {
    let path = format!("/v1/customers/{customer}/methods/{method}");
    server.call(Method::DELETE, &path, Some(&server.secret_key), &[], None).await
}

fn pay(customer: &str, more: &Value) -> Value {
    let mut body = json!({"amount": 2500, "currency": "EUR", "customerId": customer});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    body
}

async fn a_setup_saves_a_card_for_its_customer(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let waiting = setup(&server, &customer).await;
    assert_eq!((&waiting["status"], &waiting["object"]), (&json!("pending"), &json!("setup")));
    assert!(waiting["checkoutUrl"].as_str().expect("a page").contains(id(&waiting)));
    let done = typed(&server, &waiting, CARD).await;
    assert_eq!((&done["status"], &done["customerId"]), (&json!("succeeded"), &json!(customer)));
    assert_eq!(server.get(&format!("/v1/setups/{}", id(&waiting))).await.ok(), done);
    let saved = methods(&server, &customer).await;
    let [method] = saved.as_slice() else { panic!("one method: {saved:?}") };
    assert_eq!(method["id"], done["paymentMethodId"]);
    for (field, value) in [
        ("object", json!("payment_method")),
        ("type", json!("card")),
        ("brand", json!("visa")),
        ("last4", json!("4242")),
        ("expMonth", json!(12)),
        ("customerId", json!(customer)),
        ("status", json!("active")),
    ] {
        assert_eq!(method[field], value, "{field}");
    }
    assert_eq!(&server.get(&format!("/v1/payment-methods/{}", id(method))).await.ok(), method);
    assert_eq!(default_of(&server, &customer).await, method["id"], "the first one is charged when none is named");
    assert_eq!(told(&server).await, ["payment_method.attached", "customer.updated"]);
    let second = server.saved(&customer, CARD).await;
    assert_eq!(default_of(&server, &customer).await, method["id"], "a second one changes no default");
    let saved = methods(&server, &customer).await;
    assert_eq!((saved.len(), saved[0]["id"].as_str()), (2, Some(second.as_str())), "the newest first");
    assert_eq!(saved[0]["fingerprint"], saved[1]["fingerprint"], "the same card is noticed");
    let again = server.post(&format!("/v1/test/setups/{}/pay", id(&waiting)), json!({"number": CARD})).await;
    assert_eq!((again.status, again.code().as_str()), (422, "setup_not_confirmable"));
}

async fn a_refused_card_is_not_saved_and_another_one_is(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let waiting = setup(&server, &customer).await;
    let refused = typed(&server, &waiting, DECLINED).await;
    assert_eq!((&refused["status"], &refused["failure"]["code"]), (&json!("failed"), &json!("card_declined")));
    assert_eq!(refused["paymentMethodId"], Value::Null);
    assert_eq!((methods(&server, &customer).await.len(), vault(&server).await), (0, 0));
    let real =
        server.post(&format!("/v1/test/setups/{}/pay", id(&waiting)), json!({"number": "4111111111111111"})).await;
    assert_eq!(real.code(), "test_card_required");
    let done = typed(&server, &waiting, CARD).await;
    assert_eq!((&done["status"], &done["failure"]), (&json!("succeeded"), &Value::Null));
    assert_eq!((methods(&server, &customer).await.len(), vault(&server).await), (1, 1));
}

async fn a_challenge_decides_whether_a_card_is_saved(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    for (result, status, saved) in [("fail", "failed", 0), ("succeed", "succeeded", 1)] {
        let waiting = setup(&server, &customer).await;
        let asked = typed(&server, &waiting, CHALLENGE).await;
        assert_eq!((&asked["status"], &asked["paymentMethodId"]), (&json!("requires_authentication"), &Value::Null));
        assert!(asked["authenticationUrl"].is_string());
        assert_eq!(methods(&server, &customer).await.len(), 0, "nobody sees a card that is not saved yet");
        let path = format!("/v1/test/setups/{}/authenticate", id(&waiting));
        let answered = server.post(&path, json!({"result": result})).await.ok();
        assert_eq!(answered["status"], status);
        assert_eq!((methods(&server, &customer).await.len(), vault(&server).await), (saved, saved));
        assert_eq!(server.post(&path, json!({"result": result})).await.code(), "setup_not_authenticatable");
    }
}

async fn a_setup_that_nobody_finishes_is_over(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let (untouched, asked) = (setup(&server, &customer).await, setup(&server, &customer).await);
    typed(&server, &asked, CHALLENGE).await;
    server.advance(901).await;
    let late = server.get(&format!("/v1/setups/{}", id(&asked))).await.ok();
    assert_eq!((&late["status"], &late["failure"]["code"]), (&json!("failed"), &json!("authentication_expired")));
    assert_eq!(vault(&server).await, 0, "its number is forgotten");
    server.advance(86_400).await;
    assert_eq!(server.get(&format!("/v1/setups/{}", id(&untouched))).await.ok()["status"], "expired");
    let path = format!("/v1/test/setups/{}/pay", id(&untouched));
    assert_eq!(server.post(&path, json!({"number": CARD})).await.code(), "setup_not_confirmable");
}

async fn a_payment_keeps_the_card_that_pays(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let kept = json!({"savePaymentMethod": true, "paymentMethod": "pm_test_4242", "confirm": true});
    let paid = server.post("/v1/payments", pay(&customer, &kept)).await.ok();
    let saved = methods(&server, &customer).await;
    assert_eq!((saved.len(), &saved[0]["id"]), (1, &paid["paymentMethodId"]), "the payment names what was kept");
    assert_eq!((&paid["savePaymentMethod"], &paid["status"]), (&json!(true), &json!("completed")));
    let waiting = server.post("/v1/payments", pay(&customer, &json!({"capture": false}))).await.ok();
    let path = format!("/v1/test/payments/{}", id(&waiting));
    let typed = json!({"number": CHALLENGE, "savePaymentMethod": true, "name": "Ada Lovelace"});
    let asked = server.post(&format!("{path}/pay"), typed).await.ok();
    assert_eq!((&asked["status"], &asked["paymentMethodId"]), (&json!("requires_authentication"), &Value::Null));
    assert_eq!((methods(&server, &customer).await.len(), vault(&server).await), (1, 2), "set aside, not attached");
    let held = server.post(&format!("{path}/authenticate"), json!({"result": "succeed"})).await.ok();
    let saved = methods(&server, &customer).await;
    assert_eq!((saved.len(), &saved[0]["id"]), (2, &held["paymentMethodId"]), "a hold proves a card as well");
    assert_eq!(saved[0]["billingDetails"]["name"], "Ada Lovelace");
    let told = told(&server).await;
    assert_eq!(told.iter().filter(|kind| *kind == "payment_method.attached").count(), 2);
    let again = json!({"savePaymentMethod": true, "paymentMethod": saved[1]["id"], "confirm": true});
    server.post("/v1/payments", pay(&customer, &again)).await.ok();
    assert_eq!(methods(&server, &customer).await.len(), 2, "what is kept already is not kept twice");
    server.assert_ledger().await;
}

async fn a_payment_without_customer_makes_one_of_its_buyer(engine: Engine) {
    let server = Server::start(engine).await;
    let body = json!({"amount": 1000, "currency": "EUR", "savePaymentMethod": true});
    let waiting = server.post("/v1/payments", body.clone()).await.ok();
    let path = format!("/v1/test/payments/{}/pay", id(&waiting));
    let nobody = server.post(&path, json!({"number": CARD})).await;
    assert_eq!((nobody.status, nobody.json()["error"]["param"].clone()), (400, json!("email")));
    let declined = server.post(&path, json!({"number": DECLINED, "email": "eve@example.com"})).await.ok();
    assert_eq!((&declined["status"], &declined["customerId"]), (&json!("failed"), &Value::Null));
    assert_eq!(server.get("/v1/customers").await.ok()["data"], json!([]), "who has not paid is no customer");
    let paid = server.post(&path, json!({"number": CARD, "email": "eve@example.com"})).await.ok();
    let customer = paid["customerId"].as_str().expect("a customer").to_owned();
    assert_eq!(server.get(&format!("/v1/customers/{customer}")).await.ok()["email"], "eve@example.com");
    assert_eq!(methods(&server, &customer).await[0]["id"], paid["paymentMethodId"]);
    let events = server.get("/v1/events?type=payment.completed").await.ok();
    assert_eq!(events["data"][0]["data"]["customerId"], json!(customer), "the event tells of the customer already");
    let mut direct = body;
    direct["paymentMethod"] = json!("pm_test_4242");
    direct["confirm"] = json!(true);
    let refused = server.post("/v1/payments", direct).await;
    assert_eq!((refused.status, refused.json()["error"]["param"].clone()), (400, json!("customerId")));
}

async fn a_card_that_does_not_pay_is_forgotten(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let keep = json!({"savePaymentMethod": true});
    let declined = server.post("/v1/payments", pay(&customer, &keep)).await.ok();
    server.post(&format!("/v1/test/payments/{}/pay", id(&declined)), json!({"number": DECLINED})).await.ok();
    assert_eq!(vault(&server).await, 0);
    for end in ["cancel", "challenge", "again"] {
        let waiting = server.post("/v1/payments", pay(&customer, &keep)).await.ok();
        let path = format!("/v1/test/payments/{}", id(&waiting));
        server.post(&format!("{path}/pay"), json!({"number": CHALLENGE})).await.ok();
        assert_eq!(vault(&server).await, 1, "{end}");
        match end {
            "cancel" => server.post(&format!("/v1/payments/{}/cancel", id(&waiting)), json!({})).await.ok(),
            "challenge" => server.post(&format!("{path}/authenticate"), json!({"result": "fail"})).await.ok(),
            _ => server.advance(901).await,
        };
        assert_eq!((vault(&server).await, methods(&server, &customer).await.len()), (0, 0), "{end}");
    }
    let rows = server.app.db.query("SELECT id FROM payment_methods", &[]).await.expect("rows");
    assert!(rows.is_empty(), "nothing of them is left");
}

async fn a_saved_card_is_charged_without_its_buyer(engine: Engine) {
    let server = Server::start(engine).await;
    let customer = customer(&server).await;
    let nothing = server.post("/v1/payments", pay(&customer, &json!({"offSession": true}))).await;
    assert_eq!((nothing.status, nothing.code().as_str()), (400, "payment_method_missing"));
    let first = server.saved(&customer, CARD).await;
    let challenged = setup(&server, &customer).await;
    typed(&server, &challenged, CHALLENGE).await;
    let path = format!("/v1/test/setups/{}/authenticate", id(&challenged));
    let challenged = server.post(&path, json!({"result": "succeed"})).await.ok()["paymentMethodId"].clone();
    let challenged = challenged.as_str().expect("a method").to_owned();
    let dunned = server.saved(&customer, ATTACHES_THEN_DECLINES).await;
    for (method, status) in [(&first, "completed"), (&challenged, "requires_action"), (&dunned, "failed")] {
        let body =
            pay(&customer, &json!({"paymentMethodId": method, "offSession": true, "description": "Order #4471"}));
        let charged = server.post("/v1/payments", body).await.ok();
        assert_eq!(
            (charged["status"].as_str(), charged["paymentMethodId"].as_str()),
            (Some(status), Some(method.as_str()))
        );
    }
    for more in [json!({"offSession": true}), json!({"confirm": true})] {
        let charged = server.post("/v1/payments", pay(&customer, &more)).await.ok();
        assert_eq!((&charged["status"], &charged["paymentMethodId"]), (&json!("completed"), &json!(first)));
    }
    let waiting = server.post("/v1/payments", pay(&customer, &json!({}))).await.ok();
    let confirmed = server.post(&format!("/v1/payments/{}/confirm", id(&waiting)), json!({})).await.ok();
    assert_eq!(confirmed["paymentMethodId"], json!(first));
    let nobodys = json!({"amount": 900, "currency": "EUR", "paymentMethod": first, "confirm": true});
    assert_eq!(
        server.post("/v1/payments", nobodys).await.ok()["customerId"],
        json!(customer),
        "its customer's payment"
    );
    server.assert_ledger().await;
}

async fn a_method_that_may_not_be_charged_has_its_own_code(engine: Engine) {
    let server = Server::start(engine).await;
    let (ada, eve) = (customer(&server).await, customer(&server).await);
    let method = server.saved(&ada, CARD).await;
    let with = |customer: &str, method: &str| pay(customer, &json!({"paymentMethodId": method, "confirm": true}));
    let refused = |answer: Answer| (answer.status, answer.code(), answer.json()["error"]["param"].clone());
    let param = json!("paymentMethodId");
    let code = |code: &str| (400, code.to_owned(), param.clone());
    assert_eq!(refused(server.post("/v1/payments", with(&eve, &method)).await), code("payment_method_mismatch"));
    let unknown = server.post("/v1/payments", with(&ada, "pm_nobodys")).await;
    assert_eq!(refused(unknown), (404, "resource_missing".to_owned(), param.clone()));
    let mismatch = server.patch(&format!("/v1/customers/{eve}"), json!({"defaultMethodId": method})).await;
    assert_eq!(
        (mismatch.code(), mismatch.json()["error"]["param"].clone()),
        ("payment_method_mismatch".to_owned(), json!("defaultMethodId"))
    );
    let early = server.post("/v1/customers", json!({"defaultMethodId": method})).await;
    assert_eq!((early.status, early.json()["error"]["param"].clone()), (400, json!("defaultMethodId")));
    for _ in 0..4 {
        server.advance(700 * 86_400).await;
    }
    assert_eq!(refused(server.post("/v1/payments", with(&ada, &method)).await), code("payment_method_expired"));
}

async fn a_detached_method_is_never_charged_again(engine: Engine) {
    let server = Server::start(engine).await;
    let (ada, eve) = (customer(&server).await, customer(&server).await);
    let (first, second) = (server.saved(&ada, CARD).await, server.saved(&ada, "5555555555554444").await);
    assert_eq!(detach(&server, &eve, &first).await.code(), "resource_missing", "it is somebody else's");
    let changed = server.patch(&format!("/v1/customers/{ada}"), json!({"defaultMethodId": second})).await.ok();
    assert_eq!(changed["defaultMethodId"], json!(second));
    let gone = detach(&server, &ada, &second).await.ok();
    assert_eq!((&gone["id"], &gone["status"]), (&json!(second), &json!("detached")));
    assert_eq!(default_of(&server, &ada).await, Value::Null, "nothing is charged unasked");
    assert_eq!((methods(&server, &ada).await.len(), vault(&server).await), (1, 1), "its number is gone");
    assert_eq!(detach(&server, &ada, &second).await.code(), "resource_missing");
    let body = pay(&ada, &json!({"paymentMethodId": second, "offSession": true}));
    assert_eq!(server.post("/v1/payments", body).await.code(), "payment_method_detached");
    assert_eq!(server.get(&format!("/v1/payment-methods/{second}")).await.ok()["status"], "detached");
    let told = told(&server).await;
    assert!(told.ends_with(&["payment_method.detached".to_owned(), "customer.updated".to_owned()]), "{told:?}");
    assert_eq!(methods(&server, &ada).await[0]["id"], json!(first));
}

async fn a_deleted_customer_leaves_no_number(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let method = server.saved(&ada, CARD).await;
    server.saved(&ada, "5555555555554444").await;
    let waiting = setup(&server, &ada).await;
    typed(&server, &waiting, CHALLENGE).await;
    let path = format!("/v1/customers/{ada}");
    server.call(Method::DELETE, &path, Some(&server.secret_key), &[], None).await.ok();
    assert_eq!(server.get(&format!("/v1/payment-methods/{method}")).await.ok()["status"], "detached");
    assert_eq!(server.get(&format!("{path}/methods")).await.code(), "resource_missing");
    assert_eq!(vault(&server).await, 1, "the card that waits for the bank's word");
    let late = format!("/v1/test/setups/{}/authenticate", id(&waiting));
    server.post(&late, json!({"result": "succeed"})).await.ok();
    assert_eq!(vault(&server).await, 0, "nobody is there to own it");
    let told = told(&server).await;
    assert_eq!(told.iter().filter(|kind| *kind == "payment_method.detached").count(), 2);
    assert_eq!(told.last().map(String::as_str), Some("customer.deleted"));
}

async fn a_payment_whose_customer_is_gone_names_a_method_that_is_there(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let body = json!({"amount": 1000, "currency": "EUR", "customerId": ada, "savePaymentMethod": true});
    let payment = server.post("/v1/payments", body).await.ok();
    let helper = |action: &str| format!("/v1/test/payments/{}/{action}", id(&payment));
    server.post(&helper("pay"), json!({"number": CHALLENGE})).await.ok();
    server.call(Method::DELETE, &format!("/v1/customers/{ada}"), Some(&server.secret_key), &[], None).await.ok();
    let paid = server.post(&helper("authenticate"), json!({"result": "succeed"})).await.ok();
    assert_eq!(paid["status"], "completed");
    let method = paid["paymentMethodId"].as_str().expect("a method");
    let method = server.get(&format!("/v1/payment-methods/{method}")).await.ok();
    assert_eq!((&method["status"], &method["customerId"]), (&json!("detached"), &json!(null)));
    assert_eq!((&method["billingDetails"]["name"], vault(&server).await), (&json!(null), 0));
}

async fn a_card_that_expires_is_told_of_once(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let now = server.get("/v1/test/clock").await.ok()["now"].as_str().expect("a time").to_owned();
    let year: i64 = now[..4].parse().expect("a year");
    let waiting = setup(&server, &ada).await;
    let card = json!({"number": CARD, "expMonth": 12, "expYear": year + 1});
    server.post(&format!("/v1/test/setups/{}/pay", id(&waiting)), card).await.ok();
    let expiring = || async { told(&server).await.iter().filter(|kind| *kind == "payment_method.expiring").count() };
    let to = |day: &str| json!({"to": format!("{}-{day}T00:00:00Z", year + 1)});
    server.post("/v1/test/clock/advance", to("12-01")).await.ok();
    assert_eq!(expiring().await, 0, "the 1st is 31 days before the month's end");
    server.post("/v1/test/clock/advance", to("12-03")).await.ok();
    assert_eq!(expiring().await, 1);
    server.advance(60 * 86_400).await;
    assert_eq!(expiring().await, 1);
}

async fn no_number_is_in_any_answer_event_or_row(engine: Engine) {
    let server = Server::start(engine).await;
    let ada = customer(&server).await;
    let method = server.saved(&ada, CARD).await;
    let answers = [
        server.get("/v1/events?after=0&limit=100").await.bytes,
        server.get(&format!("/v1/customers/{ada}/methods")).await.bytes,
        server.get(&format!("/v1/payment-methods/{method}")).await.bytes,
    ];
    for answer in answers {
        let text = String::from_utf8_lossy(&answer).into_owned();
        assert!(!text.contains(CARD) && !text.contains("\"cvc\""), "{text}");
    }
    let rows = server.app.db.query("SELECT sealed FROM card_vault", &[]).await.expect("rows");
    let sealed = rows[0].blob(0);
    assert!(!sealed.windows(4).any(|bytes| bytes == b"4242"), "sealed");
}
