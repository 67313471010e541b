//! What an attempt came to becomes rows: the delivery moves on, the endpoint remembers a failure, the log grows.

use vinr_core::ids::{DeliveryAttemptId, EventId, WebhookDeliveryId, WebhookEndpointId};
use vinr_core::webhooks::delivery::{self, Command as DeliveryCommand};
use vinr_core::webhooks::endpoint::{self, Command};
use vinr_core::webhooks::{Delivery, EndpointStatus, Outcome, Verdict};

use super::store::{self, Attempt, Fresh, Stored};
use crate::error::Result;
use crate::record::Unit;

/// What became of one delivery that was leased.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    /// The delivery.
    pub(crate) delivery: WebhookDeliveryId,
    /// Where it went.
    pub(crate) endpoint: WebhookEndpointId,
    /// What it told.
    pub(crate) event: EventId,
    /// Its row, if this process has committed it and done nothing to it since.
    pub(crate) fresh: Option<Fresh>,
    /// The lease under which it went.
    pub(crate) lease: String,
    /// What the attempt came to; nothing if the endpoint is gone or disabled and there was none.
    pub(crate) outcome: Option<(Outcome, Attempt)>,
    /// Whether the endpoint was known to be failing when the attempt began. A success of an endpoint that was not
    /// counts as earlier than failures recorded while it was under way, and so has nothing to write on it.
    pub(crate) was_failing: bool,
}

impl Report {
    /// Whether the endpoint took the delivery and nothing is to be written on the endpoint itself.
    pub(crate) fn is_plain_success(&self) -> bool {
        let accepted = self.outcome.as_ref().is_some_and(|(outcome, _)| outcome.verdict() == Verdict::Accepted);
        accepted && !self.was_failing
    }
}

/// What recording came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// The delivery moved on.
    Done {
        /// Whether one delivery at a time tries the endpoint from now on, if that may have changed.
        probed: Option<bool>,
    },
    /// Somebody else has the delivery by now; what was learnt is dropped.
    Lost,
}

/// Records what became of a leased delivery.
pub(crate) async fn record(unit: &mut Unit<'_>, report: &Report) -> Result<Recorded> {
    let Some(mut stored) = current(unit, report).await? else { return Ok(Recorded::Lost) };
    if stored.lease.as_deref() != Some(report.lease.as_str()) {
        return Ok(Recorded::Lost);
    }
    let now = unit.now();
    let Some((outcome, attempt)) = &report.outcome else {
        abandon(unit, &mut stored)?;
        return Ok(Recorded::Done { probed: None });
    };
    let mut probed = None;
    let mut receives = true;
    if report.was_failing || outcome.verdict() != Verdict::Accepted {
        if let Some(mut endpoint) = store::endpoint(unit.store, &report.endpoint).await? {
            let events = endpoint::decide(&endpoint, Command::Record(*outcome), now)?;
            super::save(unit, &mut endpoint, &events)?;
            receives = endpoint.status == EndpointStatus::Enabled;
            probed = Some(endpoint.is_probed());
        } else {
            receives = false;
        }
    }
    let jitter = unit.env.entropy.u16();
    apply(&mut stored.delivery, DeliveryCommand::Record { outcome: *outcome, jitter }, now)?;
    if !receives {
        apply(&mut stored.delivery, DeliveryCommand::Abandon, now)?;
    }
    stored.last_error.clone_from(&attempt.error);
    super::schedule(unit, &mut stored);
    if stored.wake.is_some() {
        // The wake-up was reckoned with the account's clock.
        unit.guard();
    }
    store::update_delivery(unit.store, &stored);
    let id = DeliveryAttemptId::from_bits(unit.env.id_bits());
    store::insert_attempt(unit.store, &id, &report.delivery, attempt);
    Ok(Recorded::Done { probed })
}

/// The delivery's row: known from its commit, or read. What is known wrongly makes the unit stale, and then it is read.
async fn current(unit: &mut Unit<'_>, report: &Report) -> Result<Option<Stored>> {
    let Some(fresh) = report.fresh.as_ref().filter(|_| unit.store.attempt() == 0) else {
        return store::delivery(unit.store, &report.delivery).await;
    };
    let ids = (&report.delivery, &report.endpoint, &report.event);
    Ok(Some(store::fresh_delivery(unit.store, ids, fresh, &report.lease)))
}

/// Ends a delivery whose endpoint receives nothing any more.
pub(crate) fn abandon(unit: &mut Unit<'_>, stored: &mut Stored) -> Result<()> {
    let now = unit.now();
    apply(&mut stored.delivery, DeliveryCommand::Abandon, now)?;
    super::schedule(unit, stored);
    store::update_delivery(unit.store, stored);
    Ok(())
}

fn apply(delivery: &mut Delivery, command: DeliveryCommand, now: vinr_core::time::Timestamp) -> Result<()> {
    for event in delivery::decide(delivery, command, now)? {
        delivery::evolve(delivery, &event);
    }
    Ok(())
}
