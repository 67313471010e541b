use super::*;
use crate::ledger::LedgerAccount::{Fees, MerchantAvailable, MerchantBank, MerchantPending, Network, PayoutsInTransit};
use crate::money::Currency;

fn euro(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

fn line(amount: i64, fee: i64) -> Entry {
    Entry { kind: Kind::Payment, amount: euro(amount), fee, source: "pay_1".into(), funds: Funds::Settled }
}

/// A payment of 10.00 with its fee of 0.40.
fn payment() -> [Transfer; 2] {
    [Transfer::posted(Network, MerchantPending, euro(1_000)), Transfer::posted(MerchantPending, Fees, euro(40))]
}

#[test]
fn a_line_that_nets_what_its_transfers_give_explains_them() {
    let mut unexplained = Unexplained::default();
    unexplained.moved(&payment());
    unexplained.entered(&line(1_000, 40));
    unexplained.assert_none();
}

#[test]
fn what_moves_between_the_merchants_own_accounts_or_elsewhere_needs_no_line() {
    let mut unexplained = Unexplained::default();
    let hold = Transfer::pending(Network, MerchantPending, euro(500));
    unexplained.moved(&[
        Transfer::posted(MerchantPending, MerchantAvailable, euro(960)),
        Transfer::posted(PayoutsInTransit, MerchantBank, euro(960)),
        hold.clone(),
        hold.void(),
    ]);
    unexplained.assert_none();
}

#[test]
#[should_panic(expected = "more than the lines")]
fn money_that_moves_without_its_line_is_an_outage() {
    let mut unexplained = Unexplained::default();
    unexplained.moved(&payment());
    unexplained.assert_none();
}

#[test]
#[should_panic(expected = "more than the lines")]
fn a_line_that_says_another_amount_is_an_outage() {
    let mut unexplained = Unexplained::default();
    unexplained.moved(&payment());
    unexplained.entered(&line(1_000, 41));
    unexplained.assert_none();
}

#[test]
#[should_panic(expected = "more than the lines")]
fn a_line_in_another_currency_explains_nothing() {
    let mut unexplained = Unexplained::default();
    unexplained.moved(&payment());
    unexplained.entered(&Entry { amount: Money::new(1_000, Currency::JPY), ..line(1_000, 40) });
    unexplained.assert_none();
}
