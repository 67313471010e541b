//! The clock as JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::http::formats::InstantInput;

/// How far to move the clock.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct Advance {
    /// By so many seconds; two years at most.
    #[schemars(range(min = 1, max = 63_158_400))]
    pub(crate) seconds: Option<i64>,
    /// To this moment.
    pub(crate) to: Option<InstantInput>,
}

/// The clock as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shown {
    pub(crate) object: &'static str,
    pub(crate) now: String,
    pub(crate) offset_seconds: i64,
}

/// What an advance came to.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Advanced {
    pub(crate) object: &'static str,
    pub(crate) now: String,
    pub(crate) offset_seconds: i64,
    pub(crate) ran: Ran,
}

/// What ran on the way.
#[derive(Debug, Default, Clone, Copy, Serialize, JsonSchema)]
pub(crate) struct Ran {
    pub(crate) timers: usize,
    pub(crate) deliveries: usize,
}
