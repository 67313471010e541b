//! Customers: who pays, in the merchant's own words (spec/payments.md, Customers).
//!
//! A customer that is deleted keeps its id and nothing else: what was paid stays in the ledger, who paid is forgotten.

use alloc::string::String;
use alloc::vec::Vec;

use crate::countries::Country;
use crate::ids::{CustomerId, PaymentMethodId};
use crate::metadata::Metadata;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Where somebody lives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and number.
    pub line1: Option<String>,
    /// Flat, floor, care of.
    pub line2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Postal code as it is written there.
    pub postal_code: Option<String>,
    /// State, province, region.
    pub state: Option<String>,
    /// Country.
    pub country: Option<Country>,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// Where mail reaches it.
    pub email: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// Where a call reaches it.
    pub phone: Option<String>,
    /// Where it lives.
    pub address: Option<Address>,
    /// The saved method that is charged when none is named.
    pub default_method_id: Option<PaymentMethodId>,
    /// The merchant's own notes.
    pub metadata: Metadata,
    /// Whether it was deleted.
    pub is_deleted: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What is to be other; what is not named stays, and `Some(None)` takes away.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Where mail reaches it.
    pub email: Option<Option<String>>,
    /// What it is called.
    pub name: Option<Option<String>>,
    /// Where a call reaches it.
    pub phone: Option<Option<String>>,
    /// Where it lives: the whole of it.
    pub address: Option<Option<Address>>,
    /// The saved method that is charged when none is named; that it is this customer's is checked elsewhere.
    pub default_method_id: Option<Option<PaymentMethodId>>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

/// A new customer.
///
/// # Errors
/// Metadata that is not such.
pub fn create(id: CustomerId, details: Changes, now: Timestamp) -> Result<Customer, Refusal> {
    let mut customer = Customer {
        id,
        email: None,
        name: None,
        phone: None,
        address: None,
        default_method_id: None,
        metadata: Metadata::new(),
        is_deleted: false,
        created_at: now,
    };
    update(&mut customer, details)?;
    Ok(customer)
}

/// Changes a customer; whether anything is other than before.
///
/// # Errors
/// Metadata that is not such; then nothing is changed.
pub fn update(customer: &mut Customer, changes: Changes) -> Result<bool, Refusal> {
    let before = customer.clone();
    customer.metadata = customer.metadata.merged(changes.metadata)?;
    for (field, change) in
        [(&mut customer.email, changes.email), (&mut customer.name, changes.name), (&mut customer.phone, changes.phone)]
    {
        if let Some(change) = change {
            *field = change.filter(|text| !text.is_empty());
        }
    }
    if let Some(address) = changes.address {
        customer.address = address.filter(|address| *address != Address::default());
    }
    if let Some(method) = changes.default_method_id {
        customer.default_method_id = method;
    }
    Ok(*customer != before)
}

/// A method was attached: the first one is charged when none is named. Whether that changed the customer.
pub fn attach(customer: &mut Customer, method: &PaymentMethodId) -> bool {
    let is_first = customer.default_method_id.is_none();
    if is_first {
        customer.default_method_id = Some(method.clone());
    }
    is_first
}

/// A method was detached: it is charged no more when none is named. Whether that changed the customer.
pub fn detach(customer: &mut Customer, method: &PaymentMethodId) -> bool {
    let was_default = customer.default_method_id.as_ref() == Some(method);
    if was_default {
        customer.default_method_id = None;
    }
    was_default
}

/// Forgets who it is.
pub fn delete(customer: &mut Customer) {
    customer.email = None;
    customer.name = None;
    customer.phone = None;
    customer.address = None;
    customer.default_method_id = None;
    customer.metadata = Metadata::new();
    customer.is_deleted = true;
}

/// The form in which e-mail addresses are compared: whoever writes in capitals is the same.
pub fn email_key(email: &str) -> String {
    email.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer() -> Customer {
        let details = Changes {
            email: Some(Some("Ada@Example.com".into())),
            name: Some(Some("Ada".into())),
            address: Some(Some(Address { city: Some("Sofia".into()), ..Address::default() })),
            metadata: vec![("plan".into(), Some("gold".into()))],
            ..Changes::default()
        };
        create(CustomerId::from_bits(1), details, Timestamp::from_seconds(1)).expect("a customer")
    }

    #[test]
    fn what_is_not_named_stays_and_null_takes_away() {
        let mut customer = customer();
        let changes = Changes { name: Some(None), phone: Some(Some("+359 2".into())), ..Changes::default() };
        assert_eq!(update(&mut customer, changes), Ok(true));
        assert_eq!((customer.name.as_deref(), customer.phone.as_deref()), (None, Some("+359 2")));
        assert_eq!((customer.email.as_deref(), customer.metadata.get("plan")), (Some("Ada@Example.com"), Some("gold")));
        assert_eq!(update(&mut customer, Changes::default()), Ok(false), "nothing is other than before");
    }

    #[test]
    fn a_deleted_customer_is_forgotten_but_for_its_id() {
        let mut customer = customer();
        delete(&mut customer);
        let blank =
            create(CustomerId::from_bits(1), Changes::default(), Timestamp::from_seconds(1)).expect("a customer");
        assert_eq!(customer, Customer { is_deleted: true, ..blank });
    }

    #[test]
    fn the_first_method_is_the_default_until_it_is_detached() {
        let mut customer = customer();
        let (first, second) = (PaymentMethodId::from_bits(1), PaymentMethodId::from_bits(2));
        assert!(attach(&mut customer, &first));
        assert!(!attach(&mut customer, &second) && !detach(&mut customer, &second));
        assert_eq!(customer.default_method_id, Some(first.clone()));
        assert!(detach(&mut customer, &first));
        assert_eq!(customer.default_method_id, None);
    }

    #[test]
    fn addresses_are_compared_without_regard_to_case() {
        assert_eq!(email_key("Ada@Example.COM"), email_key("ada@example.com"));
    }
}
