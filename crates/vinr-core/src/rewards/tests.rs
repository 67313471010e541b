use std::vec::Vec;

use super::*;
use crate::currencies::Currency;

fn reward(value: Value) -> Reward {
    Reward {
        id: RewardId::parse("rwd_5eur_off").expect("an id"),
        program_id: ProgramId::parse("prog_default").expect("an id"),
        name: "EUR 5.00 off".into(),
        cost: 500,
        value,
        inventory: None,
        is_active: true,
        tier: None,
        metadata: Metadata::new(),
        created_at: Timestamp::EPOCH,
    }
}

fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

#[test]
fn a_discount_is_never_more_than_what_is_left_to_pay() {
    let five = Value::Amount(eur(500));
    assert_eq!(five.discount(eur(4_200), 4_200), Some(500));
    assert_eq!(five.discount(eur(300), 300), Some(300));
    assert_eq!(five.discount(eur(4_200), 100), Some(100));
    let usd = Money::new(4_200, Currency::parse("USD").expect("a currency"));
    assert_eq!(five.discount(usd, 4_200), None);
}

#[test]
fn a_part_is_of_the_whole_amount_and_rounded_once() {
    let eighth = Value::Percent { bps: 1_250 };
    assert_eq!(eighth.discount(eur(999), 999), Some(125), "124.875");
    assert_eq!(Value::Percent { bps: 10_000 }.discount(eur(4_200), 3_700), Some(3_700));
    let yen = Money::new(980, Currency::parse("JPY").expect("a currency"));
    assert_eq!(Value::Percent { bps: 1_000 }.discount(yen, 980), Some(98));
    let dinar = Money::new(12_340, Currency::KWD);
    assert_eq!(eighth.discount(dinar, 12_340), Some(1_540), "1542.5, and cards are charged tens of fils");
}

#[test]
fn what_is_no_discount_takes_nothing_off() {
    let coffee = Value::Product { product: "prod_coffee".into(), quantity: 1 };
    assert_eq!((coffee.discount(eur(4_200), 4_200), coffee.kind()), (None, Type::FreeProduct));
}

#[test]
fn the_last_one_can_be_had_once() {
    let mut reward = reward(Value::Amount(eur(500)));
    reward.inventory = Some(1);
    assert_eq!(take(&mut reward), Ok(()));
    assert_eq!(take(&mut reward).expect_err("none is left").code, Code::RewardUnavailable);
    put_back(&mut reward);
    assert_eq!((reward.inventory, take(&mut reward)), (Some(1), Ok(())));
    take_again(&mut reward);
    assert_eq!(reward.inventory, Some(0), "an order that stands after all has taken one, there or not");
    reward.inventory = None;
    reward.is_active = false;
    assert!(take(&mut reward).is_err());
}

#[test]
fn everything_that_is_wrong_with_a_reward_is_named_at_once() {
    let mut wrong = reward(Value::Partner { partner: String::new(), sku: "x".repeat(101) });
    wrong.cost = 0;
    wrong.inventory = Some(-1);
    wrong.name = String::new();
    let refusals = check(&wrong).expect_err("five things are wrong");
    let params: Vec<_> = refusals.iter().filter_map(|refusal| refusal.param.as_deref()).collect();
    assert_eq!(params, ["cost", "inventory", "name", "value.partner", "value.sku"]);
    assert!(check(&reward(Value::Percent { bps: 10_001 })).is_err());
    assert_eq!(check(&reward(Value::Percent { bps: 10_000 })), Ok(()));
    let changes = Changes { cost: Some(-1), ..Changes::default() };
    assert!(changed(reward(Value::Percent { bps: 100 }), changes).is_err());
}
