//! Programs, rules and members over the API, and what payments earn.

use serde_json::{Value, json};

use crate::elements::token;
use crate::harness::{Engine, Server, on_both_engines};

on_both_engines!(
    a_program_is_made_shown_listed_and_changed,
    an_earning_rule_is_made_shown_listed_changed_and_deleted,
    what_is_wrong_with_a_rule_is_told_at_once,
    a_customer_is_a_member_of_a_program_once,
    a_payment_of_a_member_earns_in_its_own_commit,
    a_payment_is_its_customers_or_else_the_members_that_its_metadata_name,
    a_customer_who_pays_becomes_a_member_where_the_program_says_so,
    points_are_counted_in_major_units_of_every_currency,
    every_rule_that_matches_gives_up_to_its_cap,
    every_way_in_which_a_payment_completes_earns,
    a_closed_membership_earns_nothing,
    programs_and_rules_have_an_end,
);

/// Points for each 1.00 in the default program.
pub async fn a_point_for_each_euro(server: &Server) -> Value {
    let rule = json!({"programId": "prog_default", "trigger": "payment.completed",
        "award": {"type": "per_amount", "per": 100, "points": 1}});
    server.post("/v1/loyalty/earning-rules", rule).await.ok()
}

/// A customer who is a member of the default program; the ids of both.
pub async fn member(server: &Server) -> (String, String) {
    let customer = id(&server.post("/v1/customers", json!({"name": "Ada"})).await.ok());
    let account = server.post("/v1/loyalty/accounts", json!({"customer": customer})).await.ok();
    (customer, id(&account))
}

/// A payment of a customer that is charged at once.
pub async fn pays(server: &Server, customer: &str, amount: i64) -> Value {
    pays_with(server, json!({"customer": customer, "amount": amount})).await
}

pub async fn pays_with(server: &Server, more: Value) -> Value {
    let mut body = json!({"amount": 4200, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
    body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    server.post("/v1/payments", body).await.ok()
}

pub async fn balance(server: &Server, account: &str) -> i64 {
    let shown = server.get(&format!("/v1/loyalty/accounts/{account}")).await.ok();
    shown["balance"].as_i64().expect("a balance")
}

/// What moved a member's points, oldest first: type and points.
pub async fn moved(server: &Server, account: &str) -> Vec<(String, i64)> {
    let list = server.get(&format!("/v1/loyalty/transactions?account={account}&limit=100")).await.ok();
    let text = |one: &Value| one["type"].as_str().expect("a type").to_owned();
    let all = list["data"].as_array().expect("a list").iter();
    all.rev().map(|one| (text(one), one["points"].as_i64().expect("points"))).collect()
}

pub fn id(object: &Value) -> String {
    object["id"].as_str().expect("an id").to_owned()
}

async fn a_program_is_made_shown_listed_and_changed(engine: Engine) {
    let server = Server::start(engine).await;
    let usual = server.get("/v1/loyalty/programs/prog_default").await.ok();
    assert_eq!(
        (&usual["object"], &usual["active"], &usual["autoEnroll"]),
        (&json!("program"), &json!(true), &json!(false))
    );
    assert_eq!(usual["currency"], json!({"name": "points", "pointValue": 1, "rounding": "down", "expiryMonths": null}));
    assert_eq!(usual["clawback"], json!({"allowNegative": true}));

    let made = json!({"id": "prog_miles", "name": "Miles", "currency": {"name": "miles", "point_value": 2, "expiry_months": 12},
        "clawback": {"allow_negative": false}, "metadata": {"tier": 1}});
    let made = server.post("/v1/loyalty/programs", made).await.ok();
    assert_eq!(made["currency"], json!({"name": "miles", "pointValue": 2, "rounding": "down", "expiryMonths": 12}));
    assert_eq!((&made["clawback"]["allowNegative"], &made["metadata"]), (&json!(false), &json!({"tier": "1"})));
    let again = server.post("/v1/loyalty/programs", json!({"id": "prog_miles", "name": "Miles"})).await;
    assert_eq!((again.status, again.code().as_str()), (400, "resource_exists"));

    let change = json!({"currency": {"rounding": "nearest", "expiryMonths": null}, "autoEnroll": true});
    let changed = server.patch("/v1/loyalty/programs/prog_miles", change).await.ok();
    assert_eq!(
        changed["currency"],
        json!({"name": "miles", "pointValue": 2, "rounding": "nearest", "expiryMonths": null})
    );
    assert_eq!((&changed["autoEnroll"], &changed["name"]), (&json!(true), &json!("Miles")));
    assert_eq!(server.get("/v1/loyalty/programs/prog_miles").await.ok(), changed);
    let ids: Vec<String> =
        server.get("/v1/loyalty/programs").await.ok()["data"].as_array().expect("a list").iter().map(id).collect();
    assert_eq!(ids, ["prog_miles", "prog_default"]);
    let missing = server.get("/v1/loyalty/programs/prog_none").await;
    assert_eq!((missing.status, missing.code().as_str()), (404, "resource_missing"));

    server.post("/v1/test/reset", json!({})).await.ok();
    let ids: Vec<String> =
        server.get("/v1/loyalty/programs").await.ok()["data"].as_array().expect("a list").iter().map(id).collect();
    assert_eq!(ids, ["prog_default"], "a sandbox begins with one");
}

async fn an_earning_rule_is_made_shown_listed_changed_and_deleted(engine: Engine) {
    let server = Server::start(engine).await;
    let asked = json!({"id": "rule_euro", "program": "prog_default", "name": "Euros",
        "award": {"type": "per_currency", "EUR": 1, "usd": 0.5},
        "conditions": {"min_amount": 500, "currency": "eur"}, "multiplier": 1.5,
        "cap": {"points": 100, "window": "month"}, "metadata": {"season": "autumn"}});
    let rule = server.post("/v1/loyalty/earning-rules", asked).await.ok();
    assert_eq!((&rule["object"], &rule["trigger"]), (&json!("earning_rule"), &json!("payment.completed")));
    assert_eq!(rule["award"], json!({"type": "per_currency", "EUR": 1, "USD": 0.5}));
    assert_eq!(rule["conditions"], json!({"minAmount": 500, "currency": "EUR", "tier": null}));
    assert_eq!((&rule["multiplier"], &rule["cap"]), (&json!(1.5), &json!({"points": 100, "window": "month"})));
    let change = json!({"award": {"type": "fixed", "points": 7}, "cap": null, "active": false, "conditions": {"currency": null}});
    let changed = server.patch("/v1/loyalty/earning-rules/rule_euro", change).await.ok();
    assert_eq!(changed["award"], json!({"type": "fixed", "points": 7}));
    assert_eq!(changed["conditions"], json!({"minAmount": 500, "currency": null, "tier": null}));
    assert_eq!((&changed["cap"], &changed["active"], &changed["name"]), (&json!(null), &json!(false), &json!("Euros")));
    assert_eq!(server.get("/v1/loyalty/earning-rules/rule_euro").await.ok(), changed);
    server.post("/v1/loyalty/programs", json!({"id": "prog_other", "name": "Other"})).await.ok();
    a_point_for_each_euro(&server).await;
    let of_other = server.get("/v1/loyalty/earning-rules?program=prog_other").await.ok();
    assert_eq!(of_other["data"], json!([]));
    let all = server.get("/v1/loyalty/earning-rules?programId=prog_default").await.ok();
    assert_eq!(all["data"].as_array().map(Vec::len), Some(2));
    let path = "/v1/loyalty/earning-rules/rule_euro";
    let deleted = server.call(reqwest::Method::DELETE, path, Some(&server.secret_key), &[], None).await.ok();
    assert_eq!(deleted, json!({"id": "rule_euro", "object": "earning_rule", "deleted": true}));
    assert_eq!(server.get(path).await.status, 404);
}

async fn what_is_wrong_with_a_rule_is_told_at_once(engine: Engine) {
    let server = Server::start(engine).await;
    let wrong = async |body: Value| {
        let answer = server.post("/v1/loyalty/earning-rules", body).await;
        assert_eq!(answer.status, 400, "{}", answer.json());
        let errors = answer.json()["error"]["errors"].as_array().expect("errors").clone();
        let place = |error: &Value| {
            (
                error["param"].as_str().unwrap_or_default().to_owned(),
                error["code"].as_str().unwrap_or_default().to_owned(),
            )
        };
        errors.iter().map(place).collect::<Vec<_>>()
    };
    let at = |param: &str, code: &str| (param.to_owned(), code.to_owned());
    assert_eq!(wrong(json!({})).await, [at("award", "parameter_missing")]);
    assert_eq!(wrong(json!({"award": {"type": "gift"}})).await, [at("award.type", "parameter_invalid")]);
    assert_eq!(
        wrong(json!({"award": {"type": "per_amount", "per": 1.5}})).await,
        [at("award.per", "parameter_invalid"), at("award.points", "parameter_missing")]
    );
    assert_eq!(
        wrong(json!({"award": {"type": "fixed", "points": 5, "EUR": 1}})).await,
        [at("award.EUR", "parameter_unknown")]
    );
    assert_eq!(
        wrong(json!({"award": {"type": "per_currency", "EUR": 0.00001}})).await,
        [at("award.EUR", "parameter_invalid")]
    );
    assert_eq!(
        wrong(json!({"award": {"type": "per_currency", "XXY": 1}})).await,
        [at("award.XXY", "currency_unknown")]
    );
    assert_eq!(
        wrong(json!({"trigger": "loyalty.account.created", "award": {"type": "per_amount", "points": 1}})).await,
        [at("award.type", "parameter_invalid")]
    );
    let nowhere = json!({"programId": "prog_none", "award": {"type": "fixed", "points": 5}});
    let missing = server.post("/v1/loyalty/earning-rules", nowhere).await;
    assert_eq!((missing.status, missing.json()["error"]["param"].as_str()), (404, Some("programId")));
}

async fn a_customer_is_a_member_of_a_program_once(engine: Engine) {
    let server = Server::start(engine).await;
    let (customer, first) = member(&server).await;
    let second = server.post("/v1/loyalty/accounts", json!({"customerId": customer})).await;
    assert_eq!((second.status, second.code().as_str()), (422, "loyalty_account_exists"));
    assert!(
        second.json()["error"]["message"].as_str().is_some_and(|message| message.contains(&first)),
        "it names the first"
    );
    server.post("/v1/loyalty/programs", json!({"id": "prog_other", "name": "Other"})).await.ok();
    let elsewhere =
        json!({"id": "loy_9f2k", "customer_id": customer, "program": "prog_other", "metadata": {"card": 7}});
    let other = server.post("/v1/loyalty/accounts", elsewhere).await.ok();
    assert_eq!((&other["id"], &other["programId"]), (&json!("loy_9f2k"), &json!("prog_other")));
    assert_eq!(
        (&other["balance"], &other["pendingPoints"], &other["lifetimePoints"]),
        (&json!(0), &json!(0), &json!(0))
    );
    server.post("/v1/loyalty/accounts", json!({})).await.ok();

    let count = async |query: &str| {
        let list = server.get(&format!("/v1/loyalty/accounts?{query}")).await.ok();
        list["data"].as_array().expect("a list").len()
    };
    assert_eq!(count(&format!("customer={customer}")).await, 2);
    assert_eq!(count(&format!("customer={customer}&program=prog_other")).await, 1);
    assert_eq!(count("programId=prog_default").await, 2, "one of them is no customer");
    let closed = server
        .patch("/v1/loyalty/accounts/loy_9f2k", json!({"status": "closed", "metadata": {"card": null}}))
        .await
        .ok();
    assert_eq!((&closed["status"], &closed["metadata"]), (&json!("closed"), &json!({})));
    let event = server.get("/v1/events?type=loyalty.account.created").await.ok()["data"][1].clone();
    assert_eq!((&event["data"]["id"], &event["data"]["object"]), (&json!("loy_9f2k"), &json!("loyalty_account")));
    for unknown in [json!({"customerId": "cust_none"}), json!({"programId": "prog_none"})] {
        let refused = server.post("/v1/loyalty/accounts", unknown).await;
        assert_eq!((refused.status, refused.code().as_str()), (404, "resource_missing"));
    }
}

/// The example of the seed: 42 points for 42.00, told by an event.
async fn a_payment_of_a_member_earns_in_its_own_commit(engine: Engine) {
    let server = Server::start(engine).await;
    let rule = a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    let payment = pays(&server, &customer, 4200).await;
    let list = server.get(&format!("/v1/loyalty/transactions?payment={}", id(&payment))).await.ok();
    let earned = &list["data"][0];
    assert_eq!((&earned["object"], &earned["type"]), (&json!("points_transaction"), &json!("earn")));
    assert_eq!((&earned["account"], &earned["customerId"]), (&json!(account), &json!(customer)));
    assert_eq!((&earned["points"], &earned["amount"], &earned["balanceAfter"]), (&json!(42), &json!(42), &json!(42)));
    let source = &earned["source"];
    assert_eq!(
        (&source["payment"], &source["amount"], &source["currency"]),
        (&payment["id"], &json!(4200), &json!("eur"))
    );
    assert_eq!(source["rule"], rule["id"]);
    assert_eq!(server.get(&format!("/v1/loyalty/transactions/{}", id(earned))).await.ok(), *earned);

    let event = server.get("/v1/events?type=loyalty.points.earned").await.ok()["data"][0].clone();
    assert_eq!(event["data"], *earned, "the event's data is the transaction");
    let completed = server.get("/v1/events?type=payment.completed").await.ok()["data"][0].clone();
    assert_eq!(event["sequence"].as_i64(), completed["sequence"].as_i64().map(|number| number + 1), "one commit");
    let shown = server.get(&format!("/v1/loyalty/accounts/{account}")).await.ok();
    assert_eq!((&shown["balance"], &shown["lifetimePoints"]), (&json!(42), &json!(42)));
    pays(&server, &customer, 99).await;
    assert_eq!(moved(&server, &account).await, [("earn".to_owned(), 42)], "less than a point is none");
    server.assert_ledger().await;
}

async fn a_payment_is_its_customers_or_else_the_members_that_its_metadata_name(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    let guest = id(&server.post("/v1/loyalty/accounts", json!({"id": "loy_9f2k"})).await.ok());
    let named = |account: &str| json!({"metadata": {"loyalty_account": account}});
    pays_with(&server, named(&guest)).await;
    assert_eq!(balance(&server, &guest).await, 42);
    let mut both = named(&guest);
    both["customer"] = json!(customer);
    pays_with(&server, both).await;
    assert_eq!(
        (balance(&server, &guest).await, balance(&server, &account).await),
        (42, 42),
        "the customer comes first"
    );
    let stranger = id(&server.post("/v1/customers", json!({})).await.ok());
    let mut other = named(&guest);
    other["customer"] = json!(stranger);
    pays_with(&server, other).await;
    assert_eq!(balance(&server, &guest).await, 42, "also a customer who is no member");

    for unknown in ["loy_none", "nobody"] {
        let payment = pays_with(&server, named(unknown)).await;
        assert_eq!(payment["status"], "completed");
        let payment = server.get(&format!("/v1/payments/{}", id(&payment))).await.ok();
        let last = payment["timeline"].as_array().and_then(|timeline| timeline.last()).expect("a timeline").clone();
        assert_eq!(last["status"], "completed");
        assert!(last["note"].as_str().is_some_and(|note| note.contains(unknown)), "{last}");
    }
    server.assert_ledger().await;
}

async fn a_customer_who_pays_becomes_a_member_where_the_program_says_so(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let welcome = json!({"trigger": "loyalty.account.created", "award": {"type": "fixed", "points": 100}});
    server.post("/v1/loyalty/earning-rules", welcome).await.ok();
    let customer = id(&server.post("/v1/customers", json!({})).await.ok());
    pays(&server, &customer, 4200).await;
    let accounts = format!("/v1/loyalty/accounts?customer={customer}");
    assert_eq!(server.get(&accounts).await.ok()["data"], json!([]), "nobody is a member by itself");
    server.patch("/v1/loyalty/programs/prog_default", json!({"autoEnroll": true})).await.ok();
    pays(&server, &customer, 4200).await;
    pays(&server, &customer, 1000).await;
    let members = server.get(&accounts).await.ok()["data"].clone();
    assert_eq!(members.as_array().map(Vec::len), Some(1));
    let account = id(&members[0]);
    let expected = [100, 42, 10].map(|points| ("earn".to_owned(), points));
    assert_eq!(moved(&server, &account).await, expected, "the welcome, then each payment from the first on");
    let created = server.get("/v1/events?type=loyalty.account.created").await.ok();
    assert_eq!(created["data"].as_array().map(Vec::len), Some(1));
    server.assert_ledger().await;
}

/// spec/traps.md, section 6.
async fn points_are_counted_in_major_units_of_every_currency(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    for (currency, amount, points) in [("JPY", 4200, 4200), ("KWD", 42_000, 42), ("EUR", 4250, 42)] {
        let before = balance(&server, &account).await;
        pays_with(&server, json!({"customer": customer, "amount": amount, "currency": currency})).await;
        assert_eq!(balance(&server, &account).await - before, points, "{amount} {currency}");
    }
    let rounded = json!({"currency": {"rounding": "nearest"}});
    server.patch("/v1/loyalty/programs/prog_default", rounded).await.ok();
    let before = balance(&server, &account).await;
    pays(&server, &customer, 4250).await;
    assert_eq!(balance(&server, &account).await - before, 43, "half a point is one");
    server.assert_ledger().await;
}

async fn every_rule_that_matches_gives_up_to_its_cap(engine: Engine) {
    let server = Server::start(engine).await;
    let rules = [
        json!({"id": "rule_double", "award": {"type": "per_amount", "points": 1}, "multiplier": 2}),
        json!({"id": "rule_big", "award": {"type": "fixed", "points": 50}, "conditions": {"minAmount": 5000}}),
        json!({"id": "rule_dollars", "award": {"type": "per_currency", "USD": 3}}),
        json!({"id": "rule_daily", "award": {"type": "fixed", "points": 7}, "cap": {"points": 10, "window": "day"}}),
        json!({"id": "rule_off", "award": {"type": "fixed", "points": 1000}, "active": false}),
    ];
    for rule in rules {
        server.post("/v1/loyalty/earning-rules", rule).await.ok();
    }
    let (customer, account) = member(&server).await;
    pays(&server, &customer, 1000).await;
    let by_rule = async || {
        let list = server.get(&format!("/v1/loyalty/transactions?account={account}&limit=100")).await.ok();
        let of = |one: &Value| (one["source"]["rule"].as_str().unwrap_or_default().to_owned(), one["points"].as_i64());
        let mut all: Vec<_> = list["data"].as_array().expect("a list").iter().map(of).collect();
        all.sort();
        all
    };
    let points = |rule: &str, points: i64| (rule.to_owned(), Some(points));
    assert_eq!(by_rule().await, [points("rule_daily", 7), points("rule_double", 20)]);
    pays(&server, &customer, 5000).await;
    pays(&server, &customer, 100).await;
    let expected = [
        points("rule_big", 50),
        points("rule_daily", 3),
        points("rule_daily", 7),
        points("rule_double", 2),
        points("rule_double", 20),
        points("rule_double", 100),
    ];
    assert_eq!(by_rule().await, expected, "ten points a day, and no more");
    server.advance(86_400).await;
    pays(&server, &customer, 100).await;
    assert_eq!(by_rule().await.iter().filter(|one| **one == points("rule_daily", 7)).count(), 2, "another day");
    server.assert_ledger().await;
}

async fn every_way_in_which_a_payment_completes_earns(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    let earned = async |how: &str, points: i64, before: i64| {
        assert_eq!(balance(&server, &account).await - before, points, "{how}");
        before + points
    };
    let pending = async || {
        id(&server.post("/v1/payments", json!({"customer": customer, "amount": 1000, "currency": "EUR"})).await.ok())
    };
    let card = json!({"number": "4242424242424242"});
    server.post(&format!("/v1/test/payments/{}/pay", pending().await), card).await.ok();
    let mut sum = earned("the hosted page", 10, 0).await;

    server
        .post(&format!("/v1/payments/{}/confirm", pending().await), json!({"paymentMethod": "pm_test_4242"}))
        .await
        .ok();
    sum = earned("a confirmation", 10, sum).await;

    let hold = pays_with(&server, json!({"customer": customer, "amount": 1000, "capture": false})).await;
    sum = earned("a hold", 0, sum).await;
    server.post(&format!("/v1/payments/{}/capture", id(&hold)), json!({"amount": 600})).await.ok();
    sum = earned("a capture of a part", 6, sum).await;

    let challenged =
        pays_with(&server, json!({"customer": customer, "amount": 1000, "paymentMethod": "pm_test_3220"})).await;
    server
        .post(&format!("/v1/test/payments/{}/authenticate", id(&challenged)), json!({"result": "succeed"}))
        .await
        .ok();
    sum = earned("a challenge", 10, sum).await;

    let method = server.saved(&customer, "4242424242424242").await;
    pays_with(&server, json!({"customer": customer, "amount": 1000, "paymentMethod": method, "offSession": true}))
        .await;
    sum = earned("off session", 10, sum).await;

    let (session, secret) = server.session(json!({"customer": customer})).await;
    let headers = [("x-vinr-client-secret", secret.as_str())];
    let body = json!({"paymentMethod": token(&server, "4242424242424242").await}).to_string();
    let path = format!("/v1/payments/{}/confirm", id(&session));
    server.call(reqwest::Method::POST, &path, Some(&server.public_key), &headers, Some(body)).await.ok();
    sum = earned("fields in the merchant's page", 10, sum).await;

    let debit = json!({"iban": "DE89370400440532013000", "accountHolder": "Ada Lovelace"});
    server.post(&format!("/v1/test/payments/{}/debit", pending().await), debit).await.ok();
    sum = earned("a debit that is on its way", 0, sum).await;
    server.advance(20 * 86_400).await;
    earned("a debit that has arrived", 10, sum).await;
    server.assert_ledger().await;
}

async fn a_closed_membership_earns_nothing(engine: Engine) {
    let server = Server::start(engine).await;
    a_point_for_each_euro(&server).await;
    let (customer, account) = member(&server).await;
    server.patch(&format!("/v1/loyalty/accounts/{account}"), json!({"status": "closed"})).await.ok();
    let payment = pays(&server, &customer, 4200).await;
    assert_eq!((&payment["status"], balance(&server, &account).await), (&json!("completed"), 0));
    let payment = server.get(&format!("/v1/payments/{}", id(&payment))).await.ok();
    let note = payment["timeline"].as_array().and_then(|timeline| timeline.last()).expect("a timeline")["note"].clone();
    assert!(note.as_str().is_some_and(|note| note.contains("closed")), "{note}");
    let by_hand = server.post("/v1/loyalty/points/earn", json!({"account": account, "amount": 1})).await;
    assert_eq!((by_hand.status, by_hand.code().as_str()), (422, "loyalty_account_closed"));
    server.patch(&format!("/v1/loyalty/accounts/{account}"), json!({"status": "active"})).await.ok();
    pays(&server, &customer, 4200).await;
    assert_eq!(balance(&server, &account).await, 42);
}

async fn programs_and_rules_have_an_end(engine: Engine) {
    let server = Server::start(engine).await;
    for (path, body, most) in [
        ("/v1/loyalty/programs", json!({"name": "Miles"}), 9),
        ("/v1/loyalty/earning-rules", json!({"award": {"type": "fixed", "points": 5}}), 20),
    ] {
        for _ in 0..most {
            server.post(path, body.clone()).await.ok();
        }
        let refused = server.post(path, body).await;
        assert_eq!((refused.status, refused.code().as_str()), (400, "parameter_invalid"), "{path}");
    }
    let (customer, account) = member(&server).await;
    pays(&server, &customer, 100).await;
    assert_eq!(balance(&server, &account).await, 100, "all of them give");
}
