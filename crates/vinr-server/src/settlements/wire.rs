//! Settlements as JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::{BalanceTransactionId, SettlementId};
use vinr_core::settlements::Settlement;
use vinr_core::time::Timestamp;

use crate::http::list::Page;

/// Which settlements to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<SettlementId>,
    /// Only in this currency.
    #[schemars(extend("format" = "currency"))]
    pub(crate) currency: Option<String>,
    /// Only those that this payout pays.
    #[schemars(extend("format" = "id:po"))]
    pub(crate) payout_id: Option<String>,
}

/// Which of a settlement's transactions to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransactionsQuery {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<BalanceTransactionId>,
}

/// A settlement as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Settlement")]
pub(crate) struct Shown {
    /// Its id.
    id: String,
    /// Always `settlement`.
    object: &'static str,
    /// Of which transactions.
    currency: &'static str,
    /// Payments, adjustments and returned payouts, minor units, before fees.
    gross: i64,
    /// What was given back to buyers.
    refunds: i64,
    /// What buyers' banks took back; negative if they gave back more.
    disputes: i64,
    /// What VINR kept.
    fees: i64,
    /// `gross` less `refunds`, `disputes` and `fees`.
    net: i64,
    /// How many transactions it has.
    transaction_count: i64,
    /// The payout that pays it, once that is made.
    payout_id: Option<String>,
    /// When the payout is at your bank; null while it is not known.
    arrival_at: Option<String>,
    /// When it closed: the end of its day.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// The payout that was made of a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PaidBy {
    /// Its id.
    pub(crate) payout_id: String,
    /// When it arrives.
    pub(crate) arrives_at: Timestamp,
}

/// A settlement as it is shown.
pub(crate) fn show(settlement: Settlement, paid: Option<PaidBy>) -> Shown {
    let arrives_at = paid.as_ref().map(|paid| paid.arrives_at).or(settlement.arrives_at);
    let totals = settlement.totals;
    Shown {
        id: settlement.id.into(),
        object: "settlement",
        currency: settlement.currency.code(),
        gross: totals.gross,
        refunds: totals.refunds,
        disputes: totals.disputes,
        fees: totals.fees,
        net: totals.net,
        transaction_count: totals.transactions,
        payout_id: paid.map(|paid| paid.payout_id),
        arrival_at: arrives_at.map(Timestamp::rfc3339),
        created_at: settlement.closed_at.rfc3339(),
    }
}

/// A settlement as JSON.
pub(crate) fn data(settlement: Settlement, paid: Option<PaidBy>) -> String {
    serde_json::to_string(&show(settlement, paid)).expect("texts and numbers are JSON")
}
