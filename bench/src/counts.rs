//! What is counted and not timed: the same on every machine, and a gate of the tests (bench/tests/counts.rs). Another
//! program counts, whose allocator counts too and would be measured here.

use std::process::Command;

use serde::{Deserialize, Serialize};

use crate::engine::programs;
use crate::results::Results;
use crate::{Bench, Problem, progress};

/// What a thousand of something took.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counted {
    pub(crate) engine: String,
    /// `payments`, `charges of a saved card` or `refunds`.
    pub(crate) what: String,
    pub(crate) connections: u16,
    pub(crate) statements: u64,
    pub(crate) round_trips: u64,
    pub(crate) fsyncs: u64,
    pub(crate) rows: u64,
    pub(crate) allocations: u64,
}

pub(crate) fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<(), Problem> {
    for engine in &bench.cli.engines {
        progress(&format!("{}: counting what 1,000 payments, charges and refunds take", engine.name()));
        let place = bench.fresh(*engine)?;
        let output = Command::new(programs()?.join("vinr-counts")).arg(&place.url).output();
        let output = output.map_err(|error| format!("cannot run vinr-counts: {error}"))?;
        if !output.status.success() {
            return Err(format!("vinr-counts: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let counted: Vec<Counted> = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        results.counts.extend(counted);
    }
    Ok(())
}
