//! Words that do not belong into the repository: places on one machine, hosts of registries, work left for later.

use super::tree::{File, Tree};
use super::{Problem, Rule};

/// The beginnings of paths that exist on one machine only. Written in two pieces, so that this file may pass.
const MACHINE: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/tm", "p/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];

/// Hosts that package managers know by themselves.
const REGISTRIES: &[&str] =
    &[concat!("registry.", "npmjs.org"), concat!("index.", "crates.io"), concat!("static.", "crates.io")];

/// Work that somebody left for later; the tracker is the place for it.
const LATER: &[&str] = &[concat!("FIX", "ME"), concat!("TO", "DO"), concat!("#[igno", "re")];

/// Where lock files may take packages from.
const SOURCES: &[(&str, &str)] = &[
    ("\"resolved\": \"", concat!("https://registry.", "npmjs.org/")),
    ("source = \"", "registry+https://github.com/rust-lang/crates.io-index"),
];

/// Banned words in every text file, and foreign sources in lock files.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    tree.files.iter().flat_map(|file| if file.is_lock() { sources(file) } else { phrases(file) }).collect()
}

fn phrases(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let mut add = |text: String| problems.push(file.problem(index + 1, Rule::Phrase, text));
        for path in MACHINE.iter().filter(|path| stands_alone(line, path)) {
            add(format!("`{path}` is a place on one machine: ask the system for a folder, or take it as an argument"));
        }
        for host in REGISTRIES.iter().filter(|host| line.contains(**host)) {
            add(format!("`{host}` is for the package manager's own settings: leave it out"));
        }
        for word in LATER.iter().filter(|word| has_word(line, word)) {
            add(format!(
                "`{word}` leaves work in the tree: do it, or open an issue and say in the code what is true now"
            ));
        }
    }
    problems
}

/// Whether a path begins here, rather than being the tail of a longer one or of a URL.
fn stands_alone(line: &str, path: &str) -> bool {
    let begins = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || "._-}~*".contains(c));
    line.match_indices(path).any(|(at, _)| begins(&line[..at]))
}

fn has_word(line: &str, word: &str) -> bool {
    let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let whole = |at: usize| edge(line[..at].chars().next_back()) && edge(line[at + word.len()..].chars().next());
    line.match_indices(word).any(|(at, _)| whole(at))
}

fn sources(file: &File) -> Vec<Problem> {
    let foreign = |line: &str| {
        let taken = SOURCES.iter().find_map(|(key, from)| Some((line.trim_start().strip_prefix(key)?, *from)));
        taken.is_some_and(|(source, from)| !source.starts_with(from))
    };
    let found = file.text.lines().enumerate().filter(|(_, line)| foreign(line));
    let text = "the package comes from a place that others cannot reach: lock it again with the public registry";
    found.map(|(index, _)| file.problem(index + 1, Rule::Phrase, text)).collect()
}
