//! Hosted checkout (spec/payments.md): the buyer's page of one payment or one setup, in every state it can be in.

pub(super) mod form;
pub(super) mod kept;
mod link;
pub(super) mod outcomes;
mod payment;
pub(super) mod saved;
mod setup;
pub(super) mod views;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONNECTION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::get;
use subtle::ConstantTimeEq as _;
use vinr_core::ids::{AccountId, PaymentId, SetupId};
use vinr_core::keys::Environment;
use vinr_core::payments::{self, Payment};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::setups::{self, Setup};
use vinr_core::time::Timestamp;

use self::form::Errors;
use self::kept::Kept;
use super::texts::Texts;
use super::{locale, see_other};
use crate::app::App;
use crate::context::AccountContext;
use crate::error::{ApiError, Result};
use crate::http::bodies;
use crate::locale::Locale;
use crate::payments::ideal::AtBank;

/// Largest form that answers a bank: one short word.
const ANSWER_BYTES_MAX: usize = 256;

/// What an address of these pages holds: the account, the payment or setup, and the secret that opens it.
type Address = Path<(String, String, String)>;

/// The pages of payments and setups.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/checkout/{account}/{subject}/{secret}", get(show).post(submit))
        .route("/checkout/{account}/{subject}/{secret}/done", get(done))
        .route("/authenticate/{account}/{subject}/{secret}", get(ask).post(answer))
        .merge(link::routes())
}

/// A page that was opened with the right secret.
struct Opened {
    app: App,
    account: AccountId,
    subject: Subject,
    context: Arc<AccountContext>,
    path: String,
    locale: Locale,
    /// What the buyer typed before, as their browser brings it back.
    kept: Kept,
    /// The account's time.
    now: Timestamp,
}

/// What a page is about.
enum Subject {
    Payment(Box<Payment>),
    Setup(Box<Setup>),
}

impl Opened {
    fn is_sandbox(&self) -> bool {
        self.app.settings.environment == Environment::Sandbox
    }

    /// The bank's page.
    fn bank(&self) -> String {
        self.path.replacen("/checkout/", "/authenticate/", 1)
    }

    /// Where a buyer comes out.
    fn done(&self) -> String {
        format!("{}/done", self.path)
    }

    /// Whether this account can charge cards.
    fn check_acquiring(&self) -> std::result::Result<(), Refusal> {
        let settings = &self.app.settings;
        settings.connector.check(settings.environment, self.context.settings.kyb)
    }

    /// The page as its subject stands.
    async fn state(&self, just_now: bool) -> Result<Response> {
        match &self.subject {
            Subject::Payment(payment) => payment::state(self, payment, just_now).await,
            Subject::Setup(setup) => setup::state(self, setup, just_now).await,
        }
    }

    /// The form was sent on: to what became of it, with what need not be typed again if it comes to that.
    fn onwards(&self, kept: &Kept) -> Response {
        let mut response = see_other(&self.done());
        let is_card = kept.method.as_deref().is_none_or(|method| method == form::NEW_CARD);
        let cookie = is_card.then(|| kept.cookie(&self.path, self.is_secure())).flatten();
        if let Some(cookie) = cookie {
            response.headers_mut().insert(SET_COOKIE, cookie);
        }
        response
    }

    /// What a form that was refused comes to.
    async fn refused(&self, error: ApiError, kept: Kept) -> Result<Response> {
        if matches!(error.first().code, Code::KybRequired | Code::AcquirerNotConfigured) {
            let mut response = match &self.subject {
                Subject::Payment(payment) => payment::unavailable(self, payment),
                Subject::Setup(setup) => setup::unavailable(self, setup),
            };
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
        if let Subject::Payment(payment) = &self.subject
            && error.first().code == Code::AmountMismatch
        {
            return self.at_another_price(&payment.id, &error, kept).await;
        }
        match error.status() {
            // Somebody else was quicker, or time was: the page says how it stands now.
            422 => Ok(see_other(&self.done())),
            500.. => Err(error),
            _ => self.again(&Errors { kept, ..Errors::of(&error) }).await,
        }
    }

    /// The form once more with what there is to pay now, unless the payment is over.
    async fn at_another_price(&self, id: &PaymentId, error: &ApiError, kept: Kept) -> Result<Response> {
        let payment = crate::payments::store::get(&self.app.db, &self.account, id).await?;
        if payments::confirm_gate(&payment, self.now).is_err() {
            return Ok(see_other(&self.done()));
        }
        let mut response = payment::entry(self, &payment, &Errors { kept, ..Errors::of(error) }).await?;
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(response)
    }

    /// The form once more, with what is wrong.
    async fn again(&self, errors: &Errors) -> Result<Response> {
        let mut response = match &self.subject {
            Subject::Payment(payment) => payment::entry(self, payment, errors).await?,
            Subject::Setup(setup) => setup::entry(self, setup, errors),
        };
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(response)
    }

    fn is_secure(&self) -> bool {
        self.app.settings.public_url.starts_with("https://")
    }

    /// Whether the buyer may have to type again.
    fn is_open(&self) -> bool {
        match &self.subject {
            Subject::Payment(payment) => match payment.status {
                payments::Status::Pending
                | payments::Status::Processing
                | payments::Status::RequiresAuthentication
                | payments::Status::RequiresAction
                | payments::Status::Failed => true,
                payments::Status::Authorized
                | payments::Status::Completed
                | payments::Status::Cancelled
                | payments::Status::Expired => false,
            },
            Subject::Setup(setup) => match setup.status {
                setups::Status::Pending | setups::Status::RequiresAuthentication | setups::Status::Failed => true,
                setups::Status::Succeeded | setups::Status::Expired => false,
            },
        }
    }
}

fn texts(opened: &Opened) -> &'static Texts {
    Texts::of(opened.locale)
}

async fn open(app: &App, address: &(String, String, String), headers: &HeaderMap) -> Result<Opened> {
    let (account, id, secret) = address;
    let unknown = || ApiError::missing("page", "with this address");
    let account_id = AccountId::parse(account).map_err(|_| unknown())?;
    let subject = if let Ok(id) = SetupId::parse(id) {
        Subject::Setup(Box::new(crate::setups::store::get(&app.db, &account_id, &id).await?))
    } else {
        let id = PaymentId::parse(id).map_err(|_| unknown())?;
        Subject::Payment(Box::new(crate::payments::store::get(&app.db, &account_id, &id).await?))
    };
    let token = match &subject {
        Subject::Payment(payment) => &payment.checkout_token,
        Subject::Setup(setup) => &setup.checkout_token,
    };
    if !bool::from(token.as_bytes().ct_eq(secret.as_bytes())) {
        return Err(unknown());
    }
    let wall = app.env.wall();
    let context = app.contexts.recent(&app.db, &account_id, wall).await?;
    let now = context.clock.account_now(wall);
    let path = format!("/checkout/{account}/{id}/{secret}");
    let (locale, kept) = (locale(headers), Kept::of(headers));
    Ok(Opened { app: app.clone(), account: account_id, subject, context, path, locale, kept, now })
}

async fn show(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    answered(stand(&app, &address, &headers, false).await, &address, &headers)
}

/// Where a buyer comes out who has just paid, or tried to.
async fn done(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    answered(stand(&app, &address, &headers, true).await, &address, &headers)
}

async fn stand(app: &App, address: &(String, String, String), headers: &HeaderMap, just_now: bool) -> Result<Response> {
    let opened = open(app, address, headers).await?;
    let mut response = opened.state(just_now).await?;
    let over = if opened.is_open() { None } else { Kept::end(headers, &opened.path, opened.is_secure()) };
    if let Some(cookie) = over {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn submit(State(app): State<App>, Path(address): Address, headers: HeaderMap, body: Body) -> Response {
    let submitted = async {
        let opened = open(&app, &address, &headers).await?;
        match &opened.subject {
            Subject::Payment(payment) => payment::pay(&opened, payment, body).await,
            Subject::Setup(setup) => setup::save(&opened, setup, body).await,
        }
    };
    let mut response = answered(submitted.await, &address, &headers);
    // A card was typed: the buffer that it was read into goes with the connection.
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// The bank's own page, in its frame.
async fn ask(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let asked = open(&app, &address, &headers).await.map(|opened| {
        let page = match &opened.subject {
            Subject::Payment(payment) => payment::bank(&opened, payment),
            Subject::Setup(setup) => setup::bank(&opened, setup),
        };
        page.unwrap_or_else(|| see_other(&opened.path))
    });
    answered(asked, &address, &headers)
}

/// What a buyer did at the bank; what it does not know is no approval.
pub(super) fn at_bank(form: &[u8]) -> AtBank {
    let result = form_urlencoded::parse(form).find(|(name, _)| name == "result");
    match result.as_ref().map(|(_, value)| &**value) {
        Some("succeed") => AtBank::Approves,
        Some("pend") => AtBank::ApprovesForLater,
        Some(_) | None => AtBank::Refuses,
    }
}

async fn answer(State(app): State<App>, Path(address): Address, headers: HeaderMap, body: Body) -> Response {
    let answer = async {
        let opened = open(&app, &address, &headers).await?;
        if !opened.is_sandbox() {
            return Err(ApiError::missing("page", "with this address"));
        }
        let mut form = Vec::new();
        bodies::read(body, ANSWER_BYTES_MAX, |piece| form.extend_from_slice(&piece)).await?;
        let answer = at_bank(&form);
        let answered = match &opened.subject {
            Subject::Payment(payment) => payment::authenticate(&opened, payment, answer).await,
            Subject::Setup(setup) => setup::authenticate(&opened, setup, answer == AtBank::Approves).await,
        };
        match answered {
            Ok(()) => Ok(see_other(&opened.done())),
            // The challenge is over already: its page says how it ended.
            Err(error) if error.status() == 422 => Ok(see_other(&opened.path)),
            Err(error) => Err(error),
        }
    };
    answered(answer.await, &address, &headers)
}

fn answered(
    result: Result<Response>,
    (account, id, secret): &(String, String, String),
    headers: &HeaderMap,
) -> Response {
    shown(result, &format!("/checkout/{account}/{id}/{secret}"), locale(headers))
}

/// The page, or one that says why there is none; `path` is where to try again.
fn shown(result: Result<Response>, path: &str, locale: Locale) -> Response {
    let error = match result {
        Ok(response) => return response,
        Err(error) => error,
    };
    match error.status() {
        400 | 404 | 413 => outcomes::missing(locale),
        _ => {
            if error.status() == 500 {
                tracing::error!(%error, source = error.source, "a page could not be shown and someone must look");
            } else {
                tracing::warn!(%error, source = error.source, "a page was put off");
            }
            outcomes::trouble(locale, path)
        }
    }
}
