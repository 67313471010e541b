//! An acquirer on the far side of an unreliable network: it keeps its own books, which the tests compare with ours.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use vinr_core::cards::FailureCode;
use vinr_core::ids::AttemptId;
use vinr_server::connectors::{Acquirer, Answer, Authorization, FollowUp, Found, Lost};

/// How long a client of the tests' server waits for the bank.
pub const PATIENCE: Duration = Duration::from_millis(300);

/// What the bank does with the next call.
#[derive(Debug, Clone, Copy)]
pub enum Manner {
    /// Acts and answers.
    Prompt(Answer),
    /// Acts at once, answers after its client has lost patience.
    Late(Answer),
    /// Acts; the answer is lost on its way.
    LostAnswer(Answer),
    /// The call never arrives.
    LostCall,
    /// The same, and nobody knows before a client of its client has lost patience.
    LateLostCall,
    /// Says that it declined, and takes the money all the same.
    SaysDeclined,
}

/// The bank.
#[derive(Debug, Default)]
pub struct Bank {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    manners: VecDeque<Manner>,
    attempts: BTreeMap<AttemptId, Entry>,
    /// How many of the next lookups are lost.
    lookups_lost: usize,
    /// Calls by kind, repetitions included.
    calls: BTreeMap<&'static str, usize>,
}

#[derive(Debug, Clone)]
struct Entry {
    answer: Answer,
    /// Minor units held or taken; 0 if declined or given back, less than that of a refund.
    amount: i64,
    /// Whether it was taken and not only held.
    taken: bool,
}

impl Bank {
    /// What it does with the next calls, in turn; afterwards it approves.
    pub fn will(&self, manners: impl IntoIterator<Item = Manner>) {
        self.state().manners = manners.into_iter().collect();
    }

    /// So many of the next lookups are not answered.
    pub fn loses_lookups(&self, count: usize) {
        self.state().lookups_lost = count;
    }

    /// The buyer passed or failed the challenge: what a lookup finds from now on.
    pub fn concludes(&self, answer: Answer, amount: i64) {
        for entry in self.state().attempts.values_mut().filter(|entry| entry.answer == Answer::Challenge) {
            let approved = answer == Answer::Approved;
            *entry = Entry { answer, amount: if approved { amount } else { 0 }, taken: approved };
        }
    }

    /// Minor units it took from buyers and did not give back.
    pub fn taken(&self) -> i64 {
        self.state().attempts.values().filter(|entry| entry.taken).map(|entry| entry.amount).sum()
    }

    /// Minor units it holds without having taken them.
    pub fn held(&self) -> i64 {
        self.state().attempts.values().filter(|entry| !entry.taken).map(|entry| entry.amount).sum()
    }

    /// How often it was called.
    pub fn calls(&self, kind: &str) -> usize {
        self.state().calls.get(kind).copied().unwrap_or(0)
    }

    /// The attempts it knows, oldest first.
    pub fn attempts(&self) -> Vec<AttemptId> {
        self.state().attempts.keys().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Acts once for an attempt, whatever happens to the answer.
    fn act(&self, kind: &'static str, attempt: AttemptId, amount: i64, taken: bool) -> Manner {
        let mut state = self.state();
        *state.calls.entry(kind).or_default() += 1;
        let manner = state.manners.pop_front().unwrap_or(Manner::Prompt(Answer::Approved));
        let answer = match manner {
            Manner::Prompt(answer) | Manner::Late(answer) | Manner::LostAnswer(answer) => answer,
            Manner::SaysDeclined => Answer::Approved,
            Manner::LostCall | Manner::LateLostCall => return manner,
        };
        let amount = if answer == Answer::Approved { amount } else { 0 };
        state.attempts.entry(attempt).or_insert(Entry { answer, amount, taken });
        manner
    }

    async fn answer(manner: Manner) -> Result<Answer, Lost> {
        match manner {
            Manner::Prompt(answer) => Ok(answer),
            Manner::Late(answer) => {
                tokio::time::sleep(PATIENCE * 3).await;
                Ok(answer)
            }
            Manner::LostAnswer(_) | Manner::LostCall => Err(Lost("the line went dead".into())),
            Manner::LateLostCall => {
                tokio::time::sleep(PATIENCE * 3).await;
                Err(Lost("the line was dead all the time".into()))
            }
            Manner::SaysDeclined => Ok(Answer::Declined(FailureCode::CardDeclined)),
        }
    }
}

/// The way to the bank.
#[derive(Debug, Clone)]
pub struct Line(pub Arc<Bank>);

impl Acquirer for Line {
    fn authorize(&self, ask: Authorization) -> BoxFuture<'static, Result<Answer, Lost>> {
        let manner = self.0.act("authorize", ask.attempt, ask.amount.amount, ask.capture);
        Box::pin(Bank::answer(manner))
    }

    fn capture(&self, ask: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        let manner = self.0.act("capture", ask.attempt, ask.amount.amount, true);
        if !matches!(manner, Manner::LostCall | Manner::LateLostCall | Manner::Prompt(Answer::Declined(_))) {
            // The hold becomes the capture's; the rest is released.
            if let Some(hold) = self.0.state().attempts.get_mut(&ask.parent) {
                hold.amount = 0;
            }
        }
        Box::pin(Bank::answer(manner))
    }

    fn void(&self, ask: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        let manner = self.0.act("void", ask.attempt, 0, false);
        if !matches!(manner, Manner::LostCall | Manner::LateLostCall)
            && let Some(parent) = self.0.state().attempts.get_mut(&ask.parent)
        {
            parent.amount = 0;
        }
        Box::pin(Bank::answer(manner))
    }

    fn refund(&self, ask: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>> {
        let manner = self.0.act("refund", ask.attempt, -ask.amount.amount, true);
        Box::pin(Bank::answer(manner))
    }

    fn lookup(&self, attempt: AttemptId) -> BoxFuture<'static, Result<Found, Lost>> {
        let mut state = self.0.state();
        *state.calls.entry("lookup").or_default() += 1;
        if let Some(left) = state.lookups_lost.checked_sub(1) {
            state.lookups_lost = left;
            return Box::pin(async { Err(Lost("the line went dead".into())) });
        }
        let found = match state.attempts.get(&attempt) {
            None => Found::Nothing,
            Some(entry) if entry.answer == Answer::Challenge => Found::Pending,
            Some(entry) => Found::Answered(entry.answer),
        };
        Box::pin(async move { Ok(found) })
    }

    fn patience(&self) -> Duration {
        PATIENCE
    }
}
