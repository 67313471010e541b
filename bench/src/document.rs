//! docs/performance.md and its charts, from what a run has found. Never written by hand.

use std::fmt::Write as _;
use std::path::Path;

use crate::chart::Chart;
use crate::counts::Counted;
use crate::deliveries::Delivered;
use crate::format::{grouped, millis};
use crate::growth::Grown;
use crate::marks;
use crate::payments::Ask;
use crate::results::{Rate, Results, Subject};
use crate::{Engine, Problem};

/// Where the table of figures stands in README.md.
const BEGINS: &str = "<!-- figures: written by `cargo xtask bench` -->";
const ENDS: &str = "<!-- end of figures -->";

/// The document and its charts.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub(crate) text: String,
    /// Name of the file, and the picture.
    charts: Vec<(String, String)>,
}

impl Document {
    pub(crate) fn write(&self, folder: &Path) -> Result<(), Problem> {
        let charts = folder.join("performance");
        std::fs::create_dir_all(&charts).map_err(|error| format!("{}: {error}", charts.display()))?;
        write(&folder.join("performance.md"), &self.text)?;
        for (name, svg) in &self.charts {
            write(&charts.join(name), svg)?;
        }
        Ok(())
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn chart(&mut self, name: &str, chart: &Chart) {
        let _ = writeln!(self.text, "\n![{}](performance/{name}.svg)", chart.title);
        self.charts.push((format!("{name}.svg"), chart.svg()));
    }

    fn heading(&mut self, title: &str, words: &str) {
        let _ = writeln!(self.text, "\n## {title}\n\n{words}\n");
    }

    fn row(&mut self, cells: &[String]) {
        let _ = writeln!(self.text, "| {} |", cells.join(" | "));
    }

    fn head(&mut self, cells: &[&str]) {
        let _ = writeln!(self.text, "| {} |\n|{}", cells.join(" | "), " --- |".repeat(cells.len()));
    }
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    std::fs::write(path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// The document of a run; parts that were not measured are left out.
pub(crate) fn of(results: &Results) -> Document {
    let mut document = Document::default();
    introduction(&mut document, results);
    if !results.rates.is_empty() {
        rates(&mut document, results);
    }
    if !results.deliveries.is_empty() {
        deliveries(&mut document, &results.deliveries);
    }
    if !results.growth.is_empty() {
        growth(&mut document, &results.growth);
    }
    if !results.resources.is_empty() {
        resources(&mut document, results);
    }
    if !results.counts.is_empty() {
        counts(&mut document, results);
    }
    document
}

fn introduction(document: &mut Document, results: &Results) {
    let Results { machine, payment, command, date, seconds, .. } = results;
    document.line("# Performance\n");
    document.line("<!-- Written by `cargo xtask bench`; a change by hand is lost with the next run. -->\n");
    document.line(&format!(
        "Taken on {date} with `{command}` on {} cores ({}), {} GiB of memory, {}, {}. The load, the receiver of webhooks and \
         the database share these cores with the server. Every commit is flushed before it is answered. Each rate is over \
         {seconds} seconds after one of warming. Machines are noisy: compare ratios and counts, not absolutes.\n",
        machine.cores, machine.processor, machine.memory_gib, machine.system, machine.postgres
    ));
    document.line(&format!(
        "A payment here is one call that creates and charges: {} rows ({}), {} bytes, {} indexes on these tables, the answer \
         and its idempotency record among them.",
        payment.rows, payment.tables, payment.bytes, payment.indexes
    ));
    let marks = marks::of(results);
    if marks.is_empty() {
        return;
    }
    document.heading("Marks", "What has to hold in one run, on any machine.");
    document.head(&["", "found", "mark", ""]);
    for mark in marks {
        let verdict = if mark.holds { "holds" } else { "**falls short**" };
        document.row(&[mark.what, format!("{:.3}", mark.found), mark.bound.told(), verdict.into()]);
    }
}

fn rates(document: &mut Document, results: &Results) {
    document.heading(
        "Payments",
        "HTTP is the real server through its front door. The store in-process commits the same rows from tasks of one \
         program, without sockets, JSON and rules. pgbench writes the same rows in one interactive transaction of prepared \
         statements, on PostgreSQL. Where charges of saved cards and refunds stand beside payments, they are the next that the \
         same server was asked for: a charge reads customer, method and sealed number first, while the buyer is not there; the \
         payments that are given back were made before, outside the measured time.",
    );
    let mut accounts: Vec<u16> = results.rates.iter().map(|rate| rate.accounts).collect();
    accounts.dedup();
    for accounts in accounts {
        let of: Vec<&Rate> = results.rates.iter().filter(|rate| rate.accounts == accounts).collect();
        let merchants = merchants(accounts);
        document.line(&format!("\n### {merchants}\n"));
        document.head(&[
            "",
            "clients",
            "a second",
            "p50",
            "p99",
            "cores: it, database, load",
            "statements / flushes / rows per 1,000",
        ]);
        for rate in &of {
            document.row(&[
                name(rate),
                rate.connections.to_string(),
                grouped(rate.per_second),
                millis(rate.p50_ms),
                millis(rate.p99_ms),
                rate.cores.map(|cores| format!("{cores:.2}")).join(", "),
                [rate.statements_per_1000, rate.fsyncs_per_1000, rate.rows_per_1000].map(grouped).join(" / "),
            ]);
        }
        compared(document, results, &of);
        for (file, up, value) in [
            ("payments", "payments/s", (|rate: &Rate| rate.per_second) as fn(&Rate) -> f64),
            ("latency", "milliseconds, median", |rate: &Rate| rate.p50_ms),
        ] {
            let title = format!(
                "{} by clients, {}",
                if file == "payments" { "Payments a second" } else { "Latency" },
                merchants
            );
            let shown = |rate: &&&Rate| file == "payments" || rate.subject != Subject::InProcess;
            let of: Vec<&Rate> = of.iter().filter(shown).copied().collect();
            document.chart(&format!("{file}-{accounts}"), &by_clients(title, up, &of, value));
        }
    }
}

/// What is asked beside payments, as parts of the rate of payments through the same door.
fn compared(document: &mut Document, results: &Results, rates: &[&Rate]) {
    let mut parts = Vec::new();
    for rate in rates.iter().filter(|rate| {
        matches!(rate.subject, Subject::SavedCard | Subject::Refund | Subject::Customer | Subject::Earning)
    }) {
        let ask = Ask { accounts: rate.accounts, connections: rate.connections };
        let Some(simple) = results.find(rate.engine, Subject::Http, ask) else { continue };
        let ratio = rate.per_second / simple.per_second;
        parts.push(format!("{} on {} {ratio:.2}", rate.subject.name(), rate.engine.name()));
    }
    if !parts.is_empty() {
        let parts = parts.join(", ");
        document.line(&format!("\nOf the rate of simple payments at as many clients: {parts}."));
    }
}

fn merchants(accounts: u16) -> String {
    if accounts == 1 { "One merchant".into() } else { format!("{accounts} merchants") }
}

fn name(rate: &Rate) -> String {
    match rate.subject {
        Subject::Http => format!("**VINR on {}**", rate.engine.name()),
        Subject::InProcess => format!("store in-process, {}", rate.engine.name()),
        Subject::Pgbench => "pgbench".into(),
        Subject::SavedCard | Subject::Refund | Subject::Customer | Subject::Earning => {
            format!("**{} on {}**", rate.subject.name(), rate.engine.name())
        }
    }
}

fn by_clients(title: String, up: &'static str, rates: &[&Rate], value: fn(&Rate) -> f64) -> Chart {
    let mut steps: Vec<u16> = rates.iter().map(|rate| rate.connections).collect();
    steps.sort_unstable();
    steps.dedup();
    let mut series: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    for (label, engine, subject) in [
        ("VINR on SQLite", Engine::Sqlite, Subject::Http),
        ("VINR on PostgreSQL", Engine::Postgres, Subject::Http),
        ("pgbench", Engine::Postgres, Subject::Pgbench),
    ] {
        let at = |step: &u16| {
            let is_it = |rate: &&&Rate| (rate.engine, rate.subject, rate.connections) == (engine, subject, *step);
            rates.iter().find(is_it).map(|rate| value(rate))
        };
        let values: Vec<Option<f64>> = steps.iter().map(at).collect();
        if values.iter().any(Option::is_some) {
            series.push((label.into(), values));
        }
    }
    Chart { title, across: "clients that ask at once", steps: steps.iter().map(u16::to_string).collect(), up, series }
}

fn deliveries(document: &mut Document, all: &[Delivered]) {
    document.heading(
        "Webhooks",
        "Each payment has one webhook, each merchant a server of its own that answers at once. Deliveries are counted in \
         the seconds in which the payments are; those behind had not arrived when the load ended, and took so long. The wait \
         is from the answer, which comes when the payment is committed, to the arrival of the first attempt, and 0 where that was \
         quicker than the answer.",
    );
    document.head(&["", "merchants", "clients", "payments/s", "deliveries/s", "behind", "wait p50", "wait p99"]);
    for found in all {
        document.row(&[
            format!("VINR on {}", found.engine.name()),
            found.accounts.to_string(),
            found.connections.to_string(),
            grouped(found.payments_per_second),
            grouped(found.deliveries_per_second),
            format!("{}, {:.2} s", found.behind, found.drained_s),
            millis(found.p50_ms),
            millis(found.p99_ms),
        ]);
    }
}

fn growth(document: &mut Document, all: &[Grown]) {
    document.heading(
        "Growth",
        "One merchant's history, asked by one client; medians. Beside it an installation that stays small is asked the same \
         in turn, and stands in brackets. Pages have 25 entries. The last page is reached by the cursor of a payment as far \
         back. No payment has failed and none is in yen: the first filter has an index, the second makes a page look at 5,000 \
         payments and say where it ended.",
    );
    document.head(&["", "payments", "create", "get", "page 1", "a page far back", "failed ones", "ones in yen"]);
    for grown in all {
        let beside = |large: f64, small: f64| format!("{} ({})", millis(large), millis(small));
        let (large, small) = (grown.large, grown.small);
        let deep = grown
            .deep
            .map_or(String::new(), |deep| format!("{} (page {})", millis(deep.ms), grouped(f64::from(deep.page))));
        document.row(&[
            format!("VINR on {}", grown.engine.name()),
            grouped(f64::from(grown.payments)),
            beside(large.create_ms, small.create_ms),
            beside(large.get_ms, small.get_ms),
            beside(large.first_page_ms, small.first_page_ms),
            deep,
            beside(large.failed_page_ms, small.failed_page_ms),
            beside(large.currency_page_ms, small.currency_page_ms),
        ]);
    }
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let of: Vec<&Grown> = all.iter().filter(|grown| grown.engine == engine).collect();
        if of.len() < 2 {
            continue;
        }
        let series = |value: fn(&Grown) -> Option<f64>| of.iter().map(|grown| value(grown)).collect::<Vec<_>>();
        let chart = Chart {
            title: format!("What a growing history costs on {}", engine.name()),
            across: "payments of the merchant",
            steps: of.iter().map(|grown| grouped(f64::from(grown.payments))).collect(),
            up: "milliseconds, median",
            series: vec![
                ("create".into(), series(|grown| Some(grown.large.create_ms))),
                ("get".into(), series(|grown| Some(grown.large.get_ms))),
                ("list, page 1".into(), series(|grown| Some(grown.large.first_page_ms))),
                ("list, far back".into(), series(|grown| grown.deep.map(|deep| deep.ms))),
            ],
        };
        document.chart(&format!("growth-{}", engine.slug()), &chart);
    }
}

fn resources(document: &mut Document, results: &Results) {
    document.heading(
        "Start-up, memory, size",
        "Ready is from the call of the program to the line that says so: on nothing, where it makes schema, master key and \
         account, and on what a load of 64 clients has left. Memory is the server's own process with 100 merchants, the \
         database's not among it on PostgreSQL.",
    );
    document.head(&["", "ready on nothing", "ready on what is there", "idle", "after the load", "at most", "program"]);
    for used in &results.resources {
        let mib = |mib: f64| format!("{mib:.1} MiB");
        document.row(&[
            format!("VINR on {}", used.engine.name()),
            format!("{:.0} ms", used.start_new_ms),
            format!(
                "{:.0} ms ({} payments)",
                used.start_filled_ms,
                grouped(f64::from(u32::try_from(used.payments).unwrap_or(0)))
            ),
            mib(used.idle_mib),
            mib(used.loaded_mib),
            mib(used.peak_mib),
            mib(used.program_mib),
        ]);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a thousand payments")]
fn counts(document: &mut Document, results: &Results) {
    document.heading(
        "Counts",
        "What 1,000 payments, charges of a saved card and refunds take, counted and not timed: the same on every machine for \
         one client, and a gate of the tests. Rows are those inserted, changed and removed; sums that several requests of a \
         commit change are one. Allocations are those of the server without a socket, with the request that asks.",
    );
    document.head(&["", "1,000", "clients", "statements", "round trips", "flushes", "rows", "allocations"]);
    for counted in &results.counts {
        let Counted { statements, round_trips, fsyncs, rows, allocations, .. } = *counted;
        let counts = [statements, round_trips, fsyncs, rows, allocations];
        let mut cells =
            vec![format!("VINR on {}", counted.engine), counted.what.clone(), counted.connections.to_string()];
        cells.extend(counts.map(|count| grouped(count as f64)));
        document.row(&cells);
    }
}

/// Writes the short table between its marks in README.md.
pub(crate) fn write_readme(results: &Results, path: &Path) -> Result<(), Problem> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let missing = || format!("{} has no place for figures", path.display());
    let (before, rest) = text.split_once(BEGINS).ok_or_else(missing)?;
    let (_, after) = rest.split_once(ENDS).ok_or_else(missing)?;
    write(path, &format!("{before}{BEGINS}\n{}{ENDS}{after}", short(results)))
}

/// The table of README.md: a hundred merchants.
fn short(results: &Results) -> String {
    let mut document = Document::default();
    document.head(&["", "clients", "payments/s", "p50", "p99", "statements / flushes per 1,000"]);
    for (engine, subject) in
        [(Engine::Sqlite, Subject::Http), (Engine::Postgres, Subject::Http), (Engine::Postgres, Subject::Pgbench)]
    {
        for connections in [1, 16, 64, 256] {
            let Some(rate) = results.find(engine, subject, Ask { accounts: 100, connections }) else { continue };
            let name = if subject == Subject::Pgbench { "pgbench, the same rows".into() } else { name(rate) };
            document.row(&[
                if connections == 1 { name } else { String::new() },
                connections.to_string(),
                grouped(rate.per_second),
                millis(rate.p50_ms),
                millis(rate.p99_ms),
                format!("{} / {}", grouped(rate.statements_per_1000), grouped(rate.fsyncs_per_1000)),
            ]);
        }
    }
    document.text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use crate::results::Payment;

    fn results() -> Results {
        let rate = |subject, connections, per_second| Rate {
            engine: Engine::Postgres,
            subject,
            accounts: 100,
            connections,
            per_second,
            p50_ms: 1.0,
            p99_ms: 2.0,
            cores: [1.0, 0.5, 0.2],
            statements_per_1000: 400.0,
            fsyncs_per_1000: 30.0,
            rows_per_1000: 9_000.0,
        };
        Results {
            command: "cargo xtask bench".into(),
            date: "2026-04-01".into(),
            machine: Machine {
                cores: 2,
                processor: "a processor".into(),
                memory_gib: 8,
                system: "Linux".into(),
                postgres: "PostgreSQL 15".into(),
            },
            payment: Payment { rows: 10, bytes: 3_400, indexes: 11, tables: "1 payments".into() },
            seconds: 6,
            rates: vec![
                rate(Subject::Http, 64, 6_000.0),
                rate(Subject::Refund, 64, 4_500.0),
                rate(Subject::Pgbench, 64, 5_000.0),
            ],
            deliveries: Vec::new(),
            growth: Vec::new(),
            resources: Vec::new(),
            counts: Vec::new(),
        }
    }

    #[test]
    fn a_document_says_which_marks_fall_short_and_leaves_out_what_was_not_measured() {
        let document = of(&results());
        assert!(document.text.contains("| 1.200 | at least 1.5 | **falls short** |"), "{}", document.text);
        assert!(document.text.contains("## Payments") && !document.text.contains("## Growth"));
        let refunds = "refunds on PostgreSQL 0.75.";
        assert!(document.text.contains(refunds), "{}", document.text);
        let names: Vec<&str> = document.charts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["payments-100.svg", "latency-100.svg"]);
        assert!(names.iter().all(|name| document.text.contains(&format!("(performance/{name})"))));
    }

    #[test]
    fn the_readme_keeps_everything_around_its_figures() {
        let path = std::env::temp_dir().join(format!("vinr-readme-{}", std::process::id()));
        std::fs::write(&path, format!("before\n{BEGINS}\nold\n{ENDS}\nafter\n")).expect("a file");
        write_readme(&results(), &path).expect("figures");
        let text = std::fs::read_to_string(&path).expect("the file");
        assert!(text.starts_with("before\n") && text.ends_with(&format!("{ENDS}\nafter\n")), "{text}");
        assert!(text.contains("| 6,000 |") && !text.contains("old"), "{text}");
        std::fs::write(&path, "no marks").expect("a file");
        assert!(write_readme(&results(), &path).is_err());
        let _ = std::fs::remove_file(&path);
    }
}
