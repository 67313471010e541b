//! What an installation takes: time until it is ready, memory, and the size of the program.

use std::time::Duration;

use serde::Serialize;

use crate::engine::{Place, programs};
use crate::results::Results;
use crate::server::Server;
use crate::{Bench, Engine, Problem, load, progress, runtime};

/// How many starts are measured.
const STARTS: usize = 5;
/// Clients of the load under which memory is looked at.
const CONNECTIONS: u16 = 64;

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Used {
    pub(crate) engine: Engine,
    /// From the call of the program to the line that says that it is ready, where there is nothing yet: schema, master
    /// key and account are made.
    pub(crate) start_new_ms: f64,
    /// The same where these payments are.
    pub(crate) start_filled_ms: f64,
    pub(crate) payments: usize,
    /// Memory of the server's process before its first request, after the load, and at most.
    pub(crate) idle_mib: f64,
    pub(crate) loaded_mib: f64,
    pub(crate) peak_mib: f64,
    pub(crate) program_mib: f64,
}

pub(crate) fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<(), Problem> {
    for engine in &bench.cli.engines {
        let used = one(bench, *engine)?;
        progress(&format!(
            "{}: ready in {:.0} ms, {:.1} MiB idle, {:.1} MiB loaded",
            engine.name(),
            used.start_new_ms,
            used.idle_mib,
            used.loaded_mib
        ));
        results.resources.push(used);
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn one(bench: &Bench<'_>, engine: Engine) -> Result<Used, Problem> {
    let start_new = middle(|| started(&bench.fresh(engine)?))?;
    let place = bench.fresh(engine)?;
    let server = Server::with_accounts(&place, 100)?;
    let idle = server.memory()?;
    let latencies = runtime()?.block_on(load::run(&server, CONNECTIONS, bench.cli.duration(), None))?;
    let loaded = server.memory()?;
    server.stop()?;
    let start_filled = middle(|| started(&place))?;
    let program = programs()?.join("vinr");
    let size = std::fs::metadata(&program).map_err(|error| format!("{}: {error}", program.display()))?.len();
    Ok(Used {
        engine,
        start_new_ms: start_new.as_secs_f64() * 1e3,
        start_filled_ms: start_filled.as_secs_f64() * 1e3,
        payments: latencies.count(),
        idle_mib: idle.now_mib,
        loaded_mib: loaded.now_mib,
        peak_mib: loaded.peak_mib,
        program_mib: size as f64 / f64::from(1 << 20),
    })
}

/// The middle one of a few starts.
fn middle(start: impl Fn() -> Result<Duration, Problem>) -> Result<Duration, Problem> {
    let mut all = (0..STARTS).map(|_| start()).collect::<Result<Vec<_>, _>>()?;
    all.sort_unstable();
    Ok(all[STARTS / 2])
}

/// How long a server takes to be ready; it is drained again.
fn started(place: &Place) -> Result<Duration, Problem> {
    let (server, took) = Server::start(place)?;
    server.stop()?;
    Ok(took)
}
