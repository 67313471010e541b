use super::*;
use crate::ids::PriceId;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn february() -> Period {
    Period { start: at("2026-02-01T00:00:00Z"), end: at("2026-03-01T00:00:00Z") }
}

fn january() -> Period {
    Period { start: at("2026-01-01T00:00:00Z"), end: at("2026-02-01T00:00:00Z") }
}

fn record(action: Action, quantity: i64) -> Record {
    Record {
        id: UsageRecordId::from_bits(1),
        item_id: SubscriptionItemId::from_bits(1),
        subscription_id: SubscriptionId::from_bits(1),
        quantity,
        at: at("2026-02-03T00:00:00Z"),
        action,
        identifier: None,
        created_at: at("2026-02-03T00:00:00Z"),
    }
}

fn metered() -> Item {
    Item { id: SubscriptionItemId::from_bits(1), price_id: PriceId::from_bits(1), quantity: None, charge: None }
}

fn place(when: &str, now: &str) -> Result<Belongs, Code> {
    belongs(at(when), february(), Some(january()), at(now)).map_err(|refusal| refusal.code)
}

#[test]
fn usage_is_for_the_period_that_its_time_lies_in() {
    assert_eq!(place("2026-02-01T00:00:00Z", "2026-02-10T00:00:00Z"), Ok(Belongs::Current));
    assert_eq!(place("2026-02-28T23:59:59Z", "2026-02-28T23:59:59Z"), Ok(Belongs::Current));
    assert_eq!(place("2026-03-01T00:00:00Z", "2026-02-28T23:58:00Z"), Ok(Belongs::Next));
}

#[test]
fn usage_may_be_an_hour_late_into_the_period_that_is_being_invoiced() {
    assert_eq!(place("2026-01-31T23:00:00Z", "2026-02-01T00:59:59Z"), Ok(Belongs::Previous));
    assert_eq!(place("2026-01-31T23:00:00Z", "2026-02-01T01:00:00Z"), Err(Code::UsageTimestampInvalid));
    assert_eq!(place("2025-12-31T23:00:00Z", "2026-02-01T00:10:00Z"), Err(Code::UsageTimestampInvalid));
    let first = belongs(at("2026-01-31T23:00:00Z"), february(), None, at("2026-02-01T00:10:00Z"));
    assert_eq!(first.map_err(|refusal| refusal.code), Err(Code::UsageTimestampInvalid), "before it began");
}

#[test]
fn usage_lies_five_minutes_ahead_at_most() {
    assert_eq!(place("2026-02-10T00:05:00Z", "2026-02-10T00:00:00Z"), Ok(Belongs::Current));
    assert_eq!(place("2026-02-10T00:05:01Z", "2026-02-10T00:00:00Z"), Err(Code::UsageTimestampInvalid));
}

#[test]
fn records_come_to_their_sum_their_largest_or_their_last() {
    let told = [
        record(Action::Increment, 5),
        record(Action::Increment, 7),
        record(Action::Set, 4),
        record(Action::Increment, 2),
    ];
    let summary = Summary::of(&told);
    let all = [AggregateUsage::Sum, AggregateUsage::Max, AggregateUsage::LastDuringPeriod];
    assert_eq!(all.map(|aggregate| summary.quantity(aggregate)), [6, 7, 2]);
    assert_eq!(summary.records, 4);
    assert_eq!(Summary::of(&[]).quantity(AggregateUsage::Max), 0);
}

#[test]
fn usage_beyond_what_can_be_priced_does_not_wrap() {
    let most = record(Action::Increment, QUANTITY_MAX);
    assert_eq!(Summary::of(&[most.clone(), most]).sum, QUANTITY_MAX);
}

#[test]
fn what_is_not_measured_has_no_usage() {
    let fixed = Item { quantity: Some(3), ..metered() };
    let code = |record: &Record, item: &Item| check(record, item).map_err(|refusal| refusal.code);
    assert_eq!(code(&record(Action::Increment, 1), &fixed), Err(Code::UsageNotMetered));
    assert_eq!(code(&record(Action::Increment, 0), &metered()), Ok(()));
    assert_eq!(code(&record(Action::Set, -1), &metered()), Err(Code::ParameterInvalid));
    let named = Record { identifier: Some(String::new()), ..record(Action::Increment, 1) };
    assert_eq!(code(&named, &metered()), Err(Code::ParameterInvalid));
}
