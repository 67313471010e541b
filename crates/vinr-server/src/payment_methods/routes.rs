//! The endpoints of saved methods by their own id; a customer's are with customers.

use futures_util::future::BoxFuture;
use vinr_core::ids::PaymentMethodId;
use vinr_core::keys::Family;
use vinr_core::payment_methods::{Status, missing};
use vinr_core::refusal::Code;

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::reply::Reply;

/// What can be asked of saved methods.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    let summary = "Retrieve a payment method";
    vec![
        Endpoint::get::<wire::Shown<'_>>("/v1/payment-methods/{id}", Family::PaymentMethods, summary, retrieve),
        Endpoint::post::<wire::Shown<'_>>(
            "/v1/test/payment-methods/{id}/update",
            Family::Test,
            "Renew a saved card as the network would",
            renew,
        )
        .body::<wire::Renewal>()
        .codes(&[Code::PaymentMethodDetached])
        .sandbox_only(),
    ]
}

fn renew(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, PaymentMethodId::parse)?, call.body::<wire::Renewal>()?);
        answer(&call, "renew_payment_method", data, |unit, (id, renewal)| {
            Box::pin(async move { Ok(Reply::raw(wire::data(&super::renew(unit, id, renewal).await?))) })
        })
        .await
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, PaymentMethodId::parse)?;
        let found = store::peek(&call.app.db, call.account(), &id).await?;
        let method = found.filter(|method| method.status != Status::Pending).ok_or_else(|| missing(&id))?;
        Ok(Reply::raw(wire::data(&method)))
    })
}
