//! The operator's commands, run as an operator runs them, and what they do to a server that is running.

mod account;
mod backup;
mod export;
mod first_start;
#[path = "../installation/mod.rs"]
mod installation;
mod keys;
mod logs;
mod reading;
mod trigger;

use reqwest::Method;
use serde_json::Value;

use crate::installation::Installation;

/// How a command ended.
struct Ran {
    /// 0, 1 (refused) or 2 (called wrongly).
    code: Option<i32>,
    /// What it printed, where that is one JSON value.
    json: Value,
    /// What it complained of.
    complaint: String,
}

/// Runs a command.
async fn run(installation: &Installation, arguments: &[&str]) -> Ran {
    let ran = installation.vinr().args(arguments).output().await.expect("vinr runs");
    let json = serde_json::from_slice(&ran.stdout).unwrap_or_default();
    Ran { code: ran.status.code(), json, complaint: String::from_utf8_lossy(&ran.stderr).into_owned() }
}

/// What a command prints that must succeed.
async fn done(installation: &Installation, arguments: &[&str]) -> Value {
    let ran = run(installation, arguments).await;
    assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.complaint);
    ran.json
}

/// Asks a server with a key; status and answer.
async fn get(url: &str, path: &str, key: &str) -> (u16, Value) {
    ask(Method::GET, url, path, key, "").await
}

/// Posts a body.
async fn send(url: &str, path: &str, key: &str, body: &Value) -> (u16, Value) {
    ask(Method::POST, url, path, key, &body.to_string()).await
}

async fn ask(method: Method, url: &str, path: &str, key: &str, body: &str) -> (u16, Value) {
    // Another test of this process may have been quicker.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let mut request = client.request(method, format!("{url}{path}")).bearer_auth(key);
    if !body.is_empty() {
        request = request.header("content-type", "application/json").body(body.to_owned());
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("JSON"))
}
