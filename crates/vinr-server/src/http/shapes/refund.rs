//! A refund as the API shows it: by itself, and as the newest one of its payment.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use vinr_core::refunds::{self, FailureReason, Reason};

/// A refund as JSON.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refund<'a> {
    /// Its id.
    id: &'a str,
    /// Always `refund`.
    object: &'static str,
    /// The payment whose money goes back.
    payment_id: &'a str,
    /// What goes back, in minor units.
    amount: i64,
    /// What of that goes back as store credit: the customer has it once the refund has succeeded. The rest goes to the
    /// method that paid.
    credit_amount: i64,
    /// The payment's currency, an ISO 4217 code.
    currency: &'static str,
    /// `pending`, `succeeded` or `failed`.
    status: &'static str,
    /// Why it is given back.
    reason: Option<&'static str>,
    /// Why it did not arrive: `destination_account_closed` or `operation_not_available`.
    failure_reason: Option<&'static str>,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was accepted.
    #[serde(rename = "created_at")]
    created_at: String,
}

impl Refund<'_> {
    /// What is shown of a refund.
    pub(crate) fn of(refund: &refunds::Refund) -> Refund<'_> {
        Refund {
            id: refund.id.as_str(),
            object: "refund",
            payment_id: refund.payment_id.as_str(),
            amount: refund.total(),
            credit_amount: refund.credit,
            currency: refund.amount.currency.code(),
            status: refund.status.as_str(),
            reason: refund.reason.map(Reason::as_str),
            failure_reason: refund.failure.map(FailureReason::as_str),
            metadata: refund.metadata.iter().collect(),
            created_at: refund.created_at.rfc3339(),
        }
    }
}
