//! Fresh databases: folders for SQLite, a cluster with full durability for PostgreSQL. All of it goes when it is over.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use vinr_store::{Config, Db, Entropy};

use crate::{Engine, Problem};

/// What a server of this size would be given; commits are flushed before they are answered.
const POSTGRES_SETTINGS: &str = "-c max_connections=400 -c shared_buffers=2GB -c max_wal_size=8GB -c wal_compression=on -c synchronous_commit=on -c fsync=on";

/// The schema of the sandbox on PostgreSQL.
pub(crate) const SCHEMA: &str = "vinr_sandbox";

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A folder on the disk of the build, which is a real one.
pub(crate) struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    pub(crate) fn new() -> Result<Scratch, Problem> {
        let folder = programs()?.join(format!("bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        Ok(Scratch { folder })
    }

    /// A path in it that was not given before.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}-{}", COUNT.fetch_add(1, Ordering::Relaxed)))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left in the build's folder at worst, where `cargo clean` finds it.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A PostgreSQL that runs as long as this lives.
pub(crate) struct Cluster {
    /// How a client reaches its first database.
    url: String,
    folder: Option<PathBuf>,
}

impl Cluster {
    /// The one at this URL, or a new one.
    pub(crate) fn start(url: Option<&str>) -> Result<Cluster, Problem> {
        if let Some(url) = url {
            return Ok(Cluster { url: url.to_owned(), folder: None });
        }
        // Outside the build's folder, which PostgreSQL's user may not enter.
        let folder = Path::new("/var/tmp").join(format!("vinr-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let output = script("create", &folder)?;
        Ok(Cluster { url: output.trim().to_owned(), folder: Some(folder) })
    }

    /// A new database.
    pub(crate) fn database(&self) -> Result<Place, Problem> {
        let name = format!("vinr_bench_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        self.sql(&format!("DROP DATABASE IF EXISTS {name}"))?;
        self.sql(&format!("CREATE DATABASE {name}"))?;
        let (server, _) = self.url.rsplit_once('/').ok_or("the PostgreSQL URL names no database")?;
        let url = format!("{server}/{name}");
        Ok(Place { engine: Engine::Postgres, url, lies: Lies::InCluster { first: self.url.clone(), name } })
    }

    /// The one value that a query gives.
    pub(crate) fn answer(&self, query: &str) -> Result<String, Problem> {
        let arguments = ["--no-psqlrc", "--tuples-only", "--no-align", "--command", query, &self.url];
        let output = Command::new("psql").args(arguments).output();
        let output = output.map_err(|error| format!("cannot run psql: {error}"))?;
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn sql(&self, statement: &str) -> Result<(), Problem> {
        psql(&self.url, statement)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder
            && let Err(problem) = script("destroy", folder)
        {
            eprintln!("{problem}");
        }
    }
}

/// Runs statements that end with the first error.
pub(crate) fn psql(url: &str, statements: &str) -> Result<(), Problem> {
    let arguments = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", statements, url];
    run(Command::new("psql").args(arguments))
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Result<(), Problem> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("cannot run {name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let beginning: Vec<&str> = said.lines().take(3).collect();
    Err(format!("{name} failed: {}\n{}", output.status, beginning.join("\n")))
}

fn script(verb: &str, folder: &Path) -> Result<String, Problem> {
    let script = root().join("scripts/postgres");
    let mut command = Command::new(script);
    command.arg(verb).arg(folder).env("VINR_POSTGRES_SETTINGS", POSTGRES_SETTINGS).stderr(Stdio::inherit());
    let output = command.output().map_err(|error| format!("cannot run scripts/postgres: {error}"))?;
    if !output.status.success() {
        return Err(format!("scripts/postgres {verb} failed: {}", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A database, which is removed with this value: a whole run makes more of them than a disk may hold.
#[derive(Debug)]
pub(crate) struct Place {
    /// Which sort.
    pub(crate) engine: Engine,
    /// As `vinr --database` takes it.
    pub(crate) url: String,
    lies: Lies,
}

/// Where a database lies, as whoever removes it has to know.
#[derive(Debug)]
enum Lies {
    InFolder(PathBuf),
    InCluster {
        /// The database from which others are removed.
        first: String,
        name: String,
    },
}

impl Drop for Place {
    fn drop(&mut self) {
        let removed = match &self.lies {
            Lies::InFolder(folder) => {
                std::fs::remove_dir_all(folder).map_err(|error| format!("cannot remove {}: {error}", folder.display()))
            }
            Lies::InCluster { first, name } => psql(first, &format!("DROP DATABASE {name} WITH (FORCE)")),
        };
        if let Err(problem) = removed {
            eprintln!("{problem}");
        }
    }
}

impl Place {
    /// One that nobody has used.
    pub(crate) fn fresh(scratch: &Scratch, cluster: &Cluster, engine: Engine) -> Result<Place, Problem> {
        match engine {
            Engine::Sqlite => Place::folder(scratch),
            Engine::Postgres => cluster.database(),
        }
    }

    /// A folder for SQLite.
    pub(crate) fn folder(scratch: &Scratch) -> Result<Place, Problem> {
        let folder = scratch.path("sqlite");
        std::fs::create_dir_all(&folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let url = format!("sqlite:{}", folder.display());
        Ok(Place { engine: Engine::Sqlite, url, lies: Lies::InFolder(folder) })
    }

    /// Opens the sandbox in it, with VINR's schema.
    pub(crate) async fn open(&self, entropy: Entropy) -> Result<Db, Problem> {
        let config = match self.url.strip_prefix("sqlite:") {
            Some(folder) => Config::Sqlite { path: Path::new(folder).join("sandbox.db"), readers: 4 },
            None => Config::Postgres { url: self.url.clone(), schema: SCHEMA.into(), readers: 8 },
        };
        let db = Db::open(config, entropy).await.map_err(|error| error.to_string())?;
        db.migrate(vinr_server::bootstrap::MIGRATIONS).await.map_err(|error| error.to_string())?;
        Ok(db)
    }
}

/// The folder of this program, where `vinr` lies beside it.
pub(crate) fn programs() -> Result<PathBuf, Problem> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    program.parent().map(Path::to_path_buf).ok_or_else(|| "this program lies nowhere".into())
}

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("bench/ lies in the repository").to_path_buf()
}
