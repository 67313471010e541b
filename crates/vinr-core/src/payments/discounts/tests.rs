use proptest::prelude::*;
use std::vec::Vec;

use super::*;
use crate::cards::FailureCode;
use crate::fees::FeeSchedule;
use crate::ledger::Balances;
use crate::money::Currency;
use crate::payments::tests::{asked, created, now};
use crate::payments::{Capture, Create, Status, create, decide, due, entry, evolve, transfers};

fn discount(id: u128, amount: i64) -> Discount {
    Discount { redemption: RedemptionId::from_bits(id), amount }
}

fn eur(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

/// A payment of so much with these discounts.
fn payment(amount: i64, discounts: Vec<Discount>) -> Payment {
    let mut payment = created(Capture::Automatic, eur(amount));
    payment.amount = charged(eur(amount), &discounts, 0).expect("discounts that can be used");
    payment.discounts = discounts;
    payment
}

fn tell(payment: &mut Payment, command: Command<'_>) -> Result<Vec<Event>, Code> {
    let events = decide(payment, command, now()).map_err(|refusal| refusal.code)?;
    for event in &events {
        evolve(payment, event, now());
    }
    Ok(events)
}

/// spec/traps.md, section 12.
#[test]
fn forty_two_less_five_are_thirty_seven_until_the_five_are_released() {
    let mut payment = payment(4_200, vec![discount(1, 500)]);
    assert_eq!((payment.amount, payment.original_amount()), (eur(3_700), 4_200));
    assert_eq!(check_quote(&payment, 3_700), Ok(()));
    tell(&mut payment, Command::EndDiscount(RedemptionId::from_bits(1))).expect("it waits for its buyer");
    assert_eq!((payment.amount, payment.original_amount(), payment.discounts.len()), (eur(4_200), 4_200, 0));
    let told = payment.timeline.last().and_then(|one| one.note.as_deref());
    assert!(told.is_some_and(|note| note.ends_with("ended")), "its history says so");
    assert_eq!(check_quote(&payment, 3_700).expect_err("it is of 42.00").code, Code::AmountMismatch);
    let again = tell(&mut payment, Command::EndDiscount(RedemptionId::from_bits(1)));
    assert_eq!(again, Ok(Vec::new()), "it has none to lose");
}

#[test]
fn a_rest_that_is_not_worth_a_charge_is_refused() {
    for (amount, off, refused) in [(4_200, 4_150, false), (4_200, 4_151, true), (4_200, 4_199, true), (30, 30, false)] {
        let left = charged(eur(amount), &[discount(1, off)], 0);
        assert_eq!(
            left.err().map(|refusal| refusal.code),
            refused.then_some(Code::RedemptionNotUsable),
            "{amount} {off}"
        );
    }
    assert_eq!(charged(eur(1), &[], 0), Ok(eur(1)), "without a discount an amount is what the merchant says");
    let fils = charged(Money::new(10_000, Currency::KWD), &[discount(1, 5)], 0);
    assert!(fils.is_err(), "no card is charged 9.995");
}

#[test]
fn what_nothing_is_left_of_completes_without_money() {
    let mut free = payment(500, vec![discount(1, 300), discount(2, 200)]);
    let command = unless_charged(&free).expect("nothing is to be charged");
    let events = decide(&free, command, now()).expect("it can be completed");
    let [event] = &events[..] else { panic!("{events:?}") };
    assert!(transfers(&free, event).is_empty() && entry(&free, event).is_none(), "no money, no line");
    evolve(&mut free, event, now());
    assert_eq!((free.status, free.amount_captured, free.fee), (Status::Completed, 0, Some(0)));
    assert!(free.completed_at.is_some() && free.method.is_none());
    assert_eq!(tell(&mut free, Command::CompleteUncharged), Ok(Vec::new()), "once");
    assert!(unless_charged(&payment(500, vec![discount(1, 300)])).is_none());
}

#[test]
fn a_payment_is_created_of_what_is_left() {
    let fees = FeeSchedule::default();
    let ask = Create { discounts: vec![discount(1, 500)], ..asked(Capture::Automatic, eur(4_200)) };
    let (payment, _) = create(ask, now()).expect("a payment");
    assert_eq!((payment.amount, payment.original_amount()), (eur(3_700), 4_200));
    assert_eq!(fees.fee(payment.amount).amount, 81, "of what is charged");
    let ask = Create { discounts: vec![discount(1, 500)], ..asked(Capture::Automatic, eur(520)) };
    assert_eq!(create(ask, now()).expect_err("20 cents are left").code, Code::RedemptionNotUsable);
}

#[test]
fn credit_pays_after_discounts_and_goes_back_when_nobody_can_pay_any_more() {
    let of = |credit| Create { discounts: vec![discount(1, 500)], credit, ..asked(Capture::Automatic, eur(4_200)) };
    let (mut waits, _) = create(of(1_000), now()).expect("a payment");
    assert_eq!((waits.amount, waits.original_amount(), waits.credit_applied), (eur(2_700), 4_200, 1_000));
    assert_eq!(create(of(3_680), now()).expect_err("20 cents are left").code, Code::StoreCreditNotUsable);
    evolve(&mut waits, &Event::Failed(FailureCode::CardDeclined), now());
    assert_eq!(waits.credit_applied, 1_000, "its buyer may try again");
    assert_eq!(decide(&waits, Command::Expire, now()), Ok(Vec::new()), "its checkout is open");
    let closes = waits.expires_at;
    assert!(matches!(due(&waits), Some((at, Command::Expire)) if at == closes));
    let events = decide(&waits, Command::Expire, closes).expect("it can be closed");
    assert_eq!(events, [Event::CreditReleased]);
    evolve(&mut waits, &Event::CreditReleased, closes);
    assert_eq!((waits.status, waits.amount, waits.credit_applied), (Status::Failed, eur(3_700), 0));
    assert_eq!((due(&waits).is_none(), decide(&waits, Command::Expire, closes)), (true, Ok(Vec::new())), "once");
}

proptest! {
    #[test]
    fn an_amount_and_its_discounts_are_always_the_original(
        parts in proptest::collection::vec(1_i64..10_000, 0..6),
        rest in 50_i64..10_000,
        ends in proptest::collection::vec(0_usize..8, 0..8),
    ) {
        let original = parts.iter().sum::<i64>() + rest;
        let discounts = (1..).zip(&parts).map(|(id, amount)| discount(id, *amount)).collect();
        let mut payment = payment(original, discounts);
        let mut ledger = Balances::default();
        for end in ends {
            let ended = RedemptionId::from_bits(u128::try_from(end).expect("a small number"));
            let before = payment.amount.amount;
            let events = decide(&payment, Command::EndDiscount(ended), now()).expect("it waits for its buyer");
            for event in &events {
                for transfer in &transfers(&payment, event) {
                    ledger.apply(transfer);
                }
                evolve(&mut payment, event, now());
            }
            prop_assert_eq!(payment.original_amount(), original);
            prop_assert_eq!(payment.amount.amount > before, !events.is_empty());
        }
        let left: i64 = payment.discounts.iter().map(|one| one.amount).sum();
        prop_assert_eq!(payment.amount.amount + left, original);
        prop_assert_eq!(ledger.iter().count(), 0, "no money moves");
    }
}
