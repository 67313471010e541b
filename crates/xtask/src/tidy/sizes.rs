//! Functions that fit on a screen, files that are read in one sitting, names that say something.

use super::tree::{File, Tree};
use super::{Problem, Rule};

/// Lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// Lines of a file.
const FILE_LINES_MAX: usize = 500;
/// Endings of files whose length counts: what people write and read.
const COUNTED: &[&str] = &["rs", "js", "mjs", "cjs", "ts", "mts", "css", "html"];
/// Names that would fit any module, so they say nothing about this one.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "manager", "managers", "service", "services"];

/// Long functions, long files, empty names.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems: Vec<Problem> = tree.files.iter().filter_map(length).collect();
    problems.extend(tree.files.iter().filter_map(name));
    problems.extend(tree.rust().flat_map(|(file, rust)| {
        let long = rust.functions.iter().filter(|function| function.lines > FUNCTION_LINES_MAX);
        let long = long.map(|function| {
            let text = format!(
                "`{}` has {} lines, at most {FUNCTION_LINES_MAX}: move a step with a name of its own out of it",
                function.name, function.lines
            );
            file.problem(function.line, Rule::Size, text)
        });
        let empty = rust.modules.iter().filter(|(_, module)| EMPTY_NAMES.contains(&module.as_str()));
        long.chain(empty.map(|(line, module)| file.problem(*line, Rule::Name, rename(module))))
    }));
    problems
}

fn length(file: &File) -> Option<Problem> {
    let lines = file.text.lines().count();
    let long = COUNTED.contains(&file.extension()) && lines > FILE_LINES_MAX;
    long.then(|| {
        let text = format!("the file has {lines} lines, at most {FILE_LINES_MAX}: split it by what its parts are for");
        file.problem(FILE_LINES_MAX + 1, Rule::Size, text)
    })
}

fn name(file: &File) -> Option<Problem> {
    let stem = |part: &str| part.split('.').next().unwrap_or(part).to_owned();
    let code = COUNTED.contains(&file.extension());
    let empty = file.path.split('/').map(stem).find(|part| EMPTY_NAMES.contains(&part.as_str()));
    empty.filter(|_| code).map(|part| file.problem(1, Rule::Name, rename(&part)))
}

fn rename(name: &str) -> String {
    format!("`{name}` would fit any module: name it after what it does")
}
