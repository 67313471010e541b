//! The endpoints of payments.

use futures_util::future::BoxFuture;
use vinr_core::ids::{PaymentId, PaymentMethodId};
use vinr_core::keys::Family;
use vinr_core::payments::{self as core, Presence};
use vinr_core::refusal::{Code, Refusal};

use super::{store, wire};
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;
use crate::record::Unit;

/// What can be asked of payments.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Payments;
    vec![
        E::get::<Listed<wire::Shown<'_>>>("/v1/payments", family, "List payments", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>("/v1/payments/{id}", family, "Retrieve a payment", retrieve),
        E::post::<wire::Shown<'_>>("/v1/payments/{id}/confirm", family, "Charge a waiting payment", confirm)
            .body::<wire::Confirm>()
            .codes(&[Code::PaymentNotConfirmable, Code::PaymentMethodMissing]),
        E::post::<wire::Shown<'_>>("/v1/payments/{id}/capture", family, "Capture an authorized payment", capture)
            .body::<wire::Capture>()
            .codes(&[Code::PaymentNotCapturable, Code::AmountTooLarge]),
        E::post::<wire::Shown<'_>>("/v1/payments/{id}/cancel", family, "Cancel a payment", cancel)
            .body::<wire::Cancel>()
            .codes(&[Code::PaymentNotCancellable]),
        E::post::<wire::Shown<'_>>("/v1/test/payments/{id}/pay", Family::Test, "Pay as the buyer would", pay)
            .body::<wire::TypedCard>()
            .codes(&[Code::PaymentNotConfirmable, Code::TestCardRequired])
            .sandbox_only(),
        E::post::<wire::Shown<'_>>(
            "/v1/test/payments/{id}/authenticate",
            Family::Test,
            "Answer a 3DS challenge as the buyer would",
            authenticate,
        )
        .body::<wire::Authenticate>()
        .codes(&[Code::PaymentNotAuthenticatable])
        .sandbox_only(),
    ]
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters = Vec::new();
        if let Some(status) = query.status {
            filters.push(("status", status.as_str().into()));
        }
        if let Some(customer) = query.customer_id {
            filters.push(("customer_id", customer.into()));
        }
        if let Some(currency) = query.currency {
            filters.push(("currency", currency.to_ascii_uppercase().into()));
        }
        let read = |row: &vinr_store::Row| {
            let payment = store::read_listed(row);
            let json = serde_json::to_value(wire::show(&payment, pages(&call)));
            (payment.id.to_string(), json.unwrap_or_default())
        };
        let page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        Reply::ok(&page)
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let payment = store::get(&call.app.db, call.account(), &call.id(0, PaymentId::parse)?).await?;
        Ok(Reply::raw(wire::data(&payment, pages(&call))))
    })
}

fn confirm(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, PaymentId::parse)?;
        let ask = call.body::<wire::Confirm>()?;
        if ask.payment_method_id.is_none() {
            return Err(no_method());
        }
        answer(&call, "confirm_payment", (id, ask), |unit, (id, ask)| {
            Box::pin(async move {
                let card =
                    super::card_of_token(unit, &method_id(ask.payment_method_id.as_deref().unwrap_or_default())?)?;
                let payment = super::confirm(unit, id, card, presence(ask.off_session)).await?;
                Ok(shown(unit, &payment))
            })
        })
        .await
    })
}

fn capture(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, PaymentId::parse)?, call.body::<wire::Capture>()?.amount);
        answer(&call, "capture_payment", data, |unit, (id, amount)| {
            Box::pin(async move {
                let payment = super::capture(unit, id, *amount).await?;
                Ok(shown(unit, &payment))
            })
        })
        .await
    })
}

fn cancel(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, PaymentId::parse)?;
        answer(&call, "cancel_payment", id, |unit, id| {
            Box::pin(async move {
                let payment = super::cancel(unit, id).await?;
                Ok(shown(unit, &payment))
            })
        })
        .await
    })
}

fn pay(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, PaymentId::parse)?, call.body::<wire::TypedCard>()?);
        answer(&call, "pay_payment", data, |unit, (id, typed)| {
            Box::pin(async move {
                let card = super::card_of_number(unit, typed)?;
                let payment = super::confirm(unit, id, card, Presence::OnSession).await?;
                Ok(shown(unit, &payment))
            })
        })
        .await
    })
}

fn authenticate(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let passed = call.body::<wire::Authenticate>()?.result == wire::AuthenticationResult::Succeed;
        let data = (call.id(0, PaymentId::parse)?, passed);
        answer(&call, "authenticate_payment", data, |unit, (id, passed)| {
            Box::pin(async move {
                let payment = super::authenticate(unit, id, *passed).await?;
                Ok(shown(unit, &payment))
            })
        })
        .await
    })
}

fn pages(call: &Call) -> wire::Pages<'_> {
    wire::Pages { public_url: &call.app.settings.public_url, account: call.account() }
}

/// The payment as the answer.
pub(crate) fn shown(unit: &Unit<'_>, payment: &core::Payment) -> Reply {
    Reply::raw(wire::data(payment, super::pages(unit)))
}

/// Whether a new payment is charged at once.
pub(crate) fn charges_now(ask: &wire::Create) -> bool {
    ask.confirm == Some(true) || ask.off_session == Some(true)
}

/// Whether the buyer is there.
pub(crate) fn presence(off_session: Option<bool>) -> Presence {
    if off_session == Some(true) { Presence::OffSession } else { Presence::OnSession }
}

/// The id of what pays.
///
/// # Errors
/// It is not such an id.
pub(crate) fn method_id(text: &str) -> Result<PaymentMethodId> {
    PaymentMethodId::parse(text).map_err(|problem| bad("paymentMethodId", problem.to_string()))
}

/// A parameter that is not what it should be.
pub(crate) fn bad(param: &'static str, message: String) -> crate::error::ApiError {
    Refusal::new(Code::ParameterInvalid, message).at(param).into()
}

/// A charge of nothing that is named.
pub(crate) fn no_method() -> crate::error::ApiError {
    let message = "there is nothing to charge: name a `paymentMethodId`, such as pm_test_4242 in the sandbox";
    Refusal::new(Code::PaymentMethodMissing, message).at("paymentMethodId").into()
}
