//! Payouts: what is collected for a merchant's bank, and its way there. Rules are in `vinr_core::payouts`; here they meet
//! rows.

pub(crate) mod routes;
pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::events::EventType;
use vinr_core::ids::{PayoutId, PayoutPlanId};
use vinr_core::keys::Environment;
use vinr_core::money::Currency;
use vinr_core::payouts::{self as core, Command, Event, Payout, Plan};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;

use crate::error::{ApiError, Result};
use crate::record::{Noun, Unit};

/// A plan in a unit of work.
pub(crate) struct Collecting {
    /// What is collected.
    pub(crate) plan: Plan,
    /// When its timer fires by its row; nothing for a plan that has no row yet.
    stored: Option<Option<Timestamp>>,
}

/// Whether there is a bank that payouts can be sent to. Only the sandbox has one so far: in live, settlements wait.
pub(crate) fn has_bank(unit: &Unit<'_>) -> bool {
    unit.settings.environment == Environment::Sandbox
}

/// The plan that collects a currency's settlements now.
pub(crate) async fn collecting(unit: &mut Unit<'_>, currency: Currency) -> Result<Collecting> {
    unit.guard();
    let known = unit.books().plans.iter().find(|(of, _)| *of == currency).map(|(_, id)| id.clone());
    let Some(id) = known else {
        let id = PayoutPlanId::from_bits(unit.env.id_bits());
        return Ok(Collecting { plan: Plan::new(id, currency), stored: None });
    };
    let plan = store::find_plan(unit, &id).await?;
    let plan = plan.ok_or_else(|| ApiError::internal(format!("the plan {id} has no row")))?;
    Ok(Collecting { stored: Some(plan.cut_at), plan })
}

/// The plan whose timer fired; nothing if it is a payout by now.
pub(crate) async fn find_collecting(unit: &mut Unit<'_>, id: &PayoutPlanId) -> Result<Option<Collecting>> {
    let plan = store::find_plan(unit, id).await?;
    Ok(plan.map(|plan| Collecting { stored: Some(plan.cut_at), plan }))
}

/// Ends the timer of a plan that is a payout by now.
pub(crate) fn forget(unit: &mut Unit<'_>, id: &PayoutPlanId) {
    let fired = Some(unit.now());
    unit.timer(Noun::PayoutPlan, id.as_str(), fired, None);
}

/// Sets the timer of a plan to what its row says.
pub(crate) fn rearm(unit: &mut Unit<'_>, collecting: &Collecting) {
    let fired = Some(unit.now());
    unit.timer(Noun::PayoutPlan, collecting.plan.id.as_str(), fired, collecting.plan.cut_at);
}

/// Saves a plan that goes on collecting.
pub(crate) fn keep(unit: &mut Unit<'_>, collecting: Collecting) {
    let Collecting { plan, stored } = collecting;
    store::save_plan(unit, &plan, None, stored.is_some());
    unit.timer(Noun::PayoutPlan, plan.id.as_str(), stored.flatten(), plan.cut_at);
    if stored.is_none() {
        unit.bump_context();
        unit.books().plans.push((plan.currency, plan.id));
    }
}

/// Makes a plan a payout. The caller writes the line of the balance that it is.
pub(crate) async fn make(
    unit: &mut Unit<'_>,
    collecting: Collecting,
    ask: core::Create,
    chosen_id: bool,
) -> Result<Payout> {
    if chosen_id && store::find(unit, &ask.id).await?.is_some() {
        let message = format!("there is already a payout {}", ask.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    let Collecting { plan, stored } = collecting;
    let (payout, event) = core::create(&plan, ask, unit.now());
    unit.bump_context();
    unit.books().plans.retain(|(_, id)| *id != plan.id);
    store::save_plan(unit, &plan, Some(&payout), stored.is_some());
    unit.timer(Noun::PayoutPlan, plan.id.as_str(), stored.flatten(), None);
    store::insert(unit, &payout, chosen_id);
    told(unit, &payout, event);
    unit.timer(Noun::Payout, payout.id.as_str(), None, core::due(&payout));
    Ok(payout)
}

/// The merchant keeps the money with VINR.
///
/// # Errors
/// 404, `payout_not_cancellable`.
pub(crate) async fn cancel(unit: &mut Unit<'_>, id: &PayoutId) -> Result<Payout> {
    let payout = load(unit, id).await?;
    apply(unit, payout, Command::Cancel)
}

/// What time does to a payout when its timer fires.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &PayoutId) -> Result<()> {
    let payout = load(unit, id).await?;
    match (core::due(&payout), core::due_command(&payout)) {
        (Some(at), Some(command)) if at <= unit.now() => apply(unit, payout, command).map(drop),
        (later, _) => {
            let fired = Some(unit.now());
            unit.timer(Noun::Payout, id.as_str(), fired, later);
            Ok(())
        }
    }
}

async fn load(unit: &mut Unit<'_>, id: &PayoutId) -> Result<Payout> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("payout", id.as_str()))
}

fn apply(unit: &mut Unit<'_>, mut payout: Payout, command: Command) -> Result<Payout> {
    let due_before = core::due(&payout);
    if let Some(event) = core::decide(&payout, command)? {
        if let Some(entry) = core::entry(&payout, event) {
            unit.enter(entry);
        }
        core::evolve(&mut payout, event);
        told(unit, &payout, event);
    }
    store::update(unit, &payout);
    unit.timer(Noun::Payout, payout.id.as_str(), due_before, core::due(&payout));
    Ok(payout)
}

/// Books what an event moves, and tells of it; `payout` is the state after the event.
fn told(unit: &mut Unit<'_>, payout: &Payout, event: Event) {
    unit.book(payout.id.as_str(), &core::transfers(payout, event));
    let kind = match event {
        Event::Created => EventType::PayoutCreated,
        Event::Paid => EventType::PayoutPaid,
        Event::Failed(_) => EventType::PayoutFailed,
        Event::Sent | Event::Cancelled => return,
    };
    unit.emit(kind, &wire::data(payout));
}
