use alloc::string::ToString;

use super::*;
use crate::subscriptions::OnExhausted;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn card(bits: u128) -> PaymentMethodId {
    PaymentMethodId::from_bits(bits)
}

fn declined(code: FailureCode) -> Failure {
    Failure::Declined { method: card(1), code }
}

fn policy(retries_days: &[u32]) -> Policy {
    Policy {
        id: DunningPolicyId::from_bits(1),
        name: None,
        rules: Rules { retries_days: retries_days.into(), ..Rules::default() },
        is_active: true,
        metadata: Metadata::new(),
        created_at: at("2026-03-01T00:00:00Z"),
    }
}

#[test]
fn it_is_tried_again_after_1_3_5_and_7_days_and_then_given_up() {
    let (rules, zone) = (Rules::default(), TimeZone::utc());
    let mut dunning = begin(declined(FailureCode::InsufficientFunds), &rules, &zone, at("2026-03-01T10:00:00Z"));
    let mut seen = Vec::new();
    while let Some(next) = dunning.next_attempt_at {
        assert_eq!(attempt(&dunning, Some(&card(1))), Attempt::Charge);
        seen.push(next.to_string());
        let failure = declined(FailureCode::InsufficientFunds);
        dunning = failed(&dunning, Occasion::Schedule, failure, &rules, &zone);
    }
    let days = ["2026-03-02T10:00:00Z", "2026-03-04T10:00:00Z", "2026-03-06T10:00:00Z", "2026-03-08T10:00:00Z"];
    assert_eq!(seen, days);
    assert!(is_exhausted(&dunning));
    assert_eq!(rules.on_exhausted, OnExhausted::Cancel);
}

#[test]
fn days_are_those_of_the_account() {
    let sofia = TimeZone::parse("Europe/Sofia").expect("a zone");
    let dunning = begin(Failure::NoMethod, &Rules::default(), &sofia, at("2026-03-28T10:00:00Z"));
    assert_eq!(dunning.next_attempt_at, Some(at("2026-03-29T09:00:00Z")), "the clocks were put ahead");
}

#[test]
fn a_method_that_will_never_work_keeps_the_schedule_and_is_not_charged() {
    let (rules, zone) = (Rules::default(), TimeZone::utc());
    for code in [FailureCode::CardLost, FailureCode::CardStolen, FailureCode::ExpiredCard, FailureCode::AccountClosed] {
        let dunning = begin(declined(code), &rules, &zone, at("2026-03-01T10:00:00Z"));
        assert_eq!(attempt(&dunning, Some(&card(1))), Attempt::Skip, "{code}");
        assert_eq!(attempt(&dunning, Some(&card(2))), Attempt::Charge, "{code}");
        let mut passed = dunning;
        for left in (0..4).rev() {
            passed = skipped(&passed, &rules, &zone);
            assert_eq!(is_exhausted(&passed), left == 0, "{code}");
        }
    }
}

#[test]
fn without_a_method_nothing_is_charged() {
    let dunning = begin(Failure::NoMethod, &Rules::default(), &TimeZone::utc(), at("2026-03-01T10:00:00Z"));
    assert_eq!(attempt(&dunning, None), Attempt::Skip);
    assert_eq!(attempt(&dunning, Some(&card(1))), Attempt::Charge);
}

#[test]
fn what_is_tried_beside_the_schedule_does_not_use_it_up() {
    let (rules, zone) = (Rules::default(), TimeZone::utc());
    let dunning = begin(declined(FailureCode::CardLost), &rules, &zone, at("2026-03-01T10:00:00Z"));
    let failure = Failure::Declined { method: card(2), code: FailureCode::InsufficientFunds };
    let again = failed(&dunning, Occasion::Request, failure, &rules, &zone);
    assert_eq!(again.next_attempt_at, dunning.next_attempt_at);
    assert_eq!(again.blocked, None, "the new method may work later");
}

#[test]
fn the_days_of_a_policy_rise() {
    assert_eq!(check(&policy(&[1, 3, 5, 7])), Ok(()));
    assert_eq!(check(&policy(&[RETRY_DAYS_MAX])), Ok(()));
    let refused = |days: &[u32]| check(&policy(days)).expect_err("refused")[0].param.clone().expect("a parameter");
    assert_eq!(refused(&[]), "retries");
    assert_eq!(refused(&[0]), "retries.0.afterDays");
    assert_eq!(refused(&[3, 3]), "retries.1.afterDays");
    assert_eq!(refused(&[1, 61]), "retries.1.afterDays");
    assert_eq!(refused(&[1; RETRIES_MAX + 1]), "retries");
    let named = Policy { name: Some(String::new()), ..policy(&[2, 1]) };
    let wrong = check(&named).expect_err("refused");
    let params: Vec<_> = wrong.iter().filter_map(|refusal| refusal.param.as_deref()).collect();
    assert_eq!(params, ["name", "retries.1.afterDays"], "all of it is told at once");
}

#[test]
fn what_is_not_named_of_a_policy_stays_as_it_is() {
    let before = Policy { name: Some("Gentle".into()), ..policy(&[2, 4]) };
    assert_eq!(changed(before.clone(), Changes::default()), Ok(before.clone()));
    let changes = Changes {
        name: Some(None),
        on_exhausted: Some(OnExhausted::LeaveUnpaid),
        is_active: Some(false),
        ..Changes::default()
    };
    let after = changed(before.clone(), changes).expect("nothing is wrong");
    assert_eq!((after.name.as_deref(), after.is_active), (None, false));
    let rules = Rules { on_exhausted: OnExhausted::LeaveUnpaid, ..before.rules.clone() };
    assert_eq!(after.rules, rules);
    let falling = Changes { retries_days: Some(vec![4, 2]), ..Changes::default() };
    assert!(changed(before, falling).is_err(), "changes are checked as a whole");
}
