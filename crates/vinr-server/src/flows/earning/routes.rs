//! The endpoints of points with the payments that earned them.

use futures_util::future::BoxFuture;
use vinr_core::ids::{CustomerId, LoyaltyAccountId, PaymentId, ProgramId};
use vinr_core::keys::Family;
use vinr_core::points::Transaction;
use vinr_core::refusal::{Code, Refusal};

use super::{Manual, To, wire};
use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::{id, required_id};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;
use crate::loyalty_accounts::points::routes::ALL;
use crate::loyalty_accounts::points::{store, wire as shapes};
use crate::payments;

/// What can be given by hand, and what payments and all else gave.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let (path, family) = ("/v1/loyalty/points/earn", Family::Loyalty);
    vec![
        Endpoint::post::<shapes::Shown<'_>>(path, family, "Give points", earn).body::<wire::Earn>().codes(&[
            Code::LoyaltyAccountMissing,
            Code::LoyaltyAccountClosed,
            Code::PaymentNotCompleted,
            Code::PaymentNotTheirs,
        ]),
        Endpoint::get::<Listed<shapes::Shown<'_>>>(ALL, family, "List points transactions", list)
            .query::<shapes::Query>(),
    ]
}

fn earn(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask = manual(call.body()?)?;
        answer(&call, "earn_points", ask, |unit, ask| {
            Box::pin(async move { Ok(Reply::raw(shapes::data(&super::earn(unit, ask).await?))) })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<shapes::Query>()?;
        let page = if let Some(payment) = &query.payment_id {
            of_payment(&call, &query, payment).await?
        } else {
            let mut filters: Vec<Filter> = Vec::new();
            filters.extend(query.account_id.map(|account| ("loyalty_account_id", account.into())));
            filters.extend(query.kind.map(|kind| ("type", kind.as_str().into())));
            let read = |row: &vinr_store::Row| {
                let transaction = store::read_listed(row);
                (transaction.id.to_string(), transaction)
            };
            list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?
        };
        let shown = page.data.iter().map(shapes::show).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

/// A payment's transactions are few, and most of them are named by the payment itself.
async fn of_payment(call: &Call, query: &shapes::Query, payment: &str) -> Result<Listed<Transaction>> {
    let id = required_id("paymentId", payment, PaymentId::parse)?;
    let reads = call.app.db.snapshot().await?;
    let awards = payments::store::peek(&reads, call.account(), &id).await?.map(|payment| payment.awards);
    let first = awards.iter().flatten().map(|award| &award.transaction);
    let mut found = store::of_payment(&reads, call.account(), &id, first).await?;
    found.retain(|one| {
        query.kind.is_none_or(|kind| kind.as_str() == one.movement.kind.as_str())
            && query.account_id.as_deref().is_none_or(|account| account == one.account.as_str())
    });
    let found = found.into_iter().map(|one| (one.id.to_string(), one.created_at, one)).collect();
    list::few(&reads, call.account(), &store::LIST, &query.page, found).await
}

/// Reads what is to be given, with all its problems together.
fn manual(ask: wire::Earn) -> Result<Manual> {
    let wire::Earn { program_id, customer_id, account_id, amount, source_payment_id, reason } = ask;
    let mut problems = Problems::default();
    let program_id = problems.note(id("programId", program_id.as_deref(), ProgramId::parse)).flatten();
    let customer = problems.note(id("customerId", customer_id.as_deref(), CustomerId::parse)).flatten();
    let account = problems.note(id("accountId", account_id.as_deref(), LoyaltyAccountId::parse)).flatten();
    let payment_id = problems.note(id("sourcePaymentId", source_payment_id.as_deref(), PaymentId::parse)).flatten();
    let to = match (customer, account) {
        (Some(customer), None) => Some(To::Customer(customer)),
        (None, Some(account)) => Some(To::Account(account)),
        (Some(_), Some(_)) => {
            let message = "give `customerId` or `account`, not both";
            problems.add(Refusal::new(Code::ParameterConflict, message).at("accountId"));
            None
        }
        (None, None) => {
            let message = "`customerId` or `account` is required: who is given points?";
            problems.add(Refusal::new(Code::ParameterMissing, message).at("customerId"));
            None
        }
    };
    match to {
        Some(to) if problems.is_empty() => Ok(Manual { program_id, to, points: amount, payment_id, reason }),
        _ => Err(problems.into()),
    }
}
