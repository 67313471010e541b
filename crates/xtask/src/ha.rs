//! `cargo xtask ha`: takes the leader of a PostgreSQL cluster away under load, and proves that no answered payment is
//! lost.
//!
//! The cluster is `scripts/ha`'s, the load is `crates/vinr/examples/failover.rs`. This starts the one, runs the other,
//! and ends whatever was started, however that went.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use tokio::signal::unix::{SignalKind, signal};

/// How much of each log is shown when something is wrong.
const LOG_LINES: usize = 20;

/// Builds, starts a cluster, pays while its leader is struck so often, ends the cluster.
pub(crate) fn run(root: &Path, rounds: u32) -> ExitCode {
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(root).args(["build", "--release", "--locked", "-p", "vinr", "--bin", "vinr"]);
    build.args(["--example", "failover"]);
    if !build.status().is_ok_and(|status| status.success()) {
        return ExitCode::from(2);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.and_then(|runtime| runtime.block_on(fail_over(root, rounds))) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("ha: {error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the load on a cluster, and answers whether everything held. Whoever tells this to end has the cluster ended.
async fn fail_over(root: &Path, rounds: u32) -> io::Result<bool> {
    // From here on a signal is told and does not end the process, so that the cluster is dropped.
    let (mut interrupted, mut ended) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hung_up = signal(SignalKind::hangup())?;
    println!("starting etcd and three members under Patroni");
    let cluster = Cluster::start(root)?;
    let programs = programs(root);
    let mut load = tokio::process::Command::new(programs.join("examples/failover"));
    load.arg(&cluster.script).arg(&cluster.folder).arg(&cluster.url).arg(programs.join("vinr"));
    let mut load = load.arg(rounds.to_string()).kill_on_drop(true).spawn()?;
    let held = tokio::select! {
        // Ctrl-C reaches the load as well; that it ends by it is not its verdict.
        biased;
        _ = interrupted.recv() => return Err(io::Error::other("interrupted")),
        _ = ended.recv() => return Err(io::Error::other("told to end")),
        _ = hung_up.recv() => return Err(io::Error::other("nobody is there any more")),
        status = load.wait() => status?.success(),
    };
    if !held {
        cluster.show_logs()?;
    }
    Ok(held)
}

/// Where the release's programs are.
fn programs(root: &Path) -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "cargo puts the programs where this says")]
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |target| root.join(target));
    target.join("release")
}

/// A cluster in a folder of its own; both end with it.
struct Cluster {
    script: PathBuf,
    folder: PathBuf,
    url: String,
}

impl Cluster {
    fn start(root: &Path) -> io::Result<Cluster> {
        let folder = std::env::temp_dir().join(format!("vinr-ha-{}", std::process::id()));
        std::fs::create_dir(&folder)?;
        let mut cluster = Cluster { script: root.join("scripts/ha"), folder, url: String::new() };
        // From here on dropping it ends what there is of it.
        let started = cluster.command("start").stderr(Stdio::inherit()).output()?;
        if !started.status.success() {
            cluster.show_logs()?;
            return Err(io::Error::other("the cluster does not start"));
        }
        String::from_utf8_lossy(&started.stdout).trim().clone_into(&mut cluster.url);
        Ok(cluster)
    }

    /// Shows how each log ends.
    fn show_logs(&self) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "log") {
                let log = std::fs::read(&path)?;
                let log = String::from_utf8_lossy(&log);
                let lines: Vec<&str> = log.lines().collect();
                eprintln!("--- {}", path.display());
                eprintln!("{}", lines[lines.len().saturating_sub(LOG_LINES)..].join("\n"));
            }
        }
        Ok(())
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(&self.script);
        command.arg(what).arg(&self.folder);
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if !self.command("stop").status().is_ok_and(|status| status.success()) {
            eprintln!("ha: the cluster in {} is not ended", self.folder.display());
        }
    }
}
