//! The payments of invoices: a saved method is charged without its customer, or the customer is offered a page.

use vinr_core::ids::{CustomerId, InvoiceId, PaymentId, PaymentMethodId};
use vinr_core::money::Money;
use vinr_core::payments::{self as core, Capture, Payment, Presence, Status};
use vinr_core::refusal::Code;

use super::{Asker, charge_with};
use crate::cards::Card;
use crate::error::{ApiError, Result};
use crate::payment_methods;
use crate::payments::{self, Charge};
use crate::record::Unit;

/// What is due of an invoice.
pub(crate) struct Due {
    /// Of which.
    pub(crate) invoice: InvoiceId,
    /// Who owes it.
    pub(crate) customer: CustomerId,
    /// How much.
    pub(crate) amount: Money,
    /// What for, for people.
    pub(crate) description: String,
    /// Where the hosted page sends the customer afterwards.
    pub(crate) return_url: Option<String>,
    /// The payment that was made for it before.
    pub(crate) last: Option<PaymentId>,
}

/// What was done to collect it.
pub(crate) enum Tried {
    /// This payment is with an acquirer, or has its answer.
    Charged(Box<Payment>),
    /// An earlier one is with a bank, or with its buyer: nothing else is charged meanwhile.
    Busy,
    /// The method cannot be charged.
    Unusable,
}

/// What an earlier payment of the same invoice means to the next attempt.
enum Earlier {
    /// It can be tried again.
    Open(Box<Payment>),
    /// It may still bring the money.
    Busy,
    /// There is none, or it has ended.
    Over,
}

/// Charges a saved method for an invoice, without its customer: an earlier payment of it that is open is tried again, so that
/// an invoice never has two that could both bring its money. Acquirers are asked one thing a unit, so this is done once.
///
/// # Errors
/// The database does not answer, or a vault cannot be opened.
pub(crate) async fn charge_invoice(unit: &mut Unit<'_>, due: &Due, method: &PaymentMethodId) -> Result<Tried> {
    let earlier = earlier(unit, due).await?;
    if matches!(earlier, Earlier::Busy) {
        return Ok(Tried::Busy);
    }
    let mut customer = Some(due.customer.clone());
    let charge = match charge_with(unit, method, &mut customer, Asker::Merchant).await {
        Ok(charge) => charge,
        Err(error) if is_unusable(&error) => return Ok(Tried::Unusable),
        Err(error) => return Err(error),
    };
    match payments::check_pays(unit, &charge.pays, due.amount) {
        Ok(()) => {}
        Err(error) if is_unusable(&error) => return Ok(Tried::Unusable),
        Err(error) => return Err(error),
    }
    let payment = match earlier {
        Earlier::Open(payment) => payments::confirm(unit, *payment, charge, Presence::OffSession)?,
        Earlier::Busy | Earlier::Over => create(unit, due, Presence::OffSession, Some(charge)).await?,
    };
    Ok(Tried::Charged(Box::new(payment)))
}

/// Makes a payment that the customer can make on the hosted page, and keeps what pays for the next invoices.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn offer(unit: &mut Unit<'_>, due: &Due) -> Result<Payment> {
    match earlier(unit, due).await? {
        Earlier::Open(payment) => Ok(*payment),
        Earlier::Busy | Earlier::Over => create(unit, due, Presence::OnSession, None).await,
    }
}

/// Ends the payment of an invoice that is not to be paid any more.
///
/// # Errors
/// `payment_not_cancellable` for one that is with a bank.
pub(crate) async fn give_up(unit: &mut Unit<'_>, id: &PaymentId) -> Result<()> {
    let payment = payments::load(unit, id).await?;
    if is_over(&payment, unit) { Ok(()) } else { payments::cancel(unit, id).await.map(drop) }
}

/// Whether a merchant may name this method for a customer's invoices.
///
/// # Errors
/// 404, or a code of its own for one of another customer, a detached or an expired one.
pub(crate) async fn check_method(unit: &mut Unit<'_>, method: &PaymentMethodId, customer: &CustomerId) -> Result<()> {
    let checked = if payment_methods::is_test_token(method) {
        Card::of_token(unit, method).map(drop)
    } else {
        payment_methods::usable(unit, method, Some(customer)).await.map(drop)
    };
    checked.map_err(|error| error.about("defaultMethodId"))
}

async fn earlier(unit: &mut Unit<'_>, due: &Due) -> Result<Earlier> {
    let Some(last) = &due.last else { return Ok(Earlier::Over) };
    let payment = payments::load(unit, last).await?;
    match payment.status {
        Status::Processing | Status::RequiresAuthentication | Status::Authorized => Ok(Earlier::Busy),
        Status::Completed | Status::Cancelled | Status::Expired => Ok(Earlier::Over),
        Status::Pending | Status::RequiresAction | Status::Failed => {
            if is_over(&payment, unit) {
                return Ok(Earlier::Over);
            }
            if core::confirm_gate(&payment, unit.now()).is_ok() && payment.amount == due.amount {
                return Ok(Earlier::Open(Box::new(payment)));
            }
            payments::cancel(unit, last).await?;
            Ok(Earlier::Over)
        }
    }
}

/// Whether a payment brings no money any more.
fn is_over(payment: &Payment, unit: &Unit<'_>) -> bool {
    match payment.status {
        Status::Completed | Status::Cancelled | Status::Expired => true,
        Status::Failed => unit.now() >= payment.expires_at || payment.is_tried_out(),
        Status::Pending
        | Status::RequiresAction
        | Status::Processing
        | Status::RequiresAuthentication
        | Status::Authorized => false,
    }
}

async fn create(unit: &mut Unit<'_>, due: &Due, presence: Presence, charge: Option<Charge>) -> Result<Payment> {
    let ask = core::Create {
        id: PaymentId::from_bits(unit.env.id_bits()),
        amount: due.amount,
        discounts: Vec::new(),
        credit: 0,
        description: Some(due.description.clone()),
        return_url: due.return_url.clone(),
        cancel_url: None,
        capture: Capture::Automatic,
        customer_id: Some(due.customer.clone()),
        presence,
        // What the customer pays the first invoice with is charged for the next ones.
        save_method: charge.is_none(),
        statement_descriptor: None,
        receipt_email: None,
        metadata: vinr_core::metadata::Metadata::new(),
        checkout_token: format!("{:032x}", unit.env.entropy.u128()),
        link: None,
        invoice_id: Some(due.invoice.clone()),
    };
    payments::create(unit, ask, false, charge).await
}

/// Whether it says that a method cannot be charged, which is nobody's fault who only collects.
fn is_unusable(error: &ApiError) -> bool {
    matches!(
        error.first().code,
        Code::ResourceMissing
            | Code::PaymentMethodMissing
            | Code::PaymentMethodMismatch
            | Code::PaymentMethodDetached
            | Code::PaymentMethodExpired
            | Code::PciAttestationRequired
            | Code::TestCardInLive
            | Code::KybRequired
            | Code::AcquirerNotConfigured
            | Code::ParameterInvalid
    )
}
