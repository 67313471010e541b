//! Tokenised cards and whose they will be: nobody's, a customer's that a merchant names, or of the customer of the payment
//! that a browser presents the secret of.

pub(crate) mod routes;

use vinr_core::ids::{CustomerId, PaymentMethodId};
use vinr_core::payment_methods::{PaymentMethod, Source};

use crate::cards::Card;
use crate::error::Result;
use crate::http::shapes::TypedCard;
use crate::payment_methods::Typed;
use crate::payments::sessions;
use crate::record::Unit;
use crate::{customers, payment_methods};

/// A card to be tokenised.
struct Ask {
    /// The caller's choice.
    id: Option<PaymentMethodId>,
    card: TypedCard,
    /// The name on it.
    name: Option<String>,
    whose: Whose,
}

/// Whose a tokenised card will be.
enum Whose {
    /// The customer that a merchant's program names, if it does: the program has read the card itself.
    Merchants(Option<CustomerId>),
    /// Of the customer of the payment that this client secret opens, if both are there: typed into our own fields.
    Buyers(Option<String>),
}

/// Tokenises a card.
///
/// # Errors
/// What is wrong with the card, with a chosen id, with the client secret; 404 for a customer that is not there.
async fn tokenise(unit: &mut Unit<'_>, ask: &Ask) -> Result<PaymentMethod> {
    let (customer, source) = match &ask.whose {
        Whose::Merchants(customer) => (customer.clone(), Source::Api),
        Whose::Buyers(None) => (None, Source::Surface),
        Whose::Buyers(Some(secret)) => {
            let payment = sessions::check_in(unit, &sessions::payment_of(secret)?, secret).await?;
            (payment.customer_id, Source::Surface)
        }
    };
    if let Some(customer) = &customer {
        customers::must_exist(unit, customer).await?;
    }
    let card = Card::typed(unit, &ask.card)?;
    let typed = Typed::card(&card, ask.name.clone(), source);
    let method = payment_methods::tokenise(unit, ask.id.as_ref(), typed).await?;
    match customer {
        Some(customer) => Ok(super::customers::attach(unit, &method.id, &customer).await?.unwrap_or(method)),
        None => Ok(method),
    }
}
