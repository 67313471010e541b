//! What a reward is worth, as the API shows and takes it. How it is kept: `record/reward_values.rs`.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Number;
use vinr_core::decimals;
use vinr_core::money::{Currency, Money};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::rewards::{Type, Value};

/// What a member gets: `{amount, currency}` for `discount_amount` and `store_credit`, `{percent}` for `discount_percent`,
/// `{product, quantity}` for `free_product`, `{partner, sku}` for `partner`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RewardValue {
    /// What comes off a payment, or is given as store credit, in minor units of the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 99_999_999_999_i64))]
    amount: Option<i64>,
    /// ISO 4217 code, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "currency"))]
    currency: Option<String>,
    /// The part of a payment that comes off, above 0 and up to 100, with up to two decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<Percent>,
    /// The product, as you know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    product: Option<String>,
    /// How many of it. The default is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000_000_000))]
    quantity: Option<i64>,
    /// Who hands it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    partner: Option<String>,
    /// What, as the partner knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    sku: Option<String>,
}

/// A percentage with up to two decimals.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Percent(Number);

impl JsonSchema for Percent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "exclusiveMinimum": 0, "maximum": 100})
    }
}

impl Percent {
    /// Of basis points, without decimals that say nothing.
    pub(crate) fn of(bps: i64) -> Percent {
        Percent(decimals::text(bps, 2).parse().expect("digits are a number"))
    }

    /// In basis points.
    pub(crate) fn bps(&self) -> Option<i64> {
        decimals::parse(&self.0.to_string(), 2)
    }
}

impl RewardValue {
    /// A value as it is shown.
    pub(crate) fn of(value: &Value) -> RewardValue {
        let nothing = RewardValue::default();
        match value {
            Value::Amount(money) | Value::Credit(money) => {
                RewardValue { amount: Some(money.amount), currency: Some(money.currency.code().to_owned()), ..nothing }
            }
            Value::Percent { bps } => RewardValue { percent: Some(Percent::of(*bps)), ..nothing },
            Value::Product { product, quantity } => {
                RewardValue { product: Some(product.clone()), quantity: Some(*quantity), ..nothing }
            }
            Value::Partner { partner, sku } => {
                RewardValue { partner: Some(partner.clone()), sku: Some(sku.clone()), ..nothing }
            }
        }
    }

    /// The value of a reward of this type.
    ///
    /// # Errors
    /// `parameter_missing` for what such a reward needs, `parameter_invalid` for what it has no use for.
    pub(crate) fn read(self, kind: Type) -> Result<Value, Vec<Refusal>> {
        let own: &[&str] = match kind {
            Type::DiscountAmount | Type::StoreCredit => &["amount", "currency"],
            Type::DiscountPercent => &["percent"],
            Type::FreeProduct => &["product", "quantity"],
            Type::Partner => &["partner", "sku"],
        };
        let mut wrong: Vec<Refusal> = self.foreign(own, kind);
        let mut missing = |name: &str| {
            let param = format!("value.{name}");
            wrong.push(Refusal::new(Code::ParameterMissing, format!("`{param}` is required")).at(param));
        };
        let value = match kind {
            Type::DiscountAmount | Type::StoreCredit => match (self.amount, self.currency.as_deref()) {
                (Some(amount), Some(currency)) => {
                    let currency =
                        Currency::from_param(currency).map_err(|refusal| vec![refusal.at("value.currency")])?;
                    let money = Money::new(amount, currency);
                    Some(if kind == Type::StoreCredit { Value::Credit(money) } else { Value::Amount(money) })
                }
                (amount, currency) => {
                    amount.is_none().then(|| missing("amount"));
                    currency.is_none().then(|| missing("currency"));
                    None
                }
            },
            Type::DiscountPercent => match self.percent.map(|percent| percent.bps()) {
                Some(Some(bps)) => Some(Value::Percent { bps }),
                Some(None) => {
                    let message = "expected a percentage above 0 and up to 100, with 2 decimals at most";
                    return Err(vec![Refusal::new(Code::ParameterInvalid, message).at("value.percent")]);
                }
                None => {
                    missing("percent");
                    None
                }
            },
            Type::FreeProduct => {
                self.product.is_none().then(|| missing("product"));
                let quantity = self.quantity.unwrap_or(1);
                self.product.map(|product| Value::Product { product, quantity })
            }
            Type::Partner => match (self.partner, self.sku) {
                (Some(partner), Some(sku)) => Some(Value::Partner { partner, sku }),
                (partner, sku) => {
                    partner.is_none().then(|| missing("partner"));
                    sku.is_none().then(|| missing("sku"));
                    None
                }
            },
        };
        value.filter(|_| wrong.is_empty()).ok_or(wrong)
    }

    /// What does not belong to such a reward.
    fn foreign(&self, own: &[&str], kind: Type) -> Vec<Refusal> {
        let given = [
            ("amount", self.amount.is_some()),
            ("currency", self.currency.is_some()),
            ("percent", self.percent.is_some()),
            ("product", self.product.is_some()),
            ("quantity", self.quantity.is_some()),
            ("partner", self.partner.is_some()),
            ("sku", self.sku.is_some()),
        ];
        let foreign = given.into_iter().filter(|(name, is_given)| *is_given && !own.contains(name));
        let refused = |(name, _): (&str, bool)| {
            let message = format!("a {kind} has no `value.{name}`; it has {}", own.join(", "));
            Refusal::new(Code::ParameterInvalid, message).at(format!("value.{name}"))
        };
        foreign.map(refused).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Type, text: &str) -> Result<Value, Vec<String>> {
        let value: RewardValue = serde_json::from_str(text).expect("JSON");
        let params = |wrong: Vec<Refusal>| wrong.into_iter().filter_map(|one| one.param.map(String::from)).collect();
        value.read(kind).map_err(params)
    }

    #[test]
    fn a_percentage_is_shown_without_decimals_that_say_nothing() {
        let shown = |bps| serde_json::to_string(&RewardValue::of(&Value::Percent { bps })).expect("JSON");
        assert_eq!([1_000, 1_250, 5].map(shown), [r#"{"percent":10}"#, r#"{"percent":12.5}"#, r#"{"percent":0.05}"#]);
    }

    #[test]
    fn a_value_is_of_its_type() {
        assert_eq!(read(Type::DiscountPercent, r#"{"percent": 12.5}"#), Ok(Value::Percent { bps: 1_250 }));
        assert_eq!(read(Type::DiscountPercent, r#"{"percent": 10.0}"#), Ok(Value::Percent { bps: 1_000 }));
        for (kind, text, wrong) in [
            (Type::DiscountPercent, r#"{"percent": 0.125}"#, ["value.percent"].as_slice()),
            (Type::DiscountPercent, r#"{"percent": 1e-7}"#, &["value.percent"]),
            (Type::DiscountPercent, "{}", &["value.percent"]),
            (Type::DiscountAmount, r#"{"percent": 5}"#, &["value.percent", "value.amount", "value.currency"]),
            (Type::FreeProduct, r#"{"quantity": 5}"#, &["value.product"]),
            (Type::Partner, r#"{"partner": "Cinema", "amount": 5}"#, &["value.amount", "value.sku"]),
        ] {
            assert_eq!(read(kind, text).expect_err("refused"), wrong, "{text}");
        }
        let one = read(Type::FreeProduct, r#"{"product": "prod_coffee"}"#);
        assert_eq!(one, Ok(Value::Product { product: "prod_coffee".into(), quantity: 1 }));
    }
}
