//! The whole server under virtual time, from one seed: real router, workers and store, a simulated disk, merchants'
//! programs and buyers who work at once, endpoints that fail, an acquirer that is not to be trusted, and an operator who
//! kills the process. The same seed plays the same story and ends with the same trace hash.

mod alarms;
mod audit;
mod bank;
mod book;
mod chance;
mod check;
mod client;
mod contract;
mod disk;
mod merchant;
mod profile;
mod run;
mod store;
mod story;
mod witness;
mod world;

use std::ops::Range;
use std::process::ExitCode;

use clap::Parser;
use profile::Size;

/// Plays seeds and checks the platform's invariants.
#[derive(Parser)]
#[command(after_help = "Example: vinr-sim --seed 7\n\nA seed that fails is printed with the line that repeats it.")]
struct Cli {
    /// Play this one seed and print its trace hash
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// Play these seeds: `100` stands for `0..100`
    #[arg(long, default_value = "100", value_parser = seeds, value_name = "A..B")]
    seeds: Range<u64>,
    /// Requests that a seed's clients make, at most
    #[arg(long, default_value_t = 150)]
    requests: u32,
    /// Hours that pass on each account's clock, about
    #[arg(long, default_value_t = 24)]
    hours: u32,
    /// Seeds that are played at once
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: u16,
    /// End with the first seed that fails
    #[arg(long)]
    fail_fast: bool,
}

fn seeds(text: &str) -> Result<Range<u64>, String> {
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("{text}: {error}"));
    match text.split_once("..") {
        Some((from, to)) => Ok(number(from)?..number(to)?),
        None => Ok(0..number(text)?),
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let size = Size { requests: cli.requests, hours: cli.hours };
    match cli.seed {
        Some(seed) => match story::play(seed, size) {
            Ok(played) => {
                println!("{}\ntrace hash: {}", played.facts, played.hash);
                ExitCode::SUCCESS
            }
            Err(broken) => {
                eprintln!("seed {seed}: {broken}");
                ExitCode::FAILURE
            }
        },
        None => run::all(cli.seeds, size, cli.jobs, cli.fail_fast),
    }
}
