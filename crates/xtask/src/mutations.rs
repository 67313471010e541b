//! Whether the simulator finds bugs: each patch in `crates/xtask/mutations` puts one into a copy of the tree, which is
//! built and played until a seed fails. A bug that no seed finds is a hole in the invariants or in the workload.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use tokio::time::Instant;

/// Where the patches lie.
const PATCHES: &str = "crates/xtask/mutations";
/// Where the copy and what is built of it are kept between two runs.
const WORK: &str = "target/mutations";

/// What became of one mutation.
enum Found {
    /// This seed, which says this.
    By(u64, String),
    /// No seed in so many.
    Not,
    /// It could not be tried.
    Untried(String),
}

/// Applies each patch whose name contains one of `names`, or every patch if there are none, and plays up to `seeds` seeds.
pub(crate) fn run(root: &Path, names: &[String], seeds: u32) -> ExitCode {
    let patches = match patches(root) {
        Ok(patches) => patches,
        Err(error) => {
            eprintln!("the patches cannot be read: {error}");
            return ExitCode::from(2);
        }
    };
    let chosen = |name: &str| names.is_empty() || names.iter().any(|part| name.contains(part.as_str()));
    println!("{:<32} {:>5} {:>8}  invariant", "patch", "seed", "seconds");
    let mut missed = 0;
    for patch in patches {
        let name = patch.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if !chosen(&name) {
            continue;
        }
        let (found, seconds) = try_one(root, &patch, seeds);
        let (seed, says) = match found {
            Found::By(seed, says) => (seed.to_string(), says),
            Found::Not => ("-".to_owned(), format!("NOT FOUND in {seeds} seeds")),
            Found::Untried(why) => ("-".to_owned(), format!("NOT TRIED: {}", shortened(&why))),
        };
        missed += u32::from(seed == "-");
        println!("{name:<32} {seed:>5} {seconds:>8.1}  {says}");
    }
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every patch, in the order of their names.
fn patches(root: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root.join(PATCHES))?.map(|entry| entry.map(|entry| entry.path()));
    let mut patches: Vec<PathBuf> = entries.collect::<io::Result<_>>()?;
    patches.retain(|path| path.extension().is_some_and(|extension| extension == "patch"));
    patches.sort();
    Ok(patches)
}

/// Builds the copy with one patch and plays it; the seconds are those of playing.
fn try_one(root: &Path, patch: &Path, seeds: u32) -> (Found, f64) {
    let work = root.join(WORK);
    let tree = work.join("tree");
    let built = copy(root, &tree).map_err(|error| format!("the tree cannot be copied: {error}"));
    let built = built.and_then(|()| apply(&tree, &work, patch)).and_then(|()| build(&tree, &work));
    if let Err(why) = built {
        return (Found::Untried(why), 0.0);
    }
    let began = Instant::now();
    let range = format!("0..{seeds}");
    let program = work.join("target/debug/vinr-sim");
    let played = Command::new(program).args(["--fail-fast", "--seeds", &range]).stdout(Stdio::null()).output();
    let seconds = began.elapsed().as_secs_f64();
    let found = match played {
        Ok(played) if played.status.success() => Found::Not,
        Ok(played) => failure(&String::from_utf8_lossy(&played.stderr)),
        Err(error) => Found::Untried(format!("the simulator does not start: {error}")),
    };
    (found, seconds)
}

/// Reads `seed 7: after 12 ms: what is wrong` from what the simulator says.
fn failure(text: &str) -> Found {
    let told = text.lines().find_map(|line| line.strip_prefix("seed ")?.split_once(": "));
    match told.and_then(|(seed, says)| Some((seed.parse().ok()?, says))) {
        Some((seed, says)) => Found::By(seed, shortened(says)),
        None => Found::Untried(format!("the simulator ended with: {}", shortened(text))),
    }
}

fn shortened(text: &str) -> String {
    let says = text.strip_prefix("after ").and_then(|rest| rest.split_once("ms: ")).map_or(text, |(_, says)| says);
    says.lines().next().unwrap_or_default().chars().take(90).collect()
}

/// Brings the copy in line with the tree. What is equal stays untouched, so that it is not built again.
fn copy(root: &Path, to: &Path) -> io::Result<()> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()?;
    for name in String::from_utf8_lossy(&listed.stdout).split_terminator('\0') {
        let (from, to) = (root.join(name), to.join(name));
        // A file that is listed and removed is not there.
        let Ok(bytes) = fs::read(&from) else { continue };
        if fs::read(&to).is_ok_and(|there| there == bytes) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&to, bytes)?;
    }
    Ok(())
}

fn apply(tree: &Path, work: &Path, patch: &Path) -> Result<(), String> {
    let mut git = Command::new("git");
    // The copy lies inside of the repository, and must not be taken for a part of it.
    git.arg("apply").arg(patch).current_dir(tree).env("GIT_CEILING_DIRECTORIES", work);
    succeeds(&mut git, "the patch does not apply")
}

fn build(tree: &Path, work: &Path) -> Result<(), String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "-p", "vinr-sim"]).current_dir(tree);
    succeeds(cargo.env("CARGO_TARGET_DIR", work.join("target")), "it does not build")
}

fn succeeds(command: &mut Command, otherwise: &str) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{otherwise}: {}", String::from_utf8_lossy(&output.stderr))),
        Err(error) => Err(format!("{otherwise}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mutation_still_applies_to_the_tree() {
        let root = crate::root();
        let patches = patches(&root).expect("the patches are there");
        assert!(patches.len() >= 20, "{patches:?}");
        for patch in patches {
            let mut git = Command::new("git");
            git.args(["apply", "--check"]).arg(&patch).current_dir(&root);
            assert_eq!(succeeds(&mut git, "it does not apply"), Ok(()), "{}", patch.display());
        }
    }

    #[test]
    fn what_a_failing_seed_says_is_read() {
        let said = "seed 7: after 12 ms: the ledger does not add up\n  repeat with: vinr-sim --seed 7\n";
        assert!(matches!(failure(said), Found::By(7, says) if says == "the ledger does not add up"));
        assert!(matches!(failure("killed"), Found::Untried(_)));
    }
}
