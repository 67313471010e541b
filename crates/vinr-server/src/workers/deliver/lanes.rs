//! Who is sent to next: one lane an endpoint, served in turn. Pure bookkeeping; nothing here waits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use vinr_core::ids::{AccountId, EventId, WebhookDeliveryId, WebhookEndpointId};

use super::send::Target;
use super::store::Claimed;

/// Attempts at one endpoint at a time.
pub(super) const LANE_SENDS_MAX: usize = 8;
/// Attempts at all endpoints at a time.
const SENDS_MAX: usize = 1_024;
/// From here on an endpoint gets one attempt at a time: the rest of the room is for those that have none, so that some
/// hundred endpoints that hang do not delay the others.
const CROWDED: usize = SENDS_MAX / 2;
/// Attempts at a time at all endpoints that keep failing.
const PROBES_MAX: usize = SENDS_MAX / 4;
/// Deliveries waiting in one lane.
const LANE_WAITING_MAX: usize = 4_096;
/// Deliveries waiting in all lanes.
const WAITING_MAX: usize = 16_384;
/// Lanes kept while they are idle, for what they know of their endpoint.
const LANES_IDLE_MAX: usize = 4_096;
/// After so long in memory a delivery is left to its row's lease of a minute: an attempt may take half of that.
const WAITING_LIMIT: Duration = Duration::from_secs(20);

/// A delivery that this process has leased.
#[derive(Debug, Clone)]
pub(super) struct Parcel {
    pub(super) account: AccountId,
    pub(super) endpoint: WebhookEndpointId,
    pub(super) delivery: WebhookDeliveryId,
    pub(super) event: EventId,
    /// What is signed and sent.
    pub(super) body: Bytes,
    /// The lease in its row; nothing stands for the name of this process.
    pub(super) lease: Option<String>,
    pub(super) leased_at: Instant,
}

/// What is to be started.
#[derive(Debug)]
pub(super) enum Next {
    /// An attempt.
    Send(Parcel),
    /// Leasing of due rows.
    Claim {
        account: AccountId,
        endpoint: WebhookEndpointId,
        most: usize,
        /// Rows that were dropped from memory, instead of those whose wake-up has come.
        dropped: bool,
    },
}

type Key = (AccountId, WebhookEndpointId);

/// The lanes of all endpoints.
#[derive(Default)]
pub(super) struct Lanes {
    of: BTreeMap<Key, Lane>,
    /// Lanes that may have something to start; each is in here once.
    turns: VecDeque<Key>,
    waiting: usize,
    sending: usize,
    /// Of these, to endpoints that keep failing.
    probing: usize,
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that come and go apart from each other, not one state")]
struct Lane {
    waiting: VecDeque<Parcel>,
    /// Each with whether it is a probe.
    sending: BTreeMap<WebhookDeliveryId, bool>,
    claiming: bool,
    /// Deliveries were dropped from memory and are still leased to this process.
    dropped: bool,
    /// There are due rows that are not in memory.
    has_rows: bool,
    /// The endpoint keeps failing: one attempt at a time.
    probed: bool,
    in_turns: bool,
    target: Option<Arc<Target>>,
}

impl Lane {
    fn room(&self) -> usize {
        let most = if self.probed { 1 } else { LANE_SENDS_MAX };
        most.saturating_sub(self.sending.len())
    }

    fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.sending.is_empty() && !self.claiming && !self.has_rows && !self.dropped
    }
}

impl Lanes {
    /// Puts a delivery into its lane, or drops it if there is no room: its row is leased again when there is.
    pub(super) fn push(&mut self, parcel: Parcel) {
        let key = (parcel.account.clone(), parcel.endpoint.clone());
        let lane = self.of.entry(key.clone()).or_default();
        if lane.waiting.len() < LANE_WAITING_MAX && self.waiting < WAITING_MAX {
            lane.waiting.push_back(parcel);
            self.waiting += 1;
        } else {
            lane.dropped = true;
        }
        self.queue(key);
    }

    /// How many deliveries wait, and how many are being sent.
    pub(super) fn load(&self) -> (usize, usize) {
        (self.waiting, self.sending)
    }

    /// There are due rows for this endpoint.
    pub(super) fn has_rows(&mut self, account: AccountId, endpoint: WebhookEndpointId) {
        let key = (account, endpoint);
        self.of.entry(key.clone()).or_default().has_rows = true;
        self.queue(key);
    }

    /// What is to be started now, lane by lane in turn.
    pub(super) fn next(&mut self, now: Instant) -> Option<Next> {
        if self.sending >= SENDS_MAX {
            return None;
        }
        // Those that have to wait for others keep their turn, and are asked once.
        for _ in 0..self.turns.len() {
            let Some(key) = self.turns.pop_front() else { break };
            let lane = self.of.get_mut(&key).expect("a lane in turn exists");
            lane.in_turns = false;
            if lane.room() == 0 {
                continue;
            }
            let crowded = self.sending >= CROWDED && !lane.sending.is_empty();
            if crowded || (lane.probed && self.probing >= PROBES_MAX) {
                self.queue(key);
                continue;
            }
            while let Some(parcel) = lane.waiting.pop_front() {
                self.waiting -= 1;
                if now.duration_since(parcel.leased_at) > WAITING_LIMIT {
                    lane.dropped = true;
                    continue;
                }
                lane.sending.insert(parcel.delivery.clone(), lane.probed);
                self.sending += 1;
                self.probing += usize::from(lane.probed);
                self.queue(key);
                return Some(Next::Send(parcel));
            }
            if (lane.has_rows || lane.dropped) && !lane.claiming {
                lane.claiming = true;
                let (most, dropped) = (lane.room(), lane.dropped);
                *(if dropped { &mut lane.dropped } else { &mut lane.has_rows }) = false;
                return Some(Next::Claim { account: key.0, endpoint: key.1, most, dropped });
            }
        }
        None
    }

    /// Rows of an endpoint were leased; `more` says that there are others of this kind.
    pub(super) fn claimed(
        &mut self,
        account: &AccountId,
        endpoint: &WebhookEndpointId,
        dropped: bool,
        claimed: Claimed,
    ) {
        let key = (account.clone(), endpoint.clone());
        let lane = self.of.entry(key.clone()).or_default();
        lane.claiming = false;
        *(if dropped { &mut lane.dropped } else { &mut lane.has_rows }) |= claimed.more;
        for parcel in claimed.parcels {
            self.push(parcel);
        }
        self.queue(key);
    }

    /// The deliveries of an endpoint that are in memory.
    pub(super) fn held(&self, account: &AccountId, endpoint: &WebhookEndpointId) -> BTreeSet<WebhookDeliveryId> {
        let Some(lane) = self.of.get(&(account.clone(), endpoint.clone())) else { return BTreeSet::new() };
        lane.waiting.iter().map(|parcel| &parcel.delivery).chain(lane.sending.keys()).cloned().collect()
    }

    /// An attempt has ended; `probed` tells what is known of the endpoint since.
    pub(super) fn ended(&mut self, parcel: &Parcel, probed: Option<bool>) {
        let key = (parcel.account.clone(), parcel.endpoint.clone());
        let lane = self.of.get_mut(&key).expect("a lane that is being sent to is kept");
        let was_probe = lane.sending.remove(&parcel.delivery);
        self.sending -= 1;
        self.probing -= usize::from(was_probe == Some(true));
        if let Some(probed) = probed {
            lane.probed = probed;
        }
        if lane.is_idle() && !lane.in_turns && self.of.len() > LANES_IDLE_MAX {
            self.of.remove(&key);
        } else {
            self.queue(key);
        }
    }

    /// What is known of an endpoint.
    pub(super) fn target(&self, account: &AccountId, endpoint: &WebhookEndpointId) -> Option<Arc<Target>> {
        self.of.get(&(account.clone(), endpoint.clone()))?.target.clone()
    }

    /// Remembers what is known of an endpoint.
    pub(super) fn know(&mut self, account: &AccountId, endpoint: &WebhookEndpointId, target: &Arc<Target>) {
        if let Some(lane) = self.of.get_mut(&(account.clone(), endpoint.clone())) {
            lane.probed = target.endpoint.is_probed();
            lane.target = Some(Arc::clone(target));
        }
    }

    /// Forgets what is known of an endpoint.
    pub(super) fn forget(&mut self, account: &AccountId, endpoint: &WebhookEndpointId) {
        if let Some(lane) = self.of.get_mut(&(account.clone(), endpoint.clone())) {
            lane.target = None;
        }
    }

    /// Takes an account's waiting deliveries out of their lanes.
    pub(super) fn take_waiting(&mut self, account: &AccountId) -> Vec<Parcel> {
        let mut taken = Vec::new();
        for ((owner, _), lane) in &mut self.of {
            if owner == account {
                taken.extend(lane.waiting.drain(..));
            }
        }
        self.waiting -= taken.len();
        taken
    }

    /// Whether anything is being sent or leased for an account.
    pub(super) fn is_sending(&self, account: &AccountId) -> bool {
        self.of.iter().any(|((owner, _), lane)| owner == account && (!lane.sending.is_empty() || lane.claiming))
    }

    fn queue(&mut self, key: Key) {
        if let Some(lane) = self.of.get_mut(&key)
            && !lane.in_turns
        {
            lane.in_turns = true;
            self.turns.push_back(key);
        }
    }
}

#[cfg(test)]
mod tests;
