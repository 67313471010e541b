//! Setups: a card or an account typed on the hosted page and kept without a payment. Rules are in `vinr_core::setups`;
//! here they meet rows.

pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::ids::{PaymentMethodId, SetupId};
use vinr_core::payment_methods::{Owner, Saving};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::setups::{self as core, Command, Event, Setup, Verdict};
use vinr_core::time::Timestamp;

use crate::error::{ApiError, Result};
use crate::record::{Noun, Reaction, Unit};
use crate::witness::Note;

/// Creates a setup.
pub(crate) async fn create(unit: &mut Unit<'_>, ask: core::Create, chosen_id: bool) -> Result<Setup> {
    if chosen_id && store::find(unit, &ask.id).await?.is_some() {
        let message = format!("there is already a setup {}", ask.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    let setup = core::create(ask, unit.now());
    unit.note(|| Note::SetupCreated(Box::new(setup.clone())));
    store::insert(unit, &setup, chosen_id);
    schedule(unit, &setup, None);
    Ok(setup)
}

/// A setup whose card or account may be typed now.
///
/// # Errors
/// 404, `setup_not_confirmable`.
pub(crate) async fn open(unit: &mut Unit<'_>, id: &SetupId) -> Result<Setup> {
    let setup = load(unit, id).await?;
    core::verify_gate(&setup, unit.now())?;
    Ok(setup)
}

/// The bank's word on what was typed.
pub(crate) fn verify(unit: &mut Unit<'_>, setup: Setup, method: PaymentMethodId, verdict: Verdict) -> Result<Setup> {
    apply(unit, setup, Command::Verify { method, verdict })
}

/// The buyer's answer to a 3DS challenge.
pub(crate) async fn authenticate(unit: &mut Unit<'_>, id: &SetupId, passed: bool) -> Result<Setup> {
    let setup = load(unit, id).await?;
    apply(unit, setup, if passed { Command::Authenticated } else { Command::AuthenticationFailed })
}

/// What time does to a setup when its timer fires.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &SetupId) -> Result<()> {
    let setup = load(unit, id).await?;
    match core::due(&setup) {
        Some((at, command)) if at <= unit.now() => apply(unit, setup, command).map(drop),
        later => {
            let fired = Some(unit.now());
            unit.timer(Noun::Setup, id.as_str(), fired, later.map(|(at, _)| at));
            Ok(())
        }
    }
}

async fn load(unit: &mut Unit<'_>, id: &SetupId) -> Result<Setup> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("setup", id.as_str()))
}

fn apply(unit: &mut Unit<'_>, mut setup: Setup, command: Command) -> Result<Setup> {
    let due_before = core::due(&setup).map(|(at, _)| at);
    let now = unit.now();
    for event in core::decide(&setup, command, now)? {
        match (&event, setup.method.clone()) {
            (Event::Succeeded, Some(method)) => {
                unit.react(Reaction::Keep(Saving { method, owner: Owner::Known(setup.customer_id.clone()) }));
            }
            (Event::Failed(_), Some(method)) => unit.react(Reaction::GiveUp(method)),
            _ => {}
        }
        core::evolve(&mut setup, &event);
        unit.note(|| Note::Setup { id: setup.id.clone(), event, at: now });
    }
    store::update(unit, &setup);
    schedule(unit, &setup, due_before);
    Ok(setup)
}

fn schedule(unit: &mut Unit<'_>, setup: &Setup, before: Option<Timestamp>) {
    unit.timer(Noun::Setup, setup.id.as_str(), before, core::due(setup).map(|(at, _)| at));
}
