//! The published test accounts. What becomes of a debit is decided by the account alone, after so many business days of
//! the account's clock, so a sandbox gives the same outcome every time.

use core::fmt;

use crate::cards::FailureCode;

/// What the simulated bank does with a debit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// The money comes.
    Pay,
    /// It does not.
    Fail(FailureCode),
}

/// One published test account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TestAccount {
    /// The number. It is published, so it is no secret.
    pub iban: &'static str,
    /// What the simulated bank does with a debit.
    pub behaviour: Behaviour,
    /// Business days until it is known.
    pub days: i64,
}

impl TestAccount {
    /// Every test account. No two have the same country and last four characters.
    pub const ALL: &'static [Self] = &[
        pays("DE89370400440532013000", 2),
        pays("NL91ABNA0417164300", 2),
        pays("FR1420041010050500013M02606", 2),
        pays("BG80BNBG96611020345678", 2),
        pays("ES9121000418450200051332", 2),
        pays("DE78370400440532013004", 5),
        fails("DE62370400440532013001", FailureCode::InsufficientFunds, 3),
        fails("DE35370400440532013002", FailureCode::AccountClosed, 3),
        fails("DE08370400440532013003", FailureCode::DebitNotAuthorized, 5),
    ];

    /// The test account with this number.
    pub fn by_number(iban: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|account| account.iban == iban)
    }

    /// The test account of which this is shown.
    pub fn by_shown(country: &str, last4: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|account| account.iban.starts_with(country) && account.iban.ends_with(last4))
    }
}

/// Named by what may be shown of it.
impl fmt::Debug for TestAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.iban.len().saturating_sub(4);
        f.write_str(self.iban.get(start..).unwrap_or_default())
    }
}

const fn pays(iban: &'static str, days: i64) -> TestAccount {
    TestAccount { iban, behaviour: Behaviour::Pay, days }
}

const fn fails(iban: &'static str, code: FailureCode, days: i64) -> TestAccount {
    TestAccount { iban, behaviour: Behaviour::Fail(code), days }
}
