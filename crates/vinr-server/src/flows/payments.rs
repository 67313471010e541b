//! Payments with whose they are and what pays: tokens, saved methods, typed cards and accounts that may be kept.

mod answers;
mod ask;
mod ideal;
mod invoiced;
pub(crate) mod routes;
mod saving;

pub(crate) use answers::hear;
use ask::NewPayment;
pub(crate) use invoiced::{Due, Tried, charge_invoice, check_method, give_up, offer};
use saving::saving;
use vinr_core::ids::{CustomerId, PaymentId, PaymentMethodId};
use vinr_core::mandates::Origin;
use vinr_core::money::Money;
use vinr_core::payment_methods::{Kept, PaymentMethod, check_attested, missing};
use vinr_core::payments::{self as core, Method, MethodType, Payment, Presence};
use vinr_core::refusal::{Code, Refusal};

use super::{credit, redemptions};
use crate::bank_accounts::{BankAccount, mandate};
use crate::cards::Card;
use crate::error::Result;
use crate::http::shapes::Given;
use crate::payments::ideal::AtBank;
use crate::payments::{self, Charge, Pays, sessions};
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
    /// A card or an account given now.
    Given {
        /// What it is.
        given: Given,
        /// Whether it is kept even if the payment does not say so.
        save: bool,
        /// Where mail reaches a buyer who is no customer yet.
        email: Option<String>,
    },
    /// A transfer that the buyer approves at their bank.
    Ideal {
        /// Where mail reaches a buyer who is no customer yet.
        email: Option<String>,
    },
}

/// Creates a payment for a customer, if one is named, less what its redemptions take off and its store credit pays, and,
/// if it is to be charged now, confirms it in the same commit: with the method that is named, or else the customer's
/// default.
///
/// # Errors
/// 404 for a customer, method or redemption that is not there; `redemption_not_usable`; `store_credit_not_usable`;
/// `payment_method_missing`; what the method or [`payments::create`] refuses.
async fn create(unit: &mut Unit<'_>, new: &NewPayment) -> Result<Payment> {
    let (mut ask, chosen_id) = (new.drawn(unit), new.id.is_some());
    let default = match &ask.customer_id {
        Some(customer) => customers::default_method(unit, customer).await?,
        None => None,
    };
    let method = new.method.as_ref().or(default.as_ref());
    if !new.redemptions.is_empty() || new.uses_credit() {
        let payer = payer(unit, &ask, method.filter(|_| new.is_charged_now())).await?;
        reduce(unit, new, &mut ask, payer).await?;
    }
    let is_free = core::charged(ask.amount, &ask.discounts, ask.credit)?.amount == 0;
    if is_free || !new.is_charged_now() {
        return payments::create(unit, ask, chosen_id, None).await;
    }
    let method = method.ok_or_else(no_method)?;
    let mut charge = charge_with(unit, method, &mut ask.customer_id, Asker::Merchant).await?;
    if ask.save_method {
        charge.saving = saving(unit, &charge, ask.customer_id.as_ref(), None, None).await?;
    }
    payments::create(unit, ask, chosen_id, Some(charge)).await
}

/// What redemptions take off a payment, and store credit pays of the rest, if the merchant asks for that.
async fn reduce(
    unit: &mut Unit<'_>,
    new: &NewPayment,
    ask: &mut core::Create,
    payer: Option<CustomerId>,
) -> Result<()> {
    if !new.redemptions.is_empty() {
        ask.discounts = redemptions::attach(unit, ask, payer.as_ref(), &new.redemptions).await?;
    }
    if new.uses_credit() {
        let payer = payer.ok_or_else(no_holder)?;
        let left = Money { amount: core::undiscounted(ask.amount, &ask.discounts), ..ask.amount };
        ask.credit = credit::hold(unit, &ask.id, &payer, left).await?;
        // Whose credit it uses, theirs it is, also if there is nothing to charge.
        ask.customer_id = Some(payer);
    }
    Ok(())
}

/// Whose payment it will be: one that names no customer takes its method's.
async fn payer(
    unit: &mut Unit<'_>,
    ask: &core::Create,
    method: Option<&PaymentMethodId>,
) -> Result<Option<CustomerId>> {
    match method.filter(|_| ask.customer_id.is_none()) {
        Some(method) => payment_methods::owner(unit, method).await,
        None => Ok(ask.customer_id.clone()),
    }
}

/// Charges a payment that waits, with the method that is named or else its customer's default; `quoted` is what the buyer
/// was shown, if the merchant says.
///
/// # Errors
/// As [`create`], and `payment_not_confirmable`, `amount_mismatch`.
async fn confirm(
    unit: &mut Unit<'_>,
    id: &PaymentId,
    method: Option<&PaymentMethodId>,
    (presence, quoted): (Presence, Option<i64>),
) -> Result<Payment> {
    let mut payment = payments::open(unit, id, quoted).await?;
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

/// The buyer pays on the hosted page, or a test in the buyer's place; `quoted` is what they were shown.
///
/// # Errors
/// `payment_not_confirmable`, `amount_mismatch`; [`payments::check_acquiring`], [`payments::check_bank`]; what is wrong with
/// the card or the account; `parameter_missing` for an e-mail address that is needed.
pub(crate) async fn pay(unit: &mut Unit<'_>, id: &PaymentId, means: &Means, quoted: Option<i64>) -> Result<Payment> {
    let mut payment = payments::open(unit, id, quoted).await?;
    let (pays, save, email, name) = match means {
        Means::Saved(method) => {
            // Without a customer nobody's saved methods were offered, and a test's never are.
            if payment.customer_id.is_none() || payment_methods::is_test_token(method) {
                return Err(missing(method).into());
            }
            let charge = charge_with(unit, method, &mut payment.customer_id, Asker::Buyer).await?;
            return payments::confirm(unit, payment, charge, Presence::OnSession);
        }
        Means::Given { given: Given::Card(card), save, email } => {
            payments::check_acquiring(unit)?;
            (Pays::Card(Card::typed(unit, card)?), *save, email.as_deref(), card.name.clone())
        }
        Means::Given { given: Given::Account(account), save, email } => {
            payments::check_bank(unit, &payment)?;
            let given = mandate(unit, Origin::Payment(payment.id.clone()));
            (Pays::Account(BankAccount::typed(account)?, given), *save, email.as_deref(), None)
        }
        Means::Ideal { email } => return ideal::begin(unit, payment, email.as_deref()).await,
    };
    let mut charge = Charge { pays, method: None, saving: None };
    if save || payment.save_method {
        charge.saving = saving(unit, &charge, payment.customer_id.as_ref(), email, name).await?;
    }
    payments::confirm(unit, payment, charge, Presence::OnSession)
}

/// The buyer answers a bank, on whatever page it asks: the one of iDEAL, or the one that asked for a 3DS challenge.
///
/// # Errors
/// 404, `payment_not_authenticatable`.
pub(crate) async fn authenticate(unit: &mut Unit<'_>, id: &PaymentId, answer: AtBank) -> Result<Payment> {
    let payment = payments::load(unit, id).await?;
    match payment.method.as_ref().map(Method::method_type) {
        Some(MethodType::Ideal) => ideal::answer(unit, payment, answer),
        Some(MethodType::Card | MethodType::SepaDebit) | None => {
            payments::authenticate(unit, payment, answer == AtBank::Approves)
        }
    }
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
    quoted: Option<i64>,
) -> Result<Payment> {
    sessions::check_in(unit, id, secret).await?;
    let mut payment = payments::open(unit, id, quoted).await?;
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
        let pays = Pays::Card(Card::of_token(unit, id)?);
        return Ok(Charge { pays, method: Some(id.clone()), saving: None });
    }
    let method = payment_methods::usable(unit, id, customer.as_ref()).await?;
    if asker == Asker::Merchant {
        check_attested(&method, unit.context.settings.pci_attestation)?;
    }
    if customer.is_none() {
        customer.clone_from(&method.customer_id);
    }
    Ok(Charge { pays: out_of_vault(unit, &method).await?, method: Some(method.id), saving: None })
}

/// A saved method with its number.
async fn out_of_vault(unit: &mut Unit<'_>, method: &PaymentMethod) -> Result<Pays> {
    match &method.kept {
        Kept::Card(kept) => {
            let number = payment_methods::card_number(unit, &method.id).await?;
            let summary = kept.summary.clone();
            // What is shown is the card as the network renewed it, which may have other digits.
            Ok(Pays::Card(Card { summary, ..Card::of_number(unit, number, kept.summary.expiry)? }))
        }
        Kept::Account(kept) => {
            let iban = payment_methods::iban(unit, &method.id).await?;
            let holder = method.name.clone().unwrap_or_default();
            Ok(Pays::Account(BankAccount::of_number(iban, holder)?, kept.mandate.clone()))
        }
    }
}

fn no_customer() -> Refusal {
    let message = "what pays is kept for a customer: name one when you create the payment, or let the buyer pay on the hosted page";
    Refusal::new(Code::ParameterMissing, message).at("customerId")
}

fn no_holder() -> Refusal {
    let message = "store credit is a customer's: name the one whose credit pays";
    Refusal::new(Code::ParameterMissing, message).at("customerId")
}

fn no_method() -> Refusal {
    let message = "there is nothing to charge: name a `paymentMethodId`, such as pm_test_4242 in the sandbox, or a customer \
                   with a default method";
    Refusal::new(Code::PaymentMethodMissing, message).at("paymentMethodId")
}
