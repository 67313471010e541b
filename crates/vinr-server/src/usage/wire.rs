//! Usage as JSON (spec/billing.md, Usage).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::UsageSummaryId;
use vinr_core::refusal::Refusal;
use vinr_core::usage::{Action, Record};

use super::store::{Kept, Summary};
use crate::http::formats::InstantInput;
use crate::http::list::Page;

/// A report of usage.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Create {
    /// The item that was used.
    #[schemars(extend("format" = "id:si"))]
    pub(crate) subscription_item_id: Option<String>,
    /// Its subscription instead, if only one item of it is metered.
    #[schemars(extend("format" = "id:sub"))]
    pub(crate) subscription_id: Option<String>,
    /// How many: 0 to 1,000,000,000,000.
    pub(crate) quantity: i64,
    /// When they were used; now, if nothing is said. In the open period, up to an hour late into the one that is being
    /// invoiced, and five minutes ahead at most.
    pub(crate) timestamp: Option<InstantInput>,
    /// Whether they are added to what there is (the default), or so many were used up to then, whatever was reported before.
    pub(crate) action: Option<ActionWord>,
    /// Your own name for this report, of 255 characters at most: of two with one name for an item the first counts, for ever.
    pub(crate) identifier: Option<String>,
}

/// Reports of usage.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateBatch {
    /// The reports; each is answered by itself.
    #[schemars(length(min = 1, max = 1000))]
    pub(crate) records: Vec<Create>,
}

/// What a report says.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ActionWord {
    /// So many more were used.
    Increment,
    /// So many were used up to then.
    Set,
}

impl From<ActionWord> for Action {
    fn from(word: ActionWord) -> Action {
        match word {
            ActionWord::Increment => Action::Increment,
            ActionWord::Set => Action::Set,
        }
    }
}

/// Which summaries to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    /// The page; a summary is as old as its period.
    #[serde(flatten)]
    pub(crate) page: Page<UsageSummaryId>,
}

/// A usage record as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UsageRecord")]
pub(crate) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `usage_record`.
    object: &'static str,
    /// The item that was used.
    subscription_item_id: &'a str,
    /// Its subscription.
    subscription_id: &'a str,
    /// How many.
    quantity: i64,
    /// When they were used.
    timestamp: String,
    /// `increment` or `set`.
    action: &'static str,
    /// Your own name for it.
    identifier: Option<&'a str>,
    /// When it was reported first.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// The answers to a batch.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UsageBatch")]
pub(crate) struct ShownBatch<'a> {
    /// Always `usage_batch`.
    pub(crate) object: &'static str,
    /// One for each record, in their order.
    pub(crate) data: Vec<Answer<'a>>,
}

/// The answer to one record of a batch.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UsageAnswer")]
pub(crate) struct Answer<'a> {
    /// What became of it.
    status: AnswerStatus,
    /// The record, or the first with its name; null if it was refused.
    record: Option<Shown<'a>>,
    /// Why it was refused.
    error: Option<ShownError<'a>>,
}

/// What became of a record of a batch.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "UsageAnswerStatus")]
enum AnswerStatus {
    /// It counts.
    Recorded,
    /// One with its name counts already.
    Repeated,
    /// It does not count.
    Refused,
}

/// Why a record of a batch was refused.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UsageError")]
struct ShownError<'a> {
    /// Stable.
    code: &'static str,
    /// For people.
    message: &'a str,
    /// The parameter that it is about.
    param: Option<&'a str>,
}

impl<'a> Answer<'a> {
    /// It counts.
    pub(crate) fn recorded(record: &'a Record) -> Answer<'a> {
        Answer { status: AnswerStatus::Recorded, record: Some(show(record)), error: None }
    }

    /// This one counts already.
    pub(crate) fn repeated(first: &'a Record) -> Answer<'a> {
        Answer { status: AnswerStatus::Repeated, record: Some(show(first)), error: None }
    }

    /// It does not count.
    pub(crate) fn refused(refusal: &'a Refusal) -> Answer<'a> {
        let (code, message, param) = (refusal.code.as_str(), refusal.message.as_ref(), refusal.param.as_deref());
        Answer { status: AnswerStatus::Refused, record: None, error: Some(ShownError { code, message, param }) }
    }
}

/// A record as it is shown.
pub(crate) fn show(record: &Record) -> Shown<'_> {
    Shown {
        id: record.id.as_str(),
        object: "usage_record",
        subscription_item_id: record.item_id.as_str(),
        subscription_id: record.subscription_id.as_str(),
        quantity: record.quantity,
        timestamp: record.at.rfc3339(),
        action: record.action.as_str(),
        identifier: record.identifier.as_deref(),
        created_at: record.created_at.rfc3339(),
    }
}

/// What was used of an item in a period, as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "UsageSummary")]
pub(crate) struct ShownSummary {
    /// Its id.
    id: String,
    /// Always `usage_summary`.
    object: &'static str,
    /// The item.
    subscription_item_id: String,
    /// The period.
    period: ShownPeriod,
    /// What its records come to, by its price: `sum`, `max` or `last_during_period`.
    aggregate_usage: &'static str,
    /// How many units that are; so far, if the period is not invoiced.
    quantity: i64,
    /// How many records there are.
    records: i64,
    /// Whether it is on a finalized invoice: no record of it is taken any more.
    invoiced: bool,
    /// When the period began.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A period.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "UsagePeriod")]
struct ShownPeriod {
    /// Its first instant.
    start: String,
    /// The first instant of the next one.
    end: String,
}

/// A summary as it is shown.
pub(crate) fn show_summary(summary: &Summary, kept: &Kept) -> ShownSummary {
    // A subscription that ended or began anew cut short what was planned.
    let period = kept.billed.unwrap_or(summary.period);
    ShownSummary {
        id: summary.id.to_string(),
        object: "usage_summary",
        subscription_item_id: summary.item_id.to_string(),
        period: ShownPeriod { start: period.start.rfc3339(), end: period.end.rfc3339() },
        aggregate_usage: summary.aggregate.as_str(),
        quantity: kept.totals.quantity(summary.aggregate),
        records: kept.totals.records,
        invoiced: kept.is_closed(),
        created_at: summary.period.start.rfc3339(),
    }
}
