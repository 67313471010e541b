//! Events as JSON (spec/webhooks.md).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use vinr_core::ids::EventId;

use crate::http::list::Page;

/// Which events to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<EventId>,
    /// Only of this type. With `after` too: then the events between are passed over, and what follows is asked for with
    /// `nextCursor`, or with the number of the last event that came.
    #[serde(rename = "type")]
    #[schemars(length(max = 64))]
    pub(crate) kind: Option<String>,
    /// Oldest first, from the event after this number on; without cursors and `created`.
    #[schemars(range(min = 0))]
    pub(crate) after: Option<i64>,
    /// With `after`: wait so many seconds for an event when there is none yet.
    #[schemars(range(min = 0, max = 30))]
    pub(crate) wait: Option<u64>,
}

/// An event as the API shows and sends it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Event")]
pub(crate) struct Shown {
    id: String,
    object: String,
    #[serde(rename = "type")]
    kind: String,
    /// When it happened, unix seconds: events have no `created_at`.
    created: i64,
    api_version: String,
    sequence: i64,
    data: Value,
}
