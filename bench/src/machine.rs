//! What the figures were taken on.

use std::process::Command;

use serde::Serialize;

use crate::Problem;
use crate::engine::Cluster;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Machine {
    pub(crate) cores: usize,
    pub(crate) processor: String,
    pub(crate) memory_gib: u64,
    pub(crate) system: String,
    pub(crate) postgres: String,
}

impl Machine {
    pub(crate) fn here(cluster: &Cluster) -> Result<Machine, Problem> {
        let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "an unknown processor".into());
        let memory_kib =
            field("/proc/meminfo", "MemTotal").and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
        let version = cluster.answer("SHOW server_version")?;
        Ok(Machine {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: processor.trim().to_owned(),
            memory_gib: memory_kib.unwrap_or(0).div_ceil(1 << 20),
            system: said("uname", &["-sr"])?,
            postgres: format!("PostgreSQL {}", version.split(' ').next().unwrap_or_default()),
        })
    }
}

/// The date, as `2026-04-01`.
pub(crate) fn today() -> Result<String, Problem> {
    said("date", &["--utc", "+%Y-%m-%d"])
}

/// The first line of a file of `/proc` that begins with this name.
fn field(file: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> Result<String, Problem> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("cannot run {program}: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
