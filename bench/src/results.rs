//! What a run has found.

use std::time::Duration;

use serde::Serialize;

use crate::counts::Counted;
use crate::deliveries::Delivered;
use crate::growth::Grown;
use crate::latency::Latencies;
use crate::machine::Machine;
use crate::payments::Ask;
use crate::resources::Used;
use crate::server::Counters;
use crate::{Bench, Cli, Engine, Problem};

/// All of it; a part that was not measured is empty.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Results {
    pub(crate) command: String,
    /// `2026-04-01`.
    pub(crate) date: String,
    pub(crate) machine: Machine,
    pub(crate) payment: Payment,
    pub(crate) seconds: u64,
    pub(crate) rates: Vec<Rate>,
    pub(crate) deliveries: Vec<Delivered>,
    pub(crate) growth: Vec<Grown>,
    pub(crate) resources: Vec<Used>,
    pub(crate) counts: Vec<Counted>,
}

impl Results {
    pub(crate) fn new(bench: &Bench<'_>) -> Result<Results, Problem> {
        let template = bench.template;
        let tables = template.tables.iter().map(|one| format!("{} {}", one.rows.len(), one.table.name));
        Ok(Results {
            command: Cli::command(),
            date: crate::machine::today()?,
            machine: Machine::here(bench.cluster)?,
            payment: Payment {
                rows: template.count(),
                bytes: template.bytes(),
                indexes: template.indexes,
                tables: tables.collect::<Vec<_>>().join(", "),
            },
            seconds: bench.cli.duration().as_secs(),
            rates: Vec::new(),
            deliveries: Vec::new(),
            growth: Vec::new(),
            resources: Vec::new(),
            counts: Vec::new(),
        })
    }

    pub(crate) fn rate(&mut self, rate: Rate) {
        self.rates.push(rate);
    }

    /// A rate that was measured.
    pub(crate) fn find(&self, engine: Engine, subject: Subject, ask: Ask) -> Option<&Rate> {
        self.rates.iter().find(|rate| {
            let is_asked = rate.accounts == ask.accounts && rate.connections == ask.connections;
            is_asked && rate.subject == subject && (rate.engine == engine || subject == Subject::Pgbench)
        })
    }
}

/// What one payment writes.
#[derive(Debug, Serialize)]
pub(crate) struct Payment {
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
    pub(crate) indexes: usize,
    pub(crate) tables: String,
}

/// What was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Subject {
    /// The real server through its front door.
    Http,
    /// The store alone.
    InProcess,
    /// An interactive transaction of the same rows.
    Pgbench,
    /// Charges of saved cards through the front door, their customers not there.
    SavedCard,
    /// Refunds through the front door.
    Refund,
    /// Payments of customers through the front door: what [`Subject::Earning`] asks, at merchants without members.
    Customer,
    /// Payments of members through the front door, with the points that a rule gives for each.
    Earning,
}

impl Subject {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Subject::Http => "HTTP",
            Subject::InProcess => "store in-process",
            Subject::Pgbench => "pgbench",
            Subject::SavedCard => "charges of saved cards",
            Subject::Refund => "refunds",
            Subject::Customer => "payments of customers",
            Subject::Earning => "payments with automatic award",
        }
    }
}

/// How fast payments were taken, or something else was done.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rate {
    pub(crate) engine: Engine,
    pub(crate) subject: Subject,
    pub(crate) accounts: u16,
    pub(crate) connections: u16,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// CPU used, in cores: by the subject, by the database server, by the load.
    pub(crate) cores: [f64; 3],
    pub(crate) statements_per_1000: f64,
    pub(crate) fsyncs_per_1000: f64,
    pub(crate) rows_per_1000: f64,
}

#[expect(clippy::cast_precision_loss, reason = "rates for people")]
impl Rate {
    pub(crate) fn new(
        engine: Engine,
        subject: Subject,
        ask: Ask,
        latencies: Latencies,
        duration: Duration,
        spent: Counters,
    ) -> Rate {
        let payments = latencies.count() as f64;
        let seconds = duration.as_secs_f64();
        let per_1000 = |count: u64| count as f64 * 1e3 / payments.max(1.0);
        let (p50_ms, p99_ms) = latencies.percentiles_ms();
        Rate {
            engine,
            subject,
            accounts: ask.accounts,
            connections: ask.connections,
            per_second: payments / seconds,
            p50_ms,
            p99_ms,
            cores: [spent.cpu_s, spent.database_cpu_s, spent.load_cpu_s].map(|cpu| cpu / seconds),
            statements_per_1000: per_1000(spent.statements),
            fsyncs_per_1000: per_1000(spent.fsyncs),
            rows_per_1000: per_1000(spent.rows),
        }
    }
}
