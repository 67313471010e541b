//! VINR's own tools, called as `cargo xtask COMMAND`.

mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

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
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Tidy => tidy(),
    }
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
