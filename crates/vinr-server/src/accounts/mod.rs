//! The account's settings over the API (spec/conventions.md, The account).

pub(crate) mod routes;
mod store;
mod wire;

use vinr_core::accounts::{Changes, Settings, changed};

use crate::error::{ApiError, Result};
use crate::record::Unit;

/// Changes the settings of the unit's account.
///
/// # Errors
/// Every problem with the changes.
async fn change(unit: &mut Unit<'_>, changes: Changes) -> Result<Settings> {
    let (settings, version, created_at) = store::load(unit).await?;
    let settings = changed(&settings, changes).map_err(ApiError::all)?;
    store::save(unit, &settings, &version, created_at);
    Ok(settings)
}
