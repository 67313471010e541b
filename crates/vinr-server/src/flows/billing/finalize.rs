//! Finalization: lines, then discounts, then tax, then what the customer has (spec/billing.md, Invoices).

use vinr_core::calendar;
use vinr_core::invoices::{Command, Finalize, Invoice};
use vinr_core::subscriptions::{Collection, PauseBehavior};

use super::{collect, coupon_of, lines, metered, subscription_of, tell};
use crate::error::Result;
use crate::record::Unit;
use crate::{credit, invoices};

/// Gives a draft its number and what it comes to. One of which nothing is due is paid with it.
///
/// # Errors
/// `invoice_not_editable`, `amount_too_large`.
pub(super) async fn finalize(unit: &mut Unit<'_>, invoice: &mut Invoice) -> Result<()> {
    let account = unit.context.clone();
    // Nobody takes a number for what is no draft.
    vinr_core::invoices::decide(invoice, Command::Draft(invoice.lines.clone()))?;
    metered::settle(unit, invoice).await?;
    let subscription = subscription_of(unit, invoice).await?;
    let coupon = coupon_of(unit, subscription.as_ref()).await?;
    let charges = lines::charges(&invoice.lines, coupon.as_ref(), account.settings.tax_mode, invoice.currency);
    let kept = credit::load(unit, &invoice.customer_id, invoice.currency).await?;
    let balance = kept.credit.available();
    let number = invoices::next_number(unit).await?;
    let due_at = match invoice.collection {
        Collection::ChargeAutomatically => None,
        Collection::SendInvoice { days_until_due } => {
            Some(calendar::later(unit.now(), 0, i64::from(days_until_due), &account.settings.time_zone))
        }
    };
    tell(unit, invoice, Command::Finalize(Finalize { number, charges, balance, due_at })).await
}

/// A draft's hour is over: it is finalized and collected, or what its subscription's pause says.
///
/// # Errors
/// As [`finalize`].
pub(super) async fn due(unit: &mut Unit<'_>, invoice: &mut Invoice) -> Result<()> {
    let subscription = subscription_of(unit, invoice).await?;
    match subscription.and_then(|subscription| subscription.pause).map(|pause| pause.behavior) {
        Some(PauseBehavior::Void) => tell(unit, invoice, Command::Void).await,
        Some(PauseBehavior::MarkUncollectible) => {
            finalize(unit, invoice).await?;
            let is_due = invoice.amount_left() > 0;
            if is_due { tell(unit, invoice, Command::MarkUncollectible).await } else { Ok(()) }
        }
        Some(PauseBehavior::KeepAsDraft) | None => {
            finalize(unit, invoice).await?;
            collect::collect(unit, invoice, collect::By::default()).await
        }
    }
}
