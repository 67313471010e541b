mod properties;

use super::{Currency, Money, PAYMENT_AMOUNT_MAX, Ratio, allocate, cumulative_share, share};
use crate::refusal::{Code, Refusal};

fn shown(amount: i64, code: &str) -> alloc::string::String {
    Money::new(amount, Currency::parse(code).expect("a currency")).display()
}

/// The slices that steps of the whole take, one after the other.
fn slices(total: i64, steps: &[i64]) -> alloc::vec::Vec<i64> {
    let whole = steps.iter().sum();
    let mut done = 0;
    steps
        .iter()
        .map(|step| {
            let slice = cumulative_share(total, done, done + step, whole);
            done += step;
            slice
        })
        .collect()
}

#[test]
fn money_is_shown_as_people_write_it() {
    assert_eq!(shown(1_000, "EUR"), "€10.00");
    assert_eq!(shown(5, "EUR"), "€0.05");
    assert_eq!(shown(0, "EUR"), "€0.00");
    assert_eq!(shown(-105, "EUR"), "-€1.05");
    assert_eq!(shown(1_000, "JPY"), "¥1,000");
    assert_eq!(shown(12_345, "KWD"), "KWD 12.345");
    assert_eq!(shown(100_000_005, "USD"), "$1,000,000.05");
    assert_eq!(shown(i64::MIN, "JPY"), "-¥9,223,372,036,854,775,808");
    assert_eq!(shown(10_001, "CLF"), "CLF 1.0001");
}

#[test]
fn a_payment_is_from_one_to_the_largest_amount() {
    for amount in [1, 1_000, PAYMENT_AMOUNT_MAX] {
        assert_eq!(Money::payment(amount, Currency::EUR), Ok(Money::new(amount, Currency::EUR)));
    }
    for amount in [0, -1, PAYMENT_AMOUNT_MAX + 1, i64::MAX, i64::MIN] {
        let refusal = Money::payment(amount, Currency::EUR).expect_err("a refusal");
        assert_eq!(refusal.code, Code::ParameterInvalid, "{amount}");
        assert_eq!(refusal.param.as_deref(), Some("amount"));
    }
}

#[test]
fn card_amounts_with_three_decimals_end_in_zero() {
    let kwd = |amount| Money::new(amount, Currency::KWD).check_card_amount();
    assert!(kwd(12_340).is_ok());
    let refusal = Refusal::from(kwd(12_345).expect_err("a refusal"));
    assert_eq!((refusal.code, refusal.param.as_deref()), (Code::ParameterInvalid, Some("amount")));
    assert_eq!(refusal.message, "card amounts in KWD are multiples of 10");
    assert!(Money::new(1_001, Currency::EUR).check_card_amount().is_ok());
    assert!(Money::new(1_001, Currency::JPY).check_card_amount().is_ok());
}

#[test]
fn different_currencies_are_never_added() {
    let euro = Money::new(1, Currency::EUR);
    let yen = Money::new(1, Currency::JPY);
    assert_eq!(euro.checked_add(yen), None);
    assert_eq!(euro.checked_sub(yen), None);
    assert_eq!(euro.checked_add(euro), Some(Money::new(2, Currency::EUR)));
    assert_eq!(euro.checked_sub(euro), Some(Money::new(0, Currency::EUR)));
    assert_eq!(Money::new(i64::MAX, Currency::EUR).checked_add(euro), None);
    assert_eq!(Money::new(i64::MIN, Currency::EUR).checked_sub(euro), None);
}

#[test]
fn halves_are_rounded_away_from_zero() {
    let halves = [(1, 1), (3, 2), (5, 3), (-1, -1), (-3, -2), (-5, -3)];
    for (numerator, rounded) in halves {
        assert_eq!(Ratio::new(numerator, 2).round(), rounded, "{numerator}/2");
    }
    for (numerator, rounded) in [(1, 0), (2, 1), (4, 1), (5, 2), (-1, 0), (-2, -1)] {
        assert_eq!(Ratio::new(numerator, 3).round(), rounded, "{numerator}/3");
    }
}

#[test]
fn proration_to_the_second_is_one_rounding_of_the_exact_value() {
    assert_eq!(share(2_900, 1_431_000, 2_678_400), 1_549);
    assert_eq!(share(9_900, 1_431_000, 2_678_400), 5_289);
    assert_eq!(share(2_900, 17, 31), 1_590);
    assert_eq!(share(9_900, 17, 31), 5_429);
    assert_eq!(share(1_000_000, 1, 3), 333_333);
}

#[test]
fn changes_within_a_period_add_up_to_the_rounded_whole() {
    let daily = |amount, days| Ratio::whole(amount).times(days, 31);
    let exact = daily(2_900, 10).plus(daily(9_900, 10)).plus(daily(4_900, 11));
    let parts = [share(2_900, 10, 31), share(9_900, 10, 31), share(4_900, 11, 31)];
    assert_eq!(parts, [935, 3_194, 1_739]);
    assert_eq!(exact.round(), 5_868);
    assert_eq!(parts.iter().sum::<i64>(), exact.round());
}

#[test]
fn a_thousand_in_seven_equal_parts_is_a_thousand() {
    assert_eq!(slices(1_000, &[1; 7]), [143, 143, 143, 142, 143, 143, 143]);
    assert_eq!(share(1_000, 1, 7) * 7, 1_001, "each part by itself is one too much in all");
}

#[test]
fn shares_are_taken_in_the_minor_unit_of_the_currency() {
    assert_eq!(share(980, 17, 31), 537);
    assert_eq!(share(12_345, 17, 31), 6_770);
    assert_eq!(Ratio::whole(12_345).times(17, 31).round_to(Currency::KWD.card_step()), 6_770);
    assert_eq!(Ratio::whole(12_345).times(16, 31).round_to(10), 6_370);
    // €0.00125 apiece: an eighth of a cent.
    assert_eq!(share(12_345, 125, 1_000), 1_543);
    assert_eq!(share(1, 125, 1_000) * 12_345, 0, "each unit by itself would cost nothing");
}

#[test]
fn points_in_proportion_to_the_major_unit_are_rounded_down() {
    let points = |amount: i64, currency: Currency| Ratio::whole(amount).times(1, currency.minor_per_major()).floor();
    assert_eq!(points(4_200, Currency::EUR), 42);
    assert_eq!(points(4_200, Currency::JPY), 4_200);
    assert_eq!(points(42_000, Currency::KWD), 42);
    assert_eq!(Ratio::new(-1, 2).floor(), -1);
}

#[test]
fn a_clawback_by_steps_takes_what_was_given_and_no_more() {
    assert_eq!(slices(42, &[2_100, 2_100]), [21, 21]);
    assert_eq!(slices(42, &[420; 10]), [4, 4, 5, 4, 4, 4, 4, 5, 4, 4]);
    assert_eq!(slices(5, &[333, 333, 334]), [2, 1, 2]);
    assert_eq!(slices(37, &[1_233, 1_233, 1_234]), [12, 13, 12]);
    assert_eq!(slices(500, &[1_000, 1_000, 1_700]), [135, 135, 230]);
}

#[test]
fn a_discount_is_shared_out_by_the_largest_remainder() {
    assert_eq!(allocate(500, &[1_999, 1_501, 700]), [238, 179, 83]);
    assert_eq!(allocate(100, &[1, 1, 1]), [34, 33, 33]);
    assert_eq!(allocate(-100, &[1, 1, 1]), [-34, -33, -33]);
    assert_eq!(allocate(5, &[0, 1, 0]), [0, 5, 0]);
    assert_eq!(allocate(0, &[3, 4]), [0, 0]);
}

#[test]
fn credit_notes_by_steps_add_up_to_the_taxed_invoice() {
    let lines = [6_833, 6_833, 5_750, 8_500];
    let total = share(lines.iter().sum(), 120, 100);
    assert_eq!(total, 33_499);
    assert_eq!(slices(total, &lines), [8_200, 8_199, 6_900, 10_200]);
}

#[test]
fn tax_within_a_price_is_what_is_left_of_the_rounded_net() {
    let net = share(299, 100, 104);
    assert_eq!((net, 299 - net), (288, 11));
    assert_eq!(share(999, 21, 100) * 3, 630);
    assert_eq!(share(999 * 3, 21, 100), 629);
}

#[test]
#[should_panic(expected = "positive whole")]
fn a_share_of_nothing_is_an_outage() {
    let _ = share(1, 0, 0);
}

#[test]
#[should_panic(expected = "fits 64 bits")]
fn an_amount_that_does_not_fit_is_an_outage() {
    let _ = share(i64::MAX, 2, 1);
}

#[test]
#[should_panic(expected = "not zero")]
fn an_allocation_to_nobody_is_an_outage() {
    let _ = allocate(5, &[0, 0]);
}

#[test]
fn a_ratio_is_cut_off_before_it_is_rounded() {
    let cut = |numerator: i128, most: i64| {
        let cut = Ratio::new(numerator, 3).at_most(most);
        (cut.floor(), cut.ceil())
    };
    assert_eq!(
        [cut(10, 4), cut(10, 3), cut(9, 3), cut(-10, -4), cut(-10, -3)],
        [(3, 4), (3, 3), (3, 3), (-4, -4), (-4, -3)]
    );
    let ends = (i64::MAX, -i64::MAX);
    assert_eq!((cut(i128::MAX, ends.0), cut(i128::MAX, ends.1)), ((ends.0, ends.0), (ends.1, ends.1)));
}
