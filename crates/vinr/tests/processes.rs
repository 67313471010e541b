//! Two processes on one PostgreSQL database, of which one is killed with `kill -9` and started again, now one and now
//! the other, while merchants pay at either and ask the other one again when a connection breaks.

#[expect(dead_code, reason = "one file of a database has one process")]
mod installation;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::installation::{Installation, Server, ready, setting};

/// Programs that pay at the same time.
const CLIENTS: usize = 12;
/// How long a killed process's leases keep others away (`HANDOVER_LEASE`, and the clock's own).
const LEASE: Duration = Duration::from_mins(1);
/// How much later what was leased is done: the poll that finds it, and the machine's other work.
const MARGIN: Duration = Duration::from_secs(20);
/// How long an answer may take while the other process is down.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// How far the clock is moved, past the first retries of a webhook.
const ADVANCE_SECONDS: i64 = 600;

/// Two servers, their merchant, and what the merchant knows.
struct World {
    installation: Installation,
    servers: Vec<Option<Server>>,
    http: reqwest::Client,
    /// Where the two are reached; a server that is started again has another port.
    urls: Mutex<Vec<String>>,
    /// What clients asked under each key, and what they were told.
    asked: Mutex<BTreeMap<String, Option<Vec<u8>>>>,
    receiver: Arc<Receiver>,
}

/// The merchant's end of its webhooks.
#[derive(Default)]
struct Receiver {
    /// When each event was first heard, in milliseconds of the wall clock.
    heard: Mutex<BTreeMap<String, u64>>,
    /// Whether the second endpoint has failed once, as it does the first time.
    failed: AtomicBool,
    /// Whether the second endpoint keeps its sender waiting.
    holds: AtomicBool,
    /// A sender waits.
    held: Notify,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_database_lose_and_double_nothing() {
    let rounds = setting("VINR_TEST_KILL_ROUNDS").and_then(|rounds| rounds.parse().ok()).unwrap_or(6_usize);
    let mut world = World::start().await;
    // The last kill is the one in the middle of an advance.
    for round in 0..rounds.saturating_sub(1) {
        let kill = async {
            tokio::time::sleep(Duration::from_millis(50 + nanoseconds() % 500)).await;
        };
        world.round(round, round % 2, kill).await;
    }
    let killed_at = world.kill_in_the_middle_of_an_advance(rounds).await;
    let (took, keys) = join(world.advance_is_finished(killed_at), world.same_bytes_everywhere()).await;
    assert_eq!(world.count(0).await, keys, "as many payments as keys");
    let events = world.sequence(keys).await;
    let late = world.all_told(&events, killed_at + LEASE + MARGIN).await;
    println!("{rounds} kills, {keys} payments, {} events", events.len());
    println!("an event of a killed process was heard after {:.1} s at most", late.as_secs_f64());
    println!("the advance of the killed process arrived {:.1} s after the kill", took.as_secs_f64());
    // An event that nobody had to take over would prove nothing.
    assert!(late > LEASE / 2, "no killed process left a lease behind: {late:?}");
    assert!(late < LEASE + MARGIN, "leases are taken over late: {late:?}");
    assert!(took < LEASE + MARGIN, "the advance is taken over late: {took:?}");
    world.end().await;
}

impl World {
    async fn start() -> World {
        let mut installation = Installation::on_postgres("processes").await;
        // The first start shows the key that both take.
        let first = installation.start().await;
        let (second, _) = ready(installation.serving()).await;
        let urls = Mutex::new(vec![first.url.clone(), second.url.clone()]);
        // Another test of this process may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(ANSWERED_WITHIN).build().expect("a client");
        let (servers, asked) = (vec![Some(first), Some(second)], Mutex::default());
        let world = World { installation, servers, http, urls, asked, receiver: Arc::default() };
        let hook = listen(Arc::clone(&world.receiver)).await;
        for (path, events) in [("all", "*"), ("slow", "payment.cancelled")] {
            let endpoint = json!({"url": format!("{hook}/{path}"), "enabledEvents": [events]});
            let made = world.post(0, "webhooks", path, &endpoint).await.expect("an answer");
            assert_eq!(made.0, 200, "{}", String::from_utf8_lossy(&made.1));
        }
        world
    }

    fn url(&self, which: usize) -> String {
        self.urls.lock().expect("no panic")[which].clone()
    }

    /// Pays at both until the moment comes; kills one of the two, and starts it again while the clients go on.
    async fn round(&mut self, round: usize, victim: usize, moment: impl Future<Output = ()>) -> Instant {
        let mut server = self.servers[victim].take().expect("it runs");
        let serving = self.installation.serving();
        let stop = AtomicBool::new(false);
        let world = &*self;
        let clients = join_all((0..CLIENTS).map(|number| world.client(round, number, &stop)));
        let kill = async {
            moment.await;
            server.kill().await;
            let killed_at = Instant::now();
            let (again, _) = ready(serving).await;
            world.urls.lock().expect("no panic")[victim].clone_from(&again.url);
            // Both serve again, and the clients find the new one.
            tokio::time::sleep(Duration::from_millis(200)).await;
            stop.store(true, Ordering::Relaxed);
            (again, killed_at)
        };
        let (_, (again, killed_at)) = join(clients, kill).await;
        self.servers[victim] = Some(again);
        killed_at
    }

    /// Pays until it is told to stop, at one process and then at the other.
    async fn client(&self, round: usize, number: usize, stop: &AtomicBool) {
        for count in 0.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let name = format!("{round}-{number}-{count}");
            self.asked.lock().expect("no panic").insert(name.clone(), None);
            let bytes = self.pay_at_last(number + count, &name).await;
            self.asked.lock().expect("no panic").insert(name, Some(bytes));
        }
    }

    /// Pays under a key; asks the other process when a connection breaks, and again when told to.
    async fn pay_at_last(&self, first: usize, name: &str) -> Vec<u8> {
        let deadline = Instant::now() + ANSWERED_WITHIN;
        for attempt in first.. {
            assert!(Instant::now() < deadline, "{name} is not paid in time");
            match self.post(attempt % 2, "payments", name, &payment()).await {
                Some((200, bytes)) => return bytes,
                Some((409 | 503, bytes)) => {
                    let body: Value = serde_json::from_slice(&bytes).expect("an error is JSON");
                    let code = body["error"]["code"].as_str().expect("a code");
                    let again = ["idempotency_key_in_use", "service_unavailable"].contains(&code);
                    assert!(again, "{name}: {body}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Some((status, bytes)) => panic!("{name}: {status} {}", String::from_utf8_lossy(&bytes)),
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
        unreachable!("the deadline comes first")
    }

    /// Kills the first process while it walks the clock under load.
    async fn kill_in_the_middle_of_an_advance(&mut self, round: usize) -> Instant {
        self.cancel_one().await;
        self.receiver.holds.store(true, Ordering::Relaxed);
        let (http, url, key) = (self.http.clone(), self.url(0), self.installation.key.clone());
        let by = json!({"seconds": ADVANCE_SECONDS});
        let receiver = Arc::clone(&self.receiver);
        let moment = async move {
            // The retry of the failed webhook is due on the way, and its receiver keeps the walker waiting.
            let advance = send(&http, &url, &key, ("test/clock/advance", "advance"), &by);
            let held = receiver.held.notified();
            match futures_util::future::select(std::pin::pin!(advance), std::pin::pin!(held)).await {
                futures_util::future::Either::Left((answer, _)) => panic!("nothing held the clock up: {answer:?}"),
                futures_util::future::Either::Right(_) => {}
            }
            receiver.holds.store(false, Ordering::Relaxed);
        };
        let killed_at = self.round(round, 0, moment).await;
        let clock = self.get(1, "test/clock").await;
        assert!(clock["offsetSeconds"].as_i64().is_some_and(|offset| offset < ADVANCE_SECONDS), "{clock}");
        killed_at
    }

    /// Waits until the process that was left has finished the advance of the killed one, and answers how long after
    /// the kill that was.
    async fn advance_is_finished(&self, killed_at: Instant) -> Duration {
        let by = json!({"seconds": ADVANCE_SECONDS});
        let arrived = loop {
            match self.post(1, "test/clock/advance", "advance", &by).await.expect("an answer") {
                (200, bytes) => break bytes,
                (409, _) => assert!(killed_at.elapsed() < LEASE + MARGIN, "nobody finishes the advance"),
                (status, bytes) => panic!("{status} {}", String::from_utf8_lossy(&bytes)),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let took = killed_at.elapsed();
        let again = self.post(0, "test/clock/advance", "advance", &by).await.expect("an answer");
        assert_eq!(again.1, arrived, "both tell the same of it");
        for which in 0..2 {
            self.shows_one_advance(which).await;
        }
        took
    }

    /// Waits until a process shows the clock where one advance has left it: a second is how long it may have known the
    /// account from before.
    async fn shows_one_advance(&self, which: usize) {
        let deadline = Instant::now() + Duration::from_secs(2);
        loop {
            let clock = self.get(which, "test/clock").await;
            let offset = clock["offsetSeconds"].as_i64().expect("seconds");
            // The clock stood still at its target while the walk took its time.
            if (ADVANCE_SECONDS / 2..=ADVANCE_SECONDS).contains(&offset) {
                return;
            }
            assert!(offset == 0 && Instant::now() < deadline, "process {which} shows {clock}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A webhook that fails at first, so that its retry lies ahead.
    async fn cancel_one(&self) {
        let body = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true,
            "captureMethod": "manual"});
        let held = self.post(0, "payments", "held", &body).await.expect("an answer");
        assert_eq!(held.0, 200, "{}", String::from_utf8_lossy(&held.1));
        let held: Value = serde_json::from_slice(&held.1).expect("JSON");
        let cancel = format!("payments/{}/cancel", held["id"].as_str().expect("an id"));
        let cancelled = self.post(0, &cancel, "cancel", &json!({})).await.expect("an answer");
        assert_eq!(cancelled.0, 200, "{}", String::from_utf8_lossy(&cancelled.1));
        tokio::time::timeout(ANSWERED_WITHIN, self.receiver.held.notified()).await.expect("the first attempt comes");
    }

    /// Every key asked once more at each process gives the bytes that were answered. Answers how many payments there
    /// should be.
    async fn same_bytes_everywhere(&self) -> usize {
        let asked = self.asked.lock().expect("no panic").clone();
        let all: Vec<_> = asked.into_iter().collect();
        let one = |(name, before): &(String, Option<Vec<u8>>)| {
            let (name, before) = (name.clone(), before.clone().expect("every client was answered in the end"));
            async move {
                for which in 0..2 {
                    let (status, bytes) = self.post(which, "payments", &name, &payment()).await.expect("an answer");
                    assert_eq!(status, 200, "{name}: {}", String::from_utf8_lossy(&bytes));
                    assert_eq!(bytes, before, "{name} is answered with other bytes by process {which}");
                }
            }
        };
        for some in all.chunks(CLIENTS) {
            join_all(some.iter().map(one)).await;
        }
        // And the one that was cancelled.
        all.len() + 1
    }

    async fn count(&self, which: usize) -> usize {
        let (mut count, mut after) = (0, String::new());
        loop {
            let page = self.get(which, &format!("payments?limit=100{after}")).await;
            count += page["data"].as_array().map_or(0, Vec::len);
            let Some(cursor) = page["page"]["nextCursor"].as_str() else { return count };
            after = format!("&startingAfter={cursor}");
        }
    }

    /// Reads every event, now here and now there: their numbers are 1 to n, and each payment was completed once.
    async fn sequence(&self, payments: usize) -> Vec<String> {
        let mut events: Vec<Value> = Vec::new();
        loop {
            let page = self.get(events.len() % 2, &format!("events?limit=100&after={}", events.len())).await;
            let more = page["data"].as_array().cloned().expect("a list");
            if more.is_empty() {
                break;
            }
            for event in more {
                assert_eq!(event["sequence"].as_u64(), Some(events.len() as u64 + 1), "no number is left out: {event}");
                events.push(event);
            }
        }
        let completed = events.iter().filter(|event| event["type"] == "payment.completed").count();
        assert_eq!(completed + 1, payments, "each was completed once, but for the cancelled one");
        events.iter().map(|event| event["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Waits until every event was heard, and answers how long the longest took from its commit.
    async fn all_told(&self, events: &[String], deadline: Instant) -> Duration {
        let mut longest = 0;
        for event in events {
            let heard_at = loop {
                if let Some(at) = self.receiver.heard.lock().expect("no panic").get(event) {
                    break *at;
                }
                assert!(Instant::now() < deadline, "{event} was not told in time");
                tokio::time::sleep(Duration::from_millis(50)).await;
            };
            longest = longest.max(heard_at.saturating_sub(drawn_at(event)));
        }
        Duration::from_millis(longest)
    }

    async fn end(mut self) {
        for mut server in self.servers.drain(..).flatten() {
            assert!(server.child.try_wait().expect("a child").is_none(), "it still runs");
            server.kill().await;
        }
        let ledger = self.installation.vinr().args(["ledger", "verify"]).output().await.expect("vinr runs");
        assert!(ledger.status.success(), "{}", String::from_utf8_lossy(&ledger.stdout));
        self.installation.remove().await;
    }

    async fn post(&self, which: usize, path: &str, name: &str, body: &Value) -> Option<(u16, Vec<u8>)> {
        send(&self.http, &self.url(which), &self.installation.key, (path, name), body).await
    }

    async fn get(&self, which: usize, path: &str) -> Value {
        let request = self.http.get(format!("{}/v1/{path}", self.url(which))).bearer_auth(&self.installation.key);
        let response = request.send().await.expect("an answer");
        serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON")
    }
}

/// Posts under an idempotency key; nothing when the connection broke.
async fn send(
    http: &reqwest::Client,
    url: &str,
    key: &str,
    (path, name): (&str, &str),
    body: &Value,
) -> Option<(u16, Vec<u8>)> {
    let request = http.post(format!("{url}/v1/{path}")).bearer_auth(key).header("idempotency-key", name);
    let response = request.header("content-type", "application/json").body(body.to_string()).send().await.ok()?;
    let status = response.status().as_u16();
    Some((status, response.bytes().await.ok()?.to_vec()))
}

fn payment() -> Value {
    json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true})
}

async fn listen(receiver: Arc<Receiver>) -> String {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", socket.local_addr().expect("an address"));
    let router = Router::new().route("/all", post(hear)).route("/slow", post(hear_slowly)).with_state(receiver);
    #[expect(clippy::disallowed_methods, reason = "the merchant of a test ends with its runtime")]
    tokio::spawn(async move { axum::serve(socket, router).await });
    url
}

/// Takes a moment, so that a killed process has deliveries in its memory.
async fn hear(State(receiver): State<Arc<Receiver>>, body: String) {
    let event: Value = serde_json::from_str(&body).expect("events are JSON");
    let id = event["id"].as_str().expect("an id").to_owned();
    tokio::time::sleep(Duration::from_millis(2)).await;
    receiver.heard.lock().expect("no panic").entry(id).or_insert_with(now_ms);
}

/// Fails the first time, then keeps its sender waiting until that one is killed, then is well.
async fn hear_slowly(State(receiver): State<Arc<Receiver>>, body: String) -> StatusCode {
    assert!(body.contains("payment.cancelled"), "{body}");
    let first = !receiver.failed.swap(true, Ordering::Relaxed);
    let holds = receiver.holds.load(Ordering::Relaxed);
    if first || holds {
        receiver.held.notify_one();
    }
    if holds {
        tokio::time::sleep(ANSWERED_WITHIN).await;
    }
    if first || holds { StatusCode::INTERNAL_SERVER_ERROR } else { StatusCode::OK }
}

/// When an id was drawn: 48 bits of milliseconds in base32 (`TypeID`, RFC 9562).
fn drawn_at(id: &str) -> u64 {
    const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let digits = id.rsplit_once('_').expect("a prefix").1.chars().take(10);
    digits.fold(0, |sum, digit| sum * 32 + DIGITS.find(digit).expect("base32") as u64)
}

fn now_ms() -> u64 {
    u64::try_from(since_1970().as_millis()).expect("a moment of this age")
}

fn nanoseconds() -> u64 {
    u64::from(since_1970().subsec_nanos())
}

fn since_1970() -> Duration {
    #[expect(clippy::disallowed_methods, reason = "a kill comes at a moment that nobody chose")]
    let now = SystemTime::now();
    now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}
