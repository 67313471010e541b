//! What the demo shop's server was told by webhooks. In memory, and the newest only: it is a demo. A real shop keeps the
//! ids of the events that it has handled with its orders, in one transaction with what it did.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::select;
use tokio::sync::watch;

/// Webhooks that are kept.
const KEPT_MAX: usize = 200;

/// One webhook that was verified.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    /// The event's id: the same event may come more than once.
    pub(super) event: String,
    /// `payment.completed`.
    pub(super) kind: String,
    /// The order that it is about.
    pub(super) order: String,
    /// The header `x-vinr-signature`.
    pub(super) signature: String,
    /// Its JSON, laid out for reading.
    pub(super) body: String,
    /// How long after the change it arrived, in milliseconds, where that can be told.
    pub(super) after_ms: Option<i64>,
    /// How often it came.
    pub(super) times: u64,
    /// What the shop did when it came first.
    pub(super) did: Deed,
}

/// What the shop does about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// The order is paid: it was packed.
    Packed,
    /// Nothing.
    Nothing,
}

/// What was heard so far.
pub(super) struct Heard {
    kept: Mutex<VecDeque<Webhook>>,
    /// How often anything was heard.
    count: watch::Sender<u64>,
}

impl Heard {
    /// Nothing yet.
    pub(super) fn new() -> Heard {
        Heard { kept: Mutex::default(), count: watch::Sender::new(0) }
    }

    /// Takes a webhook in. An event that came before is counted, and nothing is done again.
    pub(super) fn hear(&self, webhook: Webhook) {
        let mut kept = self.kept();
        if let Some(before) = kept.iter_mut().find(|before| before.event == webhook.event) {
            before.times += 1;
        } else {
            if kept.len() == KEPT_MAX {
                kept.pop_front();
            }
            kept.push_back(webhook);
        }
        drop(kept);
        self.count.send_modify(|count| *count += 1);
    }

    /// What was heard about an order, oldest first.
    pub(super) fn about(&self, order: &str) -> Vec<Webhook> {
        self.kept().iter().filter(|webhook| webhook.order == order).cloned().collect()
    }

    /// How often something was heard about an order.
    pub(super) fn times(&self, order: &str) -> u64 {
        self.kept().iter().filter(|webhook| webhook.order == order).map(|webhook| webhook.times).sum()
    }

    /// Waits until more than `known` was heard about an order, at most for `patience` and while nobody stops; answers how
    /// often it is now.
    pub(super) async fn beyond(
        &self,
        order: &str,
        known: u64,
        patience: Duration,
        stopping: impl Future<Output = ()>,
    ) -> u64 {
        let mut count = self.count.subscribe();
        let news = async {
            // The sender lives as long as this.
            while self.times(order) <= known && count.changed().await.is_ok() {}
        };
        // Its end without news is as good a reason to look up as news.
        let _ = tokio::time::timeout(patience, select(pin!(news), pin!(stopping))).await;
        self.times(order)
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Webhook>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(event: usize, order: &str) -> Webhook {
        Webhook {
            event: format!("evt_{event}"),
            kind: "payment.created".into(),
            order: order.into(),
            signature: String::new(),
            body: String::new(),
            after_ms: None,
            times: 1,
            did: Deed::Nothing,
        }
    }

    #[test]
    fn an_event_that_comes_twice_is_one_webhook() {
        let heard = Heard::new();
        heard.hear(webhook(1, "a"));
        heard.hear(webhook(1, "a"));
        heard.hear(webhook(2, "b"));
        assert_eq!((heard.about("a").len(), heard.times("a"), heard.times("b")), (1, 2, 1));
    }

    #[test]
    fn only_the_newest_are_kept() {
        let heard = Heard::new();
        for event in 0..=KEPT_MAX {
            heard.hear(webhook(event, if event == 0 { "old" } else { "new" }));
        }
        assert_eq!((heard.about("old").len(), heard.about("new").len()), (0, KEPT_MAX));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_is_told_at_once_and_does_not_wait_for_ever() {
        let heard = Heard::new();
        let began = tokio::time::Instant::now();
        let hears = async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            heard.hear(webhook(1, "a"));
        };
        let (times, ()) = tokio::join!(heard.beyond("a", 0, Duration::from_secs(20), std::future::pending()), hears);
        assert_eq!((times, began.elapsed()), (1, Duration::from_millis(10)));
        assert_eq!(heard.beyond("a", 1, Duration::from_secs(20), std::future::pending()).await, 1);
        assert_eq!(began.elapsed(), Duration::from_millis(20_010));
        assert_eq!(heard.beyond("a", 1, Duration::from_secs(20), std::future::ready(())).await, 1);
        assert_eq!(began.elapsed(), Duration::from_millis(20_010), "a process that ends keeps nobody");
    }
}
