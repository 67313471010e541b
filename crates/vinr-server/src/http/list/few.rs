//! Pages of what is not read in the order of a list, because there is little of it.

use vinr_core::ids::AccountId;
use vinr_core::time::Timestamp;
use vinr_store::Read;

use super::shapes::{Created, Listed, Page, Position, Side};
use super::{List, Query};
use crate::error::Result;

/// One page of a few objects of a list that is ordered by its ids: all there are, newest first, each with its id and when
/// it was created.
///
/// # Errors
/// Both cursors at once, or a cursor that names no object of this list.
pub async fn few<I, T>(
    reads: &impl Read,
    account: &AccountId,
    list: &List,
    ask: &Page<I>,
    mut objects: Vec<(String, Timestamp, T)>,
) -> Result<Listed<T>> {
    let query = Query::new(list, account, Vec::new(), ask);
    let backwards = match ask.side()? {
        Side::Newest => false,
        Side::After(cursor) => {
            query.place(reads, cursor, "startingAfter").await?;
            objects.retain(|(id, ..)| id.as_str() < cursor);
            false
        }
        Side::Before(cursor) => {
            query.place(reads, cursor, "endingBefore").await?;
            objects.retain(|(id, ..)| id.as_str() > cursor);
            true
        }
    };
    let range = ask.created.as_ref().map(Created::range).unwrap_or_default();
    objects.retain(|(_, at, _)| {
        range.since.is_none_or(|since| since <= at.millis()) && range.before.is_none_or(|before| at.millis() < before)
    });
    let limit = usize::try_from(ask.limit()).unwrap_or(usize::MAX);
    let has_more = objects.len() > limit;
    if backwards {
        objects.drain(..objects.len().saturating_sub(limit));
    }
    objects.truncate(limit);
    let next_cursor = objects.last().map(|(id, ..)| id.clone()).filter(|_| has_more || backwards);
    let data = objects.into_iter().map(|(.., object)| object).collect();
    Ok(Listed { object: "list", data, page: Position { has_more, next_cursor } })
}
