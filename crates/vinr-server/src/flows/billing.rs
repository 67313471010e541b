//! Billing: subscriptions with their prices, coupons and customers, the invoices that are made of them, and the payments that
//! those are collected with (spec/billing.md).
//!
//! ```text
//!  subscribe ──▶ draft ──▶ finalize ──▶ collect ──▶ heard: paid ──▶ active
//!  renew ──────▶ draft ──an hour──▶ finalize ──▶ collect ──▶ heard: failed ──▶ past due ──days──▶ collect …
//! ```
//!
//! Each arrow from a clock is one unit of work. What became of a payment is heard in the payment's own commit.

mod ask;
mod cancel;
mod change;
mod collect;
mod drafts;
mod finalize;
mod heard;
mod invoicing;
mod lines;
mod metered;
mod once;
mod renew;
pub(crate) mod routes;
mod subscribe;
pub(crate) mod update;

use vinr_core::coupons::Coupon;
use vinr_core::credit::{Event as CreditEvent, Source};
use vinr_core::dunning::Rules;
use vinr_core::ids::PaymentMethodId;
use vinr_core::invoices::{Command, Event, Invoice};
use vinr_core::subscriptions::{self as core, Status, Subscription};

use crate::error::Result;
use crate::record::Unit;
use crate::{coupons, credit, customers, dunning_policies, invoices, subscriptions};

pub(crate) use heard::heard;
pub(crate) use renew::{fire_invoice, fire_subscription};

/// Decides a command of an invoice, and brings along what its customer has and what its subscription is.
async fn tell(unit: &mut Unit<'_>, invoice: &mut Invoice, command: Command) -> Result<()> {
    let told = invoices::tell(unit, invoice, command)?;
    if told.credit != 0 {
        let kept = credit::load(unit, &invoice.customer_id, invoice.currency).await?;
        let source = Source { invoice: Some(invoice.id.clone()), ..Source::default() };
        credit::apply(unit, kept, CreditEvent::Invoiced(told.credit), &source);
    }
    let is_settled = told.events.iter().any(|event| matches!(event, Event::Paid { .. } | Event::Voided));
    if is_settled { settled(unit, invoice).await } else { Ok(()) }
}

/// Nothing is to be paid of an invoice any more: its subscription owes nothing, unless there is another.
async fn settled(unit: &mut Unit<'_>, invoice: &Invoice) -> Result<()> {
    let Some(mut subscription) = subscription_of(unit, invoice).await? else { return Ok(()) };
    let is_clear = match (subscription.status, invoice.status) {
        (Status::PastDue, _) => !invoices::store::is_other_open(unit, &subscription.id, &invoice.id).await?,
        // What was never paid for is not paid for by an invoice that is void.
        (_, vinr_core::invoices::Status::Void) => false,
        (Status::Trialing | Status::Incomplete | Status::Active | Status::Paused | Status::Canceled, _) => true,
    };
    if is_clear {
        subscriptions::tell(unit, &mut subscription, core::Command::Paid, true)?;
    }
    Ok(())
}

/// The subscription of an invoice, if it has one.
async fn subscription_of(unit: &mut Unit<'_>, invoice: &Invoice) -> Result<Option<Subscription>> {
    match &invoice.subscription {
        Some((id, _)) => subscriptions::load(unit, id).await.map(Some),
        None => Ok(None),
    }
}

/// What a subscription's invoices are charged to: its own method, or its customer's default.
async fn method_of(unit: &mut Unit<'_>, subscription: &Subscription) -> Result<Option<PaymentMethodId>> {
    match &subscription.default_method {
        Some(method) => Ok(Some(method.clone())),
        None => default_of(unit, &subscription.customer_id).await,
    }
}

/// The default method of a customer that is there.
async fn default_of(unit: &mut Unit<'_>, customer: &vinr_core::ids::CustomerId) -> Result<Option<PaymentMethodId>> {
    if customers::exists(unit, customer).await? { customers::default_method(unit, customer).await } else { Ok(None) }
}

/// What is taken off a subscription's invoices.
async fn coupon_of(unit: &mut Unit<'_>, subscription: Option<&Subscription>) -> Result<Option<Coupon>> {
    match subscription.and_then(|subscription| subscription.discount.as_ref()) {
        Some(discount) => coupons::load(unit, &discount.coupon_id).await.map(Some),
        None => Ok(None),
    }
}

/// What is done when an invoice of this subscription cannot be collected.
async fn dunning_rules(unit: &mut Unit<'_>, subscription: Option<&Subscription>) -> Result<Rules> {
    let named = subscription.and_then(|subscription| subscription.dunning_policy.as_ref());
    dunning_policies::rules(unit, named).await
}
