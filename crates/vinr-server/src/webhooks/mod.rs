//! Webhooks: where an account's events go, and what became of each. Rules are in `vinr_core::webhooks`; here they meet
//! rows. Sending is the business of `workers::deliver`.

pub(crate) mod attempts;
pub(crate) mod routes;
pub mod signature;
pub(crate) mod store;
pub(crate) mod wire;

use std::sync::Arc;

use vinr_core::events::{EventFilter, EventType};
use vinr_core::ids::{AccountId, EventId, WebhookDeliveryId, WebhookEndpointId};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::{Span, Timestamp, WallTime};
use vinr_core::webhooks::delivery::{self, Command as DeliveryCommand};
use vinr_core::webhooks::endpoint::{self, Command, Create, Event};
use vinr_core::webhooks::{Endpoint, EndpointStatus};
use vinr_store::Db;

use crate::context::AccountContext;
use crate::error::{ApiError, Result};
use crate::record::{EVENTS, Noun, Unit};
use crate::sealing::Sealer;
use crate::witness::Note;
use store::Stored;

/// Most enabled endpoints of an account: each event is a row for each of them.
pub(crate) const ENABLED_MAX: usize = 50;
/// Length of a new secret. Standard Webhooks wants 24 to 64 bytes.
const SECRET_BYTES: usize = 32;
/// How long attempts are kept in the log.
const LOG_KEPT: Span = Span::days(30);

/// What an endpoint is made of, before it has its secret.
pub(crate) struct NewEndpoint {
    /// The caller's choice.
    pub(crate) id: Option<WebhookEndpointId>,
    /// Checked already.
    pub(crate) url: String,
    /// None stands for all.
    pub(crate) enabled_events: Vec<EventFilter>,
    /// The merchant's own words.
    pub(crate) description: Option<String>,
    /// The merchant's own pairs.
    pub(crate) metadata: vinr_core::metadata::Metadata,
}

/// The name of the row that a sealed secret belongs to.
pub(crate) fn place(account: &AccountId, endpoint: &WebhookEndpointId) -> String {
    format!("{account} {endpoint}")
}

/// Makes an endpoint; the text is its secret, shown this once.
pub(crate) async fn create(unit: &mut Unit<'_>, ask: &NewEndpoint, sealer: &Sealer) -> Result<(Endpoint, String)> {
    let id = ask.id.clone().unwrap_or_else(|| WebhookEndpointId::from_bits(unit.env.id_bits()));
    if ask.id.is_some() && store::endpoint(unit.store, &id).await?.is_some() {
        let message = format!("there is already a webhook endpoint {id}");
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    check_room(unit)?;
    let (sealed, shown) = new_secret(unit, &id, sealer);
    let ask = Create {
        id,
        url: ask.url.clone(),
        enabled_events: ask.enabled_events.clone(),
        description: ask.description.clone(),
        metadata: ask.metadata.clone(),
        secret: sealed,
    };
    let endpoint = endpoint::create(ask, unit.now())?;
    store::claim_endpoint(unit.store, &endpoint)?;
    unit.note(|| Note::EndpointCreated(Box::new(endpoint.clone())));
    unit.bump_context();
    Ok((endpoint, shown))
}

/// Changes what is named; `pairs` merge into the metadata.
pub(crate) async fn update(
    unit: &mut Unit<'_>,
    id: &WebhookEndpointId,
    mut changes: endpoint::Changes,
    pairs: Option<Vec<(String, Option<String>)>>,
) -> Result<Endpoint> {
    let mut endpoint = load(unit, id).await?;
    if let Some(pairs) = pairs {
        changes.metadata = Some(endpoint.metadata.merged(pairs)?);
    }
    if changes.status == Some(EndpointStatus::Enabled) && endpoint.status == EndpointStatus::Disabled {
        check_room(unit)?;
    }
    let events = endpoint::decide(&endpoint, Command::Change(changes), unit.now())?;
    save(unit, &mut endpoint, &events)?;
    Ok(endpoint)
}

/// Gives an endpoint another secret, shown this once.
pub(crate) async fn rotate(
    unit: &mut Unit<'_>,
    id: &WebhookEndpointId,
    overlap: Span,
    sealer: &Sealer,
) -> Result<(Endpoint, String)> {
    let mut endpoint = load(unit, id).await?;
    let (secret, shown) = new_secret(unit, id, sealer);
    let command = Command::RotateSecret { secret, overlap, wall: unit.wall };
    let events = endpoint::decide(&endpoint, command, unit.now())?;
    save(unit, &mut endpoint, &events)?;
    Ok((endpoint, shown))
}

/// Asks an endpoint what is due: one that has been failing for too long is disabled, whether or not anything is sent
/// to it.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &WebhookEndpointId) -> Result<()> {
    let fired = Some(unit.now());
    let Some(mut endpoint) = store::endpoint(unit.store, id).await? else {
        unit.timer(Noun::WebhookEndpoint, id.as_str(), fired, None);
        return Ok(());
    };
    match endpoint::due(&endpoint) {
        Some((at, command)) if at <= unit.now() => {
            let events = endpoint::decide(&endpoint, command, unit.now())?;
            save(unit, &mut endpoint, &events)
        }
        later => {
            unit.timer(Noun::WebhookEndpoint, id.as_str(), fired, later.map(|(at, _)| at));
            Ok(())
        }
    }
}

/// Removes an endpoint. What is still on its way ends when it would be attempted next.
pub(crate) async fn delete(unit: &mut Unit<'_>, id: &WebhookEndpointId) -> Result<()> {
    let endpoint = load(unit, id).await?;
    unit.timer(Noun::WebhookEndpoint, id.as_str(), due_at(&endpoint), None);
    unit.store.remove(&store::ENDPOINTS, id.as_str());
    unit.note(|| Note::EndpointDeleted(id.clone()));
    unit.bump_context();
    Ok(())
}

/// Sends `webhook.test` to this endpoint alone, whatever it is subscribed to.
pub(crate) async fn test(unit: &mut Unit<'_>, id: &WebhookEndpointId) -> Result<Endpoint> {
    let endpoint = load(unit, id).await?;
    check_enabled(&endpoint)?;
    let data = shown(&endpoint, unit.wall)?;
    emit_to(unit, vec![(id.clone(), vec![EventFilter::all()])], EventType::WebhookTest, &data);
    Ok(endpoint)
}

/// Begins a new round of attempts for a delivery.
pub(crate) async fn redeliver(unit: &mut Unit<'_>, id: &WebhookDeliveryId) -> Result<Stored> {
    let mut stored = store::delivery(unit.store, id).await?.ok_or_else(|| missing_delivery(id))?;
    let endpoint = load(unit, &stored.delivery.endpoint.clone()).await?;
    check_enabled(&endpoint)?;
    unit.guard();
    let events = delivery::decide(&stored.delivery, DeliveryCommand::Redeliver, unit.now())?;
    for event in &events {
        delivery::evolve(&mut stored.delivery, event);
    }
    schedule(unit, &mut stored);
    store::update_delivery(unit.store, &stored);
    Ok(stored)
}

/// Makes new deliveries of an old event, one for each enabled endpoint that wants it; they keep the event's id and
/// number, and the delivery worker finds them.
pub(crate) async fn redeliver_event(unit: &mut Unit<'_>, id: &EventId) -> Result<Vec<Stored>> {
    let row = unit.store.load(&EVENTS, id.as_str()).await?;
    let row = row.ok_or_else(|| ApiError::missing("event", id.as_str()))?;
    let event_type = row.text(EVENTS.column("type"));
    let kind = EventType::parse(event_type).ok_or_else(|| ApiError::internal(format!("no event is a {event_type}")))?;
    unit.guard();
    let context = Arc::clone(&unit.context);
    let wanting = context.endpoints.iter().filter(|(_, filters)| filters.iter().any(|filter| filter.matches(kind)));
    let mut made = Vec::new();
    for (endpoint, _) in wanting {
        let new = WebhookDeliveryId::from_bits(unit.env.id_bits());
        let ask = delivery::Create { id: new, endpoint: endpoint.clone(), event: id.clone() };
        let delivery = delivery::create(ask, unit.now());
        let event_type = event_type.to_owned();
        let mut stored = Stored { delivery, event_type, wake: None, lease: None, last_error: None };
        schedule(unit, &mut stored);
        store::insert_delivery(unit.store, &stored);
        unit.note(|| Note::Redelivered { event: id.clone(), endpoint: endpoint.clone() });
        made.push(stored);
    }
    Ok(made)
}

/// Releases a delivery and sets its wake-up to when its next attempt is due.
pub(crate) fn schedule(unit: &Unit<'_>, stored: &mut Stored) {
    stored.lease = None;
    stored.wake = delivery::due(&stored.delivery).map(|due| unit.context.clock.wall_of(due));
}

/// Stages an endpoint after these events and tells everybody; an endpoint that was disabled by what it answered gets
/// its event, which goes to the others.
pub(crate) fn save(unit: &mut Unit<'_>, endpoint: &mut Endpoint, events: &[Event]) -> Result<()> {
    let due_before = due_at(endpoint);
    for event in events {
        endpoint::evolve(endpoint, event);
        unit.note(|| Note::Endpoint { id: endpoint.id.clone(), event: event.clone() });
    }
    if events.is_empty() {
        return Ok(());
    }
    store::update_endpoint(unit.store, endpoint)?;
    unit.timer(Noun::WebhookEndpoint, endpoint.id.as_str(), due_before, due_at(endpoint));
    // A count of failures is nothing that decisions remember.
    let told = |event: &Event| !matches!(event, Event::AttemptFailed { .. } | Event::Recovered);
    if events.iter().any(told) {
        unit.bump_context();
    }
    let by_itself =
        |event: &Event| matches!(event, Event::Disabled { reason } if *reason != endpoint::DisabledReason::ByHand);
    if events.iter().any(by_itself) {
        let others = unit.context.endpoints.iter().filter(|(id, _)| *id != endpoint.id).cloned().collect();
        let data = shown(endpoint, unit.wall)?;
        emit_to(unit, others, EventType::WebhookEndpointDisabled, &data);
    }
    Ok(())
}

/// Forgets attempts that are older than the log is kept.
pub(crate) async fn prune(db: &Db, now: WallTime) -> Result<u64> {
    store::prune(db, now.minus(LOG_KEPT)).await
}

/// Emits an event to these endpoints instead of all that the account has.
fn emit_to(unit: &mut Unit<'_>, endpoints: Vec<(WebhookEndpointId, Vec<EventFilter>)>, kind: EventType, data: &str) {
    let context = Arc::clone(&unit.context);
    unit.context = Arc::new(AccountContext {
        account: context.account.clone(),
        settings: context.settings.clone(),
        clock: context.clock,
        books: context.books.clone(),
        loyalty: context.loyalty.clone(),
        endpoints,
        version: context.version,
        created_at: context.created_at,
        api_version: context.api_version.clone(),
    });
    unit.emit(kind, data);
    unit.context = context;
}

fn due_at(endpoint: &Endpoint) -> Option<Timestamp> {
    endpoint::due(endpoint).map(|(at, _)| at)
}

fn shown(endpoint: &Endpoint, wall: WallTime) -> Result<String> {
    crate::http::reply::render(&wire::endpoint(endpoint, None, wall))
}

fn new_secret(unit: &Unit<'_>, id: &WebhookEndpointId, sealer: &Sealer) -> (Vec<u8>, String) {
    let secret: zeroize::Zeroizing<[u8; SECRET_BYTES]> = zeroize::Zeroizing::new(unit.env.entropy.bytes());
    let sealed = sealer.seal(&*secret, &place(&unit.context.account, id), &unit.env.entropy);
    (sealed, signature::shown(&*secret))
}

async fn load(unit: &mut Unit<'_>, id: &WebhookEndpointId) -> Result<Endpoint> {
    store::endpoint(unit.store, id).await?.ok_or_else(|| missing(id))
}

fn missing(id: &WebhookEndpointId) -> ApiError {
    ApiError::missing("webhook endpoint", id.as_str())
}

fn missing_delivery(id: &WebhookDeliveryId) -> ApiError {
    ApiError::missing("webhook delivery", id.as_str())
}

fn check_enabled(endpoint: &Endpoint) -> Result<()> {
    match endpoint.status {
        EndpointStatus::Enabled => Ok(()),
        EndpointStatus::Disabled => {
            let message = "this webhook endpoint is disabled; enable it first with `status: enabled`";
            Err(Refusal::new(Code::EndpointDisabled, message).into())
        }
    }
}

fn check_room(unit: &mut Unit<'_>) -> Result<()> {
    // What is refused here was decided on the context, so the context must be the present one.
    unit.guard();
    if unit.context.endpoints.len() < ENABLED_MAX {
        return Ok(());
    }
    let message = format!("an account has at most {ENABLED_MAX} enabled webhook endpoints; delete or disable one");
    Err(Refusal::new(Code::ParameterInvalid, message).into())
}
