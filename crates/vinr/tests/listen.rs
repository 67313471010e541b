//! `vinr events tail` and `vinr listen`, run as a developer runs them.

mod installation;

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout};
use vinr_server::env::WallClock;
use vinr_server::signature;

use crate::installation::Installation;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tail_and_listen_work_on_sqlite() {
    follow(Installation::on_sqlite("listen")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tail_and_listen_work_on_postgres() {
    follow(Installation::on_postgres("listen").await).await;
}

async fn follow(mut installation: Installation) {
    // A killed server comes back at the same address.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("an address");
    installation.address = free.to_string();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut server = installation.start().await;
    let (url, key) = (server.url.clone(), installation.key.clone());
    pay(&url, &key, "before").await;

    let handler = Handler::start().await;
    let flags = ["--url", &url, "--key", &key];
    let mut tail = Program::start(&installation, &[&["events", "tail", "--after", "0"], &flags[..]].concat());
    let only = ["--events", "payment.completed", "--forward-to", &handler.url];
    let mut listen = Program::start(&installation, &[&["listen"], &flags[..], &only].concat());
    let secret = listen.line().await["secret"].as_str().expect("a secret").to_owned();

    // What happened before is told by number; whoever listens hears what happens from now on.
    assert_eq!(tail.line().await["sequence"], 1);
    assert_eq!(tail.line().await["type"], "payment.completed");
    handler.answers([500, 500]);
    let first = pay(&url, &key, "first").await;
    assert_eq!(tail.line().await["data"]["id"], first["id"]);
    let told = [listen.line().await, listen.line().await, listen.line().await];
    assert_eq!(
        told.map(|line| (line["sequence"].clone(), line["status"].clone())),
        [(json!(4), json!(500)), (json!(4), json!(500)), (json!(4), json!(200))]
    );

    // The server dies and comes back; nothing is missed, nothing out of its turn.
    server.kill().await;
    server = installation.start().await;
    let second = pay(&url, &key, "second").await;
    assert_eq!(listen.line().await["sequence"], 6);
    let sequences = [tail.line().await, tail.line().await, tail.line().await].map(|event| event["sequence"].clone());
    assert_eq!(sequences, [json!(4), json!(5), json!(6)]);

    let heard = handler.heard();
    let ids: Vec<_> = heard.iter().map(|(_, event)| &event["data"]["id"]).collect();
    assert_eq!(ids, [&first["id"], &first["id"], &first["id"], &second["id"]]);
    verify(&heard, &secret, &key);

    listen.child.kill().await.expect("killed");
    server.kill().await;
    installation.remove().await;
}

/// Both ways: with the secret that was shown, and with nothing but the secret key.
fn verify(heard: &[(HeaderMap, Value)], secret: &str, key: &str) {
    let now = WallClock::System.now();
    let secret = signature::read_secret(secret).expect("written as an endpoint's");
    for (headers, event) in heard {
        let body = headers["x-test-body"].as_bytes();
        let header = headers["x-vinr-signature"].to_str().expect("text");
        for secret in [secret.clone(), signature::of_key(key)] {
            assert_eq!(signature::verify(header, body, std::slice::from_ref(&secret), now), Ok(()));
        }
        assert_eq!(headers["webhook-id"], event["id"].as_str().expect("an id"));
    }
}

#[tokio::test]
async fn wrong_usage_says_what_to_do() {
    let mut installation = Installation::on_sqlite("listen-usage");
    let mut server = installation.start().await;
    let (url, key) = (server.url.clone(), installation.key.clone());
    let wrong_key = format!("sk_test_{}", "x".repeat(40));
    let cases: [(&[&str], i32, &str); 6] = [
        (&["events", "tail", "--url", &url], 2, "vinr keys create"),
        (&["events", "tail", "--url", &url, "--key", &wrong_key], 1, "no such API key"),
        (&["events", "tail", "--url", &url, "--key", &key, "--events", "payment.complete"], 2, "payment.completed"),
        (&["events", "tail", "--url", "http://127.0.0.1:1", "--key", &key], 1, "vinr serve"),
        (&["listen", "--url", &url, "--key", &key, "--forward-to", "ftp://x"], 2, "such as http://localhost"),
        (&["listen", "--key", &key, "--forward-to", "localhost:1", "--secret", "abc"], 2, "whsec_"),
    ];
    for (arguments, code, says) in cases {
        let output = installation.vinr().args(arguments).output().await.expect("vinr runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.contains(says)), (Some(code), true), "{arguments:?}: {said}");
    }
    server.kill().await;
    installation.remove().await;
}

async fn pay(url: &str, key: &str, name: &str) -> Value {
    let body = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true}).to_string();
    let request = reqwest::Client::new().post(format!("{url}/v1/payments")).bearer_auth(key);
    let request = request.header("idempotency-key", name).header("content-type", "application/json");
    let response = request.body(body).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON")
}

/// A command that prints JSON lines.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(installation: &Installation, arguments: &[&str]) -> Program {
        let mut child = installation.vinr().args(arguments).stdout(Stdio::piped()).spawn().expect("vinr starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Program { child, lines }
    }

    async fn line(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("a line in time");
        serde_json::from_str(&line.expect("output").expect("it goes on")).expect("JSON")
    }
}

/// The developer's own handler.
struct Handler {
    url: String,
    state: Arc<Mutex<Heard>>,
}

#[derive(Default)]
struct Heard {
    requests: Vec<(HeaderMap, Value)>,
    answers: Vec<u16>,
}

impl Handler {
    async fn start() -> Handler {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hook", socket.local_addr().expect("an address"));
        let state = Arc::<Mutex<Heard>>::default();
        let router = Router::new().route("/hook", axum::routing::post(hear)).with_state(Arc::clone(&state));
        #[expect(clippy::disallowed_methods, reason = "the handler of a test ends with its runtime")]
        tokio::spawn(async move { axum::serve(socket, router).await });
        Handler { url, state }
    }

    /// What it says to the next requests; afterwards 200.
    fn answers(&self, answers: impl IntoIterator<Item = u16>) {
        self.state.lock().expect("no panic").answers = answers.into_iter().collect();
    }

    fn heard(&self) -> Vec<(HeaderMap, Value)> {
        self.state.lock().expect("no panic").requests.clone()
    }
}

async fn hear(State(state): State<Arc<Mutex<Heard>>>, mut headers: HeaderMap, body: Bytes) -> StatusCode {
    let event = serde_json::from_slice(&body).expect("events are JSON");
    // Kept with its headers: what was signed are these very bytes.
    headers.insert("x-test-body", axum::http::HeaderValue::from_bytes(&body).expect("one line"));
    let mut state = state.lock().expect("no panic");
    state.requests.push((headers, event));
    let answer = if state.answers.is_empty() { 200 } else { state.answers.remove(0) };
    StatusCode::from_u16(answer).expect("a status")
}
