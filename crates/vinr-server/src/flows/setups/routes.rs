//! The endpoints of setups.

use futures_util::future::BoxFuture;
use vinr_core::ids::{CustomerId, SetupId};
use vinr_core::keys::{Environment, Family};
use vinr_core::metadata::Metadata;
use vinr_core::refusal::Code;
use vinr_core::setups as core;

use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::chosen_id;
use crate::http::idempotency::answer;
use crate::http::reply::Reply;
use crate::http::shapes::{Authenticate, Given, Pages, TypedAccount, TypedCard};
use crate::record::Unit;
use crate::setups::{self, store, wire};

/// What can be asked of setups.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Customers;
    vec![
        E::post::<wire::Shown<'_>>(
            "/v1/customers/{id}/setup-method",
            family,
            "Save a card or a bank account without a payment",
            create,
        )
        .body::<wire::Create>()
        .codes(&[Code::ResourceExists]),
        E::get::<wire::Shown<'_>>("/v1/setups/{id}", family, "Retrieve a setup", retrieve),
        E::post::<wire::Shown<'_>>("/v1/test/setups/{id}/pay", Family::Test, "Type a card as the buyer would", pay)
            .body::<TypedCard>()
            .codes(&[Code::SetupNotConfirmable, Code::TestCardRequired])
            .sandbox_only(),
        E::post::<wire::Shown<'_>>(
            "/v1/test/setups/{id}/debit",
            Family::Test,
            "Give an account to be saved as the buyer would",
            debit,
        )
        .body::<TypedAccount>()
        .codes(&[Code::SetupNotConfirmable, Code::TestAccountRequired])
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
        let ask = NewSetup::of(call.body()?, call.app.settings.environment)?;
        answer(&call, "create_setup", (call.id(0, CustomerId::parse)?, ask), |unit, (customer, ask)| {
            Box::pin(async move {
                let setup = super::create(unit, ask.drawn(unit, customer), ask.id.is_some()).await?;
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
        let given = Given::Card(call.body()?);
        verify(call, given).await
    })
}

fn debit(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let given = Given::Account(call.body()?);
        verify(call, given).await
    })
}

async fn verify(call: Call, given: Given) -> Result<Reply> {
    answer(&call, "verify_setup", (call.id(0, SetupId::parse)?, given), |unit, (id, given)| {
        Box::pin(async move {
            let setup = super::verify(unit, id, given).await?;
            shown(unit, &setup)
        })
    })
    .await
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

/// What a setup is made of, before it has its id and its secret.
struct NewSetup {
    /// The caller's choice.
    id: Option<SetupId>,
    return_url: Option<String>,
    cancel_url: Option<String>,
    metadata: Metadata,
}

impl NewSetup {
    /// Reads what is asked for, with all its problems together.
    fn of(ask: wire::Create, environment: Environment) -> Result<NewSetup> {
        let wire::Create { id, return_url, cancel_url, metadata } = ask;
        let mut problems = Problems::default();
        let id = problems.note(chosen_id(id.as_deref(), SetupId::parse, environment)).flatten();
        let pairs = metadata.unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        problems.told()?;
        Ok(NewSetup { id, return_url, cancel_url, metadata })
    }

    fn drawn(&self, unit: &Unit<'_>, customer: &CustomerId) -> core::Create {
        core::Create {
            id: self.id.clone().unwrap_or_else(|| SetupId::from_bits(unit.env.id_bits())),
            customer_id: customer.clone(),
            return_url: self.return_url.clone(),
            cancel_url: self.cancel_url.clone(),
            metadata: self.metadata.clone(),
            checkout_token: format!("{:032x}", unit.env.entropy.u128()),
        }
    }
}
