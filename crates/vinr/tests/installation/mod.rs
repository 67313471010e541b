//! An installation of the real binary in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// A running `vinr serve`.
pub struct Server {
    pub child: Child,
    pub url: String,
}

impl Server {
    /// Ends it as `kill -9` does.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("killed");
    }
}

/// Where the server keeps what it has.
pub struct Installation {
    pub folder: PathBuf,
    pub database: String,
    /// The address it listens on; port 0 for whichever is free.
    pub address: String,
    /// The same for live, which is off unless a test needs it.
    pub live: String,
    /// The secret key that the first start shows.
    pub key: String,
}

impl Installation {
    /// On SQLite in a new folder.
    pub fn on_sqlite(test: &str) -> Installation {
        let folder = scratch(test, "sqlite");
        let database = format!("sqlite:{}", folder.join("data").display());
        Installation::new(folder, database)
    }

    /// On PostgreSQL in a new database: the binary names its schemas itself.
    pub async fn on_postgres(test: &str) -> Installation {
        let name = format!("vinr_{test}_{}", std::process::id());
        psql(&format!("CREATE DATABASE {name}")).await;
        let database = format!("{}/{name}", cluster().rsplit_once('/').expect("a URL with a database").0);
        let folder = scratch(test, "postgres");
        Installation::new(folder, database)
    }

    fn new(folder: PathBuf, database: String) -> Installation {
        make_key_file(&folder);
        let (address, live) = ("127.0.0.1:0".to_owned(), "off".to_owned());
        Installation { folder, database, address, live, key: String::new() }
    }

    /// Removes what it had.
    pub async fn remove(self) {
        if let Some(name) = self.database.strip_prefix("postgres").and_then(|url| url.rsplit_once('/')).map(|url| url.1)
        {
            psql(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
        // Left behind at worst; temporary folders are emptied by others.
        let _ = std::fs::remove_dir_all(&self.folder);
    }

    /// The binary with this installation's settings, answering in JSON.
    pub fn vinr(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vinr"));
        let key_file = self.folder.join("master.key");
        command.current_dir(&self.folder).kill_on_drop(true);
        command.args(["--database", &self.database, "--sandbox-listen", &self.address, "--live-listen", &self.live]);
        command.args(["--rate-limit", "off", "--json", "--master-key-file"]).arg(key_file);
        command
    }

    /// Serves, and answers when the server is ready.
    pub async fn start(&mut self) -> Server {
        self.start_by(self.serving()).await
    }

    /// The command that serves.
    pub fn serving(&self) -> Command {
        let mut command = self.vinr();
        command.arg("serve");
        command
    }

    /// Serves by this command, and answers when the server is ready.
    pub async fn start_by(&mut self, serve: Command) -> Server {
        let (server, ready) = ready(serve).await;
        if let Some(key) = ready["sandbox"]["secretKey"].as_str() {
            key.clone_into(&mut self.key);
        }
        server
    }
}

/// Serves by this command, and answers with what it says when it is ready.
pub async fn ready(mut serve: Command) -> (Server, Value) {
    let mut child = serve.stdout(Stdio::piped()).spawn().expect("vinr starts");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let line = lines.next_line().await.expect("output").expect("a line that says it is ready");
    let ready: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(ready["ready"], true, "{line}");
    (Server { child, url: ready["sandbox"]["url"].as_str().expect("a URL").to_owned() }, ready)
}

/// How the tests are run; scripts/test says.
pub fn setting(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "scripts/test says how to test")]
    std::env::var(name).ok()
}

fn cluster() -> String {
    setting("VINR_TEST_POSTGRES").expect("no PostgreSQL: run the tests with scripts/test")
}

async fn psql(statement: &str) {
    let ran = Command::new("psql").args([&cluster(), "-qc", statement]).status().await;
    assert!(ran.is_ok_and(|status| status.success()), "psql ran {statement}");
}

fn scratch(test: &str, engine: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("vinr-{test}-{engine}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// 32 bytes in base64: what is sealed must be read by the next process.
fn make_key_file(folder: &Path) {
    let path = folder.join("master.key");
    if !path.exists() {
        std::fs::write(path, format!("{}=\n", "A".repeat(43))).expect("a key file");
    }
}
