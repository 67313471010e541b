//! Refunds as JSON (spec/payments.md, Refunds).

use schemars::JsonSchema;
use serde::Deserialize;
use vinr_core::ids::RefundId;
use vinr_core::refunds::{Reason, Refund};

use crate::http::formats::MetadataInput;
use crate::http::list::Page;
use crate::http::shapes;

/// What gives money back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:re"))]
    pub(crate) id: Option<String>,
    /// The payment whose money goes back.
    #[schemars(extend("format" = "id:pay"))]
    pub(crate) payment_id: String,
    /// Minor units; all that is left of the payment when absent. Of a payment that used store credit the money goes back
    /// first, and when all of that is back the credit.
    #[schemars(range(min = 1, max = 99_999_999_999_i64))]
    pub(crate) amount: Option<i64>,
    /// Why.
    pub(crate) reason: Option<ReasonWord>,
    /// Your own notes.
    pub(crate) metadata: Option<MetadataInput>,
}

/// Why money is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReasonWord {
    /// The buyer wants it.
    RequestedByCustomer,
    /// The buyer was charged twice.
    Duplicate,
    /// It was not the buyer who paid.
    Fraudulent,
    /// The buyer has got nothing for it.
    ProductNotReceived,
}

impl ReasonWord {
    /// The reason it stands for.
    pub(crate) fn reason(self) -> Reason {
        match self {
            ReasonWord::RequestedByCustomer => Reason::RequestedByCustomer,
            ReasonWord::Duplicate => Reason::Duplicate,
            ReasonWord::Fraudulent => Reason::Fraudulent,
            ReasonWord::ProductNotReceived => Reason::ProductNotReceived,
        }
    }
}

/// Which refunds to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<RefundId>,
    /// Only those of this payment.
    #[schemars(extend("format" = "id:pay"))]
    pub(crate) payment_id: Option<String>,
}

/// A refund as JSON.
pub(crate) fn data(refund: &Refund) -> String {
    serde_json::to_string(&shapes::Refund::of(refund)).expect("texts and numbers are JSON")
}
