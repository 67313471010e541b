//! The endpoints of the account.

use futures_util::future::BoxFuture;
use vinr_core::keys::Family;

use super::wire::{self, Shown, Update};
use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::reply::Reply;

/// What can be asked of the account.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    const PATH: &str = "/v1/account";
    vec![
        Endpoint::get::<Shown>(PATH, Family::Account, "Retrieve the account", show),
        Endpoint::patch::<Shown>(PATH, Family::Account, "Change the account's settings", update).body::<Update>(),
        Endpoint::post::<Shown>(PATH, Family::Account, "Change the account's settings", update).body::<Update>(),
    ]
}

fn show(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        // Not the remembered context: who has just changed the account reads what was changed.
        let mut unit = call.app.db.begin(call.account().as_str(), "account", vinr_store::Class::Request);
        let context = call.app.contexts.fresh(&mut unit, call.account(), call.app.env.wall()).await?;
        Reply::ok(&wire::shown(call.account(), &context.settings, &context.api_version, context.created_at))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let mut problems = Problems::default();
        let changes = call.body::<Update>()?.changes(&mut problems);
        answer(&call, "change_account", (changes, problems), |unit, (changes, problems)| {
            Box::pin(async move {
                let settings = super::change(unit, changes.clone(), problems.clone()).await?;
                let context = &unit.context;
                Reply::ok(&wire::shown(&context.account, &settings, &context.api_version, context.created_at))
            })
        })
        .await
    })
}
