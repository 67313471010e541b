//! Invoices and their lines as rows, the periods that were billed, and the counter of numbers.

use std::collections::BTreeMap;

use vinr_core::ids::{
    AccountId, CustomerId, InvoiceId, InvoiceItemId, InvoiceLineId, PaymentId, PriceId, ProductId, SubscriptionId,
    SubscriptionItemId,
};
use vinr_core::invoices::{Credited, Invoice, Line, Status, Totals};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::subscriptions::{Collection, Period};
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use super::{Bills, kept};
use crate::context::SELF;
use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const INVOICES: Table = Table {
    name: "invoices",
    columns: &[
        Column::text("customer_id").fixed(),
        Column::text("subscription_id").fixed(),
        Column::int("subscription_period").fixed(),
        Column::text("currency").fixed(),
        Column::text("number"),
        Column::text("status"),
        Column::text("lines"),
        Column::int("subtotal"),
        Column::int("discount"),
        Column::int("tax"),
        Column::int("total"),
        Column::int("credit_applied"),
        Column::int("amount_due"),
        Column::int("amount_paid"),
        Column::text("credited"),
        Column::int("days_until_due"),
        Column::int("due_at"),
        Column::int("period_start"),
        Column::int("period_end"),
        Column::int("finalizes_at"),
        Column::int("attempt_count"),
        Column::text("dunning"),
        Column::text("payment_id"),
        Column::text("checkout"),
        Column::text("footer"),
        Column::text("metadata"),
        Column::int("created_at").fixed(),
        Column::int("finalized_at"),
        Column::int("paid_at"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// Only their invoice changes them, so its version is theirs as well.
const INVOICE_LINES: Table = Table {
    name: "invoice_lines",
    columns: &[
        Column::text("invoice_id").fixed(),
        Column::text("description"),
        Column::int("quantity"),
        Column::int("amount"),
        Column::text("computation"),
        Column::int("period_start"),
        Column::int("period_end"),
        Column::text("product_id"),
        Column::text("price_id"),
        Column::text("item_id"),
        Column::text("invoice_item_id"),
        Column::int("discount"),
        Column::int("net"),
        Column::int("tax"),
        Column::int("credited_net"),
        Column::int("credited_tax"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The invoice of a subscription's period.
const BILLED_PERIODS: Table =
    Table { name: "billed_periods", columns: &[Column::text("invoice_id")], unique: &[], kind: Kind::AppendOnly };

/// One row an account: the last number that was given.
const INVOICE_COUNTERS: Table =
    Table { name: "invoice_counters", columns: &[Column::int("last")], unique: &[], kind: Kind::Versioned };

/// The list of invoices; their lines are read beside it.
pub(crate) const LIST: List = List {
    table: "invoices",
    columns: "id, customer_id, subscription_id, subscription_period, currency, number, status, lines, subtotal, discount, \
              tax, total, credit_applied, amount_due, amount_paid, credited, days_until_due, due_at, period_start, \
              period_end, finalizes_at, attempt_count, dunning, payment_id, checkout, footer, metadata, created_at, \
              finalized_at, paid_at",
    order: "created_at",
    // Most are paid; what is not is what people look for.
    indexes: &[
        Index { on: &["customer_id"], rows: Indexed::All },
        Index { on: &["subscription_id"], rows: Indexed::All },
        Index { on: &["status"], rows: Indexed::Without("status", &["paid"]) },
    ],
};

/// Another invoice of a subscription that is to be paid.
const OTHER_OPEN: &str = "SELECT id FROM invoices \
     WHERE account = $1 AND subscription_id = $2 AND status = 'open' AND id <> $3 LIMIT 1";

/// The lines of an invoice, in no order.
const LINES: &str = "SELECT id, invoice_id, description, quantity, amount, computation, period_start, period_end, \
     product_id, price_id, item_id, invoice_item_id, discount, net, tax, credited_net, credited_tax FROM invoice_lines \
     WHERE account = $1 AND invoice_id = $2";

/// An invoice without its lines, and their ids in their order.
pub(crate) type Head = (Invoice, Vec<InvoiceLineId>);

pub(super) async fn find(unit: &mut Unit<'_>, id: &InvoiceId) -> Result<Option<Invoice>> {
    let Some(row) = unit.store.load(&INVOICES, id.as_str()).await? else { return Ok(None) };
    let (mut invoice, lines) = read(id.clone(), &mut row.reader());
    for line in lines {
        let row = unit.store.load(&INVOICE_LINES, line.as_str()).await?;
        let row = row.ok_or_else(|| ApiError::internal("an invoice names a line that is not there"))?;
        invoice.lines.push(read_line(line, &mut row.reader()));
    }
    Ok(Some(invoice))
}

/// Whether another invoice of this one's subscription is to be paid. Whoever makes one or has it paid writes the
/// subscription's row as well.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn is_other_open(unit: &mut Unit<'_>, of: &SubscriptionId, but: &InvoiceId) -> Result<bool> {
    let params = [unit.context.account.as_str().into(), of.as_str().into(), but.as_str().into()];
    Ok(!unit.store.query_stored(OTHER_OPEN, &params).await?.is_empty())
}

/// An invoice to be shown.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn get(reads: &impl Read, account: &AccountId, id: &InvoiceId) -> Result<Invoice> {
    let row = reads.load(&INVOICES, account.as_str(), id.as_str()).await?;
    let head = row.map(|row| read(id.clone(), &mut row.reader()));
    with_lines(reads, account, head.ok_or_else(|| ApiError::missing("invoice", id.as_str()))?).await
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Head {
    let mut row = row.reader();
    let id = InvoiceId::parse(row.text()).expect("the database holds invoice ids");
    read(id, &mut row)
}

/// An invoice with its lines in their order.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn with_lines(reads: &impl Read, account: &AccountId, head: Head) -> Result<Invoice> {
    let (mut invoice, ids) = head;
    let rows = reads.query(LINES, &[account.as_str().into(), invoice.id.as_str().into()]).await?;
    let mut lines: BTreeMap<InvoiceLineId, Line> = BTreeMap::new();
    for row in &rows {
        let mut row = row.reader();
        let id = InvoiceLineId::parse(row.text()).expect("the database holds line ids");
        lines.insert(id.clone(), read_line(id, &mut row));
    }
    invoice.lines = ids.iter().filter_map(|id| lines.remove(id)).collect();
    Ok(invoice)
}

/// Stages a new invoice with its lines; an id the caller chose may be taken, and is claimed. One that bills a period claims
/// that with it, so that nobody bills it twice.
pub(super) fn insert(unit: &mut Unit<'_>, invoice: &Invoice, bills: Bills, contested: bool) {
    let (id, values) = (invoice.id.as_str(), values(invoice));
    if contested {
        unit.store.claim(&INVOICES, id, values);
    } else {
        unit.store.insert(&INVOICES, id, values);
    }
    for line in &invoice.lines {
        unit.store.insert(&INVOICE_LINES, line.id.as_str(), line_values(&invoice.id, line));
    }
    if let (Bills::Period, Some((subscription, period))) = (bills, &invoice.subscription) {
        unit.store.claim(&BILLED_PERIODS, &format!("{subscription}:{period}"), vec![id.into()]);
    }
}

/// Stages a changed invoice, and of its lines those that are not as they were.
pub(super) fn update(unit: &mut Unit<'_>, invoice: &Invoice, before: &[Line]) {
    unit.store.update(&INVOICES, invoice.id.as_str(), values(invoice));
    for line in before.iter().filter(|line| invoice.lines.iter().all(|kept| kept.id != line.id)) {
        unit.store.remove(&INVOICE_LINES, line.id.as_str());
    }
    for line in invoice.lines.iter().filter(|line| !before.contains(line)) {
        unit.store.put(&INVOICE_LINES, line.id.as_str(), line_values(&invoice.id, line));
    }
}

/// Takes the next number, from 1: two that are finalized at once get one each, and one that is not committed takes none.
///
/// # Errors
/// The database does not answer.
pub(super) async fn next_number(unit: &mut Unit<'_>) -> Result<i64> {
    let last = unit.store.load(&INVOICE_COUNTERS, SELF).await?.map(|row| row.int(0));
    let number = last.unwrap_or(0).saturating_add(1);
    match last {
        Some(_) => unit.store.update(&INVOICE_COUNTERS, SELF, vec![number.into()]),
        None => unit.store.claim(&INVOICE_COUNTERS, SELF, vec![number.into()]),
    }
    Ok(number)
}

fn values(invoice: &Invoice) -> Vec<Value> {
    let Totals { subtotal, discount, tax, total, credit_applied, amount_due } = invoice.totals;
    let metadata: BTreeMap<&str, &str> = invoice.metadata.iter().collect();
    let days_until_due = match invoice.collection {
        Collection::ChargeAutomatically => None,
        Collection::SendInvoice { days_until_due } => Some(i64::from(days_until_due)),
    };
    let millis = |at: Option<Timestamp>| Value::from(at.map(Timestamp::millis));
    vec![
        invoice.customer_id.as_str().into(),
        invoice.subscription.as_ref().map(|(id, _)| id.as_str()).into(),
        invoice.subscription.as_ref().map(|(_, period)| i64::from(*period)).into(),
        invoice.currency.code().into(),
        invoice.number.clone().into(),
        invoice.status.as_str().into(),
        kept::line_ids_text(&invoice.lines).into(),
        subtotal.into(),
        discount.into(),
        tax.into(),
        total.into(),
        credit_applied.into(),
        amount_due.into(),
        invoice.amount_paid.into(),
        kept::noted_text(&invoice.credited).into(),
        days_until_due.into(),
        millis(invoice.due_at),
        millis(invoice.period.map(|period| period.start)),
        millis(invoice.period.map(|period| period.end)),
        millis(invoice.finalizes_at),
        i64::from(invoice.attempt_count).into(),
        invoice.dunning.as_ref().map(kept::dunning_text).into(),
        invoice.payment_id.as_ref().map(PaymentId::as_str).into(),
        invoice.checkout.clone().into(),
        invoice.footer.clone().into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        invoice.created_at.millis().into(),
        millis(invoice.finalized_at),
        millis(invoice.paid_at),
    ]
}

fn line_values(invoice: &InvoiceId, line: &Line) -> Vec<Value> {
    let millis = |at: Option<Timestamp>| Value::from(at.map(Timestamp::millis));
    vec![
        invoice.as_str().into(),
        line.description.as_str().into(),
        line.quantity.into(),
        line.amount.into(),
        kept::computation_text(&line.computation).into(),
        millis(line.period.map(|period| period.start)),
        millis(line.period.map(|period| period.end)),
        line.product_id.as_ref().map(ProductId::as_str).into(),
        line.price_id.as_ref().map(PriceId::as_str).into(),
        line.item_id.as_ref().map(SubscriptionItemId::as_str).into(),
        line.invoice_item_id.as_ref().map(InvoiceItemId::as_str).into(),
        line.discount.into(),
        line.net.into(),
        line.tax.into(),
        line.credited.net.into(),
        line.credited.tax.into(),
    ]
}

fn read(id: InvoiceId, row: &mut RowReader<'_>) -> Head {
    const HOLDS: &str = "the database holds ids";
    const COUNTED: &str = "the database holds counts";
    let customer_id = CustomerId::parse(row.text()).expect(HOLDS);
    let subscription = row.opt_text().map(|id| SubscriptionId::parse(id).expect(HOLDS));
    let number = row.opt_int().map(|number| u32::try_from(number).expect(COUNTED));
    let subscription = subscription.zip(number);
    let currency = Currency::parse(row.text()).expect("the database holds currencies");
    let number = row.opt_text().map(str::to_owned);
    let status = Status::parse(row.text()).expect("the database holds statuses");
    let line_ids = kept::read_line_ids(row.text());
    let (subtotal, discount, tax, total) = (row.int(), row.int(), row.int(), row.int());
    let (credit_applied, amount_due, amount_paid) = (row.int(), row.int(), row.int());
    let credited = kept::read_noted(row.text());
    let collection = row.opt_int().map_or(Collection::ChargeAutomatically, |days| Collection::SendInvoice {
        days_until_due: u32::try_from(days).expect(COUNTED),
    });
    let due_at = moment(row);
    let period = read_period(row);
    let finalizes_at = moment(row);
    let attempt_count = u32::try_from(row.int()).expect(COUNTED);
    let dunning = row.opt_text().map(kept::read_dunning);
    let payment_id = row.opt_text().map(|id| PaymentId::parse(id).expect(HOLDS));
    let checkout = row.opt_text().map(str::to_owned);
    let footer = row.opt_text().map(str::to_owned);
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let invoice = Invoice {
        id,
        number,
        status,
        customer_id,
        subscription,
        currency,
        lines: Vec::new(),
        totals: Totals { subtotal, discount, tax, total, credit_applied, amount_due },
        amount_paid,
        credited,
        collection,
        due_at,
        period,
        finalizes_at,
        attempt_count,
        dunning,
        payment_id,
        checkout,
        footer,
        metadata: Metadata::from_stored(pairs),
        created_at: Timestamp::from_millis(row.int()),
        finalized_at: moment(row),
        paid_at: moment(row),
    };
    (invoice, line_ids)
}

fn read_line(id: InvoiceLineId, row: &mut RowReader<'_>) -> Line {
    const HOLDS: &str = "the database holds ids";
    let _invoice = row.text();
    let description = row.text().to_owned();
    let (quantity, amount) = (row.int(), row.int());
    Line {
        id,
        description,
        quantity,
        amount,
        computation: kept::read_computation(row.text()),
        period: read_period(row),
        product_id: row.opt_text().map(|id| ProductId::parse(id).expect(HOLDS)),
        price_id: row.opt_text().map(|id| PriceId::parse(id).expect(HOLDS)),
        item_id: row.opt_text().map(|id| SubscriptionItemId::parse(id).expect(HOLDS)),
        invoice_item_id: row.opt_text().map(|id| InvoiceItemId::parse(id).expect(HOLDS)),
        discount: row.int(),
        net: row.int(),
        tax: row.int(),
        credited: Credited { net: row.int(), tax: row.int() },
    }
}

fn read_period(row: &mut RowReader<'_>) -> Option<Period> {
    let (start, end) = (moment(row), moment(row));
    start.zip(end).map(|(start, end)| Period { start, end })
}

fn moment(row: &mut RowReader<'_>) -> Option<Timestamp> {
    row.opt_int().map(Timestamp::from_millis)
}
