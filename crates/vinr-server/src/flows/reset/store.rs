//! Resets as rows.

use vinr_store::{Column, Kind, Table, UnitOfWork};

use crate::context::{COUNTERS, SELF};
use crate::error::Result;

const RESETS: Table = Table { name: "resets", columns: &[Column::int("sequence")], unique: &[], kind: Kind::Versioned };

/// Remembers which number the account's events have come to.
pub(super) async fn remember(unit: &mut UnitOfWork) -> Result<()> {
    let counters = unit.load(&COUNTERS, SELF).await?;
    let last = counters.map_or(0, |row| row.int(COUNTERS.column("sequence")));
    unit.put(&RESETS, SELF, vec![last.into()]);
    Ok(())
}
