//! The simulated card network (spec/sandbox.md, Test cards): the same card, the same outcome.

use vinr_core::cards::{Behaviour, TestCard};
use vinr_core::countries::Country;
use vinr_core::payment_methods::{Funding, Issuer};
use vinr_core::payments::{Funds, Outcome, Payment, Presence};
use vinr_core::refunds;
use vinr_core::setups::Verdict;

/// What the network says to a first authorization.
pub(crate) fn authorize(card: &TestCard, presence: Presence) -> Outcome {
    match (card.behaviour, presence) {
        (Behaviour::Decline(code) | Behaviour::AttachThenDecline(code), _) => Outcome::Declined(code),
        (Behaviour::ChallengeAlways, _) | (Behaviour::ChallengeOnSession, Presence::OnSession) => Outcome::Challenge,
        (Behaviour::ApproveAvailableAtOnce, _) => Outcome::Approved { funds: Funds::AtOnce },
        (Behaviour::Approve | Behaviour::ApproveThenDispute | Behaviour::ApproveRefundsFail, _)
        | (Behaviour::ChallengeOnSession, Presence::OffSession) => Outcome::Approved { funds: Funds::Settled },
    }
}

/// What the network says once the buyer has passed its challenge.
pub(crate) fn after_challenge() -> Outcome {
    Outcome::Approved { funds: Funds::Settled }
}

/// What the network says to an authorization of nothing, by which a card is checked before it is kept.
pub(crate) fn check(card: &TestCard) -> Verdict {
    match card.behaviour {
        Behaviour::Decline(code) => Verdict::Declined(code),
        Behaviour::ChallengeAlways | Behaviour::ChallengeOnSession => Verdict::Challenge,
        Behaviour::Approve
        | Behaviour::ApproveAvailableAtOnce
        | Behaviour::ApproveThenDispute
        | Behaviour::ApproveRefundsFail
        | Behaviour::AttachThenDecline(_) => Verdict::Approved,
    }
}

/// What the network says to a refund: the card that paid decides.
pub(crate) fn refund(payment: &Payment) -> refunds::Verdict {
    match paid_by(payment).map(|card| card.behaviour) {
        Some(Behaviour::ApproveRefundsFail) => refunds::Verdict::FailsLater,
        Some(
            Behaviour::Approve
            | Behaviour::ApproveAvailableAtOnce
            | Behaviour::ApproveThenDispute
            | Behaviour::Decline(_)
            | Behaviour::AttachThenDecline(_)
            | Behaviour::ChallengeAlways
            | Behaviour::ChallengeOnSession,
        )
        | None => refunds::Verdict::Done,
    }
}

/// Whether the network takes back what was captured, as fraudulent, right after it was.
pub(crate) fn disputes(payment: &Payment) -> bool {
    paid_by(payment).is_some_and(|card| card.behaviour == Behaviour::ApproveThenDispute)
}

/// The test card that paid: no two of them end in the same four digits.
fn paid_by(payment: &Payment) -> Option<&'static TestCard> {
    let last4 = &payment.method.as_ref()?.card.last4;
    TestCard::ALL.iter().find(|card| card.last4() == last4)
}

/// What the network knows of its cards' bank.
pub(crate) fn issuer() -> Issuer {
    Issuer { funding: Funding::Credit, country: Country::parse("US") }
}
