//! A card or a bank account that is saved without a payment (spec/payments.md, Customers): typed on the hosted page,
//! checked with an authorization of nothing or with the account's bank, attached to its customer. An account's holder
//! gives a mandate with it; a bank asks for no challenge.
//!
//! ```text
//!  pending ──verify──▶ succeeded
//!     │ └──────▶ requires_authentication ──▶ succeeded
//!     │                    └──▶ failed ──verify──▶ …  (while its page is open)
//!     └──▶ expired
//! ```

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::cards::FailureCode;
use crate::ids::{CustomerId, PaymentMethodId, SetupId};
use crate::metadata::Metadata;
use crate::payments::{CHALLENGE_OPEN, CHECKOUT_OPEN};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// Where a setup stands.
    pub enum Status {
        /// Waits for the buyer.
        Pending = "pending",
        /// A 3DS challenge is open.
        RequiresAuthentication = "requires_authentication",
        /// The card or account is attached.
        Succeeded = "succeeded",
        /// The bank refused it; another one may be tried while the page is open.
        Failed = "failed",
        /// Nobody came in time.
        Expired = "expired",
    }
}

/// A setup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Its id.
    pub id: SetupId,
    /// Where it stands.
    pub status: Status,
    /// Whose card or account it will be.
    pub customer_id: CustomerId,
    /// The card or account, once typed: pending until the setup succeeds.
    pub method: Option<PaymentMethodId>,
    /// Where the buyer goes afterwards.
    pub return_url: Option<String>,
    /// Where a buyer goes who gives up.
    pub cancel_url: Option<String>,
    /// Secret of the hosted page.
    pub checkout_token: String,
    /// Why the last one was refused.
    pub failure: Option<FailureCode>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// End of the open challenge.
    pub authenticate_until: Option<Timestamp>,
    /// When its page closes.
    pub expires_at: Timestamp,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What the issuer said of a card, or the bank of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may be charged later.
    Approved,
    /// The buyer must prove who they are.
    Challenge,
    /// It may not.
    Declined(FailureCode),
}

/// Everything that can be asked of a setup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The buyer typed this card or account, and its bank said so of it.
    Verify {
        /// The pending method.
        method: PaymentMethodId,
        /// The issuer's word.
        verdict: Verdict,
    },
    /// The buyer passed the challenge.
    Authenticated,
    /// The buyer failed the challenge.
    AuthenticationFailed,
    /// Time went by ([`due`]).
    TimeOut,
}

/// What happened to a setup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A card or an account was typed.
    Submitted(PaymentMethodId),
    /// The buyer must answer a challenge until then.
    AuthenticationRequired {
        /// End of the challenge.
        until: Timestamp,
    },
    /// It is the customer's.
    Succeeded,
    /// It was refused.
    Failed(FailureCode),
    /// Nobody came.
    Expired,
}

/// What a merchant asks for.
#[derive(Debug, Clone)]
pub struct Create {
    /// Drawn by the server, or chosen by the caller (sandbox).
    pub id: SetupId,
    /// Whose card or account it will be.
    pub customer_id: CustomerId,
    /// Where the buyer goes afterwards.
    pub return_url: Option<String>,
    /// Where a buyer goes who gives up.
    pub cancel_url: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// The secret in the page's address.
    pub checkout_token: String,
}

/// A new setup, waiting for its buyer.
pub fn create(ask: Create, now: Timestamp) -> Setup {
    let Create { id, customer_id, return_url, cancel_url, metadata, checkout_token } = ask;
    Setup {
        id,
        status: Status::Pending,
        customer_id,
        method: None,
        return_url,
        cancel_url,
        checkout_token,
        failure: None,
        metadata,
        authenticate_until: None,
        expires_at: now.plus(CHECKOUT_OPEN),
        created_at: now,
    }
}

/// Whether a card or an account may be typed now.
///
/// # Errors
/// `setup_not_confirmable` with the state in the message.
pub fn verify_gate(setup: &Setup, now: Timestamp) -> Result<(), Refusal> {
    match setup.status {
        Status::Pending | Status::Failed if now < setup.expires_at => Ok(()),
        Status::Pending | Status::Failed => {
            let message = format!("the page of this setup closed at {}", setup.expires_at.rfc3339());
            Err(Refusal::new(Code::SetupNotConfirmable, message))
        }
        Status::RequiresAuthentication | Status::Succeeded | Status::Expired => {
            let message = format!("a setup that is {} takes no card or account", setup.status);
            Err(Refusal::new(Code::SetupNotConfirmable, message))
        }
    }
}

/// Decides a command.
///
/// # Errors
/// `setup_not_confirmable`, `setup_not_authenticatable`.
pub fn decide(setup: &Setup, command: Command, now: Timestamp) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Verify { method, verdict } => {
            verify_gate(setup, now)?;
            let said = match verdict {
                Verdict::Approved => Event::Succeeded,
                Verdict::Challenge => Event::AuthenticationRequired { until: now.plus(CHALLENGE_OPEN) },
                Verdict::Declined(code) => Event::Failed(code),
            };
            Ok(vec![Event::Submitted(method), said])
        }
        Command::Authenticated => match setup.authenticate_until {
            Some(until) if setup.status == Status::RequiresAuthentication && until <= now => {
                Ok(vec![Event::Failed(FailureCode::AuthenticationExpired)])
            }
            _ => authenticating(setup, Event::Succeeded),
        },
        Command::AuthenticationFailed => authenticating(setup, Event::Failed(FailureCode::AuthenticationFailed)),
        Command::TimeOut => Ok(time_out(setup, now)),
    }
}

/// The earliest moment at which time itself changes the setup.
pub fn due(setup: &Setup) -> Option<(Timestamp, Command)> {
    match setup.status {
        Status::Pending => Some((setup.expires_at, Command::TimeOut)),
        Status::RequiresAuthentication => setup.authenticate_until.map(|at| (at, Command::TimeOut)),
        // A refused card's page just closes.
        Status::Succeeded | Status::Failed | Status::Expired => None,
    }
}

/// Applies an event.
pub fn evolve(setup: &mut Setup, event: &Event) {
    match event {
        Event::Submitted(method) => {
            setup.method = Some(method.clone());
            setup.failure = None;
        }
        Event::AuthenticationRequired { until } => {
            setup.status = Status::RequiresAuthentication;
            setup.authenticate_until = Some(*until);
        }
        Event::Succeeded => {
            setup.status = Status::Succeeded;
            setup.authenticate_until = None;
        }
        Event::Failed(code) => {
            setup.status = Status::Failed;
            setup.failure = Some(*code);
            setup.method = None;
            setup.authenticate_until = None;
        }
        Event::Expired => setup.status = Status::Expired,
    }
}

fn authenticating(setup: &Setup, event: Event) -> Result<Vec<Event>, Refusal> {
    match setup.status {
        Status::RequiresAuthentication => Ok(vec![event]),
        Status::Pending | Status::Succeeded | Status::Failed | Status::Expired => {
            let message = format!("a setup that is {} waits for no authentication", setup.status);
            Err(Refusal::new(Code::SetupNotAuthenticatable, message))
        }
    }
}

fn time_out(setup: &Setup, now: Timestamp) -> Vec<Event> {
    match (due(setup), setup.status) {
        (Some((at, _)), Status::Pending) if at <= now => vec![Event::Expired],
        (Some((at, _)), Status::RequiresAuthentication) if at <= now => {
            vec![Event::Failed(FailureCode::AuthenticationExpired)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
