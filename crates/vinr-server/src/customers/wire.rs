//! Customers as JSON (spec/payments.md, Customers).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::countries::Country;
use vinr_core::customers::{self as core, Customer};
use vinr_core::ids::{CustomerId, PaymentMethodId};
use vinr_core::refusal::Refusal;

use crate::error::Problems;
use crate::http::formats::{MetadataInput, id, named};
use crate::http::list::Page;

/// What creates a customer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) id: Option<String>,
    #[serde(flatten)]
    pub(crate) details: Details,
}

/// What is known of a customer; null takes a detail away.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Details {
    /// Where mail reaches them.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 254), extend("format" = "mail"))]
    email: Option<Option<String>>,
    /// What they are called.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 200), extend("format" = "printable"))]
    name: Option<Option<String>>,
    /// Where a call reaches them.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 40), extend("format" = "printable"))]
    phone: Option<Option<String>>,
    /// Where they live: the whole of it.
    #[serde(default, deserialize_with = "named")]
    address: Option<Option<Address>>,
    /// The saved method that is charged when none is named; one of the customer's own.
    #[serde(default, deserialize_with = "named")]
    #[schemars(extend("format" = "id:pm"))]
    default_method_id: Option<Option<String>>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

/// Where a customer lives.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Address {
    /// Street and number.
    #[schemars(length(max = 200), extend("format" = "printable"))]
    line1: Option<String>,
    /// Flat, floor, care of.
    #[schemars(length(max = 200), extend("format" = "printable"))]
    line2: Option<String>,
    /// City.
    #[schemars(length(max = 100), extend("format" = "printable"))]
    city: Option<String>,
    /// Postal code.
    #[schemars(length(max = 20), extend("format" = "printable"))]
    postal_code: Option<String>,
    /// State, province, region.
    #[schemars(length(max = 100), extend("format" = "printable"))]
    state: Option<String>,
    /// ISO 3166 code of two letters.
    #[schemars(length(max = 2), extend("format" = "country"))]
    country: Option<String>,
}

/// Which customers are listed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<CustomerId>,
    /// Only those with this e-mail address, in capitals or not.
    #[schemars(length(max = 254))]
    pub(crate) email: Option<String>,
    /// Only those with this pair: `metadata[internalId]=user_8821`. One pair, and not together with `email`.
    pub(crate) metadata: Option<MetadataInput>,
}

/// Which of a customer's methods are listed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct MethodsQuery {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<PaymentMethodId>,
}

/// A customer as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Customer")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `customer`.
    object: &'static str,
    /// Where mail reaches them.
    email: Option<&'a str>,
    /// What they are called.
    name: Option<&'a str>,
    /// Where a call reaches them.
    phone: Option<&'a str>,
    /// Where they live.
    address: Option<Address>,
    /// The saved method that is charged when none is named.
    default_method_id: Option<&'a str>,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// Whether it was deleted; such a customer is seen in its last event only.
    deleted: bool,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A deleted customer.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DeletedCustomer")]
pub(crate) struct Removed {
    pub(crate) id: String,
    /// Always `customer`.
    pub(crate) object: &'static str,
    /// Always true.
    pub(crate) deleted: bool,
}

/// A customer as JSON.
pub(crate) fn data(customer: &Customer) -> String {
    serde_json::to_string(&show(customer)).expect("texts are JSON")
}

/// A customer as a value inside another object.
pub(crate) fn value(customer: &Customer) -> serde_json::Value {
    serde_json::to_value(show(customer)).expect("texts are JSON")
}

/// A customer as it is shown.
pub(crate) fn show(customer: &Customer) -> Shown<'_> {
    Shown {
        id: customer.id.as_str(),
        object: "customer",
        email: customer.email.as_deref(),
        name: customer.name.as_deref(),
        phone: customer.phone.as_deref(),
        address: customer.address.as_ref().map(show_address),
        default_method_id: customer.default_method_id.as_ref().map(PaymentMethodId::as_str),
        metadata: customer.metadata.iter().collect(),
        deleted: customer.is_deleted,
        created_at: customer.created_at.rfc3339(),
    }
}

fn show_address(address: &core::Address) -> Address {
    let core::Address { line1, line2, city, postal_code, state, country } = address.clone();
    Address { line1, line2, city, postal_code, state, country: country.map(|country| country.to_string()) }
}

impl Details {
    /// The details in the core's terms; what is wrong with them is noted.
    pub(crate) fn changes(self, problems: &mut Problems) -> core::Changes {
        let Details { email, name, phone, address, default_method_id, metadata } = self;
        let address = address.map(|address| address.and_then(|address| problems.note(address.parsed())));
        let method = |text: String| problems.note(id("defaultMethodId", Some(&text), PaymentMethodId::parse)).flatten();
        let default_method_id = default_method_id.map(|text| text.and_then(method));
        let metadata = metadata.unwrap_or_default().pairs().collect();
        core::Changes { email, name, phone, address, default_method_id, metadata }
    }
}

impl Address {
    fn parsed(self) -> Result<core::Address, Refusal> {
        let Address { line1, line2, city, postal_code, state, country } = self;
        let country = country.as_deref().map(Country::from_param).transpose();
        let country = country.map_err(|refusal| refusal.at("address.country"))?;
        Ok(core::Address { line1, line2, city, postal_code, state, country })
    }
}
