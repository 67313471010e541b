//! The page of a setup: the same form, and nothing is charged.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use vinr_core::cards::FailureCode;
use vinr_core::payment_methods::PaymentMethod;
use vinr_core::payments::MethodType;
use vinr_core::setups::{Setup, Status};

use super::form::{Chosen, Errors, Form};
use super::outcomes;
use super::views::{self, Banks, Declined, Entering, Order, label};
use super::{Opened, texts};
use crate::app::Task;
use crate::connectors::Connector;
use crate::error::Result;
use crate::flows::setups::verify;
use crate::payment_methods::store::peek;
use crate::setups;

/// The page as the setup stands.
pub(super) async fn state(opened: &Opened, setup: &Setup, just_now: bool) -> Result<Response> {
    let t = texts(opened);
    Ok(match setup.status {
        Status::Pending => entry(opened, setup, &Errors::default()),
        Status::Failed if opened.now < setup.expires_at => entry(opened, setup, &Errors::keeping(&opened.kept)),
        Status::RequiresAuthentication => views::challenge(&order(opened), &opened.bank(), way_out(setup)),
        Status::Succeeded => {
            let method = match &setup.method {
                Some(id) => peek(&opened.app.db, &opened.account, id).await?,
                None => None,
            };
            let kind = method.as_ref().map_or(MethodType::Card, PaymentMethod::method_type);
            let headline = method.map_or_else(|| t.setup_done_title.to_owned(), |method| label(&method));
            outcomes::saved(&Order::new(opened, headline, None), kind, returning(setup), just_now)
        }
        Status::Failed | Status::Expired => {
            let order = Order::new(opened, t.setup_none.to_owned(), None);
            outcomes::expired(&order, t.setup_expired_text, way_out(setup))
        }
    })
}

/// The form, with what went wrong before.
pub(super) fn entry(opened: &Opened, setup: &Setup, errors: &Errors) -> Response {
    let order = order(opened);
    let t = order.t;
    // Only the simulated network checks cards and accounts without charging them.
    if opened.check_acquiring().is_err() || !matches!(opened.app.settings.connector, Connector::Sandbox) {
        return unavailable(opened, setup);
    }
    let declined = setup.failure.filter(|_| setup.status == Status::Failed);
    let is_accounts = declined.is_some_and(says_a_bank_of_an_account);
    let entering = Entering {
        action: &opened.path,
        title: t.setup_any,
        declined: declined.map(|code| Declined { code, was_typed: !is_accounts }),
        errors,
        saved: &[],
        banks: if is_accounts { Banks::Debit } else { Banks::Offered },
        offers_ideal: false,
        quoted: None,
        asks_email: false,
        keeps: true,
        button: t.setup_button.to_owned(),
        working: t.setup_working,
        way_out: way_out(setup),
    };
    views::entry(&order, &entering)
}

/// The merchant cannot take cards.
pub(super) fn unavailable(opened: &Opened, setup: &Setup) -> Response {
    outcomes::unavailable(&order(opened), way_out(setup))
}

/// The buyer pressed the button.
pub(super) async fn save(opened: &Opened, setup: &Setup, body: Body) -> Result<Response> {
    let (given, kept) = match Form::read(body, false).await {
        Ok(Form { chosen: Chosen::Given(given), kept, .. }) => (given, kept),
        Ok(Form { chosen: Chosen::Saved(_) | Chosen::Ideal, .. }) => {
            return opened.again(&Errors::trouble()).await;
        }
        Err(errors) => return opened.again(&errors).await,
    };
    let task = Task::request(&opened.account, "save_on_page");
    let checked = opened.app.run(task, Arc::new((setup.id.clone(), given)), |unit, (id, given)| {
        Box::pin(async move { verify(unit, id, given).await.map(drop) })
    });
    match checked.await {
        Ok(()) => Ok(opened.onwards(&kept)),
        Err(error) => opened.refused(error, kept).await,
    }
}

/// The bank's question, while it is open.
pub(super) fn bank(opened: &Opened, setup: &Setup) -> Option<Response> {
    let order = order(opened);
    let question = order.with_merchant(order.t.setup_question);
    (setup.status == Status::RequiresAuthentication).then(|| views::bank(&order, question, &opened.bank()))
}

/// The buyer answered the bank.
pub(super) async fn authenticate(opened: &Opened, setup: &Setup, passed: bool) -> Result<()> {
    let data = Arc::new((setup.id.clone(), passed));
    let task = Task::request(&opened.account, "authenticate_on_page");
    let answered = opened.app.run(task, data, |unit, (id, passed)| {
        Box::pin(async move { setups::authenticate(unit, id, *passed).await.map(drop) })
    });
    answered.await
}

/// Whether this is a bank's word about an account, and not about a card.
fn says_a_bank_of_an_account(code: FailureCode) -> bool {
    match code {
        FailureCode::AccountClosed | FailureCode::DebitNotAuthorized => true,
        FailureCode::CardDeclined
        | FailureCode::InsufficientFunds
        | FailureCode::ExpiredCard
        | FailureCode::IncorrectCvc
        | FailureCode::ProcessingError
        | FailureCode::CardLost
        | FailureCode::CardStolen
        | FailureCode::AuthenticationFailed
        | FailureCode::AuthenticationExpired
        | FailureCode::BankDeclined => false,
    }
}

fn order(opened: &Opened) -> Order<'_> {
    let t = texts(opened);
    Order::new(opened, t.setup_title.to_owned(), Some(t.setup_text))
}

/// Where a buyer goes who saves nothing.
fn way_out(setup: &Setup) -> Option<String> {
    setup.cancel_url.clone().or_else(|| returning(setup))
}

fn returning(setup: &Setup) -> Option<String> {
    let with = [("setupId", setup.id.as_str()), ("status", setup.status.as_str())];
    setup.return_url.as_deref().map(|url| outcomes::returning(url, with))
}
