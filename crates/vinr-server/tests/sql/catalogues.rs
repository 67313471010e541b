//! The two engines' schemas, which come from one text, compared as each engine has understood them, and with the tables
//! that the sources declare.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use crate::sources::{Declared, declared_tables};
use crate::{Sqlite, postgres};

/// A table as an engine has understood it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Understood {
    /// Name, type in one engine's words, whether it must be there.
    columns: Vec<(String, String, bool)>,
    primary_key: Vec<String>,
    /// By name.
    indexes: BTreeMap<String, Index>,
}

#[derive(Debug, PartialEq, Eq)]
struct Index {
    /// With ` DESC` where they are.
    columns: Vec<String>,
    is_unique: bool,
    /// Which rows are in it, if not all.
    condition: Option<String>,
}

type Schema = BTreeMap<String, Understood>;

#[tokio::test]
async fn both_engines_have_the_same_tables_and_indexes() {
    let sqlite = Sqlite::new("schema").await;
    let ours = sqlite_schema(&sqlite.conn);
    let theirs = postgres_schema(&postgres("schema").await).await;
    assert_eq!(ours.keys().collect::<BTreeSet<_>>(), theirs.keys().collect::<BTreeSet<_>>());
    assert!(ours.len() >= 15, "{:?}", ours.keys());
    for (table, understood) in &ours {
        assert_eq!(Some(understood), theirs.get(table), "{table}");
    }
}

#[tokio::test]
async fn postgres_orders_texts_by_their_bytes_in_whatever_language_it_was_set_up() {
    let client = postgres("collation").await;
    let columns = "SELECT table_name || '.' || column_name, COALESCE(collation_name, 'the default') \
         FROM information_schema.columns WHERE table_schema = current_schema() AND data_type = 'text'";
    let columns = client.query(columns, &[]).await.expect("columns");
    assert!(columns.len() >= 50, "{}", columns.len());
    for column in columns {
        let (name, collation): (String, String) = (column.get(0), column.get(1));
        assert_eq!(collation, "C", "{name}");
    }
}

/// A table that is there without being declared: the store's own.
const OF_THE_STORE: [&str; 2] = ["schema_migrations", "commits"];

#[tokio::test]
async fn the_schema_has_every_table_as_it_is_declared() {
    let sqlite = Sqlite::new("declared").await;
    let mut schema = sqlite_schema(&sqlite.conn);
    schema.retain(|name, _| !OF_THE_STORE.contains(&name.as_str()));
    let declared = declared_tables();
    let names: BTreeSet<&String> = declared.iter().map(|table| &table.name).collect();
    assert_eq!(names, schema.keys().collect(), "every table is declared, and every declared table is there");
    assert_eq!(names.len(), declared.len(), "once");
    for table in &declared {
        let understood = &schema[&table.name];
        let columns: Vec<(&str, &str)> =
            understood.columns.iter().map(|(name, ty, _)| (name.as_str(), ty.as_str())).collect();
        assert_eq!(columns, expected(table), "{}", table.name);
        assert_eq!(understood.primary_key, ["account", "id"], "{}", table.name);
        for (name, columns) in &table.unique {
            let index = understood.indexes.get(name).unwrap_or_else(|| panic!("{} has no {name}", table.name));
            assert!(index.is_unique && index.condition.is_none(), "{name}");
            assert_eq!(&index.columns, columns, "{name}");
        }
    }
}

/// The columns that the store writes: its own before the declared ones.
fn expected(table: &Declared) -> Vec<(&str, &str)> {
    let mut columns = vec![("account", "text"), ("id", "text")];
    if table.kind == "Versioned" {
        columns.push(("version", "bigint"));
    }
    columns.extend(table.columns.iter().map(|(name, ty)| {
        let ty = match ty.as_str() {
            "int" => "bigint",
            "blob" => "bytea",
            other => other,
        };
        (name.as_str(), ty)
    }));
    columns
}

fn strings(conn: &Connection, sql: &str, name: &str) -> Vec<Vec<String>> {
    let mut statement = conn.prepare(sql).expect("a catalogue");
    let columns = statement.column_count();
    let parameters: &[&str] = if sql.contains('?') { &[name] } else { &[] };
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
        (0..columns).map(|column| row.get::<_, Option<String>>(column).map(Option::unwrap_or_default)).collect()
    });
    rows.expect("rows").map(|row| row.expect("a row")).collect()
}

fn sqlite_schema(conn: &Connection) -> Schema {
    let mut schema = Schema::new();
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    for table in strings(conn, tables, "").into_iter().flatten() {
        let mut understood = Understood::default();
        let columns =
            "SELECT name, type, CAST(\"notnull\" AS TEXT), CAST(pk AS TEXT) FROM pragma_table_info(?1) ORDER BY cid";
        let mut key = BTreeMap::new();
        for column in strings(conn, columns, &table) {
            let ty = match column[1].as_str() {
                "INTEGER" => "bigint",
                "BLOB" => "bytea",
                "TEXT" => "text",
                other => panic!("{table}.{} is of type {other}", column[0]),
            };
            if column[3] != "0" {
                key.insert(column[3].clone(), column[0].clone());
            }
            understood.columns.push((column[0].clone(), ty.to_owned(), column[2] == "1"));
        }
        understood.primary_key = key.into_values().collect();
        let indexes = "SELECT l.name, CAST(l.\"unique\" AS TEXT), m.sql \
             FROM pragma_index_list(?1) AS l JOIN sqlite_master AS m ON m.name = l.name WHERE l.origin = 'c'";
        for index in strings(conn, indexes, &table) {
            let columns = "SELECT name || CASE \"desc\" WHEN 1 THEN ' DESC' ELSE '' END \
                 FROM pragma_index_xinfo(?1) WHERE key = 1 ORDER BY seqno";
            let columns = strings(conn, columns, &index[0]).concat();
            let condition = index[2].split_once(" WHERE ").map(|(_, condition)| condition.to_owned());
            understood.indexes.insert(index[0].clone(), Index { columns, is_unique: index[1] == "1", condition });
        }
        schema.insert(table, understood);
    }
    schema
}

async fn postgres_schema(client: &tokio_postgres::Client) -> Schema {
    let mut schema = Schema::new();
    let columns = "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'NO' \
         FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position";
    for row in client.query(columns, &[]).await.expect("columns") {
        let understood: &mut Understood = schema.entry(row.get(0)).or_default();
        understood.columns.push((row.get(1), row.get(2), row.get(3)));
    }
    let indexes = "SELECT t.relname::text, i.relname::text, x.indisprimary, x.indisunique, pg_get_expr(x.indpred, x.indrelid), \
           ARRAY(SELECT a.attname::text || CASE WHEN x.indoption[k.place - 1] & 1 = 1 THEN ' DESC' ELSE '' END \
                 FROM unnest(x.indkey) WITH ORDINALITY AS k(number, place) \
                 JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.number ORDER BY k.place) \
         FROM pg_index AS x JOIN pg_class AS t ON t.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid \
         WHERE t.relnamespace = current_schema()::regnamespace";
    for row in client.query(indexes, &[]).await.expect("indexes") {
        let understood = schema.get_mut(&row.get::<_, String>(0)).expect("an index belongs to a table");
        let columns: Vec<String> = row.get(5);
        if row.get(2) {
            understood.primary_key = columns;
            continue;
        }
        let condition: Option<String> = row.get(4);
        // PostgreSQL puts brackets around it, and says what type a text is of.
        let bare = |text: String| text.replace(['(', ')'], "").replace("::text", "");
        let index = Index { columns, is_unique: row.get(3), condition: condition.map(bare) };
        understood.indexes.insert(row.get(1), index);
    }
    schema
}
