//! Programs as JSON (spec/engagement.md, Programs).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vinr_core::ids::ProgramId;
use vinr_core::programs::{Changes, Program, Rounding, Shortfall};

use super::tiers::wire::{TierConfigInput, TierConfigShown};
use crate::error::{ApiError, Result};
use crate::http::formats::{MetadataInput, named};
use crate::http::list::Page;

/// What creates a loyalty program.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Create {
    /// An id of your own choice, in live too.
    #[schemars(extend("format" = "id:prog"))]
    pub(super) id: Option<String>,
    /// What members know it by. Required.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    pub(super) name: String,
    /// Its points.
    pub(super) currency: Option<PointsInput>,
    /// Whether a customer becomes a member with the first completed payment. The default is no.
    pub(super) auto_enroll: Option<bool>,
    /// How points are taken back.
    pub(super) clawback: Option<ClawbackInput>,
    /// Its tiers; null or absent for none.
    pub(super) tier_config: Option<TierConfigInput>,
    /// Whether its rules give points, and whether customers join by paying. The default is yes.
    pub(super) active: Option<bool>,
    /// Your own notes.
    pub(super) metadata: Option<MetadataInput>,
}

/// What to change; what is absent stays.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Update {
    /// What members know it by.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    pub(super) name: Option<String>,
    /// Its points. Those that were earned keep the day on which they lapse.
    pub(super) currency: Option<PointsInput>,
    /// Whether a customer becomes a member with the first completed payment.
    pub(super) auto_enroll: Option<bool>,
    /// How points are taken back.
    pub(super) clawback: Option<ClawbackInput>,
    /// Its tiers, all of them; null for none. A member comes into their new tier with the next payment, award or refund of
    /// theirs.
    #[serde(default, deserialize_with = "named")]
    pub(super) tier_config: Option<Option<TierConfigInput>>,
    /// False: its rules give no points any more, and nobody joins by paying.
    pub(super) active: Option<bool>,
    /// Your own notes.
    pub(super) metadata: Option<MetadataInput>,
}

/// The points of a program.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PointsInput {
    /// What they are called.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    name: Option<String>,
    /// What one is worth when it is spent, in minor units. The default is 1.
    #[schemars(range(min = 0, max = 1_000_000))]
    point_value: Option<i64>,
    /// What becomes of a fraction of a point: `down` (the default), `nearest` or `up`.
    rounding: Option<RoundingWord>,
    /// After how many months they lapse, at the end of that day; null for never (the default).
    #[serde(default, deserialize_with = "named")]
    #[schemars(range(min = 1, max = 120))]
    expiry_months: Option<Option<u32>>,
}

/// How points are taken back.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClawbackInput {
    /// Whether a balance may become negative, to be made up by what is earned next (the default). If not, no more is taken
    /// back than there is.
    allow_negative: Option<bool>,
}

/// What becomes of a fraction of a point.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RoundingWord {
    /// It is dropped.
    Down,
    /// It is a point from the half on.
    Nearest,
    /// It is a point.
    Up,
}

impl Create {
    /// In the core's terms.
    ///
    /// # Errors
    /// Multipliers that are none.
    pub(super) fn changes(self) -> Result<Changes> {
        let Create { id: _, name, currency, auto_enroll, clawback, tier_config, active, metadata } = self;
        let tier_config = tier_config.map(Some);
        Update { name: Some(name), currency, auto_enroll, clawback, tier_config, active, metadata }.changes()
    }
}

impl Update {
    /// In the core's terms.
    ///
    /// # Errors
    /// Multipliers that are none.
    pub(super) fn changes(self) -> Result<Changes> {
        let Update { name, currency, auto_enroll, clawback, tier_config, active, metadata } = self;
        let PointsInput { name: points_name, point_value, rounding, expiry_months } = currency.unwrap_or_default();
        let allow = clawback.and_then(|clawback| clawback.allow_negative);
        let tiers = tier_config.map(|config| config.map(TierConfigInput::parsed).transpose()).transpose();
        Ok(Changes {
            name,
            points_name,
            point_value,
            rounding: rounding.map(|word| match word {
                RoundingWord::Down => Rounding::Down,
                RoundingWord::Nearest => Rounding::Nearest,
                RoundingWord::Up => Rounding::Up,
            }),
            expiry_months,
            auto_enroll,
            shortfall: allow.map(|allow| if allow { Shortfall::Owed } else { Shortfall::Waived }),
            is_active: active,
            tiers: tiers.map_err(ApiError::all)?,
            metadata: metadata.unwrap_or_default().pairs().collect(),
        })
    }
}

/// Which programs to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
pub(super) struct Query {
    /// The page.
    #[serde(flatten)]
    pub(super) page: Page<ProgramId>,
}

/// A loyalty program as the API shows it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LoyaltyProgram")]
pub(super) struct Shown<'a> {
    /// Its id.
    id: &'a str,
    /// Always `program`.
    object: &'static str,
    /// What members know it by.
    name: &'a str,
    /// Its points.
    currency: Points<'a>,
    /// Whether a customer becomes a member with the first completed payment.
    auto_enroll: bool,
    /// How points are taken back.
    clawback: Clawback,
    /// Its tiers; null for none.
    tier_config: Option<TierConfigShown<'a>>,
    /// Whether its rules give points.
    active: bool,
    /// Your own notes.
    metadata: BTreeMap<&'a str, &'a str>,
    /// When it was created.
    #[serde(rename = "created_at")]
    created_at: String,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LoyaltyCurrency")]
struct Points<'a> {
    /// What they are called.
    name: &'a str,
    /// What one is worth when it is spent, in minor units.
    point_value: i64,
    /// What becomes of a fraction: `down`, `nearest` or `up`.
    rounding: &'static str,
    /// After how many months they lapse; null for never.
    expiry_months: Option<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "LoyaltyClawback")]
struct Clawback {
    /// Whether a balance may become negative.
    allow_negative: bool,
}

/// A program as it is shown.
pub(super) fn show(program: &Program) -> Shown<'_> {
    Shown {
        id: program.id.as_str(),
        object: "program",
        name: &program.name,
        currency: Points {
            name: &program.points_name,
            point_value: program.point_value,
            rounding: program.rounding.as_str(),
            expiry_months: program.expiry_months,
        },
        auto_enroll: program.auto_enroll,
        clawback: Clawback { allow_negative: program.shortfall == Shortfall::Owed },
        tier_config: program.tiers.as_ref().map(TierConfigShown::of),
        active: program.is_active,
        metadata: program.metadata.iter().collect(),
        created_at: program.created_at.rfc3339(),
    }
}
