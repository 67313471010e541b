//! Bank accounts as they come in: typed, out of the vault, or told by the buyer's bank. Today every account is one of
//! the simulated network's.

use vinr_core::ibans::{Iban, TestAccount};
use vinr_core::mandates::{Mandate, Origin};
use vinr_core::payment_methods::KeptAccount;
use vinr_core::payments;
use vinr_core::refusal::{Code, Refusal};

use crate::error::Result;
use crate::http::shapes::TypedAccount;
use crate::record::Unit;

/// An account that can be debited and kept. Its number is wiped when it is dropped.
pub(crate) struct BankAccount {
    /// Its number.
    pub(crate) iban: Iban,
    /// Whose it is.
    pub(crate) holder: String,
    /// What the simulated bank does with a debit.
    pub(crate) simulated: &'static TestAccount,
}

impl BankAccount {
    /// The account that a buyer gave.
    ///
    /// # Errors
    /// What is wrong with the number; one that is none of the sandbox's.
    pub(crate) fn typed(typed: &TypedAccount) -> Result<BankAccount> {
        BankAccount::of_number(Iban::parse(&typed.iban)?, typed.account_holder.clone())
    }

    /// The account with this number. Banks are reached by the simulated network alone, so whoever asks has looked
    /// whether that is the connector.
    ///
    /// # Errors
    /// `test_account_required` for one that is none of the sandbox's.
    pub(crate) fn of_number(iban: Iban, holder: String) -> Result<BankAccount> {
        let Some(simulated) = iban.test_account() else {
            let message = "the sandbox takes its own test accounts only, such as DE89 3704 0044 0532 0130 00";
            return Err(Refusal::new(Code::TestAccountRequired, message).at("iban").into());
        };
        Ok(BankAccount { iban, holder, simulated })
    }

    /// What a payment shows of it.
    pub(crate) fn debited(&self, mandate: &Mandate) -> payments::BankAccount {
        payments::BankAccount {
            country: self.iban.country(),
            last4: self.iban.last4().to_owned(),
            holder: self.holder.clone(),
            mandate: mandate.reference.clone(),
        }
    }

    /// What is kept of it in plain.
    pub(crate) fn kept(&self, mandate: Mandate) -> KeptAccount {
        KeptAccount { country: self.iban.country(), last4: self.iban.last4().to_owned(), mandate }
    }
}

/// The mandate that a holder gives now.
pub(crate) fn mandate(unit: &Unit<'_>, origin: Origin) -> Mandate {
    Mandate::accept(unit.env.id_bits(), origin, unit.now())
}
