//! Customers: created, changed, forgotten. Rules are in `vinr_core::customers`; here they meet rows.

pub(crate) mod routes;
pub(crate) mod store;
mod wire;

use serde_json::Value;
use vinr_core::customers::{self as core, Changes, Customer};
use vinr_core::events::EventType;
use vinr_core::ids::{AccountId, CustomerId};
use vinr_core::refusal::{Code, Refusal};
use vinr_store::Db;

use crate::error::Result;
use crate::record::Unit;

/// Makes sure that a customer named elsewhere is there when the unit commits.
///
/// # Errors
/// 404 when there is none, or none any more.
pub(crate) async fn must_exist(unit: &mut Unit<'_>, id: &CustomerId) -> Result<()> {
    store::load(unit, id).await.map(drop).map_err(|error| error.about("customerId"))
}

/// A customer as a payment shows it, deleted or not.
pub(crate) async fn shown_in(unit: &mut Unit<'_>, id: &CustomerId) -> Result<Value> {
    let found = store::find(unit, id).await?;
    Ok(found.map_or(Value::Null, |customer| wire::value(&customer)))
}

/// The same outside of a unit.
pub(crate) async fn shown(db: &Db, account: &AccountId, id: &CustomerId) -> Result<Value> {
    let found = store::peek(db, account, id).await?;
    Ok(found.map_or(Value::Null, |customer| wire::value(&customer)))
}

/// Creates a customer under a drawn id, or one the caller chose.
async fn create(unit: &mut Unit<'_>, chosen: Option<&CustomerId>, details: Changes) -> Result<Customer> {
    if let Some(id) = chosen
        && store::find(unit, id).await?.is_some()
    {
        return Err(Refusal::new(Code::ResourceExists, format!("there is already a customer {id}")).at("id").into());
    }
    let id = chosen.cloned().unwrap_or_else(|| CustomerId::from_bits(unit.env.id_bits()));
    let customer = core::create(id, details, unit.now())?;
    unit.emit(EventType::CustomerCreated, &wire::data(&customer));
    store::insert(unit, &customer, chosen.is_some());
    Ok(customer)
}

/// Changes a customer; a change that changes nothing is not told.
async fn update(unit: &mut Unit<'_>, id: &CustomerId, changes: Changes) -> Result<Customer> {
    let mut customer = store::load(unit, id).await?;
    if core::update(&mut customer, changes)? {
        unit.emit(EventType::CustomerUpdated, &wire::data(&customer));
        store::update(unit, &customer);
    }
    Ok(customer)
}

/// Forgets who a customer is.
async fn delete(unit: &mut Unit<'_>, id: &CustomerId) -> Result<()> {
    let mut customer = store::load(unit, id).await?;
    core::delete(&mut customer);
    unit.emit(EventType::CustomerDeleted, &wire::data(&customer));
    store::update(unit, &customer);
    Ok(())
}
