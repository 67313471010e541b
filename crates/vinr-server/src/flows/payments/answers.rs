//! How a request about a payment is answered, by whichever unit knows the outcome: the one that decided it, or the one
//! that hears what the acquirer says.

use vinr_core::ids::AttemptId;
use vinr_core::payments::Payment;

use crate::customers;
use crate::error::Result;
use crate::flows::reactions;
use crate::http::idempotency;
use crate::http::reply::Reply;
use crate::payments;
use crate::payments::attempts::{self, Word};
use crate::payments::wire::{self, Expand};
use crate::record::Unit;

/// Settles an attempt and its payment, and answers the request that may wait for it.
///
/// # Errors
/// 404 for an attempt that was never made.
pub(crate) async fn hear(unit: &mut Unit<'_>, id: &AttemptId, word: Word) -> Result<Reply> {
    let (payment, attempt) = attempts::hear(unit, id, word).await?;
    unit.expand = attempt.expand;
    let reply = shown(unit, &payment).await?;
    match attempt.idempotency_key {
        Some(key) => idempotency::finish(unit, &key, reply).await,
        None => Ok(reply),
    }
}

/// The payment as the answer, with what the request wants to be shown whole.
pub(super) async fn shown(unit: &mut Unit<'_>, payment: &Payment) -> Result<Reply> {
    let customer = payment.customer_id.as_ref().filter(|_| Expand::Customer.is_in(unit.expand.as_deref()));
    let customer = match customer {
        Some(id) => {
            // A card that paid is its customer's from this commit on, and the customer is shown so.
            reactions::drain(unit).await?;
            Some(customers::shown_in(unit, id).await?)
        }
        None => None,
    };
    Reply::ok(&wire::show(payment, payments::pages(unit)).with_customer(customer))
}
