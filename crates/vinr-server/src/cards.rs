//! Cards as they come in: typed, as a test token, or out of the vault. Today every card is one of the simulated network's.

use vinr_core::cards::{CardNumber, Expiry, TestCard};
use vinr_core::ids::PaymentMethodId;
use vinr_core::keys::Environment;
use vinr_core::payment_methods::{Issuer, missing};
use vinr_core::payments::CardSummary;
use vinr_core::refusal::{Code, Refusal};

use crate::connectors::sandbox;
use crate::error::Result;
use crate::http::shapes::TypedCard;
use crate::record::Unit;

/// A card that can be charged, checked and kept. Its number is wiped when it is dropped.
pub(crate) struct Card {
    /// Its number.
    pub(crate) number: CardNumber,
    /// What may be shown of it.
    pub(crate) summary: CardSummary,
    /// What is known of its bank.
    pub(crate) issuer: Issuer,
    /// What the simulated network does with it.
    pub(crate) simulated: &'static TestCard,
}

impl Card {
    /// The card a buyer typed.
    ///
    /// # Errors
    /// Not a number, expired, or not one of this environment's cards.
    pub(crate) fn typed(unit: &Unit<'_>, typed: &TypedCard) -> Result<Card> {
        let number = CardNumber::parse(&typed.number)?;
        let default = Expiry::default_at(unit.now());
        let month = typed.exp_month.unwrap_or(default.month.into());
        let year = typed.exp_year.unwrap_or(default.year.into());
        Card::of_number(unit, number, Expiry::parse(month, year, unit.now())?)
    }

    /// The test card behind `pm_test_…`.
    ///
    /// # Errors
    /// 404 for a method this account does not have; 400 for a test token in live.
    pub(crate) fn of_token(unit: &Unit<'_>, id: &PaymentMethodId) -> Result<Card> {
        let Some(test_card) = TestCard::by_token(id.as_str()) else {
            return Err(missing(id).at("paymentMethodId").into());
        };
        if unit.settings.environment == Environment::Live {
            return Err(test_card_in_live().at("paymentMethodId").into());
        }
        Card::of_number(unit, CardNumber::parse(test_card.number)?, Expiry::default_at(unit.now()))
    }

    /// The card with this number.
    ///
    /// # Errors
    /// It is another than the sandbox's; in live, one of the sandbox's, or one for which no acquirer takes typed numbers.
    pub(crate) fn of_number(unit: &Unit<'_>, number: CardNumber, expiry: Expiry) -> Result<Card> {
        let test_card = match (unit.settings.environment, number.test_card()) {
            (Environment::Sandbox, Some(test_card)) => test_card,
            (Environment::Sandbox, None) => {
                let message = "the sandbox takes its own test cards only, such as 4242 4242 4242 4242";
                return Err(Refusal::new(Code::TestCardRequired, message).at("number").into());
            }
            (Environment::Live, Some(_)) => return Err(test_card_in_live().at("number").into()),
            (Environment::Live, None) => {
                let message = "no acquirer is configured for this account that takes typed cards";
                return Err(Refusal::new(Code::AcquirerNotConfigured, message).into());
            }
        };
        let summary = CardSummary { brand: test_card.brand, last4: test_card.last4().to_owned(), expiry };
        Ok(Card { number, summary, issuer: sandbox::issuer(), simulated: test_card })
    }
}

fn test_card_in_live() -> Refusal {
    Refusal::new(Code::TestCardInLive, "test cards do not work in live")
}
