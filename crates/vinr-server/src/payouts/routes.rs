//! The endpoints of payouts that have been made.

use futures_util::future::BoxFuture;
use vinr_core::ids::PayoutId;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;

/// What can be asked of payouts.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Payouts;
    vec![
        E::get::<Listed<wire::Shown<'_>>>("/v1/payouts", family, "List payouts", list_all).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>("/v1/payouts/{id}", family, "Retrieve a payout", retrieve),
        E::post::<wire::Shown<'_>>("/v1/payouts/{id}/cancel", family, "Cancel a payout that was not sent", cancel)
            .codes(&[Code::PayoutNotCancellable]),
    ]
}

fn list_all(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let read = |row: &vinr_store::Row| {
            let payout = store::read_listed(row);
            (payout.id.to_string(), wire::value(&payout))
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, query.filters(), read).await?;
        Reply::ok(&page)
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let payout = store::get(&call.app.db, call.account(), &call.id(0, PayoutId::parse)?).await?;
        Ok(Reply::raw(wire::data(&payout)))
    })
}

fn cancel(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, PayoutId::parse)?;
        answer(&call, "cancel_payout", id, |unit, id| {
            Box::pin(async move { Ok(Reply::raw(wire::data(&super::cancel(unit, id).await?))) })
        })
        .await
    })
}
