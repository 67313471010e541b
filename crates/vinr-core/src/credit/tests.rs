use proptest::prelude::*;
use std::vec::Vec;

use super::*;
use crate::ledger::Balances;

fn credit(currency: Currency, balance: i64, held: i64) -> CustomerCredit {
    CustomerCredit { balance, held, ..CustomerCredit::none(CustomerId::from_bits(1), currency) }
}

#[test]
fn a_payment_uses_what_nobody_holds_and_never_more_than_is_to_be_paid() {
    let twenty = credit(Currency::EUR, 2_000, 0);
    assert_eq!([4_200, 2_000, 1_999, 0].map(|left| twenty.applicable(left)), [2_000, 2_000, 1_999, 0]);
    let partly_held = credit(Currency::EUR, 2_000, 1_500);
    assert_eq!((partly_held.available(), partly_held.applicable(4_200)), (500, 500));
    assert_eq!(credit(Currency::EUR, 2_000, 2_000).applicable(4_200), 0);
}

#[test]
fn what_is_left_for_a_card_is_what_cards_can_be_charged_with() {
    let fils = credit(Currency::KWD, 1_005, 0);
    assert_eq!(fils.applicable(10_000), 1_000, "the 5 stay where they are");
    assert_eq!(fils.applicable(1_000), 1_000);
    assert_eq!(credit(Currency::KWD, 9, 0).applicable(10_000), 0);
}

#[test]
fn what_is_held_is_taken_or_let_go_in_the_ledger() {
    let mut ledger = Balances::default();
    let mut twenty = credit(Currency::EUR, 0, 0);
    for event in
        [Event::Granted(2_000), Event::Held(1_200), Event::Released(1_200), Event::Held(500), Event::Spent(500)]
    {
        ledger.apply(&transfer(Currency::EUR, event).expect("it moves"));
        evolve(&mut twenty, event);
    }
    let posted = |account| ledger.get(account, Currency::EUR).posted;
    assert_eq!((twenty.balance, twenty.held), (1_500, 0));
    assert_eq!(posted(LedgerAccount::CustomerCredit), 1_500);
    assert_eq!(posted(LedgerAccount::PromotionalExpense), -2_000);
    assert_eq!(posted(LedgerAccount::CreditRedeemed), 500);
    assert_eq!((ledger.check_zero_sum(), ledger.check_pending_cleared()), (Ok(()), Ok(())));
}

#[test]
#[should_panic(expected = "never more than there is")]
fn more_than_there_is_cannot_be_held() {
    evolve(&mut credit(Currency::EUR, 500, 100), Event::Held(401));
}

#[test]
fn what_an_invoice_carries_is_owed_and_no_payment_uses_it() {
    let mut owed = credit(Currency::EUR, 20, 0);
    evolve(&mut owed, Event::Invoiced(-50));
    assert_eq!((owed.balance, owed.available(), owed.applicable(4_200)), (-30, -30, 0));
    evolve(&mut owed, Event::Granted(100));
    assert_eq!((owed.balance, owed.applicable(4_200)), (70, 70));
    assert_eq!(
        (transfer(Currency::EUR, Event::Invoiced(-50)), movement(Event::Invoiced(-50))),
        (None, Some((Kind::Invoice, -50)))
    );
}

/// What is tried: a grant, a payment of so much, and for a payment among those there are whether it completes, ends, or
/// gives so much back.
#[derive(Clone, Copy, Debug)]
enum Step {
    Grant(i64),
    Pay(i64),
    Complete(usize),
    End(usize),
    Refund(usize, i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1_i64..5_000).prop_map(Step::Grant),
        (1_i64..5_000).prop_map(Step::Pay),
        (0_usize..8).prop_map(Step::Complete),
        (0_usize..8).prop_map(Step::End),
        (0_usize..8, 1_i64..5_000).prop_map(|(which, amount)| Step::Refund(which, amount)),
    ]
}

/// What a payment has of the credit: open with it, or completed with what of it was not given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Used {
    Open(i64),
    Completed(i64),
    Ended,
}

/// What the step means to the credit and to the payments that use it.
fn happens(step: Step, credit: &CustomerCredit, payments: &mut Vec<Used>) -> Option<Event> {
    match step {
        Step::Grant(amount) => Some(Event::Granted(amount)),
        Step::Pay(amount) => {
            let used = credit.applicable(amount);
            payments.push(Used::Open(used));
            (used > 0).then_some(Event::Held(used))
        }
        Step::Complete(which) => match payments.get_mut(which) {
            Some(payment @ Used::Open(_)) => {
                let Used::Open(used) = *payment else { return None };
                *payment = Used::Completed(used);
                (used > 0).then_some(Event::Spent(used))
            }
            _ => None,
        },
        Step::End(which) => match payments.get_mut(which) {
            Some(payment @ Used::Open(_)) => {
                let Used::Open(used) = *payment else { return None };
                *payment = Used::Ended;
                (used > 0).then_some(Event::Released(used))
            }
            _ => None,
        },
        Step::Refund(which, amount) => match payments.get_mut(which) {
            Some(Used::Completed(left)) => {
                let given = amount.min(*left);
                *left -= given;
                (given > 0).then_some(Event::Refunded(given))
            }
            _ => None,
        },
    }
}

proptest! {
    /// Whatever happens in whatever order: no cent is used twice, the balance is the sum of its transactions and what the
    /// ledger says, and what is held is what open payments use.
    #[test]
    fn the_balance_is_its_transactions_and_its_ledger(steps in prop::collection::vec(step(), 0..60)) {
        let mut all = CustomerCredit::none(CustomerId::from_bits(1), Currency::EUR);
        let (mut ledger, mut payments, mut sum) = (Balances::default(), Vec::new(), 0);
        for one in steps {
            if let Some(event) = happens(one, &all, &mut payments) {
                evolve(&mut all, event);
                ledger.apply(&transfer(Currency::EUR, event).expect("it moves"));
                sum += movement(event).map_or(0, |(_, amount)| amount);
            }
            let open: i64 = payments.iter().map(|one| if let Used::Open(used) = one { *used } else { 0 }).sum();
            let booked = ledger.get(LedgerAccount::CustomerCredit, Currency::EUR);
            prop_assert!(all.available() >= 0);
            prop_assert_eq!((all.balance, all.held), (sum, open));
            prop_assert_eq!((booked.posted, booked.pending), (all.balance, -all.held));
            prop_assert_eq!(ledger.check_zero_sum(), Ok(()));
        }
    }
}
