//! The endpoint that gives points by hand.

use futures_util::future::BoxFuture;
use vinr_core::ids::{CustomerId, LoyaltyAccountId, PaymentId, ProgramId};
use vinr_core::keys::Family;
use vinr_core::refusal::{Code, Refusal};

use super::{Manual, To, wire};
use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::id;
use crate::http::idempotency::answer;
use crate::http::reply::Reply;
use crate::loyalty_accounts::points::wire as shapes;

/// What can be given by hand.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let path = "/v1/loyalty/points/earn";
    vec![Endpoint::post::<shapes::Shown<'_>>(path, Family::Loyalty, "Give points", earn).body::<wire::Earn>().codes(&[
        Code::LoyaltyAccountMissing,
        Code::LoyaltyAccountClosed,
        Code::PaymentNotCompleted,
        Code::PaymentNotTheirs,
    ])]
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
