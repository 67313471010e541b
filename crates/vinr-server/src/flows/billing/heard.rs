//! What became of an invoice's payment, in the payment's own commit.

use vinr_core::cards::FailureCode;
use vinr_core::dunning::Failure;
use vinr_core::ids::{InvoiceId, PaymentId, PaymentMethodId};
use vinr_core::invoices::{Command, Invoice, Status};
use vinr_core::payments::{Payment, Status as Payed};
use vinr_core::subscriptions as core;

use super::{collect, subscription_of, tell};
use crate::error::Result;
use crate::record::Unit;
use crate::{invoices, payments, subscriptions};

/// Brings what became of a payment to its invoice.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn heard(unit: &mut Unit<'_>, invoice: &InvoiceId, payment: &PaymentId) -> Result<()> {
    let payment = payments::load(unit, payment).await?;
    let mut invoice = invoices::load(unit, invoice).await?;
    match payment.status {
        Payed::Completed => completed(unit, &mut invoice, &payment).await,
        Payed::Failed => {
            let code = payment.failure.unwrap_or(FailureCode::ProcessingError);
            let failure = failure(&payment, code);
            match invoice.status {
                Status::Open => collect::failed(unit, &mut invoice, Some(payment.id), failure).await,
                Status::Draft | Status::Paid | Status::Void | Status::Uncollectible => Ok(()),
            }
        }
        Payed::RequiresAction => {
            let failure = failure(&payment, FailureCode::AuthenticationFailed);
            match invoice.status {
                Status::Open => collect::needs_customer(unit, &mut invoice, payment.id, failure).await,
                Status::Draft | Status::Paid | Status::Void | Status::Uncollectible => Ok(()),
            }
        }
        // A bank takes days to say what comes of a debit: who gave one gets what it is for meanwhile.
        Payed::Processing if payment.clears_at.is_some() => begin_on_trust(unit, &invoice).await,
        Payed::Pending
        | Payed::Processing
        | Payed::RequiresAuthentication
        | Payed::Authorized
        | Payed::Cancelled
        | Payed::Expired => Ok(()),
    }
}

async fn completed(unit: &mut Unit<'_>, invoice: &mut Invoice, payment: &Payment) -> Result<()> {
    let is_due = match invoice.status {
        Status::Open | Status::Uncollectible => invoice.amount_left() == payment.amount_captured,
        Status::Draft | Status::Paid | Status::Void => false,
    };
    if is_due {
        let command = Command::Pay { payment: Some(payment.id.clone()), amount: payment.amount_captured };
        return tell(unit, invoice, command).await;
    }
    let (id, of, status) = (payment.id.clone(), invoice.id.clone(), invoice.status);
    unit.say(move || {
        tracing::error!(payment = %id, invoice = %of, %status,
            "a payment brought money for an invoice of which that is not due; someone must give it back");
    });
    Ok(())
}

async fn begin_on_trust(unit: &mut Unit<'_>, invoice: &Invoice) -> Result<()> {
    if let Some(mut subscription) = subscription_of(unit, invoice).await?
        && subscription.status == core::Status::Incomplete
    {
        subscriptions::tell(unit, &mut subscription, core::Command::Paid, true)?;
    }
    Ok(())
}

/// Why a payment brought nothing, with what will never work if that is so.
fn failure(payment: &Payment, code: FailureCode) -> Failure {
    let method: Option<PaymentMethodId> = payment.method.as_ref().and_then(|method| method.id.clone());
    method.map_or(Failure::NoMethod, |method| Failure::Declined { method, code })
}
