//! The statements that SQLite needs for a table, written once for each table.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::table::{Kind, Table};

/// Statements for one table. Parameters 1 and 2 are always account and id. Where a row is written the columns follow,
/// in a table with versions after the version as parameter 3: the first one of a new row, the expected one otherwise.
#[derive(Debug)]
pub(crate) struct TableTexts {
    /// The columns, then the version if there is one.
    pub(crate) load: String,
    /// The version, or 0 for a table without versions.
    pub(crate) version: String,
    pub(crate) insert: String,
    pub(crate) update: String,
    pub(crate) put: String,
    pub(crate) remove: String,
    /// All columns from parameter 3.
    pub(crate) set_tally: String,
    /// For each unique key: the columns from parameter 1, led by the account unless the key is global.
    pub(crate) owners: Vec<String>,
}

/// The statements of the tables used so far.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    tables: Mutex<HashMap<&'static str, Arc<TableTexts>>>,
}

impl Texts {
    pub(crate) fn of(&self, table: &'static Table) -> Arc<TableTexts> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(tables.entry(table.name).or_insert_with(|| Arc::new(TableTexts::write(table))))
    }
}

impl TableTexts {
    fn write(table: &Table) -> TableTexts {
        let name = table.name;
        let columns = || table.columns.iter().map(|column| column.name);
        let versioned = table.kind == Kind::Versioned;
        let key = "account = ?1 AND id = ?2";
        let from = if versioned { 4 } else { 3 };
        let inserted: Vec<&str> =
            ["account", "id"].into_iter().chain(versioned.then_some("version")).chain(columns()).collect();
        let places: Vec<String> = (1..from + table.columns.len()).map(|n| format!("?{n}")).collect();
        let insert = format!("INSERT INTO {name} ({}) VALUES ({})", inserted.join(", "), places.join(", "));
        let assign = |from: usize| {
            let placed = table.columns.iter().zip(from..).filter(|(column, _)| !column.is_fixed);
            let assigned = placed.map(|(column, n)| format!("{} = ?{n}", column.name));
            let bumped = versioned.then(|| "version = version + 1".to_owned());
            assigned.chain(bumped).collect::<Vec<_>>().join(", ")
        };
        // The `+` keeps the planner from looking for the row by it.
        let fixed = table.columns.iter().zip(4..).filter(|(column, _)| column.is_fixed);
        let unchanged: Vec<String> = fixed.map(|(column, n)| format!(" AND +{} IS ?{n}", column.name)).collect();
        let replaced = columns().map(|column| format!("{column} = excluded.{column}"));
        let bumped = versioned.then(|| format!("version = {name}.version + 1"));
        let replaced = replaced.chain(bumped).collect::<Vec<_>>().join(", ");
        let on_conflict = if replaced.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {replaced}") };
        let loaded: Vec<&str> = columns().chain(versioned.then_some("version")).collect();
        let loaded = if loaded.is_empty() { "0".to_owned() } else { loaded.join(", ") };
        TableTexts {
            load: format!("SELECT {loaded} FROM {name} WHERE {key}"),
            version: format!("SELECT {} FROM {name} WHERE {key}", if versioned { "version" } else { "0" }),
            put: format!("{insert} ON CONFLICT (account, id) DO {on_conflict}"),
            insert,
            update: format!("UPDATE {name} SET {} WHERE {key} AND version = ?3{}", assign(4), unchanged.concat()),
            remove: format!("DELETE FROM {name} WHERE {key}"),
            set_tally: format!("UPDATE {name} SET {} WHERE {key}", assign(3)),
            owners: table.unique.iter().map(|unique| owner_text(name, unique.columns, unique.global)).collect(),
        }
    }
}

fn owner_text(name: &str, columns: &[&str], global: bool) -> String {
    let scope = if global { None } else { Some("account") };
    let columns = scope.into_iter().chain(columns.iter().copied());
    let key: Vec<String> = columns.zip(1..).map(|(column, n)| format!("{column} = ?{n}")).collect();
    format!("SELECT account, id FROM {name} WHERE {}", key.join(" AND "))
}

/// Rewrites `$1` to `?1`: SQLite takes `$1` for a name and would number it by first appearance.
///
/// Statements are constants, so each is rewritten once and kept for the life of the process.
pub(crate) fn rewritten(sql: &'static str) -> &'static str {
    static KNOWN: RwLock<Option<HashMap<&'static str, &'static str>>> = RwLock::new(None);
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = known.as_ref().and_then(|known| known.get(sql)) {
        return text;
    }
    drop(known);
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    known.get_or_insert_default().entry(sql).or_insert_with(|| Box::leak(rewrite(sql).into_boxed_str()))
}

fn rewrite(sql: &str) -> String {
    let mut quoted = false;
    let mut text = String::with_capacity(sql.len());
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        quoted ^= c == '\'';
        let parameter = c == '$' && !quoted && rest.peek().is_some_and(char::is_ascii_digit);
        text.push(if parameter { '?' } else { c });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_rewritten_outside_of_quotes() {
        assert_eq!(rewrite("SELECT '$1', $12, $2 FROM t WHERE a = $x"), "SELECT '$1', ?12, ?2 FROM t WHERE a = $x");
    }
}
