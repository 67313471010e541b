//! The endpoints of subscriptions.

use futures_util::future::BoxFuture;
use vinr_core::attempts::Audience;
use vinr_core::ids::SubscriptionId;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;
use vinr_core::subscriptions::{Status, Subscription};
use vinr_store::Read;

use crate::error::Result;
use crate::flows::billing::{cancel, change, subscribe, update};
use crate::flows::reactions;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;
use crate::http::shapes::Pages;
use crate::invoices::{self, wire as invoice_wire};
use crate::payments;
use crate::record::Unit;
use crate::subscriptions::{self, store, wire};

const ALL: &str = "/v1/subscriptions";
const ONE: &str = "/v1/subscriptions/{id}";

/// What a change may be refused with.
const CHANGE: &[Code] = &[Code::SubscriptionNotChangeable, Code::CouponNotUsable, Code::AmountTooLarge];

/// What can be asked of subscriptions.
pub(super) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Billing;
    vec![
        E::post::<wire::Shown<'_>>(ALL, family, "Subscribe a customer", create).body::<wire::Create>().codes(&[
            Code::ResourceExists,
            Code::ResourceMissing,
            Code::CouponNotUsable,
            Code::AmountTooLarge,
            Code::PaymentMethodMismatch,
            Code::PaymentMethodDetached,
            Code::PaymentMethodExpired,
        ]),
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List subscriptions", list).query::<wire::Query>(),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve a subscription", retrieve),
        E::patch::<wire::Shown<'_>>(ONE, family, "Change a subscription", change).body::<wire::Update>().codes(CHANGE),
        E::post::<wire::Shown<'_>>(ONE, family, "Change a subscription", change).body::<wire::Update>().codes(CHANGE),
        E::post::<invoice_wire::Shown<'_>>(
            "/v1/subscriptions/{id}/preview",
            family,
            "Preview what a change comes to",
            preview,
        )
        .body::<wire::Update>()
        .codes(CHANGE),
        E::delete::<wire::Shown<'_>>(ONE, family, "Cancel a subscription now", delete)
            .query::<wire::Cancel>()
            .codes(&[Code::SubscriptionNotChangeable, Code::InvoiceNotVoidable]),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = call.body::<wire::Create>()?.read(call.app.settings.environment)?;
        answer(&call, "create_subscription", new, |unit, new| {
            Box::pin(async move {
                // What an acquirer says of the first charge is told by events; nobody waits for it here.
                unit.audience = Audience::Nobody;
                let subscription = subscribe::subscribe(unit, new).await?;
                shown(unit, &subscription).await
            })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.customer_id.map(|customer| ("customer_id", customer.into())));
        filters.extend(query.status.map(|word| ("status", word.status().as_str().into())));
        let read = |row: &vinr_store::Row| {
            let subscription = store::read_listed(row);
            (subscription.id.to_string(), subscription)
        };
        let snapshot = call.app.db.snapshot().await?;
        let page = list::page_in(&snapshot, call.account(), &store::LIST, &query.page, filters, read).await?;
        let mut urls = Vec::with_capacity(page.data.len());
        for subscription in &page.data {
            urls.push(checkout_url(&call, &snapshot, subscription).await?);
        }
        let shown = page.data.iter().zip(urls).map(|(subscription, url)| wire::show(subscription, url)).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let snapshot = call.app.db.snapshot().await?;
        let subscription = store::get(&snapshot, call.account(), &call.id(0, SubscriptionId::parse)?).await?;
        let url = checkout_url(&call, &snapshot, &subscription).await?;
        Reply::ok(&wire::show(&subscription, url))
    })
}

fn change(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, SubscriptionId::parse)?, call.body::<wire::Update>()?.read()?);
        answer(&call, "update_subscription", data, |unit, (id, ask)| {
            Box::pin(async move {
                unit.audience = Audience::Nobody;
                update::update(unit, id, ask).await?;
                settled(unit, id).await
            })
        })
        .await
    })
}

fn preview(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let data = (call.id(0, SubscriptionId::parse)?, call.body::<wire::Update>()?.read()?);
        answer(&call, "preview_subscription", data, |unit, (id, ask)| {
            Box::pin(async move {
                let invoice = change::preview(unit, id, ask.change.as_ref()).await?;
                Reply::ok(&invoice_wire::show(&invoice, payments::pages(unit)))
            })
        })
        .await
    })
}

fn delete(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let prorate = call.query::<wire::Cancel>()?.prorate == Some(true);
        let data = (call.id(0, SubscriptionId::parse)?, prorate);
        answer(&call, "cancel_subscription", data, |unit, (id, prorate)| {
            Box::pin(async move {
                unit.audience = Audience::Nobody;
                cancel::cancel(unit, id, *prorate).await?;
                settled(unit, id).await
            })
        })
        .await
    })
}

/// A subscription as it is once everything that was asked of it is done.
async fn settled(unit: &mut Unit<'_>, id: &SubscriptionId) -> Result<Reply> {
    reactions::drain(unit).await?;
    let subscription = subscriptions::load(unit, id).await?;
    shown(unit, &subscription).await
}

async fn shown(unit: &mut Unit<'_>, subscription: &Subscription) -> Result<Reply> {
    let url = match (subscription.status, &subscription.latest_invoice) {
        (Status::Incomplete, Some(id)) => {
            let invoice = invoices::load(unit, id).await?;
            invoice_wire::checkout_url(&invoice, payments::pages(unit))
        }
        (
            Status::Incomplete
            | Status::Trialing
            | Status::Active
            | Status::PastDue
            | Status::Paused
            | Status::Canceled,
            _,
        ) => None,
    };
    Reply::ok(&wire::show(subscription, url))
}

/// The page on which the first payment of a subscription can be made.
async fn checkout_url(call: &Call, reads: &impl Read, subscription: &Subscription) -> Result<Option<String>> {
    let Some(id) = subscription.latest_invoice.as_ref().filter(|_| subscription.status == Status::Incomplete) else {
        return Ok(None);
    };
    let invoice = invoices::store::get(reads, call.account(), id).await?;
    let pages = Pages { public_url: &call.app.settings.public_url, account: call.account() };
    Ok(invoice_wire::checkout_url(&invoice, pages))
}
