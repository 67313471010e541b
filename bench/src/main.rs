//! What VINR costs, measured in one run on one machine: payments a second through the front door of the real binary,
//! beside the bare store fed with the same rows and beside pgbench writing them as an application without this store
//! would; deliveries; what grows with the history; start-up, memory and size; and what is counted whatever the machine.
//! Only ratios and counts compare between machines.
//!
//! ```text
//! cargo xtask bench
//! cargo xtask bench --only payments,deliveries --engines sqlite --connections 64 --seconds 10
//! ```

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the real clock and joins its tasks itself")]

mod chart;
mod counts;
mod deliveries;
mod document;
mod engine;
mod format;
mod growth;
mod in_process;
mod latency;
mod load;
mod machine;
mod marks;
mod other_calls;
mod payments;
mod pgbench;
mod receiver;
mod resources;
mod results;
mod server;
mod template;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use serde::Serialize;

use crate::results::Results;
use crate::template::Template;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What went wrong, in words.
pub(crate) type Problem = String;

/// Measures VINR on both engines and writes docs/performance.md.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask bench",
    after_help = "Example: cargo xtask bench --only payments --engines sqlite --connections 16,64\n\n\
                  A run of everything writes docs/performance.md, its charts and the table in README.md."
)]
pub(crate) struct Cli {
    /// Parts to measure [default: all]
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Everything in a few minutes: short measurements, little history
    #[arg(long)]
    quick: bool,
    /// Which databases
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Engine::Sqlite, Engine::Postgres])]
    engines: Vec<Engine>,
    /// Clients that ask at once [default: 1,16,64,256; quick: 1,64]
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=1_000))]
    connections: Vec<u16>,
    /// How long each measurement takes [default: 6; quick: 2]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: Option<u64>,
    /// Merchants among whom the payments are spread [default: 100,1]
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=10_000))]
    accounts: Vec<u16>,
    /// How many payments a history grows to [default: 1000000; quick: 30000]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1_000..=10_000_000))]
    history: Option<u32>,
    /// A PostgreSQL to use instead of a throw-away cluster; its databases `vinr_bench_…` are made anew
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// Write performance.md and its charts into this folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// One JSON object instead of the document
    #[arg(long)]
    json: bool,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Payments a second and how long one takes.
    Payments,
    /// Webhooks to a receiver that answers at once.
    Deliveries,
    /// What grows with the history.
    Growth,
    /// Start-up, memory, size of the program.
    Resources,
    /// Statements, round trips, flushes and allocations.
    Counts,
}

/// A database engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
pub(crate) enum Engine {
    /// The embedded one.
    #[serde(rename = "SQLite")]
    Sqlite,
    /// The server.
    #[serde(rename = "PostgreSQL")]
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

    /// What its files are called.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgresql",
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

/// Measures what is asked for; whether all marks hold.
fn run(cli: &Cli) -> Result<bool, Problem> {
    let scratch = engine::Scratch::new()?;
    progress("one payment, to see what it writes");
    let template = Template::of_one_payment(&scratch)?;
    // pgbench is the measure of both engines, so its cluster is needed in any case.
    let cluster = engine::Cluster::start(cli.postgres.as_deref())?;
    let bench = Bench { cli, scratch: &scratch, cluster: &cluster, template: &template };
    let mut results = Results::new(&bench)?;
    for part in cli.parts() {
        match part {
            Part::Payments => payments::measure(&bench, &mut results)?,
            Part::Deliveries => deliveries::measure(&bench, &mut results)?,
            Part::Growth => growth::measure(&bench, &mut results)?,
            Part::Resources => resources::measure(&bench, &mut results)?,
            Part::Counts => counts::measure(&bench, &mut results)?,
        }
    }
    let document = document::of(&results);
    if cli.json {
        let json = serde_json::to_string_pretty(&results).map_err(|error| error.to_string())?;
        println!("{json}");
    } else {
        println!("{}", document.text);
    }
    if let Some(folder) = &cli.out {
        document.write(folder)?;
    } else if cli.is_whole() {
        document.write(&engine::root().join("docs"))?;
        document::write_readme(&results, &engine::root().join("README.md"))?;
    }
    Ok(marks::of(&results).iter().all(|mark| mark.holds))
}

/// What every part needs.
pub(crate) struct Bench<'a> {
    pub(crate) cli: &'a Cli,
    pub(crate) scratch: &'a engine::Scratch,
    pub(crate) cluster: &'a engine::Cluster,
    pub(crate) template: &'a Template,
}

impl Bench<'_> {
    /// A database of this engine that nobody has used.
    pub(crate) fn fresh(&self, engine: Engine) -> Result<engine::Place, Problem> {
        engine::Place::fresh(self.scratch, self.cluster, engine)
    }
}

impl Cli {
    fn parts(&self) -> Vec<Part> {
        let all = Part::value_variants().iter().copied();
        all.filter(|part| self.only.is_empty() || self.only.contains(part)).collect()
    }

    /// Whether this is the run that the documents tell of.
    fn is_whole(&self) -> bool {
        self.only.is_empty()
            && !self.quick
            && self.engines.len() == 2
            && self.connections.is_empty()
            && self.seconds.is_none()
            && self.accounts.is_empty()
            && self.history.is_none()
    }

    /// How it was called.
    pub(crate) fn command() -> String {
        let arguments = std::env::args().skip(1);
        std::iter::once("cargo xtask bench".to_owned()).chain(arguments).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn connections(&self) -> Vec<u16> {
        match (self.connections.is_empty(), self.quick) {
            (false, _) => self.connections.clone(),
            (true, false) => vec![1, 16, 64, 256],
            (true, true) => vec![1, 64],
        }
    }

    pub(crate) fn accounts(&self) -> Vec<u16> {
        if self.accounts.is_empty() { vec![100, 1] } else { self.accounts.clone() }
    }

    pub(crate) fn history(&self) -> u32 {
        self.history.unwrap_or(if self.quick { 30_000 } else { 1_000_000 })
    }

    pub(crate) fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds.unwrap_or(if self.quick { 2 } else { 6 }))
    }
}

/// A runtime on this thread.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())
}

/// Says on the terminal what takes so long.
pub(crate) fn progress(what: &str) {
    eprintln!("… {what}");
}
