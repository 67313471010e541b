//! Tiers as JSON (spec/engagement.md, Tiers).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use vinr_core::points::Rate;
use vinr_core::refusal::Refusal;
use vinr_core::tiers::{Period, PeriodType, QualifyOn, Tier, TierConfig};

use crate::http::shapes::{RateInput, show_rate};

/// The tiers of a program, and what lifts a member from one to the next.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TierConfig")]
pub(in crate::programs) struct TierConfigInput {
    /// What lifts a member: `spend` (what payments brought, less what went back) or `points` (what was earned, less what
    /// was taken back).
    qualify_on: QualifyOnWord,
    /// How long it counts.
    period: PeriodInput,
    /// Up to twenty, in any order.
    #[schemars(length(min = 1, max = 20))]
    tiers: Vec<TierInput>,
}

/// How long it counts, in calendar months of the account's time zone.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "TierPeriod")]
struct PeriodInput {
    /// `rolling`: this month and so many before it. `calendar`: so many months counted from January, and then anew.
    r#type: PeriodWord,
    /// How many. Calendar periods are parts of a year: 1, 2, 3, 4, 6 or 12.
    #[schemars(range(min = 1, max = 60))]
    months: u32,
}

/// A tier.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(rename = "TierInput")]
struct TierInput {
    /// What rules and rewards name it by: a to z, 0 to 9, `-` and `_`.
    #[schemars(length(min = 1, max = 40), extend("format" = "printable"))]
    key: String,
    /// What members know it by.
    #[schemars(length(min = 1, max = 100), extend("format" = "printable"))]
    name: String,
    /// Its place: a higher rank may have what a lower one may.
    #[schemars(range(min = 0, max = 1_000))]
    rank: i64,
    /// From which figure on a member is in it: points, or hundredths of a major unit of money in every currency. The
    /// lowest tier begins at 0, and thresholds rise with ranks.
    #[schemars(range(min = 0, max = 1_000_000_000_000_i64))]
    threshold: i64,
    /// What the points of its members are multiplied by, up to 10, with up to four decimals. The default is 1.
    multiplier: Option<RateInput>,
}

/// What lifts a member.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum QualifyOnWord {
    /// What payments brought, less what went back.
    Spend,
    /// What was earned, less what was taken back.
    Points,
}

/// How the window is cut.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum PeriodWord {
    /// This month and so many before it.
    Rolling,
    /// So many months counted from January.
    Calendar,
}

impl TierConfigInput {
    /// In the core's terms.
    ///
    /// # Errors
    /// Multipliers that are none.
    pub(in crate::programs) fn parsed(self) -> Result<TierConfig, Vec<Refusal>> {
        let TierConfigInput { qualify_on, period, tiers } = self;
        let (mut parsed, mut wrong) = (Vec::with_capacity(tiers.len()), Vec::new());
        for (index, tier) in tiers.into_iter().enumerate() {
            let TierInput { key, name, rank, threshold, multiplier } = tier;
            let param = || format!("tierConfig.tiers[{index}].multiplier");
            match multiplier.map_or(Ok(Rate::ONE), |multiplier| multiplier.read(param())) {
                Ok(multiplier) => parsed.push(Tier { key, name, rank, threshold, multiplier }),
                Err(refusal) => wrong.push(refusal),
            }
        }
        let qualify_on = match qualify_on {
            QualifyOnWord::Spend => QualifyOn::Spend,
            QualifyOnWord::Points => QualifyOn::Points,
        };
        let kind = match period.r#type {
            PeriodWord::Rolling => PeriodType::Rolling,
            PeriodWord::Calendar => PeriodType::Calendar,
        };
        let period = Period { kind, months: period.months };
        if wrong.is_empty() { Ok(TierConfig { qualify_on, period, tiers: parsed }) } else { Err(wrong) }
    }
}

/// The tiers of a program as the API shows them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ShownTierConfig")]
pub(in crate::programs) struct TierConfigShown<'a> {
    /// What lifts a member: `spend` or `points`.
    qualify_on: &'static str,
    /// How long it counts.
    period: PeriodShown,
    /// The lowest first.
    tiers: Vec<TierShown<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownTierPeriod")]
struct PeriodShown {
    /// `rolling` or `calendar`.
    r#type: &'static str,
    /// How many months.
    months: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ShownTier")]
struct TierShown<'a> {
    /// What rules and rewards name it by.
    key: &'a str,
    /// What members know it by.
    name: &'a str,
    /// Its place.
    rank: i64,
    /// From which figure on a member is in it.
    threshold: i64,
    /// What the points of its members are multiplied by.
    multiplier: Number,
}

impl<'a> TierShown<'a> {
    /// As it is shown.
    fn of(tier: &'a Tier) -> TierShown<'a> {
        TierShown {
            key: &tier.key,
            name: &tier.name,
            rank: tier.rank,
            threshold: tier.threshold,
            multiplier: show_rate(tier.multiplier),
        }
    }
}

impl<'a> TierConfigShown<'a> {
    /// As it is shown.
    pub(in crate::programs) fn of(config: &'a TierConfig) -> TierConfigShown<'a> {
        TierConfigShown {
            qualify_on: config.qualify_on.as_str(),
            period: PeriodShown { r#type: config.period.kind.as_str(), months: config.period.months },
            tiers: config.tiers.iter().map(TierShown::of).collect(),
        }
    }
}

/// Whose tiers to list.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query {
    /// Those of this program; of `prog_default` if nothing is said.
    #[schemars(extend("format" = "id:prog"))]
    pub(super) program_id: Option<String>,
}

/// A tier as the API shows it by itself.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Tier")]
pub(super) struct Shown<'a> {
    /// Always `tier`.
    object: &'static str,
    /// The program.
    program_id: &'a str,
    #[serde(flatten)]
    tier: TierShown<'a>,
}

impl<'a> Shown<'a> {
    /// As it is shown.
    pub(super) fn of(tier: &'a Tier, program_id: &'a str) -> Shown<'a> {
        Shown { object: "tier", program_id, tier: TierShown::of(tier) }
    }
}
