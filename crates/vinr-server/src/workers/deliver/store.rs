//! Finding and leasing due rows.

use std::sync::Arc;

use tokio::time::Instant;
use vinr_core::ids::{AccountId, WebhookDeliveryId, WebhookEndpointId};
use vinr_core::time::{Timestamp, WallTime};
use vinr_core::webhooks::{DeliveryStatus, EndpointStatus};
use vinr_store::{Db, Row, Value};

use super::lanes::Parcel;
use crate::app::{App, Task};
use crate::error::Result;
use crate::events;
use crate::record::{HANDOVER_LEASE, Unit};
use crate::webhooks::store::{Stored, delivery, endpoint, update_delivery};

/// Lanes looked at in one round.
const LANES_MAX: i64 = 10_000;
/// Rows of an endpoint that is gone or disabled, ended in one unit.
const ENDED_MAX: usize = 100;

/// The endpoints with anything on its way, each with its earliest wake-up. The index is skipped through, one step for
/// an account and one for an endpoint, so a million rows of a dead endpoint cost what one does.
const LANES: &str = "WITH RECURSIVE busy(account) AS ( \
       SELECT (SELECT d.account FROM webhook_deliveries d WHERE d.wake_wall IS NOT NULL ORDER BY d.account LIMIT 1) \
       UNION ALL \
       SELECT (SELECT d.account FROM webhook_deliveries d WHERE d.wake_wall IS NOT NULL AND d.account > busy.account \
               ORDER BY d.account LIMIT 1) \
       FROM busy WHERE busy.account IS NOT NULL), \
     lanes(account, endpoint_id) AS ( \
       SELECT busy.account, (SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.account = busy.account \
               AND d.wake_wall IS NOT NULL ORDER BY d.endpoint_id LIMIT 1) \
       FROM busy WHERE busy.account IS NOT NULL \
       UNION ALL \
       SELECT lanes.account, (SELECT d.endpoint_id FROM webhook_deliveries d WHERE d.account = lanes.account \
               AND d.endpoint_id > lanes.endpoint_id AND d.wake_wall IS NOT NULL ORDER BY d.endpoint_id LIMIT 1) \
       FROM lanes WHERE lanes.endpoint_id IS NOT NULL) \
     SELECT lanes.account, lanes.endpoint_id, \
       (SELECT d.wake_wall FROM webhook_deliveries d WHERE d.account = lanes.account \
        AND d.endpoint_id = lanes.endpoint_id AND d.wake_wall IS NOT NULL ORDER BY d.wake_wall LIMIT 1) \
     FROM lanes WHERE lanes.endpoint_id IS NOT NULL LIMIT $1";

const WOKEN: &str = "SELECT id FROM webhook_deliveries WHERE account = $1 AND endpoint_id = $2 AND wake_wall <= $3 \
     ORDER BY wake_wall LIMIT $4";

const DROPPED: &str = "SELECT id FROM webhook_deliveries WHERE account = $1 AND endpoint_id = $2 \
     AND wake_wall IS NOT NULL AND lease_token = $3 ORDER BY wake_wall LIMIT $4";

const DUE: &str = "SELECT id FROM webhook_deliveries WHERE account = $1 AND endpoint_id = $2 \
     AND wake_wall IS NOT NULL AND due_at <= $3 ORDER BY due_at, id LIMIT $4";

/// Which rows are due.
#[derive(Debug, Clone, Copy)]
pub(super) enum Due {
    /// Those whose wake-up has come on the wall.
    Woken,
    /// Those that this process has leased with their commit and then dropped from memory.
    Dropped,
    /// Those whose time has come on the account's clock, whatever the wall says.
    At(Timestamp),
}

/// What was leased.
pub(super) struct Claimed {
    pub(super) parcels: Vec<Parcel>,
    /// Whether there may be others.
    pub(super) more: bool,
}

struct Ask {
    endpoint: WebhookEndpointId,
    ids: Vec<WebhookDeliveryId>,
    most: usize,
    due: Due,
    lease: String,
}

/// The endpoints with anything on its way and when each is to be looked at.
pub(super) async fn lanes(db: &Db) -> Result<Vec<(AccountId, WebhookEndpointId, WallTime)>> {
    let read = |row: &Row| {
        let mut row = row.reader();
        let account = AccountId::parse(row.text()).expect("the database holds account ids");
        let endpoint = WebhookEndpointId::parse(row.text()).expect("the database holds endpoint ids");
        // A row may leave the index between two parts of the statement: only in the same snapshot it cannot.
        (account, endpoint, row.opt_int().map_or(WallTime::MAX, WallTime::from_millis))
    };
    Ok(db.query(LANES, &[LANES_MAX.into()]).await?.iter().map(read).collect())
}

/// Leases at most so many due rows of an endpoint; rows of an endpoint that is gone or disabled are ended instead.
pub(super) async fn claim(
    app: &App,
    account: &AccountId,
    endpoint: &WebhookEndpointId,
    most: usize,
    due: Due,
) -> Result<Claimed> {
    let limit = i64::try_from(ENDED_MAX).unwrap_or(i64::MAX);
    let (sql, by): (_, Value) = match due {
        Due::Woken => (WOKEN, app.env.wall().millis().into()),
        Due::Dropped => (DROPPED, (**app.workers.process()).into()),
        Due::At(at) => (DUE, at.millis().into()),
    };
    let params = [account.as_str().into(), endpoint.as_str().into(), by, limit.into()];
    let rows = app.db.query(sql, &params).await?;
    let id = |row: &Row| WebhookDeliveryId::parse(row.text(0)).expect("the database holds delivery ids");
    let held = app.workers.deliverer.lanes().held(account, endpoint);
    let ids: Vec<_> = rows.iter().map(id).filter(|id| !held.contains(id)).collect();
    if ids.is_empty() {
        return Ok(Claimed { parcels: Vec::new(), more: rows.len() == ENDED_MAX });
    }
    let found = ids.len();
    let lease = format!("{}/{:x}", app.workers.process(), app.env.id_bits());
    let ask = Ask { endpoint: endpoint.clone(), ids, most, due, lease: lease.clone() };
    let task = Task::worker(account, "webhook_claim");
    let taken = app.run(task, Arc::new(ask), |unit, ask| Box::pin(take(unit, ask))).await?;
    let leased_at = Instant::now();
    let mut parcels = Vec::with_capacity(taken.leased.len());
    for stored in taken.leased {
        let (event, sequence) = events::store::get(&app.db, account, &stored.delivery.event).await?;
        parcels.push(Parcel {
            account: account.clone(),
            endpoint: endpoint.clone(),
            delivery: stored.delivery.id,
            event: stored.delivery.event,
            body: event.render(sequence).into(),
            lease: Some(lease.clone()),
            fresh: None,
            leased_at,
        });
    }
    Ok(Claimed { parcels, more: taken.settled < found })
}

struct Taken {
    leased: Vec<Stored>,
    /// Rows that need no other look: leased, ended, or somebody else's.
    settled: usize,
}

async fn take(unit: &mut Unit<'_>, ask: &Ask) -> Result<Taken> {
    let target = endpoint(unit.store, &ask.endpoint).await?;
    let receiver = target.filter(|endpoint| endpoint.status == EndpointStatus::Enabled);
    let most = match &receiver {
        Some(endpoint) if endpoint.is_probed() => 1,
        Some(_) => ask.most,
        None => ENDED_MAX,
    };
    let mut taken = Taken { leased: Vec::new(), settled: 0 };
    let mut written = 0;
    for id in &ask.ids {
        if written >= most {
            break;
        }
        taken.settled += 1;
        let Some(mut stored) = delivery(unit.store, id).await? else { continue };
        if !is_free(&stored, unit, ask.due) {
            continue;
        }
        written += 1;
        if receiver.is_some() {
            stored.lease = Some(ask.lease.clone());
            stored.wake = Some(unit.wall.plus(HANDOVER_LEASE));
            update_delivery(unit.store, &stored);
            taken.leased.push(stored);
        } else {
            crate::webhooks::attempts::abandon(unit, &mut stored)?;
        }
    }
    Ok(taken)
}

/// Whether a row is due and nobody has it.
fn is_free(stored: &Stored, unit: &Unit<'_>, due: Due) -> bool {
    let woken = stored.wake.is_some_and(|wake| wake <= unit.wall);
    let pending = stored.delivery.status == DeliveryStatus::Pending;
    pending
        && match due {
            Due::Woken => woken,
            Due::Dropped => stored.lease.as_deref() == Some(&*unit.process),
            Due::At(at) => {
                let is_due = stored.delivery.next_attempt_at.is_some_and(|next| next <= at);
                is_due && (stored.lease.is_none() || woken)
            }
        }
}

const DUE_ENDPOINTS: &str = "SELECT DISTINCT endpoint_id FROM webhook_deliveries \
     WHERE account = $1 AND due_at <= $2 ORDER BY endpoint_id";

/// The endpoints of an account that have something due at a moment of its clock.
pub(super) async fn due_endpoints(app: &App, account: &AccountId, now: Timestamp) -> Result<Vec<WebhookEndpointId>> {
    let rows = app.db.query(DUE_ENDPOINTS, &[account.as_str().into(), now.millis().into()]).await?;
    let id = |row: &Row| WebhookEndpointId::parse(row.text(0)).expect("the database holds endpoint ids");
    Ok(rows.iter().map(id).collect())
}
