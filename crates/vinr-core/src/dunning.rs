//! How an invoice that could not be collected is tried again (spec/billing.md, Dunning).
//!
//! ```text
//!  first failure ──1 day──▶ retry ──3 days──▶ retry ──5──▶ retry ──7──▶ retry ──▶ exhausted
//! ```
//!
//! Days are the account's and count from the first failure. A method that will never work (lost, stolen, expired, closed)
//! keeps the schedule, but nothing is charged to it: its retries pass until there is another method, which is tried at once
//! and beside the schedule.

use alloc::string::String;
use alloc::vec::Vec;

use crate::accounts::TimeZone;
use crate::calendar;
use crate::cards::FailureCode;
use crate::ids::{DunningPolicyId, PaymentMethodId};
use crate::metadata::Metadata;
use crate::refusal::{Code, Refusal};
use crate::subscriptions::OnExhausted;
use crate::time::Timestamp;

/// Days after the first failure, if nothing else is said.
pub const DEFAULT_RETRIES_DAYS: [u32; 4] = [1, 3, 5, 7];
/// Most retries of a policy.
pub const RETRIES_MAX: usize = 12;
/// Latest retry, in days after the first failure.
pub const RETRY_DAYS_MAX: u32 = 60;
/// Longest name of a policy, in characters.
pub const NAME_LENGTH_MAX: usize = 100;

/// What is done when an invoice cannot be collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Days after the first failure, rising.
    pub retries_days: Vec<u32>,
    /// What follows the last retry.
    pub on_exhausted: OnExhausted,
    /// Whether the customer is written to.
    pub notify: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { retries_days: DEFAULT_RETRIES_DAYS.into(), on_exhausted: OnExhausted::Cancel, notify: true }
    }
}

/// A policy that a merchant has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its id.
    pub id: DunningPolicyId,
    /// For the merchant.
    pub name: Option<String>,
    /// What it says.
    pub rules: Rules,
    /// Whether something new can have it.
    pub is_active: bool,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What to change of a policy; nothing stays as it is, and `Some(None)` takes away.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// For the merchant.
    pub name: Option<Option<String>>,
    /// Days after the first failure.
    pub retries_days: Option<Vec<u32>>,
    /// What follows the last retry.
    pub on_exhausted: Option<OnExhausted>,
    /// Whether the customer is written to.
    pub notify: Option<bool>,
    /// Whether something new can have it.
    pub is_active: Option<bool>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

/// Where the dunning of an invoice stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dunning {
    /// What its days are counted from.
    pub first_failed_at: Timestamp,
    /// Retries of the schedule that are behind it, done or passed.
    pub retries_done: u32,
    /// The method that will never work.
    pub blocked: Option<PaymentMethodId>,
    /// The next retry; nothing once all are behind it.
    pub next_attempt_at: Option<Timestamp>,
}

/// Why an attempt brought no money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There was nothing to charge.
    NoMethod,
    /// This method was declined.
    Declined {
        /// Which.
        method: PaymentMethodId,
        /// Why.
        code: FailureCode,
    },
}

/// Why it was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// It was time for it.
    Schedule,
    /// Somebody wanted it, or there is another method.
    Request,
}

/// What a retry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It charges the method.
    Charge,
    /// It passes: nothing can be charged.
    Skip,
}

/// Checks what a policy says.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(policy: &Policy) -> Result<(), Vec<Refusal>> {
    let wrong = problems(policy);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// A policy with changes. What is being tried again by it goes on by what it says now.
///
/// # Errors
/// Everything that is wrong with them.
pub fn changed(mut policy: Policy, changes: Changes) -> Result<Policy, Vec<Refusal>> {
    let mut wrong = Vec::new();
    match policy.metadata.merged(changes.metadata) {
        Ok(metadata) => policy.metadata = metadata,
        Err(refusal) => wrong.push(refusal),
    }
    policy.name = changes.name.unwrap_or(policy.name);
    policy.rules = Rules {
        retries_days: changes.retries_days.unwrap_or(policy.rules.retries_days),
        on_exhausted: changes.on_exhausted.unwrap_or(policy.rules.on_exhausted),
        notify: changes.notify.unwrap_or(policy.rules.notify),
    };
    policy.is_active = changes.is_active.unwrap_or(policy.is_active);
    wrong.extend(problems(&policy));
    if wrong.is_empty() { Ok(policy) } else { Err(wrong) }
}

fn problems(policy: &Policy) -> Vec<Refusal> {
    let mut wrong = Vec::new();
    let mut invalid = |param: String, message: String| {
        wrong.push(Refusal::new(Code::ParameterInvalid, message).at(param));
    };
    if policy.name.as_ref().is_some_and(|name| !(1..=NAME_LENGTH_MAX).contains(&name.chars().count())) {
        invalid("name".into(), format!("expected 1 to {NAME_LENGTH_MAX} characters"));
    }
    if !(1..=RETRIES_MAX).contains(&policy.rules.retries_days.len()) {
        invalid("retries".into(), format!("expected 1 to {RETRIES_MAX} retries"));
    }
    let mut before = 0;
    for (place, days) in policy.rules.retries_days.iter().enumerate() {
        if *days <= before || *days > RETRY_DAYS_MAX {
            let message = format!("expected {} to {RETRY_DAYS_MAX} days: retries rise", before.saturating_add(1));
            invalid(format!("retries.{place}.afterDays"), message);
            // What is wrong with one is wrong with all that follow.
            break;
        }
        before = *days;
    }
    wrong
}

/// The dunning that the first failure begins.
pub fn begin(failure: Failure, rules: &Rules, zone: &TimeZone, now: Timestamp) -> Dunning {
    let dunning = Dunning { first_failed_at: now, retries_done: 0, blocked: blocked(failure), next_attempt_at: None };
    scheduled(dunning, rules, zone)
}

/// The dunning after another attempt that failed. What was tried beside the schedule leaves it as it is.
pub fn failed(dunning: &Dunning, occasion: Occasion, failure: Failure, rules: &Rules, zone: &TimeZone) -> Dunning {
    let retries_done = match occasion {
        Occasion::Schedule => dunning.retries_done.saturating_add(1),
        Occasion::Request => dunning.retries_done,
    };
    scheduled(Dunning { retries_done, blocked: blocked(failure), ..dunning.clone() }, rules, zone)
}

/// The dunning after a retry that has passed.
pub fn skipped(dunning: &Dunning, rules: &Rules, zone: &TimeZone) -> Dunning {
    scheduled(Dunning { retries_done: dunning.retries_done.saturating_add(1), ..dunning.clone() }, rules, zone)
}

/// What a retry does with the method that there is now.
pub fn attempt(dunning: &Dunning, method: Option<&PaymentMethodId>) -> Attempt {
    match method {
        Some(method) if dunning.blocked.as_ref() != Some(method) => Attempt::Charge,
        Some(_) | None => Attempt::Skip,
    }
}

/// Whether all retries are behind it.
pub const fn is_exhausted(dunning: &Dunning) -> bool {
    dunning.next_attempt_at.is_none()
}

fn scheduled(dunning: Dunning, rules: &Rules, zone: &TimeZone) -> Dunning {
    let next = usize::try_from(dunning.retries_done).ok().and_then(|done| rules.retries_days.get(done));
    let next_attempt_at = next.map(|days| calendar::later(dunning.first_failed_at, 0, i64::from(*days), zone));
    Dunning { next_attempt_at, ..dunning }
}

/// The method that need not be tried again.
fn blocked(failure: Failure) -> Option<PaymentMethodId> {
    match failure {
        Failure::Declined { method, code } if !code.retryable() => Some(method),
        Failure::Declined { .. } | Failure::NoMethod => None,
    }
}

#[cfg(test)]
mod tests;
