//! Every reply of every test is held against the server's own document: what is outside of its schema fails the test that
//! got it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Map, Value};
use vinr_core::keys::Environment;

/// A document with what is compiled of it.
struct Document {
    /// Method, path in parts, and the names of the answer's schemas: a public key may get another one.
    operations: Vec<(Method, Vec<String>, Vec<String>)>,
    schemas: Map<String, Value>,
    compiled: Mutex<BTreeMap<String, Arc<Validator>>>,
}

static SANDBOX: LazyLock<Document> = LazyLock::new(|| Document::of(Environment::Sandbox));
static LIVE: LazyLock<Document> = LazyLock::new(|| Document::of(Environment::Live));

/// What is served under `/v1` and is no endpoint.
const ITSELF: &str = "/v1/openapi.json";

/// Asserts that a reply is what the document says. Pages and what has no body are not its matter.
pub fn assert_documented(environment: Environment, method: &Method, path: &str, status: u16, body: &[u8]) {
    if !path.starts_with("/v1/") || path == ITSELF || body.is_empty() {
        return;
    }
    let document = match environment {
        Environment::Sandbox => &SANDBOX,
        Environment::Live => &LIVE,
    };
    let reply: Value = serde_json::from_slice(body).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    let error = ["Error".to_owned()];
    let names = if (200..300).contains(&status) { document.reply(method, path) } else { &error };
    document.check_any(names, &reply, &format!("{status} of {method} {path}"));
    // What events carry is of any shape to the document; it is the object as its own endpoint shows it.
    for event in events(&reply) {
        let name = match event["data"]["object"].as_str() {
            Some("payment") => "payments.Payment",
            Some("refund") => "refunds.Refund",
            Some("dispute") => "disputes.Dispute",
            Some("customer") => "customers.Customer",
            Some("payment_method") => "payment_methods.PaymentMethod",
            Some("settlement") => "settlements.Settlement",
            Some("payout") => "payouts.Payout",
            Some("loyalty_account") => "loyalty.LoyaltyAccount",
            Some("points_transaction") => "loyalty.PointsTransaction",
            Some("redemption") => "loyalty.Redemption",
            Some("subscription") => "billing.Subscription",
            Some("invoice") => "billing.Invoice",
            Some("webhook_endpoint") => "webhooks.WebhookEndpoint",
            other => panic!("what is the schema of an event's {other:?}? add it here"),
        };
        document.check(name, &event["data"], &format!("the data of {}", event["type"]));
    }
}

/// The reply itself, if it is an event, or the events in its list.
fn events(reply: &Value) -> Vec<&Value> {
    let listed = reply["data"].as_array().into_iter().flatten();
    std::iter::once(reply).chain(listed).filter(|one| one["object"] == "event").collect()
}

impl Document {
    fn of(environment: Environment) -> Document {
        let mut document = vinr_server::openapi(environment, "");
        let mut operations = Vec::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for (method, operation) in methods.as_object().expect("methods") {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
                let answer = &operation["responses"]["200"]["content"]["application/json"]["schema"];
                let either = answer["anyOf"].as_array().map_or(std::slice::from_ref(answer), Vec::as_slice);
                let name = |one: &Value| one["$ref"].as_str()?.strip_prefix("#/components/schemas/").map(str::to_owned);
                let names = either.iter().map(|one| name(one).expect("a schema"));
                operations.push((method, parts(path), names.collect()));
            }
        }
        let Value::Object(mut schemas) = document["components"]["schemas"].take() else { panic!("schemas") };
        schemas.values_mut().for_each(close);
        Document { operations, schemas, compiled: Mutex::default() }
    }

    /// The schemas of an endpoint's answer. What can be asked for can be asked for without its body.
    fn reply(&self, method: &Method, path: &str) -> &[String] {
        let asked = parts(path);
        let fits = |known: &[String]| {
            known.len() == asked.len()
                && known.iter().zip(&asked).all(|(part, value)| part.starts_with('{') || part == value)
        };
        let found = self.operations.iter().find(|(known, path, _)| known == method && fits(path));
        let (_, _, names) = found.unwrap_or_else(|| panic!("{method} {path} is answered and not in the document"));
        names
    }

    fn check_any(&self, names: &[String], value: &Value, what: &str) {
        let fits = |name: &&String| self.validator(name).is_valid(value);
        let name = names.iter().find(fits).unwrap_or(&names[0]);
        self.check(name, value, what);
    }

    fn check(&self, name: &str, value: &Value, what: &str) {
        let validator = self.validator(name);
        let problems: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(problems.is_empty(), "{what} is outside of {name}: {problems:#?}\n{value}");
    }

    fn validator(&self, name: &str) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().expect("no panic");
        let compile = || {
            let schema = &self.schemas[name];
            Arc::new(jsonschema::draft202012::new(schema).unwrap_or_else(|error| panic!("{name}: {error}")))
        };
        Arc::clone(compiled.entry(name.to_owned()).or_insert_with(compile))
    }
}

fn parts(path: &str) -> Vec<String> {
    path.split('/').map(str::to_owned).collect()
}

/// Forbids what a schema does not name: a reader may meet more than it knows, but a test may not.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(parts) => {
            if parts.contains_key("properties") && !parts.contains_key("additionalProperties") {
                parts.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            parts.values_mut().for_each(close);
        }
        Value::Array(parts) => parts.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
