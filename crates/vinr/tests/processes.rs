//! Two processes on one PostgreSQL database, of which one is killed with `kill -9` and started again, now one and now
//! the other, while merchants pay at either and ask the other one again when a connection breaks.

#[expect(dead_code, reason = "one file of a database has one process")]
mod installation;
#[expect(dead_code, reason = "here nobody asks when a payment was made")]
mod merchant;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::installation::{Installation, Server, ready, setting};
use crate::merchant::Merchant;
use crate::merchant::inbox::{Inbox, listen, nanoseconds};

/// Programs that pay at the same time.
const CLIENTS: usize = 12;
/// How long a killed process's leases keep others away (`HANDOVER_LEASE`, and the clock's own).
const LEASE: Duration = Duration::from_mins(1);
/// How much later what was leased is done: the poll that finds it, and the machine's other work.
const MARGIN: Duration = Duration::from_secs(20);
/// How long a webhook may be on its way when nothing is the matter, and how long its receiver keeps a sender waiting.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// How far the clock is moved, past the first retries of a webhook.
const ADVANCE_SECONDS: i64 = 600;

/// Two servers and their merchant.
struct World {
    installation: Installation,
    servers: Vec<Option<Server>>,
    merchant: Merchant,
    receiver: Arc<Receiver>,
}

/// The merchant's end of its webhooks.
#[derive(Default)]
struct Receiver {
    inbox: Inbox,
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
    let (took, keys) = join(world.advance_is_finished(killed_at), world.merchant.same_bytes_everywhere()).await;
    // Besides the one that was cancelled.
    let events = world.merchant.each_paid_once(keys, 1).await;
    let late = world.receiver.inbox.all_told(&events, killed_at + LEASE + MARGIN).await;
    println!("{rounds} kills, {keys} payments, {} events", events.len());
    let repeated = world.receiver.inbox.repeated.load(Ordering::Relaxed);
    println!("an event of a killed process was heard after {:.1} s at most, {repeated} again", late.as_secs_f64());
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
        let merchant = Merchant::new(&installation.key, vec![first.url.clone(), second.url.clone()]);
        let servers = vec![Some(first), Some(second)];
        let world = World { installation, servers, merchant, receiver: Arc::default() };
        let receiver = Arc::clone(&world.receiver);
        let hooks = Router::new().route("/all", post(hear)).route("/slow", post(hear_slowly)).with_state(receiver);
        let hook = listen(hooks).await;
        for (path, events) in [("all", "*"), ("slow", "payment.cancelled")] {
            let endpoint = json!({"url": format!("{hook}/{path}"), "enabledEvents": [events]});
            let made = world.merchant.post(0, "webhooks", path, &endpoint).await.expect("an answer");
            assert_eq!(made.0, 200, "{}", String::from_utf8_lossy(&made.1));
        }
        world
    }

    /// Pays at both until the moment comes; kills one of the two, and starts it again while the clients go on.
    async fn round(&mut self, round: usize, victim: usize, moment: impl Future<Output = ()>) -> Instant {
        let mut server = self.servers[victim].take().expect("it runs");
        let serving = self.installation.serving();
        let stop = AtomicBool::new(false);
        let world = &*self;
        let clients = join_all((0..CLIENTS).map(|number| {
            let (program, stop) = (format!("{round}-{number}"), &stop);
            async move { world.merchant.pay_until(&program, stop).await }
        }));
        let kill = async {
            moment.await;
            server.kill().await;
            let killed_at = Instant::now();
            let (again, _) = ready(serving).await;
            world.merchant.urls.lock().expect("no panic")[victim].clone_from(&again.url);
            // Both serve again, and the clients find the new one.
            tokio::time::sleep(Duration::from_millis(200)).await;
            stop.store(true, Ordering::Relaxed);
            (again, killed_at)
        };
        let (_, (again, killed_at)) = join(clients, kill).await;
        self.servers[victim] = Some(again);
        killed_at
    }

    /// Kills the first process while it walks the clock under load.
    async fn kill_in_the_middle_of_an_advance(&mut self, round: usize) -> Instant {
        self.cancel_one().await;
        self.receiver.holds.store(true, Ordering::Relaxed);
        let asked = Merchant::new(&self.installation.key, vec![self.merchant.url(0)]);
        let by = json!({"seconds": ADVANCE_SECONDS});
        let receiver = Arc::clone(&self.receiver);
        let moment = async move {
            // The retry of the failed webhook is due on the way, and its receiver keeps the walker waiting.
            let advance = asked.post(0, "test/clock/advance", "advance", &by);
            let held = receiver.held.notified();
            match futures_util::future::select(std::pin::pin!(advance), std::pin::pin!(held)).await {
                futures_util::future::Either::Left((answer, _)) => panic!("nothing held the clock up: {answer:?}"),
                futures_util::future::Either::Right(_) => {}
            }
            receiver.holds.store(false, Ordering::Relaxed);
        };
        let killed_at = self.round(round, 0, moment).await;
        let clock = self.merchant.get(1, "test/clock").await;
        assert!(clock["offsetSeconds"].as_i64().is_some_and(|offset| offset < ADVANCE_SECONDS), "{clock}");
        killed_at
    }

    /// Waits until the process that was left has finished the advance of the killed one, and answers how long after
    /// the kill that was.
    async fn advance_is_finished(&self, killed_at: Instant) -> Duration {
        let by = json!({"seconds": ADVANCE_SECONDS});
        let arrived = loop {
            match self.merchant.post(1, "test/clock/advance", "advance", &by).await.expect("an answer") {
                (200, bytes) => break bytes,
                (409, _) => assert!(killed_at.elapsed() < LEASE + MARGIN, "nobody finishes the advance"),
                (status, bytes) => panic!("{status} {}", String::from_utf8_lossy(&bytes)),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let took = killed_at.elapsed();
        let again = self.merchant.post(0, "test/clock/advance", "advance", &by).await.expect("an answer");
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
            let clock = self.merchant.get(which, "test/clock").await;
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
        let held = self.merchant.post(0, "payments", "held", &body).await.expect("an answer");
        assert_eq!(held.0, 200, "{}", String::from_utf8_lossy(&held.1));
        let held: Value = serde_json::from_slice(&held.1).expect("JSON");
        let cancel = format!("payments/{}/cancel", held["id"].as_str().expect("an id"));
        let cancelled = self.merchant.post(0, &cancel, "cancel", &json!({})).await.expect("an answer");
        assert_eq!(cancelled.0, 200, "{}", String::from_utf8_lossy(&cancelled.1));
        tokio::time::timeout(ANSWERED_WITHIN, self.receiver.held.notified()).await.expect("the first attempt comes");
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
}

/// Takes a moment, so that a killed process has deliveries in its memory.
async fn hear(State(receiver): State<Arc<Receiver>>, body: String) {
    tokio::time::sleep(Duration::from_millis(2)).await;
    receiver.inbox.hear(&body);
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
