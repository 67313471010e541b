//! The lines of an invoice, and how each came about.

use alloc::string::String;
use alloc::vec::Vec;

use crate::currencies::Currency;
use crate::exact::ExactAmount;
use crate::ids::{
    CustomerId, InvoiceId, InvoiceItemId, InvoiceLineId, PriceId, ProductId, SubscriptionId, SubscriptionItemId,
};
use crate::money::PAYMENT_AMOUNT_MAX;
use crate::prices::{Piece, QUANTITY_MAX};
use crate::proration::{self, Share};
use crate::refusal::{Code, Refusal};
use crate::subscriptions::Period;
use crate::time::Timestamp;

/// Longest description, in characters.
pub const DESCRIPTION_LENGTH_MAX: usize = 500;

/// How an amount came about: everything that is needed to compute it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Computation {
    /// So many at an amount that somebody named.
    Named(Named),
    /// What units cost: the sum of these pieces, rounded once.
    Priced {
        /// What was added.
        pieces: Vec<Piece>,
    },
    /// The same for a part of a period: their sum times the share, rounded once.
    Prorated {
        /// What was added.
        pieces: Vec<Piece>,
        /// The part of the period.
        share: Share,
    },
    /// What comes back of what was charged: that times the share, less what is carried, rounded once.
    Unused {
        /// What was charged, in minor units.
        charged: i64,
        /// The part that is not used.
        share: Share,
        /// What credits before gave too much, in billionths of a minor unit.
        carried: i64,
    },
}

/// So many at an amount, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// How many.
    pub quantity: i64,
    /// For each; negative for what is taken off.
    pub unit_amount: i64,
}

impl Computation {
    /// What it comes to in minor units; nothing if that is more than an invoice may be.
    pub fn amount(&self, currency: Currency) -> Option<i64> {
        let amount = match self {
            Self::Named(Named { quantity, unit_amount }) => quantity.checked_mul(*unit_amount)?,
            Self::Priced { pieces } => bounded(sum(pieces)?)?.round_to(currency.card_step()),
            Self::Prorated { pieces, share } => proration::charge(bounded(sum(pieces)?)?.ratio(), *share, currency),
            Self::Unused { charged, share, carried } => {
                proration::credit_amount(*charged, *share, *carried, currency).checked_neg()?
            }
        };
        (-PAYMENT_AMOUNT_MAX..=PAYMENT_AMOUNT_MAX).contains(&amount).then_some(amount)
    }

    /// Whether it is for a part of a period.
    pub const fn is_proration(&self) -> bool {
        match self {
            Self::Prorated { .. } | Self::Unused { .. } => true,
            Self::Named(_) | Self::Priced { .. } => false,
        }
    }
}

/// The sum of pieces.
pub(super) fn sum(pieces: &[Piece]) -> Option<ExactAmount> {
    pieces.iter().try_fold(ExactAmount::ZERO, |sum, piece| sum.plus(piece.exact))
}

fn bounded(exact: ExactAmount) -> Option<ExactAmount> {
    (exact <= ExactAmount::whole(PAYMENT_AMOUNT_MAX)?).then_some(exact)
}

/// One line of an invoice. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: InvoiceLineId,
    /// What it is for, for people.
    pub description: String,
    /// How many; 1 where nothing is counted.
    pub quantity: i64,
    /// What it comes to before discounts and tax on top; negative for a credit.
    pub amount: i64,
    /// How it came about.
    pub computation: Computation,
    /// The time that it is for.
    pub period: Option<Period>,
    /// What is sold.
    pub product_id: Option<ProductId>,
    /// At which price.
    pub price_id: Option<PriceId>,
    /// For which item of a subscription.
    pub item_id: Option<SubscriptionItemId>,
    /// The pending item that it was.
    pub invoice_item_id: Option<InvoiceItemId>,
    /// What is taken off.
    pub discount: i64,
    /// What is left without tax.
    pub net: i64,
    /// The tax, in the amount or on top of it.
    pub tax: i64,
    /// What credit notes have taken back.
    pub credited: Credited,
}

/// What credit notes have taken back of a line, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Credited {
    /// Without tax.
    pub net: i64,
    /// Of the tax.
    pub tax: i64,
}

/// What a line is about.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The time that it is for.
    pub period: Option<Period>,
    /// What is sold.
    pub product_id: Option<ProductId>,
    /// At which price.
    pub price_id: Option<PriceId>,
    /// For which item of a subscription.
    pub item_id: Option<SubscriptionItemId>,
}

impl Line {
    /// A line whose amount is what its computation comes to, so the two never disagree.
    ///
    /// # Errors
    /// `amount_too_large` for what no payment can bring.
    pub fn new(
        id: InvoiceLineId,
        (description, quantity): (String, i64),
        computation: Computation,
        about: About,
        currency: Currency,
    ) -> Result<Self, Refusal> {
        let amount = computation.amount(currency).ok_or_else(too_large)?;
        let About { period, product_id, price_id, item_id } = about;
        Ok(Self {
            id,
            description,
            quantity,
            amount,
            computation,
            period,
            product_id,
            price_id,
            item_id,
            invoice_item_id: None,
            discount: 0,
            net: amount,
            tax: 0,
            credited: Credited::default(),
        })
    }

    /// What is paid for it, in minor units.
    pub const fn gross(&self) -> i64 {
        self.net.saturating_add(self.tax)
    }

    pub(super) fn credit(&mut self, part: Credited) {
        self.credited.net = self.credited.net.saturating_add(part.net);
        self.credited.tax = self.credited.tax.saturating_add(part.tax);
        let is_within = self.credited.net <= self.net && self.credited.tax <= self.tax;
        assert!(is_within, "what is credited of a line is never more than the line");
    }
}

/// Something that waits for a customer's next invoice, or belongs to a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceItem {
    /// Its id.
    pub id: InvoiceItemId,
    /// Who owes it.
    pub customer_id: CustomerId,
    /// The invoice that it is on; nothing while it waits.
    pub invoice_id: Option<InvoiceId>,
    /// The subscription whose invoice it waits for; nothing for any.
    pub subscription_id: Option<SubscriptionId>,
    /// What it is counted in.
    pub currency: Currency,
    /// The line that it will be.
    pub line: Line,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Whether somebody may ask for so many of something at an amount.
///
/// # Errors
/// The parameter that is out of its range.
pub fn check_item(named: Named, description: &str) -> Result<(), Refusal> {
    let invalid = |param: &'static str, message: String| Err(Refusal::new(Code::ParameterInvalid, message).at(param));
    if !(1..=QUANTITY_MAX).contains(&named.quantity) {
        return invalid("quantity", format!("expected 1 to {QUANTITY_MAX}"));
    }
    if named.unit_amount == 0 || named.unit_amount.unsigned_abs() > PAYMENT_AMOUNT_MAX.unsigned_abs() {
        return invalid("amount", format!("expected an amount up to {PAYMENT_AMOUNT_MAX}, negative to take off"));
    }
    if !(1..=DESCRIPTION_LENGTH_MAX).contains(&description.chars().count()) {
        return invalid("description", format!("expected 1 to {DESCRIPTION_LENGTH_MAX} characters"));
    }
    Ok(())
}

pub(super) fn too_large() -> Refusal {
    let message = format!("an invoice is {PAYMENT_AMOUNT_MAX} minor units at most");
    Refusal::new(Code::AmountTooLarge, message).at("amount")
}
