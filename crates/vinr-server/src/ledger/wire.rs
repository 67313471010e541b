//! The balance as JSON.

use schemars::JsonSchema;
use serde::Serialize;

/// What an account has, by currency.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Balance")]
pub(super) struct Shown {
    pub(super) object: &'static str,
    /// Settled: can be paid out.
    pub(super) available: Vec<Amount>,
    /// Charged, not settled yet.
    pub(super) pending: Vec<Amount>,
}

/// An amount in one currency.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Amount {
    pub(super) currency: String,
    /// In the currency's minor unit.
    pub(super) amount: i64,
}
