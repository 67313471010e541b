//! The endpoints of transactions of points.

use futures_util::future::BoxFuture;
use vinr_core::ids::{LoyaltyAccountId, PointsTransactionId};
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::required_id;
use crate::http::idempotency::answer;
use crate::http::reply::Reply;

/// Where they are.
pub(crate) const ALL: &str = "/v1/loyalty/transactions";
const ONE: &str = "/v1/loyalty/transactions/{id}";

/// What can be asked of transactions of points by themselves; their list asks payments too (`flows::earning`).
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Loyalty;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Correct a member's points", adjust)
            .body::<wire::Adjust>()
            .codes(&[Code::InsufficientPoints, Code::LoyaltyAccountClosed]),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a points transaction", retrieve),
    ]
}

fn adjust(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask: wire::Adjust = call.body()?;
        let account = required_id("accountId", &ask.account_id, LoyaltyAccountId::parse)?;
        answer(&call, "adjust_points", (account, ask), |unit, (account, ask)| {
            Box::pin(async move {
                let transaction = super::adjust(unit, account, ask.amount, ask.reason.clone()).await?;
                Ok(Reply::raw(wire::data(&transaction)))
            })
        })
        .await
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, PointsTransactionId::parse)?;
        Ok(Reply::raw(wire::data(&store::get(&call.app.db, call.account(), &id).await?)))
    })
}
