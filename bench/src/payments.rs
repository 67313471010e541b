//! Payments a second and how long each takes: through the front door, by the bare store, by pgbench. Beside them what
//! costs more than a simple payment (`other_calls.rs`).

use crate::engine::Place;
use crate::format::grouped;
use crate::pgbench::Baseline;
use crate::results::{Rate, Results, Subject};
use crate::server::Server;
use crate::{Bench, Engine, Problem, in_process, load, other_calls, progress, runtime};

pub(crate) fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<(), Problem> {
    for accounts in bench.cli.accounts() {
        let pgbench = Baseline::prepare(bench.scratch, bench.cluster, bench.template, accounts)?;
        for connections in bench.cli.connections() {
            let ask = Ask { accounts, connections };
            for engine in &bench.cli.engines {
                let place = bench.fresh(*engine)?;
                let server = Server::with_accounts(&place, accounts)?;
                results.rate(through_http(bench, &server, *engine, ask)?);
                if (Some(&accounts), connections) == (bench.cli.accounts().first(), other_calls::CONNECTIONS) {
                    other_calls::measure(bench, &server, *engine, ask, results)?;
                }
                server.stop()?;
                results.rate(bare_store(bench, &bench.fresh(*engine)?, ask)?);
            }
            results.rate(beside_pgbench(bench, &pgbench, ask)?);
        }
    }
    Ok(())
}

/// Who asks, and for whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask {
    pub(crate) accounts: u16,
    pub(crate) connections: u16,
}

fn through_http(bench: &Bench<'_>, server: &Server, engine: Engine, ask: Ask) -> Result<Rate, Problem> {
    let runtime = runtime()?;
    runtime.block_on(load::run(server, ask.connections, load::WARMING, None))?;
    let before = server.counters()?;
    let latencies = runtime.block_on(load::run(server, ask.connections, bench.cli.duration(), None))?;
    let spent = server.counters()?.since(&before);
    Ok(told(Rate::new(engine, Subject::Http, ask, latencies, bench.cli.duration(), spent)))
}

fn bare_store(bench: &Bench<'_>, place: &Place, ask: Ask) -> Result<Rate, Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let task = in_process::run(place, bench.template, ask, bench.cli.duration());
    let (latencies, spent) = runtime.block_on(task)?;
    Ok(told(Rate::new(place.engine, Subject::InProcess, ask, latencies, bench.cli.duration(), spent)))
}

fn beside_pgbench(bench: &Bench<'_>, pgbench: &Baseline, ask: Ask) -> Result<Rate, Problem> {
    let (latencies, spent) = pgbench.run(ask.connections, bench.cli.duration())?;
    Ok(told(Rate::new(Engine::Postgres, Subject::Pgbench, ask, latencies, bench.cli.duration(), spent)))
}

/// A rate, and says it on the terminal.
pub(crate) fn told(rate: Rate) -> Rate {
    let Rate { engine, subject, accounts, connections, per_second, p50_ms, .. } = rate;
    progress(&format!(
        "{}, {}, {connections} clients, {accounts} accounts: {}/s, p50 {p50_ms:.2} ms",
        engine.name(),
        subject.name(),
        grouped(per_second)
    ));
    rate
}
