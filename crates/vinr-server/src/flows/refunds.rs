//! Refunds with the payments whose money they give back, and with whoever carries them out. One row is in the way of
//! every refund of a payment, the payment's own: so what is left of it is right whatever runs at the same time.

pub(crate) mod routes;

use vinr_core::attempts::Attempt;
use vinr_core::ids::{AttemptId, PaymentId, RefundId};
use vinr_core::payments::{Payment, refundable, refundable_credit};
use vinr_core::refunds::{self as core, Event, Refund, Verdict};
use vinr_core::refusal::{Code, Refusal};

use super::{credit, disputes};
use crate::connectors::{Connector, sandbox};
use crate::error::{ApiError, Result};
use crate::http::idempotency;
use crate::http::reply::Reply;
use crate::payments::attempts::{self, Word};
use crate::record::{Noun, Unit};
use crate::refunds::wire;
use crate::{payments, refunds};

/// Gives money of a payment back, and when all of that is back, the store credit that it used: at once in the simulated
/// network, when the acquirer has answered otherwise. Either way it is the buyer's from now on.
///
/// # Errors
/// 404 for a payment that is not there, `payment_not_refundable`, `amount_too_large`, `resource_exists`.
pub(super) async fn create(
    unit: &mut Unit<'_>,
    payment: &PaymentId,
    ask: core::Create,
    chosen_id: bool,
) -> Result<Refund> {
    if chosen_id {
        refunds::must_be_free(unit, &ask.id).await?;
    }
    let mut payment = payments::load(unit, payment).await.map_err(|error| error.about("paymentId"))?;
    let parts = core::parts(&payment, ask.amount)?;
    // Credit is given back here, and nobody is asked.
    let verdict = if parts.money == 0 { Verdict::Done } else { verdict(unit, &payment)? };
    let (refund, event) = core::create(ask, &payment, parts, verdict, unit.now());
    refunds::accept(unit, &refund, event, chosen_id);
    payments::change(unit, &mut payment, core::of_payment(&refund, event))?;
    credit::give_back(unit, &payment, &refund, event).await?;
    disputes::given_back(unit, &payment).await?;
    super::clawback::hear_of_refund(unit, &refund, event);
    if refund.attempt.is_some() {
        attempts::refund(unit, &payment, &refund)?;
    }
    Ok(refund)
}

/// What is known of a refund when it is accepted.
fn verdict(unit: &Unit<'_>, payment: &Payment) -> Result<Verdict> {
    match &unit.settings.connector {
        Connector::Sandbox => Ok(sandbox::refund(payment)),
        Connector::Remote(_) => Ok(Verdict::Asked(AttemptId::from_bits(unit.env.id_bits()))),
        Connector::Unconfigured => {
            let message = "no acquirer is configured for this account; it cannot give money back";
            Err(Refusal::new(Code::AcquirerNotConfigured, message).into())
        }
    }
}

/// What time does to a refund when its timer fires.
pub(crate) async fn fire(unit: &mut Unit<'_>, id: &RefundId) -> Result<()> {
    let refund = refunds::store::load(unit, id).await?;
    match core::due(&refund) {
        Some((at, command)) if at <= unit.now() => tell(unit, refund, command).await.map(drop),
        later => {
            let fired = Some(unit.now());
            unit.timer(Noun::Refund, id.as_str(), fired, later.map(|(at, _)| at));
            Ok(())
        }
    }
}

/// Settles an attempt to refund with what the acquirer said of it, and answers the request that may wait for it.
pub(super) async fn hear(unit: &mut Unit<'_>, attempt: Attempt, id: &RefundId, word: Word) -> Result<Reply> {
    let mut refund = refunds::store::load(unit, id).await?;
    let key = attempt.idempotency_key.clone();
    if let Some(command) = attempts::refund_heard(unit, attempt, word) {
        refund = tell(unit, refund, command).await?;
    }
    let reply = Reply::raw(wire::data(&refund));
    match key {
        // An attempt whose outcome is not known yet leaves its request waiting.
        Some(key) if refund.status != core::Status::Pending => idempotency::finish(unit, &key, reply).await,
        _ => Ok(reply),
    }
}

/// Brings a refund and its payment along.
async fn tell(unit: &mut Unit<'_>, mut refund: Refund, command: core::Command) -> Result<Refund> {
    let Some(event) = core::decide(&refund, command) else { return Ok(refund) };
    let mut payment = payments::load(unit, &refund.payment_id).await?;
    let left = refundable(&payment).map_err(ApiError::internal)?;
    let left_of_credit = refundable_credit(&payment).map_err(ApiError::internal)?;
    if event == Event::Revived && (left < refund.amount.amount || left_of_credit < refund.credit) {
        let (id, payment) = (refund.id.clone(), payment.id);
        unit.say(move || {
            tracing::error!(refund = %id, %payment, left,
                "an acquirer gave back what it had refused, and the payment has not so much left; someone must look");
        });
        return Ok(refund);
    }
    refunds::apply(unit, &mut refund, event);
    payments::change(unit, &mut payment, core::of_payment(&refund, event))?;
    credit::give_back(unit, &payment, &refund, event).await?;
    if event == Event::Revived {
        disputes::given_back(unit, &payment).await?;
    }
    super::clawback::hear_of_refund(unit, &refund, event);
    Ok(refund)
}
