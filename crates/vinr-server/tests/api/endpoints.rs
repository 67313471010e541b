//! Every endpoint of the table: without a key, with a key that may not, from the other environment, from another account.
//! The document is made from the table, so an endpoint that is added is tested by being there.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};
use vinr_core::keys::Scope;

use crate::endpoints_replayed::written;
use crate::harness::{Answer, Engine, Server, on_both_engines};
use crate::right_calls::{RightCall, right_calls};

on_both_engines!(
    every_endpoint_keeps_strangers_out,
    every_endpoint_keeps_what_is_another_accounts,
    what_a_parameter_names_is_of_the_same_account,
    every_endpoint_wants_its_own_scope,
);

/// The program that every account has, by the same id.
const DEFAULT_PROGRAM: &str = "/v1/loyalty/programs/prog_default";

/// One endpoint of the table.
pub struct Row {
    pub method: Method,
    /// As the document has it, with `{id}`.
    pub path: String,
    /// What a restricted key needs.
    pub scope: String,
    /// Whether a request may carry an idempotency key.
    pub takes_key: bool,
    /// Whether there is anything to say in its body.
    pub takes_body: bool,
}

/// Everything in the server's own document.
pub async fn table(server: &Server) -> Vec<Row> {
    let document = server.get("/v1/openapi.json").await.ok();
    let mut rows = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            if method == "parameters" {
                continue;
            }
            let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            rows.push(Row {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method"),
                path: path.clone(),
                scope: operation["x-vinr-scope"].as_str().expect("a scope").to_owned(),
                takes_key: parameters.iter().any(|one| one["name"] == "Idempotency-Key"),
                takes_body: schema["properties"].as_object().is_some_and(|fields| !fields.is_empty()),
            });
        }
    }
    assert!(rows.len() >= 47, "the table is whole");
    rows
}

/// A path with ids that nobody has.
fn concrete(path: &str) -> String {
    let prefix = [
        ("customers", "cust"),
        ("balance", "btx"),
        ("settlements", "setl"),
        ("payouts", "po"),
        ("setups", "set"),
        ("payment-methods", "pm"),
        ("payment-links", "link"),
        ("payments", "pay"),
        ("refunds", "re"),
        ("disputes", "dp"),
        ("events", "evt"),
        ("webhook-deliveries", "whd"),
        ("webhook", "we"),
        ("programs", "prog"),
        ("earning-rules", "rule"),
        ("loyalty/accounts", "loy"),
        ("loyalty/transactions", "ptx"),
        ("loyalty/credit/transactions", "cct"),
        ("products", "prod"),
        ("prices", "price"),
        ("coupons", "cpn"),
        ("tax-rates", "txr"),
        ("dunning-policies", "dpol"),
        ("subscription-items", "si"),
        ("subscriptions", "sub"),
        ("invoices", "inv"),
        ("invoice-items", "ii"),
        ("loyalty/rewards", "rwd"),
        ("loyalty/redemptions", "rdm"),
    ];
    let prefix = prefix.iter().find(|(noun, _)| path.contains(noun)).map_or("pay", |(_, prefix)| prefix);
    path.replace("{id}", &format!("{prefix}_nobodys")).replace("{method}", "pm_nobodys").replace("{line}", "il_nobodys")
}

async fn every_endpoint_keeps_strangers_out(engine: Engine) {
    let server = Server::start(engine).await;
    let live = format!("sk_live_{}", "x".repeat(40));
    for Row { method, path, .. } in table(&server).await {
        let path = concrete(&path);
        let body = (method != Method::GET).then(|| "{}".to_owned());
        let call = |key| server.call(method.clone(), &path, key, &[], body.clone());
        let none = call(None).await;
        assert_eq!((none.status, none.code().as_str()), (401, "invalid_api_key"), "{method} {path}");
        let wrong_environment = call(Some(&live)).await;
        assert_eq!(wrong_environment.status, 401, "{method} {path}");
        let public = call(Some(&server.public_key)).await;
        assert_eq!((public.status, public.code().as_str()), (403, "insufficient_scope"), "{method} {path}");
    }
}

/// What another account has is answered as what nobody has: no answer tells that it is there.
async fn every_endpoint_keeps_what_is_another_accounts(engine: Engine) {
    let server = Server::start(engine).await;
    let stranger = server.another_account().await;
    let renamed = Some(json!({"name": "Theirs"}).to_string());
    let patched = server.call(Method::PATCH, DEFAULT_PROGRAM, Some(&server.secret_key), &[], renamed).await.ok();
    assert_eq!((&patched["id"], &patched["name"]), (&json!("prog_default"), &json!("Theirs")));
    let mut kept = 0;
    for Row { method, path, .. } in table(&server).await {
        for call in right_calls(&server, &method, &path).await {
            let before = written(&server).await;
            // The one that names whose it shows in its query.
            if path.contains("{id}") || path == "/v1/loyalty/credit" {
                let nobodys = RightCall { path: nobodys(&call.path), body: call.body.clone(), other: None };
                let theirs = call.send(&server, &method, &stranger).await;
                let unknown = nobodys.send(&server, &method, &stranger).await;
                let place = format!("{method} {path}");
                assert_eq!((theirs.status, theirs.code().as_str()), (404, "resource_missing"), "{place}");
                let without_ids = |answer: &Answer, path: &str| {
                    let mut error = answer.json();
                    error["error"]["requestId"] = Value::Null;
                    ids(path).fold(error.to_string(), |text, id| text.replace(id, "an id"))
                };
                assert_eq!(without_ids(&theirs, &call.path), without_ids(&unknown, &nobodys.path), "{place}");
                kept += 1;
            } else if method == Method::GET {
                let shown = call.send(&server, &method, &stranger).await.ok();
                if path == "/v1/loyalty/programs" {
                    let [own] = shown["data"].as_array().expect("a list").as_slice() else { panic!("{shown}") };
                    assert!(own["id"] == "prog_default" && own["name"] != "Theirs", "{own} is another's");
                } else {
                    assert!(shown.get("data").is_none_or(|data| *data == json!([])), "{path} lists what is another's");
                }
            }
            assert_eq!(written(&server).await, before, "{method} {path} writes nothing");
        }
    }
    assert!(kept >= 36, "{kept} endpoints were asked about another's object");
}

/// The ids of a path.
fn ids(path: &str) -> impl Iterator<Item = &str> {
    path.split(['/', '=']).filter(|part| part.contains('_'))
}

/// The same path with ids of the same kinds that nobody has.
fn nobodys(path: &str) -> String {
    let unknown = |id: &str| format!("{}_nobodys", id.split('_').next().expect("a prefix"));
    ids(path).fold(path.to_owned(), |path, id| path.replace(id, &unknown(id)))
}

/// The same for what a body or a query names.
async fn what_a_parameter_names_is_of_the_same_account(engine: Engine) {
    let server = Server::start(engine).await;
    let stranger = server.another_account().await;
    let ask = |method: Method, path: &'static str, body: Value| {
        let (server, stranger) = (&server, &stranger);
        let body = (method == Method::POST).then(|| body.to_string());
        async move { server.call(method, path, Some(stranger), &[], body).await }
    };
    let customer = server.post("/v1/customers", json!({"id": "cust_ours"})).await.ok()["id"].clone();
    let method = server.saved("cust_ours", "4242424242424242").await;
    server.post("/v1/payments", json!({"id": "pay_ours", "amount": 1000, "currency": "EUR"})).await.ok();
    ask(Method::POST, "/v1/customers", json!({"id": "cust_theirs"})).await.ok();
    let before = written(&server).await;
    let pays = |name: &str, value: &Value| {
        let mut body = json!({"amount": 1000, "currency": "EUR", "confirm": true, "paymentMethodId": "pm_test_4242"});
        body[name] = value.clone();
        body
    };
    let (method, unknown) = (json!(method), json!("pm_nobodys"));
    for (path, theirs, nobodys, param) in [
        ("/v1/payments", pays("customerId", &customer), pays("customerId", &json!("cust_nobodys")), "customerId"),
        ("/v1/payments", pays("paymentMethodId", &method), pays("paymentMethodId", &unknown), "paymentMethodId"),
        ("/v1/refunds", json!({"paymentId": "pay_ours"}), json!({"paymentId": "pay_nobodys"}), "paymentId"),
        (
            "/v1/customers/cust_theirs",
            json!({"defaultMethodId": method}),
            json!({"defaultMethodId": unknown}),
            "defaultMethodId",
        ),
    ] {
        let theirs = ask(Method::POST, path, theirs).await;
        let nobodys = ask(Method::POST, path, nobodys).await;
        for answer in [theirs, nobodys] {
            assert_eq!((answer.status, answer.code().as_str()), (404, "resource_missing"), "{path} {param}");
            assert_eq!(answer.json()["error"]["param"], param, "{path}");
        }
    }
    for path in ["/v1/refunds?paymentId=pay_ours", "/v1/disputes?paymentId=pay_ours"] {
        assert_eq!(ask(Method::GET, path, Value::Null).await.ok()["data"], json!([]), "{path}");
    }
    for path in ["/v1/payments?startingAfter=pay_ours", "/v1/customers?endingBefore=cust_ours"] {
        let answer = ask(Method::GET, path, Value::Null).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "resource_missing"), "{path}");
    }
    assert_eq!(ask(Method::GET, "/v1/payments?customerId=cust_ours", Value::Null).await.ok()["data"], json!([]));
    assert_eq!(written(&server).await, before, "nothing is written");
}

/// All other scopes do not open an endpoint, and its own alone does. So writing does not include reading, either.
async fn every_endpoint_wants_its_own_scope(engine: Engine) {
    let server = Server::start(engine).await;
    let table = table(&server).await;
    let all: Vec<String> = Scope::all().map(|scope| scope.to_string()).collect();
    let mut keys = BTreeMap::new();
    for scope in table.iter().map(|row| &row.scope).collect::<BTreeSet<_>>() {
        assert!(all.contains(scope), "{scope} is a scope");
        let others: Vec<String> = all.iter().filter(|other| *other != scope).cloned().collect();
        let right = server.restricted_key(std::slice::from_ref(scope)).await;
        keys.insert(scope, (right, server.restricted_key(&others).await));
    }
    for Row { method, path, scope, .. } in &table {
        let (right, wrong) = &keys[scope];
        for call in right_calls(&server, method, path).await {
            let before = written(&server).await;
            let refused = call.send(&server, method, wrong).await;
            assert_eq!((refused.status, refused.code().as_str()), (403, "insufficient_scope"), "{method} {path}");
            let message = refused.json()["error"]["message"].to_string();
            assert!(message.contains(scope.as_str()), "{method} {path} names what is missing: {message}");
            assert_eq!(written(&server).await, before, "{method} {path} writes nothing");
            call.send(&server, method, right).await.ok();
        }
    }
}
