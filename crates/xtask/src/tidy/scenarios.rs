//! Every event, error code and timer has a scenario: a test from outside that names it. What no test names can change
//! its name, or never happen, unseen.

use super::tree::{File, Tree};
use super::{Problem, Rule};

/// Where names are declared, and what they are names of.
const DECLARED: &[(&str, &str)] =
    &[("crates/vinr-core/src/refusal.rs", "error code"), ("crates/vinr-core/src/events.rs", "event")];

/// Names without a scenario, and why. This list may only shrink.
const WITHOUT: &[(&str, &str)] = &[
    (
        "kyb_required",
        "only a real card comes so far, and there is no acquirer for one: the hosted page says it in words",
    ),
    ("invoice_not_creditable", "credit notes have their rules, and no endpoint yet"),
];

/// Declared names that no test of the tree puts in quotes.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let tests: Vec<&File> = tree.files.iter().filter(|file| is_from_outside(file)).collect();
    let mut problems = Vec::new();
    for (path, what) in DECLARED {
        let Some(file) = tree.file(path) else { continue };
        for (index, line) in file.text.lines().enumerate() {
            let Some(name) = declared(line) else { continue };
            let is_known = WITHOUT.iter().any(|(known, _)| *known == name);
            let quoted = [format!("\"{name}\""), format!("'{name}'")];
            let has_scenario = tests.iter().any(|test| quoted.iter().any(|name| test.text.contains(name)));
            let text = match (has_scenario, is_known) {
                (true, false) | (false, true) => continue,
                (false, false) => format!("no test from outside names the {what} `{name}`: write its scenario"),
                (true, true) => format!("`{name}` has a scenario: take it off the list in tidy/scenarios.rs"),
            };
            problems.push(file.problem(index + 1, Rule::Scenario, text));
        }
    }
    problems
}

/// Tests that use what the project ships, and do not reach into it.
fn is_from_outside(file: &File) -> bool {
    let folders = file.path.starts_with("tests/") || file.path.starts_with("sdk/typescript/test/");
    folders || (file.path.starts_with("crates/") && file.path.split('/').nth(2) == Some("tests"))
}

/// The name on a line that declares one: `PaymentFailed = "payment.failed",`.
fn declared(line: &str) -> Option<&str> {
    let (variant, name) = line.trim().strip_suffix(',')?.split_once(" = ")?;
    let is_variant =
        variant.starts_with(|c: char| c.is_ascii_uppercase()) && variant.chars().all(char::is_alphanumeric);
    is_variant.then(|| name.strip_prefix('"')?.strip_suffix('"'))?
}
