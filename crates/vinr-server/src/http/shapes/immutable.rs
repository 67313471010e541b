//! Parameters of a change that name what never changes.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, IgnoredAny};
use vinr_core::refusal::{Code, Refusal};

use crate::error::{Problems, Result};

/// A parameter that is known only to be refused: whoever asks for it is told what to do instead, and not that there is no
/// such parameter. Whatever it is asked to be, null too, is a wish for another value; fields of it have
/// `#[serde(default)]`, which is that it was not named.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Immutable {
    is_named: bool,
}

impl<'de> Deserialize<'de> for Immutable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|IgnoredAny| Immutable { is_named: true })
    }
}

impl JsonSchema for Immutable {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Immutable".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        // Any value: a schema that refused some of them would do it with another code.
        json_schema!({})
    }
}

/// Refuses what of a noun was named and never changes.
///
/// # Errors
/// `parameter_immutable` for each of it.
pub(crate) fn refuse_named<const N: usize>(noun: &str, parameters: [(&'static str, Immutable); N]) -> Result<()> {
    let mut problems = Problems::default();
    for (param, Immutable { is_named }) in parameters {
        if is_named {
            let message = format!("`{param}` of a {noun} never changes; create another {noun} and switch this one off");
            problems.add(Refusal::new(Code::ParameterImmutable, message).at(param));
        }
    }
    problems.told()
}
