//! The balance as JSON, and the proof.

use schemars::JsonSchema;
use serde::Serialize;

use super::Invariant;

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

/// What must be so, and whether it is.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Reconciliation {
    /// Always `reconciliation`.
    object: &'static str,
    /// Each thing that must be so.
    invariants: Vec<ShownInvariant>,
}

/// Something that must be so.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Invariant")]
struct ShownInvariant {
    /// What it is called.
    name: &'static str,
    /// Whether it is so.
    holds: bool,
    /// The rows that break it.
    differences: Vec<ShownDifference>,
}

/// A row that is not as it must be.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Difference")]
struct ShownDifference {
    /// Which row or rule.
    subject: String,
    /// What it should be.
    expected: String,
    /// What it is.
    found: String,
}

impl Reconciliation {
    /// As it is shown.
    pub(super) fn of(invariants: Vec<Invariant>) -> Reconciliation {
        let difference =
            |one: super::Difference| ShownDifference { subject: one.subject, expected: one.expected, found: one.found };
        let show = |Invariant { name, differences }: Invariant| ShownInvariant {
            name,
            holds: differences.is_empty(),
            differences: differences.into_iter().map(difference).collect(),
        };
        let invariants = invariants.into_iter().map(show).collect();
        Reconciliation { object: "reconciliation", invariants }
    }
}
