use core::fmt::Write as _;
use std::format;

use super::*;
use crate::cards::{Brand, Expiry};
use crate::ids::PaymentMethodId;
use crate::ledger::Balances;
use crate::money::Currency;
use crate::payment_methods::{Owner, Saving};
use crate::refusal::Code;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_seconds(1_717_200_000)
}

/// What a merchant asks for.
pub(crate) fn asked(capture: Capture, amount: Money) -> Create {
    Create {
        id: PaymentId::from_bits(1),
        amount,
        discounts: Vec::new(),
        credit: 0,
        description: None,
        return_url: None,
        cancel_url: None,
        capture,
        customer_id: None,
        presence: Presence::OnSession,
        statement_descriptor: None,
        receipt_email: None,
        save_method: false,
        metadata: Metadata::new(),
        checkout_token: "t".into(),
        link: None,
        invoice_id: None,
    }
}

/// A payment that was just created.
pub(crate) fn created(capture: Capture, amount: Money) -> Payment {
    create(asked(capture, amount), now()).expect("a valid payment").0
}

fn payment(capture: Capture, amount: i64) -> Payment {
    created(capture, Money::new(amount, Currency::EUR))
}

fn method() -> Method {
    let expiry = Expiry { year: 2031, month: 12 };
    let card = CardSummary { brand: Brand::Visa, last4: "4242".into(), expiry };
    Method { id: None, instrument: Instrument::Card(card) }
}

fn attempt() -> AttemptId {
    AttemptId::from_bits(7)
}

/// Applies a command, and books what it moves.
fn play(payment: &mut Payment, ledger: &mut Balances, command: Command<'_>, at: Timestamp) -> Result<usize, Code> {
    let events = decide(payment, command, at).map_err(|refusal| refusal.code)?;
    for event in &events {
        for transfer in transfers(payment, event) {
            ledger.apply(&transfer);
        }
        evolve(payment, event, at);
        ledger.check_zero_sum().expect("every transfer is balanced");
    }
    Ok(events.len())
}

fn confirm() -> Command<'static> {
    Command::Confirm { method: method(), presence: Presence::OnSession, attempt: attempt(), saving: None }
}

fn settle(fees: &FeeSchedule, outcome: Outcome) -> Command<'_> {
    Command::Settle { attempt: attempt(), outcome, fees }
}

const APPROVED: Outcome = Outcome::Approved { funds: Funds::Settled };

#[test]
fn an_approved_payment_moves_its_amount_and_fee() {
    let (mut payment, mut ledger, fees) =
        (payment(Capture::Automatic, 1000), Balances::default(), FeeSchedule::default());
    play(&mut payment, &mut ledger, confirm(), now()).expect("confirmed");
    play(&mut payment, &mut ledger, settle(&fees, APPROVED), now()).expect("settled");
    assert_eq!((payment.status, payment.amount_captured, payment.fee), (Status::Completed, 1000, Some(40)));
    assert_eq!(ledger.get(LedgerAccount::Network, Currency::EUR).posted, -1000);
    assert_eq!(ledger.get(LedgerAccount::MerchantPending, Currency::EUR).posted, 960);
    assert_eq!(ledger.get(LedgerAccount::Fees, Currency::EUR).posted, 40);
    assert_eq!(play(&mut payment, &mut ledger, settle(&fees, APPROVED), now()), Ok(0), "an answer may come twice");
}

#[test]
fn a_partial_capture_releases_the_rest_and_more_is_refused() {
    let (mut payment, mut ledger, fees) =
        (payment(Capture::Manual, 10_000), Balances::default(), FeeSchedule::default());
    play(&mut payment, &mut ledger, confirm(), now()).expect("confirmed");
    play(&mut payment, &mut ledger, settle(&fees, APPROVED), now()).expect("settled");
    assert_eq!((payment.status, payment.amount_capturable), (Status::Authorized, 10_000));
    assert_eq!(ledger.get(LedgerAccount::MerchantPending, Currency::EUR).pending, 10_000);
    let capture = |amount| Command::Capture { amount: Some(amount), attempt: AttemptId::from_bits(8) };
    assert_eq!(play(&mut payment, &mut ledger, capture(10_001), now()), Err(Code::AmountTooLarge));
    play(&mut payment, &mut ledger, capture(6_000), now()).expect("requested");
    assert_eq!(play(&mut payment, &mut ledger, Command::Cancel, now()), Err(Code::PaymentNotCancellable));
    let captured = Command::Captured { attempt: AttemptId::from_bits(8), funds: Funds::Settled, fees: &fees };
    play(&mut payment, &mut ledger, captured, now()).expect("captured");
    assert_eq!((payment.status, payment.amount_captured, payment.amount_capturable), (Status::Completed, 6_000, 0));
    ledger.check_pending_cleared().expect("the rest is released");
    assert_eq!(ledger.get(LedgerAccount::Network, Currency::EUR).posted, -6_000);
}

#[test]
fn a_capture_whose_funds_are_there_at_once_leaves_nothing_held_and_nothing_pending() {
    let (mut payment, mut ledger, fees) =
        (payment(Capture::Manual, 1_000), Balances::default(), FeeSchedule::default());
    play(&mut payment, &mut ledger, confirm(), now()).expect("confirmed");
    play(&mut payment, &mut ledger, settle(&fees, APPROVED), now()).expect("settled");
    let capture = Command::Capture { amount: Some(600), attempt: AttemptId::from_bits(8) };
    play(&mut payment, &mut ledger, capture, now()).expect("requested");
    let captured = Command::Captured { attempt: AttemptId::from_bits(8), funds: Funds::AtOnce, fees: &fees };
    play(&mut payment, &mut ledger, captured, now()).expect("captured");
    ledger.check_pending_cleared().expect("the hold is gone");
    assert_eq!(ledger.get(LedgerAccount::MerchantAvailable, Currency::EUR).posted, 566);
    assert_eq!(ledger.get(LedgerAccount::MerchantPending, Currency::EUR).posted, 0);
    assert_eq!(ledger.get(LedgerAccount::Network, Currency::EUR).posted, -600);
}

#[test]
fn an_authorization_lapses_after_seven_days_and_its_hold_is_voided() {
    let (mut payment, mut ledger, fees) = (payment(Capture::Manual, 500), Balances::default(), FeeSchedule::default());
    play(&mut payment, &mut ledger, confirm(), now()).expect("confirmed");
    play(&mut payment, &mut ledger, settle(&fees, APPROVED), now()).expect("settled");
    let end = now().plus(Span::days(7));
    let capture = || Command::Capture { amount: None, attempt: AttemptId::from_bits(8) };
    assert_eq!(decide(&payment, capture(), end).map_err(|refusal| refusal.code), Err(Code::PaymentNotCapturable));
    assert!(decide(&payment, capture(), end.minus(Span::seconds(1))).is_ok());
    assert_eq!(play(&mut payment, &mut ledger, Command::Expire, end.minus(Span::seconds(1))), Ok(0));
    assert_eq!(play(&mut payment, &mut ledger, Command::Expire, end), Ok(1));
    assert_eq!(payment.status, Status::Expired);
    ledger.check_pending_cleared().expect("the hold is gone");
}

#[test]
fn a_challenge_that_nobody_answers_fails_after_fifteen_minutes() {
    let (mut payment, mut ledger, fees) =
        (payment(Capture::Automatic, 500), Balances::default(), FeeSchedule::default());
    play(&mut payment, &mut ledger, confirm(), now()).expect("confirmed");
    play(&mut payment, &mut ledger, settle(&fees, Outcome::Challenge), now()).expect("settled");
    let (at, command) = due(&payment).expect("a timer");
    assert_eq!(at, now().plus(Span::minutes(15)));
    assert_eq!(play(&mut payment, &mut ledger, Command::Authenticated, now()), Ok(1));
    evolve(&mut payment, &Event::AuthenticationRequired { until: at }, now());
    assert_eq!(play(&mut payment, &mut ledger, command, at), Ok(1));
    assert_eq!((payment.status, payment.failure), (Status::Failed, Some(FailureCode::AuthenticationExpired)));
    assert_eq!(play(&mut payment, &mut ledger, confirm(), at), Ok(1), "its checkout is still open");
}

#[test]
fn a_note_is_a_line_of_the_history_and_changes_nothing_else() {
    let (mut payment, mut ledger) = (payment(Capture::Automatic, 500), Balances::default());
    let before = payment.clone();
    let noted = Command::Note("no points: nobody is named".into());
    assert_eq!(play(&mut payment, &mut ledger, noted, now()), Ok(1));
    let note = payment.timeline.pop().expect("a line");
    assert_eq!((note.status, note.note.as_deref()), (before.status, Some("no points: nobody is named")));
    assert_eq!((payment, ledger), (before, Balances::default()));
}

#[test]
fn a_refused_capture_says_why_until_there_is_another() {
    let (mut payment, mut ledger, fees) = (payment(Capture::Manual, 500), Balances::default(), FeeSchedule::default());
    play(&mut payment, &mut ledger, confirm(), now()).expect("confirmed");
    play(&mut payment, &mut ledger, settle(&fees, APPROVED), now()).expect("settled");
    let capture = |bits| Command::Capture { amount: None, attempt: AttemptId::from_bits(bits) };
    play(&mut payment, &mut ledger, capture(8), now()).expect("requested");
    let code = FailureCode::ProcessingError;
    let refused = Command::CaptureRefused { attempt: AttemptId::from_bits(8), code };
    play(&mut payment, &mut ledger, refused, now()).expect("heard");
    assert_eq!((payment.status, payment.failure, payment.failure_count), (Status::Authorized, Some(code), 0));
    play(&mut payment, &mut ledger, capture(9), now()).expect("requested again");
    assert_eq!(payment.failure, None);
}

#[test]
fn the_matrix_of_status_and_command() {
    let fees = FeeSchedule::default();
    let mut page = std::string::String::new();
    for status in Status::ALL {
        let mut row = payment(Capture::Manual, 1000);
        row.status = *status;
        row.attempt = Some(attempt());
        row.authenticate_until = Some(now().plus(Span::minutes(1)));
        row.authorized_until = Some(now().plus(Span::minutes(1)));
        row.amount_capturable = 1000;
        row.discounts = vec![Discount { redemption: RedemptionId::from_bits(4), amount: 500 }];
        let commands = [
            ("confirm", confirm()),
            ("settle", settle(&fees, APPROVED)),
            ("authenticated", Command::Authenticated),
            ("capture", Command::Capture { amount: None, attempt: attempt() }),
            ("cancel", Command::Cancel),
            ("expire", Command::Expire),
            ("complete_uncharged", Command::CompleteUncharged),
            ("end_discount", Command::EndDiscount(RedemptionId::from_bits(4))),
        ];
        for (name, command) in commands {
            let at = if name == "expire" { now().plus(Span::minutes(1)) } else { now() };
            let said = match decide(&row, command, at) {
                Ok(events) if events.is_empty() => "-".into(),
                Ok(events) => events.iter().filter_map(Event::status).map(Status::as_str).collect::<Vec<_>>().join(" "),
                Err(refusal) => format!("{}", refusal.code),
            };
            let _ = writeln!(page, "{status} {name}: {said}");
        }
    }
    let allowed: Vec<&str> =
        page.lines().filter(|line| !line.contains("payment_not") && !line.ends_with('-')).collect();
    // What may be charged at the lower price, or was, keeps its discounts.
    let expected = [
        "pending confirm: processing",
        "pending cancel: cancelled",
        "pending end_discount: ",
        "processing settle: authorized",
        "processing end_discount: redemption_in_use",
        "requires_authentication authenticated: processing",
        "requires_authentication cancel: cancelled",
        "requires_authentication end_discount: redemption_in_use",
        "requires_action confirm: processing",
        "requires_action cancel: cancelled",
        "requires_action end_discount: redemption_in_use",
        "authorized capture: ",
        "authorized cancel: cancelled",
        "authorized expire: expired",
        "authorized end_discount: redemption_in_use",
        "completed end_discount: redemption_in_use",
        "failed confirm: processing",
        "failed cancel: cancelled",
        "failed end_discount: ",
        "cancelled end_discount: ",
        "expired end_discount: ",
    ];
    assert_eq!(allowed, expected);
}

#[test]
fn a_card_is_kept_when_it_has_paid_and_forgotten_when_it_has_not() {
    let saving = Saving { method: PaymentMethodId::from_bits(5), owner: Owner::Known(CustomerId::from_bits(6)) };
    let keeping = || Command::Confirm {
        method: method(),
        presence: Presence::OnSession,
        attempt: attempt(),
        saving: Some(saving.clone()),
    };
    let fees = FeeSchedule::default();
    for capture in [Capture::Automatic, Capture::Manual] {
        let (mut payment, mut ledger) = (payment(capture, 1000), Balances::default());
        play(&mut payment, &mut ledger, keeping(), now()).expect("confirmed");
        assert_eq!((payment.customer_id.as_ref(), payment.saving.as_ref()), (None, Some(&saving)));
        let declined = Outcome::Declined(FailureCode::CardDeclined);
        play(&mut payment, &mut ledger, settle(&fees, declined), now()).expect("settled");
        assert_eq!((payment.customer_id.as_ref(), payment.saving.as_ref()), (None, None));
        play(&mut payment, &mut ledger, keeping(), now()).expect("confirmed again");
        play(&mut payment, &mut ledger, settle(&fees, APPROVED), now()).expect("settled");
        let kept = payment.method.as_ref().and_then(|method| method.id.as_ref());
        assert_eq!((kept, payment.customer_id.as_ref()), (Some(&saving.method), Some(saving.owner.id())));
        assert_eq!(payment.saving, None);
    }
}

#[test]
fn after_ten_failed_attempts_a_payment_takes_no_further_one_and_is_over() {
    let (mut payment, mut ledger, fees) =
        (payment(Capture::Automatic, 1000), Balances::default(), FeeSchedule::default());
    for failures in 1..=10 {
        assert!(!payment.is_tried_out() && !payment.is_over(now()), "after {} failures", failures - 1);
        play(&mut payment, &mut ledger, confirm(), now()).expect("confirmed");
        play(&mut payment, &mut ledger, settle(&fees, Outcome::Declined(FailureCode::CardDeclined)), now())
            .expect("settled");
        assert_eq!((payment.status, payment.failure_count), (Status::Failed, failures));
    }
    assert!(payment.is_tried_out() && payment.is_over_unpaid(now()) && payment.is_over(now()));
    assert_eq!(play(&mut payment, &mut ledger, confirm(), now()), Err(Code::PaymentAttemptsExhausted));
    assert_eq!(play(&mut payment, &mut ledger, Command::Cancel, now()), Ok(1), "the merchant may still end it");
}
