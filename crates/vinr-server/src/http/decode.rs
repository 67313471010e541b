//! From a client's JSON to a valid one: names are brought to one spelling, then every problem is collected from the
//! schema, so that a client mends all of them at once.

use std::fmt::Write as _;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use schemars::Schema;
use serde::de::DeserializeOwned;
use serde_json::Value;
use vinr_core::refusal::{Code, Refusal};

use super::fields::{Fields, join};
use super::formats;
use crate::error::Result;

/// What one endpoint accepts, compiled once.
pub struct Decoder {
    fields: Fields,
    validator: Validator,
}

impl Decoder {
    /// Compiles an endpoint's input schema.
    ///
    /// # Panics
    /// When the schema is wrong: found by every test that starts a server.
    pub fn new(schema: &Schema) -> Decoder {
        let value = schema.as_value();
        let validator = formats::register(jsonschema::draft202012::options())
            .should_validate_formats(true)
            .build(value)
            .expect("an endpoint's schema compiles");
        Decoder { fields: Fields::of(value), validator }
    }

    /// The fields this input has.
    pub(super) fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Normalises and validates.
    ///
    /// # Errors
    /// All problems of the value, in the order in which the client wrote them.
    pub fn decode(&self, value: Value) -> std::result::Result<Value, Vec<Refusal>> {
        let mut refusals = Vec::new();
        let value = self.fields.normalise(value, "", &mut refusals);
        if !self.validator.is_valid(&value) {
            refusals.extend(self.validator.iter_errors(&value).map(|error| refusal(&error)));
        }
        refuse_nul(&value, "", &mut refusals);
        if refusals.is_empty() { Ok(value) } else { Err(refusals) }
    }
}

/// Refuses every text with U+0000 in it, which PostgreSQL does not keep; SQLite would, and the engines are to take the
/// same. A key that has it is told by the object it stands in.
fn refuse_nul(value: &Value, path: &str, refusals: &mut Vec<Refusal>) {
    match value {
        Value::String(text) if text.contains('\0') => push_nul(path, refusals),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                refuse_nul(item, &join(path, &index.to_string()), refusals);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                if name.contains('\0') {
                    push_nul(path, refusals);
                } else {
                    refuse_nul(value, &join(path, name), refusals);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Says it once, and not where something is wrong anyway.
fn push_nul(path: &str, refusals: &mut Vec<Refusal>) {
    if !refusals.iter().any(|refusal| refusal.param.as_deref() == Some(path)) {
        let message = format!("`{path}` contains the character U+0000; leave it out");
        refusals.push(Refusal::new(Code::ParameterInvalid, message).at(path.to_owned()));
    }
}

/// A valid input as its type.
///
/// # Errors
/// `parameter_invalid` with the path, where the type knows more than its schema.
pub fn typed<T: DeserializeOwned>(value: &Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        Refusal::new(Code::ParameterInvalid, error.inner().to_string()).at(path).into()
    })
}

fn refusal(error: &ValidationError<'_>) -> Refusal {
    let mut param = String::new();
    for part in error.instance_path().as_str().split('/').filter(|part| !part.is_empty()) {
        if !param.is_empty() {
            param.push('.');
        }
        param.push_str(&part.replace("~1", "/").replace("~0", "~"));
    }
    let mut code = Code::ParameterInvalid;
    let mut message = format!("`{param}` ");
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            param = if param.is_empty() { name.to_owned() } else { format!("{param}.{name}") };
            code = Code::ParameterMissing;
            message = format!("`{param}` is required");
        }
        ValidationErrorKind::Type { kind } => describe_type(&mut message, kind),
        ValidationErrorKind::Format { format } => {
            code = formats::code(format);
            message.push_str(&formats::expectation(format));
        }
        kind => describe_bound(&mut message, kind, error),
    }
    Refusal::new(code, message).at(param)
}

fn describe_type(message: &mut String, kind: &TypeKind) {
    let names: Vec<String> = match kind {
        TypeKind::Single(one) => vec![one.to_string()],
        TypeKind::Multiple(many) => many.iter().map(|one| one.to_string()).filter(|name| name != "null").collect(),
    };
    let _ = write!(message, "must be of type {}", names.join(" or "));
}

fn describe_bound(message: &mut String, kind: &ValidationErrorKind, error: &ValidationError<'_>) {
    let _ = match kind {
        ValidationErrorKind::Enum { options } => {
            let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            write!(message, "must be one of {}", options.join(", "))
        }
        ValidationErrorKind::Minimum { limit } => write!(message, "must be at least {limit}"),
        ValidationErrorKind::Maximum { limit } => write!(message, "must be at most {limit}"),
        ValidationErrorKind::MaxLength { limit } => write!(message, "must have at most {limit} characters"),
        ValidationErrorKind::MinLength { limit } => write!(message, "must have at least {limit} characters"),
        ValidationErrorKind::MaxItems { limit } => write!(message, "must have at most {limit} entries"),
        ValidationErrorKind::MinItems { limit } => write!(message, "must have at least {limit} entries"),
        ValidationErrorKind::MaxProperties { limit } => write!(message, "must have at most {limit} keys"),
        ValidationErrorKind::PropertyNames { error } => write!(message, "has a key that is not allowed: {error}"),
        _ => write!(message, "is not valid: {error}"),
    };
}

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::http::endpoint::input_schema;

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Input {
        #[schemars(range(min = 1, max = 100))]
        amount: i64,
        #[schemars(extend("format" = "currency"))]
        currency: String,
        #[schemars(extend("format" = "id:cust"))]
        customer_id: Option<String>,
        #[schemars(length(max = 5))]
        return_url: Option<String>,
        card: Option<Card>,
        metadata: Option<crate::http::formats::MetadataInput>,
    }

    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "camelCase")]
    #[expect(dead_code, reason = "only its schema is used")]
    struct Card {
        exp_month: i64,
    }

    fn decode(value: Value) -> std::result::Result<Value, Vec<(String, Code)>> {
        Decoder::new(&input_schema::<Input>()).decode(value).map_err(|refusals| {
            refusals.into_iter().map(|refusal| (refusal.param.unwrap_or_default().into_owned(), refusal.code)).collect()
        })
    }

    #[test]
    fn every_spelling_of_a_name_becomes_one() {
        let value = json!({"amount": 1, "currency": "eur", "customer": "cust_1", "return_url": "x", "card": {"exp_month": 3}, "metadata": {"loyalty_account": "l"}});
        let expected = json!({"amount": 1, "currency": "eur", "customerId": "cust_1", "returnUrl": "x", "card": {"expMonth": 3}, "metadata": {"loyalty_account": "l"}});
        assert_eq!(decode(value), Ok(expected));
    }

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        let value = json!({"amount": 7.0, "currency": "EUR", "card": {"expMonth": 3.0}, "metadata": {"a": 1.0}});
        let expected = json!({"amount": 7, "currency": "EUR", "card": {"expMonth": 3}, "metadata": {"a": 1.0}});
        assert_eq!(decode(value), Ok(expected));
        for amount in [json!(7.5), json!(1e300), json!("7")] {
            let refused = decode(json!({"amount": amount, "currency": "EUR"}));
            assert_eq!(refused, Err(vec![("amount".into(), Code::ParameterInvalid)]), "{amount}");
        }
    }

    #[test]
    fn two_spellings_that_disagree_are_refused() {
        let value = json!({"amount": 1, "currency": "EUR", "customer": "cust_1", "customerId": "cust_2"});
        assert_eq!(decode(value), Err(vec![("customerId".into(), Code::ParameterConflict)]));
        assert!(decode(json!({"amount": 1, "currency": "EUR", "customer": "cust_1", "customer_id": "cust_1"})).is_ok());
    }

    #[test]
    fn all_problems_are_reported_together() {
        let mut problems =
            decode(json!({"amount": "1", "curency": "EUR", "customer": "pay_1", "card": {}})).expect_err("refused");
        problems.sort();
        let expected = [
            ("amount", Code::ParameterInvalid),
            ("card.expMonth", Code::ParameterMissing),
            ("curency", Code::ParameterUnknown),
            ("currency", Code::ParameterMissing),
            ("customerId", Code::ParameterInvalid),
        ];
        assert_eq!(problems, expected.map(|(param, code)| (param.to_owned(), code)));
    }
}
