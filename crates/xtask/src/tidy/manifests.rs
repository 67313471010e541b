//! Which crate may depend on what. The core's dependencies are counted one by one, with their features: purity is kept
//! by what is not in scope.

use toml::{Table, Value};

use super::tree::{File, Tree};
use super::{Problem, Rule};

/// Crates of the workspace, and which others of it each may depend on.
const ARROWS: &[(&str, &[&str])] = &[
    ("vinr-core", &[]),
    ("vinr-store", &[]),
    ("vinr-server", &["vinr-core", "vinr-store"]),
    ("vinr", &["vinr-core", "vinr-store", "vinr-server"]),
    ("vinr-sim", &["vinr-core", "vinr-store", "vinr-server"]),
    ("xtask", &["vinr-core", "vinr-store", "vinr-server"]),
];

/// What the core may depend on, and with which features: nothing that could do I/O, read a clock or draw a number.
const CORE: &[(&str, &[&str])] = &[("jiff", &["alloc", "tzdb-bundle-always"]), ("zeroize", &["alloc", "derive"])];

/// The dependency arrows between crates, and the core's purity.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let workspace = tree.file("Cargo.toml").and_then(|file| file.text.parse().ok()).unwrap_or_default();
    let mut problems = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.starts_with("crates/") && file.name() == "Cargo.toml") {
        match file.text.parse::<Table>() {
            Err(error) => problems.push(file.problem(1, Rule::Manifest, format!("{}; mend it", error.message()))),
            Ok(manifest) => problems.extend(check_crate(file, &manifest, &workspace)),
        }
    }
    problems.extend(core_without_std(tree));
    problems
}

fn check_crate(file: &File, manifest: &Table, workspace: &Table) -> Vec<Problem> {
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(Value::as_str).unwrap_or("");
    let nothing = Table::new();
    let dependencies = manifest.get("dependencies").and_then(Value::as_table).unwrap_or(&nothing);
    let Some((_, below)) = ARROWS.iter().find(|(known, _)| *known == name) else {
        let text = format!("the crate `{name}` has no place: add it to ARROWS in crates/xtask/src/tidy/manifests.rs");
        return vec![file.problem(1, Rule::Manifest, text)];
    };
    let ours = |dependency: &str| ARROWS.iter().any(|(known, _)| *known == dependency);
    let upward = dependencies.keys().filter(|dependency| ours(dependency) && !below.contains(&dependency.as_str()));
    let mut problems: Vec<Problem> = upward
        .map(|dependency| {
            let text = format!("`{name}` may not depend on `{dependency}`: arrows point down (ARCHITECTURE.md)");
            file.problem(line_of(file, dependency), Rule::Manifest, text)
        })
        .collect();
    if name == "vinr-core" {
        problems.extend(dependencies.iter().filter_map(|(dependency, own)| impure(file, dependency, own, workspace)));
    }
    problems
}

/// A dependency of the core that is not allowed, or that brings more than it may.
fn impure(file: &File, dependency: &str, own: &Value, workspace: &Table) -> Option<Problem> {
    let problem = |text: String| Some(file.problem(line_of(file, dependency), Rule::Manifest, text));
    let Some((_, allowed)) = CORE.iter().find(|(known, _)| *known == dependency) else {
        return problem(format!(
            "`{dependency}` is not on the core's list: the core is pure; do this in the server and hand the value in"
        ));
    };
    let shared =
        workspace.get("workspace").and_then(|table| table.get("dependencies")).and_then(|all| all.get(dependency));
    let features = |value: Option<&Value>| -> Vec<String> {
        let listed = value.and_then(|value| value.get("features")).and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let extra = features(Some(own)).into_iter().chain(features(shared)).find(|name| !allowed.contains(&name.as_str()));
    extra.and_then(|feature| {
        problem(format!("`{dependency}` with `{feature}` may do more than compute: leave the feature out"))
    })
}

fn core_without_std(tree: &Tree) -> Option<Problem> {
    let file = tree.file("crates/vinr-core/src/lib.rs")?;
    let rust = file.rust.as_ref()?;
    let std = !rust.attributes.iter().any(|attribute| attribute == "no_std");
    std.then(|| {
        let text = "the core must not see the standard library, which has clocks, files and sockets: keep `#![no_std]`";
        file.problem(1, Rule::Manifest, text)
    })
}

/// The line on which a dependency is named.
fn line_of(file: &File, dependency: &str) -> usize {
    let names = |line: &str| line.split(['.', '=', ' ']).next() == Some(dependency);
    file.text.lines().position(names).map_or(1, |index| index + 1)
}
