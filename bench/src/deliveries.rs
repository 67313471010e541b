//! Webhooks: whether they keep up with the payments they tell of, and how long after its commit the first attempt at one
//! arrives.

use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;

use crate::format::grouped;
use crate::latency::Latencies;
use crate::load::{Client, Noted};
use crate::payments::Ask;
use crate::receiver::Receiver;
use crate::results::Results;
use crate::server::Server;
use crate::{Bench, Engine, Problem, load, progress};

/// How long what is under way when the load ends may take.
const PATIENCE: Duration = Duration::from_mins(2);

/// What was found: each payment has one webhook, each account one endpoint.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Delivered {
    pub(crate) engine: Engine,
    pub(crate) accounts: u16,
    pub(crate) connections: u16,
    pub(crate) payments_per_second: f64,
    /// In the same seconds.
    pub(crate) deliveries_per_second: f64,
    /// Payments that nobody had been told of when the load ended.
    pub(crate) behind: usize,
    /// How long it took until all had been told.
    pub(crate) drained_s: f64,
    /// From the answer that says that a payment is committed to the arrival of its webhook; nothing if that was quicker.
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

pub(crate) fn measure(bench: &Bench<'_>, results: &mut Results) -> Result<(), Problem> {
    for accounts in bench.cli.accounts() {
        for connections in [1, 64] {
            for engine in &bench.cli.engines {
                let found = one(bench, *engine, Ask { accounts, connections })?;
                progress(&format!(
                    "{}, {connections} clients, {accounts} accounts: {} deliveries/s beside {} payments/s, {} behind, p50 {:.2} ms",
                    engine.name(),
                    grouped(found.deliveries_per_second),
                    grouped(found.payments_per_second),
                    found.behind,
                    found.p50_ms
                ));
                results.deliveries.push(found);
            }
        }
    }
    Ok(())
}

fn one(bench: &Bench<'_>, engine: Engine, ask: Ask) -> Result<Delivered, Problem> {
    let place = bench.fresh(engine)?;
    let server = Server::with_accounts(&place, ask.accounts)?;
    let runtime = crate::runtime()?;
    let found = runtime.block_on(deliver(&server, engine, ask, bench.cli.duration()))?;
    server.stop()?;
    Ok(found)
}

#[expect(clippy::cast_precision_loss, reason = "rates for people")]
async fn deliver(server: &Server, engine: Engine, ask: Ask, duration: Duration) -> Result<Delivered, Problem> {
    let receiver = Receiver::default();
    let mut client = Client::connect(server.address).await?;
    for key in load::keys(server)? {
        let url = format!("http://{}/webhooks", receiver.listen().await?);
        let endpoint = json!({"url": url, "enabledEvents": ["payment.completed"]});
        client.post("/v1/webhooks", &key, endpoint.to_string()).await?;
    }
    let warm = load::run(server, ask.connections, load::WARMING, None).await?;
    let noted = Noted::default();
    let (began, heard_before) = (Instant::now(), receiver.count());
    let latencies = load::run(server, ask.connections, duration, Some(&noted)).await?;
    let (took, heard) = (began.elapsed().as_secs_f64(), receiver.count());
    let paid = warm.count() + latencies.count();
    let ended = Instant::now();
    while receiver.count() < paid {
        if ended.elapsed() > PATIENCE {
            return Err(format!("{} of {paid} webhooks arrived", receiver.count()));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let drained_s = ended.elapsed().as_secs_f64();
    let mut waits = Latencies::default();
    let came = receiver.came();
    for (payment, answered) in noted.taken() {
        // A webhook may be quicker than the answer.
        waits.note(came[&payment].saturating_duration_since(answered));
    }
    let (p50_ms, p99_ms) = waits.percentiles_ms();
    Ok(Delivered {
        engine,
        accounts: ask.accounts,
        connections: ask.connections,
        payments_per_second: latencies.count() as f64 / took,
        deliveries_per_second: (heard - heard_before) as f64 / took,
        behind: paid - heard,
        drained_s,
        p50_ms,
        p99_ms,
    })
}
