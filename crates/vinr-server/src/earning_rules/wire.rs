//! Earning rules as JSON (spec/engagement.md, Earning rules).

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use vinr_core::earning_rules::{Award, Cap, Rule, Trigger, Window};
use vinr_core::ids::{EarningRuleId, ProgramId};
use vinr_core::money::Currency;
use vinr_core::programs::DEFAULT_ID;
use vinr_core::refusal::{Code, Refusal};

use super::{Asked, New};
use crate::error::{Problems, Result};
use crate::http::formats::{MetadataInput, chosen_id, id, named};
use crate::http::list::Page;
use crate::http::shapes::{RateInput, read_rate, show_rate};
use vinr_core::keys::Environment;

/// What creates an earning rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:rule"))]
    id: Option<String>,
    /// In which program it gives points; `prog_default` if nothing is said.
    #[schemars(extend("format" = "id:prog"))]
    program_id: Option<String>,
    /// For people.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    name: Option<String>,
    /// What sets it off: `payment.completed` (the default) or `loyalty.account.created`.
    trigger: Option<TriggerWord>,
    /// What it gives. Required.
    award: AwardInput,
    /// What must be so.
    conditions: Option<ConditionsInput>,
    /// What its points are multiplied by, with up to four decimals. The default is 1.
    multiplier: Option<RateInput>,
    /// How much one member gets of it.
    cap: Option<CapInput>,
    /// Whether it gives anything. The default is yes.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

/// What to change; what is absent stays. Its program and what sets it off never change: make another rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    /// For people; null takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    name: Option<Option<String>>,
    /// What it gives.
    award: Option<AwardInput>,
    /// What must be so.
    conditions: Option<ConditionsInput>,
    /// What its points are multiplied by, with up to four decimals.
    multiplier: Option<RateInput>,
    /// How much one member gets of it; null for no end.
    #[serde(default, deserialize_with = "named")]
    cap: Option<Option<CapInput>>,
    /// Whether it gives anything.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

/// What sets a rule off.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
enum TriggerWord {
    /// A payment of a member was captured.
    #[serde(rename = "payment.completed")]
    PaymentCompleted,
    /// Somebody became a member.
    #[serde(rename = "loyalty.account.created")]
    AccountCreated,
}

/// What must be so.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ConditionsInput {
    /// So much was paid at least, in minor units; null for any amount.
    #[serde(default, deserialize_with = "named")]
    #[schemars(range(min = 1, max = 99_999_999_999_i64))]
    min_amount: Option<Option<i64>>,
    /// It was paid in this currency; null for any.
    #[serde(default, deserialize_with = "named")]
    #[schemars(extend("format" = "currency"))]
    currency: Option<Option<String>>,
    /// By a member who was in this tier before it, by its key; null for any. A higher tier is another one.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(min = 1, max = 40), extend("format" = "printable"))]
    tier: Option<Option<String>>,
}

/// How much one member gets of a rule.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct CapInput {
    /// So many points at most.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    points: i64,
    /// In this time: `day`, `week` (from Monday), `month` or `lifetime`, in the account's time zone.
    window: WindowWord,
}

/// How long a cap counts.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum WindowWord {
    /// From midnight to midnight.
    Day,
    /// From Monday on.
    Week,
    /// From the first of the month on.
    Month,
    /// For ever.
    Lifetime,
}

/// What a rule gives: `{"type": "per_amount", "per": 100, "points": 1}` is a point for each 1.00, in every currency;
/// `{"type": "fixed", "points": 50}`; `{"type": "per_currency", "EUR": 1, "USD": 0.9}` counts points for a major unit.
#[derive(Debug, Clone, Deserialize)]
struct AwardInput(Map<String, Value>);

impl JsonSchema for AwardInput {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Award".into()
    }

    // Its names are currencies too, so they are read one by one below.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "`{\"type\": \"per_amount\", \"per\": 100, \"points\": 1}` is a point for each 1.00, in every \
                            currency; `{\"type\": \"fixed\", \"points\": 50}`; `{\"type\": \"per_currency\", \"EUR\": 1, \
                            \"USD\": 0.9}` counts points for a major unit.",
            "required": ["type"],
            "maxProperties": 200,
            "additionalProperties": {"type": ["string", "number"]},
        })
    }
}

/// Which rules to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(super) page: Page<EarningRuleId>,
    /// Only those of this program.
    #[schemars(extend("format" = "id:prog"))]
    pub(super) program_id: Option<String>,
}

/// An earning rule as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EarningRule")]
pub(super) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `earning_rule`.
    object: &'static str,
    /// In which program it gives points.
    program_id: &'a str,
    /// For people.
    name: Option<&'a str>,
    /// What sets it off.
    trigger: &'static str,
    /// What it gives, as it was asked for.
    award: BTreeMap<&'a str, Value>,
    /// What must be so.
    conditions: ShownConditions,
    /// What its points are multiplied by.
    multiplier: Number,
    /// How much one member gets of it.
    cap: Option<ShownCap>,
    /// Whether it gives anything.
    active: bool,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "EarningConditions")]
struct ShownConditions {
    /// So much was paid at least, in minor units.
    min_amount: Option<i64>,
    /// It was paid in this currency.
    currency: Option<&'static str>,
    /// By a member of this tier.
    tier: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "EarningCap")]
struct ShownCap {
    /// So many points at most.
    points: i64,
    /// `day`, `week`, `month` or `lifetime`.
    window: &'static str,
}

/// A removed rule.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DeletedEarningRule")]
pub(super) struct Removed {
    pub(super) id: String,
    /// Always `earning_rule`.
    pub(super) object: &'static str,
    /// Always true.
    pub(super) deleted: bool,
}

impl Create {
    /// The rule that is asked for, with all its problems together.
    pub(super) fn parsed(self, environment: Environment) -> Result<New> {
        let Create { id: chosen, program_id, name, trigger, award, conditions, multiplier, cap, active, metadata } =
            self;
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(chosen.as_deref(), EarningRuleId::parse, environment)).flatten();
        let program = program_id.as_deref().unwrap_or(DEFAULT_ID);
        let program_id = problems.note(id("programId", Some(program), ProgramId::parse)).flatten();
        let trigger = match trigger.unwrap_or(TriggerWord::PaymentCompleted) {
            TriggerWord::PaymentCompleted => Trigger::PaymentCompleted,
            TriggerWord::AccountCreated => Trigger::AccountCreated,
        };
        let (name, cap) = (name.map(Some), cap.map(Some));
        let more = Update { name, award: None, conditions, multiplier, cap, active, metadata };
        let more = more.noted(&mut problems);
        match (problems.note_all(award.parsed()), program_id) {
            (Some(award), Some(program_id)) if problems.is_empty() => {
                Ok(New { id: chosen, program_id, trigger, award, more })
            }
            _ => Err(problems.into()),
        }
    }
}

impl Update {
    /// The changes that are asked for, with all their problems together.
    pub(super) fn parsed(self) -> Result<Asked> {
        let mut problems = Problems::default();
        let asked = self.noted(&mut problems);
        problems.told()?;
        Ok(asked)
    }

    fn noted(self, problems: &mut Problems) -> Asked {
        let Update { name, award, conditions, multiplier, cap, active, metadata } = self;
        let ConditionsInput { min_amount, currency, tier } = conditions.unwrap_or_default();
        let mut currency_of = |code: String| {
            let currency = Currency::from_param(&code).map_err(|refusal| refusal.at("conditions.currency"));
            problems.note(currency)
        };
        let currency = currency.map(|code| code.and_then(&mut currency_of));
        let award = award.and_then(|award| problems.note_all(award.parsed()));
        let multiplier = multiplier.and_then(|rate| problems.note(rate.read("multiplier".into())));
        Asked {
            name,
            award,
            amount_min: min_amount,
            currency,
            tier,
            multiplier,
            cap: cap.map(|cap| cap.map(CapInput::parsed)),
            is_active: active,
            metadata: metadata.unwrap_or_default().pairs().collect(),
        }
    }
}

impl CapInput {
    fn parsed(self) -> Cap {
        let window = match self.window {
            WindowWord::Day => Window::Day,
            WindowWord::Week => Window::Week,
            WindowWord::Month => Window::Month,
            WindowWord::Lifetime => Window::Lifetime,
        };
        Cap { points: self.points, window }
    }
}

impl AwardInput {
    /// The award, or everything that is wrong with it.
    fn parsed(mut self) -> std::result::Result<Award, Vec<Refusal>> {
        let kind = self.0.remove("type");
        match kind.as_ref().and_then(Value::as_str) {
            Some("per_amount") => {
                let per = self.0.remove("per").map_or(Ok(100), |per| whole(&per, "award.per"));
                let points = self.number("points").and_then(|points| read_rate(&points, "award.points".into()));
                self.nothing_more()?;
                both(per, points).map(|(per, points)| Award::PerAmount { per, points })
            }
            Some("fixed") => {
                let points = self.number("points").and_then(|points| whole(&Value::Number(points), "award.points"));
                self.nothing_more()?;
                points.map(|points| Award::Fixed { points }).map_err(|refusal| vec![refusal])
            }
            Some("per_currency") => self.per_currency(),
            Some(_) | None => {
                let message = "expected `per_amount`, `fixed` or `per_currency`";
                Err(vec![Refusal::new(Code::ParameterInvalid, message).at("award.type")])
            }
        }
    }

    fn per_currency(self) -> std::result::Result<Award, Vec<Refusal>> {
        let (mut rates, mut wrong) = (BTreeMap::new(), Vec::new());
        for (code, value) in self.0 {
            let param = format!("award.{code}");
            let Some(currency) = Currency::parse(&code) else {
                let message = format!("`{param}` is not a currency code such as EUR");
                wrong.push(Refusal::new(Code::CurrencyUnknown, message).at(param));
                continue;
            };
            let rate = number(&value, &param).and_then(|number| read_rate(&number, param));
            match rate {
                Ok(rate) => drop(rates.insert(currency, rate)),
                Err(refusal) => wrong.push(refusal),
            }
        }
        if wrong.is_empty() { Ok(Award::PerCurrency(rates)) } else { Err(wrong) }
    }

    fn number(&mut self, name: &str) -> std::result::Result<Number, Refusal> {
        let param = format!("award.{name}");
        let missing = || Refusal::new(Code::ParameterMissing, format!("`{param}` is required")).at(param.clone());
        self.0.remove(name).ok_or_else(missing).and_then(|value| number(&value, &param))
    }

    fn nothing_more(&self) -> std::result::Result<(), Vec<Refusal>> {
        let unknown = |name: &String| {
            let param = format!("award.{name}");
            Refusal::new(Code::ParameterUnknown, format!("there is no parameter `{param}` here")).at(param)
        };
        let wrong: Vec<Refusal> = self.0.keys().map(unknown).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

fn both<A, B>(
    one: std::result::Result<A, Refusal>,
    other: std::result::Result<B, Refusal>,
) -> std::result::Result<(A, B), Vec<Refusal>> {
    match (one, other) {
        (Ok(one), Ok(other)) => Ok((one, other)),
        (one, other) => Err([one.err(), other.err()].into_iter().flatten().collect()),
    }
}

fn number(value: &Value, param: &str) -> std::result::Result<Number, Refusal> {
    let refused = || Refusal::new(Code::ParameterInvalid, format!("`{param}` must be a number")).at(param.to_owned());
    value.as_number().cloned().ok_or_else(refused)
}

fn whole(value: &Value, param: &'static str) -> std::result::Result<i64, Refusal> {
    let refused = || Refusal::new(Code::ParameterInvalid, format!("`{param}` must be a whole number")).at(param);
    value.as_i64().ok_or_else(refused)
}

/// A rule as it is shown.
pub(super) fn show(rule: &Rule) -> Shown<'_> {
    Shown {
        id: rule.id.as_str(),
        object: "earning_rule",
        program_id: rule.program_id.as_str(),
        name: rule.name.as_deref(),
        trigger: rule.trigger.as_str(),
        award: show_award(&rule.award),
        conditions: ShownConditions {
            min_amount: rule.conditions.amount_min,
            currency: rule.conditions.currency.map(Currency::code),
            tier: rule.conditions.tier.clone(),
        },
        multiplier: show_rate(rule.multiplier),
        cap: rule.cap.map(|cap| ShownCap { points: cap.points, window: cap.window.as_str() }),
        active: rule.is_active,
        metadata: rule.metadata.iter().collect(),
        created_at: rule.created_at.rfc3339(),
    }
}

fn show_award(award: &Award) -> BTreeMap<&str, Value> {
    match award {
        Award::PerAmount { per, points } => {
            [("type", "per_amount".into()), ("per", (*per).into()), ("points", show_rate(*points).into())].into()
        }
        Award::Fixed { points } => [("type", "fixed".into()), ("points", (*points).into())].into(),
        Award::PerCurrency(rates) => {
            let rates = rates.iter().map(|(currency, rate)| (currency.code(), Value::from(show_rate(*rate))));
            rates.chain([("type", "per_currency".into())]).collect()
        }
    }
}
