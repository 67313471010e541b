//! The endpoints of store credit.

use futures_util::future::BoxFuture;
use vinr_core::ids::{CreditTransactionId, CustomerId};
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use crate::credit::{store, wire};
use crate::customers;
use crate::error::{ApiError, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::required_id;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;

const TRANSACTIONS: &str = "/v1/loyalty/credit/transactions";

/// What can be asked of store credit.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Loyalty;
    vec![
        E::get::<wire::Shown<'_>>("/v1/loyalty/credit", family, "Retrieve a customer's store credit", retrieve)
            .query::<wire::Retrieve>()
            .codes(&[Code::ResourceMissing]),
        E::get::<Listed<wire::ShownTransaction<'_>>>(TRANSACTIONS, family, "List credit transactions", list)
            .query::<wire::Query>(),
        E::get::<wire::ShownTransaction<'_>>(
            "/v1/loyalty/credit/transactions/{id}",
            family,
            "Retrieve a credit transaction",
            retrieve_transaction,
        ),
    ]
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask = call.query::<wire::Retrieve>()?;
        let customer = required_id("customerId", &ask.customer_id, CustomerId::parse)?;
        let (snapshot, account) = (call.app.db.snapshot().await?, call.account());
        // A deleted customer's credit is part of the books, and can be looked at.
        if customers::store::peek(&snapshot, account, &customer).await?.is_none() {
            return Err(ApiError::missing("customer", customer.as_str()).about("customerId"));
        }
        let all = store::of_customer(&snapshot, account, &customer).await?;
        Reply::ok(&wire::show_credit(&customer, &all))
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.customer_id.map(|customer| ("customer_id", customer.into())));
        filters.extend(query.payment_id.map(|payment| ("payment_id", payment.into())));
        let read = |row: &vinr_store::Row| {
            let transaction = store::read_listed(row);
            (transaction.id.to_string(), transaction)
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let shown = page.data.iter().map(wire::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve_transaction(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, CreditTransactionId::parse)?;
        Reply::ok(&wire::show(&store::get(&call.app.db, call.account(), &id).await?))
    })
}
