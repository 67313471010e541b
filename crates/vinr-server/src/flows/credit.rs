//! Customers' store credit with the redemptions that give it, the payments that use it, and the refunds that give it back.
//! The spec names no consent: credit is used only where the merchant asks for it when creating a payment.

pub(crate) mod routes;

use vinr_core::credit::{Event, Source};
use vinr_core::ids::{CustomerId, PaymentId};
use vinr_core::money::Money;
use vinr_core::payments::Payment;
use vinr_core::redemptions::Redemption;
use vinr_core::refunds::{self, Refund};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::rewards::{Reward, Value};

use crate::credit;
use crate::error::{ApiError, Result};
use crate::record::{CreditEnd as End, Unit};

/// Whether a member can have what a reward gives: credit is a customer's.
///
/// # Errors
/// `reward_unavailable`.
pub(super) fn check_grant(reward: &Reward, customer: Option<&CustomerId>) -> Result<()> {
    match (&reward.value, customer) {
        (Value::Credit(_), None) => {
            let message = "this reward is store credit, which only a customer can have: this member has none";
            Err(Refusal::new(Code::RewardUnavailable, message).at("accountId").into())
        }
        (Value::Credit(_), Some(_))
        | (Value::Amount(_) | Value::Percent { .. } | Value::Product { .. } | Value::Partner { .. }, _) => Ok(()),
    }
}

/// Gives a member's customer what a redemption is worth, if that is credit.
pub(super) async fn grant(unit: &mut Unit<'_>, redemption: &Redemption) -> Result<()> {
    match (&redemption.value, &redemption.customer_id) {
        (Value::Credit(worth), Some(customer)) => {
            let kept = credit::load(unit, customer, worth.currency).await?;
            let source = Source { redemption: Some(redemption.id.clone()), ..Source::default() };
            credit::apply(unit, kept, Event::Granted(worth.amount), &source);
            Ok(())
        }
        (Value::Credit(_), None) => Err(ApiError::internal("credit is given to customers")),
        (Value::Amount(_) | Value::Percent { .. } | Value::Product { .. } | Value::Partner { .. }, _) => Ok(()),
    }
}

/// Holds what a payment that is being created uses of its payer's credit, and tells how much that is: `left` is what is
/// still to be paid.
pub(super) async fn hold(unit: &mut Unit<'_>, payment: &PaymentId, payer: &CustomerId, left: Money) -> Result<i64> {
    let kept = credit::load(unit, payer, left.currency).await?;
    let used = kept.credit.applicable(left.amount);
    if used > 0 {
        credit::apply(unit, kept, Event::Held(used), &of_payment(payment));
    }
    Ok(used)
}

/// What became of a payment is what becomes of the credit that it holds.
pub(super) async fn follow(unit: &mut Unit<'_>, payment: &PaymentId, customer: &CustomerId, end: End) -> Result<()> {
    let (event, currency) = match end {
        End::Spent(used) => (Event::Spent(used.amount), used.currency),
        End::Released(used) => (Event::Released(used.amount), used.currency),
    };
    let kept = credit::load(unit, customer, currency).await?;
    credit::apply(unit, kept, event, &of_payment(payment));
    Ok(())
}

/// Gives back what a refund is in credit, once it has succeeded.
pub(super) async fn give_back(
    unit: &mut Unit<'_>,
    payment: &Payment,
    refund: &Refund,
    event: refunds::Event,
) -> Result<()> {
    let given = refunds::credit_given(refund, event);
    if given == 0 {
        return Ok(());
    }
    let customer = payment.customer_id.as_ref().ok_or_else(|| ApiError::internal("a customer's credit was used"))?;
    let kept = credit::load(unit, customer, payment.amount.currency).await?;
    let source = Source { refund: Some(refund.id.clone()), ..of_payment(&payment.id) };
    credit::apply(unit, kept, Event::Refunded(given), &source);
    Ok(())
}

fn of_payment(payment: &PaymentId) -> Source {
    Source { payment: Some(payment.clone()), ..Source::default() }
}
