//! Changes of a subscription: other items now or with the next period, with what comes back for the time that is not used and
//! what the same time costs on the new prices (spec/billing.md, Change; spec/traps.md, sections 1 and 2).

use vinr_core::ids::{InvoiceId, InvoiceItemId, PriceId, SubscriptionId, SubscriptionItemId};
use vinr_core::invoices::{self as invoicing, Invoice, InvoiceItem, Line};
use vinr_core::metadata::Metadata;
use vinr_core::proration::Charge;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::subscriptions::{self as core, Command, Cycle, Effective, Item, Period, Schedule, Status, Subscription};

use super::drafts::{self, When};
use super::lines::{self, Offer};
use super::{collect, coupon_of, finalize, metered, subscribe};
use crate::credit;
use crate::error::Result;
use crate::invoices::items;
use crate::record::Unit;
use crate::subscriptions;

/// What a change within a period is billed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proration {
    /// The next invoice.
    NextInvoice,
    /// An invoice of its own, now.
    AtOnce,
    /// Nothing.
    Nothing,
}

/// One item as somebody wants it.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Which item becomes it; nothing for the one of the same price, or a new one.
    pub(super) id: Option<SubscriptionItemId>,
    /// At which price; nothing for the one it has.
    pub(super) price: Option<PriceId>,
    /// How many; nothing for as many as there are.
    pub(super) quantity: Option<i64>,
}

/// A change of items.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// All of them.
    pub(super) items: Vec<Wanted>,
    /// Whether it is one that stands for the only item there is.
    pub(super) is_only: bool,
    /// What it is billed with.
    pub(super) proration: Proration,
    /// From when on.
    pub(super) effective: Effective,
}

/// A change that was thought through.
struct Plan {
    offers: Vec<Offer>,
    cycle: Cycle,
    /// What it costs and what comes back.
    lines: Vec<Line>,
}

/// Gives a subscription other items.
///
/// # Errors
/// `subscription_not_changeable`; 404 for a price; what is wrong with the items.
pub(super) async fn change(unit: &mut Unit<'_>, subscription: &mut Subscription, change: &Change) -> Result<()> {
    let Plan { offers, cycle, mut lines } = plan(unit, subscription, change).await?;
    let items: Vec<Item> = offers.into_iter().map(|offer| offer.item).collect();
    let is_other_cycle = cycle != subscription.schedule.cycle;
    if change.effective == Effective::Now {
        let stopped = stopped(subscription, &items, is_other_cycle);
        lines.extend(metered::closing(unit, subscription, &stopped, unit.now()).await?);
    }
    let command = Command::Change { items, cycle, effective: change.effective };
    subscriptions::tell(unit, subscription, command, true)?;
    if is_other_cycle {
        let invoice = drafts::of_period(unit, subscription, lines, When::AtOnce).await?;
        return bill(unit, invoice).await;
    }
    match change.proration {
        Proration::AtOnce if !lines.is_empty() => {
            let invoice = drafts::extra(unit, subscription, lines).await?;
            bill(unit, invoice).await
        }
        Proration::NextInvoice | Proration::AtOnce | Proration::Nothing => {
            for line in lines {
                let item = InvoiceItem {
                    id: InvoiceItemId::from_bits(unit.env.id_bits()),
                    customer_id: subscription.customer_id.clone(),
                    invoice_id: None,
                    subscription_id: Some(subscription.id.clone()),
                    currency: subscription.currency,
                    line,
                    created_at: unit.now(),
                };
                items::insert(unit, &item);
            }
            Ok(())
        }
    }
}

/// The items whose usage comes to its end with a change: those that are not metered any more, and all of them if the period
/// does.
fn stopped(subscription: &Subscription, items: &[Item], is_other_cycle: bool) -> Vec<Item> {
    let goes_on = |old: &Item| items.iter().any(|item| item.id == old.id && item.is_metered());
    subscription.items.iter().filter(|old| is_other_cycle || !goes_on(old)).cloned().collect()
}

async fn bill(unit: &mut Unit<'_>, mut invoice: Invoice) -> Result<()> {
    finalize::finalize(unit, &mut invoice).await?;
    collect::collect(unit, &mut invoice, collect::By::default()).await
}

/// The invoice that would come of a change: its own, or the next one. Nothing is written.
///
/// # Errors
/// As [`change`].
pub(super) async fn preview(unit: &mut Unit<'_>, id: &SubscriptionId, ask: Option<&Change>) -> Result<Invoice> {
    let subscription = subscriptions::load(unit, id).await?;
    let account = unit.context.clone();
    let zone = &account.settings.time_zone;
    let planned = if let Some(ask) = ask {
        let planned = plan(unit, &subscription, ask).await?;
        let items: Vec<Item> = planned.offers.iter().map(|offer| offer.item.clone()).collect();
        let command = Command::Change { items, cycle: planned.cycle, effective: ask.effective };
        core::decide(&subscription, command, core::Context { now: unit.now(), zone, has_method: true })?;
        planned
    } else {
        let items = subscription.items_next.as_ref().unwrap_or(&subscription.items);
        let offers = lines::offers(unit, items).await?;
        Plan { offers, cycle: subscription.schedule.cycle, lines: Vec::new() }
    };
    let is_other_cycle = planned.cycle != subscription.schedule.cycle;
    let is_own = ask.is_some_and(|ask| ask.proration == Proration::AtOnce && ask.effective == Effective::Now);
    let mut lines = planned.lines;
    let next = if is_other_cycle {
        Some(Schedule::from_anchor(unit.now(), planned.cycle, 0).period(0, zone))
    } else if is_own {
        None
    } else {
        Some(subscription.schedule.period(subscription.period.saturating_add(1), zone))
    };
    if let Some(period) = next {
        for offer in &planned.offers {
            lines.extend(offer.charged(unit, period, period)?);
        }
    }
    if next.is_some() {
        lines.extend(metered::so_far(unit, &subscription).await?);
    }
    let waiting = items::waiting(unit, &subscription.customer_id, subscription.currency, Some(id)).await?;
    lines.extend(waiting.into_iter().map(|item| item.line));
    totalled(unit, &subscription, lines, next).await
}

/// A draft of these lines with what it will come to, which nobody keeps.
async fn totalled(
    unit: &mut Unit<'_>,
    subscription: &Subscription,
    lines: Vec<Line>,
    period: Option<Period>,
) -> Result<Invoice> {
    let account = unit.context.clone();
    let coupon = coupon_of(unit, Some(subscription)).await?;
    let charges = lines::charges(&lines, coupon.as_ref(), account.settings.tax_mode, subscription.currency);
    let kept = credit::load(unit, &subscription.customer_id, subscription.currency).await?;
    let ask = invoicing::Create {
        id: InvoiceId::from_bits(unit.env.id_bits()),
        customer_id: subscription.customer_id.clone(),
        subscription: Some((subscription.id.clone(), subscription.period)),
        currency: subscription.currency,
        lines,
        collection: subscription.collection,
        period,
        finalizes_at: None,
        footer: None,
        metadata: Metadata::new(),
    };
    let (mut invoice, _) = invoicing::create(ask, unit.now())?;
    let balance = kept.credit.available();
    let (lines, totals) = invoicing::totals(&invoice.lines, &charges, balance, invoice.currency)?;
    (invoice.lines, invoice.totals) = (lines, totals);
    Ok(invoice)
}

/// Thinks a change through: the items that there will be, and the lines for what is left of the period.
async fn plan(unit: &mut Unit<'_>, subscription: &Subscription, change: &Change) -> Result<Plan> {
    let wanted = named(unit, subscription, change)?;
    let mut offers = subscribe::offered(unit, wanted).await?;
    let (currency, cycle) = subscribe::together(&offers)?;
    if currency != subscription.currency {
        let message = format!("this subscription is in {}, and the price in {currency}", subscription.currency);
        return Err(Refusal::new(Code::ParameterConflict, message).at("priceId").into());
    }
    let before = lines::offers(unit, &subscription.items).await?;
    for offer in &offers {
        if before.iter().all(|known| known.price.id != offer.price.id) {
            subscribe::check_active(offer)?;
        }
    }
    let is_billed = match subscription.status {
        Status::Active | Status::PastDue => change.effective == Effective::Now,
        Status::Trialing | Status::Incomplete | Status::Paused | Status::Canceled => false,
    };
    let is_other_cycle = cycle != subscription.schedule.cycle;
    let is_prorated = is_billed && change.proration != Proration::Nothing;
    let mut lines = Vec::new();
    if is_billed && is_other_cycle {
        // All of the old period comes to its end, and the new one is charged whole.
        for old in before.iter().filter(|_| is_prorated) {
            lines.extend(old.unused(unit, unit.now())?.map(|(line, _)| line));
        }
    } else if is_prorated {
        lines = prorated(unit, subscription, &before, &mut offers).await?;
    } else {
        keep_charges(&before, &mut offers);
    }
    Ok(Plan { offers, cycle, lines })
}

/// The items that somebody wants: one without an id is the item of the same price if there is one. All of them, so what is
/// not named goes.
fn named(
    unit: &Unit<'_>,
    subscription: &Subscription,
    change: &Change,
) -> Result<Vec<(SubscriptionItemId, PriceId, Option<i64>)>> {
    let missing = |message: String| Refusal::new(Code::ParameterInvalid, message).at("items");
    if change.is_only && subscription.items.len() != 1 {
        let message = "this subscription has several items: name them all in `items`";
        return Err(Refusal::new(Code::ParameterConflict, message).at("priceId").into());
    }
    let mut items = Vec::with_capacity(change.items.len());
    for one in &change.items {
        let known = subscription.items.iter().find(|item| match (&one.id, &one.price) {
            _ if change.is_only => true,
            (Some(id), _) => item.id == *id,
            (None, Some(price)) => item.price_id == *price,
            (None, None) => false,
        });
        if let (Some(id), None) = (&one.id, known) {
            return Err(missing(format!("{id} is no item of this subscription")).into());
        }
        let price = one.price.clone().or_else(|| known.map(|item| item.price_id.clone()));
        let price = price.ok_or_else(|| missing("name the price, or the item by its id".into()))?;
        let quantity = one.quantity.or_else(|| known.and_then(|item| item.quantity));
        let id = known.map_or_else(|| SubscriptionItemId::from_bits(unit.env.id_bits()), |item| item.id.clone());
        items.push((id, price, quantity));
    }
    Ok(items)
}

/// What was charged for an item is what was charged for what it becomes, where nothing is billed for that.
fn keep_charges(before: &[Offer], offers: &mut [Offer]) {
    for offer in offers {
        let old = before.iter().find(|old| old.item.id == offer.item.id);
        offer.item.charge = old.and_then(|old| old.item.charge);
    }
}

/// The lines for what is left of the period: for each item that goes or becomes another what comes back of what was charged,
/// and what the new one costs for the same time.
async fn prorated(
    unit: &mut Unit<'_>,
    subscription: &Subscription,
    before: &[Offer],
    offers: &mut [Offer],
) -> Result<Vec<Line>> {
    let account = unit.context.clone();
    let whole = subscription.schedule.whole(subscription.period, &account.settings.time_zone);
    let rest = Period { start: unit.now(), end: subscription.current.end };
    let coupon = coupon_of(unit, Some(subscription)).await?;
    let mut lines = Vec::new();
    for old in before.iter().filter(|old| offers.iter().all(|offer| offer.item.id != old.item.id)) {
        lines.extend(old.unused(unit, unit.now())?.map(|(line, _)| line));
    }
    for offer in offers {
        let old = before.iter().find(|old| old.item.id == offer.item.id);
        let is_same =
            |old: &&Offer| (&old.item.price_id, old.item.quantity) == (&offer.item.price_id, offer.item.quantity);
        if let Some(old) = old.filter(is_same) {
            offer.item.charge = old.item.charge;
            continue;
        }
        let back = match old {
            Some(old) => old.unused(unit, unit.now())?,
            None => None,
        };
        let carried = back.as_ref().map_or(0, |(_, carried)| *carried);
        lines.extend(back.map(|(line, _)| line));
        let Some(line) = offer.charged(unit, rest, whole)? else { continue };
        let charged = lines::charged_items(std::slice::from_ref(&line), coupon.as_ref(), subscription.currency);
        offer.item.charge = charged.into_iter().next().map(|(_, charge)| Charge { carried, ..charge });
        lines.push(line);
    }
    Ok(lines)
}
