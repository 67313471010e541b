//! `GET /metrics`: what the store has done since this process opened it, in the text format that Prometheus reads.

use std::fmt::Write as _;

use axum::body::Body;
use axum::response::Response;
use vinr_store::Stats;

use super::server::bytes_response;
use crate::app::App;

/// The page; it needs no key and says nothing of any account.
pub(super) fn page(app: &App) -> Response {
    bytes_response(200, "text/plain; version=0.0.4; charset=utf-8", Body::from(text(app.db.stats())))
}

fn text(stats: Stats) -> String {
    let counters = [
        ("units", "Units of work committed", stats.units),
        ("batches", "Batches committed", stats.batches),
        ("stale", "Units decided again because what they had read was changed", stats.stale),
        ("statements", "Statements sent to the database", stats.statements),
        ("round_trips", "Times that somebody waited for the database server", stats.round_trips),
        ("fsyncs", "Durable commits, each of which flushed the log once", stats.fsyncs),
        ("reads", "Queries outside the writer", stats.reads),
        ("repeats", "Batches that were tried again", stats.repeats),
        ("unknown", "Commits whose outcome had to be found out afterwards", stats.unknown),
    ];
    let mut text = String::with_capacity(1_500);
    for (name, help, value) in counters {
        let name = format!("vinr_store_{name}_total");
        let _ = write!(text, "# HELP {name} {help}.\n# TYPE {name} counter\n{name} {value}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_is_a_line_with_its_help_and_type() {
        let text = text(Stats { units: 12, fsyncs: 3, ..Stats::default() });
        assert!(text.starts_with(
            "# HELP vinr_store_units_total Units of work committed.\n# TYPE vinr_store_units_total counter\n\
             vinr_store_units_total 12\n"
        ));
        assert!(text.contains("\nvinr_store_fsyncs_total 3\n"));
        assert_eq!(text.lines().count(), 27);
    }
}
