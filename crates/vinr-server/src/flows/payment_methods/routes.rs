//! The endpoint that takes cards.

use futures_util::future::BoxFuture;
use vinr_core::ids::{CustomerId, PaymentMethodId};
use vinr_core::keys::Family;
use vinr_core::refusal::{Code, Refusal};

use super::{Ask, Whose};
use crate::error::{ApiError, Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::{chosen_id, id};
use crate::http::idempotency::answer;
use crate::http::reply::Reply;
use crate::payment_methods::wire;

/// What tokenises cards.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let summary = "Tokenise a card";
    vec![
        Endpoint::post::<wire::Shown<'_>>("/v1/payment-methods", Family::PaymentMethods, summary, create)
            .body::<wire::Create>()
            .for_card_fields()
            .codes(&[
                Code::PciAttestationRequired,
                Code::ClientSecretInvalid,
                Code::TestCardRequired,
                Code::TestCardInLive,
                Code::AcquirerNotConfigured,
                Code::ResourceExists,
                Code::ResourceMissing,
            ]),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask = read(&call)?;
        answer(&call, "tokenise_card", ask, |unit, ask| {
            Box::pin(async move {
                let method = super::tokenise(unit, ask).await.map_err(of_card)?;
                Ok(Reply::raw(wire::data(&method)))
            })
        })
        .await
    })
}

/// Reads what is asked for, with all that is wrong with it.
fn read(call: &Call) -> Result<Ask> {
    let ask: wire::Create = call.body()?;
    let mut problems = Problems::default();
    let chosen = chosen_id(ask.id.as_deref(), PaymentMethodId::parse, call.app.settings.environment);
    let chosen = problems.note(chosen).flatten();
    let customer = problems.note(id("customerId", ask.customer_id.as_deref(), CustomerId::parse)).flatten();
    for (name, value) in [("card.expMonth", ask.card.exp_month), ("card.expYear", ask.card.exp_year)] {
        if value.is_none() {
            problems.add(Refusal::new(Code::ParameterMissing, format!("`{name}` is required")).at(name));
        }
    }
    if ask.client_secret.is_some() && !call.is_public() {
        let message = "`clientSecret` goes with a public key; name the customer by `customerId`";
        problems.add(Refusal::new(Code::ParameterInvalid, message).at("clientSecret"));
    }
    let secret = ask.client_secret.or_else(|| call.client_secret.clone());
    let whose = if call.is_public() { Whose::Buyers(secret) } else { Whose::Merchants(customer.clone()) };
    let asks_too_much = [("id", chosen.is_some()), ("customerId", customer.is_some())];
    if let Some((name, _)) = asks_too_much.iter().find(|(_, given)| *given && call.is_public()) {
        let message = format!("`{name}` is not for public keys; a session's client secret says whose the card is");
        return Err(Refusal::new(Code::InsufficientScope, message).at(*name).into());
    }
    problems.told()?;
    let name = ask.billing_details.and_then(|details| details.name).or_else(|| ask.card.name.clone());
    Ok(Ask { id: chosen, card: ask.card, name, whose })
}

/// What is wrong with a card is told where it stands in the body.
fn of_card(error: ApiError) -> ApiError {
    let place = match error.first().param.as_deref() {
        Some("number") => "card.number",
        Some("expMonth") => "card.expMonth",
        Some("expYear") => "card.expYear",
        Some(_) | None => return error,
    };
    error.about(place)
}
