//! Rewards as rows.

use std::collections::BTreeMap;

use vinr_core::ids::{AccountId, ProgramId, RewardId};
use vinr_core::metadata::Metadata;
use vinr_core::rewards::Reward;
use vinr_core::time::Timestamp;
use vinr_store::{Column, Kind, Read, Row, RowReader, Table, Value};

use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::{Unit, read_reward_value, reward_value_text};

const REWARDS: Table = Table {
    name: "rewards",
    columns: &[
        Column::text("program_id"),
        Column::text("name"),
        Column::int("cost"),
        Column::text("type"),
        Column::text("value"),
        Column::int("inventory"),
        Column::int("active"),
        Column::text("metadata"),
        Column::int("created_at"),
        Column::text("tier"),
    ],
    unique: &[],
    kind: Kind::Versioned,
};

/// The list of rewards.
pub(super) const LIST: List = List {
    table: "rewards",
    columns: "id, program_id, name, cost, type, value, inventory, active, metadata, created_at, tier",
    order: "created_at",
    indexes: &[Index { on: &["program_id"], rows: Indexed::All }, Index { on: &["active"], rows: Indexed::All }],
};

pub(super) async fn find(unit: &mut Unit<'_>, id: &RewardId) -> Result<Option<Reward>> {
    Ok(unit.store.load(&REWARDS, id.as_str()).await?.map(|row| read(id.clone(), &mut row.reader())))
}

/// A reward to be shown.
///
/// # Errors
/// 404 when there is none.
pub async fn get(reads: &impl Read, account: &AccountId, id: &RewardId) -> Result<Reward> {
    let row = reads.load(&REWARDS, account.as_str(), id.as_str()).await?;
    row.map(|row| read(id.clone(), &mut row.reader())).ok_or_else(|| ApiError::missing("reward", id.as_str()))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> Reward {
    let mut row = row.reader();
    let id = RewardId::parse(row.text()).expect("the database holds reward ids");
    read(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, reward: &Reward, contested: bool) {
    if contested {
        unit.store.claim(&REWARDS, reward.id.as_str(), values(reward));
    } else {
        unit.store.insert(&REWARDS, reward.id.as_str(), values(reward));
    }
}

pub(super) fn update(unit: &mut Unit<'_>, reward: &Reward) {
    unit.store.update(&REWARDS, reward.id.as_str(), values(reward));
}

fn values(reward: &Reward) -> Vec<Value> {
    let metadata: BTreeMap<&str, &str> = reward.metadata.iter().collect();
    vec![
        reward.program_id.as_str().into(),
        reward.name.as_str().into(),
        reward.cost.into(),
        reward.value.kind().as_str().into(),
        reward_value_text(&reward.value).into(),
        reward.inventory.into(),
        reward.is_active.into(),
        serde_json::to_string(&metadata).expect("texts are JSON").into(),
        reward.created_at.millis().into(),
        reward.tier.clone().into(),
    ]
}

fn read(id: RewardId, row: &mut RowReader<'_>) -> Reward {
    let program_id = ProgramId::parse(row.text()).expect("the database holds program ids");
    let name = row.text().to_owned();
    let cost = row.int();
    let (kind, value) = (row.text(), row.text());
    let value = read_reward_value(kind, value);
    let inventory = row.opt_int();
    let is_active = row.bool();
    let pairs = serde_json::from_str(row.text()).expect("the database holds metadata");
    let created_at = Timestamp::from_millis(row.int());
    let tier = row.opt_text().map(str::to_owned);
    Reward {
        id,
        program_id,
        name,
        cost,
        value,
        inventory,
        is_active,
        tier,
        metadata: Metadata::from_stored(pairs),
        created_at,
    }
}
