//! Payouts as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::PayoutId;
use vinr_core::payouts::{self as core, Payout, Trigger};

use crate::http::formats::MetadataInput;
use crate::http::list::{Filter, Page};

/// What makes a payout.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:po"))]
    pub(crate) id: Option<String>,
    /// Of which settlements.
    #[schemars(extend("format" = "currency"))]
    pub(crate) currency: String,
    /// What you expect it to be, minor units: another amount than what waits is refused.
    #[schemars(range(min = 1, max = 9_007_199_254_740_991_i64))]
    pub(crate) amount: Option<i64>,
    /// Your own notes.
    pub(crate) metadata: Option<MetadataInput>,
}

/// Which payouts to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<PayoutId>,
    /// Only those that stand so.
    status: Option<StatusWord>,
    /// Only in this currency.
    #[schemars(extend("format" = "currency"))]
    currency: Option<String>,
}

impl Query {
    /// What is asked for, beside the page.
    pub(super) fn filters(&self) -> Vec<Filter> {
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(self.status.map(|status| ("status", status.status().as_str().into())));
        filters.extend(self.currency.as_ref().map(|code| ("currency", code.to_ascii_uppercase().into())));
        filters
    }
}

/// Where a payout stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum StatusWord {
    /// It will be sent within the hour.
    Pending,
    /// It is with the bank.
    InTransit,
    /// It arrived.
    Paid,
    /// The bank sent it back.
    Failed,
    /// It was not sent.
    Cancelled,
}

impl StatusWord {
    const fn status(self) -> core::Status {
        match self {
            StatusWord::Pending => core::Status::Pending,
            StatusWord::InTransit => core::Status::InTransit,
            StatusWord::Paid => core::Status::Paid,
            StatusWord::Failed => core::Status::Failed,
            StatusWord::Cancelled => core::Status::Cancelled,
        }
    }
}

/// A payout as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Payout")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `payout`.
    object: &'static str,
    /// `pending`, `in_transit`, `paid`, `failed` or `cancelled`.
    status: &'static str,
    /// Minor units.
    amount: i64,
    /// Its currency.
    currency: &'static str,
    /// Whether the account's schedule made it.
    automatic: bool,
    /// How many settlements it pays.
    settlement_count: i64,
    /// Why the bank sent it back.
    failure: Option<Failure>,
    /// When it is at your bank.
    arrival_at: String,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was made.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// Why a payout came back.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PayoutFailure")]
struct Failure {
    /// `account_closed`.
    code: &'static str,
    /// For people.
    message: &'static str,
}

/// A payout as it is shown.
pub(crate) fn show(payout: &Payout) -> Shown<'_> {
    Shown {
        id: payout.id.as_str(),
        object: "payout",
        status: payout.status.as_str(),
        amount: payout.amount.amount,
        currency: payout.amount.currency.code(),
        automatic: payout.trigger == Trigger::Schedule,
        settlement_count: payout.settlements,
        failure: payout.failure.map(|code| Failure { code: code.as_str(), message: code.summary() }),
        arrival_at: payout.arrives_at.rfc3339(),
        metadata: payout.metadata.iter().collect(),
        created_at: payout.created_at.rfc3339(),
    }
}

/// A payout as JSON.
pub(crate) fn data(payout: &Payout) -> String {
    serde_json::to_string(&show(payout)).expect("texts and numbers are JSON")
}

/// A payout as a value.
pub(super) fn value(payout: &Payout) -> serde_json::Value {
    serde_json::to_value(show(payout)).expect("texts and numbers are JSON")
}
