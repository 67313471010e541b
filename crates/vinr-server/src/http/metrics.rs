//! `GET /metrics`: what this process has done and has to do, in the text format that Prometheus reads. It needs no key
//! and says nothing of any account; docs/guides/operations.md tells what each figure means.

use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeLabelSet, EncodeLabelValue, EncodeMetric as _, LabelValueEncoder, prometheus_text,
};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
use tokio::time::Instant;
use vinr_store::Db;

use super::server::bytes_response;
use crate::app::App;

/// Upper bounds of the durations that are told apart, in seconds. A long poll takes up to half a minute.
const BUCKETS_S: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];
/// How long the page waits for what it has to ask the database.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(1);

/// What is counted. Each label is text that is there already: counting a request makes none.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram, fn() -> Histogram>,
    deliveries: Family<Delivery, Counter>,
    emails: Family<Email, Counter>,
    /// Without a value while the database does not answer.
    timers_due: Family<NoLabels, Gauge>,
    /// As well.
    timers_parked: Family<NoLabels, Gauge>,
    waiting: Gauge,
    sending: Gauge,
}

type NoLabels = [(&'static str, &'static str); 0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: Route,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: Route,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Delivery {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Email {
    outcome: &'static str,
}

/// The pattern that a request's path fits, never the path: that would be a label for every object there is.
#[derive(Debug, Clone)]
struct Route(Option<MatchedPath>);

impl Route {
    fn as_str(&self) -> &str {
        self.0.as_ref().map_or("none", MatchedPath::as_str)
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Route) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        encoder.write_str(self.as_str())
    }
}

impl Metrics {
    /// Nothing counted yet; what the store counts is read from it.
    pub(crate) fn new(db: &Db) -> Metrics {
        let mut registry = Registry::with_prefix("vinr");
        let requests = Family::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        let durations: Family<Asked, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS_S));
        registry.register("http_request_duration_seconds", "From a request's head to its answer's", durations.clone());
        let deliveries = Family::default();
        registry.register("webhook_attempts", "Attempts to deliver an event", deliveries.clone());
        let emails = Family::default();
        registry.register("email_attempts", "Attempts to hand an e-mail over", emails.clone());
        let timers_due = Family::default();
        registry.register("timers_due", "Timers that should have fired, 1000 at most", timers_due.clone());
        let timers_parked = Family::default();
        registry.register("timers_parked", "Timers that have failed too often, 1000 at most", timers_parked.clone());
        let (waiting, sending) = (Gauge::default(), Gauge::default());
        registry.register("webhook_deliveries_waiting", "Deliveries that wait in memory", waiting.clone());
        registry.register("webhook_deliveries_sending", "Deliveries that are being sent", sending.clone());
        let version = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", version);
        registry.register_collector(Box::new(OfStore(db.clone())));
        Metrics { registry, requests, durations, deliveries, emails, timers_due, timers_parked, waiting, sending }
    }

    /// An attempt to deliver an event came to this.
    pub(crate) fn delivery(&self, outcome: &'static str) {
        self.deliveries.get_or_create(&Delivery { outcome }).inc();
    }

    /// An attempt to hand an e-mail over came to this.
    pub(crate) fn email(&self, outcome: &'static str) {
        self.emails.get_or_create(&Email { outcome }).inc();
    }

    fn answered(&self, method: &'static str, route: Route, status: &'static str, took: Duration) {
        let asked = Asked { method, route };
        self.durations.get_or_create(&asked).observe(took.as_secs_f64());
        let Asked { method, route } = asked;
        self.requests.get_or_create(&Answered { method, route, status }).inc();
    }
}

/// Counts a request when it is answered.
pub(crate) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = name(request.method());
    let route = Route(request.extensions().get::<MatchedPath>().cloned());
    let began = Instant::now();
    let response = next.run(request).await;
    app.metrics.answered(method, route, class(response.status().as_u16()), began.elapsed());
    response
}

fn name(method: &Method) -> &'static str {
    let known = ["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS"];
    known.into_iter().find(|name| method.as_str() == *name).unwrap_or("other")
}

fn class(status: u16) -> &'static str {
    match status {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

/// The page.
pub(super) async fn page(app: &App) -> Response {
    let metrics = &app.metrics;
    if let Ok(Ok((due, parked))) = tokio::time::timeout(DATABASE_TIMEOUT, app.timers()).await {
        metrics.timers_due.get_or_create(&[]).set(due);
        metrics.timers_parked.get_or_create(&[]).set(parked);
    } else {
        metrics.timers_due.clear();
        metrics.timers_parked.clear();
    }
    let (waiting, sending) = app.workers.deliverer.load();
    metrics.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
    metrics.sending.set(i64::try_from(sending).unwrap_or(i64::MAX));
    let mut text = String::with_capacity(16 * 1024);
    prometheus_text::encode(&mut text, &metrics.registry).expect("a text takes what is written into it");
    bytes_response(200, "text/plain; version=0.0.4; charset=utf-8", text.into())
}

/// What the store has counted since this process opened it.
struct OfStore(Db);

impl fmt::Debug for OfStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfStore")
    }
}

impl Collector for OfStore {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let stats = self.0.stats();
        for (name, help, value) in [
            ("store_units", "Units of work committed", stats.units),
            ("store_batches", "Batches committed", stats.batches),
            ("store_stale", "Units decided again because what they had read was changed", stats.stale),
            ("store_statements", "Statements sent to the database", stats.statements),
            ("store_round_trips", "Times that somebody waited for the database server", stats.round_trips),
            ("store_fsyncs", "Durable commits, each of which flushed the log once", stats.fsyncs),
            ("store_rows", "Rows that were inserted, changed or removed", stats.rows),
            ("store_reads", "Queries outside the writer", stats.reads),
            ("store_repeats", "Batches that were tried again", stats.repeats),
            ("store_unknown", "Commits whose outcome had to be found out afterwards", stats.unknown),
        ] {
            let counter = ConstCounter::new(value);
            counter.encode(encoder.encode_descriptor(name, help, None, counter.metric_type())?)?;
        }
        let waiting = ConstGauge::new(i64::try_from(self.0.waiting()).unwrap_or(i64::MAX));
        let kind = waiting.metric_type();
        waiting.encode(encoder.encode_descriptor("store_waiting", "Units that wait for their commit", None, kind)?)
    }
}
