//! Setups with whose card it will be: checked by the network, kept for the customer.

pub(crate) mod routes;

use vinr_core::ids::SetupId;
use vinr_core::payment_methods::Source;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::setups::{self as core, Setup};

use crate::cards::Card;
use crate::connectors::{Connector, sandbox};
use crate::error::Result;
use crate::http::shapes::TypedCard;
use crate::record::Unit;
use crate::{customers, payment_methods, setups};

/// Creates a setup for a customer that is there.
async fn create(unit: &mut Unit<'_>, ask: core::Create, chosen_id: bool) -> Result<Setup> {
    customers::must_exist(unit, &ask.customer_id).await.map_err(|error| error.about("id"))?;
    setups::create(unit, ask, chosen_id).await
}

/// The buyer types a card on the hosted page, or a test in the buyer's place. Its number is set aside at once: it is
/// kept if the network approves, and forgotten if not.
///
/// # Errors
/// `setup_not_confirmable`; what is wrong with the card; 422 without an acquirer that checks cards.
pub(crate) async fn verify(unit: &mut Unit<'_>, id: &SetupId, typed: &TypedCard) -> Result<Setup> {
    let setup = setups::open(unit, id).await?;
    customers::must_exist(unit, &setup.customer_id).await?;
    if !matches!(unit.settings.connector, Connector::Sandbox) {
        let message = "no acquirer is configured for this account that checks cards; they cannot be saved";
        return Err(Refusal::new(Code::AcquirerNotConfigured, message).into());
    }
    let card = Card::typed(unit, typed)?;
    let verdict = sandbox::check(card.simulated);
    let Card { number, summary, issuer, .. } = &card;
    let (card, issuer, source) = (summary.clone(), *issuer, Source::Surface);
    let kept = payment_methods::Typed { number, card, issuer, name: typed.name.clone(), source };
    let method = payment_methods::set_aside(unit, kept);
    setups::verify(unit, setup, method, verdict)
}
