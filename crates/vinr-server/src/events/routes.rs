//! The endpoints of events.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{BoxFuture, Either, select};
use serde_json::value::RawValue;
use tokio::time::Instant;
use vinr_core::events::EventType;
use vinr_core::ids::EventId;
use vinr_core::keys::Family;
use vinr_core::nearest::nearest;
use vinr_core::refusal::{Code, Refusal};

use super::{store, wire};
use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::list::{self, Listed, Position};
use crate::http::reply::Reply;
use crate::record::StoredEvent;

/// What can be asked of events.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get::<Listed<wire::Shown>>(
            "/v1/events",
            Family::Events,
            "List events, or wait for the next ones",
            list,
        )
        .query::<wire::Query>(),
        Endpoint::get::<wire::Shown>("/v1/events/{id}", Family::Events, "Retrieve an event", retrieve),
    ]
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let kind = checked(&query)?;
        if let Some(after) = query.after {
            return follow(&call, &query, after, kind).await;
        }
        let mut filters = Vec::new();
        filters.extend(kind.map(|kind| ("type", kind.as_str().into())));
        let read = |row: &vinr_store::Row| {
            let (event, sequence) = store::read(row);
            (event.id.to_string(), rendered(&event, sequence))
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        Reply::ok(&page)
    })
}

/// Oldest first from a number on; waits for the next event when there is none.
async fn follow(call: &Call, query: &wire::Query, after: i64, kind: Option<EventType>) -> Result<Reply> {
    let limit = query.page.limit();
    let deadline = Instant::now() + Duration::from_secs(query.wait.unwrap_or(0));
    let mut poller = call.app.workers.pollers.wait(call.account());
    let (mut after, mut seen) = (after, after);
    loop {
        let found = store::after(&call.app.db, call.account(), after, kind, limit + 1).await?;
        if found.events.is_empty() {
            if let Some(looked_to) = found.looked_to.filter(|_| Instant::now() < deadline) {
                after = looked_to;
                continue;
            }
            let over = tokio::time::timeout_at(deadline, call.app.workers.stopping());
            if let Either::Left((last, _)) = select(pin!(poller.beyond(seen)), pin!(over)).await {
                seen = last;
                continue;
            }
        }
        return Reply::ok(&page(&found, limit));
    }
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let (event, sequence) = store::get(&call.app.db, call.account(), &call.id(0, EventId::parse)?).await?;
        Ok(Reply::raw(event.render(sequence)))
    })
}

fn rendered(event: &StoredEvent, sequence: i64) -> Box<RawValue> {
    RawValue::from_string(event.render(sequence)).expect("a stored event is JSON")
}

/// A page of events by their numbers; one more than it takes tells whether there is more.
fn page(found: &store::Following, limit: i64) -> Listed<Box<RawValue>> {
    let store::Following { events, looked_to } = found;
    let shown = &events[..events.len().min(usize::try_from(limit).unwrap_or(usize::MAX))];
    let last = shown.last().filter(|_| shown.len() < events.len()).map(|(_, sequence)| *sequence);
    let next_cursor = looked_to.or(last).map(|sequence| sequence.to_string());
    let has_more = next_cursor.is_some();
    let data = shown.iter().map(|(event, sequence)| rendered(event, *sequence)).collect();
    Listed { object: "list", data, page: Position { has_more, next_cursor } }
}

/// The type that is asked for, if any.
///
/// # Errors
/// A type that there is not, and everything that does not go with how the events are read: by their numbers, oldest
/// first, or as a list, newest first.
fn checked(query: &wire::Query) -> Result<Option<EventType>> {
    let mut problems = Problems::default();
    let kind = query.kind.as_deref().and_then(|name| problems.note(event_type(name)));
    if query.after.is_some() {
        let list::Page { starting_after, ending_before, created, .. } = &query.page;
        let with = [
            ("startingAfter", starting_after.is_some()),
            ("endingBefore", ending_before.is_some()),
            ("created", created.is_some()),
        ];
        for (param, _) in with.into_iter().filter(|(_, is_given)| *is_given) {
            let message =
                format!("`{param}` does not go with `after`, by which events are read oldest first; give one");
            problems.add(Refusal::new(Code::ParameterConflict, message).at(param));
        }
    } else if query.wait.is_some() {
        let message = "`wait` goes with `after`: the number of the last event that you have, 0 if you have none";
        problems.add(Refusal::new(Code::ParameterInvalid, message).at("wait"));
    }
    problems.told()?;
    Ok(kind)
}

fn event_type(kind: &str) -> std::result::Result<EventType, Refusal> {
    EventType::parse(kind).ok_or_else(|| {
        let hint = match nearest(kind, EventType::ALL.iter().map(|kind| kind.as_str())) {
            Some(name) => format!("; did you mean `{name}`?"),
            None => String::new(),
        };
        Refusal::new(Code::ParameterInvalid, format!("there is no event `{kind}`{hint}")).at("type")
    })
}
