//! Drafts: what an invoice is made of before anything is taken off it.

use vinr_core::ids::InvoiceId;
use vinr_core::invoices::{self as core, DRAFT_FOR, Invoice, Line};
use vinr_core::metadata::Metadata;
use vinr_core::subscriptions::{Command, PauseBehavior, Status, Subscription};
use vinr_core::time::Timestamp;

use super::{coupon_of, lines};
use crate::error::Result;
use crate::invoices::{self, Bills, items};
use crate::record::Unit;
use crate::subscriptions;

/// When a draft is finalized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// In this unit.
    AtOnce,
    /// By its timer.
    Later,
}

/// The draft of the period that a subscription is in: what its items cost, what else waits for it, and `more`. The period is
/// claimed with it, so that it is billed once.
///
/// # Errors
/// The database does not answer; more than an invoice may be.
pub(super) async fn of_period(
    unit: &mut Unit<'_>,
    subscription: &mut Subscription,
    more: Vec<Line>,
    when: When,
) -> Result<Invoice> {
    let id = InvoiceId::from_bits(unit.env.id_bits());
    let offers = lines::offers(unit, &subscription.items).await?;
    let mut lines = more;
    let charged = match subscription.status {
        Status::Trialing => {
            for offer in &offers {
                lines.push(offer.tried(unit, subscription.current)?);
            }
            Vec::new()
        }
        Status::Incomplete | Status::Active | Status::PastDue | Status::Paused | Status::Canceled => {
            let account = unit.context.clone();
            let whole = subscription.schedule.whole(subscription.period, &account.settings.time_zone);
            for offer in &offers {
                lines.extend(offer.charged(unit, subscription.current, whole)?);
            }
            let coupon = coupon_of(unit, Some(subscription)).await?;
            lines.extend(waiting(unit, subscription, &id).await?);
            let mut charged = lines::charged_items(&lines, coupon.as_ref(), subscription.currency);
            // What was used is gone: nothing of it ever comes back.
            charged.retain(|(id, _)| subscription.items.iter().any(|item| item.id == *id && !item.is_metered()));
            charged
        }
    };
    let ask = core::Create {
        id: id.clone(),
        customer_id: subscription.customer_id.clone(),
        subscription: Some((subscription.id.clone(), subscription.period)),
        currency: subscription.currency,
        lines,
        collection: subscription.collection,
        period: Some(subscription.current),
        finalizes_at: finalizes_at(subscription, when),
        footer: None,
        metadata: Metadata::new(),
    };
    let (invoice, _) = core::create(ask, unit.now())?;
    invoices::draft(unit, &invoice, Bills::Period, false).await?;
    subscriptions::tell(unit, subscription, Command::Invoiced(id), true)?;
    subscriptions::tell(unit, subscription, Command::ItemsCharged(charged), true)?;
    Ok(invoice)
}

/// The draft of something beside periods, finalized in the same unit.
///
/// # Errors
/// As [`of_period`].
pub(super) async fn extra(unit: &mut Unit<'_>, subscription: &mut Subscription, more: Vec<Line>) -> Result<Invoice> {
    let id = InvoiceId::from_bits(unit.env.id_bits());
    let mut lines = more;
    lines.extend(waiting(unit, subscription, &id).await?);
    let ask = core::Create {
        id: id.clone(),
        customer_id: subscription.customer_id.clone(),
        subscription: Some((subscription.id.clone(), subscription.period)),
        currency: subscription.currency,
        lines,
        collection: subscription.collection,
        period: None,
        finalizes_at: None,
        footer: None,
        metadata: Metadata::new(),
    };
    let (invoice, _) = core::create(ask, unit.now())?;
    invoices::draft(unit, &invoice, Bills::Extra, false).await?;
    subscriptions::tell(unit, subscription, Command::Invoiced(id), true)?;
    Ok(invoice)
}

/// What waits for an invoice of this subscription, and is on this one from now on.
async fn waiting(unit: &mut Unit<'_>, subscription: &Subscription, id: &InvoiceId) -> Result<Vec<Line>> {
    let Subscription { customer_id, currency, .. } = subscription;
    let found = items::waiting(unit, customer_id, *currency, Some(&subscription.id)).await?;
    Ok(found.into_iter().map(|item| items::take(unit, item, id)).collect())
}

/// When the draft of a renewal is finalized by itself: not while its subscription's drafts are kept.
fn finalizes_at(subscription: &Subscription, when: When) -> Option<Timestamp> {
    let is_kept = subscription.pause.is_some_and(|pause| match pause.behavior {
        PauseBehavior::KeepAsDraft => true,
        PauseBehavior::MarkUncollectible | PauseBehavior::Void => false,
    });
    match when {
        When::AtOnce => None,
        When::Later if is_kept => None,
        When::Later => Some(subscription.current.start.plus(DRAFT_FOR)),
    }
}
