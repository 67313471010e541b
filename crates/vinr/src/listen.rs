//! `vinr listen`: an account's events as signed webhooks to an address on this machine, without an endpoint.
//!
//! One event after the other: the next is sent when the one before was accepted or given up, so the order holds.

use std::cell::Cell;
use std::time::Duration;

use reqwest::Url;
use serde_json::json;
use tokio::time::Instant;
use vinr_core::keys::{KeyKind, KeyPrefix};
use vinr_server::egress::USER_AGENT;
use vinr_server::env::{Entropy, WallClock};
use vinr_server::signature::{self, Secret, Signers};

use crate::api::reason;
use crate::cli::FollowOptions;
use crate::follow::{Event, Follower};
use crate::show::{Colour, Lines};
use crate::{Failure, address, stop};

/// How long the handler may take, as long as a webhook's may.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Pauses between tries; then the event is given up, and the next one is not kept waiting.
const PAUSES_MS: [u64; 4] = [500, 1_000, 3_000, 10_000];
/// How much of an answer is read, as much as of a webhook's.
const BODY_BYTES_MAX: usize = 4_096;
/// How many bytes a secret has (Standard Webhooks, Signature scheme).
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

struct Forwarder {
    http: reqwest::Client,
    to: Url,
    signers: Signers,
    lines: Lines,
}

/// What became of one try.
struct Tried {
    /// Counted from 1.
    attempt: usize,
    answered: Result<u16, String>,
    duration_ms: u64,
    /// Until the next try, if there is one.
    pause_ms: Option<u64>,
}

impl Tried {
    fn is_accepted(&self) -> bool {
        matches!(self.answered, Ok(200..=299))
    }
}

/// Forwards events, one after the other, until Ctrl-C or SIGTERM; then it says where to go on.
pub(crate) async fn run(options: FollowOptions, to: &str, secret: Option<&str>, json: bool) -> Result<(), Failure> {
    let done = Cell::new(None);
    stop::until(forward_all(options, to, secret, json, &done)).await?;
    if let Some(last) = done.get() {
        eprintln!("vinr: stopped; to miss nothing, go on with --after {last}");
    }
    Ok(())
}

/// Forwards what there is and what comes; `done` is the number of the last event that was accepted or given up.
async fn forward_all(
    options: FollowOptions,
    to: &str,
    secret: Option<&str>,
    json: bool,
    done: &Cell<Option<i64>>,
) -> Result<(), Failure> {
    let to = address::read("--forward-to", to, "http://localhost:3000/webhooks")?;
    let secret = match secret {
        Some(text) => read_secret(text)?,
        None => Entropy::system().map_err(Failure::refused)?.bytes::<24>().to_vec().into(),
    };
    let shown = signature::shown(&secret);
    // Whoever verifies with nothing but the secret key is served too.
    let key = options.server.key.as_deref().map(str::trim);
    let key = key.filter(|key| KeyPrefix::parse(key).is_some_and(|prefix| prefix.kind == KeyKind::Secret));
    let signers = Signers { endpoint: vec![secret], keys: key.map(signature::of_key).into_iter().collect() };
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    let http = builder.timeout(TIMEOUT).user_agent(USER_AGENT).build().map_err(Failure::refused)?;
    let mut follower = Follower::start(options).await?;
    done.set(Some(follower.after()));
    let forwarder = Forwarder { http, to, signers, lines: Lines::new(json) };
    forwarder.introduce(&follower.api.url, &shown)?;
    loop {
        for event in follower.next().await? {
            forwarder.forward(&event).await?;
            done.set(Some(event.sequence));
        }
    }
}

fn read_secret(text: &str) -> Result<Secret, Failure> {
    let secret = signature::read_secret(text.trim()).filter(|secret| SECRET_BYTES.contains(&secret.len()));
    secret.ok_or_else(|| {
        let message = "--secret is written as an endpoint's: whsec_ and 24 to 64 bytes in base64; leave it out for a \
                       new one";
        Failure::Usage(message.to_owned())
    })
}

impl Forwarder {
    fn introduce(&self, url: &str, secret: &str) -> Result<(), Failure> {
        let Forwarder { to, signers, .. } = self;
        let by_key = !signers.keys.is_empty();
        let also = if by_key {
            "A handler that verifies with the account's secret key instead needs nothing else."
        } else {
            "Only this secret verifies them: a key other than a secret key does not sign."
        };
        let words = format!(
            "Events of {url} go to {to}; Ctrl-C ends.\nThe signing secret, for your handler:\n  {secret}\n{also}"
        );
        self.lines.print(&json!({"forwardTo": to.as_str(), "secret": secret, "secretKeySigns": by_key}), &words)
    }

    /// Sends an event until it is accepted, or often enough.
    async fn forward(&self, event: &Event) -> Result<(), Failure> {
        for attempt in 0..=PAUSES_MS.len() {
            let began = Instant::now();
            let answered = self.post(event).await;
            let duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            let mut tried = Tried { attempt: attempt + 1, answered, duration_ms, pause_ms: None };
            if !tried.is_accepted() {
                tried.pause_ms = PAUSES_MS.get(attempt).copied();
            }
            self.tell(event, &tried)?;
            let Some(pause_ms) = tried.pause_ms else { return Ok(()) };
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
        }
        Ok(())
    }

    /// One try: its status, or why there is none.
    async fn post(&self, event: &Event) -> Result<u16, String> {
        let body = event.json.as_bytes();
        let mut request = self.http.post(self.to.clone()).header("content-type", "application/json");
        for (name, value) in signature::headers(&self.signers, &event.id, body, WallClock::System.now()) {
            request = request.header(name, value);
        }
        let mut response = request.body(body.to_vec()).send().await.map_err(|error| self.unanswered(&error))?;
        let mut read = 0;
        // The status decides, but a handler that still writes is not hung up on.
        while read < BODY_BYTES_MAX
            && let Ok(Some(chunk)) = response.chunk().await
        {
            read += chunk.len();
        }
        Ok(response.status().as_u16())
    }

    fn unanswered(&self, error: &reqwest::Error) -> String {
        let why = reason(error);
        if error.is_connect() { format!("{why}: is your server running on {}?", self.to) } else { why }
    }

    fn tell(&self, event: &Event, tried: &Tried) -> Result<(), Failure> {
        let mut value = json!({
            "sequence": event.sequence, "id": event.id, "type": event.kind, "attempt": tried.attempt,
            "accepted": tried.is_accepted(), "durationMs": tried.duration_ms,
        });
        let (colour, outcome) = match &tried.answered {
            Ok(status) => {
                value["status"] = json!(status);
                let colour = if tried.is_accepted() { Colour::Good } else { Colour::Bad };
                (colour, format!("{} in {} ms", self.lines.painted(colour, &status.to_string()), tried.duration_ms))
            }
            Err(why) => {
                value["error"] = json!(why);
                (Colour::Bad, self.lines.painted(Colour::Bad, why))
            }
        };
        let next = match tried.pause_ms {
            Some(pause_ms) => {
                value["retryInMs"] = json!(pause_ms);
                let seconds = Duration::from_millis(pause_ms).as_secs_f64();
                format!(" (again in {seconds} s)")
            }
            None if tried.is_accepted() => String::new(),
            None => {
                let words = format!("given up after {} tries", tried.attempt);
                format!(" ({}; going on with the next event)", self.lines.painted(colour, &words))
            }
        };
        let words = format!("{:>6}  {:<32}  → {outcome}{next}", event.sequence, event.kind);
        self.lines.print(&value, &words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_the_length_that_every_library_takes() {
        for length in [24, 32, 64] {
            assert!(read_secret(&signature::shown(&vec![7; length])).is_ok(), "{length}");
        }
        for wrong in ["", "whsec_", "whsec_?", "abc", &signature::shown(&[7; 23]), &signature::shown(&[7; 65])] {
            assert!(matches!(read_secret(wrong), Err(Failure::Usage(_))), "{wrong}");
        }
    }
}
