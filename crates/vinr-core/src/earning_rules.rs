//! Earning rules: what gives points, and how many (spec/engagement.md, Earning rules).
//!
//! Every active rule of a program that matches gives its own points. What is computed is an exact ratio, through the
//! rule's multiplier and all others, until the one rounding of the program. A rule counts points for a major unit of
//! money, whatever its minor unit is: a point for each 1.00 is a point for one yen and for one thousand fils (spec/traps.md,
//! section 6).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::accounts::TimeZone;
use crate::calendar::Day;
use crate::currencies::Currency;
use crate::ids::{EarningRuleId, ProgramId};
use crate::metadata::Metadata;
use crate::money::{Money, PAYMENT_AMOUNT_MAX, Ratio};
use crate::points::{POINTS_MAX, Rate};
use crate::programs::Rounding;
use crate::refusal::{Code, Refusal};
use crate::tiers::Tier;
use crate::time::Timestamp;
use crate::wire_enum::wire_enum;

/// Most rules of an account: what all of them give for a payment is one commit, with every delivery of every event.
pub const RULES_MAX: usize = 20;
/// Longest name, in characters.
pub const NAME_LENGTH_MAX: usize = 100;

wire_enum! {
    /// What sets a rule off.
    pub enum Trigger {
        /// A payment of a member was captured.
        PaymentCompleted = "payment.completed",
        /// Somebody became a member.
        AccountCreated = "loyalty.account.created",
    }
}

wire_enum! {
    /// How long a cap counts.
    pub enum Window {
        /// From midnight to midnight.
        Day = "day",
        /// From Monday on.
        Week = "week",
        /// From the first of the month on.
        Month = "month",
        /// For ever.
        Lifetime = "lifetime",
    }
}

/// What a rule gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Award {
    /// So many points for each `per` that was paid, in parts too.
    PerAmount {
        /// Hundredths of a major unit: 100 is each 1.00, in every currency.
        per: i64,
        /// Points for that.
        points: Rate,
    },
    /// So many points, whatever was paid.
    Fixed {
        /// Points.
        points: i64,
    },
    /// So many points for a major unit of each currency; nothing for one that is not named.
    PerCurrency(BTreeMap<Currency, Rate>),
}

/// What must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// So much was paid at least, in minor units.
    pub amount_min: Option<i64>,
    /// It was paid in this currency.
    pub currency: Option<Currency>,
    /// By a member who was in this tier before it, not above it: rules of several tiers would add up otherwise.
    pub tier: Option<String>,
}

/// How much one member gets of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// So many points at most.
    pub points: i64,
    /// In this time.
    pub window: Window,
}

impl Window {
    /// The first day of the window that an instant lies in, in the merchant's zone; `None` for the one that has no end.
    pub fn first_day(self, now: Timestamp, zone: &TimeZone) -> Option<Day> {
        let today = Day::of(now, zone);
        match self {
            Self::Day => Some(today),
            Self::Week => Some(today.first_of_week()),
            Self::Month => Some(today.first_of_month()),
            Self::Lifetime => None,
        }
    }
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: EarningRuleId,
    /// In which program it gives points.
    pub program_id: ProgramId,
    /// For people.
    pub name: Option<String>,
    /// What sets it off.
    pub trigger: Trigger,
    /// What it gives.
    pub award: Award,
    /// When it does.
    pub conditions: Conditions,
    /// What its points are multiplied by.
    pub multiplier: Rate,
    /// How much one member gets of it.
    pub cap: Option<Cap>,
    /// Whether it gives anything.
    pub is_active: bool,
    /// The merchant's notes.
    pub metadata: Metadata,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Checks a rule as it was asked for.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(rule: &Rule) -> Result<(), Vec<Refusal>> {
    let mut wrong = Vec::new();
    let mut points = |points: i64, param: &'static str| {
        if !(1..=POINTS_MAX).contains(&points) {
            wrong.push(invalid(format!("expected 1 to {POINTS_MAX} points")).at(param));
        }
    };
    if let Award::Fixed { points: fixed } = rule.award {
        points(fixed, "award.points");
    }
    if let Some(cap) = rule.cap {
        points(cap.points, "cap.points");
    }
    let amounts = 1..=PAYMENT_AMOUNT_MAX;
    match &rule.award {
        Award::PerAmount { per, .. } if !amounts.contains(per) => {
            wrong.push(invalid(format!("expected 1 to {PAYMENT_AMOUNT_MAX}")).at("award.per"));
        }
        Award::PerCurrency(rates) if rates.is_empty() => {
            wrong.push(invalid("expected points for one currency at least, such as EUR".into()).at("award"));
        }
        Award::PerAmount { .. } | Award::PerCurrency(_) if rule.trigger == Trigger::AccountCreated => {
            let message = "nothing is paid by becoming a member: give `fixed` points".into();
            wrong.push(invalid(message).at("award.type"));
        }
        Award::PerAmount { .. } | Award::PerCurrency(_) | Award::Fixed { .. } => {}
    }
    if rule.conditions.amount_min.is_some_and(|min| !amounts.contains(&min)) {
        wrong.push(invalid(format!("expected 1 to {PAYMENT_AMOUNT_MAX}")).at("conditions.minAmount"));
    }
    if rule.trigger == Trigger::AccountCreated && rule.conditions != Conditions::default() {
        let message = "nothing is paid by becoming a member: conditions are for `payment.completed`".into();
        wrong.push(invalid(message).at("conditions"));
    }
    if rule.name.as_ref().is_some_and(|name| !(1..=NAME_LENGTH_MAX).contains(&name.chars().count())) {
        wrong.push(invalid(format!("expected 1 to {NAME_LENGTH_MAX} characters")).at("name"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// What a rule gives a member of a tier for what was paid, before its cap: nothing if it does not match, and never more
/// than anybody can have.
pub fn points(rule: &Rule, paid: Option<Money>, tier: Option<&Tier>, rounding: Rounding) -> i64 {
    if !rule.is_active || !matches(&rule.conditions, paid, tier) {
        return 0;
    }
    let exact = match (&rule.award, paid) {
        (Award::Fixed { points }, _) => Ratio::whole(*points),
        (Award::PerAmount { per, points }, Some(paid)) => {
            let per = per.checked_mul(paid.currency.minor_per_major()).expect("a bounded amount in minor units fits");
            points.of(Ratio::whole(paid.amount).times(100, per))
        }
        (Award::PerCurrency(rates), Some(paid)) => match rates.get(&paid.currency) {
            Some(rate) => rate.of(Ratio::whole(paid.amount).times(1, paid.currency.minor_per_major())),
            None => return 0,
        },
        (Award::PerAmount { .. } | Award::PerCurrency(_), None) => return 0,
    };
    let exact = rule.multiplier.of(exact);
    let exact = tier.map_or(exact, |tier| tier.multiplier.of(exact));
    rounding.round(exact.at_most(POINTS_MAX))
}

/// What is left of points under a cap of which so many were given in its window.
pub fn capped(points: i64, cap: Cap, given: i64) -> i64 {
    points.min(cap.points.saturating_sub(given).max(0))
}

fn matches(conditions: &Conditions, paid: Option<Money>, tier: Option<&Tier>) -> bool {
    let enough = |min: i64| paid.is_some_and(|paid| paid.amount >= min);
    let same = |currency: Currency| paid.is_some_and(|paid| paid.currency == currency);
    let theirs = |key: &String| tier.is_some_and(|tier| tier.key == *key);
    conditions.amount_min.is_none_or(enough)
        && conditions.currency.is_none_or(same)
        && conditions.tier.as_ref().is_none_or(theirs)
}

fn invalid(message: String) -> Refusal {
    Refusal::new(Code::ParameterInvalid, message)
}

#[cfg(test)]
mod tests;
