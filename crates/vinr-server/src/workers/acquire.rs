//! Asks acquirers, and settles what they answer. Whoever waits for an answer may go away: the call goes on, and if the
//! process dies with it, the attempt's timer asks what became of it.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use vinr_core::ids::{AccountId, AttemptId};

use crate::app::{App, Task};
use crate::connectors::{Acquirer, Answer, Ask, Connector, Found, Lost, Sending};
use crate::error::Result;
use crate::flows::attempts::hear;
use crate::http::reply::Reply;
use crate::payments::attempts::Word;

/// The outcome of a call that is under way.
pub(crate) struct Outcome {
    /// Whether the request that asked is answered with it; of a void only the money matters.
    pub(crate) answers_request: bool,
    settled: oneshot::Receiver<Option<Reply>>,
    patience: Duration,
}

impl Outcome {
    /// The answer of the request that made the attempt, once that is settled; `None` if the acquirer takes longer than
    /// it has patience for, or is silent.
    pub(crate) async fn wait(self) -> Option<Reply> {
        tokio::time::timeout(self.patience, self.settled).await.ok()?.ok()?
    }
}

impl App {
    /// Asks an acquirer what a committed unit left to ask.
    pub(crate) fn send(&self, sending: Sending) -> Option<Outcome> {
        let Connector::Remote(acquirer) = &self.settings.connector else { return None };
        let patience = acquirer.patience();
        let answers_request = sending.answers_request();
        let (settled, outcome) = oneshot::channel();
        let (app, acquirer) = (self.clone(), Arc::clone(acquirer));
        let mut tasks = self.workers.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            let (account, attempt) = (sending.account.clone(), sending.attempt().clone());
            match AssertUnwindSafe(ask(&app, &*acquirer, sending)).catch_unwind().await {
                // Whoever waited may have gone away.
                Ok(reply) => drop(settled.send(reply)),
                Err(_) => {
                    tracing::error!(%account, %attempt, "asking an acquirer panicked; it is asked again and someone must look");
                }
            }
        });
        Some(Outcome { answers_request, settled: outcome, patience })
    }

    /// An acquirer tells of its own accord what became of an attempt; it may say so twice, late, or otherwise than
    /// before.
    ///
    /// # Errors
    /// 404 for an attempt that this account never made; 503 when the store is away: the acquirer should try again.
    pub async fn acquirer_said(&self, account: &AccountId, attempt: &AttemptId, answer: Answer) -> Result<()> {
        settle(self, account, attempt, Word::Answer(answer)).await.map(drop)
    }
}

async fn ask(app: &App, acquirer: &dyn Acquirer, sending: Sending) -> Option<Reply> {
    let (account, attempt) = (sending.account.clone(), sending.attempt().clone());
    let word = match sending.ask {
        Ask::Authorize(authorization) => acquirer.authorize(authorization).await.map(Word::Answer).map(Some),
        Ask::Capture(follow_up) => acquirer.capture(follow_up).await.map(Word::Answer).map(Some),
        Ask::Void(follow_up) => acquirer.void(follow_up).await.map(Word::Answer).map(Some),
        Ask::Refund(follow_up) => acquirer.refund(follow_up).await.map(Word::Answer).map(Some),
        Ask::Lookup(attempt) => acquirer.lookup(attempt).await.map(|found| match found {
            Found::Answered(answer) => Some(Word::Answer(answer)),
            Found::Nothing => Some(Word::Nothing),
            Found::Pending => None,
        }),
    };
    let settled = match word {
        Ok(Some(word)) => settle(app, &account, &attempt, word).await,
        Ok(None) => return None,
        Err(Lost(reason)) => {
            tracing::warn!(%attempt, reason, "an acquirer did not answer; it is asked again later");
            return None;
        }
    };
    settled
        .inspect_err(|error| tracing::warn!(%attempt, %error, "an answer was not settled; it is asked for again"))
        .ok()
}

async fn settle(app: &App, account: &AccountId, attempt: &AttemptId, word: Word) -> Result<Reply> {
    let data = Arc::new((attempt.clone(), word));
    let task = Task::request(account, "settle_attempt");
    app.run(task, data, |unit, (attempt, word)| Box::pin(hear(unit, attempt, *word))).await
}
