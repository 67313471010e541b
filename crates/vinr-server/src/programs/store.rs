//! Programs as rows; their table is read with every context and is declared there.

use vinr_core::ids::{AccountId, ProgramId};
use vinr_core::programs::Program;
use vinr_store::{Read, Row};

use crate::context::{PROGRAMS, program_values, read_program};
use crate::error::{ApiError, Result};
use crate::http::list::List;
use crate::record::Unit;
use crate::witness::Note;

/// The list of programs.
pub(super) const LIST: List = List {
    table: "programs",
    columns: "id, name, points_name, point_value, rounding, expiry_months, auto_enroll, allow_negative, active, metadata, \
              created_at, tier_config, counts",
    order: "created_at",
    indexes: &[],
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &ProgramId) -> Result<Option<Program>> {
    let row = unit.store.load(&PROGRAMS, id.as_str()).await?;
    Ok(row.map(|row| read_program(id.clone(), &mut row.reader())))
}

/// A program to be shown.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn get(reads: &impl Read, account: &AccountId, id: &ProgramId) -> Result<Program> {
    let row = reads.load(&PROGRAMS, account.as_str(), id.as_str()).await?;
    let program = row.map(|row| read_program(id.clone(), &mut row.reader()));
    program.ok_or_else(|| ApiError::missing("loyalty program", id.as_str()))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> Program {
    let mut row = row.reader();
    let id = ProgramId::parse(row.text()).expect("the database holds program ids");
    read_program(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, program: &Program, contested: bool) {
    let (id, values) = (program.id.as_str(), program_values(program));
    if contested {
        unit.store.claim(&PROGRAMS, id, values);
    } else {
        unit.store.insert(&PROGRAMS, id, values);
    }
    unit.note(|| Note::Program(Box::new(program.clone())));
    unit.bump_context();
}

pub(super) fn update(unit: &mut Unit<'_>, program: &Program) {
    unit.store.update(&PROGRAMS, program.id.as_str(), program_values(program));
    unit.note(|| Note::Program(Box::new(program.clone())));
    unit.bump_context();
}
