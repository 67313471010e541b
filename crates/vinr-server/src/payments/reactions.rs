//! What an event of a payment asks of other nouns, told from what is at hand.

use vinr_core::money::Money;
use vinr_core::payment_links::Place;
use vinr_core::payments::{self as core, Event, Payment};

use crate::record::{CreditEnd, Reaction, Unit};

/// What becomes of what was to be kept, once it is known whether it paid; `payment` is the state before.
pub(super) fn keeps(payment: &Payment, event: &Event) -> Option<Reaction> {
    let saving = payment.saving.clone()?;
    match event {
        Event::Completed { .. } | Event::Authorized { .. } => Some(Reaction::Keep(saving)),
        // Off session nobody answers the challenge: what comes next is another card, or this one typed again.
        Event::Failed(_) | Event::Cancelled | Event::Expired | Event::Submitted { .. } => {
            Some(Reaction::GiveUp(saving.method))
        }
        Event::Created
        | Event::AuthenticationRequired { .. }
        | Event::AuthenticationPassed
        | Event::ActionRequired
        | Event::Clearing { .. }
        | Event::CaptureRequested(_)
        | Event::CaptureRefused(_)
        | Event::Refunded(_)
        | Event::RefundSettled(_)
        | Event::RefundFailed(_)
        | Event::Disputed { .. }
        | Event::DisputeWon { .. }
        | Event::DiscountEnded { .. }
        | Event::CreditReleased
        | Event::Noted(_) => None,
    }
}

/// Whether a completed payment may earn points: somebody is named who may be a member. What it earns is decided by
/// whoever reacts; here only what nobody could care about is told apart, from what is at hand.
pub(super) fn may_earn(unit: &Unit<'_>, payment: &Payment) -> bool {
    match &payment.customer_id {
        Some(_) => unit.context.loyalty.programs_of_payers().next().is_some(),
        None => payment.metadata.get(core::LOYALTY_ACCOUNT).is_some(),
    }
}

/// What a payment of a link takes of its places or gives back; `before` is the status it had.
pub(super) fn takes_place(payment: &Payment, before: core::Status) -> Option<Reaction> {
    let (from, to) = (Place::of(before), Place::of(payment.status));
    let link = payment.link_id.clone().filter(|_| from != to)?;
    Some(Reaction::Place { link, from, to })
}

/// What became of a payment that carries redemptions is theirs to follow; `payment` is the state after the event.
pub(super) fn carries(payment: &Payment, event: &Event) -> Option<Reaction> {
    match event {
        Event::Completed { .. }
        | Event::Refunded(_)
        | Event::RefundFailed(_)
        | Event::Failed(_)
        | Event::Cancelled
        | Event::Expired => {
            let carries = !payment.discounts.is_empty();
            carries.then(|| Reaction::Redemptions(payment.id.clone()))
        }
        Event::Created
        | Event::Submitted { .. }
        | Event::AuthenticationRequired { .. }
        | Event::AuthenticationPassed
        | Event::ActionRequired
        | Event::Clearing { .. }
        | Event::Authorized { .. }
        | Event::CaptureRequested(_)
        | Event::CaptureRefused(_)
        | Event::RefundSettled(_)
        | Event::Disputed { .. }
        | Event::DisputeWon { .. }
        | Event::DiscountEnded { .. }
        | Event::CreditReleased
        | Event::Noted(_) => None,
    }
}

/// What became of a payment that is for an invoice is the invoice's to follow; others pay nothing for it.
pub(super) fn pays_invoice(payment: &Payment, event: &Event) -> Option<Reaction> {
    let invoice = payment.invoice_id.clone()?;
    match event {
        Event::Completed { .. } | Event::Failed(_) | Event::ActionRequired | Event::Clearing { .. } => {
            Some(Reaction::Invoice(invoice, payment.id.clone()))
        }
        // As long as it is open, the invoice waits; one that has ended is followed by another.
        Event::Created
        | Event::Submitted { .. }
        | Event::AuthenticationRequired { .. }
        | Event::AuthenticationPassed
        | Event::Authorized { .. }
        | Event::CaptureRequested(_)
        | Event::CaptureRefused(_)
        | Event::Refunded(_)
        | Event::RefundSettled(_)
        | Event::RefundFailed(_)
        | Event::Disputed { .. }
        | Event::DisputeWon { .. }
        | Event::DiscountEnded { .. }
        | Event::CreditReleased
        | Event::Noted(_)
        | Event::Cancelled
        | Event::Expired => None,
    }
}

/// What became of the store credit of which a payment held so much before the event.
pub(super) fn uses_credit(payment: &Payment, held: i64, event: &Event) -> Option<Reaction> {
    let customer = payment.customer_id.as_ref().filter(|_| held > 0)?;
    let held = Money::new(held, payment.amount.currency);
    let end = if matches!(event, Event::Completed { .. }) {
        CreditEnd::Spent(held)
    } else if payment.credit_applied == 0 {
        CreditEnd::Released(held)
    } else {
        return None;
    };
    Some(Reaction::Credit(payment.id.clone(), customer.clone(), end))
}
