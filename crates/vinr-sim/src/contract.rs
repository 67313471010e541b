//! Every answer is what the API's own document says.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};
use vinr_core::keys::Environment;

use crate::world::{Ask, Broken, PUBLIC_URL, Said, Who};

/// Codes that a story's requests may be refused with: of states, races and outages. Nobody in it writes a wrong request.
const REFUSALS: [&str; 40] = [
    "idempotency_key_reused",
    "idempotency_key_in_use",
    "clock_advancing",
    "payment_not_confirmable",
    "payment_attempts_exhausted",
    "payment_not_cancellable",
    "payment_not_capturable",
    "payment_not_authenticatable",
    "payment_method_detached",
    "payment_method_expired",
    "payment_method_missing",
    "payment_method_mismatch",
    "amount_too_large",
    "resource_missing",
    "setup_not_confirmable",
    "setup_not_authenticatable",
    "acquirer_not_configured",
    "endpoint_disabled",
    "balance_insufficient",
    "payout_not_cancellable",
    "service_unavailable",
    "payment_not_disputable",
    "dispute_not_answerable",
    "payment_not_refundable",
    "amount_mismatch",
    "payment_link_used_up",
    "payment_link_inactive",
    "client_secret_invalid",
    "pci_attestation_required",
    "insufficient_scope",
    "insufficient_points",
    "loyalty_account_closed",
    "loyalty_account_exists",
    "loyalty_account_missing",
    "payment_not_completed",
    "payment_not_theirs",
    "reward_unavailable",
    "redemption_in_use",
    "redemption_not_usable",
    "resource_exists",
];

/// What refuses a request that was right when it was written.
const OVERTAKEN: [&str; 3] = [
    "the clock never goes back",
    "which is now on this account's clock",
    "of this link are completed or under way already",
];

struct Contract {
    /// For a method and the parts of a path.
    answers: Vec<(&'static str, Vec<String>, Validator)>,
    error: Validator,
}

/// What is wrong with an answer.
pub(crate) fn check(ask: &Ask, said: &Said) -> Result<(), Broken> {
    let what = || format!("{} {} {} was answered {} {}", ask.method, ask.path, ask.body, said.status, said.text);
    if ask.is_of_pages() {
        let is_page = match ask.who {
            Who::Fields(_) => matches!(said.status, 200 | 403 | 404 | 422 | 503),
            Who::Program | Who::Reader | Who::Browser => matches!(said.status, 200 | 303 | 404 | 422 | 503),
        };
        return if is_page { Ok(()) } else { Err(format!("no page: {}", what())) };
    }
    let body: Value = serde_json::from_str(&said.text).map_err(|error| format!("not JSON ({error}): {}", what()))?;
    let contract = contract();
    if said.status != 200 {
        let code = body["error"]["code"].as_str().unwrap_or_default();
        // The other clients of an account move its clock too, and use up its links.
        let overtaken = OVERTAKEN.iter().any(|words| said.text.contains(words));
        let statuses = matches!(said.status, 400 | 403 | 404 | 409 | 422 | 503);
        let is_known = REFUSALS.contains(&code) && statuses || overtaken;
        if !is_known {
            return Err(format!("refused as nothing is refused here: {}", what()));
        }
        return contract.error.validate(&body).map_err(|error| format!("against the contract ({error}): {}", what()));
    }
    let path = ask.path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &Vec<String>| {
        pattern.len() == parts.len() && pattern.iter().zip(&parts).all(|(a, b)| a.starts_with('{') || a == b)
    };
    let found = contract.answers.iter().find(|(method, pattern, _)| *method == ask.method && fits(pattern));
    let (.., validator) = found.ok_or_else(|| format!("the document knows no such endpoint: {}", what()))?;
    validator.validate(&body).map_err(|error| format!("against the contract ({error}): {}", what()))
}

fn contract() -> &'static Contract {
    static CONTRACT: OnceLock<Contract> = OnceLock::new();
    CONTRACT.get_or_init(|| {
        let document = vinr_server::openapi(Environment::Sandbox, PUBLIC_URL);
        let components = &document["components"];
        let compile = |schema: &Value| {
            let schema = json!({"allOf": [schema], "components": components});
            jsonschema::draft202012::new(&schema).expect("the document's schemas compile")
        };
        let mut known = BTreeMap::new();
        for (path, operations) in document["paths"].as_object().into_iter().flatten() {
            for method in ["GET", "POST", "PATCH", "DELETE"] {
                let operation = &operations[method.to_ascii_lowercase()];
                let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
                if schema.is_object() {
                    known.insert((path.contains('{'), path.clone(), method), compile(schema));
                }
            }
        }
        // Paths without a name in braces come first: they are more exact.
        let answers = known
            .into_iter()
            .map(|((_, path, method), validator)| (method, path.split('/').map(str::to_owned).collect(), validator));
        Contract { answers: answers.collect(), error: compile(&json!({"$ref": "#/components/schemas/Error"})) }
    })
}
