//! Copies the write-ahead log back into the database file, beside the writer and not in its way.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::sqlite::{connect, work};

/// The log is copied back when it is longer than this: a page that many commits change is copied once, as it was last. In two
/// runs of each in turn (64 clients, 100 merchants) payments that earn points were 10 and 20 % quicker with this and the
/// writer's cache as it is than with 64 MiB and 16 MiB of cache; what recovery reads after a kill is four times as much.
const LOG_BYTES_MAX: i64 = 256 << 20;
/// How long the thread rests after a round: readers of the log may keep it from starting again for a while.
const REST: Duration = Duration::from_millis(50);
/// How often the thread copies what the writer added meanwhile, before it leaves the rest to the writer.
const PASSES: u32 = 3;

/// The thread's handle. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Checkpointer {
    wake: Sender<()>,
    /// A round is wanted or under way.
    wanted: Arc<AtomicBool>,
    /// The bulk has been copied.
    copied: Arc<AtomicBool>,
    /// The thread's connection, and the right to use it.
    conn: Arc<Mutex<Slot>>,
}

#[derive(Debug, Default)]
struct Slot {
    conn: Option<Connection>,
    paused: bool,
}

impl Checkpointer {
    pub(crate) fn start(path: PathBuf) -> std::io::Result<Checkpointer> {
        let (wake, woken) = channel();
        let wanted = Arc::new(AtomicBool::new(false));
        let conn = Arc::new(Mutex::new(Slot::default()));
        let copied = Arc::new(AtomicBool::new(false));
        let (flag, slot) = (Arc::clone(&copied), Arc::clone(&conn));
        std::thread::Builder::new().name("vinr-checkpoint".into()).spawn(move || run(&path, &woken, &flag, &slot))?;
        Ok(Checkpointer { wake, wanted, copied, conn })
    }

    /// Has the thread woken whenever a commit of `conn` leaves the log too long. This also turns SQLite's own
    /// checkpoints off, which would run inside the writer's commit.
    pub(crate) fn watch(&self, conn: &mut Connection) -> Result<(), rusqlite::Error> {
        let page_bytes: i64 = conn.pragma_query_value(None, "page_size", |row| row.get(0))?;
        let pages_max = i32::try_from(LOG_BYTES_MAX / page_bytes).unwrap_or(i32::MAX);
        let (wake, wanted) = (self.wake.clone(), Arc::clone(&self.wanted));
        conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages: i32| {
            if pages > pages_max && !wanted.swap(true, Ordering::Relaxed) {
                // A thread that has ended leaves the log to the next process.
                let _ = wake.send(());
            }
            Ok(())
        }))
    }

    /// Copies the short rest between two batches, when the thread has copied the bulk. The writer's next commit then
    /// starts the log again at its beginning, unless a reader still needs it. The log keeps its length: overwriting
    /// flushes faster than appending.
    pub(crate) fn finish(&self, conn: &Connection) {
        if self.copied.load(Ordering::Relaxed) {
            if let Err(error) = work::query(conn, "checkpoint", "PRAGMA wal_checkpoint(PASSIVE)", &[]) {
                tracing::warn!(%error, "checkpoint failed");
            }
            self.copied.store(false, Ordering::Relaxed);
            self.wanted.store(false, Ordering::Relaxed);
        }
    }

    /// Closes the thread's connection, and keeps it closed until [`Checkpointer::resume`].
    pub(crate) fn pause(&self) {
        *lock(&self.conn) = Slot { conn: None, paused: true };
    }

    pub(crate) fn resume(&self) {
        lock(&self.conn).paused = false;
    }
}

fn lock(slot: &Mutex<Slot>) -> MutexGuard<'_, Slot> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "the thread is its own and has nothing else to do")]
fn run(path: &Path, woken: &Receiver<()>, copied: &AtomicBool, slot: &Mutex<Slot>) {
    while woken.recv().is_ok() {
        let mut slot = lock(slot);
        if !slot.paused
            && let Err(error) = copy_bulk(path, &mut slot)
        {
            slot.conn = None;
            tracing::warn!(%error, "checkpoint failed");
        }
        drop(slot);
        std::thread::sleep(REST);
        copied.store(true, Ordering::Relaxed);
    }
}

/// Copies the log while the writer goes on adding to it.
fn copy_bulk(path: &Path, slot: &mut Slot) -> Result<(), rusqlite::Error> {
    if slot.conn.is_none() {
        slot.conn = Some(connect(path)?);
    }
    let conn = slot.conn.as_ref().expect("opened just above");
    for _ in 0..PASSES {
        work::query(conn, "checkpoint", "PRAGMA wal_checkpoint(PASSIVE)", &[])?;
    }
    Ok(())
}
