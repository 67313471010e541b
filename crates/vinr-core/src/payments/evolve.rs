//! What an event does to a payment.

use super::{Event, Milestone, Payment, discounts};
use crate::refunds::Refund;
use crate::time::Timestamp;

/// Applies an event to the state; the only place where a payment changes.
pub fn evolve(payment: &mut Payment, event: &Event, now: Timestamp) {
    match event {
        Event::Created | Event::ActionRequired | Event::CreditReleased => {}
        Event::Submitted { method, presence, attempt, saving } => {
            payment.saving.clone_from(saving);
            payment.presence = *presence;
            payment.method = Some(method.clone());
            payment.attempt = Some(attempt.clone());
            payment.failure = None;
        }
        Event::AuthenticationRequired { until } => payment.authenticate_until = Some(*until),
        Event::AuthenticationPassed => payment.authenticate_until = None,
        Event::Clearing { until } => payment.clears_at = Some(*until),
        Event::CaptureRefused(code) => (payment.capturing, payment.failure) = (None, Some(*code)),
        Event::Authorized { until } => {
            payment.amount_capturable = payment.amount.amount;
            payment.authorized_until = Some(*until);
            keep_method(payment);
        }
        Event::CaptureRequested(capture) => (payment.capturing, payment.failure) = (Some(capture.clone()), None),
        Event::Completed { captured, fee, .. } => complete(payment, *captured, *fee, now),
        Event::Refunded(refund) => {
            give_back(payment, refund.amount.amount, 0);
            give_back_credit(payment, refund.credit);
            // An older one that arrives after all counts again, and is not the latest by that.
            let newer = payment.latest_refund.take().filter(|latest| latest.created_at > refund.created_at);
            payment.latest_refund = newer.or_else(|| Some(refund.clone()));
        }
        Event::RefundSettled(refund) => show_refund(payment, refund),
        Event::RefundFailed(refund) => {
            give_back(payment, refund.amount.amount.saturating_neg(), 0);
            give_back_credit(payment, refund.credit.saturating_neg());
            show_refund(payment, refund);
        }
        Event::Disputed { amount } => give_back(payment, 0, *amount),
        Event::DisputeWon { amount } => give_back(payment, 0, amount.saturating_neg()),
        Event::DiscountEnded { redemption } => discounts::restore(payment, redemption, now),
        Event::Noted(text) => {
            let note = Some(text.clone());
            payment.timeline.push(Milestone { status: payment.status, at: now, note });
        }
        Event::Failed(code) => {
            payment.failure = Some(*code);
            payment.failure_count = payment.failure_count.saturating_add(1);
            payment.clears_at = None;
            payment.authenticate_until = None;
            payment.saving = None;
        }
        Event::Cancelled | Event::Expired => {
            payment.saving = None;
            payment.amount_capturable = 0;
            payment.authenticate_until = None;
        }
    }
    if let Some(status) = event.status()
        && (status != payment.status || matches!(event, Event::Created))
    {
        payment.status = status;
        payment.timeline.push(Milestone { status, at: now, note: None });
    }
    // As long as its buyer can try again it keeps what it uses.
    if matches!(event, Event::Cancelled | Event::Expired | Event::CreditReleased) || payment.is_tried_out() {
        discounts::release_credit(payment, now);
    }
}

/// The money was taken, or discounts and store credit left nothing to take.
fn complete(payment: &mut Payment, captured: i64, fee: i64, now: Timestamp) {
    let charged = payment.amount.amount;
    assert!(captured <= charged && (captured > 0 || charged == 0), "a capture stays within its authorization");
    payment.amount_captured = captured;
    payment.amount_capturable = 0;
    payment.capturing = None;
    payment.fee = Some(fee);
    payment.completed_at = Some(now);
    payment.clears_at = None;
    keep_method(payment);
}

/// Changes what was given back and what is disputed. One formula holds at every moment: together they are never more
/// than was captured (spec/traps.md, section 10).
fn give_back(payment: &mut Payment, refunded: i64, disputed: i64) {
    payment.amount_refunded = payment.amount_refunded.saturating_add(refunded);
    payment.amount_disputed = payment.amount_disputed.saturating_add(disputed);
    let (refunded, disputed) = (payment.amount_refunded, payment.amount_disputed);
    assert!(refunded >= 0 && disputed >= 0, "nothing is taken back twice");
    assert!(refunded.saturating_add(disputed) <= payment.amount_captured, "a payment gives back what it took at most");
}

/// Changes what was given back of the store credit that it used, of which there is never more.
fn give_back_credit(payment: &mut Payment, refunded: i64) {
    payment.credit_refunded = payment.credit_refunded.saturating_add(refunded);
    let is_within = (0..=payment.credit_applied).contains(&payment.credit_refunded);
    assert!(is_within, "a payment gives back what it used at most");
}

/// The newest refund is shown as it stands; an older one is not shown.
fn show_refund(payment: &mut Payment, refund: &Refund) {
    if let Some(latest) = &mut payment.latest_refund
        && latest.id == refund.id
    {
        **latest = refund.clone();
    }
}

/// It has paid: the payment names the method that it is from now on, or that iDEAL yielded, and its customer.
fn keep_method(payment: &mut Payment) {
    let Some(saving) = payment.saving.take() else { return };
    payment.customer_id = Some(saving.owner.id().clone());
    if let Some(method) = &mut payment.method {
        method.id = Some(saving.method);
    }
}
