//! Loyalty programs: created and changed. Rules are in `vinr_core::programs`; here they meet rows. What decisions need of a
//! program they have from their context, so whoever changes one bumps that.

pub(crate) mod routes;
pub(crate) mod store;
pub(crate) mod tiers;
mod wire;

use vinr_core::ids::ProgramId;
use vinr_core::programs::{self as core, Changes, Program};
use vinr_core::refusal::{Code, Refusal};

use crate::error::{ApiError, Result};
use crate::record::Unit;

/// Most programs of an account: decisions have all of them at hand, and a customer may join all of them with one payment,
/// which is one commit.
const PROGRAMS_MAX: usize = 10;

/// Creates a program.
///
/// # Errors
/// `resource_exists`; everything that is wrong with it; one more than [`PROGRAMS_MAX`].
async fn create(unit: &mut Unit<'_>, chosen: Option<&ProgramId>, asked: Changes) -> Result<Program> {
    if let Some(id) = chosen
        && store::find(unit, id).await?.is_some()
    {
        return Err(Refusal::new(Code::ResourceExists, format!("there is already a program {id}")).at("id").into());
    }
    unit.guard();
    if unit.context.loyalty.programs.len() >= PROGRAMS_MAX {
        let message = format!("an account has {PROGRAMS_MAX} loyalty programs at most; change one of them");
        return Err(Refusal::new(Code::ParameterInvalid, message).into());
    }
    let id = chosen.cloned().unwrap_or_else(|| ProgramId::from_bits(unit.env.id_bits()));
    let program = core::create(id, asked, unit.now()).map_err(ApiError::all)?;
    store::insert(unit, &program, chosen.is_some());
    Ok(program)
}

/// Changes a program.
///
/// # Errors
/// 404; everything that is wrong with the changes.
async fn update(unit: &mut Unit<'_>, id: &ProgramId, changes: Changes) -> Result<Program> {
    let program = store::find(unit, id).await?;
    let program = program.ok_or_else(|| ApiError::missing("loyalty program", id.as_str()))?;
    let program = core::changed(program, changes).map_err(ApiError::all)?;
    store::update(unit, &program);
    Ok(program)
}
