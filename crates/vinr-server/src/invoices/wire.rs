//! Invoices as JSON (spec/billing.md, Invoices).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::{InvoiceId, PaymentId, PriceId, SubscriptionId};
use vinr_core::invoices::{self as core, Invoice, InvoiceItem, Line, Status};
use vinr_core::money::Currency;
use vinr_core::subscriptions::Period;
use vinr_core::time::Timestamp;

use crate::http::formats::MetadataInput;
use crate::http::list::Page;
use crate::http::shapes::{CollectionWord, Pages};
use crate::record::Unit;

/// Which invoices to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<InvoiceId>,
    /// Only this customer's.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: Option<String>,
    /// Only those of this subscription.
    #[schemars(extend("format" = "id:sub"))]
    pub(crate) subscription_id: Option<String>,
    /// Only those that stand so.
    pub(crate) status: Option<StatusWord>,
}

/// Where an invoice stands.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusWord {
    /// It can be changed.
    Draft,
    /// It has its number and is to be paid.
    Open,
    /// Nothing of it is to be paid any more.
    Paid,
    /// It is as if it had not been.
    Void,
    /// Nobody expects that it will be paid.
    Uncollectible,
}

impl StatusWord {
    /// In the core's terms.
    pub(crate) fn status(self) -> Status {
        match self {
            StatusWord::Draft => Status::Draft,
            StatusWord::Open => Status::Open,
            StatusWord::Paid => Status::Paid,
            StatusWord::Void => Status::Void,
            StatusWord::Uncollectible => Status::Uncollectible,
        }
    }
}

/// What drafts an invoice for something that is sold once. What waits for the customer's next invoice is on it too.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:inv"))]
    pub(crate) id: Option<String>,
    /// Who owes.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: String,
    /// ISO 4217 code, in any case.
    #[schemars(extend("format" = "currency"))]
    pub(crate) currency: String,
    /// What for.
    #[schemars(length(max = 20))]
    pub(crate) lines: Option<Vec<LineInput>>,
    /// How it is paid. The default is `charge_automatically`.
    pub(crate) collection_method: Option<CollectionWord>,
    /// Days to pay an invoice that is sent. The default is 14.
    #[schemars(range(min = 0, max = 365))]
    pub(crate) days_until_due: Option<u32>,
    /// Shown below its lines.
    #[schemars(length(min = 1, max = 500))]
    pub(crate) footer: Option<String>,
    /// Your own notes.
    pub(crate) metadata: Option<MetadataInput>,
}

/// Something that is sold once.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineInput {
    /// What it is.
    #[schemars(length(min = 1, max = 500), extend("format" = "printable"))]
    pub(crate) description: String,
    /// For each, in minor units; negative to take off.
    #[schemars(range(min = -99_999_999_999_i64, max = 99_999_999_999_i64))]
    pub(crate) unit_amount: i64,
    /// How many; 1 if nothing is said.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    pub(crate) quantity: Option<i64>,
}

/// What waits for a customer's next invoice, or goes onto a draft.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateItem {
    /// Who owes it.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: String,
    /// The draft that it goes onto; the customer's next invoice if nothing is said.
    #[schemars(extend("format" = "id:inv"))]
    pub(crate) invoice_id: Option<String>,
    /// The subscription whose next invoice it waits for; any invoice of the customer if nothing is said.
    #[schemars(extend("format" = "id:sub"))]
    pub(crate) subscription_id: Option<String>,
    /// ISO 4217 code, in any case.
    #[schemars(extend("format" = "currency"))]
    pub(crate) currency: String,
    /// What it is.
    #[schemars(length(min = 1, max = 500), extend("format" = "printable"))]
    pub(crate) description: String,
    /// For each, in minor units; negative to take off.
    #[schemars(range(min = -99_999_999_999_i64, max = 99_999_999_999_i64))]
    pub(crate) unit_amount: i64,
    /// How many; 1 if nothing is said.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    pub(crate) quantity: Option<i64>,
}

/// What waits for an invoice, or is on one.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "InvoiceItem")]
pub(crate) struct ShownItem<'a> {
    /// Its id.
    id: &'a str,
    /// Always `invoice_item`.
    object: &'static str,
    /// Who owes it.
    customer_id: &'a str,
    /// The invoice that it is on; null as long as it waits.
    invoice_id: Option<&'a str>,
    /// The subscription whose invoice it waits for; null for any.
    subscription_id: Option<&'a str>,
    /// What it is counted in.
    currency: &'static str,
    /// What it is.
    description: &'a str,
    /// How many.
    quantity: i64,
    /// What it comes to, in minor units; negative for what is taken off.
    amount: i64,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// An item as it is shown.
pub(crate) fn show_item(item: &InvoiceItem) -> ShownItem<'_> {
    ShownItem {
        id: item.id.as_str(),
        object: "invoice_item",
        customer_id: item.customer_id.as_str(),
        invoice_id: item.invoice_id.as_ref().map(InvoiceId::as_str),
        subscription_id: item.subscription_id.as_ref().map(SubscriptionId::as_str),
        currency: item.currency.code(),
        description: &item.line.description,
        quantity: item.line.quantity,
        amount: item.line.amount,
        created_at: item.created_at.rfc3339(),
    }
}

/// What pays an invoice.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pay {
    /// What is charged; the subscription's or the customer's default method if nothing is said.
    #[schemars(extend("format" = "id:pm"))]
    pub(crate) payment_method_id: Option<String>,
    /// Where the hosted page sends the customer, where it is needed.
    #[schemars(length(max = 2048), extend("format" = "url"))]
    pub(crate) return_url: Option<String>,
}

/// How a line of an invoice came about.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "InvoiceLineExplanation")]
pub(crate) struct Explanation {
    /// Always `invoice_line_explanation`.
    object: &'static str,
    /// The line.
    line_id: String,
    /// What it comes to, in minor units.
    amount: i64,
    /// In words, one step each.
    sentences: Vec<String>,
    /// The same as a formula, in minor units.
    formula: String,
}

/// A line explained.
pub(crate) fn explain(line: &Line, currency: Currency) -> Explanation {
    let core::Explanation { sentences, formula } = core::explain(line, currency);
    Explanation {
        object: "invoice_line_explanation",
        line_id: line.id.to_string(),
        amount: line.amount,
        sentences,
        formula,
    }
}

/// An invoice as the API shows it. Amounts are minor units.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Invoice")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `invoice`.
    object: &'static str,
    /// Its number, sequential and without a gap; null for a draft.
    number: Option<&'a str>,
    /// `draft`, `open`, `paid`, `void` or `uncollectible`.
    status: &'static str,
    /// Who owes.
    customer_id: &'a str,
    /// The subscription that it is for; null for what is sold once.
    subscription_id: Option<&'a str>,
    /// What all is counted in.
    currency: &'static str,
    /// What for.
    lines: Vec<ShownLine<'a>>,
    /// The sum of its lines.
    subtotal: i64,
    /// What is taken off.
    discount_total: i64,
    /// The tax.
    tax_total: i64,
    /// What it comes to.
    total: i64,
    /// What the customer's credit pays of it; negative for what it adds to the credit, or what was owed before.
    credit_applied: i64,
    /// What is to be paid.
    amount_due: i64,
    /// What was paid.
    amount_paid: i64,
    /// Until when it should be paid.
    due_at: Option<String>,
    /// The first instant that it is for.
    period_start: Option<String>,
    /// The first instant that it is not for any more.
    period_end: Option<String>,
    /// How often it was tried to collect it.
    attempt_count: u32,
    /// When it is tried again.
    next_attempt_at: Option<String>,
    /// The payment that was made for it last.
    payment_id: Option<&'a str>,
    /// The page on which its customer can make that payment, as long as it is to be paid.
    checkout_url: Option<String>,
    /// Shown below its lines.
    footer: Option<&'a str>,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A line of an invoice.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "InvoiceLine")]
struct ShownLine<'a> {
    /// Its id.
    id: &'a str,
    /// What it is for.
    description: &'a str,
    /// How many.
    quantity: i64,
    /// For each of them; null where that is not one whole amount.
    unit_amount: Option<i64>,
    /// What it comes to before discounts, and tax on top; negative for a credit.
    amount: i64,
    /// The time that it is for.
    period: Option<ShownPeriod>,
    /// Whether it is for a part of a period.
    proration: bool,
    /// At which price.
    price_id: Option<&'a str>,
    /// What is taken off.
    discount_amount: i64,
    /// The tax.
    tax_amount: i64,
}

/// A length of time, without its end.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InvoicePeriod")]
struct ShownPeriod {
    /// Its first instant.
    start: String,
    /// The first instant that is not of it.
    end: String,
}

/// An invoice as JSON.
pub(crate) fn data(unit: &Unit<'_>, invoice: &Invoice) -> String {
    let pages = Pages { public_url: &unit.settings.public_url, account: &unit.context.account };
    serde_json::to_string(&show(invoice, pages)).expect("texts and numbers are JSON")
}

/// The page on which an invoice's payment can be made, if it is to be paid.
pub(crate) fn checkout_url(invoice: &Invoice, pages: Pages<'_>) -> Option<String> {
    let (payment, secret) = (invoice.payment_id.as_ref()?, invoice.checkout.as_ref()?);
    match invoice.status {
        Status::Open => Some(pages.url("checkout", payment.as_str(), secret)),
        Status::Draft | Status::Paid | Status::Void | Status::Uncollectible => None,
    }
}

/// An invoice as it is shown.
pub(crate) fn show<'a>(invoice: &'a Invoice, pages: Pages<'_>) -> Shown<'a> {
    let rfc3339 = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    Shown {
        id: invoice.id.as_str(),
        object: "invoice",
        number: invoice.number.as_deref(),
        status: invoice.status.as_str(),
        customer_id: invoice.customer_id.as_str(),
        subscription_id: invoice.subscription.as_ref().map(|(id, _)| id.as_str()),
        currency: invoice.currency.code(),
        lines: invoice.lines.iter().map(show_line).collect(),
        subtotal: invoice.totals.subtotal,
        discount_total: invoice.totals.discount,
        tax_total: invoice.totals.tax,
        total: invoice.totals.total,
        credit_applied: invoice.totals.credit_applied,
        amount_due: invoice.totals.amount_due,
        amount_paid: invoice.amount_paid,
        due_at: rfc3339(invoice.due_at),
        period_start: rfc3339(invoice.period.map(|period| period.start)),
        period_end: rfc3339(invoice.period.map(|period| period.end)),
        attempt_count: invoice.attempt_count,
        next_attempt_at: rfc3339(invoice.dunning.as_ref().and_then(|dunning| dunning.next_attempt_at)),
        payment_id: invoice.payment_id.as_ref().map(PaymentId::as_str),
        checkout_url: checkout_url(invoice, pages),
        footer: invoice.footer.as_deref(),
        metadata: invoice.metadata.iter().collect(),
        created_at: invoice.created_at.rfc3339(),
    }
}

fn show_line(line: &Line) -> ShownLine<'_> {
    let Line { quantity, amount, .. } = *line;
    let unit_amount = if line.computation.is_proration() { None } else { whole_share(amount, quantity) };
    let period = |period: Period| ShownPeriod { start: period.start.rfc3339(), end: period.end.rfc3339() };
    ShownLine {
        id: line.id.as_str(),
        description: &line.description,
        quantity,
        unit_amount,
        amount,
        period: line.period.map(period),
        proration: line.computation.is_proration(),
        price_id: line.price_id.as_ref().map(PriceId::as_str),
        discount_amount: line.discount,
        tax_amount: line.tax,
    }
}

/// An amount shared out among so many, if that goes without a rest.
fn whole_share(amount: i64, quantity: i64) -> Option<i64> {
    (amount.checked_rem(quantity) == Some(0)).then(|| amount.checked_div(quantity)).flatten()
}
