//! A customer's standing order: what is delivered and billed period after period (spec/billing.md, Subscriptions).
//!
//! ```text
//!  ──create──▶ incomplete ──paid──▶ active ◀──paid── past_due ──exhausted──▶ canceled, paused
//!     │            └─23 h──▶ canceled   └──payment failed──▶ ▲                or left as it is
//!     └──────▶ trialing ──its end──▶ active
//!                  └──its end, nobody can be charged──▶ paused ──resume──▶ active
//!                                                       canceled
//!  whatever is not canceled ──cancel, or the end of a period with which it was to end──▶ canceled
//! ```
//!
//! The n-th period is always computed from the anchor (`periods`). Who pauses the collection stays active: periods go by,
//! and only their invoices are treated otherwise. What a change costs is in [`crate::proration`]; which invoice is made of
//! it is a flow's business. Money is moved by invoices, so there are no transfers here.

mod decide;
mod periods;
mod row;

use alloc::vec::Vec;

use crate::accounts::TimeZone;
use crate::calendar;
use crate::currencies::Currency;
use crate::ids::{CustomerId, DunningPolicyId, PaymentMethodId, SubscriptionId};
use crate::metadata::Metadata;
use crate::prices::QUANTITY_MAX;
use crate::refusal::{Code, Refusal};
use crate::time::{Span, Timestamp};

pub use decide::{Command, Context, Effective, Event, Settings, decide};
pub use periods::{Cycle, Period, Schedule};
pub use row::{
    Collection, Discount, EndBehavior, EndReason, Item, OnExhausted, PauseBehavior, PauseCollection, Status,
    Subscription, Trial,
};

/// How long the first payment may be open before the subscription is given up.
pub const INCOMPLETE_FOR: Span = Span::hours(23);
/// So many days before a trial ends, the merchant is told.
pub const TRIAL_ENDING_DAYS: i64 = 3;
/// Longest trial, in days: two years.
pub const TRIAL_DAYS_MAX: i64 = 730;
/// Most items of a subscription.
pub const ITEMS_MAX: usize = 20;
/// Longest time to pay an invoice that is sent, in days.
pub const DAYS_UNTIL_DUE_MAX: u32 = 365;

/// What a merchant asks for.
#[derive(Clone, Debug)]
pub struct Create {
    /// Drawn by the server, or chosen by the caller (sandbox).
    pub id: SubscriptionId,
    /// Who subscribes.
    pub customer_id: CustomerId,
    /// What to; all of one currency and one cycle.
    pub items: Vec<Item>,
    /// How long their periods are.
    pub cycle: Cycle,
    /// What all is counted in.
    pub currency: Currency,
    /// How its invoices are paid.
    pub collection: Collection,
    /// What they are paid with, if not with the customer's default.
    pub default_method: Option<PaymentMethodId>,
    /// When a trial ends, and what if nobody can be charged then.
    pub trial: Option<TrialAsk>,
    /// When the first whole period begins, if not at once.
    pub anchor: Option<Timestamp>,
    /// What is taken off.
    pub discount: Option<Discount>,
    /// How failed invoices are tried again, if not by the account's default.
    pub dunning_policy: Option<DunningPolicyId>,
    /// The merchant's notes.
    pub metadata: Metadata,
}

/// A trial that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrialAsk {
    /// How long it is.
    pub length: TrialLength,
    /// What happens at its end if nobody can be charged.
    pub end_behavior: Option<EndBehavior>,
}

/// How long a trial is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialLength {
    /// So many days of the account's calendar (spec/traps.md, section 5), to the same time of the day.
    Days(i64),
    /// Until an instant.
    Until(Timestamp),
}

/// A new subscription: in its trial, or waiting for its first payment if there is one to be made.
///
/// # Errors
/// `parameter_invalid` for what is out of its range, `parameter_conflict` for a trial with an anchor of its own.
pub fn create(ask: Create, zone: &TimeZone, now: Timestamp) -> Result<(Subscription, Event), Refusal> {
    check_items(&ask.items)?;
    check_collection(ask.collection)?;
    let trial = ask.trial.map(|trial| begun(trial, zone, now)).transpose()?;
    let schedule = first_schedule(&ask, trial.as_ref(), zone, now)?;
    let status = match (&trial, ask.collection) {
        (Some(_), _) => Status::Trialing,
        (None, Collection::ChargeAutomatically) => Status::Incomplete,
        // Who gets an invoice to pay gets what it is for as well.
        (None, Collection::SendInvoice { .. }) => Status::Active,
    };
    let subscription = Subscription {
        id: ask.id,
        customer_id: ask.customer_id,
        status,
        currency: ask.currency,
        items: ask.items,
        items_next: None,
        schedule,
        period: 0,
        current: schedule.period(0, zone),
        trial,
        collection: ask.collection,
        pause: None,
        default_method: ask.default_method,
        dunning_policy: ask.dunning_policy,
        discount: ask.discount,
        incomplete_until: (status == Status::Incomplete).then(|| now.plus(INCOMPLETE_FOR)),
        cancel_at: None,
        canceled_at: None,
        ended_at: None,
        latest_invoice: None,
        metadata: ask.metadata,
        created_at: now,
    };
    Ok((subscription, Event::Created))
}

/// The trial that begins now.
fn begun(ask: TrialAsk, zone: &TimeZone, now: Timestamp) -> Result<Trial, Refusal> {
    let last = calendar::later(now, 0, TRIAL_DAYS_MAX, zone);
    let (end, param) = match ask.length {
        TrialLength::Days(days) if !(1..=TRIAL_DAYS_MAX).contains(&days) => {
            return Err(invalid("trialPeriodDays", &format!("expected 1 to {TRIAL_DAYS_MAX} days")));
        }
        TrialLength::Days(days) => (calendar::later(now, 0, days, zone), "trialPeriodDays"),
        TrialLength::Until(end) => (end, "trialEnd"),
    };
    if end.seconds() <= now.seconds() || end > last {
        return Err(invalid(
            param,
            &format!("expected an instant that is to come, and in {TRIAL_DAYS_MAX} days at most"),
        ));
    }
    // A shorter trial is told of at once.
    let announce_at = calendar::later(end, 0, TRIAL_ENDING_DAYS.saturating_neg(), zone).max(now);
    Ok(Trial { start: now, end, announce_at: Some(announce_at), end_behavior: ask.end_behavior })
}

/// The schedule that a new subscription begins with.
fn first_schedule(ask: &Create, trial: Option<&Trial>, zone: &TimeZone, now: Timestamp) -> Result<Schedule, Refusal> {
    let anchor = match (trial, ask.anchor) {
        (None, None) => now,
        (Some(trial), None) => trial.end,
        (None, Some(anchor)) => anchor,
        (Some(_), Some(_)) => {
            let message = "a subscription with a trial is billed from the end of its trial on";
            return Err(Refusal::new(Code::ParameterConflict, message).at("billingCycleAnchor"));
        }
    };
    let is_near = now.seconds() < anchor.seconds() && ask.cycle.boundary(anchor, -1, zone) <= now;
    if ask.anchor.is_some() && !is_near {
        return Err(invalid("billingCycleAnchor", "expected an instant that is to come, and within one period"));
    }
    Ok(Schedule { starts_at: now, anchor, cycle: ask.cycle, first: 0 })
}

/// Whether these can be the items of a subscription.
pub(crate) fn check_items(items: &[Item]) -> Result<(), Refusal> {
    if !(1..=ITEMS_MAX).contains(&items.len()) {
        return Err(invalid("items", &format!("expected 1 to {ITEMS_MAX} items")));
    }
    for (place, item) in items.iter().enumerate() {
        if item.quantity.is_some_and(|quantity| !(1..=QUANTITY_MAX).contains(&quantity)) {
            let message = format!("expected 1 to {QUANTITY_MAX}");
            return Err(Refusal::new(Code::ParameterInvalid, message).at(format!("items.{place}.quantity")));
        }
        let is_first = |other: &Item| other.id == item.id || other.price_id == item.price_id;
        if items.iter().position(is_first) != Some(place) {
            let message = "a price is on a subscription once: raise its quantity";
            return Err(Refusal::new(Code::ParameterConflict, message).at(format!("items.{place}.priceId")));
        }
    }
    Ok(())
}

fn check_collection(collection: Collection) -> Result<(), Refusal> {
    match collection {
        Collection::SendInvoice { days_until_due } if days_until_due > DAYS_UNTIL_DUE_MAX => {
            Err(invalid("daysUntilDue", &format!("expected 0 to {DAYS_UNTIL_DUE_MAX} days")))
        }
        Collection::SendInvoice { .. } | Collection::ChargeAutomatically => Ok(()),
    }
}

fn invalid(param: &'static str, message: &str) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message).at(param)
}

/// The earliest moment at which time itself changes the subscription.
pub fn due(subscription: &Subscription) -> Option<(Timestamp, Command)> {
    let Subscription { status, current, cancel_at, incomplete_until, .. } = subscription;
    let announce_at = subscription.trial.as_ref().and_then(|trial| trial.announce_at);
    let resumes_at = subscription.pause.as_ref().and_then(|pause| pause.resumes_at);
    let moments = match status {
        Status::Incomplete => [*incomplete_until, None, None],
        Status::Trialing => [Some(current.end), *cancel_at, announce_at],
        Status::Active | Status::PastDue => [Some(current.end), *cancel_at, resumes_at],
        // No period goes by, but who wanted it to end has not changed their mind.
        Status::Paused => [*cancel_at, None, None],
        Status::Canceled => [None, None, None],
    };
    moments.into_iter().flatten().min().map(|at| (at, Command::TimeOut))
}

/// Applies an event; the only place where a subscription changes.
pub fn evolve(subscription: &mut Subscription, event: &Event) {
    match event {
        Event::Created => {}
        Event::Activated | Event::Recovered => {
            subscription.status = Status::Active;
            subscription.incomplete_until = None;
        }
        Event::BecamePastDue => subscription.status = Status::PastDue,
        Event::TrialWillEnd => subscription.trial.iter_mut().for_each(|trial| trial.announce_at = None),
        Event::Renewed { period, current, is_first_paid } => {
            subscription.period = *period;
            subscription.current = *current;
            if let Some(items) = subscription.items_next.take() {
                subscription.items = items;
            }
            if *is_first_paid {
                subscription.status = Status::Active;
            } else {
                subscription.discount = subscription.discount.take().and_then(Discount::after_a_period);
            }
            subscription.items.iter_mut().for_each(|item| item.charge = None);
        }
        Event::Invoiced(invoice) => subscription.latest_invoice = Some(invoice.clone()),
        Event::ItemsCharged(charges) => {
            for (id, charge) in charges {
                subscription
                    .items
                    .iter_mut()
                    .filter(|item| item.id == *id)
                    .for_each(|item| item.charge = Some(*charge));
            }
        }
        Event::ItemsChanged(items) => {
            subscription.items.clone_from(items);
            subscription.items_next = None;
        }
        Event::ChangeScheduled(items) => subscription.items_next = Some(items.clone()),
        Event::ChangeDropped => subscription.items_next = None,
        Event::Restarted { schedule, current } => restart(subscription, *schedule, *current),
        Event::CancelScheduled { at, now } => {
            subscription.cancel_at = Some(*at);
            subscription.canceled_at = Some(*now);
        }
        Event::CancelDropped => {
            subscription.cancel_at = None;
            subscription.canceled_at = None;
        }
        Event::Paused => subscription.status = Status::Paused,
        Event::CollectionPaused(pause) => subscription.pause = Some(*pause),
        Event::CollectionResumed => subscription.pause = None,
        Event::Updated(settings) => {
            let decide::Settings { default_method, dunning_policy, collection, discount, metadata } = &**settings;
            subscription.default_method.clone_from(default_method);
            subscription.dunning_policy.clone_from(dunning_policy);
            subscription.collection = *collection;
            subscription.discount.clone_from(discount);
            subscription.metadata = metadata.clone();
        }
        Event::Ended { at, reason: _ } => {
            subscription.status = Status::Canceled;
            subscription.ended_at = Some(*at);
            subscription.canceled_at.get_or_insert(*at);
            subscription.incomplete_until = None;
            subscription.items_next = None;
            subscription.pause = None;
        }
    }
}

/// A new schedule: its first period is the next one that is billed.
fn restart(subscription: &mut Subscription, schedule: Schedule, current: Period) {
    if subscription.cancel_at == Some(subscription.current.end) {
        subscription.cancel_at = Some(current.end);
    }
    subscription.status = match subscription.status {
        Status::Paused | Status::Trialing => Status::Active,
        status @ (Status::Incomplete | Status::Active | Status::PastDue | Status::Canceled) => status,
    };
    subscription.schedule = schedule;
    subscription.period = schedule.first;
    subscription.current = current;
    subscription.items.iter_mut().for_each(|item| item.charge = None);
}

#[cfg(test)]
mod tests;
