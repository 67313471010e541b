//! The endpoints of setups.

use futures_util::future::BoxFuture;
use vinr_core::ids::{CustomerId, IdProblem, SetupId};
use vinr_core::keys::{Environment, Family};
use vinr_core::metadata::Metadata;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::setups as core;

use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::reply::Reply;
use crate::http::shapes::{Authenticate, Pages, TypedCard};
use crate::record::Unit;
use crate::setups::{self, store, wire};

/// What can be asked of setups.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Customers;
    vec![
        E::post::<wire::Shown<'_>>("/v1/customers/{id}/setup-method", family, "Save a card without a payment", create)
            .body::<wire::Create>()
            .codes(&[Code::ResourceExists]),
        E::get::<wire::Shown<'_>>("/v1/setups/{id}", family, "Retrieve a setup", retrieve),
        E::post::<wire::Shown<'_>>("/v1/test/setups/{id}/pay", Family::Test, "Type a card as the buyer would", pay)
            .body::<TypedCard>()
            .codes(&[Code::SetupNotConfirmable, Code::TestCardRequired])
            .sandbox_only(),
        E::post::<wire::Shown<'_>>(
            "/v1/test/setups/{id}/authenticate",
            Family::Test,
            "Answer a setup's 3DS challenge as the buyer would",
            authenticate,
        )
        .body::<Authenticate>()
        .codes(&[Code::SetupNotAuthenticatable])
        .sandbox_only(),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask = call.body::<wire::Create>()?;
        if ask.id.is_some() && call.app.settings.environment == Environment::Live {
            let message = "ids are drawn by the server in live";
            return Err(Refusal::new(Code::ParameterUnknown, message).at("id").into());
        }
        let data = (call.id(0, CustomerId::parse)?, ask);
        answer(&call, "create_setup", data, |unit, (customer, ask)| {
            Box::pin(async move {
                let parsed = parse(unit, customer, ask)?;
                let setup = super::create(unit, parsed, ask.id.is_some()).await?;
                shown(unit, &setup)
            })
        })
        .await
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let setup = store::get(&call.app.db, call.account(), &call.id(0, SetupId::parse)?).await?;
        let pages = Pages { public_url: &call.app.settings.public_url, account: call.account() };
        Reply::ok(&wire::show(&setup, pages))
    })
}

fn pay(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, SetupId::parse)?, call.body::<TypedCard>()?);
        answer(&call, "verify_setup", data, |unit, (id, typed)| {
            Box::pin(async move {
                let setup = super::verify(unit, id, typed).await?;
                shown(unit, &setup)
            })
        })
        .await
    })
}

fn authenticate(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, SetupId::parse)?, call.body::<Authenticate>()?.passed());
        answer(&call, "authenticate_setup", data, |unit, (id, passed)| {
            Box::pin(async move {
                let setup = setups::authenticate(unit, id, *passed).await?;
                shown(unit, &setup)
            })
        })
        .await
    })
}

fn shown(unit: &Unit<'_>, setup: &core::Setup) -> Result<Reply> {
    let pages = Pages { public_url: &unit.settings.public_url, account: &unit.context.account };
    Reply::ok(&wire::show(setup, pages))
}

fn parse(unit: &Unit<'_>, customer: &CustomerId, ask: &wire::Create) -> Result<core::Create> {
    let id = match &ask.id {
        Some(id) => SetupId::parse(id)
            .map_err(|problem: IdProblem| Refusal::new(Code::ParameterInvalid, problem.to_string()).at("id"))?,
        None => SetupId::from_bits(unit.env.id_bits()),
    };
    Ok(core::Create {
        id,
        customer_id: customer.clone(),
        return_url: ask.return_url.clone(),
        cancel_url: ask.cancel_url.clone(),
        metadata: Metadata::new().merged(ask.metadata.clone().unwrap_or_default().pairs())?,
        checkout_token: format!("{:032x}", unit.env.entropy.u128()),
    })
}
