//! Payments a second and how long each takes: through the front door, by the bare store, by pgbench. Beside them what
//! costs more than a simple payment (`other_calls.rs`).

use std::time::Instant;

use crate::engine::Place;
use crate::format::grouped;
use crate::load::{Answer, Call, WARMING, nth};
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
                let payment = |number| Some(Call::payment(nth(number, server.keys.len())));
                results.rate(told(timed(bench, &server, (*engine, Subject::Http, ask), &payment)?));
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

/// The rate of these calls, after some warming up; over less time if there are no more of them.
pub(crate) fn timed(
    bench: &Bench<'_>,
    server: &Server,
    (engine, subject, ask): (Engine, Subject, Ask),
    next: &impl Fn(u64) -> Option<Call>,
) -> Result<Rate, Problem> {
    let (runtime, heard) = (runtime()?, |_: &Call, _: &Answer| Ok(()));
    runtime.block_on(load::work(server, ask.connections, WARMING, next, &heard))?;
    let (before, began) = (server.counters()?, Instant::now());
    let latencies = runtime.block_on(load::work(server, ask.connections, bench.cli.duration(), next, &heard))?;
    let took = began.elapsed().min(bench.cli.duration());
    let spent = server.counters()?.since(&before);
    Ok(Rate::new(engine, subject, ask, latencies, took, spent))
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
