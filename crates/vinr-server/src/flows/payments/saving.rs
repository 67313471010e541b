//! What pays, set aside to be kept if it does, and whose it will be.

use vinr_core::ids::CustomerId;
use vinr_core::payment_methods::{Owner, Saving, Source};
use vinr_core::refusal::{Code, Refusal};

use crate::error::Result;
use crate::payment_methods::Typed;
use crate::payments::{Charge, Pays};
use crate::record::Unit;
use crate::{customers, payment_methods};

/// Sets what is charged aside to be kept if it pays, or says whose a tokenised card will be; nothing for what is kept
/// already, or whose customer is gone. `name` is the one on a card.
///
/// # Errors
/// As [`owner`].
pub(super) async fn saving(
    unit: &mut Unit<'_>,
    charge: &Charge,
    customer: Option<&CustomerId>,
    email: Option<&str>,
    name: Option<String>,
) -> Result<Option<Saving>> {
    let kept = charge.method.clone().filter(|id| !payment_methods::is_test_token(id));
    if let Some(id) = &kept
        && payment_methods::owner(unit, id).await?.is_some()
    {
        return Ok(None);
    }
    let Some(owner) = owner(unit, customer, email).await? else { return Ok(None) };
    let method = kept.unwrap_or_else(|| payment_methods::set_aside(unit, typed(&charge.pays, name)));
    Ok(Some(Saving { method, owner }))
}

/// Whose what pays will be; nobody's if the customer is gone.
///
/// # Errors
/// `parameter_missing` for an e-mail address that is needed.
pub(super) async fn owner(
    unit: &mut Unit<'_>,
    customer: Option<&CustomerId>,
    email: Option<&str>,
) -> Result<Option<Owner>> {
    match (customer, email) {
        (Some(customer), _) if !customers::exists(unit, customer).await? => Ok(None),
        (Some(customer), _) => Ok(Some(Owner::Known(customer.clone()))),
        (None, Some(email)) => {
            let id = CustomerId::from_bits(unit.env.id_bits());
            Ok(Some(Owner::New { id, email: email.to_owned() }))
        }
        (None, None) => {
            let message = "an e-mail address is needed to keep what pays: whoever pays becomes a customer";
            Err(Refusal::new(Code::ParameterMissing, message).at("email").into())
        }
    }
}

/// What is kept of what pays.
fn typed(pays: &Pays, name: Option<String>) -> Typed<'_> {
    match pays {
        Pays::Card(card) => Typed::card(card, name, Source::Surface),
        Pays::Account(account, mandate) => Typed::account(account, mandate.clone()),
    }
}
