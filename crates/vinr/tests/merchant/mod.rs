//! Programs that pay at either of two processes on one database and note what they are told, and the proof afterwards
//! that nothing of it is lost or doubled.

pub mod inbox;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::Instant;

/// How long an answer may take.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// How long a payment may be asked for, again and again, until it is made.
const PATIENCE: Duration = Duration::from_mins(2);
/// Questions at a time while everything is proved.
const AT_ONCE: usize = 16;

/// A merchant with programs at work.
pub struct Merchant {
    pub http: reqwest::Client,
    pub key: String,
    /// Where the two processes are reached; one that is started again has another port.
    pub urls: Mutex<Vec<String>>,
    /// What was asked under each key, and what the answer was.
    asked: Mutex<BTreeMap<String, Option<Vec<u8>>>>,
    /// The payments that were answered, in order of their answers.
    pub paid: Mutex<Vec<Paid>>,
    /// Requests that were answered 503, as all of them may be while the database has no leader.
    pub refused: AtomicU64,
    /// How long each program rests after a payment.
    pub pause: Duration,
}

/// When a payment was made.
#[derive(Clone, Copy)]
pub struct Paid {
    /// When it was asked for the last time.
    pub asked_at: Instant,
    pub answered_at: Instant,
}

impl Merchant {
    pub fn new(key: &str, urls: Vec<String>) -> Merchant {
        // Another test of this process may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWERED_WITHIN).build().expect("a client");
        Merchant {
            http,
            key: key.to_owned(),
            urls: Mutex::new(urls),
            asked: Mutex::default(),
            paid: Mutex::default(),
            refused: AtomicU64::new(0),
            pause: Duration::ZERO,
        }
    }

    pub fn url(&self, which: usize) -> String {
        self.urls.lock().expect("no panic")[which].clone()
    }

    /// Pays until told to stop, at one process and then at the other.
    pub async fn pay_until(&self, program: &str, stop: &AtomicBool) {
        for count in 0.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let name = format!("{program}-{count}");
            self.asked.lock().expect("no panic").insert(name.clone(), None);
            let bytes = self.pay_at_last(count, &name).await;
            self.asked.lock().expect("no panic").insert(name, Some(bytes));
            tokio::time::sleep(self.pause).await;
        }
    }

    /// Pays under a key; asks the other process when a connection breaks, and again when told to.
    async fn pay_at_last(&self, first: usize, name: &str) -> Vec<u8> {
        let deadline = Instant::now() + PATIENCE;
        for attempt in first.. {
            assert!(Instant::now() < deadline, "{name} is not paid in time");
            let asked_at = Instant::now();
            let request = self.request(attempt % 2, "payments", name, &payment());
            let Ok(response) = request.send().await else { continue };
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let Ok(bytes) = response.bytes().await else { continue };
            if status == 200 {
                let mut paid = self.paid.lock().expect("no panic");
                paid.push(Paid { asked_at, answered_at: Instant::now() });
                return bytes.to_vec();
            }
            let text = String::from_utf8_lossy(&bytes);
            let body: Value = serde_json::from_slice(&bytes).expect("an error is JSON");
            match (status, body["error"]["code"].as_str().expect("a code")) {
                (503, "service_unavailable") => drop(self.refused.fetch_add(1, Ordering::Relaxed)),
                (409, "idempotency_key_in_use") => {}
                _ => panic!("{name}: {status} {text}"),
            }
            let after = headers.get("retry-after").and_then(|after| after.to_str().ok()?.parse().ok());
            tokio::time::sleep(Duration::from_secs(after.expect("it says when to ask again"))).await;
        }
        unreachable!("the deadline comes first")
    }

    /// Asks for every key once more at each process, which gives the bytes that were answered. Answers how many
    /// payments there should be.
    pub async fn same_bytes_everywhere(&self) -> usize {
        let asked = self.asked.lock().expect("no panic").clone();
        let all: Vec<_> = asked.into_iter().collect();
        let one = |(name, before): &(String, Option<Vec<u8>>)| {
            let (name, before) = (name.clone(), before.clone().expect("every program was answered in the end"));
            async move {
                for which in 0..2 {
                    let (status, bytes) = self.post(which, "payments", &name, &payment()).await.expect("an answer");
                    assert_eq!(status, 200, "{name}: {}", String::from_utf8_lossy(&bytes));
                    assert_eq!(bytes, before, "{name} is answered with other bytes by process {which}");
                }
            }
        };
        for some in all.chunks(AT_ONCE) {
            join_all(some.iter().map(one)).await;
        }
        all.len()
    }

    /// Proves that every payment that was answered is there, and was completed once, besides some others that were
    /// not. Answers every event.
    pub async fn each_paid_once(&self, keys: usize, others: usize) -> Vec<Value> {
        let (answered, payments) = (self.answered(), self.payments(0).await);
        assert_eq!(answered.len(), keys, "each key has a payment of its own");
        assert!(answered.is_subset(&payments), "every answered payment is there");
        assert_eq!(payments.len(), keys + others, "there is no payment that nobody was told of");
        let events = self.events().await;
        let completed = events.iter().filter(|event| event["type"] == "payment.completed").count();
        assert_eq!(completed, keys, "each was completed once");
        events
    }

    /// The ids of the payments that were answered.
    fn answered(&self) -> BTreeSet<String> {
        let asked = self.asked.lock().expect("no panic");
        let id = |bytes: &Vec<u8>| {
            let payment: Value = serde_json::from_slice(bytes).expect("JSON");
            payment["id"].as_str().expect("an id").to_owned()
        };
        asked.values().flatten().map(id).collect()
    }

    /// The ids of the payments there are.
    async fn payments(&self, which: usize) -> BTreeSet<String> {
        let (mut ids, mut after) = (BTreeSet::new(), String::new());
        loop {
            let page = self.get(which, &format!("payments?limit=100{after}")).await;
            let data = page["data"].as_array().expect("a list");
            for payment in data {
                let new = ids.insert(payment["id"].as_str().expect("an id").to_owned());
                assert!(new, "a list shows each payment once: {payment}");
            }
            let Some(cursor) = page["page"]["nextCursor"].as_str() else { return ids };
            after = format!("&startingAfter={cursor}");
        }
    }

    /// Every event, read now here and now there; their numbers are 1 to n.
    async fn events(&self) -> Vec<Value> {
        let mut events: Vec<Value> = Vec::new();
        for turn in 0.. {
            let page = self.get(turn % 2, &format!("events?limit=100&after={}", events.len())).await;
            let more = page["data"].as_array().cloned().expect("a list");
            if more.is_empty() {
                break;
            }
            for event in more {
                assert_eq!(event["sequence"].as_u64(), Some(events.len() as u64 + 1), "no number is left out: {event}");
                events.push(event);
            }
        }
        events
    }

    /// Posts under an idempotency key; nothing when the connection broke.
    pub async fn post(&self, which: usize, path: &str, name: &str, body: &Value) -> Option<(u16, Vec<u8>)> {
        let response = self.request(which, path, name, body).send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, response.bytes().await.ok()?.to_vec()))
    }

    fn request(&self, which: usize, path: &str, name: &str, body: &Value) -> reqwest::RequestBuilder {
        let request = self.http.post(format!("{}/v1/{path}", self.url(which))).bearer_auth(&self.key);
        request.header("idempotency-key", name).header("content-type", "application/json").body(body.to_string())
    }

    pub async fn get(&self, which: usize, path: &str) -> Value {
        let request = self.http.get(format!("{}/v1/{path}", self.url(which))).bearer_auth(&self.key);
        let response = request.send().await.expect("an answer");
        serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON")
    }
}

fn payment() -> Value {
    json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true})
}
