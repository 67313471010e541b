//! The page of a setup: the same form, and nothing is charged.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use vinr_core::setups::{Setup, Status};

use super::super::see_other;
use super::Opened;
use super::form::{Chosen, Errors, Form};
use super::views::{self, Entering, Order};
use crate::app::Task;
use crate::error::Result;
use crate::flows::setups::verify;
use crate::setups;

/// The page as the setup stands.
pub(super) fn state(opened: &Opened, setup: &Setup, just_now: bool) -> Response {
    let order = order(opened);
    match setup.status {
        Status::Pending => entry(opened, setup, &Errors::default()),
        Status::Failed if opened.now < setup.expires_at => entry(opened, setup, &Errors::default()),
        Status::RequiresAuthentication => views::challenge(&order, &opened.bank()),
        Status::Succeeded => views::saved(&order, returning(setup), just_now),
        Status::Failed | Status::Expired => views::expired(&order, order.t.setup_expired_text, returning(setup)),
    }
}

/// The form, with what went wrong before.
pub(super) fn entry(opened: &Opened, setup: &Setup, errors: &Errors) -> Response {
    let order = order(opened);
    let t = order.t;
    let entering = Entering {
        action: &opened.path,
        title: t.setup_form,
        declined: setup.failure.filter(|_| setup.status == Status::Failed).map(|code| t.declined(code)),
        errors,
        saved: &[],
        asks_email: false,
        keeps: true,
        button: t.setup_button.to_owned(),
        working: t.setup_working,
        cancel_url: setup.cancel_url.as_deref(),
    };
    views::entry(&order, &entering)
}

/// The buyer pressed the button.
pub(super) async fn save(opened: &Opened, setup: &Setup, body: Body) -> Result<Response> {
    let (card, kept) = match Form::read(body, false).await {
        Ok(Form { chosen: Chosen::Typed(card), kept }) => (card, kept),
        Ok(Form { chosen: Chosen::Saved(_), .. }) => return opened.again(&Errors::trouble()).await,
        Err(errors) => return opened.again(&errors).await,
    };
    let task = Task::request(&opened.account, "save_on_page");
    let checked = opened.app.run(task, Arc::new((setup.id.clone(), card)), |unit, (id, card)| {
        Box::pin(async move { verify(unit, id, card).await.map(drop) })
    });
    match checked.await {
        Ok(()) => Ok(see_other(&opened.done())),
        Err(error) if error.status() == 422 => Ok(see_other(&opened.path)),
        Err(error) => opened.again(&Errors { kept, ..Errors::of(&error) }).await,
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

fn order(opened: &Opened) -> Order<'_> {
    let t = super::super::texts::Texts::of(opened.locale);
    Order::new(opened, t.setup_title.to_owned(), Some(t.setup_text))
}

fn returning(setup: &Setup) -> Option<String> {
    let with = [("setupId", setup.id.as_str()), ("status", setup.status.as_str())];
    setup.return_url.as_deref().map(|url| views::returning(url, with))
}
