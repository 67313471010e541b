//! What was used, on invoices (spec/billing.md, Usage).
//!
//! The draft that a period's end opens has a line for each metered item that there was in the period, with what it came to
//! until then. For an hour more may arrive; when the draft is finalized the period is closed, and the line says what it came
//! to in the end. Who ends a subscription or takes an item off it closes the open period and is billed at once. What is used
//! in a trial costs nothing.

use vinr_core::ids::SubscriptionItemId;
use vinr_core::invoices::{Command, Invoice, Line};
use vinr_core::prices::AggregateUsage;
use vinr_core::subscriptions::{Item, Period, Subscription};
use vinr_core::time::Timestamp;
use vinr_core::usage::Numbered;

use super::lines::{self, Offer};
use super::tell;
use crate::error::Result;
use crate::record::Unit;
use crate::usage;

/// The lines of what was used in the period that a subscription is in, as far as it is known.
///
/// # Errors
/// `amount_too_large`; the database does not answer.
pub(super) async fn so_far(unit: &mut Unit<'_>, subscription: &Subscription) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    if is_tried(subscription) {
        return Ok(lines);
    }
    for (offer, aggregate) in metered(unit, &subscription.items).await? {
        let quantity = usage::so_far(unit, &offer.item.id, subscription.period, aggregate).await?;
        lines.push(offer.used(unit, quantity, subscription.current)?);
    }
    Ok(lines)
}

/// Closes the period that a subscription is in for these of its items, as of this instant. The lines of what was used of them
/// in it.
///
/// # Errors
/// As [`so_far`].
pub(super) async fn closing(
    unit: &mut Unit<'_>,
    subscription: &Subscription,
    items: &[Item],
    at: Timestamp,
) -> Result<Vec<Line>> {
    let Subscription { current, period: number, .. } = subscription;
    let period = Period { start: current.start, end: at.min(current.end) };
    let mut lines = Vec::new();
    for (offer, aggregate) in metered(unit, items).await? {
        let quantity = usage::close(unit, &offer.item.id, Numbered { number: *number, period }, aggregate).await?;
        if quantity > 0 && !is_tried(subscription) {
            lines.push(offer.used(unit, quantity, period)?);
        }
    }
    Ok(lines)
}

/// Gives the lines of what was used in the period before a draft's what it came to in the end, and closes that period. It asks
/// nothing of a draft without such lines.
///
/// # Errors
/// As [`so_far`].
pub(super) async fn settle(unit: &mut Unit<'_>, invoice: &mut Invoice) -> Result<()> {
    let (Some((_, number)), Some(period)) = (&invoice.subscription, invoice.period) else { return Ok(()) };
    let Some(number) = number.checked_sub(1) else { return Ok(()) };
    let mut all = invoice.lines.clone();
    for line in &mut all {
        let Some((item, of)) = is_before(line, period) else { continue };
        let Some((offer, aggregate)) = metered(unit, std::slice::from_ref(&item)).await?.pop() else { continue };
        let quantity = usage::close(unit, &item.id, Numbered { number, period: of }, aggregate).await?;
        *line = Line { id: line.id.clone(), ..offer.used(unit, quantity, of)? };
    }
    if all == invoice.lines { Ok(()) } else { tell(unit, invoice, Command::Draft(all)).await }
}

/// The item of a line that is of a time before this period, and that time. What was pending is as it is.
fn is_before(line: &Line, period: Period) -> Option<(Item, Period)> {
    let of = line.period.filter(|of| of.end <= period.start && line.invoice_item_id.is_none())?;
    let (id, price_id): (SubscriptionItemId, _) = (line.item_id.clone()?, line.price_id.clone()?);
    Some((Item { id, price_id, quantity: None, charge: None }, of))
}

/// Those of the items that are metered, with what they cost and what their records come to.
async fn metered(unit: &mut Unit<'_>, items: &[Item]) -> Result<Vec<(Offer, AggregateUsage)>> {
    let items: Vec<Item> = items.iter().filter(|item| item.is_metered()).cloned().collect();
    let offers = lines::offers(unit, &items).await?;
    let with_aggregate = |offer: Offer| {
        let aggregate = offer.price.recurring.and_then(|recurring| recurring.usage.aggregate())?;
        Some((offer, aggregate))
    };
    Ok(offers.into_iter().filter_map(with_aggregate).collect())
}

/// Whether the period that a subscription is in is its trial.
fn is_tried(subscription: &Subscription) -> bool {
    subscription.trial.is_some_and(|trial| subscription.current.end <= trial.end)
}
