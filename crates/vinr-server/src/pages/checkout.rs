//! Hosted checkout (spec/payments.md): the buyer's page of one payment, in every state it can be in.

mod form;
mod views;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use subtle::ConstantTimeEq as _;
use vinr_core::ids::{AccountId, PaymentId};
use vinr_core::keys::Environment;
use vinr_core::payments::{Payment, Presence, Status};
use vinr_core::time::Timestamp;

use self::form::{Errors, Form};
use self::views::{Order, bank, challenge, closed, entry, missing, paid, processing};
use super::locale::Locale;
use super::{html, locale, see_other};
use crate::app::{App, Task};
use crate::error::{ApiError, Result};
use crate::payments;

/// What an address of these pages holds: the account, the payment, and the secret that opens it.
type Address = Path<(String, String, String)>;

/// The pages of a payment.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/checkout/{account}/{payment}/{secret}", get(show).post(pay))
        .route("/checkout/{account}/{payment}/{secret}/done", get(done))
        .route("/authenticate/{account}/{payment}/{secret}", get(ask).post(answer))
}

/// A payment whose page was opened with the right secret.
struct Opened {
    account: AccountId,
    payment: Payment,
    merchant: String,
    path: String,
    /// The account's time.
    now: Timestamp,
}

async fn open(app: &App, (account, payment, secret): &(String, String, String)) -> Result<Opened> {
    let unknown = || ApiError::missing("page", "with this address");
    let id = PaymentId::parse(payment).map_err(|_| unknown())?;
    let account_id = AccountId::parse(account).map_err(|_| unknown())?;
    let found = payments::store::get(&app.db, &account_id, &id).await?;
    if !bool::from(found.checkout_token.as_bytes().ct_eq(secret.as_bytes())) {
        return Err(unknown());
    }
    let wall = app.env.wall();
    let context = app.contexts.recent(&app.db, &account_id, wall).await?;
    let now = context.clock.account_now(wall);
    let path = format!("/checkout/{account}/{payment}/{secret}");
    Ok(Opened { account: account_id, payment: found, merchant: context.settings.name.clone(), path, now })
}

async fn show(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let locale = locale(&headers);
    match open(&app, &address).await {
        Ok(opened) => state(&app, &opened, locale, false),
        Err(error) => failure(&error, locale),
    }
}

/// Where a buyer comes out who has just paid, or tried to.
async fn done(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let locale = locale(&headers);
    match open(&app, &address).await {
        Ok(opened) => state(&app, &opened, locale, true),
        Err(error) => failure(&error, locale),
    }
}

/// The page as the payment stands.
fn state(app: &App, opened: &Opened, locale: Locale, just_now: bool) -> Response {
    let Opened { payment, merchant, path, now, .. } = opened;
    let sandbox = app.settings.environment == Environment::Sandbox;
    let order = Order::of(payment, merchant, locale, sandbox);
    match payment.status {
        Status::Pending | Status::RequiresAction => entry(&order, path, payment, &Errors::default()),
        // A failed payment stays failed when its checkout closes; only its page knows that it is over.
        Status::Failed if *now < payment.expires_at => entry(&order, path, payment, &Errors::default()),
        Status::Processing => processing(&order, path),
        Status::RequiresAuthentication => challenge(&order, &path.replacen("/checkout/", "/authenticate/", 1)),
        Status::Completed | Status::Authorized => paid(&order, payment, just_now),
        Status::Failed | Status::Expired | Status::Cancelled => closed(&order, payment),
    }
}

async fn pay(State(app): State<App>, Path(address): Address, headers: HeaderMap, body: Body) -> Response {
    let locale = locale(&headers);
    let opened = match open(&app, &address).await {
        Ok(opened) => opened,
        Err(error) => return failure(&error, locale),
    };
    let done = format!("{}/done", opened.path);
    let form = match Form::read(body).await {
        Ok(form) => form,
        Err(errors) => return again(&app, &opened, locale, &errors),
    };
    let typed = Arc::new((opened.payment.id.clone(), form.card));
    let task = Task::request(&opened.account, "pay_on_page");
    let confirmed = app.run_and_ask(task, typed, |unit, (id, card)| {
        Box::pin(async move {
            let card = payments::card_of_number(unit, card)?;
            payments::confirm(unit, id, card, Presence::OnSession).await.map(drop)
        })
    });
    match confirmed.await {
        Ok(((), outcome)) => {
            if let Some(outcome) = outcome {
                outcome.wait().await;
            }
            see_other(&done)
        }
        // Somebody else was quicker, or time was: the page says how it stands now.
        Err(error) if error.status() == 422 => see_other(&opened.path),
        Err(error) => again(
            &app,
            &opened,
            locale,
            &Errors { expiry_kept: form.expiry, name_kept: form.name, ..Errors::of(&error) },
        ),
    }
}

/// The form once more, with what is wrong.
fn again(app: &App, opened: &Opened, locale: Locale, errors: &Errors) -> Response {
    let sandbox = app.settings.environment == Environment::Sandbox;
    let order = Order::of(&opened.payment, &opened.merchant, locale, sandbox);
    let mut response = entry(&order, &opened.path, &opened.payment, errors);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response
}

/// The bank's own page, in its frame.
async fn ask(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let locale = locale(&headers);
    match open(&app, &address).await {
        Ok(opened) if opened.payment.status == Status::RequiresAuthentication => {
            let action = opened.path.replacen("/checkout/", "/authenticate/", 1);
            bank(&Order::of(&opened.payment, &opened.merchant, locale, true), &action)
        }
        Ok(opened) => see_other(&opened.path),
        Err(error) => failure(&error, locale),
    }
}

async fn answer(State(app): State<App>, Path(address): Address, headers: HeaderMap, body: String) -> Response {
    let locale = locale(&headers);
    let opened = match open(&app, &address).await {
        Ok(opened) if app.settings.environment == Environment::Sandbox => opened,
        Ok(_) => return failure(&ApiError::missing("page", "with this address"), locale),
        Err(error) => return failure(&error, locale),
    };
    let passed = form_urlencoded::parse(body.as_bytes()).any(|(name, value)| name == "result" && value == "succeed");
    let data = Arc::new((opened.payment.id.clone(), passed));
    let task = Task::request(&opened.account, "authenticate_on_page");
    let answered = app.run(task, data, |unit, (id, passed)| {
        Box::pin(async move { payments::authenticate(unit, id, *passed).await.map(drop) })
    });
    match answered.await {
        Ok(()) => see_other(&format!("{}/done", opened.path)),
        // The challenge is over already: its page says how it ended.
        Err(error) if error.status() == 422 => see_other(&opened.path),
        Err(error) => failure(&error, locale),
    }
}

fn failure(error: &ApiError, locale: Locale) -> Response {
    match error.status() {
        400 | 404 => missing(locale),
        _ => {
            tracing::error!(%error, source = error.source, "a page could not be shown");
            let text = super::texts::Texts::of(locale);
            html(
                StatusCode::SERVICE_UNAVAILABLE,
                &views::Missing { locale, title: text.processing_title, text: text.trouble },
            )
        }
    }
}
