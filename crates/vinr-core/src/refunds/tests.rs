use proptest::prelude::*;

use super::*;
use crate::fees::FeeSchedule;
use crate::ledger::Balances;
use crate::money::Currency;
use crate::payments::tests::{created, now};
use crate::payments::{self, Capture, Funds};

/// A payment that was authorized for 100.00 and of which so much was captured, with what that moved.
fn captured(amount: i64, currency: Currency) -> (Payment, Balances) {
    let mut payment = created(Capture::Manual, Money::new(amount.max(10_000), currency));
    payment.status = payments::Status::Authorized;
    payment.amount_capturable = payment.amount.amount;
    let mut ledger = Balances::default();
    let held = Transfer::pending(LedgerAccount::Network, LedgerAccount::MerchantPending, payment.amount);
    ledger.apply(&held);
    let fee = FeeSchedule::default().fee(Money::new(amount, currency)).amount;
    let event = payments::Event::Completed { captured: amount, fee, funds: Funds::Settled };
    for transfer in payments::transfers(&payment, &event) {
        ledger.apply(&transfer);
    }
    payments::evolve(&mut payment, &event, now());
    (payment, ledger)
}

fn ask(bits: u128, amount: Option<i64>) -> Create {
    Create { id: RefundId::from_bits(bits), amount, reason: None, metadata: Metadata::new() }
}

fn apply(payment: &mut Payment, ledger: &mut Balances, refund: &mut Refund, event: Event) -> Result<(), Refusal> {
    let mut after = refund.clone();
    evolve(&mut after, event);
    for change in payments::decide(payment, of_payment(&after, event), now())? {
        payments::evolve(payment, &change, now());
    }
    for transfer in transfers(refund, event) {
        ledger.apply(&transfer);
    }
    *refund = after;
    Ok(())
}

fn give(
    payment: &mut Payment,
    ledger: &mut Balances,
    ask: Create,
    verdict: Verdict,
) -> Result<Refund, (Code, std::string::String)> {
    let said = |refusal: Refusal| (refusal.code, refusal.message);
    let parts = parts(payment, ask.amount).map_err(said)?;
    let (mut refund, event) = create(ask, payment, parts, verdict, now());
    apply(payment, ledger, &mut refund, event).map_err(said)?;
    Ok(refund)
}

#[test]
fn an_older_refund_that_arrives_after_all_is_not_shown_as_the_latest() {
    let (mut payment, mut ledger) = captured(6_000, Currency::EUR);
    let asked = Verdict::Asked(AttemptId::from_bits(9));
    let mut older = give(&mut payment, &mut ledger, ask(1, Some(1_000)), asked).expect("accepted");
    older.created_at = older.created_at.minus(crate::time::Span::seconds(1));
    let refused = Event::Failed(FailureReason::OperationNotAvailable);
    apply(&mut payment, &mut ledger, &mut older, refused).expect("refused");
    let latest = give(&mut payment, &mut ledger, ask(2, Some(1_000)), Verdict::Done).expect("accepted");
    apply(&mut payment, &mut ledger, &mut older, Event::Revived).expect("arrived after all");
    let shown = payment.latest_refund.as_ref().map(|refund| refund.id.clone());
    assert_eq!((shown, payment.amount_refunded), (Some(latest.id), 2_000));
}

#[test]
fn a_refund_is_capped_by_what_was_captured_and_not_by_what_was_authorized() {
    let (mut payment, mut ledger) = captured(6_000, Currency::EUR);
    let refused = give(&mut payment, &mut ledger, ask(1, Some(10_000)), Verdict::Done).expect_err("too much");
    assert_eq!(refused.0, Code::AmountTooLarge);
    assert!(refused.1.contains("6000 EUR"), "{}", refused.1);
    give(&mut payment, &mut ledger, ask(2, Some(6_000)), Verdict::Done).expect("all that was captured");
    assert_eq!((payment.amount_refunded, payment.status), (6_000, payments::Status::Completed));
}

#[test]
fn of_two_refunds_of_sixty_one_is_refused_and_told_that_forty_are_left() {
    for verdict in [Verdict::Done, Verdict::FailsLater, Verdict::Asked(AttemptId::from_bits(9))] {
        let (mut payment, mut ledger) = captured(10_000, Currency::EUR);
        give(&mut payment, &mut ledger, ask(1, Some(6_000)), verdict.clone()).expect("the first");
        let refused = give(&mut payment, &mut ledger, ask(2, Some(6_000)), verdict).expect_err("the second");
        assert_eq!(refused.0, Code::AmountTooLarge);
        assert!(refused.1.contains("4000 EUR"), "a pending refund reserves: {}", refused.1);
    }
}

#[test]
fn a_failed_refund_gives_everything_back_but_the_fee() {
    let (mut payment, mut ledger) = captured(10_000, Currency::EUR);
    let before = ledger.clone();
    let mut refund = give(&mut payment, &mut ledger, ask(1, None), Verdict::FailsLater).expect("accepted");
    assert_eq!((payment.amount_refunded, refund.status), (10_000, Status::Pending));
    let pending = |ledger: &Balances| ledger.get(LedgerAccount::MerchantPending, Currency::EUR).posted;
    assert_eq!((pending(&before), pending(&ledger)), (9_825, -175), "the fee of 1.75 stays with the platform");
    assert_eq!(
        give(&mut payment, &mut ledger, ask(2, None), Verdict::Done).expect_err("nothing").0,
        Code::AmountTooLarge
    );

    let (at, command) = due(&refund).expect("a timer");
    assert_eq!(at, now().plus(Span::days(2)));
    let event = decide(&refund, command).expect("it fails");
    apply(&mut payment, &mut ledger, &mut refund, event).expect("applied");
    assert_eq!((payment.amount_refunded, refund.status, due(&refund)), (0, Status::Failed, None));
    assert_eq!(payment.latest_refund.as_deref(), Some(&refund), "the payment shows how its newest refund ended");
    assert_eq!(ledger, before);
    assert_eq!(decide(&refund, command), None, "it fails once");
    give(&mut payment, &mut ledger, ask(3, None), Verdict::Done).expect("the amount can be given back again");
}

#[test]
fn what_is_disputed_cannot_be_given_back() {
    let (mut payment, mut ledger) = captured(10_000, Currency::EUR);
    give(&mut payment, &mut ledger, ask(1, Some(3_000)), Verdict::Done).expect("accepted");
    payments::evolve(&mut payment, &payments::Event::Disputed { amount: 7_000 }, now());
    let refused = give(&mut payment, &mut ledger, ask(2, Some(1)), Verdict::Done).expect_err("all is gone");
    assert!(refused.1.contains("0 EUR") && refused.1.contains("7000"), "{}", refused.1);
    payments::evolve(&mut payment, &payments::Event::DisputeWon { amount: 7_000 }, now());
    give(&mut payment, &mut ledger, ask(3, Some(7_000)), Verdict::Done).expect("what was won is the merchant's");
}

#[test]
fn an_uncaptured_payment_gives_nothing_back_and_three_decimals_end_in_zero() {
    let (mut payment, mut ledger) = captured(10_000, Currency::EUR);
    for status in payments::Status::ALL {
        payment.status = *status;
        let tried = parts(&payment, Some(1)).map(drop).map_err(|refusal| refusal.code);
        let expected = (*status == payments::Status::Completed).then_some(()).ok_or(Code::PaymentNotRefundable);
        assert_eq!(tried, expected, "{status}");
    }
    let (mut dinars, _) = captured(12_340, Currency::parse("KWD").expect("a currency"));
    let refused = give(&mut dinars, &mut ledger, ask(1, Some(12_335)), Verdict::Done).expect_err("fils end in zero");
    assert_eq!(refused.0, Code::ParameterInvalid);
    give(&mut dinars, &mut ledger, ask(2, Some(12_330)), Verdict::Done).expect("accepted");
}

proptest! {
    /// Whatever refunds come, succeed, fail and are done after all: what they add up to is what the payment says and
    /// what the ledger moved, and never more than was captured.
    #[test]
    fn refunds_never_exceed_what_was_captured(
        steps in proptest::collection::vec((0..4_u8, 1..6_000_i64, 0..8_usize), 1..60),
    ) {
        let (mut payment, mut ledger) = captured(10_000, Currency::EUR);
        let mut refunds: Vec<Refund> = Vec::new();
        for (number, (kind, amount, which)) in (1..).zip(steps) {
            let known = refunds.len();
            if kind == 0 || known == 0 {
                let verdict = if amount % 2 == 0 { Verdict::Done } else { Verdict::Asked(AttemptId::from_bits(number)) };
                refunds.extend(give(&mut payment, &mut ledger, ask(number, Some(amount)), verdict).ok());
            } else {
                let refund = &mut refunds[which % known];
                let command =
                    if kind == 1 { Command::Settle } else { Command::Reject(FailureReason::OperationNotAvailable) };
                if let Some(event) = decide(refund, command) {
                    let fits = apply(&mut payment, &mut ledger, refund, event).is_ok();
                    prop_assert!(fits || event == Event::Revived, "only a refund that is done after all may find no room");
                }
            }
            let given: i64 = refunds.iter().filter(|one| one.status != Status::Failed).map(|one| one.amount.amount).sum();
            prop_assert_eq!(payment.amount_refunded, given);
            prop_assert!(given <= payment.amount_captured);
            prop_assert_eq!(ledger.get(LedgerAccount::Network, Currency::EUR).posted, given - 10_000);
            prop_assert!(ledger.check_zero_sum().is_ok());
        }
    }
}
