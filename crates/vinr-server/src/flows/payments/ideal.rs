//! iDEAL payments whose buyers have the account kept that they pay from: the bank tells it when the buyer approves, and
//! by approving they give a mandate to debit it later. iDEAL itself pays once and cannot be charged again.

use vinr_core::ibans::Iban;
use vinr_core::ids::PaymentMethodId;
use vinr_core::mandates::Origin;
use vinr_core::payment_methods::Saving;
use vinr_core::payments::{self as core, Payment};

use super::saving::owner;
use crate::bank_accounts::{BankAccount, mandate};
use crate::connectors::sandbox::IDEAL_ACCOUNT;
use crate::error::Result;
use crate::payment_methods::{self, Typed};
use crate::payments;
use crate::payments::ideal::{self, AtBank};
use crate::record::Unit;

/// Sends the buyer of a payment that waits to their bank.
///
/// # Errors
/// [`payments::check_bank`]; `parameter_missing` for an e-mail address that is needed.
pub(super) async fn begin(unit: &mut Unit<'_>, payment: Payment, email: Option<&str>) -> Result<Payment> {
    payments::check_bank(unit, &payment)?;
    let owner = if payment.save_method { owner(unit, payment.customer_id.as_ref(), email).await? } else { None };
    let saving = owner.map(|owner| Saving { method: PaymentMethodId::from_bits(unit.env.id_bits()), owner });
    ideal::begin(unit, payment, saving)
}

/// The buyer of a payment with iDEAL answers their bank.
///
/// # Errors
/// `payment_not_authenticatable`.
pub(super) fn answer(unit: &mut Unit<'_>, payment: Payment, answer: AtBank) -> Result<Payment> {
    // The state after it may have no saving any more: it is completed, and names what is kept.
    let saving = payment.saving.clone();
    let payment = ideal::answer(unit, payment, answer)?;
    let has_approved = matches!(payment.status, core::Status::Processing | core::Status::Completed);
    if let Some(saving) = saving.filter(|_| has_approved) {
        set_account_aside(unit, &payment, saving.method)?;
    }
    Ok(payment)
}

/// Sets the account aside from which the buyer's bank pays; it is attached when the payment is completed.
fn set_account_aside(unit: &mut Unit<'_>, payment: &Payment, id: PaymentMethodId) -> Result<()> {
    let (number, holder) = IDEAL_ACCOUNT;
    let account = BankAccount::of_number(Iban::parse(number)?, holder.to_owned())?;
    let given = mandate(unit, Origin::Payment(payment.id.clone()));
    payment_methods::set_aside_as(unit, id, Typed::account(&account, given));
    Ok(())
}
