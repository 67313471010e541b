//! The formats that parameters have, beyond JSON's types: each with its test and what the client is told.

use std::collections::BTreeMap;
use std::net::IpAddr;

use http::Uri;
use ipnet::IpNet;
use jsonschema::ValidationOptions;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use vinr_core::accounts::statement_descriptor;
use vinr_core::countries::Country;
use vinr_core::ids::IdProblem;
use vinr_core::keys::Environment;
use vinr_core::money::Currency;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;

/// Every id prefix a parameter can ask for.
const ID_PREFIXES: [&str; 31] = [
    "cust", "pay", "link", "price", "pm", "set", "re", "dp", "evt", "we", "whd", "key", "rdm", "inv", "loy", "prog",
    "btx", "setl", "po", "rule", "ptx", "rwd", "cct", "prod", "cpn", "txr", "sub", "si", "ii", "dpol", "mbs",
];

/// Adds the formats to a validator under construction.
pub(super) fn register(mut options: ValidationOptions<'static>) -> ValidationOptions<'static> {
    for prefix in ID_PREFIXES {
        options = options.with_format(format!("id:{prefix}"), move |text: &str| is_id(prefix, text));
    }
    options
        .with_format("currency", |text: &str| Currency::parse(text).is_some())
        .with_format("url", is_url)
        .with_format("timestamp", |text: &str| Timestamp::parse(text).is_some())
        .with_format("address", |text: &str| is_address(text))
        .with_format("mail", is_mail)
        .with_format("country", |text: &str| Country::parse(text).is_some())
        .with_format("statement-descriptor", |text: &str| statement_descriptor(text).is_ok())
        .with_format("digits", |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()))
        .with_format("printable", |text: &str| !text.chars().any(char::is_control))
}

/// What a parameter of this format must be, to follow "`name`".
pub(super) fn expectation(format: &str) -> String {
    match format {
        "currency" => "must be an active ISO 4217 currency code such as EUR".into(),
        "url" => "must be an absolute http or https URL without credentials".into(),
        "timestamp" => "must be an RFC 3339 time or unix seconds".into(),
        "address" => "must be an IP address or a network such as 192.0.2.0/24".into(),
        "mail" => "must be an e-mail address".into(),
        "country" => "must be a country code of ISO 3166-1 with two letters, such as BG".into(),
        "statement-descriptor" => {
            "must be 1 to 22 characters of printable ASCII with a letter, without < > \\ ' \" *".into()
        }
        "digits" => "must be digits".into(),
        "printable" => "must not contain control characters".into(),
        _ => match format.strip_prefix("id:") {
            Some(prefix) => format!("is malformed: expected a {prefix}_ id"),
            None => format!("must be a {format}"),
        },
    }
}

/// The code of a value that has not this format.
pub(super) fn code(format: &str) -> Code {
    match format {
        "currency" => Code::CurrencyUnknown,
        _ => Code::ParameterInvalid,
    }
}

/// An id in a parameter.
///
/// # Errors
/// `parameter_invalid` when it is none of this kind.
pub(crate) fn id<T>(
    param: &'static str,
    text: Option<&str>,
    parse: fn(&str) -> Result<T, IdProblem>,
) -> Result<Option<T>, Refusal> {
    text.map(|text| required_id(param, text, parse)).transpose()
}

/// The same of a parameter that is always there.
///
/// # Errors
/// `parameter_invalid`.
pub(crate) fn required_id<T>(
    param: &'static str,
    text: &str,
    parse: fn(&str) -> Result<T, IdProblem>,
) -> Result<T, Refusal> {
    parse(text).map_err(|problem| Refusal::new(Code::ParameterInvalid, problem.to_string()).at(param))
}

/// The id that a client has chosen for what it creates.
///
/// # Errors
/// `parameter_unknown` in live, where ids are drawn.
pub(crate) fn chosen_id<T>(
    text: Option<&str>,
    parse: fn(&str) -> Result<T, IdProblem>,
    environment: Environment,
) -> Result<Option<T>, Refusal> {
    if text.is_some() && environment == Environment::Live {
        let message = "ids are drawn by the server in live; leave `id` out";
        return Err(Refusal::new(Code::ParameterUnknown, message).at("id"));
    }
    id("id", text, parse)
}

/// Reads a field that was named, be it with null: absent and null are two things in a change.
pub(crate) fn named<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// A moment as clients write it: RFC 3339 text or unix seconds.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum InstantInput {
    /// Unix seconds.
    Seconds(i64),
    /// RFC 3339.
    Text(String),
}

impl InstantInput {
    /// The moment.
    pub fn timestamp(&self) -> Option<Timestamp> {
        match self {
            InstantInput::Seconds(seconds) => Some(Timestamp::from_seconds(*seconds)),
            InstantInput::Text(text) => Timestamp::parse(text),
        }
    }
}

impl JsonSchema for InstantInput {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Up to the year 9999: what RFC 3339 can say.
        json_schema!({"type": ["string", "integer"], "format": "timestamp", "minimum": 0, "maximum": 253_402_300_799_i64})
    }
}

/// Metadata as clients write it: numbers and booleans become text, null removes.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct MetadataInput(BTreeMap<String, Value>);

impl MetadataInput {
    /// The pairs, `None` for those to be removed.
    pub fn pairs(self) -> impl Iterator<Item = (String, Option<String>)> {
        self.0.into_iter().map(|(key, value)| {
            let text = match value {
                Value::Null => None,
                Value::String(text) => Some(text),
                other => Some(other.to_string()),
            };
            (key, text)
        })
    }
}

impl JsonSchema for MetadataInput {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Metadata".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "maxProperties": 50,
            "propertyNames": {"minLength": 1, "maxLength": 40},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"], "maxLength": 500},
        })
    }
}

fn is_id(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).is_some_and(|rest| {
        (1..=64).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}

fn is_url(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else { return false };
    let schemed = matches!(uri.scheme_str(), Some("http" | "https"));
    schemed
        && uri.authority().is_some_and(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'))
}

fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || text.parse::<IpNet>().is_ok()
}

pub(crate) fn is_mail(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty() && !domain.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}
