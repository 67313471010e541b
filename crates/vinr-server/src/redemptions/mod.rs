//! Redemptions: issued, attached, used, given back. Rules are in `vinr_core::redemptions`; here they meet rows. Whose points
//! they take and what they take off are flows (`flows::redemptions`).

pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::events::EventType;
use vinr_core::ids::RedemptionId;
use vinr_core::redemptions::{self as core, Command, Event, Hold, Redemption};
use vinr_core::refusal::{Code, Refusal};

use crate::error::{ApiError, Result};
use crate::record::{Noun, Unit};
use crate::witness::Note;

/// Stages a new redemption, and tells of it.
///
/// # Errors
/// `resource_exists`.
pub(crate) async fn issue(unit: &mut Unit<'_>, redemption: &Redemption, chosen_id: bool) -> Result<()> {
    if chosen_id && store::find(unit, &redemption.id).await?.is_some() {
        let message = format!("there is already a redemption {}", redemption.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    unit.emit(EventType::LoyaltyPointsRedeemed, &wire::data(redemption));
    unit.timer(Noun::Redemption, redemption.id.as_str(), None, core::due(redemption));
    store::insert(unit, redemption, chosen_id);
    unit.note(|| Note::RedemptionIssued(Box::new(redemption.clone())));
    Ok(())
}

/// A redemption that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &RedemptionId) -> Result<Redemption> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("redemption", id.as_str()))
}

/// Decides a command, and stages what comes of it; `hold` is what the payment says that carries the redemption.
///
/// # Errors
/// What the redemption refuses.
pub(crate) fn tell(
    unit: &mut Unit<'_>,
    redemption: &mut Redemption,
    command: Command,
    hold: Hold,
) -> Result<Option<Event>> {
    let event = core::decide(redemption, command, hold, unit.now())?;
    if let Some(event) = event.clone() {
        let before = core::due(redemption);
        core::evolve(redemption, event.clone());
        unit.timer(Noun::Redemption, redemption.id.as_str(), before, core::due(redemption));
        store::update(unit, redemption);
        let at = unit.now();
        unit.note(|| Note::Redemption { id: redemption.id.clone(), event, at });
    }
    Ok(event)
}

/// Its time is over and something holds it: whatever that is, its end comes without a timer of the redemption's.
pub(crate) fn wait(unit: &mut Unit<'_>, redemption: &Redemption) {
    let (fired, due) = (unit.now(), core::due(redemption));
    unit.timer(Noun::Redemption, redemption.id.as_str(), Some(fired), due.filter(|due| *due > fired));
}
