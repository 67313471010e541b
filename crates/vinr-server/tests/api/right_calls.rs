//! How each endpoint is called rightly, and what there must be before. The tests that cover every endpoint take their
//! list from the server's own document and their calls from here, so an endpoint that is added fails them until it says
//! here how it is called.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Answer, Server};
use crate::{billing, catalog, usage};

/// A request that succeeds.
pub struct RightCall {
    pub path: String,
    /// Null for none.
    pub body: Value,
    /// Another body that is right as well, of an endpoint that takes one.
    pub other: Option<Value>,
}

impl RightCall {
    /// Sends it.
    pub async fn send(&self, server: &Server, method: &Method, key: &str) -> Answer {
        let body = (!self.body.is_null()).then(|| self.body.to_string());
        server.call(method.clone(), &self.path, Some(key), &[], body).await
    }
}

/// At least one right call of the endpoint, and one for each of its outcomes that are stored differently.
pub async fn right_calls(server: &Server, method: &Method, path: &str) -> Vec<RightCall> {
    let template = path;
    let call = |id: String, body: Value, other: Value| RightCall {
        path: template.replace("{id}", &id),
        body,
        other: (!other.is_null()).then_some(other),
    };
    let none = Value::Null;
    // Both spellings of one resource.
    let path = path.replace("/v1/webhook-endpoints", "/v1/webhooks");
    let one = match (method.as_str(), path.as_str()) {
        ("POST", "/v1/payments") => return creations().map(|body| call(String::new(), body, euros(7))).into(),
        ("POST", "/v1/payments/sessions") => call(String::new(), euros(1000), euros(7)),
        ("POST", "/v1/payments/{id}/confirm") => return confirmations(server, template).await,
        ("POST", "/v1/payments/{id}/capture") => {
            call(authorized(server).await, json!({"amount": 600}), json!({"amount": 500}))
        }
        ("POST", "/v1/payments/{id}/cancel") => call(pending(server).await, json!({}), json!({"expand": ["customer"]})),
        ("POST", "/v1/test/payments/{id}/pay") => {
            let card = |month: u8| json!({"number": "4242424242424242", "expMonth": month, "expYear": 2040});
            call(pending(server).await, card(1), card(2))
        }
        ("POST", "/v1/test/payments/{id}/authenticate") => {
            let waiting = id(&server.paid(1000, "pm_test_3220").await);
            call(waiting, json!({"result": "succeed"}), json!({"result": "fail"}))
        }
        ("POST", "/v1/customers") => call(String::new(), json!({"name": "Ada"}), json!({"name": "Eve"})),
        ("POST" | "PATCH", "/v1/customers/{id}") => {
            call(customer(server).await, json!({"name": "Bob"}), json!({"name": "Eve"}))
        }
        ("GET" | "DELETE", "/v1/customers/{id}") => call(customer(server).await, none.clone(), none),
        ("POST" | "PATCH", "/v1/account") => call(String::new(), json!({"name": "One"}), json!({"name": "Another"})),
        (_, hooks) if hooks.contains("/webhook") || hooks.ends_with("/redeliver") => {
            return vec![hook_call(server, method, template, hooks).await];
        }
        ("POST", "/v1/test/reset") => call(String::new(), json!({}), none),
        ("POST", "/v1/test/clock/advance") => call(String::new(), json!({"seconds": 1}), json!({"seconds": 2})),
        (_, settled)
            if ["/v1/settlements", "/v1/payouts", "/v1/balance"].iter().any(|noun| settled.starts_with(noun)) =>
        {
            return vec![settled_call(server, method, settled).await];
        }
        ("GET", "/v1/payments/{id}") => call(pending(server).await, none.clone(), none),
        ("GET", "/v1/events/{id}") => call(event(server).await, none.clone(), none),
        ("POST" | "PATCH", links) if links.contains("/payment-links") => return vec![link_call(server, links).await],
        ("GET", "/v1/payment-links/{id}") => call(link(server).await, none.clone(), none),
        ("POST", "/v1/test/payments/{id}/debit") => {
            let account = |iban: &str| json!({"iban": iban, "accountHolder": "Ada Lovelace"});
            let (one, other) = (account("DE89370400440532013000"), account("NL91ABNA0417164300"));
            call(pending(server).await, one, other)
        }
        (_, used) if usage::is_of_it(used) => return vec![usage::right_call(server, method, used).await],
        (_, sold) if catalog::is_of_it(sold) => return vec![catalog::right_call(server, method, sold).await],
        (_, billed) if billing::is_of_it(billed) => return vec![billing::right_call(server, method, billed).await],
        (_, loyal) if loyal.starts_with("/v1/loyalty/") => return vec![loyalty_call(server, method, loyal).await],
        (_, back) if back.contains("refund") || back.contains("dispute") => {
            return back_calls(server, method, back).await;
        }
        (_, wallet) if wallet.contains("method") || wallet.contains("/setups/") => {
            return vec![wallet_call(server, method, wallet).await];
        }
        ("GET", whole) if !whole.contains('{') => call(String::new(), none.clone(), none),
        _ => panic!("how is {method} {path} called rightly? add it to this list"),
    };
    vec![one]
}

/// A payment that is confirmed with a card that is approved, and one with a card that is declined.
async fn confirmations(server: &Server, path: &str) -> Vec<RightCall> {
    let confirm = |token| json!({"paymentMethodId": token});
    let mut calls = Vec::new();
    for (token, other) in [("pm_test_4242", "pm_test_0002"), ("pm_test_0002", "pm_test_4242")] {
        let path = path.replace("{id}", &pending(server).await);
        calls.push(RightCall { path, body: confirm(token), other: Some(confirm(other)) });
    }
    calls
}

/// The same for webhook endpoints, deliveries and what is sent again; `template` may be the other spelling of `path`.
async fn hook_call(server: &Server, method: &Method, template: &str, path: &str) -> RightCall {
    let call = |id: String, body: Value, other: Value| RightCall {
        path: template.replace("{id}", &id),
        body,
        other: (!other.is_null()).then_some(other),
    };
    let none = Value::Null;
    match (method.as_str(), path) {
        ("POST", "/v1/webhooks") => call(String::new(), hook(9), hook(10)),
        ("POST" | "PATCH", "/v1/webhooks/{id}") => {
            call(endpoint(server).await, json!({"description": "One"}), json!({"description": "Another"}))
        }
        ("POST", "/v1/webhooks/{id}/rotate-secret") => {
            call(endpoint(server).await, json!({"overlapHours": 1}), json!({"overlapHours": 2}))
        }
        ("POST", "/v1/webhooks/{id}/test") => call(endpoint(server).await, json!({}), none),
        ("POST", "/v1/webhook-deliveries/{id}/redeliver") => call(delivery(server).await, json!({}), none),
        ("POST", "/v1/events/{id}/redeliver") => {
            endpoint(server).await;
            call(event(server).await, json!({}), none)
        }
        ("GET" | "DELETE", "/v1/webhooks/{id}") | ("GET", "/v1/webhooks/{id}/deliveries") => {
            call(endpoint(server).await, none.clone(), none)
        }
        ("GET", "/v1/webhook-deliveries/{id}") => call(delivery(server).await, none.clone(), none),
        ("GET", whole) if !whole.contains('{') => call(String::new(), none.clone(), none),
        _ => panic!("how is {method} {path} called rightly? add it to this list"),
    }
}

/// The same for loyalty.
async fn loyalty_call(server: &Server, method: &Method, path: &str) -> RightCall {
    let call = |id: String, body: Value, other: Value| RightCall {
        path: path.replace("{id}", &id),
        body,
        other: (!other.is_null()).then_some(other),
    };
    let none = Value::Null;
    let fixed = |points: i64| json!({"award": {"type": "fixed", "points": points}});
    match (method.as_str(), path) {
        (_, spent) if spent.starts_with("/v1/loyalty/re") => spent_call(server, method, spent).await,
        ("POST", "/v1/loyalty/programs") => call(String::new(), json!({"name": "Miles"}), json!({"name": "Stars"})),
        ("POST" | "PATCH", "/v1/loyalty/programs/{id}") => {
            call(program(server).await, json!({"name": "Moons"}), json!({"name": "Suns"}))
        }
        ("GET", "/v1/loyalty/programs/{id}") => call(program(server).await, none.clone(), none),
        ("POST", "/v1/loyalty/earning-rules") => call(String::new(), fixed(5), fixed(6)),
        ("POST" | "PATCH", "/v1/loyalty/earning-rules/{id}") => call(rule(server).await, fixed(7), fixed(8)),
        ("GET" | "DELETE", "/v1/loyalty/earning-rules/{id}") => call(rule(server).await, none.clone(), none),
        ("POST", "/v1/loyalty/accounts") => {
            call(String::new(), json!({"customerId": customer(server).await}), json!({"metadata": {"card": "7"}}))
        }
        ("POST" | "PATCH", "/v1/loyalty/accounts/{id}") => {
            call(loyal(server).await, json!({"metadata": {"card": "8"}}), json!({"metadata": {"card": "9"}}))
        }
        ("GET", "/v1/loyalty/accounts/{id}") => call(loyal(server).await, none.clone(), none),
        ("POST", "/v1/loyalty/points/earn" | "/v1/loyalty/transactions") => {
            let account = loyal(server).await;
            let points = |amount: i64| json!({"account": account, "amount": amount});
            call(String::new(), points(5), points(6))
        }
        ("GET", "/v1/loyalty/credit") => {
            RightCall { path: format!("{path}?customer={}", customer(server).await), body: none.clone(), other: None }
        }
        ("GET", "/v1/loyalty/credit/transactions/{id}") => call(credited(server).await, none.clone(), none),
        ("GET", "/v1/loyalty/transactions/{id}") => {
            let given = json!({"account": loyal(server).await, "amount": 5});
            call(id(&server.post("/v1/loyalty/points/earn", given).await.ok()), none.clone(), none)
        }
        ("GET", whole) if !whole.contains('{') => call(String::new(), none.clone(), none),
        _ => panic!("how is {method} {path} called rightly? add it to this list"),
    }
}

/// The same for what points are spent on.
async fn spent_call(server: &Server, method: &Method, path: &str) -> RightCall {
    let call = |id: String, body: Value, other: Value| RightCall {
        path: path.replace("{id}", &id),
        body,
        other: (!other.is_null()).then_some(other),
    };
    let none = Value::Null;
    match (method.as_str(), path) {
        ("POST", "/v1/loyalty/rewards") => call(String::new(), a_reward(5), a_reward(6)),
        ("POST" | "PATCH", "/v1/loyalty/rewards/{id}") => {
            call(reward(server).await, json!({"cost": 7}), json!({"cost": 8}))
        }
        ("GET", "/v1/loyalty/rewards/{id}") => call(reward(server).await, none.clone(), none),
        ("POST", "/v1/loyalty/redemptions") => {
            let (account, one, other) = (loyal(server).await, reward(server).await, reward(server).await);
            let given = json!({"account": account, "amount": 10});
            server.post("/v1/loyalty/transactions", given).await.ok();
            let redeems = |reward: &str| json!({"account": account, "reward": reward});
            call(String::new(), redeems(&one), redeems(&other))
        }
        ("GET", "/v1/loyalty/redemptions/{id}") => call(redemption(server).await, none.clone(), none),
        ("POST", "/v1/loyalty/redemptions/{id}/cancel") => call(redemption(server).await, json!({}), none),
        ("GET", whole) if !whole.contains('{') => call(String::new(), none.clone(), none),
        _ => panic!("how is {method} {path} called rightly? add it to this list"),
    }
}

fn a_reward(cost: i64) -> Value {
    json!({"name": "Off", "type": "discount_amount", "cost": cost, "value": {"amount": 500, "currency": "EUR"}})
}

async fn reward(server: &Server) -> String {
    id(&server.post("/v1/loyalty/rewards", a_reward(5)).await.ok())
}

/// The transaction that gave a customer store credit.
async fn credited(server: &Server) -> String {
    let customer = customer(server).await;
    let joins = json!({"customer": customer});
    let account = id(&server.post("/v1/loyalty/accounts", joins).await.ok());
    server.post("/v1/loyalty/transactions", json!({"account": account, "amount": 10})).await.ok();
    let credit =
        json!({"name": "Credit", "type": "store_credit", "cost": 5, "value": {"amount": 500, "currency": "EUR"}});
    let reward = id(&server.post("/v1/loyalty/rewards", credit).await.ok());
    server.post("/v1/loyalty/redemptions", json!({"account": account, "reward": reward})).await.ok();
    let listed = server.get(&format!("/v1/loyalty/credit/transactions?customer={customer}")).await.ok();
    id(&listed["data"][0])
}

async fn redemption(server: &Server) -> String {
    let (account, reward) = (loyal(server).await, reward(server).await);
    server.post("/v1/loyalty/transactions", json!({"account": account, "amount": 10})).await.ok();
    let redeems = json!({"account": account, "reward": reward});
    id(&server.post("/v1/loyalty/redemptions", redeems).await.ok())
}

/// A program of an id that no other account has; an account has few of them, so it is made once.
async fn program(server: &Server) -> String {
    let programs = server.get("/v1/loyalty/programs").await.ok();
    match programs["data"].as_array().into_iter().flatten().find(|program| program["id"] != "prog_default") {
        Some(program) => id(program),
        None => id(&server.post("/v1/loyalty/programs", json!({"name": "Miles"})).await.ok()),
    }
}

/// A rule; an account has few of them as well, so the newest is taken if there is one.
async fn rule(server: &Server) -> String {
    let rules = server.get("/v1/loyalty/earning-rules").await.ok();
    if let Some(rule) = rules["data"].get(0) {
        return id(rule);
    }
    let fixed = json!({"award": {"type": "fixed", "points": 5}, "active": false});
    id(&server.post("/v1/loyalty/earning-rules", fixed).await.ok())
}

async fn loyal(server: &Server) -> String {
    id(&server.post("/v1/loyalty/accounts", json!({})).await.ok())
}

/// The same for payment links.
async fn link_call(server: &Server, path: &str) -> RightCall {
    let (path, body, other) = match path {
        "/v1/payment-links" => (path.to_owned(), euros(1000), euros(7)),
        one => (one.replace("{id}", &link(server).await), json!({"active": false}), json!({"description": "Another"})),
    };
    RightCall { path, body, other: Some(other) }
}

/// The same for what is settled and paid out.
async fn settled_call(server: &Server, method: &Method, path: &str) -> RightCall {
    let euros = json!({"currency": "EUR"});
    let (id, body) = match (method.as_str(), path) {
        ("GET", whole) if !whole.contains('{') => (String::new(), Value::Null),
        ("POST", "/v1/payouts") => (settlement(server).await, euros.clone()),
        ("GET", "/v1/settlements/{id}" | "/v1/settlements/{id}/transactions") => {
            (settlement(server).await, Value::Null)
        }
        ("GET", "/v1/balance/transactions/{id}") => {
            settlement(server).await;
            (id(&server.get("/v1/balance/transactions").await.ok()["data"][0]), Value::Null)
        }
        ("GET", "/v1/payouts/{id}") => (payout(server).await, Value::Null),
        ("POST", "/v1/payouts/{id}/cancel") => (payout(server).await, json!({})),
        _ => panic!("how is {method} {path} called rightly? add it to this list"),
    };
    let other = (body == euros).then(|| json!({"currency": "USD"}));
    RightCall { path: path.replace("{id}", &id), body, other }
}

/// The same for refunds and disputes.
async fn back_calls(server: &Server, method: &Method, path: &str) -> Vec<RightCall> {
    let call = |id: String, body: Value, other: Value| RightCall {
        path: path.replace("{id}", &id),
        body,
        other: (!other.is_null()).then_some(other),
    };
    let none = Value::Null;
    let one = match (method.as_str(), path) {
        ("POST", "/v1/refunds") => {
            let refund = |amount: i64, payment: &str| json!({"paymentId": payment, "amount": amount});
            let mut calls = Vec::new();
            for token in ["pm_test_4242", "pm_test_5126"] {
                let paid = id(&server.paid(1000, token).await);
                calls.push(call(String::new(), refund(400, &paid), refund(300, &paid)));
            }
            return calls;
        }
        ("POST", "/v1/test/payments/{id}/dispute") => {
            call(id(&server.paid(1000, "pm_test_4242").await), json!({"amount": 400}), json!({"amount": 300}))
        }
        ("POST" | "PATCH", "/v1/disputes/{id}") => {
            let says = |text: &str| json!({"evidence": {"uncategorizedText": text}});
            call(dispute(server).await, says("One"), says("Another"))
        }
        ("POST", "/v1/disputes/{id}/submit" | "/v1/disputes/{id}/accept") => {
            call(dispute(server).await, json!({}), none)
        }
        ("POST", "/v1/test/disputes/{id}/escalate" | "/v1/test/disputes/{id}/close") => {
            call(warning(server).await, json!({}), none)
        }
        ("GET", "/v1/disputes/{id}") => call(dispute(server).await, none.clone(), none),
        ("GET", "/v1/refunds/{id}") => call(refund(server).await, none.clone(), none),
        ("GET", whole) if !whole.contains('{') => call(String::new(), none.clone(), none),
        _ => panic!("how is {method} {path} called rightly? add it to this list"),
    };
    vec![one]
}

/// The same for saved methods and setups.
async fn wallet_call(server: &Server, method: &Method, path: &str) -> RightCall {
    let call = |id: String, body: Value, other: Value| RightCall {
        path: path.replace("{id}", &id),
        body,
        other: (!other.is_null()).then_some(other),
    };
    let none = Value::Null;
    match (method.as_str(), path) {
        ("GET", "/v1/customers/{id}/methods") => {
            let (customer, _) = saved(server).await;
            call(customer, none.clone(), none)
        }
        ("DELETE", "/v1/customers/{id}/methods/{method}") => {
            let (customer, method) = saved(server).await;
            let detach = call(customer, none.clone(), none);
            RightCall { path: detach.path.replace("{method}", &method), ..detach }
        }
        ("POST", "/v1/payment-methods") => {
            server.attest().await;
            let card = |month: u8| json!({"type": "card", "card": {"number": "4242424242424242", "expMonth": month, "expYear": 2040}});
            call(String::new(), card(1), card(2))
        }
        ("GET", "/v1/payment-methods/{id}") => call(saved(server).await.1, none.clone(), none),
        ("POST", "/v1/test/payment-methods/{id}/update") => {
            call(saved(server).await.1, json!({"last4": "1881"}), json!({"last4": "1882"}))
        }
        ("POST", "/v1/customers/{id}/setup-method") => {
            let shop = |page: &str| json!({"returnUrl": format!("https://shop.example/{page}")});
            call(customer(server).await, shop("one"), shop("another"))
        }
        ("GET", "/v1/setups/{id}") => call(setup(server).await, none.clone(), none),
        ("POST", "/v1/test/setups/{id}/pay") => {
            let card = |month: u8| json!({"number": "4242424242424242", "expMonth": month, "expYear": 2040});
            call(setup(server).await, card(1), card(2))
        }
        ("POST", "/v1/test/setups/{id}/debit") => {
            let account = |holder: &str| json!({"iban": "DE89370400440532013000", "accountHolder": holder});
            call(setup(server).await, account("Ada"), account("Eve"))
        }
        ("POST", "/v1/test/setups/{id}/authenticate") => {
            let waiting = setup(server).await;
            let challenge = json!({"number": "4000000000003220"});
            server.post(&format!("/v1/test/setups/{waiting}/pay"), challenge).await.ok();
            call(waiting, json!({"result": "succeed"}), json!({"result": "fail"}))
        }
        _ => panic!("how is {method} {path} called rightly? add it to this list"),
    }
}

fn euros(amount: i64) -> Value {
    json!({"amount": amount, "currency": "EUR"})
}

/// A payment that waits, one that succeeds, one that is declined, one that is held, one that needs its buyer.
fn creations() -> [Value; 5] {
    let with = |token: &str, capture: bool| json!({"amount": 1000, "currency": "EUR", "paymentMethod": token, "confirm": true, "capture": capture});
    [
        euros(1000),
        with("pm_test_4242", true),
        with("pm_test_0002", true),
        with("pm_test_4242", false),
        with("pm_test_3220", true),
    ]
}

async fn customer(server: &Server) -> String {
    id(&server.post("/v1/customers", json!({"name": "Ada"})).await.ok())
}

async fn setup(server: &Server) -> String {
    let path = format!("/v1/customers/{}/setup-method", customer(server).await);
    id(&server.post(&path, json!({})).await.ok())
}

/// A customer with a saved card.
async fn saved(server: &Server) -> (String, String) {
    let customer = customer(server).await;
    let method = server.saved(&customer, "4242424242424242").await;
    (customer, method)
}

/// Where nobody listens.
fn hook(port: u16) -> Value {
    json!({"url": format!("http://127.0.0.1:{port}/hook")})
}

fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

async fn pending(server: &Server) -> String {
    id(&server.post("/v1/payments", euros(1000)).await.ok())
}

async fn link(server: &Server) -> String {
    id(&server.post("/v1/payment-links", euros(1000)).await.ok())
}

/// A settlement that waits to be paid out.
async fn settlement(server: &Server) -> String {
    server.paid(1000, "pm_test_0077").await;
    id(&server.get("/v1/settlements?limit=1").await.ok()["data"][0])
}

/// A payout that was not sent yet.
async fn payout(server: &Server) -> String {
    settlement(server).await;
    id(&server.post("/v1/payouts", json!({"currency": "EUR"})).await.ok())
}

async fn authorized(server: &Server) -> String {
    let [_, _, _, hold, _] = creations();
    id(&server.post("/v1/payments", hold).await.ok())
}

async fn refund(server: &Server) -> String {
    let paid = server.paid(1000, "pm_test_4242").await;
    id(&server.post("/v1/refunds", json!({"paymentId": paid["id"], "amount": 400})).await.ok())
}

async fn dispute(server: &Server) -> String {
    let paid = server.paid(1000, "pm_test_4242").await;
    id(&server.post(&format!("/v1/test/payments/{}/dispute", id(&paid)), json!({"amount": 400})).await.ok())
}

async fn warning(server: &Server) -> String {
    let paid = server.paid(1000, "pm_test_4242").await;
    let path = format!("/v1/test/payments/{}/dispute", id(&paid));
    id(&server.post(&path, json!({"amount": 400, "warning": true})).await.ok())
}

async fn endpoint(server: &Server) -> String {
    id(&server.post("/v1/webhooks", hook(9)).await.ok())
}

async fn event(server: &Server) -> String {
    pending(server).await;
    id(&server.get("/v1/events?limit=1").await.ok()["data"][0])
}

async fn delivery(server: &Server) -> String {
    let endpoint = endpoint(server).await;
    pending(server).await;
    let deliveries = server.get(&format!("/v1/webhooks/{endpoint}/deliveries")).await.ok();
    id(&deliveries["data"][0])
}
