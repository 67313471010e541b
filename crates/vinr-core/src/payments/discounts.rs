//! What redemptions take off a payment and store credit pays of it, and what of that ends (spec/engagement.md, Rewards
//! and redemptions).
//!
//! A payment is charged what is left after its discounts. Until it is on its way to the acquirer it may lose one, and then
//! is of that much more; whoever pays says what they were shown, so that nobody is charged more than that.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Command, Discount, Event, Milestone, Payment};
use crate::credit;
use crate::ids::RedemptionId;
use crate::money::Money;
use crate::redemptions::{Hold, hold, in_use, not_usable};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// What discounts leave of an amount, which store credit may still pay.
///
/// # Panics
/// If they are more than the amount: each was capped at what was left for it.
pub fn undiscounted(amount: Money, discounts: &[Discount]) -> i64 {
    let left = amount.amount.checked_sub(off(discounts)).expect("discounts stay within a payment");
    assert!(left >= 0 && discounts.iter().all(|discount| discount.amount > 0), "discounts stay within a payment");
    left
}

/// What is left to be charged of an amount after discounts, and after what store credit pays of the rest.
///
/// # Errors
/// `store_credit_not_usable`, or without credit `redemption_not_usable`, for a rest that is more than nothing and less than
/// is worth a charge, or that no card can be charged with.
///
/// # Panics
/// If they are more than the amount: each was capped at what was left for it.
pub fn charged(amount: Money, discounts: &[Discount], credit: i64) -> Result<Money, Refusal> {
    let left = undiscounted(amount, discounts).checked_sub(credit).expect("credit stays within a payment");
    assert!(left >= 0 && credit >= 0, "credit stays within a payment");
    let left = Money { amount: left, ..amount };
    let refused = |reason: &str| if credit > 0 { credit::not_usable(reason) } else { not_usable(reason) };
    let minimum = Money { amount: amount.currency.minimum(), ..amount };
    let is_reduced = left != amount;
    if is_reduced && (1..minimum.amount).contains(&left.amount) {
        return Err(refused(&format!("{left} would be left to be paid, and no charge is below {minimum}")));
    }
    left.check_card_amount().map_err(|problem| refused(&problem.to_string()))?;
    Ok(left)
}

/// What all of them take, in minor units.
pub(super) fn off(discounts: &[Discount]) -> i64 {
    discounts.iter().fold(0_i64, |sum, one| sum.checked_add(one.amount).expect("discounts fit 64 bits"))
}

/// Whether a payment is of what its buyer was shown.
///
/// # Errors
/// `amount_mismatch` with both.
pub fn check_quote(payment: &Payment, quoted: i64) -> Result<(), Refusal> {
    if payment.amount.amount == quoted {
        return Ok(());
    }
    let message = format!("this payment is of {} by now, and not of {quoted}: a discount ended", payment.amount.amount);
    Err(Refusal::new(Code::AmountMismatch, message).at("amount"))
}

/// What takes a payment to its end that there is nothing to charge for.
pub fn unless_charged(payment: &Payment) -> Option<Command<'static>> {
    (payment.amount.amount == 0).then_some(Command::CompleteUncharged)
}

/// A discount ends, if the payment has it: not while it may be charged at the lower price, or was.
pub(super) fn end(payment: &Payment, redemption: RedemptionId) -> Result<Vec<Event>, Refusal> {
    if !payment.discounts.iter().any(|discount| discount.redemption == redemption) {
        return Ok(Vec::new());
    }
    match hold(payment.status) {
        Hold::Held => Err(in_use()),
        Hold::Free => Ok(vec![Event::DiscountEnded { redemption }]),
    }
}

/// Gives a payment back what one of its discounts took; its history says so.
pub(super) fn restore(payment: &mut Payment, redemption: &RedemptionId, at: Timestamp) {
    let ended = payment.discounts.iter().filter(|discount| discount.redemption == *redemption);
    let ended = ended.fold(0_i64, |sum, one| sum.saturating_add(one.amount));
    payment.discounts.retain(|discount| discount.redemption != *redemption);
    give(payment, ended, format!("the discount of {redemption} ended"), at);
}

/// A payment that ended without money uses no store credit any more: the customer has it again.
pub(super) fn release_credit(payment: &mut Payment, at: Timestamp) {
    let released = core::mem::take(&mut payment.credit_applied);
    if released > 0 {
        give(payment, released, "its store credit went back".into(), at);
    }
}

/// Something reduces a payment no more, and it is of that much more; its history says so.
fn give(payment: &mut Payment, ended: i64, note: String, at: Timestamp) {
    payment.amount.amount = payment.amount.amount.checked_add(ended).expect("an original amount fits 64 bits");
    payment.timeline.push(Milestone { status: payment.status, at, note: Some(note) });
}

#[cfg(test)]
mod tests;
