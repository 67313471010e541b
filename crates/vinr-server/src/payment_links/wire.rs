//! Payment links as JSON (spec/payments.md, Payment links).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::{PaymentId, PaymentLinkId};
use vinr_core::payment_links::PaymentLink;
use vinr_core::time::Timestamp;

use crate::http::formats::{InstantInput, MetadataInput, named};
use crate::http::list::Page;
use crate::http::shapes::Pages;

/// What creates a payment link.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:link"))]
    pub(super) id: Option<String>,
    /// What each payment charges, in minor units of the currency. Required.
    #[schemars(range(min = 1, max = 99_999_999_999_i64))]
    pub(super) amount: Option<i64>,
    /// ISO 4217 code, in any case. Required.
    #[schemars(extend("format" = "currency"))]
    pub(super) currency: Option<String>,
    /// Reserved: no link is made of a price yet, and it is refused.
    #[schemars(extend("format" = "id:price"))]
    pub(super) price_id: Option<String>,
    /// Shown to the buyer.
    #[schemars(length(max = 500), extend("format" = "printable"))]
    pub(super) description: Option<String>,
    /// Whether it can be paid more than once, by everybody who has it. The default is once, unless `maxPayments` says more.
    pub(super) reusable: Option<bool>,
    /// After so many completed payments the link is closed.
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(super) max_payments: Option<u32>,
    /// When it closes by itself.
    pub(super) expires_at: Option<InstantInput>,
    /// Where the hosted page sends buyers afterwards; without it, they are thanked there.
    #[schemars(length(max = 2048), extend("format" = "url"))]
    pub(super) return_url: Option<String>,
    /// Your own notes; each payment of the link begins with them.
    pub(super) metadata: Option<MetadataInput>,
}

/// What to change; what is absent stays. An amount never changes: make another link.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    /// False switches it off, true on again.
    pub(super) active: Option<bool>,
    /// Shown to the buyer; null takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 500), extend("format" = "printable"))]
    pub(super) description: Option<Option<String>>,
    /// After so many completed payments the link is closed; null takes the maximum away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub(super) max_payments: Option<Option<u32>>,
    /// When it closes by itself; null for never.
    #[serde(default, deserialize_with = "named")]
    pub(super) expires_at: Option<Option<InstantInput>>,
    /// Where the hosted page sends buyers afterwards; null takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 2048), extend("format" = "url"))]
    pub(super) return_url: Option<Option<String>>,
    /// Your own notes.
    pub(super) metadata: Option<MetadataInput>,
}

/// Which links to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(super) page: Page<PaymentLinkId>,
    /// Only those that are switched on, or off.
    pub(super) active: Option<bool>,
}

/// A payment link as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "PaymentLink")]
pub(super) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `payment_link`.
    object: &'static str,
    /// `active`, `inactive`, `expired` or `completed`: paid as often as it may.
    status: &'static str,
    /// Whether it is switched on.
    active: bool,
    /// The address to give to buyers.
    url: String,
    /// The same as a QR code, an SVG image.
    qr_code_url: String,
    /// What each payment charges, in minor units of the currency.
    amount: i64,
    /// ISO 4217 code.
    currency: &'static str,
    /// Shown to the buyer.
    description: Option<&'a str>,
    /// Whether it can be paid more than once.
    reusable: bool,
    /// After so many completed payments it is closed; 1 for a link that is not reusable, null for no end.
    max_payments: Option<u32>,
    /// Its completed payments.
    completed_payments: u32,
    /// The payment that a link for one use has made last.
    payment_id: Option<&'a str>,
    /// Where the hosted page sends buyers afterwards.
    return_url: Option<&'a str>,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it closes by itself.
    expires_at: Option<String>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A link as it is shown at this moment of the account's.
pub(super) fn show<'a>(link: &'a PaymentLink, pages: Pages<'_>, now: Timestamp) -> Shown<'a> {
    let url = pages.link(&link.code);
    Shown {
        id: link.id.as_str(),
        object: "payment_link",
        status: link.status(now).as_str(),
        active: link.is_active,
        qr_code_url: format!("{url}/qr.svg"),
        url,
        amount: link.amount.amount,
        currency: link.amount.currency.code(),
        description: link.description.as_deref(),
        reusable: link.is_reusable(),
        max_payments: link.payments_max(),
        completed_payments: link.payments_completed,
        payment_id: link.payment_id.as_ref().map(PaymentId::as_str),
        return_url: link.return_url.as_deref(),
        metadata: link.metadata.iter().collect(),
        expires_at: link.expires_at.map(Timestamp::rfc3339),
        created_at: link.created_at.rfc3339(),
    }
}
