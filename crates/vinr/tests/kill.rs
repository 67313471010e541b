//! `kill -9` under load, again and again: every answered payment is there, none is doubled by a retry with its key,
//! every event is told, and the ledger adds up.

mod installation;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::State;
use serde_json::{Value, json};

use crate::installation::{Installation, Server, setting};

/// Programs that pay at the same time.
const CLIENTS: usize = 16;
/// Longer than the lease that a killed process leaves on its deliveries.
const PATIENCE: Duration = Duration::from_mins(2);

/// What clients asked under each key, and what they were told.
type Asked = Arc<Mutex<BTreeMap<String, Option<Vec<u8>>>>>;
type Heard = Arc<Mutex<BTreeSet<String>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_answered_is_lost_on_sqlite() {
    survive(Installation::on_sqlite("kill")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_answered_is_lost_on_postgres() {
    survive(Installation::on_postgres("kill").await).await;
}

async fn survive(mut installation: Installation) {
    let rounds = setting("VINR_TEST_KILL_ROUNDS").and_then(|rounds| rounds.parse().ok()).unwrap_or(6_u32);
    let heard = Heard::default();
    let hook = listen(Arc::clone(&heard)).await;
    let mut server = installation.start().await;
    // The other test of this process may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let endpoint = json!({"url": hook, "enabledEvents": ["*"]}).to_string();
    let made = post(&client, &server.url, &installation.key, "webhooks", "hook", endpoint).await.expect("an answer");
    assert_eq!(made.0, 200, "{}", String::from_utf8_lossy(&made.1));
    let asked = Asked::default();
    for round in 0..rounds {
        load(&client, &mut server, &installation, &asked, round).await;
        server = installation.start().await;
        verify(&client, &server.url, &installation, &asked, &format!("{round}-")).await;
    }
    verify(&client, &server.url, &installation, &asked, "").await;
    assert_eq!(count(&client, &server.url, &installation.key).await, asked.lock().expect("no panic").len());
    let events = all_told(&client, &server.url, &installation.key, &heard).await;
    let payments = asked.lock().expect("no panic").len();
    assert!(events >= 2 * payments, "each payment was created and completed");
    println!("killed {rounds} times: {payments} payments are there, {events} events were told");
    server.kill().await;
    let ledger = installation.vinr().args(["ledger", "verify"]).output().await.expect("vinr runs");
    assert!(ledger.status.success(), "{}", String::from_utf8_lossy(&ledger.stdout));
    installation.remove().await;
}

/// Pays from many clients until the server is killed in the middle of it.
async fn load(client: &reqwest::Client, server: &mut Server, installation: &Installation, asked: &Asked, round: u32) {
    let one = |number: usize| {
        let (url, key, asked) = (server.url.clone(), installation.key.clone(), Arc::clone(asked));
        async move {
            for count in 0.. {
                let name = format!("{round}-{number}-{count}");
                asked.lock().expect("no panic").insert(name.clone(), None);
                match post(client, &url, &key, "payments", &name, body()).await {
                    Some((200, bytes)) => asked.lock().expect("no panic").insert(name, Some(bytes)),
                    Some((status, bytes)) => panic!("{status} {}", String::from_utf8_lossy(&bytes)),
                    None => return,
                };
            }
        }
    };
    let clients = futures_util::future::join_all((0..CLIENTS).map(one));
    let kill = async {
        tokio::time::sleep(Duration::from_millis(50 + nanoseconds() % 700)).await;
        server.kill().await;
    };
    futures_util::future::join(clients, kill).await;
}

/// Every key that begins so, asked again: the answered ones give the same bytes, the others are done now.
async fn verify(client: &reqwest::Client, url: &str, installation: &Installation, asked: &Asked, round: &str) {
    let keys = asked.lock().expect("no panic").clone();
    let keys: Vec<_> = keys.into_iter().filter(|(name, _)| name.starts_with(round)).collect();
    let one = |(name, before): (String, Option<Vec<u8>>)| async move {
        let again = post(client, url, &installation.key, "payments", &name, body()).await.expect("an answer");
        assert_eq!(again.0, 200, "{name}: {}", String::from_utf8_lossy(&again.1));
        match before {
            Some(bytes) => assert_eq!(again.1, bytes, "{name} was answered with other bytes"),
            None => drop(asked.lock().expect("no panic").insert(name, Some(again.1))),
        }
    };
    for keys in keys.chunks(CLIENTS) {
        futures_util::future::join_all(keys.iter().cloned().map(one)).await;
    }
}

async fn count(client: &reqwest::Client, url: &str, key: &str) -> usize {
    let (mut count, mut after) = (0, String::new());
    loop {
        let page = get(client, &format!("{url}/v1/payments?limit=100{after}"), key).await;
        count += page["data"].as_array().map_or(0, Vec::len);
        let Some(cursor) = page["page"]["nextCursor"].as_str() else { return count };
        after = format!("&startingAfter={cursor}");
    }
}

/// Waits until the merchant has heard of every event; how many there are.
async fn all_told(client: &reqwest::Client, url: &str, key: &str, heard: &Heard) -> usize {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let mut after = 0;
    loop {
        let page = get(client, &format!("{url}/v1/events?limit=100&after={after}"), key).await;
        let events = page["data"].as_array().cloned().unwrap_or_default();
        if events.is_empty() {
            return usize::try_from(after).expect("a count");
        }
        for event in &events {
            let id = event["id"].as_str().expect("an id");
            while !heard.lock().expect("no panic").contains(id) {
                assert!(tokio::time::Instant::now() < deadline, "{id} was never told");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        // Numbers have no gaps.
        after += i64::try_from(events.len()).expect("a page");
        assert_eq!(events.last().map(|event| &event["sequence"]), Some(&json!(after)));
    }
}

async fn listen(heard: Heard) -> String {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", socket.local_addr().expect("an address"));
    let router = Router::new().route("/hook", axum::routing::post(hear)).with_state(heard);
    #[expect(clippy::disallowed_methods, reason = "the merchant of a test ends with its runtime")]
    tokio::spawn(async move { axum::serve(socket, router).await });
    url
}

async fn hear(State(heard): State<Heard>, body: String) {
    let event: Value = serde_json::from_str(&body).expect("events are JSON");
    heard.lock().expect("no panic").insert(event["id"].as_str().expect("an id").to_owned());
}

fn body() -> String {
    json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true}).to_string()
}

async fn post(
    client: &reqwest::Client,
    url: &str,
    key: &str,
    noun: &str,
    name: &str,
    body: String,
) -> Option<(u16, Vec<u8>)> {
    let request = client.post(format!("{url}/v1/{noun}")).bearer_auth(key).header("idempotency-key", name);
    let response = request.header("content-type", "application/json").body(body).send().await.ok()?;
    let status = response.status().as_u16();
    Some((status, response.bytes().await.ok()?.to_vec()))
}

async fn get(client: &reqwest::Client, url: &str, key: &str) -> Value {
    let response = client.get(url).bearer_auth(key).send().await.expect("an answer");
    serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON")
}

fn nanoseconds() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a kill comes at a moment that nobody chose")]
    let now = SystemTime::now();
    u64::from(now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.subsec_nanos()))
}
