//! SEPA debits in the simulated network: the buyer gives an account and a mandate, and the bank says after business days
//! whether the money comes.

use vinr_core::ibans::Iban;
use vinr_core::ids::{AttemptId, PaymentId};
use vinr_core::payments::{BankAccount, Command, Instrument, Method, Payment, Presence};
use vinr_core::refusal::{Code, Refusal};

use super::wire::TypedAccount;
use super::{Log, check_bank, settle};
use crate::connectors::sandbox;
use crate::error::Result;
use crate::record::Unit;

/// Debits the account that a buyer gives, by a mandate that is made with it; `quoted` is what they were shown.
///
/// # Errors
/// [`check_bank`]; `amount_mismatch`; what is wrong with the number; `test_account_required` for one that is none of the
/// sandbox's.
pub(crate) async fn begin(
    unit: &mut Unit<'_>,
    id: &PaymentId,
    typed: &TypedAccount,
    quoted: Option<i64>,
) -> Result<Payment> {
    let mut payment = super::open(unit, id, quoted).await?;
    check_bank(unit, &payment)?;
    let iban = Iban::parse(&typed.iban)?;
    let Some(account) = iban.test_account() else {
        let message = "the sandbox takes its own test accounts only, such as DE89 3704 0044 0532 0130 00";
        return Err(Refusal::new(Code::TestAccountRequired, message).at("iban").into());
    };
    let mut log = Log::new(Some(&payment));
    let attempt = AttemptId::from_bits(unit.env.id_bits());
    let mandate = mandate(unit);
    let (country, last4) = (iban.country(), iban.last4().to_owned());
    let debited = BankAccount { country, last4, holder: typed.account_holder.clone(), mandate };
    let method = Method { id: None, instrument: Instrument::SepaDebit(debited) };
    let confirm = Command::Confirm { method, presence: Presence::OnSession, attempt, saving: None };
    log.apply(unit, &mut payment, confirm)?;
    let outcome = sandbox::debit(account, unit.now(), &unit.context.settings.time_zone);
    settle(unit, &mut log, &mut payment, outcome)?;
    log.save(unit, &payment, false);
    Ok(payment)
}

/// A new mandate's reference: up to 35 characters, unique for the creditor (EPC130-08, AT-01).
fn mandate(unit: &Unit<'_>) -> String {
    let id = AttemptId::from_bits(unit.env.id_bits());
    let unique = id.as_str().rsplit('_').next().unwrap_or_default();
    format!("VINR-{}", unique.to_ascii_uppercase())
}
