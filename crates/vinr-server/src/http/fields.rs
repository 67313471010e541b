//! The names an input knows, read from its schema: one spelling comes out whichever the client wrote
//! (spec/conventions.md, JSON).

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use vinr_core::nearest::nearest;
use vinr_core::refusal::{Code, Refusal};

/// The fields of an object; `None` below a name means that what stands there is left alone.
#[derive(Debug)]
pub(super) struct Fields {
    known: BTreeMap<String, Field>,
    /// Every accepted spelling and the name it stands for.
    spellings: BTreeMap<String, String>,
}

#[derive(Debug)]
struct Field {
    schema: Value,
    below: Option<Fields>,
}

impl Fields {
    /// Reads an object schema.
    pub(super) fn of(schema: &Value) -> Fields {
        let mut known = BTreeMap::new();
        let mut spellings = BTreeMap::new();
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            spellings.insert(name.clone(), name.clone());
            spellings.insert(snake_case(name), name.clone());
            known.insert(name.clone(), Field { schema: field.clone(), below: object_below(field) });
        }
        // A reference may drop its Id, unless that is a name of its own.
        for name in known.keys() {
            if let Some(stem) = name.strip_suffix("Id") {
                spellings.entry(stem.to_owned()).or_insert_with(|| name.clone());
                spellings.entry(snake_case(stem)).or_insert_with(|| name.clone());
            }
        }
        Fields { known, spellings }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.known.iter().map(|(name, field)| (name.as_str(), &field.schema))
    }

    /// Whether this is a name of the object, in its own spelling.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.known.contains_key(name)
    }

    /// The fields of what stands under a name.
    pub(super) fn below(&self, name: &str) -> Option<&Fields> {
        self.known.get(name)?.below.as_ref()
    }

    /// Brings an object's names to one spelling; what is unknown or contradictory is noted.
    pub(super) fn normalise(&self, value: Value, path: &str, refusals: &mut Vec<Refusal>) -> Value {
        let Value::Object(object) = value else { return value };
        let mut normal = Map::with_capacity(object.len());
        for (spelling, value) in object {
            let Some(name) = self.spellings.get(&spelling) else {
                refusals.push(self.unknown(&spelling, path));
                continue;
            };
            let place = join(path, name);
            let value = match self.below(name) {
                Some(below) => below.normalise(value, &place, refusals),
                None => whole(&self.known[name].schema, value),
            };
            match normal.get(name) {
                Some(other) if *other != value => refusals.push(
                    Refusal::new(
                        Code::ParameterConflict,
                        format!("`{place}` is given twice with different values; keep one"),
                    )
                    .at(place),
                ),
                Some(_) => {}
                None => {
                    normal.insert(name.clone(), value);
                }
            }
        }
        Value::Object(normal)
    }

    fn unknown(&self, spelling: &str, path: &str) -> Refusal {
        let place = join(path, spelling);
        let hint = match nearest(spelling, self.spellings.keys().map(String::as_str)) {
            Some(name) => format!("; did you mean `{}`?", self.spellings[name]),
            None => String::new(),
        };
        Refusal::new(Code::ParameterUnknown, format!("there is no parameter `{place}` here{hint}")).at(place)
    }
}

/// Whole numbers that a float holds exactly.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// An integer, however it is written: to JSON Schema, and so to the API's document, `1000.0` is one.
fn whole(schema: &Value, value: Value) -> Value {
    let is_integer = |kind: &Value| kind == "integer";
    let wanted =
        is_integer(&schema["type"]) || schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(is_integer));
    match value.as_f64() {
        Some(number) if wanted && value.is_f64() && number.fract() == 0.0 && number.abs() <= WHOLE_MAX => {
            format!("{number:.0}").parse::<i64>().map_or(value, Value::from)
        }
        _ => value,
    }
}

fn object_below(schema: &Value) -> Option<Fields> {
    let candidates = schema["anyOf"].as_array().map_or_else(Vec::new, |any| any.iter().collect());
    std::iter::once(schema).chain(candidates).find(|schema| schema["properties"].is_object()).map(Fields::of)
}

/// The path of what stands in an object.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// Whether two spellings name the same field, but for the dropped Id.
pub(super) fn same(known: &str, spelling: &str) -> bool {
    known == spelling || snake_case(known) == spelling
}
