mod periods;

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::*;
use crate::ids::{CouponId, InvoiceId, PriceId, SubscriptionItemId};
use crate::prices::Interval;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn start() -> Timestamp {
    at("2026-01-31T10:00:00Z")
}

fn monthly() -> Cycle {
    Cycle { interval: Interval::Month, count: 1 }
}

fn item(bits: u128, quantity: Option<i64>) -> Item {
    Item { id: SubscriptionItemId::from_bits(bits), price_id: PriceId::from_bits(bits), quantity, charge: None }
}

fn ask() -> Create {
    Create {
        id: SubscriptionId::from_bits(1),
        customer_id: CustomerId::from_bits(1),
        items: vec![item(1, Some(1))],
        cycle: monthly(),
        currency: Currency::EUR,
        collection: Collection::ChargeAutomatically,
        default_method: None,
        trial: None,
        anchor: None,
        discount: None,
        dunning_policy: None,
        metadata: Metadata::new(),
    }
}

fn with_trial(days: i64, end_behavior: Option<EndBehavior>) -> Create {
    Create { trial: Some(TrialAsk { length: TrialLength::Days(days), end_behavior }), ..ask() }
}

fn created(ask: Create) -> Subscription {
    create(ask, &TimeZone::utc(), start()).expect("a subscription").0
}

fn active() -> Subscription {
    let mut subscription = created(ask());
    tell(&mut subscription, Command::Paid, start());
    subscription
}

fn try_tell(
    subscription: &mut Subscription,
    command: Command,
    now: Timestamp,
    has_method: bool,
) -> Result<Vec<Event>, Code> {
    let zone = TimeZone::utc();
    let events = decide(subscription, command, Context { now, zone: &zone, has_method }).map_err(|no| no.code)?;
    for event in &events {
        evolve(subscription, event);
    }
    Ok(events)
}

fn tell(subscription: &mut Subscription, command: Command, now: Timestamp) -> Vec<Event> {
    try_tell(subscription, command, now, true).expect("decided")
}

/// Lets time go by as a scheduler does, whatever was missed; the moments and what happened at them.
fn until(subscription: &mut Subscription, now: Timestamp, has_method: bool) -> Vec<(Timestamp, Event)> {
    let mut seen = Vec::new();
    while let Some((at, command)) = due(subscription).filter(|(at, _)| *at <= now) {
        let events = try_tell(subscription, command, now, has_method).expect("time is never refused");
        assert!(!events.is_empty(), "what is due at {at} happens");
        seen.extend(events.into_iter().map(|event| (at, event)));
    }
    seen
}

fn refusal(ask: Create) -> (Code, alloc::string::String) {
    let refusal = create(ask, &TimeZone::utc(), start()).expect_err("refused");
    (refusal.code, refusal.param.expect("a parameter").into_owned())
}

#[test]
fn a_subscription_waits_for_its_first_payment_and_is_active_with_it() {
    let mut subscription = created(ask());
    assert_eq!(subscription.status, Status::Incomplete);
    assert_eq!(subscription.current, Period { start: start(), end: at("2026-02-28T10:00:00Z") });
    assert_eq!(tell(&mut subscription, Command::PaymentFailed, start()), []);
    assert_eq!(tell(&mut subscription, Command::Paid, start()), [Event::Activated]);
    assert_eq!((subscription.status, subscription.incomplete_until), (Status::Active, None));
}

#[test]
fn a_first_payment_that_is_not_made_within_23_hours_ends_the_subscription() {
    let mut subscription = created(ask());
    let end = start().plus(Span::hours(23));
    assert_eq!(until(&mut subscription, end.minus(Span::milliseconds(1)), true), []);
    let ended = Event::Ended { at: end, reason: EndReason::FirstPaymentMissing };
    assert_eq!(until(&mut subscription, end.plus(Span::days(60)), true), [(end, ended)]);
    assert_eq!((subscription.status, subscription.ended_at), (Status::Canceled, Some(end)));
    assert_eq!(tell(&mut subscription, Command::Paid, end), []);
}

#[test]
fn who_is_sent_an_invoice_is_active_at_once() {
    let collection = Collection::SendInvoice { days_until_due: 14 };
    assert_eq!(created(Create { collection, ..ask() }).status, Status::Active);
}

#[test]
fn periods_that_were_missed_have_their_turn_one_by_one() {
    let mut subscription = active();
    let seen = until(&mut subscription, at("2026-05-01T00:00:00Z"), true);
    let renewed: Vec<_> = seen.iter().map(|(at, _)| at.rfc3339()).collect();
    assert_eq!(renewed, ["2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z", "2026-04-30T10:00:00Z"]);
    assert_eq!((subscription.period, subscription.current.end), (3, at("2026-05-31T10:00:00Z")));
}

#[test]
fn a_renewal_that_is_not_paid_makes_it_past_due_until_it_is() {
    let mut subscription = active();
    let now = at("2026-02-28T11:00:00Z");
    assert_eq!(until(&mut subscription, now, true).len(), 1);
    assert_eq!(tell(&mut subscription, Command::PaymentFailed, now), [Event::BecamePastDue]);
    assert_eq!(tell(&mut subscription, Command::PaymentFailed, now), []);
    assert_eq!(tell(&mut subscription, Command::Paid, now), [Event::Recovered]);
    assert_eq!(subscription.status, Status::Active);
}

#[test]
fn what_follows_the_last_retry_is_what_the_policy_says() {
    let now = at("2026-03-07T10:00:00Z");
    for (then, status) in [
        (OnExhausted::Cancel, Status::Canceled),
        (OnExhausted::Pause, Status::Paused),
        (OnExhausted::LeaveUnpaid, Status::PastDue),
    ] {
        let mut subscription = active();
        tell(&mut subscription, Command::PaymentFailed, now);
        tell(&mut subscription, Command::Exhausted(then), now);
        assert_eq!(subscription.status, status, "{then}");
        let mut healthy = active();
        assert_eq!(tell(&mut healthy, Command::Exhausted(then), now), [], "an invoice of another time");
    }
}

#[test]
fn a_trial_is_told_of_three_days_before_its_end_and_then_paid() {
    let mut subscription = created(with_trial(14, Some(EndBehavior::Cancel)));
    assert_eq!((subscription.status, subscription.schedule.anchor), (Status::Trialing, at("2026-02-14T10:00:00Z")));
    let seen = until(&mut subscription, at("2026-02-20T00:00:00Z"), true);
    let current = Period { start: at("2026-02-14T10:00:00Z"), end: at("2026-03-14T10:00:00Z") };
    let renewed = Event::Renewed { period: 1, current, is_first_paid: true };
    assert_eq!(seen, [(at("2026-02-11T10:00:00Z"), Event::TrialWillEnd), (current.start, renewed)]);
    assert_eq!(subscription.status, Status::Active);
    // The charge at its end counts as a renewal.
    assert_eq!(tell(&mut subscription, Command::PaymentFailed, current.start), [Event::BecamePastDue]);
}

#[test]
fn a_short_trial_is_told_of_at_once() {
    let mut subscription = created(with_trial(2, None));
    assert_eq!(due(&subscription).map(|(at, _)| at), Some(start()));
    assert_eq!(tell(&mut subscription, Command::TimeOut, start()), [Event::TrialWillEnd]);
    assert_eq!(tell(&mut subscription, Command::TimeOut, start()), []);
}

#[test]
fn a_trial_that_nobody_can_pay_for_ends_as_was_agreed() {
    let end = at("2026-02-14T10:00:00Z");
    for (behavior, status) in [
        (Some(EndBehavior::Cancel), Status::Canceled),
        (Some(EndBehavior::Pause), Status::Paused),
        (None, Status::Active),
    ] {
        let mut subscription = created(with_trial(14, behavior));
        until(&mut subscription, end, false);
        assert_eq!(subscription.status, status, "{behavior:?}");
        let periods = u32::from(status == Status::Active);
        assert_eq!(subscription.period, periods, "{behavior:?}");
    }
    let collection = Collection::SendInvoice { days_until_due: 7 };
    let mut invoiced = created(Create { collection, ..with_trial(14, Some(EndBehavior::Cancel)) });
    until(&mut invoiced, end, false);
    assert_eq!(invoiced.status, Status::Active, "nothing is charged, so no method is needed");
}

#[test]
fn who_was_paused_begins_a_period_when_somebody_can_be_charged() {
    let mut subscription = created(with_trial(14, Some(EndBehavior::Pause)));
    until(&mut subscription, at("2026-02-14T10:00:00Z"), false);
    assert_eq!(due(&subscription), None, "no period goes by");
    let now = at("2026-05-05T08:00:00Z");
    tell(&mut subscription, Command::Resume, now);
    assert_eq!((subscription.status, subscription.period), (Status::Active, 1));
    assert_eq!(subscription.current, Period { start: now, end: at("2026-06-05T08:00:00Z") });
    assert_eq!(tell(&mut subscription, Command::Resume, now), [], "once");
}

#[test]
fn a_cancellation_at_the_end_of_the_period_can_be_taken_back_until_then() {
    let (mut subscription, now) = (active(), at("2026-02-10T00:00:00Z"));
    let end = subscription.current.end;
    assert_eq!(tell(&mut subscription, Command::CancelAtPeriodEnd, now), [Event::CancelScheduled { at: end, now }]);
    assert!(subscription.ends_with_period() && subscription.status == Status::Active);
    assert_eq!(tell(&mut subscription, Command::CancelAtPeriodEnd, now), []);
    assert_eq!(tell(&mut subscription, Command::KeepOn, now), [Event::CancelDropped]);
    assert_eq!((subscription.cancel_at, subscription.canceled_at), (None, None));
    tell(&mut subscription, Command::CancelAtPeriodEnd, now);
    let ended = Event::Ended { at: end, reason: EndReason::Requested };
    assert_eq!(until(&mut subscription, end.plus(Span::days(90)), true), [(end, ended)], "and no renewal");
    assert_eq!((subscription.canceled_at, subscription.ended_at), (Some(now), Some(end)));
}

#[test]
fn a_trial_that_was_cancelled_ends_without_being_charged() {
    let mut subscription = created(with_trial(14, None));
    tell(&mut subscription, Command::CancelAtPeriodEnd, start());
    until(&mut subscription, at("2026-03-01T00:00:00Z"), true);
    assert_eq!((subscription.status, subscription.period), (Status::Canceled, 0));
}

#[test]
fn a_cancellation_is_not_forgotten_while_nobody_can_be_charged() {
    let (mut subscription, now) = (active(), at("2026-02-10T00:00:00Z"));
    let end = subscription.current.end;
    tell(&mut subscription, Command::CancelAtPeriodEnd, now);
    tell(&mut subscription, Command::PaymentFailed, now);
    tell(&mut subscription, Command::Exhausted(OnExhausted::Pause), now);
    assert_eq!(subscription.status, Status::Paused);
    let ended = Event::Ended { at: end, reason: EndReason::Requested };
    assert_eq!(until(&mut subscription, end, true), [(end, ended)]);
}

#[test]
fn what_is_cancelled_is_over_for_good() {
    let (mut subscription, now) = (active(), at("2026-02-10T00:00:00Z"));
    assert_eq!(tell(&mut subscription, Command::Cancel, now), [Event::Ended { at: now, reason: EndReason::Requested }]);
    let change = Command::Change { items: vec![item(2, Some(1))], cycle: monthly(), effective: Effective::Now };
    for command in [Command::Cancel, Command::KeepOn, Command::CancelAtPeriodEnd, Command::ResumeCollection, change] {
        let refused = try_tell(&mut subscription, command, now, true);
        assert_eq!(refused, Err(Code::SubscriptionNotChangeable));
    }
    assert_eq!(due(&subscription), None);
    assert_eq!(tell(&mut subscription, Command::TimeOut, now.plus(Span::days(900))), []);
}

#[test]
fn other_items_are_there_now_or_with_the_next_period() {
    let (mut subscription, now) = (active(), at("2026-02-10T00:00:00Z"));
    let change = |quantity, effective| {
        let items = vec![item(1, Some(quantity))];
        Command::Change { items, cycle: monthly(), effective }
    };
    let quantity = |subscription: &Subscription| subscription.items[0].quantity;
    tell(&mut subscription, change(5, Effective::Now), now);
    assert_eq!((quantity(&subscription), subscription.period), (Some(5), 0));
    tell(&mut subscription, change(2, Effective::AtPeriodEnd), now);
    assert_eq!(quantity(&subscription), Some(5));
    until(&mut subscription, at("2026-02-28T10:00:00Z"), true);
    assert_eq!((quantity(&subscription), &subscription.items_next), (Some(2), &None));
    tell(&mut subscription, change(7, Effective::AtPeriodEnd), now);
    assert_eq!(tell(&mut subscription, Command::DropChange, now), [Event::ChangeDropped]);
    assert_eq!(tell(&mut subscription, change(2, Effective::Now), now), [], "they are so already");
}

#[test]
fn periods_of_another_length_begin_with_the_change() {
    let (mut subscription, now) = (active(), at("2026-02-10T12:00:00Z"));
    let yearly = Cycle { interval: Interval::Year, count: 1 };
    let change = |effective| Command::Change { items: vec![item(1, Some(1))], cycle: yearly, effective };
    assert_eq!(try_tell(&mut subscription, change(Effective::AtPeriodEnd), now, true), Err(Code::ParameterConflict));
    tell(&mut subscription, Command::CancelAtPeriodEnd, now);
    tell(&mut subscription, change(Effective::Now), now);
    assert_eq!(subscription.current, Period { start: now, end: at("2027-02-10T12:00:00Z") });
    assert_eq!((subscription.period, subscription.cancel_at), (1, Some(at("2027-02-10T12:00:00Z"))));
    tell(&mut subscription, Command::KeepOn, now);
    until(&mut subscription, at("2027-03-01T00:00:00Z"), true);
    assert_eq!((subscription.period, subscription.current.end), (2, at("2028-02-10T12:00:00Z")));
}

#[test]
fn who_pauses_the_collection_stays_active_and_is_renewed() {
    let (mut subscription, now) = (active(), at("2026-02-10T00:00:00Z"));
    let pause = PauseCollection { behavior: PauseBehavior::Void, resumes_at: Some(at("2026-03-15T00:00:00Z")) };
    tell(&mut subscription, Command::PauseCollection(pause), now);
    assert_eq!((subscription.status, subscription.pause), (Status::Active, Some(pause)));
    let seen = until(&mut subscription, at("2026-03-20T00:00:00Z"), true);
    assert!(matches!(seen[..], [(_, Event::Renewed { period: 1, .. }), (_, Event::CollectionResumed)]), "{seen:?}");
    let past = PauseCollection { resumes_at: Some(now), ..pause };
    assert_eq!(try_tell(&mut subscription, Command::PauseCollection(past), now, true), Err(Code::ParameterInvalid));
}

#[test]
fn the_first_period_before_an_anchor_is_a_part_of_a_whole_one() {
    let anchor = at("2026-02-15T10:00:00Z");
    let subscription = created(Create { anchor: Some(anchor), ..ask() });
    assert_eq!(subscription.current, Period { start: start(), end: anchor });
    let whole = subscription.schedule.whole(0, &TimeZone::utc());
    assert_eq!(whole, Period { start: at("2026-01-15T10:00:00Z"), end: anchor });
    assert_eq!(subscription.schedule.whole(1, &TimeZone::utc()).start, anchor);
}

#[test]
fn a_discount_for_some_periods_is_gone_after_them() {
    let coupon_id = CouponId::from_bits(1);
    let discount = Some(Discount { coupon_id, periods_left: Some(2) });
    for (ask, counts) in [
        (Create { discount: discount.clone(), ..ask() }, [Some(1), None]),
        (Create { discount: discount.clone(), ..with_trial(7, None) }, [Some(2), Some(1)]),
    ] {
        let mut subscription = created(ask);
        tell(&mut subscription, Command::Paid, start());
        for left in counts {
            let (next, _) = due(&subscription)
                .filter(|_| subscription.trial.is_none())
                .unwrap_or((subscription.current.end, Command::TimeOut));
            until(&mut subscription, next, true);
            assert_eq!(subscription.discount.as_ref().and_then(|discount| discount.periods_left), left);
        }
    }
}

#[test]
fn what_was_charged_is_known_until_the_period_is_over() {
    let mut subscription = active();
    let charge = crate::proration::Charge { amount: 2_900, span: subscription.current, carried: 0 };
    let id = SubscriptionItemId::from_bits(1);
    tell(&mut subscription, Command::ItemsCharged(vec![(id, charge)]), start());
    assert_eq!(subscription.items[0].charge, Some(charge));
    until(&mut subscription, at("2026-02-28T10:00:00Z"), true);
    assert_eq!(subscription.items[0].charge, None);
    tell(&mut subscription, Command::Invoiced(InvoiceId::from_bits(3)), start());
    assert_eq!(subscription.latest_invoice, Some(InvoiceId::from_bits(3)));
}

#[test]
fn settings_change_without_costing_anything() {
    let mut subscription = active();
    let settings = Settings::of(&subscription);
    assert_eq!(tell(&mut subscription, Command::Update(Box::new(settings.clone())), start()), []);
    let method = Settings { default_method: Some(PaymentMethodId::from_bits(4)), ..settings };
    tell(&mut subscription, Command::Update(Box::new(method)), start());
    assert_eq!(subscription.default_method, Some(PaymentMethodId::from_bits(4)));
}

#[test]
fn what_cannot_be_subscribed_to_is_refused_with_its_parameter() {
    let invalid = |param: &str| (Code::ParameterInvalid, param.into());
    assert_eq!(refusal(Create { items: Vec::new(), ..ask() }), invalid("items"));
    assert_eq!(refusal(Create { items: vec![item(1, Some(0))], ..ask() }), invalid("items.0.quantity"));
    let twice = vec![item(1, Some(1)), item(1, Some(2))];
    assert_eq!(refusal(Create { items: twice, ..ask() }), (Code::ParameterConflict, "items.1.priceId".into()));
    assert_eq!(refusal(with_trial(0, None)), invalid("trialPeriodDays"));
    assert_eq!(refusal(with_trial(731, None)), invalid("trialPeriodDays"));
    let length = TrialLength::Until(start());
    let over = Create { trial: Some(TrialAsk { length, end_behavior: None }), ..ask() };
    assert_eq!(refusal(over), invalid("trialEnd"));
    for anchor in [start(), at("2026-03-05T00:00:00Z")] {
        assert_eq!(refusal(Create { anchor: Some(anchor), ..ask() }), invalid("billingCycleAnchor"));
    }
    let both = Create { anchor: Some(at("2026-02-05T00:00:00Z")), ..with_trial(7, None) };
    assert_eq!(refusal(both), (Code::ParameterConflict, "billingCycleAnchor".into()));
    let collection = Collection::SendInvoice { days_until_due: 366 };
    assert_eq!(refusal(Create { collection, ..ask() }), invalid("daysUntilDue"));
}
