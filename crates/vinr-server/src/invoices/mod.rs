//! Invoices: drafted, finalized, collected. Rules are in `vinr_core::invoices`; here they meet rows. What is on them, and how
//! they are paid, is a flow (`flows::billing`).

pub(crate) mod items;
mod kept;
pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::events::EventType;
use vinr_core::ids::InvoiceId;
use vinr_core::invoices::{self as core, Command, Event, Invoice};
use vinr_core::refusal::{Code, Refusal};
use vinr_core::time::Timestamp;

use crate::error::{ApiError, Result};
use crate::record::{Noun, Unit};

/// What an invoice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bills {
    /// A period of its subscription, which has no other.
    Period,
    /// Something beside periods.
    Extra,
}

/// What came of a command.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// What happened.
    pub(crate) events: Vec<Event>,
    /// What it adds to what the customer has, in minor units; negative for what is taken of it. Whoever tells moves it.
    pub(crate) credit: i64,
}

/// Stages a draft, and tells of it.
///
/// # Errors
/// `resource_exists`.
pub(crate) async fn draft(unit: &mut Unit<'_>, invoice: &Invoice, bills: Bills, chosen_id: bool) -> Result<()> {
    if chosen_id && store::find(unit, &invoice.id).await?.is_some() {
        let message = format!("there is already an invoice {}", invoice.id);
        return Err(Refusal::new(Code::ResourceExists, message).at("id").into());
    }
    store::insert(unit, invoice, bills, chosen_id);
    unit.timer(Noun::Invoice, invoice.id.as_str(), None, due(invoice));
    unit.emit(EventType::InvoiceCreated, &wire::data(unit, invoice));
    Ok(())
}

/// An invoice that a decision depends on.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn load(unit: &mut Unit<'_>, id: &InvoiceId) -> Result<Invoice> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("invoice", id.as_str()))
}

/// The number that the next invoice to be finalized gets.
///
/// # Errors
/// The database does not answer.
pub(crate) async fn next_number(unit: &mut Unit<'_>) -> Result<String> {
    Ok(format!("INV-{:06}", store::next_number(unit).await?))
}

/// Decides a command, and stages what comes of it: rows, transfers, and each event as the invoice was after it.
///
/// # Errors
/// What the invoice refuses.
pub(crate) fn tell(unit: &mut Unit<'_>, invoice: &mut Invoice, command: Command) -> Result<Told> {
    let mut told = Told { events: core::decide(invoice, command)?, credit: 0 };
    if told.events.is_empty() {
        return Ok(told);
    }
    let (before, lines) = (due(invoice), invoice.lines.clone());
    for event in &told.events {
        let transfers = core::transfers(invoice, event);
        told.credit = told.credit.saturating_add(core::balance_change(invoice, event));
        core::evolve(invoice, event, unit.now());
        unit.book(invoice.id.as_str(), &transfers);
        if let Some(kind) = shown_as(invoice, event) {
            unit.emit(kind, &wire::data(unit, invoice));
        }
    }
    store::update(unit, invoice, &lines);
    unit.timer(Noun::Invoice, invoice.id.as_str(), before, due(invoice));
    Ok(told)
}

/// The timer of an invoice that went off early, or for something that is over: it is set to what the row says now.
pub(crate) fn set_timer(unit: &mut Unit<'_>, invoice: &Invoice) {
    let fired = Some(unit.now());
    unit.timer(Noun::Invoice, invoice.id.as_str(), fired, due(invoice));
}

/// What merchants are told of an event; `invoice` is as it is after it.
fn shown_as(invoice: &Invoice, event: &Event) -> Option<EventType> {
    match event {
        Event::Finalized { .. } => Some(EventType::InvoiceFinalized),
        // Nothing was to be paid in a trial, and nobody paid it (spec/billing.md, Trial).
        Event::Paid { .. } if invoice.is_of_trial() => None,
        Event::Paid { .. } => Some(EventType::InvoicePaid),
        Event::PaymentFailed { .. } => Some(EventType::InvoicePaymentFailed),
        Event::ActionRequired(_) => Some(EventType::InvoicePaymentActionRequired),
        Event::Voided => Some(EventType::InvoiceVoided),
        Event::MarkedUncollectible => Some(EventType::InvoiceMarkedUncollectible),
        Event::Created
        | Event::Drafted { .. }
        | Event::Updated { .. }
        | Event::Collecting { .. }
        | Event::Rescheduled(_)
        | Event::Credited { .. } => None,
    }
}

fn due(invoice: &Invoice) -> Option<Timestamp> {
    core::due(invoice).map(|(at, _)| at)
}
