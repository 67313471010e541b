//! A history as the server would have written it, in units of many payments.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use vinr_core::ids::{EventId, PaymentId, TransferId};
use vinr_server::env::Env;
use vinr_store::{Class, Db, Kind, Table, UnitOfWork, Value};

use crate::engine::Place;
use crate::format::grouped;
use crate::in_process::env;
use crate::template::{Template, deltas, with_payment};
use crate::{Problem, progress};

/// Payments of one unit, which may have 2,000 rows.
const UNIT: u32 = 150;
/// Units that are made and committed at once.
const TASKS: u32 = 8;
/// From one payment to the next, on the account's clock.
const PAYMENT_MS: i64 = 1_000;
/// How often it is said how far it is.
const SAY: Duration = Duration::from_secs(20);

/// Writes what is missing to so many payments; how many that were.
pub(super) async fn up_to(place: &Place, template: &Template, account: &str, size: u32) -> Result<u32, Problem> {
    let env = env()?;
    let chance = env.entropy.clone();
    let db = place.open(Arc::new(move || chance.u128())).await?;
    let rows = db.query("SELECT COUNT(*) FROM payments WHERE account = $1", &[account.into()]).await;
    let there = rows.map_err(|error| error.to_string())?.first().map_or(0, |row| row.int(0));
    let there = u32::try_from(there).map_err(|error| error.to_string())?;
    let writing = Writing {
        db: db.clone(),
        account: account.to_owned(),
        shape: template.clone(),
        next: AtomicU32::new(there),
        size,
        said: Mutex::new(Instant::now()),
        // The newest of a million is not in the future.
        begins_ms: env.wall().millis() - i64::from(u32::MAX / 1_000) * PAYMENT_MS,
        env,
    };
    let writing = Arc::new(writing);
    let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(Arc::clone(&writing).write())).collect();
    for task in tasks {
        task.await.map_err(|error| error.to_string())??;
    }
    db.close().await;
    Ok(size.saturating_sub(there))
}

struct Writing {
    db: Db,
    env: Env,
    account: String,
    shape: Template,
    next: AtomicU32,
    size: u32,
    /// When it was said last how far this is.
    said: Mutex<Instant>,
    begins_ms: i64,
}

impl Writing {
    async fn write(self: Arc<Self>) -> Result<(), Problem> {
        loop {
            let first = self.next.fetch_add(UNIT, Ordering::Relaxed);
            if first >= self.size {
                return Ok(());
            }
            let mut unit = self.db.begin(&self.account, "history", Class::Request);
            for number in first..(first + UNIT).min(self.size) {
                self.payment(&mut unit, number);
            }
            self.db.commit(unit).await.map_err(|error| format!("payments were not committed: {error:?}"))?;
            self.say(first);
        }
    }

    fn say(&self, written: u32) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.elapsed() > SAY {
            *said = Instant::now();
            progress(&format!("{} of {}", grouped(f64::from(written)), grouped(f64::from(self.size))));
        }
    }

    fn payment(&self, unit: &mut UnitOfWork, number: u32) {
        let payment = PaymentId::from_bits(self.env.id_bits());
        let created_at = self.begins_ms + i64::from(number) * PAYMENT_MS;
        for rows in &self.shape.tables {
            let table = rows.table;
            if table.kind == Kind::Tally {
                // The counter of events is raised by each number that is taken of it below.
                if table.name != "counters" {
                    for ((id, column), delta) in deltas(rows) {
                        unit.add(table, id, column, delta, None);
                    }
                }
                continue;
            }
            for (_, values) in &rows.rows {
                let mut values = with_payment(values, &self.shape.payment_id, payment.as_str());
                set(table, &mut values, "created_at", created_at.into());
                let id = match table.name {
                    "idempotency" => format!("history-{number:026}"),
                    "payments" => payment.to_string(),
                    "events" => {
                        let slot = unit.number(self.shape.counters(), "self", "sequence");
                        set(table, &mut values, "sequence", slot.into());
                        EventId::from_bits(self.env.id_bits()).to_string()
                    }
                    _ => TransferId::from_bits(self.env.id_bits()).to_string(),
                };
                unit.insert(table, &id, values);
            }
        }
    }
}

/// Changes one column of a row, if the table has it.
fn set(table: &Table, values: &mut [Value], column: &str, value: Value) {
    if let Some(place) = table.columns.iter().position(|declared| declared.name == column) {
        values[place] = value;
    }
}
