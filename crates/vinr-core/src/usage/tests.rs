use super::*;
use crate::currencies::Currency;
use crate::ids::{CustomerId, PriceId};
use crate::metadata::Metadata;
use crate::prices::Interval;
use crate::subscriptions::{Collection, Cycle, Schedule};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
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

/// A monthly subscription since January, in February.
fn february() -> Subscription {
    let zone = TimeZone::utc();
    let cycle = Cycle { interval: Interval::Month, count: 1 };
    let schedule = Schedule::from_anchor(at("2026-01-01T00:00:00Z"), cycle, 0);
    Subscription {
        id: SubscriptionId::from_bits(1),
        customer_id: CustomerId::from_bits(1),
        status: Status::Active,
        currency: Currency::EUR,
        items: vec![metered()],
        items_next: None,
        schedule,
        period: 1,
        current: schedule.period(1, &zone),
        trial: None,
        collection: Collection::ChargeAutomatically,
        pause: None,
        default_method: None,
        dunning_policy: None,
        discount: None,
        incomplete_until: None,
        cancel_at: None,
        canceled_at: None,
        ended_at: None,
        latest_invoice: None,
        metadata: Metadata::new(),
        created_at: at("2026-01-01T00:00:00Z"),
    }
}

fn number_in(subscription: &Subscription, when: &str, now: &str) -> Result<u32, Code> {
    let found = period(subscription, at(when), &TimeZone::utc(), at(now));
    found.map(|found| found.number).map_err(|refusal| refusal.code)
}

fn number(when: &str, now: &str) -> Result<u32, Code> {
    number_in(&february(), when, now)
}

const INVALID: Result<u32, Code> = Err(Code::UsageTimestampInvalid);

#[test]
fn usage_is_for_the_period_that_its_time_lies_in() {
    assert_eq!(number("2026-02-01T00:00:00Z", "2026-02-10T00:00:00Z"), Ok(1));
    assert_eq!(number("2026-02-28T23:59:59Z", "2026-02-28T23:59:59Z"), Ok(1));
    assert_eq!(number("2026-03-01T00:00:00Z", "2026-02-28T23:58:00Z"), Ok(2));
    assert_eq!(number("2026-04-01T00:00:00Z", "2026-04-01T00:00:00Z"), INVALID, "two renewals are late");
}

#[test]
fn usage_may_be_an_hour_late_into_the_period_that_is_being_invoiced() {
    assert_eq!(number("2026-01-31T23:00:00Z", "2026-02-01T00:59:59Z"), Ok(0));
    assert_eq!(number("2026-01-31T23:00:00Z", "2026-02-01T01:00:00Z"), INVALID);
    assert_eq!(number("2025-12-31T23:00:00Z", "2026-02-01T00:10:00Z"), INVALID, "before it began");
    let mut anew = february();
    anew.schedule.first = 1;
    assert_eq!(number_in(&anew, "2026-01-31T23:00:00Z", "2026-02-01T00:10:00Z"), INVALID, "invoiced with the change");
}

#[test]
fn usage_lies_five_minutes_ahead_at_most() {
    assert_eq!(number("2026-02-10T00:05:00Z", "2026-02-10T00:00:00Z"), Ok(1));
    assert_eq!(number("2026-02-10T00:05:01Z", "2026-02-10T00:00:00Z"), INVALID);
}

#[test]
fn what_has_ended_or_waits_has_no_usage() {
    let (when, now) = ("2026-02-10T00:00:00Z", "2026-02-10T00:00:00Z");
    for (status, expected) in [
        (Status::Trialing, Ok(1)),
        (Status::Incomplete, Ok(1)),
        (Status::PastDue, Ok(1)),
        (Status::Paused, INVALID),
        (Status::Canceled, INVALID),
    ] {
        assert_eq!(number_in(&Subscription { status, ..february() }, when, now), expected, "{status}");
    }
    let ending = Subscription { cancel_at: Some(at("2026-03-01T00:00:00Z")), ..february() };
    assert_eq!(number_in(&ending, "2026-02-28T23:59:59Z", "2026-02-28T23:58:00Z"), Ok(1));
    assert_eq!(number_in(&ending, "2026-03-01T00:00:00Z", "2026-02-28T23:58:00Z"), INVALID, "there is no next one");
}

#[test]
fn usage_belongs_to_the_month_of_the_accounts_zone() {
    // spec/traps.md, section 5.
    let sofia = TimeZone::parse("Europe/Sofia").expect("a zone");
    let mut subscription = february();
    let cycle = subscription.schedule.cycle;
    subscription.schedule = Schedule::from_anchor(at("2025-12-31T22:00:00Z"), cycle, 0);
    subscription.current = subscription.schedule.period(1, &sofia);
    let when = at("2026-01-31T22:30:00Z");
    assert_eq!(period(&subscription, when, &sofia, when).expect("it is open").number, 1, "it is February there");
}

/// What records come to that are told in this order, each with the minute of its time.
fn told(aggregate: AggregateUsage, records: &[(Action, i64, i64)]) -> Totals {
    records.iter().fold(Totals::default(), |totals, (action, quantity, minute)| {
        let when = at("2026-02-03T00:00:00Z").plus(Span::minutes(*minute));
        totals.with(&Record { at: when, ..record(*action, *quantity) }, aggregate)
    })
}

#[test]
fn records_come_to_their_sum_their_largest_or_their_last() {
    use Action::{Increment, Set};
    let records = [(Increment, 5, 0), (Increment, 7, 1), (Set, 4, 2), (Increment, 2, 3)];
    let all = [AggregateUsage::Sum, AggregateUsage::Max, AggregateUsage::LastDuringPeriod];
    assert_eq!(all.map(|aggregate| told(aggregate, &records).quantity(aggregate)), [6, 7, 2]);
    assert_eq!(told(AggregateUsage::Max, &records).sum, 6, "a sum is always kept");
    assert_eq!(told(AggregateUsage::Sum, &records).records, 4);
    assert_eq!(Totals::default().quantity(AggregateUsage::Max), 0);
}

#[test]
fn what_was_used_before_a_set_is_in_it_also_if_it_arrives_later() {
    use Action::{Increment, Set};
    let sum = |records: &[(Action, i64, i64)]| told(AggregateUsage::Sum, records).sum;
    assert_eq!(sum(&[(Set, 100, 10), (Increment, 3, 5)]), 100);
    assert_eq!(sum(&[(Set, 150, 20), (Set, 100, 10)]), 150, "one that was sent again, late");
    assert_eq!(sum(&[(Set, 100, 10), (Increment, 3, 10), (Increment, 4, 15)]), 107);
    assert_eq!(sum(&[(Increment, 3, 5), (Set, 0, 5)]), 0, "of the same time the later one");
}

#[test]
fn the_last_is_the_one_of_the_latest_time_whenever_it_arrives() {
    use Action::Increment;
    let last = |records: &[(Action, i64, i64)]| told(AggregateUsage::LastDuringPeriod, records).last;
    assert_eq!(last(&[(Increment, 9, 10), (Increment, 1, 5)]), 9);
    assert_eq!(last(&[(Increment, 9, 10), (Increment, 1, 10)]), 1);
}

#[test]
fn usage_beyond_what_can_be_priced_is_billed_as_the_most_that_can() {
    let most = (Action::Increment, QUANTITY_MAX, 0);
    assert_eq!(told(AggregateUsage::Sum, &[most, most]).quantity(AggregateUsage::Sum), QUANTITY_MAX);
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
