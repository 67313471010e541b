//! The real binary, started on a fresh database, and what it costs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Problem;
use crate::engine::{self, Place};

/// Clock ticks in a second of CPU time as Linux reports it.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running `vinr serve`; it ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// A secret key of each account.
    pub(crate) keys: Vec<String>,
}

/// What was spent since some beginning.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counters {
    /// Statements sent to the database.
    pub(crate) statements: u64,
    /// Durable commits, each of which flushed the log.
    pub(crate) fsyncs: u64,
    /// Rows written.
    pub(crate) rows: u64,
    /// CPU seconds of the server, or of whatever was measured.
    pub(crate) cpu_s: f64,
    /// CPU seconds of PostgreSQL.
    pub(crate) database_cpu_s: f64,
    /// CPU seconds of the load.
    pub(crate) load_cpu_s: f64,
}

/// Resident memory of a process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory {
    pub(crate) now_mib: f64,
    /// The most it has been.
    pub(crate) peak_mib: f64,
}

impl Counters {
    /// Both together.
    pub(crate) fn and(self, other: Counters) -> Counters {
        Counters {
            statements: self.statements + other.statements,
            fsyncs: self.fsyncs + other.fsyncs,
            rows: self.rows + other.rows,
            cpu_s: self.cpu_s + other.cpu_s,
            database_cpu_s: self.database_cpu_s + other.database_cpu_s,
            load_cpu_s: self.load_cpu_s + other.load_cpu_s,
        }
    }

    /// What was spent between two readings.
    pub(crate) fn since(self, before: &Counters) -> Counters {
        Counters {
            statements: self.statements - before.statements,
            fsyncs: self.fsyncs - before.fsyncs,
            rows: self.rows - before.rows,
            cpu_s: self.cpu_s - before.cpu_s,
            database_cpu_s: self.database_cpu_s - before.database_cpu_s,
            load_cpu_s: self.load_cpu_s - before.load_cpu_s,
        }
    }
}

impl Server {
    /// Makes the accounts, then serves them.
    pub(crate) fn with_accounts(place: &Place, accounts: u16) -> Result<Server, Problem> {
        let mut keys = Vec::new();
        for _ in 0..accounts {
            let output = vinr(place)?.args(["init", "--json"]).output();
            let output = output.map_err(|error| format!("cannot run vinr: {error}"))?;
            let made: Value = serde_json::from_slice(&output.stdout)
                .map_err(|_| format!("vinr init said {}", String::from_utf8_lossy(&output.stderr)))?;
            keys.push(made["sandbox"]["secretKey"].as_str().ok_or("vinr init gave no key")?.to_owned());
        }
        let (mut server, _) = Server::start(place)?;
        server.keys = keys;
        Ok(server)
    }

    /// Serves what is there, or a new installation; how long it takes from here until it says that it is ready.
    pub(crate) fn start(place: &Place) -> Result<(Server, Duration), Problem> {
        let began = Instant::now();
        let mut child = vinr(place)?
            .args(["serve", "--json"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run vinr: {error}"))?;
        let stdout = child.stdout.take().ok_or("vinr has no output")?;
        let mut server = Server { child, address: SocketAddr::from(([127, 0, 0, 1], 0)), keys: Vec::new() };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).map_err(|error| error.to_string())?;
        let took = began.elapsed();
        let ready: Value = serde_json::from_str(&line).map_err(|_| "vinr did not become ready")?;
        let url = ready["sandbox"]["url"].as_str().unwrap_or_default();
        server.address = url.trim_start_matches("http://").parse().map_err(|_| format!("vinr serves at {url}"))?;
        Ok((server, took))
    }

    /// What it has spent so far.
    pub(crate) fn counters(&self) -> Result<Counters, Problem> {
        let text = metrics(self.address).map_err(|error| format!("no metrics: {error}"))?;
        Ok(Counters {
            statements: counter(&text, "statements")?,
            fsyncs: counter(&text, "fsyncs")?,
            rows: counter(&text, "rows")?,
            cpu_s: cpu_seconds(&format!("/proc/{}/stat", self.child.id())).unwrap_or(0.0),
            database_cpu_s: cpu_of("postgres"),
            load_cpu_s: own_cpu(),
        })
    }

    /// What its process holds in memory.
    pub(crate) fn memory(&self) -> Result<Memory, Problem> {
        let status = format!("/proc/{}/status", self.child.id());
        let text = std::fs::read_to_string(&status).map_err(|error| format!("{status}: {error}"))?;
        let mib = |name| mebibytes(&text, name).ok_or_else(|| format!("{status} has no {name}"));
        Ok(Memory { now_mib: mib("VmRSS:")?, peak_mib: mib("VmHWM:")? })
    }

    /// Lets it drain.
    pub(crate) fn stop(mut self) -> Result<(), Problem> {
        engine::run(Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]))?;
        let status = self.child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("vinr ended with {status}")) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already if all went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn vinr(place: &Place) -> Result<Command, Problem> {
    let mut program = Command::new(engine::programs()?.join("vinr"));
    program.args(["--database", &place.url, "--rate-limit", "off", "--live-listen", "off"]);
    program.args(["--sandbox-listen", "127.0.0.1:0"]);
    Ok(program)
}

fn metrics(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

fn counter(metrics: &str, name: &str) -> Result<u64, Problem> {
    let name = format!("vinr_store_{name}_total ");
    let value = metrics.lines().find_map(|line| line.strip_prefix(&name));
    value.and_then(|value| value.parse().ok()).ok_or_else(|| format!("the metrics have no {name}"))
}

/// CPU seconds of this process.
pub(crate) fn own_cpu() -> f64 {
    cpu_seconds("/proc/self/stat").unwrap_or(0.0)
}

/// CPU seconds of all running processes of this name.
pub(crate) fn cpu_of(name: &str) -> f64 {
    let Ok(entries) = std::fs::read_dir("/proc") else { return 0.0 };
    let folders = entries.filter_map(Result::ok).map(|entry| entry.path());
    let named =
        folders.filter(|folder| std::fs::read_to_string(folder.join("comm")).is_ok_and(|comm| comm.trim() == name));
    named.filter_map(|folder| cpu_seconds(&folder.join("stat").to_string_lossy())).sum()
}

fn cpu_seconds(stat: &str) -> Option<f64> {
    ticks(&std::fs::read_to_string(stat).ok()?).map(|ticks| ticks / TICKS_PER_SECOND)
}

/// User and system time of a line of `/proc/PID/stat`, with that of children that have ended.
fn ticks(stat: &str) -> Option<f64> {
    // The name in parentheses may hold anything; the numbers follow the last parenthesis.
    let (_, numbers) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = numbers.split_ascii_whitespace().collect();
    fields.get(11..15)?.iter().map(|ticks| ticks.parse::<f64>().ok()).sum()
}

/// A line of `/proc/PID/status` such as `VmRSS: 43612 kB`.
fn mebibytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_ascii_whitespace().next()?.parse::<f64>().ok().map(|kib| kib / 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_its_line() {
        let status = "VmPeak:\t  9999 kB\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\n";
        assert_eq!(mebibytes(status, "VmRSS:"), Some(10.0));
        assert_eq!(mebibytes(status, "VmSwap:"), None);
    }

    #[test]
    fn cpu_time_is_read_past_any_name() {
        let stat = "77 (a) b) S 1 77 77 0 -1 4194560 1 2 3 4 250 50 7 3 20 0 9 0 100 1 1";
        assert_eq!(ticks(stat), Some(310.0));
        assert_eq!(ticks("garbage"), None);
    }

    #[test]
    fn a_counter_is_found_by_its_whole_name() {
        let text = "# TYPE vinr_store_statements_total counter\nvinr_store_statements_total 12\n";
        assert_eq!(counter(text, "statements"), Ok(12));
        assert!(counter(text, "fsyncs").is_err());
    }
}
