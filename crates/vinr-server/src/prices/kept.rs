//! How a price's model and recurrence are kept: JSON whose amounts are exact decimals.

use serde_json::{Value as Json, json};
use vinr_core::exact::ExactAmount;
use vinr_core::prices::{AggregateUsage, Interval, Model, ModelKind, Recurring, Tier, Usage, UsageType};

const WRITTEN: &str = "the database holds prices that were written by this program";

/// The column of a model.
pub(super) fn model_text(model: &Model) -> String {
    let tier =
        |tier: &Tier| json!({"upTo": tier.up_to, "unit": tier.unit_amount.to_string(), "flat": tier.flat_amount});
    let unit = model.unit_amount().map(String::from);
    let tiers = model.tiers().map(|tiers| tiers.iter().map(tier).collect::<Vec<_>>());
    json!({"kind": model.kind().as_str(), "unit": unit, "tiers": tiers, "size": model.package_size()}).to_string()
}

/// Reads [`model_text`] back.
pub(super) fn read_model(text: &str) -> Model {
    let kept: Json = serde_json::from_str(text).expect(WRITTEN);
    let kind = kept["kind"].as_str().and_then(ModelKind::parse).expect(WRITTEN);
    let exact = |json: &Json| json.as_str().map(|text| ExactAmount::parse(text).expect(WRITTEN));
    let tier = |json: &Json| Tier {
        up_to: json["upTo"].as_i64(),
        unit_amount: exact(&json["unit"]).expect(WRITTEN),
        flat_amount: json["flat"].as_i64().expect(WRITTEN),
    };
    let tiers = kept["tiers"].as_array().map(|tiers| tiers.iter().map(tier).collect());
    Model::of(kind, exact(&kept["unit"]), tiers, kept["size"].as_i64()).expect(WRITTEN)
}

/// The column of a recurrence.
pub(super) fn recurring_text(recurring: Recurring) -> String {
    let Recurring { interval, interval_count, usage } = recurring;
    let aggregate = usage.aggregate().map(AggregateUsage::as_str);
    let usage = usage.kind().as_str();
    json!({"interval": interval.as_str(), "count": interval_count, "usage": usage, "aggregate": aggregate}).to_string()
}

/// Reads [`recurring_text`] back.
pub(super) fn read_recurring(text: &str) -> Recurring {
    let kept: Json = serde_json::from_str(text).expect(WRITTEN);
    let kind = kept["usage"].as_str().and_then(UsageType::parse).expect(WRITTEN);
    let aggregate = kept["aggregate"].as_str().map(|text| AggregateUsage::parse(text).expect(WRITTEN));
    Recurring {
        interval: kept["interval"].as_str().and_then(Interval::parse).expect(WRITTEN),
        interval_count: kept["count"].as_i64().expect(WRITTEN),
        usage: Usage::of(kind, aggregate).expect(WRITTEN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_comes_back_from_its_columns() {
        let exact = |text| ExactAmount::parse(text).expect("an amount");
        let tiers = vec![
            Tier { up_to: Some(10), unit_amount: exact("0.125"), flat_amount: 100 },
            Tier { up_to: None, unit_amount: exact("3"), flat_amount: 0 },
        ];
        for model in [
            Model::PerUnit { unit_amount: exact("0.000000000001") },
            Model::Graduated(tiers.clone()),
            Model::Volume(tiers),
            Model::Package { unit_amount: exact("99999999999"), size: 12 },
        ] {
            assert_eq!(read_model(&model_text(&model)), model);
        }
        for usage in [Usage::Licensed, Usage::Metered(AggregateUsage::LastDuringPeriod)] {
            let recurring = Recurring { interval: Interval::Week, interval_count: 2, usage };
            assert_eq!(read_recurring(&recurring_text(recurring)), recurring);
        }
    }
}
