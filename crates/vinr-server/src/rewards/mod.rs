//! Rewards: what members can exchange points for. Rules are in `vinr_core::rewards`; here they meet rows. Who exchanges
//! some is a flow (`flows::redemptions`).

pub(crate) mod routes;
pub(crate) mod store;
mod wire;

use vinr_core::ids::RewardId;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::rewards::{self as core, Changes, Reward};

use crate::error::{ApiError, Problems, Result};
use crate::record::Unit;
use crate::witness::Note;

/// Creates a reward.
///
/// # Errors
/// `resource_exists`; 404 for its program; everything that is wrong with it.
async fn create(unit: &mut Unit<'_>, reward: Reward, chosen_id: bool) -> Result<Reward> {
    if chosen_id && store::find(unit, &reward.id).await?.is_some() {
        let message = format!("there is already a reward {}", reward.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    unit.context.loyalty.program(&reward.program_id).map_err(|error| error.about("programId"))?;
    let mut problems = Problems::default();
    problems.note_all(core::check(&reward));
    if let Some(tier) = &reward.tier {
        unit.guard();
        problems.note(unit.context.loyalty.check_tier(&reward.program_id, tier, "tier"));
    }
    problems.told()?;
    store::insert(unit, &reward, chosen_id);
    unit.note(|| Note::Reward(Box::new(reward.clone())));
    Ok(reward)
}

/// Changes a reward; who has chosen it gets it as it was.
///
/// # Errors
/// 404; everything that is wrong with the changes.
async fn update(unit: &mut Unit<'_>, id: &RewardId, changes: Changes) -> Result<Reward> {
    let is_named = changes.tier.as_ref().is_some_and(Option::is_some);
    let reward = core::changed(load(unit, id).await?, changes).map_err(ApiError::all)?;
    if let Some(tier) = reward.tier.as_ref().filter(|_| is_named) {
        unit.guard();
        unit.context.loyalty.check_tier(&reward.program_id, tier, "tier")?;
    }
    store::update(unit, &reward);
    unit.note(|| Note::Reward(Box::new(reward.clone())));
    Ok(reward)
}

/// A reward that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &RewardId) -> Result<Reward> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("reward", id.as_str()))
}

/// Takes one away; what there is no end of is not written.
///
/// # Errors
/// `reward_unavailable`.
pub(crate) fn take(unit: &mut Unit<'_>, reward: &mut Reward) -> Result<()> {
    core::take(reward)?;
    if reward.inventory.is_some() {
        store::update(unit, reward);
    }
    Ok(())
}

/// Puts one back that was not used, or whose order was refunded.
pub(crate) async fn put_back(unit: &mut Unit<'_>, id: &RewardId) -> Result<()> {
    let mut reward = load(unit, id).await?;
    if reward.inventory.is_some() {
        core::put_back(&mut reward);
        store::update(unit, &reward);
    }
    Ok(())
}

/// Takes one away that was put back, whether or not there is one: its order stands after all.
pub(crate) async fn take_again(unit: &mut Unit<'_>, id: &RewardId) -> Result<()> {
    let mut reward = load(unit, id).await?;
    if reward.inventory.is_some() {
        core::take_again(&mut reward);
        store::update(unit, &reward);
    }
    Ok(())
}
