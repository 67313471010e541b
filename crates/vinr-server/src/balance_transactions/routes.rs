//! The endpoints of the balance's lines.

use futures_util::future::BoxFuture;
use vinr_core::ids::BalanceTransactionId;
use vinr_core::keys::Family;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;

/// What can be asked of the balance's lines.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Balance;
    vec![
        E::get::<Listed<wire::Shown>>("/v1/balance/transactions", family, "List balance transactions", list)
            .query::<wire::Query>(),
        E::get::<wire::Shown>("/v1/balance/transactions/{id}", family, "Retrieve a balance transaction", retrieve),
    ]
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let read = |row: &vinr_store::Row| {
            let line = wire::show(store::read(row));
            (row.text(0).to_owned(), line)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, query.filters(), read).await?;
        Reply::ok(&page)
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, BalanceTransactionId::parse)?;
        Reply::ok(&wire::show(store::get(&call.app.db, call.account(), &id).await?))
    })
}
