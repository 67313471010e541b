//! Prices as JSON (spec/billing.md, Prices).

mod words;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::exact::ExactAmount;
use vinr_core::ids::{PriceId, ProductId};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::prices::{AggregateUsage, Changes, Model, ModelKind, Price, Recurring, Tier, Usage, UsageType};
use vinr_core::refusal::{Code, Refusal};

use self::words::{AggregateWord, IntervalWord, ModelWord, UsageWord};
use crate::error::{Problems, Result};
use crate::http::formats::{MetadataInput, id, named, required_id};
use crate::http::list::Page;
use crate::record::Unit;

/// What creates a price.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice, in live too.
    #[schemars(extend("format" = "id:price"))]
    id: Option<String>,
    /// What it is for.
    #[schemars(extend("format" = "id:prod"))]
    product_id: String,
    /// For one unit or package, in minor units of the currency.
    #[schemars(range(min = 0, max = 99_999_999_999_i64))]
    amount: Option<i64>,
    /// The same where it is finer than a minor unit: a decimal of minor units with up to 12 places, such as "0.125".
    #[schemars(length(min = 1, max = 24), extend("format" = "printable"))]
    unit_amount_decimal: Option<String>,
    /// ISO 4217 code, in any case.
    #[schemars(extend("format" = "currency"))]
    currency: String,
    /// How it comes again; null or absent for what is paid once.
    recurring: Option<RecurringInput>,
    /// How a number of units is priced. The default is `per_unit`.
    model: Option<ModelWord>,
    /// What units cost, of the models `graduated` and `volume`; they rise, and the last one has no end.
    #[schemars(length(min = 1, max = 100))]
    tiers: Option<Vec<TierInput>>,
    /// Units in a package, of the model `package`.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    package_size: Option<i64>,
    /// For yourself.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    nickname: Option<String>,
    /// Whether something new can be bought for it. The default is yes.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

/// What makes a price come again.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RecurringInput {
    /// What a period is counted in.
    interval: IntervalWord,
    /// How many of them are one period: three years at most. The default is 1.
    #[schemars(range(min = 1, max = 1_095))]
    interval_count: Option<i64>,
    /// Where the number of units comes from. The default is `licensed`.
    usage_type: Option<UsageWord>,
    /// What a period's usage records come to. The default is `sum`.
    aggregate_usage: Option<AggregateWord>,
}

impl RecurringInput {
    fn read(&self) -> std::result::Result<Recurring, Refusal> {
        let kind = self.usage_type.map_or(UsageType::Licensed, UsageWord::kind);
        Ok(Recurring {
            interval: self.interval.interval(),
            interval_count: self.interval_count.unwrap_or(1),
            usage: Usage::of(kind, self.aggregate_usage.map(AggregateWord::aggregate))?,
        })
    }
}

/// Units up to a bound, and what they cost.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct TierInput {
    /// The last unit in it; null or absent in the last tier.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    up_to: Option<i64>,
    /// For each unit, in minor units of the currency.
    #[schemars(range(min = 0, max = 99_999_999_999_i64))]
    unit_amount: Option<i64>,
    /// The same where it is finer than a minor unit.
    #[schemars(length(min = 1, max = 24), extend("format" = "printable"))]
    unit_amount_decimal: Option<String>,
    /// Once, when the tier is reached.
    #[schemars(range(min = 0, max = 99_999_999_999_i64))]
    flat_amount: Option<i64>,
}

impl TierInput {
    fn read(&self, place: usize) -> std::result::Result<Tier, Refusal> {
        let names = [format!("tiers.{place}.unitAmount"), format!("tiers.{place}.unitAmountDecimal")];
        let unit_amount = unit_amount(self.unit_amount, self.unit_amount_decimal.as_deref(), names.clone())?;
        let [name, _] = names;
        let flat_amount = self.flat_amount.unwrap_or(0);
        if unit_amount.is_none() && self.flat_amount.is_none() {
            let message = "a tier has a `unitAmount`, a `flatAmount` or both";
            return Err(Refusal::new(Code::ParameterMissing, message).at(name));
        }
        Ok(Tier { up_to: self.up_to, unit_amount: unit_amount.unwrap_or_default(), flat_amount })
    }
}

/// What one unit costs, written in one of two ways.
fn unit_amount(
    amount: Option<i64>,
    decimal: Option<&str>,
    [name, decimal_name]: [String; 2],
) -> std::result::Result<Option<ExactAmount>, Refusal> {
    match (amount, decimal) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => {
            let message = format!("give `{name}` or `{decimal_name}`, not both");
            Err(Refusal::new(Code::ParameterConflict, message).at(decimal_name))
        }
        (Some(amount), None) => {
            let invalid = || Refusal::new(Code::ParameterInvalid, "expected 0 or more").at(name);
            ExactAmount::whole(amount).map(Some).ok_or_else(invalid)
        }
        (None, Some(decimal)) => {
            let message = "expected a decimal of minor units with up to 12 places, such as \"0.125\"";
            let invalid = || Refusal::new(Code::ParameterInvalid, message).at(decimal_name);
            ExactAmount::parse(decimal).map(Some).ok_or_else(invalid)
        }
    }
}

/// What a price is made of, before it has its id.
pub(crate) struct New {
    product_id: ProductId,
    currency: Currency,
    model: Model,
    recurring: Option<Recurring>,
    nickname: Option<String>,
    is_active: bool,
    metadata: Metadata,
}

impl Create {
    /// Reads what is asked for with all its problems together, and the id that was chosen.
    pub(crate) fn read(self) -> Result<(Option<PriceId>, New)> {
        let mut problems = Problems::default();
        let chosen = problems.note(id("id", self.id.as_deref(), PriceId::parse)).flatten();
        let product_id = problems.note(required_id("productId", &self.product_id, ProductId::parse));
        let currency = problems.note(Currency::from_param(&self.currency));
        let model = self.model(&mut problems);
        let recurring = problems.note(self.recurring.as_ref().map(RecurringInput::read).transpose()).flatten();
        let pairs = self.metadata.unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        let (Some(product_id), Some(currency), Some(model), true) = (product_id, currency, model, problems.is_empty())
        else {
            return Err(problems.into());
        };
        let (nickname, is_active) = (self.nickname, self.active.unwrap_or(true));
        Ok((chosen, New { product_id, currency, model, recurring, nickname, is_active, metadata }))
    }

    fn model(&self, problems: &mut Problems) -> Option<Model> {
        let kind = self.model.map_or(ModelKind::PerUnit, ModelWord::kind);
        let names = ["amount".to_owned(), "unitAmountDecimal".to_owned()];
        let unit = problems.note(unit_amount(self.amount, self.unit_amount_decimal.as_deref(), names))?;
        let read = |tiers: &Vec<TierInput>| tiers.iter().enumerate().map(|(place, tier)| tier.read(place)).collect();
        let tiers = problems.note(self.tiers.as_ref().map(read).transpose())?;
        problems.note_all(Model::of(kind, unit, tiers, self.package_size))
    }
}

impl New {
    /// The price.
    pub(crate) fn made(&self, chosen: Option<PriceId>, unit: &Unit<'_>) -> Price {
        Price {
            id: chosen.unwrap_or_else(|| PriceId::from_bits(unit.env.id_bits())),
            product_id: self.product_id.clone(),
            currency: self.currency,
            model: self.model.clone(),
            recurring: self.recurring,
            nickname: self.nickname.clone(),
            is_active: self.is_active,
            metadata: self.metadata.clone(),
            created_at: unit.now(),
        }
    }
}

/// What to change; what is absent stays. Only `nickname`, `active` and `metadata` can be other: who subscribed has agreed to
/// the rest, and asking for it is refused with `parameter_immutable`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    /// For yourself; null takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    nickname: Option<Option<String>>,
    /// False: nothing new can be bought for it. Who subscribed keeps it.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
    /// Never changes.
    product_id: Option<String>,
    /// Never changes.
    amount: Option<i64>,
    /// Never changes.
    unit_amount_decimal: Option<String>,
    /// Never changes.
    currency: Option<String>,
    /// Never changes.
    recurring: Option<RecurringInput>,
    /// Never changes.
    model: Option<ModelWord>,
    /// Never changes.
    tiers: Option<Vec<TierInput>>,
    /// Never changes.
    package_size: Option<i64>,
}

impl Update {
    /// In the core's terms.
    ///
    /// # Errors
    /// `parameter_immutable` for each thing that never changes.
    pub(super) fn changes(self) -> Result<Changes> {
        let mut problems = Problems::default();
        for (param, is_named) in [
            ("productId", self.product_id.is_some()),
            ("amount", self.amount.is_some()),
            ("unitAmountDecimal", self.unit_amount_decimal.is_some()),
            ("currency", self.currency.is_some()),
            ("recurring", self.recurring.is_some()),
            ("model", self.model.is_some()),
            ("tiers", self.tiers.is_some()),
            ("packageSize", self.package_size.is_some()),
        ] {
            if is_named {
                let message =
                    format!("`{param}` of a price never changes; create another price and switch this one off");
                problems.add(Refusal::new(Code::ParameterImmutable, message).at(param));
            }
        }
        problems.told()?;
        let metadata = self.metadata.unwrap_or_default().pairs().collect();
        Ok(Changes { nickname: self.nickname, is_active: self.active, metadata })
    }
}

/// Which prices to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(super) page: Page<PriceId>,
    /// Only those of this product.
    #[schemars(extend("format" = "id:prod"))]
    pub(super) product_id: Option<String>,
    /// Only those that something new can be bought for, or cannot.
    pub(super) active: Option<bool>,
}

/// A price as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Price")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `price`.
    object: &'static str,
    /// What it is for.
    product_id: &'a str,
    /// For one unit or package, in minor units of the currency; null where it is finer than that, or where there are tiers.
    amount: Option<i64>,
    /// The same as an exact decimal.
    unit_amount_decimal: Option<String>,
    /// ISO 4217 code.
    currency: &'static str,
    /// How it comes again; null for what is paid once.
    recurring: Option<ShownRecurring>,
    /// `per_unit`, `graduated`, `volume` or `package`.
    model: &'static str,
    /// What units cost, of the models `graduated` and `volume`.
    tiers: Option<Vec<ShownTier>>,
    /// Units in a package.
    package_size: Option<i64>,
    /// For yourself.
    nickname: Option<&'a str>,
    /// Whether something new can be bought for it.
    active: bool,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// What makes a price come again.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Recurring")]
struct ShownRecurring {
    /// `day`, `week`, `month` or `year`.
    interval: &'static str,
    /// How many of them are one period.
    interval_count: i64,
    /// `licensed` or `metered`.
    usage_type: &'static str,
    /// `sum`, `max` or `last_during_period`, of a metered price.
    aggregate_usage: Option<&'static str>,
}

/// Units up to a bound, and what they cost.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PriceTier")]
struct ShownTier {
    /// The last unit in it; null in the last tier.
    up_to: Option<i64>,
    /// For each unit, in minor units of the currency; null where it is finer than that.
    unit_amount: Option<i64>,
    /// The same as an exact decimal.
    unit_amount_decimal: String,
    /// Once, when the tier is reached.
    flat_amount: i64,
}

/// A price as it is shown.
pub(crate) fn show(price: &Price) -> Shown<'_> {
    let recurring = |recurring: Recurring| ShownRecurring {
        interval: recurring.interval.as_str(),
        interval_count: recurring.interval_count,
        usage_type: recurring.usage.kind().as_str(),
        aggregate_usage: recurring.usage.aggregate().map(AggregateUsage::as_str),
    };
    let tier = |tier: &Tier| ShownTier {
        up_to: tier.up_to,
        unit_amount: tier.unit_amount.as_whole(),
        unit_amount_decimal: tier.unit_amount.into(),
        flat_amount: tier.flat_amount,
    };
    let unit = price.model.unit_amount();
    Shown {
        id: price.id.as_str(),
        object: "price",
        product_id: price.product_id.as_str(),
        amount: unit.and_then(ExactAmount::as_whole),
        unit_amount_decimal: unit.map(String::from),
        currency: price.currency.code(),
        recurring: price.recurring.map(recurring),
        model: price.model.kind().as_str(),
        tiers: price.model.tiers().map(|tiers| tiers.iter().map(tier).collect()),
        package_size: price.model.package_size(),
        nickname: price.nickname.as_deref(),
        active: price.is_active,
        metadata: price.metadata.iter().collect(),
        created_at: price.created_at.rfc3339(),
    }
}
