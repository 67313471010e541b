//! What is sold once: invoices beside subscriptions, and what waits for a customer's next one.

use vinr_core::ids::{CustomerId, InvoiceId, InvoiceItemId, InvoiceLineId, SubscriptionId};
use vinr_core::invoices::{self as core, About, Command, Computation, Invoice, InvoiceItem, Line, Named, check_item};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::refusal::{Code, Refusal};
use vinr_core::subscriptions::Collection;

use super::tell;
use crate::error::Result;
use crate::invoices::{self, Bills, items};
use crate::record::Unit;
use crate::{customers, subscriptions};

/// An invoice that a merchant asks for.
pub(super) struct NewInvoice {
    /// The caller's choice.
    pub(super) id: Option<InvoiceId>,
    /// Who owes.
    pub(super) customer_id: CustomerId,
    /// What all is counted in.
    pub(super) currency: Currency,
    /// What for.
    pub(super) lines: Vec<(String, Named)>,
    /// How it is paid.
    pub(super) collection: Collection,
    /// Shown below its lines.
    pub(super) footer: Option<String>,
    /// The merchant's notes.
    pub(super) metadata: Metadata,
}

/// Something that shall be on an invoice.
pub(super) struct NewItem {
    /// Who owes it.
    pub(super) customer_id: CustomerId,
    /// The draft that it goes onto; nothing for the next one.
    pub(super) invoice: Option<InvoiceId>,
    /// The subscription whose next invoice it waits for.
    pub(super) subscription: Option<SubscriptionId>,
    /// What it is counted in.
    pub(super) currency: Currency,
    /// How many at which amount.
    pub(super) named: Named,
    /// What it is.
    pub(super) description: String,
}

/// Drafts an invoice of what is sold once, with what waits for the customer's next one.
///
/// # Errors
/// 404 for the customer; what is wrong with a line; `resource_exists`.
pub(super) async fn draft(unit: &mut Unit<'_>, new: &NewInvoice) -> Result<Invoice> {
    customers::must_exist(unit, &new.customer_id).await?;
    let id = new.id.clone().unwrap_or_else(|| InvoiceId::from_bits(unit.env.id_bits()));
    let mut lines = Vec::new();
    for (description, named) in &new.lines {
        lines.push(line(unit, description, *named, new.currency)?);
    }
    for item in items::waiting(unit, &new.customer_id, new.currency, None).await? {
        lines.push(items::take(unit, item, &id));
    }
    let ask = core::Create {
        id,
        customer_id: new.customer_id.clone(),
        subscription: None,
        currency: new.currency,
        lines,
        collection: new.collection,
        period: None,
        finalizes_at: None,
        footer: new.footer.clone(),
        metadata: new.metadata.clone(),
    };
    let (invoice, _) = core::create(ask, unit.now())?;
    invoices::draft(unit, &invoice, Bills::Extra, new.id.is_some()).await?;
    Ok(invoice)
}

/// Has something wait for a customer's next invoice, or puts it onto a draft.
///
/// # Errors
/// 404 for what it names; `invoice_not_editable`; `parameter_conflict` for another customer's; what is wrong with it.
pub(super) async fn add_item(unit: &mut Unit<'_>, new: &NewItem) -> Result<InvoiceItem> {
    customers::must_exist(unit, &new.customer_id).await?;
    if let Some(id) = &new.subscription {
        let subscription = subscriptions::load(unit, id).await.map_err(|error| error.about("subscriptionId"))?;
        check_theirs("subscriptionId", new, &subscription.customer_id, subscription.currency)?;
    }
    let item = InvoiceItem {
        id: InvoiceItemId::from_bits(unit.env.id_bits()),
        customer_id: new.customer_id.clone(),
        invoice_id: new.invoice.clone(),
        subscription_id: new.subscription.clone(),
        currency: new.currency,
        line: line(unit, &new.description, new.named, new.currency)?,
        created_at: unit.now(),
    };
    if let Some(id) = &new.invoice {
        let mut invoice = invoices::load(unit, id).await.map_err(|error| error.about("invoiceId"))?;
        check_theirs("invoiceId", new, &invoice.customer_id, invoice.currency)?;
        let mut lines = invoice.lines.clone();
        lines.push(Line { invoice_item_id: Some(item.id.clone()), ..item.line.clone() });
        tell(unit, &mut invoice, Command::Draft(lines)).await?;
    }
    items::insert(unit, &item);
    Ok(item)
}

fn check_theirs(param: &'static str, new: &NewItem, customer: &CustomerId, currency: Currency) -> Result<()> {
    if *customer == new.customer_id && currency == new.currency {
        return Ok(());
    }
    let message = "it is another customer's, or in another currency";
    Err(Refusal::new(Code::ParameterConflict, message).at(param).into())
}

fn line(unit: &Unit<'_>, description: &str, named: Named, currency: Currency) -> Result<Line> {
    check_item(named, description)?;
    let id = InvoiceLineId::from_bits(unit.env.id_bits());
    let said = (description.to_owned(), named.quantity);
    Ok(Line::new(id, said, Computation::Named(named), About::default(), currency)?)
}
