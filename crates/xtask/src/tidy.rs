//! The rules of the house that a compiler does not keep. Each rule is a function from the tree to problems; the tree is
//! read once, and each Rust file is parsed once.
//!
//! A problem says where it is, what it is and what to do. The rules run as a test of this crate, so that
//! `scripts/test` fails with the same sentences as `cargo xtask tidy` prints.

mod documents;
mod manifests;
mod phrases;
mod rooms;
mod rust;
mod scenarios;
mod sizes;
mod tree;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::Path;

use tree::Tree;

/// Something in the tree that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// Path from the repository's folder.
    path: String,
    /// Line, counted from 1.
    line: usize,
    /// The rule, as exceptions name it.
    rule: Rule,
    /// What is wrong, and what to do.
    text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { path, line, rule, text } = self;
        write!(f, "{path}:{line}: {text} [{rule:?}]")
    }
}

/// What a problem breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rule {
    /// A Rust file that does not parse.
    Parse,
    /// Long functions and files.
    Size,
    /// Module names that say nothing.
    Name,
    /// Who may know whom inside the server.
    Room,
    /// Which crate may depend on what.
    Manifest,
    /// Documents that name what is not there.
    Document,
    /// Words that do not belong into the repository.
    Phrase,
    /// Names that no test knows.
    Scenario,
}

/// Problems that are known and not mended yet. This list may only shrink: an entry that no longer applies is itself a
/// problem, and a new one needs a reason that its reviewer believes.
const EXCEPTIONS: &[(Rule, &str)] = &[];

/// Every problem of the tree under `root`, in the order of the paths.
///
/// # Errors
/// A file or folder could not be read.
pub(crate) fn check(root: &Path) -> io::Result<Vec<Problem>> {
    let tree = Tree::read(root)?;
    Ok(apply(&tree, EXCEPTIONS))
}

fn apply(tree: &Tree, exceptions: &[(Rule, &str)]) -> Vec<Problem> {
    let mut problems = tree.problems.clone();
    problems.extend(sizes::check(tree));
    problems.extend(rooms::check(tree));
    problems.extend(manifests::check(tree));
    problems.extend(documents::check(tree));
    problems.extend(phrases::check(tree));
    problems.extend(scenarios::check(tree));
    let mut left = without_exceptions(problems, exceptions);
    left.sort();
    left
}

fn without_exceptions(problems: Vec<Problem>, exceptions: &[(Rule, &str)]) -> Vec<Problem> {
    let applies = |(rule, path): (Rule, &str), problem: &Problem| problem.rule == rule && problem.path == path;
    let unused = exceptions.iter().filter(|exception| !problems.iter().any(|problem| applies(**exception, problem)));
    let unused: Vec<Problem> = unused
        .map(|(rule, path)| Problem {
            path: (*path).to_owned(),
            line: 1,
            rule: *rule,
            text: "is mended: remove its entry from EXCEPTIONS in crates/xtask/src/tidy.rs".to_owned(),
        })
        .collect();
    let known = |problem: &Problem| exceptions.iter().any(|exception| applies(*exception, problem));
    problems.into_iter().filter(|problem| !known(problem)).chain(unused).collect()
}
