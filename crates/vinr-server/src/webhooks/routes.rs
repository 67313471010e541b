//! The endpoints of webhooks. `/v1/webhook-endpoints` is the same resource as `/v1/webhooks`.

use futures_util::future::BoxFuture;
use vinr_core::events::EventFilter;
use vinr_core::ids::{EventId, WebhookDeliveryId, WebhookEndpointId};
use vinr_core::keys::{Environment, Family};
use vinr_core::metadata::Metadata;
use vinr_core::refusal::Code;
use vinr_core::time::Span;
use vinr_core::webhooks::endpoint::{Changes, OVERLAP_DEFAULT};
use vinr_core::webhooks::{Endpoint as WebhookEndpoint, EndpointStatus};
use vinr_store::Read;

use super::{NewEndpoint, store, wire};
use crate::egress::check_url;
use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::chosen_id;
use crate::http::idempotency::answer;
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;
use crate::sealing::Sealer;

const FAMILY: Family = Family::Webhooks;

/// The paths of one spelling of the resource.
struct Paths {
    all: &'static str,
    one: &'static str,
    rotate: &'static str,
    test: &'static str,
    deliveries: &'static str,
}

const SPELLINGS: [Paths; 2] = [
    Paths {
        all: "/v1/webhooks",
        one: "/v1/webhooks/{id}",
        rotate: "/v1/webhooks/{id}/rotate-secret",
        test: "/v1/webhooks/{id}/test",
        deliveries: "/v1/webhooks/{id}/deliveries",
    },
    Paths {
        all: "/v1/webhook-endpoints",
        one: "/v1/webhook-endpoints/{id}",
        rotate: "/v1/webhook-endpoints/{id}/rotate-secret",
        test: "/v1/webhook-endpoints/{id}/test",
        deliveries: "/v1/webhook-endpoints/{id}/deliveries",
    },
];

/// What can be asked of webhooks.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let mut all: Vec<Endpoint> = SPELLINGS.iter().flat_map(resource).collect();
    all.push(Endpoint::get::<wire::WithLog>(
        "/v1/webhook-deliveries/{id}",
        FAMILY,
        "Retrieve a delivery with its attempts",
        retrieve_delivery,
    ));
    all.push(
        Endpoint::post::<wire::ShownDelivery>(
            "/v1/webhook-deliveries/{id}/redeliver",
            FAMILY,
            "Deliver again",
            redeliver,
        )
        .codes(&[Code::EndpointDisabled]),
    );
    all.push(Endpoint::post::<wire::Redelivered>(
        "/v1/events/{id}/redeliver",
        FAMILY,
        "Deliver an event again to every endpoint that wants it",
        redeliver_event,
    ));
    all
}

fn resource(paths: &Paths) -> Vec<Endpoint> {
    use Endpoint as E;
    vec![
        E::post::<wire::Shown>(paths.all, FAMILY, "Register a webhook endpoint", create)
            .body::<wire::Create>()
            .codes(&[Code::ResourceExists]),
        E::get::<Listed<wire::Shown>>(paths.all, FAMILY, "List webhook endpoints", list).query::<wire::EndpointQuery>(),
        E::get::<wire::Shown>(paths.one, FAMILY, "Retrieve a webhook endpoint", retrieve),
        E::patch::<wire::Shown>(paths.one, FAMILY, "Change a webhook endpoint", update).body::<wire::Update>(),
        E::post::<wire::Shown>(paths.one, FAMILY, "Change a webhook endpoint", update).body::<wire::Update>(),
        E::delete::<wire::Removed>(paths.one, FAMILY, "Remove a webhook endpoint", delete),
        E::post::<wire::Shown>(paths.rotate, FAMILY, "Replace the secret", rotate).body::<wire::Rotate>(),
        E::post::<wire::Shown>(paths.test, FAMILY, "Send a test event", test).codes(&[Code::EndpointDisabled]),
        E::get::<Listed<wire::ShownDelivery>>(paths.deliveries, FAMILY, "List deliveries", deliveries)
            .query::<wire::DeliveryQuery>(),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask = new_endpoint(call.body()?, call.app.settings.environment)?;
        let data = (ask, Sealer::of_webhooks(&call.app.settings.keyring.first()));
        answer(&call, "webhook_create", data, |unit, (ask, sealer)| {
            Box::pin(async move {
                let (endpoint, secret) = super::create(unit, ask, sealer).await?;
                Reply::ok(&wire::endpoint(&endpoint, Some(secret), unit.wall))
            })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let wall = call.app.env.wall();
        let page: wire::EndpointQuery = call.query()?;
        let shown = list::page(&call.app.db, call.account(), &store::ENDPOINT_LIST, &page, Vec::new(), |row| {
            let endpoint = store::listed_endpoint(row);
            (endpoint.id.as_str().to_owned(), wire::endpoint(&endpoint, None, wall))
        });
        Reply::ok(&shown.await?)
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let endpoint = existing(&call, &call.app.db).await?;
        Reply::ok(&wire::endpoint(&endpoint, None, call.app.env.wall()))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, WebhookEndpointId::parse)?;
        let (changes, pairs) = changes(call.body()?, call.app.settings.environment)?;
        answer(&call, "webhook_update", (id, changes, pairs), |unit, (id, changes, pairs)| {
            Box::pin(async move {
                let endpoint = super::update(unit, id, changes.clone(), pairs.clone()).await?;
                Reply::ok(&wire::endpoint(&endpoint, None, unit.wall))
            })
        })
        .await
    })
}

fn delete(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, WebhookEndpointId::parse)?;
        answer(&call, "webhook_delete", id, |unit, id| {
            Box::pin(async move {
                super::delete(unit, id).await?;
                Reply::ok(&wire::Removed { id: id.as_str().to_owned(), object: "webhook_endpoint", deleted: true })
            })
        })
        .await
    })
}

fn rotate(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, WebhookEndpointId::parse)?;
        let ask: wire::Rotate = call.body()?;
        let overlap = ask.overlap_hours.map_or(OVERLAP_DEFAULT, Span::hours);
        let data = (id, overlap, Sealer::of_webhooks(&call.app.settings.keyring.first()));
        answer(&call, "webhook_rotate", data, |unit, (id, overlap, sealer)| {
            Box::pin(async move {
                let (endpoint, secret) = super::rotate(unit, id, *overlap, sealer).await?;
                Reply::ok(&wire::endpoint(&endpoint, Some(secret), unit.wall))
            })
        })
        .await
    })
}

fn test(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, WebhookEndpointId::parse)?;
        answer(&call, "webhook_test", id, |unit, id| {
            Box::pin(async move {
                let endpoint = super::test(unit, id).await?;
                Reply::ok(&wire::endpoint(&endpoint, None, unit.wall))
            })
        })
        .await
    })
}

fn deliveries(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let snapshot = call.app.db.snapshot().await?;
        let endpoint = existing(&call, &snapshot).await?;
        let ask: wire::DeliveryQuery = call.query()?;
        let mut filters: Vec<list::Filter> = vec![("endpoint_id", endpoint.id.as_str().into())];
        filters.extend(ask.status.map(|status| ("status", status.into())));
        let shown = list::page_in(&snapshot, call.account(), &store::DELIVERY_LIST, &ask.page, filters, |row| {
            let stored = store::listed_delivery(row);
            (stored.delivery.id.as_str().to_owned(), wire::delivery(&stored))
        });
        Reply::ok(&shown.await?)
    })
}

fn retrieve_delivery(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, WebhookDeliveryId::parse)?;
        let (snapshot, account) = (call.app.db.snapshot().await?, call.account());
        let found = store::peek_delivery(&snapshot, account, &id).await?;
        let stored = found.ok_or_else(|| super::missing_delivery(&id))?;
        Reply::ok(&wire::with_log(&stored, store::attempts(&snapshot, account, &id).await?))
    })
}

fn redeliver(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, WebhookDeliveryId::parse)?;
        let reply = answer(&call, "webhook_redeliver", id, |unit, id| {
            Box::pin(async move { Reply::ok(&wire::delivery(&super::redeliver(unit, id).await?)) })
        })
        .await?;
        call.app.workers.deliverer.look();
        Ok(reply)
    })
}

fn redeliver_event(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, EventId::parse)?;
        let reply = answer(&call, "event_redeliver", id, |unit, id| {
            Box::pin(async move {
                let made = super::redeliver_event(unit, id).await?;
                Reply::ok(&wire::Redelivered { object: "list", data: made.iter().map(wire::delivery).collect() })
            })
        })
        .await?;
        call.app.workers.deliverer.look();
        Ok(reply)
    })
}

async fn existing(call: &Call, reads: &impl Read) -> Result<WebhookEndpoint> {
    let id = call.id(0, WebhookEndpointId::parse)?;
    store::peek_endpoint(reads, call.account(), &id).await?.ok_or_else(|| super::missing(&id))
}

/// Reads what an endpoint is to be made of, with all its problems together.
fn new_endpoint(ask: wire::Create, environment: Environment) -> Result<NewEndpoint> {
    let mut problems = Problems::default();
    let id = problems.note(chosen_id(ask.id.as_deref(), WebhookEndpointId::parse, environment)).flatten();
    problems.note(check_url(&ask.url, environment));
    let enabled_events = filters(&ask.enabled_events.unwrap_or_default(), &mut problems);
    let pairs = ask.metadata.unwrap_or_default().pairs();
    let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
    problems.told()?;
    Ok(NewEndpoint { id, url: ask.url, enabled_events, description: ask.description, metadata })
}

type Pairs = Option<Vec<(String, Option<String>)>>;

fn changes(ask: wire::Update, environment: Environment) -> Result<(Changes, Pairs)> {
    let mut problems = Problems::default();
    if let Some(url) = &ask.url {
        problems.note(check_url(url, environment));
    }
    let enabled_events = ask.enabled_events.map(|names| filters(&names, &mut problems));
    problems.told()?;
    let changes = Changes {
        url: ask.url,
        enabled_events,
        description: ask.description,
        metadata: None,
        status: ask.status.as_deref().and_then(EndpointStatus::parse),
    };
    Ok((changes, ask.metadata.map(|pairs| pairs.pairs().collect())))
}

fn filters(names: &[String], problems: &mut Problems) -> Vec<EventFilter> {
    let mut filters = Vec::with_capacity(names.len());
    for filter in names.iter().filter_map(|name| problems.note(EventFilter::parse(name))) {
        if !filters.contains(&filter) {
            filters.push(filter);
        }
    }
    filters
}
