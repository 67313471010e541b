//! The store alone: the same rows as a payment's, committed by tasks in this process. What is missing to HTTP's figure
//! is the price of sockets, JSON, rules and rendering.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use vinr_core::ids::{AccountId, EventId, PaymentId, TransferId};
use vinr_server::egress::Client;
use vinr_server::env::{Entropy, Env, Net, WallClock};
use vinr_server::settings::PrivateWebhooks;
use vinr_store::{Class, Db, Kind, UnitOfWork, Value};

use crate::Problem;
use crate::engine::Place;
use crate::latency::Latencies;
use crate::load::WARMING;
use crate::payments::Ask;
use crate::server::{Counters, cpu_of, own_cpu};
use crate::template::{Template, deltas, with_payment};

/// Commits payments from so many tasks until the time is over, after some warming up.
pub(crate) async fn run(
    place: &Place,
    template: &Template,
    ask: Ask,
    duration: Duration,
) -> Result<(Latencies, Counters), Problem> {
    let env = env()?;
    let chance = env.entropy.clone();
    let db = place.open(Arc::new(move || chance.u128())).await?;
    let shape = Arc::new(Shape::of(template, &env, ask.accounts)?);
    feed(&db, &env, &shape, ask.connections, WARMING).await?;
    let before = counters(&db);
    let latencies = feed(&db, &env, &shape, ask.connections, duration).await?;
    let spent = counters(&db).since(&before);
    db.close().await;
    Ok((latencies, spent))
}

/// Time and chance of this machine.
pub(crate) fn env() -> Result<Env, Problem> {
    let entropy = Entropy::system().map_err(|error| error.to_string())?;
    let client = Client::new(PrivateWebhooks::Refused).map_err(|error| error.to_string())?;
    Ok(Env::new(WallClock::System, entropy, Net::Real(client)))
}

fn counters(db: &Db) -> Counters {
    let stats = db.stats();
    Counters {
        statements: stats.statements,
        fsyncs: stats.fsyncs,
        rows: stats.rows,
        cpu_s: own_cpu(),
        database_cpu_s: cpu_of("postgres"),
        load_cpu_s: 0.0,
    }
}

async fn feed(db: &Db, env: &Env, shape: &Arc<Shape>, tasks: u16, duration: Duration) -> Result<Latencies, Problem> {
    let until = Instant::now() + duration;
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            let (db, env, shape) = (db.clone(), env.clone(), Arc::clone(shape));
            tokio::spawn(async move {
                let mut latencies = Latencies::default();
                while Instant::now() < until {
                    let begun = Instant::now();
                    let unit = shape.payment(&db, &env);
                    db.commit(unit).await.map_err(|error| format!("a payment was not committed: {error:?}"))?;
                    latencies.note(begun.elapsed());
                }
                Ok::<_, Problem>(latencies)
            })
        })
        .collect();
    let mut latencies = Latencies::default();
    for task in tasks {
        latencies.join(task.await.map_err(|error| error.to_string())??);
    }
    Ok(latencies)
}

/// A payment's rows, to be repeated.
struct Shape {
    template: Template,
    accounts: Vec<AccountId>,
    sequence: usize,
    next: AtomicU64,
}

impl Shape {
    fn of(template: &Template, env: &Env, accounts: u16) -> Result<Shape, Problem> {
        let events = template.of("events")?.table;
        Ok(Shape {
            sequence: events.column("sequence"),
            template: template.clone(),
            accounts: (0..accounts).map(|_| AccountId::from_bits(env.id_bits())).collect(),
            next: AtomicU64::new(0),
        })
    }

    /// One payment as the server stages it.
    fn payment(&self, db: &Db, env: &Env) -> UnitOfWork {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let account = &self.accounts[usize::try_from(number).unwrap_or(0) % self.accounts.len()];
        let mut unit = db.begin(account.as_str(), "payment", Class::Request);
        let payment = PaymentId::from_bits(env.id_bits());
        for rows in &self.template.tables {
            let table = rows.table;
            if table.kind == Kind::Tally {
                for ((id, column), delta) in deltas(rows) {
                    if table.name != "counters" {
                        unit.add(table, id, column, delta, None);
                    }
                }
                continue;
            }
            for (_, values) in &rows.rows {
                let mut values = with_payment(values, &self.template.payment_id, payment.as_str());
                match table.name {
                    "idempotency" => unit.claim(table, &format!("order-{number:026}"), values),
                    "events" => {
                        let counters = self.template.counters();
                        let slot = unit.number(counters, "self", "sequence");
                        unit.expect(counters, "self", "context_version", 0);
                        values[self.sequence] = Value::from(slot);
                        unit.insert(table, EventId::from_bits(env.id_bits()).as_str(), values);
                    }
                    "payments" => unit.insert(table, payment.as_str(), values),
                    _ => unit.insert(table, TransferId::from_bits(env.id_bits()).as_str(), values),
                }
            }
        }
        unit
    }
}
