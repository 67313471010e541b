//! Sends e-mails: leases what is due, hands it over, and records what came of it.
//!
//! An e-mail is tried at least once. A process that dies after it has handed one over leaves its lease behind; when that
//! ends the same message goes out again, with the same id.

mod store;

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use tokio::sync::watch;
use vinr_core::emails::{Next, Outcome, Status, next};
use vinr_core::ids::AccountId;
use vinr_core::time::Span;

use crate::app::{App, Task};
use crate::env::{Mailer, Outgoing, Unsent};
use crate::error::Result;
use crate::mail::{self, Letter};
use crate::record::Unit;

/// How often the rows are looked at.
const POLL: Duration = Duration::from_millis(500);
/// How long a process has an e-mail for itself: longer than handing it over may take.
const LEASE: Span = Span::minutes(2);
/// E-mails that are handed over at a time.
const AT_ONCE: usize = 4;
/// How long those that are being handed over may take when the process ends.
const DRAIN: Duration = Duration::from_secs(5);
/// How much of a reason is kept.
const REASON_LETTERS_MAX: usize = 500;

impl App {
    /// Has a letter sent to a customer of an account, unless its cause has sent one already.
    ///
    /// # Errors
    /// 503 when the store cannot commit in time.
    pub async fn post_email(&self, account: &AccountId, cause: &str, recipient: &str, letter: &Letter) -> Result<()> {
        let data = Arc::new((cause.to_owned(), recipient.to_owned(), letter.clone()));
        self.run(Task::worker(account, "post_email"), data, |unit, (cause, recipient, letter)| {
            Box::pin(mail::post(unit, cause, recipient, letter))
        })
        .await
    }
}

/// Sends until told to stop.
pub(super) async fn run(app: App, mut stop: watch::Receiver<bool>) {
    if matches!(app.env.mailer, Mailer::Absent) {
        // The sender is a part of the app: it does not go before.
        let _ = stop.wait_for(|stop| *stop).await;
        return;
    }
    while !*stop.borrow_and_update() {
        let due = store::due(&app.db, app.env.wall()).await;
        let due = due.unwrap_or_else(|error| {
            tracing::warn!(%error, "due e-mails cannot be read; trying again");
            Vec::new()
        });
        if due.is_empty() {
            select(pin!(stop.changed()), pin!(tokio::time::sleep(POLL))).await;
            continue;
        }
        let mut ending = stop.clone();
        let over = pin!(async {
            let _ = ending.wait_for(|stop| *stop).await;
            tokio::time::sleep(DRAIN).await;
        });
        let stopped = &stop;
        let each = |(account, cause): (AccountId, String)| {
            let app = &app;
            async move {
                if *stopped.borrow() {
                    return;
                }
                if AssertUnwindSafe(send(app, &account, &cause)).catch_unwind().await.is_err() {
                    tracing::error!(%account, cause, "sending an e-mail panicked; it is sent again and someone must look");
                }
            }
        };
        select(pin!(stream::iter(due).for_each_concurrent(AT_ONCE, each)), over).await;
    }
}

/// What is about to be sent, and by whom.
struct Ask {
    cause: String,
    lease: String,
}

/// What came of it.
struct Report {
    cause: String,
    lease: String,
    outcome: Outcome,
    reason: Option<String>,
}

async fn send(app: &App, account: &AccountId, cause: &str) {
    let lease = format!("{}/{:x}", app.workers.process(), app.env.id_bits());
    let ask = Arc::new(Ask { cause: cause.to_owned(), lease: lease.clone() });
    let task = Task::worker(account, "claim_email");
    let email = match app.run(task, ask, |unit, ask| Box::pin(claim(unit, ask))).await {
        Ok(Some(email)) => email,
        // Somebody else has it, or had.
        Ok(None) => return,
        Err(error) => {
            tracing::warn!(%error, cause, "an e-mail cannot be claimed; trying again");
            return tokio::time::sleep(POLL).await;
        }
    };
    let (outcome, reason) = match app.env.mailer.send(email).await {
        Ok(()) => (Outcome::Accepted, None),
        Err(Unsent::Later(reason)) => (Outcome::Later, Some(reason)),
        Err(Unsent::Never(reason)) => (Outcome::Refused, Some(reason)),
    };
    // PostgreSQL keeps no NUL in text.
    let reason = reason.map(|text| text.replace('\0', " ").chars().take(REASON_LETTERS_MAX).collect());
    let report = Arc::new(Report { cause: cause.to_owned(), lease, outcome, reason });
    let task = Task::worker(account, "record_email");
    match app.run(task, report, |unit, report| Box::pin(record(unit, report))).await {
        Ok(Some(came_to)) => app.metrics.email(came_to),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, cause, "that an e-mail was sent is not recorded; it is sent again"),
    }
}

/// Leases an e-mail if it is due and nobody has it. The attempt counts from here, so that one that ends the process is
/// not made for ever.
async fn claim(unit: &mut Unit<'_>, ask: &Ask) -> Result<Option<Outgoing>> {
    let Some(mut email) = mail::store::load(unit, &ask.cause).await? else { return Ok(None) };
    let is_due = email.status == Status::Pending && email.wake.is_some_and(|wake| wake <= unit.wall);
    let Some(message) = email.message.clone().filter(|_| is_due) else { return Ok(None) };
    email.attempts += 1;
    email.lease = Some(ask.lease.clone());
    email.wake = Some(unit.wall.plus(LEASE));
    mail::store::update(unit, &email);
    Ok(Some(Outgoing {
        message_id: email.message_id,
        sender: email.sender,
        recipient: email.recipient,
        message: message.into(),
    }))
}

/// Writes down what came of an attempt, if it is still ours; gives what it came to.
async fn record(unit: &mut Unit<'_>, report: &Report) -> Result<Option<&'static str>> {
    let Some(mut email) = mail::store::load(unit, &report.cause).await? else { return Ok(None) };
    if email.lease.as_deref() != Some(report.lease.as_str()) {
        return Ok(None);
    }
    email.lease = None;
    email.last_error.clone_from(&report.reason);
    let came_to = match next(email.attempts, report.outcome) {
        Next::Wait(wait) => {
            email.wake = Some(unit.wall.plus(wait));
            "put_off"
        }
        Next::End(status) => {
            (email.status, email.wake, email.ended) = (status, None, Some(unit.wall));
            match status {
                Status::Sent => {
                    // What was said is the customer's; that it was said is enough to know.
                    email.message = None;
                    "sent"
                }
                Status::Failed | Status::Pending => {
                    let (account, cause) = (unit.context.account.clone(), report.cause.clone());
                    unit.say(move || {
                        tracing::error!(%account, cause, "an e-mail is given up; its row says why, and someone must look");
                    });
                    "given_up"
                }
            }
        }
    };
    mail::store::update(unit, &email);
    Ok(Some(came_to))
}
