//! Every statement in the sources, asked of both engines: it is understood, and it finds its rows by an index. And the
//! two engines' schemas, which come from one text, are compared as each engine has understood them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use syn::visit::Visit;
use vinr_server::bootstrap::MIGRATIONS;
use vinr_store::{Config, Db};

/// Where statements may read whole tables: verify recomputes every balance from every transfer.
const READS_EVERYTHING: &str = "src/ledger/store.rs";

/// A statement and where it stands.
struct Statement {
    place: String,
    sql: String,
}

impl Statement {
    fn may_read_everything(&self) -> bool {
        self.place.ends_with(READS_EVERYTHING)
    }
}

/// All SQL of the server; that it stands in `store.rs` files alone is a rule that `cargo xtask tidy` checks.
fn statements() -> Vec<Statement> {
    let mut files = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut statements = Vec::new();
    for file in files.iter().filter(|file| file.ends_with("store.rs")) {
        let text = std::fs::read_to_string(file).expect("a source file");
        let mut literals = Literals::default();
        literals.visit_file(&syn::parse_file(&text).expect("Rust"));
        let place = file.display().to_string();
        statements.extend(literals.0.into_iter().map(|sql| Statement { place: place.clone(), sql }));
    }
    assert!(statements.len() >= 25, "{} statements were found", statements.len());
    statements
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { collect(&path, files) } else { files.push(path) }
    }
}

#[derive(Default)]
struct Literals(Vec<String>);

impl Visit<'_> for Literals {
    fn visit_lit_str(&mut self, literal: &syn::LitStr) {
        let text = literal.value();
        if ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH "].iter().any(|verb| text.starts_with(verb)) {
            self.0.push(text);
        }
    }
}

/// A folder with an SQLite database of VINR's schema.
struct Sqlite {
    folder: PathBuf,
    conn: Connection,
}

impl Sqlite {
    async fn new(test: &str) -> Sqlite {
        let folder = std::env::temp_dir().join(format!("vinr-sql-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("sandbox.db");
        migrate(Config::Sqlite { path: path.clone(), readers: 1 }).await;
        Sqlite { conn: Connection::open(path).expect("a database"), folder }
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // Left behind at worst; the system's folder for such things is emptied by others.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn postgres(test: &str) -> tokio_postgres::Client {
    #[expect(clippy::disallowed_methods, reason = "scripts/test says where its PostgreSQL is")]
    let url = std::env::var("VINR_TEST_POSTGRES").expect("no PostgreSQL: run the tests with scripts/test");
    let schema = format!("vinr_sql_{test}_{}", std::process::id());
    migrate(Config::Postgres { url: url.clone(), schema: schema.clone(), readers: 1 }).await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a connection");
    #[expect(clippy::disallowed_methods, reason = "it ends with its client")]
    tokio::spawn(connection);
    client.batch_execute(&format!("SET search_path = {schema}")).await.expect("the schema");
    client
}

async fn migrate(config: Config) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let db = Db::open(config, Arc::new(|| 1)).await.expect("a database");
    db.migrate(MIGRATIONS).await.expect("migrations");
    db.close().await;
}

#[tokio::test]
async fn sqlite_understands_every_statement_and_uses_an_index() {
    let sqlite = Sqlite::new("statements").await;
    for statement in statements() {
        let plan = format!("EXPLAIN QUERY PLAN {}", statement.sql.replace('$', "?"));
        let mut prepared = sqlite
            .conn
            .prepare(&plan)
            .unwrap_or_else(|error| panic!("{}: {}\n{error}", statement.place, statement.sql));
        let parameters = vec![rusqlite::types::Null; prepared.parameter_count()];
        let steps = prepared.query_map(rusqlite::params_from_iter(parameters), |row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.expect("a plan").map(|step| step.expect("a step")).collect();
        let scans = |step: &String| step.starts_with("SCAN") && !step.contains("USING") && !step.contains("(subquery");
        if let Some(scan) = steps.iter().find(|step| scans(step)) {
            let is_view = ["SCAN next", "SCAN CONSTANT ROW"].contains(&scan.as_str());
            assert!(is_view || statement.may_read_everything(), "{}: {}\n{steps:#?}", statement.place, statement.sql);
        }
    }
}

#[tokio::test]
async fn postgres_understands_every_statement_and_uses_an_index() {
    let client = postgres("statements").await;
    // Whole tables are read only where nothing else is possible, however small they are.
    client.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan").await.expect("settings");
    for statement in statements() {
        let failed = |error: tokio_postgres::Error| -> ! {
            panic!("{}: {}\n{error:?}", statement.place, statement.sql);
        };
        let prepared = client.prepare(&statement.sql).await.unwrap_or_else(|error| failed(error));
        let nulls = vec!["NULL"; prepared.params().len()].join(", ");
        let execute = if nulls.is_empty() { String::new() } else { format!("({nulls})") };
        let types: Vec<&str> = prepared.params().iter().map(tokio_postgres::types::Type::name).collect();
        let types = if types.is_empty() { String::new() } else { format!("({})", types.join(", ")) };
        client
            .batch_execute(&format!("PREPARE one{types} AS {}", statement.sql))
            .await
            .unwrap_or_else(|error| failed(error));
        let plan =
            client.query(&format!("EXPLAIN EXECUTE one{execute}"), &[]).await.unwrap_or_else(|error| failed(error));
        client.batch_execute("DEALLOCATE one").await.expect("prepared above");
        let plan: Vec<String> = plan.iter().map(|row| row.get(0)).collect();
        let scans = plan.iter().any(|step| step.contains("Seq Scan"));
        assert!(!scans || statement.may_read_everything(), "{}: {}\n{plan:#?}", statement.place, statement.sql);
    }
}

/// A table as an engine has understood it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Understood {
    /// Name, type in one engine's words, whether it must be there.
    columns: Vec<(String, String, bool)>,
    primary_key: Vec<String>,
    /// By name: columns, whether they are unique, whether only some rows are in it.
    indexes: BTreeMap<String, (Vec<String>, bool, bool)>,
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
        let indexes = "SELECT name, CAST(\"unique\" AS TEXT), CAST(partial AS TEXT) FROM pragma_index_list(?1) WHERE origin = 'c'";
        for index in strings(conn, indexes, &table) {
            let columns = strings(conn, "SELECT name FROM pragma_index_info(?1) ORDER BY seqno", &index[0]).concat();
            understood.indexes.insert(index[0].clone(), (columns, index[1] == "1", index[2] == "1"));
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
    let indexes = "SELECT t.relname::text, i.relname::text, x.indisprimary, x.indisunique, x.indpred IS NOT NULL, \
           ARRAY(SELECT a.attname::text FROM unnest(x.indkey) WITH ORDINALITY AS k(number, place) \
                 JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = k.number ORDER BY k.place) \
         FROM pg_index AS x JOIN pg_class AS t ON t.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid \
         WHERE t.relnamespace = current_schema()::regnamespace";
    for row in client.query(indexes, &[]).await.expect("indexes") {
        let understood = schema.get_mut(&row.get::<_, String>(0)).expect("an index belongs to a table");
        let columns: Vec<String> = row.get(5);
        if row.get(2) {
            understood.primary_key = columns;
        } else {
            understood.indexes.insert(row.get(1), (columns, row.get(3), row.get(4)));
        }
    }
    schema
}
