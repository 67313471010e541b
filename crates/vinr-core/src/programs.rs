//! Loyalty programs: what points are worth, when they lapse, and how they are taken back (spec/engagement.md, Programs).
//!
//! Every merchant has one from the beginning, `prog_default`, which gives nothing until it has earning rules.

use alloc::string::String;
use alloc::vec::Vec;

use crate::accounts::TimeZone;
use crate::calendar::Day;
use crate::ids::ProgramId;
use crate::metadata::Metadata;
use crate::money::Ratio;
use crate::refusal::{Code, Refusal};
use crate::tiers::{self, TierConfig};
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

/// The id of the program that every merchant has.
pub const DEFAULT_ID: &str = "prog_default";
/// Longest name of a program and of its points, in characters.
pub const NAME_LENGTH_MAX: usize = 100;
/// Longest life of points, in months.
pub const EXPIRY_MONTHS_MAX: u32 = 120;
/// Most that a point may be worth, in minor units.
pub const POINT_VALUE_MAX: i64 = 1_000_000;

wire_enum! {
    /// What becomes of a fraction of a point.
    pub enum Rounding {
        /// It is dropped.
        Down = "down",
        /// It is a point from the half on.
        Nearest = "nearest",
        /// It is a point.
        Up = "up",
    }
}

impl Rounding {
    /// Whole points.
    pub fn round(self, points: Ratio) -> i64 {
        match self {
            Self::Down => points.floor(),
            Self::Nearest => points.round(),
            Self::Up => points.ceil(),
        }
    }
}

/// What happens when more is to be taken back than a member has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortfall {
    /// The balance becomes negative, and what is earned next repays it.
    Owed,
    /// It is let go of, and noted.
    Waived,
}

/// A program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its id.
    pub id: ProgramId,
    /// What members know it by.
    pub name: String,
    /// What its points are called.
    pub points_name: String,
    /// What a point is worth when it is spent, in minor units of the merchant's currency.
    pub point_value: i64,
    /// What becomes of fractions.
    pub rounding: Rounding,
    /// How many months points live; `None` for ever.
    pub expiry_months: Option<u32>,
    /// Whether a customer becomes a member by paying.
    pub auto_enroll: bool,
    /// What happens when more is to be taken back than there is.
    pub shortfall: Shortfall,
    /// Whether its rules give points.
    pub is_active: bool,
    /// Its tiers.
    pub tiers: Option<TierConfig>,
    /// Whether what members spend and earn is counted by months: from the first tiers on, also while there are none, so
    /// that nothing is missing when there are some again.
    pub counts: bool,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
}

/// What a merchant wants of a program; what is not named stays, or is as usual. `Some(None)` takes away.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Its name.
    pub name: Option<String>,
    /// What its points are called.
    pub points_name: Option<String>,
    /// What a point is worth, in minor units.
    pub point_value: Option<i64>,
    /// What becomes of fractions.
    pub rounding: Option<Rounding>,
    /// How many months points live.
    pub expiry_months: Option<Option<u32>>,
    /// Whether a customer becomes a member by paying.
    pub auto_enroll: Option<bool>,
    /// What happens when more is to be taken back than there is.
    pub shortfall: Option<Shortfall>,
    /// Whether its rules give points.
    pub is_active: Option<bool>,
    /// Its tiers.
    pub tiers: Option<Option<TierConfig>>,
    /// Pairs to merge.
    pub metadata: Vec<(String, Option<String>)>,
}

impl Program {
    /// When points that are earned now lapse: at the end of the day so many months later, in the merchant's zone.
    pub fn expiry(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        self.expiry_months.map(|months| Day::of(now, zone).plus_months(months).end(zone))
    }
}

/// A new program: active, points live for ever and are rounded down, nobody is a member before being made one, and a
/// balance may become negative. It has no tiers.
///
/// # Errors
/// Everything that is wrong with what was asked for.
pub fn create(id: ProgramId, asked: Changes, now: Timestamp) -> Result<Program, Vec<Refusal>> {
    let usual = Program {
        id,
        name: "Rewards".into(),
        points_name: "points".into(),
        point_value: 1,
        rounding: Rounding::Down,
        expiry_months: None,
        auto_enroll: false,
        shortfall: Shortfall::Owed,
        is_active: true,
        tiers: None,
        counts: false,
        metadata: Metadata::new(),
        created_at: now,
    };
    changed(usual, asked)
}

/// A program with changes. Points that were earned keep the day on which they lapse. Other tiers are a member's with the
/// next movement of theirs, or when their timer fires: nobody's row is looked for.
///
/// # Errors
/// Everything that is wrong with them.
pub fn changed(mut program: Program, changes: Changes) -> Result<Program, Vec<Refusal>> {
    let mut wrong = Vec::new();
    name(&mut program.name, changes.name, "name", &mut wrong);
    name(&mut program.points_name, changes.points_name, "currency.name", &mut wrong);
    if let Some(value) = changes.point_value {
        program.point_value = value;
        if !(0..=POINT_VALUE_MAX).contains(&value) {
            wrong.push(invalid(format!("expected 0 to {POINT_VALUE_MAX} minor units")).at("currency.pointValue"));
        }
    }
    if let Some(months) = changes.expiry_months {
        program.expiry_months = months;
        if months.is_some_and(|months| !(1..=EXPIRY_MONTHS_MAX).contains(&months)) {
            wrong.push(invalid(format!("expected 1 to {EXPIRY_MONTHS_MAX} months")).at("currency.expiryMonths"));
        }
    }
    match changes.tiers.map(|asked| asked.map(tiers::checked).transpose()) {
        Some(Ok(tiers)) => program.tiers = tiers,
        Some(Err(refusals)) => wrong.extend(refusals),
        None => {}
    }
    program.counts |= program.tiers.is_some();
    match program.metadata.merged(changes.metadata) {
        Ok(metadata) => program.metadata = metadata,
        Err(refusal) => wrong.push(refusal),
    }
    program.rounding = changes.rounding.unwrap_or(program.rounding);
    program.auto_enroll = changes.auto_enroll.unwrap_or(program.auto_enroll);
    program.shortfall = changes.shortfall.unwrap_or(program.shortfall);
    program.is_active = changes.is_active.unwrap_or(program.is_active);
    if wrong.is_empty() { Ok(program) } else { Err(wrong) }
}

fn name(place: &mut String, asked: Option<String>, param: &'static str, wrong: &mut Vec<Refusal>) {
    let Some(asked) = asked else { return };
    if (1..=NAME_LENGTH_MAX).contains(&asked.chars().count()) {
        *place = asked;
    } else {
        wrong.push(invalid(format!("expected 1 to {NAME_LENGTH_MAX} characters")).at(param));
    }
}

fn invalid(message: String) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message)
}

#[cfg(test)]
mod tests;
