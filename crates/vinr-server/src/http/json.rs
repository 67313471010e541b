//! Reads JSON strictly: an object that names a key twice is refused, since two readers could disagree about it.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use vinr_core::refusal::{Code, Refusal};

/// Parses a body.
///
/// # Errors
/// `invalid_json` with line and column; `parameter_conflict` for a key that stands twice.
pub fn parse(bytes: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice::<Strict>(bytes).map(|strict| strict.0).map_err(|error| {
        let place = format!("at line {}, column {}", error.line(), error.column());
        let text = error.to_string();
        match text.strip_prefix(DUPLICATE).and_then(|rest| rest.split('`').nth(1)) {
            Some(key) => Refusal::new(
                Code::ParameterConflict,
                format!("the body names `{key}` twice, {place}; keep one of the two"),
            )
            .at(key.to_owned()),
            None => {
                Refusal::new(Code::InvalidJson, format!("the body is not valid JSON {place}: {}", without_place(&text)))
            }
        }
    })
}

const DUPLICATE: &str = "duplicate key";

fn without_place(text: &str) -> &str {
    text.split(" at line ").next().unwrap_or(text)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Strict, D::Error> {
        StrictVisitor.deserialize(deserializer).map(Strict)
    }
}

#[derive(Clone, Copy)]
struct StrictVisitor;

impl<'de> DeserializeSeed<'de> for StrictVisitor {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("{DUPLICATE} `{key}`")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_stands_twice_is_named() {
        let refusal = parse(br#"{"amount":1,"card":{"number":1,"number":2}}"#).expect_err("refused");
        assert_eq!(refusal.code, Code::ParameterConflict);
        assert_eq!(refusal.param.as_deref(), Some("number"));
    }

    #[test]
    fn the_place_of_a_mistake_is_named() {
        let refusal = parse(b"{\"amount\":1,\n \"currency\" EUR}").expect_err("refused");
        assert_eq!(refusal.code, Code::InvalidJson);
        assert!(refusal.message.contains("line 2, column"), "{}", refusal.message);
    }

    #[test]
    fn endless_nesting_is_refused() {
        assert_eq!(parse("[".repeat(10_000).as_bytes()).expect_err("refused").code, Code::InvalidJson);
    }
}
