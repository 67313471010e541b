//! The tree as it is, and one small bad example for each thing that a rule can find.

mod documents;
mod manifests;
mod phrases;
mod rooms;
mod scenarios;
mod sizes;

use super::tree::Tree;
use super::{EXCEPTIONS, Rule, apply, check};

/// A tree of these files.
fn tree(files: &[(&str, &str)]) -> Tree {
    let mut tree = Tree::default();
    for (path, text) in files {
        tree.add((*path).to_owned(), (*text).to_owned());
    }
    tree
}

/// What the rules say about these files.
fn problems(files: &[(&str, &str)]) -> Vec<String> {
    apply(&tree(files), EXCEPTIONS).iter().map(ToString::to_string).collect()
}

/// Asserts that exactly one problem is found, and that it begins and reads like this.
#[track_caller]
fn assert_finds(files: &[(&str, &str)], place: &str, says: &str) {
    let found = problems(files);
    assert_eq!(found.len(), 1, "one problem is expected: {found:#?}");
    assert!(found[0].starts_with(place), "{} is not at {place}", found[0]);
    assert!(found[0].contains(says), "{} does not say: {says}", found[0]);
}

/// Asserts that nothing is found.
#[track_caller]
fn assert_clean(files: &[(&str, &str)]) {
    assert_eq!(problems(files), Vec::<String>::new());
}

#[test]
fn the_tree_is_tidy() {
    let found = check(&crate::root()).expect("the tree is readable");
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn a_file_that_does_not_parse_is_a_problem_of_its_own() {
    assert_finds(
        &[("crates/vinr/src/main.rs", "fn main() {\n    let = 1;\n}\n")],
        "crates/vinr/src/main.rs:2:",
        "mend it",
    );
}

#[test]
fn an_exception_hides_its_problem() {
    let bad = tree(&[("crates/vinr/src/utils.rs", "")]);
    assert_eq!(apply(&bad, &[]).len(), 1);
    assert_eq!(apply(&bad, &[(Rule::Name, "crates/vinr/src/utils.rs")]), vec![]);
}

#[test]
fn an_exception_that_is_mended_has_to_go() {
    let good = tree(&[("crates/vinr/src/main.rs", "fn main() {}\n")]);
    let found = apply(&good, &[(Rule::Size, "crates/vinr/src/main.rs")]);
    assert_eq!(found.len(), 1);
    assert!(found[0].text.contains("remove its entry"));
}
