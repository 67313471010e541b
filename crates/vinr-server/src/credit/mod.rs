//! Store credit: what customers have, and every movement of it. Rules are in `vinr_core::credit`; here they meet rows. One row
//! is in the way of everything that happens to a customer's credit in a currency, so no cent of it is used twice.

pub(crate) mod store;
pub(crate) mod wire;

use vinr_core::credit::{self as core, CustomerCredit, Event, Source, Transaction};
use vinr_core::currencies::Currency;
use vinr_core::ids::{CreditTransactionId, CustomerId};
use vinr_core::money::Money;

use crate::error::Result;
use crate::record::Unit;
use crate::witness::Note;

/// A customer's credit that a decision depends on.
pub(crate) struct Kept {
    /// What they have.
    pub(crate) credit: CustomerCredit,
    /// Whether it is a row already.
    is_stored: bool,
}

/// What a customer has in a currency, if that is nothing too.
pub(crate) async fn load(unit: &mut Unit<'_>, customer: &CustomerId, currency: Currency) -> Result<Kept> {
    let found = store::find(unit, customer, currency).await?;
    let is_stored = found.is_some();
    Ok(Kept { credit: found.unwrap_or_else(|| CustomerCredit::none(customer.clone(), currency)), is_stored })
}

/// Applies what happened to a customer's credit: their balance, the ledger, and the transaction that tells of it where it
/// moves the balance.
pub(crate) fn apply(unit: &mut Unit<'_>, mut kept: Kept, event: Event, source: &Source) {
    let credit = &mut kept.credit;
    core::evolve(credit, event);
    let transaction = core::movement(event).map(|(kind, amount)| Transaction {
        id: CreditTransactionId::from_bits(unit.env.id_bits()),
        customer_id: credit.customer_id.clone(),
        kind,
        amount: Money::new(amount, credit.currency),
        balance_after: credit.balance,
        source: source.clone(),
        created_at: unit.now(),
    });
    // What a payment holds, takes and lets go is booked on it, so that it can be compared with what the payment says.
    let booked_on = match (event, &source.payment, &transaction) {
        (Event::Held(_) | Event::Spent(_) | Event::Released(_), Some(payment), _) => payment.as_str(),
        (_, _, Some(transaction)) => transaction.id.as_str(),
        (_, _, None) => panic!("what moves nothing is of a payment"),
    };
    unit.book(booked_on, core::transfer(credit.currency, event).as_slice());
    if let Some(transaction) = &transaction {
        store::insert(unit, transaction);
    }
    store::save(unit, credit, !kept.is_stored);
    unit.note(|| Note::Credit {
        customer: credit.customer_id.clone(),
        currency: credit.currency,
        event,
        source: source.clone(),
        transaction: transaction.map(Box::new),
    });
}
