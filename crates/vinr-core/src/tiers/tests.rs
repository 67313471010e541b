use proptest::prelude::*;

use super::*;
use crate::accounts::TimeZone;
use crate::currencies::Currency;
use crate::time::Timestamp;

fn tier(key: &str, rank: i64, threshold: i64, multiplier: &str) -> Tier {
    let multiplier = Rate::parse(multiplier).expect("a rate");
    Tier { key: key.into(), name: key.into(), rank, threshold, multiplier }
}

fn three(qualify_on: QualifyOn, kind: PeriodType, months: u32) -> TierConfig {
    let tiers = vec![tier("gold", 3, 1_000, "2"), tier("bronze", 1, 0, "1"), tier("silver", 2, 500, "1.5")];
    checked(TierConfig { qualify_on, period: Period { kind, months }, tiers }).expect("tiers")
}

fn month(number: i64) -> Month {
    Month::from_number(number).expect("a month")
}

fn earned(months: &[(i64, i64)]) -> Counts {
    months.iter().map(|(number, points)| (month(*number), Count { spend: 0, points: *points })).collect()
}

fn wrong(config: TierConfig) -> Vec<String> {
    let refusals = checked(config).expect_err("something is wrong with it");
    refusals.into_iter().map(|refusal| refusal.param.expect("a parameter").into_owned()).collect()
}

#[test]
fn tiers_are_ordered_by_their_ranks() {
    let config = three(QualifyOn::Points, PeriodType::Rolling, 12);
    let keys: Vec<&str> = config.tiers.iter().map(|tier| tier.key.as_str()).collect();
    assert_eq!(keys, ["bronze", "silver", "gold"]);
    assert_eq!((config.shown(None).key.as_str(), config.shown(Some("gone")).key.as_str()), ("bronze", "bronze"));
    assert_eq!(config.shown(Some("gold")).rank, 3);
}

#[test]
fn what_is_wrong_with_tiers_is_told_with_its_place() {
    let ok = three(QualifyOn::Points, PeriodType::Rolling, 12);
    let with = |change: fn(&mut TierConfig)| {
        let mut config = ok.clone();
        change(&mut config);
        wrong(config)
    };
    assert_eq!(with(|config| config.tiers.clear()), ["tierConfig.tiers"]);
    assert_eq!(with(|config| config.period.months = 61), ["tierConfig.period.months"]);
    assert_eq!(with(|config| config.period.months = 0), ["tierConfig.period.months"]);
    assert_eq!(with(|config| config.tiers[0].threshold = 1), ["tierConfig.tiers[0].threshold"], "somebody is in none");
    assert_eq!(with(|config| config.tiers[2].threshold = 500), ["tierConfig.tiers[2].threshold"], "it does not rise");
    assert_eq!(with(|config| config.tiers[1].key = "gold".into()), ["tierConfig.tiers[2].key"]);
    assert_eq!(with(|config| config.tiers[1].key = "Très chic".into()), ["tierConfig.tiers[1].key"]);
    assert_eq!(with(|config| config.tiers[2].rank = 2), ["tierConfig.tiers[2].rank"]);
    assert_eq!(with(|config| config.tiers[2].name = String::new()), ["tierConfig.tiers[2].name"]);
    assert_eq!(with(|config| config.tiers[0].multiplier = Rate::whole(11)), ["tierConfig.tiers[0].multiplier"]);
    let several = with(|config| {
        config.tiers[1].rank = -1;
        config.tiers[1].threshold = -5;
    });
    assert!(several.iter().any(|param| param == "tierConfig.tiers[1].rank"), "{several:?}");
    assert!(several.iter().any(|param| param == "tierConfig.tiers[1].threshold"), "{several:?}");
}

#[test]
fn a_calendar_period_is_a_part_of_a_year() {
    for months in [1, 2, 3, 4, 6, 12] {
        assert_eq!(three(QualifyOn::Points, PeriodType::Calendar, months).period.months, months);
    }
    for months in [0, 5, 7, 24] {
        let period = Period { kind: PeriodType::Calendar, months };
        assert_eq!(
            wrong(TierConfig { period, ..three(QualifyOn::Points, PeriodType::Rolling, 1) }).len(),
            1,
            "{months}"
        );
    }
}

#[test]
fn a_threshold_that_is_reached_is_enough() {
    let config = three(QualifyOn::Points, PeriodType::Rolling, 12);
    let key = |points| config.tier(&earned(&[(202_611, points)]), month(202_611)).key.clone();
    assert_eq!([key(0), key(499), key(500)], ["bronze", "bronze", "silver"]);
    assert_eq!([key(999), key(1_000), key(-7)], ["silver", "gold", "bronze"]);
}

#[test]
fn a_rolling_window_of_a_year_has_this_month_and_twelve_before_it() {
    let config = three(QualifyOn::Points, PeriodType::Rolling, 12);
    let counts = earned(&[(202_601, 600), (202_606, 400)]);
    let at = |number| config.tier(&counts, month(number)).key.clone();
    assert_eq!([at(202_601), at(202_606), at(202_701)], ["silver", "gold", "gold"]);
    assert_eq!([at(202_702), at(202_706)], ["bronze", "bronze"], "400 are not silver");
    assert_eq!(config.changes_in(&counts, month(202_606)), Some(month(202_702)));
    assert_eq!(config.changes_in(&counts, month(202_702)), None, "there is nothing below");
}

#[test]
fn a_calendar_year_begins_again_in_january() {
    let config = three(QualifyOn::Points, PeriodType::Calendar, 12);
    let counts = earned(&[(202_601, 600), (202_612, 400)]);
    let at = |number| config.tier(&counts, month(number)).key.clone();
    assert_eq!([at(202_611), at(202_612), at(202_701)], ["silver", "gold", "bronze"]);
    assert_eq!(config.changes_in(&counts, month(202_612)), Some(month(202_701)));
    let quarters = three(QualifyOn::Points, PeriodType::Calendar, 3);
    assert_eq!(quarters.first_month(month(202_612)), month(202_610));
    assert_eq!(quarters.first_month(month(202_604)), month(202_604));
}

#[test]
fn money_of_every_currency_counts_by_its_major_unit() {
    let config = three(QualifyOn::Spend, PeriodType::Rolling, 12);
    let spent = |payments: &[(i64, &str)]| {
        let of = |(amount, code): &(i64, &str)| parts(Money::new(*amount, Currency::parse(code).expect("a currency")));
        let spend = payments.iter().map(of).sum();
        config.figure(&[(month(202_611), Count { spend, points: 0 })].into(), month(202_611))
    };
    assert_eq!(spent(&[(499, "EUR")]), 499);
    assert_eq!(spent(&[(5, "JPY")]), 500, "five yen are five major units");
    assert_eq!(spent(&[(4_990, "KWD"), (10, "KWD")]), 500, "no fils is lost");
    assert_eq!(spent(&[(4_999, "KWD")]), 499, "what is not whole is not reached");
}

#[test]
fn months_are_those_of_the_zone() {
    let sofia = TimeZone::parse("Europe/Sofia").expect("a zone");
    let at = Timestamp::parse("2026-12-31T22:30:00Z").expect("a moment");
    assert_eq!((Month::of(at, &sofia).number(), Month::of(at, &TimeZone::utc()).number()), (202_701, 202_612));
    assert_eq!(month(202_701).start(&sofia).rfc3339(), "2026-12-31T22:00:00Z");
    assert_eq!((month(202_601).minus(1), month(202_611).plus(14)), (month(202_512), month(202_801)));
    assert_eq!([Month::from_number(202_600), Month::from_number(202_613)], [None, None]);
}

proptest! {
    /// Whatever happens in whatever month: the tier is that of everything within the window, added up from scratch.
    #[test]
    fn a_tier_is_what_a_sum_from_scratch_makes_it(
        history in prop::collection::vec((0_u32..40, -300_i64..900), 0..40),
        ahead in 0_u32..60,
        rolling in any::<bool>(),
        part in 0_usize..6,
    ) {
        let months = [1, 2, 3, 4, 6, 12][part];
        let kind = if rolling { PeriodType::Rolling } else { PeriodType::Calendar };
        let config = three(QualifyOn::Points, kind, months);
        let (begin, mut counts) = (month(202_601), Counts::new());
        for (later, points) in &history {
            counts.entry(begin.plus(*later)).or_default().points += points;
        }
        let in_window = |later: u32| match kind {
            PeriodType::Rolling => later <= ahead && ahead - later <= months,
            PeriodType::Calendar => later <= ahead && later / months == ahead / months,
        };
        let sum: i64 = history.iter().filter(|(later, _)| in_window(*later)).map(|(_, points)| points).sum();
        let key = if sum >= 1_000 { "gold" } else if sum >= 500 { "silver" } else { "bronze" };
        prop_assert_eq!(&config.tier(&counts, begin.plus(ahead)).key, key);
    }

    /// Between now and the month that is named nothing changes, and in it something does.
    #[test]
    fn the_next_change_is_the_next_one(
        history in prop::collection::vec((0_u32..24, 0_i64..900), 0..12),
        rolling in any::<bool>(),
    ) {
        let kind = if rolling { PeriodType::Rolling } else { PeriodType::Calendar };
        let config = three(QualifyOn::Points, kind, 6);
        let (now, mut counts) = (month(202_801), Counts::new());
        for (before, points) in &history {
            counts.entry(now.minus(*before)).or_default().points += points;
        }
        let is = config.tier(&counts, now);
        match config.changes_in(&counts, now) {
            None => prop_assert!((0..40).all(|later| config.tier(&counts, now.plus(later)) == is)),
            Some(then) => {
                prop_assert!(config.tier(&counts, then) != is && now < then);
                let before = (0..40).map(|later| now.plus(later)).take_while(|month| *month < then);
                prop_assert!(before.into_iter().all(|month| config.tier(&counts, month) == is));
            }
        }
    }
}
