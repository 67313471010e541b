//! The statements that PostgreSQL needs for a table, written once for each table. All of them are set-based: one
//! array for each column, unnested, so that a batch needs few statements however many units it has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::table::{Kind, Table, Type};

/// Statements for one table. Arrays 1 and 2 are accounts and ids unless it says otherwise; the columns' arrays come
/// last.
///
/// Reads answer the place of the key in the arrays first: the loser of a race is known by its key, never by a count.
#[derive(Debug)]
pub(crate) struct TableTexts {
    /// One row: its columns, then the version if there is one. Not set-based.
    pub(crate) load: String,
    /// Place, then version (0 for a table without versions).
    pub(crate) lock: String,
    pub(crate) share: String,
    pub(crate) see: String,
    /// Place, then the columns of a tally.
    pub(crate) lock_tally: String,
    pub(crate) share_tally: String,
    pub(crate) see_tally: String,
    /// For each unique key place, account and id of its owner. The arrays are the accounts, unless the key is global,
    /// then the key's columns.
    pub(crate) owners: Vec<String>,
    /// In a table with versions, the first version of the new rows as parameter 3.
    pub(crate) insert: String,
    /// Expected versions as array 3.
    pub(crate) update: String,
    /// As `insert`, or the next version of a row that is there.
    pub(crate) put: String,
    pub(crate) remove: String,
    pub(crate) set_tally: String,
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

const KEYS: &str = "t.account = u.account AND t.id = u.id";

impl TableTexts {
    fn write(table: &Table) -> TableTexts {
        let name = table.name;
        let versioned = table.kind == Kind::Versioned;
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        let loaded: Vec<&str> = columns.iter().copied().chain(versioned.then_some("version")).collect();
        let loaded = if loaded.is_empty() { "0::bigint".to_owned() } else { loaded.join(", ") };
        let version = if versioned { "t.version" } else { "0::bigint" };
        let read = |what: &str, how: &str| {
            format!(
                "SELECT u.place, {what} FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS u(account, id, place) \
                 JOIN {name} t ON {KEYS} ORDER BY t.account, t.id{how}"
            )
        };
        let tally = columns.iter().map(|column| format!("t.{column}")).collect::<Vec<_>>().join(", ");
        let (lock, share) = (" FOR NO KEY UPDATE OF t", " FOR SHARE OF t");
        TableTexts {
            load: format!("SELECT {loaded} FROM {name} WHERE account = $1 AND id = $2"),
            lock: read(version, lock),
            share: read(version, share),
            see: read(version, ""),
            lock_tally: read(&tally, lock),
            share_tally: read(&tally, share),
            see_tally: read(&tally, ""),
            owners: (0..table.unique.len()).map(|index| owners_text(table, index)).collect(),
            insert: insert_text(table),
            update: update_text(table, versioned),
            put: format!("{} ON CONFLICT (account, id) DO {}", insert_text(table), replace_text(table)),
            remove: format!("DELETE FROM {name} t USING unnest($1::text[], $2::text[]) AS u(account, id) WHERE {KEYS}"),
            set_tally: update_text(table, false),
        }
    }
}

fn array_of(ty: Type, place: usize) -> String {
    let name = match ty {
        Type::Int => "bigint",
        Type::Text => "text",
        Type::Blob => "bytea",
    };
    format!("${place}::{name}[]")
}

/// `unnest(…) AS u(account, id, [expected,] c0, c1 …)`, the first column being array `from`.
fn unnested(table: &Table, expected: bool, from: usize) -> String {
    let mut arrays = vec!["$1::text[], $2::text[]".to_owned()];
    let mut names = vec!["account, id".to_owned()];
    if expected {
        arrays.push("$3::bigint[]".to_owned());
        names.push("expected".to_owned());
    }
    for (index, column) in table.columns.iter().enumerate() {
        arrays.push(array_of(column.ty, from + index));
        names.push(format!("c{index}"));
    }
    format!("unnest({}) AS u({})", arrays.join(", "), names.join(", "))
}

fn insert_text(table: &Table) -> String {
    let (version, first, from) =
        if table.kind == Kind::Versioned { (", version", ", $3::bigint", 4) } else { ("", "", 3) };
    let columns: String = table.columns.iter().map(|column| [", ", column.name].concat()).collect();
    let values: Vec<String> = (0..table.columns.len()).map(|index| format!(", u.c{index}")).collect();
    format!(
        "INSERT INTO {} (account, id{version}{columns}) SELECT u.account, u.id{first}{} FROM {}",
        table.name,
        values.concat(),
        unnested(table, false, from)
    )
}

/// An update that fails by itself, dividing by zero, if it did not touch every row that it was given.
fn update_text(table: &Table, versioned: bool) -> String {
    let columns = || table.columns.iter().enumerate();
    let set = columns().filter(|(_, column)| !column.is_fixed);
    let set = set.map(|(index, column)| format!("{} = u.c{index}", column.name));
    let bumped = versioned.then(|| "version = t.version + 1".to_owned());
    let set = set.chain(bumped).collect::<Vec<_>>().join(", ");
    let expected = if versioned { " AND t.version = u.expected" } else { "" };
    let unchanged = columns().filter(|(_, column)| column.is_fixed);
    let unchanged = unchanged.map(|(index, column)| format!(" AND t.{} IS NOT DISTINCT FROM u.c{index}", column.name));
    let unchanged = unchanged.collect::<Vec<_>>().concat();
    format!(
        "WITH done AS (UPDATE {} t SET {set} FROM {} WHERE {KEYS}{expected}{unchanged} RETURNING 1) \
         SELECT 1 / (CASE WHEN count(*) = cardinality($1::text[]) THEN 1 ELSE 0 END) FROM done",
        table.name,
        unnested(table, versioned, if versioned { 4 } else { 3 }),
    )
}

fn replace_text(table: &Table) -> String {
    let replaced = table.columns.iter().map(|column| format!("{0} = excluded.{0}", column.name));
    let bumped = (table.kind == Kind::Versioned).then(|| format!("version = {}.version + 1", table.name));
    let replaced = replaced.chain(bumped).collect::<Vec<_>>().join(", ");
    if replaced.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {replaced}") }
}

fn owners_text(table: &Table, index: usize) -> String {
    let unique = &table.unique[index];
    let scope = (!unique.global).then_some(("account", Type::Text));
    let columns = unique.columns.iter().map(|name| (*name, table.columns[table.column(name)].ty));
    let columns: Vec<(&str, Type)> = scope.into_iter().chain(columns).collect();
    let arrays: Vec<String> = columns.iter().zip(1..).map(|((_, ty), place)| array_of(*ty, place)).collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let joined: Vec<String> = names.iter().map(|name| format!("t.{name} = u.{name}")).collect();
    format!(
        "SELECT u.place, t.account, t.id FROM unnest({}) WITH ORDINALITY AS u({}, place) JOIN {} t ON {}",
        arrays.join(", "),
        names.join(", "),
        table.name,
        joined.join(" AND ")
    )
}
