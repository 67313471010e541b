//! Dunning policies as rows.

use std::collections::BTreeMap;

use vinr_core::dunning::{Policy, Rules};
use vinr_core::ids::{AccountId, DunningPolicyId};
use vinr_core::metadata::Metadata;
use vinr_core::subscriptions::OnExhausted;
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;

const DUNNING_POLICIES: Table = Table {
    name: "dunning_policies",
    columns: &[
        Column::text("name"),
        Column::text("retries"),
        Column::text("on_exhausted"),
        Column::int("notify"),
        Column::int("active"),
        Column::text("metadata"),
        Column::int("created_at").fixed(),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of dunning policies.
pub(super) const LIST: List = List {
    table: "dunning_policies",
    columns: "id, name, retries, on_exhausted, notify, active, metadata, created_at",
    order: "created_at",
    indexes: &[Index { on: &["active"], rows: Indexed::All }],
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &DunningPolicyId) -> Result<Option<Policy>> {
    Ok(unit.store.load(&DUNNING_POLICIES, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A policy to be shown.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn get(reads: &impl Read, account: &AccountId, id: &DunningPolicyId) -> Result<Policy> {
    let row = reads.load(&DUNNING_POLICIES, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("dunning policy", id.as_str()))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> Policy {
    let mut row = row.reader();
    let id = DunningPolicyId::parse(row.text()).expect("the database holds ids of dunning policies");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, policy: &Policy, contested: bool) {
    let (id, values) = (policy.id.as_str(), values(policy));
    if contested {
        unit.store.claim(&DUNNING_POLICIES, id, values);
    } else {
        unit.store.insert(&DUNNING_POLICIES, id, values);
    }
}

pub(super) fn update(unit: &mut Unit<'_>, policy: &Policy) {
    unit.store.update(&DUNNING_POLICIES, policy.id.as_str(), values(policy));
}

fn values(policy: &Policy) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = policy.metadata.iter().collect();
    vec![
        policy.name.clone().into(),
        serde_json::to_string(&policy.rules.retries_days).expect("numbers are JSON").into(),
        policy.rules.on_exhausted.as_str().into(),
        policy.rules.notify.into(),
        policy.is_active.into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        policy.created_at.millis().into(),
    ]
}

fn read(id: DunningPolicyId, row: &mut RowReader<'_>) -> Policy {
    let name = row.opt_text().map(str::to_owned);
    let rules = Rules {
        retries_days: serde_json::from_str(row.text()).expect("the database holds days"),
        on_exhausted: OnExhausted::parse(row.text()).expect("the database holds ends of dunning"),
        notify: row.bool(),
    };
    let is_active = row.bool();
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let created_at = Timestamp::from_millis(row.int());
    Policy { id, name, rules, is_active, metadata: Metadata::from_stored(pairs), created_at }
}
