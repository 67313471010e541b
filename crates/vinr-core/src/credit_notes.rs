//! What takes back a part of a finalized invoice (spec/billing.md, Invoices; spec/traps.md, section 9).
//!
//! The tax of a part is computed cumulatively: what all notes together take of a line's tax is the share of it, rounded
//! once, and a note has the difference. So the notes of a line add up to the line and those of an invoice to the invoice,
//! and none of them ever takes more. A note first takes what is still to be paid; what was paid goes to the customer's
//! credit, or back as money. It is issued at once and never changes.

use alloc::string::String;
use alloc::vec::Vec;

use crate::currencies::Currency;
use crate::ids::{CreditNoteId, CustomerId, InvoiceId, InvoiceLineId};
use crate::invoices::{Command, Credited, Invoice, Line, Noted, creditable};
use crate::metadata::Metadata;
use crate::money::{allocate, share};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

/// Longest memo, in characters.
pub const MEMO_LENGTH_MAX: usize = 500;

wire_enum! {
    /// Why something is credited.
    pub enum Reason {
        /// It was invoiced twice.
        Duplicate = "duplicate",
        /// It was not the customer who ordered.
        Fraudulent = "fraudulent",
        /// The order was changed.
        OrderChange = "order_change",
        /// The customer is not content.
        ProductUnsatisfactory = "product_unsatisfactory",
    }
}

wire_enum! {
    /// Where that goes which was paid.
    pub enum Destination {
        /// To the customer's credit, which the next invoices use.
        Balance = "balance",
        /// Back to the method that paid.
        Refund = "refund",
    }
}

/// A credit note. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditNote {
    /// Its id.
    pub id: CreditNoteId,
    /// The invoice of which it takes a part back.
    pub invoice_id: InvoiceId,
    /// Whose.
    pub customer_id: CustomerId,
    /// What all is counted in.
    pub currency: Currency,
    /// Of which lines how much.
    pub lines: Vec<(InvoiceLineId, Credited)>,
    /// All together, and where it went.
    pub noted: Noted,
    /// Why.
    pub reason: Option<Reason>,
    /// For the customer.
    pub memo: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was issued.
    pub created_at: Timestamp,
}

/// What a merchant asks for.
#[derive(Clone, Debug)]
pub struct Create {
    /// Drawn by the server, or chosen by the caller (sandbox).
    pub id: CreditNoteId,
    /// What is credited.
    pub of: Of,
    /// Where that goes which was paid.
    pub destination: Destination,
    /// Why.
    pub reason: Option<Reason>,
    /// For the customer.
    pub memo: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
}

/// What is credited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// All that is left.
    Everything,
    /// So much with its tax, in minor units: of each line in proportion to what is left of it.
    Amount(i64),
    /// So much of these lines.
    Lines(Vec<(InvoiceLineId, Part)>),
}

/// What of a line is credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// So much of it without tax, in minor units.
    Net(i64),
    /// So many of its units.
    Quantity(i64),
    /// All that is left of it.
    Rest,
}

/// A note of an invoice, and what the invoice is told of it.
///
/// # Errors
/// `invoice_not_creditable`; `amount_too_large` for more than what is left of the invoice or of a line; `resource_missing` for
/// a line that is not the invoice's; what is out of its range.
pub fn create(ask: Create, invoice: &Invoice, now: Timestamp) -> Result<(CreditNote, Command), Refusal> {
    creditable(invoice)?;
    if ask.memo.as_ref().is_some_and(|memo| !(1..=MEMO_LENGTH_MAX).contains(&memo.chars().count())) {
        let message = format!("expected 1 to {MEMO_LENGTH_MAX} characters");
        return Err(Refusal::new(Code::ParameterInvalid, message).at("memo"));
    }
    let lines = match ask.of {
        Of::Everything => everything(invoice)?,
        Of::Amount(amount) => spread(invoice, amount)?,
        Of::Lines(parts) => of_lines(invoice, parts)?,
    };
    let sum = |of: fn(&Credited) -> i64| lines.iter().fold(0_i64, |sum, (_, part)| sum.saturating_add(of(part)));
    let (net, tax) = (sum(|part| part.net), sum(|part| part.tax));
    let total = net.saturating_add(tax);
    let left = left_of(invoice);
    if total > left {
        return Err(too_large(total, left, "amount".into()));
    }
    let noted = settled(invoice, Noted { net, tax, ..Noted::default() }, ask.destination)?;
    let note = CreditNote {
        id: ask.id,
        invoice_id: invoice.id.clone(),
        customer_id: invoice.customer_id.clone(),
        currency: invoice.currency,
        lines: lines.clone(),
        noted,
        reason: ask.reason,
        memo: ask.memo,
        metadata: ask.metadata,
        created_at: now,
    };
    Ok((note, Command::Credit { lines, noted }))
}

/// What of an invoice can still be credited, in minor units.
pub fn left_of(invoice: &Invoice) -> i64 {
    invoice.totals.total.saturating_sub(invoice.credited.total()).max(0)
}

/// What of an invoice's money can still be given back, in minor units.
pub fn refundable(invoice: &Invoice) -> i64 {
    invoice.amount_paid.saturating_sub(invoice.credited.refunded)
}

/// Where a note goes: what is not paid need not be, and of the rest no more comes back as money than was paid.
fn settled(invoice: &Invoice, noted: Noted, destination: Destination) -> Result<Noted, Refusal> {
    let to_due = noted.total().min(invoice.amount_left().max(0));
    let rest = noted.total().saturating_sub(to_due);
    match destination {
        Destination::Balance => Ok(Noted { to_due, to_balance: rest, ..noted }),
        Destination::Refund if rest > refundable(invoice) => {
            let left = refundable(invoice);
            let message = format!("{rest} cannot be given back as money: {left} of what was paid are left");
            Err(Refusal::new(Code::AmountTooLarge, message).at("destination").short(left, rest))
        }
        Destination::Refund => Ok(Noted { to_due, refunded: rest, ..noted }),
    }
}

/// All that is left of every line, if the invoice as a whole has as much.
fn everything(invoice: &Invoice) -> Result<Vec<(InvoiceLineId, Credited)>, Refusal> {
    spread(invoice, left_of(invoice))
}

/// So much of an invoice, shared out to its lines by what is left of them.
fn spread(invoice: &Invoice, amount: i64) -> Result<Vec<(InvoiceLineId, Credited)>, Refusal> {
    let left = left_of(invoice);
    if amount > left || left == 0 {
        return Err(too_large(amount, left, "amount".into()));
    }
    if amount < 1 {
        return Err(Refusal::new(Code::ParameterInvalid, "expected an amount from 1 on").at("amount"));
    }
    let weights: Vec<i64> = invoice.lines.iter().map(|line| gross_left(line).max(0)).collect();
    let parts = invoice.lines.iter().zip(allocate(amount, &weights));
    Ok(parts.filter(|(_, part)| *part > 0).map(|(line, part)| (line.id.clone(), of_gross(line, part))).collect())
}

fn of_lines(invoice: &Invoice, parts: Vec<(InvoiceLineId, Part)>) -> Result<Vec<(InvoiceLineId, Credited)>, Refusal> {
    if parts.is_empty() {
        return Err(Refusal::new(Code::ParameterInvalid, "expected at least one line").at("lines"));
    }
    let mut lines: Vec<(InvoiceLineId, Credited)> = Vec::with_capacity(parts.len());
    for (place, (id, part)) in parts.into_iter().enumerate() {
        let at = |name: &str| format!("lines.{place}.{name}");
        let Some(line) = invoice.lines.iter().find(|line| line.id == id) else {
            return Err(Refusal::new(Code::ResourceMissing, "no such line on this invoice").at(at("invoiceLineId")));
        };
        if lines.iter().any(|(known, _)| *known == id) {
            return Err(Refusal::new(Code::ParameterConflict, "a line is named once").at(at("invoiceLineId")));
        }
        let left = line.net.saturating_sub(line.credited.net);
        let (net, param) = match part {
            Part::Net(net) => (net, "amount"),
            // Half of the units are half of the line, whatever each of them cost.
            Part::Quantity(quantity) if (1..=line.quantity).contains(&quantity) => {
                (share(line.net, quantity, line.quantity), "quantity")
            }
            Part::Quantity(_) => {
                let message = format!("expected 1 to {}", line.quantity);
                return Err(Refusal::new(Code::ParameterInvalid, message).at(at("quantity")));
            }
            Part::Rest => (left, "invoiceLineId"),
        };
        if net > left || left <= 0 {
            return Err(too_large(net, left.max(0), at(param)));
        }
        if net < 1 {
            return Err(Refusal::new(Code::ParameterInvalid, "expected an amount from 1 on").at(at(param)));
        }
        lines.push((id, of_net(line, net)));
    }
    Ok(lines)
}

/// A part of a line without tax, with the tax that it brings back.
fn of_net(line: &Line, net: i64) -> Credited {
    let after = line.credited.net.saturating_add(net);
    Credited { net, tax: share(line.tax, after, line.net).saturating_sub(line.credited.tax).max(0) }
}

/// A part of a line with its tax. The tax is in proportion, but neither it nor what is left may be more than there is.
fn of_gross(line: &Line, gross: i64) -> Credited {
    let credited = line.credited.net.saturating_add(line.credited.tax);
    let after = credited.saturating_add(gross);
    let (tax_left, net_left) = (line.tax.saturating_sub(line.credited.tax), line.net.saturating_sub(line.credited.net));
    let tax = share(line.tax, after, line.gross()).saturating_sub(line.credited.tax);
    let tax = tax.clamp(gross.saturating_sub(net_left).max(0), tax_left.min(gross));
    Credited { net: gross.saturating_sub(tax), tax }
}

fn gross_left(line: &Line) -> i64 {
    line.gross().saturating_sub(line.credited.net).saturating_sub(line.credited.tax)
}

fn too_large(asked: i64, left: i64, param: String) -> Refusal {
    let message = format!("{asked} cannot be credited: {left} are left");
    Refusal::new(Code::AmountTooLarge, message).at(param).short(left, asked)
}

#[cfg(test)]
mod tests;
