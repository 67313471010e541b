//! Redemptions as JSON (spec/engagement.md, Rewards and redemptions).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::{CustomerId, PaymentId, RedemptionId};
use vinr_core::redemptions::{Redemption, Status};

use crate::http::list::Page;

/// What exchanges points for a reward.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:rdm"))]
    pub(crate) id: Option<String>,
    /// Whose points.
    #[schemars(extend("format" = "id:loy"))]
    pub(crate) account_id: String,
    /// What for.
    #[schemars(extend("format" = "id:rwd"))]
    pub(crate) reward_id: String,
}

/// What gives the points of a redemption back: nothing more is needed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(crate) struct Cancel {}

/// Which redemptions to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<RedemptionId>,
    /// Only this member's.
    #[schemars(extend("format" = "id:loy"))]
    pub(crate) account_id: Option<String>,
    /// Only those that stand so.
    pub(crate) status: Option<StatusWord>,
    /// Only those that this payment carries or has used.
    #[schemars(extend("format" = "id:pay"))]
    pub(crate) payment_id: Option<String>,
}

/// Where a redemption stands.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusWord {
    /// The points are taken, and nothing was bought with it yet.
    Issued,
    /// A payment carries it.
    Attached,
    /// It was used.
    Applied,
    /// The points went back: it was not used in time, or its order was refunded in full.
    Released,
    /// You gave the points back.
    Cancelled,
}

impl StatusWord {
    /// In the core's terms.
    pub(crate) fn status(self) -> Status {
        match self {
            StatusWord::Issued => Status::Issued,
            StatusWord::Attached => Status::Attached,
            StatusWord::Applied => Status::Applied,
            StatusWord::Released => Status::Released,
            StatusWord::Cancelled => Status::Cancelled,
        }
    }
}

/// A redemption as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Redemption")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `redemption`.
    object: &'static str,
    /// Whose points.
    account: &'a str,
    /// The customer they belong to; null for a member who is no customer.
    customer_id: Option<&'a str>,
    /// In which program.
    program_id: &'a str,
    /// What for.
    reward_id: &'a str,
    /// `issued`, `attached`, `applied`, `released` or `cancelled`.
    status: &'static str,
    /// How many points were taken.
    points: i64,
    /// What it takes off, in minor units of the currency; null for what is no discount, and for a part of a payment until a
    /// payment carries it.
    discount: Option<i64>,
    /// The currency of that.
    currency: Option<&'static str>,
    /// What the member shows for what is no discount.
    code: Option<&'a str>,
    /// The payment that carries it or has used it.
    payment_id: Option<&'a str>,
    /// Until when a payment has to complete with it; then the points go back.
    expires_at: String,
    /// When it was made.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A redemption as JSON.
pub(crate) fn data(redemption: &Redemption) -> String {
    serde_json::to_string(&show(redemption)).expect("texts and numbers are JSON")
}

/// A redemption as it is shown.
pub(crate) fn show(redemption: &Redemption) -> Shown<'_> {
    Shown {
        id: redemption.id.as_str(),
        object: "redemption",
        account: redemption.account.as_str(),
        customer_id: redemption.customer_id.as_ref().map(CustomerId::as_str),
        program_id: redemption.program_id.as_str(),
        reward_id: redemption.reward_id.as_str(),
        status: redemption.status.as_str(),
        points: redemption.points,
        discount: redemption.discount.map(|off| off.amount),
        currency: redemption.discount.map(|off| off.currency.code()),
        code: redemption.code.as_deref(),
        payment_id: redemption.payment_id.as_ref().map(PaymentId::as_str),
        expires_at: redemption.expires_at.rfc3339(),
        created_at: redemption.created_at.rfc3339(),
    }
}
