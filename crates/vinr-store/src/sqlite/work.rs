//! Reading, arbitrating and writing on one SQLite connection; shared by the embedded engine and the simulated one.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ToSql};

use crate::group::BatchId;
use crate::group::plan::Plan;
use crate::group::settle::{Filled, RowWrite, Settled, TableWrites};
use crate::row::Row;
use crate::sqlite::texts::{TableTexts, Texts};
use crate::table::Kind;
use crate::value::Value;

type Result<T> = std::result::Result<T, rusqlite::Error>;

/// The crate's own table of batches: see `commits` in store.md. State 1: committed.
const INSERT_COMMIT: &str = "INSERT INTO commits (account, id, state) VALUES (?1, ?2, ?3)";
const STATE_OF_COMMIT: &str = "SELECT state FROM commits WHERE account = ?1 AND id = ?2";
const FORGET_COMMIT: &str = "DELETE FROM commits WHERE account = ?1 AND id = ?2";

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
            Value::Number(_) => panic!("a number is not known before the commit and cannot be a parameter"),
        }))
    }
}

impl ToSql for Filled<'_> {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Filled::Null => ValueRef::Null,
            Filled::Int(value) => ValueRef::Integer(*value),
            Filled::Text(text) => ValueRef::Text(text.as_bytes()),
            Filled::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Runs a query whose placeholders are already SQLite's.
pub(crate) fn query(conn: &Connection, origin: &'static str, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
    let mut statement = conn.prepare_cached(sql)?;
    for (index, param) in (1..).zip(params) {
        statement.raw_bind_parameter(index, Bound(param))?;
    }
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let values = (0..columns).map(|index| value(row.get_ref(index)?, index));
        found.push(Row::new(origin, values.collect::<Result<_>>()?));
    }
    Ok(found)
}

/// Reads one row of a table: its columns, then its version.
pub(crate) fn fetch(
    conn: &Connection,
    name: &'static str,
    texts: &TableTexts,
    (account, id): (&str, &str),
) -> Result<Option<Row>> {
    let mut statement = conn.prepare_cached(&texts.load)?;
    bind_key(&mut statement, account, id)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let Some(row) = rows.next()? else { return Ok(None) };
    let values = (0..columns).map(|index| value(row.get_ref(index)?, index));
    Ok(Some(Row::new(name, values.collect::<Result<_>>()?)))
}

fn value(found: ValueRef<'_>, index: usize) -> Result<Value> {
    Ok(match found {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Int(value),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(error) => return Err(rusqlite::Error::Utf8Error(index, error)),
        },
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
        ValueRef::Real(_) => {
            let what = "a floating point number is none of the store's types".into();
            return Err(rusqlite::Error::FromSqlConversionFailure(index, rusqlite::types::Type::Real, what));
        }
    })
}

fn bind_key(statement: &mut CachedStatement<'_>, account: &str, id: &str) -> Result<()> {
    statement.raw_bind_parameter(1, account)?;
    statement.raw_bind_parameter(2, id)
}

/// Runs a statement and answers how many rows it changed.
pub(crate) fn execute(conn: &Connection, sql: &str, params: &[Value]) -> Result<u64> {
    let mut statement = conn.prepare_cached(sql)?;
    for (index, param) in (1..).zip(params) {
        statement.raw_bind_parameter(index, Bound(param))?;
    }
    Ok(u64::try_from(statement.raw_execute()?).expect("a count of rows fits in 64 bits"))
}

/// Fills the plan from the database, inside of a transaction. Answers how many statements that took.
pub(crate) fn fill(conn: &Connection, texts: &Texts, plan: &mut Plan<'_>) -> Result<u64> {
    let mut statements = 0;
    for ask in plan.asks.values() {
        let texts = texts.of(ask.table);
        if !ask.locked.is_empty() || !ask.checked.is_empty() {
            let mut statement = conn.prepare_cached(&texts.version)?;
            for place in ask.locked.iter().chain(&ask.checked) {
                let row = &mut plan.rows[*place as usize];
                bind_key(&mut statement, row.account, row.id)?;
                row.version = statement.raw_query().next()?.map(|row| row.get(0)).transpose()?;
                statements += 1;
            }
        }
        if !ask.tallies.is_empty() || !ask.expected.is_empty() {
            let mut statement = conn.prepare_cached(&texts.load)?;
            for place in ask.tallies.iter().chain(&ask.expected) {
                let tally = &mut plan.tallies[*place as usize];
                bind_key(&mut statement, tally.account, tally.id)?;
                let mut rows = statement.raw_query();
                if let Some(row) = rows.next()? {
                    tally.exists = true;
                    for (index, value) in tally.values.iter_mut().enumerate() {
                        *value = row.get(index)?;
                    }
                }
                statements += 1;
            }
        }
        for place in &ask.uniques {
            let unique = &mut plan.uniques[*place as usize];
            let mut statement = conn.prepare_cached(&texts.owners[unique.index])?;
            let scoped = !ask.table.unique[unique.index].global;
            if scoped {
                statement.raw_bind_parameter(1, unique.account)?;
            }
            for (value, index) in unique.values.iter().zip(1 + usize::from(scoped)..) {
                statement.raw_bind_parameter(index, Bound(value))?;
            }
            unique.owner = statement
                .raw_query()
                .next()?
                .map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?)))
                .transpose()?;
            statements += 1;
        }
    }
    Ok(statements)
}

/// Writes what was settled and the batch's own row, inside of the same transaction. Answers how many statements that
/// took.
pub(crate) fn write(
    conn: &Connection,
    texts: &Texts,
    plan: &Plan<'_>,
    settled: &Settled<'_>,
    batch: &BatchId,
) -> Result<u64> {
    let mut statements = wipe(conn, settled)?;
    for writes in settled.tables.values() {
        let texts = texts.of(writes.table);
        // Removals first: a row of the same unit may take over a unique key.
        statements += write_rows(conn, &texts.remove, &writes.removes, |_, _| Ok(()), None)?;
        statements += write_tallies(conn, &texts, plan, writes)?;
        let update = |statement: &mut CachedStatement<'_>, row: &RowWrite<'_>| {
            bind_row(statement, settled, row, Some(row.expected))
        };
        statements += write_rows(conn, &texts.update, &writes.updates, update, Some(1))?;
        let first = (writes.table.kind == Kind::Versioned).then_some(batch.first_version);
        let insert = |statement: &mut CachedStatement<'_>, row: &RowWrite<'_>| bind_row(statement, settled, row, first);
        statements += write_rows(conn, &texts.put, &writes.puts, insert, None)?;
        statements += write_rows(conn, &texts.insert, &writes.inserts, insert, Some(1))?;
    }
    conn.prepare_cached(INSERT_COMMIT)?.execute((&*batch.account, &batch.id, 1))?;
    Ok(statements + 1)
}

fn wipe(conn: &Connection, settled: &Settled<'_>) -> Result<u64> {
    let mut statements = 0;
    for (account, tables) in &settled.wiped {
        for table in *tables {
            conn.execute(&format!("DELETE FROM {table} WHERE account = ?1"), [account])?;
            statements += 1;
        }
    }
    Ok(statements)
}

fn bind_row(
    statement: &mut CachedStatement<'_>,
    settled: &Settled<'_>,
    row: &RowWrite<'_>,
    version: Option<i64>,
) -> Result<()> {
    if let Some(version) = version {
        statement.raw_bind_parameter(3, version)?;
    }
    for (column, index) in (0..row.values.len()).zip(3 + usize::from(version.is_some())..) {
        statement.raw_bind_parameter(index, settled.fill(row, column))?;
    }
    Ok(())
}

fn write_rows(
    conn: &Connection,
    sql: &str,
    rows: &[RowWrite<'_>],
    bind: impl Fn(&mut CachedStatement<'_>, &RowWrite<'_>) -> Result<()>,
    wanted: Option<usize>,
) -> Result<u64> {
    if rows.is_empty() {
        return Ok(0);
    }
    let mut statement = conn.prepare_cached(sql)?;
    for row in rows {
        bind_key(&mut statement, row.account, row.id)?;
        bind(&mut statement, row)?;
        let changed = statement.raw_execute()?;
        if wanted.is_some_and(|wanted| wanted != changed) {
            return Err(rusqlite::Error::StatementChangedRows(changed));
        }
    }
    Ok(rows.len() as u64)
}

fn write_tallies(conn: &Connection, texts: &TableTexts, plan: &Plan<'_>, writes: &TableWrites<'_>) -> Result<u64> {
    debug_assert!(writes.tallies.is_empty() || writes.table.kind == Kind::Tally, "only tallies are counted");
    for (sql, places) in [(&texts.insert, &writes.new_tallies), (&texts.set_tally, &writes.tallies)] {
        if places.is_empty() {
            continue;
        }
        let mut statement = conn.prepare_cached(sql)?;
        for place in places {
            let tally = &plan.tallies[*place as usize];
            bind_key(&mut statement, tally.account, tally.id)?;
            for (value, index) in tally.values.iter().zip(3..) {
                statement.raw_bind_parameter(index, value)?;
            }
            let changed = statement.raw_execute()?;
            if changed != 1 {
                return Err(rusqlite::Error::StatementChangedRows(changed));
            }
        }
    }
    Ok((writes.new_tallies.len() + writes.tallies.len()) as u64)
}

/// Removes the notes of batches whose outcome is known.
pub(crate) fn forget_batches(conn: &Connection, batches: &[BatchId]) -> Result<()> {
    let mut statement = conn.prepare_cached(FORGET_COMMIT)?;
    for batch in batches {
        statement.execute((&*batch.account, &batch.id))?;
    }
    Ok(())
}

/// Whether a batch committed. Its connection is closed by now, and nobody else has it: a batch that is not there never
/// will be. Nothing is written, which a full disk could not take.
pub(crate) fn has_committed(conn: &Connection, batch: &BatchId) -> Result<bool> {
    conn.prepare_cached(STATE_OF_COMMIT)?.exists((&*batch.account, &batch.id))
}
