//! Rewards as JSON (spec/engagement.md, Rewards and redemptions).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::RewardId;
use vinr_core::rewards::{Changes, Reward, Type};

use crate::http::formats::{MetadataInput, named};
use crate::http::list::Page;
use crate::http::shapes::RewardValue;

/// What creates a reward.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    /// An id of your own choice, in live too.
    #[schemars(extend("format" = "id:rwd"))]
    pub(super) id: Option<String>,
    /// The program whose points buy it; `prog_default` if nothing is said.
    #[schemars(extend("format" = "id:prog"))]
    pub(super) program_id: Option<String>,
    /// What members know it by.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    pub(super) name: String,
    /// What sort of reward it is.
    #[serde(rename = "type")]
    pub(super) kind: TypeWord,
    /// Points for one.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    pub(super) cost: i64,
    /// What a member gets.
    pub(super) value: RewardValue,
    /// How many there are; null or absent for as many as are wanted.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub(super) inventory: Option<i64>,
    /// Whether it can be had. The default is yes.
    pub(super) active: Option<bool>,
    /// The key of the tier that a member must be in, or above; null or absent for every member.
    #[schemars(length(min = 1, max = 40), extend("format" = "printable"))]
    pub(super) tier: Option<String>,
    /// Your own notes.
    pub(super) metadata: Option<MetadataInput>,
}

/// What to change; what is absent stays. What it is worth never changes: make another reward.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    /// What members know it by.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    pub(super) name: Option<String>,
    /// Points for one. Who has it already paid what it was.
    #[schemars(range(min = 1, max = 1_000_000_000_000_i64))]
    pub(super) cost: Option<i64>,
    /// How many are left; null for as many as are wanted.
    #[serde(default, deserialize_with = "named")]
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub(super) inventory: Option<Option<i64>>,
    /// False: it is not offered any more. Who has it already can use it.
    pub(super) active: Option<bool>,
    /// The key of the tier that a member must be in, or above; null for every member.
    #[serde(default, deserialize_with = "named")]
    #[schemars(length(min = 1, max = 40), extend("format" = "printable"))]
    pub(super) tier: Option<Option<String>>,
    /// Your own notes.
    pub(super) metadata: Option<MetadataInput>,
}

impl Update {
    /// In the core's terms.
    pub(super) fn changes(self) -> Changes {
        let Update { name, cost, inventory, active, tier, metadata } = self;
        let metadata = metadata.unwrap_or_default().pairs().collect();
        Changes { name, cost, inventory, is_active: active, tier, metadata }
    }
}

/// What sort of reward it is.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum TypeWord {
    /// So much off a payment.
    DiscountAmount,
    /// A part of a payment off.
    DiscountPercent,
    /// A product for nothing.
    FreeProduct,
    /// Something that a partner hands out.
    Partner,
}

impl TypeWord {
    /// In the core's terms.
    pub(super) fn kind(self) -> Type {
        match self {
            TypeWord::DiscountAmount => Type::DiscountAmount,
            TypeWord::DiscountPercent => Type::DiscountPercent,
            TypeWord::FreeProduct => Type::FreeProduct,
            TypeWord::Partner => Type::Partner,
        }
    }
}

/// Which rewards to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(super) page: Page<RewardId>,
    /// Only those of this program.
    #[schemars(extend("format" = "id:prog"))]
    pub(super) program_id: Option<String>,
    /// Only those that can be had, or cannot.
    pub(super) active: Option<bool>,
}

/// A reward as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Reward")]
pub(super) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `reward`.
    object: &'static str,
    /// The program whose points buy it.
    program_id: &'a str,
    /// What members know it by.
    name: &'a str,
    /// `discount_amount`, `discount_percent`, `free_product` or `partner`.
    r#type: &'static str,
    /// Points for one.
    cost: i64,
    /// What a member gets.
    value: RewardValue,
    /// How many are left; null for as many as are wanted.
    inventory: Option<i64>,
    /// Whether it can be had.
    active: bool,
    /// The key of the tier that a member must be in, or above; null for every member.
    tier: Option<&'a str>,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

/// A reward as it is shown.
pub(super) fn show(reward: &Reward) -> Shown<'_> {
    Shown {
        id: reward.id.as_str(),
        object: "reward",
        program_id: reward.program_id.as_str(),
        name: &reward.name,
        r#type: reward.value.kind().as_str(),
        cost: reward.cost,
        value: RewardValue::of(&reward.value),
        inventory: reward.inventory,
        active: reward.is_active,
        tier: reward.tier.as_deref(),
        metadata: reward.metadata.iter().collect(),
        created_at: reward.created_at.rfc3339(),
    }
}
