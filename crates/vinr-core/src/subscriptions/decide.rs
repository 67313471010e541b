//! What a subscription answers to what is asked of it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{
    Collection, Cycle, Discount, EndBehavior, EndReason, Item, OnExhausted, PauseCollection, Period, Schedule, Status,
    Subscription, check_collection, check_items, due,
};
use crate::accounts::TimeZone;
use crate::ids::{DunningPolicyId, InvoiceId, PaymentMethodId, SubscriptionItemId};
use crate::metadata::Metadata;
use crate::proration::Charge;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// What a decision knows beside the subscription.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The account's time.
    pub now: Timestamp,
    /// Where the account's calendar is.
    pub zone: &'a TimeZone,
    /// Whether there is a method that its invoices can be charged to.
    pub has_method: bool,
}

/// When a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effective {
    /// At once.
    Now,
    /// With the next period.
    AtPeriodEnd,
}

/// Everything that can be asked of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// An invoice of it was paid, and none is left that is not.
    Paid,
    /// An invoice of it could not be collected.
    PaymentFailed,
    /// No retry has brought the money.
    Exhausted(OnExhausted),
    /// An invoice was made of it.
    Invoiced(InvoiceId),
    /// An invoice charged its items for what is left of the period.
    ItemsCharged(Vec<(SubscriptionItemId, Charge)>),
    /// It shall have these items.
    Change {
        /// All of them; those that keep their id keep their place.
        items: Vec<Item>,
        /// How long their periods are.
        cycle: Cycle,
        /// From when on.
        effective: Effective,
    },
    /// What was to change with the next period shall not.
    DropChange,
    /// It shall have these settings.
    Update(Box<Settings>),
    /// It shall end with the current period.
    CancelAtPeriodEnd,
    /// It shall not end with it after all.
    KeepOn,
    /// It shall end now.
    Cancel,
    /// Nothing shall be collected for the time being.
    PauseCollection(PauseCollection),
    /// It shall be collected again.
    ResumeCollection,
    /// Who was paused can be charged again.
    Resume,
    /// Time went by ([`due`]).
    TimeOut,
}

/// What of a subscription changes without costing anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What its invoices are paid with.
    pub default_method: Option<PaymentMethodId>,
    /// How failed invoices are tried again.
    pub dunning_policy: Option<DunningPolicyId>,
    /// How its invoices are paid.
    pub collection: Collection,
    /// What is taken off.
    pub discount: Option<Discount>,
    /// The merchant's notes.
    pub metadata: Metadata,
}

impl Settings {
    /// As they are.
    pub fn of(subscription: &Subscription) -> Self {
        Self {
            default_method: subscription.default_method.clone(),
            dunning_policy: subscription.dunning_policy.clone(),
            collection: subscription.collection,
            discount: subscription.discount.clone(),
            metadata: subscription.metadata.clone(),
        }
    }
}

/// What happened to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It began.
    Created,
    /// Its first payment was made.
    Activated,
    /// A renewal was not paid.
    BecamePastDue,
    /// What was owed was paid.
    Recovered,
    /// Its trial ends soon.
    TrialWillEnd,
    /// Another period began: it has an invoice.
    Renewed {
        /// Its number.
        period: u32,
        /// From when to when it is.
        current: Period,
        /// Whether it is the first one after the trial.
        is_first_paid: bool,
    },
    /// An invoice was made of it.
    Invoiced(InvoiceId),
    /// Its items were charged for what is left of the period.
    ItemsCharged(Vec<(SubscriptionItemId, Charge)>),
    /// It has other items.
    ItemsChanged(Vec<Item>),
    /// It will have other items with the next period.
    ChangeScheduled(Vec<Item>),
    /// It will not.
    ChangeDropped,
    /// Its periods are counted anew: it has an invoice.
    Restarted {
        /// By what.
        schedule: Schedule,
        /// The period that began.
        current: Period,
    },
    /// It will end.
    CancelScheduled {
        /// When.
        at: Timestamp,
        /// When somebody wanted it.
        now: Timestamp,
    },
    /// It will not.
    CancelDropped,
    /// It waits for somebody who can be charged.
    Paused,
    /// Nothing is collected.
    CollectionPaused(PauseCollection),
    /// It is collected again.
    CollectionResumed,
    /// It has other settings.
    Updated(Box<Settings>),
    /// It is over.
    Ended {
        /// Since when.
        at: Timestamp,
        /// Why.
        reason: EndReason,
    },
}

/// Decides a command. No event: nothing new.
///
/// # Errors
/// `subscription_not_changeable` with the state in the message; what is wrong with items.
pub fn decide(subscription: &Subscription, command: Command, context: Context<'_>) -> Result<Vec<Event>, Refusal> {
    let Context { now, .. } = context;
    let one = |event: Option<Event>| Ok(event.into_iter().collect());
    match command {
        Command::Paid => one(paid(subscription.status)),
        Command::PaymentFailed => one(payment_failed(subscription.status)),
        Command::Exhausted(then) => one(exhausted(subscription.status, then, now)),
        Command::Invoiced(invoice) => Ok(vec![Event::Invoiced(invoice)]),
        Command::ItemsCharged(charges) => one((!charges.is_empty()).then_some(Event::ItemsCharged(charges))),
        Command::Change { items, cycle, effective } => change(subscription, items, cycle, effective, context),
        Command::DropChange => one(subscription.items_next.is_some().then_some(Event::ChangeDropped)),
        Command::Update(settings) => {
            living(subscription)?;
            check_collection(settings.collection)?;
            let changes = *settings != Settings::of(subscription);
            one(changes.then_some(Event::Updated(settings)))
        }
        Command::CancelAtPeriodEnd => {
            let at = going(subscription)?.current.end;
            one((subscription.cancel_at != Some(at)).then_some(Event::CancelScheduled { at, now }))
        }
        Command::KeepOn => {
            living(subscription)?;
            one(subscription.cancel_at.is_some().then_some(Event::CancelDropped))
        }
        Command::Cancel => {
            living(subscription)?;
            Ok(vec![Event::Ended { at: now, reason: EndReason::Requested }])
        }
        Command::PauseCollection(pause) => {
            living(subscription)?;
            if pause.resumes_at.is_some_and(|at| at <= now) {
                let message = "expected an instant that is to come";
                return Err(Refusal::new(Code::ParameterInvalid, message).at("pauseCollection.resumesAt"));
            }
            one((subscription.pause != Some(pause)).then_some(Event::CollectionPaused(pause)))
        }
        Command::ResumeCollection => {
            living(subscription)?;
            one(subscription.pause.is_some().then_some(Event::CollectionResumed))
        }
        Command::Resume => one((subscription.status == Status::Paused).then(|| {
            let cycle = subscription.schedule.cycle;
            restarted(subscription, cycle, context)
        })),
        Command::TimeOut => Ok(time_out(subscription, context)),
    }
}

fn paid(status: Status) -> Option<Event> {
    match status {
        Status::Incomplete => Some(Event::Activated),
        Status::PastDue => Some(Event::Recovered),
        // The invoice of nothing that a trial has, a renewal, or an old invoice.
        Status::Trialing | Status::Active | Status::Paused | Status::Canceled => None,
    }
}

fn payment_failed(status: Status) -> Option<Event> {
    match status {
        Status::Active => Some(Event::BecamePastDue),
        // The first payment has no dunning; it may be made by hand until its time is over.
        Status::Incomplete => None,
        // Of a trial's own charges nothing depends, and what is past due is so already.
        Status::Trialing | Status::PastDue | Status::Paused | Status::Canceled => None,
    }
}

fn exhausted(status: Status, then: OnExhausted, now: Timestamp) -> Option<Event> {
    match (status, then) {
        (Status::PastDue, OnExhausted::Cancel) => Some(Event::Ended { at: now, reason: EndReason::PaymentFailed }),
        (Status::PastDue, OnExhausted::Pause) => Some(Event::Paused),
        (Status::PastDue, OnExhausted::LeaveUnpaid) => None,
        // An older invoice, of a subscription that another one has recovered or ended.
        (Status::Trialing | Status::Incomplete | Status::Active | Status::Paused | Status::Canceled, _) => None,
    }
}

/// Other items, now or with the next period. Periods of another length are counted from the moment of the change.
fn change(
    subscription: &Subscription,
    items: Vec<Item>,
    cycle: Cycle,
    effective: Effective,
    context: Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    going(subscription)?;
    check_items(&items)?;
    let is_other_cycle = cycle != subscription.schedule.cycle;
    match effective {
        Effective::AtPeriodEnd if is_other_cycle => {
            let message = "periods of another length begin at once: effective now";
            Err(Refusal::new(Code::ParameterConflict, message).at("effective"))
        }
        Effective::AtPeriodEnd if items == subscription.items => {
            Ok(subscription.items_next.is_some().then_some(Event::ChangeDropped).into_iter().collect())
        }
        Effective::AtPeriodEnd => Ok(vec![Event::ChangeScheduled(items)]),
        Effective::Now if is_other_cycle => match subscription.status {
            // Nothing was paid yet that another length could cut short.
            Status::Trialing => {
                let message = "a trial's periods keep their length until it is over";
                Err(Refusal::new(Code::SubscriptionNotChangeable, message).at("items"))
            }
            Status::Incomplete | Status::Active | Status::PastDue | Status::Paused | Status::Canceled => {
                Ok(vec![Event::ItemsChanged(items), restarted(subscription, cycle, context)])
            }
        },
        Effective::Now if items == subscription.items && subscription.items_next.is_none() => Ok(Vec::new()),
        Effective::Now => Ok(vec![Event::ItemsChanged(items)]),
    }
}

fn restarted(subscription: &Subscription, cycle: Cycle, context: Context<'_>) -> Event {
    let first = subscription.period.saturating_add(1);
    let schedule = Schedule::from_anchor(context.now, cycle, first);
    Event::Restarted { schedule, current: schedule.period(first, context.zone) }
}

/// The one step that is due first: whoever is late repeats it, so that every period has its turn.
fn time_out(subscription: &Subscription, context: Context<'_>) -> Vec<Event> {
    let Some((at, _)) = due(subscription).filter(|(at, _)| *at <= context.now) else { return Vec::new() };
    let is_at = |moment: Option<Timestamp>| moment == Some(at);
    match subscription.status {
        Status::Incomplete => vec![Event::Ended { at, reason: EndReason::FirstPaymentMissing }],
        // Who cancels pays for no other period, and hears of no trial that goes on.
        Status::Trialing | Status::Active | Status::PastDue | Status::Paused if is_at(subscription.cancel_at) => {
            vec![Event::Ended { at, reason: EndReason::Requested }]
        }
        Status::Trialing if is_at(subscription.trial.and_then(|trial| trial.announce_at)) => vec![Event::TrialWillEnd],
        Status::Trialing => trial_ended(subscription, at, context),
        Status::Active | Status::PastDue if is_at(subscription.pause.and_then(|pause| pause.resumes_at)) => {
            vec![Event::CollectionResumed]
        }
        Status::Active | Status::PastDue => vec![renewed(subscription, false, context)],
        Status::Paused | Status::Canceled => Vec::new(),
    }
}

/// The first period that is paid, unless nobody can be charged and something else was agreed for that.
fn trial_ended(subscription: &Subscription, at: Timestamp, context: Context<'_>) -> Vec<Event> {
    let behavior = subscription.trial.and_then(|trial| trial.end_behavior);
    let can_be_paid = match subscription.collection {
        Collection::ChargeAutomatically => context.has_method,
        Collection::SendInvoice { .. } => true,
    };
    match behavior {
        Some(EndBehavior::Cancel) if !can_be_paid => vec![Event::Ended { at, reason: EndReason::TrialEnded }],
        Some(EndBehavior::Pause) if !can_be_paid => vec![Event::Paused],
        Some(EndBehavior::Cancel | EndBehavior::Pause) | None => vec![renewed(subscription, true, context)],
    }
}

fn renewed(subscription: &Subscription, is_first_paid: bool, context: Context<'_>) -> Event {
    let period = subscription.period.saturating_add(1);
    Event::Renewed { period, current: subscription.schedule.period(period, context.zone), is_first_paid }
}

/// A subscription that is not over.
fn living(subscription: &Subscription) -> Result<&Subscription, Refusal> {
    match subscription.status {
        Status::Canceled => Err(refused(subscription)),
        Status::Trialing | Status::Incomplete | Status::Active | Status::PastDue | Status::Paused => Ok(subscription),
    }
}

/// A subscription that was paid for or tried, so that it can be another one or come to the end of its period.
fn going(subscription: &Subscription) -> Result<&Subscription, Refusal> {
    match subscription.status {
        Status::Trialing | Status::Active | Status::PastDue => Ok(subscription),
        Status::Incomplete | Status::Paused | Status::Canceled => Err(refused(subscription)),
    }
}

fn refused(subscription: &Subscription) -> Refusal {
    let message = format!("a subscription that is {} does not change so", subscription.status);
    Refusal::new(Code::SubscriptionNotChangeable, message)
}
