//! Hosted checkout (spec/payments.md): the buyer's page of one payment or one setup, in every state it can be in.

mod form;
mod payment;
mod setup;
mod views;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use subtle::ConstantTimeEq as _;
use vinr_core::ids::{AccountId, PaymentId, SetupId};
use vinr_core::keys::Environment;
use vinr_core::payments::Payment;
use vinr_core::setups::Setup;
use vinr_core::time::Timestamp;

use self::form::Errors;
use self::views::missing;
use super::locale::Locale;
use super::{html, locale, see_other};
use crate::app::App;
use crate::error::{ApiError, Result};
use crate::http::bodies;
use crate::{payments, setups};

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
}

/// A page that was opened with the right secret.
struct Opened {
    app: App,
    account: AccountId,
    subject: Subject,
    merchant: String,
    path: String,
    locale: Locale,
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

    /// The page as its subject stands.
    async fn state(&self, just_now: bool) -> Result<Response> {
        match &self.subject {
            Subject::Payment(payment) => payment::state(self, payment, just_now).await,
            Subject::Setup(setup) => Ok(setup::state(self, setup, just_now)),
        }
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
}

async fn open(app: &App, address: &(String, String, String), locale: Locale) -> Result<Opened> {
    let (account, id, secret) = address;
    let unknown = || ApiError::missing("page", "with this address");
    let account_id = AccountId::parse(account).map_err(|_| unknown())?;
    let subject = if let Ok(id) = SetupId::parse(id) {
        Subject::Setup(Box::new(setups::store::get(&app.db, &account_id, &id).await?))
    } else {
        let id = PaymentId::parse(id).map_err(|_| unknown())?;
        Subject::Payment(Box::new(payments::store::get(&app.db, &account_id, &id).await?))
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
    let merchant = context.settings.name.clone();
    Ok(Opened { app: app.clone(), account: account_id, subject, merchant, path, locale, now })
}

async fn show(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    answered(stand(&app, &address, locale(&headers), false).await, locale(&headers))
}

/// Where a buyer comes out who has just paid, or tried to.
async fn done(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    answered(stand(&app, &address, locale(&headers), true).await, locale(&headers))
}

async fn stand(app: &App, address: &(String, String, String), locale: Locale, just_now: bool) -> Result<Response> {
    open(app, address, locale).await?.state(just_now).await
}

async fn submit(State(app): State<App>, Path(address): Address, headers: HeaderMap, body: Body) -> Response {
    let locale = locale(&headers);
    let submitted = async {
        let opened = open(&app, &address, locale).await?;
        match &opened.subject {
            Subject::Payment(payment) => payment::pay(&opened, payment, body).await,
            Subject::Setup(setup) => setup::save(&opened, setup, body).await,
        }
    };
    answered(submitted.await, locale)
}

/// The bank's own page, in its frame.
async fn ask(State(app): State<App>, Path(address): Address, headers: HeaderMap) -> Response {
    let locale = locale(&headers);
    let asked = open(&app, &address, locale).await.map(|opened| {
        let page = match &opened.subject {
            Subject::Payment(payment) => payment::bank(&opened, payment),
            Subject::Setup(setup) => setup::bank(&opened, setup),
        };
        page.unwrap_or_else(|| see_other(&opened.path))
    });
    answered(asked, locale)
}

async fn answer(State(app): State<App>, Path(address): Address, headers: HeaderMap, body: Body) -> Response {
    let locale = locale(&headers);
    let answer = async {
        let opened = open(&app, &address, locale).await?;
        if !opened.is_sandbox() {
            return Err(ApiError::missing("page", "with this address"));
        }
        let mut form = Vec::new();
        bodies::read(body, ANSWER_BYTES_MAX, |piece| form.extend_from_slice(&piece)).await?;
        let passed = form_urlencoded::parse(&form).any(|(name, value)| name == "result" && value == "succeed");
        let answered = match &opened.subject {
            Subject::Payment(payment) => payment::authenticate(&opened, payment, passed).await,
            Subject::Setup(setup) => setup::authenticate(&opened, setup, passed).await,
        };
        match answered {
            Ok(()) => Ok(see_other(&opened.done())),
            // The challenge is over already: its page says how it ended.
            Err(error) if error.status() == 422 => Ok(see_other(&opened.path)),
            Err(error) => Err(error),
        }
    };
    answered(answer.await, locale)
}

fn answered(result: Result<Response>, locale: Locale) -> Response {
    let error = match result {
        Ok(response) => return response,
        Err(error) => error,
    };
    match error.status() {
        400 | 404 | 413 => missing(locale),
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
