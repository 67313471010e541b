//! Payment links: created, changed, visited. Rules are in `vinr_core::payment_links`; here they meet rows. What a link
//! makes are payments, so a visit is a flow (`flows::payment_links`).

mod qr_code;
pub(crate) mod routes;
pub(crate) mod store;
pub(crate) mod wire;

pub(crate) use qr_code::svg;
use vinr_core::ids::{PaymentId, PaymentLinkId};
use vinr_core::payment_links::{self as core, Changes, Command, PaymentLink, Place};
use vinr_core::refusal::{Code, Refusal};

use crate::error::{ApiError, Result};
use crate::record::Unit;
use crate::witness::Note;

/// Creates a link.
async fn create(unit: &mut Unit<'_>, ask: core::Create, chosen_id: bool) -> Result<PaymentLink> {
    if chosen_id && store::find(unit, &ask.id).await?.is_some() {
        let message = format!("there is already a payment link {}", ask.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    // Whether its end is past is a matter of the account's clock.
    unit.guard();
    let link = core::create(ask, unit.now())?;
    unit.note(|| Note::LinkCreated(Box::new(link.clone())));
    store::insert(unit, &link, chosen_id);
    Ok(link)
}

/// Changes a link, or switches it off and on.
async fn update(unit: &mut Unit<'_>, id: &PaymentLinkId, changes: Changes) -> Result<PaymentLink> {
    let link = load(unit, id).await?;
    apply(unit, link, Command::Update(changes))
}

/// A link that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &PaymentLinkId) -> Result<PaymentLink> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("payment link", id.as_str()))
}

/// A buyer came, and this payment is being made.
///
/// # Errors
/// `payment_link_used_up`, `payment_link_inactive`.
pub(crate) fn visit(unit: &mut Unit<'_>, link: PaymentLink, payment: PaymentId) -> Result<()> {
    apply(unit, link, Command::Visit(payment)).map(drop)
}

/// What a payment has of its link's places is other than it was.
///
/// # Errors
/// `payment_link_used_up`, `payment_link_inactive` for a payment that wants a place: then it is not charged.
pub(crate) async fn move_place(unit: &mut Unit<'_>, id: &PaymentLinkId, from: Place, to: Place) -> Result<()> {
    let link = load(unit, id).await?;
    apply(unit, link, Command::Move { from, to }).map(drop)
}

fn apply(unit: &mut Unit<'_>, mut link: PaymentLink, command: Command) -> Result<PaymentLink> {
    // No event of a link's tells of it, which would check the clock that it is decided by.
    unit.guard();
    let events = core::decide(&link, command, unit.now())?;
    for event in &events {
        core::evolve(&mut link, event);
        unit.note(|| Note::Link { id: link.id.clone(), event: event.clone() });
    }
    if !events.is_empty() {
        store::update(unit, &link);
    }
    Ok(link)
}
