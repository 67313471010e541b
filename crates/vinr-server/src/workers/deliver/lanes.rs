//! Who is sent to next: one lane an endpoint, served in turn. Pure bookkeeping; nothing here waits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;
use vinr_core::ids::{AccountId, EventId, WebhookDeliveryId, WebhookEndpointId};

use super::send::Target;
use super::store::Claimed;
use crate::webhooks::attempts::Report;
use crate::webhooks::store::Fresh;

/// Attempts at one endpoint at a time.
pub(super) const LANE_SENDS_MAX: usize = 8;
/// Attempts at all endpoints at a time.
const SENDS_MAX: usize = 1_024;
/// From here on an endpoint gets one attempt at a time: the rest of the room is for those that have none, so that some
/// hundred endpoints that hang do not delay the others.
const CROWDED: usize = SENDS_MAX / 2;
/// Attempts at a time at all endpoints that keep failing.
const PROBES_MAX: usize = SENDS_MAX / 4;
/// Accepted deliveries of all endpoints whose outcome waits for its commit. They take no part in the attempts at a time:
/// their endpoint is done with them.
const RECORDING_MAX: usize = 1_024;
/// The same of one endpoint.
const LANE_RECORDING_MAX: usize = 256;
/// Of these, as many as one unit of work records, two rows each.
const RECORDED_AT_ONCE: usize = 128;
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
    /// Its row, if this process has committed it and done nothing to it since.
    pub(super) fresh: Option<Fresh>,
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

/// What one endpoint has accepted and one unit of work records.
pub(super) struct Accepted {
    pub(super) account: AccountId,
    pub(super) endpoint: WebhookEndpointId,
    pub(super) reports: Vec<Report>,
}

type Key = (AccountId, WebhookEndpointId);

/// The lanes of all endpoints.
#[derive(Default)]
pub(super) struct Lanes {
    of: BTreeMap<Key, Lane>,
    /// Lanes that may have something to start; each is in here once.
    turns: VecDeque<Key>,
    /// Lanes with something to record that nobody records; each is in here once.
    to_record: VecDeque<Key>,
    waiting: usize,
    sending: usize,
    recording: usize,
    /// Of those being sent, to endpoints that keep failing.
    probing: usize,
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "facts that come and go apart from each other, not one state")]
struct Lane {
    waiting: VecDeque<Parcel>,
    /// Each with whether it is a probe.
    sending: BTreeMap<WebhookDeliveryId, bool>,
    /// Accepted, and not yet recorded.
    recording: BTreeSet<WebhookDeliveryId>,
    /// Of these, what no unit of work has taken up. While one commits, the next ones gather for the unit after it.
    reports: Vec<Report>,
    records: bool,
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
        let most = match (self.recording.len() >= LANE_RECORDING_MAX, self.probed) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => LANE_SENDS_MAX,
        };
        most.saturating_sub(self.sending.len())
    }

    fn is_idle(&self) -> bool {
        let is_busy = !self.sending.is_empty() || !self.recording.is_empty() || self.claiming;
        self.waiting.is_empty() && !is_busy && !self.has_rows && !self.dropped
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
        if self.sending >= SENDS_MAX || self.recording >= RECORDING_MAX {
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
            if let Some(parcel) = self.take(&key, now) {
                self.queue(key);
                return Some(Next::Send(parcel));
            }
            let lane = self.of.get_mut(&key).expect("a lane in turn exists");
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
        let waiting = lane.waiting.iter().map(|parcel| &parcel.delivery);
        waiting.chain(lane.sending.keys()).chain(&lane.recording).cloned().collect()
    }

    /// Whether a delivery that was accepted is recorded by its lane, together with others. Of a probe the next attempt
    /// depends, and while a clock moves, deliveries are sent that are in no lane: these are recorded by whoever sent them.
    pub(super) fn records(&self, parcel: &Parcel) -> bool {
        let lane = self.of.get(&(parcel.account.clone(), parcel.endpoint.clone()));
        lane.is_some_and(|lane| lane.sending.get(&parcel.delivery) == Some(&false))
    }

    /// The endpoint has accepted a delivery, which from now on is only to be recorded: answers what may go there next.
    pub(super) fn accepted(&mut self, parcel: &Parcel, report: Report, now: Instant) -> Option<Parcel> {
        let key = (parcel.account.clone(), parcel.endpoint.clone());
        let lane = self.of.get_mut(&key).expect("a lane that is being sent to is kept");
        lane.sending.remove(&parcel.delivery);
        lane.recording.insert(parcel.delivery.clone());
        lane.reports.push(report);
        if !lane.records && lane.reports.len() == 1 {
            self.to_record.push_back(key.clone());
        }
        self.sending -= 1;
        self.recording += 1;
        // Whoever has just been served goes on at once, unless others have to be let in.
        let next = if self.sending < CROWDED && self.recording < RECORDING_MAX { self.take(&key, now) } else { None };
        self.queue(key);
        next
    }

    /// The next delivery that waits in a lane with room.
    fn take(&mut self, key: &Key, now: Instant) -> Option<Parcel> {
        let lane = self.of.get_mut(key).filter(|lane| lane.room() > 0)?;
        while let Some(parcel) = lane.waiting.pop_front() {
            self.waiting -= 1;
            if now.duration_since(parcel.leased_at) > WAITING_LIMIT {
                lane.dropped = true;
                continue;
            }
            lane.sending.insert(parcel.delivery.clone(), lane.probed);
            self.sending += 1;
            self.probing += usize::from(lane.probed);
            return Some(parcel);
        }
        None
    }

    /// What is to be recorded by one unit of work.
    pub(super) fn next_record(&mut self) -> Option<Accepted> {
        let key = self.to_record.pop_front()?;
        let lane = self.of.get_mut(&key).expect("a lane with something to record is kept");
        lane.records = true;
        let most = lane.reports.len().min(RECORDED_AT_ONCE);
        let reports = lane.reports.drain(..most).collect();
        Some(Accepted { account: key.0, endpoint: key.1, reports })
    }

    /// These are recorded, or nobody will do it any more and their leases end.
    pub(super) fn recorded(&mut self, accepted: &Accepted) {
        let key = (accepted.account.clone(), accepted.endpoint.clone());
        let lane = self.of.get_mut(&key).expect("a lane with something to record is kept");
        for report in &accepted.reports {
            self.recording -= usize::from(lane.recording.remove(&report.delivery));
        }
        lane.records = false;
        if !lane.reports.is_empty() {
            self.to_record.push_back(key.clone());
        }
        self.rest(key);
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
        self.rest(key);
    }

    /// Gives a lane its turn, or forgets it if it has nothing to do and there are too many.
    fn rest(&mut self, key: Key) {
        let Some(lane) = self.of.get(&key) else { return };
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

    /// Leaves what waits to its rows: nothing more is sent.
    pub(super) fn leave_waiting(&mut self) {
        for lane in self.of.values_mut() {
            lane.waiting.clear();
        }
        self.waiting = 0;
    }

    /// Whether anything is being sent or leased for an account.
    pub(super) fn is_sending(&self, account: &AccountId) -> bool {
        self.of.iter().any(|((owner, _), lane)| {
            owner == account && (!lane.sending.is_empty() || !lane.recording.is_empty() || lane.claiming)
        })
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
