//! The endpoint that creates a payment: it needs the payment's customer beside the payment.

use futures_util::future::BoxFuture;
use vinr_core::accounts::statement_descriptor;
use vinr_core::ids::{CustomerId, PaymentId};
use vinr_core::keys::{Environment, Family};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::payments::{self as core, Capture};
use vinr_core::refusal::{Code, Refusal};

use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::reply::Reply;
use crate::payments::routes::{bad, charges_now, method_id, no_method, presence, shown};
use crate::payments::{self, wire};
use crate::record::Unit;

/// What can be asked of checkout.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Payments;
    vec![E::post::<wire::Shown<'_>>("/v1/payments", family, "Create a payment", create).body::<wire::Create>().codes(
        &[
            Code::ResourceExists,
            Code::ResourceMissing,
            Code::PaymentMethodMissing,
            Code::TestCardInLive,
            Code::KybRequired,
            Code::AcquirerNotConfigured,
        ],
    )]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask = call.body::<wire::Create>()?;
        check(&call, &ask)?;
        answer(&call, "create_payment", ask, |unit, ask| {
            Box::pin(async move {
                let pays = match (&ask.payment_method_id, charges_now(ask)) {
                    (Some(id), true) => Some(payments::card_of_token(unit, &method_id(id)?)?),
                    _ => None,
                };
                let payment = super::create(unit, parse(unit, ask)?, ask.id.is_some(), pays).await?;
                Ok(shown(unit, &payment))
            })
        })
        .await
    })
}

/// What can be refused without looking at the account's rows.
fn check(call: &Call, ask: &wire::Create) -> Result<()> {
    if ask.id.is_some() && call.app.settings.environment == Environment::Live {
        let message = "ids are drawn by the server in live";
        return Err(Refusal::new(Code::ParameterUnknown, message).at("id").into());
    }
    let by_word = ask.capture_method.map(|word| word == wire::CaptureWord::Automatic);
    if let (Some(flag), Some(word)) = (ask.capture, by_word)
        && flag != word
    {
        let message = "`capture` and `captureMethod` contradict each other; give one";
        return Err(Refusal::new(Code::ParameterConflict, message).at("captureMethod").into());
    }
    if charges_now(ask) && ask.payment_method_id.is_none() && ask.customer_id.is_none() {
        return Err(no_method());
    }
    Ok(())
}

fn parse(unit: &Unit<'_>, ask: &wire::Create) -> Result<core::Create> {
    let currency = Currency::from_param(&ask.currency)?;
    let id = match &ask.id {
        Some(id) => PaymentId::parse(id).map_err(|problem| bad("id", problem.to_string()))?,
        None => PaymentId::from_bits(unit.env.id_bits()),
    };
    let customer_id = ask.customer_id.as_deref().map(CustomerId::parse).transpose();
    let pairs = ask.metadata.clone().unwrap_or_default().pairs();
    let manual = ask.capture == Some(false) || ask.capture_method == Some(wire::CaptureWord::Manual);
    Ok(core::Create {
        id,
        amount: Money::payment(ask.amount, currency)?,
        description: ask.description.clone(),
        return_url: ask.return_url.clone(),
        cancel_url: ask.cancel_url.clone(),
        capture: if manual { Capture::Manual } else { Capture::Automatic },
        customer_id: customer_id.map_err(|problem| bad("customerId", problem.to_string()))?,
        presence: presence(ask.off_session),
        statement_descriptor: ask.statement_descriptor.as_deref().map(statement_descriptor).transpose()?,
        receipt_email: ask.receipt_email.clone(),
        metadata: Metadata::new().merged(pairs)?,
        checkout_token: format!("{:032x}", unit.env.entropy.u128()),
    })
}
