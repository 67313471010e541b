//! What an invoice comes to: lines, then discounts, then tax, then what the customer has or owes (spec/billing.md, Invoices;
//! spec/traps.md, sections 6 and 8).

use alloc::vec::Vec;

use super::LINES_MAX;
use super::lines::{Line, too_large};
use crate::currencies::Currency;
use crate::money::PAYMENT_AMOUNT_MAX;
use crate::refusal::{Code, Refusal};

/// The sums of an invoice, in minor units. `total = net + tax`, `amount_due = total − credit_applied`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Its lines.
    pub subtotal: i64,
    /// What is taken off.
    pub discount: i64,
    /// The tax, in the lines or on top of them.
    pub tax: i64,
    /// What it comes to; negative if it gives back more than it charges.
    pub total: i64,
    /// What the customer's credit pays of it; negative for what it adds: to the credit if the total is negative, to what is
    /// due if something was owed.
    pub credit_applied: i64,
    /// What is to be paid; never negative.
    pub amount_due: i64,
}

impl Totals {
    /// The total without tax.
    pub const fn net(&self) -> i64 {
        self.total.saturating_sub(self.tax)
    }
}

/// What finalization takes off a line and adds to it, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charges {
    /// What is taken off.
    pub discount: i64,
    /// What is left without tax.
    pub net: i64,
    /// The tax, in what is left or on top of it.
    pub tax: i64,
}

/// The lines with these charges, and what they come to for somebody who has so much credit; negative for what is owed.
///
/// # Errors
/// `amount_too_large`.
///
/// # Panics
/// If there is not one charge for each line, or one takes off more than the line.
pub fn totals(
    lines: &[Line],
    charges: &[Charges],
    balance: i64,
    currency: Currency,
) -> Result<(Vec<Line>, Totals), Refusal> {
    assert_eq!(lines.len(), charges.len(), "each line has its charges");
    let mut charged = Vec::with_capacity(lines.len());
    for (line, Charges { discount, net, tax }) in lines.iter().zip(charges) {
        let fits = (0..=line.amount.max(0)).contains(discount);
        assert!(fits, "a discount of {discount} on a line of {}", line.amount);
        charged.push(Line { discount: *discount, net: *net, tax: *tax, ..line.clone() });
    }
    let sum = |of: fn(&Line) -> i64| {
        let mut amounts = charged.iter().map(of);
        amounts.try_fold(0_i64, i64::checked_add).ok_or_else(too_large)
    };
    let (subtotal, discount, tax) = (sum(|line| line.amount)?, sum(|line| line.discount)?, sum(|line| line.tax)?);
    let total = sum(Line::gross)?;
    let credit_applied = settled(total, balance, currency);
    let amount_due = total.checked_sub(credit_applied).ok_or_else(too_large)?;
    if amount_due > PAYMENT_AMOUNT_MAX || total < -PAYMENT_AMOUNT_MAX {
        return Err(too_large());
    }
    Ok((charged, Totals { subtotal, discount, tax, total, credit_applied, amount_due }))
}

/// What a draft comes to as it stands, before anything is taken off it.
pub(super) fn of_draft(lines: &[Line]) -> Result<Totals, Refusal> {
    if lines.len() > LINES_MAX {
        let message = format!("an invoice has {LINES_MAX} lines at most");
        return Err(Refusal::new(Code::ParameterInvalid, message).at("lines"));
    }
    let sum = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.amount)).ok_or_else(too_large)?;
    Ok(Totals { subtotal: sum, total: sum, amount_due: sum.max(0), ..Totals::default() })
}

/// What of a total goes to the customer's balance, or comes from it: the rest is due. Nothing is due if that is not worth a
/// charge, and what a card cannot be charged with is carried in the same way, so that the next invoice takes it in.
pub fn settled(total: i64, balance: i64, currency: Currency) -> i64 {
    let wanted = total.saturating_sub(balance).max(0);
    let odd = wanted.checked_rem(currency.card_step()).expect("a step is not zero");
    let chargeable = wanted.saturating_sub(odd);
    let due = if chargeable < currency.minimum() { 0 } else { chargeable };
    total.saturating_sub(due)
}
