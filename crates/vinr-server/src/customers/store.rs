//! Customers as rows.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use vinr_core::countries::Country;
use vinr_core::customers::{Address, Customer, email_key};
use vinr_core::ids::{AccountId, CustomerId, PaymentMethodId};
use vinr_core::metadata::Metadata;
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{self, Index, Indexed, List};
use crate::record::Unit;

const CUSTOMERS: Table = Table {
    name: "customers",
    columns: &[
        Column::text("email"),
        Column::text("email_key"),
        Column::text("name"),
        Column::text("phone"),
        Column::text("address"),
        Column::text("default_method_id"),
        Column::text("metadata"),
        Column::int("deleted"),
        Column::int("created_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

const PAIRS: Table = Table {
    name: "customer_metadata",
    columns: &[Column::text("customer_id"), Column::text("name"), Column::text("value"), Column::int("created_at")],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of customers by a pair of their metadata.
pub(crate) const LIST_BY_PAIR: List = List {
    table: "customer_metadata",
    columns: "id, customer_id",
    order: "created_at",
    indexes: &[Index { on: &["name", "value"], rows: Indexed::All }],
};

/// The list of customers.
pub(crate) const LIST: List = List {
    table: "customers",
    columns: "id, email, email_key, name, phone, address, default_method_id, metadata, deleted, created_at",
    order: "created_at",
    indexes: &[Index { on: &["deleted"], rows: Indexed::All }, Index { on: &["email_key"], rows: Indexed::All }],
};

/// An address as its column holds it.
#[derive(Serialize, Deserialize)]
struct StoredAddress {
    line1: Option<String>,
    line2: Option<String>,
    city: Option<String>,
    postal_code: Option<String>,
    state: Option<String>,
    country: Option<String>,
}

/// A customer that a decision depends on.
///
/// # Errors
/// 404 when there is none, or none any more.
pub(super) async fn load(unit: &mut Unit<'_>, id: &CustomerId) -> Result<Customer> {
    let found = find(unit, id).await?.filter(|customer| !customer.is_deleted);
    found.ok_or_else(|| ApiError::missing("customer", id.as_str()))
}

/// A customer with this id, deleted or not.
pub(super) async fn find(unit: &mut Unit<'_>, id: &CustomerId) -> Result<Option<Customer>> {
    Ok(unit.store.load(&CUSTOMERS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A customer to be shown.
///
/// # Errors
/// 404 when there is none, or none any more.
pub(crate) async fn get(reads: &impl Read, account: &AccountId, id: &CustomerId) -> Result<Customer> {
    let found = peek(reads, account, id).await?.filter(|customer| !customer.is_deleted);
    found.ok_or_else(|| ApiError::missing("customer", id.as_str()))
}

/// A customer with this id, deleted or not, that no decision depends on.
pub(crate) async fn peek(reads: &impl Read, account: &AccountId, id: &CustomerId) -> Result<Option<Customer>> {
    let row = reads.load(&CUSTOMERS, account.as_str(), id.as_str()).await?;
    Ok(row.map(|row| read(id.clone(), &mut row.reader())))
}

/// Those of these customers that are there, deleted or not, by their ids.
///
/// # Errors
/// The store is away.
pub(super) async fn all(
    reads: &impl Read,
    account: &AccountId,
    ids: &BTreeSet<String>,
) -> Result<BTreeMap<String, Customer>> {
    let rows = list::rows(reads, account, &LIST, ids).await?;
    Ok(rows.iter().map(read_listed).map(|customer| (customer.id.to_string(), customer)).collect())
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Customer {
    let mut row = row.reader();
    let id = CustomerId::parse(row.text()).expect("the database holds customer ids");
    read(id, &mut row)
}

/// What a pair of a customer's metadata is called.
pub(crate) fn pair_id(customer: &str, name: &str) -> String {
    format!("{customer}/{name}")
}

/// Stages the pairs by which a customer is found, where they are other than before.
pub(super) fn save_pairs(unit: &mut Unit<'_>, before: &Metadata, customer: &Customer) {
    let id = customer.id.as_str();
    for (name, _) in before.iter().filter(|(name, _)| customer.metadata.get(name).is_none()) {
        unit.store.remove(&PAIRS, &pair_id(id, name));
    }
    for (name, value) in customer.metadata.iter().filter(|(name, value)| before.get(name) != Some(value)) {
        let values = vec![id.into(), name.into(), value.into(), customer.created_at.millis().into()];
        unit.store.put(&PAIRS, &pair_id(id, name), values);
    }
}

/// Stages a new customer; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, customer: &Customer, contested: bool) {
    let (id, values) = (customer.id.as_str(), values(customer));
    if contested { unit.store.claim(&CUSTOMERS, id, values) } else { unit.store.insert(&CUSTOMERS, id, values) }
}

/// Stages a changed customer.
pub(super) fn update(unit: &mut Unit<'_>, customer: &Customer) {
    unit.store.update(&CUSTOMERS, customer.id.as_str(), values(customer));
}

fn values(customer: &Customer) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = customer.metadata.iter().collect();
    vec![
        customer.email.clone().into(),
        customer.email.as_deref().map(email_key).into(),
        customer.name.clone().into(),
        customer.phone.clone().into(),
        customer.address.as_ref().map(|address| json(&stored(address))).into(),
        customer.default_method_id.as_ref().map(PaymentMethodId::as_str).into(),
        json(&metadata).into(),
        customer.is_deleted.into(),
        customer.created_at.millis().into(),
    ]
}

fn stored(address: &Address) -> StoredAddress {
    let Address { line1, line2, city, postal_code, state, country } = address.clone();
    let country = country.map(|country| country.to_string());
    StoredAddress { line1, line2, city, postal_code, state, country }
}

fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("texts are JSON")
}

fn read(id: CustomerId, row: &mut RowReader<'_>) -> Customer {
    let email = row.opt_text().map(str::to_owned);
    let _email_key = row.opt_text();
    let name = row.opt_text().map(str::to_owned);
    let phone = row.opt_text().map(str::to_owned);
    let address = row.opt_text().map(read_address);
    let default_method_id = row.opt_text().map(|id| PaymentMethodId::parse(id).expect("the database holds method ids"));
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let is_deleted = row.bool();
    let created_at = Timestamp::from_millis(row.int());
    let metadata = Metadata::from_stored(pairs);
    Customer { id, email, name, phone, address, default_method_id, metadata, is_deleted, created_at }
}

fn read_address(text: &str) -> Address {
    let stored: StoredAddress = serde_json::from_str(text).expect("the database holds addresses");
    let StoredAddress { line1, line2, city, postal_code, state, country } = stored;
    let country = country.map(|code| Country::parse(&code).expect("the database holds countries"));
    Address { line1, line2, city, postal_code, state, country }
}
