//! Disputes as JSON (spec/payments.md, Disputes).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::disputes::{self as core, Dispute, EvidenceField};
use vinr_core::ids::DisputeId;

use crate::http::formats::{MetadataInput, named};
use crate::http::list::Page;

/// What the sandbox's network reports.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Open {
    /// Minor units; all that is left of the payment when absent. What is more than that is not taken.
    #[schemars(range(min = 1, max = 99_999_999_999_i64))]
    pub(crate) amount: Option<i64>,
    /// What the buyer says; `fraudulent` when absent.
    pub(crate) reason: Option<ReasonWord>,
    /// Whether the network only warns of a dispute that may come, and takes nothing yet.
    pub(crate) warning: Option<bool>,
}

/// What a buyer says is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReasonWord {
    /// It was not the buyer who paid.
    Fraudulent,
    /// The buyer has got nothing for it.
    ProductNotReceived,
    /// What came is not what was promised.
    ProductUnacceptable,
    /// The buyer was charged twice.
    Duplicate,
    /// A refund that was promised did not come.
    CreditNotProcessed,
    /// The subscription had been cancelled.
    SubscriptionCancelled,
    /// The buyer does not recognise the charge.
    Unrecognized,
    /// Something else.
    General,
}

impl ReasonWord {
    /// The reason it stands for.
    pub(crate) fn reason(self) -> core::Reason {
        match self {
            ReasonWord::Fraudulent => core::Reason::Fraudulent,
            ReasonWord::ProductNotReceived => core::Reason::ProductNotReceived,
            ReasonWord::ProductUnacceptable => core::Reason::ProductUnacceptable,
            ReasonWord::Duplicate => core::Reason::Duplicate,
            ReasonWord::CreditNotProcessed => core::Reason::CreditNotProcessed,
            ReasonWord::SubscriptionCancelled => core::Reason::SubscriptionCancelled,
            ReasonWord::Unrecognized => core::Reason::Unrecognized,
            ReasonWord::General => core::Reason::General,
        }
    }
}

/// What a merchant notes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Update {
    /// What the bank shall read; only named pieces change.
    pub(crate) evidence: Option<EvidenceInput>,
    /// Your own notes.
    pub(crate) metadata: Option<MetadataInput>,
}

/// Pieces of evidence; null takes one away.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EvidenceInput {
    /// Where mail reaches the buyer.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 254))]
    customer_email: Option<Option<String>>,
    /// What the buyer is called.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 500))]
    customer_name: Option<Option<String>>,
    /// What was sold.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 20_000))]
    product_description: Option<Option<String>>,
    /// What was agreed when it was sold.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 20_000))]
    receipt: Option<Option<String>>,
    /// How and when it was sent.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 20_000))]
    shipping_documentation: Option<Option<String>>,
    /// What the buyer signed.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 20_000))]
    customer_signature: Option<Option<String>>,
    /// What was written back and forth.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 20_000))]
    customer_communication: Option<Option<String>>,
    /// Everything else. In the sandbox `winning_evidence` and `losing_evidence` decide at once.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(max = 20_000))]
    uncategorized_text: Option<Option<String>>,
}

impl EvidenceInput {
    /// What is named; an empty text takes a piece away as null does.
    pub(crate) fn named(self) -> BTreeMap<EvidenceField, Option<String>> {
        let pieces = [
            (EvidenceField::CustomerEmail, self.customer_email),
            (EvidenceField::CustomerName, self.customer_name),
            (EvidenceField::ProductDescription, self.product_description),
            (EvidenceField::Receipt, self.receipt),
            (EvidenceField::ShippingDocumentation, self.shipping_documentation),
            (EvidenceField::CustomerSignature, self.customer_signature),
            (EvidenceField::CustomerCommunication, self.customer_communication),
            (EvidenceField::UncategorizedText, self.uncategorized_text),
        ];
        let named = pieces.into_iter().filter_map(|(field, text)| Some((field, text?)));
        named.map(|(field, text)| (field, text.filter(|text| !text.is_empty()))).collect()
    }
}

/// Which disputes to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(crate) page: Page<DisputeId>,
    /// Only those about this payment.
    #[schemars(extend("format" = "id:pay"))]
    pub(crate) payment_id: Option<String>,
    /// Only those that stand so.
    pub(crate) status: Option<StatusWord>,
}

/// A dispute's status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StatusWord {
    /// The network warns of one that may come; you may answer.
    WarningNeedsResponse,
    /// The network decides about your answer to its warning.
    WarningUnderReview,
    /// The warning came to nothing.
    WarningClosed,
    /// You may answer.
    NeedsResponse,
    /// The bank decides.
    UnderReview,
    /// You have the money again.
    Won,
    /// The buyer keeps it.
    Lost,
}

impl StatusWord {
    /// The word in the database.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            StatusWord::WarningNeedsResponse => core::Status::WarningNeedsResponse,
            StatusWord::WarningUnderReview => core::Status::WarningUnderReview,
            StatusWord::WarningClosed => core::Status::WarningClosed,
            StatusWord::NeedsResponse => core::Status::NeedsResponse,
            StatusWord::UnderReview => core::Status::UnderReview,
            StatusWord::Won => core::Status::Won,
            StatusWord::Lost => core::Status::Lost,
        }
        .as_str()
    }
}

/// A dispute as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Dispute")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `dispute`.
    object: &'static str,
    /// The payment it is about.
    payment_id: &'a str,
    /// Minor units that are taken; of a warning, what it is about.
    amount: i64,
    /// What is taken for it beside, in minor units; comes back with a win. Nothing is taken for a warning.
    fee: i64,
    /// The payment's currency, an ISO 4217 code.
    currency: &'static str,
    /// `needs_response`, `under_review`, `won` or `lost`; of a warning, by which nothing is taken,
    /// `warning_needs_response`, `warning_under_review` or `warning_closed`.
    status: &'static str,
    /// What the buyer says; the test helper's `reason` names them all.
    reason: &'static str,
    /// Until when you may answer.
    evidence_due_at: String,
    /// What you say.
    evidence: Evidence<'a>,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was opened.
    #[serde(rename = "created_at")]
    created_at: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Evidence<'a> {
    customer_email: Option<&'a str>,
    customer_name: Option<&'a str>,
    product_description: Option<&'a str>,
    receipt: Option<&'a str>,
    shipping_documentation: Option<&'a str>,
    customer_signature: Option<&'a str>,
    customer_communication: Option<&'a str>,
    uncategorized_text: Option<&'a str>,
}

/// A dispute as it is shown.
pub(crate) fn show(dispute: &Dispute) -> Shown<'_> {
    let piece = |field: EvidenceField| dispute.evidence.get(&field).map(String::as_str);
    Shown {
        id: dispute.id.as_str(),
        object: "dispute",
        payment_id: dispute.payment_id.as_str(),
        amount: dispute.amount.amount,
        fee: dispute.fee,
        currency: dispute.amount.currency.code(),
        status: dispute.status.as_str(),
        reason: dispute.reason.as_str(),
        evidence_due_at: dispute.evidence_due_at.rfc3339(),
        evidence: Evidence {
            customer_email: piece(EvidenceField::CustomerEmail),
            customer_name: piece(EvidenceField::CustomerName),
            product_description: piece(EvidenceField::ProductDescription),
            receipt: piece(EvidenceField::Receipt),
            shipping_documentation: piece(EvidenceField::ShippingDocumentation),
            customer_signature: piece(EvidenceField::CustomerSignature),
            customer_communication: piece(EvidenceField::CustomerCommunication),
            uncategorized_text: piece(EvidenceField::UncategorizedText),
        },
        metadata: dispute.metadata.iter().collect(),
        created_at: dispute.created_at.rfc3339(),
    }
}

/// A dispute as JSON.
pub(crate) fn data(dispute: &Dispute) -> String {
    serde_json::to_string(&show(dispute)).expect("texts and numbers are JSON")
}
