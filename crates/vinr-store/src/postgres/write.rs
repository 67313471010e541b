//! The writer on PostgreSQL: two round trips for a batch, however many units it has.
//!
//! The first flight opens the transaction, locks every row that will change, in one order everywhere, and reads what
//! the batch has to know. The second writes what was settled, and commits. Statements of a flight are sent together;
//! when one of them fails, the server refuses those after it, and the `COMMIT` at the end becomes a rollback. The
//! driver does not show the tag of a `COMMIT` (which would say `ROLLBACK`), and need not: a transaction is aborted by
//! nothing but a statement that failed, and that statement's own answer says so.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::{Instant, timeout};
use tokio_postgres::Error;

use crate::group::plan::Plan;
use crate::group::settle::{Filled, RowWrite, Settled, TableWrites};
use crate::group::{BatchId, Fault, Source};
use crate::postgres::ask::{Reading, ask};
use crate::postgres::connect::{ANSWER_TIMEOUT, Connection, Params, Server, Trouble, WRITER, fly, trouble};
use crate::postgres::encode::{Bound, column};
use crate::postgres::read::PostgresReaders;
use crate::postgres::texts::Texts;
use crate::sqlite::BATCHES_NOTED_MAX;
use crate::stats::{Counters, count};
use crate::table::{Kind, Type};
use crate::value::Value;

/// State 1: committed; 0: given up.
const NOTE_BATCH: &str = "INSERT INTO commits (account, id, state) VALUES ($1, $2, 1)";
const FORGET_BATCHES: &str = "DELETE FROM commits c USING unnest($1::text[], $2::text[]) AS u(account, id) WHERE c.account = u.account AND c.id = u.id";
/// Waits for a transaction that is still about to commit the same key, so that its end is known afterwards. Writes in
/// either case: a server that restarted shows commits that no standby has confirmed, and only a commit that wrote
/// something waits for the standbys, by which then everything before it is there too.
const GIVE_UP_BATCH: &str = "INSERT INTO commits (account, id, state) VALUES ($1, $2, 0) \
     ON CONFLICT (account, id) DO UPDATE SET state = commits.state RETURNING state";

/// How long the writer refuses at once after it could not connect, growing up to the second.
const PAUSE_FIRST: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// The one connection that writes.
#[derive(Debug)]
pub(crate) struct PostgresWriter {
    server: Arc<Server>,
    texts: Arc<Texts>,
    counters: Arc<Counters>,
    conn: Option<Arc<Connection>>,
    pause: Duration,
    connect_after: Option<Instant>,
    noted: Vec<BatchId>,
}

impl PostgresWriter {
    pub(crate) fn new(readers: &Arc<PostgresReaders>, counters: Arc<Counters>) -> PostgresWriter {
        PostgresWriter {
            server: Arc::clone(&readers.server),
            texts: Arc::clone(&readers.texts),
            counters,
            conn: None,
            pause: PAUSE_FIRST,
            connect_after: None,
            noted: Vec::new(),
        }
    }

    async fn conn(&mut self) -> Result<Arc<Connection>, Fault> {
        if let Some(conn) = self.conn.as_ref().filter(|conn| !conn.client.is_closed()) {
            return Ok(Arc::clone(conn));
        }
        let now = Instant::now();
        if self.connect_after.is_some_and(|after| now < after) {
            return Err(Fault::Unavailable(unreachable_server()));
        }
        match self.server.connect(WRITER).await {
            Ok(conn) => {
                let conn = Arc::new(conn);
                self.conn = Some(Arc::clone(&conn));
                self.pause = PAUSE_FIRST;
                Ok(conn)
            }
            Err(error) => {
                self.connect_after = Some(Instant::now() + self.pause);
                self.pause = (self.pause * 2).min(PAUSE_MAX);
                Err(Fault::Unavailable(Arc::new(error)))
            }
        }
    }

    pub(crate) async fn verify(&mut self, plan: &mut Plan<'_>) -> Result<(), Fault> {
        self.ask(plan, Reading::Plain).await
    }

    pub(crate) async fn arbitrate(&mut self, plan: &mut Plan<'_>) -> Result<(), Fault> {
        self.ask(plan, Reading::Locked).await
    }

    /// Fills the plan in one flight. With [`Reading::Plain`] the transaction ends in it too.
    async fn ask(&mut self, plan: &mut Plan<'_>, reading: Reading) -> Result<(), Fault> {
        let conn = self.conn().await?;
        let asked = timeout(ANSWER_TIMEOUT, ask(&conn, &self.texts, plan, reading)).await;
        count(&self.counters.round_trips, 1);
        match asked {
            Ok(Ok(statements)) => {
                count(&self.counters.statements, statements);
                Ok(())
            }
            Ok(Err(error)) => Err(self.refused(&conn, error)),
            Err(_) => {
                self.conn = None;
                Err(Fault::Unavailable(no_answer()))
            }
        }
    }

    /// Sorts an error before `COMMIT` was sent: nothing of the batch is written.
    fn refused(&mut self, conn: &Connection, error: Error) -> Fault {
        let kind = trouble(&error);
        let source: Source = Arc::new(error);
        if matches!(kind, Trouble::Connection | Trouble::Outdated | Trouble::ReadOnly) {
            self.conn = None;
        } else {
            roll_back(conn);
        }
        match kind {
            Trouble::Connection | Trouble::Outdated | Trouble::Server | Trouble::ReadOnly => Fault::Unavailable(source),
            Trouble::Contention => Fault::Repeat(source),
            Trouble::Duplicate => Fault::Duplicate(source),
            Trouble::Statement => Fault::Failed(source),
        }
    }

    pub(crate) async fn apply(&mut self, plan: &Plan<'_>, settled: &Settled<'_>, batch: &BatchId) -> Result<(), Fault> {
        // The connection that holds the locks; a new one would hold none.
        let Some(conn) = self.conn.clone() else { return Err(Fault::Unavailable(unreachable_server())) };
        let forget = if self.noted.len() >= BATCHES_NOTED_MAX { std::mem::take(&mut self.noted) } else { Vec::new() };
        let statements = statements_of(&self.texts, plan, settled, batch, &forget);
        count(&self.counters.statements, statements.len() as u64 + 1);
        count(&self.counters.round_trips, 1);
        match timeout(ANSWER_TIMEOUT, apply_on(&conn, statements)).await {
            Ok(Ok(())) => {
                self.noted.push(batch.clone());
                Ok(())
            }
            Ok(Err(Refusal::NotSent(error) | Refusal::RolledBack(error))) => {
                // They are still there; the next batch removes them.
                self.noted.extend(forget);
                Err(self.refused(&conn, error))
            }
            Ok(Err(Refusal::Unanswered(error))) => {
                self.conn = None;
                Err(Fault::Unknown(Arc::new(error)))
            }
            Err(_) => {
                self.conn = None;
                Err(Fault::Unknown(no_answer()))
            }
        }
    }

    #[expect(clippy::unused_async, reason = "the same shape on every engine")]
    pub(crate) async fn abandon(&mut self) {
        if let Some(conn) = &self.conn {
            roll_back(conn);
        }
    }

    pub(crate) async fn resolve(&mut self, batch: &BatchId) -> Result<bool, Fault> {
        self.noted.clear();
        let conn = self.conn().await?;
        let account: &str = &batch.account;
        let asked = async { conn.client.query_one(GIVE_UP_BATCH, &[&account, &batch.id]).await };
        let row = match timeout(ANSWER_TIMEOUT, asked).await {
            Ok(Ok(row)) => row,
            Ok(Err(error)) => return Err(self.refused(&conn, error)),
            Err(_) => {
                self.conn = None;
                return Err(Fault::Unavailable(no_answer()));
            }
        };
        Ok(row.get::<_, i64>(0) == 1)
    }

    pub(crate) async fn maintain(&mut self, sql: &'static str, params: &[Value]) -> Result<u64, Fault> {
        let conn = self.conn().await?;
        let done = async {
            let statement = conn.prepare(sql).await?;
            let bound: Vec<Bound<'_>> = params.iter().map(Bound).collect();
            let bound: Vec<_> = bound.iter().map(|param| param as &(dyn tokio_postgres::types::ToSql + Sync)).collect();
            conn.client.execute(&statement, &bound).await
        };
        count(&self.counters.round_trips, 1);
        match timeout(ANSWER_TIMEOUT, done).await {
            Ok(Ok(changed)) => Ok(changed),
            Ok(Err(error)) => Err(self.refused(&conn, error)),
            Err(_) => {
                self.conn = None;
                Err(Fault::Unavailable(no_answer()))
            }
        }
    }

    /// Removes its notes, so that a server that is stopped and started leaves none behind.
    pub(crate) async fn close(self) {
        if let Some(conn) = self.conn.filter(|conn| !conn.client.is_closed() && !self.noted.is_empty()) {
            let forgotten = async {
                let statement = conn.prepare(FORGET_BATCHES).await?;
                conn.query(statement, keys(&self.noted, batch_key)).await
            };
            // Best effort: a note that stays is never read again.
            let _ = timeout(ANSWER_TIMEOUT, forgotten).await;
        }
    }
}

/// Sends a rollback and does not wait: what follows queues behind it, and a connection that is gone rolls back anyway.
fn roll_back(conn: &Connection) {
    let _ = conn.client.batch_execute("ROLLBACK").now_or_never();
}

fn no_answer() -> Source {
    Arc::new(std::io::Error::new(std::io::ErrorKind::TimedOut, "the database server does not answer"))
}

fn unreachable_server() -> Source {
    Arc::new(std::io::Error::new(std::io::ErrorKind::NotConnected, "no connection to the database server"))
}

/// One statement of a batch with its parameters.
type Ready<'b> = (String, Params<'b>);

/// Everything the batch writes, table after table: removals first, because a row of the same unit may take over a
/// unique key, then changes, then new rows.
fn statements_of<'b>(
    texts: &Texts,
    plan: &'b Plan<'_>,
    settled: &'b Settled<'_>,
    batch: &'b BatchId,
    forget: &'b [BatchId],
) -> Vec<Ready<'b>> {
    let mut statements: Vec<Ready<'b>> = Vec::new();
    for (account, tables) in &settled.wiped {
        let wipe = |table: &&str| -> Ready<'b> {
            (format!("DELETE FROM {table} WHERE account = $1"), vec![Box::new(*account)])
        };
        statements.extend(tables.iter().map(wipe));
    }
    for writes in settled.tables.values() {
        let texts = texts.of(writes.table);
        if !writes.removes.is_empty() {
            statements.push((texts.remove.clone(), keys(&writes.removes, row_key)));
        }
        for (sql, places) in [(&texts.set_tally, &writes.tallies), (&texts.insert, &writes.new_tallies)] {
            if !places.is_empty() {
                statements.push((sql.clone(), tally_params(plan, writes, places)));
            }
        }
        if !writes.updates.is_empty() {
            let mut params = keys(&writes.updates, row_key);
            let expected = |index: usize| Filled::Int(writes.updates[index].expected);
            params.push(column(writes.updates.len(), Type::Int, expected));
            push_columns(&mut params, settled, writes, &writes.updates);
            statements.push((texts.update.clone(), params));
        }
        for (sql, rows) in [(&texts.put, &writes.puts), (&texts.insert, &writes.inserts)] {
            if !rows.is_empty() {
                let mut params = keys(rows, row_key);
                if writes.table.kind == Kind::Versioned {
                    params.push(Box::new(batch.first_version));
                }
                push_columns(&mut params, settled, writes, rows);
                statements.push((sql.clone(), params));
            }
        }
    }
    if !forget.is_empty() {
        statements.push((FORGET_BATCHES.to_owned(), keys(forget, batch_key)));
    }
    statements.push((NOTE_BATCH.to_owned(), vec![Box::new(&*batch.account), Box::new(&*batch.id)]));
    statements
}

fn row_key<'b>(row: &'b RowWrite<'_>) -> (&'b str, &'b str) {
    (row.account, row.id)
}

fn batch_key(batch: &BatchId) -> (&str, &str) {
    (&batch.account, &batch.id)
}

/// The arrays of accounts and ids.
fn keys<'b, T: Sync>(rows: &'b [T], key: fn(&'b T) -> (&'b str, &'b str)) -> Params<'b> {
    vec![
        column(rows.len(), Type::Text, move |index| Filled::Text(key(&rows[index]).0)),
        column(rows.len(), Type::Text, move |index| Filled::Text(key(&rows[index]).1)),
    ]
}

fn push_columns<'b>(
    params: &mut Params<'b>,
    settled: &'b Settled<'_>,
    writes: &TableWrites<'_>,
    rows: &'b [RowWrite<'_>],
) {
    for (place, declared) in writes.table.columns.iter().enumerate() {
        params.push(column(rows.len(), declared.ty, move |index| settled.fill(&rows[index], place)));
    }
}

fn tally_params<'b>(plan: &'b Plan<'_>, writes: &TableWrites<'_>, places: &'b [u32]) -> Params<'b> {
    let tally = move |index: usize| &plan.tallies[places[index] as usize];
    let mut params: Params<'b> = vec![
        column(places.len(), Type::Text, move |index| Filled::Text(tally(index).account)),
        column(places.len(), Type::Text, move |index| Filled::Text(tally(index).id)),
    ];
    for place in 0..writes.table.columns.len() {
        params.push(column(places.len(), Type::Int, move |index| Filled::Int(tally(index).values[place])));
    }
    params
}

/// Why a flight that ends in `COMMIT` did not succeed.
enum Refusal {
    /// `COMMIT` was never sent.
    NotSent(Error),
    /// A statement failed, so the `COMMIT` after it was a rollback.
    RolledBack(Error),
    /// The connection went away before the answer to `COMMIT`.
    Unanswered(Error),
}

/// Sends the batch's statements and `COMMIT` in one flight.
async fn apply_on(conn: &Connection, statements: Vec<Ready<'_>>) -> Result<(), Refusal> {
    let mut flight = Vec::with_capacity(statements.len() + 1);
    for (sql, params) in statements {
        let statement = conn.prepare(&sql).await.map_err(Refusal::NotSent)?;
        flight.push(conn.query(statement, params));
    }
    flight.push(conn.command("COMMIT"));
    let answers = fly(flight).await;
    let committed = answers.last().is_some_and(|answer| matches!(answer, Some(Ok(_))));
    let commit_sent = answers.last().is_some_and(Option::is_some);
    match answers.into_iter().flatten().find_map(Result::err) {
        None => {
            assert!(committed, "a flight without an error has all its answers");
            Ok(())
        }
        Some(error) if !commit_sent => Err(Refusal::NotSent(error)),
        Some(error) if trouble(&error) == Trouble::Connection => Err(Refusal::Unanswered(error)),
        Some(error) => Err(Refusal::RolledBack(error)),
    }
}
