//! Every answer is what the API's own document says.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};
use vinr_core::keys::Environment;
use vinr_core::refusal::{Code, Refusal};
use vinr_server::ApiError;

use crate::world::{Ask, Broken, PUBLIC_URL, Said, Who};

/// Codes that a story's requests may be refused with: of states, races and outages. Nobody in it writes a wrong request.
const REFUSALS: [Code; 27] = [
    Code::IdempotencyKeyReused,
    Code::IdempotencyKeyInUse,
    Code::ClockAdvancing,
    Code::PaymentNotConfirmable,
    Code::PaymentAttemptsExhausted,
    Code::PaymentNotCancellable,
    Code::PaymentNotCapturable,
    Code::PaymentNotAuthenticatable,
    Code::PaymentMethodDetached,
    Code::PaymentMethodExpired,
    Code::PaymentMethodMissing,
    Code::PaymentMethodMismatch,
    Code::AmountTooLarge,
    Code::ResourceMissing,
    Code::SetupNotConfirmable,
    Code::SetupNotAuthenticatable,
    Code::AcquirerNotConfigured,
    Code::EndpointDisabled,
    Code::BalanceInsufficient,
    Code::PayoutNotCancellable,
    Code::ServiceUnavailable,
    Code::PaymentNotDisputable,
    Code::DisputeNotAnswerable,
    Code::PaymentNotRefundable,
    Code::AmountMismatch,
    Code::PaymentLinkUsedUp,
    Code::PaymentLinkInactive,
];

/// Codes of loyalty, which only endpoints refuse with that name them.
const OF_LOYALTY: [Code; 12] = [
    Code::InsufficientPoints,
    Code::LoyaltyAccountClosed,
    Code::LoyaltyAccountExists,
    Code::LoyaltyAccountMissing,
    Code::PaymentNotCompleted,
    Code::PaymentNotTheirs,
    Code::RewardUnavailable,
    Code::TierRequired,
    Code::RedemptionInUse,
    Code::RedemptionNotUsable,
    Code::StoreCreditNotUsable,
    // Two clients set the same program up.
    Code::ResourceExists,
];

/// What refuses a request that was right when it was written, in the words of its invalid parameter: the other clients of
/// an account move its clock too, and use up its links.
const OVERTAKEN: [&str; 3] = [
    "the clock never goes back",
    "which is now on this account's clock",
    "of this link are completed or under way already",
];

/// What can be asked for.
struct Operation {
    method: &'static str,
    /// The parts of its path.
    path: Vec<String>,
    /// What it is answered with.
    answer: Validator,
    /// The codes that are particular to it.
    codes: Vec<Code>,
}

struct Contract {
    answers: Vec<Operation>,
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
    let path = ask.path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &Vec<String>| {
        pattern.len() == parts.len() && pattern.iter().zip(&parts).all(|(a, b)| a.starts_with('{') || a == b)
    };
    let found = contract.answers.iter().find(|one| one.method == ask.method && fits(&one.path));
    let operation = found.ok_or_else(|| format!("the document knows no such endpoint: {}", what()))?;
    if said.status != 200 {
        let code = body["error"]["code"].as_str().and_then(Code::parse);
        let is_known = code.is_some_and(|code| {
            let may = may_be_refused(ask, said, code) || OF_LOYALTY.contains(&code) && operation.codes.contains(&code);
            said.status == ApiError::from(Refusal::new(code, "")).status() && may
        });
        if !is_known {
            return Err(format!("refused as nothing is refused here: {}", what()));
        }
        return contract.error.validate(&body).map_err(|error| format!("against the contract ({error}): {}", what()));
    }
    operation.answer.validate(&body).map_err(|error| format!("against the contract ({error}): {}", what()))
}

/// Whether such a request may be refused so. A merchant's secret key may do everything but take card numbers.
fn may_be_refused(ask: &Ask, said: &Said, code: Code) -> bool {
    match code {
        Code::ParameterInvalid => OVERTAKEN.iter().any(|words| said.text.contains(words)),
        Code::InsufficientScope => matches!(ask.who, Who::Reader | Who::Fields(_)),
        Code::ClientSecretInvalid => matches!(ask.who, Who::Fields(_)),
        // Who charges what has come of a number was let in with the number.
        Code::PciAttestationRequired => {
            ask.who == Who::Program && ask.method == "POST" && ask.path == "/v1/payment-methods"
        }
        _ => REFUSALS.contains(&code),
    }
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
                    let codes = operation["x-vinr-codes"].as_array().into_iter().flatten();
                    let codes: Vec<Code> = codes.filter_map(|code| Code::parse(code.as_str()?)).collect();
                    known.insert((path.contains('{'), path.clone(), method), (compile(schema), codes));
                }
            }
        }
        // Paths without a name in braces come first: they are more exact.
        let answers = known.into_iter().map(|((_, path, method), (answer, codes))| Operation {
            method,
            path: path.split('/').map(str::to_owned).collect(),
            answer,
            codes,
        });
        Contract { answers: answers.collect(), error: compile(&json!({"$ref": "#/components/schemas/Error"})) }
    })
}
