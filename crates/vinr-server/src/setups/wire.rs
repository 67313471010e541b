//! Setups as JSON (spec/payments.md, Customers).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::PaymentMethodId;
use vinr_core::setups::{Setup, Status};

use crate::http::formats::MetadataInput;
use crate::http::shapes::{Failure, Pages};

/// What creates a setup.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:set"))]
    pub(crate) id: Option<String>,
    /// Where the hosted page sends the buyer afterwards.
    #[schemars(length(max = 2048), extend("format" = "url"))]
    pub(crate) return_url: Option<String>,
    /// Where the hosted page sends a buyer who gives up.
    #[schemars(length(max = 2048), extend("format" = "url"))]
    pub(crate) cancel_url: Option<String>,
    /// Your own notes.
    pub(crate) metadata: Option<MetadataInput>,
}

/// A setup as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Setup")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `setup`.
    object: &'static str,
    /// `pending`, `requires_authentication`, `succeeded`, `failed` or `expired`.
    status: &'static str,
    /// Whose card or bank account it will be.
    customer_id: &'a str,
    /// The card or bank account, once it is attached.
    payment_method_id: Option<&'a str>,
    /// Where the hosted page sends the buyer afterwards.
    return_url: Option<&'a str>,
    /// Where the hosted page sends a buyer who gives up.
    cancel_url: Option<&'a str>,
    /// The hosted page.
    checkout_url: String,
    /// Where the buyer answers an open 3DS challenge.
    authentication_url: Option<String>,
    /// Why the last one was refused.
    failure: Option<Failure>,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When its page closes.
    expires_at: String,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A setup as it is shown.
pub(crate) fn show<'a>(setup: &'a Setup, pages: Pages<'_>) -> Shown<'a> {
    let page = |place| pages.url(place, setup.id.as_str(), &setup.checkout_token);
    // Until it is attached, a method is nobody's to see.
    let attached = setup.method.as_ref().filter(|_| setup.status == Status::Succeeded);
    Shown {
        id: setup.id.as_str(),
        object: "setup",
        status: setup.status.as_str(),
        customer_id: setup.customer_id.as_str(),
        payment_method_id: attached.map(PaymentMethodId::as_str),
        return_url: setup.return_url.as_deref(),
        cancel_url: setup.cancel_url.as_deref(),
        checkout_url: page("checkout"),
        authentication_url: setup.authenticate_until.map(|_| page("authenticate")),
        failure: setup.failure.map(Failure::of),
        metadata: setup.metadata.iter().collect(),
        expires_at: setup.expires_at.rfc3339(),
        created_at: setup.created_at.rfc3339(),
    }
}
