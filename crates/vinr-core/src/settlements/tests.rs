use super::*;
use crate::balance::Funds;

fn entry(kind: Kind, amount: i64, fee: i64) -> Entry {
    Entry { kind, amount: Money::new(amount, Currency::EUR), fee, source: "pay_1".into(), funds: Funds::Settled }
}

#[test]
fn each_kind_of_line_has_its_column_and_the_net_is_what_is_left() {
    let mut totals = Totals::default();
    for line in [
        entry(Kind::Payment, 1_000, 40),
        entry(Kind::Payment, 3_700, 81),
        entry(Kind::Refund, -500, 0),
        entry(Kind::Dispute, -999, 1_500),
        entry(Kind::Payout, 250, 0),
        entry(Kind::Adjustment, -3, 0),
        entry(Kind::Fee, -7, 0),
    ] {
        totals += Totals::of(&line);
    }
    let expected = Totals { gross: 4_947, refunds: 500, disputes: 999, fees: 1_628, net: 1_820, transactions: 7 };
    assert_eq!(totals, expected);
    assert!(totals.adds_up());
    assert!(!Totals { net: 1_819, ..totals }.adds_up());
}

#[test]
fn a_dispute_that_is_won_gives_back_what_it_took() {
    let mut totals = Totals::of(&entry(Kind::Dispute, -1_000, 1_500));
    assert_eq!((totals.disputes, totals.fees, totals.net), (1_000, 1_500, -2_500));
    totals += Totals::of(&entry(Kind::Dispute, 1_000, -1_500));
    assert_eq!(totals, Totals { transactions: 2, ..Totals::default() });
}

#[test]
fn closing_moves_the_net_and_nothing_if_there_is_none() {
    use LedgerAccount::{MerchantAvailable, MerchantPending};
    let money = Money::new(960, Currency::EUR);
    assert_eq!(transfers(Currency::EUR, 960), [Transfer::posted(MerchantPending, MerchantAvailable, money)]);
    assert_eq!(transfers(Currency::EUR, -960), [Transfer::posted(MerchantAvailable, MerchantPending, money)]);
    assert_eq!(transfers(Currency::EUR, 0), []);
}
