//! How the parts of a subscription are kept that no query asks for: JSON, with instants in milliseconds.

use serde_json::{Value as Json, json};
use vinr_core::ids::{CouponId, PriceId, SubscriptionItemId};
use vinr_core::proration::Charge;
use vinr_core::subscriptions::{Discount, EndBehavior, Item, PauseBehavior, PauseCollection, Period, Trial};
use vinr_core::time::Timestamp;

const WRITTEN: &str = "the database holds subscriptions that were written by this program";

/// The column of items.
pub(super) fn items_text(items: &[Item]) -> String {
    let charge = |charge: &Charge| {
        let Charge { amount, span, carried } = charge;
        json!({"amount": amount, "start": span.start.millis(), "end": span.end.millis(), "carried": carried})
    };
    let item = |item: &Item| {
        json!({
            "id": item.id.as_str(),
            "price": item.price_id.as_str(),
            "quantity": item.quantity,
            "charge": item.charge.as_ref().map(charge),
        })
    };
    Json::Array(items.iter().map(item).collect()).to_string()
}

/// Reads [`items_text`] back.
pub(super) fn read_items(text: &str) -> Vec<Item> {
    let kept: Vec<Json> = serde_json::from_str(text).expect(WRITTEN);
    kept.iter().map(read_item).collect()
}

fn read_item(kept: &Json) -> Item {
    Item {
        id: SubscriptionItemId::parse(kept["id"].as_str().expect(WRITTEN)).expect(WRITTEN),
        price_id: PriceId::parse(kept["price"].as_str().expect(WRITTEN)).expect(WRITTEN),
        quantity: kept["quantity"].as_i64(),
        charge: kept["charge"].is_object().then(|| read_charge(&kept["charge"])),
    }
}

fn read_charge(kept: &Json) -> Charge {
    Charge {
        amount: kept["amount"].as_i64().expect(WRITTEN),
        span: Period { start: instant(&kept["start"]).expect(WRITTEN), end: instant(&kept["end"]).expect(WRITTEN) },
        carried: kept["carried"].as_i64().expect(WRITTEN),
    }
}

/// The column of a trial.
pub(super) fn trial_text(trial: &Trial) -> String {
    let Trial { start, end, announce_at, end_behavior } = trial;
    let (announce_at, behavior) = (announce_at.map(Timestamp::millis), end_behavior.map(EndBehavior::as_str));
    json!({"start": start.millis(), "end": end.millis(), "announceAt": announce_at, "endBehavior": behavior})
        .to_string()
}

/// Reads [`trial_text`] back.
pub(super) fn read_trial(text: &str) -> Trial {
    let kept: Json = serde_json::from_str(text).expect(WRITTEN);
    Trial {
        start: instant(&kept["start"]).expect(WRITTEN),
        end: instant(&kept["end"]).expect(WRITTEN),
        announce_at: instant(&kept["announceAt"]),
        end_behavior: kept["endBehavior"].as_str().map(|word| EndBehavior::parse(word).expect(WRITTEN)),
    }
}

/// The column of a pause.
pub(super) fn pause_text(pause: &PauseCollection) -> String {
    let PauseCollection { behavior, resumes_at } = pause;
    json!({"behavior": behavior.as_str(), "resumesAt": resumes_at.map(Timestamp::millis)}).to_string()
}

/// Reads [`pause_text`] back.
pub(super) fn read_pause(text: &str) -> PauseCollection {
    let kept: Json = serde_json::from_str(text).expect(WRITTEN);
    let behavior = kept["behavior"].as_str().and_then(PauseBehavior::parse).expect(WRITTEN);
    PauseCollection { behavior, resumes_at: instant(&kept["resumesAt"]) }
}

/// The column of a discount.
pub(super) fn discount_text(discount: &Discount) -> String {
    json!({"coupon": discount.coupon_id.as_str(), "periodsLeft": discount.periods_left}).to_string()
}

/// Reads [`discount_text`] back.
pub(super) fn read_discount(text: &str) -> Discount {
    let kept: Json = serde_json::from_str(text).expect(WRITTEN);
    let left = kept["periodsLeft"].as_u64().map(|left| u32::try_from(left).expect(WRITTEN));
    let coupon_id = CouponId::parse(kept["coupon"].as_str().expect(WRITTEN)).expect(WRITTEN);
    Discount { coupon_id, periods_left: left }
}

fn instant(kept: &Json) -> Option<Timestamp> {
    kept.as_i64().map(Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_query_asks_for_comes_back_from_its_columns() {
        let at = Timestamp::from_millis;
        let span = Period { start: at(1_000), end: at(2_000) };
        let item = |bits, quantity, charge| Item {
            id: SubscriptionItemId::from_bits(bits),
            price_id: PriceId::from_bits(bits),
            quantity,
            charge,
        };
        let charge = Charge { amount: 1_999, span, carried: -250_000_000 };
        let items = vec![item(1, Some(3), Some(charge)), item(2, None, None)];
        assert_eq!(read_items(&items_text(&items)), items);
        for (announce_at, end_behavior) in [(None, None), (Some(at(1_500)), Some(EndBehavior::Pause))] {
            let trial = Trial { start: span.start, end: span.end, announce_at, end_behavior };
            assert_eq!(read_trial(&trial_text(&trial)), trial);
        }
        for resumes_at in [None, Some(at(9))] {
            let pause = PauseCollection { behavior: PauseBehavior::KeepAsDraft, resumes_at };
            assert_eq!(read_pause(&pause_text(&pause)), pause);
        }
        for periods_left in [None, Some(12)] {
            let discount = Discount { coupon_id: CouponId::from_bits(7), periods_left };
            assert_eq!(read_discount(&discount_text(&discount)), discount);
        }
    }
}
