//! Webhook endpoints and deliveries as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::events::EventFilter;
use vinr_core::ids::{WebhookDeliveryId, WebhookEndpointId};
use vinr_core::time::{Timestamp, WallTime};
use vinr_core::webhooks::Endpoint;
use vinr_core::webhooks::endpoint::DisabledReason;

use super::store::{Attempt, Stored};
use crate::http::formats::{MetadataInput, named};
use crate::http::list::Page;

/// What makes an endpoint.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your choice (sandbox only).
    #[schemars(extend("format" = "id:we"))]
    pub(crate) id: Option<String>,
    /// Where deliveries go: absolute, http or https; in live https on port 443.
    #[schemars(extend("format" = "url"), length(min = 1, max = 2048))]
    pub(crate) url: String,
    /// Names such as `payment.completed`, families such as `payment.*`, or `*` for all (the default).
    #[schemars(length(max = 100))]
    pub(crate) enabled_events: Option<Vec<String>>,
    /// Your own words.
    #[schemars(extend("format" = "printable"), length(max = 500))]
    pub(crate) description: Option<String>,
    /// Your own pairs.
    pub(crate) metadata: Option<MetadataInput>,
}

/// What can be changed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Update {
    /// Where deliveries go.
    #[schemars(extend("format" = "url"), length(min = 1, max = 2048))]
    pub(crate) url: Option<String>,
    /// Names such as `payment.completed`, families such as `payment.*`, or `*` for all.
    #[schemars(length(min = 1, max = 100))]
    pub(crate) enabled_events: Option<Vec<String>>,
    /// Your own words; null takes them away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(extend("format" = "printable"), length(max = 500))]
    pub(crate) description: Option<Option<String>>,
    /// Pairs to set; null or an empty text removes one.
    pub(crate) metadata: Option<MetadataInput>,
    /// `enabled` or `disabled`.
    #[schemars(extend("enum" = ["enabled", "disabled", null]))]
    pub(crate) status: Option<String>,
}

/// How a secret is replaced.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Rotate {
    /// For how many hours the present secret keeps signing beside the new one; 24 if nothing is said.
    #[schemars(range(min = 0, max = 720))]
    pub(crate) overlap_hours: Option<i64>,
}

/// Which endpoints are listed.
pub(crate) type EndpointQuery = Page<WebhookEndpointId>;

/// Which deliveries are listed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeliveryQuery {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<WebhookDeliveryId>,
    /// Only deliveries that stand like this.
    #[schemars(extend("enum" = ["pending", "delivered", "failed", null]))]
    pub(crate) status: Option<String>,
}

/// A webhook endpoint.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookEndpoint")]
pub(crate) struct Shown {
    id: String,
    /// Always `webhook_endpoint`.
    object: &'static str,
    url: String,
    enabled_events: Vec<String>,
    description: Option<String>,
    /// `enabled` or `disabled`.
    status: &'static str,
    /// `by_hand`, `gone` (it answered 410) or `failing` (for five days).
    disabled_reason: Option<&'static str>,
    /// What deliveries are signed with; shown at creation and rotation only.
    secret: Option<String>,
    /// Until when the previous secret signs too.
    previous_secret_expires_at: Option<String>,
    /// Since when no attempt has been accepted.
    failing_since: Option<String>,
    metadata: BTreeMap<String, String>,
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A removed endpoint.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DeletedWebhookEndpoint")]
pub(crate) struct Removed {
    pub(crate) id: String,
    /// Always `webhook_endpoint`.
    pub(crate) object: &'static str,
    /// Always true.
    pub(crate) deleted: bool,
}

/// One event on its way to one endpoint.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookDelivery")]
pub(crate) struct ShownDelivery {
    id: String,
    /// Always `webhook_delivery`.
    object: &'static str,
    endpoint_id: String,
    event_id: String,
    event_type: String,
    /// `pending`, `delivered` or `failed`.
    status: &'static str,
    /// Attempts that ended.
    attempts: u32,
    next_attempt_at: Option<String>,
    last_attempt_at: Option<String>,
    /// The HTTP status of the last attempt, if there was an answer.
    last_response_status: Option<u16>,
    /// Why the last attempt got no answer.
    last_error: Option<String>,
    #[serde(rename = "created_at")]
    created_at: String,
}

/// The new deliveries of an event.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "RedeliveredEvent")]
pub(crate) struct Redelivered {
    /// Always `list`.
    pub(crate) object: &'static str,
    /// One delivery for each enabled endpoint that wants the event.
    pub(crate) data: Vec<ShownDelivery>,
}

/// A delivery with the log of its attempts.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookDeliveryWithLog")]
pub(crate) struct WithLog {
    #[serde(flatten)]
    delivery: ShownDelivery,
    /// The newest 50 attempts, the newest first.
    attempt_log: Vec<ShownAttempt>,
}

/// One attempt.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "WebhookAttempt")]
pub(crate) struct ShownAttempt {
    /// When it began, by the wall's clock.
    attempted_at: String,
    /// How long it took, in milliseconds.
    duration_ms: i64,
    response_status: Option<u16>,
    /// The first 4 KiB of the answer.
    response_body: String,
    /// Why there was no answer.
    error: Option<String>,
}

/// An endpoint as it is shown, with its secret when it was just made.
pub(crate) fn endpoint(endpoint: &Endpoint, secret: Option<String>, wall: WallTime) -> Shown {
    let previous = endpoint.previous_secret.as_ref().filter(|previous| wall < previous.until);
    Shown {
        id: endpoint.id.as_str().to_owned(),
        object: "webhook_endpoint",
        url: endpoint.url.clone(),
        enabled_events: endpoint.enabled_events.iter().map(EventFilter::to_string).collect(),
        description: endpoint.description.clone(),
        status: endpoint.status.as_str(),
        disabled_reason: endpoint.disabled_reason.map(DisabledReason::as_str),
        secret,
        previous_secret_expires_at: previous.map(|previous| previous.until.rfc3339()),
        failing_since: endpoint.failing_since.map(Timestamp::rfc3339),
        metadata: endpoint.metadata.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
        created_at: endpoint.created_at.rfc3339(),
    }
}

/// A delivery as it is shown.
pub(crate) fn delivery(stored: &Stored) -> ShownDelivery {
    let delivery = &stored.delivery;
    ShownDelivery {
        id: delivery.id.as_str().to_owned(),
        object: "webhook_delivery",
        endpoint_id: delivery.endpoint.as_str().to_owned(),
        event_id: delivery.event.as_str().to_owned(),
        event_type: stored.event_type.clone(),
        status: delivery.status.as_str(),
        attempts: delivery.attempts,
        next_attempt_at: delivery.next_attempt_at.map(Timestamp::rfc3339),
        last_attempt_at: delivery.last_attempt_at.map(Timestamp::rfc3339),
        last_response_status: delivery.last_response_status,
        last_error: stored.last_error.clone(),
        created_at: delivery.created_at.rfc3339(),
    }
}

/// A delivery with its log.
pub(crate) fn with_log(stored: &Stored, attempts: Vec<Attempt>) -> WithLog {
    let shown = attempts.into_iter().map(|attempt| ShownAttempt {
        attempted_at: attempt.attempted.rfc3339(),
        duration_ms: attempt.duration_ms,
        response_status: attempt.status,
        response_body: attempt.response_body,
        error: attempt.error,
    });
    WithLog { delivery: delivery(stored), attempt_log: shown.collect() }
}
