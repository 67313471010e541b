//! Documents that tell the truth: what they name in backticks exists, what they link to is there.

use std::collections::BTreeSet;

use super::tree::{File, Tree};
use super::{Problem, Rule};

/// Documents whose every path and name is checked. Others have their links checked.
const EXACT: &[&str] = &["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"];

/// The document whose tables say which test holds which promise.
const PROMISES: &str = "docs/conformance.md";

/// Names and links of every Markdown file.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let words: BTreeSet<&str> = tree.rust().flat_map(|(file, _)| words(&file.text)).collect();
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.extension() == "md") {
        problems.extend(links(tree, file));
        if EXACT.contains(&file.path.as_str()) {
            problems.extend(names(tree, file, &words));
        }
        if file.path == PROMISES {
            problems.extend(promises(tree, file));
        }
    }
    problems
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// Lines of prose with their numbers, without fenced blocks.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((index + 1, line))
    })
}

/// Names in backticks that nothing in the tree has.
fn names(tree: &Tree, file: &File, words: &BTreeSet<&str>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (line, text) in prose(&file.text) {
        for span in text.split('`').skip(1).step_by(2) {
            for path in span.split_whitespace().filter(|token| is_path(token)) {
                if !exists(tree, path) {
                    let text = format!("`{path}` is not in the tree: name the file that took its place");
                    problems.push(file.problem(line, Rule::Document, text));
                }
            }
            if is_code(span) && self::words(span).any(|word| !words.contains(word)) {
                let text = format!("`{span}` is not in the code: use the name that it has now");
                problems.push(file.problem(line, Rule::Document, text));
            }
        }
    }
    problems
}

/// Whether a word is written like a path of the repository: `scripts/test`, `store.rs`, `http/`.
fn is_path(token: &str) -> bool {
    let plain = token.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let source = [".rs", ".md", ".sql", ".toml", ".ts", ".css", ".html"].iter().any(|ending| token.ends_with(ending));
    let outside = token.starts_with('/') || token.starts_with("./") || token == "vinr.toml";
    plain && !outside && (token.contains('/') || source) && token.chars().any(char::is_alphabetic)
}

/// Whether a span is written like a name in code: `Unit`, `payments::create`, `decide()`.
fn is_code(span: &str) -> bool {
    let plain = span.trim_end_matches("()").chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    let camel = span.starts_with(|c: char| c.is_ascii_uppercase()) && span.contains(|c: char| c.is_ascii_lowercase());
    plain && (span.contains("::") || span.ends_with("()") || camel)
}

/// Whether a path is in the tree: from the root, or as the end of a longer one.
fn exists(tree: &Tree, path: &str) -> bool {
    let path = path.trim_end_matches('/');
    let end = format!("/{path}");
    let folder = format!("/{path}/");
    tree.files.iter().any(|file| {
        let rooted = format!("/{}", file.path);
        rooted.ends_with(&end) || rooted.contains(&folder)
    })
}

/// Links to files that are not there.
fn links(tree: &Tree, file: &File) -> Vec<Problem> {
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut problems = Vec::new();
    for (line, text) in prose(&file.text) {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = target.split('#').next().unwrap_or("");
            let outside = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !outside && !is_linked(tree, folder, target) {
                let text = format!("the link to `{target}` leads nowhere: mend it");
                problems.push(file.problem(line, Rule::Document, text));
            }
        }
    }
    problems
}

fn is_linked(tree: &Tree, folder: &str, target: &str) -> bool {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    let inside = format!("{path}/");
    path.is_empty() || tree.files.iter().any(|file| file.path == path || file.path.starts_with(&inside))
}

/// Rows of a table that name no test in their last column, or one that is not there.
fn promises(tree: &Tree, file: &File) -> Vec<Problem> {
    let rows: Vec<(usize, &str)> = prose(&file.text).filter(|(_, line)| line.starts_with('|')).collect();
    let is_rule = |row: &str| row.chars().all(|c| "|- ".contains(c));
    let mut problems = Vec::new();
    for (place, (line, row)) in rows.iter().enumerate() {
        let is_head = rows.get(place + 1).is_some_and(|(_, next)| is_rule(next));
        if is_head || is_rule(row) {
            continue;
        }
        let row = row.trim_end().trim_end_matches('|');
        let last = row.rsplit('|').next().unwrap_or_default();
        let tests: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        if tests.is_empty() {
            problems.push(file.problem(*line, Rule::Document, "this promise names no test: write one, and name it"));
        }
        for test in tests.into_iter().filter(|test| !is_test(tree, test)) {
            let text = format!("there is no test `{test}`: use the name that it has now");
            problems.push(file.problem(*line, Rule::Document, text));
        }
    }
    problems
}

/// Whether a test has this name: a function in Rust, a title elsewhere.
fn is_test(tree: &Tree, name: &str) -> bool {
    let titles = ['\'', '"', '`'].map(|quote| format!("test({quote}{name}{quote}"));
    tree.files.iter().any(|file| match file.extension() {
        "rs" => file.text.contains(&format!("fn {name}(")),
        "ts" | "mjs" | "js" => titles.iter().any(|title| file.text.contains(title)),
        _ => false,
    })
}
