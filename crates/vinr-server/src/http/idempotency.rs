//! One effect for one idempotency key, whatever crashes or races (spec/conventions.md, Idempotency; traps §15).
//!
//! The record is claimed in the same commit as the effect. Nothing is read first: if the key was used before, the
//! claim loses, the unit is decided again, and then the record is found and its bytes are the answer.

mod fingerprint;
mod key;
mod store;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::BoxFuture;
use serde_json::Value;
use vinr_core::ids::AccountId;
use vinr_core::refusal::{Code, Refusal};

pub(super) use key::take as take_key;
use store::State;
pub(crate) use store::prune;

use super::endpoint::Call;
use super::fields::Fields;
use super::reply::Reply;
use crate::app::Task;
use crate::error::{ApiError, Result};
use crate::record::Unit;
use crate::settings::MasterKey;

/// Keys being worked on in this process.
#[derive(Default)]
pub struct InFlight(Mutex<HashSet<(AccountId, String)>>);

/// A key of a request with what it was used for.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// What it is remembered by: the caller's key, after whose it is if it is not the merchant's.
    pub(crate) key: String,
    /// A keyed digest of method, route and body.
    pub(crate) fingerprint: String,
}

/// Decides, commits and answers a writing call once per idempotency key. If an acquirer was asked, its answer is waited
/// for as long as it has patience for; then the client gets what the first commit says (`processing`).
///
/// # Errors
/// 409 for a key in use or used with another request, and whatever `decide` refuses.
pub(crate) async fn answer<D, F>(call: &Call, label: &'static str, data: D, decide: F) -> Result<Reply>
where
    D: Send + Sync + 'static,
    F: for<'u, 's> Fn(&'u mut Unit<'s>, &'u D) -> BoxFuture<'u, Result<Reply>> + Copy + Send + Sync + 'static,
{
    let task = Task::request(call.account(), label);
    let Some(key) = call.idempotency_key.clone() else {
        let (reply, outcome) = call.app.run_and_ask(task, Arc::new(data), decide).await?;
        return Ok(match outcome {
            Some(outcome) if outcome.answers_request => outcome.wait().await.unwrap_or(reply),
            _ => reply,
        });
    };
    let Some(_held) = hold(call, &key) else { return replay_committed(call, &key).await };
    let data = Arc::new((key.clone(), data));
    let decided = call.app.run_and_ask(task, data, move |unit, (key, data)| Box::pin(once(unit, key, data, decide)));
    let (reply, outcome) = decided.await?;
    match outcome {
        Some(outcome) if outcome.answers_request => match outcome.wait().await {
            Some(reply) => Ok(reply),
            None => answer_unsettled(call, key, reply).await,
        },
        _ => Ok(reply),
    }
}

async fn once<D, F>(unit: &mut Unit<'_>, key: &Key, data: &D, decide: F) -> Result<Reply>
where
    D: Send + Sync + 'static,
    F: for<'u, 's> Fn(&'u mut Unit<'s>, &'u D) -> BoxFuture<'u, Result<Reply>> + Copy + Send + Sync + 'static,
{
    if unit.store.attempt() > 0
        && let Some(reply) = replay(unit, key).await?
    {
        return Ok(reply);
    }
    unit.idempotency_key = Some(key.key.clone());
    match decide(unit, data).await {
        Ok(reply) => {
            let state = if unit.awaits_outcome() { State::InProgress } else { State::Done };
            store::claim(unit, key, state, &reply);
            Ok(reply)
        }
        // What is refused now may be what this very key did before: its answer is had without doing any of it again.
        Err(refusal) => {
            unit.refuse();
            replay(unit, key).await?.ok_or(refusal)
        }
    }
}

/// What became of the first unit of a request that takes several.
pub(crate) enum Begun<T> {
    /// It is decided and committed; the key is held until the request ends.
    Now(T, Option<Held>),
    /// It was answered earlier.
    Before(Reply),
}

/// Commits the first unit of a request that takes several; whichever unit is the last ends it with [`finish`].
///
/// # Errors
/// 409 for a key in use or used with another request, and whatever `decide` refuses.
pub(crate) async fn begin<D, T, F>(call: &Call, label: &'static str, data: D, decide: F) -> Result<Begun<T>>
where
    D: Send + Sync + 'static,
    T: Send + 'static,
    F: for<'u, 's> Fn(&'u mut Unit<'s>, &'u D) -> BoxFuture<'u, Result<T>> + Copy + Send + Sync + 'static,
{
    let task = Task::request(call.account(), label);
    let Some(key) = call.idempotency_key.clone() else {
        return call.app.run(task, Arc::new(data), decide).await.map(|begun| Begun::Now(begun, None));
    };
    let Some(held) = hold(call, &key) else { return replay_committed(call, &key).await.map(Begun::Before) };
    let begun = call.app.run(task, Arc::new((key, data)), move |unit, (key, data)| {
        Box::pin(async move {
            if let Some(reply) = replay(unit, key).await? {
                return Ok(Begun::Before(reply));
            }
            unit.idempotency_key = Some(key.key.clone());
            let begun = decide(unit, data).await?;
            store::claim(unit, key, State::InProgress, &Reply::raw(String::new()));
            Ok(Begun::Now(begun, None))
        })
    });
    Ok(match begun.await? {
        Begun::Now(begun, _) => Begun::Now(begun, Some(held)),
        before @ Begun::Before(_) => before,
    })
}

/// Ends a request whose acquirer is late: what the client is told becomes the answer of its key, unless the outcome
/// was quicker.
async fn answer_unsettled(call: &Call, key: Key, reply: Reply) -> Result<Reply> {
    let task = Task::request(call.account(), "answer_unsettled");
    let data = Arc::new((key.key, reply));
    call.app.run(task, data, |unit, (key, reply)| Box::pin(finish(unit, key, reply.clone()))).await
}

/// Makes this the answer of a key whose request waits for an acquirer, and gives the answer the key has: the first one
/// stays.
///
/// # Errors
/// The store is away.
pub(crate) async fn finish(unit: &mut Unit<'_>, key: &str, reply: Reply) -> Result<Reply> {
    match store::find(unit, key).await? {
        Some(record) if record.state == State::InProgress => {
            store::finish(unit, key, &record.fingerprint, &reply);
            Ok(reply)
        }
        Some(record) => Ok(record.reply(false)),
        // The promise to remember it has run out.
        None => Ok(reply),
    }
}

/// The answer an earlier request with this key got.
///
/// # Errors
/// 409 when that was another request, or is still running.
pub(crate) async fn replay(unit: &mut Unit<'_>, key: &Key) -> Result<Option<Reply>> {
    store::find(unit, &key.key).await?.map(|record| replayed(record, key)).transpose()
}

/// The answer of a key that another request of this process has in hand: that may be replaying it too.
async fn replay_committed(call: &Call, key: &Key) -> Result<Reply> {
    match store::peek(&call.app, call.account(), &key.key).await? {
        Some(record) => replayed(record, key),
        None => Err(in_use()),
    }
}

fn replayed(record: store::Record, key: &Key) -> Result<Reply> {
    if record.fingerprint != key.fingerprint {
        let message = "this idempotency key was used with another request; use a new key for a new request";
        return Err(Refusal::new(Code::IdempotencyKeyReused, message).into());
    }
    match record.state {
        State::InProgress => Err(in_use()),
        State::Done => Ok(record.reply(true)),
    }
}

/// Takes the key for this process while its request runs; `None` while another one has it.
fn hold(call: &Call, key: &Key) -> Option<Held> {
    let name = (call.account().clone(), key.key.clone());
    let mut keys = call.app.in_flight.0.lock().unwrap_or_else(PoisonError::into_inner);
    keys.insert(name.clone()).then(|| Held { app: call.app.clone(), name })
}

/// Releases a held key when its request ends, however it ends.
pub(crate) struct Held {
    app: crate::app::App,
    name: (AccountId, String),
}

impl Drop for Held {
    fn drop(&mut self) {
        self.app.in_flight.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.name);
    }
}

impl Key {
    /// The caller's key in its realm ([`super::door::realm`]), used for a POST of this body, which has these fields, to
    /// this path.
    pub(super) fn new(
        key: String,
        realm: Option<&str>,
        master: &MasterKey,
        path: &str,
        body: &Value,
        fields: Option<&Fields>,
    ) -> Key {
        // No key that is sent has a line's end in it, so the two kinds never meet.
        let key = realm.map(|realm| format!("{realm}\n{key}")).unwrap_or(key);
        Key { key, fingerprint: fingerprint::fingerprint(master, path, body, fields) }
    }
}

fn in_use() -> ApiError {
    let message = "the first request with this idempotency key is still running; retry in a moment";
    ApiError::from(Refusal::new(Code::IdempotencyKeyInUse, message)).retry_after(1)
}
