//! What a customer owes for a period, or for something that was sold once (spec/billing.md, Invoices).
//!
//! ```text
//!  ──create──▶ draft ──finalize──▶ open ──paid, or nothing is left──▶ paid
//!                │                  ├──void──▶ void                    ▲
//!                └──void──▶ void    └──mark──▶ uncollectible ──────────┘
//!                                                   └──void──▶ void
//! ```
//!
//! Only a draft changes. Finalizing gives the number, takes discounts off, adds tax, and settles with what the customer
//! has or owes, in this order (`totals`); what is wrong afterwards is set right by credit notes. An invoice of nothing is
//! paid at once, and one that is not worth a charge is carried to the next.
//!
//! In the ledger an open invoice is a claim against its customer, and what it is for is owed by the merchant until it is
//! delivered:
//!
//! ```text
//!  finalized      invoice_receivable ──net──▶ deferred_revenue, ──tax──▶ tax_payable
//!                 customer_credit ──credit applied──▶ invoice_receivable   (the other way round what it adds)
//!  paid           invoice_collected ──▶ invoice_receivable
//!  uncollectible  bad_debt ──▶ invoice_receivable
//!  void, credited the first line backwards
//! ```

mod decide;
mod explanation;
mod lines;
mod totals;

use alloc::string::String;
use alloc::vec::Vec;

use crate::currencies::Currency;
use crate::dunning::Dunning;
use crate::ids::{CustomerId, InvoiceId, PaymentId, SubscriptionId};
use crate::ledger::{LedgerAccount, Transfer};
use crate::metadata::Metadata;
use crate::money::Money;
use crate::refusal::Refusal;
use crate::subscriptions::{Collection, Period};
use crate::time::{Span, Timestamp};
use crate::wire_enum::wire_enum;

pub(crate) use decide::creditable;
pub use decide::{Command, Event, Finalize, decide};
pub use explanation::{Explanation, explain};
pub use lines::{About, Computation, Credited, InvoiceItem, Line, Named, check_item};
pub use totals::{Charges, Totals, settled, totals};

/// How long the draft of a renewal can be changed.
pub const DRAFT_FOR: Span = Span::hours(1);
/// Most lines of an invoice.
pub const LINES_MAX: usize = 250;

wire_enum! {
    /// Where an invoice stands.
    pub enum Status {
        /// It can be changed.
        Draft = "draft",
        /// It has its number and is to be paid.
        Open = "open",
        /// Nothing of it is to be paid any more.
        Paid = "paid",
        /// It is as if it had not been.
        Void = "void",
        /// Nobody expects that it will be paid.
        Uncollectible = "uncollectible",
    }
}

/// An invoice. Amounts are minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// Its number, once it is finalized: sequential and without a gap in its account.
    pub number: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Who owes.
    pub customer_id: CustomerId,
    /// The subscription and the number of the period that it is for.
    pub subscription: Option<(SubscriptionId, u32)>,
    /// What all is counted in.
    pub currency: Currency,
    /// What for.
    pub lines: Vec<Line>,
    /// What they come to.
    pub totals: Totals,
    /// What was paid.
    pub amount_paid: i64,
    /// What credit notes have taken back.
    pub credited: Noted,
    /// How it is paid.
    pub collection: Collection,
    /// Until when it should be.
    pub due_at: Option<Timestamp>,
    /// The time that it is for.
    pub period: Option<Period>,
    /// When a draft is finalized by itself.
    pub finalizes_at: Option<Timestamp>,
    /// How often it was tried to collect it.
    pub attempt_count: u32,
    /// That it could not be collected, and is tried again.
    pub dunning: Option<Dunning>,
    /// The payment that was made for it last: it has one at a time.
    pub payment_id: Option<PaymentId>,
    /// The secret of the page on which its customer can make that payment.
    pub checkout: Option<String>,
    /// Shown below its lines.
    pub footer: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was finalized.
    pub finalized_at: Option<Timestamp>,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
}

/// What credit notes have taken back of an invoice, in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Without tax.
    pub net: i64,
    /// Of the tax.
    pub tax: i64,
    /// What of it need not be paid any more.
    pub to_due: i64,
    /// What of it the customer has as credit.
    pub to_balance: i64,
    /// What of it was given back as money.
    pub refunded: i64,
}

impl Noted {
    /// All of it.
    pub const fn total(&self) -> i64 {
        self.net.saturating_add(self.tax)
    }
}

/// What a draft is made of.
#[derive(Clone, Debug)]
pub struct Create {
    /// Drawn by the server, or chosen by the caller (sandbox).
    pub id: InvoiceId,
    /// Who owes.
    pub customer_id: CustomerId,
    /// The subscription and the number of the period that it is for.
    pub subscription: Option<(SubscriptionId, u32)>,
    /// What all is counted in.
    pub currency: Currency,
    /// What for.
    pub lines: Vec<Line>,
    /// How it is paid.
    pub collection: Collection,
    /// The time that it is for.
    pub period: Option<Period>,
    /// When it is finalized by itself; nothing for one that somebody finalizes.
    pub finalizes_at: Option<Timestamp>,
    /// Shown below its lines.
    pub footer: Option<String>,
    /// The merchant's notes.
    pub metadata: Metadata,
}

/// What comes due of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The draft is to be finalized, and collected.
    Finalize,
    /// It is to be tried again to collect it.
    Collect,
}

impl Invoice {
    /// What is still to be paid, in minor units.
    pub fn amount_left(&self) -> i64 {
        let paid = self.amount_paid.saturating_add(self.credited.to_due);
        self.totals.amount_due.saturating_sub(paid)
    }

    /// Whether it is the one that a trial begins with: nothing is to be paid on it because nothing was charged.
    pub fn is_of_trial(&self) -> bool {
        let is_free = |line: &Line| match line.computation {
            Computation::Named(Named { unit_amount, .. }) => unit_amount == 0,
            Computation::Priced { .. } | Computation::Prorated { .. } | Computation::Unused { .. } => false,
        };
        self.subscription.is_some() && !self.lines.is_empty() && self.lines.iter().all(is_free)
    }
}

/// A draft.
///
/// # Errors
/// Too many lines, or more than an invoice may be.
pub fn create(ask: Create, now: Timestamp) -> Result<(Invoice, Event), Refusal> {
    let totals = totals::of_draft(&ask.lines)?;
    let invoice = Invoice {
        id: ask.id,
        number: None,
        status: Status::Draft,
        customer_id: ask.customer_id,
        subscription: ask.subscription,
        currency: ask.currency,
        lines: ask.lines,
        totals,
        amount_paid: 0,
        credited: Noted::default(),
        collection: ask.collection,
        due_at: None,
        period: ask.period,
        finalizes_at: ask.finalizes_at,
        attempt_count: 0,
        dunning: None,
        payment_id: None,
        checkout: None,
        footer: ask.footer,
        metadata: ask.metadata,
        created_at: now,
        finalized_at: None,
        paid_at: None,
    };
    Ok((invoice, Event::Created))
}

/// The moment at which time itself has something done with the invoice, and what.
pub fn due(invoice: &Invoice) -> Option<(Timestamp, Due)> {
    match invoice.status {
        Status::Draft => invoice.finalizes_at.map(|at| (at, Due::Finalize)),
        Status::Open => {
            invoice.dunning.as_ref().and_then(|dunning| dunning.next_attempt_at).map(|at| (at, Due::Collect))
        }
        Status::Paid | Status::Void | Status::Uncollectible => None,
    }
}

/// Applies an event; the only place where an invoice changes.
pub fn evolve(invoice: &mut Invoice, event: &Event, now: Timestamp) {
    match event {
        Event::Created => {}
        Event::Drafted { lines, totals } => {
            invoice.lines.clone_from(lines);
            invoice.totals = *totals;
        }
        Event::Updated { footer, metadata } => {
            invoice.footer.clone_from(footer);
            invoice.metadata = metadata.clone();
        }
        Event::Finalized { number, lines, totals, due_at } => {
            invoice.status = Status::Open;
            invoice.number = Some(number.clone());
            invoice.lines.clone_from(lines);
            invoice.totals = *totals;
            invoice.due_at = *due_at;
            invoice.finalizes_at = None;
            invoice.finalized_at = Some(now);
        }
        Event::Paid { payment, amount } => {
            invoice.status = Status::Paid;
            invoice.amount_paid = invoice.amount_paid.checked_add(*amount).expect("what was due fits 64 bits");
            if let Some(payment) = payment {
                invoice.payment_id = Some(payment.clone());
                invoice.attempt_count = invoice.attempt_count.saturating_add(1);
            }
            invoice.dunning = None;
            invoice.paid_at = Some(now);
        }
        Event::PaymentFailed { payment, dunning } => {
            if payment.is_some() {
                invoice.payment_id.clone_from(payment);
            }
            invoice.attempt_count = invoice.attempt_count.saturating_add(1);
            invoice.dunning.clone_from(dunning);
        }
        Event::Collecting { payment, checkout } => {
            invoice.payment_id = Some(payment.clone());
            invoice.checkout = Some(checkout.clone());
        }
        Event::ActionRequired(payment) => invoice.payment_id = Some(payment.clone()),
        Event::Rescheduled(dunning) => invoice.dunning = Some(dunning.clone()),
        Event::Voided => {
            invoice.status = Status::Void;
            invoice.finalizes_at = None;
            invoice.dunning = None;
        }
        Event::MarkedUncollectible => {
            invoice.status = Status::Uncollectible;
            invoice.dunning = None;
        }
        Event::Credited { lines, noted } => {
            for (id, part) in lines {
                invoice.lines.iter_mut().filter(|line| line.id == *id).for_each(|line| line.credit(*part));
            }
            invoice.credited = decide::noted(invoice.credited, *noted);
            assert!(invoice.credited.total() <= invoice.totals.total, "credit notes are never more than their invoice");
        }
    }
}

/// What an event moves in the ledger; `invoice` is as it was before.
pub fn transfers(invoice: &Invoice, event: &Event) -> Vec<Transfer> {
    use LedgerAccount::{BadDebt, CustomerCredit, DeferredRevenue, InvoiceCollected, InvoiceReceivable, TaxPayable};
    let held = match invoice.status {
        Status::Uncollectible => BadDebt,
        Status::Draft | Status::Open | Status::Paid | Status::Void => InvoiceReceivable,
    };
    let moves = match event {
        Event::Finalized { totals, .. } => vec![
            (InvoiceReceivable, DeferredRevenue, totals.net()),
            (InvoiceReceivable, TaxPayable, totals.tax),
            (CustomerCredit, InvoiceReceivable, totals.credit_applied),
        ],
        Event::Paid { amount, .. } => vec![(InvoiceCollected, held, *amount)],
        Event::MarkedUncollectible => vec![(BadDebt, InvoiceReceivable, invoice.amount_left())],
        Event::Voided if invoice.status == Status::Draft => Vec::new(),
        Event::Voided => vec![
            (DeferredRevenue, held, invoice.totals.net().saturating_sub(invoice.credited.net)),
            (TaxPayable, held, invoice.totals.tax.saturating_sub(invoice.credited.tax)),
            (held, CustomerCredit, balance_change(invoice, event)),
        ],
        Event::Credited { noted, .. } => vec![
            (DeferredRevenue, held, noted.net),
            (TaxPayable, held, noted.tax),
            (held, CustomerCredit, noted.to_balance),
            (held, InvoiceCollected, noted.refunded),
        ],
        Event::Created
        | Event::Drafted { .. }
        | Event::Updated { .. }
        | Event::Collecting { .. }
        | Event::PaymentFailed { .. }
        | Event::ActionRequired(_)
        | Event::Rescheduled(_) => Vec::new(),
    };
    moves.into_iter().filter_map(|(debit, credit, amount)| moved(debit, credit, amount, invoice.currency)).collect()
}

/// What an event adds to what the customer has with the merchant, in minor units; negative for what is taken of it, or owed.
/// `invoice` is as it was before.
pub fn balance_change(invoice: &Invoice, event: &Event) -> i64 {
    match event {
        Event::Finalized { totals, .. } => totals.credit_applied.saturating_neg(),
        Event::Voided if invoice.status == Status::Draft => 0,
        // What notes have given for it already is not given twice.
        Event::Voided => invoice.totals.credit_applied.saturating_sub(invoice.credited.to_balance),
        Event::Credited { noted, .. } => noted.to_balance,
        Event::Created
        | Event::Drafted { .. }
        | Event::Updated { .. }
        | Event::Paid { .. }
        | Event::Collecting { .. }
        | Event::PaymentFailed { .. }
        | Event::ActionRequired(_)
        | Event::Rescheduled(_)
        | Event::MarkedUncollectible => 0,
    }
}

/// A transfer, the other way round for less than nothing.
fn moved(debit: LedgerAccount, credit: LedgerAccount, amount: i64, currency: Currency) -> Option<Transfer> {
    let money = |amount| Money::new(amount, currency);
    match amount {
        0 => None,
        1.. => Some(Transfer::posted(debit, credit, money(amount))),
        _ => Some(Transfer::posted(credit, debit, money(amount.saturating_neg()))),
    }
}

#[cfg(test)]
pub(crate) mod tests;
