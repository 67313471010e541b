//! Deliveries while a sandbox clock moves: each is really sent, at its own virtual moment, before the clock goes on.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::time::Instant;
use vinr_core::ids::AccountId;
use vinr_core::time::Timestamp;

use super::lanes::{LANE_SENDS_MAX, Parcel};
use super::{send, store};
use crate::app::App;
use crate::error::Result;

/// How long an endpoint has to answer while the clock waits for it (docs: the sandbox).
const ANSWER_TIMEOUT_MS: u64 = 5_000;
/// Endpoints sent to at a time.
const LANES_AT_ONCE: usize = 16;

/// Waits for an account's deliveries in flight, then sends what is due at or before `now` on its clock, and what these
/// attempts make due by then. Answers how many were sent.
pub(crate) async fn deliver_due(app: &App, account: &AccountId, now: Timestamp) -> Result<usize> {
    let mut sent = 0;
    loop {
        let mut parcels = app.workers.deliverer.lanes().take_waiting(account);
        settle(app, account).await;
        for endpoint in store::due_endpoints(app, account, now).await? {
            let claimed = store::claim(app, account, &endpoint, LANE_SENDS_MAX, store::Due::At(now)).await?;
            parcels.extend(claimed.parcels);
        }
        if parcels.is_empty() {
            return Ok(sent);
        }
        sent += parcels.len();
        send_all(app, parcels).await;
    }
}

/// Waits until nothing is being sent for an account, as long as one attempt may take here.
async fn settle(app: &App, account: &AccountId) {
    let deliverer = &app.workers.deliverer;
    let deadline = Instant::now() + Duration::from_millis(ANSWER_TIMEOUT_MS);
    loop {
        let mut ended = std::pin::pin!(deliverer.ended.notified());
        ended.as_mut().enable();
        if !deliverer.lanes().is_sending(account) || tokio::time::timeout_at(deadline, ended).await.is_err() {
            return;
        }
    }
}

/// Sends parcels, those of one endpoint in their order, several endpoints at a time.
async fn send_all(app: &App, parcels: Vec<Parcel>) {
    let mut lanes: Vec<Vec<Parcel>> = Vec::new();
    for parcel in parcels {
        match lanes.iter_mut().find(|lane| lane[0].endpoint == parcel.endpoint) {
            Some(lane) => lane.push(parcel),
            None => lanes.push(vec![parcel]),
        }
    }
    let each = |lane: Vec<Parcel>| async move {
        for parcel in &lane {
            send::send(app, parcel, ANSWER_TIMEOUT_MS).await;
        }
    };
    stream::iter(lanes).for_each_concurrent(LANES_AT_ONCE, each).await;
}
