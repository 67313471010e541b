//! A merchant's URL that receives events.
//!
//! ```text
//! enabled ──410, 5 days of failing, by hand──▶ disabled
//!    ▲                                             │
//!    └──────────────────by hand────────────────────┘
//! ```
//!
//! Refused: a change to a form that no endpoint may have, and an overlap of secrets that is too
//! long. The secrets are opaque here: the server seals and opens them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::events::{EventFilter, EventType};
use crate::ids::WebhookEndpointId;
use crate::metadata::Metadata;
use crate::refusal::{Code, Refusal};
use crate::time::{Span, Timestamp, WallTime};
use crate::webhooks::{Outcome, Verdict};
use crate::wire_enum::wire_enum;

/// An endpoint that answers no attempt for so long is disabled.
pub const FAILING_MAX: Span = Span::days(5);
/// After so many failures in a row, only one delivery at a time tries the endpoint.
pub const PROBE_AFTER_FAILURES: u32 = 5;
/// How long the previous secret stays good if nothing else is asked for.
pub const OVERLAP_DEFAULT: Span = Span::hours(24);
/// How long the previous secret may stay good.
pub const OVERLAP_MAX: Span = Span::days(30);
/// Most patterns of one endpoint.
pub const EVENT_FILTERS_MAX: usize = 100;
/// Longest URL, in bytes.
pub const URL_LENGTH_MAX: usize = 2_048;
/// Longest description, in characters.
pub const DESCRIPTION_LENGTH_MAX: usize = 500;

wire_enum! {
    /// Whether an endpoint receives events.
    pub enum EndpointStatus {
        /// It receives what its patterns choose.
        Enabled = "enabled",
        /// It receives nothing.
        Disabled = "disabled",
    }
}

wire_enum! {
    /// Why an endpoint was disabled.
    pub enum DisabledReason {
        /// The merchant wanted it.
        ByHand = "by_hand",
        /// It answered 410.
        Gone = "gone",
        /// It failed for five days.
        Failing = "failing",
    }
}

/// An endpoint's secret, sealed by the server.
pub type SealedSecret = Vec<u8>;

/// The secret before the last rotation, while receivers may still use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousSecret {
    /// The sealed secret.
    pub sealed: SealedSecret,
    /// From then on it signs nothing. Signatures are measured in wall time.
    pub until: WallTime,
}

/// An endpoint as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: WebhookEndpointId,
    /// Where deliveries go. Checked by the server: absolute, http or https, no credentials.
    pub url: String,
    /// Which events it wants.
    pub enabled_events: Vec<EventFilter>,
    /// The merchant's own words.
    pub description: Option<String>,
    /// The merchant's own notes.
    pub metadata: Metadata,
    /// Whether it receives events.
    pub status: EndpointStatus,
    /// Why not; only while disabled.
    pub disabled_reason: Option<DisabledReason>,
    /// What its deliveries are signed with.
    pub secret: SealedSecret,
    /// What they were signed with before.
    pub previous_secret: Option<PreviousSecret>,
    /// When the first of the failures since its last success was.
    pub failing_since: Option<Timestamp>,
    /// Failed attempts since its last success.
    pub failure_streak: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Endpoint {
    /// Whether an event is to be delivered here.
    pub fn wants(&self, event: EventType) -> bool {
        self.status == EndpointStatus::Enabled && self.enabled_events.iter().any(|filter| filter.matches(event))
    }

    /// Whether it has failed so often that one delivery at a time tries it.
    pub const fn is_probed(&self) -> bool {
        self.failure_streak >= PROBE_AFTER_FAILURES
    }

    /// The previous secret, if deliveries still are to be signed with it too.
    pub fn previous_secret_at(&self, wall: WallTime) -> Option<&SealedSecret> {
        self.previous_secret.as_ref().filter(|previous| wall < previous.until).map(|p| &p.sealed)
    }
}

/// What makes an endpoint.
#[derive(Clone, Debug)]
pub struct Create {
    /// A fresh id, or the caller's.
    pub id: WebhookEndpointId,
    /// Where deliveries go, checked by the server.
    pub url: String,
    /// Which events it wants; none stands for all.
    pub enabled_events: Vec<EventFilter>,
    /// The merchant's own words.
    pub description: Option<String>,
    /// The merchant's own notes.
    pub metadata: Metadata,
    /// A fresh secret.
    pub secret: SealedSecret,
}

/// New values for what is named; nothing stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Where deliveries go, checked by the server.
    pub url: Option<String>,
    /// Which events it wants.
    pub enabled_events: Option<Vec<EventFilter>>,
    /// The merchant's own words; `Some(None)` takes them away.
    pub description: Option<Option<String>>,
    /// The merged notes.
    pub metadata: Option<Metadata>,
    /// Whether it receives events.
    pub status: Option<EndpointStatus>,
}

/// What can be asked of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// The merchant changes it.
    Change(Changes),
    /// The merchant wants another secret.
    RotateSecret {
        /// A fresh secret.
        secret: SealedSecret,
        /// How long the present one stays good beside it.
        overlap: Span,
        /// Now, on the wall.
        wall: WallTime,
    },
    /// An attempt to reach it ended.
    Record(Outcome),
    /// It may have been failing for too long.
    CheckFailing,
}

/// What happened to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Its description of itself changed.
    Changed(Changes),
    /// It has another secret.
    SecretRotated {
        /// The new one.
        secret: SealedSecret,
        /// The one before, if it stays good for a while.
        previous: Option<PreviousSecret>,
    },
    /// An attempt failed.
    AttemptFailed {
        /// When.
        at: Timestamp,
    },
    /// An attempt succeeded after others had failed.
    Recovered,
    /// It receives nothing from now on.
    Disabled {
        /// Why.
        reason: DisabledReason,
    },
    /// It receives events again.
    Enabled,
}

/// An enabled endpoint.
pub fn create(ask: Create, now: Timestamp) -> Result<Endpoint, Refusal> {
    check_url(&ask.url)?;
    check_description(ask.description.as_deref())?;
    let enabled_events = if ask.enabled_events.is_empty() {
        vec![EventFilter::all()]
    } else {
        check_filters(&ask.enabled_events)?;
        ask.enabled_events
    };
    Ok(Endpoint {
        id: ask.id,
        url: ask.url,
        enabled_events,
        description: ask.description,
        metadata: ask.metadata,
        status: EndpointStatus::Enabled,
        disabled_reason: None,
        secret: ask.secret,
        previous_secret: None,
        failing_since: None,
        failure_streak: 0,
        created_at: now,
    })
}

/// What a command leads to.
pub fn decide(endpoint: &Endpoint, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Change(changes) => change(endpoint, changes),
        Command::RotateSecret { secret, overlap, wall } => {
            check_overlap(overlap)?;
            let previous = (overlap > Span::ZERO)
                .then(|| PreviousSecret { sealed: endpoint.secret.clone(), until: wall.plus(overlap) });
            Ok(vec![Event::SecretRotated { secret, previous }])
        }
        Command::Record(outcome) => Ok(record(endpoint, outcome.verdict(), now)),
        Command::CheckFailing => match due(endpoint) {
            Some((at, _)) if at <= now => Ok(vec![Event::Disabled { reason: DisabledReason::Failing }]),
            // It answered since, or was disabled already.
            Some(_) | None => Ok(vec![]),
        },
    }
}

/// The endpoint after an event.
pub fn evolve(endpoint: &mut Endpoint, event: &Event) {
    match event {
        Event::Changed(changes) => apply(endpoint, changes),
        Event::SecretRotated { secret, previous } => {
            endpoint.secret.clone_from(secret);
            endpoint.previous_secret.clone_from(previous);
        }
        Event::AttemptFailed { at } => {
            endpoint.failing_since = endpoint.failing_since.or(Some(*at));
            endpoint.failure_streak = endpoint.failure_streak.saturating_add(1);
        }
        Event::Recovered => {
            endpoint.failing_since = None;
            endpoint.failure_streak = 0;
        }
        Event::Disabled { reason } => {
            endpoint.status = EndpointStatus::Disabled;
            endpoint.disabled_reason = Some(*reason);
        }
        Event::Enabled => {
            endpoint.status = EndpointStatus::Enabled;
            endpoint.disabled_reason = None;
            endpoint.failing_since = None;
            endpoint.failure_streak = 0;
        }
    }
}

/// When it will have been failing for too long, and what to ask then.
pub fn due(endpoint: &Endpoint) -> Option<(Timestamp, Command)> {
    let failing_since = endpoint.failing_since?;
    match endpoint.status {
        EndpointStatus::Enabled => Some((failing_since.plus(FAILING_MAX), Command::CheckFailing)),
        EndpointStatus::Disabled => None,
    }
}

fn change(endpoint: &Endpoint, mut changes: Changes) -> Result<Vec<Event>, Refusal> {
    if let Some(url) = &changes.url {
        check_url(url)?;
    }
    if let Some(description) = &changes.description {
        check_description(description.as_deref())?;
    }
    if let Some(filters) = &changes.enabled_events {
        check_filters(filters)?;
    }
    let switched = match (endpoint.status, changes.status.take()) {
        (EndpointStatus::Enabled, Some(EndpointStatus::Disabled)) => {
            Some(Event::Disabled { reason: DisabledReason::ByHand })
        }
        (EndpointStatus::Disabled, Some(EndpointStatus::Enabled)) => Some(Event::Enabled),
        // It is what it shall be.
        (EndpointStatus::Enabled, Some(EndpointStatus::Enabled) | None)
        | (EndpointStatus::Disabled, Some(EndpointStatus::Disabled) | None) => None,
    };
    let described = (changes != Changes::default()).then_some(Event::Changed(changes));
    Ok(described.into_iter().chain(switched).collect())
}

fn record(endpoint: &Endpoint, verdict: Verdict, now: Timestamp) -> Vec<Event> {
    match (endpoint.status, verdict) {
        (EndpointStatus::Enabled, Verdict::Accepted) if endpoint.failing_since.is_some() => {
            vec![Event::Recovered]
        }
        // The usual case writes nothing.
        (EndpointStatus::Enabled, Verdict::Accepted) => vec![],
        (EndpointStatus::Enabled, Verdict::Gone) => {
            vec![Event::AttemptFailed { at: now }, Event::Disabled { reason: DisabledReason::Gone }]
        }
        (EndpointStatus::Enabled, Verdict::Retry { .. }) => {
            let failing_since = endpoint.failing_since.unwrap_or(now);
            let failed = Event::AttemptFailed { at: now };
            if now.since(failing_since) >= FAILING_MAX {
                vec![failed, Event::Disabled { reason: DisabledReason::Failing }]
            } else {
                vec![failed]
            }
        }
        // An attempt that was under way when it was disabled says nothing new.
        (EndpointStatus::Disabled, _) => vec![],
    }
}

fn apply(endpoint: &mut Endpoint, changes: &Changes) {
    let Changes { url, enabled_events, description, metadata, status: _ } = changes;
    if let Some(url) = url {
        endpoint.url.clone_from(url);
    }
    if let Some(enabled_events) = enabled_events {
        endpoint.enabled_events.clone_from(enabled_events);
    }
    if let Some(description) = description {
        endpoint.description.clone_from(description);
    }
    if let Some(metadata) = metadata {
        endpoint.metadata.clone_from(metadata);
    }
}

fn check_url(url: &str) -> Result<(), Refusal> {
    if (1..=URL_LENGTH_MAX).contains(&url.len()) {
        return Ok(());
    }
    Err(refusal("url", format!("expected a URL of {URL_LENGTH_MAX} bytes at most")))
}

fn check_description(description: Option<&str>) -> Result<(), Refusal> {
    if description.is_none_or(|text| text.chars().count() <= DESCRIPTION_LENGTH_MAX) {
        return Ok(());
    }
    Err(refusal("description", format!("expected {DESCRIPTION_LENGTH_MAX} characters at most")))
}

fn check_filters(filters: &[EventFilter]) -> Result<(), Refusal> {
    if (1..=EVENT_FILTERS_MAX).contains(&filters.len()) {
        return Ok(());
    }
    Err(refusal("enabledEvents", format!("expected 1 to {EVENT_FILTERS_MAX} event names")))
}

fn check_overlap(overlap: Span) -> Result<(), Refusal> {
    if (Span::ZERO..=OVERLAP_MAX).contains(&overlap) {
        return Ok(());
    }
    Err(refusal("overlapHours", "expected 0 to 720 hours".into()))
}

fn refusal(param: &'static str, message: String) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message).at(param)
}

#[cfg(test)]
mod tests;
