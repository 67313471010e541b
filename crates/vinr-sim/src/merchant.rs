//! The merchant's server on the far side of the simulated network.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use vinr_server::egress::EgressError;
use vinr_server::env::{Answer, Post, SimulatedNet};

use crate::chance::Chance;

/// What the merchant heard, and how reliable their server is.
pub(crate) struct Merchant {
    chance: Chance,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Event ids and how often each was answered with 2xx.
    heard: BTreeMap<String, u32>,
    /// Requests that fail, in a hundred.
    failing_percent: u64,
}

impl Merchant {
    pub(crate) fn new(seed: u64) -> Arc<Merchant> {
        let chance = Chance::new(seed ^ 0x4e7);
        let failing_percent = chance.below(60);
        Arc::new(Merchant { chance, state: Mutex::new(State { failing_percent, ..State::default() }) })
    }

    /// From now on every request is answered with 200.
    pub(crate) fn recover(&self) {
        self.state().failing_percent = 0;
    }

    /// How often an event was accepted.
    pub(crate) fn heard(&self, event: &str) -> u32 {
        self.state().heard.get(event).copied().unwrap_or(0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(self: Arc<Self>, request: Post) -> Answer {
        let failing_percent = self.state().failing_percent;
        let fails = self.chance.percent(failing_percent);
        tokio::time::sleep(Duration::from_millis(1 + self.chance.below(300))).await;
        let answer = |status| Answer { status, retry_after: None, body: String::new() };
        if fails && self.chance.percent(50) {
            return answer(500);
        }
        let id = request.headers.iter().find(|(name, _)| *name == "webhook-id").map(|(_, id)| id.clone());
        *self.state().heard.entry(id.unwrap_or_default()).or_default() += 1;
        // The other half is heard, but the answer is an error all the same: it will be told again.
        answer(if fails { 503 } else { 200 })
    }
}

/// The network between VINR and the merchant.
pub(crate) struct Wire(pub(crate) Arc<Merchant>);

impl SimulatedNet for Wire {
    fn post(&self, request: Post) -> BoxFuture<'static, Result<Answer, EgressError>> {
        let merchant = Arc::clone(&self.0);
        Box::pin(async move { Ok(merchant.answer(request).await) })
    }
}
