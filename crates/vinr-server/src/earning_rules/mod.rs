//! Earning rules: created, changed, removed. What a rule gives is in `vinr_core::earning_rules`; here they meet rows. A
//! payment has the rules from its context, so whoever changes one bumps that.

pub(crate) mod routes;
mod store;
mod wire;

use vinr_core::earning_rules::{self as core, Award, Cap, Conditions, RULES_MAX, Rule, Trigger};
use vinr_core::ids::{EarningRuleId, ProgramId};
use vinr_core::metadata::Metadata;
use vinr_core::money::Currency;
use vinr_core::points::Rate;
use vinr_core::refusal::{Code, Refusal};

use crate::error::{ApiError, Problems, Result};
use crate::record::Unit;

/// What a merchant wants of a rule; what is not named stays, or is as usual. `Some(None)` takes away.
#[derive(Debug, Clone, Default)]
struct Asked {
    name: Option<Option<String>>,
    award: Option<Award>,
    amount_min: Option<Option<i64>>,
    currency: Option<Option<Currency>>,
    tier: Option<Option<String>>,
    multiplier: Option<Rate>,
    cap: Option<Option<Cap>>,
    is_active: Option<bool>,
    metadata: Vec<(String, Option<String>)>,
}

/// What a new rule is for.
#[derive(Debug, Clone)]
struct New {
    id: Option<EarningRuleId>,
    program_id: ProgramId,
    trigger: Trigger,
    award: Award,
    more: Asked,
}

/// Creates a rule.
///
/// # Errors
/// `resource_exists`; 404 for a program that is not there; everything that is wrong with it; one more than [`RULES_MAX`].
async fn create(unit: &mut Unit<'_>, new: &New) -> Result<Rule> {
    if let Some(id) = &new.id
        && store::find(unit, id).await?.is_some()
    {
        return Err(Refusal::new(Code::ResourceExists, format!("there is already a rule {id}")).at("id").into());
    }
    if store::count(unit).await? >= i64::try_from(RULES_MAX).unwrap_or(i64::MAX) {
        let message =
            format!("an account has {RULES_MAX} earning rules at most; delete one that gives nothing any more");
        return Err(Refusal::new(Code::ParameterInvalid, message).into());
    }
    unit.guard();
    unit.context.loyalty.program(&new.program_id).map_err(|error| error.about("programId"))?;
    let usual = Rule {
        id: new.id.clone().unwrap_or_else(|| EarningRuleId::from_bits(unit.env.id_bits())),
        program_id: new.program_id.clone(),
        name: None,
        trigger: new.trigger,
        award: new.award.clone(),
        conditions: Conditions::default(),
        multiplier: Rate::ONE,
        cap: None,
        is_active: true,
        metadata: Metadata::new(),
        created_at: unit.now(),
    };
    let rule = changed(unit, usual, &new.more)?;
    store::insert(unit, &rule, new.id.is_some());
    Ok(rule)
}

/// Changes a rule; its program and its trigger stay.
///
/// # Errors
/// 404; everything that is wrong with the changes.
async fn update(unit: &mut Unit<'_>, id: &EarningRuleId, asked: &Asked) -> Result<Rule> {
    let rule = load(unit, id).await?;
    unit.guard();
    let rule = changed(unit, rule, asked)?;
    store::update(unit, &rule);
    Ok(rule)
}

/// Removes a rule. What it gave stays given.
///
/// # Errors
/// 404.
async fn delete(unit: &mut Unit<'_>, id: &EarningRuleId) -> Result<()> {
    load(unit, id).await?;
    store::remove(unit, id);
    Ok(())
}

async fn load(unit: &mut Unit<'_>, id: &EarningRuleId) -> Result<Rule> {
    store::find(unit, id).await?.ok_or_else(|| ApiError::missing("earning rule", id.as_str()))
}

/// A rule with changes, if nothing is wrong with them.
fn changed(unit: &Unit<'_>, mut rule: Rule, asked: &Asked) -> Result<Rule> {
    let Asked { name, award, amount_min, currency, tier, multiplier, cap, is_active, metadata } = asked.clone();
    rule.name = name.unwrap_or(rule.name);
    rule.award = award.unwrap_or(rule.award);
    rule.conditions.amount_min = amount_min.unwrap_or(rule.conditions.amount_min);
    rule.conditions.currency = currency.unwrap_or(rule.conditions.currency);
    let is_named = tier.as_ref().is_some_and(Option::is_some);
    rule.conditions.tier = tier.unwrap_or(rule.conditions.tier);
    rule.multiplier = multiplier.unwrap_or(rule.multiplier);
    rule.cap = cap.unwrap_or(rule.cap);
    rule.is_active = is_active.unwrap_or(rule.is_active);
    let mut problems = Problems::default();
    problems.note_all(core::check(&rule));
    if let Some(tier) = rule.conditions.tier.as_ref().filter(|_| is_named) {
        problems.note(unit.context.loyalty.check_tier(&rule.program_id, tier, "conditions.tier"));
    }
    if let Some(metadata) = problems.note(rule.metadata.clone().merged(metadata)) {
        rule.metadata = metadata;
    }
    problems.told()?;
    Ok(rule)
}
