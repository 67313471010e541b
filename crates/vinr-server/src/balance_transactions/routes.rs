//! The endpoint of the balance's lines.

use futures_util::future::BoxFuture;
use vinr_core::keys::Family;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;

/// What can be asked of the balance's lines.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let summary = "List balance transactions";
    vec![
        Endpoint::get::<Listed<wire::Shown>>("/v1/balance/transactions", Family::Balance, summary, list)
            .query::<wire::Query>(),
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
