//! The endpoint of the balance.

use futures_util::future::BoxFuture;
use vinr_core::keys::Family;

use super::wire::{Amount, Shown};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::reply::Reply;

/// What can be asked of the ledger.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get::<Shown>("/v1/balance", Family::Balance, "Retrieve the balance", show)]
}

fn show(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let sums = super::available_and_pending(&call.app.db, call.account()).await?;
        let amount = |(currency, amount): (&String, i64)| Amount { currency: currency.clone(), amount };
        Reply::ok(&Shown {
            object: "balance",
            available: sums.iter().map(|(unit, sums)| amount((unit, sums.0))).collect(),
            pending: sums.iter().map(|(unit, sums)| amount((unit, sums.1))).collect(),
        })
    })
}
