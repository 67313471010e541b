//! Follows an account's events by their numbers, over the API of a server that may come and go.

use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::{Instant, sleep};
use vinr_core::events::{EventFilter, EventType};
use vinr_core::time::Timestamp;

use crate::Failure;
use crate::api::{Api, Trouble};
use crate::cli::FollowOptions;

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
    /// Whom it asks.
    pub(crate) api: Api,
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
        let api = Api::new(&options.server, TIMEOUT)?;
        let filters = options.events.iter().map(|pattern| filter(pattern)).collect::<Result<_, _>>()?;
        let mut follower = Follower { api, filters, after: 0 };
        let newest = follower.newest().await?;
        follower.after = options.after.unwrap_or(newest);
        if follower.after > newest {
            eprintln!("vinr: there is no event {} yet, the newest is {newest}; waiting for it", follower.after);
        }
        Ok(follower)
    }

    /// The number after which it goes on.
    pub(crate) fn after(&self) -> i64 {
        self.after
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
                        eprintln!("vinr: {} is back", self.api.url);
                        away = 0;
                    }
                    let wanted = self.take(events);
                    if !wanted.is_empty() {
                        return Ok(wanted);
                    }
                    tokio::time::sleep_until(asked + ASKED_APART).await;
                }
                Err(Trouble::Refused(message) | Trouble::Missing(message)) => return Err(Failure::Refused(message)),
                Err(Trouble::Away(why)) => {
                    if away == 0 {
                        let Follower { api, after, .. } = self;
                        eprintln!("vinr: no events from {} for now ({why}); going on after event {after}", api.url);
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
            Err(Trouble::Refused(message) | Trouble::Missing(message)) => Err(Failure::Refused(message)),
            Err(Trouble::Away(why)) => Err(self.api.away("no events from", &why)),
        }
    }

    async fn ask(&self, query: &str) -> Result<Vec<Event>, Trouble> {
        let path = format!("/v1/events?{query}");
        // Events are everywhere where VINR is.
        let elsewhere = |trouble| match trouble {
            Trouble::Missing(said) => Trouble::Refused(self.api.stranger(&said)),
            Trouble::Refused(_) | Trouble::Away(_) => trouble,
        };
        let body = self.api.ask(Method::GET, &path, None).await.map_err(elsewhere)?;
        let page: Page = serde_json::from_str(&body).map_err(|_| Trouble::Refused(self.api.stranger("no list")))?;
        page.data.into_iter().map(|raw| event(&raw)).collect()
    }
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
}
