//! Follows an account's events by their numbers, over the API of a server that may come and go.

use std::io;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::{Instant, sleep};
use vinr_core::events::{EventFilter, EventType};
use vinr_core::time::Timestamp;

use crate::cli::FollowOptions;
use crate::{Failure, address};

/// How long the server holds a question that has no answer yet.
const WAIT_S: u64 = 25;
/// How long an answer may take beyond that.
const TIMEOUT: Duration = Duration::from_secs(WAIT_S + 15);
/// Pauses before a server that is away is asked again; the last one repeats.
const PAUSES_MS: [u64; 5] = [250, 500, 1_000, 2_000, 5_000];
/// A server that holds no question, because it is about to stop, is asked no more often than this.
const ASKED_APART: Duration = Duration::from_millis(250);

/// A consumer that remembers the number of the last event it gave.
pub(crate) struct Follower {
    http: reqwest::Client,
    /// Where the server is, without a slash at its end.
    pub(crate) url: String,
    key: String,
    filters: Vec<EventFilter>,
    after: i64,
}

/// An event as it was served.
#[derive(Debug)]
pub(crate) struct Event {
    /// Its number.
    pub(crate) sequence: i64,
    /// What happened.
    pub(crate) kind: String,
    /// Its id.
    pub(crate) id: String,
    /// When, on the account's clock.
    pub(crate) created: Timestamp,
    /// What it happened to.
    pub(crate) data: serde_json::Value,
    /// The very bytes, which a webhook would carry too.
    pub(crate) json: String,
}

impl Follower {
    /// Asks the server once, and finds the place to begin: after the number that was named, or after the last event
    /// there is.
    ///
    /// # Errors
    /// The options are not such that events can be asked for, or the server is not there, or refuses.
    pub(crate) async fn start(options: FollowOptions) -> Result<Follower, Failure> {
        let key = checked_key(options.key.as_deref().unwrap_or_default())?;
        let filters = options.events.iter().map(|pattern| filter(pattern)).collect::<Result<_, _>>()?;
        let url = address::read("--url", &options.url, "http://127.0.0.1:8080")?;
        let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(TIMEOUT);
        if address::is_loopback(&url) {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(Failure::refused)?;
        let url = url.as_str().trim_end_matches('/').trim_end_matches("/v1").to_owned();
        let mut follower = Follower { http, url, key, filters, after: 0 };
        let newest = follower.newest().await?;
        follower.after = options.after.unwrap_or(newest);
        if follower.after > newest {
            eprintln!("vinr: there is no event {} yet, the newest is {newest}; waiting for it", follower.after);
        }
        Ok(follower)
    }

    /// The next events that were asked for, in their order; waits for them as long as it takes.
    ///
    /// # Errors
    /// The server refuses the question, which asking again would not change.
    pub(crate) async fn next(&mut self) -> Result<Vec<Event>, Failure> {
        let mut away = 0_usize;
        loop {
            let asked = Instant::now();
            match self.ask(&format!("after={}&wait={WAIT_S}&limit=100", self.after)).await {
                Ok(events) => {
                    if away > 0 {
                        eprintln!("vinr: {} is back", self.url);
                        away = 0;
                    }
                    let wanted = self.take(events);
                    if !wanted.is_empty() {
                        return Ok(wanted);
                    }
                    tokio::time::sleep_until(asked + ASKED_APART).await;
                }
                Err(Trouble::Refused(message)) => return Err(Failure::Refused(message)),
                Err(Trouble::Away(why)) => {
                    if away == 0 {
                        let Follower { url, after, .. } = self;
                        eprintln!("vinr: no events from {url} for now ({why}); going on after event {after}");
                    }
                    let pause = PAUSES_MS[away.min(PAUSES_MS.len() - 1)];
                    away += 1;
                    sleep(Duration::from_millis(pause)).await;
                }
            }
        }
    }

    /// Remembers where it is, and keeps what was asked for.
    fn take(&mut self, events: Vec<Event>) -> Vec<Event> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return events };
        // Numbers have no gaps, so what is missing at the front was there once.
        if first.sequence > self.after + 1 {
            eprintln!("vinr: events {} to {} are no longer kept", self.after + 1, first.sequence - 1);
        }
        self.after = last.sequence;
        events.into_iter().filter(|event| wants(&self.filters, &event.kind)).collect()
    }

    /// The number of the newest event.
    async fn newest(&self) -> Result<i64, Failure> {
        match self.ask("limit=1").await {
            Ok(events) => Ok(events.first().map_or(0, |event| event.sequence)),
            Err(Trouble::Refused(message)) => Err(Failure::Refused(message)),
            Err(Trouble::Away(why)) => {
                let message = format!(
                    "no events from {} ({why}); start it with `vinr serve`, or name another place with --url",
                    self.url
                );
                Err(Failure::Refused(message))
            }
        }
    }

    async fn ask(&self, query: &str) -> Result<Vec<Event>, Trouble> {
        let request = self.http.get(format!("{}/v1/events?{query}", self.url)).bearer_auth(&self.key);
        let response = request.send().await.map_err(|error| Trouble::Away(reason(&error)))?;
        let status = response.status();
        let body = response.text().await.map_err(|error| Trouble::Away(reason(&error)))?;
        if status.is_server_error() || status.as_u16() == 429 {
            return Err(Trouble::Away(said(&body).unwrap_or_else(|| status.to_string())));
        }
        if !status.is_success() {
            let said = said(&body);
            // Events are everywhere where VINR is.
            let elsewhere = status.as_u16() == 404 || said.is_none();
            let said = said.unwrap_or_else(|| status.to_string());
            return Err(Trouble::Refused(if elsewhere { self.stranger(&said) } else { said }));
        }
        let page: Page = serde_json::from_str(&body).map_err(|_| Trouble::Refused(self.stranger("no list")))?;
        page.data.into_iter().map(|raw| event(&raw)).collect()
    }

    /// What is said of a server that is not VINR's.
    fn stranger(&self, answer: &str) -> String {
        format!("{} does not answer as VINR does ({answer}); name the place where it serves with --url", self.url)
    }
}

fn checked_key(text: &str) -> Result<String, Failure> {
    // Files and variables bring line ends along.
    let key = text.trim();
    if key.is_empty() {
        let message = "which account? give a secret key with --key or VINR_SECRET_KEY; `vinr keys create` makes one";
        return Err(Failure::Usage(message.to_owned()));
    }
    // It goes into a header.
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "--key is no key: it has characters that no key has; `vinr keys create` makes one";
        return Err(Failure::Usage(message.to_owned()));
    }
    Ok(key.to_owned())
}

fn filter(pattern: &str) -> Result<EventFilter, Failure> {
    let pattern = pattern.trim();
    EventFilter::parse(pattern).map_err(|refusal| Failure::Usage(format!("--events {pattern}: {}", refusal.message)))
}

/// Whether one of the filters chooses a type; without filters, every type is chosen.
fn wants(filters: &[EventFilter], kind: &str) -> bool {
    let chosen = |filter: &EventFilter| match EventType::parse(kind) {
        Some(known) => filter.matches(known),
        // A newer server tells of what this program does not know by name; its family is known all the same.
        None => filter.as_str().strip_suffix('*').is_some_and(|family| kind.starts_with(family)),
    };
    filters.is_empty() || filters.iter().any(chosen)
}

/// Why a question has no answer.
enum Trouble {
    /// It was understood and refused.
    Refused(String),
    /// Asked again later it may have one.
    Away(String),
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Shown {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// Unix seconds.
    created: i64,
    sequence: i64,
    data: serde_json::Value,
}

fn event(raw: &RawValue) -> Result<Event, Trouble> {
    let shown: Shown = serde_json::from_str(raw.get())
        .map_err(|_| Trouble::Refused("the server's events are not such as this program knows".to_owned()))?;
    let Shown { id, kind, created, sequence, data } = shown;
    let created = Timestamp::from_seconds(created);
    Ok(Event { sequence, kind, id, created, data, json: raw.get().to_owned() })
}

/// What an error's body says to people.
fn said(body: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(body).ok()?;
    value["error"]["message"].as_str().map(str::to_owned)
}

/// The innermost reason in plain words, which is the one that says what to do: `connection refused`.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    match reason.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(kind @ (io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset)) => kind.to_string(),
        _ => reason.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_chooses_what_a_newer_server_adds_to_it() {
        let filters = ["payment.*", " customer.created"].map(|pattern| filter(pattern).ok().unwrap());
        for kind in ["payment.completed", "payment.of_a_later_version", "customer.created"] {
            assert!(wants(&filters, kind), "{kind}");
        }
        for kind in ["payments.created", "customer.deleted", "customer.of_a_later_version"] {
            assert!(!wants(&filters, kind), "{kind}");
        }
        assert!(wants(&[], "whatever.happens"));
        assert!(wants(&[EventFilter::all()], "whatever.happens"));
    }

    #[test]
    fn a_key_may_bring_its_line_end_along() {
        assert!(matches!(checked_key("sk_test_1\r\n").as_deref(), Ok("sk_test_1")));
        for wrong in ["", "\n", "sk_test_1\nsk_test_2", "sk_test_ü"] {
            assert!(matches!(checked_key(wrong), Err(Failure::Usage(_))), "{wrong:?}");
        }
    }
}
