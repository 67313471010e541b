//! The files of the repository, read once: text as it is, Rust parsed.

use std::fs;
use std::io;
use std::path::Path;

use super::rust::{self, Rust};
use super::{Problem, Rule};

/// Folders that are never the project's own text, beside what `.gitignore` names.
const FOREIGN: &[&str] = &[".git", "target", "node_modules"];

/// A text file of the repository.
pub(crate) struct File {
    /// Path from the repository's folder, with `/` on every system.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
    /// What was read from it, if it is Rust.
    pub(crate) rust: Option<Rust>,
}

impl File {
    /// The file's name with its ending.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The ending of the file's name, `rs` for example.
    pub(crate) fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// Whether it is a lock file, which a tool wrote.
    pub(crate) fn is_lock(&self) -> bool {
        matches!(self.name(), "Cargo.lock" | "package-lock.json")
    }

    /// Whether it holds tests only.
    pub(crate) fn is_test(&self) -> bool {
        self.path.split('/').any(|part| part == "tests" || part == "benches") || self.name() == "tests.rs"
    }

    /// A problem of this file.
    pub(crate) fn problem(&self, line: usize, rule: Rule, text: impl Into<String>) -> Problem {
        Problem { path: self.path.clone(), line, rule, text: text.into() }
    }
}

/// All text files of the repository.
#[derive(Default)]
pub(crate) struct Tree {
    /// In the order of their paths.
    pub(crate) files: Vec<File>,
    /// Files that could not be understood.
    pub(crate) problems: Vec<Problem>,
}

impl Tree {
    /// Reads what lies under `root`, except what git ignores.
    pub(crate) fn read(root: &Path) -> io::Result<Tree> {
        let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        let ignored: Vec<&str> = ignored.lines().map(|line| line.trim().trim_matches('/')).collect();
        let mut tree = Tree::default();
        tree.read_folder(root, "", &ignored)?;
        tree.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(tree)
    }

    fn read_folder(&mut self, root: &Path, folder: &str, ignored: &[&str]) -> io::Result<()> {
        for entry in fs::read_dir(root.join(folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if FOREIGN.contains(&name.as_str()) || ignored.contains(&name.as_str()) || ignored.contains(&path.as_str())
            {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.read_folder(root, &path, ignored)?;
            } else if kind.is_file()
                && let Ok(text) = String::from_utf8(fs::read(entry.path())?)
            {
                self.add(path, text);
            }
        }
        Ok(())
    }

    /// Adds a file; one that does not parse becomes a problem.
    pub(crate) fn add(&mut self, path: String, text: String) {
        let mut file = File { path, text, rust: None };
        if file.extension() == "rs" {
            match rust::read(&file.text) {
                Ok(read) => file.rust = Some(read),
                Err((line, error)) => self.problems.push(file.problem(line, Rule::Parse, format!("{error}; mend it"))),
            }
        }
        self.files.push(file);
    }

    /// The file at a path.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }

    /// All Rust files that parsed.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&File, &Rust)> {
        self.files.iter().filter_map(|file| file.rust.as_ref().map(|rust| (file, rust)))
    }
}
