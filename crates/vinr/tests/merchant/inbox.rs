//! What a merchant hears by webhooks.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use axum::Router;
use serde_json::Value;
use tokio::time::Instant;

/// The events that were heard.
#[derive(Default)]
pub struct Inbox {
    /// When each was first heard, in milliseconds of the wall clock.
    heard: Mutex<BTreeMap<String, u64>>,
    /// How often one was heard that had been heard before.
    pub repeated: AtomicU64,
}

impl Inbox {
    /// Notes the event in the body of a webhook.
    pub fn hear(&self, body: &str) {
        let event: Value = serde_json::from_str(body).expect("events are JSON");
        let id = event["id"].as_str().expect("an id").to_owned();
        let now_ms = u64::try_from(since_1970().as_millis()).expect("a moment of this age");
        let mut heard = self.heard.lock().expect("no panic");
        if heard.contains_key(&id) {
            self.repeated.fetch_add(1, Ordering::Relaxed);
        }
        heard.entry(id).or_insert(now_ms);
    }

    /// Waits until every event was heard, and answers how long the longest took from its commit.
    pub async fn all_told(&self, events: &[Value], deadline: Instant) -> Duration {
        let mut longest = 0;
        for event in events.iter().map(|event| event["id"].as_str().expect("an id")) {
            let heard_at = loop {
                if let Some(at) = self.heard.lock().expect("no panic").get(event) {
                    break *at;
                }
                assert!(Instant::now() < deadline, "{event} was not told in time");
                tokio::time::sleep(Duration::from_millis(50)).await;
            };
            longest = longest.max(heard_at.saturating_sub(drawn_at(event)));
        }
        Duration::from_millis(longest)
    }
}

/// Serves the merchant's end of its webhooks, and answers with its URL.
pub async fn listen(router: Router) -> String {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", socket.local_addr().expect("an address"));
    #[expect(clippy::disallowed_methods, reason = "the merchant ends with its runtime")]
    tokio::spawn(async move { axum::serve(socket, router).await });
    url
}

/// A number that nobody chose, below a billion.
pub fn nanoseconds() -> u64 {
    u64::from(since_1970().subsec_nanos())
}

/// When an id was drawn: 48 bits of milliseconds in base32 (`TypeID`, RFC 9562).
fn drawn_at(id: &str) -> u64 {
    const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let digits = id.rsplit_once('_').expect("a prefix").1.chars().take(10);
    digits.fold(0, |sum, digit| sum * 32 + DIGITS.find(digit).expect("base32") as u64)
}

fn since_1970() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "a merchant has a clock of its own")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
