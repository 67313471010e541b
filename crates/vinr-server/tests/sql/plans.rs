//! What each engine makes of every statement: it understands it, finds the rows by an index, and gives values that the
//! store can read.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::Type;

use crate::sources::{Statement, statements};
use crate::{Sqlite, postgres};

/// What may read or sort more than it answers, and why.
const EXCEPTIONS: [(&str, &str); 5] = [
    ("ledger/store.rs ACCOUNTS", "verify goes through all accounts"),
    ("bootstrap/store.rs ALL", "the command line lists all accounts"),
    ("bootstrap/store.rs OWNER", "the command line names a key without its account"),
    ("workers/deliver/store.rs LANES", "begins with the first entry of an index, and skips from there"),
    ("workers/deliver/store.rs DUE_ENDPOINTS", "a moment of a sandbox's clock has few deliveries"),
];

fn is_exception(statement: &Statement) -> bool {
    EXCEPTIONS.iter().any(|(place, _)| *place == statement.place)
}

#[tokio::test]
async fn sqlite_understands_every_statement_and_uses_an_index() {
    let sqlite = Sqlite::new("statements").await;
    let mut read_more = BTreeSet::new();
    for statement in statements() {
        let steps = sqlite.plan(&statement);
        if steps.iter().any(|step| reads_more(step, &statement.sql)) {
            assert!(is_exception(&statement), "{}: {}\n{steps:#?}", statement.place, statement.sql);
            read_more.insert(statement.place);
        }
    }
    let exceptions: BTreeSet<String> = EXCEPTIONS.iter().map(|(place, _)| (*place).to_owned()).collect();
    assert_eq!(read_more, exceptions, "an exception that is none any more is taken off the list");
}

/// Whether a step goes through a whole table or index, or sorts what it has read.
fn reads_more(step: &str, sql: &str) -> bool {
    let Some(scanned) = step.strip_prefix("SCAN ") else { return step.contains("TEMP B-TREE") };
    let name = scanned.split(' ').next().unwrap_or_default();
    // Rows that the statement itself has made.
    let is_made =
        scanned == "CONSTANT ROW" || sql.contains(&format!("{name}(")) || sql.contains(&format!(") AS {name}"));
    !is_made
}

impl Sqlite {
    fn plan(&self, Statement { place, sql }: &Statement) -> Vec<String> {
        let refused = |error: rusqlite::Error| -> ! { panic!("{place}: {sql}\n{error}") };
        let plan = format!("EXPLAIN QUERY PLAN {}", sql.replace('$', "?"));
        let mut prepared = self.conn.prepare(&plan).unwrap_or_else(|error| refused(error));
        let parameters = vec![rusqlite::types::Null; prepared.parameter_count()];
        let steps = prepared.query_map(rusqlite::params_from_iter(parameters), |row| row.get(3));
        let steps = steps.and_then(Iterator::collect);
        steps.unwrap_or_else(|error| refused(error))
    }
}

#[tokio::test]
async fn postgres_understands_every_statement_and_uses_an_index() {
    let client = postgres("statements").await;
    // Tables are empty here, so that reading them whole would be as good as anything: what is left is what a statement
    // can do when it must not.
    let forbidden =
        ["seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort"].map(|way| format!("SET enable_{way} = off"));
    client.batch_execute(&forbidden.join("; ")).await.expect("settings");
    client.batch_execute("SET plan_cache_mode = force_generic_plan").await.expect("settings");
    let first_columns = first_columns(&client).await;
    for statement in statements() {
        let plan = explain(&client, &statement).await;
        let reads_more = plan.iter().enumerate().any(|(n, step)| {
            let condition = plan.get(n + 1).map(String::as_str).unwrap_or_default();
            reads_whole(step, condition, &first_columns)
        });
        assert!(!reads_more || is_exception(&statement), "{}: {}\n{plan:#?}", statement.place, statement.sql);
    }
}

/// Whether a step goes through a whole table or index, or sorts. What an index is asked for stands on the next line, and
/// narrows the search only with the index's first column.
fn reads_whole(step: &str, condition: &str, first_columns: &BTreeMap<String, String>) -> bool {
    let index = step.split_once("Index").and_then(|(_, scan)| scan.split_once(" using ").map(|(_, index)| index));
    let Some(index) = index.and_then(|index| index.split(' ').next()) else {
        return step.contains("Seq Scan") || step.contains("Sort  (") || step.contains("Bitmap");
    };
    let column = &first_columns[index];
    !condition.contains("Index Cond") || !condition.contains(&format!("({column} "))
}

async fn explain(client: &tokio_postgres::Client, Statement { place, sql }: &Statement) -> Vec<String> {
    let refused = |error: tokio_postgres::Error| -> ! { panic!("{place}: {sql}\n{error:?}") };
    let prepared = client.prepare(sql).await.unwrap_or_else(|error| refused(error));
    let columns = prepared.columns().iter().map(tokio_postgres::Column::type_);
    for ty in prepared.params().iter().chain(columns) {
        assert!([Type::INT8, Type::TEXT, Type::BYTEA].contains(ty), "{place}: the store knows no {ty}\n{sql}");
    }
    let types: Vec<&str> = prepared.params().iter().map(Type::name).collect();
    let (types, nulls) = (in_brackets(&types), in_brackets(&vec!["NULL"; types.len()]));
    let prepare = format!("PREPARE one{types} AS {sql}");
    client.batch_execute(&prepare).await.unwrap_or_else(|error| refused(error));
    let plan = client.query(&format!("EXPLAIN EXECUTE one{nulls}"), &[]).await.unwrap_or_else(|error| refused(error));
    client.batch_execute("DEALLOCATE one").await.expect("prepared above");
    plan.iter().map(|row| row.get(0)).collect()
}

fn in_brackets(list: &[&str]) -> String {
    if list.is_empty() { String::new() } else { format!("({})", list.join(", ")) }
}

async fn first_columns(client: &tokio_postgres::Client) -> BTreeMap<String, String> {
    let sql = "SELECT i.relname::text, a.attname::text FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid \
         JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0] \
         WHERE i.relnamespace = current_schema()::regnamespace";
    let rows = client.query(sql, &[]).await.expect("indexes");
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}
