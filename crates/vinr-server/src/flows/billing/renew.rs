//! What time does to subscriptions and invoices: periods begin and have one invoice each, drafts are finalized, what was not
//! paid is tried again. A timer names a row and the row says what is due, so one that fires twice does it once.

use vinr_core::ids::{InvoiceId, SubscriptionId};
use vinr_core::invoices::{self, Due, Line};
use vinr_core::subscriptions::{self as core, Command, Event, Subscription};

use super::drafts::{self, When};
use super::{cancel, collect, finalize, metered, method_of};
use crate::error::Result;
use crate::record::Unit;
use crate::subscriptions;

/// What time does to a subscription when its timer fires: one step, since each period has its turn.
///
/// # Errors
/// 404; the database does not answer.
pub(crate) async fn fire_subscription(unit: &mut Unit<'_>, id: &SubscriptionId) -> Result<()> {
    let mut subscription = subscriptions::load(unit, id).await?;
    if core::due(&subscription).is_none_or(|(at, _)| at > unit.now()) {
        subscriptions::set_timer(unit, &subscription);
        return Ok(());
    }
    let has_method = method_of(unit, &subscription).await?.is_some();
    // With the next period there may be other items; what was used of these is billed all the same.
    let mut used = if is_renewal(&subscription) { metered::so_far(unit, &subscription).await? } else { Vec::new() };
    for event in subscriptions::tell(unit, &mut subscription, Command::TimeOut, has_method)? {
        follow(unit, &mut subscription, &event, &mut used).await?;
    }
    Ok(())
}

/// Whether the period of a subscription is over by what is due.
fn is_renewal(subscription: &Subscription) -> bool {
    core::due(subscription).is_some_and(|(at, _)| at == subscription.current.end)
}

async fn follow(
    unit: &mut Unit<'_>,
    subscription: &mut Subscription,
    event: &Event,
    used: &mut Vec<Line>,
) -> Result<()> {
    match event {
        Event::Renewed { .. } => {
            drafts::of_period(unit, subscription, std::mem::take(used), When::Later).await.map(drop)
        }
        Event::Ended { reason, .. } => cancel::ended(unit, subscription, *reason, Vec::new()).await,
        Event::Created
        | Event::Activated
        | Event::BecamePastDue
        | Event::Recovered
        | Event::TrialWillEnd
        | Event::Invoiced(_)
        | Event::ItemsCharged(_)
        | Event::ItemsChanged(_)
        | Event::ChangeScheduled(_)
        | Event::ChangeDropped
        | Event::Restarted { .. }
        | Event::CancelScheduled { .. }
        | Event::CancelDropped
        | Event::Paused
        | Event::CollectionPaused(_)
        | Event::CollectionResumed
        | Event::Updated(_) => Ok(()),
    }
}

/// What time does to an invoice when its timer fires.
///
/// # Errors
/// 404; the database does not answer.
pub(crate) async fn fire_invoice(unit: &mut Unit<'_>, id: &InvoiceId) -> Result<()> {
    let mut invoice = crate::invoices::load(unit, id).await?;
    match invoices::due(&invoice).filter(|(at, _)| *at <= unit.now()) {
        Some((_, Due::Finalize)) => finalize::due(unit, &mut invoice).await,
        Some((_, Due::Collect)) => collect::retry(unit, &mut invoice).await,
        None => {
            crate::invoices::set_timer(unit, &invoice);
            Ok(())
        }
    }
}
