//! The account's settings, with what they name.

pub(crate) mod routes;

use vinr_core::accounts::{Changes, Settings};

use crate::error::{Problems, Result};
use crate::record::Unit;
use crate::{accounts, dunning_policies};

/// Changes the settings of the unit's account, unless there are problems already; the policy that it names is its own.
///
/// # Errors
/// Every problem with the changes; 404 for a policy that is not there.
async fn change(unit: &mut Unit<'_>, changes: Changes, problems: Problems) -> Result<Settings> {
    if let Some(Some(policy)) = &changes.dunning_policy {
        dunning_policies::must_be_usable(unit, policy).await.map_err(|error| error.about("dunningPolicyId"))?;
    }
    accounts::change(unit, changes, problems).await
}
