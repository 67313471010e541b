//! The published test cards. What happens to one is decided by its number alone, so a sandbox
//! gives the same outcome every time.

use core::fmt;

use super::{Brand, FailureCode};

/// What the simulated network does with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Every charge is approved.
    Approve,
    /// Approved, and the money is available at once instead of pending.
    ApproveAvailableAtOnce,
    /// Approved, then disputed as fraudulent.
    ApproveThenDispute,
    /// Approved; then the issuer asks about it, and may dispute it later.
    ApproveThenWarn,
    /// Approved; its refunds start pending and fail after two days.
    ApproveRefundsFail,
    /// Every charge is declined.
    Decline(FailureCode),
    /// Can be saved; every charge is declined.
    AttachThenDecline(FailureCode),
    /// The issuer wants the buyer for every charge, also off session.
    ChallengeAlways,
    /// The issuer wants the buyer on the first, on-session use; off session it approves.
    ChallengeOnSession,
}

/// One published test card.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TestCard {
    /// The digits. They are published, so they are no secret.
    pub number: &'static str,
    /// The ready-made payment method: `pm_test_` and the last four digits.
    pub token: &'static str,
    /// The scheme.
    pub brand: Brand,
    /// What the simulated network does with it.
    pub behaviour: Behaviour,
}

impl TestCard {
    /// Every test card.
    pub const ALL: &'static [Self] = &[
        visa("4242424242424242", "pm_test_4242", Behaviour::Approve),
        card("5555555555554444", "pm_test_4444", Brand::Mastercard, Behaviour::Approve),
        card("378282246310005", "pm_test_0005", Brand::Amex, Behaviour::Approve),
        declined("4000000000000002", "pm_test_0002", FailureCode::CardDeclined),
        declined("4000000000009995", "pm_test_9995", FailureCode::InsufficientFunds),
        declined("4000000000000069", "pm_test_0069", FailureCode::ExpiredCard),
        declined("4000000000000127", "pm_test_0127", FailureCode::IncorrectCvc),
        declined("4000000000000119", "pm_test_0119", FailureCode::ProcessingError),
        declined("4000000000009987", "pm_test_9987", FailureCode::CardLost),
        declined("4000000000009979", "pm_test_9979", FailureCode::CardStolen),
        visa("4000000000003220", "pm_test_3220", Behaviour::ChallengeAlways),
        visa("4000000000003063", "pm_test_3063", Behaviour::ChallengeOnSession),
        visa("4000000000000341", "pm_test_0341", Behaviour::AttachThenDecline(FailureCode::CardDeclined)),
        visa("4000000000000259", "pm_test_0259", Behaviour::ApproveThenDispute),
        visa("4000000000001976", "pm_test_1976", Behaviour::ApproveThenWarn),
        visa("4000000000005126", "pm_test_5126", Behaviour::ApproveRefundsFail),
        visa("4000000000000077", "pm_test_0077", Behaviour::ApproveAvailableAtOnce),
    ];

    /// The test card with these digits.
    pub fn by_number(digits: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|card| card.number == digits)
    }

    /// The test card behind `pm_test_4242`.
    pub fn by_token(token: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|card| card.token == token)
    }

    /// The last four digits.
    pub fn last4(&self) -> &'static str {
        let start = self.number.len().saturating_sub(4);
        self.number.get(start..).unwrap_or_default()
    }
}

/// Named by its token: logs are searched for card numbers, published or not.
impl fmt::Debug for TestCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.token)
    }
}

const fn card(number: &'static str, token: &'static str, brand: Brand, behaviour: Behaviour) -> TestCard {
    TestCard { number, token, brand, behaviour }
}

const fn visa(number: &'static str, token: &'static str, behaviour: Behaviour) -> TestCard {
    card(number, token, Brand::Visa, behaviour)
}

const fn declined(number: &'static str, token: &'static str, code: FailureCode) -> TestCard {
    visa(number, token, Behaviour::Decline(code))
}
