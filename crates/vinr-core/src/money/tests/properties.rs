//! What holds for every amount, compared with arithmetic that cannot go wrong.

use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::slices;
use crate::money::{Currency, Money, PAYMENT_AMOUNT_MAX, Ratio, allocate, cumulative_share, share};

fn currencies() -> impl Strategy<Value = Currency> {
    prop::sample::select(Currency::all().collect::<Vec<_>>())
}

fn amounts() -> impl Strategy<Value = i64> {
    -PAYMENT_AMOUNT_MAX..=PAYMENT_AMOUNT_MAX
}

fn parts() -> impl Strategy<Value = i64> {
    0..=PAYMENT_AMOUNT_MAX
}

proptest! {
    #[test]
    fn a_share_is_never_further_than_a_half_from_the_exact_value(
        total in any::<i64>(), part in parts(), rest in 1..=PAYMENT_AMOUNT_MAX
    ) {
        let whole = i128::from(part + rest);
        let exact_times_whole = i128::from(total) * i128::from(part);
        let rounded_times_whole = i128::from(share(total, part, part + rest)) * whole;
        let distance_twice = (rounded_times_whole - exact_times_whole).abs() * 2;
        prop_assert!(distance_twice <= whole);
        if distance_twice == whole {
            prop_assert!(rounded_times_whole.abs() > exact_times_whole.abs());
        }
    }

    #[test]
    fn halves_go_away_from_zero(number in amounts()) {
        let half = share(number, 1, 2);
        prop_assert_eq!(half, number / 2 + number % 2);
    }

    #[test]
    fn rounding_is_the_same_on_both_sides_of_zero(number in amounts(), whole in 1..=PAYMENT_AMOUNT_MAX) {
        let up = Ratio::new(number.into(), whole.into()).round();
        let down = Ratio::new((-number).into(), whole.into()).round();
        prop_assert_eq!(up, -down);
    }

    #[test]
    fn rounding_to_a_step_gives_the_nearest_multiple(
        number in amounts(), whole in 1_i64..=1_000, step in 1_i64..=1_000
    ) {
        let rounded = Ratio::new(number.into(), whole.into()).round_to(step);
        prop_assert_eq!(rounded % step, 0);
        let distance = (i128::from(rounded) * i128::from(whole) - i128::from(number)).abs();
        prop_assert!(distance * 2 <= i128::from(step * whole));
    }

    #[test]
    fn steps_of_a_whole_add_up_to_the_total(
        total in amounts(), steps in prop::collection::vec(0_i64..=100_000_000, 1..30)
    ) {
        prop_assume!(steps.iter().sum::<i64>() > 0);
        let slices = slices(total, &steps);
        prop_assert_eq!(slices.iter().sum::<i64>(), total);
        prop_assert!(slices.iter().all(|slice| slice.signum() * total.signum() >= 0));
    }

    #[test]
    fn two_steps_take_what_one_step_takes(
        total in amounts(), done in parts(), next in parts(), rest in 1..=PAYMENT_AMOUNT_MAX
    ) {
        let whole = done + next + rest;
        let at_once = cumulative_share(total, 0, done + next, whole);
        let first = cumulative_share(total, 0, done, whole);
        let second = cumulative_share(total, done, done + next, whole);
        prop_assert_eq!(first + second, at_once);
    }

    #[test]
    fn an_allocation_adds_up_and_is_fair(
        total in any::<i64>(), weights in prop::collection::vec(0_i64..=i64::MAX / 64, 1..40)
    ) {
        let whole: i128 = weights.iter().copied().map(i128::from).sum();
        prop_assume!(whole > 0);
        let parts = allocate(total, &weights);
        prop_assert_eq!(parts.iter().copied().map(i128::from).sum::<i128>(), i128::from(total));
        for (part, weight) in parts.iter().zip(&weights) {
            let exact_times_whole = i128::from(total) * i128::from(*weight);
            let distance = (i128::from(*part) * whole - exact_times_whole).abs();
            prop_assert!(distance < whole, "a part is less than one unit from the exact one");
        }
    }

    #[test]
    fn of_equal_weights_the_first_never_gets_less(
        total in amounts(), weight in 1_i64..=1_000, count in 1_usize..50
    ) {
        let parts = allocate(total, &alloc::vec![weight; count]);
        prop_assert!(parts.is_sorted_by_key(|part| core::cmp::Reverse(part.abs())));
        prop_assert!(parts[0].abs() - parts[count - 1].abs() <= 1);
    }

    #[test]
    fn adding_and_taking_away_end_where_they_began(
        a in amounts(), b in amounts(), currency in currencies()
    ) {
        let (a, b) = (Money::new(a, currency), Money::new(b, currency));
        prop_assert_eq!(a.checked_add(b).and_then(|sum| sum.checked_sub(b)), Some(a));
    }

    #[test]
    fn what_is_shown_has_every_digit_of_the_amount(amount in any::<i64>(), currency in currencies()) {
        let shown = Money::new(amount, currency).display();
        let digits: String = shown.chars().filter(char::is_ascii_digit).collect();
        prop_assert_eq!(digits.parse::<u64>().ok(), Some(amount.unsigned_abs()));
        prop_assert_eq!(shown.starts_with('-'), amount < 0);
        let decimals = shown.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        prop_assert_eq!(decimals, usize::from(currency.exponent()));
    }

    #[test]
    fn ratios_by_steps_are_the_ratio_at_once(
        amount in amounts(), part in 0_i64..=10_000, whole in 1_i64..=10_000, weeks in 1_i64..=52
    ) {
        let by_steps = Ratio::whole(amount).times(part, whole).times(weeks, 52);
        let at_once = Ratio::new(
            i128::from(amount) * i128::from(part * weeks),
            i128::from(whole * 52),
        );
        prop_assert_eq!(by_steps.round(), at_once.round());
        prop_assert_eq!(by_steps.floor(), at_once.floor());
        prop_assert_eq!(by_steps.plus(at_once).round(), at_once.times(2, 1).round());
    }
}
