//! Setups with whose card or account it will be: checked by the network or the bank, kept for the customer.

pub(crate) mod routes;

use vinr_core::ids::SetupId;
use vinr_core::mandates::Origin;
use vinr_core::payment_methods::Source;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::setups::{self as core, Setup};

use crate::bank_accounts::{BankAccount, mandate};
use crate::cards::Card;
use crate::connectors::{Connector, sandbox};
use crate::error::Result;
use crate::http::shapes::Given;
use crate::payment_methods::Typed;
use crate::record::Unit;
use crate::{customers, payment_methods, setups};

/// Creates a setup for a customer that is there.
async fn create(unit: &mut Unit<'_>, ask: core::Create, chosen_id: bool) -> Result<Setup> {
    customers::must_exist(unit, &ask.customer_id).await.map_err(|error| error.about("id"))?;
    setups::create(unit, ask, chosen_id).await
}

/// The buyer types a card or an account on the hosted page, or a test in the buyer's place. Its number is set aside at
/// once: it is kept if the network or the bank approves, and forgotten if not.
///
/// # Errors
/// `setup_not_confirmable`; what is wrong with the card or the account; 422 without an acquirer that checks them.
pub(crate) async fn verify(unit: &mut Unit<'_>, id: &SetupId, given: &Given) -> Result<Setup> {
    let setup = setups::open(unit, id).await?;
    customers::must_exist(unit, &setup.customer_id).await?;
    if !matches!(unit.settings.connector, Connector::Sandbox) {
        let message = "no acquirer is configured for this account that checks cards or accounts; they cannot be saved";
        return Err(Refusal::new(Code::AcquirerNotConfigured, message).into());
    }
    let (method, verdict) = match given {
        Given::Card(given) => {
            let card = Card::typed(unit, given)?;
            let typed = Typed::card(&card, given.name.clone(), Source::Surface);
            (payment_methods::set_aside(unit, typed), sandbox::check(card.simulated))
        }
        Given::Account(given) => {
            let account = BankAccount::typed(given)?;
            let typed = Typed::account(&account, mandate(unit, Origin::Setup(id.clone())));
            (payment_methods::set_aside(unit, typed), sandbox::check_account(account.simulated))
        }
    };
    setups::verify(unit, setup, method, verdict)
}
