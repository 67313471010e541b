//! Customers: created, changed, forgotten. Rules are in `vinr_core::customers`; here they meet rows.

pub(crate) mod store;
pub(crate) mod wire;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use vinr_core::customers::{self as core, Changes, Customer};
use vinr_core::events::EventType;
use vinr_core::ids::{AccountId, CustomerId, PaymentMethodId};
use vinr_core::metadata::Metadata;
use vinr_core::refusal::{Code, Refusal};
use vinr_store::Read;

use crate::error::Result;
use crate::record::Unit;

/// Makes sure that a customer named elsewhere is there when the unit commits.
///
/// # Errors
/// 404 when there is none, or none any more.
pub(crate) async fn must_exist(unit: &mut Unit<'_>, id: &CustomerId) -> Result<()> {
    store::load(unit, id).await.map(drop).map_err(|error| error.about("customerId"))
}

/// Whether a customer is there, and will be when the unit commits.
pub(crate) async fn exists(unit: &mut Unit<'_>, id: &CustomerId) -> Result<bool> {
    Ok(store::find(unit, id).await?.is_some_and(|customer| !customer.is_deleted))
}

/// The method that is charged when none is named.
///
/// # Errors
/// 404 when there is no such customer, or none any more.
pub(crate) async fn default_method(unit: &mut Unit<'_>, id: &CustomerId) -> Result<Option<PaymentMethodId>> {
    let customer = store::load(unit, id).await.map_err(|error| error.about("customerId"))?;
    Ok(customer.default_method_id)
}

/// A customer as a payment shows it, deleted or not.
pub(crate) async fn shown_in(unit: &mut Unit<'_>, id: &CustomerId) -> Result<Value> {
    let found = store::find(unit, id).await?;
    Ok(found.map_or(Value::Null, |customer| wire::value(&customer)))
}

/// The same for several, outside of a unit: those that there are, by their ids.
pub(crate) async fn shown(
    reads: &impl Read,
    account: &AccountId,
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, Value>> {
    let found = store::all(reads, account, ids).await?;
    Ok(found.into_iter().map(|(id, customer)| (id, wire::value(&customer))).collect())
}

/// Creates a customer under a drawn id, or one the caller chose.
pub(crate) async fn create(unit: &mut Unit<'_>, chosen: Option<&CustomerId>, details: Changes) -> Result<Customer> {
    if let Some(id) = chosen
        && store::find(unit, id).await?.is_some()
    {
        return Err(Refusal::new(Code::ResourceExists, format!("there is already a customer {id}")).at("id").into());
    }
    let id = chosen.cloned().unwrap_or_else(|| CustomerId::from_bits(unit.env.id_bits()));
    let customer = core::create(id, details, unit.now())?;
    unit.emit(EventType::CustomerCreated, &wire::data(&customer));
    store::insert(unit, &customer, chosen.is_some());
    store::save_pairs(unit, &Metadata::new(), &customer);
    Ok(customer)
}

/// Creates the customer that a buyer becomes whose card is kept.
pub(crate) fn create_for_buyer(unit: &mut Unit<'_>, id: CustomerId, email: String) -> Result<()> {
    let details = Changes { email: Some(Some(email)), ..Changes::default() };
    let customer = core::create(id, details, unit.now())?;
    unit.emit(EventType::CustomerCreated, &wire::data(&customer));
    store::insert(unit, &customer, false);
    Ok(())
}

/// A method was attached to a customer that is there.
pub(crate) async fn gain_method(unit: &mut Unit<'_>, id: &CustomerId, method: &PaymentMethodId) -> Result<()> {
    let mut customer = store::load(unit, id).await?;
    let changed = core::attach(&mut customer, method);
    save(unit, &customer, changed);
    Ok(())
}

/// A method was detached from a customer.
pub(crate) async fn lose_method(unit: &mut Unit<'_>, id: &CustomerId, method: &PaymentMethodId) -> Result<()> {
    let mut customer = store::load(unit, id).await?;
    let changed = core::detach(&mut customer, method);
    save(unit, &customer, changed);
    Ok(())
}

/// The row is written also when nothing in it changed: its version guards which methods the customer has.
fn save(unit: &mut Unit<'_>, customer: &Customer, changed: bool) {
    if changed {
        unit.emit(EventType::CustomerUpdated, &wire::data(customer));
    }
    store::update(unit, customer);
}

/// Changes a customer; a change that changes nothing is not told.
pub(crate) async fn update(unit: &mut Unit<'_>, id: &CustomerId, changes: Changes) -> Result<Customer> {
    let mut customer = store::load(unit, id).await?;
    let before = customer.metadata.clone();
    if core::update(&mut customer, changes)? {
        unit.emit(EventType::CustomerUpdated, &wire::data(&customer));
        store::update(unit, &customer);
        store::save_pairs(unit, &before, &customer);
    }
    Ok(customer)
}

/// Forgets who a customer is.
pub(crate) async fn delete(unit: &mut Unit<'_>, id: &CustomerId) -> Result<()> {
    let mut customer = store::load(unit, id).await?;
    let before = customer.metadata.clone();
    core::delete(&mut customer);
    unit.emit(EventType::CustomerDeleted, &wire::data(&customer));
    store::update(unit, &customer);
    store::save_pairs(unit, &before, &customer);
    Ok(())
}
