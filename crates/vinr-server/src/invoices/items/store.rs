//! What waits for invoices as rows.

use serde_json::{Value as Json, json};
use vinr_core::ids::{
    CustomerId, InvoiceId, InvoiceItemId, InvoiceLineId, PriceId, ProductId, SubscriptionId, SubscriptionItemId,
};
use vinr_core::invoices::{About, InvoiceItem, Line};
use vinr_core::money::Currency;
use vinr_core::subscriptions::Period;
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, RowReader, Table};

use super::super::kept;
use crate::error::Result;
use crate::record::Unit;

const WRITTEN: &str = "the database holds items that were written by this program";

const INVOICE_ITEMS: Table = Table {
    name: "invoice_items",
    columns: &[
        Column::text("customer_id").fixed(),
        Column::text("invoice_id"),
        Column::text("subscription_id").fixed(),
        Column::text("currency").fixed(),
        Column::text("line"),
        Column::int("created_at").fixed(),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// What waits for any invoice of a customer's, oldest first.
const WAITING: &str = "SELECT id FROM invoice_items \
     WHERE account = $1 AND customer_id = $2 AND invoice_id IS NULL ORDER BY id LIMIT 200";

/// Stages an item that waits.
pub(crate) fn insert(unit: &mut Unit<'_>, item: &InvoiceItem) {
    unit.store.insert(&INVOICE_ITEMS, item.id.as_str(), values(item));
}

/// What waits for an invoice of this customer in this currency, of this subscription or of none. What this unit itself has
/// added is not found.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn waiting(
    unit: &mut Unit<'_>,
    customer: &CustomerId,
    currency: Currency,
    subscription: Option<&SubscriptionId>,
) -> Result<Vec<InvoiceItem>> {
    let params = [unit.context.account.as_str().into(), customer.as_str().into()];
    let found = unit.store.query_stored(WAITING, &params).await?;
    let mut items = Vec::new();
    for row in &found {
        let id = InvoiceItemId::parse(row.text(0)).expect(WRITTEN);
        let Some(row) = unit.store.load(&INVOICE_ITEMS, id.as_str()).await? else { continue };
        let item = read(id, &mut row.reader());
        let is_meant = item.subscription_id.is_none() || item.subscription_id.as_ref() == subscription;
        if item.invoice_id.is_none() && item.currency == currency && is_meant {
            items.push(item);
        }
    }
    Ok(items)
}

pub(super) fn update(unit: &mut Unit<'_>, item: &InvoiceItem) {
    unit.store.update(&INVOICE_ITEMS, item.id.as_str(), values(item));
}

fn values(item: &InvoiceItem) -> Vec<vinr_store::Value> {
    vec![
        item.customer_id.as_str().into(),
        item.invoice_id.as_ref().map(InvoiceId::as_str).into(),
        item.subscription_id.as_ref().map(SubscriptionId::as_str).into(),
        item.currency.code().into(),
        line_text(&item.line).into(),
        item.created_at.millis().into(),
    ]
}

fn read(id: InvoiceItemId, row: &mut RowReader<'_>) -> InvoiceItem {
    let customer_id = CustomerId::parse(row.text()).expect(WRITTEN);
    let invoice_id = row.opt_text().map(|id| InvoiceId::parse(id).expect(WRITTEN));
    let subscription_id = row.opt_text().map(|id| SubscriptionId::parse(id).expect(WRITTEN));
    let currency = Currency::parse(row.text()).expect(WRITTEN);
    let line = read_line(row.text(), currency);
    let created_at = Timestamp::from_millis(row.int());
    InvoiceItem { id, customer_id, invoice_id, subscription_id, currency, line, created_at }
}

/// The line that an item will be; nothing is taken off it yet.
fn line_text(line: &Line) -> String {
    let period = line.period.map(|period| [period.start.millis(), period.end.millis()]);
    json!({
        "id": line.id.as_str(),
        "description": line.description,
        "quantity": line.quantity,
        "computation": kept::computation_text(&line.computation),
        "period": period,
        "product": line.product_id.as_ref().map(ProductId::as_str),
        "price": line.price_id.as_ref().map(PriceId::as_str),
        "item": line.item_id.as_ref().map(SubscriptionItemId::as_str),
    })
    .to_string()
}

fn read_line(text: &str, currency: Currency) -> Line {
    let kept: Json = serde_json::from_str(text).expect(WRITTEN);
    let instant = |place: usize| kept["period"][place].as_i64().map(Timestamp::from_millis);
    let id = InvoiceLineId::parse(kept["id"].as_str().expect(WRITTEN)).expect(WRITTEN);
    let about = About {
        period: instant(0).zip(instant(1)).map(|(start, end)| Period { start, end }),
        product_id: kept["product"].as_str().map(|id| ProductId::parse(id).expect(WRITTEN)),
        price_id: kept["price"].as_str().map(|id| PriceId::parse(id).expect(WRITTEN)),
        item_id: kept["item"].as_str().map(|id| SubscriptionItemId::parse(id).expect(WRITTEN)),
    };
    let computation = kept::read_computation(kept["computation"].as_str().expect(WRITTEN));
    let said = (kept["description"].as_str().expect(WRITTEN).to_owned(), kept["quantity"].as_i64().expect(WRITTEN));
    Line::new(id, said, computation, about, currency).expect(WRITTEN)
}
