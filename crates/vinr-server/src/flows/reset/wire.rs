//! A reset as JSON.

use schemars::JsonSchema;
use serde::Serialize;

/// A sandbox that was emptied.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TestReset")]
pub(super) struct Shown {
    /// Always `test_reset`.
    pub(super) object: &'static str,
    /// What the account's clock shows from now on: the world's time.
    pub(super) now: String,
}
