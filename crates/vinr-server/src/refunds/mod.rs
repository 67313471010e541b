//! Refunds: money of a payment on its way back. Rules are in `vinr_core::refunds`; here they meet rows. What a refund
//! means to its payment is done by `flows::refunds`.

pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::events::EventType;
use vinr_core::ids::RefundId;
use vinr_core::refunds::{self as core, Event, Refund};
use vinr_core::refusal::{Code, Refusal};

use crate::error::Result;
use crate::record::{Noun, Unit};
use crate::witness::Note;

/// Makes sure that an id the caller chose is not taken.
///
/// # Errors
/// `resource_exists`.
pub(crate) async fn must_be_free(unit: &mut Unit<'_>, id: &RefundId) -> Result<()> {
    match store::find(unit, id).await? {
        None => Ok(()),
        Some(_) => Err(Refusal::new(Code::ResourceExists, format!("there is already a refund {id}")).at("id").into()),
    }
}

/// Writes a new refund with the money it takes; its payment has to take it in the same unit.
pub(crate) fn accept(unit: &mut Unit<'_>, refund: &Refund, event: Event, chosen_id: bool) {
    unit.note(|| Note::RefundCreated(Box::new(refund.clone())));
    book(unit, refund, event);
    unit.emit(EventType::RefundCreated, &wire::data(refund));
    store::insert(unit, refund, chosen_id);
    unit.timer(Noun::Refund, refund.id.as_str(), None, core::due(refund).map(|(at, _)| at));
}

/// Applies what happened to a refund; its payment has to hear of it in the same unit.
pub(crate) fn apply(unit: &mut Unit<'_>, refund: &mut Refund, event: Event) {
    let due_before = core::due(refund).map(|(at, _)| at);
    book(unit, refund, event);
    core::evolve(refund, event);
    unit.note(|| Note::Refund { id: refund.id.clone(), event });
    let kind = match event {
        Event::Created => EventType::RefundCreated,
        Event::Succeeded | Event::Revived => EventType::RefundUpdated,
        Event::Failed(_) => EventType::RefundFailed,
    };
    unit.emit(kind, &wire::data(refund));
    store::update(unit, refund);
    unit.timer(Noun::Refund, refund.id.as_str(), due_before, core::due(refund).map(|(at, _)| at));
}

/// Moves an event's money, and writes its line of the merchant's balance.
fn book(unit: &mut Unit<'_>, refund: &Refund, event: Event) {
    unit.book(refund.id.as_str(), &core::transfers(refund, event));
    if let Some(entry) = core::entry(refund, event) {
        unit.enter(entry);
    }
}
