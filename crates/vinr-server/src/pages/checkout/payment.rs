//! The page of a payment.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use vinr_core::payments::{Method, MethodType, Payment, Status};

use super::Opened;
use super::form::{Chosen, Errors, Form};
use super::link;
use super::outcomes;
use super::saved::offered;
use super::views::{self, Banks, Declined, Entering, Order};
use crate::app::Task;
use crate::error::Result;
use crate::flows::payments::{self as flow, Means, pay as charge};
use crate::payments::ideal::AtBank;
use crate::{payment_links, payments};

/// The page as the payment stands.
pub(super) async fn state(opened: &Opened, payment: &Payment, just_now: bool) -> Result<Response> {
    let order = order(opened, payment);
    if let Some(closed) = link_closed(opened, payment, &order).await? {
        return Ok(closed);
    }
    Ok(match payment.status {
        Status::Pending | Status::RequiresAction => entry(opened, payment, &Errors::default()).await?,
        Status::Failed if payment.is_tried_out() => outcomes::tried_out(&order, way_out(payment)),
        // A failed payment stays failed when its checkout closes; only its page knows that it is over.
        Status::Failed if opened.now < payment.expires_at => {
            entry(opened, payment, &Errors::keeping(&opened.kept)).await?
        }
        Status::Processing if payment.clears_at.is_some() => {
            let debited = payment.method.as_ref().and_then(Method::bank_account);
            outcomes::clearing(&order, debited, returning(payment))
        }
        Status::Processing => outcomes::processing(&order, &opened.done()),
        Status::RequiresAuthentication if is_ideal(payment) => outcomes::to_bank(&order, opened.bank(), just_now),
        Status::RequiresAuthentication => views::challenge(&order, &opened.bank(), way_out(payment)),
        Status::Completed => outcomes::paid(&order, returning(payment), just_now),
        Status::Authorized => outcomes::authorized(&order, returning(payment), just_now),
        Status::Cancelled => outcomes::cancelled(&order, way_out(payment)),
        Status::Failed | Status::Expired => outcomes::expired(&order, order.t.expired_text, way_out(payment)),
    })
}

/// What stands in the form's place when the link that made the payment was paid, or switched off, meanwhile.
async fn link_closed(opened: &Opened, payment: &Payment, order: &Order<'_>) -> Result<Option<Response>> {
    let waits = matches!(payment.status, Status::Pending | Status::RequiresAction | Status::Failed);
    let Some(link) = payment.link_id.as_ref().filter(|_| waits && opened.now < payment.expires_at) else {
        return Ok(None);
    };
    let link = payment_links::store::get(&opened.app.db, &opened.account, link).await?;
    Ok(link::words(order.t, link.door(opened.now)).map(|words| outcomes::link_closed(order, words, way_out(payment))))
}

/// The form, with what went wrong before.
pub(super) async fn entry(opened: &Opened, payment: &Payment, errors: &Errors) -> Result<Response> {
    let order = order(opened, payment);
    let t = order.t;
    if opened.check_acquiring().is_err() {
        return Ok(unavailable(opened, payment));
    }
    let offers_banks = payments::offers_banks(&opened.app.settings.connector, payment);
    let mut saved = offered(&opened.app, &opened.context, payment.customer_id.as_ref(), opened.now).await?;
    saved.retain(|method| offers_banks || method.card().is_some());
    let was_typed = payment.method.as_ref().is_some_and(|method| method.id.is_none() && method.card().is_some());
    let declined = payment.failure.filter(|_| payment.status == Status::Failed);
    let before = payment.method.as_ref().filter(|_| declined.is_some()).map(Method::method_type);
    let banks = match (offers_banks, before) {
        (false, _) => Banks::None,
        (true, None | Some(MethodType::Card)) => Banks::Offered,
        (true, Some(MethodType::Ideal)) => Banks::Ideal,
        (true, Some(MethodType::SepaDebit)) => Banks::Debit,
    };
    let entering = Entering {
        action: &opened.path,
        title: if banks == Banks::None { t.title } else { t.title_any },
        declined: declined.map(|code| Declined { code, was_typed }),
        errors,
        saved: &saved,
        banks,
        offers_ideal: offers_banks,
        quoted: Some(payment.amount.amount),
        asks_email: asks_email(payment),
        keeps: payment.save_method,
        button: t.pay.replace("{amount}", order.headline()),
        working: t.paying,
        way_out: way_out(payment),
    };
    Ok(views::entry(&order, &entering))
}

/// The merchant cannot take cards.
pub(super) fn unavailable(opened: &Opened, payment: &Payment) -> Response {
    outcomes::unavailable(&order(opened, payment), way_out(payment))
}

/// The buyer pressed the button.
pub(super) async fn pay(opened: &Opened, payment: &Payment, body: Body) -> Result<Response> {
    let form = match Form::read(body, asks_email(payment)).await {
        Ok(form) => form,
        Err(errors) => return opened.again(&errors).await,
    };
    let Form { chosen, quoted, kept } = form;
    let email = Some(kept.email.clone()).filter(|email| !email.is_empty());
    let means = match chosen {
        Chosen::Saved(id) => Means::Saved(id),
        Chosen::Given(given) => Means::Given { given, save: false, email },
        Chosen::Ideal => Means::Ideal { email },
    };
    let task = Task::request(&opened.account, "pay_on_page");
    let data = Arc::new((payment.id.clone(), means, quoted));
    let confirmed = opened.app.run_and_ask(task, data, |unit, (id, means, quoted)| {
        Box::pin(async move { charge(unit, id, means, *quoted).await.map(drop) })
    });
    match confirmed.await {
        Ok(((), outcome)) => {
            if let Some(outcome) = outcome {
                outcome.wait().await;
            }
            Ok(opened.onwards(&kept))
        }
        Err(error) => opened.refused(error, kept).await,
    }
}

fn is_ideal(payment: &Payment) -> bool {
    payment.method.as_ref().map(Method::method_type) == Some(MethodType::Ideal)
}

/// The bank's question, while it is open.
pub(super) fn bank(opened: &Opened, payment: &Payment) -> Option<Response> {
    let order = order(opened, payment);
    let question = order.with_merchant(&order.t.bank_question.replace("{amount}", order.headline()));
    let leave = way_out(payment).unwrap_or_else(|| opened.path.clone());
    let page = || {
        if is_ideal(payment) {
            views::ideal(&order, question, &opened.bank(), &leave)
        } else {
            views::bank(&order, question, &opened.bank())
        }
    };
    (payment.status == Status::RequiresAuthentication).then(page)
}

/// The buyer answered the bank.
pub(super) async fn authenticate(opened: &Opened, payment: &Payment, answer: AtBank) -> Result<()> {
    let data = Arc::new((payment.id.clone(), answer));
    let task = Task::request(&opened.account, "authenticate_on_page");
    let answered = opened.app.run(task, data, |unit, (id, answer)| {
        Box::pin(async move { flow::authenticate(unit, id, *answer).await.map(drop) })
    });
    answered.await
}

/// Whoever pays becomes a customer if what pays is kept, and needs an address for that.
fn asks_email(payment: &Payment) -> bool {
    payment.save_method && payment.customer_id.is_none()
}

fn order<'a>(opened: &'a Opened, payment: &'a Payment) -> Order<'a> {
    let amount = opened.locale.money(payment.amount);
    let order = Order::new(opened, amount, payment.description.as_deref());
    if payment.is_reduced() { order.reduced(payment) } else { order }
}

/// Where a buyer goes who does not pay: where the shop wants those, or else where it wants to hear how it stands.
fn way_out(payment: &Payment) -> Option<String> {
    payment.cancel_url.clone().or_else(|| returning(payment))
}

fn returning(payment: &Payment) -> Option<String> {
    let with = [("paymentId", payment.id.as_str()), ("status", payment.status.as_str())];
    payment.return_url.as_deref().map(|url| outcomes::returning(url, with))
}
