//! What a reward is worth as a column, of rewards and of the redemptions that keep it as it was.

use serde_json::{Value as Json, json};
use vinr_core::money::{Currency, Money};
use vinr_core::rewards::{Type, Value};

/// The column of a value; the type is one of its own.
pub(crate) fn reward_value_text(value: &Value) -> String {
    let kept = match value {
        Value::Amount(money) | Value::Credit(money) => {
            json!({"amount": money.amount, "currency": money.currency.code()})
        }
        Value::Percent { bps } => json!({"bps": bps}),
        Value::Product { product, quantity } => json!({"product": product, "quantity": quantity}),
        Value::Partner { partner, sku } => json!({"partner": partner, "sku": sku}),
    };
    kept.to_string()
}

/// Reads [`reward_value_text`] back, of a reward of this type.
pub(crate) fn read_reward_value(kind: &str, text: &str) -> Value {
    let kept: Json = serde_json::from_str(text).expect("the database holds JSON that was written by this program");
    let int = |name: &str| kept[name].as_i64().expect("the database holds values of rewards");
    let text = |name: &str| kept[name].as_str().expect("the database holds values of rewards").to_owned();
    let money = || {
        let currency = Currency::parse(&text("currency")).expect("the database holds currencies");
        Money::new(int("amount"), currency)
    };
    match Type::parse(kind).expect("the database holds types of rewards") {
        Type::DiscountAmount => Value::Amount(money()),
        Type::StoreCredit => Value::Credit(money()),
        Type::DiscountPercent => Value::Percent { bps: int("bps") },
        Type::FreeProduct => Value::Product { product: text("product"), quantity: int("quantity") },
        Type::Partner => Value::Partner { partner: text("partner"), sku: text("sku") },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_comes_back_from_its_column() {
        for value in [
            Value::Amount(Money::new(500, Currency::EUR)),
            Value::Credit(Money::new(1_000, Currency::EUR)),
            Value::Percent { bps: 1_250 },
            Value::Percent { bps: 10_000 },
            Value::Percent { bps: 5 },
            Value::Product { product: "prod_coffee".into(), quantity: 2 },
            Value::Partner { partner: "Cinema".into(), sku: "ticket".into() },
        ] {
            assert_eq!(read_reward_value(value.kind().as_str(), &reward_value_text(&value)), value);
        }
    }
}
