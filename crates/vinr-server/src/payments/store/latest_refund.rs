//! The newest refund of a payment, kept in its row: a payment is shown, and told of, from one row.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use vinr_core::ids::{AttemptId, PaymentId, RefundId};
use vinr_core::metadata::Metadata;
use vinr_core::money::{Currency, Money};
use vinr_core::refunds::{FailureReason, Reason, Refund, Status};
use vinr_core::time::Timestamp;

/// What its payment's row does not say by itself.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: String,
    amount: i64,
    /// Rows that are older than store credit have none.
    #[serde(default)]
    credit: i64,
    status: String,
    reason: Option<String>,
    failure_reason: Option<String>,
    fails_at: Option<i64>,
    attempt_id: Option<String>,
    metadata: BTreeMap<String, String>,
    created_at: i64,
}

/// The column of a payment's newest refund.
pub(super) fn text(refund: &Refund) -> String {
    let stored = Stored {
        id: (&refund.id).into(),
        amount: refund.amount.amount,
        credit: refund.credit,
        status: refund.status.as_str().to_owned(),
        reason: refund.reason.map(|reason| reason.as_str().to_owned()),
        failure_reason: refund.failure.map(|reason| reason.as_str().to_owned()),
        fails_at: refund.fails_at.map(Timestamp::millis),
        attempt_id: refund.attempt.as_ref().map(String::from),
        metadata: refund.metadata.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        created_at: refund.created_at.millis(),
    };
    serde_json::to_string(&stored).expect("texts and numbers are JSON")
}

/// Reads [`text`] back; a refund is in its payment's currency.
pub(super) fn read(text: &str, payment_id: &PaymentId, currency: Currency) -> Refund {
    let stored: Stored = serde_json::from_str(text).expect("the database holds refunds");
    let reason = |text: String| Reason::parse(&text).expect("the database holds reasons");
    let failure = |text: String| FailureReason::parse(&text).expect("the database holds reasons");
    let attempt = |id: String| AttemptId::parse(&id).expect("the database holds attempt ids");
    Refund {
        id: RefundId::parse(&stored.id).expect("the database holds refund ids"),
        payment_id: payment_id.clone(),
        amount: Money::new(stored.amount, currency),
        credit: stored.credit,
        status: Status::parse(&stored.status).expect("the database holds statuses"),
        reason: stored.reason.map(reason),
        failure: stored.failure_reason.map(failure),
        fails_at: stored.fails_at.map(Timestamp::from_millis),
        attempt: stored.attempt_id.map(attempt),
        metadata: Metadata::from_stored(stored.metadata),
        created_at: Timestamp::from_millis(stored.created_at),
    }
}
