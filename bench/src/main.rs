//! Payments a second: through the front door of the real binary, beside the bare store fed with the same rows, and
//! beside pgbench writing the same rows as an application without this store would. All three in one run on one
//! machine, since only ratios and counts compare between machines.
//!
//! ```text
//! cargo xtask bench
//! cargo xtask bench --engines sqlite --connections 64 --seconds 10 --json
//! ```

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the real clock and joins its tasks itself")]

mod engine;
mod in_process;
mod latency;
mod load;
mod pgbench;
mod report;
mod server;
mod template;

use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};

use crate::engine::Place;
use crate::report::{Measured, Report, Started, Subject};
use crate::template::Template;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many starts are measured.
const STARTS: usize = 5;

/// What went wrong, in words.
pub(crate) type Problem = String;

/// Measures payments a second on both engines, beside the bare store and beside pgbench.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", after_help = "Example: cargo xtask bench --engines sqlite --connections 16,64")]
pub(crate) struct Cli {
    /// Which databases
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Engine::Sqlite, Engine::Postgres])]
    engines: Vec<Engine>,
    /// Clients that ask at once
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    connections: Vec<u16>,
    /// How long each measurement takes
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Merchants among whom the payments are spread
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    accounts: u16,
    /// A PostgreSQL to use instead of a throw-away cluster; its databases `vinr_bench_…` are made anew
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// The embedded one.
    Sqlite,
    /// The server.
    Postgres,
}

impl Engine {
    /// What it is called.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

/// Measures everything; whether all marks hold.
fn run(cli: &Cli) -> Result<bool, Problem> {
    let scratch = engine::Scratch::new()?;
    progress("one payment, to see what it writes");
    let template = Template::of_one_payment(&scratch)?;
    let mut report = Report::new(cli.json);
    report.payment(&template);
    // pgbench is the measure of both engines, so its cluster is needed in any case.
    let cluster = engine::Cluster::start(cli.postgres.as_deref())?;
    let pgbench = pgbench::Baseline::prepare(&scratch, &cluster, &template, cli.accounts)?;
    for engine in &cli.engines {
        let fresh = || Place::fresh(&scratch, &cluster, *engine);
        let new = started(*engine, "nothing", || server::Server::start(&fresh()?))?;
        for connections in &cli.connections {
            let place = fresh()?;
            let (measured, payments) = through_http(cli, &place, *connections)?;
            report.add(*engine, measured);
            if cli.connections.last() == Some(connections) {
                let filled = started(*engine, "what the last run left", || server::Server::start(&place))?;
                report.started(*engine, &Started { new, filled, payments });
            }
            let place = fresh()?;
            report.add(*engine, in_process(cli, &place, &template, *connections)?);
            report.add(*engine, beside_pgbench(cli, &pgbench, *connections)?);
        }
    }
    Ok(report.verdict())
}

/// The middle one of a few starts, each drained before the next.
fn started(
    engine: Engine,
    on: &str,
    start: impl Fn() -> Result<(server::Server, Duration), Problem>,
) -> Result<Duration, Problem> {
    progress(&format!("{} started on {on}", engine.name()));
    let mut all = Vec::new();
    for _ in 0..STARTS {
        let (server, took) = start()?;
        server.stop()?;
        all.push(took);
    }
    all.sort_unstable();
    Ok(all[STARTS / 2])
}

/// What was measured, and how many payments the place holds now.
fn through_http(cli: &Cli, place: &Place, connections: u16) -> Result<(Measured, usize), Problem> {
    progress(&format!("{} over HTTP, {connections} connections", place.engine.name()));
    let server = server::Server::with_accounts(place, cli.accounts)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let warm = runtime.block_on(load::run(&server, connections, Duration::from_secs(1)))?;
    let before = server.counters()?;
    let latencies = runtime.block_on(load::run(&server, connections, cli.duration()))?;
    let spent = server.counters()?.since(&before);
    server.stop()?;
    let payments = warm.count() + latencies.count();
    Ok((Measured::new(Subject::Http, connections, latencies, cli.duration(), spent), payments))
}

fn in_process(cli: &Cli, place: &Place, template: &Template, connections: u16) -> Result<Measured, Problem> {
    progress(&format!("{} in-process, {connections} tasks", place.engine.name()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let task = in_process::run(place, template, connections, cli.accounts, cli.duration());
    let (latencies, spent) = runtime.block_on(task)?;
    Ok(Measured::new(Subject::InProcess, connections, latencies, cli.duration(), spent))
}

fn beside_pgbench(cli: &Cli, pgbench: &pgbench::Baseline, connections: u16) -> Result<Measured, Problem> {
    progress(&format!("pgbench, {connections} clients"));
    let (latencies, spent) = pgbench.run(connections, cli.duration())?;
    Ok(Measured::new(Subject::Pgbench, connections, latencies, cli.duration(), spent))
}

impl Cli {
    fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Says on the terminal what takes so long.
fn progress(what: &str) {
    eprintln!("… {what}");
}
