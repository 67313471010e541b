//! `vinr listen`: an account's events as signed webhooks to an address on this machine, without an endpoint.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use vinr_core::keys::{KeyKind, KeyPrefix};
use vinr_core::time::WallTime;
use vinr_server::env::{Entropy, WallClock};
use vinr_server::signature::{self, Signers};

use crate::Failure;
use crate::cli::FollowOptions;
use crate::follow::{Event, Follower, reason};
use crate::show;

/// How long the handler may take, as long as a webhook's may.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Pauses between tries; then the event is given up, and the next one is not kept waiting.
const PAUSES_MS: [u64; 4] = [500, 1_000, 3_000, 10_000];

struct Forwarder {
    http: reqwest::Client,
    to: String,
    signers: Signers,
    json: bool,
}

/// Forwards events, one after the other, until it is stopped.
pub(crate) async fn run(options: FollowOptions, to: String, secret: Option<String>, json: bool) -> Result<(), Failure> {
    let to = address(to)?;
    let secret = match secret {
        Some(text) => signature::read_secret(&text)
            .ok_or_else(|| Failure::Usage("--secret is written whsec_ and base64".to_owned()))?,
        None => Entropy::system().map_err(Failure::refused)?.bytes::<24>().to_vec().into(),
    };
    let shown = signature::shown(&secret);
    // Whoever verifies with nothing but the secret key is served too.
    let is_secret_key = |key: &&String| KeyPrefix::parse(key).is_some_and(|prefix| prefix.kind == KeyKind::Secret);
    let keys = options.key.as_ref().filter(is_secret_key).map(|key| signature::of_key(key)).into_iter().collect();
    let signers = Signers { endpoint: vec![secret], keys };
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    let http = builder.timeout(TIMEOUT).build().map_err(Failure::refused)?;
    let mut follower = Follower::start(options).await?;
    let words = format!(
        "Events of {} go to {to}; Ctrl-C ends.\nThey are signed with this secret, and with your secret key:\n  {shown}",
        follower.url
    );
    show::line(json, &json!({"forwardTo": to, "secret": shown}), &words);
    let forwarder = Forwarder { http, to, signers, json };
    loop {
        for event in follower.next().await? {
            forwarder.forward(&event).await;
        }
    }
}

fn address(to: String) -> Result<String, Failure> {
    // `localhost:3000/hook` is what people type.
    let to = if to.contains("://") { to } else { format!("http://{to}") };
    match reqwest::Url::parse(&to) {
        Ok(url) if url.has_host() && matches!(url.scheme(), "http" | "https") => Ok(to),
        _ => Err(Failure::Usage(format!("{to} is no address to forward to, such as http://localhost:3000/webhooks"))),
    }
}

impl Forwarder {
    /// Sends an event until it is accepted, or often enough.
    async fn forward(&self, event: &Event) {
        for attempt in 0..=PAUSES_MS.len() {
            let began = Instant::now();
            let answered = self.post(event).await;
            let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            let accepted = matches!(answered, Ok(status) if (200..300).contains(&status));
            let pause = PAUSES_MS.get(attempt).copied().filter(|_| !accepted);
            self.tell(event, &answered, millis, accepted, pause);
            let Some(pause) = pause else { return };
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    async fn post(&self, event: &Event) -> Result<u16, String> {
        let body = event.json.as_bytes();
        let now: WallTime = WallClock::System.now();
        let mut request = self.http.post(&self.to).header("content-type", "application/json");
        for (name, value) in signature::headers(&self.signers, &event.id, body, now) {
            request = request.header(name, value);
        }
        let response = request.body(body.to_vec()).send().await.map_err(|error| reason(&error))?;
        Ok(response.status().as_u16())
    }

    fn tell(&self, event: &Event, answered: &Result<u16, String>, millis: u64, accepted: bool, pause: Option<u64>) {
        let mut value = json!({"sequence": event.sequence, "id": event.id, "type": event.kind, "durationMs": millis});
        let outcome = match answered {
            Ok(status) => {
                value["status"] = json!(status);
                format!("{status} in {millis} ms")
            }
            Err(why) => {
                value["error"] = json!(why);
                format!("{why}: is your handler running at {}?", self.to)
            }
        };
        value["accepted"] = Value::Bool(accepted);
        let next = match pause {
            _ if accepted => String::new(),
            Some(pause) => format!("; again in {} s", f64::from(u32::try_from(pause).unwrap_or(u32::MAX)) / 1e3),
            None => "; given up".to_owned(),
        };
        show::line(self.json, &value, &format!("{:>6}  {:<32}  → {outcome}{next}", event.sequence, event.kind));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_may_leave_out_its_scheme() {
        assert!(matches!(address("localhost:3000/hook".to_owned()), Ok(to) if to == "http://localhost:3000/hook"));
        assert!(address("https://shop.example/hook".to_owned()).is_ok());
        for wrong in ["ftp://shop.example", "http://", "a b"] {
            assert!(matches!(address(wrong.to_owned()), Err(Failure::Usage(_))), "{wrong}");
        }
    }
}
