//! What was measured, as a table for people or as JSON, and whether the marks hold.

use std::time::Duration;

use serde_json::json;

use crate::Engine;
use crate::latency::Latencies;
use crate::server::Counters;
use crate::template::Template;

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The real server through its front door.
    Http,
    /// The store alone.
    InProcess,
    /// An interactive transaction of the same rows.
    Pgbench,
}

impl Subject {
    fn name(self) -> &'static str {
        match self {
            Subject::Http => "HTTP",
            Subject::InProcess => "store in-process",
            Subject::Pgbench => "pgbench",
        }
    }
}

/// One measurement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    subject: Subject,
    connections: u16,
    per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// CPU used, in cores: by the subject, by the database server, by the load.
    cores: [f64; 3],
    statements_per_1000: f64,
    fsyncs_per_1000: f64,
}

#[expect(clippy::cast_precision_loss, reason = "rates for people")]
impl Measured {
    pub(crate) fn new(
        subject: Subject,
        connections: u16,
        latencies: Latencies,
        duration: Duration,
        spent: Counters,
    ) -> Measured {
        let payments = latencies.count() as f64;
        let seconds = duration.as_secs_f64();
        let per_1000 = |count: u64| count as f64 * 1e3 / (spent.units as f64).max(1.0);
        let (p50_ms, p99_ms) = latencies.percentiles_ms();
        Measured {
            subject,
            connections,
            per_second: payments / seconds,
            p50_ms,
            p99_ms,
            cores: [spent.cpu_s, spent.database_cpu_s, spent.load_cpu_s].map(|cpu| cpu / seconds),
            statements_per_1000: per_1000(spent.statements),
            fsyncs_per_1000: per_1000(spent.fsyncs),
        }
    }
}

/// How long it takes from the call of the program to the line that says that it is ready.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Started {
    /// Where there is nothing yet: schema, master key and account are made.
    pub(crate) new: Duration,
    /// Where these payments are.
    pub(crate) filled: Duration,
    pub(crate) payments: usize,
}

/// A mark: one subject's rate as a part of another's.
struct Mark {
    engine: Engine,
    against: Subject,
    at_least: f64,
}

/// The first marks of the foundation, at 64 connections on two cores with the load on the same machine.
const MARKS: [Mark; 3] = [
    Mark { engine: Engine::Postgres, against: Subject::Pgbench, at_least: 1.0 },
    Mark { engine: Engine::Postgres, against: Subject::InProcess, at_least: 0.5 },
    Mark { engine: Engine::Sqlite, against: Subject::InProcess, at_least: 0.5 },
];
const MARKED_CONNECTIONS: u16 = 64;

/// Prints measurements as they come and remembers them for the verdict.
pub(crate) struct Report {
    json: bool,
    measured: Vec<(Engine, Measured)>,
}

impl Report {
    pub(crate) fn new(json: bool) -> Report {
        Report { json, measured: Vec::new() }
    }

    /// Says what one payment is.
    pub(crate) fn payment(&self, template: &Template) {
        let (rows, bytes, indexes) = (template.count(), template.bytes(), template.indexes);
        if self.json {
            println!("{}", json!({"payment": {"rows": rows, "bytes": bytes, "indexes": indexes}}));
            return;
        }
        let tables = template.tables.iter().map(|one| format!("{} {}", one.rows.len(), one.table.name));
        println!(
            "One payment: {rows} rows ({}), {bytes} bytes, {indexes} indexes on these tables.\n",
            tables.collect::<Vec<_>>().join(", ")
        );
        println!(
            "{:<11}{:<18}{:>8}{:>12}{:>9}{:>9}   {:<22}{:>11}{:>9}",
            "", "", "clients", "payments/s", "p50 ms", "p99 ms", "cores: it, DB, load", "statements", "fsyncs"
        );
    }

    /// One more measurement.
    pub(crate) fn add(&mut self, engine: Engine, measured: Measured) {
        let Measured { subject, connections, per_second, p50_ms, p99_ms, cores, .. } = measured;
        let (statements, fsyncs) = (measured.statements_per_1000, measured.fsyncs_per_1000);
        if self.json {
            let line = json!({
                "engine": engine.name(), "subject": subject.name(), "connections": connections,
                "paymentsPerSecond": per_second.round(), "p50Ms": p50_ms, "p99Ms": p99_ms,
                "cores": {"subject": cores[0], "database": cores[1], "load": cores[2]},
                "statementsPer1000": statements.round(), "fsyncsPer1000": fsyncs,
            });
            println!("{line}");
        } else {
            let cores = format!("{:.2}, {:.2}, {:.2}", cores[0], cores[1], cores[2]);
            println!(
                "{:<11}{:<18}{connections:>8}{per_second:>12.0}{p50_ms:>9.2}{p99_ms:>9.2}   {cores:<22}{statements:>11.0}{fsyncs:>9.1}",
                engine.name(),
                subject.name(),
            );
        }
        self.measured.push((engine, measured));
    }

    /// How long starts took.
    pub(crate) fn started(&self, engine: Engine, started: &Started) {
        let [new_ms, filled_ms] = [started.new, started.filled].map(|took| took.as_secs_f64() * 1e3);
        let payments = started.payments;
        if self.json {
            let line = json!({"engine": engine.name(), "start": {"newMs": new_ms, "filledMs": filled_ms, "payments": payments}});
            println!("{line}");
        } else {
            println!(
                "{:<11}{:<18}ready in {new_ms:.0} ms on nothing, in {filled_ms:.0} ms on {payments} payments",
                engine.name(),
                "start"
            );
        }
    }

    /// Says which marks hold; whether all that were measured do.
    pub(crate) fn verdict(&self) -> bool {
        let mut all = true;
        for mark in &MARKS {
            let rate = |subject| {
                let found = self.measured.iter().find(|(engine, one)| {
                    *engine == mark.engine && one.subject == subject && one.connections == MARKED_CONNECTIONS
                });
                found.map(|(_, one)| one.per_second)
            };
            let (Some(http), Some(other)) = (rate(Subject::Http), rate(mark.against)) else { continue };
            let (ratio, holds) = (http / other, http / other >= mark.at_least);
            all &= holds;
            let (engine, against) = (mark.engine.name(), mark.against.name());
            if self.json {
                let line = json!({"mark": {"engine": engine, "against": against, "atLeast": mark.at_least, "ratio": ratio, "holds": holds}});
                println!("{line}");
            } else {
                let verdict = if holds { "holds" } else { "falls short" };
                println!("{engine}: HTTP is {ratio:.2} of {against} (mark: at least {:.1}): {verdict}", mark.at_least);
            }
        }
        all
    }
}
