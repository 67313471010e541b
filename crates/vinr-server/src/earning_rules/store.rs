//! Earning rules as rows; their table is read with every context and is declared there.

use vinr_core::earning_rules::Rule;
use vinr_core::ids::{AccountId, EarningRuleId};
use vinr_store::{Read, Row};

use crate::context::{EARNING_RULES, read_rule, rule_values};
use crate::error::{ApiError, Result};
use crate::http::list::{Index, Indexed, List};
use crate::record::Unit;
use crate::witness::Note;

/// The list of rules.
pub(super) const LIST: List = List {
    table: "earning_rules",
    columns: "id, program_id, name, set_off_by, award, amount_min, currency, multiplier, cap_points, cap_window, active, \
              metadata, created_at, tier",
    order: "created_at",
    indexes: &[Index { on: &["program_id"], rows: Indexed::All }],
};

/// How many rules there are. Whoever makes one bumps the context, which the maker of another has guarded.
const COUNT: &str = "SELECT COUNT(*) FROM earning_rules WHERE account = $1";

pub(super) async fn find(unit: &mut Unit<'_>, id: &EarningRuleId) -> Result<Option<Rule>> {
    let row = unit.store.load(&EARNING_RULES, id.as_str()).await?;
    Ok(row.map(|row| read_rule(id.clone(), &mut row.reader())))
}

pub(super) async fn count(unit: &mut Unit<'_>) -> Result<i64> {
    let account = unit.context.account.clone();
    let rows = unit.store.query(COUNT, &[account.as_str().into()]).await?;
    Ok(rows.first().map_or(0, |row| row.int(0)))
}

/// A rule to be shown.
///
/// # Errors
/// 404 when there is none.
pub(super) async fn get(reads: &impl Read, account: &AccountId, id: &EarningRuleId) -> Result<Rule> {
    let row = reads.load(&EARNING_RULES, account.as_str(), id.as_str()).await?;
    let rule = row.map(|row| read_rule(id.clone(), &mut row.reader()));
    rule.ok_or_else(|| ApiError::missing("earning rule", id.as_str()))
}

/// A row of [`LIST`].
pub(super) fn read_listed(row: &Row) -> Rule {
    let mut row = row.reader();
    let id = EarningRuleId::parse(row.text()).expect("the database holds rule ids");
    read_rule(id, &mut row)
}

/// Stages a new row; an id the caller chose may be taken, and is claimed.
pub(super) fn insert(unit: &mut Unit<'_>, rule: &Rule, contested: bool) {
    let (id, values) = (rule.id.as_str(), rule_values(rule));
    if contested {
        unit.store.claim(&EARNING_RULES, id, values);
    } else {
        unit.store.insert(&EARNING_RULES, id, values);
    }
    unit.note(|| Note::Rule(Box::new(rule.clone())));
    unit.bump_context();
}

pub(super) fn update(unit: &mut Unit<'_>, rule: &Rule) {
    unit.store.update(&EARNING_RULES, rule.id.as_str(), rule_values(rule));
    unit.note(|| Note::Rule(Box::new(rule.clone())));
    unit.bump_context();
}

pub(super) fn remove(unit: &mut Unit<'_>, id: &EarningRuleId) {
    unit.store.remove(&EARNING_RULES, id.as_str());
    unit.note(|| Note::RuleDeleted(id.clone()));
    unit.bump_context();
}
