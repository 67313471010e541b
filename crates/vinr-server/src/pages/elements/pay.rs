//! What the card fields ask for: what there is to pay, to pay it, the bank's question, and how it ended.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;
use subtle::ConstantTimeEq as _;
use vinr_core::ids::{AccountId, PaymentId};
use vinr_core::keys::Environment;
use vinr_core::payments::{Payment, Status};
use vinr_core::refusal::{Code, Refusal};

use super::super::checkout::at_bank;
use super::super::checkout::form::{Chosen, Errors, Form};
use super::super::checkout::saved::offered;
use super::super::checkout::views::bank_within;
use super::super::texts::Texts;
use super::super::{html_under, locale, see_other};
use super::embedding::policy;
use super::{BANK, wire};
use crate::app::{App, Task};
use crate::context::AccountContext;
use crate::error::{ApiError, Result};
use crate::flows::payments::{Means, authenticate, pay as charge};
use crate::http::bodies;
use crate::http::door::{client_secret, from_our_fields};
use crate::http::peer::Peer;
use crate::http::shapes::{Given, Pages};
use crate::locale::Locale;
use crate::payments::{sessions, store};

/// Largest body of a form without a card: whether saved ones are offered, or what the bank is answered.
const SHORT_BYTES_MAX: usize = 256;

/// The account, the payment, and the token of its pages.
type Address = Path<(String, String, String)>;

/// A payment that is paid from card fields.
struct Paying {
    app: App,
    context: Arc<AccountContext>,
    payment: Payment,
    t: &'static Texts,
}

impl Paying {
    fn pages(&self) -> Pages<'_> {
        Pages { public_url: &self.app.settings.public_url, account: &self.context.account }
    }

    /// Whoever pays becomes a customer if the card is kept, and needs an address for that.
    fn asks_email(&self) -> bool {
        self.payment.save_method && self.payment.customer_id.is_none()
    }

    fn with_merchant(&self, text: &str) -> String {
        text.replace("{merchant}", &self.context.settings.name)
    }

    /// A page of its own on this server, whatever name the browser has for that.
    fn path(&self, place: &str) -> String {
        let here = Pages { public_url: "", account: &self.context.account };
        sessions::page(place, &self.payment, here)
    }
}

/// What there is to pay, and with which saved cards, unless the merchant's page wants none of them.
pub(super) async fn session(State(app): State<App>, peer: Peer, headers: HeaderMap, body: Body) -> Response {
    let answer = async {
        let mut form = Vec::new();
        bodies::read(body, SHORT_BYTES_MAX, |piece| form.extend_from_slice(&piece)).await?;
        let paying = by_secret(&app, peer, &headers).await?;
        let settings = &paying.app.settings;
        let hides = form_urlencoded::parse(&form).any(|(name, value)| name == "savedMethods" && value == "false");
        let customer = paying.payment.customer_id.as_ref().filter(|_| !hides);
        let now = paying.context.clock.account_now(app.env.wall());
        let methods = offered(&app, &paying.context, customer, now).await?;
        json(&wire::Opened {
            payment: sessions::wire::show_public(&paying.payment, paying.pages()),
            outcome: paying.path("outcome"),
            asks_email: paying.asks_email(),
            consent: paying.payment.save_method.then(|| paying.with_merchant(paying.t.consent)),
            takes_cards: settings.connector.check(settings.environment, paying.context.settings.kyb).is_ok(),
            saved: methods.iter().filter_map(|method| wire::Saved::of(paying.t, method)).collect(),
        })
    };
    answered(answer.await)
}

/// The card that was typed or chosen pays.
pub(super) async fn confirm(State(app): State<App>, peer: Peer, headers: HeaderMap, body: Body) -> Response {
    let answer = async {
        let paying = match by_secret(&app, peer, &headers).await {
            Ok(paying) => paying,
            Err(error) => {
                // So that the browser reads the answer; what it typed is wiped with the buffer.
                let _ = Form::read(body, false).await;
                return Err(error);
            }
        };
        try_to_pay(paying, body).await
    };
    let mut response = answered(answer.await);
    // A card was typed: the buffer that it was read into goes with the connection.
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn try_to_pay(paying: Paying, body: Body) -> Result<Response> {
    let form = match Form::read(body, paying.asks_email()).await {
        Ok(form) => form,
        Err(errors) => return wrong(paying.t, &errors),
    };
    let Form { chosen, quoted, kept } = form;
    let means = match chosen {
        Chosen::Given(given @ Given::Card(_)) => {
            let email = Some(kept.email).filter(|email| !email.is_empty());
            Means::Given { given, save: false, email }
        }
        Chosen::Saved(id) => Means::Saved(id),
        // Fields offer no other way.
        Chosen::Ideal | Chosen::Given(Given::Account(_)) => return wrong(paying.t, &Errors::trouble()),
    };
    let task = Task::request(&paying.context.account, "pay_in_fields");
    let data = Arc::new((paying.payment.id.clone(), means, quoted));
    let confirmed = paying.app.run_and_ask(task, data, |unit, (id, means, quoted)| {
        Box::pin(async move { charge(unit, id, means, *quoted).await.map(drop) })
    });
    match confirmed.await {
        Ok(((), outcome)) => {
            if let Some(outcome) = outcome {
                outcome.wait().await;
            }
        }
        // Somebody else was quicker: the fields are told how it stands now.
        Err(error) if error.first().code == Code::PaymentNotConfirmable => {}
        Err(error) if error.status() == 400 || error.first().code == Code::AmountMismatch => {
            return wrong(paying.t, &Errors::of(&error));
        }
        Err(error) => return Err(error),
    }
    as_it_stands(&paying).await
}

fn wrong(t: &'static Texts, errors: &Errors) -> Result<Response> {
    let mut response = json(&wire::Tried::wrong(t, errors))?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// The payment with what happened to it since.
async fn as_it_stands(paying: &Paying) -> Result<Response> {
    let payment = store::get(&paying.app.db, &paying.context.account, &paying.payment.id).await?;
    json(&wire::tried(paying.t, &payment, paying.pages()))
}

/// How a payment stands or ended, for fields that were open before.
pub(super) async fn outcome(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let answer = async {
        let paying = by_token(&app, &address, &headers).await?;
        json(&wire::tried(paying.t, &paying.payment, paying.pages()))
    };
    answered(answer.await)
}

/// The bank's question, while it is open.
pub(super) async fn ask(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let asked = by_token(&app, &address, &headers).await.map(|paying| {
        if paying.payment.status != Status::RequiresAuthentication {
            return see_other(&format!("{}/done", paying.path("challenge")));
        }
        let locale = locale(&headers);
        let amount = locale.money(paying.payment.amount);
        let question = paying.with_merchant(&paying.t.bank_question.replace("{amount}", &amount));
        bank_within(&policy(&app, &paying.context, BANK), locale, question, &paying.path("challenge"))
    });
    answered(asked)
}

/// What the buyer says to the sandbox's bank.
pub(super) async fn answer(State(app): State<App>, Path(address): Address, headers: HeaderMap, body: Body) -> Response {
    let answer = async {
        let paying = by_token(&app, &address, &headers).await?;
        if app.settings.environment != Environment::Sandbox {
            return Err(ApiError::missing("page", "with this address"));
        }
        let mut form = Vec::new();
        bodies::read(body, SHORT_BYTES_MAX, |piece| form.extend_from_slice(&piece)).await?;
        let data = Arc::new((paying.payment.id.clone(), at_bank(&form)));
        let task = Task::request(&paying.context.account, "authenticate_in_fields");
        let answered = app.run(task, data, |unit, (id, answer)| {
            Box::pin(async move { authenticate(unit, id, *answer).await.map(drop) })
        });
        match answered.await {
            Ok(()) => {}
            // It is over already, and the next page leads on.
            Err(error) if error.status() == 422 => {}
            Err(error) => return Err(error),
        }
        Ok(see_other(&format!("{}/done", paying.path("challenge"))))
    };
    answered(answer.await)
}

#[derive(Template)]
#[template(path = "elements/answered.html")]
struct Answered {
    locale: Locale,
    t: &'static Texts,
}

/// Where the bank's frame comes out: the fields around it see that, and ask how it ended.
pub(super) async fn answered_page(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let answer = by_token(&app, &address, &headers).await.map(|paying| {
        let locale = locale(&headers);
        html_under(&policy(&app, &paying.context, BANK), StatusCode::OK, &Answered { locale, t: paying.t })
    });
    answered(answer)
}

/// The payment that a request's client secret opens for the account of its public key.
async fn by_secret(app: &App, peer: Peer, headers: &HeaderMap) -> Result<Paying> {
    let caller = from_our_fields(app, peer, headers).await?;
    let secret = client_secret(headers).ok_or_else(|| {
        let message = "give `elements` the `clientSecret` of a session";
        ApiError::from(Refusal::new(Code::InsufficientScope, message))
    })?;
    let wall = app.env.wall();
    let context = app.contexts.recent(&app.db, &caller.account, wall).await?;
    let found = store::peek(&app.db, &caller.account, &sessions::payment_of(&secret)?).await?;
    let now = context.clock.account_now(wall);
    sessions::check(&app.db, &caller.account, found.as_ref(), &secret, now).await?;
    let payment = found.ok_or_else(|| ApiError::missing("payment", "of this client secret"))?;
    Ok(Paying { app: app.clone(), context, payment, t: Texts::of(locale(headers)) })
}

/// The payment of an address with the token of its pages.
async fn by_token(app: &App, address: &(String, String, String), headers: &HeaderMap) -> Result<Paying> {
    let (account, id, token) = address;
    let unknown = || ApiError::missing("page", "with this address");
    let account = AccountId::parse(account).map_err(|_| unknown())?;
    let id = PaymentId::parse(id).map_err(|_| unknown())?;
    let payment = store::get(&app.db, &account, &id).await?;
    if !bool::from(sessions::token(&payment).as_bytes().ct_eq(token.as_bytes())) {
        return Err(unknown());
    }
    let context = app.contexts.recent(&app.db, &account, app.env.wall()).await?;
    Ok(Paying { app: app.clone(), context, payment, t: Texts::of(locale(headers)) })
}

fn json<T: Serialize>(value: &T) -> Result<Response> {
    let text = serde_json::to_string(value).map_err(ApiError::internal)?;
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn answered(result: Result<Response>) -> Response {
    let error = match result {
        Ok(response) => return response,
        Err(error) => error,
    };
    if error.status() == 500 {
        tracing::error!(%error, source = error.source, "card fields could not be answered and someone must look");
    }
    let first = error.first();
    let refused = wire::Refused { error: wire::Refusal { code: first.code.as_str(), message: &first.message } };
    let mut response = json(&refused).unwrap_or_default();
    *response.status_mut() = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}
