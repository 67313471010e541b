mod properties;

use super::*;
use crate::accounts::{PayoutInterval, PayoutSchedule, TimeZone};
use crate::calendar::Day;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn day(date: &str) -> Day {
    Day::of(at(&format!("{date}T12:00:00Z")), &TimeZone::utc())
}

fn schedule(interval: PayoutInterval, delay_days: i64) -> PayoutSchedule {
    PayoutSchedule { interval, delay_days }
}

#[test]
fn business_days_are_monday_to_friday() {
    // 2026-04-13 is a Monday.
    let daily = |delay| schedule(PayoutInterval::Daily, delay);
    for (settled, delay, arrives) in [
        ("2026-04-13", 2, "2026-04-15"),
        ("2026-04-15", 2, "2026-04-17"),
        ("2026-04-16", 2, "2026-04-20"),
        ("2026-04-17", 2, "2026-04-21"),
        ("2026-04-18", 2, "2026-04-21"),
        ("2026-04-19", 2, "2026-04-21"),
        ("2026-04-17", 1, "2026-04-20"),
        ("2026-04-13", 30, "2026-05-25"),
    ] {
        assert_eq!(arrives_on(daily(delay), day(settled)), day(arrives), "{settled} and {delay}");
    }
}

#[test]
fn a_period_ends_with_its_day_its_sunday_or_its_month() {
    for (settled, interval, end) in [
        ("2026-04-15", PayoutInterval::Daily, "2026-04-15"),
        ("2026-04-13", PayoutInterval::Weekly, "2026-04-19"),
        ("2026-04-19", PayoutInterval::Weekly, "2026-04-19"),
        ("2026-04-01", PayoutInterval::Monthly, "2026-04-30"),
        ("2028-02-10", PayoutInterval::Monthly, "2028-02-29"),
        ("2026-12-31", PayoutInterval::Monthly, "2026-12-31"),
    ] {
        assert_eq!(period_end(schedule(interval, 2), day(settled)), day(end), "{settled} {interval}");
    }
}

fn plan(nets: &[i64]) -> Plan {
    let mut plan = Plan::new(PayoutPlanId::from_bits(1), Currency::EUR);
    for net in nets {
        plan.collect(*net, None);
    }
    plan
}

fn payout(amount: i64) -> Payout {
    let now = at("2026-04-14T00:00:00Z");
    let ask = Create {
        id: PayoutId::from_bits(1),
        trigger: Trigger::Schedule,
        metadata: Metadata::new(),
        arrives_at: at("2026-04-15T00:00:00Z"),
    };
    create(&plan(&[amount]), ask, now).0
}

#[test]
fn a_plan_is_the_sum_of_its_settlements_and_pays_when_that_is_something() {
    let refused = |nets: &[i64], asked| Plan::payable(Some(&plan(nets)), Currency::EUR, asked).expect_err("no").code;
    assert_eq!(refused(&[100, -100], None), Code::BalanceInsufficient);
    assert_eq!(refused(&[-1], None), Code::BalanceInsufficient);
    assert_eq!(refused(&[100], Some(99)), Code::AmountMismatch);
    assert_eq!(Plan::payable(None, Currency::EUR, None).expect_err("no").code, Code::BalanceInsufficient);
    let money = Plan::payable(Some(&plan(&[-30, 100])), Currency::EUR, Some(70)).expect("enough");
    assert_eq!((money.amount, plan(&[-30, 100]).settlements), (70, 2));
}

#[test]
fn a_plan_is_made_at_the_earliest_end_of_a_period() {
    let mut plan = plan(&[]);
    plan.collect(1, Some(at("2026-05-01T00:00:00Z")));
    plan.collect(1, Some(at("2026-04-16T00:00:00Z")));
    plan.collect(1, Some(at("2026-05-01T00:00:00Z")));
    assert!(!plan.is_due(at("2026-04-15T23:59:59.999Z")));
    assert!(plan.is_due(at("2026-04-16T00:00:00Z")));
}

#[test]
fn a_payout_is_sent_within_the_hour_and_then_arrives() {
    let mut payout = payout(960);
    assert_eq!(due(&payout), Some(at("2026-04-14T01:00:00Z")));
    let mut seen = Vec::new();
    while let Some(command) = due_command(&payout) {
        let event = decide(&payout, command).expect("allowed").expect("something happens");
        evolve(&mut payout, event);
        seen.push(payout.status);
    }
    assert_eq!(seen, [Status::InTransit, Status::Paid]);
    assert_eq!(due(&payout), None);
}

#[test]
fn a_payout_that_arrives_the_day_it_is_made_is_sent_at_once() {
    let now = at("2026-04-14T00:00:00Z");
    let ask = Create {
        id: PayoutId::from_bits(1),
        trigger: Trigger::Schedule,
        metadata: Metadata::new(),
        arrives_at: at("2026-04-13T00:00:00Z"),
    };
    let (payout, _) = create(&plan(&[1]), ask, now);
    assert_eq!((payout.sends_at, payout.arrives_at), (now, now));
}

#[test]
fn the_sandboxs_bank_refuses_one_amount_and_the_money_comes_back() {
    let mut payout = payout(SANDBOX_REFUSED_AMOUNT);
    payout.status = Status::InTransit;
    let command = due_command(&payout).expect("the bank answers");
    let event = decide(&payout, command).expect("allowed").expect("something happens");
    assert_eq!(event, Event::Failed(FailureCode::AccountClosed));
    let line = entry(&payout, event).expect("a line");
    assert_eq!((line.kind, line.net()), (Kind::Payout, SANDBOX_REFUSED_AMOUNT));
}

#[test]
fn only_what_was_not_sent_can_be_cancelled() {
    let mut payout = payout(960);
    assert_eq!(decide(&payout, Command::Cancel), Ok(Some(Event::Cancelled)));
    for status in [Status::InTransit, Status::Paid, Status::Failed, Status::Cancelled] {
        payout.status = status;
        let refusal = decide(&payout, Command::Cancel).expect_err("too late");
        assert_eq!(refusal.code, Code::PayoutNotCancellable);
        assert!(refusal.message.contains(status.as_str()), "{}", refusal.message);
    }
}

#[test]
fn whatever_becomes_of_a_payout_its_way_is_empty_in_the_end() {
    for end in [Event::Paid, Event::Failed(FailureCode::AccountClosed), Event::Cancelled] {
        let payout = payout(960);
        let mut balances = crate::ledger::Balances::default();
        for event in [Event::Created, end] {
            for transfer in transfers(&payout, event) {
                balances.apply(&transfer);
            }
        }
        assert_eq!(balances.get(LedgerAccount::PayoutsInTransit, Currency::EUR).posted, 0, "{end:?}");
    }
}
