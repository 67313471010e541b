use alloc::vec::Vec;

use proptest::prelude::*;

use super::LedgerAccount::{Fees, MerchantAvailable, MerchantPending, Network};
use super::{Balance, BalanceKey, Balances, Imbalance, LedgerAccount, Phase, Transfer, Unit};
use crate::money::{Currency, Money, PAYMENT_AMOUNT_MAX};

fn euro(amount: i64) -> Money {
    Money::new(amount, Currency::EUR)
}

fn balances(transfers: &[Transfer]) -> Balances {
    let mut balances = Balances::default();
    for transfer in transfers {
        balances.apply(transfer);
        assert_eq!(balances.check_zero_sum(), Ok(()), "after {transfer:?}");
    }
    balances
}

fn euros(balances: &Balances, account: LedgerAccount) -> (i64, i64) {
    let balance = balances.get(account, Currency::EUR);
    (balance.posted, balance.pending)
}

#[test]
fn a_capture_at_once_moves_the_amount_and_the_fee() {
    let balances = balances(&[
        Transfer::posted(Network, MerchantPending, euro(1_000)),
        Transfer::posted(MerchantPending, Fees, euro(40)),
    ]);
    assert_eq!(euros(&balances, Network), (-1_000, 0));
    assert_eq!(euros(&balances, MerchantPending), (960, 0));
    assert_eq!(euros(&balances, Fees), (40, 0));
    assert_eq!(balances.check_pending_cleared(), Ok(()));
}

#[test]
fn an_authorization_reserves_and_a_partial_capture_releases_the_rest() {
    let hold = Transfer::pending(Network, MerchantPending, euro(10_000));
    let reserved = balances(std::slice::from_ref(&hold));
    assert_eq!(euros(&reserved, Network), (0, -10_000));
    assert_eq!(euros(&reserved, MerchantPending), (0, 10_000));
    assert_eq!(
        reserved.check_pending_cleared(),
        Err(Imbalance::StillPending {
            key: BalanceKey { account: Network, unit: Currency::EUR.into() },
            pending: -10_000,
        })
    );

    let captured = balances(&[hold.clone(), hold.post(6_000)]);
    assert_eq!(euros(&captured, Network), (-6_000, 0));
    assert_eq!(euros(&captured, MerchantPending), (6_000, 0));
    assert_eq!(captured.check_pending_cleared(), Ok(()));
}

#[test]
fn a_void_leaves_nothing_behind() {
    let hold = Transfer::pending(Network, MerchantPending, euro(10_000));
    let voided = balances(&[hold.clone(), hold.void()]);
    assert!(voided.iter().all(|(_, balance)| balance == Balance::default()));
}

#[test]
fn a_post_carries_the_moved_amount_and_the_cleared_reservation() {
    let unit = Unit::Currency(Currency::EUR);
    let post = Transfer::pending(Network, MerchantAvailable, euro(100)).post(60);
    assert_eq!(post.deltas(), [(Network, &unit, -60, 100), (MerchantAvailable, &unit, 60, -100)]);
    assert_eq!((post.amount, post.phase), (60, Phase::Post { held: 100 }));
}

#[test]
fn the_text_of_a_phase_is_read_back() {
    for phase in [Phase::Posted, Phase::Pending, Phase::Post { held: 7 }, Phase::Void] {
        assert_eq!(Phase::parse(phase.as_str(), phase.held()), Some(phase));
    }
    assert_eq!(Phase::parse("post", 0), None);
    assert_eq!(Phase::parse("posted", 7), None);
    assert_eq!(Phase::parse("settled", 0), None);
}

#[test]
fn the_key_of_a_balance_is_read_back() {
    for account in LedgerAccount::ALL {
        for currency in Currency::all() {
            let key = BalanceKey { account: *account, unit: currency.into() };
            let text = account.balance_key(&currency.into());
            assert_eq!(BalanceKey::parse(&text), Some(key), "{text}");
        }
    }
    assert_eq!(Network.balance_key(&Currency::EUR.into()), "network:EUR");
    for text in ["network", "network:", "network:eur", ":EUR", "bank:EUR", "network:EUR:EUR"] {
        assert_eq!(BalanceKey::parse(text), None, "{text}");
    }
}

#[test]
fn a_ledger_that_does_not_add_up_is_found() {
    let mut balances = balances(&[Transfer::posted(Network, MerchantPending, euro(1_000))]);
    let key = BalanceKey { account: MerchantPending, unit: Currency::EUR.into() };
    balances.set(key, Balance { posted: 999, pending: 0 });
    let expected = Imbalance::NotZero { unit: Currency::EUR.into(), posted: -1, pending: 0 };
    assert_eq!(balances.check_zero_sum(), Err(expected));
}

#[test]
fn one_currency_never_makes_up_for_another() {
    let mut balances = Balances::default();
    for (account, currency, posted) in [(Network, Currency::EUR, -5), (MerchantPending, Currency::USD, 5)] {
        let key = BalanceKey { account, unit: currency.into() };
        balances.set(key, Balance { posted, pending: 0 });
    }
    assert!(balances.check_zero_sum().is_err());
}

#[test]
#[should_panic(expected = "moves nothing")]
fn a_transfer_of_nothing_is_an_outage() {
    let _ = Transfer::posted(Network, Fees, euro(0));
}

#[test]
#[should_panic(expected = "two accounts")]
fn a_transfer_to_itself_is_an_outage() {
    let _ = Transfer::pending(Fees, Fees, euro(1));
}

#[test]
#[should_panic(expected = "posting 101 of a reservation of 100")]
fn a_capture_beyond_the_reservation_is_an_outage() {
    let _ = Transfer::pending(Network, MerchantPending, euro(100)).post(101);
}

#[test]
#[should_panic(expected = "only a reservation can be voided")]
fn a_posted_transfer_cannot_be_voided() {
    let _ = Transfer::posted(Network, MerchantPending, euro(100)).void();
}

/// How one payment may go.
#[derive(Clone, Copy, Debug)]
enum Course {
    AtOnce,
    Captured(i64),
    Voided,
    StillHeld,
}

fn payments() -> impl Strategy<Value = (LedgerAccount, Currency, i64, Course)> {
    let accounts = prop::sample::select([MerchantPending, MerchantAvailable].as_slice());
    let currencies = prop::sample::select([Currency::EUR, Currency::USD, Currency::JPY].as_slice());
    (accounts, currencies, 1..=PAYMENT_AMOUNT_MAX).prop_flat_map(|(account, currency, amount)| {
        let course = prop_oneof![
            Just(Course::AtOnce),
            (1..=amount).prop_map(Course::Captured),
            Just(Course::Voided),
            Just(Course::StillHeld),
        ];
        (Just(account), Just(currency), Just(amount), course)
    })
}

fn transfers_of(account: LedgerAccount, money: Money, course: Course) -> Vec<Transfer> {
    let hold = Transfer::pending(Network, account, money);
    match course {
        Course::AtOnce => alloc::vec![Transfer::posted(Network, account, money)],
        Course::Captured(amount) => alloc::vec![hold.clone(), hold.post(amount)],
        Course::Voided => alloc::vec![hold.clone(), hold.void()],
        Course::StillHeld => alloc::vec![hold],
    }
}

proptest! {
    #[test]
    fn a_transfer_takes_what_it_gives(
        amount in 1..=PAYMENT_AMOUNT_MAX, part in 1..=PAYMENT_AMOUNT_MAX
    ) {
        let hold = Transfer::pending(Network, MerchantPending, euro(amount));
        let post = hold.post(part.min(amount));
        let posted = Transfer::posted(MerchantPending, Fees, euro(amount));
        for transfer in [hold.clone(), post, hold.void(), posted] {
            let [debit, credit] = transfer.deltas();
            prop_assert_eq!((debit.0, credit.0), (transfer.debit, transfer.credit));
            prop_assert_eq!((debit.2 + credit.2, debit.3 + credit.3), (0, 0));
        }
    }

    #[test]
    fn the_ledger_is_at_zero_after_every_transfer_and_holds_what_is_held(
        payments in prop::collection::vec(payments(), 0..40)
    ) {
        let mut balances = Balances::default();
        let mut captured = 0_i64;
        let mut held = 0_i64;
        for (account, currency, amount, course) in payments {
            for transfer in transfers_of(account, Money::new(amount, currency), course) {
                balances.apply(&transfer);
                prop_assert_eq!(balances.check_zero_sum(), Ok(()));
            }
            captured += match course {
                Course::AtOnce => amount,
                Course::Captured(part) => part,
                Course::Voided | Course::StillHeld => 0,
            };
            held += if matches!(course, Course::StillHeld) { amount } else { 0 };
        }
        let network: (i64, i64) = balances
            .iter()
            .filter(|(key, _)| key.account == Network)
            .fold((0, 0), |sum, (_, b)| (sum.0 + b.posted, sum.1 + b.pending));
        prop_assert_eq!(network, (-captured, -held));
        prop_assert_eq!(balances.check_pending_cleared().is_ok(), held == 0);
    }
}
