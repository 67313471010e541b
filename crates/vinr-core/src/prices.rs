//! Prices: what a product costs, once or again and again (spec/billing.md, Prices). What a number of units comes to is in
//! [`totals`]. Amount, currency and recurrence never change: who subscribed has agreed to them.

pub mod totals;

use alloc::string::String;
use alloc::vec::Vec;

use crate::exact::ExactAmount;
use crate::ids::{PriceId, ProductId};
use crate::metadata::Metadata;
use crate::money::{Currency, PAYMENT_AMOUNT_MAX};
use crate::refusal::{Code, Refusal};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

pub use totals::{Basis, Piece, Total, total};

/// Most units that are priced at once, and that a tier or a package ends at.
pub const QUANTITY_MAX: i64 = 1_000_000_000_000;
/// Most tiers of a price.
pub const TIERS_MAX: usize = 100;
/// Longest nickname, in characters.
pub const NICKNAME_LENGTH_MAX: usize = 100;

wire_enum! {
    /// How a number of units is priced.
    pub enum ModelKind {
        /// So much for each unit.
        PerUnit = "per_unit",
        /// Each tier prices the units that fall into it.
        Graduated = "graduated",
        /// The tier that the number falls into prices all units.
        Volume = "volume",
        /// So much for each package that is begun.
        Package = "package",
    }
}

wire_enum! {
    /// What a period is counted in.
    pub enum Interval {
        /// Days of the account's calendar.
        Day = "day",
        /// Seven days.
        Week = "week",
        /// Months, from the anchor's day.
        Month = "month",
        /// Years, from the anchor's day.
        Year = "year",
    }
}

impl Interval {
    /// Most of them in one period: three years.
    pub const fn count_max(self) -> i64 {
        match self {
            Self::Day => 1_095,
            Self::Week => 156,
            Self::Month => 36,
            Self::Year => 3,
        }
    }
}

wire_enum! {
    /// Where the number of units comes from.
    pub enum UsageType {
        /// It is agreed beforehand.
        Licensed = "licensed",
        /// It is what was used in the period.
        Metered = "metered",
    }
}

wire_enum! {
    /// What a period's usage records come to.
    pub enum AggregateUsage {
        /// Their sum.
        Sum = "sum",
        /// The largest of them.
        Max = "max",
        /// The last of them.
        LastDuringPeriod = "last_during_period",
    }
}

/// What makes a price come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurring {
    /// What a period is counted in.
    pub interval: Interval,
    /// How many of them are one period.
    pub interval_count: i64,
    /// Where the number of units comes from, and what it is made of.
    pub usage: Usage,
}

/// Where the number of units comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// It is agreed beforehand, and paid at the start of a period.
    Licensed,
    /// It is what the period's records come to, and paid at its end.
    Metered(AggregateUsage),
}

impl Usage {
    /// The usage of a type; what records come to is for metered prices, their sum if nothing is said.
    ///
    /// # Errors
    /// What records come to was said of a price that has none.
    pub fn of(kind: UsageType, aggregate: Option<AggregateUsage>) -> Result<Self, Refusal> {
        match (kind, aggregate) {
            (UsageType::Licensed, None) => Ok(Self::Licensed),
            (UsageType::Metered, aggregate) => Ok(Self::Metered(aggregate.unwrap_or(AggregateUsage::Sum))),
            (UsageType::Licensed, Some(_)) => {
                Err(invalid("recurring.aggregateUsage", "only a metered price has usage: usageType metered"))
            }
        }
    }

    /// Its type.
    pub const fn kind(self) -> UsageType {
        match self {
            Self::Licensed => UsageType::Licensed,
            Self::Metered(_) => UsageType::Metered,
        }
    }

    /// What records come to.
    pub const fn aggregate(self) -> Option<AggregateUsage> {
        match self {
            Self::Licensed => None,
            Self::Metered(aggregate) => Some(aggregate),
        }
    }
}

/// How a number of units is priced, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Model {
    /// So much for each unit.
    PerUnit {
        /// For one.
        unit_amount: ExactAmount,
    },
    /// Each tier prices the units that fall into it.
    Graduated(Vec<Tier>),
    /// The tier that the number falls into prices all units.
    Volume(Vec<Tier>),
    /// So much for each package that is begun.
    Package {
        /// For one package.
        unit_amount: ExactAmount,
        /// Units in a package.
        size: i64,
    },
}

/// Units up to a bound, and what they cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The last unit in it; `None` for all that are left.
    pub up_to: Option<i64>,
    /// For each unit.
    pub unit_amount: ExactAmount,
    /// Once, when the tier is reached, in minor units.
    pub flat_amount: i64,
}

impl Model {
    /// The model that these parts make.
    ///
    /// # Errors
    /// A part that the model needs and that is not there, or one that it has no use for.
    pub fn of(
        kind: ModelKind,
        unit_amount: Option<ExactAmount>,
        tiers: Option<Vec<Tier>>,
        package_size: Option<i64>,
    ) -> Result<Self, Vec<Refusal>> {
        let mut wrong = Vec::new();
        let is_tiered = matches!(kind, ModelKind::Graduated | ModelKind::Volume);
        if is_tiered == unit_amount.is_some() {
            wrong.push(part("amount", kind, is_tiered));
        }
        if is_tiered == tiers.is_none() {
            wrong.push(part("tiers", kind, !is_tiered));
        }
        if (kind == ModelKind::Package) == package_size.is_none() {
            wrong.push(part("packageSize", kind, kind != ModelKind::Package));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let unit_amount = unit_amount.unwrap_or_default();
        let tiers = tiers.unwrap_or_default();
        Ok(match kind {
            ModelKind::PerUnit => Self::PerUnit { unit_amount },
            ModelKind::Graduated => Self::Graduated(tiers),
            ModelKind::Volume => Self::Volume(tiers),
            ModelKind::Package => Self::Package { unit_amount, size: package_size.unwrap_or(1) },
        })
    }

    /// Which one it is.
    pub const fn kind(&self) -> ModelKind {
        match self {
            Self::PerUnit { .. } => ModelKind::PerUnit,
            Self::Graduated(_) => ModelKind::Graduated,
            Self::Volume(_) => ModelKind::Volume,
            Self::Package { .. } => ModelKind::Package,
        }
    }

    /// What one unit or package costs, where that does not depend on how many there are.
    pub const fn unit_amount(&self) -> Option<ExactAmount> {
        match self {
            Self::PerUnit { unit_amount } | Self::Package { unit_amount, .. } => Some(*unit_amount),
            Self::Graduated(_) | Self::Volume(_) => None,
        }
    }

    /// Its tiers, if it has some.
    pub fn tiers(&self) -> Option<&[Tier]> {
        match self {
            Self::Graduated(tiers) | Self::Volume(tiers) => Some(tiers),
            Self::PerUnit { .. } | Self::Package { .. } => None,
        }
    }

    /// Units in a package.
    pub const fn package_size(&self) -> Option<i64> {
        match self {
            Self::Package { size, .. } => Some(*size),
            Self::PerUnit { .. } | Self::Graduated(_) | Self::Volume(_) => None,
        }
    }
}

/// A price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// Its id.
    pub id: PriceId,
    /// What it is for.
    pub product_id: ProductId,
    /// What it is counted in.
    pub currency: Currency,
    /// How a number of units is priced.
    pub model: Model,
    /// How it comes again; `None` for what is paid once.
    pub recurring: Option<Recurring>,
    /// For the merchant.
    pub nickname: Option<String>,
    /// Whether something new can be bought for it.
    pub is_active: bool,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Price {
    /// Whether it is paid for what was used.
    pub fn is_metered(&self) -> bool {
        self.recurring.is_some_and(|recurring| recurring.usage.kind() == UsageType::Metered)
    }
}

/// What is to be other; what is not named stays, and `Some(None)` takes away.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// For the merchant.
    pub nickname: Option<Option<String>>,
    /// Whether something new can be bought for it.
    pub is_active: Option<bool>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

/// A price with changes.
///
/// # Errors
/// Everything that is wrong with them.
pub fn changed(mut price: Price, changes: Changes) -> Result<Price, Vec<Refusal>> {
    let mut wrong = Vec::new();
    match price.metadata.merged(changes.metadata) {
        Ok(metadata) => price.metadata = metadata,
        Err(refusal) => wrong.push(refusal),
    }
    price.nickname = changes.nickname.unwrap_or(price.nickname);
    price.is_active = changes.is_active.unwrap_or(price.is_active);
    wrong.extend(nickname_problem(&price));
    if wrong.is_empty() { Ok(price) } else { Err(wrong) }
}

/// Checks a price as it was asked for.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(price: &Price) -> Result<(), Vec<Refusal>> {
    let mut wrong = match &price.model {
        Model::PerUnit { unit_amount } => amount_problem(*unit_amount, "amount").into_iter().collect(),
        Model::Package { unit_amount, size } => {
            let mut wrong: Vec<Refusal> = amount_problem(*unit_amount, "amount").into_iter().collect();
            if !(1..=QUANTITY_MAX).contains(size) {
                wrong.push(invalid("packageSize", &format!("expected 1 to {QUANTITY_MAX}")));
            }
            wrong
        }
        Model::Graduated(tiers) | Model::Volume(tiers) => tier_problems(tiers),
    };
    if let Some(Recurring { interval, interval_count, .. }) = price.recurring {
        let most = interval.count_max();
        if !(1..=most).contains(&interval_count) {
            let message = format!("expected 1 to {most}: a period is three years at most");
            wrong.push(invalid("recurring.intervalCount", &message));
        }
    }
    wrong.extend(nickname_problem(price));
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// Tiers rise, and the last one, and no other, has no end: every number of units falls into one.
fn tier_problems(tiers: &[Tier]) -> Vec<Refusal> {
    if !(1..=TIERS_MAX).contains(&tiers.len()) {
        return vec![invalid("tiers", &format!("expected 1 to {TIERS_MAX} tiers"))];
    }
    let mut wrong = Vec::new();
    let last = tiers.len().saturating_sub(1);
    let mut below = 0;
    for (place, tier) in tiers.iter().enumerate() {
        let at = |name: &str| format!("tiers.{place}.{name}");
        match tier.up_to {
            None if place == last => {}
            Some(_) if place == last => wrong.push(invalid(at("upTo"), "the last tier has no end: null")),
            None => wrong.push(invalid(at("upTo"), "only the last tier has no end")),
            Some(up_to) if up_to <= below || up_to > QUANTITY_MAX => {
                let from = below.saturating_add(1);
                wrong.push(invalid(at("upTo"), &format!("expected {from} to {QUANTITY_MAX}: tiers rise")));
            }
            Some(up_to) => below = up_to,
        }
        wrong.extend(amount_problem(tier.unit_amount, at("unitAmount")));
        if !(0..=PAYMENT_AMOUNT_MAX).contains(&tier.flat_amount) {
            wrong.push(invalid(at("flatAmount"), &format!("expected 0 to {PAYMENT_AMOUNT_MAX}")));
        }
    }
    wrong
}

fn amount_problem(amount: ExactAmount, param: impl Into<alloc::borrow::Cow<'static, str>>) -> Option<Refusal> {
    let most = ExactAmount::whole(PAYMENT_AMOUNT_MAX)?;
    (amount > most).then(|| invalid(param, &format!("expected {PAYMENT_AMOUNT_MAX} at most")))
}

fn nickname_problem(price: &Price) -> Option<Refusal> {
    let length = price.nickname.as_ref()?.chars().count();
    let fits = (1..=NICKNAME_LENGTH_MAX).contains(&length);
    (!fits).then(|| invalid("nickname", &format!("expected 1 to {NICKNAME_LENGTH_MAX} characters")))
}

/// A part that a model needs, or has no use for.
fn part(param: &'static str, kind: ModelKind, is_there: bool) -> Refusal {
    if is_there {
        return invalid(param, &format!("a price of the model {kind} has no such part"));
    }
    Refusal::new(Code::ParameterMissing, format!("a price of the model {kind} needs it")).at(param)
}

fn invalid(param: impl Into<alloc::borrow::Cow<'static, str>>, message: &str) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message).at(param)
}

#[cfg(test)]
mod tests;
