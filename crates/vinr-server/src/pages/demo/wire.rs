//! What the demo shop reads of the API's answers and of its webhooks: what a merchant's program would.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A payment.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payment {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) amount: i64,
    pub(super) checkout_url: String,
    pub(super) card: Option<Card>,
    pub(super) failure: Option<Failure>,
    pub(super) expires_at: String,
    pub(super) completed_at: Option<String>,
    pub(super) metadata: BTreeMap<String, String>,
}

/// A session for the shop's page.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Session {
    pub(super) client_secret: String,
}

/// The card that paid, or was tried last.
#[derive(Debug, Deserialize)]
pub(super) struct Card {
    pub(super) brand: String,
    pub(super) last4: String,
}

/// Why the last try brought no money.
#[derive(Debug, Deserialize)]
pub(super) struct Failure {
    pub(super) message: String,
}

/// An event about a payment.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) data: Changed,
}

/// The payment of an event.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Changed {
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) timeline: Vec<Milestone>,
}

/// A status and since when.
#[derive(Debug, Deserialize)]
pub(super) struct Milestone {
    pub(super) at: String,
}

/// A webhook endpoint.
#[derive(Debug, Deserialize)]
pub(super) struct Endpoint {
    pub(super) url: String,
    pub(super) status: String,
}

/// A request that was refused.
#[derive(Debug, Deserialize)]
pub(super) struct Refused {
    pub(super) error: Problem,
}

/// What was wrong with it.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    pub(super) code: String,
    pub(super) param: Option<String>,
    pub(super) message: String,
}
