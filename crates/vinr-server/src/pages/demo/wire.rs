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
    pub(super) amount_captured: i64,
    pub(super) amount_refunded: i64,
    pub(super) customer_id: Option<String>,
    pub(super) discounts: Vec<Discount>,
    pub(super) checkout_url: String,
    pub(super) card: Option<Card>,
    pub(super) failure: Option<Failure>,
    pub(super) expires_at: String,
    pub(super) completed_at: Option<String>,
    pub(super) metadata: BTreeMap<String, String>,
}

impl Payment {
    /// Half of what was paid, rounded down, while nothing has gone back.
    pub(super) fn half(&self) -> i64 {
        if self.amount_refunded == 0 { self.amount_captured / 2 } else { 0 }
    }
}

/// What a redemption takes off a payment.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Discount {
    pub(super) redemption_id: String,
    pub(super) amount: i64,
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
}

/// A member's account.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    pub(super) id: String,
    pub(super) balance: i64,
    /// Spent on rewards that are not used yet.
    pub(super) pending_points: i64,
    pub(super) lifetime_points: i64,
}

/// What gives points.
#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    pub(super) name: Option<String>,
}

/// What points buy.
#[derive(Debug, Deserialize)]
pub(super) struct Reward {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) cost: i64,
    pub(super) active: bool,
}

/// Points that were exchanged for a reward.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Redemption {
    pub(super) id: String,
    pub(super) reward_id: String,
    pub(super) status: String,
    pub(super) points: i64,
    pub(super) discount: Option<i64>,
    pub(super) currency: Option<String>,
    /// What is shown for what is no discount.
    pub(super) code: Option<String>,
    pub(super) payment_id: Option<String>,
    pub(super) expires_at: String,
}

/// Points that a member got or gave.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transaction {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) points: i64,
    pub(super) balance_after: i64,
    pub(super) reason: Option<String>,
    pub(super) source: Source,
    #[serde(rename = "created_at")]
    pub(super) created_at: String,
}

/// Where points came from, or went.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Source {
    pub(super) payment: Option<String>,
    pub(super) redemption: Option<String>,
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

/// The payment of an event, or the points that it earned.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Changed {
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) timeline: Vec<Milestone>,
    pub(super) source: Source,
}

impl Changed {
    /// The order that it is about.
    pub(super) fn order(&self) -> Option<&str> {
        let noted = self.metadata.get("orderId").map(String::as_str);
        noted.or_else(|| super::order_of(self.source.payment.as_deref()?))
    }
}

/// A status and since when.
#[derive(Debug, Deserialize)]
pub(super) struct Milestone {
    pub(super) at: String,
}

/// A webhook endpoint.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Endpoint {
    pub(super) url: String,
    pub(super) status: String,
    pub(super) enabled_events: Vec<String>,
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
    /// The points there are and the points it takes, where there are too few.
    pub(super) have: Option<i64>,
    pub(super) need: Option<i64>,
}
