//! Dunning policies as JSON (spec/billing.md, Dunning).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::dunning::{Changes, Policy, Rules};
use vinr_core::ids::DunningPolicyId;
use vinr_core::keys::Environment;
use vinr_core::metadata::Metadata;
use vinr_core::subscriptions::OnExhausted;

use crate::error::{Problems, Result};
use crate::http::formats::{MetadataInput, chosen_id, named};
use crate::http::list::Page;
use crate::record::Unit;

/// What creates a dunning policy.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    /// An id of your own choice (sandbox only).
    #[schemars(extend("format" = "id:dpol"))]
    id: Option<String>,
    /// What you call it.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    name: Option<String>,
    /// When a failed invoice is tried again. The default is 1, 3, 5 and 7 days after it failed first.
    #[schemars(length(min = 1, max = 12))]
    retries: Option<Vec<Retry>>,
    /// What becomes of the subscription after the last retry. The default is cancel.
    on_exhausted: Option<OnExhaustedWord>,
    /// Whether the customer is written to. The default is yes.
    notify: Option<bool>,
    /// Whether something new can have it. The default is yes.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

/// A retry.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DunningRetry")]
struct Retry {
    /// Days of your account's calendar after the first failure, rising from retry to retry.
    #[schemars(range(min = 1, max = 60))]
    after_days: u32,
}

/// What becomes of a subscription whose invoice no retry has collected.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "OnExhausted")]
enum OnExhaustedWord {
    /// It ends.
    Cancel,
    /// It waits for a payment method.
    Pause,
    /// It stays past due.
    LeaveUnpaid,
}

impl From<OnExhaustedWord> for OnExhausted {
    fn from(word: OnExhaustedWord) -> OnExhausted {
        match word {
            OnExhaustedWord::Cancel => OnExhausted::Cancel,
            OnExhaustedWord::Pause => OnExhausted::Pause,
            OnExhaustedWord::LeaveUnpaid => OnExhausted::LeaveUnpaid,
        }
    }
}

impl From<OnExhausted> for OnExhaustedWord {
    fn from(then: OnExhausted) -> OnExhaustedWord {
        match then {
            OnExhausted::Cancel => OnExhaustedWord::Cancel,
            OnExhausted::Pause => OnExhaustedWord::Pause,
            OnExhausted::LeaveUnpaid => OnExhaustedWord::LeaveUnpaid,
        }
    }
}

/// What a policy is made of, before it has its id.
pub(super) struct New {
    name: Option<String>,
    rules: Rules,
    is_active: bool,
    metadata: Metadata,
}

impl Create {
    /// Reads what is asked for, and the id that was chosen.
    pub(super) fn read(self, environment: Environment) -> Result<(Option<DunningPolicyId>, New)> {
        let mut problems = Problems::default();
        let chosen = problems.note(chosen_id(self.id.as_deref(), DunningPolicyId::parse, environment)).flatten();
        let pairs = self.metadata.unwrap_or_default().pairs();
        let metadata = problems.note(Metadata::new().merged(pairs)).unwrap_or_default();
        problems.told()?;
        let usual = Rules::default();
        let rules = Rules {
            retries_days: self.retries.map_or(usual.retries_days, days),
            on_exhausted: self.on_exhausted.map_or(usual.on_exhausted, OnExhausted::from),
            notify: self.notify.unwrap_or(usual.notify),
        };
        Ok((chosen, New { name: self.name, rules, is_active: self.active.unwrap_or(true), metadata }))
    }
}

impl New {
    /// The policy.
    pub(super) fn made(&self, chosen: Option<DunningPolicyId>, unit: &Unit<'_>) -> Policy {
        Policy {
            id: chosen.unwrap_or_else(|| DunningPolicyId::from_bits(unit.env.id_bits())),
            name: self.name.clone(),
            rules: self.rules.clone(),
            is_active: self.is_active,
            metadata: self.metadata.clone(),
            created_at: unit.now(),
        }
    }
}

/// What to change; what is absent stays. Invoices that are being tried again go on by what the policy says then.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    /// What you call it; null takes it away.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    name: Option<Option<String>>,
    /// When a failed invoice is tried again.
    #[schemars(length(min = 1, max = 12))]
    retries: Option<Vec<Retry>>,
    /// What becomes of the subscription after the last retry.
    on_exhausted: Option<OnExhaustedWord>,
    /// Whether the customer is written to.
    notify: Option<bool>,
    /// False: nothing new can have it.
    active: Option<bool>,
    /// Your own notes.
    metadata: Option<MetadataInput>,
}

impl Update {
    /// In the core's terms.
    pub(super) fn changes(self) -> Changes {
        let Update { name, retries, on_exhausted, notify, active, metadata } = self;
        Changes {
            name,
            retries_days: retries.map(days),
            on_exhausted: on_exhausted.map(OnExhausted::from),
            notify,
            is_active: active,
            metadata: metadata.unwrap_or_default().pairs().collect(),
        }
    }
}

fn days(retries: Vec<Retry>) -> Vec<u32> {
    retries.into_iter().map(|retry| retry.after_days).collect()
}

/// Which policies to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(super) page: Page<DunningPolicyId>,
    /// Only those that something new can have, or cannot.
    pub(super) active: Option<bool>,
}

/// A dunning policy as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "DunningPolicy")]
pub(super) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `dunning_policy`.
    object: &'static str,
    /// What you call it.
    name: Option<&'a str>,
    /// When a failed invoice is tried again.
    retries: Vec<Retry>,
    /// What becomes of the subscription after the last retry.
    on_exhausted: OnExhaustedWord,
    /// Whether the customer is written to.
    notify: bool,
    /// Whether something new can have it.
    active: bool,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A policy as it is shown.
pub(super) fn show(policy: &Policy) -> Shown<'_> {
    Shown {
        id: policy.id.as_str(),
        object: "dunning_policy",
        name: policy.name.as_deref(),
        retries: policy.rules.retries_days.iter().map(|days| Retry { after_days: *days }).collect(),
        on_exhausted: policy.rules.on_exhausted.into(),
        notify: policy.rules.notify,
        active: policy.is_active,
        metadata: policy.metadata.iter().collect(),
        created_at: policy.created_at.rfc3339(),
    }
}
