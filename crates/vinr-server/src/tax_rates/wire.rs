//! Tax rates as JSON (spec/billing.md, Tax rates).

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use vinr_core::countries::Country;
use vinr_core::decimals;
use vinr_core::ids::TaxRateId;
use vinr_core::keys::Environment;
use vinr_core::metadata::Metadata;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::tax_rates::{Changes, Rate, TaxRate};

use crate::error::{Problems, Result};
use crate::http::formats::{MetadataInput, chosen_id};
use crate::http::list::Page;
use crate::record::Unit;

/// Decimals of a percentage.
const PLACES: usize = 3;

/// What creates a tax rate.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:txr"))]
    id: Option<String>,
    /// What buyers read on invoices, such as VAT.
    #[schemars(length(min = 1, max = 50), extend("format" = "printable"))]
    display_name: String,
    /// How much it is: 0 to 100, with up to three decimals.
    percentage: TaxPercent,
    /// Whether prices have it in them. The default is no: it is added.
    inclusive: Option<bool>,
    /// Whose tax it is: a country's code of two letters.
    #[schemars(extend("format" = "country"))]
    country: Option<String>,
    /// Whether something new can have it. The default is yes.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

/// What a tax rate is made of, before it has its id.
pub(super) struct New {
    rate: Rate,
    country: Option<Country>,
    metadata: Metadata,
    ask: Create,
}

impl Create {
    /// Reads what is asked for, and the id that was chosen.
    pub(super) fn read(mut self, environment: Environment) -> Result<(Option<TaxRateId>, New)> {
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(self.id.as_deref(), TaxRateId::parse, environment)).flatten();
        let percent = decimals::parse(&self.percentage.0.to_string(), PLACES).ok_or_else(|| {
            let message = "expected a percentage from 0 to 100, with 3 decimals at most";
            Refusal::new(Code::ParameterInvalid, message).at("percentage")
        });
        let percent_millis = problems.note(percent).unwrap_or_default();
        let country = problems.note(self.country.as_deref().map(Country::from_param).transpose()).flatten();
        let pairs = self.metadata.take().unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        problems.told()?;
        let rate = Rate { percent_millis, is_inclusive: self.inclusive.unwrap_or(false) };
        Ok((chosen, New { rate, country, metadata, ask: self }))
    }
}

impl New {
    /// The tax rate.
    pub(super) fn made(&self, chosen: Option<TaxRateId>, unit: &Unit<'_>) -> TaxRate {
        TaxRate {
            id: chosen.unwrap_or_else(|| TaxRateId::from_bits(unit.env.id_bits())),
            display_name: self.ask.display_name.clone(),
            rate: self.rate,
            country: self.country,
            is_active: self.ask.active.unwrap_or(true),
            metadata: self.metadata.clone(),
            created_at: unit.now(),
        }
    }
}

/// A percentage with up to three decimals.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct TaxPercent(Number);

impl JsonSchema for TaxPercent {
    fn schema_name() -> Cow<'static, str> {
        "TaxPercent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "minimum": 0, "maximum": 100})
    }
}

/// What to change; what is absent stays. How much it is never changes: make another one.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    /// What buyers read on invoices.
    #[schemars(length(min = 1, max = 50), extend("format" = "printable"))]
    display_name: Option<String>,
    /// False: nothing new can have it.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

impl Update {
    /// In the core's terms.
    pub(super) fn changes(self) -> Changes {
        let Update { display_name, active, metadata } = self;
        Changes { display_name, is_active: active, metadata: metadata.unwrap_or_default().pairs().collect() }
    }
}

/// Which tax rates to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(super) page: Page<TaxRateId>,
    /// Only those that something new can have, or cannot.
    pub(super) active: Option<bool>,
}

/// A tax rate as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TaxRate")]
pub(super) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `tax_rate`.
    object: &'static str,
    /// What buyers read on invoices.
    display_name: &'a str,
    /// How much it is: 0 to 100, with up to three decimals.
    percentage: TaxPercent,
    /// Whether prices have it in them.
    inclusive: bool,
    /// Whose tax it is.
    country: Option<&'static str>,
    /// Whether something new can have it.
    active: bool,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A tax rate as it is shown.
pub(super) fn show(rate: &TaxRate) -> Shown<'_> {
    let percent = decimals::text(rate.rate.percent_millis, PLACES);
    Shown {
        id: rate.id.as_str(),
        object: "tax_rate",
        display_name: &rate.display_name,
        percentage: TaxPercent(percent.parse().expect("digits are a number")),
        inclusive: rate.rate.is_inclusive,
        country: rate.country.map(Country::code),
        active: rate.is_active,
        metadata: rate.metadata.iter().collect(),
        created_at: rate.created_at.rfc3339(),
    }
}
