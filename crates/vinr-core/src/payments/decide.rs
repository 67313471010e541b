//! What may happen to a payment, one function a command.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use super::{
    AUTHORIZATION_LIVES, CHALLENGE_OPEN, CHECKOUT_OPEN, Capture, CapturePending, Command, Create, Event, Funds,
    MethodType, Outcome, Payment, Presence, Status, discounts,
};
use crate::cards::FailureCode;
use crate::fees::FeeSchedule;
use crate::ids::AttemptId;
use crate::money::{CardAmountProblem, Currency, Money};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// What a payment may be of.
///
/// # Errors
/// An amount out of range; one of a currency with three decimals that does not end in 0 (spec/conventions.md, Money).
pub fn amount(amount: i64, currency: Currency) -> Result<Money, Refusal> {
    let amount = Money::payment(amount, currency)?;
    check_amount(amount).map(|()| amount)
}

fn check_amount(amount: Money) -> Result<(), Refusal> {
    let refused = |problem: CardAmountProblem| Refusal::new(Code::ParameterInvalid, problem.to_string()).at("amount");
    amount.check_card_amount().map_err(refused)
}

/// A new payment, waiting for its buyer.
///
/// # Errors
/// An amount that [`amount`] refuses; what is left after discounts and credit, if [`charged`](super::charged) does.
pub fn create(ask: Create, now: Timestamp) -> Result<(Payment, Event), Refusal> {
    check_amount(ask.amount)?;
    let charged = discounts::charged(ask.amount, &ask.discounts, ask.credit)?;
    let closes_at = now.plus(CHECKOUT_OPEN);
    let link_ends_at = ask.link.as_ref().and_then(|link| link.expires_at);
    let mut payment = Payment {
        id: ask.id,
        status: Status::Pending,
        amount: charged,
        discounts: ask.discounts,
        credit_applied: ask.credit,
        credit_refunded: 0,
        awards: Vec::new(),
        amount_capturable: 0,
        amount_captured: 0,
        amount_refunded: 0,
        amount_disputed: 0,
        latest_refund: None,
        description: ask.description,
        customer_id: ask.customer_id,
        method: None,
        return_url: ask.return_url,
        cancel_url: ask.cancel_url,
        checkout_token: ask.checkout_token,
        capture: ask.capture,
        presence: ask.presence,
        save_method: ask.save_method,
        saving: None,
        failure: None,
        failure_count: 0,
        statement_descriptor: ask.statement_descriptor,
        receipt_email: ask.receipt_email,
        fee: None,
        attempt: None,
        capturing: None,
        timeline: Vec::with_capacity(2),
        metadata: ask.metadata,
        authenticate_until: None,
        authorized_until: None,
        clears_at: None,
        expires_at: link_ends_at.map_or(closes_at, |end| end.min(closes_at)),
        completed_at: None,
        created_at: now,
        link_id: ask.link.map(|link| link.id),
        invoice_id: ask.invoice_id,
    };
    super::evolve(&mut payment, &Event::Created, now);
    Ok((payment, Event::Created))
}

/// Whether a payment may be sent to the acquirer now; asked before a card is looked at.
///
/// # Errors
/// `payment_not_confirmable` with the state in the message; `payment_attempts_exhausted`.
pub fn confirm_gate(payment: &Payment, now: Timestamp) -> Result<(), Refusal> {
    if payment.is_tried_out() {
        let message = format!("this payment has failed {} times and takes no further attempt", payment.failure_count);
        return Err(Refusal::new(Code::PaymentAttemptsExhausted, message));
    }
    match payment.status {
        Status::Pending | Status::RequiresAction | Status::Failed if now < payment.expires_at => Ok(()),
        Status::Pending | Status::RequiresAction | Status::Failed => Err(Refusal::new(
            Code::PaymentNotConfirmable,
            format!(
                "the checkout of this {} payment closed at {}",
                payment.status.as_str(),
                payment.expires_at.rfc3339()
            ),
        )),
        Status::Processing
        | Status::RequiresAuthentication
        | Status::Authorized
        | Status::Completed
        | Status::Cancelled
        | Status::Expired => Err(not(Code::PaymentNotConfirmable, payment, "confirmed")),
    }
}

/// Whether a bank can pay it, by iDEAL or SEPA debit: in euros, at once and in full (banks hold nothing).
pub fn takes_bank(payment: &Payment) -> bool {
    payment.capture == Capture::Automatic && payment.amount.currency == Currency::EUR
}

/// Refuses a payment that no bank can pay. Whether it may be paid at all now is [`confirm_gate`]'s to say.
///
/// # Errors
/// `parameter_invalid`.
pub fn bank_gate(payment: &Payment) -> Result<(), Refusal> {
    if takes_bank(payment) {
        return Ok(());
    }
    let message = "banks pay euros at once: not a payment in another currency, or with a later capture";
    Err(Refusal::new(Code::ParameterInvalid, message).at("method"))
}

/// Decides a command. An empty answer means that it changes nothing: an acquirer may say a thing twice.
///
/// # Errors
/// 422 codes of payments with the state in the message.
pub fn decide(payment: &Payment, command: Command<'_>, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Confirm { method, presence, attempt, saving } => {
            confirm_gate(payment, now)?;
            Ok(vec![Event::Submitted { method, presence, attempt, saving }])
        }
        Command::Settle { attempt, outcome, fees } => Ok(settle(payment, &attempt, outcome, fees, now)),
        Command::Authenticated => authenticated(payment, now),
        Command::AuthenticationFailed => authentication_failed(payment, refused_by_bank(payment)),
        Command::AuthenticationExpired => authentication_failed(payment, FailureCode::AuthenticationExpired),
        Command::Capture { amount, attempt } => capture(payment, amount, attempt, now),
        Command::Captured { attempt, funds, fees } => Ok(captured(payment, &attempt, funds, fees)),
        Command::CaptureRefused { attempt, code } => Ok(capture_refused(payment, &attempt, code)),
        Command::Refund(refund) => {
            let (asked, left) = (refund.amount.amount, refundable(payment)?);
            if asked > left || refund.credit > refundable_credit(payment)? {
                return Err(crate::refunds::too_large(payment, refund.total(), left));
            }
            assert!(asked >= 0 && refund.credit >= 0, "what goes back is not negative");
            assert!(refund.total() > 0, "the edge refuses a refund of nothing");
            Ok(vec![Event::Refunded(refund)])
        }
        Command::RefundSettled(refund) => Ok(vec![Event::RefundSettled(refund)]),
        Command::RefundFailed(refund) => Ok(vec![Event::RefundFailed(refund)]),
        Command::Dispute { amount } => {
            let left = refundable(payment)?;
            assert!(amount > 0 && amount <= left, "a dispute is opened about what is left");
            Ok(vec![Event::Disputed { amount }])
        }
        Command::DisputeWon { amount } => Ok(vec![Event::DisputeWon { amount }]),
        Command::CompleteUncharged => Ok(complete_uncharged(payment)),
        Command::EndDiscount(redemption) => discounts::end(payment, redemption),
        Command::Note(text) => Ok(vec![Event::Noted(text)]),
        Command::Clear => Ok(Vec::new()),
        Command::Cancel => cancel(payment, now),
        Command::Expire => Ok(expire(payment, now)),
    }
}

/// How much of a captured payment can still be given back: what was captured, less what is refunded, is being refunded,
/// or is disputed (spec/traps.md, section 10).
///
/// # Errors
/// `payment_not_refundable` before anything was captured.
pub fn refundable(payment: &Payment) -> Result<i64, Refusal> {
    match payment.status {
        Status::Completed => {
            let gone = payment.amount_refunded.saturating_add(payment.amount_disputed);
            Ok(payment.amount_captured.saturating_sub(gone))
        }
        Status::Pending
        | Status::Processing
        | Status::RequiresAuthentication
        | Status::RequiresAction
        | Status::Authorized
        | Status::Failed
        | Status::Cancelled
        | Status::Expired => Err(not(Code::PaymentNotRefundable, payment, "refunded: nothing of it was captured")),
    }
}

/// How much of the store credit that a completed payment used can still be given back.
///
/// # Errors
/// `payment_not_refundable` before it is completed.
pub fn refundable_credit(payment: &Payment) -> Result<i64, Refusal> {
    refundable(payment)?;
    Ok(payment.credit_applied.saturating_sub(payment.credit_refunded))
}

/// The earliest moment at which time itself changes the payment, and how.
pub fn due(payment: &Payment) -> Option<(Timestamp, Command<'static>)> {
    match payment.status {
        Status::Pending | Status::RequiresAction => Some((payment.expires_at, Command::Expire)),
        Status::RequiresAuthentication => payment.authenticate_until.map(|at| (at, Command::AuthenticationExpired)),
        // A capture that is with the acquirer decides first; its answer brings the timer back.
        Status::Authorized if payment.capturing.is_some() => None,
        Status::Authorized => payment.authorized_until.map(|at| (at, Command::Expire)),
        Status::Processing => payment.clears_at.map(|at| (at, Command::Clear)),
        // A failed payment's checkout just closes, and lets go of what it holds. An attempt at an acquirer has its own timer.
        Status::Failed if payment.credit_applied > 0 => Some((payment.expires_at, Command::Expire)),
        Status::Completed | Status::Failed | Status::Cancelled | Status::Expired => None,
    }
}

fn settle(payment: &Payment, attempt: &AttemptId, outcome: Outcome, fees: &FeeSchedule, now: Timestamp) -> Vec<Event> {
    let current = payment.status == Status::Processing && payment.attempt.as_ref() == Some(attempt);
    if !current {
        return Vec::new();
    }
    let event = match outcome {
        Outcome::Approved { funds } => match payment.capture {
            Capture::Automatic => completed(payment, payment.amount.amount, funds, fees),
            Capture::Manual => Event::Authorized { until: now.plus(AUTHORIZATION_LIVES) },
        },
        Outcome::Challenge => match payment.presence {
            Presence::OnSession => Event::AuthenticationRequired { until: now.plus(CHALLENGE_OPEN) },
            Presence::OffSession => Event::ActionRequired,
        },
        Outcome::Slow { until } => Event::Clearing { until },
        Outcome::Declined(code) => Event::Failed(code),
    };
    vec![event]
}

fn authenticated(payment: &Payment, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    match (payment.status, payment.authenticate_until) {
        (Status::RequiresAuthentication, Some(until)) if now < until => Ok(vec![Event::AuthenticationPassed]),
        (Status::RequiresAuthentication, _) => authentication_failed(payment, FailureCode::AuthenticationExpired),
        (
            Status::Pending
            | Status::Processing
            | Status::RequiresAction
            | Status::Authorized
            | Status::Completed
            | Status::Failed
            | Status::Cancelled
            | Status::Expired,
            _,
        ) => Err(not(Code::PaymentNotAuthenticatable, payment, "authenticated")),
    }
}

/// Who does not prove who they are, or does not approve a transfer.
fn refused_by_bank(payment: &Payment) -> FailureCode {
    match payment.method.as_ref().map(super::Method::method_type) {
        Some(MethodType::Ideal) => FailureCode::BankDeclined,
        Some(MethodType::Card | MethodType::SepaDebit) | None => FailureCode::AuthenticationFailed,
    }
}

fn authentication_failed(payment: &Payment, code: FailureCode) -> Result<Vec<Event>, Refusal> {
    if payment.status != Status::RequiresAuthentication {
        return Err(not(Code::PaymentNotAuthenticatable, payment, "authenticated"));
    }
    Ok(vec![Event::Failed(code)])
}

fn capture(payment: &Payment, amount: Option<i64>, attempt: AttemptId, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    if payment.status != Status::Authorized {
        return Err(not(Code::PaymentNotCapturable, payment, "captured"));
    }
    // The timer that lets it lapse may be late.
    if let Some(until) = payment.authorized_until.filter(|until| *until <= now) {
        let message = format!("the authorization of this payment ended at {}", until.rfc3339());
        return Err(Refusal::new(Code::PaymentNotCapturable, message));
    }
    if payment.capturing.is_some() {
        return Err(Refusal::new(Code::PaymentNotCapturable, "a capture of this payment is already with the acquirer"));
    }
    let amount = amount.unwrap_or(payment.amount_capturable);
    if amount > payment.amount_capturable {
        let message =
            format!("{amount} is more than the authorized {} that can be captured", payment.amount_capturable);
        return Err(Refusal::new(Code::AmountTooLarge, message).at("amount"));
    }
    assert!(amount > 0, "the edge refuses a capture of nothing");
    check_amount(Money::new(amount, payment.amount.currency))?;
    Ok(vec![Event::CaptureRequested(CapturePending { attempt, amount })])
}

fn captured(payment: &Payment, attempt: &AttemptId, funds: Funds, fees: &FeeSchedule) -> Vec<Event> {
    match capture_with(payment, attempt) {
        Some(amount) => vec![completed(payment, amount, funds, fees)],
        None => Vec::new(),
    }
}

fn capture_refused(payment: &Payment, attempt: &AttemptId, code: FailureCode) -> Vec<Event> {
    capture_with(payment, attempt).map(|_| Event::CaptureRefused(code)).into_iter().collect()
}

fn cancel(payment: &Payment, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    match payment.status {
        Status::Pending | Status::RequiresAuthentication | Status::RequiresAction => Ok(vec![Event::Cancelled]),
        Status::Authorized if payment.capturing.is_none() => Ok(vec![Event::Cancelled]),
        Status::Failed if now < payment.expires_at => Ok(vec![Event::Cancelled]),
        Status::Authorized
        | Status::Failed
        | Status::Processing
        | Status::Completed
        | Status::Cancelled
        | Status::Expired => Err(not(Code::PaymentNotCancellable, payment, "cancelled")),
    }
}

fn expire(payment: &Payment, now: Timestamp) -> Vec<Event> {
    match due(payment) {
        Some((at, Command::Expire)) if at <= now && payment.status == Status::Failed => vec![Event::CreditReleased],
        Some((at, Command::Expire)) if at <= now => vec![Event::Expired],
        // The timer was overtaken by something that happened to the payment meanwhile.
        _ => Vec::new(),
    }
}

/// What there is nothing to charge for costs nothing either.
fn complete_uncharged(payment: &Payment) -> Vec<Event> {
    let is_free = payment.status == Status::Pending && payment.amount.amount == 0;
    is_free.then_some(Event::Completed { captured: 0, fee: 0, funds: Funds::Settled }).into_iter().collect()
}

fn completed(payment: &Payment, captured: i64, funds: Funds, fees: &FeeSchedule) -> Event {
    Event::Completed { captured, fee: fees.fee(Money::new(captured, payment.amount.currency)).amount, funds }
}

fn capture_with(payment: &Payment, attempt: &AttemptId) -> Option<i64> {
    payment.capturing.as_ref().filter(|pending| pending.attempt == *attempt).map(|pending| pending.amount)
}

fn not(code: Code, payment: &Payment, verb: &str) -> Refusal {
    Refusal::new(code, format!("a payment that is {} cannot be {verb}", payment.status.as_str()))
}
