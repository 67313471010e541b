//! Subscriptions: begun, renewed, changed, ended. Rules are in `vinr_core::subscriptions`; here they meet rows. What they
//! cost, and the invoices for it, are a flow (`flows::billing`).

mod kept;
pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::events::EventType;
use vinr_core::ids::{SubscriptionId, SubscriptionItemId};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::subscriptions::{self as core, Command, Context, Event, Subscription};
use vinr_core::time::Timestamp;

use crate::error::{ApiError, Result};
use crate::record::{Noun, Unit};

/// Stages a new subscription with its items, and tells of it as it is by then.
///
/// # Errors
/// `resource_exists`.
pub(crate) async fn begin(unit: &mut Unit<'_>, subscription: &Subscription, chosen_id: bool) -> Result<()> {
    if chosen_id && store::find(unit, &subscription.id).await?.is_some() {
        let message = format!("there is already a subscription {}", subscription.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    store::insert(unit, subscription, chosen_id);
    store::register(unit, &subscription.id, &subscription.items);
    unit.timer(Noun::Subscription, subscription.id.as_str(), None, due(subscription));
    unit.emit(EventType::SubscriptionCreated, &wire::data(subscription));
    Ok(())
}

/// A subscription that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &SubscriptionId) -> Result<Subscription> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("subscription", id.as_str()))
}

/// The subscription that an item is or was of.
///
/// # Errors
/// 404 when there is no such item.
pub(crate) async fn of_item(unit: &mut Unit<'_>, id: &SubscriptionItemId) -> Result<SubscriptionId> {
    store::find_of_item(unit, id).await?.ok_or_else(|| ApiError::missing("subscription item", id.as_str()))
}

/// Decides a command, and stages what comes of it; one event tells of all of it.
///
/// # Errors
/// What the subscription refuses.
pub(crate) fn tell(
    unit: &mut Unit<'_>,
    subscription: &mut Subscription,
    command: Command,
    has_method: bool,
) -> Result<Vec<Event>> {
    let account = unit.context.clone();
    let context = Context { now: unit.now(), zone: &account.settings.time_zone, has_method };
    let events = core::decide(subscription, command, context)?;
    if events.is_empty() {
        return Ok(events);
    }
    let (before, items) = (due(subscription), subscription.items.clone());
    for event in &events {
        core::evolve(subscription, event);
    }
    let is_new = |item: &&core::Item| items.iter().all(|known| known.id != item.id);
    let added: Vec<core::Item> = subscription.items.iter().filter(is_new).cloned().collect();
    store::register(unit, &subscription.id, &added);
    store::update(unit, subscription);
    unit.timer(Noun::Subscription, subscription.id.as_str(), before, due(subscription));
    if let Some(kind) = events.iter().rev().find_map(told) {
        unit.emit(kind, &wire::data(subscription));
    }
    Ok(events)
}

/// The timer of a subscription that went off early, or for something that is over: it is set to what the row says now.
pub(crate) fn set_timer(unit: &mut Unit<'_>, subscription: &Subscription) {
    let fired = Some(unit.now());
    unit.timer(Noun::Subscription, subscription.id.as_str(), fired, due(subscription));
}

/// What merchants are told of an event.
fn told(event: &Event) -> Option<EventType> {
    match event {
        Event::TrialWillEnd => Some(EventType::SubscriptionTrialWillEnd),
        Event::Ended { .. } => Some(EventType::SubscriptionDeleted),
        // Its creation tells of itself, and of an invoice the invoice.
        Event::Created | Event::Invoiced(_) | Event::ItemsCharged(_) => None,
        Event::Activated
        | Event::BecamePastDue
        | Event::Recovered
        | Event::Renewed { .. }
        | Event::ItemsChanged(_)
        | Event::ChangeScheduled(_)
        | Event::ChangeDropped
        | Event::Restarted { .. }
        | Event::CancelScheduled { .. }
        | Event::CancelDropped
        | Event::Paused
        | Event::CollectionPaused(_)
        | Event::CollectionResumed
        | Event::Updated(_) => Some(EventType::SubscriptionUpdated),
    }
}

fn due(subscription: &Subscription) -> Option<Timestamp> {
    core::due(subscription).map(|(at, _)| at)
}
