//! Disputes: charges that a bank takes back. Rules are in `vinr_core::disputes`; here they meet rows. What a dispute means
//! to its payment is done by `flows::disputes`.

pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::disputes::{self as core, Dispute, Event};
use vinr_core::events::EventType;
use vinr_core::time::Timestamp;

use crate::record::{Noun, Unit};
use crate::witness::Note;

/// Writes a new dispute with the money it takes, or a warning of one; its payment has to know in the same unit.
pub(crate) fn opened(unit: &mut Unit<'_>, dispute: &Dispute, event: &Event) {
    unit.note(|| Note::DisputeOpened(Box::new(dispute.clone())));
    book(unit, dispute, event);
    unit.emit(EventType::DisputeCreated, &wire::data(dispute));
    store::insert(unit, dispute);
    schedule(unit, dispute, None);
}

/// Applies what happened to a dispute; its payment has to know in the same unit.
pub(crate) fn apply(unit: &mut Unit<'_>, dispute: &mut Dispute, event: &Event) {
    let due_before = core::due(dispute).map(|(at, _)| at);
    let now = unit.now();
    book(unit, dispute, event);
    core::evolve(dispute, event);
    unit.note(|| Note::Dispute { id: dispute.id.clone(), event: event.clone(), at: now });
    let kind = match event {
        Event::Opened | Event::Warned => EventType::DisputeCreated,
        // A warning is neither won nor lost: nothing was taken.
        Event::Updated { .. } | Event::Submitted { .. } | Event::Escalated { .. } | Event::Closed => {
            EventType::DisputeUpdated
        }
        Event::Won => EventType::DisputeWon,
        Event::Lost => EventType::DisputeLost,
    };
    unit.emit(kind, &wire::data(dispute));
    store::update(unit, dispute);
    schedule(unit, dispute, due_before);
}

/// What an event moves, and the line of the balance that says so.
fn book(unit: &mut Unit<'_>, dispute: &Dispute, event: &Event) {
    unit.book(dispute.id.as_str(), &core::transfers(dispute, event));
    if let Some(entry) = core::entry(dispute, event) {
        unit.enter(entry);
    }
}

fn schedule(unit: &mut Unit<'_>, dispute: &Dispute, before: Option<Timestamp>) {
    unit.timer(Noun::Dispute, dispute.id.as_str(), before, core::due(dispute).map(|(at, _)| at));
}
