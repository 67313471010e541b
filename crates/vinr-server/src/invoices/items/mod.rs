//! What waits for a customer's next invoice: the lines that it will have beside its own.

mod store;

use vinr_core::ids::InvoiceId;
use vinr_core::invoices::{InvoiceItem, Line};

use crate::record::Unit;

pub(crate) use store::{insert, waiting};

/// Stages that an item is on an invoice, and gives the line that it is there.
pub(crate) fn take(unit: &mut Unit<'_>, mut item: InvoiceItem, invoice: &InvoiceId) -> Line {
    item.invoice_id = Some(invoice.clone());
    store::update(unit, &item);
    Line { invoice_item_id: Some(item.id), ..item.line }
}
