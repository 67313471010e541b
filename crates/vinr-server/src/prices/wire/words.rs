//! The words of prices, as clients write them.

use schemars::JsonSchema;
use serde::Deserialize;
use vinr_core::prices::{AggregateUsage, Interval, ModelKind, UsageType};

/// How a number of units is priced.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ModelWord {
    /// So much for each unit.
    PerUnit,
    /// Each tier prices the units that fall into it.
    Graduated,
    /// The tier that the number falls into prices all units.
    Volume,
    /// So much for each package that is begun.
    Package,
}

impl ModelWord {
    /// In the core's terms.
    pub(super) fn kind(self) -> ModelKind {
        match self {
            ModelWord::PerUnit => ModelKind::PerUnit,
            ModelWord::Graduated => ModelKind::Graduated,
            ModelWord::Volume => ModelKind::Volume,
            ModelWord::Package => ModelKind::Package,
        }
    }
}

/// What a period is counted in.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum IntervalWord {
    /// Days of the account's calendar.
    Day,
    /// Seven days.
    Week,
    /// Months, from the anchor's day.
    Month,
    /// Years, from the anchor's day.
    Year,
}

impl IntervalWord {
    /// In the core's terms.
    pub(super) fn interval(self) -> Interval {
        match self {
            IntervalWord::Day => Interval::Day,
            IntervalWord::Week => Interval::Week,
            IntervalWord::Month => Interval::Month,
            IntervalWord::Year => Interval::Year,
        }
    }
}

/// Where the number of units comes from.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum UsageWord {
    /// It is agreed beforehand.
    Licensed,
    /// It is what was used in the period.
    Metered,
}

impl UsageWord {
    /// In the core's terms.
    pub(super) fn kind(self) -> UsageType {
        match self {
            UsageWord::Licensed => UsageType::Licensed,
            UsageWord::Metered => UsageType::Metered,
        }
    }
}

/// What a period's usage records come to.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum AggregateWord {
    /// Their sum.
    Sum,
    /// The largest of them.
    Max,
    /// The last of them.
    LastDuringPeriod,
}

impl AggregateWord {
    /// In the core's terms.
    pub(super) fn aggregate(self) -> AggregateUsage {
        match self {
            AggregateWord::Sum => AggregateUsage::Sum,
            AggregateWord::Max => AggregateUsage::Max,
            AggregateWord::LastDuringPeriod => AggregateUsage::LastDuringPeriod,
        }
    }
}
