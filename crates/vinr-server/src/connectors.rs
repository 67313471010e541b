//! Who authorizes cards: the simulated network in this process, an acquirer somewhere else, or nobody yet.

pub(crate) mod sandbox;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use vinr_core::accounts::KybStatus;
use vinr_core::attempts::Audience;
use vinr_core::cards::FailureCode;
use vinr_core::ids::{AccountId, AttemptId};
use vinr_core::keys::Environment;
use vinr_core::money::Money;
use vinr_core::refusal::{Code, Refusal};

/// The acquirer of one environment.
#[derive(Debug, Clone)]
pub enum Connector {
    /// The simulated network: a pure function of card and presence, answered inside the unit of work.
    Sandbox,
    /// One that is reached over a network: the attempt is a row before it is called, and what becomes of it is another
    /// unit of work (ARCHITECTURE.md, "The life of a payment").
    Remote(Arc<dyn Acquirer>),
    /// None is configured: charges are refused with `acquirer_not_configured`.
    Unconfigured,
}

impl Connector {
    /// Whether cards can be charged at all; asked before anybody looks at a card.
    ///
    /// # Errors
    /// `kyb_required`, `acquirer_not_configured`.
    pub(crate) fn check(&self, environment: Environment, kyb: KybStatus) -> Result<(), Refusal> {
        if environment == Environment::Live && kyb != KybStatus::Verified {
            let message = "this business is not verified yet; live charges need that";
            return Err(Refusal::new(Code::KybRequired, message));
        }
        match self {
            Connector::Sandbox | Connector::Remote(_) => Ok(()),
            Connector::Unconfigured => {
                let message = "no acquirer is configured for this account; charges cannot be made";
                Err(Refusal::new(Code::AcquirerNotConfigured, message))
            }
        }
    }
}

/// An acquirer over a network. Every call is idempotent by the attempt's id: made twice, it acts once and answers the
/// same. An implementation puts its own end to calls that take too long.
pub trait Acquirer: Send + Sync + fmt::Debug {
    /// Holds an amount, and takes it at once if so asked.
    fn authorize(&self, authorization: Authorization) -> BoxFuture<'static, Result<Answer, Lost>>;

    /// Takes what the parent attempt holds, or a part of it; the rest is released.
    fn capture(&self, follow_up: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>>;

    /// Releases what the parent attempt holds, or gives back what it took.
    fn void(&self, follow_up: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>>;

    /// Gives a part or all of what the parent attempt took back to the buyer. What the parent authorized may have been
    /// taken by a capture.
    fn refund(&self, follow_up: FollowUp) -> BoxFuture<'static, Result<Answer, Lost>>;

    /// What became of an attempt.
    fn lookup(&self, attempt: AttemptId) -> BoxFuture<'static, Result<Found, Lost>>;

    /// How long a client waits for an answer before it is told that the payment is `processing`.
    fn patience(&self) -> Duration {
        Duration::from_secs(10)
    }
}

/// A charge as the acquirer gets it.
#[derive(Debug, Clone)]
pub struct Authorization {
    /// The idempotency key.
    pub attempt: AttemptId,
    /// How much.
    pub amount: Money,
    /// What stands for the card; never its number.
    pub method_token: String,
    /// Whether the amount is taken with the hold.
    pub capture: bool,
    /// Whether the buyer is away.
    pub off_session: bool,
}

/// A capture, a void or a refund as the acquirer gets it.
#[derive(Debug, Clone)]
pub struct FollowUp {
    /// The idempotency key.
    pub attempt: AttemptId,
    /// The attempt it acts on.
    pub parent: AttemptId,
    /// How much.
    pub amount: Money,
}

/// What an acquirer says of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Done.
    Approved,
    /// The buyer must prove who they are; the result comes later, by [`crate::App::acquirer_said`] or lookup.
    Challenge,
    /// Not done.
    Declined(FailureCode),
}

/// What a lookup finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// The answer that was given.
    Answered(Answer),
    /// The attempt is known and not answered yet.
    Pending,
    /// The acquirer has never heard of it.
    Nothing,
}

/// No answer came: whether the acquirer acted is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost(
    /// Why, for the log.
    pub String,
);

/// What is asked of an acquirer after the unit of work that wrote it down has committed.
#[derive(Debug, Clone)]
pub(crate) struct Sending {
    /// Whose attempt it is.
    pub(crate) account: AccountId,
    /// Who waits for what comes of it.
    pub(crate) audience: Audience,
    /// What is asked.
    pub(crate) ask: Ask,
}

/// One call.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    /// [`Acquirer::authorize`].
    Authorize(Authorization),
    /// [`Acquirer::capture`].
    Capture(FollowUp),
    /// [`Acquirer::void`].
    Void(FollowUp),
    /// [`Acquirer::refund`].
    Refund(FollowUp),
    /// [`Acquirer::lookup`].
    Lookup(AttemptId),
}

impl Sending {
    /// The attempt it is about.
    pub(crate) fn attempt(&self) -> &AttemptId {
        match &self.ask {
            Ask::Authorize(authorization) => &authorization.attempt,
            Ask::Capture(follow_up) | Ask::Void(follow_up) | Ask::Refund(follow_up) => &follow_up.attempt,
            Ask::Lookup(attempt) => attempt,
        }
    }

    /// Whether the request that asked is answered with what comes of it.
    pub(crate) fn answers_request(&self) -> bool {
        let is_waited_for = match self.audience {
            Audience::Merchant | Audience::Browser => true,
            Audience::Nobody => false,
        };
        is_waited_for && matches!(self.ask, Ask::Authorize(_) | Ask::Capture(_) | Ask::Refund(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_charges_need_a_verified_business_and_then_an_acquirer() {
        let refused =
            |connector: Connector, kyb| connector.check(Environment::Live, kyb).map_err(|refusal| refusal.code);
        assert_eq!(refused(Connector::Sandbox, KybStatus::Unverified), Err(Code::KybRequired));
        assert_eq!(refused(Connector::Unconfigured, KybStatus::Unverified), Err(Code::KybRequired));
        assert_eq!(refused(Connector::Unconfigured, KybStatus::Verified), Err(Code::AcquirerNotConfigured));
        assert_eq!(refused(Connector::Sandbox, KybStatus::Verified), Ok(()));
        assert_eq!(Connector::Sandbox.check(Environment::Sandbox, KybStatus::Unverified).err(), None);
    }
}
