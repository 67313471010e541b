use std::string::ToString;

use proptest::prelude::*;

use super::*;
use crate::money::{Ratio, share};

fn exact(text: &str) -> ExactAmount {
    ExactAmount::parse(text).expect("an amount")
}

fn price(model: Model, currency: &str) -> Price {
    Price {
        id: PriceId::parse("price_1").expect("an id"),
        product_id: ProductId::parse("prod_starter").expect("an id"),
        currency: Currency::parse(currency).expect("a currency"),
        model,
        recurring: Some(Recurring { interval: Interval::Month, interval_count: 1, usage: Usage::Licensed }),
        nickname: None,
        is_active: true,
        metadata: Metadata::new(),
        created_at: Timestamp::EPOCH,
    }
}

fn per_unit(text: &str, currency: &str) -> Price {
    price(Model::PerUnit { unit_amount: exact(text) }, currency)
}

fn amount(price: &Price, quantity: i64) -> i64 {
    total(price, quantity).expect("it fits").amount
}

/// 1 to 10 at €5, 11 to 100 at €4, 101 and more at €3.
fn tiers() -> Vec<Tier> {
    let tier = |up_to, unit: &str| Tier { up_to, unit_amount: exact(unit), flat_amount: 0 };
    vec![tier(Some(10), "500"), tier(Some(100), "400"), tier(None, "300")]
}

#[test]
fn a_unit_price_is_multiplied_before_it_is_rounded() {
    assert_eq!(amount(&per_unit("2900", "EUR"), 1), 2_900);
    assert_eq!(amount(&per_unit("2900", "EUR"), 3), 8_700);
    let calls = total(&per_unit("0.125", "EUR"), 12_345).expect("it fits");
    assert_eq!((calls.amount, calls.exact.to_string().as_str()), (1_543, "1543.125"), "€0.00125 × 12,345");
    assert_eq!(amount(&per_unit("0.125", "EUR"), 1), 0);
    assert_eq!(amount(&per_unit("0.125", "EUR"), 4), 1, "a half is rounded away from zero");
    assert_eq!(amount(&per_unit("1000", "JPY"), 1), 1_000);
}

#[test]
fn what_is_no_whole_minor_unit_is_rounded_in_each_currency_as_cards_can_be_charged() {
    assert_eq!(share(980, 17, 31), 537, "¥980 × 17/31 = 537.42");
    let dinar = Currency::KWD;
    assert_eq!(Ratio::whole(12_345).times(17, 31).round_to(dinar.card_step()), 6_770, "KWD 12.345 × 17/31 = 6,769.84");
    assert_eq!(amount(&per_unit("12345", "KWD"), 1), 12_350, "the schemes want tens of fils");
    assert_eq!(amount(&per_unit("12345", "KWD"), 2), 24_690);
    assert_eq!(amount(&per_unit("980.5", "JPY"), 1), 981);
}

#[test]
fn each_tier_prices_its_own_slice_and_volume_prices_all_by_one() {
    let (graduated, volume) = (price(Model::Graduated(tiers()), "EUR"), price(Model::Volume(tiers()), "EUR"));
    for (quantity, by_slices, by_one) in
        [(10, 5_000, 5_000), (11, 5_400, 4_400), (100, 41_000, 40_000), (101, 41_300, 30_300), (135, 51_500, 40_500)]
    {
        assert_eq!(amount(&graduated, quantity), by_slices, "{quantity} graduated");
        assert_eq!(amount(&volume, quantity), by_one, "{quantity} by volume");
    }
}

#[test]
fn a_flat_fee_is_paid_once_for_each_tier_that_is_reached_and_never_for_nothing() {
    let mut tiers = tiers();
    for (tier, flat) in tiers.iter_mut().zip([1_000, 200, 30]) {
        tier.flat_amount = flat;
    }
    let (graduated, volume) = (price(Model::Graduated(tiers.clone()), "EUR"), price(Model::Volume(tiers), "EUR"));
    assert_eq!([0, 10, 11, 101].map(|quantity| amount(&graduated, quantity)), [0, 6_000, 6_600, 42_530]);
    assert_eq!([0, 10, 11, 101].map(|quantity| amount(&volume, quantity)), [0, 6_000, 4_600, 30_330]);
    assert_eq!(total(&graduated, 0).expect("it fits").pieces, []);
}

#[test]
fn a_package_that_is_begun_is_paid_whole() {
    let packs = price(Model::Package { unit_amount: exact("1000"), size: 100 }, "EUR");
    assert_eq!([0, 1, 100, 101, 200].map(|quantity| amount(&packs, quantity)), [0, 1_000, 1_000, 2_000, 2_000]);
}

#[test]
fn the_pieces_say_how_a_total_came_about() {
    let mut tiers = tiers();
    tiers[1].flat_amount = 250;
    let of = total(&price(Model::Graduated(tiers), "EUR"), 12).expect("it fits");
    let pieces: Vec<_> = of.pieces.iter().map(|p| (p.basis, p.tier, p.quantity, p.unit_amount.to_string())).collect();
    let expected = [
        (Basis::Slice, Some(0), 10, "500".into()),
        (Basis::Slice, Some(1), 2, "400".into()),
        (Basis::Flat, Some(1), 1, "250".into()),
    ];
    assert_eq!(pieces, expected);
    assert_eq!((of.amount, of.step), (6_050, 1));
}

#[test]
fn what_no_payment_can_bring_is_refused_and_never_wrapped() {
    let dear = per_unit("99999999999", "EUR");
    assert_eq!(amount(&dear, 1), 99_999_999_999);
    assert_eq!(total(&dear, 2).expect_err("too much").code, Code::AmountTooLarge);
    assert_eq!(total(&dear, QUANTITY_MAX).expect_err("too much").code, Code::AmountTooLarge);
    for quantity in [-1, QUANTITY_MAX + 1] {
        assert_eq!(total(&dear, quantity).expect_err("no such number").code, Code::ParameterInvalid);
    }
}

#[test]
fn a_model_is_made_of_its_own_parts() {
    let unit = Some(exact("100"));
    let params = |wrong: Vec<Refusal>| wrong.into_iter().filter_map(|w| w.param).collect::<Vec<_>>();
    assert!(Model::of(ModelKind::PerUnit, unit, None, None).is_ok());
    assert_eq!(params(Model::of(ModelKind::PerUnit, None, None, None).expect_err("no amount")), ["amount"]);
    let both = Model::of(ModelKind::Volume, unit, None, Some(3)).expect_err("three things are wrong");
    assert_eq!(params(both), ["amount", "tiers", "packageSize"]);
    let package = Model::of(ModelKind::Package, unit, Some(tiers()), None).expect_err("two things are wrong");
    assert_eq!(package.iter().map(|w| w.code).collect::<Vec<_>>(), [Code::ParameterInvalid, Code::ParameterMissing]);
    assert_eq!(Model::of(ModelKind::Graduated, None, Some(tiers()), None), Ok(Model::Graduated(tiers())));
}

#[test]
fn tiers_rise_and_the_last_one_has_no_end() {
    let params = |tiers: Vec<Tier>| {
        let wrong = check(&price(Model::Volume(tiers), "EUR")).expect_err("it is wrong");
        wrong.into_iter().filter_map(|w| w.param).collect::<Vec<_>>()
    };
    assert_eq!(check(&price(Model::Volume(tiers()), "EUR")), Ok(()));
    assert_eq!(params(Vec::new()), ["tiers"]);
    let mut wrong = tiers();
    wrong[1].up_to = Some(10);
    wrong[2].up_to = Some(200);
    assert_eq!(params(wrong), ["tiers.1.upTo", "tiers.2.upTo"]);
    let mut wrong = tiers();
    wrong[0].up_to = None;
    wrong[1].flat_amount = -1;
    assert_eq!(params(wrong), ["tiers.0.upTo", "tiers.1.flatAmount"]);
}

#[test]
fn a_period_is_three_years_at_most_and_only_metered_prices_have_usage() {
    let mut yearly = per_unit("2900", "EUR");
    yearly.recurring = Some(Recurring { interval: Interval::Year, interval_count: 4, usage: Usage::Licensed });
    let wrong = check(&yearly).expect_err("too long");
    assert_eq!(wrong[0].param.as_deref(), Some("recurring.intervalCount"));
    assert!(Usage::of(UsageType::Licensed, Some(AggregateUsage::Max)).is_err());
    assert_eq!(Usage::of(UsageType::Metered, None), Ok(Usage::Metered(AggregateUsage::Sum)));
}

#[test]
fn only_the_nickname_the_notes_and_whether_it_is_offered_change() {
    let changes = Changes {
        nickname: Some(Some("Spring".into())),
        is_active: Some(false),
        metadata: vec![("shelf".into(), Some("3".into()))],
    };
    let before = per_unit("2900", "EUR");
    let after = changed(before.clone(), changes).expect("nothing is wrong");
    assert_eq!((after.nickname.as_deref(), after.is_active), (Some("Spring"), false));
    assert_eq!(
        (after.model, after.currency, after.recurring),
        (before.model.clone(), before.currency, before.recurring)
    );
    let long = Changes { nickname: Some(Some("x".repeat(101))), ..Changes::default() };
    assert!(changed(before, long).is_err());
}

proptest! {
    /// Whatever the tiers: graduated slices are all of the units, and one more unit never costs less.
    #[test]
    fn graduated_totals_never_fall(
        ends in proptest::collection::btree_set(1_i64..1_000, 0..6),
        units in proptest::collection::vec(0_i64..1_000, 7),
        quantity in 0_i64..1_200,
    ) {
        let ends = ends.into_iter().map(Some).chain([None]);
        let tiers = ends.zip(&units).map(|(up_to, unit)| Tier {
            up_to,
            unit_amount: ExactAmount::whole(*unit).expect("not negative"),
            flat_amount: 0,
        });
        let price = price(Model::Graduated(tiers.collect()), "EUR");
        prop_assert_eq!(check(&price), Ok(()));
        let of = total(&price, quantity).expect("it fits");
        prop_assert_eq!(of.pieces.iter().map(|piece| piece.quantity).sum::<i64>(), quantity);
        prop_assert!(amount(&price, quantity + 1) >= of.amount);
    }
}
