//! What one payment writes, read back from the database after the real server wrote it: the pattern after which both
//! baselines write theirs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use vinr_store::{Column, Db, Kind, Table, Type, Value};

use crate::Problem;
use crate::engine::{Place, Scratch};
use crate::load;
use crate::server::Server;

/// The tables a payment writes to, in the order in which an application would.
const TABLES: [(&str, Kind); 8] = [
    ("idempotency", Kind::Versioned),
    ("payments", Kind::Versioned),
    ("counters", Kind::Tally),
    ("events", Kind::AppendOnly),
    ("transfers", Kind::AppendOnly),
    ("balances", Kind::Tally),
    ("balance_transactions", Kind::AppendOnly),
    ("settlement_totals", Kind::Tally),
];

/// The rows of one payment.
#[derive(Clone)]
pub(crate) struct Template {
    /// By table, in the order of writing.
    pub(crate) tables: Vec<Rows>,
    /// The payment's id, which other rows mention.
    pub(crate) payment_id: String,
    /// Indexes of these tables, primary keys included.
    pub(crate) indexes: usize,
}

/// The rows in one table.
#[derive(Clone)]
pub(crate) struct Rows {
    /// Its declaration for the store.
    pub(crate) table: &'static Table,
    /// Ids and values, without account and version.
    pub(crate) rows: Vec<(String, Vec<Value>)>,
}

impl Template {
    /// Has the real server take one payment and reads what it wrote.
    pub(crate) fn of_one_payment(scratch: &Scratch) -> Result<Template, Problem> {
        let place = Place::folder(scratch)?;
        let server = Server::with_accounts(&place, 1)?;
        let runtime = crate::runtime()?;
        let latencies = runtime.block_on(load::run(&server, 1, Duration::from_nanos(1), None))?;
        if latencies.count() != 1 {
            return Err(format!("{} payments were taken where one was to be", latencies.count()));
        }
        server.stop()?;
        runtime.block_on(read(&place))
    }

    /// The rows in a table.
    pub(crate) fn of(&self, name: &str) -> Result<&Rows, Problem> {
        self.tables.iter().find(|rows| rows.table.name == name).ok_or_else(|| format!("a payment wrote no {name}"))
    }

    /// The table that counts an account's events.
    pub(crate) fn counters(&self) -> &'static Table {
        let counters = self.tables.iter().find(|rows| rows.table.name == "counters");
        counters.expect("a payment counts its events").table
    }

    /// How many rows there are.
    pub(crate) fn count(&self) -> usize {
        self.tables.iter().map(|rows| rows.rows.len()).sum()
    }

    /// How many bytes they hold, 8 for a number.
    pub(crate) fn bytes(&self) -> usize {
        let values = self.tables.iter().flat_map(|rows| &rows.rows).flat_map(|(_, values)| values);
        values.map(length).sum()
    }
}

fn length(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Int(_) | Value::Number(_) => 8,
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    }
}

async fn read(place: &Place) -> Result<Template, Problem> {
    let db = place.open(Arc::new(|| 1)).await?;
    let mut tables = Vec::new();
    for (name, kind) in TABLES {
        let table = declaration(&db, name, kind).await?;
        let mut columns = vec!["id"];
        columns.extend(table.columns.iter().map(|column| column.name));
        let sql = format!("SELECT {} FROM {name} ORDER BY id", columns.join(", "));
        let rows = query(&db, sql).await?.into_iter().map(|mut values| match values.remove(0) {
            Value::Text(id) => Ok((id, values)),
            _ => Err(format!("{name} has an id that is no text")),
        });
        tables.push(Rows { table, rows: rows.collect::<Result<_, _>>()? });
    }
    // The first payment of a day opens its settlement, with a timer; no other one does.
    for rows in ["jobs WHERE noun <> 'settlement'", "webhook_deliveries", "attempts"] {
        if !query(&db, format!("SELECT id FROM {rows}")).await?.is_empty() {
            return Err(format!("a payment wrote to {rows}, which the baselines do not know"));
        }
    }
    let names = TABLES.map(|(name, _)| format!("'{name}'")).join(", ");
    // A primary key without row ids is the table itself, and no index beside it.
    let sql = format!(
        "SELECT COUNT(*) FROM pragma_index_list AS i JOIN sqlite_master AS t ON i.arg = t.name WHERE t.name IN ({names})"
    );
    let indexes = match query(&db, sql).await?.first().and_then(|row| row.first()) {
        Some(Value::Int(count)) => usize::try_from(*count).unwrap_or(0),
        _ => return Err("indexes could not be counted".into()),
    };
    db.close().await;
    let payments = tables.iter().find(|rows| rows.table.name == "payments");
    let payment_id = payments.and_then(|rows| rows.rows.first()).ok_or("no payment was written")?.0.clone();
    Ok(Template { tables, payment_id, indexes })
}

/// The declaration of a table as its own server has it, made from its columns.
async fn declaration(db: &Db, name: &'static str, kind: Kind) -> Result<&'static Table, Problem> {
    let sql = format!("SELECT name, type FROM pragma_table_info('{name}') ORDER BY cid");
    let mut columns = Vec::new();
    for row in query(db, sql).await? {
        let [Value::Text(name), Value::Text(declared)] = &row[..] else { return Err("a column has no type".into()) };
        let ty = match declared.as_str() {
            "INTEGER" => Type::Int,
            "TEXT" => Type::Text,
            "BLOB" => Type::Blob,
            other => return Err(format!("column {name} is of type {other}")),
        };
        if !["account", "id", "version"].contains(&name.as_str()) {
            columns.push(Column { name: String::leak(name.clone()), ty, is_fixed: false });
        }
    }
    Ok(Box::leak(Box::new(Table { name, columns: columns.leak(), unique: &[], kind })))
}

async fn query(db: &Db, sql: String) -> Result<Vec<Vec<Value>>, Problem> {
    // The store takes SQL that is part of the program; these few texts are made once and kept.
    let rows = db.query(sql.leak(), &[]).await.map_err(|error| error.to_string())?;
    Ok(rows.into_iter().map(vinr_store::Row::into_values).collect())
}

/// A row's values with another payment's id wherever the template's stands.
pub(crate) fn with_payment(values: &[Value], template_id: &str, id: &str) -> Vec<Value> {
    let replaced = |value: &Value| match value {
        Value::Text(text) if text.contains(template_id) => Value::Text(text.replace(template_id, id)),
        other => other.clone(),
    };
    values.iter().map(replaced).collect()
}

/// What the first payment of an account alone changes: the guard that its making raised, and the timer of the settlement
/// that it opens.
const ONCE: [&str; 2] = ["context_version", "timers"];

/// What each row of a Tally table grew by: all of them were 0 before the payment, but for what happens [`ONCE`].
pub(crate) fn deltas(rows: &Rows) -> BTreeMap<(&str, &'static str), i64> {
    let mut deltas = BTreeMap::new();
    for (id, values) in &rows.rows {
        for (column, value) in rows.table.columns.iter().zip(values) {
            if let Value::Int(delta) = value
                && *delta != 0
                && !ONCE.contains(&column.name)
            {
                deltas.insert((id.as_str(), column.name), *delta);
            }
        }
    }
    deltas
}
