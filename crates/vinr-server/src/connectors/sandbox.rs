//! The simulated card network (spec/sandbox.md, Test cards): the same card, the same outcome.

use vinr_core::accounts::TimeZone;
use vinr_core::calendar::Day;
use vinr_core::cards::{Behaviour, TestCard};
use vinr_core::countries::Country;
use vinr_core::ibans::{self, TestAccount};
use vinr_core::payment_methods::{Funding, Issuer};
use vinr_core::payments::{Funds, Method, Outcome, Payment, Presence};
use vinr_core::refunds;
use vinr_core::setups::Verdict;
use vinr_core::time::{Span, Timestamp};

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

/// Where the network puts what is captured of a hold: the card that paid decides.
pub(crate) fn capture(payment: &Payment) -> Funds {
    let at_once = |card: &TestCard| card.behaviour == Behaviour::ApproveAvailableAtOnce;
    if paid_by(payment).is_some_and(at_once) { Funds::AtOnce } else { Funds::Settled }
}

/// How long a bank takes that does not pay at once.
const BANK_TAKES: Span = Span::hours(1);

/// What a bank says that makes a transfer later.
pub(crate) fn later(now: Timestamp) -> Outcome {
    Outcome::Slow { until: now.plus(BANK_TAKES) }
}

/// What a bank says to a debit at first: it takes business days, and speaks as the last of them begins.
pub(crate) fn debit(account: &TestAccount, now: Timestamp, zone: &TimeZone) -> Outcome {
    let day = Day::of(now, zone).plus_business_days(account.days);
    Outcome::Slow { until: day.start(zone) }
}

/// What a slow bank says in the end.
pub(crate) fn cleared(method: Option<&Method>) -> Outcome {
    let debited = method.and_then(Method::bank_account);
    let account = debited.and_then(|account| TestAccount::by_shown(account.country.code(), &account.last4));
    match account.map(|account| account.behaviour) {
        Some(ibans::Behaviour::Fail(code)) => Outcome::Declined(code),
        Some(ibans::Behaviour::Pay) | None => Outcome::Approved { funds: Funds::Settled },
    }
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
    let last4 = &payment.method.as_ref()?.card()?.last4;
    TestCard::ALL.iter().find(|card| card.last4() == last4)
}

/// What the network knows of its cards' bank.
pub(crate) fn issuer() -> Issuer {
    Issuer { funding: Funding::Credit, country: Country::parse("US") }
}
