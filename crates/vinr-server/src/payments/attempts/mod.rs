//! Attempts at a remote acquirer: rows before anything is sent, settled by whatever word comes first, be it the answer,
//! a lookup or a notice. The rules are in `vinr_core::attempts`.

mod store;

use std::sync::Arc;

use vinr_core::attempts::{self as core, Attempt, Audience, Command, Event, Kind};
use vinr_core::cards::FailureCode;
use vinr_core::ids::{AttemptId, PaymentId};
use vinr_core::money::Money;
use vinr_core::payments::{self, Capture, Funds, Outcome, Payment, Presence};
use vinr_core::refunds::{self, FailureReason, Refund};

use super::Log;
use crate::connectors::{Answer, Ask, Authorization, FollowUp};
use crate::error::{ApiError, Result};
use crate::record::{Noun, Unit};

/// A word of the acquirer.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Word {
    /// What became of the attempt.
    Answer(Answer),
    /// It has never heard of it.
    Nothing,
}

/// Writes an authorization down and sends it when that is committed; `payment` is confirmed already.
pub(super) fn authorize(unit: &mut Unit<'_>, payment: &Payment, attempt: AttemptId, method_token: &str) {
    let mut row = core::create(attempt.clone(), payment.id.clone(), Kind::Authorize, payment.amount, unit.now());
    method_token.clone_into(&mut row.method_token);
    let row = for_request(unit, row);
    store::insert(unit, &row);
    unit.send(Ask::Authorize(Authorization {
        attempt,
        amount: payment.amount,
        method_token: method_token.to_owned(),
        capture: payment.capture == Capture::Automatic,
        off_session: payment.presence == Presence::OffSession,
    }));
}

/// Writes the capture that a payment waits for down and sends it when that is committed.
pub(super) fn capture(unit: &mut Unit<'_>, payment: &Payment) -> Result<()> {
    let (Some(pending), Some(parent)) = (&payment.capturing, &payment.attempt) else {
        return Err(ApiError::internal("a payment whose capture is sent has both attempts"));
    };
    let amount = Money::new(pending.amount, payment.amount.currency);
    let follow_up = FollowUp { attempt: pending.attempt.clone(), parent: parent.clone(), amount };
    let row = follow_up_row(unit, Kind::Capture, payment.id.clone(), &follow_up);
    let row = for_request(unit, row);
    store::insert(unit, &row);
    unit.send(Ask::Capture(follow_up));
    Ok(())
}

/// Writes a void of what `parent` holds or took down and sends it when that is committed; nobody waits for it.
pub(super) fn void(unit: &mut Unit<'_>, payment: &Payment, parent: &AttemptId, amount: i64) {
    let attempt = AttemptId::from_bits(unit.env.id_bits());
    let follow_up = FollowUp { attempt, parent: parent.clone(), amount: Money::new(amount, payment.amount.currency) };
    let row = follow_up_row(unit, Kind::Void, payment.id.clone(), &follow_up);
    store::insert(unit, &row);
    unit.send(Ask::Void(follow_up));
}

/// Writes the request to give a refund's money back down and sends it when that is committed.
pub(crate) fn refund(unit: &mut Unit<'_>, payment: &Payment, refund: &Refund) -> Result<()> {
    let (Some(attempt), Some(parent)) = (refund.attempt.clone(), payment.attempt.clone()) else {
        return Err(ApiError::internal("a refund at an acquirer has its attempt, and a captured payment its own"));
    };
    let follow_up = FollowUp { attempt, parent, amount: refund.amount };
    let row = follow_up_row(unit, Kind::Refund, payment.id.clone(), &follow_up);
    let row = for_request(unit, Attempt { refund_id: Some(refund.id.clone()), ..row });
    store::insert(unit, &row);
    unit.send(Ask::Refund(follow_up));
    Ok(())
}

/// Ends an attempt to refund, or sends it again if it never arrived: it acts once. Gives what that means to the refund.
pub(crate) fn refund_heard(unit: &mut Unit<'_>, mut attempt: Attempt, word: Word) -> Option<refunds::Command> {
    let command = match word {
        Word::Answer(Answer::Approved) => Command::Succeed { wanted: true },
        Word::Answer(Answer::Declined(_)) => Command::Decline,
        // Nobody is there to answer a challenge: there is no outcome yet.
        Word::Answer(Answer::Challenge) => return None,
        Word::Nothing => {
            if let (core::Status::Sent, Some(parent)) = (attempt.status, attempt.parent.clone()) {
                unit.send(Ask::Refund(FollowUp { attempt: attempt.id, parent, amount: attempt.amount }));
            }
            return None;
        }
    };
    let due_before = core::due(&attempt);
    let event = core::decide(&attempt, command, unit.now())?;
    core::evolve(&mut attempt, event);
    store::update(unit, &attempt, due_before);
    match event {
        Event::Succeeded => Some(refunds::Command::Settle),
        Event::Declined => Some(refunds::Command::Reject(FailureReason::OperationNotAvailable)),
        Event::Abandoned | Event::Reversed | Event::LookedUp { .. } | Event::NotFound => None,
    }
}

/// The attempt with what the request needs for its answer that waits for it.
fn for_request(unit: &Unit<'_>, row: Attempt) -> Attempt {
    match unit.audience {
        Audience::Merchant | Audience::Browser => Attempt {
            idempotency_key: unit.idempotency_key.clone(),
            audience: unit.audience,
            expand: unit.expand.clone(),
            ..row
        },
        Audience::Nobody => row,
    }
}

fn follow_up_row(unit: &Unit<'_>, kind: Kind, payment: PaymentId, follow_up: &FollowUp) -> Attempt {
    let row = core::create(follow_up.attempt.clone(), payment, kind, follow_up.amount, unit.now());
    Attempt { parent: Some(follow_up.parent.clone()), ..row }
}

/// Asks after an attempt whose timer went off.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &AttemptId) -> Result<()> {
    let mut attempt = store::load(unit, id).await?;
    let due_before = core::due(&attempt);
    if due_before.is_none_or(|at| at > unit.now()) {
        // It was answered meanwhile, or asked after by another process.
        unit.timer(Noun::Attempt, id.as_str(), Some(unit.now()), due_before);
        return Ok(());
    }
    let Some(event) = core::decide(&attempt, Command::LookUp, unit.now()) else { return Ok(()) };
    core::evolve(&mut attempt, event);
    store::update(unit, &attempt, due_before);
    if core::due(&attempt).is_none() {
        let (id, payment, kind) = (id.clone(), attempt.payment_id.clone(), attempt.kind.as_str());
        unit.say(move || {
            tracing::error!(attempt = %id, %payment, kind,
                "an acquirer has not said for thirty days what became of an attempt, and is asked for the last time; \
                 someone must look");
        });
    }
    unit.send(match (attempt.kind, attempt.parent) {
        // Sent twice it acts once, and it has to be done in the end.
        (Kind::Void, Some(parent)) => Ask::Void(FollowUp { attempt: id.clone(), parent, amount: attempt.amount }),
        (Kind::Authorize | Kind::Capture | Kind::Void | Kind::Refund, _) => Ask::Lookup(id.clone()),
    });
    Ok(())
}

/// An attempt that a decision depends on.
///
/// # Errors
/// 404 for one that was never made.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &AttemptId) -> Result<Attempt> {
    store::load(unit, id).await
}

/// What a word of an acquirer came to.
pub(crate) struct Heard {
    /// The payment as it is now.
    pub(crate) payment: Payment,
    /// Whether a request that waits for the attempt can be answered: it is concluded, or its buyer is asked.
    pub(crate) is_answer: bool,
}

/// Settles an attempt and its payment.
pub(crate) async fn hear(unit: &mut Unit<'_>, mut attempt: Attempt, word: Word) -> Result<Heard> {
    let before = super::store::load(unit, &attempt.payment_id).await?;
    let mut payment = before.clone();
    let mut log = Log::new(Some(&before));
    match (word, before.presence) {
        (Word::Answer(Answer::Challenge), Presence::OnSession) => {
            // The attempt stays open: its result comes when the buyer is back.
            settle(unit, &mut log, &mut payment, &attempt.id, Outcome::Challenge)?;
        }
        _ => conclude(unit, &mut log, &mut payment, &mut attempt, word)?,
    }
    if payment != before {
        log.save(unit, &payment, false);
    }
    let is_answer = match attempt.status {
        core::Status::Sent => payment.status == payments::Status::RequiresAuthentication,
        core::Status::Succeeded | core::Status::Declined | core::Status::Abandoned | core::Status::Reversed => true,
    };
    Ok(Heard { payment, is_answer })
}

/// Ends an attempt, and brings the payment that waits for it along.
fn conclude(
    unit: &mut Unit<'_>,
    log: &mut Log,
    payment: &mut Payment,
    attempt: &mut Attempt,
    word: Word,
) -> Result<()> {
    let (command, outcome) = match word {
        Word::Answer(Answer::Approved) => {
            let wanted = waits_for(unit, payment, attempt);
            (Command::Succeed { wanted }, Outcome::Approved { funds: Funds::Settled })
        }
        Word::Answer(Answer::Declined(code)) => (Command::Decline, Outcome::Declined(code)),
        Word::Answer(Answer::Challenge) => (Command::Decline, Outcome::Challenge),
        Word::Nothing => (Command::NotFound, Outcome::Declined(FailureCode::ProcessingError)),
    };
    let due_before = core::due(attempt);
    let Some(event) = core::decide(attempt, command, unit.now()) else { return Ok(()) };
    core::evolve(attempt, event);
    store::update(unit, attempt, due_before);
    match (event, attempt.kind) {
        (Event::Reversed, _) => {
            let (id, of) = (attempt.id.clone(), payment.id.clone());
            unit.say(move || {
                tracing::warn!(attempt = %id, payment = %of, "money was taken too late; it is given back");
            });
            void(unit, payment, &attempt.id, attempt.amount.amount);
            Ok(())
        }
        (Event::Succeeded | Event::Declined | Event::Abandoned, Kind::Authorize) => {
            settle(unit, log, payment, &attempt.id, outcome)
        }
        (Event::Succeeded, Kind::Capture) => captured(unit, log, payment, attempt),
        (Event::Declined | Event::Abandoned, Kind::Capture) => {
            let code = match outcome {
                Outcome::Declined(code) => code,
                // There is no buyer to ask.
                Outcome::Approved { .. } | Outcome::Challenge | Outcome::Slow { .. } => FailureCode::ProcessingError,
            };
            log.apply(unit, payment, payments::Command::CaptureRefused { attempt: attempt.id.clone(), code })
        }
        (Event::Declined, Kind::Void) => {
            let (id, of) = (attempt.id.clone(), payment.id.clone());
            unit.say(move || {
                tracing::error!(attempt = %id, payment = %of, "an acquirer refused to void; someone must look");
            });
            Ok(())
        }
        // A refund is concluded by `refund_heard`.
        (Event::Declined, Kind::Refund)
        | (Event::LookedUp { .. } | Event::NotFound | Event::Succeeded | Event::Abandoned, _) => Ok(()),
    }
}

/// Takes what the acquirer took. A capture that it had refused before is asked for once more: it is the one that counts.
fn captured(unit: &mut Unit<'_>, log: &mut Log, payment: &mut Payment, attempt: &Attempt) -> Result<()> {
    let context = Arc::clone(&unit.context);
    let id = attempt.id.clone();
    if payment.capturing.is_none() {
        let command = payments::Command::Capture { amount: Some(attempt.amount.amount), attempt: id.clone() };
        log.apply(unit, payment, command)?;
    }
    let command =
        payments::Command::Captured { attempt: id, funds: payments::Funds::Settled, fees: &context.settings.fees };
    log.apply(unit, payment, command)
}

/// Whether the money of this attempt, if it was taken, is the payment's.
fn waits_for(unit: &Unit<'_>, payment: &Payment, attempt: &Attempt) -> bool {
    match attempt.kind {
        Kind::Authorize if payment.attempt.as_ref() != Some(&attempt.id) => false,
        Kind::Authorize => match payment.status {
            payments::Status::Processing => true,
            payments::Status::RequiresAuthentication => {
                payment.authenticate_until.is_some_and(|until| unit.now() < until)
            }
            _ => false,
        },
        Kind::Capture => match &payment.capturing {
            Some(pending) => pending.attempt == attempt.id,
            // It was refused, and the payment is held as it was.
            None => {
                payment.status == payments::Status::Authorized
                    && payment.authorized_until.is_some_and(|until| unit.now() < until)
            }
        },
        Kind::Void | Kind::Refund => true,
    }
}

fn settle(unit: &mut Unit<'_>, log: &mut Log, payment: &mut Payment, id: &AttemptId, outcome: Outcome) -> Result<()> {
    let is_current = payment.attempt.as_ref() == Some(id);
    if is_current && payment.status == payments::Status::RequiresAuthentication && outcome != Outcome::Challenge {
        log.apply(unit, payment, payments::Command::Authenticated)?;
    }
    let context = Arc::clone(&unit.context);
    let command = payments::Command::Settle { attempt: id.clone(), outcome, fees: &context.settings.fees };
    log.apply(unit, payment, command)
}
