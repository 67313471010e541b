//! Store credit as JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::credit::{CustomerCredit, Transaction};
use vinr_core::ids::{CreditTransactionId, CustomerId, InvoiceId, PaymentId, RedemptionId, RefundId};

use crate::http::list::Page;

/// Whose credit to show.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Retrieve {
    /// The customer.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: String,
}

/// What a customer has.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "StoreCredit")]
pub(crate) struct Shown<'a> {
    /// Always `store_credit`.
    object: &'static str,
    /// Whose it is.
    customer_id: &'a str,
    /// One for each currency in which they ever had some.
    balances: Vec<InCurrency>,
}

/// What a customer has in one currency, in minor units.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StoreCreditBalance")]
struct InCurrency {
    /// ISO 4217 code.
    currency: &'static str,
    /// All of it: the sum of its transactions. Negative for what is owed, because no card could be charged with it: the next
    /// invoice takes it in.
    balance: i64,
    /// What payments hold of that which are open.
    held: i64,
    /// What the next payment can use.
    available: i64,
}

/// What a customer has, as it is shown.
pub(crate) fn show_credit<'a>(customer: &'a CustomerId, all: &[CustomerCredit]) -> Shown<'a> {
    let balance = |one: &CustomerCredit| InCurrency {
        currency: one.currency.code(),
        balance: one.balance,
        held: one.held,
        available: one.available().max(0),
    };
    Shown { object: "store_credit", customer_id: customer.as_str(), balances: all.iter().map(balance).collect() }
}

/// Which transactions to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<CreditTransactionId>,
    /// Only those of this customer.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: Option<String>,
    /// Only those of this payment.
    #[schemars(extend("format" = "id:pay"))]
    pub(crate) payment_id: Option<String>,
}

/// A movement of a customer's store credit as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "CreditTransaction")]
pub(crate) struct ShownTransaction<'a> {
    /// Its id.
    id: &'a str,
    /// Always `credit_transaction`.
    object: &'static str,
    /// Whose credit.
    customer_id: &'a str,
    /// `grant`, `spend`, `refund` or `invoice`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// In minor units; negative for what was taken.
    amount: i64,
    /// ISO 4217 code.
    currency: &'static str,
    /// The customer's balance with it.
    balance_after: i64,
    /// Where it comes from.
    source: ShownSource<'a>,
    /// When.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// Where a movement comes from.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CreditSource")]
struct ShownSource<'a> {
    /// The redemption that gave it.
    redemption: Option<&'a str>,
    /// The payment that used it.
    payment: Option<&'a str>,
    /// The refund that gave it back.
    refund: Option<&'a str>,
    /// The invoice that took or gave it.
    invoice: Option<&'a str>,
}

/// A transaction as it is shown.
pub(crate) fn show(transaction: &Transaction) -> ShownTransaction<'_> {
    let source = &transaction.source;
    ShownTransaction {
        id: transaction.id.as_str(),
        object: "credit_transaction",
        customer_id: transaction.customer_id.as_str(),
        kind: transaction.kind.as_str(),
        amount: transaction.amount.amount,
        currency: transaction.amount.currency.code(),
        balance_after: transaction.balance_after,
        source: ShownSource {
            redemption: source.redemption.as_ref().map(RedemptionId::as_str),
            payment: source.payment.as_ref().map(PaymentId::as_str),
            refund: source.refund.as_ref().map(RefundId::as_str),
            invoice: source.invoice.as_ref().map(InvoiceId::as_str),
        },
        created_at: transaction.created_at.rfc3339(),
    }
}
