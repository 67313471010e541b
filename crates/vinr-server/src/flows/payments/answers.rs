//! How a request about a payment is answered, by whichever unit knows the outcome: the one that decided it, or the one
//! that hears what the acquirer says.

use serde_json::Value;
use vinr_core::attempts::{Attempt, Audience};
use vinr_core::payments::Payment;

use crate::customers;
use crate::error::Result;
use crate::flows::reactions;
use crate::http::idempotency;
use crate::http::reply::Reply;
use crate::payments;
use crate::payments::attempts::{self, Heard, Word};
use crate::payments::sessions::wire::show_public;
use crate::payments::wire::{self, Expand};
use crate::record::Unit;

/// Settles an attempt and its payment, and answers the request that may wait for it, with what whoever asked may see.
pub(crate) async fn hear(unit: &mut Unit<'_>, attempt: Attempt, word: Word) -> Result<Reply> {
    unit.expand.clone_from(&attempt.expand);
    let (key, audience) = (attempt.idempotency_key.clone(), attempt.audience);
    let Heard { payment, is_answer } = attempts::hear(unit, attempt, word).await?;
    let reply = match audience {
        Audience::Browser => Reply::ok(&show_public(&payment, payments::pages(unit)))?,
        Audience::Merchant | Audience::Nobody => shown(unit, &payment).await?,
    };
    match key {
        // An attempt whose outcome is not known yet leaves its request waiting.
        Some(key) if is_answer => idempotency::finish(unit, &key, reply).await,
        Some(_) | None => Ok(reply),
    }
}

/// The payment as the answer, with what the request wants to be shown whole.
pub(super) async fn shown(unit: &mut Unit<'_>, payment: &Payment) -> Result<Reply> {
    let customer = customer_shown(unit, payment).await?;
    if payment.discounts.is_empty() {
        return Reply::ok(&wire::show(payment, payments::pages(unit)).with_customer(customer));
    }
    // What holds its redemptions no more may have lost them in this commit, and be of its original amount again.
    reactions::drain(unit).await?;
    let payment = payments::load(unit, &payment.id).await?;
    Reply::ok(&wire::show(&payment, payments::pages(unit)).with_customer(customer))
}

/// The payment's customer, if the request wants to see it whole: null where there is none.
pub(super) async fn customer_shown(unit: &mut Unit<'_>, payment: &Payment) -> Result<Option<Value>> {
    if !Expand::Customer.is_in(unit.expand.as_deref()) {
        return Ok(None);
    }
    let Some(id) = &payment.customer_id else { return Ok(Some(Value::Null)) };
    // A card that paid is its customer's from this commit on, and the customer is shown so.
    reactions::drain(unit).await?;
    customers::shown_in(unit, id).await.map(Some)
}
