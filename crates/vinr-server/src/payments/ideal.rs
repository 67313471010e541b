//! iDEAL in the simulated network: the buyer approves the payment at their bank, for which the sandbox has a page. It is
//! a challenge from the start, and the bank's answer ends it; a bank may also take its time.

use vinr_core::ids::AttemptId;
use vinr_core::payment_methods::Saving;
use vinr_core::payments::{self as core, Command, Instrument, Method, Outcome, Payment, Presence};

use super::{Log, settle};
use crate::connectors::sandbox;
use crate::error::Result;
use crate::record::Unit;

/// What the buyer does at their bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtBank {
    /// Approves.
    Approves,
    /// Does not.
    Refuses,
    /// Approves, and the bank makes the transfer later.
    ApprovesForLater,
}

/// Sends the buyer of a payment that was looked at with [`super::check_bank`] to their bank. `saving` is where the
/// account is kept that the bank tells of when it pays.
///
/// # Errors
/// `payment_not_confirmable`.
pub(crate) fn begin(unit: &mut Unit<'_>, mut payment: Payment, saving: Option<Saving>) -> Result<Payment> {
    let mut log = Log::new(Some(&payment));
    let attempt = AttemptId::from_bits(unit.env.id_bits());
    let method = Method { id: None, instrument: Instrument::Ideal };
    let confirm = Command::Confirm { method, presence: Presence::OnSession, attempt, saving };
    log.apply(unit, &mut payment, confirm)?;
    settle(unit, &mut log, &mut payment, Outcome::Challenge)?;
    log.save(unit, &payment, false);
    Ok(payment)
}

/// The buyer of a payment with iDEAL comes back from their bank.
///
/// # Errors
/// `payment_not_authenticatable`.
pub(crate) fn answer(unit: &mut Unit<'_>, mut payment: Payment, answer: AtBank) -> Result<Payment> {
    let mut log = Log::new(Some(&payment));
    let command = match answer {
        AtBank::Approves | AtBank::ApprovesForLater => Command::Authenticated,
        AtBank::Refuses => Command::AuthenticationFailed,
    };
    log.apply(unit, &mut payment, command)?;
    if payment.status == core::Status::Processing {
        let outcome = match answer {
            AtBank::ApprovesForLater => sandbox::later(unit.now()),
            AtBank::Approves | AtBank::Refuses => sandbox::after_challenge(),
        };
        settle(unit, &mut log, &mut payment, outcome)?;
    }
    log.save(unit, &payment, false);
    Ok(payment)
}
