//! Customers with their saved methods. Whoever changes which methods a customer has writes the customer's row too, so
//! that two such changes at once are told apart.

pub(crate) mod routes;

use vinr_core::customers::{Changes, Customer};
use vinr_core::ids::{CustomerId, PaymentMethodId};
use vinr_core::payment_methods::{Owner, PaymentMethod, Saving};

use crate::error::Result;
use crate::record::Unit;
use crate::{customers, payment_methods};

/// Changes a customer; the default is one of its own methods.
///
/// # Errors
/// 404; a code of its own for a method of another customer, a detached or an expired one.
async fn update(unit: &mut Unit<'_>, id: &CustomerId, changes: Changes) -> Result<Customer> {
    if let Some(Some(method)) = &changes.default_method_id {
        let usable = payment_methods::usable(unit, method, Some(id)).await;
        usable.map_err(|error| error.about("defaultMethodId"))?;
    }
    customers::update(unit, id, changes).await
}

/// Forgets a customer, with the numbers of its cards and accounts, their mandates, and the names on them.
async fn delete(unit: &mut Unit<'_>, id: &CustomerId) -> Result<()> {
    customers::must_exist(unit, id).await?;
    payment_methods::forget(unit, id).await?;
    customers::delete(unit, id).await
}

/// Takes a method away from its customer, for good.
async fn detach(unit: &mut Unit<'_>, id: &CustomerId, method: &PaymentMethodId) -> Result<PaymentMethod> {
    customers::must_exist(unit, id).await?;
    let detached = payment_methods::detach(unit, method, id).await?;
    customers::lose_method(unit, id, method).await?;
    Ok(detached)
}

/// Gives a card or an account that has paid, or was checked, to its owner, who comes into being if need be. A customer
/// that was deleted meanwhile gets nothing, and the number is forgotten.
pub(super) async fn keep(unit: &mut Unit<'_>, saving: Saving) -> Result<()> {
    let Saving { method, owner } = saving;
    let id = owner.id().clone();
    if let Owner::New { id, email } = owner {
        customers::create_for_buyer(unit, id, email)?;
    } else if !customers::exists(unit, &id).await? {
        return payment_methods::retire(unit, &method).await;
    }
    attach(unit, &method, &id).await.map(drop)
}

/// Gives a method that is nobody's to a customer that is there; nothing if somebody else was quicker.
pub(super) async fn attach(
    unit: &mut Unit<'_>,
    method: &PaymentMethodId,
    customer: &CustomerId,
) -> Result<Option<PaymentMethod>> {
    let attached = payment_methods::attach(unit, method, customer.clone()).await?;
    if attached.is_some() {
        customers::gain_method(unit, customer, method).await?;
    }
    Ok(attached)
}
