//! Query strings as JSON: `created[gte]=1` nests, `expand[]=customer` lists, and numbers and truths become such where
//! the endpoint's schema says so.

use serde_json::{Map, Value, json};
use vinr_core::refusal::{Code, Refusal};

use super::decode::Decoder;
use crate::error::Problems;

/// Reads a query string. A parameter that stands twice with different values is noted, and read as it stands first.
pub(super) fn parse(query: &str, decoder: Option<&Decoder>, problems: &mut Problems) -> Value {
    let mut object = Map::new();
    for (key, text) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        let (name, inner) = split(&key);
        let value = typed(name, text, decoder);
        let is_taken = match inner {
            None => *object.entry(name).or_insert_with(|| value.clone()) == value,
            Some("") => match object.entry(name).or_insert_with(|| json!([])) {
                Value::Array(items) => {
                    items.push(value);
                    true
                }
                _ => false,
            },
            Some(inner) => match object.entry(name).or_insert_with(|| json!({})) {
                Value::Object(fields) => *fields.entry(inner).or_insert_with(|| value.clone()) == value,
                _ => false,
            },
        };
        if !is_taken {
            let message = format!("`{key}` is given twice; keep one of the two");
            problems.add(Refusal::new(Code::ParameterConflict, message).at(key));
        }
    }
    Value::Object(object)
}

fn split(key: &str) -> (&str, Option<&str>) {
    match key.split_once('[') {
        Some((name, rest)) => (name, Some(rest.trim_end_matches(']'))),
        None => (key, None),
    }
}

/// Text, or the number or truth that the schema wants in its place.
fn typed(name: &str, text: String, decoder: Option<&Decoder>) -> Value {
    let mut schema = None;
    if let Some(decoder) = decoder {
        schema = decoder
            .fields()
            .names()
            .find(|(known, _)| *known == name || super::fields::same(known, name))
            .map(|(_, schema)| schema);
    }
    let wants = |wanted: &str| {
        let kind = schema.map_or(&Value::Null, |schema| &schema["type"]);
        kind == wanted || kind.as_array().is_some_and(|kinds| kinds.contains(&json!(wanted)))
    };
    // Filters such as created[gte] are integers inside.
    let nests = schema.is_some_and(|schema| schema["properties"].is_object() || schema["anyOf"].is_array());
    match (text.parse::<i64>(), text.parse::<bool>()) {
        (Ok(number), _) if nests || wants("integer") => json!(number),
        (_, Ok(truth)) if wants("boolean") => json!(truth),
        _ => Value::String(text),
    }
}
