//! The end of a subscription, and what it leaves to be settled.

use vinr_core::ids::SubscriptionId;
use vinr_core::invoices::{Line, Status};
use vinr_core::subscriptions::{Command, EndReason, Event, Subscription};

use super::{collect, drafts, finalize, invoicing, lines, metered};
use crate::error::Result;
use crate::invoices::items;
use crate::record::Unit;
use crate::{invoices, subscriptions};

/// Ends a subscription now. With `prorate` what is not used of its items comes back as credit.
///
/// # Errors
/// 404; `subscription_not_changeable`.
pub(super) async fn cancel(unit: &mut Unit<'_>, id: &SubscriptionId, prorate: bool) -> Result<()> {
    let mut subscription = subscriptions::load(unit, id).await?;
    let was_first = subscription.status == vinr_core::subscriptions::Status::Incomplete;
    let mut back = Vec::new();
    if prorate {
        for offer in lines::offers(unit, &subscription.items).await? {
            back.extend(offer.unused(unit, unit.now())?.map(|(line, _)| line));
        }
    }
    for event in subscriptions::tell(unit, &mut subscription, Command::Cancel, true)? {
        if let Event::Ended { reason, .. } = event {
            let reason = if was_first { EndReason::FirstPaymentMissing } else { reason };
            ended(unit, &mut subscription, reason, std::mem::take(&mut back)).await?;
        }
    }
    Ok(())
}

/// Settles what a subscription that has ended leaves: an invoice that was never paid is void, and what waits for the next
/// invoice has one of its own.
///
/// # Errors
/// The database does not answer.
pub(super) async fn ended(
    unit: &mut Unit<'_>,
    subscription: &mut Subscription,
    reason: EndReason,
    more: Vec<Line>,
) -> Result<()> {
    match reason {
        EndReason::FirstPaymentMissing => void_first(unit, subscription).await,
        EndReason::Requested | EndReason::TrialEnded | EndReason::PaymentFailed => {
            let mut more = more;
            let ended_at = subscription.ended_at.unwrap_or_else(|| unit.now());
            more.extend(metered::closing(unit, subscription, &subscription.items, ended_at).await?);
            let Subscription { customer_id, currency, id, .. } = &*subscription;
            let waiting = items::waiting(unit, customer_id, *currency, Some(id)).await?;
            if more.is_empty() && waiting.iter().all(|item| item.subscription_id.is_none()) {
                return Ok(());
            }
            let mut invoice = drafts::extra(unit, subscription, more).await?;
            finalize::finalize(unit, &mut invoice).await?;
            collect::collect(unit, &mut invoice, collect::By::default()).await
        }
    }
}

async fn void_first(unit: &mut Unit<'_>, subscription: &Subscription) -> Result<()> {
    let Some(id) = &subscription.latest_invoice else { return Ok(()) };
    let mut invoice = invoices::load(unit, id).await?;
    match invoice.status {
        Status::Draft | Status::Open => invoicing::void(unit, &mut invoice).await,
        Status::Paid | Status::Void | Status::Uncollectible => Ok(()),
    }
}
