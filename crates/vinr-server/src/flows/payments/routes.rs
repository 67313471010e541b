//! The endpoints of payments: each may show the payment's customer beside it.

use futures_util::future::BoxFuture;
use serde_json::Value;
use vinr_core::accounts::statement_descriptor;
use vinr_core::ids::{CustomerId, PaymentId, PaymentMethodId};
use vinr_core::keys::{Environment, Family};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::payments::{self as core, Capture, Presence};
use vinr_core::refusal::{Code, Refusal};

use super::Means;
use crate::customers;
use crate::error::Result;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;
use crate::http::shapes::{Authenticate, Pages};
use crate::payments::wire::Expand;
use crate::payments::{self, store, wire};
use crate::record::Unit;

/// What can be asked of payments.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Payments;
    vec![
        E::post::<wire::Shown<'_>>("/v1/payments", family, "Create a payment", create).body::<wire::Create>().codes(&[
            Code::ResourceExists,
            Code::ResourceMissing,
            Code::PaymentMethodMissing,
            Code::PaymentMethodMismatch,
            Code::PaymentMethodDetached,
            Code::PaymentMethodExpired,
            Code::TestCardInLive,
            Code::KybRequired,
            Code::AcquirerNotConfigured,
        ]),
        E::get::<Listed<wire::Shown<'_>>>("/v1/payments", family, "List payments", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>("/v1/payments/{id}", family, "Retrieve a payment", retrieve)
            .query::<wire::Retrieve>(),
        E::post::<wire::Shown<'_>>("/v1/payments/{id}/confirm", family, "Charge a waiting payment", confirm)
            .body::<wire::Confirm>()
            .codes(&[
                Code::PaymentNotConfirmable,
                Code::PaymentMethodMissing,
                Code::PaymentMethodMismatch,
                Code::PaymentMethodDetached,
                Code::PaymentMethodExpired,
            ]),
        E::post::<wire::Shown<'_>>("/v1/payments/{id}/capture", family, "Capture an authorized payment", capture)
            .body::<wire::Capture>()
            .codes(&[Code::PaymentNotCapturable, Code::AmountTooLarge]),
        E::post::<wire::Shown<'_>>("/v1/payments/{id}/cancel", family, "Cancel a payment", cancel)
            .body::<wire::Cancel>()
            .codes(&[Code::PaymentNotCancellable]),
        E::post::<wire::Shown<'_>>("/v1/test/payments/{id}/pay", Family::Test, "Pay as the buyer would", pay)
            .body::<wire::Pay>()
            .codes(&[Code::PaymentNotConfirmable, Code::TestCardRequired])
            .sandbox_only(),
        E::post::<wire::Shown<'_>>(
            "/v1/test/payments/{id}/authenticate",
            Family::Test,
            "Answer a 3DS challenge as the buyer would",
            authenticate,
        )
        .body::<Authenticate>()
        .codes(&[Code::PaymentNotAuthenticatable])
        .sandbox_only(),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask = call.body::<wire::Create>()?;
        check(&call, &ask)?;
        let method = ask.payment_method_id.as_deref().map(method_id).transpose()?;
        answer(&call, "create_payment", (ask, method), |unit, (ask, method)| {
            Box::pin(async move {
                let (parsed, now) = (parse(unit, ask)?, charges_now(ask));
                let payment = super::create(unit, parsed, ask.id.is_some(), now, method.as_ref()).await?;
                shown(unit, &payment, ask.expand.as_deref()).await
            })
        })
        .await
    })
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
        let mut page = list::page(&call.app.db, call.account(), &store::LIST, &query.page, filters, read).await?;
        if query.expand.is_some_and(|expand| expand.contains(&Expand::Customer)) {
            for payment in &mut page.data {
                show_customer(&call, payment).await?;
            }
        }
        Reply::ok(&page)
    })
}

/// Puts the customer into a payment that is JSON already.
async fn show_customer(call: &Call, payment: &mut Value) -> Result<()> {
    let id = payment["customerId"].as_str().and_then(|id| CustomerId::parse(id).ok());
    if let Some(id) = id {
        payment["customer"] = customers::shown(&call.app.db, call.account(), &id).await?;
    }
    Ok(())
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let ask = call.query::<wire::Retrieve>()?;
        let payment = store::get(&call.app.db, call.account(), &call.id(0, PaymentId::parse)?).await?;
        let customer = match customer_to_show(&payment, ask.expand.as_deref()) {
            Some(id) => Some(customers::shown(&call.app.db, call.account(), id).await?),
            None => None,
        };
        Reply::ok(&wire::show(&payment, pages(&call)).with_customer(customer))
    })
}

fn confirm(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, PaymentId::parse)?;
        let ask = call.body::<wire::Confirm>()?;
        let method = ask.payment_method_id.as_deref().map(method_id).transpose()?;
        answer(&call, "confirm_payment", (id, ask, method), |unit, (id, ask, method)| {
            Box::pin(async move {
                let payment = super::confirm(unit, id, method.as_ref(), presence(ask.off_session)).await?;
                shown(unit, &payment, ask.expand.as_deref()).await
            })
        })
        .await
    })
}

fn capture(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, PaymentId::parse)?, call.body::<wire::Capture>()?);
        answer(&call, "capture_payment", data, |unit, (id, ask)| {
            Box::pin(async move {
                let payment = payments::capture(unit, id, ask.amount).await?;
                shown(unit, &payment, ask.expand.as_deref()).await
            })
        })
        .await
    })
}

fn cancel(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, PaymentId::parse)?, call.body::<wire::Cancel>()?);
        answer(&call, "cancel_payment", data, |unit, (id, ask)| {
            Box::pin(async move {
                let payment = payments::cancel(unit, id).await?;
                shown(unit, &payment, ask.expand.as_deref()).await
            })
        })
        .await
    })
}

fn pay(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let wire::Pay { card, save_payment_method, email } = call.body()?;
        let means = Means::Typed { card, save: save_payment_method == Some(true), email };
        answer(&call, "pay_payment", (call.id(0, PaymentId::parse)?, means), |unit, (id, means)| {
            Box::pin(async move {
                let payment = super::pay(unit, id, means).await?;
                shown(unit, &payment, None).await
            })
        })
        .await
    })
}

fn authenticate(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let passed = call.body::<Authenticate>()?.passed();
        let data = (call.id(0, PaymentId::parse)?, passed);
        answer(&call, "authenticate_payment", data, |unit, (id, passed)| {
            Box::pin(async move {
                let payment = payments::authenticate(unit, id, *passed).await?;
                shown(unit, &payment, None).await
            })
        })
        .await
    })
}

fn pages(call: &Call) -> Pages<'_> {
    Pages { public_url: &call.app.settings.public_url, account: call.account() }
}

/// The payment as the answer, with what is to be shown whole.
async fn shown(unit: &mut Unit<'_>, payment: &core::Payment, expand: Option<&[Expand]>) -> Result<Reply> {
    let customer = match customer_to_show(payment, expand) {
        Some(id) => Some(customers::shown_in(unit, id).await?),
        None => None,
    };
    Reply::ok(&wire::show(payment, payments::pages(unit)).with_customer(customer))
}

fn customer_to_show<'a>(payment: &'a core::Payment, expand: Option<&[Expand]>) -> Option<&'a CustomerId> {
    payment.customer_id.as_ref().filter(|_| expand.is_some_and(|expand| expand.contains(&Expand::Customer)))
}

fn charges_now(ask: &wire::Create) -> bool {
    ask.confirm == Some(true) || ask.off_session == Some(true)
}

fn presence(off_session: Option<bool>) -> Presence {
    if off_session == Some(true) { Presence::OffSession } else { Presence::OnSession }
}

fn method_id(text: &str) -> Result<PaymentMethodId> {
    PaymentMethodId::parse(text).map_err(|problem| bad("paymentMethodId", problem.to_string()))
}

fn bad(param: &'static str, message: String) -> crate::error::ApiError {
    Refusal::new(Code::ParameterInvalid, message).at(param).into()
}

/// What can be refused without looking at the account's rows.
fn check(call: &Call, ask: &wire::Create) -> Result<()> {
    if ask.id.is_some() && call.app.settings.environment == Environment::Live {
        let message = "ids are drawn by the server in live";
        return Err(Refusal::new(Code::ParameterUnknown, message).at("id").into());
    }
    let by_word = ask.capture_method.map(|word| word == wire::CaptureWord::Automatic);
    if let (Some(flag), Some(word)) = (ask.capture, by_word)
        && flag != word
    {
        let message = "`capture` and `captureMethod` contradict each other; give one";
        return Err(Refusal::new(Code::ParameterConflict, message).at("captureMethod").into());
    }
    if charges_now(ask) && ask.customer_id.is_none() {
        if ask.payment_method_id.is_none() {
            return Err(super::no_method());
        }
        if ask.save_payment_method == Some(true) {
            let message = "a card is kept for a customer: name one, or let the buyer pay on the hosted page";
            return Err(Refusal::new(Code::ParameterMissing, message).at("customerId").into());
        }
    }
    Ok(())
}

fn parse(unit: &Unit<'_>, ask: &wire::Create) -> Result<core::Create> {
    let currency = Currency::from_param(&ask.currency)?;
    let id = match &ask.id {
        Some(id) => PaymentId::parse(id).map_err(|problem| bad("id", problem.to_string()))?,
        None => PaymentId::from_bits(unit.env.id_bits()),
    };
    let customer_id = ask.customer_id.as_deref().map(CustomerId::parse).transpose();
    let pairs = ask.metadata.clone().unwrap_or_default().pairs();
    let manual = ask.capture == Some(false) || ask.capture_method == Some(wire::CaptureWord::Manual);
    Ok(core::Create {
        id,
        amount: Money::payment(ask.amount, currency)?,
        description: ask.description.clone(),
        return_url: ask.return_url.clone(),
        cancel_url: ask.cancel_url.clone(),
        capture: if manual { Capture::Manual } else { Capture::Automatic },
        customer_id: customer_id.map_err(|problem| bad("customerId", problem.to_string()))?,
        presence: presence(ask.off_session),
        save_method: ask.save_payment_method == Some(true),
        statement_descriptor: ask.statement_descriptor.as_deref().map(statement_descriptor).transpose()?,
        receipt_email: ask.receipt_email.clone(),
        metadata: Metadata::new().merged(pairs)?,
        checkout_token: format!("{:032x}", unit.env.entropy.u128()),
    })
}
