//! The lines of a subscription's items: what each costs for a time, and what comes back for what is not used of it.

use vinr_core::accounts::TaxMode;
use vinr_core::coupons::{self, Coupon, Off};
use vinr_core::ids::{InvoiceLineId, SubscriptionItemId};
use vinr_core::invoices::{About, Charges, Computation, Line, Named};
use vinr_core::money::Currency;
use vinr_core::prices::{self as core, Price};
use vinr_core::proration::{self, Charge, Share};
use vinr_core::subscriptions::{Item, Period};
use vinr_core::tax_rates::{self, Treatment};
use vinr_core::time::Timestamp;

use crate::error::Result;
use crate::record::Unit;
use crate::{prices, products};

/// An item with what it costs and what it is called.
pub(super) struct Offer {
    /// The item.
    pub(super) item: Item,
    /// What it costs.
    pub(super) price: Price,
    /// What it is called.
    name: String,
}

/// Items with what they cost.
///
/// # Errors
/// 404 for a price that is not there, in the parameter of its place.
pub(super) async fn offers(unit: &mut Unit<'_>, items: &[Item]) -> Result<Vec<Offer>> {
    let mut offers = Vec::with_capacity(items.len());
    for item in items {
        let price = prices::load(unit, &item.price_id).await.map_err(|error| error.about("priceId"))?;
        let product = products::load(unit, &price.product_id).await?;
        offers.push(Offer { item: item.clone(), price, name: product.name });
    }
    Ok(offers)
}

impl Offer {
    /// What the item costs for a part of a period, or all of it; nothing for what is measured, which is billed when it was
    /// used.
    ///
    /// # Errors
    /// `amount_too_large`.
    pub(super) fn charged(&self, unit: &Unit<'_>, part: Period, whole: Period) -> Result<Option<Line>> {
        let Some(quantity) = self.item.quantity else { return Ok(None) };
        let pieces = core::total(&self.price, quantity)?.pieces;
        let computation = if part == whole {
            Computation::Priced { pieces }
        } else {
            Computation::Prorated { pieces, share: Share::of(part, whole) }
        };
        self.line(unit, (self.named(quantity), quantity), computation, part).map(Some)
    }

    /// What so many units that were used in a period cost.
    ///
    /// # Errors
    /// `amount_too_large`.
    pub(super) fn used(&self, unit: &Unit<'_>, quantity: i64, period: Period) -> Result<Line> {
        let pieces = core::total(&self.price, quantity)?.pieces;
        self.line(unit, (self.named(quantity), quantity), Computation::Priced { pieces }, period)
    }

    /// That the item is tried for nothing.
    ///
    /// # Errors
    /// None: nothing is not too much.
    pub(super) fn tried(&self, unit: &Unit<'_>, period: Period) -> Result<Line> {
        let quantity = self.item.quantity.unwrap_or(1);
        let computation = Computation::Named(Named { quantity, unit_amount: 0 });
        self.line(unit, (format!("Trial of {}", self.named(quantity)), quantity), computation, period)
    }

    /// What comes back of what was charged for the item, and what its rounding carries on; nothing where nothing was.
    ///
    /// # Errors
    /// None: it is less than what was charged.
    pub(super) fn unused(&self, unit: &Unit<'_>, at: Timestamp) -> Result<Option<(Line, i64)>> {
        let Some(charge) = self.item.charge else { return Ok(None) };
        let credit = proration::credit(&charge, at, self.price.currency);
        let rest = Period { start: at, end: charge.span.end };
        if credit.amount == 0 {
            return Ok(None);
        }
        let Charge { amount: charged, carried, .. } = charge;
        let computation = Computation::Unused { charged, share: credit.share, carried };
        let quantity = self.item.quantity.unwrap_or(1);
        let said = (format!("Unused time of {}", self.named(quantity)), quantity);
        Ok(Some((self.line(unit, said, computation, rest)?, credit.carried)))
    }

    fn line(&self, unit: &Unit<'_>, said: (String, i64), computation: Computation, period: Period) -> Result<Line> {
        let about = About {
            period: Some(period),
            product_id: Some(self.price.product_id.clone()),
            price_id: Some(self.price.id.clone()),
            item_id: Some(self.item.id.clone()),
        };
        let id = InvoiceLineId::from_bits(unit.env.id_bits());
        Ok(Line::new(id, said, computation, about, self.price.currency)?)
    }

    fn named(&self, quantity: i64) -> String {
        if quantity == 1 { self.name.clone() } else { format!("{quantity} × {}", self.name) }
    }
}

/// What is taken off each line and added to it. A coupon of an amount is for the period, and not for changes within it.
pub(super) fn charges(lines: &[Line], coupon: Option<&Coupon>, mode: TaxMode, currency: Currency) -> Vec<Charges> {
    let discounts = match coupon {
        Some(coupon) => {
            let base: Vec<coupons::Line<'_>> = lines.iter().map(|line| discounted(coupon, line)).collect();
            coupons::discounts(coupon, currency, &base)
        }
        None => vec![0; lines.len()],
    };
    let left = |(line, discount): (&Line, &i64)| line.amount.saturating_sub(*discount);
    let taxed: Vec<tax_rates::Line> =
        lines.iter().zip(&discounts).map(|both| tax_rates::Line { amount: left(both), rate: None }).collect();
    let taxes = tax_rates::taxes(&taxed, mode, Treatment::Standard, currency);
    let charge = |(discount, taxed): (i64, tax_rates::Taxed)| Charges { discount, net: taxed.net, tax: taxed.tax };
    discounts.into_iter().zip(taxes).map(charge).collect()
}

/// What of a line a coupon takes something off.
fn discounted<'a>(coupon: &Coupon, line: &'a Line) -> coupons::Line<'a> {
    let amount = match coupon.off {
        Off::Amount(_) if line.computation.is_proration() => 0,
        Off::Amount(_) | Off::Percent { .. } => line.amount,
    };
    coupons::Line { product_id: line.product_id.as_ref(), amount }
}

/// What these lines will have charged for items, discounts taken off, so that no more than that ever comes back.
pub(super) fn charged_items(
    lines: &[Line],
    coupon: Option<&Coupon>,
    currency: Currency,
) -> Vec<(SubscriptionItemId, Charge)> {
    let charges = charges(lines, coupon, TaxMode::PerLine, currency);
    let charged = |(line, charges): (&Line, Charges)| {
        let (item, span) = (line.item_id.clone()?, line.period?);
        let amount = line.amount.saturating_sub(charges.discount);
        let is_new = line.invoice_item_id.is_none() && amount > 0;
        is_new.then_some((item, Charge { amount, span, carried: 0 }))
    };
    lines.iter().zip(charges).filter_map(charged).collect()
}
