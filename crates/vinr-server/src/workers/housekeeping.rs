//! Removes what is past its retention, and writes what was only noted in memory. Nobody waits for it.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::select;
use tokio::sync::watch;
use vinr_core::time::WallTime;

use crate::app::App;
use crate::error::Result;
use crate::{http, webhooks};

/// How often the house is kept, the first time when it is opened.
const EVERY: Duration = Duration::from_mins(1);
/// Batches (of 500 rows, see the `prune` statements) that one round removes from a table at most. It is more than is
/// written in a minute, so that no table grows behind its retention.
const BATCHES_MAX: usize = 2_000;

/// Keeps house until told to stop.
pub(crate) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = app.key_uses.flush(&app.db).await {
            tracing::debug!(%error, "when keys were used could not be written");
        }
        let now = app.env.wall();
        if let Err(error) = prune_all(&app, now, &stop).await {
            tracing::warn!(%error, "old rows could not be removed; trying again");
        }
        select(pin!(stop.changed()), pin!(tokio::time::sleep(EVERY))).await;
    }
}

/// Small batches: between two of them the writer serves requests.
async fn prune_all(app: &App, now: WallTime, stop: &watch::Receiver<bool>) -> Result<()> {
    for _ in 0..BATCHES_MAX {
        if *stop.borrow() || http::idempotency::prune(&app.db, now).await? == 0 {
            break;
        }
    }
    for _ in 0..BATCHES_MAX {
        if *stop.borrow() || webhooks::prune(&app.db, now).await? == 0 {
            break;
        }
    }
    Ok(())
}
