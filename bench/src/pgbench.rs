//! What an application without this store would do: the same rows in one interactive transaction of prepared
//! statements, played by PostgreSQL's own benchmark.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use vinr_store::Value;

use crate::Problem;
use crate::engine::{Cluster, Place, SCHEMA, Scratch, psql};
use crate::latency::Latencies;
use crate::server::{Counters, cpu_of};
use crate::template::{Rows, Template, deltas};

static RUNS: AtomicU64 = AtomicU64::new(1);

/// A database and a script, ready to be played.
pub(crate) struct Baseline {
    place: Place,
    accounts: u16,
    script: PathBuf,
    logs: PathBuf,
    statements: u64,
    rows: u64,
}

impl Baseline {
    /// Makes VINR's own schema with accounts in it, and the script of one payment.
    pub(crate) fn prepare(
        scratch: &Scratch,
        cluster: &Cluster,
        template: &Template,
        accounts: u16,
    ) -> Result<Baseline, Problem> {
        let place = cluster.database()?;
        crate::runtime()?.block_on(async {
            place.open(std::sync::Arc::new(|| 1)).await?.close().await;
            Ok::<_, Problem>(())
        })?;
        psql(&place.url, &tallies(template.of("counters")?, accounts))?;
        psql(&place.url, &tallies(template.of("settlement_totals")?, accounts))?;
        psql(&place.url, &tallies(template.of("balances")?, accounts))?;
        let (script, statements) = script(template)?;
        let path = scratch.path("payment.sql");
        std::fs::write(&path, script).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        let rows = u64::try_from(template.count()).unwrap_or(0);
        Ok(Baseline { place, accounts, script: path, logs: scratch.path("pgbench"), statements, rows })
    }

    /// Plays it with so many clients.
    pub(crate) fn run(&self, clients: u16, duration: Duration) -> Result<(Latencies, Counters), Problem> {
        let run = RUNS.fetch_add(1, Ordering::Relaxed);
        std::fs::create_dir_all(&self.logs).map_err(|error| error.to_string())?;
        let prefix = self.logs.join(format!("run-{run}"));
        let database_before = cpu_of("postgres");
        let mut command = Command::new(pgbench_program());
        command
            .args(["--no-vacuum", "--protocol=prepared", "--log", "--log-prefix"])
            .arg(&prefix)
            .arg(format!("--client={clients}"))
            .arg(format!("--jobs={}", clients.min(2)))
            .arg(format!("--time={}", duration.as_secs()))
            // Ids that no run before this one has used.
            .arg(format!("--define=n={}", run * 1_000_000_000))
            .arg(format!("--define=accounts={}", self.accounts))
            .arg("--file")
            .arg(&self.script)
            .arg(&self.place.url)
            .env("PGOPTIONS", format!("-c search_path={SCHEMA}"));
        let load_before = crate::server::own_cpu();
        crate::engine::run(&mut command)?;
        let latencies = self.latencies(run)?;
        std::fs::remove_dir_all(&self.logs).map_err(|error| error.to_string())?;
        let units = u64::try_from(latencies.count()).unwrap_or(0);
        let spent = Counters {
            statements: units * self.statements,
            fsyncs: units,
            rows: units * self.rows,
            cpu_s: 0.0,
            database_cpu_s: cpu_of("postgres") - database_before,
            load_cpu_s: crate::server::own_cpu() - load_before,
        };
        Ok((latencies, spent))
    }

    /// Reads the log of every thread of a run.
    fn latencies(&self, run: u64) -> Result<Latencies, Problem> {
        let mut latencies = Latencies::default();
        let prefix = format!("run-{run}.");
        let entries = std::fs::read_dir(&self.logs).map_err(|error| error.to_string())?;
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&prefix)) {
                let text = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
                for line in text.lines() {
                    latencies.note(latency(line).ok_or_else(|| format!("pgbench logged {line:?}"))?);
                }
            }
        }
        Ok(latencies)
    }
}

/// The latency in a line of pgbench's log: client, transaction, microseconds, …
fn latency(line: &str) -> Option<Duration> {
    line.split(' ').nth(2)?.parse().ok().map(Duration::from_micros)
}

/// The newest version's program: Debian links `psql` into the path, and `pgbench` with it, but not on every system.
fn pgbench_program() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let newest = installed.map(|entry| entry.path().join("bin/pgbench")).filter(|path| path.exists()).max();
    newest.unwrap_or_else(|| "pgbench".into())
}

/// The rows that payments add to, for every account.
fn tallies(rows: &Rows, accounts: u16) -> String {
    let columns: Vec<&str> = rows.table.columns.iter().map(|column| column.name).collect();
    let zeros = vec!["0"; columns.len()].join(", ");
    let mut sql = String::new();
    for (id, _) in &rows.rows {
        let _ = writeln!(
            sql,
            "INSERT INTO {SCHEMA}.{} (account, id, {}) SELECT {}, '{id}', {zeros} FROM generate_series(1, {accounts}) AS a;",
            rows.table.name,
            columns.join(", "),
            account("a")
        );
    }
    sql
}

/// An account's id as long as the real ones.
fn account(number: &str) -> String {
    format!("'acct_' || lpad(({number})::text, 26, '0')")
}

/// The script of one payment, and of how many statements it is.
fn script(template: &Template) -> Result<(String, u64), Problem> {
    let mut script =
        String::from("\\set n :n + 1\n\\set id :n * 1000 + :client_id\n\\set a random(1, :accounts)\nBEGIN;\n");
    for rows in &template.tables {
        let table = rows.table.name;
        match table {
            "counters" => count(&mut script, rows),
            "balances" | "settlement_totals" => add(&mut script, rows),
            _ => {
                for (nth, (id, values)) in rows.rows.iter().enumerate() {
                    insert(&mut script, template, rows, nth, id, values)?;
                }
            }
        }
    }
    script.push_str("COMMIT;\n");
    let statements = script.lines().filter(|line| !line.starts_with('\\')).count();
    Ok((script, u64::try_from(statements).unwrap_or(0)))
}

/// One statement for a row, as an application would.
fn add(script: &mut String, rows: &Rows) {
    let mut changes: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for ((id, column), delta) in deltas(rows) {
        changes.entry(id).or_default().push(format!("{column} = {column} + ({delta})"));
    }
    for (id, changes) in changes {
        let _ = writeln!(
            script,
            "UPDATE {} SET {} WHERE account = {} AND id = E'{}';",
            rows.table.name,
            changes.join(", "),
            account(":a"),
            escaped(id)
        );
    }
}

fn count(script: &mut String, rows: &Rows) {
    for ((id, column), delta) in deltas(rows) {
        let account = account(":a");
        let _ = writeln!(
            script,
            "UPDATE counters SET {column} = {column} + {delta} WHERE account = {account} AND id = '{id}' \
             RETURNING {column} AS sequence \\gset"
        );
    }
}

fn insert(
    script: &mut String,
    template: &Template,
    rows: &Rows,
    nth: usize,
    id: &str,
    values: &[Value],
) -> Result<(), Problem> {
    let table = rows.table;
    let (prefix, _) = id.split_once(['_', '-']).ok_or_else(|| format!("{id} has no prefix"))?;
    // Ids rise with time, as the real ones do; the client's number keeps two clients apart.
    let fresh = |prefix: &str, nth: usize| format!("'{prefix}_' || lpad(:id::bigint::text || '{nth}', 26, '0')");
    let payment = format!("' || {} || E'", fresh("pay", 0));
    let mut columns = vec!["account", "id"];
    let mut literals = vec![account(":a"), fresh(prefix, nth)];
    if table.kind == vinr_store::Kind::Versioned {
        columns.push("version");
        literals.push("1".into());
    }
    for (column, value) in table.columns.iter().zip(values) {
        columns.push(column.name);
        literals.push(match value {
            _ if table.name == "events" && column.name == "sequence" => format!(":sequence - {nth}"),
            Value::Null => "NULL".into(),
            Value::Int(number) => number.to_string(),
            Value::Text(text) => format!("(E'{}')", escaped(text).replace(&template.payment_id, &payment)),
            Value::Blob(bytes) => format!("'\\x{}'::bytea", hex(bytes)),
            Value::Number(_) => return Err("a row that was read has all its numbers".into()),
        });
    }
    let _ = writeln!(script, "INSERT INTO {} ({}) VALUES ({});", table.name, columns.join(", "), literals.join(", "));
    Ok(())
}

/// Text inside `E'…'`, without the colon, which pgbench would take for a variable.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'").replace(':', "\\x3a").replace('\n', "\\n")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_transaction_has_its_latency_in_microseconds() {
        assert_eq!(latency("0 199 2241 0 1175850568 995598"), Some(Duration::from_micros(2_241)));
        assert_eq!(latency("garbage"), None);
    }

    #[test]
    fn a_literal_holds_nothing_that_pgbench_or_sql_would_read() {
        assert_eq!(escaped(r#"{"a":"it's \n"}"#), r#"{"a"\x3a"it\'s \\n"}"#);
    }
}
