//! What is printed: for people, or one line of JSON.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal as _, Write as _, stderr, stdout};

use serde_json::{Map, Value, json};
use tracing_subscriber::EnvFilter;
use vinr_core::ids::AccountId;
use vinr_core::keys::Environment;

use crate::Failure;
use crate::installation::NewAccount;

/// Logs go to stderr: for people in a terminal, as JSON elsewhere.
pub(crate) fn logging() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    if stderr().is_terminal() {
        log.init();
    } else {
        log.json().init();
    }
}

/// Prints a line, in JSON or in words.
///
/// # Errors
/// As [`Lines::print`].
pub(crate) fn line(json: bool, value: &Value, words: &str) -> Result<(), Failure> {
    if json { print(value) } else { print(&words) }
}

/// Prints a line at once.
fn print(text: &dyn Display) -> Result<(), Failure> {
    let mut out = stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::Unread,
        _ => Failure::Refused(format!("cannot print: {error}")),
    })
}

/// The lines of a command that prints for as long as it is read.
pub(crate) struct Lines {
    json: bool,
    coloured: bool,
}

/// What a colour means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colour {
    /// As it should be.
    Good,
    /// Somebody should look.
    Bad,
    /// Beside what matters.
    Faint,
}

impl Lines {
    /// For people with colours if a terminal shows them and they are not switched off (no-color.org).
    pub(crate) fn new(json: bool) -> Lines {
        #[expect(clippy::disallowed_methods, reason = "the terminal's own setting, read once by the binary")]
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Lines { json, coloured: !json && !unwanted && stdout().is_terminal() }
    }

    /// A word in its colour.
    pub(crate) fn painted(&self, colour: Colour, word: &str) -> String {
        let code = match colour {
            _ if !self.coloured => return word.to_owned(),
            Colour::Good => 32,
            Colour::Bad => 31,
            Colour::Faint => 2,
        };
        format!("\u{1b}[{code}m{word}\u{1b}[0m")
    }

    /// Prints a line at once, in JSON or in words.
    ///
    /// # Errors
    /// Nobody reads it, or it cannot be written.
    pub(crate) fn print(&self, json: &dyn Display, words: &str) -> Result<(), Failure> {
        if self.json { print(json) } else { print(&words) }
    }
}

/// How far long work has come: one line on the terminal that is written over, and nothing elsewhere.
pub(crate) struct Progress {
    of: &'static str,
    done: usize,
    shown: bool,
}

impl Progress {
    /// Nothing done yet.
    pub(crate) fn new(of: &'static str) -> Progress {
        Progress { of, done: 0, shown: stderr().is_terminal() }
    }

    /// So much more is done.
    pub(crate) fn add(&mut self, more: usize) {
        self.done += more;
        if self.shown {
            eprint!("\r{} {}", self.done, self.of);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            eprint!("\r\u{1b}[K");
        }
    }
}

/// Prints a document: on one line with `--json`, indented otherwise.
///
/// # Errors
/// As [`Lines::print`].
pub(crate) fn document(value: &Value, json: bool) -> Result<(), Failure> {
    if json { print(value) } else { print(&format_args!("{value:#}")) }
}

/// An account with its URLs, and its keys where they were just made, as JSON fields (spec/sdk.md).
pub(crate) fn account_json(
    urls: &[(Environment, String)],
    account: &AccountId,
    made: Option<&NewAccount>,
) -> Map<String, Value> {
    let mut shown = Map::new();
    shown.insert("accountId".to_owned(), json!(account.as_str()));
    for (environment, url) in urls {
        let mut one = json!({"url": url});
        let keys = made.and_then(|made| made.keys.iter().find(|(of, _)| of == environment));
        if let Some((_, keys)) = keys {
            one["secretKey"] = json!(keys.secret_key);
            one["publicKey"] = json!(keys.public_key);
        }
        shown.insert(environment.as_str().to_owned(), one);
    }
    shown
}
