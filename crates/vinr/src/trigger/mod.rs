//! `vinr trigger EVENT`: makes the real objects that lead to an event, through the API of a server that runs.

mod table;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Map, Value, json};
use vinr_core::events::EventType;
use vinr_core::keys::{Environment, KeyPrefix};
use vinr_core::nearest::edit_distance;
use vinr_core::time::Timestamp;

use crate::Failure;
use crate::api::{Api, Trouble};
use crate::cli::ServerOptions;
use crate::show::Lines;
use table::{Recipe, Step, recipe};

/// How long an answer may take: an advance of the clock sends webhooks on the way.
const TIMEOUT: Duration = Duration::from_mins(2);
/// How long the event may be waited for once everything is made: it is committed with what it tells of.
const WAIT_S: u64 = 10;
/// Near names that are told of one that is not known.
const NEAR_MAX: usize = 4;

/// What was made on the way to an event.
struct Maker<'a> {
    api: &'a Api,
    /// Ids by their names, in the order in which they were made.
    made: Vec<(&'static str, String)>,
    /// What stands in a path or a body for something else.
    words: BTreeMap<String, String>,
    /// By how much the account's clock was moved.
    waited_s: i64,
}

/// The event that happened.
struct Happened {
    id: String,
    /// The id of what it is about.
    about: String,
    sequence: i64,
}

/// Makes an event happen.
pub(crate) async fn run(server: &ServerOptions, name: &str, json: bool) -> Result<(), Failure> {
    let event = known(name)?;
    let steps = match recipe(event) {
        Recipe::Steps(steps) => steps,
        Recipe::Nothing(why) => return Err(Failure::Refused(format!("{event} cannot be triggered: {why}"))),
    };
    only_in_the_sandbox(server)?;
    let api = Api::new(server, TIMEOUT)?;
    let after = newest(&api).await?;
    let mut maker = Maker { api: &api, made: Vec::new(), words: now(&api).await?, waited_s: 0 };
    maker.steps(steps).await?;
    let happened = find(&maker, event, after).await?;
    if event == EventType::SettlementCreated {
        maker.made.push(("settlement", happened.about.clone()));
    }
    show(event, &maker, &happened, json)
}

/// The list of events for `--help`.
pub(crate) fn help() -> String {
    let mut text = "Example: vinr trigger payment.completed --key sk_test_…\n\nEvents:\n".to_owned();
    for event in EventType::ALL {
        let note = match recipe(*event) {
            Recipe::Steps(steps) if waits(steps) => " (moves the account's clock)",
            Recipe::Steps(_) => "",
            Recipe::Nothing(_) => " (not in the sandbox)",
        };
        let _ = writeln!(text, "  {:<32}{}{note}", event.as_str(), event.summary());
    }
    text
}

fn waits(steps: &[Step]) -> bool {
    steps.iter().any(|step| match step {
        Step::Wait(seconds) => *seconds > 1,
        Step::First(steps) => waits(steps),
        Step::Make(..) | Step::Newest(..) | Step::Post(..) | Step::Delete(_) => false,
    })
}

fn known(name: &str) -> Result<EventType, Failure> {
    let name = name.trim();
    if let Some(event) = EventType::parse(name) {
        return Ok(event);
    }
    let mut near: Vec<(usize, &str)> =
        EventType::ALL.iter().map(|event| (edit_distance(name, event.as_str()), event.as_str())).collect();
    near.sort_unstable();
    let family = name.split('.').next().unwrap_or_default();
    let is_near =
        |(distance, known): &&(usize, &str)| *distance <= known.len() / 3 || known.split('.').next() == Some(family);
    let near: Vec<&str> = near.iter().filter(is_near).take(NEAR_MAX).map(|(_, name)| *name).collect();
    let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}?", near.join(", ")) };
    Err(Failure::Usage(format!("there is no event `{name}`{hint} (`vinr trigger --help` lists all)")))
}

/// Money would move in live: it has neither test cards nor a clock.
fn only_in_the_sandbox(server: &ServerOptions) -> Result<(), Failure> {
    let prefix = server.key.as_deref().map(str::trim).and_then(KeyPrefix::parse);
    if prefix.is_some_and(|prefix| prefix.environment == Environment::Live) {
        return Err(Failure::Usage("events are triggered in the sandbox: give a key that begins with sk_test_".into()));
    }
    Ok(())
}

/// The number of the newest event.
async fn newest(api: &Api) -> Result<i64, Failure> {
    let page = get(api, "/v1/events?limit=1").await?;
    Ok(page["data"][0]["sequence"].as_i64().unwrap_or(0))
}

/// What the account's clock shows, as words.
async fn now(api: &Api) -> Result<BTreeMap<String, String>, Failure> {
    let clock = get(api, "/v1/test/clock").await?;
    let now = clock["now"].as_str().and_then(Timestamp::parse);
    let now = now.ok_or_else(|| Failure::Refused(api.stranger("a clock without a time")))?;
    Ok([("month", now.month().to_string()), ("year", now.year().to_string())]
        .map(|(name, value)| (name.to_owned(), value))
        .into())
}

async fn get(api: &Api, path: &str) -> Result<Value, Failure> {
    ask(api, Method::GET, path, None).await
}

async fn ask(api: &Api, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
    let answer = api.ask(method.clone(), path, body).await.map_err(|trouble| match trouble {
        Trouble::Away(why) => api.away("nothing can be asked of", &why),
        Trouble::Refused(said) | Trouble::Missing(said) => Failure::Refused(format!("{method} {path}: {said}")),
    })?;
    serde_json::from_str(&answer).map_err(|_| Failure::Refused(api.stranger("no JSON")))
}

impl Maker<'_> {
    async fn steps(&mut self, steps: &'static [Step]) -> Result<(), Failure> {
        for step in steps {
            match step {
                Step::Make(name, place, path, body) => {
                    let answer = self.post(path, body).await?;
                    self.remember(name, path, &answer[place], &answer)?;
                }
                Step::Newest(name, path) => {
                    let answer = get(self.api, &format!("{path}?limit=1")).await?;
                    self.remember(name, path, &answer["data"][0]["id"], &answer)?;
                }
                Step::Post(path, body) => {
                    self.post(path, body).await?;
                }
                Step::Delete(path) => {
                    ask(self.api, Method::DELETE, &self.filled(path), None).await?;
                }
                Step::Wait(seconds) => {
                    let body = json!({"seconds": seconds});
                    ask(self.api, Method::POST, "/v1/test/clock/advance", Some(&body)).await?;
                    self.waited_s += seconds;
                }
                Step::First(steps) => Box::pin(self.steps(steps)).await?,
            }
        }
        Ok(())
    }

    fn remember(&mut self, name: &'static str, path: &str, id: &Value, answer: &Value) -> Result<(), Failure> {
        let id = id.as_str().ok_or_else(|| self.unforeseen(path, answer))?.to_owned();
        self.words.insert(name.to_owned(), id.clone());
        self.made.push((name, id));
        Ok(())
    }

    async fn post(&self, path: &str, body: &str) -> Result<Value, Failure> {
        let body = serde_json::from_str(&self.filled(body)).expect("the table's bodies are JSON: a test reads them");
        ask(self.api, Method::POST, &self.filled(path), Some(&body)).await
    }

    fn filled(&self, text: &str) -> String {
        self.words.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    fn unforeseen(&self, path: &str, answer: &Value) -> Failure {
        let status = answer["status"].as_str().unwrap_or("other than foreseen");
        Failure::Refused(format!(
            "{} of {} is {status}; is the server of another version?",
            self.filled(path),
            self.api.url
        ))
    }
}

/// The event of what was made.
async fn find(maker: &Maker<'_>, event: EventType, after: i64) -> Result<Happened, Failure> {
    let page = get(maker.api, &format!("/v1/events?after={after}&type={event}&limit=100&wait={WAIT_S}")).await?;
    let mut events = page["data"].as_array().into_iter().flatten();
    let is_ours = |found: &&Value| maker.made.iter().any(|(_, id)| found["data"]["id"] == json!(id));
    let found = events.find(is_ours).ok_or_else(|| {
        Failure::Refused(format!("everything was made, but {event} did not happen; is the server of another version?"))
    })?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (id, about) = (text(&found["id"]), text(&found["data"]["id"]));
    Ok(Happened { id, about, sequence: found["sequence"].as_i64().unwrap_or_default() })
}

fn show(event: EventType, maker: &Maker<'_>, happened: &Happened, json: bool) -> Result<(), Failure> {
    let Happened { id, sequence, .. } = happened;
    let made: Map<String, Value> = maker.made.iter().map(|(name, id)| ((*name).to_owned(), json!(id))).collect();
    let value = json!({
        "type": event.as_str(), "eventId": id, "sequence": sequence, "made": made, "clockAdvancedSeconds": maker.waited_s,
    });
    let mut words = format!("{event}  {id}  number {sequence}");
    for (name, id) in &maker.made {
        let _ = write!(words, "\n  {name:<16} {id}");
    }
    if maker.waited_s > 1 {
        let hours = maker.waited_s / 3_600;
        let _ = write!(words, "\nThe account's clock was moved forward by {hours} hours.");
    }
    Lines::new(json).print(&value, &words)
}

#[cfg(test)]
mod tests;
