//! The account's row.

use vinr_core::accounts::Settings;
use vinr_core::time::Timestamp;

use crate::context::{ACCOUNTS, SELF, read_settings, settings_values};
use crate::error::{ApiError, Result};
use crate::record::Unit;

pub(super) async fn load(unit: &mut Unit<'_>) -> Result<(Settings, String, Timestamp)> {
    let row = unit.store.load(&ACCOUNTS, SELF).await?.ok_or_else(|| ApiError::internal("an account has a row"))?;
    Ok(read_settings(&mut row.reader()))
}

pub(super) fn save(unit: &mut Unit<'_>, settings: &Settings, api_version: &str, created_at: Timestamp) {
    unit.store.update(&ACCOUNTS, SELF, settings_values(settings, api_version, created_at));
    unit.bump_context();
}
