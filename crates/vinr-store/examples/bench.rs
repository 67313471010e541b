//! Feeds the store with units of work shaped like a payment and says how many it commits.
//!
//! ```text
//! cargo run --release -p vinr-store --example bench -- --sqlite bench.db
//! cargo run --release -p vinr-store --example bench -- --postgres postgres://user@host/database --tasks 64 --json
//! ```
//!
//! A unit inserts a payment (330 bytes, two indexes), an event with its number and two transfers, changes three
//! balances of one of 1,000 accounts and claims an idempotency key with a reply of 400 bytes. Statements, round trips
//! and flushes are counted for 1,000 units: they compare between machines, seconds do not.
//!
//! Rows of one account lie beside each other, so units of one account (`--accounts 1`) share the pages that a batch
//! writes, and units of a thousand accounts share none: SQLite, which logs whole pages, is four times as fast with one.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the real clock and joins its tasks itself")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use vinr_store::{Class, Column, Config, Db, Entropy, Kind, Migration, OpenError, Stats, Table, UnitOfWork};

static PAYMENTS: Table = Table {
    name: "payments",
    columns: &[
        Column::text("status"),
        Column::int("amount"),
        Column::text("customer"),
        Column::int("created_at"),
        Column::text("body"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

static EVENTS: Table = Table {
    name: "events",
    columns: &[Column::int("sequence"), Column::text("type"), Column::text("body")],
    unique: &[],
    kind: Kind::AppendOnly,
};

static TRANSFERS: Table = Table {
    name: "transfers",
    columns: &[Column::text("payment"), Column::text("debit"), Column::text("credit"), Column::int("amount")],
    unique: &[],
    kind: Kind::AppendOnly,
};

static BALANCES: Table = Table { name: "balances", columns: &[Column::int("amount")], unique: &[], kind: Kind::Tally };

static COUNTERS: Table = Table {
    name: "counters",
    columns: &[Column::int("sequence"), Column::int("context_version")],
    unique: &[],
    kind: Kind::Tally,
};

static REPLIES: Table = Table {
    name: "replies",
    columns: &[Column::text("fingerprint"), Column::text("body")],
    unique: &[],
    kind: Kind::Versioned,
};

const MIGRATIONS: &[Migration] = &[Migration {
    name: "0001_bench",
    sql:
        "CREATE TABLE payments (account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL, status TEXT NOT NULL,
            amount BIGINT NOT NULL, customer TEXT NOT NULL, created_at BIGINT NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (account, id)) {WIDE};
          CREATE INDEX payments_created ON payments (account, created_at);
          CREATE INDEX payments_customer ON payments (account, customer);
          CREATE TABLE events (account TEXT NOT NULL, id TEXT NOT NULL, sequence BIGINT NOT NULL, type TEXT NOT NULL,
            body TEXT NOT NULL, PRIMARY KEY (account, id)) {WIDE};
          CREATE TABLE transfers (account TEXT NOT NULL, id TEXT NOT NULL, payment TEXT NOT NULL, debit TEXT NOT NULL,
            credit TEXT NOT NULL, amount BIGINT NOT NULL, PRIMARY KEY (account, id)) {TABLE};
          CREATE TABLE balances (account TEXT NOT NULL, id TEXT NOT NULL, amount BIGINT NOT NULL,
            PRIMARY KEY (account, id)) {BUSY};
          CREATE TABLE counters (account TEXT NOT NULL, id TEXT NOT NULL, sequence BIGINT NOT NULL,
            context_version BIGINT NOT NULL, PRIMARY KEY (account, id)) {BUSY};
          CREATE TABLE replies (account TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,
            fingerprint TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, id)) {WIDE};",
}];

const ACCOUNTS: u64 = 1_000;
const USAGE: &str = "bench (--sqlite FILE | --postgres URL) [--tasks N,N] [--seconds N] [--accounts N] [--json]";

struct Options {
    config: Config,
    engine: &'static str,
    tasks: Vec<usize>,
    duration: Duration,
    accounts: u64,
    json: bool,
}

/// What a run with one number of tasks measured.
struct Measured {
    tasks: usize,
    units_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    stats: Stats,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    let options = options().unwrap_or_else(|problem| {
        eprintln!("{problem}\n{USAGE}");
        std::process::exit(2);
    });
    if let Err(error) = runtime.block_on(bench(options)) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

fn options() -> Result<Options, String> {
    let (mut config, mut engine, mut json) = (None, "", false);
    let (mut tasks, mut seconds, mut accounts) = (vec![1, 16, 64], 3, ACCOUNTS);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text} is not a number"));
        match argument.as_str() {
            "--sqlite" => (config, engine) = (Some(Config::Sqlite { path: value()?.into(), readers: 4 }), "sqlite"),
            "--postgres" => {
                let nanoseconds = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
                let schema = format!("vinr_bench_{nanoseconds}");
                (config, engine) = (Some(Config::Postgres { url: value()?, schema, readers: 8 }), "postgres");
            }
            "--tasks" => {
                let counts = value()?.split(',').map(str::parse).collect::<Result<_, _>>();
                tasks = counts.map_err(|_| "--tasks wants numbers between commas")?;
            }
            "--seconds" => seconds = number(value()?)?,
            "--accounts" => accounts = number(value()?)?.max(1),
            "--json" => json = true,
            _ => return Err(format!("unknown option {argument}")),
        }
    }
    let config = config.ok_or("which database?")?;
    Ok(Options { config, engine, tasks, duration: Duration::from_secs(seconds), accounts, json })
}

async fn bench(options: Options) -> Result<(), OpenError> {
    let db = Db::open(options.config, entropy()).await?;
    db.migrate(MIGRATIONS).await?;
    let ids = Arc::new(AtomicU64::new(std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs()) << 30));
    measure(&db, 16, Duration::from_millis(500), options.accounts, &ids).await;
    for tasks in options.tasks {
        let measured = measure(&db, tasks, options.duration, options.accounts, &ids).await;
        print(options.engine, &measured, options.json);
    }
    db.close().await;
    Ok(())
}

fn entropy() -> Entropy {
    // Ids of batches need not be guarded here, only fresh.
    let state = AtomicU64::new(std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.subsec_nanos().into()));
    Arc::new(move || {
        let mut mixed = u128::from(state.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed));
        mixed = mixed.wrapping_mul(0xda94_2042_e4dd_58b5_da94_2042_e4dd_58b5);
        mixed ^ (mixed >> 64)
    })
}

async fn measure(db: &Db, tasks: usize, duration: Duration, accounts: u64, ids: &Arc<AtomicU64>) -> Measured {
    let before = db.stats();
    let started = Instant::now();
    let running: Vec<_> = (0..tasks)
        .map(|_| {
            let (db, ids) = (db.clone(), Arc::clone(ids));
            tokio::spawn(async move {
                let mut latencies = Vec::with_capacity(100_000);
                while started.elapsed() < duration {
                    let begun = Instant::now();
                    let mut unit = begin(&db, ids.fetch_add(1, Ordering::Relaxed), accounts);
                    let slot = unit.number(&COUNTERS, "main", "sequence");
                    unit.insert(
                        &EVENTS,
                        &fresh(&ids, "evt"),
                        vec![slot.into(), "payment.completed".into(), BODY.into()],
                    );
                    db.commit(unit).await.expect("a benchmark's units do not meet");
                    latencies.push(begun.elapsed());
                }
                latencies
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in running {
        latencies.extend(task.await.expect("no task panics"));
    }
    let seconds = started.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |percent: usize| latencies.get(latencies.len() * percent / 100).map_or(0.0, |d| d.as_secs_f64() * 1e3);
    let stats = difference(db.stats(), before);
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let units_per_second = stats.units as f64 / seconds;
    Measured { tasks, units_per_second, p50_ms: at(50), p99_ms: at(99), stats }
}

const BODY: &str = "{\"object\":\"payment\",\"currency\":\"EUR\",\"payment_method\":{\"type\":\"card\",\"brand\":\"visa\",\
    \"last4\":\"4242\",\"exp_month\":12,\"exp_year\":2030},\"description\":\"Order 12345 of the shop around the corner\",\
    \"metadata\":{\"order\":\"12345\",\"basket\":\"a-long-identifier-of-a-basket\"},\"livemode\":false,\"next_action\":null,\
    \"failure\":null,\"capture_method\":\"automatic\"}";

fn fresh(ids: &AtomicU64, prefix: &str) -> String {
    format!("{prefix}_{:026x}", ids.fetch_add(1, Ordering::Relaxed))
}

/// A unit with everything but its event.
fn begin(db: &Db, nth: u64, accounts: u64) -> UnitOfWork {
    let account = format!("acct_{:022}", nth.wrapping_mul(0x9e37_79b9) % accounts);
    let mut unit = db.begin(&account, "payment", Class::Request);
    let payment = format!("pay_{nth:026x}");
    let customer = format!("cus_{:026x}", nth % 5_000);
    let created_at = i64::try_from(nth).unwrap_or(i64::MAX);
    let row = vec!["completed".into(), 1_999.into(), customer.into(), created_at.into(), BODY.into()];
    unit.insert(&PAYMENTS, &payment, row);
    for (part, debit, credit, amount) in [("a", "network", "merchant", 1_999), ("b", "merchant", "fees", 55)] {
        let row = vec![payment.as_str().into(), debit.into(), credit.into(), amount.into()];
        unit.insert(&TRANSFERS, &format!("tr_{nth:024x}_{part}"), row);
    }
    unit.add(&BALANCES, "network:EUR", "amount", -1_999, None);
    unit.add(&BALANCES, "merchant:EUR", "amount", 1_944, None);
    unit.add(&BALANCES, "fees:EUR", "amount", 55, None);
    unit.expect(&COUNTERS, "main", "context_version", 0);
    unit.claim(&REPLIES, &format!("key-{nth:032x}"), vec!["0123456789abcdef0123456789abcdef".into(), BODY.into()]);
    unit
}

fn difference(after: Stats, before: Stats) -> Stats {
    Stats {
        units: after.units - before.units,
        batches: after.batches - before.batches,
        stale: after.stale - before.stale,
        statements: after.statements - before.statements,
        round_trips: after.round_trips - before.round_trips,
        fsyncs: after.fsyncs - before.fsyncs,
        reads: after.reads - before.reads,
        repeats: after.repeats - before.repeats,
        unknown: after.unknown - before.unknown,
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates for people")]
fn print(engine: &str, measured: &Measured, json: bool) {
    let Measured { tasks, units_per_second, p50_ms, p99_ms, stats } = measured;
    let per_thousand = |count: u64| count as f64 * 1e3 / stats.units.max(1) as f64;
    let (statements, trips, fsyncs) =
        (per_thousand(stats.statements), per_thousand(stats.round_trips), per_thousand(stats.fsyncs));
    if json {
        println!(
            "{{\"engine\":\"{engine}\",\"tasks\":{tasks},\"units_per_second\":{units_per_second:.0},\
             \"p50_ms\":{p50_ms:.3},\"p99_ms\":{p99_ms:.3},\"statements_per_1000\":{statements:.1},\
             \"round_trips_per_1000\":{trips:.1},\"fsyncs_per_1000\":{fsyncs:.1}}}"
        );
    } else {
        println!(
            "{engine} {tasks:>4} tasks {units_per_second:>8.0} units/s  p50 {p50_ms:.2} ms  p99 {p99_ms:.2} ms  \
             per 1,000 units: {statements:.0} statements, {trips:.1} round trips, {fsyncs:.1} flushes"
        );
    }
}
