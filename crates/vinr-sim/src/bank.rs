//! The acquirer on the far side: it declines, is slow, loses calls and answers, takes money after it said that it had
//! not, and keeps books of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use vinr_core::cards::FailureCode;
use vinr_core::ids::AttemptId;
use vinr_server::connectors::{Acquirer, Answer, Authorization, FollowUp, Found, Lost};

use crate::chance::Chance;

/// The acquirer's books, and how bad its days are.
pub(crate) struct Bank {
    chance: Chance,
    trouble_percent: u64,
    attempts: Mutex<BTreeMap<AttemptId, Entry>>,
}

#[derive(Clone, Copy)]
struct Entry {
    answer: Answer,
    taken: i64,
}

impl Bank {
    /// A bank whose days are as bad as the seed has it.
    pub(crate) fn new(seed: u64) -> Arc<Bank> {
        let chance = Chance::new(seed ^ 0xba7c);
        let trouble_percent = chance.below(50);
        Arc::new(Bank { chance, trouble_percent, attempts: Mutex::default() })
    }

    /// What it took from buyers and did not give back, in minor units.
    pub(crate) fn taken(&self) -> i64 {
        self.books().values().map(|entry| entry.taken).sum()
    }

    /// What it would say of each attempt if asked now: it tells the truth in its own time.
    pub(crate) fn truths(&self) -> Vec<(AttemptId, Answer)> {
        self.books().iter().map(|(attempt, entry)| (attempt.clone(), entry.answer)).collect()
    }

    fn books(&self) -> MutexGuard<'_, BTreeMap<AttemptId, Entry>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Acts for an attempt, once however often it is asked, and answers as truthfully as its day allows.
    async fn act(self: Arc<Self>, attempt: AttemptId, act: impl FnOnce(&Bank) -> Entry + Send) -> Result<Answer, Lost> {
        let trouble = self.chance.percent(self.trouble_percent);
        let kind = self.chance.below(4);
        let lost = || Lost("the line went dead".into());
        tokio::time::sleep(Duration::from_millis(1 + self.chance.below(50))).await;
        if trouble && kind == 0 {
            return Err(lost());
        }
        let known = self.books().get(&attempt).copied();
        let entry = known.unwrap_or_else(|| {
            let entry = act(&self);
            self.books().insert(attempt, entry);
            entry
        });
        match (trouble, kind) {
            (true, 1) => Err(lost()),
            (true, 2) => {
                // Later than anybody waits.
                tokio::time::sleep(Duration::from_secs(1 + self.chance.below(120))).await;
                Ok(entry.answer)
            }
            (true, _) => Ok(Answer::Declined(FailureCode::CardDeclined)),
            (false, _) => Ok(entry.answer),
        }
    }
}

/// The way to the bank.
#[derive(Clone)]
pub(crate) struct Line(pub(crate) Arc<Bank>);

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Line")
    }
}

impl Acquirer for Line {
    fn authorize(&self, ask: Authorization) -> BoxFuture<'static, Result<Answer, Lost>> {
        let act = move |bank: &Bank| {
            if bank.chance.percent(75) {
                Entry { answer: Answer::Approved, taken: ask.amount.amount }
            } else {
                Entry { answer: Answer::Declined(FailureCode::InsufficientFunds), taken: 0 }
            }
        };
        Box::pin(Arc::clone(&self.0).act(ask.attempt, act))
    }

    fn capture(&self, ask: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        let act = move |_: &Bank| Entry { answer: Answer::Approved, taken: ask.amount.amount };
        Box::pin(Arc::clone(&self.0).act(ask.attempt, act))
    }

    fn void(&self, ask: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        let act = move |bank: &Bank| {
            if let Some(parent) = bank.books().get_mut(&ask.parent) {
                parent.taken = 0;
            }
            Entry { answer: Answer::Approved, taken: 0 }
        };
        Box::pin(Arc::clone(&self.0).act(ask.attempt, act))
    }

    fn lookup(&self, attempt: AttemptId) -> BoxFuture<'static, Result<Found, Lost>> {
        let bank = Arc::clone(&self.0);
        Box::pin(async move {
            if bank.chance.percent(bank.trouble_percent) {
                return Err(Lost("the line went dead".into()));
            }
            let known = bank.books().get(&attempt).copied();
            Ok(known.map_or(Found::Nothing, |entry| Found::Answered(entry.answer)))
        })
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(40)
    }
}
