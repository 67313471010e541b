//! Members as JSON (spec/engagement.md, Accounts).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::{CustomerId, LoyaltyAccountId};
use vinr_core::loyalty_accounts::{Changes, Lot, LoyaltyAccount, Status, TierChange};
use vinr_core::time::Timestamp;

use crate::context::Loyalty;
use crate::http::formats::MetadataInput;
use crate::http::list::Page;

/// What opens a membership.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:loy"))]
    pub(crate) id: Option<String>,
    /// The program; `prog_default` if nothing is said.
    #[schemars(extend("format" = "id:prog"))]
    pub(crate) program_id: Option<String>,
    /// Whose it is. Without one it is a member who is no customer: their payments name it in `metadata.loyalty_account`.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: Option<String>,
    /// Your own notes.
    pub(crate) metadata: Option<MetadataInput>,
}

/// What to change; what is absent stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Update {
    /// `closed` ends the membership: nothing is earned or spent any more. `active` takes it up again.
    status: Option<StatusWord>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

/// Where a membership stands.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum StatusWord {
    /// Points come and go.
    Active,
    /// It was ended.
    Closed,
}

impl Update {
    /// In the core's terms.
    pub(crate) fn changes(self) -> Changes {
        let Update { status, metadata } = self;
        let status = status.map(|word| match word {
            StatusWord::Active => Status::Active,
            StatusWord::Closed => Status::Closed,
        });
        Changes { status, metadata: metadata.unwrap_or_default().pairs().collect() }
    }
}

/// Which members to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<LoyaltyAccountId>,
    /// Only those of this customer.
    #[schemars(extend("format" = "id:cust"))]
    pub(crate) customer_id: Option<String>,
    /// Only those of this program.
    #[schemars(extend("format" = "id:prog"))]
    pub(crate) program_id: Option<String>,
}

/// A member as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LoyaltyAccount")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `loyalty_account`.
    object: &'static str,
    /// The program.
    program_id: &'a str,
    /// Whose it is; null for a member who is no customer.
    customer_id: Option<&'a str>,
    /// `active` or `closed`.
    status: &'static str,
    /// Points that can be spent; negative for a debt, which is made up by what is earned next.
    balance: i64,
    /// Points that were spent on rewards which are not used yet, and may come back.
    pending_points: i64,
    /// All that was ever earned, less what was taken back.
    lifetime_points: i64,
    /// The key of the tier; null where the program has none.
    tier: Option<&'a str>,
    /// The key of the tier that `loyalty.tier.changed` tells that they left; nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    /// The key of the one that they came into; nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    /// The points that `loyalty.points.expiring` tells of; null everywhere else.
    expiring: Option<Expiring>,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was opened.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// Points that lapse soon.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ExpiringPoints")]
struct Expiring {
    /// How many.
    points: i64,
    /// When.
    expires_at: Option<String>,
}

/// A member as JSON.
pub(crate) fn data(account: &LoyaltyAccount, loyalty: &Loyalty) -> String {
    serde_json::to_string(&show(account, loyalty)).expect("texts and numbers are JSON")
}

/// A member as the event shows it that tells of a lot which lapses soon.
pub(super) fn expiring(account: &LoyaltyAccount, lot: &Lot, loyalty: &Loyalty) -> String {
    let expiring = Expiring { points: lot.points, expires_at: lot.expires_at.map(Timestamp::rfc3339) };
    let shown = Shown { expiring: Some(expiring), ..show(account, loyalty) };
    serde_json::to_string(&shown).expect("texts and numbers are JSON")
}

/// A member as the event shows them that tells of another tier.
pub(super) fn tier_changed(account: &LoyaltyAccount, loyalty: &Loyalty, change: &TierChange) -> String {
    let shown = Shown { from: Some(&change.from), to: Some(&change.to), ..show(account, loyalty) };
    serde_json::to_string(&shown).expect("texts and numbers are JSON")
}

/// A member as it is shown, in a tier that their program has.
pub(crate) fn show<'a>(account: &'a LoyaltyAccount, loyalty: &'a Loyalty) -> Shown<'a> {
    Shown {
        id: account.id.as_str(),
        object: "loyalty_account",
        program_id: account.program_id.as_str(),
        customer_id: account.customer_id.as_ref().map(CustomerId::as_str),
        status: account.status.as_str(),
        balance: account.balance,
        pending_points: account.pending,
        lifetime_points: account.lifetime,
        tier: loyalty.tier(&account.program_id, account.tier.as_deref()).map(|tier| tier.key.as_str()),
        from: None,
        to: None,
        expiring: None,
        metadata: account.metadata.iter().collect(),
        created_at: account.created_at.rfc3339(),
    }
}
