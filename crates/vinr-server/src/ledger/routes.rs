//! The endpoints of the balance, and of the proof that everything adds up.

use futures_util::future::BoxFuture;
use vinr_core::keys::Family;

use super::wire::{Amount, Reconciliation, Shown};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::reply::Reply;

/// What can be asked of the ledger.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let family = Family::Balance;
    vec![
        Endpoint::get::<Shown>("/v1/balance", family, "Retrieve the balance", show),
        Endpoint::get::<Reconciliation>("/v1/reconciliation", family, "Prove that everything adds up", reconcile),
    ]
}

fn reconcile(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let invariants = super::of_account(&call.app.db, call.account()).await?;
        Reply::ok(&Reconciliation::of(invariants))
    })
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
