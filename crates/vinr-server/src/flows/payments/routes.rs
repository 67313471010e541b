//! The endpoints of payments: each may show the payment's customer beside it.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;
use serde_json::Value;
use vinr_core::attempts::Audience;
use vinr_core::ids::{PaymentId, PaymentMethodId};
use vinr_core::keys::Family;
use vinr_core::payments as core;
use vinr_core::refusal::{Code, Refusal};

use super::Means;
use super::answers::{customer_shown, shown};
use super::ask::{NewPayment, presence};
use crate::customers;
use crate::error::{ApiError, Result};
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::id;
use crate::http::idempotency::answer;
use crate::http::list::{self, Listed};
use crate::http::reply::Reply;
use crate::http::shapes::{Authenticate, Given, Pages};
use crate::payments::ideal::AtBank;
use crate::payments::sessions::wire::{PublicShown, show_public};
use crate::payments::wire::Expand;
use crate::payments::{self, sessions, store, wire};

/// What can be asked of payments.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Payments;
    vec![
        E::post::<wire::Shown<'_>>("/v1/payments", family, "Create a payment", create).body::<wire::Create>().codes(&[
            Code::ResourceExists,
            Code::ResourceMissing,
            Code::PciAttestationRequired,
            Code::PaymentMethodMissing,
            Code::PaymentMethodMismatch,
            Code::PaymentMethodDetached,
            Code::PaymentMethodExpired,
            Code::TestCardInLive,
            Code::KybRequired,
            Code::AcquirerNotConfigured,
            Code::RedemptionNotUsable,
            Code::StoreCreditNotUsable,
        ]),
        E::post::<sessions::wire::Session<'_>>(
            "/v1/payments/sessions",
            family,
            "Create a payment for Elements",
            create_session,
        )
        .body::<wire::Create>()
        .codes(&[
            Code::ResourceExists,
            Code::ResourceMissing,
            Code::RedemptionNotUsable,
            Code::StoreCreditNotUsable,
        ]),
        E::get::<Listed<wire::Shown<'_>>>("/v1/payments", family, "List payments", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>("/v1/payments/{id}", family, "Retrieve a payment", retrieve)
            .query::<wire::Retrieve>()
            .by_client_secret::<PublicShown<'_>>()
            .codes(&[Code::ClientSecretInvalid]),
        E::post::<wire::Shown<'_>>("/v1/payments/{id}/confirm", family, "Charge a waiting payment", confirm)
            .body::<wire::Confirm>()
            .by_client_secret::<PublicShown<'_>>()
            .codes(&[
                Code::ClientSecretInvalid,
                Code::PciAttestationRequired,
                Code::PaymentNotConfirmable,
                Code::PaymentAttemptsExhausted,
                Code::AmountMismatch,
                Code::PaymentMethodMissing,
                Code::PaymentMethodMismatch,
                Code::PaymentMethodDetached,
                Code::PaymentMethodExpired,
                Code::PaymentLinkUsedUp,
                Code::PaymentLinkInactive,
            ]),
        E::post::<wire::Shown<'_>>("/v1/payments/{id}/capture", family, "Capture an authorized payment", capture)
            .body::<wire::Capture>()
            .codes(&[Code::PaymentNotCapturable, Code::AmountTooLarge, Code::AcquirerNotConfigured]),
        E::post::<wire::Shown<'_>>("/v1/payments/{id}/cancel", family, "Cancel a payment", cancel)
            .body::<wire::Cancel>()
            .codes(&[Code::PaymentNotCancellable, Code::AcquirerNotConfigured]),
    ]
    .into_iter()
    .chain(helpers())
    .collect()
}

/// What plays the buyer, in the sandbox.
fn helpers() -> [Endpoint; 3] {
    use Endpoint as E;
    [
        E::post::<wire::Shown<'_>>("/v1/test/payments/{id}/pay", Family::Test, "Pay as the buyer would", pay)
            .body::<wire::Pay>()
            .codes(&[
                Code::PaymentNotConfirmable,
                Code::PaymentAttemptsExhausted,
                Code::TestCardRequired,
                Code::PaymentLinkUsedUp,
                Code::PaymentLinkInactive,
            ])
            .sandbox_only(),
        E::post::<wire::Shown<'_>>(
            "/v1/test/payments/{id}/debit",
            Family::Test,
            "Give an account as the buyer would",
            debit,
        )
        .body::<wire::Debit>()
        .codes(&[
            Code::PaymentNotConfirmable,
            Code::PaymentAttemptsExhausted,
            Code::TestAccountRequired,
            Code::PaymentLinkUsedUp,
            Code::PaymentLinkInactive,
        ])
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
        let new = NewPayment::of(call.body()?, call.app.settings.environment)?;
        answer(&call, "create_payment", new, |unit, new| {
            Box::pin(async move {
                unit.expand = Expand::names(new.ask.expand.as_deref());
                let payment = super::create(unit, new).await?;
                shown(unit, &payment).await
            })
        })
        .await
    })
}

fn create_session(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = NewPayment::of(call.body()?, call.app.settings.environment)?;
        answer(&call, "create_session", new, |unit, new| {
            Box::pin(async move {
                // Only this unit knows the client secret: the browser that gets it asks how the charge went.
                unit.audience = Audience::Nobody;
                unit.expand = Expand::names(new.ask.expand.as_deref());
                let payment = super::create(unit, new).await?;
                let client_secret = sessions::open(unit, &payment);
                let customer = customer_shown(unit, &payment).await?;
                let payment = wire::show(&payment, payments::pages(unit)).with_customer(customer);
                Reply::ok(&sessions::wire::Session { payment, client_secret })
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
        if let Some(link) = query.payment_link_id {
            filters.push(("payment_link_id", link.into()));
        }
        if let Some(currency) = query.currency {
            filters.push(("currency", currency.to_ascii_uppercase().into()));
        }
        let read = |row: &vinr_store::Row| {
            let payment = store::read_listed(row);
            (payment.id.to_string(), payment)
        };
        let whole = query.expand.is_some_and(|expand| expand.contains(&Expand::Customer));
        let (db, account) = (&call.app.db, call.account());
        if !whole {
            let page = list::page(db, account, &store::LIST, &query.page, filters, read).await?;
            return listed(&call, page, None);
        }
        let snapshot = db.snapshot().await?;
        let page = list::page_in(&snapshot, account, &store::LIST, &query.page, filters, read).await?;
        let ids = page.data.iter().filter_map(|payment| payment.customer_id.as_ref()).map(String::from).collect();
        let customers = customers::shown(&snapshot, account, &ids).await?;
        listed(&call, page, Some(&customers))
    })
}

/// A page of payments, each with its customer if they are to be shown whole.
fn listed(call: &Call, found: Listed<core::Payment>, whole: Option<&BTreeMap<String, Value>>) -> Result<Reply> {
    let Listed { object, data, page } = found;
    let customer = |payment: &core::Payment| whole.map(|customers| customer_of(payment, customers));
    let shown = data.iter().map(|payment| wire::show(payment, pages(call)).with_customer(customer(payment)));
    Reply::ok(&Listed { object, data: shown.collect(), page })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        if call.is_public() {
            return retrieve_public(&call).await;
        }
        let ask = call.query::<wire::Retrieve>()?;
        let (id, account) = (call.id(0, PaymentId::parse)?, call.account());
        if !ask.expand.is_some_and(|expand| expand.contains(&Expand::Customer)) {
            let payment = store::get(&call.app.db, account, &id).await?;
            return Reply::ok(&wire::show(&payment, pages(&call)));
        }
        let snapshot = call.app.db.snapshot().await?;
        let payment = store::get(&snapshot, account, &id).await?;
        let ids = payment.customer_id.as_ref().map(String::from).into_iter().collect();
        let customers = customers::shown(&snapshot, account, &ids).await?;
        Reply::ok(&wire::show(&payment, pages(&call)).with_customer(Some(customer_of(&payment, &customers))))
    })
}

/// What a browser sees that presents the payment's client secret.
async fn retrieve_public(call: &Call) -> Result<Reply> {
    let (secret, id) = (presented(call, None)?, call.id(0, PaymentId::parse)?);
    if call.query::<wire::Retrieve>()?.expand.is_some() {
        return Err(not_for_browsers("expand"));
    }
    let (app, account, wall) = (&call.app, call.account(), call.app.env.wall());
    let now = app.contexts.recent(&app.db, account, wall).await?.clock.account_now(wall);
    let payment = store::peek(&app.db, account, &id).await?;
    sessions::check(&app.db, account, payment.as_ref(), &secret, now).await?;
    let payment = payment.ok_or_else(|| ApiError::missing("payment", id.as_str()))?;
    Reply::ok(&show_public(&payment, pages(call)))
}

/// The client secret of a browser's request.
fn presented(call: &Call, in_body: Option<String>) -> Result<String> {
    in_body.or_else(|| call.client_secret.clone()).ok_or_else(|| {
        let message = "a public key reads and confirms the one payment whose client secret it presents: send it as \
                       `X-Vinr-Client-Secret`";
        Refusal::new(Code::InsufficientScope, message).into()
    })
}

/// What a public key has no say in.
fn not_for_browsers(param: &'static str) -> ApiError {
    let message = format!("`{param}` is not for public keys");
    Refusal::new(Code::InsufficientScope, message).at(param).into()
}

async fn confirm_public(call: &Call, ask: wire::Confirm) -> Result<Reply> {
    let wire::Confirm { payment_method_id, off_session, amount, client_secret, expand } = ask;
    let secret = presented(call, client_secret)?;
    if off_session == Some(true) {
        return Err(not_for_browsers("offSession"));
    }
    if expand.is_some() {
        return Err(not_for_browsers("expand"));
    }
    let data = (call.id(0, PaymentId::parse)?, secret, method_id(payment_method_id.as_deref())?, amount);
    answer(call, "confirm_by_secret", data, |unit, (id, secret, method, quoted)| {
        Box::pin(async move {
            unit.audience = Audience::Browser;
            let payment = super::confirm_by_secret(unit, id, secret, method.as_ref(), *quoted).await?;
            Reply::ok(&show_public(&payment, payments::pages(unit)))
        })
    })
    .await
}

fn confirm(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(0, PaymentId::parse)?;
        let ask = call.body::<wire::Confirm>()?;
        if call.is_public() {
            return confirm_public(&call, ask).await;
        }
        let method = method_id(ask.payment_method_id.as_deref())?;
        answer(&call, "confirm_payment", (id, ask, method), |unit, (id, ask, method)| {
            Box::pin(async move {
                if let Some(secret) = &ask.client_secret {
                    sessions::check_in(unit, id, secret).await?;
                }
                unit.expand = Expand::names(ask.expand.as_deref());
                let told = (presence(ask.off_session), ask.amount);
                let payment = super::confirm(unit, id, method.as_ref(), told).await?;
                shown(unit, &payment).await
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
                unit.expand = Expand::names(ask.expand.as_deref());
                let payment = payments::capture(unit, id, ask.amount).await?;
                shown(unit, &payment).await
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
                unit.expand = Expand::names(ask.expand.as_deref());
                let payment = payments::cancel(unit, id).await?;
                shown(unit, &payment).await
            })
        })
        .await
    })
}

fn pay(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let wire::Pay { card, save_payment_method, email } = call.body()?;
        let means = Means::Given { given: Given::Card(card), save: save_payment_method == Some(true), email };
        answer(&call, "pay_payment", (call.id(0, PaymentId::parse)?, means), |unit, (id, means)| {
            Box::pin(async move {
                let payment = super::pay(unit, id, means, None).await?;
                shown(unit, &payment).await
            })
        })
        .await
    })
}

fn debit(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let wire::Debit { account, save_payment_method, email } = call.body()?;
        let means = Means::Given { given: Given::Account(account), save: save_payment_method == Some(true), email };
        answer(&call, "debit_payment", (call.id(0, PaymentId::parse)?, means), |unit, (id, means)| {
            Box::pin(async move {
                let payment = super::pay(unit, id, means, None).await?;
                shown(unit, &payment).await
            })
        })
        .await
    })
}

fn authenticate(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let passed = call.body::<Authenticate>()?.passed();
        let said = if passed { AtBank::Approves } else { AtBank::Refuses };
        answer(&call, "authenticate_payment", (call.id(0, PaymentId::parse)?, said), |unit, (id, said)| {
            Box::pin(async move {
                let payment = super::authenticate(unit, id, *said).await?;
                shown(unit, &payment).await
            })
        })
        .await
    })
}

fn pages(call: &Call) -> Pages<'_> {
    Pages { public_url: &call.app.settings.public_url, account: call.account() }
}

/// A payment's customer among these, or null.
fn customer_of(payment: &core::Payment, customers: &BTreeMap<String, Value>) -> Value {
    let found = payment.customer_id.as_ref().and_then(|id| customers.get(id.as_str()));
    found.cloned().unwrap_or_default()
}

fn method_id(text: Option<&str>) -> Result<Option<PaymentMethodId>> {
    Ok(id("paymentMethodId", text, PaymentMethodId::parse)?)
}
