//! Payments with whose they are.

pub(crate) mod routes;

use vinr_core::payments::{self as core, Payment};

use crate::customers;
use crate::error::Result;
use crate::payments::{self, Card};
use crate::record::Unit;

/// Creates a payment for a customer, if one is named, and, with a card, confirms it in the same commit.
///
/// # Errors
/// 404 for a customer that is not there; what [`payments::create`] refuses.
async fn create(unit: &mut Unit<'_>, ask: core::Create, chosen_id: bool, pays: Option<Card>) -> Result<Payment> {
    if let Some(customer) = &ask.customer_id {
        customers::must_exist(unit, customer).await?;
    }
    payments::create(unit, ask, chosen_id, pays).await
}
