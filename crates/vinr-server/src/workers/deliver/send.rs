//! One attempt: who is sent to and with which signatures, the request, and what is recorded of it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use vinr_core::ids::{AccountId, WebhookDeliveryId};
use vinr_core::keys::KeyKind;
use vinr_core::time::{Span, WallTime};
use vinr_core::webhooks::{Endpoint, EndpointStatus, Outcome, Unreached, Verdict};

use super::ANSWER_TIMEOUT_MS;
use super::lanes::{Accepted, Parcel};
use crate::app::{App, Task};
use crate::egress::EgressError;
use crate::env::{Answer, Post};
use crate::error::{ApiError, Result};
use crate::http::auth::store::{Key, of_account};
use crate::sealing::Sealer;
use crate::webhooks::attempts::{Recorded, Report, record};
use crate::webhooks::place;
use crate::webhooks::signature::{Secret, Signers, headers, of_key_digest};
use crate::webhooks::store::{Attempt, peek_endpoint};

/// How long what is known of an endpoint serves. A change of endpoint or keys ends it at once, in this process.
const KNOWN: Span = Span::seconds(1);

/// An endpoint with everything that signs its deliveries.
pub(super) struct Target {
    pub(super) endpoint: Endpoint,
    /// The present secret.
    secret: Secret,
    /// The previous one and its end.
    previous: Option<(Secret, WallTime)>,
    /// Secret keys, the newest first, each with what it derives to.
    keys: Vec<(Key, Secret)>,
    /// The account's guard when this was read.
    version: i64,
    read: WallTime,
}

impl Target {
    /// What signs at this moment.
    fn signers(&self, now: WallTime) -> Signers {
        let previous = self.previous.iter().filter(|(_, until)| now < *until).map(|(secret, _)| secret.clone());
        let keys = self.keys.iter().filter(|(key, _)| key.is_active(now)).map(|(_, secret)| secret.clone());
        Signers { endpoint: std::iter::once(self.secret.clone()).chain(previous).collect(), keys: keys.collect() }
    }
}

/// Counts an attempt as ended however it ends.
struct Ended<'a> {
    app: &'a App,
    parcel: &'a Parcel,
    probed: Option<bool>,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Parcel { account, delivery, .. } = self.parcel;
            tracing::error!(%account, %delivery, "a delivery panicked and is tried again when its lease ends");
        }
        let deliverer = &self.app.workers.deliverer;
        deliverer.lanes().ended(self.parcel, self.probed);
        deliverer.work.notify_one();
        deliverer.ended.notify_waiters();
    }
}

/// Sends a delivery that its lane has started, and those that wait behind it as long as they are accepted.
pub(super) async fn send_queued(app: App, parcel: Parcel) {
    let mut next = Some(parcel);
    while let Some(parcel) = next.take() {
        let mut ended = Ended { app: &app, parcel: &parcel, probed: None };
        let report = match ask(&app, &parcel, ANSWER_TIMEOUT_MS).await {
            Ok(report) if report.is_plain_success() && app.workers.deliverer.lanes().records(&parcel) => {
                next = app.workers.deliverer.lanes().accepted(&parcel, report, Instant::now());
                // It is in the lane's hands now, and ends when it is recorded.
                std::mem::forget(ended);
                app.workers.deliverer.work.notify_one();
                continue;
            }
            other => other,
        };
        ended.probed = settled(&app, &parcel, report).await;
    }
}

/// Sends a leased delivery and records what it came to.
pub(super) async fn send(app: &App, parcel: &Parcel, timeout_ms: u64) {
    let report = ask(app, parcel, timeout_ms).await;
    settled(app, parcel, report).await;
}

/// Records what an attempt came to; answers whether the endpoint is probed, if that is new.
async fn settled(app: &App, parcel: &Parcel, report: Result<Report>) -> Option<bool> {
    let recorded = match report {
        Ok(report) => record_alone(app, &parcel.account, report).await,
        Err(error) => Err(error),
    };
    match recorded {
        Ok(Recorded::Done { probed }) => {
            if probed.is_some() {
                app.workers.deliverer.lanes().forget(&parcel.account, &parcel.endpoint);
            }
            probed
        }
        Ok(Recorded::Lost) => None,
        Err(error) => {
            warn(&parcel.delivery, &error);
            None
        }
    }
}

async fn record_alone(app: &App, account: &AccountId, report: Report) -> Result<Recorded> {
    let task = Task::worker(account, "webhook_attempt");
    app.run(task, Arc::new(report), |unit, report| Box::pin(record(unit, report))).await
}

fn warn(delivery: &WebhookDeliveryId, error: &ApiError) {
    let cause = error.source.as_deref().unwrap_or("no cause given");
    tracing::warn!(%delivery, %error, cause, "an attempt is not recorded and will be repeated");
}

/// Counts deliveries as recorded however that ends.
struct Done<'a> {
    app: &'a App,
    accepted: Accepted,
}

impl Drop for Done<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let deliveries: Vec<&str> = self.accepted.reports.iter().map(|report| report.delivery.as_str()).collect();
            tracing::error!(account = %self.accepted.account, ?deliveries, "recording deliveries panicked");
        }
        let deliverer = &self.app.workers.deliverer;
        deliverer.lanes().recorded(&self.accepted);
        deliverer.work.notify_one();
        deliverer.ended.notify_waiters();
    }
}

/// Records what one endpoint has accepted, by one unit of work.
pub(super) async fn record_accepted(app: App, accepted: Accepted) {
    let done = Done { app: &app, accepted };
    let reports = Arc::new(done.accepted.reports.clone());
    let task = Task::worker(&done.accepted.account, "webhook_attempts");
    let recorded = app.run(task, reports, |unit, reports| {
        Box::pin(async move {
            for report in reports {
                record(unit, report).await?;
            }
            Ok(())
        })
    });
    if recorded.await.is_ok() {
        return;
    }
    // One of them may be at fault: the others are not to be repeated for it.
    for report in &done.accepted.reports {
        if let Err(error) = record_alone(&app, &done.accepted.account, report.clone()).await {
            warn(&report.delivery, &error);
        }
    }
}

/// Makes an attempt; what is to be recorded of it.
async fn ask(app: &App, parcel: &Parcel, timeout_ms: u64) -> Result<Report> {
    let target = target(app, parcel).await?;
    let (outcome, was_failing) = match target {
        Some(target) => {
            let outcome = request(app, parcel, &target, timeout_ms).await;
            app.metrics.delivery(match outcome.0 {
                Outcome::Answered { .. } if outcome.0.verdict() == Verdict::Accepted => "accepted",
                Outcome::Answered { .. } => "refused",
                Outcome::Unreached(why) => why.as_str(),
            });
            (Some(outcome), target.endpoint.failing_since.is_some())
        }
        None => (None, false),
    };
    Ok(Report {
        delivery: parcel.delivery.clone(),
        endpoint: parcel.endpoint.clone(),
        event: parcel.event.clone(),
        fresh: parcel.fresh.clone(),
        lease: parcel.lease.clone().unwrap_or_else(|| app.workers.process().to_string()),
        outcome,
        was_failing,
    })
}

async fn request(app: &App, parcel: &Parcel, target: &Target, timeout_ms: u64) -> (Outcome, Attempt) {
    let wall = app.env.wall();
    let mut headers = headers(&target.signers(wall), parcel.event.as_str(), &parcel.body, wall);
    headers.push(("content-type", "application/json".to_owned()));
    let began = Instant::now();
    let post = Post { url: target.endpoint.url.clone(), headers, body: parcel.body.clone(), timeout_ms };
    let answer = tokio::time::timeout(Duration::from_millis(timeout_ms), app.env.net.post(post)).await;
    let answer = answer.unwrap_or(Err(EgressError(Unreached::Timeout)));
    let duration_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    judge(answer, duration_ms, wall, app.env.wall())
}

fn judge(
    answer: std::result::Result<Answer, EgressError>,
    duration_ms: i64,
    attempted: WallTime,
    answered: WallTime,
) -> (Outcome, Attempt) {
    match answer {
        Ok(answer) => {
            let retry_after = answer.retry_after.map(|wanted| wanted.after(answered));
            let outcome = Outcome::Answered { status: answer.status, retry_after };
            let attempt = Attempt {
                status: Some(answer.status),
                error: None,
                response_body: answer.body,
                duration_ms,
                attempted,
            };
            (outcome, attempt)
        }
        Err(EgressError(why)) => {
            let error = Some(why.as_str().to_owned());
            let attempt = Attempt { status: None, error, response_body: String::new(), duration_ms, attempted };
            (Outcome::Unreached(why), attempt)
        }
    }
}

/// The endpoint of a delivery, if it is there and receives anything.
async fn target(app: &App, parcel: &Parcel) -> Result<Option<Arc<Target>>> {
    let now = app.env.wall();
    let context = app.contexts.recent(&app.db, &parcel.account, now).await?;
    let known = app.workers.deliverer.lanes().target(&parcel.account, &parcel.endpoint);
    if let Some(known) = known
        && known.version == context.version
        && known.read <= now
        && now < known.read.plus(KNOWN)
    {
        return Ok(Some(known));
    }
    let Some(endpoint) = peek_endpoint(&app.db, &parcel.account, &parcel.endpoint).await? else { return Ok(None) };
    if endpoint.status != EndpointStatus::Enabled {
        return Ok(None);
    }
    let sealer = Sealer::of_webhooks(&app.settings.keyring.first());
    let place = place(&parcel.account, &parcel.endpoint);
    let open = |sealed: &[u8]| sealer.open(sealed, &place).map_err(ApiError::internal);
    let secret = open(&endpoint.secret)?;
    let previous = match &endpoint.previous_secret {
        Some(previous) => Some((open(&previous.sealed)?, previous.until)),
        None => None,
    };
    let mut keys = of_account(&app.db, &parcel.account).await?;
    keys.retain(|key| key.grant.kind == KeyKind::Secret);
    keys.sort_by(|a, b| (b.created, &b.id).cmp(&(a.created, &a.id)));
    let keys =
        keys.into_iter().map(|key| (key.digest, key)).map(|(digest, key)| (key, of_key_digest(&digest))).collect();
    let target = Arc::new(Target { endpoint, secret, previous, keys, version: context.version, read: now });
    app.workers.deliverer.lanes().know(&parcel.account, &parcel.endpoint, &target);
    Ok(Some(target))
}
