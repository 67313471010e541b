//! Payments with whose they are and what pays: tokens, saved methods, typed cards that may be kept.

mod answers;
mod ask;
pub(crate) mod routes;

pub(crate) use answers::hear;
use vinr_core::ids::{CustomerId, PaymentId, PaymentMethodId};
use vinr_core::payment_methods::{Owner, Saving, Source, check_attested, missing};
use vinr_core::payments::{self as core, Payment, Presence};
use vinr_core::refusal::{Code, Refusal};

use crate::cards::Card;
use crate::error::Result;
use crate::http::shapes::TypedCard;
use crate::payments::{self, Charge, sessions};
use crate::record::Unit;
use crate::{customers, payment_methods};

/// Who has a payment charged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// A merchant's program. What it may charge by itself depends on its attestation.
    Merchant,
    /// A buyer: on a page or in fields of ours.
    Buyer,
}

/// What a buyer on the hosted page pays with.
pub(crate) enum Means {
    /// A method saved before.
    Saved(PaymentMethodId),
    /// A card typed now.
    Typed {
        /// The card.
        card: TypedCard,
        /// Whether it is kept even if the payment does not say so.
        save: bool,
        /// Where mail reaches a buyer who is no customer yet.
        email: Option<String>,
    },
}

/// Creates a payment for a customer, if one is named, and, if it is to be charged now, confirms it in the same commit:
/// with the method that is named, or else the customer's default.
///
/// # Errors
/// 404 for a customer or method that is not there; `payment_method_missing`; what the method or [`payments::create`]
/// refuses.
async fn create(
    unit: &mut Unit<'_>,
    mut ask: core::Create,
    chosen_id: bool,
    charge_now: bool,
    method: Option<&PaymentMethodId>,
) -> Result<Payment> {
    let default = match &ask.customer_id {
        Some(customer) => customers::default_method(unit, customer).await?,
        None => None,
    };
    if !charge_now {
        return payments::create(unit, ask, chosen_id, None).await;
    }
    let method = method.or(default.as_ref()).ok_or_else(no_method)?;
    let mut charge = charge_with(unit, method, &mut ask.customer_id, Asker::Merchant).await?;
    if ask.save_method {
        charge.saving = saving(unit, &charge, ask.customer_id.as_ref(), None, None).await?;
    }
    payments::create(unit, ask, chosen_id, Some(charge)).await
}

/// Charges a payment that waits, with the method that is named or else its customer's default.
///
/// # Errors
/// As [`create`], and `payment_not_confirmable`.
async fn confirm(
    unit: &mut Unit<'_>,
    id: &PaymentId,
    method: Option<&PaymentMethodId>,
    presence: Presence,
) -> Result<Payment> {
    let mut payment = payments::open(unit, id).await?;
    let default = match (&payment.customer_id, method) {
        (Some(customer), None) => customers::default_method(unit, customer).await?,
        _ => None,
    };
    let method = method.or(default.as_ref()).ok_or_else(no_method)?;
    let mut charge = charge_with(unit, method, &mut payment.customer_id, Asker::Merchant).await?;
    if payment.save_method {
        let customer = payment.customer_id.as_ref().ok_or_else(no_customer)?;
        charge.saving = saving(unit, &charge, Some(customer), None, None).await?;
    }
    payments::confirm(unit, payment, charge, presence)
}

/// The buyer pays on the hosted page, or a test in the buyer's place.
///
/// # Errors
/// `payment_not_confirmable`; [`payments::check_acquiring`]; what is wrong with the card; `parameter_missing` for an e-mail address that is needed.
pub(crate) async fn pay(unit: &mut Unit<'_>, id: &PaymentId, means: &Means) -> Result<Payment> {
    let mut payment = payments::open(unit, id).await?;
    let charge = match means {
        Means::Saved(method) => {
            // Without a customer nobody's saved methods were offered, and a test's never are.
            if payment.customer_id.is_none() || payment_methods::is_test_token(method) {
                return Err(missing(method).into());
            }
            charge_with(unit, method, &mut payment.customer_id, Asker::Buyer).await?
        }
        Means::Typed { card: typed, save, email } => {
            payments::check_acquiring(unit)?;
            let card = Card::typed(unit, typed)?;
            let mut charge = Charge { card, method: None, saving: None };
            if *save || payment.save_method {
                let (customer, email) = (payment.customer_id.as_ref(), email.as_deref());
                charge.saving = saving(unit, &charge, customer, email, typed.name.clone()).await?;
            }
            charge
        }
    };
    payments::confirm(unit, payment, charge, Presence::OnSession)
}

/// The buyer's browser confirms the payment that its client secret opens, with what it names: a tokenised card, or one of
/// the payment's own customer.
///
/// # Errors
/// `client_secret_invalid`; 404 for what is not the buyer's; as [`confirm`].
async fn confirm_by_secret(
    unit: &mut Unit<'_>,
    id: &PaymentId,
    secret: &str,
    method: Option<&PaymentMethodId>,
) -> Result<Payment> {
    sessions::check_in(unit, id, secret).await?;
    let mut payment = payments::open(unit, id).await?;
    let method = method.ok_or_else(no_method)?;
    let owner = payment_methods::owner(unit, method).await?;
    if payment_methods::is_test_token(method) || owner.is_some() && owner != payment.customer_id {
        return Err(missing(method).at("paymentMethodId").into());
    }
    let mut charge = charge_with(unit, method, &mut payment.customer_id, Asker::Buyer).await?;
    if payment.save_method {
        charge.saving = saving(unit, &charge, payment.customer_id.as_ref(), None, None).await?;
    }
    payments::confirm(unit, payment, charge, Presence::OnSession)
}

/// A charge of this method; a payment that names no customer takes the method's.
async fn charge_with(
    unit: &mut Unit<'_>,
    id: &PaymentMethodId,
    customer: &mut Option<CustomerId>,
    asker: Asker,
) -> Result<Charge> {
    if payment_methods::is_test_token(id) {
        let card = Card::of_token(unit, id)?;
        return Ok(Charge { card, method: Some(id.clone()), saving: None });
    }
    let method = payment_methods::usable(unit, id, customer.as_ref()).await?;
    if asker == Asker::Merchant {
        check_attested(&method, unit.context.settings.pci_attestation)?;
    }
    let number = payment_methods::number(unit, id).await?;
    if customer.is_none() {
        customer.clone_from(&method.customer_id);
    }
    // What is shown is the card as the network renewed it, which may have other digits.
    let card = Card { summary: method.card.clone(), ..Card::of_number(unit, number, method.card.expiry)? };
    Ok(Charge { card, method: Some(method.id), saving: None })
}

/// Sets a card aside that is to be kept if it pays, or says whose a tokenised one will be; nothing for one that is kept
/// already, or whose customer is gone.
async fn saving(
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
    let owner = match (customer, email) {
        (Some(customer), _) if !customers::exists(unit, customer).await? => return Ok(None),
        (Some(customer), _) => Owner::Known(customer.clone()),
        (None, Some(email)) => Owner::New { id: CustomerId::from_bits(unit.env.id_bits()), email: email.to_owned() },
        (None, None) => {
            let message = "an e-mail address is needed to keep the card: whoever pays becomes a customer";
            return Err(Refusal::new(Code::ParameterMissing, message).at("email").into());
        }
    };
    let method = kept.unwrap_or_else(|| {
        let Card { number, summary, issuer, .. } = &charge.card;
        let (card, issuer, source) = (summary.clone(), *issuer, Source::Surface);
        payment_methods::set_aside(unit, payment_methods::Typed { number, card, issuer, name, source })
    });
    Ok(Some(Saving { method, owner }))
}

fn no_customer() -> Refusal {
    let message =
        "a card is kept for a customer: name one when you create the payment, or let the buyer pay on the hosted page";
    Refusal::new(Code::ParameterMissing, message).at("customerId")
}

fn no_method() -> Refusal {
    let message = "there is nothing to charge: name a `paymentMethodId`, such as pm_test_4242 in the sandbox, or a customer \
                   with a default method";
    Refusal::new(Code::PaymentMethodMissing, message).at("paymentMethodId")
}
