//! What a customer has saved, as buyers are offered it on the hosted page and, of cards, in card fields.

use vinr_core::ids::CustomerId;
use vinr_core::payment_methods::{PaymentMethod, Status};
use vinr_core::time::Timestamp;

use crate::app::App;
use crate::context::AccountContext;
use crate::customers;
use crate::error::Result;
use crate::payment_methods::store;

/// What a customer may be offered to pay with: the default first, then the newest. Nobody's is nothing.
///
/// # Errors
/// The store is away.
pub(in crate::pages) async fn offered(
    app: &App,
    context: &AccountContext,
    customer: Option<&CustomerId>,
    now: Timestamp,
) -> Result<Vec<PaymentMethod>> {
    let Some(id) = customer else { return Ok(Vec::new()) };
    let (db, account) = (&app.db, &context.account);
    let mut methods = store::chargeable(db, account, id, now).await?;
    let customer = customers::store::peek(db, account, id).await?;
    let Some(default) = customer.and_then(|customer| customer.default_method_id) else { return Ok(methods) };
    if let Some(place) = methods.iter().position(|method| method.id == default) {
        methods[..=place].rotate_right(1);
        return Ok(methods);
    }
    // It is older than those, or not to be charged any more.
    let default = store::peek(db, account, &default).await?;
    let is_offered = |method: &PaymentMethod| method.status == Status::Active && !method.has_expired(now);
    methods.splice(0..0, default.filter(is_offered));
    Ok(methods)
}
