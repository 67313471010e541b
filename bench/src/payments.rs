//! Payments a second and how long each takes: through the front door, by the bare store, by pgbench. Beside them what
//! costs more than a simple payment (`other_calls.rs`).

use std::time::{Duration, Instant};

use crate::engine::Place;
use crate::format::grouped;
use crate::latency::Latencies;
use crate::load::{Answer, Call, WARMING, nth};
use crate::pgbench::Baseline;
use crate::results::{Rate, Results, Subject};
use crate::server::{Counters, Server};
use crate::{Bench, Engine, Problem, in_process, load, other_calls, progress, runtime};

/// How often each of two kinds of calls has its turn.
const TURNS: u32 = 4;

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
    let mut found = Found::default();
    found.look(server, ask, (WARMING, bench.cli.duration()), next)?;
    Ok(found.rate(engine, subject, ask))
}

/// Two kinds of calls.
pub(crate) type Two<'a> = [(Subject, &'a dyn Fn(u64) -> Option<Call>); 2];

/// The rates of two kinds of calls that are compared, measured in turn, a part of the time each: what the server has
/// grown by meanwhile, and what it does beside them, is shared by both.
pub(crate) fn in_turn(
    bench: &Bench<'_>,
    server: &Server,
    (engine, ask): (Engine, Ask),
    two: Two<'_>,
) -> Result<[Rate; 2], Problem> {
    let mut found = [Found::default(), Found::default()];
    for _ in 0..TURNS {
        for (found, (_, next)) in found.iter_mut().zip(&two) {
            found.look(server, ask, (WARMING / TURNS, bench.cli.duration() / TURNS), &|number| next(number))?;
        }
    }
    let [first, second] = found;
    Ok([first.rate(engine, two[0].0, ask), second.rate(engine, two[1].0, ask)])
}

/// What was measured of one kind of calls so far.
#[derive(Default)]
struct Found {
    latencies: Latencies,
    took: Duration,
    spent: Counters,
}

impl Found {
    /// Measures for a time, after another one of warming.
    fn look(
        &mut self,
        server: &Server,
        ask: Ask,
        (warming, duration): (Duration, Duration),
        next: &impl Fn(u64) -> Option<Call>,
    ) -> Result<(), Problem> {
        let (runtime, heard) = (runtime()?, |_: &Call, _: &Answer| Ok(()));
        runtime.block_on(load::work(server, ask.connections, warming, next, &heard))?;
        let (before, began) = (server.counters()?, Instant::now());
        self.latencies.join(runtime.block_on(load::work(server, ask.connections, duration, next, &heard))?);
        self.took += began.elapsed().min(duration);
        self.spent = self.spent.and(server.counters()?.since(&before));
        Ok(())
    }

    fn rate(self, engine: Engine, subject: Subject, ask: Ask) -> Rate {
        Rate::new(engine, subject, ask, self.latencies, self.took, self.spent)
    }
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
