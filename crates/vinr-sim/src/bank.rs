//! The acquirer on the far side: it declines, asks for the buyer, is slow, loses calls and answers, takes money after it
//! said that it had not, says things twice, and keeps books of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::time::Instant;
use vinr_core::cards::FailureCode;
use vinr_core::ids::AttemptId;
use vinr_server::connectors::{Acquirer, Answer, Authorization, FollowUp, Found, Lost};

use crate::chance::Chance;

/// The acquirer's books, and how bad its days are.
pub(crate) struct Bank {
    chance: Chance,
    trouble_percent: Mutex<u64>,
    attempts: Mutex<BTreeMap<AttemptId, Entry>>,
}

/// What it knows of an attempt.
#[derive(Clone)]
struct Entry {
    answer: Answer,
    /// What it took from a buyer and did not give back, in minor units.
    taken: i64,
    /// What it holds of a buyer's.
    held: i64,
    /// A challenge that is open: until when, and what comes of it.
    challenge: Option<(Instant, Challenged)>,
}

/// What comes of a challenge.
#[derive(Clone, Copy)]
enum Challenged {
    /// The buyer passes: this is taken, or else held.
    Passed { amount: i64, capture: bool },
    /// Or not.
    Failed,
}

impl Entry {
    fn approved(amount: i64, capture: bool) -> Entry {
        let (taken, held) = if capture { (amount, 0) } else { (0, amount) };
        Entry { answer: Answer::Approved, taken, held, challenge: None }
    }

    fn declined(code: FailureCode) -> Entry {
        Entry { answer: Answer::Declined(code), taken: 0, held: 0, challenge: None }
    }

    /// Ends a challenge whose time is over.
    fn settle(&mut self, now: Instant) {
        match self.challenge {
            Some((until, Challenged::Passed { amount, capture })) if until <= now => {
                *self = Entry::approved(amount, capture);
            }
            Some((until, Challenged::Failed)) if until <= now => {
                *self = Entry::declined(FailureCode::AuthenticationFailed);
            }
            Some(_) | None => {}
        }
    }
}

impl Bank {
    /// A bank whose days are as bad as the seed has it.
    pub(crate) fn new(seed: u64, trouble_percent: u64) -> Arc<Bank> {
        let trouble_percent = Mutex::new(trouble_percent);
        Arc::new(Bank { chance: Chance::new(seed, 3), trouble_percent, attempts: Mutex::default() })
    }

    /// From now on it is quick and truthful, and no buyer is waited for.
    pub(crate) fn recover(&self) {
        *self.trouble_percent.lock().unwrap_or_else(PoisonError::into_inner) = 0;
        let mut books = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        for entry in books.values_mut() {
            if let Some((until, _)) = &mut entry.challenge {
                *until = Instant::now();
            }
        }
    }

    /// What it took from buyers and did not give back, in minor units.
    pub(crate) fn taken(&self) -> i64 {
        self.books().values().map(|entry| entry.taken).sum()
    }

    /// What it would say of each attempt if asked now: it tells the truth in its own time.
    pub(crate) fn truths(&self) -> Vec<(AttemptId, Answer)> {
        self.books().iter().map(|(attempt, entry)| (attempt.clone(), entry.answer)).collect()
    }

    /// Something that it tells of its own accord: late, again, or otherwise than it answered.
    pub(crate) fn notice(&self) -> Option<(AttemptId, Answer)> {
        let truths = self.truths();
        self.chance.one(&truths).cloned()
    }

    fn books(&self) -> MutexGuard<'_, BTreeMap<AttemptId, Entry>> {
        let mut books = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        books.values_mut().for_each(|entry| entry.settle(now));
        books
    }

    fn has_trouble(&self) -> bool {
        let percent = *self.trouble_percent.lock().unwrap_or_else(PoisonError::into_inner);
        self.chance.percent(percent)
    }

    fn authorize(&self, ask: &Authorization) -> Entry {
        match self.chance.below(100) {
            0..15 => Entry::declined(FailureCode::InsufficientFunds),
            15..30 => {
                let until = Instant::now() + Duration::from_secs(1 + self.chance.below(90));
                let passed = Challenged::Passed { amount: ask.amount.amount, capture: ask.capture };
                let ends = if self.chance.percent(60) { passed } else { Challenged::Failed };
                Entry { answer: Answer::Challenge, taken: 0, held: 0, challenge: Some((until, ends)) }
            }
            _ => Entry::approved(ask.amount.amount, ask.capture),
        }
    }

    /// Takes what is held; what it does not hold any more it does not take.
    fn capture(&self, ask: &FollowUp) -> Entry {
        let mut books = self.books();
        match books.get_mut(&ask.parent) {
            Some(parent) if parent.held >= ask.amount.amount => {
                parent.held = 0;
                Entry::approved(ask.amount.amount, true)
            }
            Some(_) | None => Entry::declined(FailureCode::ProcessingError),
        }
    }

    fn void(&self, ask: &FollowUp) -> Entry {
        if let Some(parent) = self.books().get_mut(&ask.parent) {
            (parent.taken, parent.held) = (0, 0);
        }
        Entry::approved(0, true)
    }

    /// Gives back, now and then not.
    fn refund(&self, ask: &FollowUp) -> Entry {
        if self.chance.percent(15) {
            return Entry::declined(FailureCode::ProcessingError);
        }
        Entry { taken: -ask.amount.amount, ..Entry::approved(0, true) }
    }

    /// Acts for an attempt, once however often it is asked, and answers as truthfully as its day allows.
    async fn act(self: Arc<Self>, attempt: AttemptId, act: impl FnOnce(&Bank) -> Entry + Send) -> Result<Answer, Lost> {
        let trouble = self.has_trouble();
        let kind = self.chance.below(4);
        let lost = || Lost("the line went dead".into());
        tokio::time::sleep(self.chance.millis(50)).await;
        if trouble && kind == 0 {
            return Err(lost());
        }
        let known = self.books().get(&attempt).cloned();
        let entry = known.unwrap_or_else(|| {
            let entry = act(&self);
            self.books().insert(attempt, entry.clone());
            entry
        });
        match (trouble, kind) {
            (true, 1) => Err(lost()),
            (true, 2) => {
                // Later than anybody waits.
                tokio::time::sleep(Duration::from_secs(1 + self.chance.below(120))).await;
                Ok(entry.answer)
            }
            // It says no, and has taken the money; of a void that would be a lie beyond repair.
            (true, _) if entry.taken > 0 => Ok(Answer::Declined(FailureCode::CardDeclined)),
            (true | false, _) => Ok(entry.answer),
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
        Box::pin(Arc::clone(&self.0).act(ask.attempt.clone(), move |bank| bank.authorize(&ask)))
    }

    fn capture(&self, ask: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        Box::pin(Arc::clone(&self.0).act(ask.attempt.clone(), move |bank| bank.capture(&ask)))
    }

    fn void(&self, ask: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        Box::pin(Arc::clone(&self.0).act(ask.attempt.clone(), move |bank| bank.void(&ask)))
    }

    fn refund(&self, ask: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        Box::pin(Arc::clone(&self.0).act(ask.attempt.clone(), move |bank| bank.refund(&ask)))
    }

    fn lookup(&self, attempt: AttemptId) -> BoxFuture<'static, Result<Found, Lost>> {
        let bank = Arc::clone(&self.0);
        Box::pin(async move {
            tokio::time::sleep(bank.chance.millis(20)).await;
            if bank.has_trouble() {
                return Err(Lost("the line went dead".into()));
            }
            let known = bank.books().get(&attempt).map(|entry| entry.answer);
            Ok(known.map_or(Found::Nothing, Found::Answered))
        })
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(40)
    }
}
