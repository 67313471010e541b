use alloc::collections::BTreeMap;

use proptest::prelude::*;

use super::FeeSchedule;
use crate::money::{Currency, Money, PAYMENT_AMOUNT_MAX};
use crate::refusal::Code;

fn default_fee(amount: i64, currency: Currency) -> i64 {
    FeeSchedule::default().fee(Money::new(amount, currency)).amount
}

#[test]
fn the_default_fee_is_one_and_a_half_percent_and_a_quarter_euro() {
    assert_eq!(default_fee(1_000, Currency::EUR), 40);
    assert_eq!(default_fee(3_700, Currency::EUR), 81);
    assert_eq!(default_fee(999, Currency::EUR), 40);
}

#[test]
fn a_currency_without_a_fixed_part_pays_the_proportional_one_only() {
    assert_eq!(default_fee(1_000, Currency::USD), 15);
    assert_eq!(default_fee(1_000, Currency::JPY), 15);
    assert_eq!(default_fee(0, Currency::USD), 0);
}

#[test]
fn rates_and_parts_outside_of_their_range_are_refused() {
    let rate = FeeSchedule::new(10_001, BTreeMap::new()).expect_err("a refusal");
    assert_eq!((rate.code, rate.param.as_deref()), (Code::ParameterInvalid, Some("fees.bps")));
    let part = FeeSchedule::new(0, BTreeMap::from([(Currency::USD, -1)])).expect_err("a refusal");
    assert_eq!(part.param.as_deref(), Some("fees.fixed.USD"));
    let whole = FeeSchedule::new(10_000, BTreeMap::new()).expect("all of it");
    assert_eq!(whole.fee(Money::new(7, Currency::EUR)).amount, 7);
}

proptest! {
    #[test]
    fn a_fee_is_the_fixed_part_and_the_rate_rounded_once(
        amount in 0..=PAYMENT_AMOUNT_MAX, bps in 0_u32..=10_000, fixed in 0_i64..=10_000
    ) {
        let schedule = FeeSchedule::new(bps, BTreeMap::from([(Currency::EUR, fixed)])).expect("fees");
        let fee = schedule.fee(Money::new(amount, Currency::EUR)).amount;
        let twice = 2 * amount * i64::from(bps) + 10_000;
        prop_assert_eq!(fee, fixed + twice / 20_000);
    }
}

#[test]
fn a_dispute_costs_fifteen_euro_unless_the_schedule_says_otherwise() {
    let standard = FeeSchedule::new(0, BTreeMap::new()).expect("a schedule");
    assert_eq!(standard.dispute_fee(Currency::EUR).amount, 1_500);
    assert_eq!(standard.dispute_fee(Currency::JPY).amount, 0);
    let own = standard.clone().with_dispute([(Currency::JPY, 2_000)].into()).expect("a schedule");
    assert_eq!((own.dispute_fee(Currency::EUR).amount, own.dispute_fee(Currency::JPY).amount), (0, 2_000));
    let refused = standard.with_dispute([(Currency::EUR, -1)].into()).expect_err("a refusal");
    assert_eq!((refused.code, refused.param.as_deref()), (Code::ParameterInvalid, Some("fees.dispute.EUR")));
}
