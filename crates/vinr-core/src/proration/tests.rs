use proptest::prelude::*;
use std::vec::Vec;

use super::*;
use crate::money::{cumulative_share, share};
use crate::time::Span;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn period(start: &str, end: &str) -> Period {
    Period { start: at(start), end: at(end) }
}

fn january() -> Period {
    period("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
}

fn charge(price: i64, share: Share, currency: Currency) -> i64 {
    super::charge(Ratio::whole(price), share, currency)
}

fn charged(amount: i64, span: Period) -> Charge {
    Charge { amount, span, carried: 0 }
}

fn rest(of: Period, from: Timestamp) -> Period {
    Period { start: from, end: of.end }
}

#[test]
fn a_change_is_prorated_by_the_second_and_keeps_its_fraction() {
    // Section 1: €29 → €99 at 10:30 on the 15th.
    let now = at("2026-01-15T10:30:00Z");
    let back = credit(&charged(2_900, january()), now, Currency::EUR);
    assert_eq!(back.share, Share { numerator: 1_431_000, denominator: 2_678_400 });
    let share = Share::of(rest(january(), now), january());
    assert_eq!(share, back.share);
    let new = charge(9_900, share, Currency::EUR);
    assert_eq!((back.amount, new, new - back.amount), (1_549, 5_289, 3_740));
}

#[test]
fn half_a_month_from_20_to_50_euro_gives_back_10_and_charges_25() {
    let april = period("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z");
    let now = at("2026-04-16T00:00:00Z");
    let back = credit(&charged(2_000, april), now, Currency::EUR).amount;
    assert_eq!((back, charge(5_000, Share::of(rest(april, now), april), Currency::EUR)), (1_000, 2_500));
}

#[test]
fn a_third_of_a_million_is_not_rounded_on_its_way() {
    assert_eq!(charge(1_000_000, Share { numerator: 1, denominator: 3 }, Currency::EUR), 333_333);
    assert_eq!(charge(3_000_000_000, Share { numerator: 1, denominator: 3 }, Currency::EUR), 1_000_000_000);
}

#[test]
fn the_whole_is_the_billing_period_and_not_what_is_left_of_it() {
    // Section 1 (b): 42 days of a quarter of 91.
    let quarter = period("2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z");
    let share = Share::of(rest(quarter, at("2026-05-20T00:00:00Z")), quarter);
    assert_eq!((share.numerator / 86_400, share.denominator / 86_400), (42, 91));
    assert_eq!(charge(9_100, share, Currency::EUR), 4_200);
}

#[test]
fn several_changes_in_one_period_cost_what_they_cost_together() {
    // Section 1 (c): 2900, 9900 and 4900 over 10, 10 and 11 days.
    let mut kept = Vec::new();
    let mut now = charged(2_900, january());
    for (at, price) in [("2026-01-11T00:00:00Z", 9_900), ("2026-01-21T00:00:00Z", 4_900)] {
        let at = self::at(at);
        let back = credit(&now, at, Currency::EUR);
        kept.push(now.amount - back.amount);
        let span = rest(january(), at);
        let amount = charge(price, Share::of(span, january()), Currency::EUR);
        now = Charge { amount, span, carried: back.carried };
    }
    kept.push(now.amount);
    assert_eq!(kept, [935, 3_194, 1_739]);
    assert_eq!(kept.iter().sum::<i64>(), 5_868);
}

#[test]
fn a_thousand_in_seven_parts_stays_a_thousand() {
    // Section 1 (d).
    let parts: Vec<i64> = (0..7).map(|part| cumulative_share(1_000, part, part + 1, 7)).collect();
    assert_eq!(parts, [143, 143, 143, 142, 143, 143, 143]);
}

#[test]
fn a_credit_comes_from_what_was_charged_and_not_from_the_price() {
    // Section 2: a plan of €100 that was bought at half its price.
    let april = period("2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z");
    assert_eq!(credit(&charged(5_000, april), at("2026-04-16T00:00:00Z"), Currency::EUR).amount, 2_500);
}

#[test]
fn a_month_in_which_the_clocks_are_changed_has_its_own_length() {
    // Section 5: March has 743 hours in Sofia, October 745.
    let march = period("2026-02-28T22:00:00Z", "2026-03-31T21:00:00Z");
    let october = period("2026-09-30T21:00:00Z", "2026-10-31T22:00:00Z");
    assert_eq!([march.seconds() / 3_600, october.seconds() / 3_600], [743, 745]);
    let share = Share::of(rest(march, at("2026-03-31T20:00:00Z")), march);
    assert_eq!(charge(74_300, share, Currency::EUR), 100);
}

#[test]
fn a_daily_rate_divides_by_the_length_of_its_own_year() {
    // Section 4: 366 days.
    let leap = period("2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z");
    let share = Share::of(rest(leap, at("2028-12-31T00:00:00Z")), leap);
    assert_eq!(charge(36_600, share, Currency::EUR), 100);
}

#[test]
fn shares_are_rounded_in_the_minor_unit_of_their_currency() {
    // Section 6.
    let share = Share { numerator: 17, denominator: 31 };
    assert_eq!(charge(980, share, Currency::JPY), 537);
    assert_eq!(charge(12_345, share, Currency::KWD), 6_770);
}

#[test]
fn what_is_not_begun_comes_back_whole_and_what_is_over_not_at_all() {
    let odd = Charge { carried: 499_999_999, ..charged(2_901, january()) };
    assert_eq!(credit(&odd, january().start, Currency::EUR).amount, 2_901);
    assert_eq!(credit(&odd, at("2025-12-01T00:00:00Z"), Currency::EUR).amount, 2_901);
    assert_eq!(credit(&odd, january().end, Currency::EUR).amount, 0);
    assert_eq!(credit(&odd, at("2026-03-01T00:00:00Z"), Currency::EUR).amount, 0);
    assert_eq!(credit(&charged(12_345, january()), january().start, Currency::KWD).amount, 12_345);
}

#[test]
fn a_credit_is_not_credited() {
    assert_eq!(credit(&charged(-500, january()), january().start, Currency::EUR).amount, 0);
    assert_eq!(credit(&charged(0, january()), january().start, Currency::EUR).amount, 0);
}

proptest! {
    #[test]
    fn a_credit_is_never_more_than_what_was_charged(
        amount in 0_i64..=99_999_999_999, second in 0_i64..=2_678_400, carried in -500_000_000_i64..=500_000_000
    ) {
        let charge = Charge { carried, ..charged(amount, january()) };
        let back = credit(&charge, january().start.plus(Span::seconds(second)), Currency::EUR);
        prop_assert!(0 <= back.amount && back.amount <= amount);
        let exact = share(amount, 2_678_400 - second, 2_678_400);
        prop_assert!((back.amount - exact).abs() <= 1);
    }

    #[test]
    fn what_is_kept_of_many_changes_is_never_a_unit_away_from_what_they_cost(
        prices in prop::collection::vec(1_000_i64..=1_000_000, 1..40),
        steps in prop::collection::vec(3_600_i64..=60_000, 40)
    ) {
        let (mut now, mut from) = (charged(prices[0], january()), january().start);
        // In billionths of a minor unit.
        let (mut kept, mut exact) = (0_i64, 0_i64);
        for (price, step) in prices.iter().skip(1).zip(&steps) {
            let at = from.plus(Span::seconds(*step));
            let back = credit(&now, at, Currency::EUR);
            exact += share(now.amount * CARRIED_PER_UNIT, *step, now.span.seconds());
            kept += now.amount - back.amount;
            let span = rest(january(), at);
            let amount = charge(*price, Share::of(span, january()), Currency::EUR);
            now = Charge { amount, span, carried: back.carried };
            from = at;
        }
        prop_assert!((kept * CARRIED_PER_UNIT - exact).abs() < CARRIED_PER_UNIT / 100 * 51, "{kept} {exact}");
    }
}
