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
use crate::error::{ApiError, Result};
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
        if let Some(after) = query.after {
            return follow(&call, &query, after).await;
        }
        let mut filters = Vec::new();
        if let Some(kind) = &query.kind {
            filters.push(("type", checked(kind)?.as_str().into()));
        }
        let read = |row: &vinr_store::Row| {
            let (event, sequence) = store::read(row);
            (event.id.to_string(), rendered(&event, sequence))
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        Reply::ok(&page)
    })
}

/// Oldest first from a number on; waits for the next event when there is none.
async fn follow(call: &Call, query: &wire::Query, after: i64) -> Result<Reply> {
    let limit = query.page.limit.unwrap_or(100);
    let deadline = Instant::now() + Duration::from_secs(query.wait.unwrap_or(0));
    let mut poller = call.app.workers.pollers.wait(call.account());
    let mut seen = after;
    loop {
        let found = store::after(&call.app.db, call.account(), after, limit + 1).await?;
        if found.is_empty() {
            let over = tokio::time::timeout_at(deadline, call.app.workers.stopping());
            if let Either::Left((last, _)) = select(pin!(poller.beyond(seen)), pin!(over)).await {
                seen = last;
                continue;
            }
        }
        let has_more = i64::try_from(found.len()).is_ok_and(|found| found > limit);
        let shown = found.iter().take(usize::try_from(limit).unwrap_or(usize::MAX));
        let data: Vec<_> = shown.map(|(event, sequence)| rendered(event, *sequence)).collect();
        let next_cursor = found.last().filter(|_| has_more).map(|(event, _)| event.id.to_string());
        return Reply::ok(&Listed { object: "list", data, page: Position { has_more, next_cursor } });
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

fn checked(kind: &str) -> Result<EventType> {
    EventType::parse(kind).ok_or_else(|| {
        let hint = match nearest(kind, EventType::ALL.iter().map(|kind| kind.as_str())) {
            Some(name) => format!("; did you mean `{name}`?"),
            None => String::new(),
        };
        ApiError::from(Refusal::new(Code::ParameterInvalid, format!("there is no event `{kind}`{hint}")).at("type"))
    })
}
