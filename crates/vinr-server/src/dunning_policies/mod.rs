//! Dunning policies: how invoices that could not be collected are tried again. Rules are in `vinr_core::dunning`; here they
//! meet rows.

pub(crate) mod routes;
mod store;
mod wire;

use vinr_core::dunning::{self as core, Changes, Policy, Rules};
use vinr_core::ids::DunningPolicyId;
use vinr_core::refusal::{Code, Refusal};

use crate::error::{ApiError, Result};
use crate::record::Unit;

/// Creates a policy.
///
/// # Errors
/// `resource_exists`; everything that is wrong with it.
async fn create(unit: &mut Unit<'_>, policy: Policy, chosen_id: bool) -> Result<Policy> {
    core::check(&policy).map_err(ApiError::all)?;
    if chosen_id && store::find(unit, &policy.id).await?.is_some() {
        let message = format!("there is already a dunning policy {}", policy.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    store::insert(unit, &policy, chosen_id);
    Ok(policy)
}

/// Changes a policy.
///
/// # Errors
/// 404; everything that is wrong with the changes.
async fn update(unit: &mut Unit<'_>, id: &DunningPolicyId, changes: Changes) -> Result<Policy> {
    let policy = core::changed(load(unit, id).await?, changes).map_err(ApiError::all)?;
    store::update(unit, &policy);
    Ok(policy)
}

/// That something new can have a policy.
///
/// # Errors
/// 404 when there is none; `parameter_invalid` for one that is not active.
pub(crate) async fn must_be_usable(unit: &mut Unit<'_>, id: &DunningPolicyId) -> Result<()> {
    if load(unit, id).await?.is_active {
        return Ok(());
    }
    let message = format!("{id} is not active: nothing new can have it");
    Err(Refusal::new(Code::ParameterInvalid, message).at("dunningPolicyId").into())
}

/// What is done when an invoice cannot be collected: what the policy says that was named for it, or the one that the account
/// has named for all others, or the usual.
///
/// # Errors
/// The database does not answer; 404 for a policy that is not there.
pub(crate) async fn rules(unit: &mut Unit<'_>, named: Option<&DunningPolicyId>) -> Result<Rules> {
    let account = unit.context.clone();
    match named.or(account.settings.dunning_policy.as_ref()) {
        Some(id) => Ok(load(unit, id).await?.rules),
        None => Ok(Rules::default()),
    }
}

/// A policy that a decision depends on.
async fn load(unit: &mut Unit<'_>, id: &DunningPolicyId) -> Result<Policy> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("dunning policy", id.as_str()))
}
