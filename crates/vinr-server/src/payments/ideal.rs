//! iDEAL in the simulated network: the buyer approves the payment at their bank, for which the sandbox has a page. It is
//! a challenge from the start, and the bank's answer ends it; a bank may also take its time.

use vinr_core::ids::{AttemptId, PaymentId};
use vinr_core::payments::{self as core, Command, Instrument, Method, MethodType, Outcome, Payment, Presence};
use vinr_core::refusal::{Code, Refusal};

use super::{Log, check_bank, settle, store};
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

/// Sends the buyer of a payment to their bank; `quoted` is what they were shown.
///
/// # Errors
/// [`check_bank`]; `amount_mismatch`.
pub(crate) async fn begin(unit: &mut Unit<'_>, id: &PaymentId, quoted: Option<i64>) -> Result<Payment> {
    let mut payment = super::open(unit, id, quoted).await?;
    check_bank(unit, &payment)?;
    let mut log = Log::new(Some(&payment));
    let attempt = AttemptId::from_bits(unit.env.id_bits());
    let method = Method { id: None, instrument: Instrument::Ideal };
    let confirm = Command::Confirm { method, presence: Presence::OnSession, attempt, saving: None };
    log.apply(unit, &mut payment, confirm)?;
    settle(unit, &mut log, &mut payment, Outcome::Challenge)?;
    log.save(unit, &payment, false);
    Ok(payment)
}

/// The buyer comes back from their bank.
///
/// # Errors
/// `payment_not_authenticatable`, also for a payment that is not with iDEAL.
pub(crate) async fn answer(unit: &mut Unit<'_>, id: &PaymentId, answer: AtBank) -> Result<Payment> {
    let mut payment = store::load(unit, id).await?;
    if payment.method.as_ref().map(Method::method_type) != Some(MethodType::Ideal) {
        let message = "this payment is not with iDEAL";
        return Err(Refusal::new(Code::PaymentNotAuthenticatable, message).into());
    }
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
