//! The dependency rule inside the server: who may know whom, where SQL, JSON, HTTP and the network may be met. Rooms are
//! the modules at the top of `vinr-server`; whatever is not listed here is a noun.

use super::rust::{Mention, Rust};
use super::tree::{File, Tree};
use super::{Problem, Rule};

/// Where the server's modules lie.
const SERVER: &str = "crates/vinr-server/src/";

/// The platform under the nouns.
const PLATFORM: &[&str] = &[
    "bank_accounts",
    "cards",
    "codes",
    "context",
    "documents",
    "egress",
    "env",
    "error",
    "http",
    "keyring",
    "locale",
    "mail",
    "record",
    "sealing",
    "settings",
    "witness",
];

/// The crate's own file, and the tables in which everything comes together.
const TOP: &[&str] = &["", "lib", "main", "endpoints", "reactions", "jobs"];

/// What a room of the server is, from the bottom up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    /// Requests, units of work, time, chance, network.
    Platform,
    /// The way to acquirers.
    Connectors,
    /// The one value that holds all parts.
    App,
    /// One stateful thing of the API.
    Noun,
    /// What spans nouns.
    Flows,
    /// What runs without a request.
    Workers,
    /// Web pages.
    Pages,
    /// The crate's own file, with the tables of endpoints, reactions and jobs.
    Top,
}

/// The room that a module at the top of the server is.
fn room(module: &str) -> Room {
    match module {
        "app" => Room::App,
        "connectors" => Room::Connectors,
        "flows" => Room::Flows,
        "workers" => Room::Workers,
        "pages" => Room::Pages,
        top if TOP.contains(&top) => Room::Top,
        platform if PLATFORM.contains(&platform) => Room::Platform,
        _ => Room::Noun,
    }
}

/// The dependency rule, and where each kind of outside may be met.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let tool = |file: &File| ["crates/xtask/", "bench/"].iter().any(|tools| file.path.starts_with(tools));
    let product = |file: &File| !file.is_test() && !tool(file);
    let mut problems = Vec::new();
    for (file, rust) in tree.rust().filter(|(file, _)| product(file)) {
        problems.extend(sql(file, rust));
        if let Some(inside) = file.path.strip_prefix(SERVER) {
            problems.extend(serde(file, inside, rust));
            for mention in &rust.paths {
                problems.extend(inward(file, inside, mention));
                problems.extend(outward(file, inside, mention));
            }
        }
    }
    problems
}

/// A module of the server that knows one it must not.
fn inward(file: &File, inside: &str, mention: &Mention) -> Option<Problem> {
    let here = modules(inside);
    let target = resolve(&here, mention)?;
    let from_name = here.first().map_or("", String::as_str);
    let from = room(from_name);
    let to_name = target.first()?.as_str();
    let to = room(to_name);
    if from_name == to_name || from == Room::Top {
        return None;
    }
    let advice = match (from, to) {
        (_, Room::Top) | (Room::Workers | Room::Pages, _) => return None,
        (Room::Noun, Room::App) if is_routes(inside) => return None,
        (Room::Noun, Room::App) => "a noun receives the unit of work, never the app; only its routes know the app",
        (Room::Noun, Room::Noun) => "nouns do not know each other: what needs two of them is a flow",
        (_, Room::Pages) => "pages are on top of everything",
        (Room::Platform | Room::App | Room::Connectors, Room::Noun) => {
            "the platform knows no noun: hand the value in, or move this up"
        }
        (Room::Platform | Room::Connectors | Room::Noun, Room::Flows) => {
            "flows lie above nouns: let the flow call this, or react to its event"
        }
        (Room::Platform | Room::Connectors | Room::Noun | Room::Flows, Room::Workers) => {
            "workers act on rows: write a row and let them find it"
        }
        (Room::Connectors, Room::App) => "a connector gets values and answers; it never sees the app",
        (_, Room::Platform | Room::App | Room::Connectors | Room::Noun | Room::Flows | Room::Workers) => return None,
    };
    Some(file.problem(mention.line, Rule::Room, format!("`{from_name}` knows `{to_name}`: {advice}")))
}

/// The module path of a file inside the server.
fn modules(inside: &str) -> Vec<String> {
    let path = inside.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let modules: Vec<String> = path.split('/').map(str::to_owned).collect();
    if modules == ["lib"] { Vec::new() } else { modules }
}

/// Where in this crate a path leads; `None` for other crates and for names in scope.
fn resolve(here: &[String], mention: &Mention) -> Option<Vec<String>> {
    let first = mention.segments.first()?.as_str();
    if first == "crate" {
        return Some(mention.segments[1..].to_vec());
    }
    let ups = mention.segments.iter().take_while(|segment| *segment == "super").count();
    if ups <= mention.depth {
        return None;
    }
    let above = here.len().checked_sub(ups - mention.depth)?;
    Some(here[..above].iter().chain(&mention.segments[ups..]).cloned().collect())
}

fn is_routes(inside: &str) -> bool {
    inside.ends_with("/routes.rs") || inside.contains("/routes/")
}

/// A file that meets HTTP or the network where it must not.
fn outward(file: &File, inside: &str, mention: &Mention) -> Option<Problem> {
    let path = mention.segments.join("::");
    let of = |name: &str| path.starts_with(name);
    let top = inside.split(['/', '.']).next().unwrap_or(inside);
    let http = of("axum::") || of("hyper::") || mention.imported && of("http::");
    if http && !is_routes(inside) && !matches!(top, "http" | "egress" | "pages" | "lib") {
        let text = format!("`{path}` is HTTP: only `routes.rs` and `http/` know it; pass a value of the noun instead");
        return Some(file.problem(mention.line, Rule::Room, text));
    }
    let socket = |name: &&str| {
        of(name)
            && ["TcpStream", "TcpListener", "UdpSocket", "UnixStream", "lookup_host"]
                .iter()
                .any(|end| path.contains(end))
    };
    let mails = of("lettre::") && path.to_lowercase().contains("transport");
    let network = of("reqwest::") || mails || ["std::net::", "tokio::net::"].iter().any(socket);
    let allowed = matches!(top, "env" | "egress" | "connectors")
        || inside == "workers/deliver.rs"
        || matches!(inside, "http/server.rs" | "http/listener.rs") && of("tokio::net::");
    (network && !allowed).then(|| {
        let text =
            format!("`{path}` reaches the network: only `env.rs`, `egress`, `connectors/` and `workers/deliver.rs` do");
        file.problem(mention.line, Rule::Room, text)
    })
}

/// SQL outside the files that are there for it.
fn sql(file: &File, rust: &Rust) -> Vec<Problem> {
    let is_store = file.name() == "store.rs" || file.path.contains("/store/");
    let allowed = is_store
        || file.path.starts_with("crates/vinr-server/src/http/list")
        || file.path.starts_with("crates/vinr-store/");
    if allowed {
        return Vec::new();
    }
    let found = rust.strings.iter().filter(|(_, text)| is_sql(text));
    let text =
        "SQL lives in `store.rs` beside its table (and in `http/list.rs` and its rooms): move the statement there";
    found.map(|(line, _)| file.problem(*line, Rule::Room, text)).collect()
}

/// Whether a text is a statement of SQL or a piece of one.
fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    let begins = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "WITH ", "CREATE TABLE ", "ALTER TABLE ", "DROP TABLE "];
    let inside = [" FROM ", " WHERE ", " ORDER BY ", " GROUP BY ", "ON CONFLICT"];
    begins.iter().any(|word| text.starts_with(word))
        || text.starts_with("UPDATE ") && text.contains(" SET ")
        || inside.iter().any(|word| text.contains(word))
}

/// JSON shapes outside the files that are there for them.
fn serde(file: &File, inside: &str, rust: &Rust) -> Vec<Problem> {
    let folder = |name: &str| inside.contains(&format!("/{name}/"));
    let allowed = matches!(file.name(), "wire.rs" | "store.rs" | "settings.rs")
        || folder("wire")
        || folder("store")
        || inside.starts_with("http/");
    if allowed {
        return Vec::new();
    }
    let found = rust.derives.iter().filter(|(_, name)| name == "Serialize" || name == "Deserialize");
    let text =
        |name: &str| format!("`{name}` is derived in `wire.rs`, in `store.rs` for JSON columns, or in `settings.rs`");
    found.map(|(line, name)| file.problem(*line, Rule::Room, text(name) + ": move the shape there")).collect()
}
