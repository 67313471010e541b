//! What the checks read beside the API: rows that no endpoint shows.

use std::collections::BTreeMap;

use vinr_core::ids::{EventId, WebhookEndpointId};
use vinr_store::{Db, Row};

use crate::world::Broken;

const DELIVERIES: &str = "SELECT endpoint_id, event_id, status, attempts, round_started_at, last_attempt_at, lease_token \
     FROM webhook_deliveries WHERE account = $1 ORDER BY id";
const LEFT: &str = "SELECT id, noun, wake_wall, parked FROM jobs \
     WHERE account = $1 AND (parked <> 0 OR wake_wall <= $2) ORDER BY id";
const EVENTS: &str = "SELECT id FROM events WHERE account = $1 ORDER BY sequence";
const ATTEMPTS: &str = "SELECT id, kind, status FROM attempts WHERE account = $1 AND status = 'sent' ORDER BY id";
const METHODS: &str = "SELECT id, status FROM payment_methods WHERE account = $1 AND status <> 'detached' ORDER BY id";
const NUMBERS: &str = "SELECT id FROM card_vault WHERE account = $1 ORDER BY id";
/// What the ledger says of store credit: what moved, and what is reserved.
const CREDIT: &str = "SELECT id, posted, pending FROM balances WHERE account = $1 AND (posted <> 0 OR pending <> 0) \
     AND (id LIKE 'customer_credit:%' OR id LIKE 'credit_redeemed:%' OR id LIKE 'promotional_expense:%') ORDER BY id";

const LOTS: &str =
    "SELECT id, points FROM points_lots WHERE account = $1 AND id > $2 AND id < $3 AND points <> 0 ORDER BY id";

/// One row of an event on its way.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) endpoint: WebhookEndpointId,
    pub(crate) event: EventId,
    pub(crate) status: String,
    pub(crate) attempts: i64,
    pub(crate) round_started_at: i64,
    pub(crate) last_attempt_at: Option<i64>,
    pub(crate) lease: Option<String>,
}

/// Every delivery of an account.
pub(crate) async fn deliveries(db: &Db, account: &str) -> Result<Vec<Delivery>, Broken> {
    let rows = db.query(DELIVERIES, &[account.into()]).await.map_err(|error| format!("deliveries: {error}"))?;
    Ok(rows.iter().map(read).collect())
}

fn read(row: &Row) -> Delivery {
    let mut row = row.reader();
    Delivery {
        endpoint: WebhookEndpointId::parse(row.text()).expect("the database holds endpoint ids"),
        event: EventId::parse(row.text()).expect("the database holds event ids"),
        status: row.text().to_owned(),
        attempts: row.int(),
        round_started_at: row.int(),
        last_attempt_at: row.opt_int(),
        lease: row.opt_text().map(str::to_owned),
    }
}

/// Timers that should have fired by this moment of the wall, and those that were given up.
pub(crate) async fn forgotten_jobs(db: &Db, account: &str, wall_ms: i64) -> Result<Vec<String>, Broken> {
    let rows = db.query(LEFT, &[account.into(), wall_ms.into()]).await.map_err(|error| format!("jobs: {error}"))?;
    let told = |row: &Row| format!("{} of a {}, wake {}, parked {}", row.text(0), row.text(1), row.int(2), row.int(3));
    Ok(rows.iter().map(told).collect())
}

/// An account's events in their order.
pub(crate) async fn events(db: &Db, account: &str) -> Result<Vec<EventId>, Broken> {
    let rows = db.query(EVENTS, &[account.into()]).await.map_err(|error| format!("events: {error}"))?;
    Ok(rows.iter().map(|row| EventId::parse(row.text(0)).expect("the database holds event ids")).collect())
}

/// Attempts of which nobody knows what became.
pub(crate) async fn open_attempts(db: &Db, account: &str) -> Result<Vec<String>, Broken> {
    let rows = db.query(ATTEMPTS, &[account.into()]).await.map_err(|error| format!("attempts: {error}"))?;
    Ok(rows.iter().map(|row| format!("{} {} {}", row.text(0), row.text(1), row.text(2))).collect())
}

/// A member's lots, each with the moment at which it lapses; of what never does there is no row.
pub(crate) async fn lots(db: &Db, account: &str, member: &str) -> Result<Vec<(i64, i64)>, Broken> {
    let params = [account.into(), format!("{member}:").into(), format!("{member};").into()];
    let rows = db.query(LOTS, &params).await.map_err(|error| format!("lots: {error}"))?;
    let read = |row: &Row| {
        let (_, moment) = row.text(0).rsplit_once(':').expect("a lot's id has a moment");
        let moment = moment.parse().expect("a lot's id has a moment");
        (moment, row.int(1))
    };
    Ok(rows.iter().map(read).collect())
}

/// The ledger's balances of store credit, each with what is posted and what is pending.
pub(crate) async fn credit_balances(db: &Db, account: &str) -> Result<BTreeMap<String, (i64, i64)>, Broken> {
    let rows = db.query(CREDIT, &[account.into()]).await.map_err(|error| format!("balances: {error}"))?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), (row.int(1), row.int(2)))).collect())
}

/// An account's saved methods that are not detached, each with its status.
pub(crate) async fn methods(db: &Db, account: &str) -> Result<Vec<(String, String)>, Broken> {
    let rows = db.query(METHODS, &[account.into()]).await.map_err(|error| format!("payment methods: {error}"))?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect())
}

/// The methods whose numbers are in the vault.
pub(crate) async fn numbers(db: &Db, account: &str) -> Result<Vec<String>, Broken> {
    let rows = db.query(NUMBERS, &[account.into()]).await.map_err(|error| format!("vault: {error}"))?;
    Ok(rows.iter().map(|row| row.text(0).to_owned()).collect())
}
