//! `vinr events tail` and `vinr listen`, run as a developer runs them.

mod installation;

use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
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
    installation.address = free_address().await;
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

    // What happened before is told by number, as it is served; whoever listens hears what happens from now on.
    let served = get(&url, &key, "events?after=0").await;
    let before = [tail.text().await, tail.text().await];
    assert!(served.contains(&before.join(",")), "{before:?} in {served}");
    let before = before.map(|line| serde_json::from_str::<Value>(&line).expect("JSON"));
    assert_eq!([&before[0]["sequence"], &before[1]["sequence"]], [1, 2]);
    assert_eq!([&before[0]["type"], &before[1]["type"]], ["payment.created", "payment.completed"]);
    handler.answers([500, 500]);
    let first = pay(&url, &key, "first").await;
    let created = tail.line().await;
    assert_eq!((&created["sequence"], &created["data"]["id"]), (&json!(3), &first["id"]));
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

    listen.interrupt().await;
    tail.interrupt().await;
    server.kill().await;
    installation.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_listen_sends_is_what_an_endpoint_is_sent() {
    let mut installation = Installation::on_sqlite("listen-same");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut server = installation.start().await;
    let (url, key) = (server.url.clone(), installation.key.clone());
    let (handler, mut endpoint) = (Handler::start().await, Handler::start().await);
    post(&url, &key, "webhooks", "hook", &json!({"url": endpoint.url})).await;
    let arguments = ["listen", "--url", &url, "--key", &key, "--forward-to", &handler.url, "--after", "0"];
    let mut listen = Program::start(&installation, &arguments);
    assert_eq!(listen.line().await["secretKeySigns"], true);
    pay(&url, &key, "one").await;
    assert_eq!([listen.line().await["status"].clone(), listen.line().await["status"].clone()], [200, 200]);
    endpoint.arrived(2).await;

    // An endpoint may hear two events of one moment in either order; they say which is the first.
    let mut delivered = endpoint.heard();
    delivered.sort_by_key(|(_, event)| event["sequence"].as_i64());
    for ((sent, _), (wanted, _)) in handler.heard().iter().zip(&delivered) {
        let mut names = [sent, wanted].map(|headers| headers.keys().map(HeaderName::as_str).collect::<Vec<_>>());
        names.each_mut().iter_mut().for_each(|names| names.sort_unstable());
        assert_eq!(names[0], names[1]);
        for name in ["x-test-body", "content-type", "user-agent", "accept", "content-length", "webhook-id"] {
            assert_eq!(sent[name], wanted[name], "{name}");
        }
    }
    listen.interrupt().await;
    server.kill().await;
    installation.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_is_away_is_waited_for_and_one_that_never_accepts_is_given_up_in_order() {
    let mut installation = Installation::on_sqlite("listen-away");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut server = installation.start().await;
    let (url, key) = (server.url.clone(), installation.key.clone());
    let address = free_address().await;
    let to = format!("http://{address}/hook");
    let flags =
        ["listen", "--url", &url, "--key", &key, "--after", "0", "--events", "payment.completed, payment.failed"];
    let mut listen = Program::start(&installation, &[&flags[..], &["--forward-to", &to]].concat());
    assert!(listen.line().await["secret"].is_string());
    pay(&url, &key, "one").await;
    let refused = listen.line().await;
    assert_eq!(refused["error"], format!("connection refused: is your server running on {to}?"));
    assert_eq!(
        (&refused["attempt"], &refused["accepted"], &refused["retryInMs"]),
        (&json!(1), &json!(false), &json!(500))
    );

    let handler = Handler::start_at(&address).await;
    let accepted = loop {
        let line = listen.line().await;
        if line["accepted"] == true {
            break line;
        }
    };
    assert_eq!((&accepted["sequence"], &accepted["status"]), (&json!(2), &json!(200)));

    handler.answers([503; 5]);
    pay(&url, &key, "two").await;
    pay(&url, &key, "three").await;
    for attempt in 1..=5 {
        let line = listen.line().await;
        assert_eq!((&line["sequence"], &line["attempt"], &line["status"]), (&json!(4), &json!(attempt), &json!(503)));
        assert_eq!(line["retryInMs"].is_null(), attempt == 5, "{line}");
    }
    assert_eq!(listen.line().await["sequence"], 6);
    let heard: Vec<_> = handler.heard().iter().map(|(_, event)| event["sequence"].clone()).collect();
    assert_eq!(heard, [2, 4, 4, 4, 4, 4, 6]);
    let said = listen.interrupt().await;
    assert!(said.contains("go on with --after 6"), "{said}");
    server.kill().await;
    installation.remove().await;
}

#[tokio::test]
async fn a_tail_that_nobody_reads_any_more_ends_quietly() {
    let mut installation = Installation::on_sqlite("tail-unread");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut server = installation.start().await;
    let (url, key) = (server.url.clone(), installation.key.clone());
    pay(&url, &key, "one").await;
    let mut command = installation.vinr();
    // A proxy is not asked about this machine, and a variable may end with a line.
    command.env("HTTP_PROXY", "http://127.0.0.1:1").env("VINR_SECRET_KEY", format!("{key}\r\n")).env("VINR_URL", &url);
    command.args(["events", "tail", "--after", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("vinr starts");
    drop(child.stdout.take());
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.expect("it ends").expect("an exit");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
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
    let here = ["--url", &url, "--key", &key];
    let cases: [(&[&str], &[&str], i32, &str); 12] = [
        (&["events", "tail"], &["--url", &url], 2, "vinr keys create"),
        (&["events", "tail"], &["--url", &url, "--key", &wrong_key], 1, "no such API key"),
        (&["events", "tail"], &["--url", &url, "--key", "sk_test_a b"], 2, "no key"),
        (&["events", "tail", "--events", "payment.complete"], &here, 2, "payment.complete: "),
        (&["events", "tail", "--events", "payment.*,payment.complete"], &here, 2, "did you mean payment.completed?"),
        (&["events", "tail"], &["--url", "http://127.0.0.1:1", "--key", &key], 1, "(connection refused)"),
        (&["events", "tail", "--after", "0"], &["--url", "http://127.0.0.1:1", "--key", &key], 1, "vinr serve"),
        (&["events", "tail"], &["--url", "http://a b", "--key", &key], 2, "such as http://127.0.0.1:8080"),
        (&["events", "tail"], &["--url", &format!("{url}/docs"), "--key", &key], 1, "--url"),
        (&["listen", "--forward-to", "ftp://x"], &here, 2, "such as http://localhost"),
        (&["listen", "--forward-to", "localhost:1", "--secret", "abc"], &here, 2, "whsec_"),
        (&["listen", "--forward-to", "localhost:1", "--secret", "whsec_"], &here, 2, "24 to 64 bytes"),
    ];
    for (command, flags, code, says) in cases {
        let arguments = [command, flags].concat();
        let output = installation.vinr().args(&arguments).output();
        let output = tokio::time::timeout(PATIENCE, output).await.expect("it ends").expect("vinr runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), said.contains(says)), (Some(code), true), "{arguments:?}: {said}");
    }
    server.kill().await;
    installation.remove().await;
}

async fn pay(url: &str, key: &str, name: &str) -> Value {
    let body = json!({"amount": 1000, "currency": "EUR", "paymentMethod": "pm_test_4242", "confirm": true});
    post(url, key, "payments", name, &body).await
}

async fn post(url: &str, key: &str, noun: &str, name: &str, body: &Value) -> Value {
    let request = client().post(format!("{url}/v1/{noun}")).bearer_auth(key);
    let request = request.header("idempotency-key", name).header("content-type", "application/json");
    let response = request.body(body.to_string()).send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    serde_json::from_slice(&response.bytes().await.expect("a body")).expect("JSON")
}

async fn get(url: &str, key: &str, path: &str) -> String {
    let request = client().get(format!("{url}/v1/{path}")).bearer_auth(key);
    request.send().await.expect("an answer").text().await.expect("a body")
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// Where nobody listens, for now.
async fn free_address() -> String {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    socket.local_addr().expect("an address").to_string()
}

/// A command that prints JSON lines.
struct Program {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    fn start(installation: &Installation, arguments: &[&str]) -> Program {
        let mut command = installation.vinr();
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("vinr starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Program { child, lines }
    }

    async fn line(&mut self) -> Value {
        serde_json::from_str(&self.text().await).expect("JSON")
    }

    async fn text(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("a line in time");
        line.expect("output").expect("it goes on")
    }

    /// Ends it as Ctrl-C does: with success, and with nothing more to say but what it complained of.
    async fn interrupt(mut self) -> String {
        let id = self.child.id().expect("it runs").to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().await;
        assert!(sent.is_ok_and(|status| status.success()));
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").expect("an exit");
        assert_eq!(status.code(), Some(0));
        assert_eq!(self.lines.next_line().await.expect("output"), None);
        let mut said = String::new();
        self.child.stderr.take().expect("its complaints").read_to_string(&mut said).await.expect("text");
        said
    }
}

/// The developer's own handler.
struct Handler {
    url: String,
    state: Arc<Mutex<Heard>>,
    count: watch::Receiver<usize>,
}

#[derive(Default)]
struct Heard {
    requests: Vec<(HeaderMap, Value)>,
    answers: Vec<u16>,
    count: watch::Sender<usize>,
}

impl Handler {
    async fn start() -> Handler {
        Handler::start_at("127.0.0.1:0").await
    }

    async fn start_at(address: &str) -> Handler {
        let socket = tokio::net::TcpListener::bind(address).await.expect("a port");
        let url = format!("http://{}/hook", socket.local_addr().expect("an address"));
        let state = Arc::<Mutex<Heard>>::default();
        let count = state.lock().expect("no panic").count.subscribe();
        let router = Router::new().route("/hook", axum::routing::post(hear)).with_state(Arc::clone(&state));
        #[expect(clippy::disallowed_methods, reason = "the handler of a test ends with its runtime")]
        tokio::spawn(async move { axum::serve(socket, router).await });
        Handler { url, state, count }
    }

    /// Waits until it has heard so many requests.
    async fn arrived(&mut self, requests: usize) {
        let arrived = self.count.wait_for(|count| *count >= requests);
        tokio::time::timeout(PATIENCE, arrived).await.expect("requests in time").expect("it listens");
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
    state.count.send_replace(state.requests.len());
    let answer = if state.answers.is_empty() { 200 } else { state.answers.remove(0) };
    StatusCode::from_u16(answer).expect("a status")
}
