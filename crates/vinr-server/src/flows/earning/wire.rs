//! What is given by hand, as JSON.

use schemars::JsonSchema;
use serde::Deserialize;

/// An award by hand.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Earn {
    /// The program; the member's, or `prog_default`, if nothing is said.
    #[schemars(extend("format" = "id:prog"))]
    pub(super) program_id: Option<String>,
    /// The customer who is given points; this or `account` is required.
    #[schemars(extend("format" = "id:cust"))]
    pub(super) customer_id: Option<String>,
    /// The member who is given points.
    #[schemars(extend("format" = "id:loy"))]
    pub(super) account_id: Option<String>,
    /// How many points. Zero writes a transaction and no event.
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64))]
    pub(super) amount: i64,
    /// The completed payment they are for. It earns in a program once, by rules or by hand: a second award is answered with
    /// the first one.
    #[schemars(extend("format" = "id:pay"))]
    pub(super) source_payment_id: Option<String>,
    /// Why, for people.
    #[schemars(length(max = 500), extend("format" = "printable"))]
    pub(super) reason: Option<String>,
}
