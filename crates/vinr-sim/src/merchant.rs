//! Merchants' servers on the far side of the simulated network. Each endpoint has troubles of its own: down for hours,
//! slow, errors, accepting and losing the answer, gone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use vinr_core::webhooks::Unreached;
use vinr_server::egress::EgressError;
use vinr_server::env::{Answer, Post, RetryAfter, SimulatedNet};

use crate::chance::Chance;
use crate::disk::Troubles;

/// What merchants heard, and how reliable their servers are.
pub(crate) struct Merchants {
    chance: Chance,
    flaky: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    recovered: bool,
    servers: BTreeMap<String, Server>,
    /// How often each event was accepted at each address.
    accepted: BTreeMap<(String, String), u32>,
}

/// How one server behaves.
#[derive(Clone, Copy)]
struct Server {
    /// Requests that fail, in a hundred.
    failing_percent: u64,
    /// How long an answer takes at most.
    slow_ms: u64,
    /// Nobody answers until then.
    down_until: Instant,
    /// Requests that are answered with 410, in a thousand.
    gone_permille: u64,
}

impl Merchants {
    /// Servers that behave as the seed has it.
    pub(crate) fn new(seed: u64, flaky: bool) -> Arc<Merchants> {
        Arc::new(Merchants { chance: Chance::new(seed, 4), flaky, state: Mutex::default() })
    }

    /// From now on every request is answered with 200 at once.
    pub(crate) fn recover(&self) {
        self.state().recovered = true;
    }

    /// How often an event was accepted at an address.
    pub(crate) fn accepted(&self, url: &str, event: &str) -> u32 {
        self.state().accepted.get(&(url.to_owned(), event.to_owned())).copied().unwrap_or(0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn server(&self, url: &str) -> Server {
        let mut state = self.state();
        let good = Server { failing_percent: 0, slow_ms: 30, down_until: Instant::now(), gone_permille: 0 };
        if state.recovered || !self.flaky {
            return good;
        }
        let drawn = || match self.chance.below(6) {
            0 => Server { failing_percent: 10 + self.chance.below(90), ..good },
            1 => Server { slow_ms: 40_000, ..good },
            2 => Server { failing_percent: 10, gone_permille: 30, ..good },
            3 => Server { down_until: Instant::now() + Duration::from_secs(self.chance.below(400)), ..good },
            _ => Server { failing_percent: self.chance.below(20), slow_ms: 600, ..good },
        };
        *state.servers.entry(url.to_owned()).or_insert_with(drawn)
    }

    async fn answer(self: Arc<Self>, request: Post) -> Result<Answer, EgressError> {
        let server = self.server(&request.url);
        let (fails, how) = (self.chance.percent(server.failing_percent), self.chance.below(4));
        let gone = self.chance.below(1_000) < server.gone_permille;
        let delay = self.chance.millis(server.slow_ms);
        if Instant::now() < server.down_until {
            return Err(EgressError(Unreached::ConnectionFailed));
        }
        tokio::time::sleep(delay).await;
        let answer = |status, retry_after| Ok(Answer { status, retry_after, body: String::new() });
        match (gone, fails, how) {
            (true, ..) => return answer(410, None),
            (_, true, 0) => return answer(500, None),
            (_, true, 1) => {
                return answer(503, i64::try_from(1 + self.chance.below(600)).ok().map(RetryAfter::Seconds));
            }
            _ => {}
        }
        let id = request.headers.iter().find(|(name, _)| *name == "webhook-id").map(|(_, id)| id.clone());
        *self.state().accepted.entry((request.url, id.unwrap_or_default())).or_default() += 1;
        match (fails, how) {
            // Heard, but the answer is lost or an error all the same: it will be told again.
            (true, 2) => answer(503, None),
            (true, _) => Err(EgressError(Unreached::Timeout)),
            (false, _) => answer(200, None),
        }
    }
}

/// The network between one process and the merchants: what stands still sends nothing and hears nothing.
pub(crate) struct Wire {
    pub(crate) merchants: Arc<Merchants>,
    pub(crate) troubles: Arc<Troubles>,
}

impl SimulatedNet for Wire {
    fn post(&self, request: Post) -> BoxFuture<'static, Result<Answer, EgressError>> {
        let (merchants, troubles) = (Arc::clone(&self.merchants), Arc::clone(&self.troubles));
        Box::pin(async move {
            tokio::time::sleep(troubles.frozen()).await;
            let answer = merchants.answer(request).await;
            tokio::time::sleep(troubles.frozen()).await;
            answer
        })
    }
}
