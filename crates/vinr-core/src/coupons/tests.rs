use proptest::prelude::*;

use super::*;

fn coupon(off: Off) -> Coupon {
    Coupon {
        id: CouponId::parse("cpn_spring").expect("an id"),
        name: None,
        code: Some("SPRING25".into()),
        off,
        duration: Duration::Once,
        redemptions_max: None,
        times_redeemed: 0,
        redeem_by: None,
        applies_to: Vec::new(),
        is_active: true,
        metadata: Metadata::new(),
        created_at: Timestamp::EPOCH,
    }
}

fn percent(bps: i64) -> Coupon {
    coupon(Off::Percent { bps })
}

fn eur(amount: i64) -> Coupon {
    coupon(Off::Amount(Money::new(amount, Currency::EUR)))
}

fn off(coupon: &Coupon, amounts: &[i64]) -> Vec<i64> {
    let lines: Vec<_> = amounts.iter().map(|amount| Line { product_id: None, amount: *amount }).collect();
    discounts(coupon, Currency::EUR, &lines)
}

#[test]
fn an_amount_is_shared_out_by_the_largest_remainder() {
    assert_eq!(off(&eur(500), &[1_999, 1_501, 700]), [238, 179, 83]);
    assert_eq!(off(&eur(100), &[1_000, 1_000, 1_000]), [34, 33, 33]);
}

#[test]
fn a_part_is_rounded_once_for_all_lines() {
    assert_eq!(off(&percent(5_000), &[10_000]), [5_000]);
    assert_eq!(off(&percent(2_500), &[2_900]), [725]);
    assert_eq!(off(&percent(1_000), &[5, 5, 5]), [1, 1, 0], "1.5 is 2, and not three times 1");
    assert_eq!(off(&percent(10_000), &[999, 1]), [999, 1]);
    let dinar = [Line { product_id: None, amount: 12_340 }];
    assert_eq!(
        discounts(&percent(1_250), Currency::KWD, &dinar),
        [1_540],
        "1542.5, and cards are charged tens of fils"
    );
}

#[test]
fn a_discount_never_takes_more_than_there_is_and_nothing_of_credits() {
    assert_eq!(off(&eur(5_000), &[2_900]), [2_900]);
    assert_eq!(off(&eur(500), &[]), []);
    assert_eq!(off(&eur(500), &[0, -1_000]), [0, 0]);
    assert_eq!(off(&percent(5_000), &[-1_000, 2_500]), [0, 1_250]);
}

#[test]
fn another_currency_takes_nothing_off() {
    let usd = Currency::parse("USD").expect("a currency");
    assert_eq!(discounts(&eur(500), usd, &[Line { product_id: None, amount: 2_900 }]), [0]);
    let refused = check_usable(&eur(500), usd, Timestamp::EPOCH).expect_err("another currency");
    assert_eq!((refused.code, refused.param.as_deref()), (Code::CouponNotUsable, Some("couponId")));
    assert_eq!(check_usable(&percent(500), usd, Timestamp::EPOCH), Ok(()));
}

#[test]
fn only_lines_of_its_products_have_a_discount() {
    let [starter, seat] = ["prod_starter", "prod_seat"].map(|id| ProductId::parse(id).expect("an id"));
    let mut coupon = percent(5_000);
    coupon.applies_to = vec![starter.clone()];
    let line = |product_id, amount| Line { product_id, amount };
    let lines = [line(Some(&seat), 1_000), line(Some(&starter), 2_000), line(None, 500)];
    assert_eq!(discounts(&coupon, Currency::EUR, &lines), [0, 1_000, 0]);
}

#[test]
fn a_duration_is_counted_in_periods_from_the_first_with_the_discount() {
    assert_eq!(Duration::Once.periods_left(), Some(1));
    assert_eq!(Duration::Repeating { periods: 3 }.periods_left(), Some(3));
    assert_eq!(Duration::Forever.periods_left(), None);
    assert_eq!(Duration::of(DurationKind::Repeating, Some(3)), Ok(Duration::Repeating { periods: 3 }));
    let code = |kind, periods| Duration::of(kind, periods).expect_err("it is wrong").code;
    assert_eq!(code(DurationKind::Repeating, None), Code::ParameterMissing);
    assert_eq!(code(DurationKind::Repeating, Some(0)), Code::ParameterInvalid);
    assert_eq!(code(DurationKind::Once, Some(1)), Code::ParameterInvalid);
}

#[test]
fn a_coupon_is_redeemed_as_often_as_it_may_be_and_until_its_last_instant() {
    let mut coupon = percent(2_500);
    coupon.redemptions_max = Some(1);
    coupon.redeem_by = Some(Timestamp::from_millis(1_000));
    let at = Timestamp::from_millis;
    assert_eq!(check_usable(&coupon, Currency::EUR, at(1_001)).expect_err("too late").code, Code::CouponNotUsable);
    assert_eq!(redeem(&mut coupon, Currency::EUR, at(1_000)), Ok(()));
    assert_eq!(coupon.times_redeemed, 1);
    assert_eq!(redeem(&mut coupon, Currency::EUR, at(1_000)).expect_err("used up").code, Code::CouponNotUsable);
    coupon.redemptions_max = None;
    assert_eq!(redeem(&mut coupon, Currency::EUR, at(1_000)), Ok(()));
    coupon = changed(coupon, Changes { is_active: Some(false), ..Changes::default() }).expect("nothing is wrong");
    assert!(redeem(&mut coupon, Currency::EUR, at(0)).is_err());
}

#[test]
fn everything_that_is_wrong_with_a_coupon_is_named_at_once() {
    let mut wrong = percent(10_001);
    wrong.name = Some(String::new());
    wrong.redemptions_max = Some(0);
    wrong.applies_to = vec![ProductId::parse("prod_starter").expect("an id"); PRODUCTS_MAX + 1];
    let refusals = check(&wrong).expect_err("four things are wrong");
    let params: Vec<_> = refusals.iter().filter_map(|refusal| refusal.param.as_deref()).collect();
    assert_eq!(params, ["name", "percentOff", "maxRedemptions", "appliesTo"]);
    assert_eq!(check(&percent(10_000)), Ok(()));
    let fils = check(&coupon(Off::Amount(Money::new(1_234, Currency::KWD)))).expect_err("cards cannot be charged fils");
    assert_eq!(fils[0].param.as_deref(), Some("amountOff"));
}

#[test]
fn a_code_is_read_in_any_case() {
    assert_eq!(code("spring-25").as_deref(), Ok("SPRING-25"));
    for wrong in ["", "ab", "two words", "größe", &"x".repeat(41)] {
        assert!(code(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn no_line_goes_below_zero_and_the_parts_are_the_whole(
        amounts in proptest::collection::vec(-10_000_i64..100_000, 0..8),
        bps in 1_i64..=10_000,
        amount in 1_i64..200_000,
    ) {
        let whole: i64 = amounts.iter().map(|amount| (*amount).max(0)).sum();
        let by_part = off(&percent(bps), &amounts);
        prop_assert_eq!(by_part.iter().sum::<i64>(), Ratio::whole(whole).times(bps, 10_000).round());
        let by_amount = off(&eur(amount), &amounts);
        prop_assert_eq!(by_amount.iter().sum::<i64>(), amount.min(whole));
        for (of, off) in amounts.iter().zip(&by_part).chain(amounts.iter().zip(&by_amount)) {
            prop_assert!((0..=(*of).max(0)).contains(off), "{} off {}", off, of);
        }
    }
}
