//! The endpoints of disputes.

use futures_util::future::BoxFuture;
use vinr_core::disputes::{Command, Opening, Reason};
use vinr_core::ids::{DisputeId, PaymentId};
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use super::{Ask, Notes};
use crate::disputes::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency;
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;
use crate::http::shapes::Nothing;

/// What can be asked of disputes.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Disputes;
    let (one, noted) = ("/v1/disputes/{id}", "Note evidence");
    let not_now: &'static [Code] = &[Code::DisputeNotAnswerable];
    vec![
        E::get::<Listed<wire::Shown<'_>>>("/v1/disputes", family, "List disputes", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(one, family, "Retrieve a dispute", retrieve),
        E::patch::<wire::Shown<'_>>(one, family, noted, update).body::<wire::Update>().codes(not_now),
        E::post::<wire::Shown<'_>>(one, family, noted, update).body::<wire::Update>().codes(not_now),
        E::post::<wire::Shown<'_>>("/v1/disputes/{id}/submit", family, "Send the evidence to the bank", submit)
            .body::<Nothing>()
            .codes(not_now),
        E::post::<wire::Shown<'_>>("/v1/disputes/{id}/accept", family, "Give in to a dispute", accept)
            .body::<Nothing>()
            .codes(not_now),
        E::post::<wire::Shown<'_>>(
            "/v1/test/disputes/{id}/escalate",
            Family::Test,
            "Make a dispute of a warning as the network would",
            escalate,
        )
        .body::<Nothing>()
        .codes(not_now)
        .sandbox_only(),
        E::post::<wire::Shown<'_>>(
            "/v1/test/disputes/{id}/close",
            Family::Test,
            "Close a warning as the network would",
            close,
        )
        .body::<Nothing>()
        .codes(not_now)
        .sandbox_only(),
        E::post::<wire::Shown<'_>>(
            "/v1/test/payments/{id}/dispute",
            Family::Test,
            "Dispute a payment as its buyer's bank would",
            open,
        )
        .body::<wire::Open>()
        .codes(&[Code::PaymentNotDisputable])
        .sandbox_only(),
    ]
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters = Vec::new();
        if let Some(payment) = query.payment_id {
            filters.push(("payment_id", payment.into()));
        }
        if let Some(status) = query.status {
            filters.push(("status", status.as_str().into()));
        }
        let read = |row: &vinr_store::Row| {
            let dispute = store::read_listed(row);
            (dispute.id.to_string(), dispute)
        };
        let found = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let Listed { object, data, page } = found;
        Reply::ok(&Listed { object, data: data.iter().map(wire::show).collect(), page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let dispute = store::get(&call.app.db, call.account(), &call.id(0, DisputeId::parse)?).await?;
        Reply::ok(&wire::show(&dispute))
    })
}

fn update(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let wire::Update { evidence, metadata } = call.body()?;
        let evidence = evidence.unwrap_or_default().named();
        let notes = Notes { evidence, metadata: metadata.unwrap_or_default().pairs().collect() };
        let data = (call.id(0, DisputeId::parse)?, notes);
        idempotency::answer(&call, "update_dispute", data, |unit, (id, notes)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::update(unit, id, notes).await?)) })
        })
        .await
    })
}

fn submit(call: Call) -> BoxFuture<'static, Result<Reply>> {
    answered(call, "submit_dispute", Command::Submit)
}

fn accept(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, DisputeId::parse)?;
        idempotency::answer(&call, "accept_dispute", id, |unit, id| {
            Box::pin(async move { Reply::ok(&wire::show(&super::accept(unit, id).await?)) })
        })
        .await
    })
}

fn escalate(call: Call) -> BoxFuture<'static, Result<Reply>> {
    answered(call, "escalate_warning", Command::Escalate)
}

fn close(call: Call) -> BoxFuture<'static, Result<Reply>> {
    answered(call, "close_warning", Command::Close)
}

fn answered(call: Call, label: &'static str, command: Command) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, DisputeId::parse)?, command);
        idempotency::answer(&call, label, data, |unit, (id, command)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::answer(unit, id, command.clone()).await?)) })
        })
        .await
    })
}

fn open(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let wire::Open { amount, reason, warning } = call.body()?;
        let reason = reason.map_or(Reason::Fraudulent, wire::ReasonWord::reason);
        let opening = if warning == Some(true) { Opening::Warning } else { Opening::Dispute };
        let data = (call.id(0, PaymentId::parse)?, Ask { amount, reason, opening });
        idempotency::answer(&call, "open_dispute", data, |unit, (payment, ask)| {
            Box::pin(async move { Reply::ok(&wire::show(&super::open(unit, payment, ask.clone()).await?)) })
        })
        .await
    })
}
