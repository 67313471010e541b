//! The endpoints of the account.

use std::net::IpAddr;

use futures_util::future::BoxFuture;
use vinr_core::accounts::Settings;
use vinr_core::keys::Family;
use vinr_core::refusal::{Code, Refusal};

use crate::accounts::wire::{self, Shown, Update};
use crate::error::{Problems, Result};
use crate::http::auth::check_address;
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
        let data = (changes, problems, call.peer);
        answer(&call, "change_account", data, |unit, (changes, problems, peer)| {
            Box::pin(async move {
                let settings = super::change(unit, changes.clone(), problems.clone()).await?;
                if changes.ip_allow_list.is_some() {
                    keeps_its_way_in(&settings, *peer)?;
                }
                let context = &unit.context;
                Reply::ok(&wire::shown(&context.account, &settings, &context.api_version, context.created_at))
            })
        })
        .await
    })
}

/// Whoever closes the list to themselves could not open it again.
fn keeps_its_way_in(settings: &Settings, peer: Option<IpAddr>) -> Result<()> {
    if check_address(settings, peer).is_ok() {
        return Ok(());
    }
    let from = peer.map_or_else(
        || "the address of this request".to_owned(),
        |peer| format!("{peer}, where this request comes from"),
    );
    let message = format!("this list would shut out {from}; ask from an address that is on it");
    Err(Refusal::new(Code::ParameterInvalid, message).at("ipAllowList").into())
}
