//! The endpoints of invoices.

use futures_util::future::BoxFuture;
use vinr_core::attempts::Audience;
use vinr_core::ids::{InvoiceId, InvoiceLineId, PaymentMethodId};
use vinr_core::invoices::Invoice;
use vinr_core::keys::Family;
use vinr_core::refusal::Code;

use crate::error::{ApiError, Result};
use crate::flows::billing::{collect, invoicing, once};
use crate::flows::reactions;
use crate::http::endpoint::{Call, Endpoint};
use crate::http::formats::id;
use crate::http::idempotency::answer;
use crate::http::list::{self, Filter, Listed};
use crate::http::reply::Reply;
use crate::http::shapes::Pages;
use crate::invoices::{self, store, wire};
use crate::payments;
use crate::record::Unit;

const ALL: &str = "/v1/invoices";
const ONE: &str = "/v1/invoices/{id}";

/// What can be asked of invoices.
pub(super) fn endpoints() -> Vec<Endpoint> {
    use Endpoint as E;
    let family = Family::Billing;
    vec![
        E::get::<Listed<wire::Shown<'_>>>(ALL, family, "List invoices", list).query::<wire::Query>(),
        E::post::<wire::Shown<'_>>(ALL, family, "Draft an invoice", create).body::<wire::Create>().codes(&[
            Code::ResourceExists,
            Code::ResourceMissing,
            Code::AmountTooLarge,
        ]),
        E::post::<wire::ShownItem<'_>>(
            "/v1/invoice-items",
            family,
            "Have something wait for a customer's next invoice",
            create_item,
        )
        .body::<wire::CreateItem>()
        .codes(&[Code::ResourceMissing, Code::InvoiceNotEditable, Code::AmountTooLarge]),
        E::get::<wire::Shown<'_>>(ONE, family, "Retrieve an invoice", retrieve),
        E::post::<wire::Shown<'_>>("/v1/invoices/{id}/finalize", family, "Finalize a draft and collect it", finalize)
            .codes(&[Code::InvoiceNotEditable, Code::AmountTooLarge]),
        E::post::<wire::Shown<'_>>("/v1/invoices/{id}/pay", family, "Charge an invoice now", pay)
            .body::<wire::Pay>()
            .codes(&[
                Code::InvoiceNotPayable,
                Code::AmountTooLarge,
                Code::PaymentMethodMismatch,
                Code::PaymentMethodDetached,
                Code::PaymentMethodExpired,
            ]),
        E::post::<wire::Shown<'_>>("/v1/invoices/{id}/void", family, "Declare an invoice void", void)
            .codes(&[Code::InvoiceNotVoidable]),
        E::post::<wire::Shown<'_>>("/v1/invoices/{id}/mark-uncollectible", family, "Write an invoice off", write_off)
            .codes(&[Code::InvoiceNotPayable]),
        E::get::<wire::Explanation>(
            "/v1/invoices/{id}/lines/{line}/explanation",
            family,
            "Explain how a line came about",
            explain,
        ),
    ]
}

fn create(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = call.body::<wire::Create>()?.read(call.app.settings.environment)?;
        answer(&call, "create_invoice", new, |unit, new| {
            Box::pin(async move {
                let invoice = once::draft(unit, new).await?;
                Reply::ok(&wire::show(&invoice, payments::pages(unit)))
            })
        })
        .await
    })
}

fn create_item(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let new = call.body::<wire::CreateItem>()?.read()?;
        answer(&call, "create_invoice_item", new, |unit, new| {
            Box::pin(async move { Reply::ok(&wire::show_item(&once::add_item(unit, new).await?)) })
        })
        .await
    })
}

fn list(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let query = call.query::<wire::Query>()?;
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(query.customer_id.map(|customer| ("customer_id", customer.into())));
        filters.extend(query.subscription_id.map(|subscription| ("subscription_id", subscription.into())));
        filters.extend(query.status.map(|word| ("status", word.status().as_str().into())));
        let read = |row: &vinr_store::Row| {
            let head = store::read_listed(row);
            (head.0.id.to_string(), head)
        };
        let snapshot = call.app.db.snapshot().await?;
        let page = list::page_in(&snapshot, call.account(), &store::LIST, &query.page, filters, read).await?;
        let mut all = Vec::with_capacity(page.data.len());
        for head in page.data {
            all.push(store::with_lines(&snapshot, call.account(), head).await?);
        }
        let shown = all.iter().map(|invoice| wire::show(invoice, pages(&call))).collect();
        Reply::ok(&Listed { object: page.object, data: shown, page: page.page })
    })
}

fn retrieve(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let invoice = whole(&call).await?;
        Reply::ok(&wire::show(&invoice, pages(&call)))
    })
}

fn explain(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let id = call.id(1, InvoiceLineId::parse)?;
        let invoice = whole(&call).await?;
        let line = invoice.lines.iter().find(|line| line.id == id);
        let line = line.ok_or_else(|| ApiError::missing("invoice line", id.as_str()))?;
        Reply::ok(&wire::explain(line, invoice.currency))
    })
}

fn finalize(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        answer(&call, "finalize_invoice", call.id(0, InvoiceId::parse)?, |unit, id| {
            Box::pin(async move {
                unit.audience = Audience::Nobody;
                invoicing::finalize_now(unit, id).await?;
                settled(unit, id).await
            })
        })
        .await
    })
}

fn pay(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        let wire::Pay { payment_method_id, return_url } = call.body()?;
        let method = id("paymentMethodId", payment_method_id.as_deref(), PaymentMethodId::parse)?;
        let by = collect::By { method, return_url, is_asked_for: true };
        answer(&call, "pay_invoice", (call.id(0, InvoiceId::parse)?, by), |unit, (id, by)| {
            Box::pin(async move {
                unit.audience = Audience::Nobody;
                invoicing::pay(unit, id, by.clone()).await?;
                settled(unit, id).await
            })
        })
        .await
    })
}

fn void(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        answer(&call, "void_invoice", call.id(0, InvoiceId::parse)?, |unit, id| {
            Box::pin(async move {
                let mut invoice = invoices::load(unit, id).await?;
                invoicing::void(unit, &mut invoice).await?;
                settled(unit, id).await
            })
        })
        .await
    })
}

fn write_off(call: Call) -> BoxFuture<'static, Result<Reply>> {
    Box::pin(async move {
        answer(&call, "mark_invoice_uncollectible", call.id(0, InvoiceId::parse)?, |unit, id| {
            Box::pin(async move {
                invoicing::write_off(unit, id).await?;
                settled(unit, id).await
            })
        })
        .await
    })
}

/// An invoice as it is once everything that was asked of it is done.
async fn settled(unit: &mut Unit<'_>, id: &InvoiceId) -> Result<Reply> {
    reactions::drain(unit).await?;
    let invoice = invoices::load(unit, id).await?;
    Reply::ok(&wire::show(&invoice, payments::pages(unit)))
}

async fn whole(call: &Call) -> Result<Invoice> {
    let snapshot = call.app.db.snapshot().await?;
    store::get(&snapshot, call.account(), &call.id(0, InvoiceId::parse)?).await
}

fn pages(call: &Call) -> Pages<'_> {
    Pages { public_url: &call.app.settings.public_url, account: call.account() }
}
