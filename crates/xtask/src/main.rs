//! VINR's own tools, called as `cargo xtask COMMAND`.

mod ha;
mod mutations;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::{Command as Process, ExitCode};

use clap::{Parser, Subcommand};

/// VINR's own tools.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Checks the rules of the house: sizes, names, who may know whom, documents that tell the truth.
    Tidy,
    /// Builds the release, measures it and writes docs/performance.md; `cargo xtask bench -- --help` says how.
    Bench {
        /// Passed on to the benchmark
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Puts known bugs into a copy of the tree, one at a time, and sees whether the simulator finds them.
    Mutations {
        /// Only patches whose names contain one of these
        names: Vec<String>,
        /// Seeds in which a bug must be found
        #[arg(long, default_value_t = 300)]
        seeds: u32,
    },
    /// Takes the leader of a PostgreSQL cluster away under load, and proves that no answered payment is lost.
    Ha {
        /// How often: by turns the leader is killed, its PostgreSQL alone, and it freezes
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        rounds: u32,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Mutations { names, seeds } => mutations::run(&root(), &names, seeds),
        Command::Tidy => tidy(),
        Command::Ha { rounds } => ha::run(&root(), rounds),
        Command::Bench { arguments } => bench(&arguments),
    }
}

fn bench(arguments: &[String]) -> ExitCode {
    let cargo = |arguments: &[&str]| Process::new(env!("CARGO")).current_dir(root()).args(arguments).status();
    let built = cargo(&["build", "--release", "--locked", "-p", "vinr", "-p", "vinr-bench"]);
    if !built.is_ok_and(|status| status.success()) {
        return ExitCode::from(2);
    }
    let mut run = vec!["run", "--release", "--locked", "--quiet", "-p", "vinr-bench", "--"];
    run.extend(arguments.iter().map(String::as_str));
    let code = cargo(&run).ok().and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(2))
}

fn tidy() -> ExitCode {
    let problems = match tidy::check(&root()) {
        Ok(problems) => problems,
        Err(error) => {
            eprintln!("tidy cannot read the tree: {error}");
            return ExitCode::from(2);
        }
    };
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => ExitCode::SUCCESS,
        count => {
            eprintln!("tidy: {count} to mend");
            ExitCode::FAILURE
        }
    }
}

/// The repository's folder.
fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).expect("xtask lies two folders below the root").to_path_buf()
}
