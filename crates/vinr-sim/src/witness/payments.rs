//! What payments may and may not do.

use serde_json::Value;
use vinr_core::events::EventType;
use vinr_core::ibans::{Behaviour, TestAccount};
use vinr_core::ids::PaymentId;
use vinr_core::payments::{self, Event, Method, Payment, Status};
use vinr_core::time::{Span, Timestamp};

use super::{Commit, Folds};
use crate::world::Broken;

/// How late a timer may fire on the account's clock: processes die, and what failed is put off by a minute.
pub(super) const LATE_MAX: Span = Span::minutes(10);

/// How long a bank takes at most: five business days, with a weekend between.
const CLEARS_WITHIN: Span = Span::days(8);

impl Folds {
    /// Whether a slow bank has not spoken yet.
    pub(crate) fn waits_for_a_bank(&self) -> bool {
        self.payments.values().any(|payment| payment.clears_at.is_some())
    }

    pub(super) fn payment_created(&mut self, commit: &mut Commit<'_>, payment: &Payment) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), payment.id.clone());
        commit.wanted.push((payment.id.to_string(), EventType::PaymentCreated));
        let off: i64 = payment.discounts.iter().map(|discount| discount.amount).sum();
        self.originals.insert(key.clone(), payment.amount.amount + off + payment.credit_applied);
        commit.payments.insert(payment.id.clone(), payment.created_at);
        self.changed.payments.insert(key.clone());
        match self.payments.insert(key, payment.clone()) {
            None => Ok(()),
            Some(_) => Err(format!("{} was made twice", payment.id)),
        }
    }

    pub(super) fn payment(
        &mut self,
        commit: &mut Commit<'_>,
        id: &PaymentId,
        event: &Event,
        at: Timestamp,
    ) -> Result<(), Broken> {
        let key = (commit.account.to_owned(), id.clone());
        let Some(payment) = self.payments.get_mut(&key) else {
            return Err(format!("{event:?} happened to {id}, which nobody made"));
        };
        may(payment, event, at).map_err(|why| format!("{event:?} happened at {}: {why}; {payment:?}", at.rfc3339()))?;
        if let Event::Submitted { method, .. } = event
            && let Some(method) = &method.id
            && self.detached.contains(&(commit.account.to_owned(), method.clone()))
        {
            return Err(format!("{id} was charged to {method}, which was detached before"));
        }
        let left = payment.amount_captured - payment.amount_refunded - payment.amount_disputed;
        let taken = match event {
            Event::Refunded(refund) => refund.amount.amount,
            Event::Disputed { amount } => *amount,
            _ => 0,
        };
        if taken > left {
            return Err(format!("{event:?} takes more than the {left} that are left of {payment:?}"));
        }
        payments::evolve(payment, event, at);
        if payment.amount_captured > payment.amount.amount {
            return Err(format!("more was captured than authorized: {payment:?}"));
        }
        commit.links.extend(payment.link_id.clone());
        commit.payments.insert(id.clone(), at);
        match event {
            Event::Completed { .. } => commit.completed.push((id.clone(), at)),
            Event::Refunded(_) | Event::RefundFailed(_) | Event::Disputed { .. } | Event::DisputeWon { .. } => {
                commit.given_back.insert(id.clone());
            }
            _ => {}
        }
        if let Some(kind) = told_by(event) {
            commit.wanted.push((id.to_string(), kind));
        }
        self.changed.payments.insert(key);
        Ok(())
    }

    /// An event shows the payment as it is at its commit.
    pub(super) fn shows_payment(&self, account: &str, kind: EventType, shown: &Value) -> Result<(), Broken> {
        let id = shown["id"].as_str().and_then(|id| PaymentId::parse(id).ok());
        let payment = id.and_then(|id| self.payments.get(&(account.to_owned(), id)));
        let payment = payment.ok_or_else(|| format!("{kind:?} shows a payment that is not there: {shown}"))?;
        let latest = payment.latest_refund.as_deref();
        let same = shown["status"] == payment.status.as_str()
            && shown["amount"] == payment.amount.amount
            && shown["originalAmount"] == payment.original_amount()
            && shown["amountCapturable"] == payment.amount_capturable
            && shown["amountCaptured"] == payment.amount_captured
            && shown["amountRefunded"] == payment.amount_refunded
            && shown["creditApplied"] == payment.credit_applied
            && shown["creditRefunded"] == payment.credit_refunded
            && shown["latestRefund"]["id"].as_str() == latest.map(|refund| refund.id.as_str())
            && shown["latestRefund"]["status"].as_str() == latest.map(|refund| refund.status.as_str())
            && shown["failureCount"] == payment.failure_count;
        if same { Ok(()) } else { Err(format!("{kind:?} shows {shown}, and there is {payment:?}")) }
    }
}

/// Whether this may happen to a payment that stands so, at this moment of its account.
fn may(payment: &Payment, event: &Event, at: Timestamp) -> Result<(), &'static str> {
    let gives_back = matches!(
        event,
        Event::Refunded(_)
            | Event::RefundSettled(_)
            | Event::RefundFailed(_)
            | Event::Disputed { .. }
            | Event::DisputeWon { .. }
    );
    match payment.status {
        _ if matches!(event, Event::Noted(_)) => return Ok(()),
        Status::Completed if gives_back => return Ok(()),
        Status::Cancelled | Status::Expired if matches!(event, Event::DiscountEnded { .. }) => return Ok(()),
        Status::Completed | Status::Cancelled | Status::Expired => return Err("it was over"),
        _ if gives_back => return Err("nothing was captured"),
        _ => {}
    }
    match event {
        Event::Submitted { .. } if at >= payment.expires_at => Err("its checkout was closed"),
        Event::CreditReleased if payment.status != Status::Failed => Err("its buyer can still pay with it"),
        Event::CreditReleased => on_time(closed(payment), at),
        Event::AuthenticationPassed if payment.authenticate_until.is_none_or(|until| at >= until) => {
            Err("its challenge was over")
        }
        Event::Expired => {
            let due = match payment.status {
                Status::Authorized => payment.authorized_until.ok_or("nothing was held")?,
                _ => payment.expires_at,
            };
            on_time(due, at)
        }
        Event::Completed { captured, .. } if payment.status == Status::Authorized => {
            if *captured <= payment.amount_capturable { Ok(()) } else { Err("so much was not held") }
        }
        Event::Completed { .. } | Event::Failed(_) if payment.clears_at.is_some() => {
            on_time(payment.clears_at.unwrap_or(at), at).and_then(|()| as_the_bank_says(payment, event))
        }
        Event::Clearing { until } if *until <= at || until.since(at) > CLEARS_WITHIN => {
            Err("no bank takes so long, or so short")
        }
        Event::Completed { .. } | Event::Failed(_)
            if payment.clears_at.is_none() && payment.method.as_ref().and_then(Method::bank_account).is_some() =>
        {
            Err("a debit takes days, whether its holder is there or not")
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
        | Event::Completed { .. }
        | Event::Refunded(_)
        | Event::RefundSettled(_)
        | Event::RefundFailed(_)
        | Event::Disputed { .. }
        | Event::DisputeWon { .. }
        | Event::DiscountEnded { .. }
        | Event::Noted(_)
        | Event::Failed(_)
        | Event::Cancelled => Ok(()),
    }
}

/// When nobody could pay it any more: it may have failed after its checkout had closed.
fn closed(payment: &Payment) -> Timestamp {
    payment.timeline.last().map_or(payment.expires_at, |last| last.at.max(payment.expires_at))
}

/// A debited account pays, or does not, as it is published.
fn as_the_bank_says(payment: &Payment, event: &Event) -> Result<(), &'static str> {
    let debited = payment.method.as_ref().and_then(Method::bank_account);
    let Some(debited) = debited else { return Ok(()) };
    let account = TestAccount::by_shown(debited.country.code(), &debited.last4).ok_or("no bank has this account")?;
    let said = match event {
        Event::Failed(code) => Behaviour::Fail(*code),
        _ => Behaviour::Pay,
    };
    if said == account.behaviour { Ok(()) } else { Err("its bank says otherwise") }
}

/// A timer fires when it is due, and not much later: the clock stops at every moment at which something is due.
pub(super) fn on_time(due: Timestamp, at: Timestamp) -> Result<(), &'static str> {
    if at < due {
        return Err("it was not due yet");
    }
    if at.since(due) > LATE_MAX { Err("it was due long before") } else { Ok(()) }
}

/// The event that tells of it.
fn told_by(event: &Event) -> Option<EventType> {
    match event {
        Event::Created => Some(EventType::PaymentCreated),
        Event::Submitted { .. } | Event::AuthenticationPassed => Some(EventType::PaymentProcessing),
        Event::AuthenticationRequired { .. } => Some(EventType::PaymentRequiresAuthentication),
        Event::ActionRequired => Some(EventType::PaymentRequiresAction),
        Event::Authorized { .. } | Event::CaptureRefused(_) => Some(EventType::PaymentAuthorized),
        Event::Completed { .. } => Some(EventType::PaymentCompleted),
        Event::Failed(_) => Some(EventType::PaymentFailed),
        Event::Cancelled => Some(EventType::PaymentCancelled),
        Event::Expired => Some(EventType::PaymentExpired),
        Event::Refunded(_) => Some(EventType::PaymentRefunded),
        Event::CaptureRequested(_)
        | Event::Clearing { .. }
        | Event::RefundSettled(_)
        | Event::RefundFailed(_)
        | Event::Disputed { .. }
        | Event::DisputeWon { .. }
        | Event::DiscountEnded { .. }
        | Event::CreditReleased
        | Event::Noted(_) => None,
    }
}
