//! Lists: newest first, paged by key, so that the ten-thousandth page costs what the first does (spec/conventions.md,
//! Lists). The one place where SQL is composed, from constants only.
//!
//! A filter that an index leads with is a search. Any other is looked for in the order of the list, among so many rows a
//! page and no more: a page costs about a page, whatever the history. Where nothing is found among these, the page is
//! short or empty, says that there is more, and its cursor leads on.

mod drawn;
mod few;
mod shapes;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use vinr_core::ids::AccountId;
use vinr_core::refusal::{Code, Refusal};
use vinr_store::{Db, Read, Row, Value};

pub use self::few::few;
pub use self::shapes::{Created, Listed, Page, Position};
use self::shapes::{Range, Side};
use crate::error::Result;

/// The column that a range of creation times is about.
const CREATED: &str = "created_at";
/// The column that orders a list whose ids are all drawn by the server, and so sort by time.
const ID: &str = "id";
/// How many rows a page looks at where no index knows the filter: some milliseconds' worth.
pub const LOOKED_AT_MAX: i64 = 5_000;
/// How far apart two neighbours' times of creation may be in a list that is ordered by numbers or ids: a number is given at
/// the commit, the time is read before it and by another host's clock.
const DISORDER_MS: i64 = 60_000;

/// A list that can be asked for: constants a noun supplies.
#[derive(Debug)]
pub struct List {
    /// The table.
    pub table: &'static str,
    /// What is selected; the first column must be `id`.
    pub columns: &'static str,
    /// What the list is ordered by, before the id; or the id alone, where nobody chooses one: then there is an index less.
    pub order: &'static str,
    /// What its filters find their rows by; of two that would do equally well the last is taken.
    pub indexes: &'static [Index],
}

/// An index on the account, these columns, and then the order of the list.
#[derive(Debug)]
pub struct Index {
    /// The columns.
    pub on: &'static [&'static str],
    /// Which rows it has.
    pub rows: Indexed,
}

/// Which rows an index has.
#[derive(Debug)]
pub enum Indexed {
    /// Every one, or every one in which none of its columns is null.
    All,
    /// Those with one value in a column.
    With(&'static str, &'static str),
    /// Those without these values in a column: what is so common that no index is needed to find some.
    Without(&'static str, &'static [&'static str]),
}

impl Index {
    /// Whether it finds the rows of these filters.
    fn serves(&self, filters: &[Filter]) -> bool {
        let asked = |column: &str| filters.iter().find(|(name, _)| *name == column).map(|(_, value)| value);
        let is = |column: &str, known: &str| matches!(asked(column), Some(Value::Text(text)) if text == known);
        let has_rows = match &self.rows {
            Indexed::All => true,
            Indexed::With(column, value) => is(column, value),
            Indexed::Without(column, values) => !values.iter().any(|value| is(column, value)),
        };
        has_rows && self.on.iter().all(|column| asked(column).is_some())
    }

    /// Its condition, word for word as in the migration: neither engine sees from a parameter that it holds.
    fn condition(&self) -> String {
        let (column, comparison, values) = match &self.rows {
            Indexed::All => return String::new(),
            Indexed::With(column, value) => (column, "=", std::slice::from_ref(value)),
            Indexed::Without(column, values) => (column, "<>", *values),
        };
        let mut condition = String::new();
        for value in values {
            let _ = write!(condition, " AND {column} {comparison} '{value}'");
        }
        condition
    }
}

/// One condition: a column of the table equals a value.
pub type Filter = (&'static str, Value);

/// Reads one page; `read` makes an object of a row.
///
/// # Errors
/// Both cursors at once, or a cursor that names no object of this list.
pub async fn page<I, T>(
    db: &Db,
    account: &AccountId,
    list: &List,
    ask: &Page<I>,
    filters: Vec<Filter>,
    read: impl Fn(&Row) -> (String, T),
) -> Result<Listed<T>> {
    let query = Query::new(list, account, filters, ask);
    if ask.starting_after.is_none() && ask.ending_before.is_none() && !query.looks() {
        return read_page(db, query, ask, read).await;
    }
    // Where the cursor stands, what stands beyond it, and how far was looked.
    read_page(&db.snapshot().await?, query, ask, read).await
}

/// The same where more is read for the answer, or has been.
///
/// # Errors
/// As [`page`].
pub async fn page_in<I, T>(
    reads: &impl Read,
    account: &AccountId,
    list: &List,
    ask: &Page<I>,
    filters: Vec<Filter>,
    read: impl Fn(&Row) -> (String, T),
) -> Result<Listed<T>> {
    read_page(reads, Query::new(list, account, filters, ask), ask, read).await
}

async fn read_page<I, T>(
    reads: &impl Read,
    mut query: Query<'_>,
    ask: &Page<I>,
    read: impl Fn(&Row) -> (String, T),
) -> Result<Listed<T>> {
    let limit = ask.limit();
    query.bound(reads).await?;
    match ask.side()? {
        Side::Newest => {}
        Side::After(cursor) => query.start_after(reads, cursor).await?,
        Side::Before(cursor) => query.end_before(reads, cursor).await?,
    }
    let backwards = ask.ending_before.is_some();
    // One more than a page tells whether there is more.
    let (mut rows, looked_to) = query.run(reads, limit + 1, backwards).await?;
    let is_full = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    if backwards {
        rows.reverse();
    }
    let mut last = None;
    let data: Vec<T> = rows
        .iter()
        .map(|row| {
            let (id, object) = read(row);
            last = Some(id);
            object
        })
        .collect();
    let has_more = is_full || looked_to.is_some();
    let next_cursor = if backwards {
        // There is always a next page, the one that was come from; without anything found the look goes on.
        last.or(looked_to)
    } else {
        looked_to.or(last.filter(|_| is_full))
    };
    Ok(Listed { object: "list", data, page: Position { has_more, next_cursor } })
}

struct Query<'a> {
    list: &'a List,
    /// What the rows are searched by, from the account on.
    search: String,
    params: Vec<Value>,
    /// What they are looked through for.
    look: Vec<(&'static str, &'static str, Value)>,
    /// The range of creation times that is asked for, in milliseconds.
    range: Range,
    /// The same as bounds of the column by which the list is ordered.
    bounds: Bounds,
}

impl<'a> Query<'a> {
    fn new<I>(list: &'a List, account: &AccountId, filters: Vec<Filter>, ask: &Page<I>) -> Query<'a> {
        let range = ask.created.as_ref().map(Created::range).unwrap_or_default();
        let serving = list.indexes.iter().filter(|index| index.serves(&filters));
        let index = serving.max_by_key(|index| index.on.len());
        let mut query = Query {
            list,
            search: format!("FROM {} WHERE account = $1", list.table),
            params: vec![account.as_str().into()],
            look: Vec::new(),
            range,
            bounds: Bounds { since: range.since.map(Value::from), before: range.before.map(Value::from) },
        };
        for (column, value) in filters {
            if index.is_some_and(|index| index.on.contains(&column)) {
                query.and(column, "=", value);
            } else {
                query.look.push((column, "=", value));
            }
        }
        query.search.extend(index.map(Index::condition));
        if !query.is_by_creation() {
            // By their numbers or ids the rows of a range are found but for some at its ends.
            query.look.extend(range.since.map(|since| (CREATED, ">=", since.into())));
            query.look.extend(range.before.map(|before| (CREATED, "<", before.into())));
        }
        query
    }

    /// Whether rows have to be looked through that may not be wanted.
    fn looks(&self) -> bool {
        !self.look.is_empty()
    }

    fn is_by_creation(&self) -> bool {
        self.list.order == CREATED
    }

    fn and(&mut self, column: &str, comparison: &str, value: Value) {
        self.params.push(value);
        let _ = write!(self.search, " AND {column} {comparison} ${}", self.params.len());
    }

    /// Turns the range of creation times into bounds of the list's own order.
    async fn bound(&mut self, reads: &impl Read) -> Result<()> {
        if self.is_by_creation() {
            return Ok(());
        }
        let since = self.range.since.map(|since| since - DISORDER_MS);
        let before = self.range.before.map(|before| before + DISORDER_MS);
        self.bounds = if self.list.order == ID {
            Bounds { since: self.drawn(reads, since).await?.since, before: self.drawn(reads, before).await?.before }
        } else {
            Bounds { since: self.first_since(reads, since).await?, before: self.first_since(reads, before).await? }
        };
        Ok(())
    }

    /// The number of the first row that was created at this time or later: found by halving, since there is a row for
    /// each number and times rise with numbers, nearly.
    async fn first_since(&self, reads: &impl Read, since: Option<i64>) -> Result<Option<Value>> {
        let Some(since) = since else { return Ok(None) };
        let List { table, order, .. } = self.list;
        let end = |direction: &str| {
            format!("(SELECT {order} FROM {table} WHERE account = $1 ORDER BY {order} {direction} LIMIT 1)")
        };
        let middle = "(low + high) / 2";
        let is_before =
            format!("(SELECT {CREATED} FROM {table} WHERE account = $1 AND {order} = {middle}) < CAST($2 AS BIGINT)");
        let sql = constant(format!(
            "WITH RECURSIVE halves (low, high) AS (SELECT {first}, {last} + 1 UNION ALL SELECT \
             CASE WHEN {is_before} THEN {middle} + 1 ELSE low END, CASE WHEN {is_before} THEN high ELSE {middle} END \
             FROM halves WHERE low < high) SELECT low FROM halves WHERE low >= high",
            first = end("ASC"),
            last = end("DESC"),
        ));
        let rows = reads.query(sql, &[self.params[0].clone(), since.into()]).await?;
        Ok(rows.first().map(|row| row.int(0).into()))
    }

    /// The page of older objects.
    ///
    /// The cursor and the end of a range are bounds of one search, and only the narrower is asked for: given both,
    /// SQLite searches by one of them, and if that is the range's it reads once more whatever the pages before this one
    /// had.
    async fn start_after(&mut self, reads: &impl Read, id: &str) -> Result<()> {
        let place = self.place(reads, id, "startingAfter").await?;
        if self.bounds.before.as_ref().is_some_and(|before| *before <= place) {
            return Ok(());
        }
        self.bounds.before = None;
        self.beyond(place, id, "<");
        Ok(())
    }

    /// The page of younger objects; a cursor and a range as in [`Query::start_after`].
    async fn end_before(&mut self, reads: &impl Read, id: &str) -> Result<()> {
        let place = self.place(reads, id, "endingBefore").await?;
        if self.bounds.since.as_ref().is_some_and(|since| place < *since) {
            return Ok(());
        }
        self.bounds.since = None;
        self.beyond(place, id, ">");
        Ok(())
    }

    /// Where an object stands in the list's order.
    async fn place(&self, reads: &impl Read, id: &str, param: &'static str) -> Result<Value> {
        let List { table, order, .. } = self.list;
        let sql = constant(format!("SELECT {order} FROM {table} WHERE account = $1 AND id = $2"));
        let rows = reads.query(sql, &[self.params[0].clone(), id.into()]).await?;
        let row = rows.first().ok_or_else(|| {
            Refusal::new(Code::ResourceMissing, format!("`{param}` names no object of this list")).at(param)
        })?;
        Ok(if *order == ID { id.into() } else { row.int(0).into() })
    }

    fn beyond(&mut self, place: Value, id: &str, comparison: &str) {
        if self.list.order == ID {
            return self.and(ID, comparison, place);
        }
        self.params.push(place);
        let first = self.params.len();
        self.params.push(id.into());
        let order = self.list.order;
        let _ = write!(self.search, " AND ({order}, id) {comparison} (${first}, ${})", first + 1);
    }

    /// The rows, and the id of the last that was looked at if the look ended before the rows did.
    async fn run(mut self, reads: &impl Read, limit: i64, backwards: bool) -> Result<(Vec<Row>, Option<String>)> {
        let List { columns, order, .. } = self.list;
        if let Some(since) = self.bounds.since.take() {
            self.and(order, ">=", since);
        }
        if let Some(before) = self.bounds.before.take() {
            self.and(order, "<", before);
        }
        let direction = if backwards { "ASC" } else { "DESC" };
        let then = if *order == ID { String::new() } else { format!(", id {direction}") };
        let _ = write!(self.search, " ORDER BY {order} {direction}{then} LIMIT ${}", self.params.len() + 1);
        let mut params = self.params.clone();
        if !self.looks() {
            params.push(limit.into());
            let sql = constant(format!("SELECT {columns} {}", self.search));
            return Ok((reads.query(sql, &params).await?, None));
        }
        params.push(LOOKED_AT_MAX.into());
        // Neither engine puts rows in another order where it only leaves some out.
        let mut sql = format!("SELECT {columns} FROM (SELECT * {}) AS looked_at WHERE TRUE", self.search);
        for (column, comparison, value) in self.look.drain(..) {
            params.push(value);
            let _ = write!(sql, " AND {column} {comparison} ${}", params.len());
        }
        params.push(limit.into());
        let _ = write!(sql, " LIMIT ${}", params.len());
        let rows = reads.query(constant(sql), &params).await?;
        let is_full = i64::try_from(rows.len()).unwrap_or(i64::MAX) >= limit;
        let looked_to = if is_full { None } else { self.looked_to(reads).await? };
        Ok((rows, looked_to))
    }

    /// The id of the last row that a look comes to, if there are more behind it.
    async fn looked_to(mut self, reads: &impl Read) -> Result<Option<String>> {
        let sql = constant(format!("SELECT id {} OFFSET ${}", self.search, self.params.len() + 2));
        self.params.push(2.into());
        self.params.push((LOOKED_AT_MAX - 1).into());
        let rows = reads.query(sql, &self.params).await?;
        let [last, _] = rows.as_slice() else { return Ok(None) };
        Ok(Some(last.text(0).to_owned()))
    }
}

/// A part of a list's order: from a place on, and to another.
#[derive(Default)]
struct Bounds {
    since: Option<Value>,
    before: Option<Value>,
}

/// The rows of a list that have these ids, in one statement.
///
/// # Errors
/// The store is away.
pub async fn rows(reads: &impl Read, account: &AccountId, list: &List, ids: &BTreeSet<String>) -> Result<Vec<Row>> {
    match by_ids(account.as_str(), list, ids) {
        Some((sql, params)) => Ok(reads.query(sql, &params).await?),
        None => Ok(Vec::new()),
    }
}

/// The statement of [`rows`] with its parameters, for whoever reads in a unit of work; nothing for no ids.
pub fn by_ids(account: &str, list: &List, ids: &BTreeSet<String>) -> Option<(&'static str, Vec<Value>)> {
    let last = ids.last()?;
    // The last one is asked for again and again, so that there are few texts: one for each power of two.
    let room = ids.len().next_power_of_two();
    let padded = ids.iter().chain(std::iter::repeat(last)).take(room);
    let params: Vec<Value> = std::iter::once(account).chain(padded.map(String::as_str)).map(Value::from).collect();
    let places: Vec<String> = (2..room + 2).map(|place| format!("${place}")).collect();
    let List { table, columns, .. } = list;
    let sql = format!("SELECT {columns} FROM {table} WHERE account = $1 AND id IN ({})", places.join(", "));
    Some((constant(sql), params))
}

/// Every text that was composed.
static TEXTS: LazyLock<Mutex<BTreeMap<String, &'static str>>> = LazyLock::new(Mutex::default);

/// The same text for ever: there are as many as combinations of filters, a few dozen a list.
fn constant(sql: String) -> &'static str {
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = texts.get(&sql) {
        return text;
    }
    let text: &'static str = Box::leak(sql.clone().into_boxed_str());
    texts.insert(sql, text);
    text
}

#[cfg(test)]
mod tests;
