//! The SQL of the server, as each engine understands it: every statement of the sources, and the schema.

mod catalogues;
mod plans;
mod sources;

use std::path::PathBuf;
use std::sync::Arc;

use rusqlite::Connection;
use vinr_server::bootstrap::MIGRATIONS;
use vinr_server::env::Entropy;
use vinr_store::{Config, Db};

/// A folder with an SQLite database of VINR's schema.
struct Sqlite {
    folder: PathBuf,
    conn: Connection,
}

impl Sqlite {
    async fn new(test: &str) -> Sqlite {
        let folder = std::env::temp_dir().join(name(test));
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
    let schema = name(test);
    migrate(Config::Postgres { url: url.clone(), schema: schema.clone(), readers: 1 }).await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a connection");
    #[expect(clippy::disallowed_methods, reason = "it ends with its client")]
    tokio::spawn(connection);
    client.batch_execute(&format!("SET search_path = {schema}")).await.expect("the schema");
    client
}

/// A database nobody else has, nor had.
fn name(test: &str) -> String {
    format!("vinr_sql_{test}_{:016x}", Entropy::system().expect("randomness").u128() >> 64)
}

async fn migrate(config: Config) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let db = Db::open(config, Arc::new(|| 1)).await.expect("a database");
    db.migrate(MIGRATIONS).await.expect("migrations");
    db.close().await;
}
