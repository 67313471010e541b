//! What every list takes and gives.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use vinr_core::ids::TypedId;
use vinr_core::refusal::{Code, Refusal};

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

    /// Where it begins.
    ///
    /// # Errors
    /// Both cursors at once.
    pub(super) fn side(&self) -> Result<Side<'_>, Refusal> {
        match (&self.starting_after, &self.ending_before) {
            (Some(_), Some(_)) => {
                let message = "give `startingAfter` or `endingBefore`, not both";
                Err(Refusal::new(Code::ParameterConflict, message).at("endingBefore"))
            }
            (Some(cursor), None) => Ok(Side::After(&cursor.row)),
            (None, Some(cursor)) => Ok(Side::Before(&cursor.row)),
            (None, None) => Ok(Side::Newest),
        }
    }

    /// The first page, of so many entries.
    pub fn first(limit: i64) -> Page<I> {
        Page { limit: Some(limit), starting_after: None, ending_before: None, created: None }
    }

    /// A page of so many entries after that row, of what was created from the second `since` on and before the second
    /// `before`.
    pub fn within(limit: i64, after: Option<String>, since: Option<i64>, before: Option<i64>) -> Page<I> {
        let starting_after = after.map(|row| Cursor { row, kind: PhantomData });
        let created = Some(Created { gte: since, lt: before, gt: None, lte: None });
        Page { limit: Some(limit), starting_after, ending_before: None, created }
    }
}

/// Where a page begins: at the newest object, or beside one.
pub(super) enum Side<'a> {
    Newest,
    After(&'a str),
    Before(&'a str),
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
    pub(super) fn range(&self) -> Range {
        let since = [self.gte, self.gt.map(|second| second + 1)].into_iter().flatten().max();
        let before = [self.lt, self.lte.map(|second| second + 1)].into_iter().flatten().min();
        Range { since: since.map(|second| second * 1000), before: before.map(|second| second * 1000) }
    }
}

/// A range of creation times in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Range {
    pub(super) since: Option<i64>,
    pub(super) before: Option<i64>,
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
    /// What to pass as `startingAfter` for the next page; as `after` when events are read by their numbers. A page that
    /// had to look for its objects may be short or empty, and the list go on: then pass this too, as `endingBefore` if
    /// you were going back.
    pub next_cursor: Option<String>,
}
