//! Lines of the balance as JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::balance::Kind;
use vinr_core::ids::BalanceTransactionId;

use super::store::Line;
use crate::http::list::{Filter, Page};

/// Which lines to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<BalanceTransactionId>,
    /// Only of this type.
    #[serde(rename = "type")]
    kind: Option<TypeWord>,
    /// Only in this currency.
    #[schemars(extend("format" = "currency"))]
    currency: Option<String>,
    /// Only those that come of this object: a payment, a refund, a dispute, a payout.
    #[schemars(length(min = 1, max = 70))]
    source: Option<String>,
}

impl Query {
    /// What is asked for, beside the page.
    pub(crate) fn filters(&self) -> Vec<Filter> {
        let mut filters: Vec<Filter> = Vec::new();
        filters.extend(self.kind.map(|kind| ("type", kind.kind().as_str().into())));
        filters.extend(self.currency.as_ref().map(|code| ("currency", code.to_ascii_uppercase().into())));
        filters.extend(self.source.as_ref().map(|source| ("source", source.as_str().into())));
        filters
    }
}

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum TypeWord {
    /// A payment was captured.
    Payment,
    /// Money was given back to a buyer.
    Refund,
    /// A buyer's bank took money back.
    Dispute,
    /// Money went to the merchant's bank.
    Payout,
    /// The platform corrected something by hand.
    Adjustment,
    /// A fee that belongs to no payment.
    Fee,
}

impl TypeWord {
    const fn kind(self) -> Kind {
        match self {
            TypeWord::Payment => Kind::Payment,
            TypeWord::Refund => Kind::Refund,
            TypeWord::Dispute => Kind::Dispute,
            TypeWord::Payout => Kind::Payout,
            TypeWord::Adjustment => Kind::Adjustment,
            TypeWord::Fee => Kind::Fee,
        }
    }
}

/// A line of the balance as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "BalanceTransaction")]
pub(crate) struct Shown {
    /// Its id.
    id: String,
    /// Always `balance_transaction`.
    object: &'static str,
    /// `payment`, `refund`, `dispute`, `payout`, `adjustment` or `fee`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Its currency.
    currency: &'static str,
    /// Minor units before fees; negative for what was taken from you.
    amount: i64,
    /// What VINR kept of it, minor units; negative for a fee that was given back.
    fee: i64,
    /// What it adds to your balance: `amount` less `fee`.
    net: i64,
    /// From when on it can be paid out.
    available_at: String,
    /// The object it comes of.
    source: String,
    /// When it was written.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A line as JSON text.
pub(crate) fn data(line: Line) -> String {
    serde_json::to_string(&show(line)).expect("texts and numbers are JSON")
}

/// A line as it is shown.
pub(crate) fn show(line: Line) -> Shown {
    Shown {
        id: line.id.into(),
        object: "balance_transaction",
        kind: line.kind.as_str(),
        currency: line.amount.currency.code(),
        amount: line.amount.amount,
        fee: line.fee,
        net: line.net,
        available_at: line.available_at.rfc3339(),
        source: line.source,
        created_at: line.created_at.rfc3339(),
    }
}
