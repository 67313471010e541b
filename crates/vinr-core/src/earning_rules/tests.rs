use proptest::prelude::*;

use super::*;

fn rule(award: Award) -> Rule {
    Rule {
        id: EarningRuleId::from_bits(1),
        program_id: ProgramId::parse("prog_default").expect("an id"),
        name: None,
        trigger: Trigger::PaymentCompleted,
        award,
        conditions: Conditions::default(),
        multiplier: Rate::ONE,
        cap: None,
        is_active: true,
        metadata: Metadata::new(),
        created_at: Timestamp::EPOCH,
    }
}

fn per_amount(per: i64, points: &str) -> Rule {
    rule(Award::PerAmount { per, points: rate(points) })
}

fn rate(text: &str) -> Rate {
    Rate::parse(text).expect("a rate")
}

fn paid(amount: i64, currency: &str) -> Money {
    Money::new(amount, Currency::parse(currency).expect("a currency"))
}

#[test]
fn a_point_for_each_1_00_is_that_in_every_currency() {
    let rule = per_amount(100, "1");
    let earned = |amount, currency| points(&rule, Some(paid(amount, currency)), None, Rounding::Down);
    assert_eq!(earned(4_200, "EUR"), 42);
    assert_eq!(earned(4_250, "EUR"), 42, "a half is dropped");
    assert_eq!(earned(4_200, "JPY"), 4_200, "floor(amount / 100) would give 42");
    assert_eq!(earned(42_000, "KWD"), 42, "floor(amount / 100) would give 420");
}

#[test]
fn points_for_a_part_of_an_amount_are_a_part_of_the_points() {
    let rule = per_amount(1_000, "5");
    assert_eq!(points(&rule, Some(paid(1_500, "EUR")), None, Rounding::Down), 7);
    assert_eq!(points(&rule, Some(paid(1_500, "EUR")), None, Rounding::Up), 8);
    assert_eq!(points(&rule, Some(paid(1_500, "EUR")), None, Rounding::Nearest), 8, "7.5, half away from zero");
}

#[test]
fn multipliers_are_exact_until_the_one_rounding() {
    let mut rule = per_amount(100, "0.5");
    rule.multiplier = rate("1.5");
    assert_eq!(points(&rule, Some(paid(399, "EUR")), None, Rounding::Down), 2, "3.99 × 0.5 × 1.5 = 2.9925");
    assert_eq!(points(&rule, Some(paid(399, "EUR")), None, Rounding::Nearest), 3);
}

#[test]
fn each_currency_may_have_its_own_rate() {
    let eur = Currency::EUR;
    let jpy = Currency::parse("JPY").expect("a currency");
    let rule = rule(Award::PerCurrency(BTreeMap::from([(eur, rate("1")), (jpy, rate("0.01"))])));
    assert_eq!(points(&rule, Some(paid(4_200, "EUR")), None, Rounding::Down), 42);
    assert_eq!(points(&rule, Some(paid(4_200, "JPY")), None, Rounding::Down), 42);
    assert_eq!(points(&rule, Some(paid(4_200, "USD")), None, Rounding::Down), 0);
}

#[test]
fn what_does_not_match_gives_nothing() {
    let mut fixed = rule(Award::Fixed { points: 50 });
    assert_eq!(points(&fixed, Some(paid(1, "USD")), None, Rounding::Down), 50);
    fixed.conditions = Conditions { amount_min: Some(2_000), currency: Some(Currency::EUR), tier: None };
    assert_eq!(points(&fixed, Some(paid(2_000, "EUR")), None, Rounding::Down), 50);
    assert_eq!(points(&fixed, Some(paid(1_999, "EUR")), None, Rounding::Down), 0);
    assert_eq!(points(&fixed, Some(paid(2_000, "USD")), None, Rounding::Down), 0);
    assert_eq!(points(&fixed, None, None, Rounding::Down), 0);
    fixed.is_active = false;
    assert_eq!(points(&fixed, Some(paid(2_000, "EUR")), None, Rounding::Down), 0);
}

#[test]
fn a_cap_leaves_what_is_left_of_it() {
    let cap = Cap { points: 100, window: Window::Day };
    assert_eq!([capped(80, cap, 0), capped(80, cap, 50), capped(80, cap, 100), capped(80, cap, 130)], [80, 50, 0, 0]);
}

#[test]
fn a_window_begins_where_the_merchant_is() {
    let sofia = TimeZone::parse("Europe/Sofia").expect("a zone");
    // 22:30 UTC on Saturday 31 January is half past midnight of Sunday 1 February in Sofia.
    let late = Timestamp::parse("2026-01-31T22:30:00Z").expect("an instant");
    let first = |window: Window, zone: &TimeZone| window.first_day(late, zone).map(|day| day.start(zone).rfc3339());
    let utc = TimeZone::utc();
    assert_eq!(first(Window::Day, &sofia).as_deref(), Some("2026-01-31T22:00:00Z"));
    assert_eq!(first(Window::Month, &sofia).as_deref(), Some("2026-01-31T22:00:00Z"));
    assert_eq!(first(Window::Week, &sofia).as_deref(), Some("2026-01-25T22:00:00Z"));
    assert_eq!(first(Window::Day, &utc).as_deref(), Some("2026-01-31T00:00:00Z"));
    assert_eq!(first(Window::Month, &utc).as_deref(), Some("2026-01-01T00:00:00Z"));
    assert_eq!(first(Window::Week, &utc).as_deref(), Some("2026-01-26T00:00:00Z"));
    assert_eq!(first(Window::Lifetime, &utc), None);
}

#[test]
fn everything_that_is_wrong_with_a_rule_is_named_at_once() {
    let mut wrong = rule(Award::Fixed { points: 0 });
    wrong.cap = Some(Cap { points: -5, window: Window::Month });
    wrong.conditions.amount_min = Some(0);
    wrong.name = Some(String::new());
    let refusals = check(&wrong).expect_err("four things are wrong");
    let params: Vec<_> = refusals.iter().filter_map(|refusal| refusal.param.as_deref()).collect();
    assert_eq!(params, ["award.points", "cap.points", "conditions.minAmount", "name"]);
    let mut joined = per_amount(100, "1");
    joined.trigger = Trigger::AccountCreated;
    assert!(check(&joined).is_err(), "nothing is paid by becoming a member");
    for conditions in [
        Conditions { amount_min: Some(1), currency: None, tier: None },
        Conditions { amount_min: None, currency: Some(Currency::EUR), tier: None },
    ] {
        let mut welcome = rule(Award::Fixed { points: 50 });
        welcome.trigger = Trigger::AccountCreated;
        assert_eq!(check(&welcome), Ok(()));
        welcome.conditions = conditions;
        let refused = check(&welcome).expect_err("such a condition is never met");
        assert_eq!(refused[0].param.as_deref(), Some("conditions"));
    }
    assert!(check(&per_amount(0, "1")).is_err());
    assert!(check(&rule(Award::PerCurrency(BTreeMap::new()))).is_err());
    assert_eq!(check(&per_amount(100, "1")), Ok(()));
}

/// Every rate there can be, and the smallest and the greatest often.
fn any_rate() -> impl Strategy<Value = Rate> {
    let (least, most) = (rate("0.0001"), rate("1000000"));
    let between = (least.ten_thousandths()..=most.ten_thousandths()).prop_map(Rate::from_stored);
    prop_oneof![Just(least), Just(most), between]
}

proptest! {
    /// They are computed when a payment completes: there is no rule whose points keep it from its money.
    #[test]
    fn whatever_the_rates_are_points_are_from_none_to_the_most_there_can_be(
        amount in prop_oneof![Just(1), Just(PAYMENT_AMOUNT_MAX), 1..=PAYMENT_AMOUNT_MAX],
        currency in prop::sample::select(Currency::all().collect::<std::vec::Vec<_>>()),
        per in prop_oneof![Just(1), Just(PAYMENT_AMOUNT_MAX), 1..=PAYMENT_AMOUNT_MAX],
        (given, multiplier) in (any_rate(), any_rate()),
        rounding in prop::sample::select(Rounding::ALL),
    ) {
        for award in [
            Award::PerAmount { per, points: given },
            Award::PerCurrency(BTreeMap::from([(currency, given)])),
            Award::Fixed { points: POINTS_MAX },
        ] {
            let rule = Rule { multiplier, ..rule(award) };
            let earned = points(&rule, Some(Money::new(amount, currency)), None, rounding);
            prop_assert!((0..=POINTS_MAX).contains(&earned), "{earned}");
        }
    }
}

#[test]
fn a_tier_multiplies_what_the_rule_multiplies_before_the_one_rounding() {
    let tier = |key: &str, multiplier| Tier {
        key: key.into(),
        name: key.into(),
        rank: 1,
        threshold: 0,
        multiplier: rate(multiplier),
    };
    let mut rule = per_amount(100, "0.5");
    rule.multiplier = rate("1.5");
    let gold = tier("gold", "1.25");
    let earned = |rule: &Rule, tier, rounding| points(rule, Some(paid(399, "EUR")), Some(tier), rounding);
    assert_eq!(earned(&rule, &gold, Rounding::Down), 3, "3.99 × 0.5 × 1.5 × 1.25 = 3.740625, not 2 × 1.25");
    assert_eq!(earned(&rule, &gold, Rounding::Nearest), 4);
    rule.conditions.tier = Some("gold".into());
    assert_eq!(earned(&rule, &gold, Rounding::Down), 3);
    assert_eq!(earned(&rule, &tier("platinum", "2"), Rounding::Down), 0, "another tier is not this one");
    assert_eq!(points(&rule, Some(paid(399, "EUR")), None, Rounding::Down), 0, "nobody is in a tier");
}

#[test]
fn the_greatest_multipliers_of_the_greatest_payment_fit() {
    let mut rule = per_amount(1, "1000000");
    rule.multiplier = rate("1000000");
    let tier = Tier { key: "top".into(), name: "Top".into(), rank: 1, threshold: 0, multiplier: rate("10") };
    assert_eq!(points(&rule, Some(paid(PAYMENT_AMOUNT_MAX, "JPY")), Some(&tier), Rounding::Up), POINTS_MAX);
    rule.award = Award::PerAmount { per: PAYMENT_AMOUNT_MAX, points: rate("999999.9999") };
    rule.multiplier = rate("999999.9999");
    let tier = Tier { multiplier: rate("9.9999"), ..tier };
    assert_eq!(points(&rule, Some(paid(99_999_999_989, "KWD")), Some(&tier), Rounding::Up), 999_989_999_701);
}
