//! What an invoice answers to what is asked of it.

use alloc::string::String;
use alloc::vec::Vec;

use super::totals::{Charges, Totals, of_draft, totals};
use super::{Credited, Invoice, Line, Noted, Status};
use crate::dunning::Dunning;
use crate::ids::{InvoiceLineId, PaymentId};
use crate::metadata::Metadata;
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;

/// Everything that can be asked of an invoice.
#[derive(Clone, Debug)]
pub enum Command {
    /// The draft shall have these lines.
    Draft(Vec<Line>),
    /// It shall have these notes.
    Update {
        /// Shown below its lines.
        footer: Option<String>,
        /// The merchant's notes.
        metadata: Metadata,
    },
    /// Nothing of it shall change any more.
    Finalize(Finalize),
    /// It was paid.
    Pay {
        /// With this payment; nothing if somebody has paid in another way.
        payment: Option<PaymentId>,
        /// How much, in minor units.
        amount: i64,
    },
    /// This payment is to bring what is due.
    Collect {
        /// Which.
        payment: PaymentId,
        /// The secret of the page on which its customer can make it.
        checkout: String,
    },
    /// An attempt to collect it brought nothing.
    PaymentFailed {
        /// The payment that failed; nothing if there was no method.
        payment: Option<PaymentId>,
        /// When it is tried again; nothing for a first invoice, which is not.
        dunning: Option<Dunning>,
    },
    /// Its payment needs the customer.
    ActionRequired(PaymentId),
    /// It is tried again at another time.
    Reschedule(Dunning),
    /// It shall be as if it had not been.
    Void,
    /// Nobody expects to be paid.
    MarkUncollectible,
    /// A credit note takes back so much of these lines ([`crate::credit_notes::create`]).
    Credit {
        /// Of which lines.
        lines: Vec<(InvoiceLineId, Credited)>,
        /// All together, and where it goes.
        noted: Noted,
    },
}

/// What finalization needs.
#[derive(Clone, Debug)]
pub struct Finalize {
    /// The next number of the account.
    pub number: String,
    /// Discounts and tax, for each line.
    pub charges: Vec<Charges>,
    /// What the customer has, in minor units; negative for what is owed.
    pub balance: i64,
    /// Until when it should be paid; nothing where it is charged at once.
    pub due_at: Option<Timestamp>,
}

/// What happened to an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It was drafted.
    Created,
    /// The draft has other lines.
    Drafted {
        /// All of them.
        lines: Vec<Line>,
        /// What they come to.
        totals: Totals,
    },
    /// It has other notes.
    Updated {
        /// Shown below its lines.
        footer: Option<String>,
        /// The merchant's notes.
        metadata: Metadata,
    },
    /// It has its number.
    Finalized {
        /// Which.
        number: String,
        /// Its lines with discounts and tax.
        lines: Vec<Line>,
        /// What they come to.
        totals: Totals,
        /// Until when it should be paid.
        due_at: Option<Timestamp>,
    },
    /// Nothing is to be paid any more.
    Paid {
        /// The payment, if there was one.
        payment: Option<PaymentId>,
        /// What was paid, in minor units.
        amount: i64,
    },
    /// This payment is to bring what is due.
    Collecting {
        /// Which.
        payment: PaymentId,
        /// The secret of the page on which its customer can make it.
        checkout: String,
    },
    /// An attempt to collect it brought nothing.
    PaymentFailed {
        /// The payment that failed.
        payment: Option<PaymentId>,
        /// When it is tried again.
        dunning: Option<Dunning>,
    },
    /// Its payment needs the customer.
    ActionRequired(PaymentId),
    /// It is tried again at another time.
    Rescheduled(Dunning),
    /// It is as if it had not been.
    Voided,
    /// Nobody expects to be paid.
    MarkedUncollectible,
    /// A credit note took back a part of it.
    Credited {
        /// Of which lines.
        lines: Vec<(InvoiceLineId, Credited)>,
        /// All together, and where it went.
        noted: Noted,
    },
}

/// Decides a command. No event: nothing new.
///
/// # Errors
/// `invoice_not_editable`, `invoice_not_payable`, `invoice_not_voidable`, `invoice_not_creditable` with the state in the
/// message; `amount_mismatch`; `amount_too_large`.
pub fn decide(invoice: &Invoice, command: Command) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Draft(lines) => {
            draft(invoice)?;
            let totals = of_draft(&lines)?;
            Ok((lines != invoice.lines).then_some(Event::Drafted { lines, totals }).into_iter().collect())
        }
        Command::Update { footer, metadata } => {
            if footer != invoice.footer {
                draft(invoice)?;
            }
            let changes = footer != invoice.footer || metadata != invoice.metadata;
            Ok(changes.then_some(Event::Updated { footer, metadata }).into_iter().collect())
        }
        Command::Finalize(finalize) => finalized(invoice, finalize),
        Command::Pay { payment, amount } => paid(invoice, payment, amount),
        Command::Collect { payment, checkout } => match invoice.status {
            Status::Open | Status::Uncollectible => {
                let is_new = invoice.payment_id.as_ref() != Some(&payment);
                Ok(is_new.then_some(Event::Collecting { payment, checkout }).into_iter().collect())
            }
            Status::Draft | Status::Paid | Status::Void => Err(refused(invoice, Code::InvoiceNotPayable, "paid")),
        },
        // A word about an older attempt says nothing new.
        Command::PaymentFailed { payment, dunning } => {
            Ok(while_open(invoice, Event::PaymentFailed { payment, dunning }))
        }
        Command::ActionRequired(payment) => Ok(while_open(invoice, Event::ActionRequired(payment))),
        Command::Reschedule(dunning) => Ok(while_open(invoice, Event::Rescheduled(dunning))),
        Command::Void => match invoice.status {
            Status::Draft | Status::Open | Status::Uncollectible => Ok(vec![Event::Voided]),
            Status::Paid | Status::Void => Err(refused(invoice, Code::InvoiceNotVoidable, "declared void")),
        },
        Command::MarkUncollectible => match invoice.status {
            Status::Open => Ok(vec![Event::MarkedUncollectible]),
            Status::Uncollectible => Ok(Vec::new()),
            Status::Draft | Status::Paid | Status::Void => {
                Err(refused(invoice, Code::InvoiceNotPayable, "written off"))
            }
        },
        Command::Credit { lines, noted } => credited(invoice, lines, noted),
    }
}

/// Finalizes a draft; one of which nothing is due is paid with it.
fn finalized(invoice: &Invoice, ask: Finalize) -> Result<Vec<Event>, Refusal> {
    draft(invoice)?;
    let Finalize { number, charges, balance, due_at } = ask;
    let (lines, totals) = totals(&invoice.lines, &charges, balance, invoice.currency)?;
    let is_paid = totals.amount_due == 0;
    let paid = is_paid.then_some(Event::Paid { payment: None, amount: 0 });
    Ok([Event::Finalized { number, lines, totals, due_at }].into_iter().chain(paid).collect())
}

fn paid(invoice: &Invoice, payment: Option<PaymentId>, amount: i64) -> Result<Vec<Event>, Refusal> {
    match invoice.status {
        Status::Open | Status::Uncollectible if amount == invoice.amount_left() => {
            Ok(vec![Event::Paid { payment, amount }])
        }
        Status::Open | Status::Uncollectible => {
            let message = format!("{} are to be paid of this invoice, not {amount}", invoice.amount_left());
            Err(Refusal::new(Code::AmountMismatch, message).at("amount"))
        }
        Status::Draft | Status::Paid | Status::Void => Err(refused(invoice, Code::InvoiceNotPayable, "paid")),
    }
}

/// What a credit note does: where nothing is left to be paid, the invoice is.
fn credited(invoice: &Invoice, lines: Vec<(InvoiceLineId, Credited)>, noted: Noted) -> Result<Vec<Event>, Refusal> {
    creditable(invoice)?;
    let is_paid = match invoice.status {
        Status::Open | Status::Uncollectible => noted.to_due > 0 && noted.to_due == invoice.amount_left(),
        Status::Draft | Status::Paid | Status::Void => false,
    };
    let paid = is_paid.then_some(Event::Paid { payment: None, amount: 0 });
    Ok([Event::Credited { lines, noted }].into_iter().chain(paid).collect())
}

/// Whether something of an invoice can be credited.
///
/// # Errors
/// `invoice_not_creditable`.
pub(crate) fn creditable(invoice: &Invoice) -> Result<(), Refusal> {
    match invoice.status {
        Status::Open | Status::Paid | Status::Uncollectible => Ok(()),
        Status::Draft | Status::Void => Err(refused(invoice, Code::InvoiceNotCreditable, "credited")),
    }
}

/// What notes have taken back together.
pub(super) fn noted(before: Noted, more: Noted) -> Noted {
    Noted {
        net: before.net.saturating_add(more.net),
        tax: before.tax.saturating_add(more.tax),
        to_due: before.to_due.saturating_add(more.to_due),
        to_balance: before.to_balance.saturating_add(more.to_balance),
        refunded: before.refunded.saturating_add(more.refunded),
    }
}

fn while_open(invoice: &Invoice, event: Event) -> Vec<Event> {
    match invoice.status {
        Status::Open => vec![event],
        Status::Draft | Status::Paid | Status::Void | Status::Uncollectible => Vec::new(),
    }
}

fn draft(invoice: &Invoice) -> Result<(), Refusal> {
    match invoice.status {
        Status::Draft => Ok(()),
        Status::Open | Status::Paid | Status::Void | Status::Uncollectible => {
            Err(refused(invoice, Code::InvoiceNotEditable, "changed"))
        }
    }
}

fn refused(invoice: &Invoice, code: Code, what: &str) -> Refusal {
    Refusal::new(code, format!("an invoice that is {} cannot be {what}", invoice.status))
}
