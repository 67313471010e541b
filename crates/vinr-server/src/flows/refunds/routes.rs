//! The endpoints of refunds.

use futures_util::future::BoxFuture;
use vinr_core::ids::{PaymentId, RefundId};
use vinr_core::keys::{Environment, Family};
use vinr_core::metadata::Metadata;
use vinr_core::refunds as core;
use vinr_core::refusal::Code;

use crate::error::{Problems, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::{chosen_id, id};
use crate::http::idempotency::answer;
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;
use crate::http::shapes::Refund;
use crate::record::Unit;
use crate::refunds::{store, wire};

/// What can be asked of refunds.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Refunds;
    vec![
        E::post::<Refund<'_>>("/v1/refunds", family, "Create a refund", create).body::<wire::Create>().codes(&[
            Code::ResourceExists,
            Code::ResourceMissing,
            Code::PaymentNotRefundable,
            Code::AmountTooLarge,
            Code::AcquirerNotConfigured,
        ]),
        E::get::<Listed<Refund<'_>>>("/v1/refunds", family, "List refunds", list).query::<wire::Query>(),
        E::get::<Refund<'_>>("/v1/refunds/{id}", family, "Retrieve a refund", retrieve),
    ]
}

/// What is asked for, read once.
struct NewRefund {
    id: Option<RefundId>,
    payment: PaymentId,
    ask: wire::Create,
    metadata: Metadata,
}

impl NewRefund {
    fn of(mut ask: wire::Create, environment: Environment) -> Result<NewRefund> {
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(ask.id.as_deref(), RefundId::parse, environment)).flatten();
        let payment = problems.note(id("paymentId", Some(&ask.payment_id), PaymentId::parse)).flatten();
        let pairs = ask.metadata.take().unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        let Some(payment) = payment.filter(|_| problems.is_empty()) else { return Err(problems.into()) };
        Ok(NewRefund { id: chosen, payment, ask, metadata })
    }

    /// The refund to make in this unit.
    fn drawn(&self, unit: &Unit<'_>) -> core::Create {
        core::Create {
            id: self.id.clone().unwrap_or_else(|| RefundId::from_bits(unit.env.id_bits())),
            amount: self.ask.amount,
            reason: self.ask.reason.map(wire::ReasonWord::reason),
            metadata: self.metadata.clone(),
        }
    }
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = NewRefund::of(call.body()?, call.app.settings.environment)?;
        answer(&call, "create_refund", new, |unit, new| {
            Box::pin(async move {
                let ask = new.drawn(unit);
                let refund = super::create(unit, &new.payment, ask, new.id.is_some()).await?;
                Reply::ok(&Refund::of(&refund))
            })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let filters = query.payment_id.map(|payment| ("payment_id", payment.into())).into_iter().collect();
        let read = |row: &vinr_store::Row| {
            let refund = store::read_listed(row);
            (refund.id.to_string(), refund)
        };
        let found = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        let Listed { object, data, page } = found;
        Reply::ok(&Listed { object, data: data.iter().map(Refund::of).collect(), page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let refund = store::get(&call.app.db, call.account(), &call.id(0, RefundId::parse)?).await?;
        Reply::ok(&Refund::of(&refund))
    })
}
