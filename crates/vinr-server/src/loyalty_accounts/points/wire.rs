//! Transactions of points as JSON (spec/engagement.md, Points transactions).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::{CustomerId, DisputeId, EarningRuleId, PaymentId, PointsTransactionId, RedemptionId, RefundId};
use vinr_core::points::Transaction;
use vinr_core::time::Timestamp;

use crate::http::list::Page;

/// A correction by hand.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Adjust {
    /// Whose points.
    #[schemars(extend("format" = "id:loy"))]
    pub(super) account_id: String,
    /// Points that are given, or taken if negative; never more than the member has.
    #[schemars(range(min = -1_000_000_000_000_i64, max = 1_000_000_000_000_i64))]
    pub(super) amount: i64,
    /// Why, for people.
    #[schemars(length(max = 500), extend("format" = "printable"))]
    pub(super) reason: Option<String>,
}

/// Which transactions to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<PointsTransactionId>,
    /// Only those of this member.
    #[schemars(extend("format" = "id:loy"))]
    pub(crate) account_id: Option<String>,
    /// Only those of this type.
    #[serde(rename = "type")]
    pub(crate) kind: Option<TypeWord>,
    /// Only those that come from this payment.
    #[schemars(extend("format" = "id:pay"))]
    pub(crate) payment_id: Option<String>,
}

/// What a movement of points was.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TypeWord {
    /// Given by a rule or by you.
    Earn,
    /// Spent on a reward.
    Redeem,
    /// Given back because a reward was not used, or its order was refunded in full.
    Release,
    /// Taken back because the payment was refunded or disputed.
    Clawback,
    /// Given again because that refund failed, or the dispute was won.
    ClawbackReversal,
    /// Corrected by you.
    Adjust,
    /// Lapsed.
    Expire,
}

impl TypeWord {
    /// The word in the database.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            TypeWord::Earn => "earn",
            TypeWord::Redeem => "redeem",
            TypeWord::Release => "release",
            TypeWord::Clawback => "clawback",
            TypeWord::ClawbackReversal => "clawback_reversal",
            TypeWord::Adjust => "adjust",
            TypeWord::Expire => "expire",
        }
    }
}

/// A movement of points as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PointsTransaction")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `points_transaction`.
    object: &'static str,
    /// Whose points.
    account: &'a str,
    /// The customer they belong to.
    customer_id: Option<&'a str>,
    /// In which program.
    program_id: &'a str,
    /// `earn`, `redeem`, `release`, `clawback`, `clawback_reversal`, `adjust` or `expire`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// How many; negative for what was taken.
    points: i64,
    /// The same as `points`.
    amount: i64,
    /// What was to be taken back besides, and was let go of because the member had no more.
    waived: i64,
    /// Where it comes from.
    source: ShownSource<'a>,
    /// The member's balance with it.
    balance_after: i64,
    /// What you said about it.
    reason: Option<&'a str>,
    /// When points that were given lapse; null for never.
    expires_at: Option<String>,
    /// When.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// Where a movement comes from.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PointsSource")]
struct ShownSource<'a> {
    /// The payment that earned, or whose points were taken back.
    payment: Option<&'a str>,
    /// The refund that took back.
    refund: Option<&'a str>,
    /// The dispute that took back.
    dispute: Option<&'a str>,
    /// The redemption that took or gave back.
    redemption: Option<&'a str>,
    /// The rule that gave.
    rule: Option<&'a str>,
    /// What was paid, in minor units of the currency.
    amount: Option<i64>,
    /// In lower case.
    currency: Option<String>,
}

/// A transaction as JSON.
pub(crate) fn data(transaction: &Transaction) -> String {
    serde_json::to_string(&show(transaction)).expect("texts and numbers are JSON")
}

/// A transaction as it is shown.
pub(crate) fn show(transaction: &Transaction) -> Shown<'_> {
    let source = &transaction.source;
    Shown {
        id: transaction.id.as_str(),
        object: "points_transaction",
        account: transaction.account.as_str(),
        customer_id: transaction.customer_id.as_ref().map(CustomerId::as_str),
        program_id: transaction.program_id.as_str(),
        kind: transaction.movement.kind.as_str(),
        points: transaction.movement.points,
        amount: transaction.movement.points,
        waived: transaction.waived,
        source: ShownSource {
            payment: source.payment.as_ref().map(PaymentId::as_str),
            refund: source.refund.as_ref().map(RefundId::as_str),
            dispute: source.dispute.as_ref().map(DisputeId::as_str),
            redemption: source.redemption.as_ref().map(RedemptionId::as_str),
            rule: source.rule.as_ref().map(EarningRuleId::as_str),
            amount: source.paid.map(|paid| paid.amount),
            currency: source.paid.map(|paid| paid.currency.code().to_ascii_lowercase()),
        },
        balance_after: transaction.balance_after,
        reason: transaction.reason.as_deref(),
        expires_at: transaction.expires_at.map(Timestamp::rfc3339),
        created_at: transaction.created_at.rfc3339(),
    }
}
