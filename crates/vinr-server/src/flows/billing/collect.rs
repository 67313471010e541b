//! Collection: what is due of an invoice is charged to a saved method, by an ordinary payment (spec/billing.md, Invoices and
//! Dunning). What comes of it is heard in that payment's commit.

use vinr_core::dunning::{self, Attempt, Dunning, Failure};
use vinr_core::ids::{PaymentId, PaymentMethodId};
use vinr_core::invoices::{Command, Invoice, Status};
use vinr_core::money::Money;
use vinr_core::subscriptions::{self as core, Collection, Subscription};

use super::{default_of, dunning_rules, method_of, subscription_of, tell};
use crate::error::Result;
use crate::flows::payments::{self, Due, Tried};
use crate::record::Unit;
use crate::subscriptions;

/// How an invoice is collected, where somebody says.
#[derive(Debug, Clone, Default)]
pub(super) struct By {
    /// With what; nothing for the subscription's or the customer's default.
    pub(super) method: Option<PaymentMethodId>,
    /// Where the hosted page sends the customer afterwards.
    pub(super) return_url: Option<String>,
    /// Whether it is charged although its customer was to pay it.
    pub(super) is_asked_for: bool,
}

/// Charges what is left of an open invoice. One that its customer pays is left to them, unless somebody wants it charged.
///
/// # Errors
/// The database does not answer.
pub(super) async fn collect(unit: &mut Unit<'_>, invoice: &mut Invoice, by: By) -> Result<()> {
    let is_charged = by.is_asked_for
        || match invoice.collection {
            Collection::ChargeAutomatically => true,
            Collection::SendInvoice { .. } => false,
        };
    match invoice.status {
        Status::Open | Status::Uncollectible if is_charged => {}
        Status::Draft | Status::Open | Status::Paid | Status::Void | Status::Uncollectible => return Ok(()),
    }
    let subscription = subscription_of(unit, invoice).await?;
    let method = match (by.method, &subscription) {
        (Some(method), _) => Some(method),
        (None, Some(subscription)) => method_of(unit, subscription).await?,
        (None, None) => default_of(unit, &invoice.customer_id).await?,
    };
    let due = due(invoice, by.return_url);
    let tried = match &method {
        Some(method) => payments::charge_invoice(unit, &due, method).await?,
        None => Tried::Unusable,
    };
    match tried {
        Tried::Charged(payment) => {
            let checkout = payment.checkout_token.clone();
            tell(unit, invoice, Command::Collect { payment: payment.id.clone(), checkout }).await
        }
        Tried::Busy => Ok(()),
        Tried::Unusable if is_first(subscription.as_ref()) => {
            let payment = payments::offer(unit, &due).await?;
            let checkout = payment.checkout_token.clone();
            tell(unit, invoice, Command::Collect { payment: payment.id.clone(), checkout }).await?;
            tell(unit, invoice, Command::ActionRequired(payment.id)).await
        }
        Tried::Unusable => failed(unit, invoice, None, Failure::NoMethod).await,
    }
}

/// It is time to try an invoice again. The schedule moves on with the attempt, so that what becomes of it later does not
/// count twice.
///
/// # Errors
/// The database does not answer.
pub(super) async fn retry(unit: &mut Unit<'_>, invoice: &mut Invoice) -> Result<()> {
    let Some(dunning) = invoice.dunning.clone() else { return Ok(()) };
    let account = unit.context.clone();
    let subscription = subscription_of(unit, invoice).await?;
    let method = match &subscription {
        Some(subscription) => method_of(unit, subscription).await?,
        None => default_of(unit, &invoice.customer_id).await?,
    };
    let rules = dunning_rules(unit, subscription.as_ref()).await?;
    let next = dunning::skipped(&dunning, &rules, &account.settings.time_zone);
    let attempt = dunning::attempt(&dunning, method.as_ref());
    tell(unit, invoice, Command::Reschedule(next.clone())).await?;
    match attempt {
        Attempt::Charge => collect(unit, invoice, By { is_asked_for: true, ..By::default() }).await,
        Attempt::Skip => exhaust(unit, invoice, &next).await,
    }
}

/// An attempt brought nothing: the invoice says so, its subscription is past due, and it is tried again as long as there are
/// retries. A first payment is not.
///
/// # Errors
/// The database does not answer.
pub(super) async fn failed(
    unit: &mut Unit<'_>,
    invoice: &mut Invoice,
    payment: Option<PaymentId>,
    failure: Failure,
) -> Result<()> {
    let subscription = subscription_of(unit, invoice).await?;
    let dunning = next(unit, invoice, subscription.as_ref(), failure).await?;
    tell(unit, invoice, Command::PaymentFailed { payment, dunning: dunning.clone() }).await?;
    past_due(unit, subscription)?;
    match dunning {
        Some(dunning) => exhaust(unit, invoice, &dunning).await,
        None => Ok(()),
    }
}

/// Its payment needs the customer, who may come or not: it is tried again meanwhile.
///
/// # Errors
/// The database does not answer.
pub(super) async fn needs_customer(
    unit: &mut Unit<'_>,
    invoice: &mut Invoice,
    payment: PaymentId,
    failure: Failure,
) -> Result<()> {
    let subscription = subscription_of(unit, invoice).await?;
    let dunning = next(unit, invoice, subscription.as_ref(), failure).await?;
    tell(unit, invoice, Command::ActionRequired(payment)).await?;
    past_due(unit, subscription)?;
    let Some(dunning) = dunning else { return Ok(()) };
    tell(unit, invoice, Command::Reschedule(dunning.clone())).await?;
    exhaust(unit, invoice, &dunning).await
}

/// When an invoice that was not paid is tried again.
async fn next(
    unit: &mut Unit<'_>,
    invoice: &Invoice,
    subscription: Option<&Subscription>,
    failure: Failure,
) -> Result<Option<Dunning>> {
    if is_first(subscription) {
        return Ok(None);
    }
    let rules = dunning_rules(unit, subscription).await?;
    let zone = &unit.context.settings.time_zone;
    Ok(Some(match &invoice.dunning {
        None => dunning::begin(failure, &rules, zone, unit.now()),
        // The schedule has moved on when the attempt was made.
        Some(dunning) => dunning::failed(dunning, dunning::Occasion::Request, failure, &rules, zone),
    }))
}

fn past_due(unit: &mut Unit<'_>, subscription: Option<Subscription>) -> Result<()> {
    if let Some(mut subscription) = subscription {
        subscriptions::tell(unit, &mut subscription, core::Command::PaymentFailed, true)?;
    }
    Ok(())
}

/// What follows when no retry is left.
async fn exhaust(unit: &mut Unit<'_>, invoice: &Invoice, dunning: &Dunning) -> Result<()> {
    if !dunning::is_exhausted(dunning) {
        return Ok(());
    }
    let Some(mut subscription) = subscription_of(unit, invoice).await? else { return Ok(()) };
    let then = dunning_rules(unit, Some(&subscription)).await?.on_exhausted;
    subscriptions::tell(unit, &mut subscription, core::Command::Exhausted(then), true)?;
    Ok(())
}

/// Whether a subscription waits for its first payment.
fn is_first(subscription: Option<&Subscription>) -> bool {
    subscription.is_some_and(|subscription| subscription.status == core::Status::Incomplete)
}

fn due(invoice: &Invoice, return_url: Option<String>) -> Due {
    let number = invoice.number.as_deref().unwrap_or_default();
    Due {
        invoice: invoice.id.clone(),
        customer: invoice.customer_id.clone(),
        amount: Money::new(invoice.amount_left(), invoice.currency),
        description: format!("Invoice {number}"),
        return_url,
        last: invoice.payment_id.clone(),
    }
}
