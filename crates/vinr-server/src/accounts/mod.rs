//! The account's settings over the API (spec/conventions.md, The account).

mod store;
pub(crate) mod wire;

use vinr_core::accounts::{Changes, Settings, changed};

use crate::error::{ApiError, Problems, Result};
use crate::record::Unit;

/// Changes the settings of the unit's account, unless there are problems already.
///
/// # Errors
/// Every problem with the changes.
pub(crate) async fn change(unit: &mut Unit<'_>, changes: Changes, mut problems: Problems) -> Result<Settings> {
    let (settings, version, created_at) = store::load(unit).await?;
    let changed =
        problems.note_all(changed(&settings, changes, unit.settings.environment)).filter(|_| problems.is_empty());
    let settings = changed.ok_or_else(|| ApiError::from(problems))?;
    store::save(unit, &settings, &version, created_at);
    Ok(settings)
}

/// Forgets the policy that the account has named for what names none: with the policies of a sandbox it goes too.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn forget_policy(unit: &mut Unit<'_>) -> Result<()> {
    if unit.context.settings.dunning_policy.is_none() {
        return Ok(());
    }
    let (settings, version, created_at) = store::load(unit).await?;
    store::save(unit, &Settings { dunning_policy: None, ..settings }, &version, created_at);
    Ok(())
}
