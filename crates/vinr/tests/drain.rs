//! Told to end, a server finishes what it has accepted, is not held up by what never arrives, and can be hurried.
#![cfg(unix)]

mod installation;

use std::collections::BTreeMap;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

use crate::installation::{Installation, Server};

/// Programs that pay at the same time.
const CLIENTS: usize = 16;
/// Longer than a drain takes on a busy machine, and less than it may take before it is cut off.
const PATIENCE: Duration = Duration::from_secs(25);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_accepted_request_is_answered_before_the_end_on_sqlite() {
    under_load(Installation::on_sqlite("drain")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_accepted_request_is_answered_before_the_end_on_postgres() {
    under_load(Installation::on_postgres("drain").await).await;
}

async fn under_load(mut installation: Installation) {
    // The other test of this process may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut server = installation.start().await;
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let answered = Arc::new(Mutex::new(BTreeMap::new()));
    let pay = |number: usize| {
        let (client, url, key, answered) = (client.clone(), &server.url, &installation.key, Arc::clone(&answered));
        async move {
            for count in 0.. {
                let name = format!("{number}-{count}");
                match post(&client, url, key, &name).await {
                    Some((200, bytes)) => answered.lock().expect("no panic").insert(name, bytes),
                    Some((status, bytes)) => panic!("{status} {}", String::from_utf8_lossy(&bytes)),
                    None => return,
                };
            }
        }
    };
    let enough = async {
        while answered.lock().expect("no panic").len() < 20 * CLIENTS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        signal(&server, "TERM").await;
    };
    futures_util::future::join(futures_util::future::join_all((0..CLIENTS).map(pay)), enough).await;
    let ended = end(&mut server).await;
    assert!(ended.success(), "{ended}");

    // What was answered is there, and nothing else is: a request without an answer was not accepted.
    let mut server = installation.start().await;
    let answered = answered.lock().expect("no panic").clone();
    assert_eq!(count(&client, &server.url, &installation.key).await, answered.len());
    for (name, bytes) in &answered {
        let again = post(&client, &server.url, &installation.key, name).await.expect("an answer");
        assert_eq!(&again, &(200, bytes.clone()), "{name} was answered with other bytes");
    }
    server.kill().await;
    installation.remove().await;
}

#[tokio::test]
async fn a_body_that_arrives_slowly_is_waited_for_and_half_a_head_is_not() {
    let mut installation = Installation::on_sqlite("drain-slow");
    let mut server = installation.start().await;
    let mut slow = Slow::begin(&server, &installation.key).await;
    let mut half = connect(&server).await;
    half.write_all(b"POST /v1/payments HTTP/1.1\r\nhost: vi").await.expect("sent");
    let idle = idle(&server).await;

    signal(&server, "TERM").await;
    closed(idle).await;
    let answer = slow.finish().await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"status\":\"completed\""), "{answer}");
    let ended = end(&mut server).await;
    assert!(ended.success(), "{ended}");
    drop(half);
    installation.remove().await;
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let mut installation = Installation::on_sqlite("drain-twice");
    let mut server = installation.start().await;
    let slow = Slow::begin(&server, &installation.key).await;
    let idle = idle(&server).await;
    signal(&server, "INT").await;
    closed(idle).await;
    assert!(server.child.try_wait().expect("a state").is_none(), "it waits for the body");
    signal(&server, "INT").await;
    let ended = timeout(Duration::from_secs(10), server.child.wait()).await.expect("at once").expect("a state");
    assert_eq!(ended.code(), Some(1));
    drop(slow);
    installation.remove().await;
}

/// A request of which the server has the head and is reading the body.
struct Slow {
    stream: TcpStream,
    rest: String,
}

impl Slow {
    async fn begin(server: &Server, key: &str) -> Slow {
        let mut stream = connect(server).await;
        let body = payment();
        let (first, rest) = body.split_at(body.len() / 2);
        let head = format!(
            "POST /v1/payments HTTP/1.1\r\nhost: vinr\r\nauthorization: Bearer {key}\r\nexpect: 100-continue\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("sent");
        // It is told to go on when the body is wanted: the request has been accepted.
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).await.expect("an answer");
        assert_eq!(go_on.as_slice(), b"HTTP/1.1 100 Continue\r\n\r\n");
        stream.write_all(first.as_bytes()).await.expect("sent");
        Slow { stream, rest: rest.to_owned() }
    }

    async fn finish(&mut self) -> String {
        self.stream.write_all(self.rest.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.expect("a whole answer");
        answer
    }
}

/// A connection that has had an answer and waits for nothing: it is closed as soon as a drain begins.
async fn idle(server: &Server) -> TcpStream {
    let mut stream = connect(server).await;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: vinr\r\n\r\n").await.expect("sent");
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.expect("an answer");
    assert_eq!(answer.as_slice(), b"HTTP/1.1 200");
    stream
}

async fn closed(mut idle: TcpStream) {
    let mut rest = Vec::new();
    timeout(PATIENCE, idle.read_to_end(&mut rest)).await.expect("in time").expect("closed");
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url.trim_start_matches("http://")).await.expect("a connection")
}

async fn signal(server: &Server, name: &str) {
    let pid = server.child.id().expect("it runs").to_string();
    let sent = Command::new("kill").args(["-s", name, &pid]).status().await;
    assert!(sent.is_ok_and(|status| status.success()));
}

async fn end(server: &mut Server) -> ExitStatus {
    timeout(PATIENCE, server.child.wait()).await.expect("it ends in time").expect("a state")
}

fn payment() -> String {
    json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true}).to_string()
}

/// An answer, whole; `None` if the request was not accepted.
async fn post(client: &reqwest::Client, url: &str, key: &str, name: &str) -> Option<(u16, Vec<u8>)> {
    let request = client.post(format!("{url}/v1/payments")).bearer_auth(key).header("idempotency-key", name);
    let response = request.header("content-type", "application/json").body(payment()).send().await.ok()?;
    let status = response.status().as_u16();
    Some((status, response.bytes().await.expect("an answer that began is whole").to_vec()))
}

async fn count(client: &reqwest::Client, url: &str, key: &str) -> usize {
    let (mut count, mut after) = (0, String::new());
    loop {
        let response = client.get(format!("{url}/v1/payments?limit=100{after}")).bearer_auth(key).send().await;
        let bytes = response.expect("an answer").bytes().await.expect("a body");
        let page: Value = serde_json::from_slice(&bytes).expect("JSON");
        count += page["data"].as_array().map_or(0, Vec::len);
        let Some(cursor) = page["page"]["nextCursor"].as_str() else { return count };
        after = format!("&startingAfter={cursor}");
    }
}
