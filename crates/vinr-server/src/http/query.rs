//! Query strings as JSON: `created[gte]=1` nests, `expand[]=customer` lists, and numbers become numbers where the
//! endpoint's schema says so.

use serde_json::{Map, Value, json};
use vinr_core::refusal::{Code, Refusal};

use super::decode::Decoder;

/// Reads a query string.
///
/// # Errors
/// A parameter that stands twice with different values.
pub(super) fn parse(query: &str, decoder: Option<&Decoder>) -> Result<Value, Refusal> {
    let mut object = Map::new();
    for (key, text) in form_urlencoded::parse(query.as_bytes()).into_owned() {
        let (name, inner) = split(&key);
        let value = typed(name, text, decoder);
        let twice = || {
            let message = format!("`{key}` is given twice; keep one of the two");
            Err(Refusal::new(Code::ParameterConflict, message).at(key.clone()))
        };
        match inner {
            None => match object.insert(name.to_owned(), value.clone()) {
                Some(other) if other != value => return twice(),
                _ => {}
            },
            Some("") => match object.entry(name).or_insert_with(|| json!([])) {
                Value::Array(items) => items.push(value),
                _ => return twice(),
            },
            Some(inner) => match object.entry(name).or_insert_with(|| json!({})) {
                Value::Object(fields) => match fields.insert(inner.to_owned(), value.clone()) {
                    Some(other) if other != value => return twice(),
                    _ => {}
                },
                _ => return twice(),
            },
        }
    }
    Ok(Value::Object(object))
}

fn split(key: &str) -> (&str, Option<&str>) {
    match key.split_once('[') {
        Some((name, rest)) => (name, Some(rest.trim_end_matches(']'))),
        None => (key, None),
    }
}

/// Text, or the number that the schema wants in its place.
fn typed(name: &str, text: String, decoder: Option<&Decoder>) -> Value {
    let mut schema = None;
    if let Some(decoder) = decoder {
        schema = decoder
            .fields()
            .names()
            .find(|(known, _)| *known == name || super::fields::same(known, name))
            .map(|(_, schema)| schema);
    }
    let wants_number = schema.is_some_and(|schema| {
        let kind = &schema["type"];
        kind == "integer" || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("integer")))
            // Filters such as created[gte] are integers inside.
            || schema["properties"].is_object() || schema["anyOf"].is_array()
    });
    match text.parse::<i64>() {
        Ok(number) if wants_number => json!(number),
        _ => Value::String(text),
    }
}
