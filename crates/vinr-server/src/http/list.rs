//! Lists: newest first, paged by key, so that the ten-thousandth page costs what the first does (spec/conventions.md,
//! Lists). The one place where SQL is composed, from constants only.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::marker::PhantomData;
use std::sync::{LazyLock, Mutex, PoisonError};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use vinr_core::ids::{AccountId, TypedId};
use vinr_core::refusal::{Code, Refusal};
use vinr_store::{Db, Read, Row, Value};

use crate::error::Result;

/// The column that a range of creation times is about.
const CREATED: &str = "created_at";
/// Page size when none is asked for.
const LIMIT_DEFAULT: i64 = 25;

/// What every list takes; its objects have ids of the kind `I`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", bound = "")]
#[schemars(bound = "I: TypedId")]
pub struct Page<I> {
    /// Entries on a page.
    #[schemars(range(min = 1, max = 100))]
    pub limit: Option<i64>,
    /// Continue after this object.
    pub starting_after: Option<Cursor<I>>,
    /// The page before this object.
    pub ending_before: Option<Cursor<I>>,
    /// When the objects were created, unix seconds.
    pub created: Option<Created>,
}

impl<I> Page<I> {
    /// How many entries it has at most.
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(LIMIT_DEFAULT)
    }

    /// The first page, of so many entries.
    pub fn first(limit: i64) -> Page<I> {
        Page { limit: Some(limit), starting_after: None, ending_before: None, created: None }
    }
}

/// The id of the object beside which a page begins.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Cursor<I> {
    /// The row's id: the object's own, unless the list is of other rows.
    pub row: String,
    #[serde(skip)]
    kind: PhantomData<I>,
}

impl<I> Cursor<I> {
    /// At the object with this id.
    pub fn at(row: String) -> Cursor<I> {
        Cursor { row, kind: PhantomData }
    }
}

impl<I: TypedId> JsonSchema for Cursor<I> {
    fn schema_name() -> Cow<'static, str> {
        format!("Cursor_{}", I::PREFIX).into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": format!("id:{}", I::PREFIX)})
    }
}

/// A range of creation times in unix seconds.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
pub struct Created {
    /// At or after.
    #[schemars(range(min = 0, max = 253_402_300_799_i64))]
    pub gte: Option<i64>,
    /// After.
    #[schemars(range(min = 0, max = 253_402_300_799_i64))]
    pub gt: Option<i64>,
    /// At or before.
    #[schemars(range(min = 0, max = 253_402_300_799_i64))]
    pub lte: Option<i64>,
    /// Before.
    #[schemars(range(min = 0, max = 253_402_300_799_i64))]
    pub lt: Option<i64>,
}

impl Created {
    /// Rows carry milliseconds: "after second s" begins with the next second.
    fn range(&self) -> Range {
        let since = [self.gte, self.gt.map(|second| second + 1)].into_iter().flatten().max();
        let before = [self.lt, self.lte.map(|second| second + 1)].into_iter().flatten().min();
        Range { since: since.map(|second| second * 1000), before: before.map(|second| second * 1000) }
    }
}

/// A range of creation times in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
struct Range {
    since: Option<i64>,
    before: Option<i64>,
}

/// A page of objects.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}List")]
pub struct Listed<T> {
    /// Always `list`.
    pub object: &'static str,
    /// The objects, newest first.
    pub data: Vec<T>,
    /// Where the page stands.
    pub page: Position,
}

/// Where a page stands in its list.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// Whether there is more in this direction.
    pub has_more: bool,
    /// What to pass as `startingAfter` for the next page; as `after` when events are read by their numbers.
    pub next_cursor: Option<String>,
}

/// A list that can be asked for: constants a noun supplies.
#[derive(Debug)]
pub struct List {
    /// The table.
    pub table: &'static str,
    /// What is selected; the first column must be `id`.
    pub columns: &'static str,
    /// What the list is ordered by, before the id.
    pub order: &'static str,
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
    if ask.starting_after.is_none() && ask.ending_before.is_none() {
        return page_in(db, account, list, ask, filters, read).await;
    }
    // Where the cursor stands, and what stands beyond it.
    page_in(&db.snapshot().await?, account, list, ask, filters, read).await
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
    let limit = ask.limit();
    let range = ask.created.as_ref().map(Created::range).unwrap_or_default();
    let mut query = Query::new(list, account, filters, range);
    match (&ask.starting_after, &ask.ending_before) {
        (Some(_), Some(_)) => {
            let message = "give `startingAfter` or `endingBefore`, not both";
            return Err(Refusal::new(Code::ParameterConflict, message).at("endingBefore").into());
        }
        (Some(cursor), None) => query.start_after(reads, &cursor.row).await?,
        (None, Some(cursor)) => query.end_before(reads, &cursor.row).await?,
        (None, None) => {}
    }
    let backwards = ask.ending_before.is_some();
    // One more than a page tells whether there is more.
    let mut rows = query.run(reads, limit + 1, backwards).await?;
    let has_more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
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
    // Going back there is always a next page: the one that was come from.
    let next_cursor = if has_more || backwards { last } else { None };
    Ok(Listed { object: "list", data, page: Position { has_more, next_cursor } })
}

struct Query<'a> {
    list: &'a List,
    sql: String,
    params: Vec<Value>,
    range: Range,
}

impl<'a> Query<'a> {
    fn new(list: &'a List, account: &AccountId, filters: Vec<Filter>, range: Range) -> Query<'a> {
        let mut query = Query {
            list,
            sql: format!("SELECT {} FROM {} WHERE account = $1", list.columns, list.table),
            params: vec![account.as_str().into()],
            range,
        };
        for (column, value) in filters {
            query.and(column, "=", value);
        }
        query
    }

    fn and(&mut self, column: &str, comparison: &str, value: Value) {
        self.params.push(value);
        let _ = write!(self.sql, " AND {column} {comparison} ${}", self.params.len());
    }

    /// The page of older objects.
    ///
    /// Where the list is in the order of creation, the cursor and the end of a range of creation times are bounds of one
    /// search, and only the narrower is asked for: given both, SQLite searches by one of them, and if that is the range's
    /// it reads once more whatever the pages before this one had.
    async fn start_after(&mut self, reads: &impl Read, id: &str) -> Result<()> {
        let place = self.place(reads, id, "startingAfter").await?;
        if self.is_by_creation() {
            if self.range.before.is_some_and(|before| before <= place) {
                return Ok(());
            }
            self.range.before = None;
        }
        self.beyond(place, id, "<");
        Ok(())
    }

    /// The page of younger objects; a cursor and a range as in [`Query::start_after`].
    async fn end_before(&mut self, reads: &impl Read, id: &str) -> Result<()> {
        let place = self.place(reads, id, "endingBefore").await?;
        if self.is_by_creation() {
            if self.range.since.is_some_and(|since| place < since) {
                return Ok(());
            }
            self.range.since = None;
        }
        self.beyond(place, id, ">");
        Ok(())
    }

    fn is_by_creation(&self) -> bool {
        self.list.order == CREATED
    }

    /// Where an object stands in the list's order.
    async fn place(&self, reads: &impl Read, id: &str, param: &'static str) -> Result<i64> {
        let List { table, order, .. } = self.list;
        let sql = constant(format!("SELECT {order} FROM {table} WHERE account = $1 AND id = $2"));
        let rows = reads.query(sql, &[self.params[0].clone(), id.into()]).await?;
        let Some(row) = rows.first() else {
            return Err(Refusal::new(Code::ResourceMissing, format!("`{param}` names no object of this list"))
                .at(param)
                .into());
        };
        Ok(row.int(0))
    }

    fn beyond(&mut self, place: i64, id: &str, comparison: &str) {
        self.params.push(place.into());
        let first = self.params.len();
        self.params.push(id.into());
        let order = self.list.order;
        let _ = write!(self.sql, " AND ({order}, id) {comparison} (${first}, ${})", first + 1);
    }

    async fn run(mut self, reads: &impl Read, limit: i64, backwards: bool) -> Result<Vec<Row>> {
        if let Some(since) = self.range.since {
            self.and(CREATED, ">=", since.into());
        }
        if let Some(before) = self.range.before {
            self.and(CREATED, "<", before.into());
        }
        let direction = if backwards { "ASC" } else { "DESC" };
        self.params.push(limit.into());
        let order = self.list.order;
        let _ = write!(self.sql, " ORDER BY {order} {direction}, id {direction} LIMIT ${}", self.params.len());
        Ok(reads.query(constant(self.sql), &self.params).await?)
    }
}

/// The rows of a list that have these ids, in one statement.
///
/// # Errors
/// The store is away.
pub async fn rows(reads: &impl Read, account: &AccountId, list: &List, ids: &BTreeSet<String>) -> Result<Vec<Row>> {
    let Some(last) = ids.last() else { return Ok(Vec::new()) };
    // The last one is asked for again and again, so that there are few texts: one for each power of two.
    let room = ids.len().next_power_of_two();
    let padded = ids.iter().chain(std::iter::repeat(last)).take(room);
    let params: Vec<Value> =
        std::iter::once(account.as_str()).chain(padded.map(String::as_str)).map(Value::from).collect();
    let places: Vec<String> = (2..room + 2).map(|place| format!("${place}")).collect();
    let List { table, columns, .. } = list;
    let sql = format!("SELECT {columns} FROM {table} WHERE account = $1 AND id IN ({})", places.join(", "));
    Ok(reads.query(constant(sql), &params).await?)
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
