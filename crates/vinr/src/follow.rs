//! Follows an account's events by their numbers, over the API of a server that may come and go.

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;
use vinr_core::events::{EventFilter, EventType};

use crate::Failure;
use crate::cli::FollowOptions;

/// How long the server holds a question that has no answer yet.
const WAIT_S: u64 = 25;
/// How long an answer may take beyond that.
const TIMEOUT: Duration = Duration::from_secs(WAIT_S + 15);
/// Pauses before a server that is away is asked again; the last one repeats.
const PAUSES_MS: [u64; 5] = [250, 500, 1_000, 2_000, 5_000];

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
    pub(crate) created_at: String,
    /// What it happened to.
    pub(crate) data: serde_json::Value,
    /// The very bytes, which a webhook would carry too.
    pub(crate) json: String,
}

impl Follower {
    /// Finds the place to begin: after the number that was named, or after the last event there is.
    pub(crate) async fn start(options: FollowOptions) -> Result<Follower, Failure> {
        let key = options.key.ok_or_else(|| {
            let message =
                "which account? give a secret key with --key or VINR_SECRET_KEY; `vinr keys create` makes one";
            Failure::Usage(message.to_owned())
        })?;
        let filters = options.events.iter().map(|pattern| EventFilter::parse(pattern));
        let filters = filters.collect::<Result<_, _>>().map_err(|refusal| Failure::Usage(refusal.message))?;
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let http = builder.timeout(TIMEOUT).build().map_err(Failure::refused)?;
        let url = options.url.trim_end_matches('/').trim_end_matches("/v1").to_owned();
        let mut follower = Follower { http, url, key, filters, after: 0 };
        follower.after = match options.after {
            Some(after) => after,
            None => follower.last().await?,
        };
        Ok(follower)
    }

    /// The next events that were asked for, in their order; waits for them as long as it takes.
    ///
    /// # Errors
    /// The server refuses the question, which asking again would not change.
    pub(crate) async fn next(&mut self) -> Result<Vec<Event>, Failure> {
        let mut away = 0_usize;
        loop {
            match self.ask(&format!("after={}&wait={WAIT_S}&limit=100", self.after)).await {
                Ok(events) => {
                    if away > 0 {
                        eprintln!("vinr: {} is back", self.url);
                        away = 0;
                    }
                    let Some(last) = events.last() else { continue };
                    self.after = last.sequence;
                    let wanted: Vec<Event> = events.into_iter().filter(|event| self.wants(&event.kind)).collect();
                    if !wanted.is_empty() {
                        return Ok(wanted);
                    }
                }
                Err(Trouble::Refused(message)) => return Err(Failure::Refused(message)),
                Err(Trouble::Away(why)) => {
                    if away == 0 {
                        eprintln!(
                            "vinr: {} is away ({why}); going on after event {} when it is back",
                            self.url, self.after
                        );
                    }
                    let pause = PAUSES_MS[away.min(PAUSES_MS.len() - 1)];
                    away += 1;
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
            }
        }
    }

    /// The number of the newest event.
    async fn last(&self) -> Result<i64, Failure> {
        match self.ask("limit=1").await {
            Ok(events) => Ok(events.first().map_or(0, |event| event.sequence)),
            Err(Trouble::Refused(message)) => Err(Failure::Refused(message)),
            Err(Trouble::Away(why)) => {
                let message = format!(
                    "nobody answers at {} ({why}); start it with `vinr serve`, or name it with --url",
                    self.url
                );
                Err(Failure::Refused(message))
            }
        }
    }

    fn wants(&self, kind: &str) -> bool {
        // A newer server may tell of what this program does not know by name.
        let known = EventType::parse(kind);
        self.filters.is_empty() || known.is_some_and(|kind| self.filters.iter().any(|filter| filter.matches(kind)))
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
            return Err(Trouble::Refused(said(&body).unwrap_or_else(|| format!("{} says {status}", self.url))));
        }
        let page: Page = serde_json::from_str(&body)
            .map_err(|_| Trouble::Refused(format!("{} does not answer as VINR does", self.url)))?;
        page.data.into_iter().map(|raw| event(&raw)).collect()
    }
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
    created_at: String,
    sequence: i64,
    data: serde_json::Value,
}

fn event(raw: &RawValue) -> Result<Event, Trouble> {
    let shown: Shown = serde_json::from_str(raw.get())
        .map_err(|_| Trouble::Refused("the server's events are not such as this program knows".to_owned()))?;
    let Shown { id, kind, created_at, sequence, data } = shown;
    Ok(Event { sequence, kind, id, created_at, data, json: raw.get().to_owned() })
}

/// What an error's body says to people.
fn said(body: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(body).ok()?;
    value["error"]["message"].as_str().map(str::to_owned)
}

/// The innermost reason, which is the one that says what to do: `Connection refused`.
pub(crate) fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}
