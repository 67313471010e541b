//! A rate as the API takes and shows it: points for a unit of money, or what points are multiplied by.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde_json::Number;
use vinr_core::points::Rate;
use vinr_core::refusal::Refusal;

/// A number above zero with up to four decimals.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RateInput(Number);

impl JsonSchema for RateInput {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rate".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000})
    }
}

impl RateInput {
    /// The rate.
    ///
    /// # Errors
    /// What is none, about that parameter.
    pub(crate) fn read(&self, param: String) -> Result<Rate, Refusal> {
        read_rate(&self.0, param)
    }
}

/// A number as a rate.
///
/// # Errors
/// What is none, about that parameter.
pub(crate) fn read_rate(number: &Number, param: String) -> Result<Rate, Refusal> {
    Rate::parse(&number.to_string()).map_err(|refusal| refusal.at(param))
}

/// A rate as a number.
pub(crate) fn show_rate(rate: Rate) -> Number {
    rate.to_string().parse().expect("a rate is a number of JSON")
}
