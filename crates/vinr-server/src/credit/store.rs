//! Customers' credit as rows, and its transactions, never changed.

use vinr_core::credit::{CustomerCredit, Kind as MovementKind, Source, Transaction};
use vinr_core::currencies::Currency;
use vinr_core::ids::{AccountId, CreditTransactionId, CustomerId, InvoiceId, PaymentId, RedemptionId, RefundId};
use vinr_core::money::Money;
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

/// One for each customer and currency.
const CUSTOMER_CREDIT: Table = Table {
    name: "customer_credit",
    columns: &[Column::text("customer_id"), Column::text("currency"), Column::int("balance"), Column::int("held")],
    unique: &[],
    kind: Kind::Versioned,
};

const CREDIT_TRANSACTIONS: Table = Table {
    name: "credit_transactions",
    columns: &[
        Column::text("customer_id"),
        Column::text("currency"),
        Column::text("type"),
        Column::int("amount"),
        Column::int("balance_after"),
        Column::text("redemption_id"),
        Column::text("payment_id"),
        Column::text("refund_id"),
        Column::int("created_at"),
        Column::text("invoice_id"),
    ],
    unique: &[],
    kind: Kind::AppendOnly,
};

/// The list of transactions.
pub(crate) const LIST: List = List {
    table: "credit_transactions",
    columns: "id, customer_id, currency, type, amount, balance_after, redemption_id, payment_id, refund_id, created_at, \
              invoice_id",
    order: "created_at",
    indexes: &[Index { on: &["customer_id"], rows: Indexed::All }, Index { on: &["payment_id"], rows: Indexed::All }],
};

/// What a customer has in all currencies.
const OF_CUSTOMER: &str = "SELECT customer_id, currency, balance, held FROM customer_credit \
     WHERE account = $1 AND customer_id = $2 ORDER BY id";

pub(super) async fn find(
    unit: &mut Unit<'_>,
    customer: &CustomerId,
    currency: Currency,
) -> Result<Option<CustomerCredit>> {
    let row = unit.store.load(&CUSTOMER_CREDIT, &credit_id(customer, currency)).await?;
    Ok(row.map(|row| read_credit(&row)))
}

/// What a customer has, in the order of the currencies' codes.
///
/// # Errors
/// The database does not answer.
pub async fn of_customer(reads: &impl Read, account: &AccountId, customer: &CustomerId) -> Result<Vec<CustomerCredit>> {
    let rows = reads.query(OF_CUSTOMER, &[account.as_str().into(), customer.as_str().into()]).await?;
    Ok(rows.iter().map(read_credit).collect())
}

/// A transaction to be shown.
///
/// # Errors
/// 404 when there is none.
pub(crate) async fn get(reads: &impl Read, account: &AccountId, id: &CreditTransactionId) -> Result<Transaction> {
    let row = reads.load(&CREDIT_TRANSACTIONS, account.as_str(), id.as_str()).await?;
    let found = row.map(|row| read(id.clone(), &mut row.reader()));
    found.ok_or_else(|| ApiError::missing("credit transaction", id.as_str()))
}

/// A row of [`LIST`].
pub(crate) fn read_listed(row: &Row) -> Transaction {
    let mut row = row.reader();
    let id = CreditTransactionId::parse(row.text()).expect("the database holds ids of credit transactions");
    read(id, &mut row)
}

/// Stages what a customer has; whoever gives them the first of it claims the row, because another may too.
pub(super) fn save(unit: &mut Unit<'_>, credit: &CustomerCredit, is_new: bool) {
    let id = credit_id(&credit.customer_id, credit.currency);
    let values = vec![
        credit.customer_id.as_str().into(),
        credit.currency.code().into(),
        credit.balance.into(),
        credit.held.into(),
    ];
    if is_new {
        unit.store.claim(&CUSTOMER_CREDIT, &id, values);
    } else {
        unit.store.update(&CUSTOMER_CREDIT, &id, values);
    }
}

pub(super) fn insert(unit: &mut Unit<'_>, transaction: &Transaction) {
    let Source { redemption, payment, refund, invoice } = &transaction.source;
    let values: Vec<Value> = vec![
        transaction.customer_id.as_str().into(),
        transaction.amount.currency.code().into(),
        transaction.kind.as_str().into(),
        transaction.amount.amount.into(),
        transaction.balance_after.into(),
        redemption.as_ref().map(RedemptionId::as_str).into(),
        payment.as_ref().map(PaymentId::as_str).into(),
        refund.as_ref().map(RefundId::as_str).into(),
        transaction.created_at.millis().into(),
        invoice.as_ref().map(InvoiceId::as_str).into(),
    ];
    unit.store.insert(&CREDIT_TRANSACTIONS, transaction.id.as_str(), values);
}

fn credit_id(customer: &CustomerId, currency: Currency) -> String {
    format!("{customer}:{}", currency.code())
}

fn read_credit(row: &Row) -> CustomerCredit {
    let mut row = row.reader();
    let customer_id = CustomerId::parse(row.text()).expect("the database holds customer ids");
    let currency = Currency::parse(row.text()).expect("the database holds currencies");
    CustomerCredit { customer_id, currency, balance: row.int(), held: row.int() }
}

fn read(id: CreditTransactionId, row: &mut RowReader<'_>) -> Transaction {
    const HOLDS: &str = "the database holds ids";
    let customer_id = CustomerId::parse(row.text()).expect(HOLDS);
    let currency = Currency::parse(row.text()).expect("the database holds currencies");
    let kind = MovementKind::parse(row.text()).expect("the database holds kinds of movements");
    let (amount, balance_after) = (Money::new(row.int(), currency), row.int());
    let redemption = row.opt_text().map(|id| RedemptionId::parse(id).expect(HOLDS));
    let payment = row.opt_text().map(|id| PaymentId::parse(id).expect(HOLDS));
    let refund = row.opt_text().map(|id| RefundId::parse(id).expect(HOLDS));
    let created_at = Timestamp::from_millis(row.int());
    let invoice = row.opt_text().map(|id| InvoiceId::parse(id).expect(HOLDS));
    let source = Source { redemption, payment, refund, invoice };
    Transaction { id, customer_id, kind, amount, balance_after, source, created_at }
}
