//! Tiers of a loyalty program: what a member counts as by what they spent or earned lately (spec/engagement.md, Tiers;
//! spec/traps.md, section 14).
//!
//! What counts is kept by the month of the merchant's calendar in which it was spent or earned, and what is refunded or
//! taken back lowers that month. The window is cut at months as well:
//!
//! ```text
//!  rolling, 12 months    │ 12 whole months before │ this month │    what was spent counts for a year at least
//!  calendar, 12 months        │ January …            this month │    it begins again with every year
//! ```
//!
//! So a tier is a sum of months and nothing that is stored: what a member's row says is what they were told last. Money of
//! every currency counts by its major unit, as it does in earning rules: 1.00 is 100 of a threshold.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::calendar::Month;
use crate::money::Money;
use crate::points::{POINTS_MAX, Rate};
use crate::refusal::{Code, Refusal};
use crate::wire_enum::wire_enum;

/// Most tiers of a program.
pub const TIERS_MAX: usize = 20;
/// Longest window, in months.
pub const MONTHS_MAX: u32 = 60;
/// Longest key, in characters.
pub const KEY_LENGTH_MAX: usize = 40;
/// Longest name, in characters.
pub const NAME_LENGTH_MAX: usize = 100;
/// The highest rank.
pub const RANK_MAX: i64 = 1_000;
/// The highest threshold: points, or hundredths of a major unit.
pub const THRESHOLD_MAX: i64 = POINTS_MAX;
/// The greatest multiplier. With the greatest of a rule its points still fit 128 bits until they are rounded.
pub const MULTIPLIER_MAX: i64 = 10;
/// Months of a year.
const YEAR: u32 = 12;
/// Parts of a major unit in which spend is counted: no currency has smaller ones.
const PARTS_PER_MAJOR: i64 = 10_000;
/// Parts in one of a threshold, which is a hundredth of a major unit.
const PARTS_PER_HUNDREDTH: i64 = 100;

wire_enum! {
    /// What lifts a member.
    pub enum QualifyOn {
        /// What their payments brought, less what went back.
        Spend = "spend",
        /// What they earned, less what was taken back.
        Points = "points",
    }
}

wire_enum! {
    /// How the window of what counts is cut.
    pub enum PeriodType {
        /// This month and so many before it.
        Rolling = "rolling",
        /// So many months counted from January, and then anew.
        Calendar = "calendar",
    }
}

/// How long what was spent or earned counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// How the window is cut.
    pub kind: PeriodType,
    /// How many months it has.
    pub months: u32,
}

/// A tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// What programs know it by.
    pub key: String,
    /// What members know it by.
    pub name: String,
    /// Its place: a higher rank has what a lower one has.
    pub rank: i64,
    /// From which figure on a member is in it: points, or hundredths of a major unit.
    pub threshold: i64,
    /// What the points of its members are multiplied by.
    pub multiplier: Rate,
}

/// The tiers of a program, the lowest first; there is one at least, and its threshold is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierConfig {
    /// What lifts a member.
    pub qualify_on: QualifyOn,
    /// How long it counts.
    pub period: Period,
    /// By rank.
    pub tiers: Vec<Tier>,
}

/// What a month counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Ten-thousandths of a major unit that were spent, as [`parts`] makes them.
    pub spend: i64,
    /// Points that were earned.
    pub points: i64,
}

/// What a member's months count; one that is not there counts nothing.
pub type Counts = BTreeMap<Month, Count>;

/// What an amount is in ten-thousandths of a major unit.
///
/// # Panics
/// If that does not fit 64 bits, which no amount of a payment comes near.
pub fn parts(paid: Money) -> i64 {
    let each = PARTS_PER_MAJOR.checked_div(paid.currency.minor_per_major()).expect("a major unit has minor ones");
    paid.amount.checked_mul(each).expect("the amount of a payment fits 64 bits in parts")
}

/// Tiers as they were asked for, in the order of their ranks.
///
/// # Errors
/// Everything that is wrong with them.
pub fn checked(config: TierConfig) -> Result<TierConfig, Vec<Refusal>> {
    let TierConfig { qualify_on, period, tiers } = config;
    let mut wrong = Vec::new();
    if let Some(problem) = period_problem(period) {
        wrong.push(invalid(problem).at("tierConfig.period.months"));
    }
    if !(1..=TIERS_MAX).contains(&tiers.len()) {
        wrong.push(invalid(format!("expected 1 to {TIERS_MAX} tiers")).at("tierConfig.tiers"));
    }
    for (index, tier) in tiers.iter().enumerate() {
        let before = tiers.get(..index).unwrap_or_default();
        let problems = problems(tier, before).into_iter();
        wrong
            .extend(problems.map(|(field, message)| invalid(message).at(format!("tierConfig.tiers[{index}].{field}"))));
    }
    let mut placed: Vec<(usize, Tier)> = tiers.into_iter().enumerate().collect();
    placed.sort_by_key(|(_, tier)| tier.rank);
    let mut below: Option<&Tier> = None;
    for (index, tier) in &placed {
        let problem = match below {
            None if tier.threshold != 0 => Some("the lowest tier begins at 0, so that every member is in one".into()),
            Some(below) if tier.threshold <= below.threshold => {
                Some(format!("expected more than the {} of {}, which ranks lower", below.threshold, below.key))
            }
            None | Some(_) => None,
        };
        wrong.extend(problem.map(|problem| invalid(problem).at(format!("tierConfig.tiers[{index}].threshold"))));
        below = Some(tier);
    }
    let tiers = placed.into_iter().map(|(_, tier)| tier).collect();
    if wrong.is_empty() { Ok(TierConfig { qualify_on, period, tiers }) } else { Err(wrong) }
}

impl TierConfig {
    /// The tier that everybody is in at least.
    ///
    /// # Panics
    /// If there is none, which [`checked`] refuses.
    pub fn lowest(&self) -> &Tier {
        self.tiers.first().expect("a program with tiers has a lowest one")
    }

    /// A tier by its key.
    pub fn named(&self, key: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.key == key)
    }

    /// The tier that a member is shown in who was told last that they are in this one: the lowest if they were told of
    /// none, or of one that is gone.
    pub fn shown(&self, told: Option<&str>) -> &Tier {
        told.and_then(|key| self.named(key)).unwrap_or_else(|| self.lowest())
    }

    /// The first month of the window that ends with this one.
    pub fn first_month(&self, month: Month) -> Month {
        match self.period.kind {
            PeriodType::Rolling => month.minus(self.period.months),
            PeriodType::Calendar => month.first_of(self.period.months),
        }
    }

    /// What counts in a month: points, or hundredths of a major unit.
    pub fn figure(&self, counts: &Counts, month: Month) -> i64 {
        let window = counts.range(self.first_month(month)..=month).map(|(_, count)| match self.qualify_on {
            QualifyOn::Spend => count.spend,
            QualifyOn::Points => count.points,
        });
        let sum = window.fold(0_i64, i64::saturating_add);
        match self.qualify_on {
            QualifyOn::Spend => sum.div_euclid(PARTS_PER_HUNDREDTH),
            QualifyOn::Points => sum,
        }
    }

    /// The tier that this makes in a month.
    pub fn tier(&self, counts: &Counts, month: Month) -> &Tier {
        let figure = self.figure(counts, month);
        self.tiers.iter().rfind(|tier| tier.threshold <= figure).unwrap_or_else(|| self.lowest())
    }

    /// The first month after this one in which it is another tier, if nothing more is spent or earned.
    pub fn changes_in(&self, counts: &Counts, month: Month) -> Option<Month> {
        let now = &self.tier(counts, month).key;
        let mut later = (1..=self.period.months.saturating_add(1)).map(|months| month.plus(months));
        later.find(|month| self.tier(counts, *month).key != *now)
    }
}

fn period_problem(period: Period) -> Option<String> {
    let Period { kind, months } = period;
    match kind {
        PeriodType::Rolling if !(1..=MONTHS_MAX).contains(&months) => {
            Some(format!("expected 1 to {MONTHS_MAX} months"))
        }
        PeriodType::Calendar if YEAR.checked_rem(months) != Some(0) => {
            Some("expected a part of a year: 1, 2, 3, 4, 6 or 12 months".into())
        }
        PeriodType::Rolling | PeriodType::Calendar => None,
    }
}

/// What is wrong with a tier that comes after these: the field, and why.
fn problems(tier: &Tier, before: &[Tier]) -> Vec<(&'static str, String)> {
    let mut wrong = Vec::new();
    let mut found = |is_wrong: bool, field: &'static str, message: String| {
        if is_wrong {
            wrong.push((field, message));
        }
    };
    let is_key = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '-');
    let key_fits = (1..=KEY_LENGTH_MAX).contains(&tier.key.len()) && tier.key.chars().all(is_key);
    found(!key_fits, "key", format!("expected 1 to {KEY_LENGTH_MAX} of a to z, 0 to 9, - and _"));
    found(before.iter().any(|other| other.key == tier.key), "key", format!("there are two tiers {}", tier.key));
    let name_fits = (1..=NAME_LENGTH_MAX).contains(&tier.name.chars().count());
    found(!name_fits, "name", format!("expected 1 to {NAME_LENGTH_MAX} characters"));
    found(!(0..=RANK_MAX).contains(&tier.rank), "rank", format!("expected 0 to {RANK_MAX}"));
    found(
        before.iter().any(|other| other.rank == tier.rank),
        "rank",
        format!("there are two tiers of rank {}", tier.rank),
    );
    found(!(0..=THRESHOLD_MAX).contains(&tier.threshold), "threshold", format!("expected 0 to {THRESHOLD_MAX}"));
    let most = Rate::whole(MULTIPLIER_MAX);
    found(tier.multiplier > most, "multiplier", format!("expected a number above 0 and up to {MULTIPLIER_MAX}"));
    wrong
}

fn invalid(message: String) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message)
}

#[cfg(test)]
mod tests;
